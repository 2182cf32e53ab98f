"""A finding says where, whom, what and by which rule; findings.csv lists them by place (DESIGN 9)."""

import pytest

from helpers.intake.findings import DataError, Finding, make_findings_frame, refuse_errors

CELL = Finding("listing", 6, "5", "age_years", "seven", "expected a number", "error")
FILE = Finding("relapse", None, "", "", "", "the file is missing", "error")
WARNING = Finding("listing", 1, "", "note", "", "not used", "warning")


def test_a_finding_reads_as_one_sentence():
    assert str(CELL) == (
        "error: raw/listing.csv, row 6, patient 5, column age_years: expected a number (found 'seven')"
    )
    assert str(FILE) == "error: raw/relapse.csv: the file is missing"
    assert str(WARNING) == "warning: raw/listing.csv, row 1, column note: not used"


def test_errors_are_counted_and_warnings_listed_with_them():
    with pytest.raises(DataError) as caught:
        refuse_errors([WARNING, CELL, FILE])
    assert str(caught.value).splitlines() == ["the data have 2 error(s)", str(WARNING), str(CELL), str(FILE)]
    assert caught.value.findings == (WARNING, CELL, FILE)


def test_warnings_alone_stop_nothing():
    refuse_errors([])
    refuse_errors([WARNING])


def test_the_frame_is_sorted_by_place_whatever_the_order():
    frame = make_findings_frame([FILE, CELL, WARNING])
    assert frame.equals(make_findings_frame([WARNING, FILE, CELL]))
    assert list(frame.columns) == ["table", "row", "patient", "column", "value", "rule", "severity"]
    assert frame["rule"].to_list() == ["not used", "expected a number", "the file is missing"]
    assert frame["row"].isna().to_list() == [False, False, True]


def test_without_findings_the_frame_has_its_columns():
    frame = make_findings_frame([])
    assert len(frame) == 0
    assert list(frame.columns) == ["table", "row", "patient", "column", "value", "rule", "severity"]
