"""What is possible but does not fit together: for each rule one broken input and exactly what is found, a warning.

Grades recorded otherwise than organs or components give are found where they are derived, and stand here with them.
"""

import pandas as pd
import pytest

from datasets.ten_patients.folder import CUT, change_raw, read_raw, write_raw, write_study
from helpers.datasets.adverse_events import derive_adverse_events
from helpers.datasets.gvhd import derive_gvhd
from helpers.intake.chronology import check_chronology
from helpers.intake.findings import Finding
from helpers.intake.plausibility import check_plausibility
from helpers.results.cut import open_cut
from helpers.study.clinical import SafetyRules
from helpers.study.reading import read_study
from intake.one_patient import change, make_tables


def find(**broken):
    return list(check_plausibility(make_tables(**broken)))


def warning(table, row, column, value, rule):
    return Finding(table, row, "P1", column, value, rule, "warning")


def test_a_clean_patient_has_no_finding():
    assert find() == []


def test_without_optional_tables_there_is_nothing_to_find():
    assert list(check_plausibility({"patients": make_tables()["patients"]})) == []


@pytest.mark.parametrize(("cells", "expected"), [
    ({"morphology": "CRi", "blasts_percent": None},
     ("morphology", "CRi", "a response without an assessment: the blasts are not recorded")),
    ({"morphology": "CRh", "blasts_percent": 5, "mrd_level": 0.05},
     ("morphology", "CRh", "recorded in remission with 5% blasts or more")),
    ({"morphology": "No remission", "blasts_percent": 4.9},
     ("morphology", "No remission", "recorded not in remission with fewer than 5% blasts")),
    ({"morphology": "No remission", "blasts_percent": 50, "mrd_level": 0.04},
     ("mrd_level", "0.04", "far fewer cells than the blasts")),
])  # fmt: skip
def test_morphology_blasts_and_mrd_fit_together(cells, expected):
    """50% blasts are 0.5 of the cells: MRD of 0.04 is less than a tenth of that."""
    response = [*change("response", **cells), {"assessment_date": "2024-01-16", "blasts_percent": 1}]
    assert find(response=response) == [warning("response", 2, *expected)]


@pytest.mark.parametrize("cells", [
    {"morphology": "CR", "blasts_percent": 4.9}, {"morphology": "No remission", "blasts_percent": 5, "mrd_level": 0.05},
    {"morphology": "Not evaluable", "blasts_percent": None}, {"morphology": None, "blasts_percent": 2},
])  # fmt: skip
def test_what_fits_together_is_no_finding(cells):
    response = [*change("response", **cells), {"assessment_date": "2024-01-16", "blasts_percent": 1}]
    assert find(response=response) == []


def test_a_relapse_follows_a_remission():
    rule = "no remission was seen before this relapse"
    expected = [warning("relapse", 2, "relapse_date", "2024-04-01", rule)]
    assert find(response=change("response", morphology="No remission", blasts_percent=5, mrd_level=0.05)) == expected
    assert find(response=change("response", assessment_date="2024-04-02")) == expected
    assert find(response=change("response", 2, assessment_date="2024-04-02")) == []


@pytest.mark.parametrize(("column", "value"), [("temperature_c", 38.5), ("hypotension", "none"), ("hypoxia", "none")])
def test_components_of_crs_stand_at_crs(column, value):
    rule = "components of Cytokine release syndrome at another term"
    events = change("adverse_events", 2, **{column: value})
    assert find(adverse_events=events) == [warning("adverse_events", 3, "term", "Nausea", rule)]


@pytest.mark.parametrize("column", ["temperature_c", "hypotension", "hypoxia"])
def test_crs_whose_components_are_not_all_recorded(column):
    rule = "the grade cannot be checked: a component is not recorded"
    expected = warning("adverse_events", 2, "term", "Cytokine release syndrome", rule)
    assert find(adverse_events=change("adverse_events", **{column: None})) == [expected]


