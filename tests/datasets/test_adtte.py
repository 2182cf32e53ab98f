"""The time-to-event engine: the earliest event wins, otherwise the latest censoring time (DESIGN 5).

Patients are checkable by eye. Months are days / 30.4375 (DESIGN 7): 487 days are exactly 16 months, 61 days 2.004….
"""

import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.datasets.adsl import derive_adsl
from helpers.datasets.adtte import ADTTE_COLUMNS, derive_time_to_event, get_event_code
from helpers.intake.findings import DataError
from helpers.intake.reading import read_raw_data
from helpers.results.cut import open_cut
from helpers.study.endpoints import Endpoint
from helpers.study.reading import read_study

MONTHS = "patient_listing.dor_marrow_months"


def site(*codes):
    return [{"column": "patient_listing.relapse_site", "any_of": list(codes)}]


RELAPSE = {"label": "Relapse", "time": MONTHS, "when": site("Bone marrow")}
DEATH = {
    "label": "Death",
    "time": "patient_listing.months_after_hsct",
    "when": [{"column": "patient_listing.follow_up", "any_of": ["Death"]}],
}
REPORT = {"label": "Last report", "time": MONTHS}
LATE_REPORT = {"label": "Late report", "time": "patient_listing.age_years"}
BY_MONTHS = {"origin": {"label": "response"}, "events": [RELAPSE], "censoring": [REPORT]}
BY_DATE = {
    "origin": {"label": "first dose", "date": "blinatumomab.start_date"},
    "events": [
        {"label": "Relapse", "date": "relapse.relapse_date"},
        {"label": "Death", "date": "followup.death_date"},
    ],
    "censoring": [{"label": "Last contact", "date": "followup.last_contact_date"}],
}


def patient(number, months="", relapse="No", follow_up="Alive", **more):
    return {
        "patient": str(number),
        "dor_marrow_months": months,
        "relapse_site": relapse,
        "follow_up": follow_up,
        "months_after_hsct": "",
        "age_years": "",
        **more,
    }


def of(tte, number):
    (row,) = tte.adtte[tte.adtte["USUBJID"] == str(number)].to_dict(orient="records")
    return row


def test_the_earliest_event_wins_whatever_its_precedence(derive_endpoint):
    """Patient 1: death at 3 before relapse at 5. Patient 2: relapse at 3 before death at 5."""
    listing = [
        patient(1, 5, "Bone marrow", "Death", months_after_hsct=3),
        patient(2, 3, "Bone marrow", "Death", months_after_hsct=5),
    ]
    tte = derive_endpoint({"patient_listing": listing}, {**BY_MONTHS, "events": [RELAPSE, DEATH]})
    assert (of(tte, 1)["AVAL"], of(tte, 1)["EVNTDESC"]) == (3, "Death")
    assert (of(tte, 2)["AVAL"], of(tte, 2)["EVNTDESC"]) == (3, "Relapse")


@pytest.mark.parametrize("events", [[RELAPSE, DEATH], [DEATH, RELAPSE]])
def test_precedence_decides_between_events_at_the_same_time(derive_endpoint, events):
    listing = [patient(1, 4, "Bone marrow", "Death", months_after_hsct=4)]
    tte = derive_endpoint({"patient_listing": listing}, {**BY_MONTHS, "events": events})
    assert (of(tte, 1)["AVAL"], of(tte, 1)["EVNTDESC"]) == (4, events[0]["label"])


def test_the_latest_censoring_time_counts_and_only_without_an_event(derive_endpoint):
    """Patient 1: reports at 4 and 9 → 9. Patient 2: 9 and 4 → 9. Patient 3: an event at 4 beats the report at 9."""
    listing = [patient(1, 4, age_years=9), patient(2, 9, age_years=4), patient(3, 4, "Bone marrow", age_years=9)]
    tte = derive_endpoint({"patient_listing": listing}, {**BY_MONTHS, "censoring": [REPORT, LATE_REPORT]})
    assert [of(tte, number)["AVAL"] for number in (1, 2, 3)] == [9, 9, 4]
    assert [of(tte, number)["CNSR"] for number in (1, 2, 3)] == [1, 1, 0]
    assert [of(tte, number)["CNSDTDSC"] for number in (1, 2, 3)] == ["Late report", "Last report", None]


