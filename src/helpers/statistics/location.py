"""Comparison of a number (age, cell dose) between two groups: Mann–Whitney, Hodges–Lehmann, standardised difference."""

from __future__ import annotations

import numpy as np
from scipy import special

from .checks import ArrayLike, FloatArray, IntArray, check_alpha, check_numbers
from .comparison import Comparison
from .proportions import Effect

#: R's ``wilcox.test`` computes exact p-values while both groups are smaller than this.
EXACT_BELOW = 50


def compare_locations(first: ArrayLike, second: ArrayLike) -> Comparison:
    """Compare two groups by the Mann–Whitney (Wilcoxon rank-sum) test, two-sided.

    Parameters
    ----------
    first, second : array-like of float, shapes (m,) and (n,)
        The values of the two groups, missing ones left out (and counted) before.

    Returns
    -------
    Comparison
        `statistic` is U of the first group (R's W). Exact while both groups have fewer than 50 patients: without ties
        as R's ``wilcox.test``; with ties from the permutation distribution of the midranks, where R approximates.
        Otherwise the normal approximation with correction for ties and continuity, as R. `method` says which.

    Raises
    ------
    ValueError
        An empty group, a missing, infinite or non-numeric value.

    References
    ----------
    Mann HB, Whitney DR. Ann Math Stat 1947;18:50-60. Streitberg B, Röhmel J. Stat Softw Newsl 1986;12:10-17.
    """
    one, two = check_numbers(first, "first"), check_numbers(second, "second")
    m, n = one.size, two.size
    ranks = _midranks(np.concatenate([one, two]))
    statistic = float(ranks[:m].sum() - m * (m + 1) / 2)
    if np.ptp(ranks) == 0:
        return Comparison(statistic, None, None, "Mann-Whitney test", note="all values are equal")
    small = m < EXACT_BELOW and n < EXACT_BELOW
    method = "Mann-Whitney test, exact" if small else "Mann-Whitney test, normal approximation"
    if small and np.unique(ranks).size < ranks.size:
        return Comparison(statistic, None, _exact_p_value(ranks, m), method)  # scipy's exact test ignores ties
    from scipy import stats  # slow to import: only once a test is asked for

    p_value = stats.mannwhitneyu(one, two, method="exact" if small else "asymptotic").pvalue
    return Comparison(statistic, None, float(p_value), method)


def estimate_shift(first: ArrayLike, second: ArrayLike, alpha: float = 0.05) -> Effect:
    """Estimate the Hodges–Lehmann difference: the median of all differences first − second.

    Parameters
    ----------
    first, second : array-like of float, shapes (m,) and (n,)
        The values of the two groups.
    alpha : float
        1 − confidence level.

    Returns
    -------
    Effect
        In the unit of the values. The limits are order statistics of the differences: by the exact distribution of U
        while both groups have fewer than 50 patients (as R's ``wilcox.test(exact = TRUE, conf.int = TRUE)``; with ties
        the interval is conservative), by its normal approximation otherwise.

    Raises
    ------
    ValueError
        As `compare_locations`; alpha outside (0, 1).

    References
    ----------
    Hodges JL, Lehmann EL. Ann Math Stat 1963;34:598-611. Bauer DF. J Am Stat Assoc 1972;67:687-690.
    """
    one, two, alpha = check_numbers(first, "first"), check_numbers(second, "second"), check_alpha(alpha)
    m, n = one.size, two.size
    differences = np.sort(np.subtract.outer(one, two).ravel())
    if m < EXACT_BELOW and n < EXACT_BELOW:
        cumulative = np.cumsum(_rank_sum_distribution(2 * np.arange(1, m + n + 1), m))[m * (m + 1) :: 2]
        skipped = max(int(np.searchsorted(cumulative, alpha / 2 * (1 - 1e-12))), 1)  # the quantile of U, at least 1
    else:
        z = float(special.ndtri(1 - alpha / 2))
        skipped = max(round(m * n / 2 - z * float(np.sqrt(m * n * (m + n + 1) / 12))), 1)
    estimate = float(np.median(differences))
    limits = float(differences[skipped - 1]), float(differences[differences.size - skipped])
    return Effect(estimate, *limits, "Hodges-Lehmann difference", alpha)


def estimate_smd(first: ArrayLike, second: ArrayLike) -> float | None:
    """Standardised mean difference: (mean of first − mean of second) / sqrt((variance of first + of second) / 2).

    Parameters
    ----------
    first, second : array-like of float, shapes (m,) and (n,)
        The values of the two groups.

    Returns
    -------
    float or None
        None with fewer than two values in a group, or no spread in either.

    Raises
    ------
    ValueError
        An empty group, a missing, infinite or non-numeric value.

    References
    ----------
    Austin PC. Stat Med 2009;28:3083-3107.
    """
    one, two = check_numbers(first, "first"), check_numbers(second, "second")
    if one.size < 2 or two.size < 2:
        return None
    spread = float(np.sqrt((one.var(ddof=1) + two.var(ddof=1)) / 2))
    return None if spread == 0 else float(one.mean() - two.mean()) / spread


def _midranks(values: FloatArray) -> FloatArray:
    _, position, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle: FloatArray = np.cumsum(counts) - (counts - 1) / 2
    ranks: FloatArray = middle[position]
    return ranks


def _exact_p_value(ranks: FloatArray, m: int) -> float:
    """Share of all ways to choose the first group whose rank sum is as far from its mean as the observed one."""
    doubled = np.rint(2 * ranks).astype(np.int64)  # midranks are halves
    share = _rank_sum_distribution(doubled, m)
    distance = np.abs(np.arange(share.size) * ranks.size - m * doubled.sum())
    observed = abs(int(doubled[:m].sum()) * ranks.size - m * int(doubled.sum()))
    return min(1.0, float(share[distance >= observed].sum()))


def _rank_sum_distribution(scores: IntArray, m: int) -> FloatArray:
    """Probability of every sum of m of the scores drawn at random without replacement; index = sum."""
    size = int(np.sort(scores)[-m:].sum()) + 1
    chosen = np.zeros((m + 1, size))
    chosen[0, 0] = 1.0
    for drawn, score in enumerate(scores.tolist()):
        # probability that k of the scores so far are in, given m of all: exact sampling weights keep numbers near 1
        stays = chosen * ((scores.size - drawn) - (m - np.arange(m + 1)))[:, None]
        moved = chosen[:-1, : size - score] * (m - np.arange(m))[:, None]
        chosen = stays
        chosen[1:, score:] += moved
        chosen /= scores.size - drawn
    distribution: FloatArray = chosen[m]
    return distribution
