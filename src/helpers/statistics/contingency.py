"""Tables of a category by group: χ² or Fisher's exact test by the expected counts, and standardised differences."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from .checks import ArrayLike, FloatArray, IntArray, check_groups, check_same_length
from .comparison import Comparison

#: Fisher's test of a table larger than 2×2 stops beyond this number of steps; the table then gets the χ² test.
MAX_STEPS = 300_000


def compare_categories(values: ArrayLike, group: ArrayLike, correction: bool = True) -> Comparison:
    """Compare the distribution of a category between groups.

    Parameters
    ----------
    values, group : array-like, shape (n,)
        Category and group of every patient; patients with a missing category are to be left out (and counted) before.
    correction : bool
        Yates' continuity correction of a 2×2 table, as R's ``chisq.test``.

    Returns
    -------
    Comparison
        As `compare_counts`; `groups` are the labels of the groups.

    Raises
    ------
    ValueError
        Empty input, a missing value, lengths that differ.
    """
    numbers, _ = check_groups(values, "values")
    groups, labels = check_groups(group)
    check_same_length(values=numbers, group=groups)
    table = np.zeros((int(numbers.max()) + 1, len(labels)), dtype=np.int64)
    np.add.at(table, (numbers, groups), 1)
    return compare_counts(table, labels, correction)


def compare_counts(
    table: Sequence[Sequence[int]] | npt.NDArray[np.int64], groups: tuple[Any, ...] = (), correction: bool = True
) -> Comparison:
    """Test a table of counts: χ² when every expected count is at least 5, else Fisher's exact test.

    Parameters
    ----------
    table : array-like of int, shape (categories, groups)
        Counts; empty rows and columns are left out.
    groups : tuple
        Labels of the columns, passed on.
    correction : bool
        Yates' continuity correction of a 2×2 table, as R's ``chisq.test``.

    Returns
    -------
    Comparison
        `method` says which test. χ²: `statistic` and `df`. Fisher: both None; p-value as R's ``fisher.test``, the total
        probability of all tables no more likely than this one. A table with one row or column left has no test. Where
        Fisher's test would take too long the χ² test is given and `note` says so.

    Raises
    ------
    ValueError
        A count that is negative or not whole; a table that is not two-dimensional.

    References
    ----------
    Cochran WG. Biometrics 1954;10:417-451. Freeman GH, Halton JH. Biometrika 1951;38:141-149.
    """
    counts = _check_table(table)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return Comparison(None, None, None, "no test", groups, note="only one category or one group")
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    if expected.min() >= 5:
        return _chi_squared(counts, groups, correction)
    p_value = _fisher(counts)
    if p_value is None:
        chi2 = _chi_squared(counts, groups, correction)
        note = "expected counts below 5, but the table is too large for Fisher's exact test"
        return Comparison(chi2.statistic, chi2.df, chi2.p_value, chi2.method, groups, note=note)
    return Comparison(None, None, p_value, "Fisher's exact test", groups)


def estimate_smd_of_categories(values: ArrayLike, group: ArrayLike) -> float | None:
    """Standardised difference of a category between two groups (a Mahalanobis distance, 0 or more).

    Parameters
    ----------
    values, group : array-like, shape (n,)
        Category and group of every patient; exactly two groups.

    Returns
    -------
    float or None
        For two categories |p1 − p2| / sqrt((p1 q1 + p2 q2) / 2). None when it is not estimable: the pooled covariance
        is singular although the groups differ.

    Raises
    ------
    ValueError
        More or fewer than two groups; a missing value; lengths that differ.

    References
    ----------
    Yang D, Dalton JE. SAS Global Forum 2012, paper 335. Austin PC. Commun Stat Simul Comput 2009;38:1228-1234.
    """
    numbers, categories = check_groups(values, "values")
    groups, labels = check_groups(group)
    check_same_length(values=numbers, group=groups)
    if len(labels) != 2:
        raise ValueError(f"group has {len(labels)} labels: a standardised difference needs two groups")
    one, two = (_shares(numbers[groups == g], len(categories))[1:] for g in (0, 1))
    covariance = sum(np.diag(p) - np.outer(p, p) for p in (one, two)) / 2
    difference = one - two
    if not difference.any():
        return 0.0
    if np.linalg.matrix_rank(covariance) < difference.size:
        return None
    return float(np.sqrt(difference @ np.linalg.solve(covariance, difference)))


def _shares(numbers: IntArray, size: int) -> FloatArray:
    return np.bincount(numbers, minlength=size) / numbers.size


def _check_table(table: Sequence[Sequence[int]] | npt.NDArray[np.int64]) -> IntArray:
    counts = np.asarray(table)
    if counts.ndim != 2 or counts.size == 0:
        raise ValueError(f"table has shape {counts.shape}: expected categories × groups")
    if counts.dtype.kind not in "iuf":
        raise ValueError(f"table[0, 0] is {counts[0, 0]!r}: expected counts")
    wrong = np.argwhere(~((counts >= 0) & (counts == np.floor(counts))))
    if wrong.size:
        row, column = wrong[0].tolist()
        raise ValueError(f"table[{row}, {column}] is {counts[row, column]:g}: a count is a whole number, 0 or more")
    return counts.astype(np.int64)


def _chi_squared(counts: IntArray, groups: tuple[Any, ...], correction: bool) -> Comparison:
    from scipy import stats  # slow to import: only once a table is tested

    corrected = correction and counts.shape == (2, 2)
    test = stats.chi2_contingency(counts, correction=corrected)
    method = "chi-squared test with continuity correction" if corrected else "chi-squared test"
    return Comparison(float(test.statistic), int(test.dof), float(test.pvalue), method, groups)


def _fisher(counts: IntArray) -> float | None:
    """Exact p-value of a table given its margins; None beyond `MAX_STEPS`. Beyond 2×2, scipy draws tables at random.

    A table has a probability proportional to exp(−Σ log n!) over its cells. Column by column, the sums of log n! that
    lead to the same margins left over are gathered with the number of ways; equal sums are joined, so that the work
    grows with the number of different probabilities, not of tables.
    """
    if counts.shape == (2, 2):
        from scipy import stats

        return float(stats.fisher_exact(counts).pvalue)
    counts = counts if counts.shape[0] <= counts.shape[1] else counts.T
    observed = float(special.gammaln(counts + 1.0).sum())
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    states: dict[tuple[int, ...], Counter[float]] = {tuple(rows.tolist()): Counter({0.0: 1})}
    steps = 0
    for column in columns.tolist():
        following: dict[tuple[int, ...], Counter[float]] = {}
        for left, sums in states.items():
            for cells in _fill(column, left):
                steps += len(sums)
                if steps > MAX_STEPS:
                    return None
                added = sum(math.lgamma(cell + 1) for cell in cells)
                target = following.setdefault(tuple(a - b for a, b in zip(left, cells, strict=True)), Counter())
                for value, ways in sums.items():
                    target[round(value + added, 12)] += ways
        states = following
    final = states[(0,) * len(rows)]
    margins = float(special.gammaln(rows + 1.0).sum() + special.gammaln(columns + 1.0).sum())
    constant = margins - math.lgamma(int(counts.sum()) + 1)
    likely_at_most = math.log1p(1e-7)  # R's relative tolerance for "no more likely"
    return min(1.0, sum(w * math.exp(constant - v) for v, w in final.items() if -v <= -observed + likely_at_most))


def _fill(total: int, room: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """All ways to place `total` in cells of the given room."""
    if len(room) == 1:
        if total <= room[0]:
            yield (total,)
        return
    for first in range(max(0, total - sum(room[1:])), min(total, room[0]) + 1):
        for rest in _fill(total - first, room[1:]):
            yield (first, *rest)
