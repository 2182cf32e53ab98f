"""Tables of a protocol with event-level data: worked out by hand from ten patients, held to the results of the study.

The ten patients are described in tests/datasets/ten_patients/README.md; eight of them are treated at the cut, T01, T03,
T05 and T08 for haematological relapse, T02, T04, T06 and T07 for MRD.
"""

import re
from dataclasses import replace

import pandas as pd
import pytest
import yaml

from datasets.ten_patients.folder import CUT, change_raw, write_study
from helpers.display import tables
from helpers.display.absence import NOT_DECLARED, NOT_DERIVABLE, Absence, NotDerivableError, NotInStudyError
from helpers.display.lookup import count_patients, find_survival_endpoints, find_test, get_event_counts
from helpers.display.table import Table
from helpers.results.cut import CutData, open_cut
from helpers.results.safety import list_terms, make_term_keys
from helpers.study.paths import DATA

SURVIVAL = ["OS", "RFS", "DFS", "DOR", "GRFS", "CLFS"]
INCIDENCE = ["CIR", "NRM", "AGVHD24", "CGVHD"]
ALL = {
    "adherence": lambda data: tables.make_table_adherence(data),
    "at times": lambda data: tables.make_table_at_times(data, SURVIVAL),
    "baseline": lambda data: tables.make_table_baseline(data),
    "benchmarks": lambda data: tables.make_table_benchmarks(data),
    "candidates": lambda data: tables.make_table_candidates(data, "CIR"),
    "decisions": lambda data: tables.make_table_decisions(data, "CIR"),
    "eligibility": lambda data: tables.make_table_eligibility(data),
    "endpoints": lambda data: tables.make_table_endpoints(data),
    "exposure": lambda data: tables.make_table_exposure(data),
    "findings": lambda data: tables.make_table_findings(data),
    "gvhd": lambda data: tables.make_table_gvhd(data, ["GVHDANY", "AGVHD"]),
    "incidence": lambda data: tables.make_table_incidence(data, INCIDENCE),
    "key results": lambda data: tables.make_table_key_results(data, ["OS", "DOR", "CIR"], ["AE3", "CRS", "CGVHD"]),
    "later states": lambda data: tables.make_table_later_states(data),
    "listing": lambda data: tables.make_table_listing(data),
    "maturity": lambda data: tables.make_table_maturity(data, [*SURVIVAL, *INCIDENCE]),
    "medians": lambda data: tables.make_table_medians(data, SURVIVAL),
    "outcomes": lambda data: tables.make_table_outcomes(data, ["RELAPSE", "DEATH", "NEWTHER"], "outcomes"),
    "populations": lambda data: tables.make_table_populations(data),
    "reconciliation": lambda data: tables.make_table_reconciliation(data),
    "response": lambda data: tables.make_table_response(data),
    "safety": lambda data: tables.make_table_safety(data, ["AE", "CRS", "INFECT", "HAEM", "GVHD"], "safety"),
    "terms": lambda data: tables.make_table_terms(data),
}
ONLY_PRINTED = {
    "adverse events": lambda data: tables.make_table_adverse_events(data),
    "never seen": lambda data: tables.make_table_never_seen(data),
    "printed survival": lambda data: tables.make_table_printed_survival(data),
    "reported": lambda data: tables.make_table_reported(data),
    "verdicts": lambda data: tables.make_table_verdicts(data),
}


@pytest.fixture(scope="module")
def ten(tmp_path_factory) -> CutData:
    return open_cut(str(write_study(tmp_path_factory.mktemp("ten") / "ten")), CUT)


@pytest.fixture(scope="module")
def first_day(tmp_path_factory) -> CutData:
    """T01 alone, on the second day of treatment: nobody has responded, one stratum is empty."""
    return open_cut(str(write_study(tmp_path_factory.mktemp("day") / "ten", cuts=["2024-01-02"])), "2024-01-02")


@pytest.fixture(scope="module")
def minimal(tmp_path_factory) -> CutData:
    """The study with its required tables only."""
    folder = write_study(tmp_path_factory.mktemp("minimal") / "ten")
    for file in (folder / "raw").glob("*.csv"):
        if file.stem not in {"patients", "followup"}:
            file.unlink()
    return open_cut(str(folder), CUT)


