"""What is known at the end of a day, cell by cell; the expected cells follow from DESIGN 6 and the dictionary."""

import datetime as dt

import pandas as pd
import pytest

from datasets.ten_patients.folder import CUT, write_study
from helpers.intake.as_of_cut import take_as_of_cut
from helpers.intake.findings import Finding
from helpers.results.cut import CutData, open_cut
from helpers.study.dictionary import read_dictionary

DATE = dt.date(2025, 6, 30)
BEFORE, ON, AFTER = "2025-06-29", "2025-06-30", "2025-07-01"


def take(date: dt.date | None = DATE, **tables: list[dict[str, str]]):
    """Text tables as of the cut, a cell not given being empty; patient 1 is screened before it."""
    tables = {"patients": [{"patient": "1", "screening_date": BEFORE}], **tables}
    texts = {}
    for name, records in tables.items():
        columns = list(dict.fromkeys(column for record in records for column in record))
        rows = [[record.get(column, "") for column in columns] for record in records]
        texts[name] = pd.DataFrame(rows, columns=columns, index=pd.RangeIndex(1, len(rows) + 1), dtype=str)
    return take_as_of_cut(texts, read_dictionary(), "patients", date)


def take_record(table: str, **cells: str) -> dict[str, str] | None:
    """What is known of one record of patient 1; None where it does not exist."""
    known = take(**{table: [{"patient": "1", **cells}]}).texts[table]
    return known.iloc[0].drop("patient").to_dict() if len(known) else None


@pytest.mark.parametrize(("table", "column"), [
    ("blinatumomab", "start_date"), ("dli", "dli_date"), ("response", "assessment_date"), ("relapse", "relapse_date"),
    ("gvhd", "onset_date"), ("adverse_events", "onset_date"), ("labs", "lab_date"),
    ("subsequent_therapy", "therapy_date"),
])  # fmt: skip
def test_a_record_exists_from_its_date_on(table, column):
    assert take_record(table, **{column: BEFORE}) == {column: BEFORE}
    assert take_record(table, **{column: ON}) == {column: ON}
    assert take_record(table, **{column: AFTER}) is None


@pytest.mark.parametrize("column", ["end_date", "interruption_start_date", "interruption_end_date"])
def test_a_dose_or_an_interruption_that_ends_after_the_cut_goes_on(column):
    assert take_record("blinatumomab", start_date=BEFORE, **{column: ON})[column] == ON
    assert take_record("blinatumomab", start_date=BEFORE, **{column: AFTER})[column] == ""


def test_an_adverse_event_that_ends_after_the_cut_is_ongoing():
    event = {"onset_date": BEFORE, "grade": "3", "outcome": "recovered"}
    assert take_record("adverse_events", **event, end_date=ON) == {**event, "end_date": ON}
    assert take_record("adverse_events", **event, end_date=AFTER) == {**event, "end_date": "", "outcome": "ongoing"}


def test_an_adverse_event_that_is_fatal_after_the_cut_has_grade_4_and_is_ongoing():
    event = {"onset_date": BEFORE, "grade": "5", "outcome": "fatal"}
    assert take_record("adverse_events", **event, end_date=ON) == {**event, "end_date": ON}
    expected = {"onset_date": BEFORE, "grade": "4", "end_date": "", "outcome": "ongoing"}
    assert take_record("adverse_events", **event, end_date=AFTER) == expected


def test_a_death_after_the_cut_is_alive_with_the_last_contact_at_the_cut():
    dead = {"last_contact_date": AFTER, "vital_status": "dead", "death_date": AFTER, "death_cause": "Relapse"}
    alive = {"last_contact_date": ON, "vital_status": "alive", "death_date": "", "death_cause": ""}
    assert take_record("followup", **dead) == alive
    on_the_day = {**dead, "last_contact_date": ON, "death_date": ON}
    assert take_record("followup", **on_the_day) == on_the_day


@pytest.mark.parametrize(("contact", "known"), [(BEFORE, BEFORE), (ON, ON), (AFTER, ON), ("", "")])
def test_the_last_contact_is_the_earlier_of_the_recorded_contact_and_the_cut(contact, known):
    followup = {"last_contact_date": contact, "vital_status": "alive", "death_date": "", "death_cause": ""}
    assert take_record("followup", **followup) == {**followup, "last_contact_date": known}


def test_a_treatment_that_starts_after_the_cut_is_none():
    patient = {"patient": "1", "screening_date": BEFORE, "treatment_start_date": AFTER}
    known = take(patients=[patient]).texts["patients"]
    assert known.to_dict("records") == [{**patient, "treatment_start_date": ""}]


def test_a_patient_screened_after_the_cut_is_in_no_table():
    patients = [{"patient": "1", "screening_date": ON}, {"patient": "2", "screening_date": AFTER}]
    taken = take(
        patients=patients,
        followup=[{"patient": "2", "last_contact_date": BEFORE}, {"patient": "1", "last_contact_date": BEFORE}],
        labs=[{"patient": "2", "lab_date": BEFORE}, {"patient": "1", "lab_date": BEFORE}],
    )
    assert {name: table["patient"].to_list() for name, table in taken.texts.items()} == {
        "patients": ["1"], "followup": ["1"], "labs": ["1"],
    }  # fmt: skip
    assert taken.texts["labs"].index.to_list() == [2]  # a record keeps its number
    assert taken.findings == ()


