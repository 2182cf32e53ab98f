"""Makes ``reference.docx`` and its synthetic twin, the styles of the Word report, from Pandoc's own reference document.

    python src/helpers/delivery/theme/make_reference_docx.py

Needs python-docx (in the extra ``test``). The same Pandoc and python-docx give the same bytes.
"""

import io
import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pypandoc
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from helpers.delivery.document import SYNTHETIC_NOTICE

TARGET = Path(__file__).with_name("reference.docx")
SYNTHETIC_TARGET = Path(__file__).with_name("reference-synthetic.docx")
SERIF, SANS = "Times New Roman", "Arial"
ACCENT, INK, MUTED = RGBColor(0x1F, 0x4E, 0x79), RGBColor(0x1C, 0x1C, 0x1C), RGBColor(0x5A, 0x5F, 0x66)


def default_reference() -> bytes:
    """Return the reference document that Pandoc ships."""
    command = [pypandoc.get_pandoc_path(), "--print-default-data-file=reference.docx"]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "946684800"}
    return subprocess.run(command, env=environment, capture_output=True, check=True).stdout


def set_font(style: Any, family: str, size: float, colour: RGBColor = INK, **flags: bool) -> None:
    """Give a style one font for all scripts, replacing the theme's."""
    style.font.size, style.font.color.rgb = Pt(size), colour
    for name in ("bold", "italic"):
        setattr(style.font, name, flags.get(name, False))
    properties = style.element.get_or_add_rPr()
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    fonts = OxmlElement("w:rFonts")
    for slot in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{slot}"), family)
    properties.insert(0, fonts)
    for spaced in properties.findall(qn("w:spacing")):  # between letters
        properties.remove(spaced)


def set_spacing(style: Any, before: float, after: float, line: float = 1.0, keep_next: bool = False) -> None:
    """Give a paragraph style its space above, below and between lines."""
    layout = style.paragraph_format
    layout.space_before, layout.space_after, layout.line_spacing = Pt(before), Pt(after), line
    layout.keep_with_next = keep_next


def paragraph_style(document: Any, name: str, base: str) -> Any:
    """Return a paragraph style, adding it where Pandoc's document has none."""
    for style in document.styles:
        if style.name == name:
            return style
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles[base]
    return style


def set_text_styles(document: Any) -> None:
    """Set body, headings, title block, captions, table text and callouts."""
    styles = document.styles
    for name in ("Body Text", "First Paragraph", "Normal"):
        set_font(styles[name], SERIF, 10.5)
        set_spacing(styles[name], 0 if name == "Normal" else 4, 4, 1.15)
    set_font(styles["Compact"], SERIF, 10.5)
    set_spacing(styles["Compact"], 1, 1, 1.1)
    for level, size in ((1, 16), (2, 13), (3, 11), (4, 10.5)):
        set_font(styles[f"Heading {level}"], SANS, size, ACCENT, bold=True)
        set_spacing(styles[f"Heading {level}"], 18 if level == 1 else 12, 5, keep_next=True)
    set_font(styles["Title"], SANS, 19, ACCENT, bold=True)
    set_font(styles["Subtitle"], SANS, 12, INK)
    set_font(styles["Author"], SANS, 10.5, MUTED)
    set_font(styles["Date"], SANS, 10.5, MUTED)
    for name in ("Title", "Subtitle", "Author", "Date"):
        set_spacing(styles[name], 0, 5)
        styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    caption = paragraph_style(document, "Caption", "Normal")
    set_font(caption, SANS, 9)
    set_spacing(caption, 4, 10)
    for name, before, after, keep in (("Table Caption", 12, 4, True), ("Image Caption", 4, 12, False)):
        style = paragraph_style(document, name, "Caption")
        set_font(style, SANS, 9)
        set_spacing(style, before, after, keep_next=keep)
    set_spacing(paragraph_style(document, "Captioned Figure", "Normal"), 10, 2, keep_next=True)
    for name, size, colour in (("Table Text", 8, INK), ("Table Text Small", 7, INK), ("Table Note", 7.5, MUTED)):
        style = paragraph_style(document, name, "Normal")
        set_font(style, SANS, size, colour)
        set_spacing(style, 1, 1)
    gap = paragraph_style(document, "Table Gap", "Normal")
    set_font(gap, SANS, 4)
    set_spacing(gap, 0, 4)
    for name, bold in (("Callout Title", True), ("Callout", False)):
        style = paragraph_style(document, name, "Normal")
        set_font(style, SANS if bold else SERIF, 10, ACCENT if bold else INK, bold=bold)
        set_spacing(style, 6 if bold else 2, 2 if bold else 4, 1.1, keep_next=bold)
        style.paragraph_format.left_indent = Mm(4)
        set_left_bar(style)
    set_font(styles["Bibliography"], SERIF, 9.5)
    set_spacing(styles["Bibliography"], 0, 3)
    styles["Bibliography"].paragraph_format.left_indent = Mm(8)
    styles["Bibliography"].paragraph_format.first_line_indent = Mm(-8)
    set_font(styles["Footnote Text"], SERIF, 9)
    set_font(paragraph_style(document, "TOC Heading", "Normal"), SANS, 13, ACCENT, bold=True)
    for level in (1, 2, 3):
        style = paragraph_style(document, f"TOC {level}", "Normal")
        set_font(style, SANS, 9)
        set_spacing(style, 2 if level == 1 else 0, 0)
        style.paragraph_format.left_indent = Mm(5 * (level - 1))


