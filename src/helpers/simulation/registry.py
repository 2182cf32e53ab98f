"""The whole simulated study: every patient's tables, as known at the last extraction."""

import datetime as dt
from dataclasses import dataclass

from helpers.simulation.adverse_events import make_adverse_event_rows
from helpers.simulation.blood_counts import make_lab_rows
from helpers.simulation.cells import TABLES, Row, Tables, make_records, sort_records
from helpers.simulation.course import Course, follow_disease
from helpers.simulation.draws import Draws
from helpers.simulation.entry_errors import enter_errors
from helpers.simulation.exposure import Exposure, make_dose_rows, make_infusion_rows, plan_exposure
from helpers.simulation.extractions import FINAL, HORIZON
from helpers.simulation.fate import draw_fate
from helpers.simulation.gvhd import make_gvhd_rows
from helpers.simulation.known_at import take_known
from helpers.simulation.marrow import make_relapse_rows, make_response_rows, make_therapy_rows
from helpers.simulation.screening import Role, ScreenedPatient, describe_patient, screen_patients

SCREENED = 66
LOST = 0.06
"""Share of the treated whom the study loses sight of one to two years after the first dose."""


@dataclass(frozen=True)
class SimulatedRegistry:
    """The complete truth about a simulated study.

    Attributes
    ----------
    seed : int
        What it was made from.
    tables : dict of str to list of dict
        Raw tables by name, cells as text, at the last extraction.
    """

    seed: int
    tables: Tables


def simulate_registry(seed: int, screened: int = SCREENED) -> SimulatedRegistry:
    """Simulate a study.

    Parameters
    ----------
    seed : int
        Makes the same study again.
    screened : int
        Number of screened patients, at least 10.

    Returns
    -------
    SimulatedRegistry
        Ten raw tables without a contradiction but those of `helpers.simulation.entry_errors`.
    """
    tables: Tables = {name: [] for name in TABLES}
    for patient in screen_patients(seed, screened):
        for name, records in _simulate_patient(Draws(seed, patient.number), patient).items():
            tables[name] += records
    known = take_known(tables, FINAL.day)
    ordered = {name: sort_records(name, records) for name, records in known.items()}
    return SimulatedRegistry(seed, enter_errors(ordered))


def _simulate_patient(draws: Draws, patient: ScreenedPatient) -> Tables:
    described = describe_patient(draws, patient)
    if patient.start is None:
        contact = draws.later(patient.screening, 14, 45)
        followup: Row = {"last_contact_date": contact, "vital_status": "alive"}
        rows: dict[str, list[Row]] = {"followup": [{"patient": patient.patient, **followup}]}
    else:
        rows = _treat(draws, patient, patient.start)
    rows["patients"] = [described]
    tables = {name: make_records(name, rows.get(name, [])) for name in TABLES}
    lost = _lose(draws, patient)
    return tables if lost is None else take_known(tables, lost)


def _treat(draws: Draws, screened: ScreenedPatient, start: dt.date) -> dict[str, list[Row]]:
    patient = screened.patient
    fate = draw_fate(draws, screened.relapsed, screened.role is Role.EARLY_DEATH)
    exposure = plan_exposure(draws, start, screened.relapsed, fate)
    course = follow_disease(draws, fate, exposure)
    exposure = exposure.stop_before(course.end_of_protocol_therapy)
    stop = min(day for day in (course.new_therapy and course.new_therapy[0], course.death, HORIZON) if day)
    gvhd = _develop_gvhd(draws, patient, exposure, stop, course)
    cause = _find_death_cause(draws, course, gvhd)
    if gvhd:
        exposure = exposure.without_later_infusions(_first_onset(gvhd))
    events = make_adverse_event_rows(draws, patient, exposure, stop, course.death, cause == "Infection")
    return {
        "blinatumomab": make_dose_rows(patient, exposure),
        "dli": make_infusion_rows(draws, patient, exposure),
        "response": make_response_rows(draws, patient, course),
        "relapse": make_relapse_rows(patient, course),
        "gvhd": gvhd,
        "adverse_events": events,
        "labs": make_lab_rows(draws, screened, start, course),
        "subsequent_therapy": make_therapy_rows(patient, course),
        "followup": [_close_follow_up(patient, course.death, cause)],
    }


def _develop_gvhd(draws: Draws, patient: str, exposure: Exposure, stop: dt.date, course: Course) -> list[Row]:
    if not exposure.infusions:
        return []
    return make_gvhd_rows(draws, patient, exposure.infusions[0], stop, course.dies_in_remission)


def _first_onset(gvhd: list[Row]) -> dt.date:
    return min(day for row in gvhd if isinstance(day := row["onset_date"], dt.date))


def _find_death_cause(draws: Draws, course: Course, gvhd: list[Row]) -> str | None:
    """Death in remission comes from severe GVHD where there is any, else mostly from infection."""
    if course.death is None:
        return None
    if not course.response:
        return draws.choose({"Relapse": 0.85, "Infection": 0.15}) if course.cycle_assessments else "Infection"
    if not course.dies_in_remission:
        return draws.choose({"Relapse": 0.94, "Infection": 0.06})
    if any(row["recorded_grade"] in ("III", "IV", "severe") for row in gvhd):
        return "GVHD"
    return draws.choose({"Infection": 0.8, "Other": 0.2})


def _close_follow_up(patient: str, death: dt.date | None, cause: str | None) -> Row:
    return {
        "patient": patient,
        "last_contact_date": death or HORIZON,
        "vital_status": "dead" if death else "alive",
        "death_date": death,
        "death_cause": cause,
    }


def _lose(draws: Draws, patient: ScreenedPatient) -> dt.date | None:
    ordinary = patient.role is Role.TREATED and patient.start is not None
    lost = draws.later(patient.screening, 365, 730)
    return lost if draws.chance(LOST) and ordinary else None
