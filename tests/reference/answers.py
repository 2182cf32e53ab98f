"""Reads the frozen answers of R (see make_reference.R) and the patients they belong to."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

FROZEN = Path(__file__).parent / "frozen"


@cache
def read_frozen(name: str) -> pd.DataFrame:
    """One frozen table; an empty cell (NA in R) is NaN. Numbers are read to the last bit."""
    return pd.read_csv(FROZEN / f"{name}.csv", float_precision="round_trip")


@cache
def read_cases() -> dict[str, pd.DataFrame]:
    """The patients of every case: time, code (0 censored, 1 … causes), group, stratum, x, z."""
    both = pd.concat([read_frozen("patients_real"), read_frozen("patients_small")], ignore_index=True)
    return {str(name): rows.reset_index(drop=True) for name, rows in both.groupby("case", sort=False)}


def same_or_both_missing(ours: float | None, theirs: float) -> bool:
    """True when exactly equal; None stands for R's NA."""
    return np.isnan(theirs) if ours is None else ours == theirs


def largest_difference(ours: object, theirs: object) -> float:
    """Largest absolute difference; infinite when NaN does not meet NaN."""
    a, b = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    if not np.array_equal(np.isnan(a), np.isnan(b)):
        return np.inf
    return float(np.nanmax(np.abs(a - b), initial=0.0)) if a.size else 0.0
