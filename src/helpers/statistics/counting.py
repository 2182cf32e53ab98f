"""Numbers at risk and numbers of events, per group and distinct event time: what rank tests are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .checks import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class EventCounts:
    """Counts at the m distinct event times of k groups.

    Attributes
    ----------
    times : ndarray of float, shape (m,)
        Distinct times at which somebody has an event, ascending.
    at_risk, events : ndarray of float, shape (m, k)
        At risk just before, and events at, each time.
    """

    times: FloatArray
    at_risk: FloatArray
    events: FloatArray


def count_events(
    exit_time: FloatArray, event: BoolArray, group: IntArray, n_groups: int, entry_time: FloatArray | None = None
) -> EventCounts:
    """Count those at risk and those with the event, by sorting: n log n.

    Parameters
    ----------
    exit_time, event, group : ndarray, shape (n,)
        End of each interval at risk, whether it ends with the event, group number 0 … k-1.
    n_groups : int
        k; groups without any row get columns of zeros.
    entry_time : ndarray of float, shape (n,), optional
        Start of each interval; a patient is at risk after it, up to and including `exit_time`. None = at risk from the
        origin, also for events on day 0.

    Returns
    -------
    EventCounts
        Shapes (m,) and (m, k).
    """
    times = np.unique(exit_time[event])
    at_risk = np.zeros((times.size, n_groups))
    events = np.zeros((times.size, n_groups))
    for number in range(n_groups):
        member = group == number
        ends = np.sort(exit_time[member])
        at_risk[:, number] = ends.size - np.searchsorted(ends, times, side="left")
        if entry_time is not None:
            starts = np.sort(entry_time[member])
            at_risk[:, number] -= starts.size - np.searchsorted(starts, times, side="left")
        at_times = np.searchsorted(times, exit_time[member & event])
        events[:, number] = np.bincount(at_times, minlength=times.size)
    return EventCounts(times, at_risk, events)