@pytest.mark.parametrize(("cells", "expected"), [
    ({"cd3_per_kg": None, "mnc_per_kg": None}, ("dli_date", "2024-01-20", "the infusion has no dose")),
    ({"cd3_per_kg": 7e7},
     ("cd3_per_kg", "7e+07", "more CD3+ cells than mononuclear cells: are the columns swapped?")),
])  # fmt: skip
def test_the_dose_of_an_infusion(cells, expected):
    assert find(dli=change("dli", **cells)) == [warning("dli", 2, *expected)]
    assert find(dli=change("dli", cd3_per_kg=None)) == []
    assert find(dli=change("dli", cd3_per_kg=6e7)) == []


# Grades recorded otherwise. Expected grades: MAGIC, NIH 2014 and ASTCT tables, as in tests/datasets/test_grading.py.

TREATMENT = pd.DataFrame(
    {"TRTSDT": pd.Timestamp("2024-01-01"), "TRTEDT": pd.Timestamp("2024-02-29"), "ONTRT": False,
     "FDLIDT": pd.Timestamp("2024-01-20"), "NEWTRTDT": pd.NaT, "DTHDT": pd.NaT}, index=["P1"],
)  # fmt: skip
NO_ORGAN = {"skin_stage": 0, "liver_stage": 0, "upper_gi_stage": 0, "lower_gi_stage": 0}
NO_SCORE = {f"{organ}_score": 0 for organ in ("skin", "mouth", "eyes", "gi", "liver", "lungs", "joints", "genital")}


def find_gvhd(kind, recorded, **organs):
    record = {"onset_date": "2024-02-10", "type": kind, "recorded_grade": recorded}
    tables = make_tables(gvhd=[{**record, **(NO_ORGAN if kind == "acute" else NO_SCORE), **organs}])
    return list(derive_gvhd(tables, TREATMENT).findings)


@pytest.mark.parametrize(("kind", "organs", "given", "recorded"), [
    ("acute", {}, "0", "I"),
    ("acute", {"skin_stage": 2}, "I", "II"),
    ("acute", {"skin_stage": 3}, "II", "I"),
    ("acute", {"liver_stage": 2}, "III", "II"),
    ("acute", {"lower_gi_stage": 4}, "IV", "III"),
    ("chronic", {}, "none", "mild"),
    ("chronic", {"mouth_score": 1}, "mild", "moderate"),
    ("chronic", {"lungs_score": 1}, "moderate", "mild"),
    ("chronic", {"skin_score": 3}, "severe", "moderate"),
])  # fmt: skip
def test_gvhd_recorded_otherwise_than_the_organs_give(kind, organs, given, recorded):
    rule = f"the organs give {given}; the report uses that"
    assert find_gvhd(kind, recorded, **organs) == [warning("gvhd", 2, "recorded_grade", recorded, rule)]
    same = None if given in {"0", "none"} else given
    assert find_gvhd(kind, same, **organs) == []


@pytest.mark.parametrize(
    ("kind", "organ", "recorded"), [("acute", "liver_stage", "II"), ("chronic", "eyes_score", "mild")]
)
def test_gvhd_with_an_organ_that_is_not_recorded(kind, organ, recorded):
    rule = "an organ is missing: the recorded grade is used as it stands"
    expected = warning("gvhd", 2, "recorded_grade", recorded, rule)
    assert find_gvhd(kind, recorded, **{organ: None}) == [expected]


def test_gvhd_without_any_grade_is_not_said_to_have_one():
    (found,) = find_gvhd("acute", None, liver_stage=None)
    assert (found.row, found.severity) == (2, "warning")
    assert "the recorded grade is used" not in found.rule


@pytest.mark.parametrize(("kind", "organs", "recorded"), [
    ("acute", {"skin_stage": 2}, "mild"), ("acute", {"liver_stage": None}, "severe"),
    ("chronic", {"mouth_score": 1}, "I"), ("chronic", {"eyes_score": None}, "II"),
])  # fmt: skip
def test_a_grade_of_the_other_kind_of_gvhd_is_found(kind, organs, recorded):
    """Acute GVHD has grades I to IV, chronic GVHD is mild, moderate or severe."""
    (found,) = find_gvhd(kind, recorded, **organs)
    assert (found.column, found.value) == ("recorded_grade", recorded)
    assert "is used as it stands" not in found.rule


