"""The text of a rendered report as its reader meets it, piece by piece, each with what stands around it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

NOT_READ = {"nav", "style", "script", "details", "svg", "title", "head"}
"""Elements without prose or cells: contents, style, code, drawings."""
STRUCTURE = {"refs", "header-section-number", "caption-label", "citation", "csl-entry", "footnote-ref"}
"""Ids and classes of numbers that count parts of the document: references, sections, tables, citations."""
PROVENANCE = {"sec-provenance", "sec-strobe"}
"""Sections of versions and check sums, which are those of the program and its files, and of a numbered checklist."""
PIECES = {"p", "li", "td", "th", "figcaption", "caption", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "div", "tr"}
VOID = {"img", "br", "hr", "meta", "link", "input", "col", "wbr", "source"}
NUMBERED = re.compile(r"\b(Figure|Table|Section|Chapter|Appendix)s?\s+\d[\d.]*\d|\b(Figure|Table|Section)s?\s+\d+")
DRAWINGS = re.compile(r"(?<=>)[^>]*?(?=</(?:style|script)>)|(?<=<svg)(\b[^>]*>).*?(?=</svg>)", re.DOTALL)
LETTERS = str.maketrans("0123456789", "abcdefghij")
CONFIDENCE = re.compile(r"(?<![\d.])\d+(?:\.\d+)?\s?% CI\b")
PLAIN = dict.fromkeys(map(ord, "\u2007\u2008\u200b\u2060"), "") | str.maketrans("’‘“”", "''\"\"")
"""Blanks that only align numbers, and quotation marks that typesetting bends."""


@dataclass(frozen=True)
class Piece:
    """A paragraph, an item, a caption, an alternative text, or a cell.

    Attributes
    ----------
    text : str
        As it is read, in plain blanks.
    headings : tuple of str
        Of a cell: the headings it stands under and the label of its row.
    row : tuple of str
        Of a cell: all cells of its row.
    display : str
        The figure or table it belongs to, such as ``tbl-baseline``; empty in prose.
    sections : frozenset of str
        Ids of the sections it stands in.
    kind : str
        ``prose``, ``cell``, the ``note`` under a table, or the alternative text (``alt``) of a figure.
    """

    text: str
    headings: tuple[str, ...] = ()
    row: tuple[str, ...] = ()
    display: str = ""
    sections: frozenset[str] = frozenset()
    kind: str = "prose"

    @property
    def is_cell(self) -> bool:
        """Whether it is a cell of a table."""
        return self.kind == "cell"


@dataclass
class _Cell:
    headers: list[str]
    texts: list[str] = field(default_factory=list)
    is_heading: bool = False


def read_pieces(html: str) -> list[Piece]:
    """Read an HTML report as a reader meets it, without contents, code, references and provenance.

    Parameters
    ----------
    html : str
        The report.

    Returns
    -------
    list of Piece
        In the order of the text; cells of a row one after the other.
    """
    reader = _Reader()
    reader.feed(DRAWINGS.sub(lambda found: found[1] or "", html))
    reader.close()
    reader.finish()
    return reader.pieces


class _Reader(HTMLParser):
    """Collects the pieces of a document, captions and alternative texts included."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self._open: list[tuple[str, set[str]]] = []
        self._skipped_from: int | None = None
        self._texts: list[str] = []
        self._headings: dict[str, str] = {}
        self._row: list[_Cell] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if self._skipped_from is None and "alt" in found:
            self.finish()
            self._add(found["alt"], kind="alt")
        if tag in VOID:
            self._texts.append(" ")
            return
        if tag in PIECES and (self._row is None or tag == "tr"):
            self.finish()
        if tag == "tr":
            self._row = []
        if tag in ("td", "th") and self._row is not None:
            self._row.append(_Cell([*found.get("headers", "").split(), found.get("id", "")], is_heading=tag == "th"))
        names = {found.get("id", ""), *found.get("class", "").split()} - {""}
        self._open.append((tag, names))
        is_link = tag == "a" and found.get("href", "").startswith("#")
        if self._skipped_from is None and (tag in NOT_READ or names & (STRUCTURE | PROVENANCE) or is_link):
            self._skipped_from = len(self._open)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        # an end tag that closes nothing is ignored, as browsers do
        while any(opened == tag for opened, _ in self._open):
            closed, _ = self._open.pop()
            if self._skipped_from is not None and len(self._open) < self._skipped_from:
                self._skipped_from = None
            if closed == tag:
                break
        if tag == "tr":
            self._finish_row()
        elif tag in PIECES and self._row is None:
            self.finish()

    def handle_data(self, data: str) -> None:
        if self._skipped_from is not None:
            return
        if self._row:
            self._row[-1].texts.append(data)
        else:
            self._texts.append(data)

    def finish(self) -> None:
        """End the piece that is being read."""
        if text := normalise("".join(self._texts)):
            self._add(text)
        self._texts = []

    def _finish_row(self) -> None:
        cells, self._row = self._row or [], None
        texts = [normalise("".join(cell.texts)) for cell in cells]
        for cell, text in zip(cells, texts, strict=True):
            if cell.is_heading:
                self._headings[cell.headers[-1]] = text
        label = next((text for cell, text in zip(cells, texts, strict=True) if cell.is_heading), "")
        for cell, text in zip(cells, texts, strict=True):
            headings = tuple(self._headings[name] for name in cell.headers[:-1] if name in self._headings)
            row = tuple(text for text in texts if text)
            is_note = len(cells) == 1 and not cell.is_heading
            if text and is_note:
                self._add(text, kind="note")
            elif text:
                self._add(text, headings or (() if cell.is_heading else (label,)), row, "cell")

    def _add(self, text: str, headings: tuple[str, ...] = (), row: tuple[str, ...] = (), kind: str = "prose") -> None:
        names = [name for _, opened in self._open for name in opened]
        display = next((name for name in reversed(names) if name.startswith(("tbl-", "fig-"))), "")
        sections = frozenset(name for name in names if name.startswith("sec-"))
        self.pieces.append(Piece(normalise(text), headings, row, display, sections, kind))


def normalise(text: str) -> str:
    """A text in plain blanks and quotation marks, the numbers of tables as letters; intervals are called CI."""
    plain = NUMBERED.sub(lambda found: found[0].translate(LETTERS), text.translate(PLAIN))
    return CONFIDENCE.sub("CI", " ".join(plain.split()))


def split_sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each sentence of a text begins and ends."""
    start = 0
    for found in re.finditer(r"(?<=[.!?])\s+(?=[A-Z])", text):
        yield start, found.start()
        start = found.end()
    yield start, len(text)
