"""Which Kaplan–Meier estimates, with which intervals, a cohort can give at all.

A printed estimate with its interval can be checked without the patients: the number of patients and of deaths leaves
only so many patterns of numbers at risk, and each pattern has one estimate and one interval of a kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

MOST_PATTERNS = 2_000_000
SCALES = ("log-log", "log", "plain")


@dataclass(frozen=True)
class PossibleEstimate:
    """An estimate that a cohort can give.

    Attributes
    ----------
    n_risk, n_event : tuple of int
        Patients at risk and events at each event time up to the time of the estimate.
    conf_type : str
        ``log-log``, ``log`` or ``plain``.
    estimate, lcl, ucl : float
        Between 0 and 1; limits are cut at 0 and 1.
    """

    n_risk: tuple[int, ...]
    n_event: tuple[int, ...]
    conf_type: str
    estimate: float
    lcl: float
    ucl: float


def list_possible_estimates(n: int, max_events: int, alpha: float = 0.05) -> Iterator[PossibleEstimate]:
    """Yield every estimate strictly between 0 and 1, with Greenwood's interval on three scales.

    Parameters
    ----------
    n : int
        Patients.
    max_events : int
        Events up to the time of the estimate, at most; events may be tied.
    alpha : float
        1 − confidence level.

    Raises
    ------
    ValueError
        If `n` or `max_events` is not positive, or the patterns are too many to be listed.
    """
    if n < 1 or max_events < 1:
        raise ValueError(f"n is {n} and max_events is {max_events}: expected at least 1 of each")
    if float(n) ** max_events > MOST_PATTERNS:
        raise ValueError(f"n is {n} and max_events is {max_events}: too many patterns to list")
    z = float(stats.norm.ppf(1 - alpha / 2))
    for n_risk, n_event in _patterns(n, max_events):
        at_risk, died = np.array(n_risk, dtype=float), np.array(n_event, dtype=float)
        estimate = float(np.prod(1 - died / at_risk))
        if not 0 < estimate < 1:
            continue
        error = float(np.sqrt(np.sum(died / (at_risk * (at_risk - died)))))
        for conf_type in SCALES:
            yield PossibleEstimate(n_risk, n_event, conf_type, estimate, *_limits(estimate, error, z, conf_type))


def _patterns(at_risk: int, events: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Numbers at risk and events of one event time, or of one followed by a pattern of what is left."""
    for risk in range(1, at_risk + 1):
        for died in range(1, min(events, risk) + 1):
            yield (risk,), (died,)
            if events > died and risk > died:
                for risks, deaths in _patterns(risk - died, events - died):
                    yield (risk, *risks), (died, *deaths)


def _limits(estimate: float, error: float, z: float, conf_type: str) -> tuple[float, float]:
    if conf_type == "plain":
        return max(0.0, estimate * (1 - z * error)), min(1.0, estimate * (1 + z * error))
    if conf_type == "log":
        return estimate * float(np.exp(-z * error)), min(1.0, estimate * float(np.exp(z * error)))
    scaled = z * error / abs(float(np.log(estimate)))
    return estimate ** float(np.exp(scaled)), estimate ** float(np.exp(-scaled))