def find_crs(grade, hypotension="none", hypoxia="none", temperature=39.0):
    cells = {"grade": grade, "hypotension": hypotension, "hypoxia": hypoxia, "temperature_c": temperature}
    tables = make_tables(adverse_events=change("adverse_events", **cells))
    return list(derive_adverse_events(tables, TREATMENT, SafetyRules()).findings)


@pytest.mark.parametrize(("components", "given", "recorded"), [
    (("none", "none"), 1, 2), (("no vasopressor", "none"), 2, 1), (("none", "low flow"), 2, 3),
    (("one vasopressor", "none"), 3, 2), (("none", "high flow"), 3, 4),
    (("several vasopressors", "none"), 4, 3), (("none", "positive pressure"), 4, 1),
])  # fmt: skip
def test_crs_recorded_otherwise_than_its_components_give(components, given, recorded):
    rule = f"the components give grade {given} (ASTCT); the report uses that"
    assert find_crs(recorded, *components) == [warning("adverse_events", 2, "grade", str(recorded), rule)]
    assert find_crs(given, *components) == []
    assert find_crs(5, *components) == []  # what was fatal is not graded by components


def test_crs_without_fever_is_found():
    """ASTCT: fever of 38 °C or more defines the syndrome; a grade recorded without it cannot be derived."""
    broken = make_tables(adverse_events=change("adverse_events", temperature_c=37.9))
    found = [*check_plausibility(broken), *derive_adverse_events(broken, TREATMENT, SafetyRules()).findings]
    assert [(finding.row, finding.severity) for finding in found] == [(2, "warning")]


@pytest.mark.parametrize("cells", [{"grade": 5}, {"outcome": "fatal", "grade": 4}])
def test_a_fatal_event_of_a_patient_who_lives_is_found(cells):
    events = change("adverse_events", 2, **cells)
    alive = change("followup", vital_status="alive", death_date=None)
    found = find(adverse_events=events, followup=alive)
    assert [(finding.table, finding.row) for finding in found] == [("adverse_events", 3)]


def test_a_dose_without_its_cycle_is_found():
    tables = make_tables(blinatumomab=change("blinatumomab", cycle=None))
    found = [*check_plausibility(tables), *check_chronology(tables, read_study("zhengzhou"))]
    assert [(finding.table, finding.row) for finding in found] == [("blinatumomab", 2)]


def test_an_interruption_without_its_first_day_is_found():
    tables = make_tables(blinatumomab=change("blinatumomab", interruption_start_date=None))
    found = [*check_plausibility(tables), *check_chronology(tables, read_study("zhengzhou"))]
    assert [(finding.table, finding.row) for finding in found] == [("blinatumomab", 2)]


def test_warnings_do_not_stop_the_report(tmp_path):
    folder = write_study(tmp_path / "ten", keep={"occurrences": [], "endpoints": ["OS"], "later_states": [],
                                                 "benchmarks": []})  # fmt: skip
    before = set(open_cut(str(folder), CUT).findings)
    change_raw(folder, "dli", 1, cd3_per_kg="8e7")
    write_raw(folder, "response", [row for row in read_raw(folder, "response") if row["patient"] != "T05"])
    after = open_cut(str(folder), CUT).findings
    unseen = "no remission was seen before this relapse"
    swapped = "more CD3+ cells than mononuclear cells: are the columns swapped?"
    expected = {
        Finding("dli", 2, "T01", "cd3_per_kg", "8e+07", swapped, "warning"),
        Finding("relapse", 3, "T05", "relapse_date", "2024-09-09", unseen, "warning"),
    }
    assert {finding for finding in set(after) - before if finding.table != "response"} == expected
    assert {finding.severity for finding in after} == {"warning"}
