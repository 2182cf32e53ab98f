"""What changed since another cut, as the tables, the sentences and the figure about it read it."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from helpers.display.absence import NotDerivableError, NotInStudyError
from helpers.display.formatting import (
    NOT_ESTIMABLE,
    format_change,
    format_date,
    format_months,
    format_months_change,
    format_number,
    format_percent,
    format_points,
)
from helpers.results.changes import WHOLE, Changes, NotCompared
from helpers.results.replay import EVENT, FOLLOW_UP, METHOD, PATIENT, SOURCE
from helpers.results.schema import get_note, get_stats
from helpers.study.endpoints import Endpoint
from helpers.study.model import Cut

CAUSES = {
    METHOD: "changed method or code",
    SOURCE: "corrected source values",
    FOLLOW_UP: "longer follow-up",
    EVENT: "new events",
    PATIENT: "new patients",
}
"""What changes a number, within a sentence, in the order of the steps."""
PROBABILITIES, MONTHS = ("p", "survival", "cif"), ("median",)
"""Statistics that change by percentage points, and those that change by months; all others are counts."""
BECAME = "→"
Stats = dict[str, float | None]


class Step(NamedTuple):
    """A number before and after a step, None where it is not estimable, and by how much it changed."""

    old: float | None
    new: float | None
    difference: float | None


@dataclass(frozen=True)
class Number:
    """A headline number that changed.

    Attributes
    ----------
    analysis, param, population, variable, time, stat
        Where it stands in the results; `time` in months, None where it is not about a time.
    whole : Step
        From the one cut to the other.
    steps : mapping of str to Step
        By cause, in the order of the steps.
    """

    analysis: str
    param: str
    population: str
    variable: str
    time: float | None
    stat: str
    whole: Step
    steps: Mapping[str, Step]


def require_changes(changes: Changes | NotCompared, *, say_why: bool = False) -> Changes:
    """Return the changes, or raise why there are none.

    Parameters
    ----------
    changes : Changes or NotCompared
        What `helpers.results.changes.compare_with_last` found.
    say_why : bool
        This is the place of a report that says why a cut cannot be compared with the one before; once is enough.

    Raises
    ------
    NotInStudyError
        If there is no cut before, or the reason is said elsewhere: a report leaves out what would be shown.
    NotDerivableError
        If there is one that this cut cannot be compared with, and this is the place to say so.
    """
    if isinstance(changes, Changes):
        return changes
    raise NotDerivableError(changes.reason) if say_why and not changes.is_first else NotInStudyError(changes.reason)


def read_numbers(changes: Changes) -> list[Number]:
    """Read the headline numbers that changed.

    Raises
    ------
    ValueError
        If a number has steps, but no whole change.
    """
    found: dict[tuple[str, str, str, str, float | None, str], dict[str, Step]] = {}
    for row in changes.numbers.to_dict(orient="records"):
        place = (row["analysis"], row["param"], row["population"], row["variable"])
        step = Step(_known(row["old"]), _known(row["new"]), _known(row["difference"]))
        found.setdefault((*place, _known(row["time_months"]), row["stat"]), {})[row["cause"]] = step
    numbers = []
    for key, steps in found.items():
        if WHOLE not in steps:
            raise ValueError(f"no whole change of {key}")
        numbers.append(Number(*key, steps.pop(WHOLE), steps))
    return numbers


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def read_stats(results: pd.DataFrame, analysis: str, about: Mapping[str, str], time: float | None = None) -> Stats:
    """Statistics of all patients as `helpers.display.lookup.find` returns them: none where the results hold none."""
    try:
        return get_stats(results, analysis=analysis, **about, **_at(time))
    except KeyError:
        return {}


def read_note(results: pd.DataFrame, analysis: str, about: Mapping[str, str], time: float | None = None) -> str:
    """Note of an analysis of all patients, such as why it is empty; nothing where the results hold none."""
    try:
        return get_note(results, analysis=analysis, **about, **_at(time))
    except KeyError:
        return ""


def _at(time: float | None) -> dict[str, float]:
    return {} if time is None else {"time_months": time}


def show_estimate(stat: str, value: float | None, n: float | None) -> str:
    """A number by itself: 61% of a probability, 15.9 of months, 24 of a count; NR or NE where there is none."""
    if stat in MONTHS:
        return format_months(value)
    if value is None:
        return NOT_ESTIMABLE
    return format_percent(value, n or 1) if stat in PROBABILITIES else format_number(value)


def show_change(stat: str, step: Step, n: float | None) -> str:
    """By how much a step changed a number, or what the number became where there is no difference: → NR."""
    if step.difference is None:
        return f"{BECAME} {show_estimate(stat, step.new, n)}"
    if stat in MONTHS:
        return format_months_change(step.difference)
    return format_points(step.difference) if stat in PROBABILITIES else format_change(step.difference)


def list_estimates(changes: Changes, endpoint: Endpoint) -> Iterator[tuple[float, float | None, float | None]]:
    """Yield the declared times of an endpoint, each with its probability at the earlier and at the later cut."""
    stat, about = ("cif" if endpoint.competing else "survival"), name_endpoint(endpoint)
    for time in endpoint.times_at:
        sides = (changes.old_results, changes.new_results)
        old, new = (read_stats(results, f"{endpoint.curve}_at", about, time).get(stat) for results in sides)
        yield time, old, new


def name_endpoint(endpoint: Endpoint) -> dict[str, str]:
    """Where an endpoint stands in the results."""
    return {"param": endpoint.param, "population": endpoint.population}


def name_ci(changes: Changes) -> str:
    """Name of the confidence interval, such as 95% CI."""
    return f"{format_percent(changes.study.conventions.confidence, 1)} CI"


def head_cut(cut: Cut) -> str:
    """Heading of a column of a cut: its date, or its name where it has none."""
    return cut.id if cut.date is None else format_date(cut.date)


def name_cut(cut: Cut) -> str:
    """Name of a cut within a sentence: the cut of 2026-06-30."""
    return f"the cut of {head_cut(cut)}"


def explain_cut(cut: Cut) -> str:
    """What the heading of a cut stands for: 2026-06-30, third interim analysis."""
    return f"{head_cut(cut)}, {cut.label}"