@pytest.fixture(scope="module")
def two_comparisons(tmp_path_factory) -> CutData:
    folder = write_study(tmp_path_factory.mktemp("two") / "ten")
    return open_cut(str(redeclare(folder, strata=["DISSTAT", "SEX"], comparisons=["DISSTAT", "SEX"])), CUT)


@pytest.fixture(scope="module")
def not_compared(tmp_path_factory) -> CutData:
    folder = write_study(tmp_path_factory.mktemp("none") / "ten")
    return open_cut(str(redeclare(folder, comparisons=[])), CUT)


def redeclare(folder, **changes):
    file = folder / "study.yml"
    file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text("utf-8")) | changes, allow_unicode=True), "utf-8")
    return folder


def get_notes(table: Table) -> str:
    return " ".join(re.findall(r'class="gt_from_md">(.*?)</span>', table.gt.as_raw_html()))


def check_cells(table: Table) -> None:
    assert len(table.cells) > 0
    assert not table.cells.columns.duplicated().any()
    for cell in table.cells.to_numpy().ravel():
        assert isinstance(cell, str)
        assert not re.search(r"nan|NaT|None|<NA>|00000|––", cell)
        assert len(cell) < 60 or " " in cell


@pytest.mark.parametrize("study", ["ten", "first_day", "two_comparisons", "not_compared"])
@pytest.mark.parametrize("name", ALL)
def test_cells_are_text(request, study, name):
    made = ALL[name](request.getfixturevalue(study))
    if isinstance(made, Absence):
        assert study == "first_day"
        # whose tables have no faults has none to list
        assert made.reason == (NOT_DECLARED if name == "findings" else NOT_DERIVABLE)
    else:
        check_cells(made)


@pytest.mark.parametrize("name", ALL)
def test_the_same_call_gives_the_same_bytes(ten, name):
    assert ALL[name](ten)._repr_mimebundle_() == ALL[name](ten)._repr_mimebundle_()


@pytest.mark.parametrize("name", sorted(set(ALL) - {"endpoints"}))
def test_a_page_is_wide_enough(ten, name):
    assert len(ALL[name](ten).cells.columns) <= 9  # of which one may head groups of rows


@pytest.mark.parametrize("name", ONLY_PRINTED)
def test_what_only_published_cohorts_have_is_not_missed(ten, name):
    assert ONLY_PRINTED[name](ten).reason == NOT_DECLARED


@pytest.mark.parametrize("name", ALL)
def test_two_tables_are_enough_for_an_answer(minimal, name):
    """With patients and follow-up there is survival; the rest names what is missing and never shows 0."""
    made = ALL[name](minimal)
    if name in {"adherence", "candidates", "decisions", "exposure", "gvhd", "incidence", "later states", "response",
                "safety", "terms"}:  # fmt: skip
        assert made.reason == NOT_DERIVABLE
        assert re.search(r"not derivable.*missing raw tables? ", made)
    else:
        check_cells(made)


def test_not_derivable_is_not_zero(minimal):
    outcomes = ALL["outcomes"](minimal)
    relapse = outcomes.cells.set_index("Outcome").loc["Relapse at any site"]
    assert relapse.to_list() == ["Patients in complete remission within two cycles", *["not derivable"] * 3, "–"]
    assert "Another treatment of the leukaemia: not derivable: missing raw table subseq" in get_notes(outcomes)
    benchmarks = ALL["benchmarks"](minimal).cells.set_index("Estimate")
    assert benchmarks.loc["Median relapse-free survival of responders", "This study (95% CI)"] == "not derivable"
    cells = ALL["reconciliation"](minimal).cells
    assert cells["Adds up"].value_counts().to_dict() == {"not derivable": 11, "yes": 3}  # overall survival, 2 strata
    assert "Relapse-free survival, " in get_notes(ALL["medians"](minimal))


