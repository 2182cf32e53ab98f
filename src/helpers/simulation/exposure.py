"""Blinatumomab and donor lymphocytes: the protocol's plan with its deviations, stopped when the disease stops it."""

import datetime as dt
from dataclasses import dataclass, replace

from helpers.simulation.cells import Row
from helpers.simulation.draws import Draws
from helpers.simulation.fate import Fate
from helpers.simulation.precision import to_digits

DAY = dt.timedelta(days=1)
FULL_DOSE = 28
STEPS = ((4, 9.0), (3, 11.66))
"""Days and daily dose of the steps before the full dose, in haematological relapse."""


@dataclass(frozen=True)
class Dose:
    """Days on one daily dose of blinatumomab, with at most one interruption inside them and its reason."""

    cycle: int
    start: dt.date
    end: dt.date
    daily_dose_ug: float
    interruption: tuple[dt.date, dt.date] | None = None
    reason: str = ""


@dataclass(frozen=True)
class Exposure:
    """All that was given by the protocol: doses of blinatumomab and days of donor lymphocyte infusions."""

    doses: tuple[Dose, ...]
    infusions: tuple[dt.date, ...] = ()

    def cycle_start(self, cycle: int) -> dt.date | None:
        """First day of a cycle, or None if it was not given."""
        return min((dose.start for dose in self.doses if dose.cycle == cycle), default=None)

    def cycle_end(self, cycle: int) -> dt.date:
        """Last day of a cycle."""
        return max(dose.end for dose in self.doses if dose.cycle == cycle)

    @property
    def cycles(self) -> tuple[int, ...]:
        """The cycles that were given."""
        return tuple(sorted({dose.cycle for dose in self.doses}))

    def stop_before(self, day: dt.date | None) -> "Exposure":
        """Give nothing on this day or after it."""
        if day is None:
            return self
        doses = tuple(_shorten(replace(dose, end=min(dose.end, day - DAY))) for dose in self.doses if dose.start < day)
        return Exposure(doses, tuple(infusion for infusion in self.infusions if infusion < day))

    def without_later_infusions(self, day: dt.date) -> "Exposure":
        """Give no second infusion once acute GVHD has appeared."""
        first, *more = self.infusions
        return replace(self, infusions=(first, *(infusion for infusion in more if infusion < day)))


def _shorten(dose: Dose) -> Dose:
    if dose.interruption is None or dose.interruption[1] < dose.end:
        return dose
    return replace(dose, interruption=None, reason="")


def plan_exposure(draws: Draws, start: dt.date, relapsed: bool, fate: Fate) -> Exposure:
    """Plan cycles and infusions as if nothing stopped them.

    Parameters
    ----------
    draws : Draws
        The patient's own stream.
    start : date
        First day of blinatumomab.
    relapsed : bool
        Haematological relapse, dosed in steps.
    fate : Fate
        What the disease will do: who does not respond is given less.

    Returns
    -------
    Exposure
        Up to four cycles and two infusions.
    """
    exposure = Exposure(_interrupt(draws, _plan_first_cycle(draws, start, relapsed)))
    if fate.early_death:
        return exposure
    if draws.chance(0.95 if fate.responds else 0.6):
        exposure = _infuse(draws, exposure)
    wanted = _count_cycles(draws, fate)
    for cycle in range(2, wanted + 1):
        exposure = _add_cycle(draws, exposure, cycle)
        if exposure.infusions and len(exposure.infusions) == 1 and draws.chance(0.4):
            exposure = _infuse(draws, exposure)
    return exposure


def _count_cycles(draws: Draws, fate: Fate) -> int:
    wanted = draws.choose({1: 0.3, 2: 0.42, 3: 0.2, 4: 0.08})
    if not fate.responds:
        return min(2, wanted)
    return max(wanted, fate.response_cycle)


