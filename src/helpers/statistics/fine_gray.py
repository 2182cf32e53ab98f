"""Fine–Gray regression: hazard ratios of the subdistribution, for the cumulative incidence of one cause.

comprisk's variance leaves out that the censoring weights are estimated; what R's ``cmprsk::crr`` reports, Fine and
Gray's own, is computed here, and the coefficients together with it. A patient with a competing event at x stays at risk
at t > x with weight G(t) / G(x), G the Kaplan–Meier curve of the censoring. This is a product of something of the time
and something of the patient, so that every sum over patients is a cumulative sum: n log n.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from .checks import (
    ArrayLike,
    FloatArray,
    IntArray,
    check_alpha,
    check_covariates,
    check_event_codes,
    check_same_length,
    check_times,
)
from .comparison import chi2_tail
from .partial_likelihood import is_informative, standardise
from .regression import HazardRatio, say_events

MAX_ITERATIONS = 60


@dataclass(frozen=True)
class FineGrayModel:
    """A Fine–Gray model: subdistribution hazard ratios, `n` patients, `events` of the cause, `method` in words."""

    terms: tuple[HazardRatio, ...]
    n: int
    events: int
    cause: int
    method: str


@dataclass(frozen=True, eq=False)
class _Weighted:
    """Patients (n), and the m distinct event times of the cause with `deaths` events.

    `free` (m,) is the censoring curve just before each event time; `inverse_free` (n,) one over it at the patient's own
    time where the event is a competing one, 0 elsewhere.
    """

    x: FloatArray
    scale: FloatArray
    times: FloatArray
    code: IntArray
    cause: int
    event_times: FloatArray
    deaths: FloatArray
    free: FloatArray
    inverse_free: FloatArray


def estimate_fine_gray(
    durations: ArrayLike,
    event_code: ArrayLike,
    covariates: Mapping[str, ArrayLike] | pd.DataFrame,
    cause: int = 1,
    alpha: float = 0.05,
    min_events: int = 5,
) -> FineGrayModel:
    """Fit a Fine–Gray proportional subdistribution hazards model.

    Parameters
    ----------
    durations, event_code : array-like, shape (n,)
        Times and codes (0 censored, 1 … k causes).
    covariates : mapping or DataFrame
        Numeric covariates by name, each of shape (n,), known at the origin.
    cause : int
        The cause of interest; all other events compete.
    alpha : float
        1 − confidence level.
    min_events : int
        As for `regression.estimate_cox`, counting events of the cause.

    Returns
    -------
    FineGrayModel
        Coefficients, standard errors and Wald limits as R's ``cmprsk::crr``; None with a note where there are too few
        events or no finite estimate.

    Raises
    ------
    ValueError
        As `incidence.estimate_cumulative_incidence`; a missing covariate; no covariates.

    References
    ----------
    Fine JP, Gray RJ. J Am Stat Assoc 1999;94:496-509.
    """
    alpha = check_alpha(alpha)
    names, data = _prepare(durations, event_code, covariates, cause)
    n, events = data.times.size, int(data.deaths.sum())
    note = _why_not(names, data, min_events)
    beta = None if note else _maximise(data)
    if beta is None:
        terms = tuple(
            HazardRatio(name, None, None, None, None, None, None, note or "no finite estimate") for name in names
        )
        return FineGrayModel(terms, n, events, cause, "Fine-Gray model, not fitted")
    errors = np.sqrt(np.diag(_variance(data, beta))) / data.scale
    beta = beta / data.scale
    z = float(special.ndtri(1 - alpha / 2))
    terms = tuple(
        HazardRatio(
            name,
            float(np.exp(b)),
            float(np.exp(b - z * e)),
            float(np.exp(b + z * e)),
            chi2_tail((b / e) ** 2, 1),
            float(b),
            float(e),
        )
        for name, b, e in zip(names, beta.tolist(), errors.tolist(), strict=True)
    )
    return FineGrayModel(terms, n, events, cause, "Fine-Gray model, Wald interval")


def _prepare(
    durations: ArrayLike, event_code: ArrayLike, covariates: Mapping[str, ArrayLike] | pd.DataFrame, cause: int
) -> tuple[list[str], _Weighted]:
    times, codes = check_times(durations), check_event_codes(event_code, cause)
    check_same_length(durations=times, event_code=codes)
    names, x = check_covariates(covariates, times.size)
    event_times, deaths = np.unique(times[codes == cause], return_counts=True)
    free_then, free_at_exit = _uncensored(times, codes, event_times), _uncensored(times, codes, times)
    competing = (codes != 0) & (codes != cause)
    inverse_free = np.divide(1.0, free_at_exit, out=np.zeros_like(times), where=competing)
    counts = deaths.astype(np.float64)
    data = _Weighted(*standardise(x), times, codes, cause, event_times, counts, free_then, inverse_free)
    return names, data


def _uncensored(times: FloatArray, codes: IntArray, when: FloatArray) -> FloatArray:
    """Kaplan–Meier curve of the censoring, just before `when`."""
    censored = np.unique(times[codes == 0])
    ordered = np.sort(times)
    at_risk = times.size - np.searchsorted(ordered, censored, side="left")
    counts = np.bincount(np.searchsorted(censored, times[codes == 0]), minlength=censored.size)
    curve = np.append(1.0, np.cumprod(1 - counts / at_risk))
    before: FloatArray = curve[np.searchsorted(censored, when, side="left")]
    return before


def _why_not(names: list[str], data: _Weighted, min_events: int) -> str:
    needed = max(min_events, 1)
    if data.deaths.sum() < needed:
        return f"{say_events(int(data.deaths.sum()))}: a hazard ratio needs at least {needed}"
    of_cause = data.code == data.cause
    for name, column in zip(names, data.x.T, strict=True):
        levels = np.unique(column)
        if levels.size == 1:
            return f"{name} has the same value in every row"
        fewest = min(int(of_cause[column == level].sum()) for level in levels)
        if levels.size == 2 and fewest < min_events:
            return f"{say_events(fewest)} in one group of {name}: a hazard ratio needs at least {min_events} in each"
    return ""


def _moments(data: _Weighted, beta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """At each event time: weighted sum of risks (m,), weighted mean (m, p) of the covariates, information (p, p)."""
    risk = np.exp(data.x @ beta)
    total = _sum_weighted(data, risk)
    mean = _sum_weighted(data, risk[:, None] * data.x) / total[:, None]
    squares = _sum_weighted(data, risk[:, None, None] * data.x[:, :, None] * data.x[:, None, :]) / total[:, None, None]
    spread = squares - mean[:, :, None] * mean[:, None, :]
    information: FloatArray = np.einsum("m,mjk->jk", data.deaths, spread)
    return total, mean, information


def _sum_weighted(data: _Weighted, values: FloatArray) -> FloatArray:
    """Weighted sum of the patients' values (n, …) at each event time: those still followed, and competing ones gone."""
    wide = (-1, *[1] * (values.ndim - 1))
    order = np.argsort(data.times, kind="stable")
    gone = np.searchsorted(data.times[order], data.event_times, side="left")
    still = _cumulate(values[order][::-1])[data.times.size - gone]
    left = _cumulate((values * data.inverse_free.reshape(wide))[order])[gone]
    weighted: FloatArray = still + data.free.reshape(wide) * left
    return weighted


