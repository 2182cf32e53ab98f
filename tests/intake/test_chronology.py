"""Dates in order: for each rule one input that breaks it, and exactly what is found; a clean patient has no finding.

Rows are those of the file, the header being row 1.
"""

import pytest

from datasets.ten_patients.folder import CUT, change_raw, write_study
from helpers.intake.chronology import check_chronology
from helpers.intake.findings import DataError, Finding
from helpers.intake.reading import read_raw_data
from helpers.study.reading import read_study
from intake.one_patient import CLEAN, add, change, make_tables


@pytest.fixture(scope="module")
def study():
    return read_study("zhengzhou")


def find(study, **broken):
    return list(check_chronology(make_tables(**broken), study))


def error(table, row, column, value, rule):
    return Finding(table, row, "P1", column, value, rule, "error")


def test_a_clean_patient_has_no_finding(study):
    assert find(study) == []


def test_without_optional_tables_there_is_nothing_to_find(study):
    tables = make_tables()
    assert list(check_chronology({name: tables[name] for name in ("patients", "followup")}, study)) == []


@pytest.mark.parametrize(("table", "cells", "expected"), [
    ("patients", {"hsct_date": "2023-12-02"},
     ("relapse_before_date", "2023-12-01", "expected no earlier than the transplantation")),
    ("patients", {"relapse_before_date": "2023-12-21"},
     ("screening_date", "2023-12-20", "expected no earlier than the relapse that is to be treated")),
    ("patients", {"screening_date": "2024-01-02"},
     ("treatment_start_date", "2024-01-01", "expected no earlier than the screening")),
    ("blinatumomab", {"end_date": "2023-12-31", "interruption_start_date": None, "interruption_end_date": None},
     ("end_date", "2023-12-31", "expected no earlier than the first day of the dose")),
    ("blinatumomab", {"interruption_start_date": "2023-12-31"},
     ("interruption_start_date", "2023-12-31", "expected no earlier than the first day of the dose")),
    ("blinatumomab", {"interruption_end_date": "2024-01-02"},
     ("interruption_end_date", "2024-01-02", "expected no earlier than the start of the interruption")),
    ("blinatumomab", {"interruption_end_date": "2024-01-11"},
     ("end_date", "2024-01-10", "expected no earlier than the end of the interruption")),
    ("adverse_events", {"end_date": "2024-01-01"},
     ("end_date", "2024-01-01", "expected no earlier than the onset")),
    ("followup", {"last_contact_date": "2024-06-02"},
     ("death_date", "2024-06-01", "expected no earlier than the last contact")),
])  # fmt: skip
def test_two_dates_of_one_record_follow_each_other(study, table, cells, expected):
    assert find(study, **{table: change(table, **cells)}) == [error(table, 2, *expected)]


def test_dates_may_fall_on_one_day(study):
    day = "2024-01-01"
    patients = change("patients", hsct_date=day, relapse_before_date=day, screening_date=day)
    dose = change("blinatumomab", end_date=day, interruption_start_date=day, interruption_end_date=day)
    assert find(study, patients=patients, blinatumomab=dose) == []


@pytest.mark.parametrize(("table", "column"), [
    ("response", "assessment_date"), ("relapse", "relapse_date"), ("dli", "dli_date"), ("labs", "lab_date"),
    ("gvhd", "onset_date"), ("adverse_events", "onset_date"), ("subsequent_therapy", "therapy_date"),
])  # fmt: skip
def test_a_day_has_one_record(study, table, column):
    again = CLEAN[table][0]
    rule = "an earlier record of the patient has the same day"
    expected = error(table, len(CLEAN[table]) + 2, column, str(again[column]), rule)
    assert find(study, **{table: add(table, **again)}) == [expected]


def test_a_day_may_have_records_of_different_kinds(study):
    gvhd = add("gvhd", **CLEAN["gvhd"][0] | {"type": "chronic"})
    events = add("adverse_events", **CLEAN["adverse_events"][0] | {"term": "Fever"})
    therapies = add("subsequent_therapy", therapy_date="2024-04-10", therapy="CAR-T cells")
    assert find(study, gvhd=gvhd, adverse_events=events, subsequent_therapy=therapies) == []


@pytest.mark.parametrize(("start", "end_before"), [("2024-01-10", "2024-01-10"), ("2024-02-20", None)])
def test_doses_do_not_overlap(study, start, end_before):
    """A dose that begins on the last day of the one before it, and one that begins while another goes on."""
    first, second = CLEAN["blinatumomab"]
    doses = [{**second, "start_date": start}, {**first, "end_date": end_before}]  # whatever their order in the file
    rule = "expected after the last day of the dose before it"
    assert find(study, blinatumomab=doses) == [error("blinatumomab", 2, "start_date", start, rule)]