def test_lookup_says_why(minimal):
    with pytest.raises(NotDerivableError, match=r"^Patients with a donor lymphocyte infusion .*: .*raw table dli"):
        count_patients(minimal, "DLIFL")
    with pytest.raises(NotDerivableError, match=r"Disease-free survival is not derivable \(missing raw tables"):
        find_survival_endpoints(minimal, ["DFS"])
    with pytest.raises(NotInStudyError, match="no survival curve of PFS") as absence:
        find_survival_endpoints(minimal, ["PFS"])
    assert not isinstance(absence.value, NotDerivableError)


def test_whichever_test_stands_for_the_keys(ten):
    """Four against four, blasts 20-80 against 0-2: no overlap, the exact p-value is 2 of 70."""
    blasts = find_test(ten, population="SAFFL", group="DISSTAT", variable="BLASTS")
    assert blasts.p_value == pytest.approx(2 / 70)
    assert blasts.method == "Mann-Whitney test, exact"
    assert find_test(ten, param="CR", population="SAFFL", group="DISSTAT").method == "Fisher's exact test"
    assert find_test(ten, param="OS", population="SAFFL", group="DISSTAT").method == "log-rank test"
    assert find_test(ten, param="CIR", population="RESPFL", group="DISSTAT").method == "Gray's test"
    with pytest.raises(NotInStudyError, match="no test of population=SAFFL, variable=WEIGHT"):
        find_test(ten, population="SAFFL", variable="WEIGHT")


def test_eligibility_is_counted_by_criterion(tmp_path):
    """Nine screened; T01 treated at 70 years, T09 has an infection and is not treated, of T02 it is not recorded."""
    folder = write_study(tmp_path / "ten")
    change_raw(folder, "patients", 1, age_years="70")
    change_raw(folder, "patients", 9, severe_infection="Y")
    change_raw(folder, "patients", 2, severe_infection="")
    table = tables.make_table_eligibility(open_cut(str(folder), CUT))
    cells = table.cells.set_index("Criterion").drop(columns="Kind")
    assert cells.loc["Age 65 years or younger"].to_list() == ["8", "1", "0", "1"]
    assert cells.loc["No severe infection"].to_list() == ["7", "1", "1", "0"]
    assert cells.loc["No organ failure"].to_list() == ["9", "0", "0", "0"]
    assert "Of 9 screened patients, 2 failed at least one criterion: 1 not treated, 1 treated" in get_notes(table)


def test_baseline_with_tests(ten):
    """Blasts: relapse 45 80 20 35, MRD 1 2 1 0. Sex: three of four against one of four, Fisher 34/70."""
    table = ALL["baseline"](ten)
    cells = table.cells.set_index("Characteristic")
    assert cells.loc["Bone marrow blasts, %"].to_list() == ["11 (0–80)", "1 (0–2)", "40 (20–80)", "0.03†"]
    assert cells.loc["Sex", "p"] == "0.49‡"
    assert cells.loc["Female"].to_list() == ["4 (50%)", "1 (25%)", "3 (75%)", ""]
    assert "p: † Mann-Whitney test, exact; ‡ Fisher's exact test; two-sided" in get_notes(table)
    assert "level of significance 0.05" in get_notes(table)


def test_baseline_counts_who_is_not_recorded(tmp_path):
    folder = write_study(tmp_path / "ten")
    change_raw(folder, "patients", 1, donor="", marrow_blasts_percent="")
    cells = ALL["baseline"](open_cut(str(folder), CUT)).cells.set_index("Characteristic")
    assert cells.loc["Not recorded"].to_list() == ["1", "0", "1", ""]
    assert cells.loc["Bone marrow blasts, %"].to_list()[2] == "35 (20–80; 1 missing)"


def test_several_comparisons_have_a_column_each(two_comparisons, not_compared):
    cells = ALL["baseline"](two_comparisons).cells
    assert list(cells.columns[-2:]) == ["p, Disease before blinatumomab", "p, Sex"]
    assert not any(column.startswith("p") for column in ALL["baseline"](not_compared).cells)
    assert "no test was made" in get_notes(ALL["baseline"](not_compared))