def test_precedence_decides_between_censoring_at_the_same_time(derive_endpoint):
    tte = derive_endpoint(
        {"patient_listing": [patient(1, 4, age_years=4)]}, {**BY_MONTHS, "censoring": [LATE_REPORT, REPORT]}
    )
    assert of(tte, 1)["CNSDTDSC"] == "Late report"


def test_a_competing_event_ends_the_time_as_another_cause(derive_endpoint):
    """Patient 1 dies at 3, before the report at 5; patient 2 relapses at 3, before death at 5; 3 has both at 4."""
    listing = [
        patient(1, 5, "No", "Death", months_after_hsct=3),
        patient(2, 3, "Bone marrow", "Death", months_after_hsct=5),
        patient(3, 4, "Bone marrow", "Death", months_after_hsct=4),
        patient(4, 8),
    ]
    tte = derive_endpoint({"patient_listing": listing}, {**BY_MONTHS, "competing": [DEATH]})
    assert tte.adtte["AVAL"].to_list() == [3, 3, 4, 8]
    assert get_event_code(tte.adtte).tolist() == [2, 1, 1, 0]
    assert of(tte, 1)["EVNTDESC"] == "Death"


def test_every_row_says_which_record_decided(derive_endpoint):
    listing = [patient(3, 8), patient(1, 5, "Bone marrow")]
    tte = derive_endpoint({"patient_listing": listing}, BY_MONTHS)
    assert list(tte.adtte.columns) == list(ADTTE_COLUMNS)
    assert tte.adtte["USUBJID"].to_list() == ["3", "1"]  # the order of the patient table
    relapsed = of(tte, 1)
    source = [relapsed[name] for name in ("SRCDOM", "SRCVAR", "SRCSEQ", "AVALU", "PARAMCD", "STUDYID")]
    assert source == ["patient_listing", "dor_marrow_months", 2, "MONTHS", "TTE", "tiny"]
    assert relapsed["CNSDTDSC"] is None
    assert of(tte, 3)["EVNTDESC"] is None


def test_the_candidates_that_lost_are_kept(derive_endpoint):
    """Patient 1: death at 3 decides; relapse at 5 and the report at 5 are kept. Patient 2: the report alone."""
    listing = [patient(1, 5, "Bone marrow", "Death", months_after_hsct=3), patient(2, 7)]
    tte = derive_endpoint({"patient_listing": listing}, {**BY_MONTHS, "events": [RELAPSE], "competing": [DEATH]})
    kept = tte.candidates[["USUBJID", "AVAL", "CNSR", "EVNTDESC", "CNSDTDSC", "CHOSEN"]]
    assert kept.astype(object).where(kept.notna(), None).values.tolist() == [
        ["1", 3, 2, "Death", None, True],
        ["1", 5, 0, "Relapse", None, False],
        ["1", 5, 1, None, "Last report", False],
        ["2", 7, 1, None, "Last report", True],
    ]


def test_only_the_population_is_derived(derive_endpoint):
    populations = [
        {"name": "SAFFL", "label": "all", "when": []},
        {"name": "RELFL", "label": "relapsed", "when": site("Bone marrow")},
    ]
    listing = [patient(1, 5, "Bone marrow"), patient(2, 7)]
    tte = derive_endpoint({"patient_listing": listing}, {**BY_MONTHS, "population": "RELFL"}, populations=populations)
    assert tte.adtte["USUBJID"].to_list() == ["1"]
    assert set(tte.candidates["USUBJID"]) == {"1"}


def test_a_population_without_patients_gives_no_rows(derive_endpoint):
    populations = [{"name": "SAFFL", "label": "relapsed", "when": site("Combined")}]
    tte = derive_endpoint({"patient_listing": [patient(1, 5)]}, BY_MONTHS, populations=populations)
    assert len(tte.adtte) == 0
    assert tte.findings == tte.missing == ()