@pytest.mark.parametrize(("cells", "expected"), [
    ({"death_date": None}, ("death_date", "", "expected a date of death: the vital status is dead")),
    ({"vital_status": "alive"}, ("vital_status", "alive", "expected dead: there is a date of death")),
    ({"vital_status": None}, ("vital_status", "", "expected dead: there is a date of death")),
])  # fmt: skip
def test_the_vital_status_and_the_date_of_death_agree(study, cells, expected):
    assert find(study, followup=change("followup", **cells)) == [error("followup", 2, *expected)]


@pytest.mark.parametrize(("table", "number", "column"), [
    ("blinatumomab", 2, "end_date"), ("response", 2, "assessment_date"), ("relapse", 1, "relapse_date"),
    ("gvhd", 1, "onset_date"), ("adverse_events", 2, "end_date"), ("labs", 1, "lab_date"), ("dli", 1, "dli_date"),
    ("subsequent_therapy", 1, "therapy_date"),
])  # fmt: skip
def test_nothing_is_after_death_and_hardly_anything_after_the_last_contact(study, table, number, column):
    late = {table: change(table, number, **{column: "2024-06-02"})}
    rule = "the date is after the patient's death"
    assert find(study, **late) == [error(table, number + 1, column, "2024-06-02", rule)]
    alive = change("followup", vital_status="alive", death_date=None)
    expected = Finding(table, number + 1, "P1", column, "2024-06-02", "the date is after the last contact", "warning")
    assert find(study, **late, followup=alive) == [expected]


@pytest.mark.parametrize(("start", "value"), [("2024-01-02", "2024-01-02"), (None, "")])
def test_the_start_of_treatment_is_the_first_dose(study, start, value):
    """One day late, or not given although there are doses: then what follows has no treatment to belong to."""
    found = find(study, patients=change("patients", treatment_start_date=start))
    rule = "expected the first start_date of the patient in blinatumomab"
    assert error("patients", 2, "treatment_start_date", value, rule) in found
    assert len(found) == (1 if start else 4)


def test_a_start_of_treatment_without_a_dose(study):
    tables = make_tables()
    tables["blinatumomab"] = tables["blinatumomab"].iloc[:0]
    rule = "expected the first start_date of the patient in blinatumomab"
    expected = error("patients", 2, "treatment_start_date", "2024-01-01", rule)
    assert list(check_chronology(tables, study)) == [expected]


@pytest.mark.parametrize(("table", "column", "rule"), [
    ("dli", "dli_date", "expected no earlier than the first dose of blinatumomab"),
    ("relapse", "relapse_date",
     "expected no earlier than the first dose of blinatumomab: earlier relapses belong in the patient table"),
    ("subsequent_therapy", "therapy_date", "expected no earlier than the first dose of blinatumomab"),
])  # fmt: skip
def test_what_belongs_to_the_treatment_is_not_before_it(study, table, column, rule):
    early = change(table, **{column: "2023-12-31"})
    assert find(study, **{table: early}) == [error(table, 2, column, "2023-12-31", rule)]


def test_an_error_stops_the_report_and_a_warning_does_not(tmp_path):
    folder = write_study(tmp_path / "ten")
    change_raw(folder, "followup", 6, last_contact_date="2024-11-19")  # the day before T06's last assessment
    study = read_study(str(folder))
    place = ("response", 15, "T06", "assessment_date", "2024-11-20")
    warning = Finding(*place, "the date is after the last contact", "warning")
    assert warning in read_raw_data(study, study.cuts[0]).findings
    change_raw(folder, "followup", 6, vital_status="dead", death_date="2024-11-19")
    with pytest.raises(DataError) as caught:
        read_raw_data(study, study.cuts[0])
    assert Finding(*place, "the date is after the patient's death", "error") in caught.value.findings


def test_what_is_wrong_only_after_the_cut_is_no_finding(tmp_path):
    """T08 dies on 2025-09-01; what is recorded for 2025-09-02 stops no report of 2025-06-30."""
    folder = write_study(tmp_path / "ten")
    change_raw(folder, "dli", 8, dli_date="2025-09-02")
    study = read_study(str(folder))
    findings = read_raw_data(study, study.cuts[0]).findings
    assert [finding for finding in findings if finding.table == "dli"] == []
    assert study.cuts[0].id == CUT
