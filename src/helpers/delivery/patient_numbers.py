"""What the tables of single patients may show: of each patient, the patient's own records, and no other number."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

import pandas as pd

from helpers.delivery.numbers import NUMBER
from helpers.delivery.visible_text import Piece, normalise
from helpers.display.formatting import format_number, format_scientific, round_half_up
from helpers.results.cut import PUBLIC, CutData

LISTING, TIMES, CHANGED = "tbl-listing", ("tbl-decisions", "tbl-candidates"), "tbl-since-"
FINDINGS = "tbl-findings"
TIME_COLUMNS = {"Months": ("AVAL",), "From": ("STARTDT",), "Date": ("ADT",), "Record": ("SRCSEQ",)}
"""Columns of the tables of times, with the columns of ADTTE they show."""

Known = dict[tuple[str, str], set[str]]
"""Texts by patient and heading."""


class PatientNumbers:
    """The numbers of each patient's own records; none in a report for the public.

    Parameters
    ----------
    data : CutData
        The cut.
    told : iterable of (str, str)
        Patients of whom something is told since the cut before, each with what is told.
    """

    def __init__(self, data: CutData, told: Iterable[tuple[str, str]] = ()) -> None:
        self._shown: dict[str, Known] = {}
        self._ids: set[str] = set()
        if data.audience == PUBLIC:
            return
        self._ids = set(data.adsl["USUBJID"].astype(str))
        self._shown[LISTING] = _read_listing(data)
        self._shown |= dict.fromkeys(TIMES, _read_times(data))
        self._shown[FINDINGS] = _gather(
            ((finding.patient, ""), f"{finding.row} {finding.value} {finding.rule}") for finding in data.findings
        )
        self._shown[CHANGED] = _gather(((patient, ""), text) for patient, text in told)

    def find_display(self, piece: Piece) -> str:
        """The kind of a table of single patients that a cell belongs to; empty for any other."""
        return next((name for name in self._shown if piece.display.startswith(name)), "")

    def find_patient(self, cells: Iterable[str]) -> str:
        """The patient whose row this is; empty where it is nobody's."""
        return next((cell for cell in cells if cell in self._ids), "")

    def account_for(self, display: str, patient: str, heading: str, text: str) -> bool:
        """Whether a number stands in the patient's own records, those that the heading names."""
        known = self._shown[display]
        return text == patient or text in known.get((patient, heading), known.get((patient, ""), ()))


def _read_listing(data: CutData) -> Known:
    """The raw values of each patient in the columns of the listing, under their headings."""
    columns = data.study.listing.columns if data.study.listing else ()
    key = data.study.patients.name
    cells = []
    for item in columns:
        table = data.tables.get(item.column.table)
        if table is not None and {key, item.column.name} <= set(table.columns):
            for patient, value in zip(table[key].astype(str), table[item.column.name], strict=True):
                cells.append(((patient, normalise(item.label)), value))
    return _gather(cells)


def _read_times(data: CutData) -> Known:
    """The candidates of each patient's times to an event."""
    cells = []
    for tte in data.time_to_event.values():
        for record in tte.candidates.to_dict(orient="records"):
            for heading, columns in TIME_COLUMNS.items():
                for column in columns:
                    cells += [((str(record["USUBJID"]), place), record[column]) for place in (heading, "")]
    return _gather(cells)


def _gather(cells: Iterable[tuple[tuple[str, str], object]]) -> Known:
    known: Known = {}
    for place, value in cells:
        known.setdefault(place, set()).update(_print(value))
    return known


def _print(value: object) -> frozenset[str]:
    """Numbers and dates of a value, as a listing may show them."""
    if value is None or value is pd.NaT or isinstance(value, bool):
        return frozenset()
    return _print_text(f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value))


@cache
def _print_text(text: str) -> frozenset[str]:
    return frozenset(_list_printed(text))


def _list_printed(text: str) -> Iterator[str]:
    yield from (found[0] for found in NUMBER.finditer(text))
    if re.fullmatch(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", text):
        number = abs(float(text))
        yield from (format_number(number), format_scientific(number), round_half_up(number, 1), text)
