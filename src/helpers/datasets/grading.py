"""Grades by the published criteria: GVHD from organ stages, CRS from its components, low blood counts from values.

Every criterion is a table, and a grade is the worst that any of its columns gives. What is missing, or is not a
value of the published scale, cannot be graded: the grade is NaN, never a guess.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

Criterion = Mapping[str, Mapping[float | str, float]]
"""By column, the grade that each of its published values gives on its own."""

ACUTE_GRADES = {1: "I", 2: "II", 3: "III", 4: "IV"}
CHRONIC_SEVERITIES = {1: "mild", 2: "moderate", 3: "severe"}

#: Grade that each stage of an organ gives on its own (Harris 2016, Table 1). Skin has no stage that gives grade III.
ACUTE_GRADE_OF_STAGE: Criterion = {
    "skin_stage": {0: 0, 1: 1, 2: 1, 3: 2, 4: 4},
    "liver_stage": {0: 0, 1: 2, 2: 3, 3: 3, 4: 4},
    "upper_gi_stage": {0: 0, 1: 2},
    "lower_gi_stage": {0: 0, 1: 2, 2: 3, 3: 3, 4: 4},
}

_SEVERITY_OF_SCORE: Mapping[float | str, float] = {0: 0, 1: 1, 2: 2, 3: 3}
GENITAL_SCORE = "genital_score"
#: Severity that each score of an organ gives on its own (Jagasia 2015). Lungs weigh a step more than other organs.
CHRONIC_SEVERITY_OF_SCORE: Criterion = {
    "skin_score": _SEVERITY_OF_SCORE,
    "mouth_score": _SEVERITY_OF_SCORE,
    "eyes_score": _SEVERITY_OF_SCORE,
    "gi_score": _SEVERITY_OF_SCORE,
    "liver_score": _SEVERITY_OF_SCORE,
    "lungs_score": {0: 0, 1: 2, 2: 3, 3: 3},
    "joints_score": _SEVERITY_OF_SCORE,
    GENITAL_SCORE: _SEVERITY_OF_SCORE,
}
#: So many involved organs are moderate even if none of them scores more than 1.
MODERATE_FROM_ORGANS = 3

FEVER_C = 38.0
#: Grade that each component gives in a patient with fever (Lee 2019, Table 2).
CRS_GRADE_OF_COMPONENT: Criterion = {
    "hypotension": {"none": 1, "no vasopressor": 2, "one vasopressor": 3, "several vasopressors": 4},
    "hypoxia": {"none": 1, "low flow": 2, "high flow": 3, "positive pressure": 4},
}


def grade_acute_gvhd(stages: pd.DataFrame) -> "pd.Series[float]":
    """Grade acute GVHD by the MAGIC criteria, 0 (none) to 4 (IV).

    Parameters
    ----------
    stages : DataFrame of shape (n, any)
        `skin_stage`, `liver_stage`, `lower_gi_stage` (0-4) and `upper_gi_stage` (0-1); NaN, or no such column, where
        not recorded.

    Returns
    -------
    Series of float, shape (n,)
        The grade of the organ most severely involved. NaN when a stage is missing or is none of the published ones,
        unless another is 4, which is grade IV whatever the rest.

    References
    ----------
    Harris AC et al. Biol Blood Marrow Transplant 2016;22:4-10, Table 1.
    """
    return _take_worst(_look_up(stages, ACUTE_GRADE_OF_STAGE), highest=max(ACUTE_GRADES))


def grade_chronic_gvhd(scores: pd.DataFrame) -> "pd.Series[float]":
    """Grade the global severity of chronic GVHD by the NIH consensus of 2014, 0 (none) to 3 (severe).

    Parameters
    ----------
    scores : DataFrame of shape (n, any)
        `skin_score`, `mouth_score`, `eyes_score`, `gi_score`, `liver_score`, `lungs_score`, `joints_score` and
        `genital_score` (0-3); NaN, or no such column, where not recorded.

    Returns
    -------
    Series of float, shape (n,)
        NaN when a score is missing or is none of the published ones, unless another alone is severe. The genital
        tract is the exception: it is often not examined, and a missing score of it counts as not involved. The
        severity is then a lower bound where the genital tract would have decided.

    References
    ----------
    Jagasia MH et al. Biol Blood Marrow Transplant 2015;21:389-401, global severity of chronic GVHD.
    """
    genital = _take_column(scores, GENITAL_SCORE).astype("float64").fillna(0)
    severities = _look_up(scores.assign(**{GENITAL_SCORE: genital}), CHRONIC_SEVERITY_OF_SCORE)
    involved = (severities > 0).sum(axis="columns")
    worst = _take_worst(severities, highest=max(CHRONIC_SEVERITIES))
    return worst.mask((involved >= MODERATE_FROM_ORGANS) & (worst == 1), 2.0)


def grade_crs(events: pd.DataFrame) -> "pd.Series[float]":
    """Grade the cytokine release syndrome by the ASTCT consensus, 1 to 4; grade 5 (death) is not derived.

    Parameters
    ----------
    events : DataFrame of shape (n, any)
        `temperature_c` (the highest, °C), `hypotension` (none, no vasopressor, one vasopressor, several vasopressors)
        and `hypoxia` (none, low flow, high flow, positive pressure); NaN or None, or no such column, where not
        recorded.

    Returns
    -------
    Series of float, shape (n,)
        The grade of the worse of hypotension and hypoxia. NaN without fever, which defines the syndrome, and when any
        of the three is missing. So it is, too, when antipyretics or anticytokine therapy hide the fever: the consensus
        then grades by hypotension and hypoxia alone, but these columns do not tell who was so treated.

    References
    ----------
    Lee DW et al. Biol Blood Marrow Transplant 2019;25:625-638, Table 2.
    """
    fever = _take_column(events, "temperature_c").astype("float64") >= FEVER_C
    return _take_worst(_look_up(events, CRS_GRADE_OF_COMPONENT)).where(fever)


@dataclass(frozen=True)
class LabRule:
    """How CTCAE grades a low laboratory value.

    Attributes
    ----------
    code, test : str
        Code (at most 8 characters, as ADaM allows) and name of the laboratory test.
    term : str
        The adverse event.
    unit : str
        Unit of the values and the limits.
    limits : tuple of float
        A value below the first has at least grade 2, below the second at least grade 3, and so on.
    """

    code: str
    test: str
    term: str
    unit: str
    limits: tuple[float, ...]

    def grade(self, values: pd.Series, lower_limit: "pd.Series | float") -> "pd.Series[float]":
        """Grade values, 0 where they are not low.

        Parameters
        ----------
        values : Series of float, shape (n,)
            In `unit`; NaN where missing.
        lower_limit : float or Series of float, shape (n,)
            Lower limit of normal (LLN), in `unit`; a Series has the index of the values.

        Returns
        -------
        Series of float, shape (n,)
            A value equal to a limit has the milder grade. NaN for a missing value. Grades from 2 on do not refer to
            the LLN in CTCAE: they hold also where it is missing, or is itself below the limit of grade 2. Without an
            LLN grades 0 and 1 cannot be told apart and are NaN.

        Raises
        ------
        ValueError
            The indexes of values and lower limits differ.
        """
        numbers = values.astype("float64")
        normal = _spread(lower_limit, numbers.index)
        low = (numbers < normal).astype("float64").where(numbers.notna() & normal.notna())
        passed = sum((numbers < limit).astype("float64") for limit in self.limits)
        return low.mask(numbers < self.limits[0], 1.0 + passed).rename(None)


#: Laboratory values that are graded, by raw column. Limits: CTCAE v5.0 (27 November 2017), Investigations; for anaemia
#: Blood and lymphatic system disorders, where grade 4 is a clinical judgement (life-threatening) and never derived.
GRADE_LAB: dict[str, LabRule] = {
    "anc": LabRule("NEUT", "Neutrophils", "Neutrophil count decreased", "10⁹/L", (1.5, 1.0, 0.5)),
    "platelets": LabRule("PLAT", "Platelets", "Platelet count decreased", "10⁹/L", (75.0, 50.0, 25.0)),
    "haemoglobin": LabRule("HGB", "Haemoglobin", "Anaemia", "g/L", (100.0, 80.0)),
}


def _take_column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name] if name in frame else pd.Series(np.nan, index=frame.index)


def _look_up(frame: pd.DataFrame, criterion: Criterion) -> pd.DataFrame:
    """Grade that each column gives on its own; NaN for what the criterion does not know."""
    parts = {name: _take_column(frame, name).map(table).astype("float64") for name, table in criterion.items()}
    return pd.DataFrame(parts, index=frame.index)


def _take_worst(grades: pd.DataFrame, highest: float | None = None) -> "pd.Series[float]":
    """Worst grade of each row, NaN when one is missing: it might be worse still, unless the highest is reached."""
    worst = grades.max(axis="columns")
    return worst.where(grades.notna().all(axis="columns") | (worst == highest))


def _spread(lower_limit: "pd.Series | float", index: pd.Index) -> pd.Series:
    if isinstance(lower_limit, pd.Series):
        return lower_limit.astype("float64")  # comparing it with the values refuses another index
    return pd.Series(float(lower_limit), index=index)
