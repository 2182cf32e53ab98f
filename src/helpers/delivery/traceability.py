"""Every number a reader meets must come from somewhere: the results, or the study's own files."""

import re
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd

from helpers.results.changes import Changes, NotCompared, make_changes_frame
from helpers.results.cut import CutData

NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?!\w)")
POWER = re.compile(r"(\d+(?:\.\d+)?)×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
AS_PERCENTAGE = re.compile(r"(?:–\d+(?:\.\d+)?)?\s?%")
STRUCTURE = re.compile(r"\b(Figure|Table|Section)s?\s+\d[\d.]*")
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
LARGEST_DECIMALS = 4

NOT_READ = {"nav", "style", "script", "details", "svg", "title", "head"}
"""Elements without prose or cells: contents, style, code, drawings."""
NOT_CLAIMS = {"refs", "sec-provenance", "header-section-number", "citation", "csl-entry"}
"""Ids and classes of the numbers that are not results: references, versions and sums, section numbers, citations."""
CLAIMS = "sec-claims"
"""Id of the chapter on published claims, the only one in which the claims account for numbers."""
VOID = {"img", "br", "hr", "meta", "link", "input", "col", "wbr", "source"}


class _VisibleText(HTMLParser):
    """Collects the text of a document, captions and alternative texts included."""

    def __init__(self, only: str = "", without: str = "") -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._only, self._without = only, without
        self._skipped = 0
        self._inside = 0 if only else 1
        self.cells: list[str] = []
        self._in_table = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if self._inside and not self._skipped and "alt" in found:
            self.cells.append(found["alt"])
        if tag in VOID:
            return
        self._in_table += tag == "table"
        names = {found.get("id", ""), *found.get("class", "").split()}
        if self._only and (self._inside or self._only in names):
            self._inside += 1
        if self._skipped or tag in NOT_READ or names & NOT_CLAIMS or (self._without and self._without in names):
            self._skipped += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        self._in_table -= tag == "table"
        self._skipped = max(0, self._skipped - 1)
        if self._only:
            self._inside = max(0, self._inside - 1)

    def handle_data(self, data: str) -> None:
        if self._inside and not self._skipped:
            (self.cells if self._in_table else self.texts).append(data)


def read_visible_text(html: str, only: str = "", without: str = "") -> tuple[str, str]:
    """Text of an HTML report as a reader meets it, without contents, code, references and provenance.

    Parameters
    ----------
    html : str
        The report.
    only, without : str
        Id of a section: read only it, or leave it out.

    Returns
    -------
    str, str
        The prose, in which a percentage has its sign; and cells of tables and alternative texts, where a heading may
        say it.
    """
    parser = _VisibleText(only, without)
    parser.feed(html)
    prose, cells = (STRUCTURE.sub(" ", " ".join(texts)) for texts in (parser.texts, parser.cells))
    return prose, cells


def find_untraced_numbers(report: Path, data: CutData, changes: Changes | NotCompared | None = None) -> list[str]:
    """Numbers of a rendered report that neither the results nor the study's files account for.

    A number is accounted for if a result rounds to it at its own precision (a probability as a percentage), or if it
    stands in study.yml, the raw tables or, in the chapter on published claims, among the claims and their audit. The
    audit and the claims account for nothing outside that chapter.

    Parameters
    ----------
    report : Path
        The HTML report.
    data : CutData
        Its cut.
    changes : Changes or NotCompared, optional
        What changed since the cut before, for the chapter that says so.

    Returns
    -------
    list of str
        Each such number with the words around it, in the order of the text.
    """
    html = report.read_text(encoding="utf-8")
    conventions = data.study.conventions
    declared = [conventions.confidence, conventions.days_per_month, conventions.followed_within_days]
    declared.append(100 * conventions.one_event_moves_at_most)  # in percentage points
    files = [data.study.folder / "study.yml", *sorted(data.study.get_raw_folder(data.cut).glob("*.csv"))]
    written = " ".join(file.read_text(encoding="utf-8") for file in files)
    results = data.results[~data.results["analysis"].isin(["audit", "km_curve", "cif_curve"])]
    values = [*_values(results), *declared]
    if isinstance(changes, Changes):
        values += _changed_values(changes)
        written += f" {' '.join(_changed_words(changes))}"
    endpoints = {endpoint.param for endpoint in data.study.endpoints}
    printed = [item.claim for item in data.audited if item.claim.endpoint in endpoints]
    beside = " ".join(claim.printed for claim in printed)  # printed values stand beside what cannot be derived
    prose, cells = read_visible_text(html, without=CLAIMS)
    found = find_untraced(prose, values, written, signed=True)
    # tables of single patients show their times, those of candidates that lost too; prose does not
    times = [time for tte in data.time_to_event.values() for time in tte.candidates["AVAL"].dropna()]
    found += find_untraced(cells, [*values, *times], f"{written} {beside}")
    claims = data.study.published_claims
    if claims.is_file():
        audited = [*values, *_values(data.results[data.results["analysis"] == "audit"])]
        written = f"{written} {claims.read_text(encoding='utf-8')} {' '.join(data.results['note'])}"
        # the audit's recomputed percentages stand as percentages already
        found += find_untraced(" ".join(read_visible_text(html, only=CLAIMS)), audited, written)
    return found


def _values(results: pd.DataFrame) -> list[float]:
    return [abs(value) for column in ("value", "time_months") for value in results[column].dropna().unique()]


def _changed_values(changes: Changes) -> list[float]:
    """Numbers of the cut before and after each step, and of how many patients and records something is told."""
    steps = pd.concat([changes.numbers["old"], changes.numbers["new"]]).dropna()
    told = [changes.new_patients, changes.patients, changes.source_values, changes.method]
    told += [changes.new_patients[changes.new_patients[side] == ""] for side in ("old", "new")]
    for frame, columns in ((changes.patients, ["what", "cause"]), (changes.source_values, ["what"])):
        told += [rows for column in columns for _, rows in frame.groupby(column)]
    counts = {len(rows) for rows in told} | {rows["patient"].nunique() for rows in told if "patient" in rows}
    return [*_values(changes.old_results), *steps, *counts]


def _changed_words(changes: Changes) -> Iterator[str]:
    """Cells of the comparison as they are delivered, and by how much numbers changed, as it may be printed."""
    for row in make_changes_frame(changes).to_numpy():
        yield from row
    known = changes.numbers[changes.numbers["difference"].notna()]
    is_share = known["stat"].isin(["p", "survival", "cif"])
    for difference, share in zip(known["difference"].abs(), is_share, strict=True):
        # a probability changes by percentage points; one decimal, also below one
        yield from (_round(100 * difference if share else difference, places) for places in (0, 1))


def find_untraced(text: str, values: Iterable[float], written: str, signed: bool = False) -> list[str]:
    """Numbers in a text that are neither roundings of the values nor stand in the written sources.

    With `signed`, a number without the sign of a percentage, or an end of such a range, is no percentage.
    """
    exact = list(values)
    plain = set(NUMBER.findall(written)) | {text for value in exact for text in _roundings(value)}
    percentages = plain | {text for value in exact for text in _percentages(value)}
    powers = {float(f"{value:.{digits}g}") for value in exact for digits in (2, 3)}
    powers |= {float(number) for number in re.findall(r"\d(?:\.\d+)?e[+-]?\d+", written)}
    untraced = []
    for match in POWER.finditer(text):
        value = float(f"{match[1]}e{match[2].translate(SUPERSCRIPTS)}")
        if value not in powers and match[0] not in written:
            untraced.append(_with_words(text, match))
    rest = POWER.sub(lambda match: " " * len(match[0]), text)
    for match in NUMBER.finditer(rest):
        is_percentage = not signed or AS_PERCENTAGE.match(rest, match.end())
        if match[0] not in (percentages if is_percentage else plain):
            untraced.append(_with_words(rest, match))
    return untraced


def _roundings(value: float) -> Iterator[str]:
    """Texts that a value may be printed as; a fraction needs two decimals to be one."""
    if 0 <= value <= 1:
        yield from (_round(value, places) for places in range(2, LARGEST_DECIMALS + 1))
    if value == int(value) or value > 1:
        yield from (_round(value, places) for places in range(LARGEST_DECIMALS + 1))


def _percentages(value: float) -> Iterator[str]:
    """Texts that a probability may be printed as in per cent."""
    if 0 <= value <= 1:
        yield from (_round(100 * value, places) for places in range(LARGEST_DECIMALS - 1))


def _round(value: float, places: int) -> str:
    return f"{Decimal(f'{value:.12g}').quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):f}"


def _with_words(text: str, match: re.Match[str]) -> str:
    around = text[max(0, match.start() - 40) : match.end() + 40]
    return f"{match[0]} in “…{' '.join(around.split())}…”"
