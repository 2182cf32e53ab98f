"""Tables: cells as text, escaped, the same bytes every time, with the cohort's numbers in them."""

import csv
import io

import pandas as pd
import pytest

from helpers.display import tables
from helpers.display.absence import NOT_DECLARED, Absence
from helpers.display.table import make_table
from helpers.results.changes import compare_with_last
from helpers.results.cut import open_cut

ALL = {
    "adverse events": lambda data: tables.make_table_adverse_events(data),
    "all claims": lambda data: tables.make_table_all_claims(data),
    "at times": lambda data: tables.make_table_at_times(data, ["DOR", "DORANY"]),
    "baseline": lambda data: tables.make_table_baseline(data),
    "candidates": lambda data: tables.make_table_candidates(data, "DOR"),
    "contradicted": lambda data: tables.make_table_contradicted(data),
    "decisions": lambda data: tables.make_table_decisions(data, "DOR"),
    "endpoints": lambda data: tables.make_table_endpoints(data),
    "gvhd": lambda data: tables.make_table_gvhd(data, ["GVHDANY", "AGVHD"]),
    "key results": lambda data: tables.make_table_key_results(data, ["OS", "DOR", "CIR"], ["AE3", "CRS", "CGVHD"]),
    "listing": lambda data: tables.make_table_listing(data),
    "maturity": lambda data: tables.make_table_maturity(data, ["OS", "DOR", "DORANY"]),
    "medians": lambda data: tables.make_table_medians(data, ["DOR", "DORANY"]),
    "never seen": lambda data: tables.make_table_never_seen(data),
    "outcomes": lambda data: tables.make_table_outcomes(data, ["RELAPSE", "RELBM"], "relapse"),
    "populations": lambda data: tables.make_table_populations(data),
    "printed survival": lambda data: tables.make_table_printed_survival(data),
    "reconciliation": lambda data: tables.make_table_reconciliation(data),
    "reported": lambda data: tables.make_table_reported(data),
    "response": lambda data: tables.make_table_response(data),
    "verdicts": lambda data: tables.make_table_verdicts(data),
}


OF_PROTOCOLS = {
    "adherence": lambda data: tables.make_table_adherence(data),
    "benchmarks": lambda data: tables.make_table_benchmarks(data),
    "changed numbers": lambda data: tables.make_table_changed_numbers(compare_with_last(data), "response"),
    "eligibility": lambda data: tables.make_table_eligibility(data),
    "exposure": lambda data: tables.make_table_exposure(data),
    "findings": lambda data: tables.make_table_findings(data),
    "incidence": lambda data: tables.make_table_incidence(data, ["CIR"]),
    "later states": lambda data: tables.make_table_later_states(data),
    "method changes": lambda data: tables.make_table_method_changes(compare_with_last(data)),
    "new patients": lambda data: tables.make_table_new_patients(compare_with_last(data)),
    "patient changes": lambda data: tables.make_table_patient_changes(compare_with_last(data)),
    "safety": lambda data: tables.make_table_safety(data, ["CRS"], "crs"),
    "source values": lambda data: tables.make_table_source_values(compare_with_last(data)),
    "terms": lambda data: tables.make_table_terms(data),
}
"""What a published listing does not declare; see test_tables_protocol, and test_changes for those of two cuts."""


def test_every_table_is_tested():
    names = {"make_table_" + name.replace(" ", "_") for name in (*ALL, *OF_PROTOCOLS)}
    assert names == set(tables.__all__)


@pytest.mark.parametrize("make", OF_PROTOCOLS.values(), ids=OF_PROTOCOLS)
def test_what_a_published_cohort_does_not_declare_is_not_missed(cohort, make):
    absence = make(cohort)
    assert isinstance(absence, Absence)
    assert absence.reason == NOT_DECLARED


@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_the_same_call_gives_the_same_bytes(cohort, make):
    first, second = make(cohort)._repr_mimebundle_(), make(cohort)._repr_mimebundle_()
    assert first == second
    assert set(first) == {"text/html", "text/csv", "text/plain"}
    assert "<table" in first["text/html"]  # DESIGN 13: only HTML with a table is read into one


