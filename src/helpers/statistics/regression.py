"""Cox regression with hazard ratios, a guard on too few events, Firth's penalty, and the proportional-hazards test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, special

from .checks import (
    ArrayLike,
    FloatArray,
    check_alpha,
    check_choice,
    check_covariates,
    check_events,
    check_groups,
    check_same_length,
    check_times,
    merge_near_ties,
)
from .comparison import Comparison, chi2_tail
from .counting import count_events
from .cox_fit import fit_cox
from .partial_likelihood import CoxData, Fit, compute_terms, maximise_penalised, standardise

PENALTIES = ("when needed", "never", "always")


@dataclass(frozen=True)
class HazardRatio:
    """The hazard ratio of one covariate; None with a `note` that says why it is not estimable.

    Attributes
    ----------
    name : str
        The covariate.
    hr, lcl, ucl : float or None
        Hazard ratio for one unit more, and its confidence limits.
    p_value : float or None
        Wald test, or the penalised likelihood-ratio test where Firth's penalty was used.
    coefficient, std_err : float or None
        The logarithm of `hr`, and its standard error.
    note : str
        Why there is no estimate; empty otherwise.
    """

    name: str
    hr: float | None
    lcl: float | None
    ucl: float | None
    p_value: float | None
    coefficient: float | None
    std_err: float | None
    note: str = ""


@dataclass(frozen=True)
class CoxModel:
    """A Cox model: the hazard ratios in the order of the covariates, `n` rows, `events`, and the `method` in words."""

    terms: tuple[HazardRatio, ...]
    n: int
    events: int
    log_likelihood: float | None
    method: str


def estimate_cox(
    durations: ArrayLike,
    event_observed: ArrayLike,
    covariates: Mapping[str, ArrayLike] | pd.DataFrame,
    entry: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    alpha: float = 0.05,
    min_events: int = 5,
    penalty: str = "when needed",
) -> CoxModel:
    """Fit a Cox proportional-hazards model.

    Parameters
    ----------
    durations, event_observed : array-like, shape (n,)
        End of each row at risk, and whether it ends with the event.
    covariates : mapping or DataFrame
        Numeric covariates by name, each of shape (n,). A category is given as 0/1 columns against its reference.
    entry : array-like of float, shape (n,), optional
        Start of each row at risk (counting process): late entry, or one row per value of a time-dependent covariate
        (see `transplant.split_at_state`). A row is at risk after `entry` up to and including its duration.
    strata : array-like, shape (n,), optional
        Labels of strata with their own baseline hazard.
    alpha : float
        1 − confidence level.
    min_events : int
        A 0/1 covariate with fewer events in one of its two groups, or a model with fewer events in all, gets no hazard
        ratio but a note.
    penalty : {"when needed", "never", "always"}
        Firth's penalty, with profile-likelihood limits: where the likelihood is monotone (one group without events),
        never (then such a model has no estimates), or always.

    Returns
    -------
    CoxModel
        Efron's ties, as R's ``coxph``; `method` says whether the penalty was used.

    Raises
    ------
    ValueError
        As `survival.estimate_kaplan_meier`; a missing covariate; an entry at or after its duration; no covariates.

    References
    ----------
    See `partial_likelihood`; Heinze G, Schemper M. Biometrics 2001;57:114-119 for the penalty and its limits.
    """
    check_choice(penalty, PENALTIES, "penalty")
    alpha = check_alpha(alpha)
    names, data = prepare(durations, event_observed, covariates, entry, strata)
    n, events = data.exit.size, int(data.event.sum())
    if events < max(min_events, 1):
        return _refused(names, n, events, f"{say_events(events)}: a hazard ratio needs at least {max(min_events, 1)}")
    thin = {name: _too_few(name, data, j, min_events) for j, name in enumerate(names)}
    if any(thin.values()):
        notes = {name: note or "another covariate has too few events" for name, note in thin.items()}
        return CoxModel(tuple(_no_ratio(name, notes[name]) for name in names), n, events, None, "Cox model, not fitted")
    constant = [name for j, name in enumerate(names) if np.ptp(data.covariates[:, j]) == 0]
    if constant:
        return _refused(names, n, events, f"{constant[0]} has the same value in every row")
    fit = None if penalty == "always" else fit_cox(data)
    if fit is not None and fit.converged:
        terms = tuple(_wald(name, data, fit, j, alpha) for j, name in enumerate(names))
        return CoxModel(terms, n, events, fit.log_likelihood, "Cox model, Efron ties, Wald interval")
    if penalty == "never":
        return _refused(names, n, events, "monotone likelihood: no finite estimate without a penalty")
    fit = maximise_penalised(data)
    if not fit.converged:
        return _refused(names, n, events, "the covariates cannot be told apart")
    terms = tuple(_profile(name, data, fit, j, alpha) for j, name in enumerate(names))
    return CoxModel(terms, n, events, fit.log_likelihood, "Cox model, Efron ties, Firth penalty, profile interval")


def check_proportional_hazards(
    durations: ArrayLike,
    event_observed: ArrayLike,
    covariates: Mapping[str, ArrayLike] | pd.DataFrame,
    entry: ArrayLike | None = None,
    strata: ArrayLike | None = None,
) -> dict[str, Comparison]:
    """Test whether the hazard ratios change with time: score test for a product of covariate and time.

    Parameters
    ----------
    durations, event_observed, covariates, entry, strata
        As for `estimate_cox`.

    Returns
    -------
    dict
        A `Comparison` for each covariate (1 degree of freedom) and one named ``GLOBAL``; time enters as 1 − the
        left-hand Kaplan–Meier curve, as in R's ``cox.zph``. None, with a note, where the model cannot be fitted.

    Raises
    ------
    ValueError
        As `estimate_cox`.

    References
    ----------
    Grambsch PM, Therneau TM. Biometrika 1994;81:515-526.
    """
    names, data = prepare(durations, event_observed, covariates, entry, strata)
    method = "score test of proportional hazards, Kaplan-Meier time scale"
    fit = fit_cox(data) if data.event.any() else None
    if fit is None or not fit.converged:
        none = Comparison(None, None, None, method, note="the model cannot be fitted")
        return dict.fromkeys([*names, "GLOBAL"], none)
    terms = compute_terms(data, fit.coefficients)
    scale = _kaplan_meier_scale(data, terms.times)
    score = (scale[:, None] * terms.residuals).sum(axis=0)
    plain = terms.information.sum(axis=0)
    crossed = (scale[:, None, None] * terms.information).sum(axis=0)
    squared = (scale[:, None, None] ** 2 * terms.information).sum(axis=0)
    results = {name: _score_test(score, plain, crossed, squared, [j], method) for j, name in enumerate(names)}
    return results | {"GLOBAL": _score_test(score, plain, crossed, squared, list(range(len(names))), method)}


def prepare(
    durations: ArrayLike,
    event_observed: ArrayLike,
    covariates: Mapping[str, ArrayLike] | pd.DataFrame,
    entry: ArrayLike | None,
    strata: ArrayLike | None,
) -> tuple[list[str], CoxData]:
    """Check the rows of a Cox model and bring them to arrays; covariates are standardised."""
    times, events = check_times(durations), check_events(event_observed)
    check_same_length(durations=times, event_observed=events)
    names, x = check_covariates(covariates, times.size)
    stratum = np.zeros(times.size, dtype=np.int64) if strata is None else check_groups(strata, "strata")[0]
    check_same_length(durations=times, strata=stratum)
    starts = np.full(times.size, -np.inf)
    if entry is not None:
        starts = check_times(entry, "entry")
        check_same_length(durations=times, entry=starts)
        starts, times = np.split(merge_near_ties(np.concatenate([starts, times])), 2)
        late = np.flatnonzero(starts >= times)
        if late.size:
            row = int(late[0])
            raise ValueError(f"entry[{row}] is {starts[row]:g}: not before its duration, {times[row]:g}")
    return names, CoxData(starts, times, events, stratum, *standardise(x))


def say_events(n: int) -> str:
    """Events in words: 1 event, 2 events."""
    return f"{n} event" if n == 1 else f"{n} events"


def _too_few(name: str, data: CoxData, j: int, min_events: int) -> str:
    column = data.covariates[:, j]
    levels = np.unique(column)
    if levels.size != 2:
        return ""
    events = [int(data.event[column == level].sum()) for level in levels]
    if min(events) >= min_events:
        return ""
    return f"{say_events(min(events))} in one group of {name}: a hazard ratio needs at least {min_events} in each"


def _no_ratio(name: str, note: str) -> HazardRatio:
    return HazardRatio(name, None, None, None, None, None, None, note)


def _refused(names: list[str], n: int, events: int, note: str) -> CoxModel:
    return CoxModel(tuple(_no_ratio(name, note) for name in names), n, events, None, "Cox model, not fitted")


def _wald(name: str, data: CoxData, fit: Fit, j: int, alpha: float) -> HazardRatio:
    coefficient = float(fit.coefficients[j] / data.scale[j])
    error = float(np.sqrt(np.linalg.inv(fit.information)[j, j]) / data.scale[j])
    z = float(special.ndtri(1 - alpha / 2))
    p_value = chi2_tail((coefficient / error) ** 2, 1)
    limits = _exp(coefficient - z * error), _exp(coefficient + z * error)
    return HazardRatio(name, _exp(coefficient), *limits, p_value, coefficient, error)


def _profile(name: str, data: CoxData, fit: Fit, j: int, alpha: float) -> HazardRatio:
    """Limits at which twice the fall of the penalised profile likelihood reaches the χ² quantile."""
    coefficient, scale = float(fit.coefficients[j]), float(data.scale[j])
    error = float(np.sqrt(np.linalg.inv(fit.information)[j, j]))
    allowed = float(special.chdtri(1, alpha))

    def excess(value: float) -> float:
        return 2 * (fit.log_likelihood - maximise_penalised(data, (j, value)).log_likelihood) - allowed

    limits: list[float | None] = []
    for direction in (-1, 1):
        reach = error
        while excess(coefficient + direction * reach) < 0 and reach < 50 * error:
            reach *= 2
        found = excess(coefficient + direction * reach) >= 0
        bracket = (coefficient, coefficient + direction * reach)
        limits.append(_exp(optimize.brentq(excess, *bracket, xtol=1e-10) / scale) if found else None)
    p_value = chi2_tail(max(excess(0.0) + allowed, 0.0), 1)
    return HazardRatio(
        name, _exp(coefficient / scale), limits[0], limits[1], p_value, coefficient / scale, error / scale
    )


def _exp(value: float) -> float:
    with np.errstate(over="ignore"):
        return float(np.exp(value))


def _kaplan_meier_scale(data: CoxData, times: FloatArray) -> FloatArray:
    entry = data.entry if np.isfinite(data.entry).any() else None
    counts = count_events(data.exit, data.event, np.zeros(data.exit.size, dtype=np.int64), 1, entry)
    before = np.append(1.0, np.cumprod(1 - counts.events[:, 0] / counts.at_risk[:, 0]))[:-1]
    scale: FloatArray = 1 - before[np.searchsorted(counts.times, times)]
    return scale


def _score_test(
    score: FloatArray, plain: FloatArray, crossed: FloatArray, squared: FloatArray, which: list[int], method: str
) -> Comparison:
    remaining = squared[np.ix_(which, which)] - crossed[which] @ np.linalg.solve(plain, crossed[which].T)
    if np.linalg.matrix_rank(remaining) < len(which):
        return Comparison(None, None, None, method, note="too few event times")
    statistic = float(score[which] @ np.linalg.solve(remaining, score[which]))
    return Comparison(statistic, len(which), chi2_tail(statistic, len(which)), method)