def test_exposure_in_readable_units(ten):
    """Days 21 10 28 4 15 12 11 10; infusions of 7 5 4 12 8 and 10 times 10⁷ cells, T03 and T07 without one."""
    cells = ALL["exposure"](ten).cells.set_index("Treatment")
    assert cells.loc["Days on drug, first course", "All patients (n\u00a0=\u00a08)"] == "11.5 (4–28)"
    doses = cells.loc["First infusion, mononuclear cells per kg"].to_list()
    assert doses[0] == "7.5×10⁷ (4×10⁷–1.2×10⁸), n\u00a0=\u00a06"
    assert doses[2] == "1×10⁸ (7×10⁷–1.2×10⁸), n\u00a0=\u00a03"
    # T01: 4 days of 9 µg, 3 of 11.66, 14 of 28 = 462.98; T05 287, T03 658.98, T08 154.98
    assert cells.loc["Cumulative dose, first course, µg"].to_list()[2] == "375 (155–659)"


def test_adherence_has_the_denominator_of_each_line(ten):
    """T07 is still on drug; T04 has too few days, T03 too many. T03 is no candidate for an infusion, T07 not yet."""
    table = ALL["adherence"](ten)
    lines = table.cells.values.tolist()
    assert lines[:4] == [
        ["Days on drug, first course", "5/7 (71%; 29–96)", "2/3 (67%; 9–99)", "3/4 (75%; 19–99)"],
        ["Too few days", "1/7", "1/3", "0/4"],
        ["Too many days", "1/7", "0/3", "1/4"],
        ["Not judged: not yet due", "1/8", "1/4", "0/4"],
    ]
    assert ["Not judged: not applicable", "1/8", "0/4", "1/4"] in lines
    notes = get_notes(table)
    assert "9 µg/day from day 1, 11.66 µg/day from day 5 and 28 µg/day from day 8, for 8 to 21 days" in notes
    assert "5×10⁷ to 1×10⁸ mononuclear cells/kg, within 42 days" in notes
    assert "Second course: 1 to 2 months" in notes


def test_response_in_both_populations(ten):
    """Six of eight are in remission; T04 had no marrow that could be judged, so six of seven are evaluable."""
    cells = ALL["response"](ten).cells
    remission = cells[cells["Response"] == "Complete remission"].iloc[:, 1:].values.tolist()
    assert remission == [
        ["All treated patients (N\u00a0=\u00a08)", "6/8 (75%; 35–97)", "3/4 (75%; 19–99)", "3/4 (75%; 19–99)", ">0.99"],
        ["Treated patients with a marrow assessment within two cycles (N\u00a0=\u00a07)",
         "6/7 (86%; 42–100)", "3/3 (100%; 29–100)", "3/4 (75%; 19–99)", ">0.99"],
    ]  # fmt: skip


def test_medians_come_with_test_and_ratio(ten):
    """OS: deaths on days 160, 300, 100 of relapse, 200 of MRD: too few for a ratio, and the notes say so."""
    table = ALL["medians"](ten)
    overall = table.cells[table.cells["Endpoint"] == "Overall survival"].set_index("Stratum")
    assert overall["Events"].to_list() == ["4", "1", "3"]
    assert overall["Hazard ratio (95% CI)"].to_list() == ["", "reference", "–"]
    assert overall["p"].to_list() == ["0.13", "", ""]
    notes = get_notes(table)
    few = "MRD-positive: 1 event; Haematological relapse: 3 events; a hazard ratio needs at least 5 in each"
    assert f"–, no hazard ratio for overall survival: {few}." in notes
    assert "p: log-rank test; two-sided" in notes


def test_times_by_stratum(ten, not_compared):
    """OS at 6 months (182.6 days): of MRD all four live, T07 followed for 10 days, three at risk."""
    row = ALL["at times"](ten).cells.iloc[0].to_list()
    assert row[:2] == ["Overall survival", "6"]
    assert row[4:6] == ["3", "100 (NE)"]
    assert list(ALL["at times"](not_compared).cells.columns)[2:] == ["At risk", "Without event, %", "95% CI, %"]


REGAINED = "Alive in remission, regained remissions included"