@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_cells_are_text_without_gaps_or_binary_noise(cohort, make):
    cells = make(cohort).cells
    assert len(cells) > 0
    for cell in cells.to_numpy().ravel():
        assert isinstance(cell, str)
        assert cell not in {"nan", "None", "NaN", "<NA>"}
        assert "00000" not in cell or "100000" in cell
    assert not cells.columns.duplicated().any()


@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_the_delivered_file_has_the_cells_under_headings_that_differ(cohort, make):
    table = make(cohort)
    headings, *rows = csv.reader(io.StringIO(table._repr_mimebundle_()["text/csv"]))
    assert rows == table.cells.to_numpy().tolist()
    assert headings == [heading.strip() for heading in headings]
    assert len(set(headings)) == len(headings)
    if not any(column != column.strip() for column in table.cells):
        assert headings == list(table.cells.columns)


def test_headings_that_repeat_have_their_spanner():
    """The blank that keeps columns apart is neither seen nor delivered; what does not repeat stays as it is."""
    cells = pd.DataFrame({"Months": ["6"], "At risk": ["9"], "At risk ": ["4"], "Note ": ["none"]})
    spanners = {"All patients": ["At risk"], "MRD-positive": ["At risk ", "Note "]}
    table = make_table(cells, "spanned", stub="Months", spanners=spanners)
    assert table._repr_mimebundle_()["text/csv"] == (
        "Months,All patients: At risk,MRD-positive: At risk,Note\n6,9,4,none\n"
    )
    assert list(table.cells.columns) == list(cells.columns)
    assert "MRD-positive: At risk" not in table.gt.as_raw_html()


@pytest.mark.parametrize("place", ["cell", "stub", "group", "heading", "spanner", "stub heading", "note"])
def test_markup_in_a_text_shows_as_text(place):
    """Whatever others wrote into a raw table or study.yml is text in the report."""
    bad = "<script>alert('x')</script> & <5%"

    def text(where, other):
        return bad if where == place else other

    cells = pd.DataFrame({
        text("stub heading", "Row"): [text("stub", "first")],
        "Group": [text("group", "all")],
        text("heading", "Value"): [text("cell", "1")],
    })  # fmt: skip
    table = make_table(
        cells,
        "markup",
        stub=cells.columns[0],
        groups="Group",
        spanners={text("spanner", "Wide"): [cells.columns[2]]},
        notes=[text("note", "A note.")],
    )
    html = table._repr_mimebundle_()["text/html"]
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "&lt;5%" in html
    assert "&amp;lt;" not in html


def test_the_listing_shows_raw_text_as_text(cohort_copy):
    listing = cohort_copy / "raw" / "patient_listing.csv"
    listing.write_text(listing.read_text("utf-8").replace("FLAIDA", "<b>FLAIDA</b>"), "utf-8")
    html = tables.make_table_listing(open_cut(str(cohort_copy), "published"))._repr_mimebundle_()["text/html"]
    assert "&lt;b&gt;FLAIDA&lt;/b&gt;" in html
    assert "<b>FLAIDA" not in html


def test_the_listing_is_table_3(cohort):
    """17 rows, patient 5 as printed; patients 6 and 14 have a dash for relapse."""
    cells = tables.make_table_listing(cohort).cells.set_index("No.")
    assert len(cells) == 17
    assert cells.loc["5"].to_list()[:9] == [
        "0.7", "Relapse", "1", "FLAIDA", "1×10⁵", "Molecular MRD", "No", "7", "Extramedullar",
    ]  # fmt: skip
    assert cells.loc["10", "Marrow response, mo"] == "3.5"
    assert cells.loc[["6", "14"], "Relapse"].to_list() == ["–", "–"]


