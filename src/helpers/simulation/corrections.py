"""How the data base stood before it was corrected: a few values typed wrongly and rows entered late."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from helpers.simulation.adverse_events import CRS, SEIZURE
from helpers.simulation.cells import Record, Tables, format_cell
from helpers.simulation.extractions import SNAPSHOTS, Extraction
from helpers.simulation.gvhd import ACUTE, grade_acute
from helpers.simulation.precision import to_digits

MOVED = dt.timedelta(days=4)
MRD_RESPONSE = 1e-4


@dataclass(frozen=True)
class Window:
    """Records dated after the extraction before and up to the cut: those an extraction is the first to hold.

    Each extraction has its wrong values among them, so that nothing is corrected twice.
    """

    after: str
    until: str

    def holds(self, date: str) -> bool:
        """Whether a date, as ISO text, lies in the window."""
        return self.after < date <= self.until


def undo_corrections(tables: Tables, extraction: Extraction) -> Tables:
    """Undo what was corrected or entered only after an extraction.

    Parameters
    ----------
    tables : dict of str to list of dict
        The truth, whatever was known at the extraction.
    extraction : Extraction
        One of the snapshots.

    Returns
    -------
    dict of str to list of dict
        The tables as they stood before: where no record is suitable for an error, without it.
    """
    before = {name: [dict(record) for record in records] for name, records in tables.items()}
    place = SNAPSHOTS.index(extraction)
    window = Window(SNAPSHOTS[place - 1].day.isoformat() if place else "", extraction.cut)
    for undo in UNDONE[extraction.cut]:
        undo(before, window)
    return before


def _move_relapse(tables: Tables, window: Window) -> None:
    """A relapse, and the assessment that showed it, some days late."""
    for relapse in tables["relapse"]:
        day = relapse["relapse_date"]
        moved = (dt.date.fromisoformat(day) + MOVED).isoformat()
        if window.holds(day) and window.holds(moved) and not _has_dates(tables, relapse["patient"], day, moved):
            for assessment in _of_patient(tables["response"], relapse["patient"]):
                if assessment["assessment_date"] == day:
                    assessment["assessment_date"] = moved
            relapse["relapse_date"] = moved
            return


def _has_dates(tables: Tables, patient: str, after: str, until: str) -> bool:
    """Whether something would come into disorder if what happened on the first day were dated on the second."""
    dated = {"response": "assessment_date", "subsequent_therapy": "therapy_date", "followup": "last_contact_date"}
    return any(
        after < record[date] <= until for table, date in dated.items() for record in _of_patient(tables[table], patient)
    )


def _of_patient(records: list[Record], patient: str) -> Iterator[Record]:
    return (record for record in records if record["patient"] == patient)


def _lower_event_grade(tables: Tables, window: Window) -> None:
    """An infection or another event of grade 3 as grade 2."""
    _change(
        tables["adverse_events"],
        lambda row: window.holds(row["onset_date"]) and row["grade"] == "3" and row["term"] not in (CRS, SEIZURE),
        lambda _: {"grade": "2"},
    )


def _raise_mrd(tables: Tables, window: Window) -> None:
    """A level of residual disease one power of ten too high, which hides an MRD response."""
    _change(
        tables["response"],
        lambda row: (
            window.holds(row["assessment_date"]) and MRD_RESPONSE / 10 <= float(row["mrd_level"] or 0) < MRD_RESPONSE
        ),
        lambda row: {"mrd_level": _times(row["mrd_level"], 10)},
    )


def _lower_dli_dose(tables: Tables, window: Window) -> None:
    """A dose one power of ten too low, where no CD3 dose beside it gives that away."""
    _change(
        tables["dli"],
        lambda row: window.holds(row["dli_date"]) and row["cd3_per_kg"] == "",
        lambda row: {"mnc_per_kg": _times(row["mnc_per_kg"], 0.1)},
    )


def _change_death_cause(tables: Tables, window: Window) -> None:
    _change(
        tables["followup"],
        lambda row: window.holds(row["death_date"]) and row["death_cause"] == "Relapse",
        lambda _: {"death_cause": "Other"},
    )


def _move_last_contact(tables: Tables, window: Window) -> None:
    """A contact some days late, of a patient who was not seen again."""
    _change(
        tables["followup"],
        lambda row: window.holds(row["last_contact_date"]) and row["vital_status"] == "alive",
        lambda row: {"last_contact_date": (dt.date.fromisoformat(row["last_contact_date"]) + MOVED).isoformat()},
    )


def _change_acute_stage(tables: Tables, window: Window) -> None:
    """A stage of acute GVHD that gives the same grade."""
    _change(
        tables["gvhd"],
        lambda row: window.holds(row["onset_date"]) and _find_other_stage(row) is not None,
        lambda row: _find_other_stage(row) or {},
    )


def _find_other_stage(row: Record) -> Record | None:
    if row["type"] != "acute" or "" in (row[organ] for organ in ACUTE):
        return None
    stages = {organ: int(row[organ]) for organ in ACUTE}
    for organ in ("lower_gi_stage", "liver_stage", "skin_stage"):
        other = stages | {organ: stages[organ] - 1}
        if stages[organ] > 1 and grade_acute(other) == grade_acute(stages) == row["recorded_grade"]:
            return {organ: str(other[organ])}
    return None


def _enter_event_late(tables: Tables, window: Window) -> None:
    """A mild adverse event that is not in the data base yet."""
    _remove(
        tables["adverse_events"],
        lambda row: (
            window.holds(row["onset_date"])
            and row["term"] not in (CRS, SEIZURE)
            and row["grade"] == "1"
            and row["outcome"] == "recovered"
        ),
    )


def _enter_chronic_gvhd_late(tables: Tables, window: Window) -> None:
    """A mild chronic GVHD that is not in the data base yet."""
    _remove(tables["gvhd"], lambda row: window.holds(row["onset_date"]) and row["recorded_grade"] == "mild")


def _times(cell: str, factor: float) -> str:
    return format_cell(to_digits(float(cell) * factor, 2))


def _change(
    records: list[Record], fits: Callable[[Record], bool], wrong: Callable[[Record], Mapping[str, str]]
) -> None:
    """Change the first record that fits."""
    for record in records:
        if fits(record):
            record.update(wrong(record))
            return


def _remove(records: list[Record], fits: Callable[[Record], bool]) -> None:
    """Remove the last record that fits."""
    for place in reversed(range(len(records))):
        if fits(records[place]):
            del records[place]
            return


UNDONE: dict[str, tuple[Callable[[Tables, Window], None], ...]] = {
    "2024-06-30": (_move_relapse, _lower_event_grade, _raise_mrd, _enter_event_late),
    "2025-06-30": (
        _change_death_cause,
        _lower_dli_dose,
        _move_last_contact,
        _change_acute_stage,
        _move_relapse,
        _enter_event_late,
        _enter_chronic_gvhd_late,
    ),
}
"""What stood otherwise at each extraction."""
