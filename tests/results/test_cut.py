"""A cut from raw tables to results, and what is refused on the way."""

import pytest

from helpers.results.cut import open_cut
from helpers.results.schema import get_stats, write_results
from helpers.study.errors import UnknownNameError


def test_the_same_input_gives_the_same_bytes(cohort, tmp_path):
    again = open_cut("tsvetkova2022", "published")
    for name, data in (("a", cohort), ("b", again)):
        write_results(data.results, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_order_of_the_raw_rows_changes_no_result(cohort, cohort_copy):
    listing = cohort_copy / "raw" / "patient_listing.csv"
    header, *records = listing.read_text("utf-8").splitlines()
    listing.write_text("\n".join([header, *records[::-1]]) + "\n", "utf-8")
    assert open_cut(str(cohort_copy), "published").results.equals(cohort.results)


def test_the_order_of_the_raw_columns_changes_no_result(cohort, cohort_copy):
    listing = cohort_copy / "raw" / "patient_listing.csv"
    rows = [line.split(",") for line in listing.read_text("utf-8").splitlines()]
    listing.write_text("\n".join(",".join(row[::-1]) for row in rows) + "\n", "utf-8")
    assert open_cut(str(cohort_copy), "published").results.equals(cohort.results)


def test_an_unknown_audience_names_those_that_exist():
    with pytest.raises(UnknownNameError, match="unknown audience 'press'; known: coauthors, public"):
        open_cut("tsvetkova2022", "published", "press")


def test_an_unknown_cut_names_those_that_exist():
    with pytest.raises(UnknownNameError, match="unknown cut of tsvetkova2022 'later'; known: published"):
        open_cut("tsvetkova2022", "later")


def test_a_study_may_declare_no_more_than_patients(write_study):
    """DESIGN 2: whoever drops in a study.yml and raw tables gets results; here there is only the number of patients."""
    data = open_cut(str(write_study({"patient_listing": [{"patient": "1"}, {"patient": "2"}]})), "first")
    assert get_stats(data.results, analysis="count", population="SAFFL", variable="SAFFL") == {"n": 2}
    assert len(data.results) == 1
    assert data.audited == []
    assert len(data.adtte) == 0


def test_a_study_none_of_whose_endpoints_can_be_derived(write_study):
    """DESIGN 8: no crash, no silent omission."""
    endpoint = {
        "param": "OS",
        "label": "Overall survival",
        "definition": "As said.",
        "population": "SAFFL",
        "origin": {"label": "first dose", "date": "blinatumomab.start_date"},
        "events": [{"label": "Death", "date": "followup.death_date"}],
        "censoring": [{"label": "Last contact", "date": "followup.last_contact_date"}],
    }
    data = open_cut(str(write_study(endpoints=[endpoint])), "first")
    assert get_stats(data.results, analysis="km", param="OS", population="SAFFL")["n"] is None
