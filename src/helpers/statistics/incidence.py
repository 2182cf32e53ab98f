"""Cumulative incidence in the presence of competing events.

Estimate and variance are comprisk's, which are those of R's ``cmprsk::cuminc``. What is added here: checked input with
times joined that differ by rounding only, the counts behind the curve, intervals, and no estimate past the last
follow-up. All events but those of the cause are handed on as one competing cause, as ``cuminc`` does.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import special

from .checks import (
    TOLERANCE,
    ArrayLike,
    FloatArray,
    IntArray,
    check_alpha,
    check_choice,
    check_event_codes,
    check_numbers,
    check_same_length,
    check_times,
)

CONF_TYPES = ("log-log", "plain")


@dataclass(frozen=True, eq=False)
class CumulativeIncidence:
    """The cumulative incidence of one cause.

    Attributes
    ----------
    cause, n, events, competing, censored : int
        The cause, patients, events of this cause, events of the others, censored; the last three add up to n.
    conf_type : str
        ``log-log`` or ``plain``.
    alpha : float
        1 − confidence level.
    method : str
        Estimator, interval and variance in words.
    table : DataFrame
        One row per distinct observed time: ``time n_risk n_event n_competing n_censor cif std_err lcl ucl event_free``.
        `event_free` is the share without an event of any cause; with the incidences of all causes it adds up to 1.
    """

    cause: int
    n: int
    events: int
    competing: int
    censored: int
    conf_type: str
    alpha: float
    method: str
    table: pd.DataFrame = field(repr=False)

    def at(self, times: ArrayLike) -> pd.DataFrame:
        """Return the estimates at given times.

        Parameters
        ----------
        times : array-like of float, shape (k,)
            Times of interest, 0 or later, in the unit of the durations; their order is kept.

        Returns
        -------
        DataFrame
            k rows: ``time n_risk cif lcl ucl``. `n_risk` counts the patients with at least that duration. Past the last
            observed time `cif` and its limits are NaN; before the first event `cif` is 0 and has no limits (NaN).

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
        at_risk = np.append(self.table["n_risk"].to_numpy(), 0)[np.searchsorted(observed, wanted, side="left")]
        frame = pd.DataFrame({"time": wanted, "n_risk": at_risk})
        for column, at_origin in (("cif", 0.0), ("lcl", np.nan), ("ucl", np.nan)):
            values = np.append(at_origin, self.table[column].to_numpy())
            frame[column] = np.where(wanted <= observed[-1], values[row], np.nan)
        return frame


def estimate_cumulative_incidence(
    durations: ArrayLike, event_code: ArrayLike, cause: int = 1, conf_type: str = "log-log", alpha: float = 0.05
) -> CumulativeIncidence:
    """Estimate the cumulative incidence of a cause by the Aalen–Johansen estimator.

    Parameters
    ----------
    durations : array-like of float, shape (n,)
        Time from origin to the first event or censoring, in any one unit, 0 or more.
    event_code : array-like of int, shape (n,)
        0 censored, 1 … k the cause of the event.
    cause : int
        The cause of interest. A cause that nobody has (yet) gives zeros.
    conf_type : {"log-log", "plain"}
        Limits F ** exp(± z · se / (F log F)), or F ± z · se within 0 … 1.
    alpha : float
        1 − confidence level.

    Returns
    -------
    CumulativeIncidence
        The curve; see its attributes and `CumulativeIncidence.at`. The same for every order of the rows.

    Raises
    ------
    ValueError
        Empty input, lengths that differ, a negative, missing or infinite time, a code outside 0, 1, 2, …

    Notes
    -----
    The variance at t sums, over the event times s up to t, the hypergeometric variance of the events of each cause
    times the squared influence of such an event on F(t), as R's ``cmprsk::cuminc`` does.

    References
    ----------
    Aalen OO, Johansen S. Scand J Stat 1978;5:141-150. Gray RJ. Ann Stat 1988;16:1141-1154.
    Marubini E, Valsecchi MG. Analysing Survival Data from Clinical Trials, 1995, section 10.2.
    """
    check_choice(conf_type, CONF_TYPES, "conf_type")
    alpha = check_alpha(alpha)
    times, codes = check_times(durations), check_event_codes(event_code, cause)
    n = check_same_length(durations=times, event_code=codes)
    distinct, position = np.unique(times, return_inverse=True)
    leaving = _count(position, distinct.size)
    at_risk = np.cumsum(leaving[::-1])[::-1].astype(np.float64)
    of_cause, of_others = (
        _count(position[rows], distinct.size) for rows in (codes == cause, (codes > 0) & (codes != cause))
    )
    event_free: FloatArray = np.cumprod((at_risk - of_cause - of_others) / at_risk, dtype=np.float64)
    incidence, error = _aalen_johansen(times, codes, cause, distinct)
    lower, upper = _interval(incidence, error, conf_type, alpha)
    table = pd.DataFrame(
        {
            "time": distinct,
            "n_risk": at_risk.astype(np.int64),
            "n_event": of_cause.astype(np.int64),
            "n_competing": of_others.astype(np.int64),
            "n_censor": (leaving - of_cause - of_others).astype(np.int64),
            "cif": incidence,
            "std_err": error,
            "lcl": lower,
            "ucl": upper,
            "event_free": event_free,
        }
    )
    events, competing = int(of_cause.sum()), int(of_others.sum())
    method = f"Aalen-Johansen, {conf_type} interval with the variance of R's cmprsk"
    return CumulativeIncidence(
        int(cause), n, events, competing, n - events - competing, conf_type, alpha, method, table
    )


def _count(position: IntArray, size: int) -> FloatArray:
    return np.bincount(position, minlength=size).astype(np.float64)


def _aalen_johansen(times: FloatArray, codes: IntArray, cause: int, when: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Incidence of the cause and its standard error at the times `when`."""
    from comprisk import CumulativeIncidence as Estimator  # slow to import: only once a curve is asked for

    coded = np.where(codes == cause, 1, np.where(codes > 0, 2, 0))
    curve = Estimator(cause_codes=[1]).fit(times, coded).curves_[None, 1]
    incidence, variance = curve.evaluate(when)
    return np.minimum(incidence, 1.0), np.sqrt(np.maximum(variance, 0.0))


def _interval(incidence: FloatArray, error: FloatArray, conf_type: str, alpha: float) -> tuple[FloatArray, FloatArray]:
    z = float(special.ndtri(1 - alpha / 2))
    if conf_type == "plain":
        lower, upper = np.maximum(incidence - z * error, 0), np.minimum(incidence + z * error, 1)
        return np.where(incidence > 0, lower, np.nan), np.where(incidence > 0, upper, np.nan)
    inside = np.where((incidence > 0) & (incidence < 1 - TOLERANCE), incidence, np.nan)
    shift = z * error / (inside * np.log(inside))  # negative, as log F is
    with np.errstate(over="ignore"):  # an enormous power of F is 0
        return inside ** np.exp(-shift), inside ** np.exp(shift)