def dated(**tables):
    """Four patients who started on 2020-01-01, 2020-01-01, 2020-02-29 and 2020-01-01, with follow-up."""
    whole = {
        "patient_listing": [{"patient": number} for number in "1234"],
        "blinatumomab": [
            {"patient": "2", "start_date": "2020-01-01"},
            {"patient": "1", "start_date": "2020-01-01"},
            {"patient": "1", "start_date": "2020-02-01"},
            {"patient": "3", "start_date": "2020-02-29"},
            {"patient": "4", "start_date": "2020-01-01"},
        ],
        "relapse": [
            {"patient": "1", "relapse_date": "2021-05-02"},
            {"patient": "1", "relapse_date": "2022-05-02"},
        ],
        "followup": [
            {"patient": "1", "last_contact_date": "2023-01-01", "death_date": "2023-01-01"},
            {"patient": "2", "last_contact_date": "2020-03-02", "death_date": "2020-03-02"},
            {"patient": "3", "last_contact_date": "2021-03-01", "death_date": ""},
            {"patient": "4", "last_contact_date": "2020-01-01", "death_date": ""},
        ],
    }
    return {**whole, **tables}


def test_dates_are_counted_from_the_origin(derive_endpoint):
    """From 2020-01-01 to 2021-05-02 are 366 + 121 = 487 days = 16 months (the first start of patient 1 counts, and the
    first of two relapses); to 2020-03-02 are 61 days; from 2020-02-29 to 2021-03-01 are 366; day 0 is 0.
    """
    tte = derive_endpoint(dated(), BY_DATE)
    assert tte.findings == ()
    assert [of(tte, number)["AVAL"] for number in (1, 2, 3, 4)] == [16, 61 / 30.4375, 366 / 30.4375, 0]
    assert get_event_code(tte.adtte).tolist() == [1, 1, 0, 0]
    first = of(tte, 1)
    assert (first["STARTDT"], first["ADT"]) == (pd.Timestamp("2020-01-01"), pd.Timestamp("2021-05-02"))
    assert (first["SRCDOM"], first["SRCVAR"], first["SRCSEQ"]) == ("relapse", "relapse_date", 1)
    assert [of(tte, number)["SRCDOM"] for number in (2, 3, 4)] == ["followup"] * 3


def test_the_length_of_a_month_is_a_convention(derive_endpoint):
    tte = derive_endpoint(dated(), BY_DATE, conventions={"days_per_month": 487})
    assert of(tte, 1)["AVAL"] == 1


def test_dates_give_competing_events(derive_endpoint):
    """Relapse is the event, death competes: patient 1 relapses first, patient 2 dies without."""
    endpoint = {**BY_DATE, "events": BY_DATE["events"][:1], "competing": BY_DATE["events"][1:]}
    tte = derive_endpoint(dated(), endpoint)
    assert get_event_code(tte.adtte).tolist() == [1, 2, 0, 0]


def test_a_date_before_the_origin_is_a_finding(derive_endpoint):
    """Row 2 of the file is its first record."""
    tte = derive_endpoint(dated(relapse=[{"patient": "3", "relapse_date": "2020-02-28"}]), BY_DATE)
    (finding,) = tte.findings
    assert (finding.table, finding.row, finding.patient, finding.column) == ("relapse", 2, "3", "relapse_date")
    assert (finding.value, finding.severity) == ("2020-02-28", "error")
    assert "before the first dose, 2020-02-29" in finding.rule


def test_a_date_before_the_origin_stops_the_analysis(write_study):
    endpoint = {"param": "RFS", "label": "RFS", "definition": "As said.", "population": "SAFFL", **BY_DATE}
    folder = write_study(dated(relapse=[{"patient": "3", "relapse_date": "2020-02-28"}]), endpoints=[endpoint])
    with pytest.raises(DataError, match=r"raw/relapse\.csv, row 2, patient 3, column relapse_date.*2020-02-28"):
        open_cut(str(folder), "first")


def test_a_patient_without_event_or_censoring_date_is_a_finding(derive_endpoint):
    tte = derive_endpoint(dated(followup=dated()["followup"][:3]), BY_DATE)
    (finding,) = tte.findings
    assert (finding.patient, finding.severity) == ("4", "error")
    assert finding.rule == "TTE: the patient has neither an event nor a censoring time"
    assert "4" not in set(tte.adtte["USUBJID"])


