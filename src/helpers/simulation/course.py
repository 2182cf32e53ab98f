"""The course of the disease in dates: remission, relapse, new therapy, death."""

import datetime as dt
from dataclasses import dataclass, replace

from helpers.simulation.draws import Draws
from helpers.simulation.exposure import Exposure
from helpers.simulation.fate import Fate
from helpers.simulation.precision import count_days

FIRST_ASSESSMENT = (20, 40)
"""Days from the start of a cycle to its marrow assessment, later where the cycle is longer."""
NEW_THERAPIES = {"Chemotherapy": 0.35, "CAR-T cells": 0.3, "Second HSCT": 0.2, "Inotuzumab": 0.15}
RELAPSE_SITES = {"Bone marrow": 0.65, "Combined": 0.15, "Extramedullary": 0.2}


@dataclass(frozen=True)
class Relapse:
    """A relapse and its site."""

    day: dt.date
    site: str


@dataclass(frozen=True)
class Course:
    """What happens to the leukaemia of a treated patient.

    Attributes
    ----------
    start : date
        First day of blinatumomab.
    cycle_assessments : tuple of date
        Marrow assessments after the cycles.
    mrd_response : bool
        Residual disease falls below 1e-4 in remission.
    response : date or None
        First assessment in remission under blinatumomab.
    relapses : tuple of Relapse
        In order.
    salvage : date or None
        First assessment in remission under a new therapy, after relapse or resistance.
    new_therapy : tuple of (date, str), or None
        Day and kind of the new therapy.
    death : date or None
        Day of death.
    dies_in_remission : bool
        The death is not from the leukaemia.
    """

    start: dt.date
    cycle_assessments: tuple[dt.date, ...] = ()
    mrd_response: bool = False
    response: dt.date | None = None
    relapses: tuple[Relapse, ...] = ()
    salvage: dt.date | None = None
    new_therapy: tuple[dt.date, str] | None = None
    death: dt.date | None = None
    dies_in_remission: bool = False

    @property
    def relapse(self) -> dt.date | None:
        """Day of the first relapse."""
        return self.relapses[0].day if self.relapses else None

    @property
    def end_of_protocol_therapy(self) -> dt.date | None:
        """Day from which neither blinatumomab nor donor lymphocytes are given, None if nothing stops them."""
        therapy = self.new_therapy[0] if self.new_therapy else None
        return min((day for day in (self.relapse, therapy, self.death) if day), default=None)

    def is_in_remission(self, day: dt.date) -> bool:
        """Whether a marrow looked at on this day would be in remission."""
        if self.salvage and day >= self.salvage:
            return len(self.relapses) < 2 or day < self.relapses[1].day
        return self.response is not None and self.response <= day and (self.relapse is None or day < self.relapse)


def follow_disease(draws: Draws, fate: Fate, exposure: Exposure) -> Course:
    """Put the fate of a patient into dates.

    Parameters
    ----------
    draws : Draws
        The patient's own stream.
    fate : Fate
        What the disease will do.
    exposure : Exposure
        The treatment as planned.

    Returns
    -------
    Course
        The dates, whatever the end of the study.
    """
    start = exposure.doses[0].start
    if fate.early_death:
        return Course(start, death=draws.later(start, 8, 15))
    course = Course(start, _assess_cycles(draws, exposure), fate.mrd_response)
    return _follow_remission(draws, fate, course) if fate.responds else _follow_resistance(draws, course)


def _assess_cycles(draws: Draws, exposure: Exposure) -> tuple[dt.date, ...]:
    days = []
    for cycle in exposure.cycles:
        start, following = exposure.cycle_start(cycle), exposure.cycle_start(cycle + 1)
        assert start is not None  # a given cycle has a first day
        day = max(draws.later(start, *FIRST_ASSESSMENT), exposure.cycle_end(cycle) + dt.timedelta(days=1))
        days.append(min(day, following - dt.timedelta(days=1)) if following else day)
    return tuple(days)


def _follow_remission(draws: Draws, fate: Fate, course: Course) -> Course:
    response = course.cycle_assessments[fate.response_cycle - 1]
    course = replace(course, response=response)
    relapse = response + dt.timedelta(days=fate.days_to_relapse) if fate.days_to_relapse else None
    death = response + dt.timedelta(days=fate.days_to_death_in_remission) if fate.days_to_death_in_remission else None
    if death and (relapse is None or death < relapse):
        return replace(course, death=death, dies_in_remission=True)
    if relapse is None:
        return _consolidate(draws, course, response)
    return _follow_relapse(draws, replace(course, relapses=(Relapse(relapse, draws.choose(RELAPSE_SITES)),)), relapse)


def _consolidate(draws: Draws, course: Course, response: dt.date) -> Course:
    """Transplant a few in remission a second time, before any relapse."""
    if not draws.chance(0.12):
        return course
    return replace(course, new_therapy=(draws.later(response, 70, 150), "Second HSCT"))


def _follow_relapse(draws: Draws, course: Course, relapse: dt.date) -> Course:
    course = _die(draws, course, relapse, 4.5)
    if not draws.chance(0.75):
        return course
    course = _treat_anew(draws, course, draws.later(relapse, 5, 35))
    if course.new_therapy is None or not draws.chance(0.42):
        return course
    return _regain_remission(draws, course, draws.later(relapse, 60, 88))


def _follow_resistance(draws: Draws, course: Course) -> Course:
    first, *_ = course.cycle_assessments
    course = _die(draws, course, first, 2.8)
    assert course.death is not None  # drawn just above
    known = [day for day in course.cycle_assessments if day < course.death]
    course = replace(course, cycle_assessments=tuple(known))
    if not draws.chance(0.55):
        return course
    course = _treat_anew(draws, course, draws.later(known[-1], 5, 28))
    if course.new_therapy is None or not draws.chance(0.3):
        return course
    return _regain_remission(draws, course, draws.later(course.new_therapy[0], 28, 60))


def _die(draws: Draws, course: Course, since: dt.date, median_months: float) -> Course:
    days = max(9, count_days(draws.skewed(median_months, 0.75)))
    return replace(course, death=since + dt.timedelta(days=days))


def _treat_anew(draws: Draws, course: Course, day: dt.date) -> Course:
    too_late = course.death is not None and course.death <= day + dt.timedelta(days=3)
    return course if too_late else replace(course, new_therapy=(day, draws.choose(NEW_THERAPIES)))


def _regain_remission(draws: Draws, course: Course, day: dt.date) -> Course:
    """Regain remission under the new therapy; after a relapse it may be lost again."""
    course = _die(draws, replace(course, salvage=day), day, 26)
    if not course.relapses or not draws.chance(0.45):
        return course
    again = day + dt.timedelta(days=max(45, count_days(draws.skewed(6, 0.6))))
    site = draws.choose({"Bone marrow": 0.7, "Combined": 0.3})
    return _die(draws, replace(course, relapses=(*course.relapses, Relapse(again, site))), again, 3)
