"""The raw tables as of a data cut: what was not known at its date does not exist.

The cut is taken before the cells are checked, so that a fault in a record dated after the cut cannot stop the report of
that cut. The column `as_of_cut` of the dictionary says what becomes of a cell or a record; `helpers.study.dictionary`
explains its words.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from helpers.intake.findings import Finding
from helpers.study.dictionary import CONTACT, EXISTS, LATER, RawColumn

_ISO = r"\d{4}-\d{2}-\d{2}"

Columns = Mapping[str, RawColumn]


@dataclass(frozen=True)
class AsOfCut:
    """Raw tables, still as text, as of a cut, with what was left out and needs saying."""

    texts: dict[str, pd.DataFrame]
    findings: tuple[Finding, ...]


def take_as_of_cut(
    texts: Mapping[str, pd.DataFrame], dictionary: Mapping[str, Columns], patients: str, date: dt.date | None
) -> AsOfCut:
    """Take the raw tables as they were known at the end of a day.

    Parameters
    ----------
    texts : mapping of str to DataFrame
        Raw tables as text, indexed by the number of the record; they are not changed.
    dictionary : mapping
        What the dictionary says of the columns of each table.
    patients : str
        Name of the patient table: who is not in it yet is in no table yet.
    date : date or None
        Date of the cut; without one, everything is known.
    """
    if date is None:
        return AsOfCut(dict(texts), ())
    cut = date.isoformat()
    known = {name: _cells_as_of(text[_exists(text, dictionary[name], cut)], dictionary[name], cut)
             for name, text in texts.items()}  # fmt: skip
    if patients not in known:
        return AsOfCut(known, ())
    identifier = _find(dictionary[patients], "id")
    if identifier is None or identifier not in texts[patients].columns:
        return AsOfCut(known, ())
    undated = _undated(known[patients], dictionary[patients])
    rule = f"no date of screening, and not treated by the cut, {cut}: left out, as nothing says since when in the study"
    findings = [
        Finding(patients, int(str(row)) + 1, patient, "", "", rule, "warning")
        for row, patient in known[patients].loc[undated, identifier].items()
    ]
    known[patients] = known[patients][~undated]
    gone = set(texts[patients][identifier]) - set(known[patients][identifier])
    there = set(known[patients][identifier])
    for name in known.keys() - {patients}:
        own = _find(dictionary[name], "id")
        if own in known[name].columns:
            # who is not entered yet may be in follow-up already: contacts after the cut are not known
            late = _contact_after(texts[name].loc[known[name].index], dictionary[name], cut)
            known[name] = known[name][~known[name][own].isin(gone) & (known[name][own].isin(there) | ~late)]
    return AsOfCut(known, tuple(findings))


def _find(columns: Columns, kind: str) -> str | None:
    return next((name for name, column in columns.items() if column.type == kind), None)


def _after(cells: "pd.Series[str]", cut: str) -> "pd.Series[bool]":
    """Whether a cell is a date after the cut; what is no date is left to the checks."""
    dates = pd.to_datetime(cells.where(cells.str.fullmatch(_ISO)), format="%Y-%m-%d", errors="coerce")
    return dates > pd.Timestamp(cut)


def _with_role(text: pd.DataFrame, columns: Columns, role: str) -> list[str]:
    return [name for name in text.columns if name in columns and columns[name].as_of_cut == role]


def _exists(text: pd.DataFrame, columns: Columns, cut: str) -> "pd.Series[bool]":
    exists = pd.Series(True, index=text.index)
    for name in _with_role(text, columns, EXISTS):
        exists &= ~_after(text[name], cut)
    return exists


def _contact_after(text: pd.DataFrame, columns: Columns, cut: str) -> "pd.Series[bool]":
    names = _with_role(text, columns, CONTACT)
    if not names:
        return pd.Series(False, index=text.index)
    return pd.concat([_after(text[name], cut) for name in names], axis=1).all(axis=1)


def _undated(text: pd.DataFrame, columns: Columns) -> "pd.Series[bool]":
    """Patients whose record has neither a date from which it exists nor, by the cut, a later one.

    Where the table has no such column, nothing is asked of anybody.
    """
    names = _with_role(text, columns, EXISTS)
    if not names:
        return pd.Series(False, index=text.index)
    return (text[names + _with_role(text, columns, LATER)] == "").all(axis=1)


def _cells_as_of(text: pd.DataFrame, columns: Columns, cut: str) -> pd.DataFrame:
    known = text.copy()
    for name in text.columns.intersection(list(columns)):
        role = columns[name].as_of_cut
        if role == LATER:
            known[name] = text[name].mask(_after(text[name], cut), "")
        elif role == CONTACT:
            known[name] = text[name].mask(_after(text[name], cut), cut)
        elif (waits := columns[name].known_with) and waits.date in text.columns:
            concerned = text[name].notna() if waits.only is None else text[name] == waits.only
            known[name] = text[name].mask(_after(text[waits.date], cut) & concerned, waits.otherwise)
    return known
