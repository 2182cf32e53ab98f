"""ADRS and ADAE: what patients had, with the record that says so."""

import pandas as pd
import pytest

from helpers.datasets.adsl import derive_adsl
from helpers.datasets.occurrence import derive_adae, derive_adrs, derive_occurrences
from helpers.intake.reading import read_raw_data
from helpers.study.reading import read_study

LISTING = [
    {"patient": "b", "best_response": "CR", "gvhd": "No", "follow_up": "Alive"},
    {"patient": "a", "best_response": "", "gvhd": "Chronic mild", "follow_up": "Death"},
    {"patient": "c", "best_response": "Progressive disease", "gvhd": "", "follow_up": "Death"},
]
FOLLOWUP = [
    {"patient": "a", "last_contact_date": "2020-05-01", "death_date": ""},
    {"patient": "a", "last_contact_date": "2020-06-01", "death_date": "2020-06-01"},
    {"patient": "c", "last_contact_date": "2020-07-01", "death_date": ""},
]


def derive(study):
    """ADRS and ADAE of a study."""
    tables = read_raw_data(study, study.cuts[0]).tables
    adsl = derive_adsl(tables, study)
    responses = derive_occurrences(tables, adsl, (*study.responses, *study.outcomes), study)
    occurrences = derive_occurrences(tables, adsl, study.occurrences, study)
    return derive_adrs(tables, responses, pd.DataFrame(), study), derive_adae(tables, occurrences, study)


@pytest.fixture
def derived(write_study):
    response = {"column": "patient_listing.best_response", "any_of": ["CR"]}
    dead = {"column": "patient_listing.follow_up", "any_of": ["Death"]}
    folder = write_study(
        {"patient_listing": LISTING, "followup": FOLLOWUP},
        responses=[{"param": "CR", "label": "Remission", "when": [response]}],
        outcomes=[{"param": "PDDEATH", "label": "Died without", "when": [dead, {**response, "any_of": ["CR"]}]}],
        occurrences=[
            {
                "param": "GVHDANY",
                "label": "Any GVHD",
                "when": [{"column": "patient_listing.gvhd", "none_of": ["No"]}],
            }
        ],
    )
    study = read_study(str(folder))
    return derive(study)


def test_adrs_has_a_row_for_each_patient_and_parameter(derived):
    """By hand: only b is in remission, nobody died in one; both columns of the second parameter are its source."""
    adrs, _ = derived
    columns = ["STUDYID", "USUBJID", "PARAMCD", "PARAM", "AVALC", "SRCDOM", "SRCVAR", "SRCSEQ"]
    assert list(adrs.columns) == columns  # no dates, no column of them
    assert adrs[["USUBJID", "PARAMCD", "AVALC", "SRCVAR", "SRCSEQ"]].values.tolist() == [
        ["b", "CR", "Y", "best_response", 1],
        ["a", "CR", "N", "best_response", 2],
        ["c", "CR", "N", "best_response", 3],
        ["b", "PDDEATH", "N", "follow_up+best_response", 1],
        ["a", "PDDEATH", "N", "follow_up+best_response", 2],
        ["c", "PDDEATH", "N", "follow_up+best_response", 3],
    ]
    assert set(adrs["SRCDOM"]) == {"patient_listing"}
    assert set(adrs["STUDYID"]) == {"tiny"}


def test_adae_has_a_row_for_each_event_that_happened(derived):
    """b had none and of c it is not known: neither has a row."""
    _, adae = derived
    assert list(adae.columns) == ["STUDYID", "USUBJID", "PARAMCD", "AETERM", "SRCDOM", "SRCVAR", "SRCSEQ"]
    assert adae.values.tolist() == [["tiny", "a", "GVHDANY", "Any GVHD", "patient_listing", "gvhd", 2]]


def test_the_source_is_the_record_that_fulfils_the_conditions(write_study):
    """Patient 1's first record fulfils the condition; patient 2's does not and is named; patient 3 has none."""
    tables = {
        "patient_listing": [{"patient": "1"}, {"patient": "2"}, {"patient": "3"}],
        "relapse": [
            {"patient": "2", "relapse_date": "2019-01-01"},
            {"patient": "1", "relapse_date": "2019-02-01"},
            {"patient": "1", "relapse_date": "2021-01-01"},
        ],
    }
    when = [{"column": "relapse.patient", "none_of": ["2"]}]
    folder = write_study(tables, outcomes=[{"param": "REL", "label": "Relapse", "when": when}])
    study = read_study(str(folder))
    adrs, _ = derive(study)
    assert adrs["AVALC"].to_list() == ["Y", "N", "N"]
    assert adrs["SRCSEQ"].to_list()[:2] == [2, 1]
    assert adrs["SRCSEQ"].isna().to_list() == [False, False, True]


def test_nothing_declared_gives_empty_datasets(write_study):
    study = read_study(str(write_study()))
    assert [len(frame) for frame in derive(study)] == [0, 0]


def test_the_cohort_by_table_3(cohort):
    """Table 3, by eye: GVHD in patients 7 (acute, then chronic severe), 9 (moderate) and 12 (mild)."""
    adae = cohort.adae.groupby("PARAMCD")["USUBJID"].agg(list).to_dict()
    assert adae == {
        "GVHDANY": ["7", "9", "12"],
        "AGVHD": ["7"],
        "CGVHD": ["7", "9", "12"],
        "CGVHDMILD": ["12"],
        "CGVHDMOD": ["9"],
        "CGVHDSEV": ["7"],
        "CGVHDMS": ["7", "9"],
    }
    yes = cohort.adrs[cohort.adrs["AVALC"] == "Y"].groupby("PARAMCD")["USUBJID"].agg(list).to_dict()
    assert yes["DEATH"] == ["6", "7", "13", "14"]
    assert yes["RELAPSE"] == ["1", "2", "3", "5", "7", "8", "13", "15", "16", "17"]
    assert "5" in yes["CR"]
    assert "5" not in yes["MRDRESP"]
