"""Describe continuous variables."""

import math

import pandas as pd

from helpers.results.schema import Key, Rows, make_rows
from helpers.results.strata import iterate_strata
from helpers.study.model import Study

QUARTILES = "quartiles by linear interpolation"
CONTINUOUS_STATS = ("n", "missing", "mean", "sd", "median", "q1", "q3", "min", "max")


def analyse_continuous(adsl: pd.DataFrame, study: Study) -> Rows:
    """Describe each continuous variable in its populations, overall and by stratum.

    Quartiles interpolate linearly between order statistics (R's type 7, the default of R and NumPy).
    """
    rows: Rows = []
    for variable in study.variables:
        if variable.kind != "continuous":
            continue
        for population in variable.populations:
            for stratum in iterate_strata(adsl, population, study):
                key = Key(population=population, group=stratum.group, level=stratum.level, variable=variable.name)
                stats = describe(stratum.patients[variable.name])
                rows += make_rows(stats, "continuous", key, unit=variable.unit or "", method=QUARTILES)
    return rows


def describe(values: "pd.Series[float]") -> dict[str, float | int | None]:
    """Number, missing, mean, standard deviation (n − 1), median, quartiles and range of a column of numbers.

    Statistics that the number of values does not allow are None.
    """
    present = values.dropna()
    n = len(present)
    # exact sums do not depend on the order of the patients
    mean = math.fsum(present) / n if n else None
    quartiles = present.quantile([0, 0.25, 0.5, 0.75, 1]).to_list() if n else [None] * 5
    low, q1, median, q3, high = quartiles
    return {
        "n": n,
        "missing": len(values) - n,
        "mean": mean,
        "sd": math.sqrt(math.fsum((value - mean) ** 2 for value in present) / (n - 1))
        if mean is not None and n > 1
        else None,
        "median": median,
        "q1": q1,
        "q3": q3,
        "min": low,
        "max": high,
    }
