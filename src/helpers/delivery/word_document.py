"""Finishing touches of a Word document that Pandoc cannot give."""

import re
import zipfile
from pathlib import Path

_SHORT = 18  # rows
_DOCUMENT = "word/document.xml"
_RULE = '<w:tcBorders><w:bottom w:val="single" w:sz="4" w:space="0" w:color="1C1C1C"/></w:tcBorders>'


def finish_word_document(path: Path) -> None:
    """Keep rows and short tables whole, rule headers of several rows, and repeat the footer in every section.

    The archive keeps its order and file times, so that identical documents stay identical.

    Parameters
    ----------
    path : Path
        A document written by Pandoc.
    """
    with zipfile.ZipFile(path) as archive:
        entries = [(entry, archive.read(entry)) for entry in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in entries:
            if entry.filename == _DOCUMENT:
                xml = re.sub(r"<w:tbl>.*?</w:tbl>", _rule_header, content.decode("utf-8"), flags=re.DOTALL)
                xml = re.sub(r"<w:tbl>.*?</w:tbl>", _keep_together, xml, flags=re.DOTALL)
                content = _carry_footers(_keep_rows_whole(xml)).encode("utf-8")
            archive.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)


def _keep_rows_whole(xml: str) -> str:
    xml = xml.replace("<w:tr><w:trPr>", "<w:tr><w:trPr><w:cantSplit/>")
    return re.sub(r"<w:tr>(?!<w:trPr>)", "<w:tr><w:trPr><w:cantSplit/></w:trPr>", xml)


def _keep_together(table: re.Match[str]) -> str:
    """Keep a short table on one page, and the heading of a group with the row that follows it."""
    rows = re.split(r"(?=<w:tr>)", table.group())
    short = len(rows) - 1 <= _SHORT
    for index, row in enumerate(rows[:-1]):
        if row.startswith("<w:tr>") and (short or row.count("<w:tc>") == 1):
            rows[index] = re.sub(r"(<w:pStyle [^>]*/>)", r"\1<w:keepNext/>", row)
    return "".join(rows)


def _rule_header(table: re.Match[str]) -> str:
    """Rule a header of several rows: below it, and below each heading that spans columns.

    The table style rules the first row only, which is right for a header of one row.
    """
    xml = re.sub(r"<w:tr>(?:(?!</w:tr>).)*?<w:tblHeader.*?</w:tr>", _set_on_last_line, table.group(), flags=re.DOTALL)
    rows = [row.group() for row in re.finditer(r"<w:tr>.*?</w:tr>", xml, re.DOTALL) if "<w:tblHeader" in row.group()]
    if len(rows) < 2:
        return xml
    for row in rows:
        cells = re.split(r"(?=<w:tc>)", row)
        xml = xml.replace(row, "".join(_rule_cell(cell, whole_row=row is rows[-1]) for cell in cells), 1)
    return re.sub(r'(<w:tblLook[^>]*w:firstRow=)"1"', r'\1"0"', xml).replace('w:val="0020"', 'w:val="0000"', 1)


def _set_on_last_line(row: re.Match[str]) -> str:
    """Headings of one line stand beside the last line of longer ones."""
    xml = row.group().replace("<w:tcPr />", "<w:tcPr></w:tcPr>")
    return xml.replace("</w:tcPr>", '<w:vAlign w:val="bottom"/></w:tcPr>')


def _rule_cell(cell: str, whole_row: bool) -> str:
    spans = re.search(r'<w:gridSpan w:val="([2-9]|\d\d)"', cell) is not None and "<w:t" in cell
    if not cell.startswith("<w:tc>") or not (whole_row or spans):
        return cell
    return cell.replace("<w:vAlign ", f"{_RULE}<w:vAlign ", 1)  # in the order of the schema


def _carry_footers(xml: str) -> str:
    """Give sections before the last one its headers and footers."""
    sections = list(re.finditer(r"<w:sectPr[^>]*>.*?</w:sectPr>", xml, re.DOTALL))
    carried = "".join(re.findall(r"<w:(?:header|footer)Reference[^>]*/>", sections[-1].group())) if sections else ""
    for section in reversed(sections[:-1]):
        opening = re.match(r"<w:sectPr[^>]*>", section.group())
        if opening and "Reference" not in section.group():
            at = section.start() + opening.end()
            xml = xml[:at] + carried + xml[at:]
    return xml
