"""ADAE and ADLB: adverse events with their grades, and blood counts graded by CTCAE."""

import pandas as pd

from helpers.datasets.adsl import make_flag
from helpers.datasets.grading import GRADE_LAB, grade_crs
from helpers.datasets.gvhd import AS_RECORDED, Graded
from helpers.datasets.treatment import PATIENT, find_treatment_emergent
from helpers.intake.findings import Finding, report_records
from helpers.intake.plausibility import CRS_COMPONENTS, CRS_TERM, FATAL
from helpers.intake.reading import Tables
from helpers.study.clinical import SafetyRules

FROM_COMPONENTS = "ASTCT components"


def derive_adverse_events(tables: Tables, treatment: pd.DataFrame, rules: SafetyRules) -> Graded:
    """Derive ADAE: one row an adverse event of a treated patient.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        With adverse_events.
    treatment : DataFrame
        As `helpers.datasets.treatment.derive_treatment` returns it.
    rules : SafetyRules
        Until when an event is treatment-emergent.

    Notes
    -----
    The cytokine release syndrome is graded from its components where all are recorded, unless it was fatal. A fatal
    event has grade 4 as long as the patient lives.

    Returns
    -------
    Graded
        Columns USUBJID, AETERM, AESOC, AETOXGR, GRADESRC, ASTDT, ASTDY (days from the first dose, which is day 0),
        AENDT, AEREL, AEOUT, TRTEMFL, SRCDOM, SRCVAR, SRCSEQ.
    """
    events = tables["adverse_events"]
    events = events[events[PATIENT].isin(treatment.index)]
    is_crs = events["term"] == CRS_TERM
    recorded = events["grade"]
    derived = grade_crs(events).where(is_crs & (recorded < FATAL))
    frame = pd.DataFrame({"USUBJID": events[PATIENT].astype(str), "AETERM": events["term"]})
    frame["AESOC"] = events.get("soc")
    # an event that proves fatal after the cut is life-threatening until then
    alive = events[PATIENT].map(treatment["DTHDT"]).isna()
    frame["AETOXGR"] = derived.fillna(recorded).mask((recorded == FATAL) & alive, FATAL - 1)
    frame["GRADESRC"] = derived.notna().map({True: FROM_COMPONENTS, False: AS_RECORDED})
    frame["ASTDT"] = events["onset_date"]
    frame["ASTDY"] = (frame["ASTDT"] - frame["USUBJID"].map(treatment["TRTSDT"])).dt.days
    frame["AENDT"] = events.get("end_date", pd.Series(pd.NaT, index=events.index))
    frame["AEREL"], frame["AEOUT"] = events.get("related"), events.get("outcome")
    dates = frame[["USUBJID", "ASTDT"]].rename(columns={"ASTDT": "ADT"})
    frame["TRTEMFL"] = make_flag(find_treatment_emergent(dates, treatment, rules.days_after))
    frame = frame.assign(SRCDOM="adverse_events", SRCVAR="grade", SRCSEQ=events.index)
    return Graded(frame, tuple(_compare(events, derived)))


def _compare(events: pd.DataFrame, derived: "pd.Series[float]") -> list[Finding]:
    findings: list[Finding] = []
    differs = derived.notna() & (derived != events["grade"])
    for grade in sorted(set(derived[differs])):
        rule = f"the components give grade {grade:g} (ASTCT); the report uses that"
        findings += report_records("adverse_events", events[differs & (derived == grade)], "grade", rule, "warning")
    if set(CRS_COMPONENTS) <= set(events.columns):
        complete = (events["term"] == CRS_TERM) & events[list(CRS_COMPONENTS)].notna().all(axis=1)
        no_fever = events[complete & derived.isna() & (events["grade"] < FATAL)]
        rule = "no fever, so that the components give no grade; the recorded one is used"
        findings += report_records("adverse_events", no_fever, "temperature_c", rule, "warning")
    return findings


def derive_laboratory(tables: Tables, treatment: pd.DataFrame, rules: SafetyRules) -> pd.DataFrame:
    """Derive ADLB: one row a blood count, graded by CTCAE v5 where it is low.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        With labs.
    treatment : DataFrame
        As `helpers.datasets.treatment.derive_treatment` returns it.
    rules : SafetyRules
        Lower limits of normal, and until when a count is treatment-emergent.

    Returns
    -------
    DataFrame
        USUBJID, PARAMCD (NEUT, PLAT, HGB), PARAM (the test), ATOXDSCL (the adverse event of a low count), ADT, AVAL,
        AVALU, ATOXGR, BTOXGR (at the last count up to the first dose), TRTEMFL (Y where a grade is reached for the
        first time after the first dose and is worse than before it), SRCDOM, SRCVAR, SRCSEQ; sorted by parameter,
        patient and date.
    """
    labs = tables["labs"]
    labs = labs[labs[PATIENT].isin(treatment.index)]
    parts = [_grade_lab(labs, name, treatment, rules) for name in GRADE_LAB if name in labs.columns]
    if not parts:
        return pd.DataFrame(columns=["USUBJID", "PARAMCD", "PARAM", "ATOXDSCL", "ADT", "AVAL", "ATOXGR", "TRTEMFL"])
    return pd.concat(parts, ignore_index=True)


def _grade_lab(labs: pd.DataFrame, name: str, treatment: pd.DataFrame, rules: SafetyRules) -> pd.DataFrame:
    rule = GRADE_LAB[name]
    counts = labs[labs[name].notna()].sort_values([PATIENT, "lab_date"], kind="stable")
    frame = pd.DataFrame({"USUBJID": counts[PATIENT].astype(str), "PARAMCD": rule.code, "PARAM": rule.test})
    frame["ATOXDSCL"] = rule.term
    frame["ADT"], frame["AVAL"], frame["AVALU"] = counts["lab_date"], counts[name], rule.unit
    frame["ATOXGR"] = rule.grade(frame["AVAL"], rules.lower_limits.get(name, float("nan")))  # type: ignore[call-overload]
    before = frame["ADT"] <= frame["USUBJID"].map(treatment["TRTSDT"])
    baseline = frame[before].groupby("USUBJID")["ATOXGR"].last()
    frame["BTOXGR"] = frame["USUBJID"].map(baseline)
    emergent = find_treatment_emergent(frame, treatment, rules.days_after) & ~before
    # the worst so far: of the days before, and of the time before treatment
    after = frame["ATOXGR"].where(emergent).groupby(frame["USUBJID"])
    earlier = after.cummax().groupby(frame["USUBJID"]).shift().groupby(frame["USUBJID"]).ffill()
    worst = pd.concat([earlier, frame["BTOXGR"]], axis=1).max(axis=1).fillna(0)
    frame["TRTEMFL"] = make_flag(emergent & (frame["ATOXGR"] > worst))
    return frame.assign(SRCDOM="labs", SRCVAR=name, SRCSEQ=counts.index)
