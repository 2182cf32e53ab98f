"""What differs between two extractions of the same raw tables: values corrected, records entered late or removed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from helpers.study.dictionary import read_dictionary

CORRECTED, LATE, REMOVED = "corrected", "entered late", "removed"
NUMBERS = {"number", "integer"}
MIRROR = {LATE: REMOVED, REMOVED: LATE}
"""What it is from the other side; a correction is one from both."""
FIELDS = ("table", "patient", "column", "what", "old", "new", "old_row", "new_row")

Texts = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class _Pair:
    """Numbers of a record before and after; None where it was not there."""

    old: int | None
    new: int | None


def find_identifier(table: str) -> str | None:
    """Column of a raw table that names the patient."""
    columns = read_dictionary()[table]
    return next((name for name, column in columns.items() if column.type == "id"), None)


def list_source_changes(old: Texts, new: Texts) -> pd.DataFrame:
    """List what differs between two extractions, cell by cell.

    Raw records have no number of their own that survives an extraction. Within a patient, records that are equal are
    the same; of the others, those that agree in most cells are the same record, corrected, if they agree in at least
    half of the cells that either of them fills, or if the patient has one record in both extractions.

    Parameters
    ----------
    old, new : mapping of str to DataFrame
        Raw tables as text, indexed by the number of the record in its file, as of the same date.

    Returns
    -------
    DataFrame
        One row a cell that was corrected, or a record that was entered late or removed; columns `FIELDS`. Rows of the
        file count the header; of a whole record, `old` or `new` holds its filled cells.
    """
    rows: list[dict[str, object]] = []
    for table in dict.fromkeys([*old, *new]):
        identifier = find_identifier(table)
        if identifier is None:
            continue
        empty = pd.DataFrame(columns=[identifier])
        before, after = old.get(table, empty), new.get(table, empty)
        known = read_dictionary()[table]
        columns = [column for column in dict.fromkeys([*before.columns, *after.columns]) if column in known]
        before, after = (side.reindex(columns=columns, fill_value="") for side in (before, after))
        patients = list(dict.fromkeys([*before[identifier], *after[identifier]]))
        sides = [dict(list(side.groupby(identifier, sort=False))) for side in (before, after)]
        for patient in patients:
            one, other = (side.get(patient, before.iloc[:0]) for side in sides)
            if len(one) == len(other) and (one.to_numpy() == other.to_numpy()).all():
                continue
            one, other = _spell_alike(one, other, [name for name in columns if known[name].type in NUMBERS])
            values = [column for column in columns if column != identifier]
            for pair in _pair_records(one[values], other[values]):
                rows += _describe(table, patient, pair, one[values], other[values])
    return pd.DataFrame(rows, columns=list(FIELDS)).astype({"old_row": "Int64", "new_row": "Int64"})


def _spell_alike(old: pd.DataFrame, new: pd.DataFrame, numbers: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write a number of the new extraction as the old one does where it is the same: 2.0 is no correction of 2."""
    alike = new.copy()
    for column in numbers:
        spelt = {float(cell): cell for cell in old[column] if cell}
        alike[column] = [spelt.get(float(cell), cell) if cell else cell for cell in new[column]]
    return old, alike


def _pair_records(old: pd.DataFrame, new: pd.DataFrame) -> list[_Pair]:
    """Pair those records of a patient that are not equal, in the order of the new file."""
    before, after = ({int(str(n)): tuple(r) for n, r in zip(s.index, s.to_numpy(), strict=True)} for s in (old, new))
    for number, record in list(before.items()):
        same = next((other for other, found in after.items() if found == record), None)
        if same is not None:
            del before[number], after[same]
    likeness = {
        (one, other): _agreement(record, found) for one, record in before.items() for other, found in after.items()
    }
    only_one = len(old) == len(new) == 1
    pairs = []
    for one, other in sorted(likeness, key=lambda pair: (-likeness[pair], pair)):
        if one in before and other in after and (only_one or likeness[one, other] >= 0.5):
            pairs.append(_Pair(one, other))
            del before[one], after[other]
    pairs += [_Pair(None, other) for other in after] + [_Pair(one, None) for one in before]
    return sorted(pairs, key=lambda pair: (pair.new is None, pair.new or 0, pair.old or 0))


def _agreement(record: Sequence[str], other: Sequence[str]) -> float:
    """Share of equal cells among those that either record fills."""
    filled = [(one, two) for one, two in zip(record, other, strict=True) if one or two]
    return sum(one == two for one, two in filled) / len(filled) if filled else 1.0


def _describe(table: str, patient: str, pair: _Pair, old: pd.DataFrame, new: pd.DataFrame) -> list[dict[str, object]]:
    rows = {"old_row": pair.old and pair.old + 1, "new_row": pair.new and pair.new + 1}
    about = {"table": table, "patient": patient, **rows}
    if pair.old is None:
        return [{**about, "column": "", "what": LATE, "old": "", "new": _say(pd.Series(new.loc[pair.new]))}]
    if pair.new is None:
        return [{**about, "column": "", "what": REMOVED, "old": _say(pd.Series(old.loc[pair.old])), "new": ""}]
    before, after = old.loc[pair.old], new.loc[pair.new]
    return [
        {**about, "column": column, "what": CORRECTED, "old": before[column], "new": after[column]}
        for column in old.columns
        if before[column] != after[column]
    ]


def _say(record: pd.Series) -> str:
    return ", ".join(f"{column}={value}" for column, value in record.items() if value)
