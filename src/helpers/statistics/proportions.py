"""Proportions with exact and approximate intervals, and comparisons of two proportions."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from .checks import check_alpha, check_choice, check_count, check_share
from .comparison import Comparison

METHODS = {"clopper-pearson": "Clopper-Pearson", "wilson": "Wilson", "jeffreys": "Jeffreys"}


@dataclass(frozen=True)
class Proportion:
    """A proportion and its interval.

    Attributes
    ----------
    n, N : int
        Patients with the characteristic, and all patients (the denominator).
    estimate : float or None
        n / N, between 0 and 1; None when N = 0.
    lcl, ucl : float or None
        Two-sided confidence limits, between 0 and 1; None when N = 0.
    method : str
        The interval's name, e.g. ``Clopper-Pearson``.
    alpha : float
        1 − confidence level.
    """

    n: int
    N: int
    estimate: float | None
    lcl: float | None
    ucl: float | None
    method: str
    alpha: float


def estimate_proportion(
    n: int,
    N: int,  # noqa: N803 - the field's own name for the denominator
    method: str = "clopper-pearson",
    alpha: float = 0.05,
) -> Proportion:
    """Estimate a proportion with a two-sided confidence interval.

    Parameters
    ----------
    n, N : int
        Patients with the characteristic, and all patients.
    method : {"clopper-pearson", "wilson", "jeffreys"}
        Clopper–Pearson: exact, from the beta quantiles, as R's ``binom.test``. Wilson: score interval without
        continuity correction, as R's ``prop.test(correct=FALSE)``. Jeffreys: quantiles of Beta(n + ½, N − n + ½), with
        the limit 0 for 0 of N and 1 for N of N.
    alpha : float
        1 − confidence level.

    Returns
    -------
    Proportion
        Estimate and limits None when N = 0.

    Raises
    ------
    ValueError
        A count that is negative or not whole, n > N, an unknown method, alpha outside (0, 1).

    References
    ----------
    Clopper CJ, Pearson ES. Biometrika 1934;26:404-413. Wilson EB. J Am Stat Assoc 1927;22:209-212.
    Brown LD, Cai TT, DasGupta A. Stat Sci 2001;16:101-133.
    """
    n, total = _check_counts(n, N)
    check_choice(method, tuple(METHODS), "method")
    alpha = check_alpha(alpha)
    if total == 0:
        return Proportion(n, total, None, None, None, METHODS[method], alpha)
    lower, upper = _interval(n, total, method, alpha)
    return Proportion(n, total, n / total, lower, upper, METHODS[method], alpha)


def _check_counts(n: int, total: int) -> tuple[int, int]:
    n, total = check_count(n, "n"), check_count(total, "N")
    if n > total:
        raise ValueError(f"n is {n}: more than N, which is {total}")
    return n, total


def _interval(n: int, total: int, method: str, alpha: float) -> tuple[float, float]:
    if method == "wilson":
        from scipy import stats  # slow to import: only once it is asked for

        limits = stats.binomtest(n, total).proportion_ci(1 - alpha, method="wilson")
        lower, upper = float(limits.low), float(limits.high)
    elif method == "jeffreys":
        lower = float(special.betaincinv(n + 0.5, total - n + 0.5, alpha / 2))
        upper = float(special.betainccinv(n + 0.5, total - n + 0.5, alpha / 2))
    else:
        lower = float(special.betaincinv(n, total - n + 1, alpha / 2)) if n > 0 else 0.0
        upper = float(special.betainccinv(n + 1, total - n, alpha / 2)) if n < total else 1.0
    return 0.0 if n == 0 else lower, 1.0 if n == total else upper


@dataclass(frozen=True)
class Effect:
    """A contrast of two groups with its interval; None where it is not estimable."""

    estimate: float | None
    lcl: float | None
    ucl: float | None
    method: str
    alpha: float


def compare_with_benchmark(
    n: int,
    N: int,  # noqa: N803
    benchmark: float,
) -> Comparison:
    """Test a proportion against a fixed benchmark: exact two-sided binomial test.

    Parameters
    ----------
    n, N : int
        Patients with the characteristic, and all patients.
    benchmark : float
        The proportion under the null hypothesis, between 0 and 1.

    Returns
    -------
    Comparison
        `statistic` is n, `p_value` adds the outcomes no more likely than n, as R's ``binom.test``. None when N = 0.

    Raises
    ------
    ValueError
        As `estimate_proportion`; a benchmark outside 0 … 1.
    """
    n, total = _check_counts(n, N)
    benchmark = check_share(benchmark, "benchmark")
    method = f"exact binomial test against {benchmark:g}"
    if total == 0:
        return Comparison(None, None, None, method, note="no patients")
    from scipy import stats

    return Comparison(float(n), None, float(stats.binomtest(n, total, benchmark).pvalue), method)


def estimate_difference(n1: int, total1: int, n2: int, total2: int, alpha: float = 0.05) -> Effect:
    """Estimate the difference of two independent proportions with Newcombe's interval.

    Parameters
    ----------
    n1, total1, n2, total2 : int
        Patients with the characteristic and all patients, of the first and the second group.
    alpha : float
        1 − confidence level.

    Returns
    -------
    Effect
        p1 − p2 with limits made of the two Wilson intervals (Newcombe's method 10, without continuity correction); None
        when a group is empty.

    Raises
    ------
    ValueError
        As `estimate_proportion`.

    References
    ----------
    Newcombe RG. Stat Med 1998;17:873-890.
    """
    first = estimate_proportion(n1, total1, "wilson", alpha)
    second = estimate_proportion(n2, total2, "wilson", alpha)
    method = "difference of proportions, Newcombe interval"
    if first.estimate is None or second.estimate is None:
        return Effect(None, None, None, method, first.alpha)
    l1, u1, l2, u2 = (float(limit or 0.0) for limit in (first.lcl, first.ucl, second.lcl, second.ucl))
    p1, p2 = first.estimate, second.estimate
    difference = p1 - p2
    lower = difference - math.hypot(p1 - l1, u2 - p2)
    upper = difference + math.hypot(u1 - p1, p2 - l2)
    return Effect(difference, lower, upper, method, first.alpha)


def estimate_risk_ratio(n1: int, total1: int, n2: int, total2: int, alpha: float = 0.05) -> Effect:
    """Estimate the ratio of two independent proportions with Katz's log interval.

    Parameters
    ----------
    n1, total1, n2, total2, alpha
        As for `estimate_difference`.

    Returns
    -------
    Effect
        p1 / p2. None when a group is empty or p2 = 0; the limits are None too when p1 = 0, where log p1 has no error.

    Raises
    ------
    ValueError
        As `estimate_proportion`.

    References
    ----------
    Katz D, Baptista J, Azen SP, Pike MC. Biometrics 1978;34:469-474.
    """
    (n1, total1), (n2, total2), alpha = _check_counts(n1, total1), _check_counts(n2, total2), check_alpha(alpha)
    method = "risk ratio, log interval (Katz)"
    if total1 == 0 or total2 == 0 or n2 == 0:
        return Effect(None, None, None, method, alpha)
    ratio = (n1 / total1) / (n2 / total2)
    if n1 == 0:
        return Effect(ratio, None, None, method, alpha)
    error = math.sqrt(1 / n1 - 1 / total1 + 1 / n2 - 1 / total2)
    factor = math.exp(float(special.ndtri(1 - alpha / 2)) * error)
    return Effect(ratio, ratio / factor, ratio * factor, method, alpha)
