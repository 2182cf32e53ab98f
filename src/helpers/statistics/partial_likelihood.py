"""Cox's partial likelihood with Efron's treatment of ties, for right-censored and counting-process data.

Written out here because three things need its parts and no library gives them: the proportional-hazards test (score
and information at every event), Firth's penalty (third moments), and the judgement whether a likelihood has a maximum.
The model without a penalty is fitted by lifelines (`cox_fit`).

References
----------
Cox DR. J R Stat Soc B 1972;34:187-220. Efron B. J Am Stat Assoc 1977;72:557-565.
Therneau TM, Grambsch PM. Modeling Survival Data, 2000, chapter 3. Firth D. Biometrika 1993;80:27-38.
Heinze G, Schemper M. Biometrics 2001;57:114-119.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .checks import BoolArray, FloatArray, IntArray

MAX_ITERATIONS = 60

#: Less information than this, per event and in standard deviations of the covariates, is none.
NO_INFORMATION = 1e-9


@dataclass(frozen=True, eq=False)
class CoxData:
    """Checked rows at risk: `entry`, `exit`, `event`, `stratum` (n,); `covariates` (n, p) divided by `scale` (p,)."""

    entry: FloatArray
    exit: FloatArray
    event: BoolArray
    stratum: IntArray
    covariates: FloatArray
    scale: FloatArray


@dataclass(frozen=True, eq=False)
class Terms:
    """What each of the m events adds at given coefficients.

    Attributes
    ----------
    times : ndarray, shape (m,)
        Time of the event; tied events are separate terms, thinned as Efron says.
    log_likelihood : float
        Sum over the terms.
    residuals : ndarray, shape (m, p)
        Covariates of the tied patients (their mean) − weighted mean of those at risk: summed, the score.
    information : ndarray, shape (m, p, p)
        Weighted covariance of the covariates of those at risk: summed, the information.
    third : ndarray, shape (m, p, p, p) or None
        Third central moments, the derivative of the information; only if asked for.
    """

    times: FloatArray
    log_likelihood: float
    residuals: FloatArray
    information: FloatArray
    third: FloatArray | None


@dataclass(frozen=True, eq=False)
class Fit:
    """Coefficients that maximise the likelihood; `converged` False when it keeps rising (monotone likelihood)."""

    coefficients: FloatArray
    information: FloatArray
    log_likelihood: float
    converged: bool


def compute_terms(data: CoxData, coefficients: FloatArray, third: bool = False) -> Terms:
    """Return the contribution of every event to likelihood, score and information."""
    parts = [
        _terms_of_stratum(data, data.stratum == s, coefficients, third) for s in np.unique(data.stratum[data.event])
    ]
    return Terms(
        np.concatenate([part.times for part in parts]),
        sum(part.log_likelihood for part in parts),
        np.concatenate([part.residuals for part in parts]),
        np.concatenate([part.information for part in parts]),
        np.concatenate([part.third for part in parts if part.third is not None]) if third else None,
    )


def maximise_penalised(data: CoxData, fixed: tuple[int, float] | None = None) -> Fit:
    """Maximise the partial likelihood with Firth's penalty by Newton's method with step halving.

    Parameters
    ----------
    data : CoxData
        Rows at risk, with at least one event.
    fixed : (int, float), optional
        Hold one coefficient at a value (profile likelihood).

    Returns
    -------
    Fit
        `log_likelihood` has half the log determinant of the information added (Jeffreys prior), so that estimates stay
        finite; `information` is the full matrix, without the penalty, at the maximum.
    """
    p = data.covariates.shape[1]
    free = np.arange(p) if fixed is None else np.delete(np.arange(p), fixed[0])
    beta = np.zeros(p)
    if fixed is not None:
        beta[fixed[0]] = fixed[1]
    events = float(data.event.sum())
    value, score, information = _evaluate(data, beta)
    for _ in range(MAX_ITERATIONS):
        if free.size == 0:
            return Fit(beta, information, value, True)
        inner = information[np.ix_(free, free)]
        if not is_informative(inner, events, 1e-14):
            return Fit(beta, information, value, False)
        step = np.zeros(p)
        step[free] = np.linalg.solve(inner, score[free])
        step /= max(1.0, float(np.max(np.abs(step))) / 5)  # at most 5 per standard deviation at once
        for _ in range(30):
            trial = _evaluate(data, beta + step)
            if trial[0] >= value - 1e-10 * (1 + abs(value)):
                break
            step /= 2
        beta = beta + step
        value, score, information = trial
        if float(np.max(np.abs(step))) < 1e-10:
            return Fit(beta, information, value, is_informative(information[np.ix_(free, free)], events))
    return Fit(beta, information, value, False)


def is_informative(information: FloatArray, events: float, least: float = NO_INFORMATION) -> bool:
    """Whether the events tell about every direction, by the smallest eigenvalue of the information per event.

    For covariates in standard deviations. A likelihood that rises for ever runs out of information on the way, and then
    stands still for lack of digits.
    """
    each = information / events
    return bool(np.isfinite(each).all() and np.linalg.eigvalsh(each)[0] > least)


def standardise(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the columns centred and divided by their standard deviations, and these (1 for a constant column)."""
    scale = x.std(axis=0)
    scale[np.ptp(x, axis=0) == 0] = 1.0
    return (x - x.mean(axis=0)) / scale, scale


