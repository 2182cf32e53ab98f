"""Comparison of survival curves and of cumulative incidences between groups.

The log-rank family is computed here, not by lifelines: its test has no strata, and drops no group in which no event is
expected, as R's ``survdiff`` does. Gray's test is comprisk's.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy import special

from .checks import (
    ArrayLike,
    BoolArray,
    FloatArray,
    IntArray,
    check_choice,
    check_event_codes,
    check_events,
    check_groups,
    check_same_length,
    check_times,
)
from .counting import count_events

#: Weight of each death: S(t-) to this power. 0 is the log-rank test, 1 the Peto & Peto modification of Gehan-Wilcoxon.
WEIGHTS = {"log-rank": 0, "peto-peto": 1}


@dataclass(frozen=True)
class Comparison:
    """A test of k groups against each other.

    Attributes
    ----------
    statistic : float or None
        The test statistic; None when it cannot be computed, and `note` says why.
    df : int or None
        Degrees of freedom of the χ² distribution; None where there are none (exact tests).
    p_value : float or None
        Two-sided.
    method : str
        The test in words.
    groups : tuple
        The group labels, in order.
    observed, expected : tuple of float
        Events observed in each group and expected under equality; empty where the test has none.
    note : str
        Why there is no result; empty otherwise.
    """

    statistic: float | None
    df: int | None
    p_value: float | None
    method: str
    groups: tuple[Any, ...] = ()
    observed: tuple[float, ...] = ()
    expected: tuple[float, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class PairwiseComparison:
    """Two of the groups compared, with the p-value adjusted for all the pairs."""

    first: Any
    second: Any
    statistic: float | None
    p_value: float | None
    p_adjusted: float | None
    method: str
    note: str = ""


def compare_survival(
    durations: ArrayLike,
    event_observed: ArrayLike,
    group: ArrayLike,
    weights: str = "log-rank",
    strata: ArrayLike | None = None,
) -> Comparison:
    """Compare survival between groups: log-rank or Peto–Peto test, stratified if asked.

    Parameters
    ----------
    durations, event_observed, group : array-like, shape (n,)
        Times, event flags (0/1) and group labels.
    weights : {"log-rank", "peto-peto"}
        Equal weights, or weights S(t-) from the pooled Kaplan–Meier curve, which count early events more.
    strata : array-like, shape (n,), optional
        Labels of strata within which the groups are compared.

    Returns
    -------
    Comparison
        χ² with (groups with an expected event − 1) degrees of freedom, as R's ``survdiff``. Without a result (one
        group, no event, no time at which two groups are at risk) statistic and p_value are None and `note` says why.

    Raises
    ------
    ValueError
        As `survival.estimate_kaplan_meier`; a missing group or stratum.

    References
    ----------
    Mantel N. Cancer Chemother Rep 1966;50:163-170. Peto R, Peto J. J R Stat Soc A 1972;135:185-207.
    Harrington DP, Fleming TR. Biometrika 1982;69:553-566.
    """
    check_choice(weights, tuple(WEIGHTS), "weights")
    times, events = check_times(durations), check_events(event_observed)
    numbers, labels = check_groups(group)
    check_same_length(durations=times, event_observed=events, group=numbers)
    stratum = np.zeros(times.size, dtype=np.int64)
    if strata is not None:
        stratum, _ = check_groups(strata, "strata")
        check_same_length(durations=times, strata=stratum)
    method = {"log-rank": "log-rank test", "peto-peto": "Peto-Peto test"}[weights]
    method = f"stratified {method}" if strata is not None else method
    return rank_test(None, times, events, numbers, labels, method, WEIGHTS[weights], stratum)


def compare_survival_pairwise(
    durations: ArrayLike, event_observed: ArrayLike, group: ArrayLike, weights: str = "log-rank"
) -> tuple[PairwiseComparison, ...]:
    """Compare every pair of groups, with p-values adjusted by Holm's method.

    Parameters
    ----------
    durations, event_observed, group, weights
        As for `compare_survival`.

    Returns
    -------
    tuple of PairwiseComparison
        One for each pair, in the order of the labels. A pair without a result is not counted among the tests.

    Raises
    ------
    ValueError
        As `compare_survival`.

    References
    ----------
    Holm S. Scand J Stat 1979;6:65-70.
    """
    times, events = check_times(durations), check_events(event_observed)
    numbers, labels = check_groups(group)
    check_same_length(durations=times, event_observed=events, group=numbers)
    pairs = list(combinations(range(len(labels)), 2))
    tests = []
    for pair in pairs:
        rows = np.isin(numbers, pair)
        tests.append(compare_survival(times[rows], events[rows], numbers[rows], weights))
    adjusted = adjust_holm([test.p_value for test in tests])
    return tuple(
        PairwiseComparison(labels[i], labels[j], t.statistic, t.p_value, p, f"{t.method}, Holm", t.note)
        for (i, j), t, p in zip(pairs, tests, adjusted, strict=True)
    )


def compare_incidence(durations: ArrayLike, event_code: ArrayLike, group: ArrayLike, cause: int = 1) -> Comparison:
    """Compare the cumulative incidence of one cause between groups by Gray's test.

    Parameters
    ----------
    durations, event_code, group : array-like, shape (n,)
        Times, codes (0 censored, 1 … k causes) and group labels.
    cause : int
        The cause compared; all other events compete.

    Returns
    -------
    Comparison
        χ² with (groups − 1) degrees of freedom, as R's ``cmprsk::cuminc``. Without a result (one group, no event of
        this cause, a singular variance) statistic and p_value are None and `note` says why.

    Raises
    ------
    ValueError
        Negative, missing or infinite times, a code outside 0, 1, 2, …, lengths that differ, a missing group.

    References
    ----------
    Gray RJ. Ann Stat 1988;16:1141-1154.
    """
    times, codes = check_times(durations), check_event_codes(event_code, cause)
    numbers, labels = check_groups(group)
    check_same_length(durations=times, event_code=codes, group=numbers)
    observed = tuple(float(np.sum((codes == cause) & (numbers == i))) for i in range(len(labels)))
    note = _why_not(len(labels), sum(observed))
    if note:
        return Comparison(None, None, None, "Gray's test", labels, observed, note=note)
    from comprisk import gray_test  # slow to import: only for this test

    test = gray_test(times, codes, numbers, cause=cause)
    if np.linalg.matrix_rank(test.var) < test.df:
        note = "the variance of the difference is zero: too few events or groups not at risk together"
        return Comparison(None, None, None, "Gray's test", labels, observed, note=note)
    statistic = float(test.score @ np.linalg.solve(test.var, test.score))
    return Comparison(statistic, test.df, chi2_tail(statistic, test.df), "Gray's test", labels, observed)


def rank_test(
    entry: FloatArray | None,
    times: FloatArray,
    events: BoolArray,
    group: IntArray,
    labels: tuple[Any, ...],
    method: str,
    power: int = 0,
    stratum: IntArray | None = None,
) -> Comparison:
    """Compute the weighted log-rank test from checked arrays; `entry` for patients who come under observation later."""
    k = len(labels)
    observed, expected, variance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    strata = np.zeros(times.size, dtype=np.int64) if stratum is None else stratum
    for s in np.unique(strata):
        rows = strata == s
        counts = count_events(times[rows], events[rows], group[rows], k, None if entry is None else entry[rows])
        o, e, v = _observed_and_expected(counts.at_risk, counts.events, power)
        observed, expected, variance = observed + o, expected + e, variance + v
    shown = tuple(observed.tolist()), tuple(expected.tolist())
    note = _why_not(k, float(events.sum()))
    compared = np.flatnonzero(expected > 0)
    if not note and compared.size < 2:
        note = "only one group is at risk when events happen"
    reduced = variance[np.ix_(compared, compared)][1:, 1:]
    if not note and np.linalg.matrix_rank(reduced) < reduced.shape[0]:
        note = "no event at a time when two groups are at risk"
    if note:
        return Comparison(None, None, None, method, labels, *shown, note=note)
    difference = (observed - expected)[compared][1:]
    statistic, df = float(difference @ np.linalg.solve(reduced, difference)), int(compared.size) - 1
    return Comparison(statistic, df, chi2_tail(statistic, df), method, labels, *shown)


def chi2_tail(statistic: float, df: int) -> float:
    """Upper tail of the χ² distribution."""
    return float(special.chdtrc(df, statistic))


def adjust_holm(p_values: list[float | None]) -> list[float | None]:
    """Return p-values adjusted by Holm's step-down method, in the order given; None stays None and is not counted."""
    known = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    so_far = 0.0
    for rank, (p, i) in enumerate(known):
        so_far = max(so_far, min(1.0, (len(known) - rank) * p))
        adjusted[i] = so_far
    return adjusted


def _observed_and_expected(
    at_risk: FloatArray, events: FloatArray, power: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weighted events observed and expected, shape (k,), and the hypergeometric variance, shape (k, k)."""
    all_at_risk, all_events = at_risk.sum(axis=1), events.sum(axis=1)
    survival = np.cumprod(1 - all_events / all_at_risk)
    weight = np.append(1.0, survival)[:-1] ** power
    share = at_risk / all_at_risk[:, None]
    spread = np.divide(
        all_events * (all_at_risk - all_events), all_at_risk - 1, out=np.zeros_like(weight), where=all_at_risk > 1
    )
    factor = weight**2 * spread
    variance = np.diag((factor[:, None] * share).sum(axis=0)) - share.T @ (factor[:, None] * share)
    return (weight[:, None] * events).sum(axis=0), ((weight * all_events)[:, None] * share).sum(axis=0), variance


def _why_not(n_groups: int, n_events: float) -> str:
    if n_groups < 2:
        return "only one group"
    return "no event" if n_events == 0 else ""