def test_a_patient_without_an_origin_is_a_finding(derive_endpoint):
    """The clock of patient 4 never starts; nobody is dropped silently, and the finding says what is missing."""
    tte = derive_endpoint(dated(blinatumomab=dated()["blinatumomab"][:4]), BY_DATE)
    (finding,) = tte.findings
    assert (finding.patient, finding.severity) == ("4", "error")
    assert (finding.table, finding.column) == ("blinatumomab", "start_date")


def test_a_death_before_a_relapse_is_a_finding(derive_endpoint):
    """DESIGN 5: a death before a relapse is a finding, never a silent clamp. Patient 2 died on 2020-03-02."""
    with pytest.raises(DataError) as caught:
        derive_endpoint(dated(relapse=[{"patient": "2", "relapse_date": "2020-04-01"}]), BY_DATE)
    assert [(finding.table, finding.row, finding.patient) for finding in caught.value.findings] == [("relapse", 2, "2")]


def test_a_missing_table_makes_the_endpoint_not_derivable(derive_endpoint):
    tables = dated()
    del tables["relapse"], tables["followup"]
    tte = derive_endpoint(tables, BY_DATE)
    assert [str(column) for column in tte.missing] == [
        "relapse.relapse_date",
        "followup.death_date",
        "followup.last_contact_date",
    ]
    assert len(tte.adtte) == len(tte.candidates) == len(tte.findings) == 0
    assert list(tte.adtte.columns) == list(ADTTE_COLUMNS)


def test_a_missing_optional_column_makes_the_endpoint_not_derivable(derive_endpoint):
    followup = [{"patient": number, "last_contact_date": "2023-01-01"} for number in "1234"]
    tte = derive_endpoint(dated(followup=followup), BY_DATE)
    assert [str(column) for column in tte.missing] == ["followup.death_date"]


def test_a_condition_on_another_table_is_one_on_the_patient(derive_endpoint):
    """The relapse counts only for patients whose listing says marrow: patient 1 of two."""
    listing = [{"patient": "1", "relapse_site": "Bone marrow"}, {"patient": "2", "relapse_site": "Extramedullar"}]
    tables = {
        "patient_listing": listing,
        "blinatumomab": [{"patient": number, "start_date": "2020-01-01"} for number in "12"],
        "relapse": [{"patient": number, "relapse_date": "2020-03-02"} for number in "12"],
        "followup": [{"patient": number, "last_contact_date": "2020-06-01", "death_date": ""} for number in "12"],
    }
    events = [{**BY_DATE["events"][0], "when": site("Bone marrow")}]
    tte = derive_endpoint(tables, {**BY_DATE, "events": events})
    assert get_event_code(tte.adtte).tolist() == [1, 0]


@pytest.mark.parametrize("cnsr", [3, -1])
def test_a_value_of_cnsr_that_means_nothing_is_refused(cnsr):
    """DESIGN 11: codes outside the list raise a ValueError that names the offending value."""
    with pytest.raises(ValueError, match=str(cnsr)):
        get_event_code(pd.DataFrame({"CNSR": [0, 1, cnsr]}))


TABLE_3 = {  # patient: months of marrow response, relapse, from Table 3 of the publication by eye
    1: (1, "Bone marrow"), 2: (55, "Extramedullar"), 3: (16, "Combined"), 4: (52, "No"), 5: (7, "Extramedullar"),
    7: (11, "Combined"), 8: (6, "Bone marrow"), 9: (12, "No"), 10: (3.5, "No"), 11: (3, "No"), 12: (35, "No"),
    13: (8, "Bone marrow"), 15: (8, "Combined"), 16: (3, "Bone marrow"), 17: (27, "Extramedullar"),
}  # fmt: skip


@pytest.mark.parametrize(("param", "sites"), [("DOR", {"Bone marrow", "Combined"}), ("DORANY", {"Extramedullar"})])
def test_the_cohort_by_table_3(cohort, param, sites):
    """Marrow and combined relapse are events of both, extramedullary relapse only of the stricter one.

    No responder died without relapse: patients 7 and 13 relapsed first.
    """
    sites = sites | {"Bone marrow", "Combined"}
    adtte = cohort.time_to_event[param].adtte
    found = dict(zip(adtte["USUBJID"].astype(int), zip(adtte["AVAL"], adtte["CNSR"], strict=True), strict=True))
    assert found == {number: (months, 0 if where in sites else 1) for number, (months, where) in TABLE_3.items()}
    assert adtte["SRCSEQ"].to_list() == adtte["USUBJID"].astype(int).to_list()
    assert adtte[["STARTDT", "ADT"]].isna().all(axis=None)


