"""ADSL: one row a patient, flags Y and N, variables as declared (DESIGN 4)."""

import numpy as np

from helpers.datasets.adsl import derive_adsl
from helpers.intake.reading import read_raw_data
from helpers.study.reading import read_study

LISTING = [
    {"patient": "7", "age_years": "3", "status_before": "MRD", "best_response": "CR", "months_after_hsct": "3"},
    {"patient": "x1", "age_years": "", "status_before": "Relapse", "best_response": "", "months_after_hsct": "3.2854"},
    {"patient": "03", "age_years": "17", "status_before": "", "best_response": "CR", "months_after_hsct": ""},
]
POPULATIONS = [
    {"name": "SAFFL", "label": "all", "when": []},
    {"name": "RESPFL", "label": "r", "when": [{"column": "patient_listing.best_response", "any_of": ["CR"]}]},
]
VARIABLES = [
    {"name": "AGE", "label": "Age", "kind": "continuous", "column": "patient_listing.age_years"},
    {
        "name": "DISSTAT",
        "label": "Disease",
        "kind": "categorical",
        "column": "patient_listing.status_before",
        "levels": {"Relapse": "R", "MRD": "M"},
    },
    {
        "name": "D100FL",
        "label": "Early",
        "kind": "flag",
        "when": [{"column": "patient_listing.months_after_hsct", "below": 3.2854}],
    },
]


def derive(folder):
    study = read_study(str(folder))
    return derive_adsl(read_raw_data(study, study.cuts[0]).tables, study)


def test_three_patients_by_hand(write_study):
    """RESPFL: patients 7 and 03 (x1 has no response). D100FL: only 3 months is below 100 days; missing is N."""
    adsl = derive(write_study({"patient_listing": LISTING}, populations=POPULATIONS, variables=VARIABLES))
    assert list(adsl.columns) == ["STUDYID", "USUBJID", "SAFFL", "RESPFL", "AGE", "DISSTAT", "D100FL"]
    assert adsl["STUDYID"].to_list() == ["tiny"] * 3
    assert adsl["USUBJID"].to_list() == ["7", "x1", "03"]
    assert adsl["SAFFL"].to_list() == ["Y", "Y", "Y"]
    assert adsl["RESPFL"].to_list() == ["Y", "N", "Y"]
    assert adsl["D100FL"].to_list() == ["Y", "N", "N"]
    assert adsl["DISSTAT"].to_list() == ["MRD", "Relapse", None]
    assert adsl["AGE"].to_list()[::2] == [3.0, 17.0]
    assert np.isnan(adsl["AGE"].iloc[1])


def test_the_cohort_by_table_3(cohort):
    """Table 3: 17 patients, two without response (6 and 14), 6 treated for MRD (12 to 17), five had chemotherapy (1-5).

    Months below 100 days (3.2854): patients 5 and 7 (1), 6 (2), 10 (3), 13 and 14 (1).
    """
    adsl = cohort.adsl.set_index("USUBJID")
    assert list(adsl.index) == [str(number) for number in range(1, 18)]
    assert set(adsl.index[adsl["RESPFL"] == "N"]) == {"6", "14"}
    assert set(adsl.index[adsl["DISSTAT"] == "MRD"]) == {"12", "13", "14", "15", "16", "17"}
    assert set(adsl.index[adsl["PRCHEMFL"] == "Y"]) == {"1", "2", "3", "4", "5"}
    assert set(adsl.index[adsl["D100FL"] == "Y"]) == {"5", "6", "7", "10", "13", "14"}
    assert set(adsl.index[adsl["CRGVHDFL"] == "Y"]) == {"9", "12"}
    assert adsl.loc["9", "DLIDOSE"] == 6e7
