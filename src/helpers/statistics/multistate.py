"""Probability of being in a state: current leukaemia-free survival, where DLI can restore a lost remission.

Leukaemia-free survival ends at the first relapse. Current leukaemia-free survival is the probability of being alive in
remission at a time, whether the first or a restored one; current cumulative incidence that of being in relapse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import special

from .checks import (
    TOLERANCE,
    ArrayLike,
    BoolArray,
    FloatArray,
    IntArray,
    check_alpha,
    check_groups,
    check_numbers,
    check_same_length,
    check_times,
    merge_near_ties,
)


@dataclass(frozen=True, eq=False)
class StateOccupation:
    """Aalen–Johansen probabilities of being in each state.

    Attributes
    ----------
    states : tuple of str
        The states, in sorted order.
    n : int
        Patients.
    alpha : float
        1 − confidence level.
    method : str
        Estimator, interval and variance in words.
    table : DataFrame
        One row per distinct end of a stay, from time 0: ``time n_risk`` (patients under observation) and one column per
        state with its probability; the probabilities add up to 1.
    """

    states: tuple[str, ...]
    n: int
    alpha: float
    method: str
    table: pd.DataFrame = field(repr=False)
    _influence: FloatArray = field(repr=False)  # (times, patients, states): derivative by each patient's weight

    def at(self, times: ArrayLike, states: Sequence[str]) -> pd.DataFrame:
        """Return the probability of being in one of the given states at given times.

        Parameters
        ----------
        times : array-like of float, shape (k,)
            Times of interest, 0 or later; their order is kept.
        states : sequence of str
            One or more states; for current leukaemia-free survival all states alive in remission.

        Returns
        -------
        DataFrame
            k rows: ``time n_risk probability std_err lcl ucl``. NaN past the last follow-up. Limits on the log-log
            scale, NaN where the probability is 0 or 1.

        Raises
        ------
        ValueError
            An unknown state; a missing, infinite or negative time.
        """
        unknown = [state for state in states if state not in self.states]
        if unknown or not states:
            raise ValueError(f"states is {list(states)!r}: expected some of {', '.join(self.states)}")
        wanted = check_numbers(times, "times")
        if bool(np.any(wanted < 0)):
            raise ValueError(f"times[{int(np.argmax(wanted < 0))}] is {wanted[wanted < 0][0]:g}: cannot be negative")
        observed = self.table["time"].to_numpy()
        chosen = [self.states.index(state) for state in dict.fromkeys(states)]
        row = np.searchsorted(observed, wanted, side="right") - 1
        estimable = wanted <= observed[-1]
        probability = self.table[list(dict.fromkeys(states))].sum(axis=1).to_numpy()[row]
        error = np.sqrt((self._influence[row][:, :, chosen].sum(axis=2) ** 2).sum(axis=1))
        inside = np.where((probability > TOLERANCE) & (probability < 1 - TOLERANCE), probability, np.nan)
        shift = float(special.ndtri(1 - self.alpha / 2)) * error / (inside * np.log(inside))
        at_risk = np.append(self.table["n_risk"].to_numpy(), 0)[np.searchsorted(observed, wanted, side="left")]
        with np.errstate(over="ignore"):
            columns = {
                "probability": probability,
                "std_err": error,
                "lcl": inside ** np.exp(-shift),
                "ucl": inside ** np.exp(shift),
            }
        frame = pd.DataFrame({"time": wanted, "n_risk": at_risk})
        return frame.assign(**{name: np.where(estimable, values, np.nan) for name, values in columns.items()})


def estimate_state_occupation(
    patient: ArrayLike,
    start: ArrayLike,
    stop: ArrayLike,
    state: ArrayLike,
    next_state: ArrayLike,
    alpha: float = 0.05,
) -> StateOccupation:
    """Estimate the probability of being in each state over time.

    Parameters
    ----------
    patient, start, stop : array-like, shape (m,)
        Each row is one stay of a patient in a state, after `start` up to `stop`; the first starts at 0 and the next
        where the one before ends.
    state : array-like of str, shape (m,)
        The state during the row.
    next_state : array-like of str, shape (m,)
        The state entered at `stop`; the same as `state` at the end of follow-up (censored).
    alpha : float
        1 − confidence level.

    Returns
    -------
    StateOccupation
        As R's ``survfit`` for a multi-state ``Surv``: Aalen–Johansen with the infinitesimal jackknife variance. Meant
        for cohorts: memory grows with patients × times × states.

    Raises
    ------
    ValueError
        Rows of a patient that do not begin at 0, overlap, leave a gap or do not continue in the state entered.

    References
    ----------
    Aalen OO, Johansen S. Scand J Stat 1978;5:141-150. Klein JP, Szydlo RM, Craddock C, Goldman JM. Stat Med
    2000;19:3005-3016 (current leukaemia-free survival).
    """
    alpha = check_alpha(alpha)
    ids, names = check_groups(patient, "patient")
    begin, end = check_times(start, "start"), check_times(stop, "stop")
    (here, names_here), (there, names_there) = check_groups(state, "state"), check_groups(next_state, "next_state")
    m = check_same_length(patient=ids, start=begin, stop=end, state=here, next_state=there)
    both, labels = check_groups([str(names_here[k]) for k in here] + [str(names_there[k]) for k in there], "state")
    current, following = both[:m], both[m:]
    begin, end = np.split(merge_near_ties(np.concatenate([begin, end])), 2)
    _check_rows(ids, begin, end, current, following, names)
    times, at_risk, probability, influence = _aalen_johansen(ids, begin, end, current, following, len(labels))
    table = pd.DataFrame({"time": times, "n_risk": at_risk} | {s: probability[:, k] for k, s in enumerate(labels)})
    method = "Aalen-Johansen state occupation, log-log interval with jackknife variance"
    return StateOccupation(labels, len(names), alpha, method, table, influence)


def _check_rows(
    ids: IntArray, begin: FloatArray, end: FloatArray, current: IntArray, following: IntArray, names: tuple[object, ...]
) -> None:
    order = np.lexsort((begin, ids))
    first = np.append(True, np.diff(ids[order]) != 0)
    problems = {
        "does not begin at 0": first & (begin[order] != 0),
        "has a row that does not end after its start": begin[order] >= end[order],
        "has a gap or an overlap": ~first & (begin[order] != np.roll(end[order], 1)),
        "does not go on in the state entered": ~first & (current[order] != np.roll(following[order], 1)),
    }
    for problem, wrong in problems.items():
        if wrong.any():
            row = order[np.argmax(wrong)]
            raise ValueError(f"patient {names[ids[row]]!r} {problem} (row {row}: {begin[row]:g} to {end[row]:g})")


def _aalen_johansen(
    ids: IntArray, begin: FloatArray, end: FloatArray, current: IntArray, following: IntArray, n_states: int
) -> tuple[FloatArray, IntArray, FloatArray, FloatArray]:
    """Probabilities at 0 and at each distinct end, and their derivative by the weight of each patient."""
    n = int(ids.max()) + 1
    initial = np.zeros((n, n_states))
    initial[ids[begin == 0], current[begin == 0]] = 1.0
    probability = initial.mean(axis=0)
    influence = (initial - probability) / n
    times = np.append(0.0, np.unique(end))
    probabilities, influences, at_risk = [probability], [influence], [n]
    for t in times[1:]:
        there = (begin < t) & (end >= t)
        moves = (end == t) & (following != current)
        at_risk.append(int(there.sum()))
        if moves.any():
            change, each = _increments(current, following, there, moves, n_states)
            before = probability[current[there]][:, None]
            influence = influence + influence @ change
            np.add.at(influence, ids[there], before * each)
            probability = probability + probability @ change
        probabilities.append(probability)
        influences.append(influence)
    return times, np.array(at_risk, dtype=np.int64), np.array(probabilities), np.array(influences)


def _increments(
    current: IntArray,
    following: IntArray,
    there: BoolArray,
    moves: BoolArray,
    n_states: int,
) -> tuple[FloatArray, FloatArray]:
    """Increment of the transition matrix, and its derivative by the weight of each row at risk."""
    own = np.zeros((int(there.sum()), n_states))
    moving = np.flatnonzero(moves[there])
    own[moving, following[there][moving]] = 1.0
    own[moving, current[there][moving]] = -1.0
    size = np.bincount(current[there], minlength=n_states)
    change = np.zeros((n_states, n_states))
    np.add.at(change, current[there], own)
    change = np.divide(change, size[:, None], out=np.zeros_like(change), where=size[:, None] > 0)
    each = (own - change[current[there]]) / size[current[there]][:, None]
    return change, each