def _evaluate(data: CoxData, beta: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    """Penalised log likelihood and its score, and the information."""
    terms = compute_terms(data, beta, third=True)
    information: FloatArray = terms.information.sum(axis=0)
    score = terms.residuals.sum(axis=0)
    sign, log_determinant = np.linalg.slogdet(information)
    if sign <= 0 or terms.third is None:
        return -np.inf, score, information
    penalty = 0.5 * np.einsum("jk,jkl->l", np.linalg.inv(information), terms.third.sum(axis=0))
    return terms.log_likelihood + 0.5 * float(log_determinant), score + penalty, information


def _terms_of_stratum(data: CoxData, rows: BoolArray, beta: FloatArray, third: bool) -> Terms:
    x, event, end = data.covariates[rows], data.event[rows], data.exit[rows]
    linear = x @ beta
    shift = float(linear.max())
    weight = np.exp(linear - shift)
    times, which, deaths = np.unique(end[event], return_inverse=True, return_counts=True)
    index = np.repeat(np.arange(times.size), deaths)
    thinned = (np.arange(index.size) - np.repeat(np.cumsum(deaths) - deaths, deaths)) / deaths[index]

    def moment(power: int) -> FloatArray:
        values = weight
        for _ in range(power):
            values = values[..., None] * x.reshape(x.shape[0], *[1] * (values.ndim - 1), x.shape[1])
        at_risk = _sum_at_risk(data.entry[rows], end, values, times)
        dying = np.zeros_like(at_risk)
        np.add.at(dying, which, values[event])
        share = thinned.reshape(-1, *[1] * (values.ndim - 1))
        total: FloatArray = at_risk[index] - share * dying[index]
        return total

    s0 = moment(0)
    mean = moment(1) / s0[:, None]
    second = moment(2) / s0[:, None, None]
    covariance = second - mean[:, :, None] * mean[:, None, :]
    dead_mean = np.zeros((times.size, x.shape[1]))
    np.add.at(dead_mean, which, x[event])
    dead_mean /= deaths[:, None]
    log_likelihood = float(linear[event].sum() - np.log(s0).sum() - shift * index.size)
    return Terms(
        times[index],
        log_likelihood,
        dead_mean[index] - mean,
        covariance,
        _third_central(moment(3) / s0[:, None, None, None], second, mean) if third else None,
    )


def _sum_at_risk(entry: FloatArray, end: FloatArray, values: FloatArray, times: FloatArray) -> FloatArray:
    """Sum of `values` over the rows with entry < t <= end, for every t: shape (times, …)."""
    by_end = np.argsort(-end, kind="stable")
    summed = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values[by_end], axis=0)])
    total: FloatArray = summed[np.searchsorted(-end[by_end], -times, side="right")]
    if np.isfinite(entry).any():
        by_entry = np.argsort(-entry, kind="stable")
        summed = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values[by_entry], axis=0)])
        total = total - summed[np.searchsorted(-entry[by_entry], -times, side="right")]
    return total


def _third_central(third: FloatArray, second: FloatArray, mean: FloatArray) -> FloatArray:
    a, b, c = mean[:, :, None, None], mean[:, None, :, None], mean[:, None, None, :]
    crossed = second[:, :, :, None] * c + second[:, :, None, :] * b + second[:, None, :, :] * a
    central: FloatArray = third - crossed + 2 * a * b * c
    return central
