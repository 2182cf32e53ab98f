"""Tables as a reader meets them, read back out of a delivered report: one reader for each format.

Each takes its format's own structure: elements of HTML, tables of Word, the structure tree of the tagged PDF, which is
also what a screen reader follows.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
import lxml.html
import pypdf
from docx.table import Table
from docx.text.paragraph import Paragraph
from pypdf.generic import ContentStream


@dataclass(frozen=True)
class ShownTable:
    """One table: texts with their blanks made even; a cell that spans several stands in each of them."""

    caption: str
    head: tuple[tuple[str, ...], ...]
    body: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    text: str
    columns: int = 1
    rows: int = 1


def even(text: str) -> str:
    """Any run of blanks, those as wide as a digit too, as one; none at the ends."""
    return " ".join(text.split())


def spread(rows: Sequence[Sequence[Cell]]) -> tuple[tuple[str, ...], ...]:
    """Rows of a grid, each cell repeated in all the places that it spans."""
    grid: list[dict[int, str]] = [{} for _ in rows]
    for number, row in enumerate(rows):
        column = 0
        for cell in row:
            while column in grid[number]:
                column += 1
            for below in range(number, min(number + cell.rows, len(rows))):
                grid[below] |= dict.fromkeys(range(column, column + cell.columns), cell.text)
    return tuple(tuple(line[column] for column in sorted(line)) for line in grid)


# HTML


def read_html(file: Path) -> list[ShownTable]:
    page = lxml.html.fromstring(file.read_text(encoding="utf-8"))
    return [_read_html_table(table) for table in page.iter("table")]


def read_html_by_label(file: Path) -> dict[str, ShownTable]:
    """The tables that have a label, such as ``tbl-baseline``."""
    page = lxml.html.fromstring(file.read_text(encoding="utf-8"))
    figures = [figure for figure in page.iter("figure") if str(figure.get("id")).startswith("tbl-")]
    return {figure.get("id"): _read_html_table(next(figure.iter("table"))) for figure in figures}


def _read_html_table(table: Any) -> ShownTable:
    figure = next(table.iterancestors("figure"), None)
    captions = [] if figure is None else figure.findall("figcaption")
    caption = captions[0].text_content() if captions else "".join(text.text_content() for text in table.iter("caption"))
    rows: dict[str, list[list[Cell]]] = {"thead": [], "tbody": [], "tfoot": []}
    for row in table.iter("tr"):
        cells = [
            Cell(even(cell.text_content()), int(cell.get("colspan", 1)), int(cell.get("rowspan", 1)))
            for cell in row
            if cell.tag in ("td", "th")
        ]
        rows[row.getparent().tag].append(cells)
    notes = tuple(cell.text for row in rows["tfoot"] for cell in row)
    return ShownTable(even(caption), spread(rows["thead"]), spread(rows["tbody"]), notes)


# Word


def read_word(file: Path) -> list[ShownTable]:
    tables, caption = [], ""
    for block in docx.Document(str(file)).iter_inner_content():
        if isinstance(block, Table):
            tables.append(_read_word_table(block, caption))
            caption = ""
        elif block.style is not None and block.style.name == "Table Caption":
            caption = even(block.text)
    return tables


def _read_word_table(table: Table, caption: str) -> ShownTable:
    head, body, notes = [], [], []
    for row in table.rows:
        paragraphs = row.cells[0].paragraphs
        if _is_note(paragraphs):
            notes += [even(paragraph.text) for paragraph in paragraphs]
            continue
        texts = tuple(even(cell.text.replace("\n", "")) for cell in row.cells)  # a line break is no text
        is_head = row._tr.trPr is not None and "w:tblHeader" in row._tr.trPr.xml
        (head if is_head else body).append(texts)
    return ShownTable(caption, tuple(head), tuple(body), tuple(notes))


def _is_note(paragraphs: Iterable[Paragraph]) -> bool:
    return all(paragraph.style is not None and paragraph.style.name == "Table Note" for paragraph in paragraphs)


# PDF


def read_pdf(file: Path) -> list[ShownTable]:
    reader = pypdf.PdfReader(file)
    texts = {page.indirect_reference.idnum: _read_marked_content(page, reader) for page in reader.pages}
    root = reader.trailer["/Root"]["/StructTreeRoot"]
    return [_read_pdf_table(table, parents, texts) for table, parents in _find_tables(root, ())]


def _kids(element: Any) -> list[Any]:
    kids = element.get("/K", [])
    kids = kids.get_object() if hasattr(kids, "get_object") else kids
    return [kid.get_object() for kid in (kids if isinstance(kids, list) else [kids])]


def _find_tables(element: Any, parents: tuple[Any, ...]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    if not isinstance(element, dict):
        return
    if element.get("/S") == "/Table":
        yield element, parents
        return
    for kid in _kids(element):
        yield from _find_tables(kid, (*parents, element))


def _walk(element: Any, kind: str) -> Iterator[Any]:
    for kid in _kids(element):
        if isinstance(kid, dict) and kid.get("/S") == kind:
            yield kid
        elif isinstance(kid, dict):
            yield from _walk(kid, kind)


def _read_pdf_table(table: Any, parents: tuple[Any, ...], texts: dict[int, dict[int, str]]) -> ShownTable:
    rows: dict[str, list[list[Cell]]] = {"/THead": [], "/TBody": []}
    for part, lines in rows.items():
        for section in _walk(table, part):
            for row in _walk(section, "/TR"):
                lines.append([_read_pdf_cell(cell, texts) for cell in _kids(row)])
    # the float is the innermost element that has a caption; what stands in it beside the table are the notes
    float_ = next((parent for parent in reversed(parents) if any(_is(kid, "/Caption") for kid in _kids(parent))), None)
    beside = [] if float_ is None else list(_list_beside(float_, table))
    caption = "".join(_text(part, texts) for part in beside if _is(part, "/Caption"))
    notes = tuple(even(_text(part, texts)) for part in beside if not _is(part, "/Caption"))
    return ShownTable(even(caption), spread(rows["/THead"]), spread(rows["/TBody"]), notes)


def _is(element: Any, kind: str) -> bool:
    return isinstance(element, dict) and element.get("/S") == kind


def _list_beside(element: Any, table: Any) -> Iterator[Any]:
    """What stands in a float beside its table."""
    for kid in _kids(element):
        if kid == table:
            continue
        if any(found == table for found in _walk(kid, "/Table")):
            yield from _list_beside(kid, table)
        else:
            yield kid


def _read_pdf_cell(cell: Any, texts: dict[int, dict[int, str]]) -> Cell:
    attributes = cell.get("/A", [])
    merged: dict[str, Any] = {}
    for entry in attributes if isinstance(attributes, list) else [attributes]:
        merged |= entry.get_object()
    return Cell(even(_text(cell, texts)), int(merged.get("/ColSpan", 1)), int(merged.get("/RowSpan", 1)))


def _text(element: Any, texts: dict[int, dict[int, str]]) -> str:
    page = element.raw_get("/Pg").idnum if "/Pg" in element else None
    parts = []
    for kid in _kids(element):
        if isinstance(kid, int) and page is not None:
            parts.append(texts[page][kid])
        elif isinstance(kid, dict) and "/MCID" in kid:
            parts.append(texts[kid.raw_get("/Pg").idnum if "/Pg" in kid else page][kid["/MCID"]])
        elif isinstance(kid, dict) and "/S" in kid:
            parts.append(_text(kid, texts))
    return "".join(parts)


def _read_marked_content(page: Any, reader: pypdf.PdfReader) -> dict[int, str]:
    """Text of each piece of marked content of a page, by its number in the structure tree."""
    fonts = page["/Resources"].get("/Font", {})
    maps = {name: _read_map(font.get_object()["/ToUnicode"].get_object().get_data()) for name, font in fonts.items()}
    found: dict[int, str] = {}
    inside: list[int | None] = []
    font = ""
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator in (b"BDC", b"BMC"):
            properties = operands[1] if len(operands) > 1 else {}
            number = properties.get("/MCID") if isinstance(properties, dict) else None
            inside.append(number)
            if number is not None:
                found.setdefault(int(number), "")
        elif operator == b"EMC":
            inside.pop()
        elif operator == b"Tf":
            font = operands[0]
        elif operator in (b"Tj", b"TJ"):
            current = next((number for number in reversed(inside) if number is not None), None)
            if current is not None:
                strings = operands[0] if operator == b"TJ" else operands
                found[int(current)] += "".join(
                    _decode(text, maps[font]) for text in strings if not isinstance(text, int | float)
                )
    return found


def _decode(text: Any, characters: dict[int, str]) -> str:
    raw = text.original_bytes if hasattr(text, "original_bytes") else bytes(text)
    codes = [int.from_bytes(raw[place : place + 2], "big") for place in range(0, len(raw), 2)]
    return "".join(characters[code] for code in codes)


def _read_map(cmap: bytes) -> dict[int, str]:
    """Characters by glyph, of a font whose glyphs have two bytes."""
    characters: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, text in re.findall(rb"<(\w+)>\s*<(\w+)>", block):
            characters[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    return characters
