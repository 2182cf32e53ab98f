"""Marrow assessments, relapses and new therapies as tables."""

import datetime as dt

from helpers.simulation.cells import Row
from helpers.simulation.course import Course
from helpers.simulation.draws import Draws
from helpers.simulation.extractions import HORIZON
from helpers.simulation.precision import to_digits, to_whole

MARROW_SITES = ("Bone marrow", "Combined")
RISING = dt.timedelta(days=60)
"""Residual disease is found again this long before a relapse."""
CONVERSION = dt.timedelta(days=150)
"""Who keeps residual disease may still lose it this long after the remission."""


def make_response_rows(draws: Draws, patient: str, course: Course) -> list[Row]:
    """Make the patient's rows of the table response, one assessment a day at most.

    Parameters
    ----------
    draws : Draws
        The patient's own stream.
    patient : str
        The pseudonym.
    course : Course
        The course of the disease.

    Returns
    -------
    list of dict
        In order of time.
    """
    method = draws.choose({"flow": 0.7, "PCR": 0.2, "NGS": 0.1})
    converts = draws.chance(0.4)
    rows = []
    for day in _list_assessments(draws, course):
        if course.is_in_remission(day):
            level = _draw_mrd(draws, course, day, converts)
            rows.append(_make_remission_row(draws, patient, course, day) | _report_mrd(level, method))
        else:
            rows.append(_make_disease_row(draws, patient, day))
    return rows


def _list_assessments(draws: Draws, course: Course) -> list[dt.date]:
    stop = course.end_of_protocol_therapy
    days = {day for day in course.cycle_assessments if stop is None or course.response is None or day < stop}
    if course.response:
        days |= _visit(draws, max(days), course.relapse or course.death or HORIZON)
    days |= {relapse.day for relapse in course.relapses if relapse.site in MARROW_SITES}
    if course.salvage:
        lost = course.relapses[1].day if len(course.relapses) > 1 else course.death or HORIZON
        days |= {course.salvage} | _visit(draws, course.salvage, lost)
    elif course.relapse and draws.chance(0.5):
        days.add(draws.later(course.relapse, 25, 60))
    return sorted(day for day in days if course.death is None or day < course.death)


def _visit(draws: Draws, since: dt.date, until: dt.date) -> set[dt.date]:
    days = set()
    day = draws.later(since, 28, 60)
    while day < until:
        days.add(day)
        day = draws.later(day, *((30, 70) if (day - since).days < 300 else (60, 95)))
    return days


def _make_remission_row(draws: Draws, patient: str, course: Course, day: dt.date) -> Row:
    early = course.response is not None and day <= course.response
    complete = 0.7 if early else 0.93
    return {
        "patient": patient,
        "assessment_date": day,
        "morphology": draws.choose({"CR": complete, "CRh": (1 - complete) * 0.5, "CRi": (1 - complete) * 0.5}),
        "blasts_percent": draws.choose({0.0: 0.35, 0.5: 0.25, 1.0: 0.2, 1.5: 0.1, 2.0: 0.06, 3.0: 0.04}),
    }


def _make_disease_row(draws: Draws, patient: str, day: dt.date) -> Row:
    return {
        "patient": patient,
        "assessment_date": day,
        "morphology": "No remission",
        "blasts_percent": to_whole(min(95.0, max(6.0, draws.skewed(28, 0.8)))),
    }


def _draw_mrd(draws: Draws, course: Course, day: dt.date, converts: bool) -> float | None:
    """Draw a level; it is always measured at the response, and not measured once in eight assessments later."""
    if day != course.response and draws.chance(0.12):
        return None
    rising = any(relapse.site in MARROW_SITES and relapse.day - RISING < day for relapse in course.relapses)
    converted = converts and course.response is not None and day > course.response + CONVERSION
    negative = course.mrd_response or converted or (course.salvage is not None and day >= course.salvage)
    if day != course.response and rising and draws.chance(0.7):
        negative = False
    if not negative:
        return to_digits(10 ** draws.between(-3.9, -2.1), 1)
    return 0.0 if draws.chance(0.7) else to_digits(10 ** draws.between(-6, -4.1), 1)


def _report_mrd(level: float | None, method: str) -> Row:
    return {"mrd_level": level, "mrd_method": None if level is None else method}


def make_relapse_rows(patient: str, course: Course) -> list[Row]:
    """Make the patient's rows of the table relapse."""
    return [
        {"patient": patient, "relapse_date": relapse.day, "relapse_site": relapse.site} for relapse in course.relapses
    ]


def make_therapy_rows(patient: str, course: Course) -> list[Row]:
    """Make the patient's rows of the table subsequent_therapy."""
    if course.new_therapy is None:
        return []
    return [{"patient": patient, "therapy_date": course.new_therapy[0], "therapy": course.new_therapy[1]}]
