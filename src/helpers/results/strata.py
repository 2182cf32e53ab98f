"""All patients, then each stratum."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from helpers.study.model import Study

NOT_RECORDED = "not recorded"
"""Level of the patients whose stratum is not known, in counts only."""


@dataclass(frozen=True)
class Stratum:
    """A group of patients.

    Attributes
    ----------
    group, level : str
        The stratifying variable and the code of the stratum, both empty for all patients.
    patients : DataFrame
        Their rows of ADSL.
    """

    group: str
    level: str
    patients: pd.DataFrame


def iterate_strata(adsl: pd.DataFrame, population: str, study: Study) -> Iterator[Stratum]:
    """Yield a population as a whole and then by each level of each declared stratum, empty levels included."""
    patients = adsl[adsl[population] == "Y"]
    yield Stratum("", "", patients)
    levels = {variable.name: variable.levels for variable in study.variables}
    for group in study.strata:
        for level in levels[group]:
            yield Stratum(group, level, patients[patients[group] == level])
