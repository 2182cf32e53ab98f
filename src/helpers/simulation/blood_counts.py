"""Blood counts: lower with more disease, lowest in the first cycle, recovering in remission."""

import datetime as dt
from dataclasses import dataclass

from helpers.simulation.cells import Row
from helpers.simulation.course import Course
from helpers.simulation.draws import Draws
from helpers.simulation.extractions import HORIZON
from helpers.simulation.precision import to_decimals
from helpers.simulation.screening import ScreenedPatient

WEEKS = 10
MISSING = 0.03


@dataclass(frozen=True)
class Count:
    """One of the counts: its usual level at baseline by disease, in remission and in relapse, and its nadir."""

    column: str
    digits: int
    lowest: float
    with_mrd: float
    with_relapse: float
    in_remission: float
    in_disease: float
    nadir: float
    spread: float


COUNTS = (
    Count("anc", 2, 0.01, 2.3, 1.3, 2.7, 0.7, 0.35, 0.38),
    Count("platelets", 0, 4, 128, 58, 152, 26, 0.6, 0.28),
    Count("haemoglobin", 0, 48, 110, 88, 119, 74, 0.88, 0.07),
)


def make_lab_rows(draws: Draws, screened: ScreenedPatient, start: dt.date, course: Course) -> list[Row]:
    """Make the patient's rows of the table labs, one a day at most.

    Parameters
    ----------
    draws : Draws
        The patient's own stream.
    screened : ScreenedPatient
        Disease before treatment; no count is taken before screening.
    start : date
        First day of blinatumomab.
    course : Course
        Remission and relapse, and death, which ends the counts.

    Returns
    -------
    list of dict
        In order of time.
    """
    own = {count.column: draws.skewed(1, count.spread / 2) for count in COUNTS}
    rows: list[Row] = []
    for day in _list_days(draws, screened, start, course.death or HORIZON):
        row: Row = {"patient": screened.patient, "lab_date": day}
        for count in COUNTS:
            level = own[count.column] * _expect(
                count, screened.relapsed, (day - start).days, course.is_in_remission(day)
            )
            number = max(count.lowest, draws.skewed(level, count.spread))
            row[count.column] = None if draws.chance(MISSING) else to_decimals(number, count.digits)
        rows.append(row)
    return rows


def _list_days(draws: Draws, screened: ScreenedPatient, start: dt.date, end: dt.date) -> list[dt.date]:
    days = [max(screened.screening, start - dt.timedelta(days=draws.whole(0, 3)))]
    days += [start + dt.timedelta(days=7 * week + draws.whole(-1, 1)) for week in range(1, WEEKS + 1)]
    while days[-1] < end:
        days.append(draws.later(days[-1], 30, 60))
    return [day for day in days if day < end]


def _expect(count: Count, relapsed: bool, day: int, in_remission: bool) -> float:
    """Go from baseline to the level of remission or disease within ten weeks, through the nadir of cycle 1."""
    baseline = count.with_relapse if relapsed else count.with_mrd
    target = count.in_remission if in_remission else count.in_disease
    progress = min(1.0, max(0, day) / (7 * WEEKS))
    if in_remission:
        progress = progress**0.5
    dip = count.nadir if 4 <= day <= 17 else (1 + count.nadir) / 2 if 17 < day <= 30 else 1.0
    return (baseline + (target - baseline) * progress) * dip
