"""Proportions with exact and approximate intervals, and comparisons of two proportions."""

from __future__ import annotations

from dataclasses import dataclass

from scipy import special

from .checks import check_alpha, check_choice, check_count

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
