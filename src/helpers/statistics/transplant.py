"""Groups that patients enter with time (GVHD, DLI): Mantel–Byar test and Simon–Makuch curves.

Patients who get GVHD must live long enough to get it. A comparison of "ever GVHD" with "never" from the origin on
counts the time before it as if it had been lived with GVHD. Here the state is entered when it begins; see `landmark`
for the other remedy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .checks import (
    ArrayLike,
    BoolArray,
    FloatArray,
    IntArray,
    check_alpha,
    check_choice,
    check_events,
    check_landmark,
    check_same_length,
    check_state_starts,
    check_times,
    merge_near_ties,
)
from .comparison import Comparison, rank_test
from .counting import count_events
from .survival import CONF_TYPES, KaplanMeier, build_curve


@dataclass(frozen=True, eq=False)
class StateRows:
    """Rows at risk (counting process) of patients who may enter a state; a patient who does has two.

    Attributes
    ----------
    patient : ndarray of int, shape (m,)
        Position of the patient in the input.
    entry, exit : ndarray of float, shape (m,)
        Start and end of the row: at risk after `entry` up to and including `exit`.
    event_observed, in_state : ndarray of bool, shape (m,)
        Whether the row ends with the event; whether the patient is in the state during the row.
    """

    patient: IntArray
    entry: FloatArray
    exit: FloatArray
    event_observed: BoolArray
    in_state: BoolArray


@dataclass(frozen=True, eq=False)
class SimonMakuch:
    """Kaplan–Meier curves of patients while `outside` and while `inside` the state; None where nobody is at risk."""

    outside: KaplanMeier | None
    inside: KaplanMeier | None
    method: str


def split_at_state(durations: ArrayLike, event_observed: ArrayLike, state_start: ArrayLike) -> StateRows:
    """Split each patient's time at the beginning of a state.

    Parameters
    ----------
    durations, event_observed : array-like, shape (n,)
        Times and event flags (0/1).
    state_start : array-like of float, shape (n,)
        Time at which the state begins; missing (None, NaN) = never. A state that begins at the very end of follow-up is
        never at risk and changes nothing; one that begins on day 0 covers all the time.

    Returns
    -------
    StateRows
        n rows and one more for each patient who enters the state later than day 0.

    Raises
    ------
    ValueError
        As `survival.estimate_kaplan_meier`; a state that begins before the origin or after the end of follow-up.
    """
    times, events = check_times(durations), check_events(event_observed)
    starts = check_state_starts(state_start)
    n = check_same_length(durations=times, event_observed=events, state_start=starts)
    times, starts = _merge(times, starts)
    late = np.flatnonzero(starts > times)
    if late.size:
        raise ValueError(f"state_start[{late[0]}] is {starts[late[0]]:g}: after the duration, {times[late[0]]:g}")
    enters = starts < times  # False where NaN
    splits = np.flatnonzero(enters & (starts > 0))
    exits = times.copy()
    exits[splits] = starts[splits]
    ends_with_event = events.copy()
    ends_with_event[splits] = False
    return StateRows(
        np.concatenate([np.arange(n), splits]),
        np.concatenate([np.zeros(n), starts[splits]]),
        np.concatenate([exits, times[splits]]),
        np.concatenate([ends_with_event, events[splits]]),
        np.concatenate([enters & (starts == 0), np.ones(splits.size, dtype=bool)]),
    )


def compare_mantel_byar(durations: ArrayLike, event_observed: ArrayLike, state_start: ArrayLike) -> Comparison:
    """Compare the hazard while in a state with the hazard outside it: Mantel–Byar test.

    Parameters
    ----------
    durations, event_observed, state_start
        As for `split_at_state`.

    Returns
    -------
    Comparison
        χ² with 1 degree of freedom; `groups` are ``("outside", "inside")``. None, with a note, when nobody enters the
        state or no event happens while both groups are at risk.

    Raises
    ------
    ValueError
        As `split_at_state`.

    References
    ----------
    Mantel N, Byar DP. J Am Stat Assoc 1974;69:81-86.
    """
    rows = split_at_state(durations, event_observed, state_start)
    inside = rows.in_state.astype(np.int64)
    labels, method = ("outside", "inside"), "Mantel-Byar test"
    if not rows.in_state.any():
        return Comparison(None, None, None, method, labels, note="nobody enters the state")
    return rank_test(_open(rows.entry), rows.exit, rows.event_observed, inside, labels, method)


def estimate_simon_makuch(
    durations: ArrayLike,
    event_observed: ArrayLike,
    state_start: ArrayLike,
    landmark: float = 0.0,
    conf_type: str = "log-log",
    alpha: float = 0.05,
) -> SimonMakuch:
    """Estimate survival outside and inside a state that patients enter with time: Simon and Makuch's curves.

    Parameters
    ----------
    durations, event_observed, state_start
        As for `split_at_state`.
    landmark : float
        Time before which nothing is counted, so that enough patients are in the state; time still runs from the origin.
    conf_type, alpha
        As for `survival.estimate_kaplan_meier`.

    Returns
    -------
    SimonMakuch
        Curves as R's ``survfit(Surv(entry, exit, event) ~ in_state)``; `n` counts rows. A curve that starts with few at
        risk can fall to 0 early and stay there: read it with its numbers at risk.

    Raises
    ------
    ValueError
        As `split_at_state`; a negative landmark.

    References
    ----------
    Simon R, Makuch RW. Stat Med 1984;3:35-44.
    """
    check_choice(conf_type, CONF_TYPES, "conf_type")
    alpha = check_alpha(alpha)
    start = check_landmark(landmark)
    rows = split_at_state(durations, event_observed, state_start)
    method = f"Simon-Makuch, {conf_type} interval" + (f", from {start:g} on" if start > 0 else "")
    curves: list[KaplanMeier | None] = []
    for inside in (False, True):
        kept = (rows.in_state == inside) & ((rows.exit > start) | (start == 0))
        if not kept.any():
            curves.append(None)
            continue
        entry, times = np.maximum(rows.entry[kept], start), rows.exit[kept]
        counted = _count_rows(_open(entry) if start == 0 else entry, times, rows.event_observed[kept])
        curves.append(build_curve(counted, times.size, conf_type, alpha, method))
    return SimonMakuch(curves[0], curves[1], method)


def _merge(times: FloatArray, starts: FloatArray) -> tuple[FloatArray, FloatArray]:
    given = ~np.isnan(starts)
    merged = merge_near_ties(np.concatenate([times, starts[given]]))
    joined = starts.copy()
    joined[given] = merged[times.size :]
    return merged[: times.size], joined


def _open(entry: FloatArray) -> FloatArray:
    """At risk from the origin on, day 0 included."""
    return np.where(entry == 0, -np.inf, entry)


def _count_rows(entry: FloatArray, times: FloatArray, events: BoolArray) -> pd.DataFrame:
    everybody = np.zeros(times.size, dtype=np.int64)
    exits = count_events(times, np.ones(times.size, dtype=bool), everybody, 1, entry)
    deaths = np.bincount(np.searchsorted(exits.times, times[events]), minlength=exits.times.size)
    left = exits.events[:, 0].astype(np.int64)
    return pd.DataFrame(
        {
            "time": exits.times,
            "n_risk": exits.at_risk[:, 0].astype(np.int64),
            "n_event": deaths.astype(np.int64),
            "n_censor": left - deaths,
        }
    )