def test_regained_remissions_stand_below_the_endpoint_without_them(ten, not_compared):
    """T07 is followed for a day; T01 relapses on day 72, T05 on day 73, T08 on the day of the cut, T06 on day 134.

    At 6 months T06 is not yet in remission again: of the five followed longer than a day, T02 alone is in remission.
    T06's relapse does not count for the endpoint, and T08's is not decided: 3/5 of all, both of those with MRD.
    """
    table = tables.make_table_at_times(ten, ["DFS", "CLFS"])
    cells = table.cells[table.cells["Months"] == "6"].set_index("Endpoint").drop(columns="Months")
    assert list(cells.index) == ["Disease-free survival", "Current leukaemia-free survival", REGAINED]
    assert cells.loc["Current leukaemia-free survival"].to_list()[:4] == ["2", "60 (13–88)", "2", "100 (NE)"]
    assert cells.loc[REGAINED].to_list() == ["2", "20 (1–58)", "2", "50 (1–91)", "0", "NE"]
    assert table.cells.iloc[-1].to_list() == [REGAINED, "36", "0", "NE", "0", "NE", "0", "NE"]
    assert "no remission was seen within 90 days or until death" in get_notes(table)
    assert "Aalen-Johansen state occupation" in get_notes(table)
    overall = tables.make_table_at_times(not_compared, ["CLFS"]).cells
    assert overall[overall["Endpoint"] == REGAINED].iloc[0].to_list()[1:] == ["6", "2", "20", "1–58"]


def test_regained_remissions_without_an_estimate_say_why(ten):
    """As for more patients than the estimator takes: empty values of all patients, with a note, none by stratum."""
    mine = ten.results["analysis"] == "state_at"
    empty = ten.results.assign(
        value=ten.results["value"].mask(mine), note=ten.results["note"].mask(mine, "not estimated: too many")
    )
    table = tables.make_table_at_times(replace(ten, results=empty[~mine | (empty["group"] == "")]), ["CLFS"])
    rows = table.cells[table.cells["Endpoint"] == REGAINED]
    assert rows.iloc[:, 2:].to_numpy().tolist() == [["–", "NE"] * 3] * 4
    assert f"{REGAINED}: not estimated: too many." in get_notes(table)
    assert REGAINED not in set(tables.make_table_at_times(ten, ["DFS"]).cells["Endpoint"])


def test_the_delivered_file_names_the_stratum(ten):
    text = ALL["at times"](ten)._repr_mimebundle_()["text/csv"]
    assert text.splitlines()[0] == ",".join(
        ["Endpoint", "Months"]
        + [f"{stratum}: {heading}" for stratum in ("All patients", "MRD-positive", "Haematological relapse")
           for heading in ("At risk", "Without event")]
    )  # fmt: skip


def test_incidence_accounts_for_everybody(ten):
    """Responders T01 T02 T05 T06 T07 T08: four relapses (T06 the only of MRD), T02 dies in remission, T07 goes on."""
    table = ALL["incidence"](ten)
    cells = table.cells[table.cells["Endpoint"] == "Relapse"].set_index("Cumulative incidence")
    columns = ["All patients", "MRD-positive", "Haematological relapse"]
    assert cells.loc["Patients", columns].to_list() == ["6", "3", "3"]
    assert cells.loc["Events", columns].to_list() == ["4", "1", "3"]
    assert cells.loc["Competing events", columns].to_list() == ["1", "1", "0"]
    assert cells.loc["Censored", columns].to_list() == ["1", "1", "0"]
    assert cells.loc["At 36 months", columns].to_list() == ["NE", "NE", "NE"]
    assert cells.loc["Subdistribution hazard ratio (95% CI)", columns].to_list() == ["", "reference", "–"]
    assert "p: Gray's test" in get_notes(table)


def test_safety_has_both_strata_and_the_onset(ten):
    """CRS of T02, T04, T07 and T08, each a day after the first dose; T03 had it after CAR-T cells: too late."""
    cells = tables.make_table_safety(ten, ["CRS"], "crs").cells.set_index("Event")
    assert cells.loc["Cytokine release syndrome"].to_list()[1:] == [
        "4/8 (50%; 16–84)", "3/4 (75%)", "1/4 (25%)", "0.49", "1 (1–1)"
    ]  # fmt: skip
    assert cells.loc["ICANS"].to_list()[1:] == ["0/8 (0%; 0–37)", "0/4 (0%)", "0/4 (0%)", "–", "–"]
    assert tables.make_table_safety(ten, ["RASH"], "rash").reason == NOT_DECLARED