def set_left_bar(style: Any) -> None:
    """Draw a coloured bar left of a paragraph style."""
    borders = OxmlElement("w:pBdr")
    borders.append(rule("left", 18, "1F4E79", space=8))
    style.element.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
    )


def rule(side: str, size: int, colour: str = "1C1C1C", space: int = 0) -> Any:
    """Return one border; size in eighths of a point."""
    border = OxmlElement(f"w:{side}")
    for key, value in (("val", "single"), ("sz", size), ("space", space), ("color", colour)):
        border.set(qn(f"w:{key}"), str(value))
    return border


def set_table_style(document: Any) -> None:
    """Rules above, below the header row and at the end; none between columns."""
    style = document.styles["Table"].element
    for tag in ("w:tblPr", "w:tblStylePr"):
        for old in style.findall(qn(tag)):
            style.remove(old)
    properties = OxmlElement("w:tblPr")
    borders = OxmlElement("w:tblBorders")
    borders.append(rule("top", 8))
    borders.append(rule("bottom", 8))
    properties.append(borders)
    margins = OxmlElement("w:tblCellMar")
    for side, width in (("top", 15), ("left", 60), ("bottom", 15), ("right", 60)):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(width))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties.append(margins)
    style.append(properties)
    for row, borders in (("firstRow", [rule("bottom", 4)]), ("lastRow", [rule("top", 8), no_rule("bottom")])):
        style.append(row_style(row, borders))


def row_style(row: str, borders: list[Any]) -> Any:
    """Return the borders of a table's first or last row (the last one holds its notes)."""
    conditional = OxmlElement("w:tblStylePr")
    conditional.set(qn("w:type"), row)
    cell = OxmlElement("w:tcPr")
    cell_borders = OxmlElement("w:tcBorders")
    for border in borders:
        cell_borders.append(border)
    cell.append(cell_borders)
    conditional.append(cell)
    return conditional


def no_rule(side: str) -> Any:
    """Return the absence of a border."""
    border = OxmlElement(f"w:{side}")
    border.set(qn("w:val"), "nil")
    return border


def set_page(document: Any) -> None:
    """A4 with the page number in the footer."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = Mm(22)
    section.bottom_margin = Mm(24)
    for name in ("Header", "Footer"):
        set_font(paragraph_style(document, name, "Normal"), SANS, 8, MUTED)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    add_field(footer, "PAGE")
    footer.add_run(" / ")
    add_field(footer, "NUMPAGES")


def add_field(paragraph: Any, name: str) -> None:
    """Add a number that Word fills in."""
    for kind in ("begin", None, "separate", "text", "end"):
        run = paragraph.add_run("1" if kind == "text" else "")
        if kind is None:
            instruction = OxmlElement("w:instrText")
            instruction.text = f" {name} "
            run._r.append(instruction)
        elif kind != "text":
            character = OxmlElement("w:fldChar")
            character.set(qn("w:fldCharType"), kind)
            run._r.append(character)


def write_zip(content: bytes, target: Path) -> None:
    """Write the document with fixed file times, so that a second run changes no byte."""
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, date_time=(2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, source.read(name))


def set_notice(document: Any, text: str) -> None:
    """Say something at the head of every page."""
    header = document.sections[0].header.paragraphs[0]
    header.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = header.add_run(text)
    run.font.size, run.font.name, run.font.bold = Pt(8), SANS, True
    run.font.color.rgb = RGBColor(0xA4, 0x26, 0x2C)


def main() -> None:
    """Write the reference documents beside this script: of every report, and of a report of synthetic data."""
    for target, notice in ((TARGET, ""), (SYNTHETIC_TARGET, SYNTHETIC_NOTICE)):
        document = Document(io.BytesIO(default_reference()))
        set_text_styles(document)
        set_table_style(document)
        set_page(document)
        if notice:
            set_notice(document, notice)
        buffer = io.BytesIO()
        document.save(buffer)
        write_zip(buffer.getvalue(), target)


if __name__ == "__main__":
    main()