def _plan_first_cycle(draws: Draws, start: dt.date, relapsed: bool) -> tuple[Dose, ...]:
    deviates = draws.chance(0.1)
    if not relapsed:
        days = draws.choose({3: 0.5, 18: 0.5}) if deviates else draws.whole(5, 15)
        return (Dose(1, start, start + (days - 1) * DAY, FULL_DOSE),)
    kind = draws.choose({"too few": 0.4, "too many": 0.2, "no steps": 0.4}) if deviates else "as planned"
    days = {"too few": 7, "too many": 26}.get(kind, draws.whole(10, 21))
    if kind == "no steps":
        return (Dose(1, start, start + (days - 1) * DAY, FULL_DOSE),)
    doses = []
    for length, daily_dose in STEPS:
        doses.append(Dose(1, start, start + (length - 1) * DAY, daily_dose))
        start, days = start + length * DAY, days - length
    if days:
        doses.append(Dose(1, start, start + (days - 1) * DAY, FULL_DOSE))
    return tuple(doses)


def _interrupt(draws: Draws, doses: tuple[Dose, ...]) -> tuple[Dose, ...]:
    """Interrupt one in eight first cycles: early for cytokine release, on the longest row for a seizure."""
    reason = draws.choose({"": 0.87, "CRS": 0.08, "Seizure": 0.05})
    place = 0 if reason == "CRS" else max(range(len(doses)), key=lambda place: doses[place].end - doses[place].start)
    dose = doses[place]
    begin = draws.later(dose.start, 1, 2)
    end = min(draws.later(begin, 0, 2), dose.end - DAY)
    if not reason or end < begin:
        return doses
    interrupted = replace(dose, interruption=(begin, end), reason=reason)
    return (*doses[:place], interrupted, *doses[place + 1 :])


def _infuse(draws: Draws, exposure: Exposure) -> Exposure:
    day = draws.later(exposure.cycle_end(exposure.cycles[-1]), 4, 28)
    return replace(exposure, infusions=(*exposure.infusions, day))


def _add_cycle(draws: Draws, exposure: Exposure, cycle: int) -> Exposure:
    previous_end = exposure.cycle_end(cycle - 1)
    infused = exposure.infusions and exposure.infusions[-1] > previous_end
    if infused:
        low, high = draws.choose({(30, 60): 0.84, (14, 27): 0.08, (65, 100): 0.08})
        start = draws.later(exposure.infusions[-1], low, high)
    else:
        start = draws.later(previous_end, 20, 50)
    dose = Dose(cycle, start, start + (draws.whole(5, 15) - 1) * DAY, FULL_DOSE)
    return replace(exposure, doses=(*exposure.doses, dose))


def make_dose_rows(patient: str, exposure: Exposure) -> list[Row]:
    """Make the patient's rows of the table blinatumomab."""
    return [
        {
            "patient": patient,
            "cycle": dose.cycle,
            "start_date": dose.start,
            "end_date": dose.end,
            "daily_dose_ug": dose.daily_dose_ug,
            "interruption_start_date": dose.interruption and dose.interruption[0],
            "interruption_end_date": dose.interruption and dose.interruption[1],
        }
        for dose in exposure.doses
    ]


def make_infusion_rows(draws: Draws, patient: str, exposure: Exposure) -> list[Row]:
    """Make the patient's rows of the table dli; about one dose in ten lies outside the planned range."""
    rows: list[Row] = []
    for day in exposure.infusions:
        low, high = draws.choose({(5e7, 1e8): 0.9, (2.5e7, 4.7e7): 0.05, (1.1e8, 1.6e8): 0.05})
        mnc = to_digits(draws.between(low, high), 2)
        cd3 = to_digits(mnc * draws.between(0.2, 0.5), 2)
        rows.append(
            {
                "patient": patient,
                "dli_date": day,
                "cd3_per_kg": cd3 if draws.chance(0.8) else None,
                "mnc_per_kg": mnc,
            }
        )
    return rows