def test_terms_are_counted_once_a_patient_at_the_worst_grade(ten):
    """T06: neutrophils 0.4 (grade 4), platelets 20 (4), haemoglobin 79 (3). Pneumonia: T06 grade 3, T07 grade 4."""
    table = ALL["terms"](ten)
    cells = table.cells.set_index("Term")
    grades = [str(grade) for grade in range(1, 6)]
    assert cells.loc["Neutrophil count decreased", grades].to_list() == ["0", "0", "0", "1", "0"]
    assert cells.loc["Anaemia", grades].to_list() == ["0", "0", "1", "0", "0"]
    assert cells.loc["Pneumonia", ["Any grade", *grades, "Grade ≥3"]].to_list() == [
        "2 (25%)", "0", "0", "1", "1", "0", "2 (25%)"
    ]  # fmt: skip
    total = cells[grades].astype(int).sum(axis=1)
    assert (total == cells["Any grade"].str.split(" ").str[0].astype(int)).all()
    notes = get_notes(table)
    assert "until 60 days after the last dose or infusion" in notes
    assert "neutrophils below 1.8, platelets below 125 (both 10⁹/L) and haemoglobin below 115 g/L; counted" in notes
    assert not re.search(r"\d\s*×?10⁹", notes)


def test_a_single_limit_has_its_unit(tmp_path):
    folder = write_study(tmp_path / "ten")
    declared = yaml.safe_load((folder / "study.yml").read_text("utf-8"))["clinical"]
    redeclare(folder, clinical=declared | {"safety": {"lower_limits": {"anc": 1.8}}})
    assert "limit of normal: neutrophils below 1.8 (10⁹/L); counted" in get_notes(
        ALL["terms"](open_cut(str(folder), CUT))
    )


def test_what_a_term_says_is_not_taken_for_its_grade(tmp_path):
    """T01's infection of grade 3 is renamed, T06's pneumonia made mild, and T07's, of grade 4 at the cut, renamed."""
    folder = write_study(tmp_path / "ten")
    named = ["Fever", "Fever; grade 3 or higher", "A=B; grade 2"]
    change_raw(folder, "adverse_events", 1, term=named[0])
    change_raw(folder, "adverse_events", 7, term=named[1], grade="1")
    change_raw(folder, "adverse_events", 10, term=named[2])
    data = open_cut(str(folder), CUT)
    cells = ALL["terms"](data).cells.set_index("Term")
    assert cells.loc[named, ["Any grade", "1", "2", "3", "4", "5", "Grade ≥3"]].to_numpy().tolist() == [
        ["1 (13%)", "0", "0", "1", "0", "0", "1 (13%)"],
        ["1 (13%)", "1", "0", "0", "0", "0", "0 (0%)"],
        ["1 (13%)", "0", "0", "0", "1", "0", "1 (13%)"],
    ]
    assert sorted(set(named) & set(list_terms(data.results))) == sorted(named)
    assert len(cells) == len(list_terms(data.results)) == len(set(list_terms(data.results)))
    rows = data.results[data.results["variable"] == "AETERM=Fever"]
    assert set(rows["param"]) == {"AETERM", "AETERM3UP", *(f"AETERM{grade}" for grade in range(1, 6))}
    assert make_term_keys(named[2], "4") == {"param": "AETERM4", "variable": "AETERM=A=B; grade 2"}


def test_terms_without_classes_or_blood_counts(tmp_path):
    folder = write_study(tmp_path / "ten")
    events = pd.read_csv(folder / "raw" / "adverse_events.csv", dtype=str).drop(columns="soc")
    events.to_csv(folder / "raw" / "adverse_events.csv", index=False)
    (folder / "raw" / "labs.csv").unlink()
    declared = yaml.safe_load((folder / "study.yml").read_text("utf-8"))["occurrences"]
    redeclare(folder, occurrences=[item for item in declared if item["topic"] != "INFECT"])
    table = ALL["terms"](open_cut(str(folder), CUT))
    assert list(table.cells.columns)[:2] == ["Term", "Any grade"]
    assert table.cells["Term"].iloc[0] == "Cytokine release syndrome"
    assert "Blood counts: not derivable: missing raw table labs" in get_notes(table)