def test_the_cohort_has_no_dates(cohort):
    for param in ("OS", "RFS"):
        assert cohort.time_to_event[param].missing
        assert param not in set(cohort.adtte["PARAMCD"])


ENDPOINT = Endpoint.model_validate(
    {
        "param": "TTE",
        "label": "Time",
        "definition": "As said.",
        "population": "SAFFL",
        "origin": {"label": "response"},
        "events": [RELAPSE, {**DEATH, "when": []}],
        "competing": [{"label": "Extramedullary", "time": MONTHS, "when": site("Extramedullar")}],
        "censoring": [REPORT, LATE_REPORT],
    }
)
MAYBE_MONTHS = st.one_of(st.none(), st.integers(0, 6).map(float), st.floats(0, 600, allow_nan=False))
SITES = st.sampled_from(["No", "Bone marrow", "Extramedullar", None])
LISTINGS = st.lists(st.tuples(MAYBE_MONTHS, MAYBE_MONTHS, st.floats(0, 120), SITES), min_size=1, max_size=12)


def make_tables(listing, order):
    columns = ["dor_marrow_months", "months_after_hsct", "age_years", "relapse_site"]
    frame = pd.DataFrame(listing, columns=columns).astype(dict.fromkeys(columns[:3], "float64"))
    frame.insert(0, "patient", [f"p{number}" for number in range(len(listing))])
    frame = frame.iloc[order].reset_index(drop=True)
    frame.index += 1
    return {"patient_listing": frame}


@settings(max_examples=40, deadline=None)
@given(LISTINGS, st.randoms(use_true_random=False))
def test_any_listing_adds_up_and_its_order_does_not_matter(smallest_study, listing, shuffler: random.Random):
    """DESIGN 5: events + competing + censored = N, and each patient's row depends on that patient alone.

    The times are those of a second, plain implementation: the smallest event, else the largest censoring time.
    """
    order = list(range(len(listing)))
    tables = make_tables(listing, order)
    tte = derive_time_to_event(tables, derive_adsl(tables, smallest_study), ENDPOINT, smallest_study)
    codes = get_event_code(tte.adtte)
    assert np.isin(codes, [0, 1, 2]).all()
    assert len(tte.adtte) + len(tte.findings) == len(listing)  # age is never missing, so there is no finding
    assert tte.findings == ()
    for (months, after, age, where), aval, code in zip(listing, tte.adtte["AVAL"], codes, strict=True):
        events = [after] if after is not None else []
        events += [months] if where == "Bone marrow" and months is not None else []
        competing = [months] if where == "Extramedullar" and months is not None else []
        ends = events + competing
        assert aval == (min(ends) if ends else max(age, months if months is not None else age))
        assert code == (0 if not ends else 1 if min(ends) in events else 2)
    shuffler.shuffle(order)
    tables = make_tables(listing, order)
    other = derive_time_to_event(tables, derive_adsl(tables, smallest_study), ENDPOINT, smallest_study)
    keep = [column for column in ADTTE_COLUMNS if column != "SRCSEQ"]
    frames = [frame[keep].sort_values("USUBJID").reset_index(drop=True) for frame in (tte.adtte, other.adtte)]
    pd.testing.assert_frame_equal(*frames)


def test_the_order_of_the_raw_files_changes_no_patient(cohort_copy):
    """The published listing upside down: the same rows of ADTTE, but for the number of the record."""
    listing = cohort_copy / "raw" / "patient_listing.csv"
    header, *records = listing.read_text("utf-8").splitlines()
    study = read_study(str(cohort_copy))
    found = []
    for rows in (records, records[::-1]):
        listing.write_text("\n".join([header, *rows]) + "\n", "utf-8")
        tables = read_raw_data(study, study.cuts[0]).tables
        adsl = derive_adsl(tables, study)
        adtte = derive_time_to_event(tables, adsl, study.endpoints[0], study).adtte
        found.append(adtte.drop(columns="SRCSEQ").sort_values("USUBJID").reset_index(drop=True))
    pd.testing.assert_frame_equal(*found)
