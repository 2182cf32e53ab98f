"""Landmark analysis, and a guard against baseline splits by what happens after the origin (GVHD, DLI)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .checks import (
    ArrayLike,
    BoolArray,
    FloatArray,
    IntArray,
    check_event_codes,
    check_landmark,
    check_same_length,
    check_state_starts,
    check_times,
)


@dataclass(frozen=True, eq=False)
class LandmarkSet:
    """Patients still followed, without event, at the landmark; time starts anew there.

    Attributes
    ----------
    patient : ndarray of int, shape (m,)
        Position of the patient in the input.
    durations : ndarray of float, shape (m,)
        Time from the landmark.
    event_code : ndarray of int, shape (m,)
        0 censored, 1 … k causes.
    in_state : ndarray of bool, shape (m,)
        Whether the state had begun at the landmark or before.
    n_event_before, n_censored_before : int
        Patients left out because their event or last follow-up was at the landmark or before.
    method : str
        The analysis in words.
    """

    patient: IntArray
    durations: FloatArray
    event_code: IntArray
    in_state: BoolArray
    n_event_before: int
    n_censored_before: int
    method: str


def check_known_at_origin(known_at: ArrayLike, name: str = "group") -> None:
    """Refuse a group that is formed after the origin as if it were a baseline group.

    Parameters
    ----------
    known_at : array-like of float, shape (n,)
        Time from the origin at which each patient's group was known; missing = never entered, i.e. known by its absence
        only at the end.
    name : str
        The group's name, for the message.

    Raises
    ------
    ValueError
        A time after the origin: named with its position, and what to use instead.

    References
    ----------
    Anderson JR, Cain KC, Gelber RD. J Clin Oncol 1983;1:710-719.
    """
    times = np.array([np.nan if pd.isna(t) else float(t) for t in np.asarray(known_at, dtype=object).tolist()])
    later = np.flatnonzero(times > 0)
    if later.size:
        raise ValueError(
            f"{name} is formed after the origin (position {later[0]}: at {times[later[0]]:g}): a baseline split would "
            "count the time before it. Use select_landmark, compare_mantel_byar or estimate_simon_makuch"
        )


def select_landmark(
    durations: ArrayLike, event_code: ArrayLike, state_start: ArrayLike, landmark: float
) -> LandmarkSet:
    """Select the patients at risk after a landmark and fix their group as it is there.

    Parameters
    ----------
    durations, event_code : array-like, shape (n,)
        Times and codes (0 censored, 1 … k causes).
    state_start : array-like of float, shape (n,)
        Time at which the state begins; missing = never.
    landmark : float
        Time from the origin, to be chosen before looking at the data.

    Returns
    -------
    LandmarkSet
        The patients with a duration beyond the landmark; those with an event or censored by then are counted.

    Raises
    ------
    ValueError
        As `incidence.estimate_cumulative_incidence`; a negative landmark.

    References
    ----------
    Anderson JR, Cain KC, Gelber RD. J Clin Oncol 1983;1:710-719.
    """
    times, codes, starts = check_times(durations), check_event_codes(event_code), check_state_starts(state_start)
    check_same_length(durations=times, event_code=codes, state_start=starts)
    start = check_landmark(landmark)
    kept = times > start
    return LandmarkSet(
        np.flatnonzero(kept),
        times[kept] - start,
        codes[kept],
        starts[kept] <= start,
        int(np.sum(~kept & (codes > 0))),
        int(np.sum(~kept & (codes == 0))),
        f"landmark at {start:g}",
    )
