"""Every number a reader meets must come from somewhere: the results, or the study's own files."""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser
from pathlib import Path

from helpers.results.cut import CutData
from helpers.study.paths import DICTIONARY

NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?!\w)")
POWER = re.compile(r"(\d+(?:\.\d+)?)×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
STRUCTURE = re.compile(r"\b(Figure|Table|Section)s?\s+\d[\d.]*")
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
LARGEST_DECIMALS = 4

NOT_READ = {"nav", "style", "script", "details", "svg", "title", "head"}
"""Elements without prose or cells: contents, style, code, drawings."""
NOT_CLAIMS = {"refs", "sec-provenance", "header-section-number", "citation", "csl-entry"}
"""Ids and classes of the numbers that are not results: references, versions and sums, section numbers, citations."""
VOID = {"img", "br", "hr", "meta", "link", "input", "col", "wbr", "source"}


class _VisibleText(HTMLParser):
    """Collects the text of a document, captions and alternative texts included."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if not self._skipped and "alt" in found:
            self.texts.append(found["alt"])
        if tag in VOID:
            return
        names = {found.get("id", ""), *found.get("class", "").split()}
        if self._skipped or tag in NOT_READ or names & NOT_CLAIMS:
            self._skipped += 1

    def handle_endtag(self, tag: str) -> None:
        if self._skipped and tag not in VOID:
            self._skipped -= 1

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.texts.append(data)


def read_visible_text(html: str) -> str:
    """Text of an HTML report as a reader meets it, without contents, code, references and provenance."""
    parser = _VisibleText()
    parser.feed(html)
    return STRUCTURE.sub(" ", " ".join(parser.texts))


def find_untraced_numbers(report: Path, data: CutData) -> list[str]:
    """Numbers of a rendered report that neither the results nor the study's files account for.

    A number is accounted for if a result, or a hundred times a result, rounds to it at its own precision, or if it
    stands in the study's files or the data dictionary.

    Parameters
    ----------
    report : Path
        The HTML report.
    data : CutData
        Its cut.

    Returns
    -------
    list of str
        Each such number with the words around it, in the order of the text.
    """
    files = [file for file in sorted(data.study.folder.rglob("*")) if file.is_file()]
    written = " ".join(file.read_text(encoding="utf-8", errors="replace") for file in (*files, DICTIONARY))
    conventions = data.study.conventions
    values = [abs(value) for value in (*data.results["value"].dropna(), *data.results["time_months"].dropna())]
    values += [conventions.confidence, conventions.days_per_month]
    return find_untraced(read_visible_text(report.read_text(encoding="utf-8")), values, written)


def find_untraced(text: str, values: Iterable[float], written: str) -> list[str]:
    """Numbers in a text that are neither roundings of the values nor stand in the written sources."""
    exact = list(values)
    known = set(NUMBER.findall(written))
    known |= {
        _round(value * factor, places)
        for value in exact
        for factor in (1, 100)
        for places in range(LARGEST_DECIMALS + 1)
    }
    powers = {float(f"{value:.3g}") for value in exact} | {float(f"{value:.2g}") for value in exact}
    powers |= {float(number) for number in re.findall(r"\d(?:\.\d+)?e-?\d+", written)}
    untraced = []
    for match in POWER.finditer(text):
        value = float(f"{match[1]}e{match[2].translate(SUPERSCRIPTS)}")
        if value not in powers and match[0] not in written:
            untraced.append(_with_words(text, match))
    rest = POWER.sub(lambda match: " " * len(match[0]), text)
    untraced += [_with_words(rest, match) for match in NUMBER.finditer(rest) if match[0] not in known]
    return untraced


def _round(value: float, places: int) -> str:
    return f"{Decimal(f'{value:.12g}').quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):f}"


def _with_words(text: str, match: re.Match[str]) -> str:
    around = text[max(0, match.start() - 40) : match.end() + 40]
    return f"{match[0]} in “…{' '.join(around.split())}…”"
