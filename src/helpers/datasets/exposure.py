"""ADEX: what each patient was given, and whether it is what the plan says."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from helpers.datasets.treatment import PATIENT
from helpers.intake.reading import Tables
from helpers.study.clinical import Plan

ADHERENT, PENDING, NOT_APPLICABLE, UNKNOWN = "adherent", "not yet due", "not applicable", "not recorded"
TOO_FEW_DAYS, TOO_MANY_DAYS = "too few days", "too many days"
OTHER_STEPS = "other dose steps"
NO_INFUSION, DOSE_BELOW, DOSE_ABOVE = "no infusion", "dose below the plan", "dose above the plan"
NO_SECOND_COURSE, TOO_EARLY, TOO_LATE = "no second course", "too early", "too late"
DEVIATIONS = (
    *(TOO_FEW_DAYS, TOO_MANY_DAYS, OTHER_STEPS),
    *(NO_INFUSION, DOSE_BELOW, DOSE_ABOVE),
    *(NO_SECOND_COURSE, TOO_EARLY, TOO_LATE),
)


@dataclass(frozen=True)
class ExposureParameter:
    """A parameter of ADEX: its code, its name, and the unit of its number."""

    code: str
    label: str
    unit: str = ""


AMOUNTS = (
    ExposureParameter("NCYCLE", "Cycles of blinatumomab"),
    ExposureParameter("DAYS1", "Days on drug, first course", "days"),
    ExposureParameter("CUMDOSE1", "Cumulative dose, first course", "µg"),
    ExposureParameter("NDLI", "Donor lymphocyte infusions"),
    ExposureParameter("DLIDAY", "Time from first dose to first infusion", "days"),
    ExposureParameter("DLIMNC", "First infusion, mononuclear cells", "MNC/kg"),
    ExposureParameter("DLICD3", "First infusion, CD3+ cells", "CD3+ cells/kg"),
    ExposureParameter("COURSE2", "Time from first infusion to second course", "months"),
)
ADHERENCE = (
    ExposureParameter("ADHDAYS", "Days on drug, first course"),
    ExposureParameter("ADHSTEPS", "Dose steps, first course"),
    ExposureParameter("ADHDLI", "Dose of the first infusion"),
    ExposureParameter("ADHCRS2", "Start of the second course"),
)


def derive_exposure(
    tables: Tables, treatment: pd.DataFrame, plan: Plan | None, courses: "pd.Series[str]", days_per_month: float
) -> pd.DataFrame:
    """Derive ADEX: amounts, and adherence to the plan with the deviation named.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        With blinatumomab, and dli where infusions are recorded.
    treatment : DataFrame
        As `helpers.datasets.treatment.derive_treatment` returns it.
    plan : Plan or None
        Without a plan there are only amounts.
    courses : Series of str
        By patient, the code of the planned course.
    days_per_month : float
        For the time to the second course.

    Returns
    -------
    DataFrame
        One row a treated patient and parameter: USUBJID, PARAMCD, PARAM, AVAL (a number), AVALU, AVALC (of adherence:
        adherent, not yet due, not applicable, not recorded, or the deviation).
    """
    doses = tables["blinatumomab"]
    doses = doses[doses[PATIENT].isin(treatment.index)]
    wide = pd.DataFrame(index=treatment.index)
    wide["NCYCLE"] = doses.groupby(PATIENT)["cycle"].nunique().reindex(wide.index)
    first = _measure_first_course(doses[doses["cycle"] == 1], treatment)
    wide["DAYS1"], wide["CUMDOSE1"] = first["days"], first["dose"]
    wide = wide.join(_measure_infusions(tables, treatment))
    wide["COURSE2"] = (_second_course(doses, treatment) - treatment["FDLIDT"]).dt.days / days_per_month
    amounts = [_to_long(wide[parameter.code], parameter) for parameter in AMOUNTS]
    if plan is None:
        return _stack(amounts)
    course = pd.Series(courses).reindex(wide.index).map(plan.courses)
    judged = {
        "ADHDAYS": _judge_days(wide, first, treatment, course),
        "ADHSTEPS": _judge_steps(doses[doses["cycle"] == 1], treatment, course),
    }
    if "dli" in tables:
        judged["ADHDLI"] = _judge_infusion(wide, treatment, plan)
        judged["ADHCRS2"] = _judge_second_course(wide, treatment, plan, days_per_month)
    words = [_to_long(judged[parameter.code], parameter) for parameter in ADHERENCE if parameter.code in judged]
    return _stack([*amounts, *words])


def _measure_first_course(doses: pd.DataFrame, treatment: pd.DataFrame) -> pd.DataFrame:
    """Days on drug and cumulative dose; what goes on is counted up to the last contact."""
    until = doses[PATIENT].map(treatment["LSTALVDT"])
    end = doses["end_date"].fillna(until)
    days = (end - doses["start_date"]).dt.days + 1
    if {"interruption_start_date", "interruption_end_date"} <= set(doses.columns):
        resumed = doses["interruption_end_date"].fillna(end)
        days -= ((resumed - doses["interruption_start_date"]).dt.days + 1).fillna(0)
    days = days.where(days >= 0)  # a dose that begins after the last contact has no known length
    rows = pd.DataFrame({PATIENT: doses[PATIENT], "days": days, "dose": days * doses["daily_dose_ug"]})
    sums = rows.groupby(PATIENT)[["days", "dose"]].sum()
    # a sum with a part missing would be too small
    sums = sums.mask(rows[["days", "dose"]].isna().groupby(rows[PATIENT]).any()).reindex(treatment.index)
    goes_on = set(doses.loc[doses["end_date"].isna(), PATIENT])
    return sums.assign(goes_on=treatment.index.isin(goes_on))


def _measure_infusions(tables: Tables, treatment: pd.DataFrame) -> pd.DataFrame:
    measured = pd.DataFrame(index=treatment.index, columns=["NDLI", "DLIDAY", "DLIMNC", "DLICD3"], dtype="float64")
    if "dli" not in tables:
        return measured
    dli = tables["dli"]
    measured["NDLI"] = dli.groupby(PATIENT).size().reindex(treatment.index).fillna(0)
    # a patient has one infusion a day at the most: the checks refuse a second
    first = dli[dli["dli_date"] == dli[PATIENT].map(treatment["FDLIDT"])].set_index(PATIENT)
    measured["DLIDAY"] = (treatment["FDLIDT"] - treatment["TRTSDT"]).dt.days
    for code, column in (("DLIMNC", "mnc_per_kg"), ("DLICD3", "cd3_per_kg")):
        if column in first:
            measured[code] = first[column].reindex(treatment.index)
    return measured


def _second_course(doses: pd.DataFrame, treatment: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """First day of the first cycle that begins after the first infusion."""
    starts = doses.groupby([PATIENT, "cycle"], as_index=False)["start_date"].min()
    later = starts[starts["start_date"] > starts[PATIENT].map(treatment["FDLIDT"])]
    first: pd.Series[pd.Timestamp] = later.groupby(PATIENT)["start_date"].min()
    return first.reindex(treatment.index)


def _judge_days(wide: pd.DataFrame, first: pd.DataFrame, treatment: pd.DataFrame, course: pd.Series) -> pd.Series:
    fewest, most = (course.map(lambda planned, end=end: planned.days[end], na_action="ignore") for end in (0, 1))
    days = wide["DAYS1"]
    planned = pd.to_timedelta(fewest.astype("float64").fillna(1) - 1, unit="D")
    complete = (treatment["TRTSDT"] + planned).where(fewest.notna())
    ended = (days < fewest) & _ended_by(treatment, complete)
    on_drug = first["goes_on"] & treatment["DTHDT"].isna()
    conditions = [days.isna() | fewest.isna(), days > most, ended, on_drug, days < fewest]
    return _choose(conditions, [UNKNOWN, TOO_MANY_DAYS, NOT_APPLICABLE, PENDING, TOO_FEW_DAYS], wide.index)


def _judge_steps(doses: pd.DataFrame, treatment: pd.DataFrame, course: pd.Series) -> pd.Series:
    """Compare the dose of each day of treatment with the step planned for that day."""
    start = doses[PATIENT].map(treatment["TRTSDT"])
    first_day = (doses["start_date"] - start).dt.days + 1
    last_day = (doses["end_date"].fillna(doses[PATIENT].map(treatment["LSTALVDT"])) - start).dt.days + 1
    differs = pd.Series(False, index=doses.index)
    for planned in set(course.dropna()):
        mine = doses[PATIENT].map(course) == planned
        ends = [step.from_day - 1 for step in planned.steps[1:]] + [np.inf]
        for step, end in zip(planned.steps, ends, strict=True):
            within = (first_day <= end) & (last_day >= step.from_day)
            differs |= mine & within & (doses["daily_dose_ug"] != step.dose_ug)
    patients = treatment.index
    known = patients.isin(doses[PATIENT]) & ~patients.isin(doses.loc[doses["daily_dose_ug"].isna(), PATIENT])
    conditions = [~known | course.isna(), patients.isin(doses.loc[differs, PATIENT])]
    return _choose(conditions, [UNKNOWN, OTHER_STEPS], patients)


def _judge_infusion(wide: pd.DataFrame, treatment: pd.DataFrame, plan: Plan) -> pd.Series:
    low, high = plan.dli_mnc_per_kg
    none = treatment["FDLIDT"].isna()
    due = treatment["CRS1EDT"] + pd.Timedelta(days=plan.dli_within_days)
    ended = _ended_by(treatment, due)
    pending = ~ended & ~(treatment["LSTALVDT"] >= due)
    dose = wide["DLIMNC"]
    late = treatment["FDLIDT"] > due
    conditions = [none & ended, none & pending, none, late, dose.isna(), dose < low, dose > high]
    words = [NOT_APPLICABLE, PENDING, NO_INFUSION, TOO_LATE, UNKNOWN, DOSE_BELOW, DOSE_ABOVE]
    return _choose(conditions, words, wide.index)


def _judge_second_course(wide: pd.DataFrame, treatment: pd.DataFrame, plan: Plan, days_per_month: float) -> pd.Series:
    earliest, latest = plan.second_course_months
    months = wide["COURSE2"]
    due = treatment["FDLIDT"] + pd.to_timedelta(math.floor(latest * days_per_month), unit="D")
    none = months.isna()
    ended = none & _ended_by(treatment, due)
    conditions = [treatment["FDLIDT"].isna() | ended, none & ~(treatment["LSTALVDT"] > due), none]
    conditions += [months < earliest, months > latest]
    words = [NOT_APPLICABLE, PENDING, NO_SECOND_COURSE, TOO_EARLY, TOO_LATE]
    return _choose(conditions, words, wide.index)


def _ended_by(treatment: pd.DataFrame, due: "pd.Series[pd.Timestamp]") -> "pd.Series[bool]":
    """Whether relapse, another treatment or death came before something was due; without a day, whether they came.

    What comes after that day takes no deviation back.
    """
    end = treatment[["FRLPDT", "NEWTRTDT", "DTHDT"]].min(axis=1)
    return (end <= due) | (end.notna() & due.isna())


def _choose(conditions: Sequence[ArrayLike], words: list[str], patients: pd.Index) -> pd.Series:
    """The word of the first condition that holds; adherent where none does."""
    return pd.Series(np.select([np.asarray(holds, dtype=bool) for holds in conditions], words, ADHERENT), patients)


def _to_long(values: pd.Series, parameter: ExposureParameter) -> pd.DataFrame:
    frame = pd.DataFrame({"USUBJID": values.index.astype(str), "PARAMCD": parameter.code, "PARAM": parameter.label})
    is_number = pd.api.types.is_numeric_dtype(values)
    frame["AVAL"] = values.to_numpy(dtype="float64") if is_number else np.nan
    frame["AVALU"] = parameter.unit
    frame["AVALC"] = None if is_number else values.to_numpy()
    return frame


def _stack(parts: list[pd.DataFrame]) -> pd.DataFrame:
    whole = pd.concat([part.astype({"AVALC": object}) for part in parts], ignore_index=True)
    return whole.sort_values("USUBJID", kind="stable").reset_index(drop=True)
