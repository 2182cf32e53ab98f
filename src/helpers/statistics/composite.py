"""Composite endpoints such as GRFS: the first of several events, with the definition declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .checks import ArrayLike, BoolArray, FloatArray, check_same_length, check_state_starts, check_times


@dataclass(frozen=True, eq=False)
class Composite:
    """The first of several events.

    Attributes
    ----------
    durations : ndarray of float, shape (n,)
        Time to the first event, or to the end of follow-up.
    event_observed : ndarray of bool, shape (n,)
        Whether any of the events has happened.
    component : tuple of str
        The event that came first for each patient; empty = censored.
    definition : str
        The endpoint in words, in the order of precedence.
    """

    durations: FloatArray
    event_observed: BoolArray
    component: tuple[str, ...]
    definition: str


def derive_composite(follow_up: ArrayLike, components: Mapping[str, ArrayLike], name: str = "GRFS") -> Composite:
    """Combine events into one endpoint: the earliest counts; on the same day, the one named first.

    Parameters
    ----------
    follow_up : array-like of float, shape (n,)
        Time of death or last contact.
    components : mapping of str to array-like, each of shape (n,)
        Time of each event, missing = it has not happened. For GVHD-free, relapse-free survival: acute GVHD of grade
        III-IV, chronic GVHD requiring systemic treatment, relapse, death; other definitions by other components.
    name : str
        The endpoint's name, for the definition.

    Returns
    -------
    Composite
        Durations and flags for `survival.estimate_kaplan_meier`, with the definition in words.

    Raises
    ------
    ValueError
        No component; lengths that differ; a time that is negative, infinite, or after the end of follow-up.

    References
    ----------
    Holtan SG, et al. Blood 2015;125:1333-1338 (GRFS). Ruggeri A, et al. Bone Marrow Transplant 2016;51:1410-1415.
    """
    end = check_times(follow_up, "follow_up")
    if not components:
        raise ValueError("components is empty: at least one event is needed")
    columns = []
    for label, times in components.items():
        column = check_state_starts(times, str(label))
        check_same_length(follow_up=end, **{str(label): column})
        late = np.flatnonzero(column > end)
        if late.size:
            row = int(late[0])
            raise ValueError(f"{label}[{row}] is {column[row]:g}: after the end of follow-up, {end[row]:g}")
        columns.append(np.where(np.isnan(column), np.inf, column))
    stacked = np.vstack(columns)
    which, first = stacked.argmin(axis=0), stacked.min(axis=0)
    happened = np.isfinite(first)
    labels = [str(label) for label in components]
    chosen = tuple(labels[i] if seen else "" for i, seen in zip(which.tolist(), happened.tolist(), strict=True))
    definition = f"{name}: time to the first of {', '.join(labels)}"
    return Composite(np.where(happened, first, end), happened, chosen, definition)
