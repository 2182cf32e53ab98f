"""The first place in which two versions of a file differ, as a reader would look it up."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from helpers.results.schema import COLUMNS, KEYS
from helpers.study.program import sum_of

MISSING = "missing"
PATIENT = ("patient", "USUBJID")
"""Columns that say whom a row is about: in raw tables and in analysis datasets."""
TEXT = {".yml", ".md", ".ipynb", ".svg", ".json", ".bib"}
_SHOWN = 60

Row = Sequence[str]


@dataclass(frozen=True)
class Place:
    """Where two versions of a file differ first.

    Attributes
    ----------
    where : str
        Row, patient and column, or line, or byte; or that only the sums are known.
    before, after : str
        What stands there in the two versions.
    """

    where: str
    before: str
    after: str


def find_first_difference(name: str, before: bytes, after: bytes) -> Place:
    """Find the first place in which two versions of a file differ.

    Parameters
    ----------
    name : str
        Name of the file; its ending says how it is read.
    before, after : bytes
        The two versions, which differ.

    Returns
    -------
    Place
        Row and column of a CSV file, the header being row 1; the line of other text. The byte where only the writing
        differs, such as the ends of the lines. Of documents and pictures, in which no place means anything to a reader,
        the sums.
    """
    ending = PurePath(name).suffix
    found = None
    if ending == ".csv":
        found = _compare_tables(before, after)
    elif ending in TEXT:
        found = _compare_lines(before, after)
    else:
        return compare_sums(sum_of(before), sum_of(after))
    return found or _compare_bytes(before, after)


def compare_sums(before: str | None, after: str | None) -> Place:
    """Say how two SHA-256 sums differ; None is that of a file that is not there."""
    if before and after:
        return Place("SHA-256", f"{before[:16]}…", f"{after[:16]}…")
    return Place("", "there" if before else MISSING, "there" if after else MISSING)


def _compare_tables(before: bytes, after: bytes) -> Place | None:
    old, new = _read_rows(before), _read_rows(after)
    if old is None or new is None or old == new:
        return None
    number = _count_equal(old, new)
    gone, added = _tell_apart(old, new, number)
    row = (new if added else old)[number]
    header = (old or new)[0]
    where = ", ".join([f"row {number + 1}", *_describe_row(header, row)])
    if gone or added:
        return Place(where, MISSING if added else show(",".join(row)), MISSING if gone else show(",".join(row)))
    column = _count_equal(row, new[number])
    name = header[column] if number and column < len(header) else str(column + 1)
    cells = [side[column] if column < len(side) else None for side in (row, new[number])]
    return Place(f"{where}, column {name}", *_show_both(*cells))


def _read_rows(content: bytes) -> list[Row] | None:
    """Rows of a CSV file, or None where it is not readable as one."""
    try:
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return None


def _describe_row(header: Row, row: Row) -> list[str]:
    """Say what a row is about, the header excepted: the patient, or the statistic of a results table."""
    if row == header:
        return []
    cells = dict(zip(header, row, strict=False))
    if tuple(header) == COLUMNS:
        return [" ".join(cells[key] for key in (*KEYS, "time_months", "stat") if cells.get(key))]
    return [f"patient {cells[column]}" for column in PATIENT if cells.get(column)]


def _compare_lines(before: bytes, after: bytes) -> Place | None:
    try:
        old, new = (re.split("\r\n|\n", version.decode("utf-8")) for version in (before, after))
    except UnicodeDecodeError:
        return None
    if old == new:
        return None
    number = _count_equal(old, new)
    gone, added = _tell_apart(old, new, number)
    lines = None if added else old[number], None if gone else new[number]
    return Place(f"line {number + 1}", *_show_both(*lines))


def _compare_bytes(before: bytes, after: bytes) -> Place:
    position = _count_equal(before, after)
    line = before[:position].count(b"\n") + 1
    shown = [f"0x{side[position]:02x}" if position < len(side) else "the end" for side in (before, after)]
    return Place(f"byte {position + 1}, line {line}", *shown)


def _count_equal(old: Sequence[object], new: Sequence[object]) -> int:
    """How many parts two sequences have in common from their beginning."""
    differing = (number for number, (one, other) in enumerate(zip(old, new, strict=False)) if one != other)
    return next(differing, min(len(old), len(new)))


def _tell_apart(old: Sequence[object], new: Sequence[object], number: int) -> tuple[bool, bool]:
    """Whether the first differing part is gone or added; neither where it was changed.

    A part that is gone moves all others up; compared one by one, every part after it would seem to be changed.
    """
    if number in (len(old), len(new)):
        return number == len(new), number == len(old)
    after_all = len(old) != len(new)
    gone = after_all and old[number + 1 : number + 2] == new[number : number + 1]
    added = after_all and old[number : number + 1] == new[number + 1 : number + 2]
    return gone and not added, added and not gone


def _show_both(old: str | None, new: str | None) -> tuple[str, str]:
    at = _count_equal(old or "", new or "")
    return show(old, at), show(new, at)


def show(text: str | None, at: int = 0) -> str:
    """A text in quotation marks; of a long one what stands around a position."""
    if not text:
        return MISSING if text is None else "empty"
    start = max(0, min(at - _SHOWN // 3, len(text) - _SHOWN))
    end = start + _SHOWN
    return f"'{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}'"