def test_a_patient_without_a_screening_date_exists_from_the_first_dose_on():
    patients = [{"patient": "1", "screening_date": "", "treatment_start_date": ON},
                {"patient": "2", "screening_date": "", "treatment_start_date": AFTER}]  # fmt: skip
    taken = take(patients=patients, dli=[{"patient": "2", "dli_date": BEFORE}])
    assert taken.texts["patients"]["patient"].to_list() == ["1"]
    assert len(taken.texts["dli"]) == 0
    rule = "no date of screening, and not treated by the cut, 2025-06-30: "
    rule += "left out, as nothing says since when in the study"
    assert taken.findings == (Finding("patients", 3, "2", "", "", rule, "warning"),)


@pytest.mark.parametrize("date", ["", "soon", "1.7.2025", "2025-7-1", "2025-13-40", "2026-02-30"])
def test_what_is_no_date_is_left_to_the_checks(date):
    assert take_record("relapse", relapse_date=date) == {"relapse_date": date}


def test_what_says_nothing_of_time_is_known_from_the_start():
    record = {"start_date": BEFORE, "cycle": "1", "daily_dose_ug": "28"}
    assert take_record("blinatumomab", **record) == record


def test_without_a_date_everything_is_known():
    record = {"patient": "1", "onset_date": AFTER, "end_date": "2030-01-01", "grade": "5", "outcome": "fatal"}
    patients = [{"patient": "1", "screening_date": AFTER}]
    taken = take(None, patients=patients, adverse_events=[record])
    assert taken.texts["adverse_events"].to_dict("records") == [record]
    assert len(taken.texts["patients"]) == 1


def test_the_tables_given_are_not_changed():
    text = pd.DataFrame([["1", BEFORE, AFTER]], columns=["patient", "start_date", "end_date"], index=[1], dtype=str)
    patients = pd.DataFrame([["1", BEFORE]], columns=["patient", "screening_date"], index=[1], dtype=str)
    take_as_of_cut({"patients": patients, "blinatumomab": text}, read_dictionary(), "patients", DATE)
    assert text.to_numpy().tolist() == [["1", BEFORE, AFTER]]


# The ten patients at two cuts: what the later one adds.

LATER = "2025-12-31"


@pytest.fixture(scope="module")
def cuts(tmp_path_factory) -> dict[str, CutData]:
    few = {"variables": ["DISSTAT"], "occurrences": ["AE5"], "endpoints": ["OS", "CIR"], "benchmarks": []}
    folder = write_study(tmp_path_factory.mktemp("as_of") / "ten", [CUT, LATER], few)
    return {cut: open_cut(str(folder), cut) for cut in (CUT, LATER)}


def get_avalc(data: CutData, param: str, patient: str) -> str:
    rows = data.adrs[(data.adrs["PARAMCD"] == param) & (data.adrs["USUBJID"] == patient)]
    return "" if rows.empty else str(rows["AVALC"].iloc[0])


def test_the_best_response_is_judged_again(tmp_path):
    """T01: remission with MRD on 2024-01-29, without it on 2024-02-26; nothing was known on 2024-01-28."""
    few = {"variables": ["DISSTAT"], "occurrences": [], "endpoints": ["OS"], "later_states": [],
           "benchmarks": []}  # fmt: skip
    dates = ["2024-01-28", "2024-01-29", "2024-02-25", "2024-02-26"]
    folder = write_study(tmp_path / "ten", dates, few)
    judged = [get_avalc(open_cut(str(folder), cut), "BOR", "T01") for cut in dates]
    assert judged == ["Not evaluable", "CR, MRD-positive", "CR, MRD-positive", "CR, MRD-negative"]


def test_a_patient_treated_after_the_cut_is_not_treated_yet(cuts):
    treated = {cut: data.adsl.set_index("USUBJID")["SAFFL"].to_dict() for cut, data in cuts.items()}
    assert treated[CUT] == {**dict.fromkeys([f"T0{n}" for n in range(1, 9)], "Y"), "T09": "N"}
    assert treated[LATER] == dict.fromkeys([*(f"T0{n}" for n in range(1, 10)), "T10"], "Y")


def test_a_death_and_a_fatal_event_are_known_from_their_day_on(cuts):
    """T07 dies on 2025-07-05 of the pneumonia that was of grade 4 at the first cut."""
    fatal = {}
    for cut, data in cuts.items():
        event = data.adae[data.adae["SRCSEQ"] == 10].iloc[0]
        death = data.adtte.query("PARAMCD == 'OS' and USUBJID == 'T07'").iloc[0]
        fatal[cut] = (event["AETOXGR"], event["AEOUT"], death["CNSR"], f"{death['ADT']:%Y-%m-%d}")
    assert fatal == {CUT: (4, "ongoing", 1, "2025-06-30"), LATER: (5, "fatal", 0, "2025-07-05")}


def test_two_contacts_after_the_cut_are_no_contradiction():
    """Both are the cut as far as it knows, and neither stops it."""
    contacts = [{"patient": "1", "last_contact_date": date, "vital_status": "alive"} for date in ("2025-08-01", AFTER)]
    taken = take(followup=contacts).texts["followup"]
    assert taken["last_contact_date"].to_list() == ["2025-06-30"] * 2
