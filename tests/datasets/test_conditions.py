"""Conditions of study.yml on records and patients; a missing value fulfils none (the docstring of Condition)."""

import pandas as pd
import pytest

from helpers.datasets.conditions import find_patient_column, match_patients, match_records
from helpers.study.declared import Condition

LISTING = pd.DataFrame(
    {
        "patient": ["1", "2", "3", "4"],
        "best_response": ["CR", "Progressive disease", None, "CR"],
        "age_years": [2.0, 12.0, 18.0, float("nan")],
    },
    index=[1, 2, 3, 4],
)
RELAPSES = pd.DataFrame(
    {
        "patient": ["1", "1", "2"],
        "relapse_date": pd.to_datetime(["2020-01-01", "2021-01-01", None]),
        "site": ["Bone marrow", "Other", "Bone marrow"],
        "months": [3.0, 20.0, 20.0],
    },
    index=[1, 2, 3],
)
TABLES = {"patient_listing": LISTING, "relapse": RELAPSES}
PATIENTS = ["1", "2", "3", "4"]


def on(column, table="patient_listing", **rule):
    return Condition(column=f"{table}.{column}", **rule)


RULES = {
    "any of one": (on("best_response", any_of=["CR"]), ["1", "4"]),
    "any of two": (on("best_response", any_of=["CR", "Progressive disease"]), ["1", "2", "4"]),
    "none of": (on("best_response", none_of=["CR"]), ["2"]),  # patient 3 has no response: unknown, not "none of"
    "below": (on("age_years", below=12), ["1"]),
    "at least": (on("age_years", at_least=12), ["2", "3"]),
    "at least a limit nobody reaches": (on("age_years", at_least=19), []),
}


@pytest.mark.parametrize(("condition", "patients"), RULES.values(), ids=RULES)
def test_each_rule_by_eye(condition, patients):
    matched = match_patients(TABLES, [condition], PATIENTS)
    assert [patient for patient in PATIENTS if matched[patient]] == patients


def test_below_and_at_least_part_those_with_a_value():
    """The limit itself is on one side only."""
    below = match_records(LISTING, [on("age_years", below=12)])
    above = match_records(LISTING, [on("age_years", at_least=12)])
    assert (below ^ above).to_list() == [True, True, True, False]


def test_no_condition_is_fulfilled_by_all():
    assert match_patients(TABLES, [], PATIENTS).all()
    assert match_records(LISTING, []).all()


def test_conditions_on_one_table_hold_for_one_and_the_same_record():
    """Patient 1 relapsed in the marrow at 3 months and elsewhere at 20; only patient 2 in the marrow at 20."""
    late_marrow = [on("site", "relapse", any_of=["Bone marrow"]), on("months", "relapse", at_least=12)]
    matched = match_patients(TABLES, late_marrow, PATIENTS)
    assert matched[matched].index.to_list() == ["2"]


def test_conditions_on_several_tables_hold_for_one_patient():
    conditions = [on("best_response", any_of=["CR"]), on("months", "relapse", at_least=12)]
    matched = match_patients(TABLES, conditions, PATIENTS)
    assert matched[matched].index.to_list() == ["1"]


def test_patients_without_a_record_fulfil_nothing_about_it():
    matched = match_patients(TABLES, [on("site", "relapse", none_of=["Other"])], PATIENTS)
    assert matched[matched].index.to_list() == ["1", "2"]


def test_the_order_of_the_patients_asked_about_is_kept():
    assert match_patients(TABLES, [on("best_response", any_of=["CR"])], ["4", "2", "1"]).to_list() == [
        True,
        False,
        True,
    ]


def test_the_patient_column_comes_from_the_dictionary():
    assert find_patient_column("relapse") == "patient"
