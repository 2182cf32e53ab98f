"""Survival tests for small samples: against a benchmark curve, and the exact permutation log-rank test."""

from __future__ import annotations

import math

import numpy as np

from .checks import (
    ArrayLike,
    BoolArray,
    FloatArray,
    check_events,
    check_groups,
    check_numbers,
    check_same_length,
    check_times,
)
from .comparison import Comparison, chi2_tail
from .counting import count_events

#: The permutation test holds at most this many different rank sums at a time (some hundred megabytes).
MAX_SUMS = 4_000_000


def compare_with_benchmark_curve(
    durations: ArrayLike, event_observed: ArrayLike, benchmark_survival: ArrayLike
) -> Comparison:
    """Compare one group with a known survival curve: one-sample log-rank test.

    Parameters
    ----------
    durations, event_observed : array-like, shape (n,)
        Times and event flags.
    benchmark_survival : array-like of float, shape (n,)
        The benchmark curve at each patient's own duration, above 0 and at most 1. For a benchmark of, say, 40 % at 24
        months with a constant hazard: ``0.4 ** (durations / 24)``.

    Returns
    -------
    Comparison
        (O − E)² / E with 1 degree of freedom, E the sum of −log S0 over the patients; as R's ``survdiff`` with an
        offset. None when E is 0.

    Raises
    ------
    ValueError
        As `survival.estimate_kaplan_meier`; a benchmark survival outside (0, 1].

    References
    ----------
    Breslow NE. Biometrics 1975;31:715-716. Woolson RF. Biometrics 1981;37:687-696.
    """
    times, events = check_times(durations), check_events(event_observed)
    curve = check_numbers(benchmark_survival, "benchmark_survival")
    check_same_length(durations=times, event_observed=events, benchmark_survival=curve)
    wrong = np.flatnonzero((curve <= 0) | (curve > 1))
    if wrong.size:
        raise ValueError(f"benchmark_survival[{wrong[0]}] is {curve[wrong[0]]:g}: expected above 0 and at most 1")
    observed, expected = float(events.sum()), float(-np.log(curve).sum())
    method, counts = "one-sample log-rank test", ((observed,), (expected,))
    if expected == 0:
        return Comparison(None, None, None, method, (), *counts, note="no event is expected")
    statistic = (observed - expected) ** 2 / expected
    return Comparison(statistic, 1, chi2_tail(statistic, 1), method, (), *counts)


def compare_survival_exact(durations: ArrayLike, event_observed: ArrayLike, group: ArrayLike) -> Comparison:
    """Compare two groups by the log-rank test with its exact permutation p-value.

    Every patient gets the log-rank score event − Nelson–Aalen hazard at the own time; the scores of the first group add
    up to observed − expected. The p-value is the share of all ways to choose a first group of that size whose sum is at
    least as far from 0. It holds when censoring works alike in both groups.

    Parameters
    ----------
    durations, event_observed, group : array-like, shape (n,)
        Times, event flags and labels of exactly two groups.

    Returns
    -------
    Comparison
        `statistic` is observed − expected events of the first group. p-value None, with a note, when no event has
        happened or the samples are too large to enumerate (the asymptotic test will do).

    Raises
    ------
    ValueError
        As `comparison.compare_survival`; more or fewer than two groups.

    References
    ----------
    Heinze G, Gnant M, Schemper M. Biometrics 2003;59:1151-1157. Peto R, Peto J. J R Stat Soc A 1972;135:185-207.
    """
    times, events = check_times(durations), check_events(event_observed)
    numbers, labels = check_groups(group)
    check_same_length(durations=times, event_observed=events, group=numbers)
    if len(labels) != 2:
        raise ValueError(f"group has {len(labels)} labels: the permutation test compares two groups")
    method = "log-rank test, exact permutation"
    if not events.any():
        return Comparison(None, None, None, method, labels, note="no event")
    scores = _log_rank_scores(times, events)
    first = numbers == 0
    statistic = float(scores[first].sum())
    p_value = _permutation_p_value(scores, int(first.sum()), abs(statistic))
    note = "" if p_value is not None else "the samples are too large for an exact permutation test"
    return Comparison(statistic, None, p_value, method, labels, note=note)


def _log_rank_scores(times: FloatArray, events: BoolArray) -> FloatArray:
    counts = count_events(times, events, np.zeros(times.size, dtype=np.int64), 1)
    hazard = np.append(0.0, np.cumsum(counts.events[:, 0] / counts.at_risk[:, 0]))
    scores: FloatArray = events - hazard[np.searchsorted(counts.times, times, side="right")]
    return scores


def _permutation_p_value(scores: FloatArray, size: int, observed: float) -> float | None:
    """Share of all subsets of `size` scores whose sum is at least as far from 0 as observed; None if too many.

    Equal scores are drawn together: the sums that k draws can reach are kept with their number of ways.
    """
    values, copies = np.unique(np.round(scores, 10), return_counts=True)
    sums: list[FloatArray] = [np.zeros(1)] + [np.zeros(0)] * size
    ways: list[FloatArray] = [np.ones(1)] + [np.zeros(0)] * size
    left = scores.size
    for value, copy in zip(values.tolist(), copies.tolist(), strict=True):
        left -= copy
        joined = [_draw(sums, ways, k, value, copy) if size - k <= left else _NOTHING for k in range(size + 1)]
        sums, ways = [s for s, _ in joined], [w for _, w in joined]
        if sum(s.size for s in sums) > MAX_SUMS:
            return None
    extreme = np.abs(sums[size]) >= observed - 1e-8
    return min(1.0, float(ways[size][extreme].sum() / ways[size].sum()))


_NOTHING: tuple[FloatArray, FloatArray] = (np.zeros(0), np.zeros(0))


def _draw(
    sums: list[FloatArray], ways: list[FloatArray], k: int, value: float, copies: int
) -> tuple[FloatArray, FloatArray]:
    """Sums of k draws once `copies` patients with the same score may be drawn too, and the number of ways to each."""
    taken = range(min(k, copies) + 1)
    reached: FloatArray = np.concatenate([sums[k - j] + j * value for j in taken])
    number = np.concatenate([ways[k - j] * math.comb(copies, j) for j in taken])
    distinct, position = np.unique(np.round(reached, 9), return_inverse=True)
    return distinct, np.bincount(position, weights=number, minlength=distinct.size).astype(np.float64)
