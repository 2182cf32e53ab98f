"""Raw tables are read as they stand: every fault is a finding with its place, and nothing is repaired (DESIGN 3 and 6).

Rows are rows of the file, the header being row 1: patient 5 of the published cohort stands in row 6.
"""

import codecs
import csv
import datetime as dt

import numpy as np
import pytest

from helpers.intake.findings import DataError, Finding
from helpers.intake.reading import read_raw_data
from helpers.results.cut import open_cut
from helpers.study.reading import read_study


@pytest.fixture
def listing(cohort_copy):
    """The raw patient listing of a copied cohort."""
    return cohort_copy / "raw" / "patient_listing.csv"


def read(folder):
    study = read_study(str(folder))
    return read_raw_data(study, study.cuts[-1])


def refuse(folder):
    with pytest.raises(DataError) as caught:
        read(folder)
    return [finding for finding in caught.value.findings if finding.severity == "error"]


def change(file, edit):
    """Edit a CSV file as a list of rows."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    rows = edit(rows) or rows
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerows(rows)


def put(file, row, column, value):
    """Put a value into a cell; rows count as in the file, the header being row 1."""

    def edit(rows):
        rows[row - 1][rows[0].index(column)] = value

    change(file, edit)


CELLS = {
    "not a number": (6, "age_years", "seven", "5", "expected a number (years)"),
    "number with a unit": (6, "age_years", "7 y", "5", "expected a number (years)"),
    "decimal comma": (6, "age_years", "0,7", "5", "expected a number (years)"),
    "nan": (6, "age_years", "nan", "5", "expected a number (years)"),
    "inf": (6, "first_dli_cd3_per_kg", "inf", "5", "expected a number (CD3+ cells/kg)"),
    "more than a float holds": (6, "first_dli_cd3_per_kg", "1e400", "5", "expected a number (CD3+ cells/kg)"),
    "underscore": (6, "first_dli_cd3_per_kg", "1_000_000", "5", "expected a number (CD3+ cells/kg)"),
    "full-width digits": (6, "age_years", "１２", "5", "expected a number (years)"),
    "Arabic digits": (6, "age_years", "١٢", "5", "expected a number (years)"),
    "hexadecimal": (6, "age_years", "0x10", "5", "expected a number (years)"),
    "blank around a number": (6, "age_years", " 7", "5", "expected a number (years)"),
    "no-break space": (6, "age_years", "7\u00a0", "5", "expected a number (years)"),
    "number below its range": (6, "age_years", "-1", "5", "expected 0 to 120 (years)"),
    "number above its range": (6, "age_years", "120.5", "5", "expected 0 to 120 (years)"),
    "unknown code": (6, "follow_up", "Lost", "5", "expected one of Alive, Alive after second allo-HSCT, Death"),
    "code in another case": (6, "follow_up", "death", "5", "expected one of Alive, "),
    "code with a blank": (6, "follow_up", "Death ", "5", "expected one of Alive, "),
    "blank before an identifier": (6, "patient", " 5", " 5", "no blanks around an identifier"),
    "blank after an identifier": (6, "patient", "5 ", "5 ", "no blanks around an identifier"),
    "no identifier": (6, "patient", "", "", "a value is required"),
}


@pytest.mark.parametrize(("row", "column", "value", "patient", "rule"), CELLS.values(), ids=CELLS)
def test_a_cell_that_breaks_a_rule_is_the_only_finding(cohort_copy, listing, row, column, value, patient, rule):
    put(listing, row, column, value)
    before = listing.read_bytes()
    (finding,) = refuse(cohort_copy)
    assert finding.rule.startswith(rule)
    assert finding == Finding("patient_listing", row, patient, column, value, finding.rule, "error")
    assert listing.read_bytes() == before


@pytest.mark.parametrize("value", ["0", "120", "7", "7.25", "5.", ".5", "1e1", "+7", "007"])
def test_plain_numbers_are_read(cohort_copy, listing, value):
    """The limits belong to the range; all of these are written by spreadsheets."""
    put(listing, 6, "age_years", value)
    assert read(cohort_copy).tables["patient_listing"]["age_years"].to_list()[4] == float(value)


WHOLE_NUMBERS = {"half a patient": "2.5", "no count": "", "a word": "two", "negative": "-1", "too many": "100001"}


@pytest.mark.parametrize("value", WHOLE_NUMBERS.values(), ids=WHOLE_NUMBERS)
def test_counts_are_whole_required_and_in_range(cohort_copy, value):
    put(cohort_copy / "raw" / "reported_counts.csv", 3, "patients", value)
    (finding,) = refuse(cohort_copy)
    assert (finding.table, finding.row, finding.column, finding.value) == ("reported_counts", 3, "patients", value)


DATES = {
    "day and month turned round": "31.01.2020",
    "two-digit year": "20-01-31",
    "no such day": "2020-02-30",
    "week": "2020-W05-5",
    "without dashes": "20200131",
    "with a time": "2020-01-31T00:00",
    "a serial number": "43861",
    "a word": "unknown",
    "beyond what the tables can hold": "9999-12-31",
    "before what the tables can hold": "1200-01-01",
}


@pytest.mark.parametrize("value", DATES.values(), ids=DATES)
def test_dates_are_iso_dates(write_study, value):
    """9999-12-31 is a common stand-in for "no date"; pandas holds 1677 to 2262."""
    tables = {
        "patient_listing": [{"patient": "1"}, {"patient": "2"}],
        "blinatumomab": [{"patient": "1", "start_date": "2020-01-01"}, {"patient": "2", "start_date": value}],
    }
    (finding,) = refuse(write_study(tables))
    place = (finding.table, finding.row, finding.patient, finding.column, finding.value)
    assert place == ("blinatumomab", 3, "2", "start_date", value)


def test_a_date_is_read_as_its_day(write_study):
    tables = {
        "patient_listing": [{"patient": "1"}],
        "blinatumomab": [{"patient": "1", "start_date": "2020-02-29"}],
    }
    (start,) = read(write_study(tables)).tables["blinatumomab"]["start_date"]
    assert start.date() == dt.date(2020, 2, 29)


def test_a_patient_who_stands_twice_is_named_in_both_rows(cohort_copy, listing):
    put(listing, 6, "patient", "4")
    found = [(finding.row, finding.patient, finding.value, finding.rule) for finding in refuse(cohort_copy)]
    assert found == [(5, "4", "4", "each patient stands once"), (6, "4", "4", "each patient stands once")]


def test_a_patient_may_have_several_records_in_other_tables(write_study):
    tables = {
        "patient_listing": [{"patient": "1"}],
        "relapse": [{"patient": "1", "relapse_date": "2020-01-01"}, {"patient": "1", "relapse_date": "2021-01-01"}],
    }
    assert len(read(write_study(tables)).tables["relapse"]) == 2


def test_a_record_of_nobody_is_found(write_study):
    """A relapse of patient 9, who is not in the listing, would be dropped silently, which DESIGN 3 forbids."""
    tables = {
        "patient_listing": [{"patient": "1"}],
        "relapse": [{"patient": "1", "relapse_date": "2020-01-01"}, {"patient": "9", "relapse_date": "2021-01-01"}],
    }
    folder = write_study(tables)
    try:
        findings = read(folder).findings
    except DataError as error:
        findings = error.findings
    assert [(finding.table, finding.row, finding.patient) for finding in findings] == [("relapse", 3, "9")]


def test_all_faults_are_found_at_once(cohort_copy, listing):
    put(listing, 3, "age_years", "nine")
    put(listing, 6, "follow_up", "Lost")
    put(listing, 9, "dor_marrow_months", "601")
    put(cohort_copy / "raw" / "reported_counts.csv", 2, "place", "")
    found = sorted((finding.table, finding.row, finding.column) for finding in refuse(cohort_copy))
    assert found == [
        ("patient_listing", 3, "age_years"),
        ("patient_listing", 6, "follow_up"),
        ("patient_listing", 9, "dor_marrow_months"),
        ("reported_counts", 2, "place"),
    ]


def test_a_missing_file_is_named_with_the_place_looked_at(cohort_copy, listing):
    listing.unlink()
    (finding,) = refuse(cohort_copy)
    assert finding.rule == f"the file is missing; looked for {listing}"
    assert finding == Finding("patient_listing", None, "", "", "", finding.rule, "error")


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("patient_listing", "patient"),  # required by the dictionary
        ("patient_listing", "age_years"),  # used by a variable
        ("patient_listing", "gvhd"),  # used by a condition
        ("patient_listing", "dor_marrow_months"),  # used by a variable and the swimmer plot
        ("reported_counts", "denominator"),  # required by the dictionary
    ],
)
def test_a_missing_column_is_named(cohort_copy, table, column):
    def drop(rows):
        place = rows[0].index(column)
        return [row[:place] + row[place + 1 :] for row in rows]

    change(cohort_copy / "raw" / f"{table}.csv", drop)
    assert refuse(cohort_copy) == [Finding(table, 1, "", column, "", "the column is missing", "error")]


def test_a_missing_column_that_nothing_uses_is_no_fault(write_study):
    """The dictionary does not require it and study.yml does not name it."""
    raw = read(write_study({"patient_listing": [{"patient": "1", "age_years": "3"}]}))
    assert raw.findings == ()
    assert list(raw.tables["patient_listing"].columns) == ["patient", "age_years"]


def test_a_ragged_row_is_named(cohort_copy, listing):
    change(listing, lambda rows: [*rows[:6], rows[6][:-1], rows[7], [*rows[8], "one more"], *rows[9:]])
    found = [(finding.row, finding.rule) for finding in refuse(cohort_copy)]
    assert found == [(7, "expected 12 cells, found 11"), (9, "expected 12 cells, found 13")]


def test_an_empty_line_is_named(cohort_copy, listing):
    change(listing, lambda rows: [*rows[:6], [], *rows[6:]])
    assert [(finding.row, finding.rule) for finding in refuse(cohort_copy)] == [(7, "expected 12 cells, found 0")]


def test_a_column_that_stands_twice_is_named(cohort_copy, listing):
    change(listing, lambda rows: [[*row, row[2]] for row in rows])
    assert refuse(cohort_copy) == [
        Finding("patient_listing", 1, "", "age_years", "", "the column stands twice", "error")
    ]


CONTENTS = {
    "empty": (b"", "the file is empty, it has no header"),
    "header only": (b"patient,age_years\n", "the file has no records"),
    "not UTF-8": ("patient\nJosé\n".encode("latin-1"), "the file is not UTF-8 (byte 11)"),
    "UTF-16": (codecs.BOM_UTF16_LE + "patient\n1\n".encode("utf-16-le"), "the file is not UTF-8 (byte 0)"),
    "a workbook": (b"PK\x03\x04\x00\x00\x08\x00\xff\xfe", "the file is not"),
    "an open quote": (b'patient\n"1\n', "the file is not readable as CSV"),
}


@pytest.mark.parametrize(("content", "rule"), CONTENTS.values(), ids=CONTENTS)
def test_a_file_that_is_no_table_is_one_finding(cohort_copy, listing, content, rule):
    listing.write_bytes(content)
    (finding,) = refuse(cohort_copy)
    assert (finding.table, finding.row) == ("patient_listing", None)
    assert finding.rule.startswith(rule)


def test_the_mark_that_excel_writes_and_its_line_ends_are_accepted(cohort_copy, listing):
    content = listing.read_bytes()
    listing.write_bytes(codecs.BOM_UTF8 + content.replace(b"\n", b"\r\n"))
    marked = read(cohort_copy).tables["patient_listing"]
    listing.write_bytes(content)
    assert marked.equals(read(cohort_copy).tables["patient_listing"])


def test_an_unknown_column_is_a_warning(cohort_copy, listing):
    change(listing, lambda rows: [[*row, "note" if place == 0 else "x"] for place, row in enumerate(rows)])
    raw = read(cohort_copy)
    rule = "the column is not in data/dictionary.csv and is not used"
    assert raw.findings == (Finding("patient_listing", 1, "", "note", "", rule, "warning"),)
    assert "note" not in raw.tables["patient_listing"]


def test_an_unused_file_is_a_warning(cohort_copy):
    (cohort_copy / "raw" / "relapse.csv").write_text("patient,relapse_date\n1,2020-01-01\n", "utf-8")
    raw = read(cohort_copy)
    (finding,) = raw.findings
    assert (finding.table, finding.row, finding.severity) == ("relapse", None, "warning")
    assert "relapse" not in raw.tables


def test_warnings_are_reported_and_change_no_result(cohort, cohort_copy):
    (cohort_copy / "raw" / "relapse.csv").write_text("patient,relapse_date\n1,2020-01-01\n", "utf-8")
    data = open_cut(str(cohort_copy), "published")
    assert len(data.findings) == 1
    assert data.results.equals(cohort.results)


def test_a_declared_table_that_nobody_described_is_found(write_study):
    folder = write_study({"patient_listing": [{"patient": "1"}], "made_up": [{"patient": "1"}]})
    assert [finding.rule for finding in refuse(folder)] == ["the table is not in data/dictionary.csv"]


def test_cells_are_read_as_they_stand(write_study):
    """An empty cell is missing; words that spreadsheets or pandas take for missing are texts."""
    words = ["NA", "None", "null", "nan", "No", "0", " x "]
    records = [{"patient": f"{place}", "section": word} for place, word in enumerate(["", *words])]
    section = read(write_study({"patient_listing": records})).tables["patient_listing"]["section"]
    assert section.to_list() == [None, *words]


def test_missing_numbers_are_missing_and_identifiers_stay_text(write_study):
    records = [{"patient": "007", "age_years": ""}, {"patient": "1e3", "age_years": "3"}]
    table = read(write_study({"patient_listing": records})).tables["patient_listing"]
    assert table["patient"].to_list() == ["007", "1e3"]
    assert np.isnan(table["age_years"].iloc[0])
    assert table.index.to_list() == [1, 2]


def test_counts_that_contradict_themselves_are_findings(cohort_copy):
    """More patients than there are, and the same count twice: faults of the data (exit 1), not of the program."""
    file = cohort_copy / "raw" / "reported_counts.csv"
    put(file, 3, "patients", "18")
    with pytest.raises(DataError, match="reported_counts"):
        open_cut(str(cohort_copy), "published")


def test_a_count_that_stands_twice_is_a_finding(cohort_copy):
    change(cohort_copy / "raw" / "reported_counts.csv", lambda rows: [*rows, rows[1]])
    with pytest.raises(DataError, match="reported_counts"):
        open_cut(str(cohort_copy), "published")


def test_a_workbook_beside_the_tables_is_not_overlooked(cohort_copy):
    """A file that nobody reads is a warning: somebody put it there to be read."""
    (cohort_copy / "raw" / "patient_listing.xlsx").write_bytes(b"PK")
    (finding,) = read(cohort_copy).findings
    assert (finding.table, finding.severity) == ("patient_listing", "warning")
    assert "tables are read from .csv files, this is patient_listing.xlsx" in finding.rule