def test_baseline_is_worked_out_by_hand(cohort):
    """From Table 3: age 10 (0.7–18); of relapsed 0.7 4 8 8 9 10 10 11 13 16 18, of MRD 0.8 1 9 10 11 16.

    Five of 17, all relapsed, had chemotherapy.
    """
    cells = tables.make_table_baseline(cohort).cells.set_index("Characteristic")
    assert list(cells.columns) == [
        "All patients (n\u00a0=\u00a017)",
        "Bone marrow relapse (n\u00a0=\u00a011)",
        "Minimal residual disease (n\u00a0=\u00a06)",
    ]
    assert cells.loc["Age, years"].to_list() == ["10 (0.7–18)", "10 (0.7–18)", "9.5 (0.8–16)"]
    chemotherapy = cells.loc["Cytoreductive chemotherapy before blinatumomab"]
    assert chemotherapy.to_list() == ["5 (29%)", "5 (45%)", "0 (0%)"]


def test_response_has_every_denominator(cohort):
    cells = tables.make_table_response(cohort).cells
    row = cells[(cells["Response"] == "Complete remission") & (cells["Patients treated"] == "All patients")].iloc[0]
    assert row.to_list()[2:] == ["15/17", "88%", "64–99"]


def test_the_decisions_are_those_of_table_3(cohort):
    cells = tables.make_table_decisions(cohort, "DOR").cells.set_index("Patient")
    assert len(cells) == 15
    assert cells.loc["3"].to_list() == [
        "16",
        "event",
        "Marrow relapse",
        "patient_listing, record 3, dor_marrow_months",
    ]
    assert cells.loc["10"].to_list()[:3] == ["3.5", "censoring", "In remission at last report"]


def test_the_candidates_are_those_of_the_first_patient_with_the_most(cohort):
    """Patient 1: a relapse at 1 month that decides, and the last report; no responder has more than two."""
    cells = tables.make_table_candidates(cohort, "DOR").cells
    assert cells.values.tolist() == [
        ["1", "Marrow relapse", "event", "1", "decides"],
        ["1", "Last report of the marrow", "censoring", "1", "considered"],
    ]
    chosen = tables.make_table_candidates(cohort, "DOR", patient="17").cells
    assert set(chosen["Patient"]) == {"17"}


def test_the_contradicted_claims_come_with_what_was_found(cohort):
    cells = tables.make_table_contradicted(cohort).cells.set_index("Claim")
    assert set(cells.index) == {"T1-26", "R22", "D08", "R27", "R28", "S07", "R18", "U07"}
    assert "Impossible as a Kaplan–Meier interval of 17 patients with up to 4 deaths" in cells.loc["S07", "Reason"]
    assert cells.loc["T1-26", "Recomputed"] == "8 (1–31)"
    assert cells.loc["R22", "Recomputed"] == "8 (1–55)"
    assert "3 of 15 is 20.0%" in cells.loc["R27", "Reason"]
    assert "3 of 17: 17.6%" in cells.loc["R27", "Reason"]


def test_the_verdicts_add_up(cohort):
    cells = tables.make_table_verdicts(cohort).cells.set_index("Place").astype(int)
    assert (cells.drop(columns="Claims").sum(axis=1) == cells["Claims"]).all()
    assert (cells.drop(index="Whole paper").sum() == cells.loc["Whole paper"]).all()


def test_not_derivable_endpoints_add_up_as_not_derivable(cohort):
    cells = tables.make_table_reconciliation(cohort).cells.set_index("Endpoint")
    assert cells["Adds up"].to_list() == ["yes", "yes", "not derivable", "not derivable"]
    assert cells.loc["Duration of marrow response"].to_list() == ["7", "8", "15", "yes"]


def test_a_study_without_printed_counts_does_not_declare_them(write_study):
    """DESIGN 2 and 8: a study need not have aggregate counts, claims or adverse events."""
    data = open_cut(str(write_study(endpoints=[ENDPOINT])), "first")
    for name in ("reported", "adverse events", "never seen", "verdicts", "contradicted", "all claims", "response"):
        assert ALL[name](data).reason == NOT_DECLARED


ENDPOINT = {
    "param": "DOR",
    "label": "Duration",
    "definition": "As said.",
    "population": "SAFFL",
    "origin": {"label": "response"},
    "events": [{"label": "Relapse", "time": "patient_listing.dor_marrow_months"}],
    "censoring": [{"label": "Last", "time": "patient_listing.dor_marrow_months"}],
}