def _cumulate(values: FloatArray) -> FloatArray:
    """Cumulative sums along the first axis, with the empty sum in front."""
    return np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])


def _maximise(data: _Weighted) -> FloatArray | None:
    own = data.x[data.code == data.cause]
    beta = np.zeros(data.x.shape[1])
    value = -np.inf
    for _ in range(MAX_ITERATIONS):
        total, mean, information = _moments(data, beta)
        value = float((own @ beta).sum() - data.deaths @ np.log(total))
        score = own.sum(axis=0) - data.deaths @ mean
        if not is_informative(information, float(data.deaths.sum())):
            return None
        step = np.linalg.solve(information, score)
        step /= max(1.0, float(np.max(np.abs(step))) / 5)
        for _ in range(30):
            risks, _, _ = _moments(data, beta + step)
            if float((own @ (beta + step)).sum() - data.deaths @ np.log(risks)) >= value - 1e-10 * (1 + abs(value)):
                break
            step = step / 2
        beta = beta + step
        if float(np.max(np.abs(step))) < 1e-10:
            return beta
    return None


def _variance(data: _Weighted, beta: FloatArray) -> FloatArray:
    """Fine and Gray's sandwich: each patient's share of the score, and of the estimated censoring weights."""
    total, mean, information = _moments(data, beta)
    risk = np.exp(data.x @ beta)
    hazard = (data.deaths / total)[:, None]
    # expected events while still followed, and with a decreasing weight after a competing event
    until = np.searchsorted(data.event_times, data.times, side="right")
    weighted = data.free[:, None] * hazard
    after = _cumulate(weighted[::-1])[::-1][until], _cumulate((weighted * mean)[::-1])[::-1][until]
    expected = _cumulate(hazard)[until] + data.inverse_free[:, None] * after[0]
    expected_mean = _cumulate(hazard * mean)[until] + data.inverse_free[:, None] * after[1]
    eta = -risk[:, None] * (expected * data.x - expected_mean)
    of_cause = data.code == data.cause
    eta[of_cause] += data.x[of_cause] - mean[np.searchsorted(data.event_times, data.times[of_cause])]
    inverse = np.linalg.inv(information)
    influence = eta + _censoring_influence(data, risk, weighted, mean)
    variance: FloatArray = inverse @ (influence.T @ influence) @ inverse
    return variance


def _censoring_influence(data: _Weighted, risk: FloatArray, weighted: FloatArray, mean: FloatArray) -> FloatArray:
    """What each patient adds to the score through the censoring curve that the weights are made of."""
    censored, position = np.unique(data.times[data.code == 0], return_inverse=True)
    psi = np.zeros_like(data.x)
    if censored.size == 0:
        return psi
    order = np.argsort(data.times, kind="stable")
    before = np.searchsorted(data.times[order], censored, side="left")
    later = np.searchsorted(data.event_times, censored, side="left")
    kept = (risk * data.inverse_free)[order][:, None]
    gone, gone_x = _cumulate(kept)[before], _cumulate(kept * data.x[order])[before]
    ahead, ahead_mean = (_cumulate(part[::-1])[::-1][later] for part in (weighted, weighted * mean))
    at_risk = data.times.size - before
    ratio = (gone_x * ahead - gone * ahead_mean) / at_risk[:, None]
    hazard = np.bincount(position, minlength=censored.size) / at_risk
    cumulative = _cumulate(ratio * hazard[:, None])
    psi -= cumulative[np.searchsorted(censored, data.times, side="right")]
    psi[data.code == 0] += ratio[position]
    return psi
