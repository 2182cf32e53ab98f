"""Restricted mean survival time: the area under the Kaplan–Meier curve up to a horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from .checks import ArrayLike, check_alpha, check_horizon
from .survival import estimate_kaplan_meier


@dataclass(frozen=True)
class RestrictedMean:
    """Mean survival time within a horizon, in the unit of the durations; None past the last follow-up (see `note`)."""

    estimate: float | None
    std_err: float | None
    lcl: float | None
    ucl: float | None
    horizon: float
    method: str
    note: str = ""


def estimate_restricted_mean(
    durations: ArrayLike, event_observed: ArrayLike, horizon: float, alpha: float = 0.05
) -> RestrictedMean:
    """Estimate the mean time lived without the event up to a horizon.

    Parameters
    ----------
    durations, event_observed : array-like, shape (n,)
        Times and event flags, as for `survival.estimate_kaplan_meier`.
    horizon : float
        The time up to which the mean is taken, above 0, in the unit of the durations.
    alpha : float
        1 − confidence level.

    Returns
    -------
    RestrictedMean
        Estimate and standard error as R's ``summary(survfit, rmean = horizon)``, limits estimate ± z · standard error.
        None when the horizon lies past the last follow-up while the curve is above 0: R would draw the curve on.

    Raises
    ------
    ValueError
        As `survival.estimate_kaplan_meier`; a horizon that is not a finite number above 0.

    References
    ----------
    Irwin JO. J Hyg 1949;47:188-189. Klein JP, Moeschberger ML. Survival Analysis, 2003, section 4.5.
    """
    horizon = check_horizon(horizon)
    alpha = check_alpha(alpha)
    curve = estimate_kaplan_meier(durations, event_observed)
    method = "restricted mean, area under the Kaplan-Meier curve"
    table = curve.table
    if horizon > curve.last_time and table["survival"].iloc[-1] > 0:
        note = f"the last follow-up is at {curve.last_time:g}"
        return RestrictedMean(None, None, None, None, horizon, method, note)
    within = table[table["time"] <= horizon]
    times = np.concatenate([[0.0], within["time"].to_numpy(), [horizon]])
    areas = np.diff(times) * np.append(1.0, within["survival"].to_numpy())
    at_risk, died = within["n_risk"].to_numpy(dtype=float), within["n_event"].to_numpy(dtype=float)
    still = at_risk > died
    hazard_variance = np.divide(died, at_risk * (at_risk - died), out=np.zeros_like(died), where=still)
    area_after = np.cumsum(areas[::-1])[::-1][1:]  # area from each observed time to the horizon
    error = float(np.sqrt((area_after**2 * hazard_variance).sum()))
    mean, half_width = float(areas.sum()), float(special.ndtri(1 - alpha / 2)) * error
    return RestrictedMean(mean, error, mean - half_width, mean + half_width, horizon, method)
