"""Kaplan–Meier estimates and follow-up, equal to R's ``survfit``.

lifelines counts the event table. What is built on it here is R's: the product-limit curve without the logarithms that
keep lifelines from meeting 0.5 exactly, Greenwood's variance, the intervals, the median's midpoint, and no estimate
past the last follow-up.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import special

from .checks import (
    ArrayLike,
    BoolArray,
    FloatArray,
    check_alpha,
    check_choice,
    check_events,
    check_numbers,
    check_same_length,
    check_share,
    check_times,
)
from .curve_quantiles import find_median, find_quantile

CONF_TYPES = ("log-log", "log", "plain")


@dataclass(frozen=True)
class Quantile:
    """The time by which a share `p` of the patients has had the event; None = not reached.

    Attributes
    ----------
    p : float
        Share with the event, between 0 and 1 (0.5 is the median).
    estimate, lcl, ucl : float or None
        Time and its confidence limits, in the unit of the durations.
    """

    p: float
    estimate: float | None
    lcl: float | None
    ucl: float | None


@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """A Kaplan–Meier curve.

    Attributes
    ----------
    n, events, censored : int
        Patients, events, censored; events + censored = n.
    median, median_lcl, median_ucl : float or None
        Median time and its limits, as R's ``print(survfit)``: the first time the curve is at or below 0.5, or the
        midpoint of the flat part when it meets 0.5 exactly and then falls. None = not reached.
    conf_type : str
        ``log-log``, ``log`` or ``plain``.
    alpha : float
        1 − confidence level.
    method : str
        Estimator and interval in words.
    table : DataFrame
        One row per distinct observed time: ``time n_risk n_event n_censor survival std_err lcl ucl``; `std_err` is that
        of the survival, and NaN marks a limit R gives as NA (log-log where survival is 1 or 0, log where it is 0).
    """

    n: int
    events: int
    censored: int
    median: float | None
    median_lcl: float | None
    median_ucl: float | None
    conf_type: str
    alpha: float
    method: str
    table: pd.DataFrame = field(repr=False)

    @property
    def last_time(self) -> float:
        """The last observed time, event or censoring: the end of what can be estimated."""
        return float(self.table["time"].iloc[-1])

    def quantile(self, p: float) -> Quantile:
        """Return the time by which a share `p` has had the event, as R's ``quantile(survfit)``.

        It differs from `median`, in R as here, in one case: a curve that ends flat at exactly 1 − p gives the midpoint
        of that flat part up to the last follow-up, where ``print(survfit)``, and `median`, give its start.

        Parameters
        ----------
        p : float
            Share with the event, from 0 to 1.

        Returns
        -------
        Quantile
            None where the curve or the limit does not reach 1 − p.

        Raises
        ------
        ValueError
            `p` outside 0 … 1.
        """
        p = check_share(p, "p")
        times = self.table["time"].to_numpy()
        curves = (self.table[column].to_numpy() for column in ("survival", "lcl", "ucl"))
        estimate, lower, upper = (find_quantile(times, curve, p) for curve in curves)
        return Quantile(p, estimate, lower, upper)

    def at(self, times: ArrayLike) -> pd.DataFrame:
        """Return the estimates at given times, as R's ``summary(survfit, times, extend=FALSE)``.

        Parameters
        ----------
        times : array-like of float, shape (k,)
            Times of interest, 0 or later, in the unit of the durations; their order is kept.

        Returns
        -------
        DataFrame
            k rows: ``time n_risk survival lcl ucl``. `n_risk` counts the patients with at least that duration. Past
            the last observed time `survival`, `lcl` and `ucl` are NaN: there the curve is not estimable.

        Raises
        ------
        ValueError
            A missing, infinite or negative time.
        """
        wanted = check_numbers(times, "times")
        if bool(np.any(wanted < 0)):
            raise ValueError(f"times[{int(np.argmax(wanted < 0))}] is {wanted[wanted < 0][0]:g}: cannot be negative")
        observed = self.table["time"].to_numpy()
        row = np.searchsorted(observed, wanted, side="right")
        frame = pd.DataFrame({"time": wanted})
        at_risk = np.append(self.table["n_risk"].to_numpy(), 0)
        frame["n_risk"] = at_risk[np.searchsorted(observed, wanted, side="left")]
        for column in ("survival", "lcl", "ucl"):
            before_first_and_then = np.append(1.0, self.table[column].to_numpy())
            frame[column] = np.where(wanted <= self.last_time, before_first_and_then[row], np.nan)
        return frame


@dataclass(frozen=True)
class FollowUp:
    """Median follow-up by the reverse Kaplan–Meier method.

    Attributes
    ----------
    median, lcl, ucl : float or None
        In the unit of the durations; None = not reached.
    n : int
        Patients.
    method : str
        Estimator and interval in words.
    """

    median: float | None
    lcl: float | None
    ucl: float | None
    n: int
    method: str


def estimate_kaplan_meier(
    durations: ArrayLike, event_observed: ArrayLike, conf_type: str = "log-log", alpha: float = 0.05
) -> KaplanMeier:
    """Estimate a survival curve from right-censored times.

    Parameters
    ----------
    durations : array-like of float, shape (n,)
        Time from origin to event or censoring, in any one unit, 0 or more.
    event_observed : array-like, shape (n,)
        1 or True at an event, 0 or False at a censoring.
    conf_type : {"log-log", "log", "plain"}
        Scale of the pointwise interval.
    alpha : float
        1 − confidence level.

    Returns
    -------
    KaplanMeier
        The curve; see its attributes, `KaplanMeier.at` and `KaplanMeier.quantile`.

    Raises
    ------
    ValueError
        Empty input, lengths that differ, a negative, missing or infinite time, an event flag outside 0/1, an unknown
        `conf_type`; the message names the value and its position.

    References
    ----------
    Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-481. Greenwood M. Reports on Public Health 1926;33.
    Kalbfleisch JD, Prentice RL. The Statistical Analysis of Failure Time Data, 2002 (log-log interval).
    """
    check_choice(conf_type, CONF_TYPES, "conf_type")
    alpha = check_alpha(alpha)
    times, events = check_times(durations), check_events(event_observed)
    n = check_same_length(durations=times, event_observed=events)
    return build_curve(_count_events(times, events), n, conf_type, alpha, f"Kaplan-Meier, {conf_type} interval")


def build_curve(table: pd.DataFrame, n: int, conf_type: str, alpha: float, method: str) -> KaplanMeier:
    """Build a curve from its counts: columns ``time n_risk n_event n_censor``, ascending in time, of `n` patients."""
    at_risk, died = table["n_risk"].to_numpy(dtype=float), table["n_event"].to_numpy(dtype=float)
    survival = np.cumprod((at_risk - died) / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_error = np.sqrt(np.cumsum(died / (at_risk * (at_risk - died))))
        lower, upper = _interval(survival, log_error, conf_type, alpha)
        columns = {"survival": survival, "std_err": survival * log_error, "lcl": lower, "ucl": upper}
    times = table["time"].to_numpy()
    median, median_lower, median_upper = (find_median(times, curve) for curve in (survival, lower, upper))
    events = int(died.sum())
    return KaplanMeier(
        n, events, n - events, median, median_lower, median_upper, conf_type, alpha, method, table.assign(**columns)
    )


def estimate_follow_up(
    durations: ArrayLike, event_observed: ArrayLike, conf_type: str = "log-log", alpha: float = 0.05
) -> FollowUp:
    """Estimate the median follow-up: a Kaplan–Meier curve in which censoring is the event and the event censors.

    Parameters
    ----------
    durations, event_observed, conf_type, alpha
        As for `estimate_kaplan_meier`; `event_observed` marks the event proper (death), not the censoring.

    Returns
    -------
    FollowUp
        Median None when fewer than half are followed up, e.g. nobody is censored.

    Raises
    ------
    ValueError
        As `estimate_kaplan_meier`.

    References
    ----------
    Schemper M, Smith TL. Control Clin Trials 1996;17:343-346.
    """
    times, events = check_times(durations), check_events(event_observed)
    check_same_length(durations=times, event_observed=events)
    curve = estimate_kaplan_meier(times, ~events, conf_type, alpha)
    method = f"reverse Kaplan-Meier, {conf_type} interval"
    return FollowUp(curve.median, curve.median_lcl, curve.median_ucl, curve.n, method)


def _count_events(times: FloatArray, events: BoolArray) -> pd.DataFrame:
    from lifelines.utils import survival_table_from_events  # slow to import: only once a curve is asked for

    counted = survival_table_from_events(times, events)
    counted = counted[counted["removed"] > 0]  # lifelines adds a row at time 0
    columns = {"n_risk": "at_risk", "n_event": "observed", "n_censor": "censored"}
    frame = pd.DataFrame({"time": counted.index.to_numpy(dtype=float)})
    for name, source in columns.items():
        frame[name] = counted[source].to_numpy(dtype=np.int64)
    return frame


def _interval(
    survival: FloatArray, log_error: FloatArray, conf_type: str, alpha: float
) -> tuple[FloatArray, FloatArray]:
    """Pointwise limits; `log_error` is the standard error of log S. NaN where the scale is undefined, as in R."""
    z = float(special.ndtri(1 - alpha / 2))
    if conf_type == "plain":
        half_width = z * survival * log_error
        return np.maximum(survival - half_width, 0), np.minimum(survival + half_width, 1)
    if conf_type == "log":
        inside = np.where(survival == 0, np.nan, survival)
        return inside * np.exp(-z * log_error), np.minimum(inside * np.exp(z * log_error), 1)
    inside = np.where((survival == 0) | (survival == 1), np.nan, survival)
    log_hazard, half_width = np.log(-np.log(inside)), z * log_error / np.log(inside)
    return np.exp(-np.exp(log_hazard - half_width)), np.exp(-np.exp(log_hazard + half_width))
