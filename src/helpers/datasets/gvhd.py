"""ADGVHD: graft-versus-host disease, graded from organ stages and scores, compared with the grade as recorded."""

from dataclasses import dataclass

import pandas as pd

from helpers.datasets.adsl import make_flag
from helpers.datasets.grading import (
    ACUTE_GRADES,
    CHRONIC_SEVERITIES,
    grade_acute_gvhd,
    grade_chronic_gvhd,
)
from helpers.datasets.treatment import PATIENT
from helpers.intake.findings import Finding, report_records
from helpers.intake.reading import Tables

ACUTE = "acute"
NUMBERS_OF_GRADES = {word: grade for grade, word in ACUTE_GRADES.items()}
NUMBERS_OF_SEVERITIES = {word: severity for severity, word in CHRONIC_SEVERITIES.items()}
FROM_ORGANS, AS_RECORDED = "organ stages or scores", "recorded"


@dataclass(frozen=True)
class Graded:
    """A dataset of graded events, and the findings where a grade derived and a grade recorded differ."""

    frame: pd.DataFrame
    findings: tuple[Finding, ...]


def derive_gvhd(tables: Tables, treatment: pd.DataFrame) -> Graded:
    """Derive ADGVHD: one row a record of GVHD of a treated patient.

    The grade follows from the organs (MAGIC for acute, NIH 2014 for chronic GVHD); where an organ is missing, the
    recorded grade stands.

    Returns
    -------
    Graded
        Columns USUBJID, ADT, GVTYPE, GRADE (0 to 4, or severity 0 to 3), AVALC (in words), GRADESRC, RECGRADE, SYSFL,
        TRTEMFL (from the first dose on, before another treatment of the leukaemia), PDLIFL (from the first infusion of
        the plan on), WORSTFL (the first of the patient's worst treatment-emergent records of its type), SRCDOM, SRCVAR,
        SRCSEQ.
    """
    gvhd = tables["gvhd"]
    gvhd = gvhd[gvhd[PATIENT].isin(treatment.index)]
    acute = gvhd["type"] == ACUTE
    derived = grade_acute_gvhd(gvhd).where(acute, grade_chronic_gvhd(gvhd))
    words = gvhd.get("recorded_grade", pd.Series(None, index=gvhd.index, dtype=object))
    recorded = words.map(NUMBERS_OF_GRADES).where(acute, words.map(NUMBERS_OF_SEVERITIES)).astype("float64")
    grade = derived.fillna(recorded)
    frame = pd.DataFrame({"USUBJID": gvhd[PATIENT].astype(str), "ADT": gvhd["onset_date"], "GVTYPE": gvhd["type"]})
    frame["GRADE"] = grade
    frame["AVALC"] = _in_words(grade, acute)
    frame["GRADESRC"] = derived.notna().map({True: FROM_ORGANS, False: AS_RECORDED}).where(grade.notna(), None)
    frame["RECGRADE"] = words
    treated = gvhd.get("treatment", pd.Series(None, index=gvhd.index, dtype=object))
    frame["SYSFL"] = make_flag(treated == "systemic")
    other = frame["ADT"] >= frame["USUBJID"].map(treatment["NEWTRTDT"])
    frame["TRTEMFL"] = make_flag((frame["ADT"] >= frame["USUBJID"].map(treatment["TRTSDT"])) & ~other)
    frame["PDLIFL"] = make_flag(frame["ADT"] >= frame["USUBJID"].map(treatment["FDLIDT"]))
    frame["WORSTFL"] = make_flag(_is_worst(frame))
    frame = frame.assign(SRCDOM="gvhd", SRCVAR="onset_date", SRCSEQ=gvhd.index)
    return Graded(frame, tuple(_compare(gvhd, derived, recorded, _in_words(derived, acute), words)))


def _in_words(grade: "pd.Series[float]", acute: "pd.Series[bool]") -> pd.Series:
    return grade.map({0: "0", **ACUTE_GRADES}).where(acute, grade.map({0: "none", **CHRONIC_SEVERITIES}))


def _is_worst(frame: pd.DataFrame) -> "pd.Series[bool]":
    emergent = frame[(frame["TRTEMFL"] == "Y") & (frame["GRADE"] >= 1)]
    ordered = emergent.sort_values(["GRADE", "ADT"], ascending=[False, True], kind="stable")
    return pd.Series(frame.index.isin(ordered.drop_duplicates(["USUBJID", "GVTYPE"]).index), index=frame.index)


def _compare(
    gvhd: pd.DataFrame, derived: pd.Series, recorded: pd.Series, words: pd.Series, written: pd.Series
) -> list[Finding]:
    """Compare the grade that the organs give with the one that is recorded."""
    findings: list[Finding] = []
    if "recorded_grade" not in gvhd:
        return findings
    of_other_kind = written.notna() & recorded.isna()
    for kind, names in (("acute", ACUTE_GRADES), ("chronic", CHRONIC_SEVERITIES)):
        rule = f"expected a grade of {kind} GVHD: {', '.join(names.values())}"
        findings += report_records("gvhd", gvhd[of_other_kind & (gvhd["type"] == kind)], "recorded_grade", rule)
    differs = derived.notna() & recorded.notna() & (derived != recorded)
    for word in sorted(set(words[differs])):
        rule = f"the organs give {word}; the report uses that"
        findings += report_records("gvhd", gvhd[differs & (words == word)], "recorded_grade", rule, "warning")
    rule = "an organ is missing: the recorded grade is used as it stands"
    findings += report_records("gvhd", gvhd[derived.isna() & recorded.notna()], "recorded_grade", rule, "warning")
    rule = "neither all organs nor a grade: the record counts for no grade of GVHD"
    findings += report_records("gvhd", gvhd[derived.isna() & written.isna()], "recorded_grade", rule, "warning")
    return findings
