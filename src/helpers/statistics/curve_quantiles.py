"""When a survival curve reaches a level: R's rules for the median and for quantiles.

Both read a curve that falls in steps at `times`; NaN in the curve (a limit R gives as NA) never reaches a level.
"""

from __future__ import annotations

import numpy as np

from .checks import TOLERANCE, FloatArray


def find_median(times: FloatArray, curve: FloatArray) -> float | None:
    """First time at or below 0.5; the midpoint to the next fall if the curve is at 0.5 (R's ``print(survfit)``)."""
    reached = curve < 0.5 + TOLERANCE  # False where the curve is NaN
    if not reached.any():
        return None
    times, curve = times[reached], curve[reached]
    falls = curve < curve[0]
    if abs(curve[0] - 0.5) < TOLERANCE and falls.any():
        return float((times[0] + times[np.argmax(falls)]) / 2)
    return float(times[0])


def find_quantile(times: FloatArray, curve: FloatArray, p: float) -> float | None:
    """Time at which 1 − curve reaches p, the midpoint where it stays at p (R's ``quantile(survfit)``)."""
    if p == 0:
        return 0.0
    share = np.append(0.0, 1 - curve)
    when = np.append(0.0, times)
    _, first = np.unique(share, return_index=True, equal_nan=True)
    first.sort()
    share, when = share[first], when[first]  # each level once, where it begins
    reached, passed = (_index_of_smallest(share, p - TOLERANCE), _index_of_smallest(share, p + TOLERANCE))
    if reached is None:
        return None
    if abs(share[-1] - p) < TOLERANCE:  # flat at p up to the last follow-up
        return float((when[reached] + times[-1]) / 2)
    return None if passed is None else float((when[reached] + when[passed]) / 2)


def _index_of_smallest(values: FloatArray, bound: float) -> int | None:
    """Index of the smallest value that is at least `bound`."""
    enough = np.where(values >= bound, values, np.inf)
    return int(np.argmin(enough)) if np.isfinite(enough).any() else None