def test_later_states_count_events_on_both_sides(ten):
    """GVHD before relapse: T05 (day 70), T06 (chronic, day 136), T08 (day 19); T01 relapses without."""
    table = ALL["later states"](ten)
    assert table.cells.values.tolist() == [
        ["GVHD (acute II to IV, or chronic)", "Relapse", "6", "3", "3", "1", "–", "0.20"]
    ]
    assert "4 events: a hazard ratio needs at least 5" in get_notes(table)
    assert "p: Mantel-Byar test" in get_notes(table)


def test_benchmarks_are_naive(ten):
    """Of relapse: T01, T05 and T08 of four in remission; deaths on days 100, 160 and 300, T08 alive on day 121."""
    table = ALL["benchmarks"](ten)
    cells = table.cells.set_index("Estimate")
    assert cells.loc["CR or CRh within two cycles"].to_list()[:3] == ["3/4", "75% (19–99)", "45%"]
    assert cells.loc["Overall survival at 3 years"].to_list()[:3] == ["4", "NE", "18%"]
    assert cells.loc["Median overall survival"].to_list()[:3] == ["4", "5.3 (3.3–NR) mo", "8.5 mo"]
    assert "Naive comparison: other patients, no adjustment, no test." in get_notes(table)


def test_decisions_have_dates_and_stand_by_their_end(ten):
    """From the table of expected times: four relapses, then the death in remission, then who goes on."""
    cells = ALL["decisions"](ten).cells
    assert cells["Patient"].to_list() == ["T01", "T05", "T06", "T08", "T02", "T07"]
    assert cells.iloc[0].to_list() == [
        "T01", "2.4", "2024-01-29", "2024-04-10", "Event (n\u00a0=\u00a04)", "Relapse",
        "relapse, record 1, relapse_date",
    ]  # fmt: skip
    candidates = ALL["candidates"](ten).cells
    assert candidates.iloc[0].to_list() == ["T01", "Relapse", "event", "2024-01-29", "2024-04-10", "2.4", "decides"]


def test_reconciliation_adds_up_in_every_stratum(ten):
    cells = ALL["reconciliation"](ten).cells
    assert len(cells) == 3 * len(ten.study.endpoints)
    assert set(cells["Adds up"]) == {"yes"}
    numbers = cells[["Events", "Competing", "Censored", "Population"]].astype(int)
    assert (numbers.iloc[:, :3].sum(axis=1) == numbers["Population"]).all()
    for start in range(0, len(cells), 3):  # all patients, then the two strata
        assert (numbers.iloc[start] == numbers.iloc[start + 1 : start + 3].sum()).all()


def test_the_listing_shows_dates_and_dashes(ten):
    cells = ALL["listing"](ten).cells.set_index("No.")
    assert cells.loc["T01", "First dose"] == "2024-01-01"
    assert cells.loc["T09", "First dose"] == "–"


@pytest.fixture(scope="module")
def study() -> CutData:
    return open_cut(str(DATA / "zhengzhou"), "2026-06-30")


@pytest.mark.parametrize("name", ALL)
def test_the_study_itself(study, name):
    check_cells(ALL[name](study))


def test_every_table_of_the_study_agrees_with_its_results(study):
    """The counts of a table are those of results.csv, endpoint by endpoint."""
    cells = tables.make_table_incidence(study, INCIDENCE).cells
    for endpoint in study.study.endpoints:
        if endpoint.param in INCIDENCE:
            mine = cells[cells["Endpoint"] == endpoint.label].set_index("Cumulative incidence")["All patients"]
            stats = get_event_counts(study, endpoint)
            assert mine["Patients"] == f"{stats['n']:.0f}"
            assert sum(int(mine[part]) for part in ("Events", "Competing events", "Censored")) == stats["n"]
