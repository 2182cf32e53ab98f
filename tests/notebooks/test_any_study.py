"""The chapters serve every study (DESIGN 2, 8): what a study does not have is said in a sentence, not crashed on.

The cells are run here in one process; that they run in kernels of their own is seen in tests/delivery/test_report.py.
"""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from helpers.display.absence import NOT_DECLARED
from helpers.display.figures.style import Figure
from helpers.display.prose import Prose
from helpers.display.table import Table
from helpers.study.paths import DATA, NOTEBOOKS
from notebooks.running import SCRIPTS, calls, displayed

OS = {
    "param": "OS",
    "label": "Overall survival",
    "definition": "From the first dose to death.",
    "population": "SAFFL",
    "origin": {"label": "first dose", "date": "blinatumomab.start_date"},
    "events": [{"label": "Death", "date": "followup.death_date"}],
    "censoring": [{"label": "Last contact", "date": "followup.last_contact_date"}],
}
RELAPSE = {
    "param": "RELAPSE",
    "label": "Relapse",
    "when": [{"column": "patient_listing.relapse_site", "any_of": ["Combined"]}],
}
PATIENTS = {"patient_listing": [{"patient": "1", "relapse_site": "Combined"}, {"patient": "2", "relapse_site": "No"}]}
DATED = {
    **PATIENTS,
    "blinatumomab": [{"patient": p, "start_date": "2020-01-01"} for p in "12"],
    "followup": [
        {"patient": "1", "last_contact_date": "2020-06-01", "death_date": "2020-06-01"},
        {"patient": "2", "last_contact_date": "2021-01-01", "death_date": ""},
    ],
}
STUDIES = {
    "nothing but patients": ({"patient_listing": [{"patient": "1"}]}, {}),
    "an endpoint without data": (PATIENTS, {"endpoints": [OS]}),
    "survival by dates": (DATED, {"endpoints": [OS], "outcomes": [RELAPSE]}),
}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
@pytest.mark.parametrize(("raw", "declared"), STUDIES.values(), ids=STUDIES)
def test_every_chapter_serves_every_study(write_study, script, raw, declared):
    folder = write_study(raw, **declared)
    shown = list(displayed(script, str(folder), "first"))
    assert len(shown) >= 4
    assert all(isinstance(item, Table | Figure | Prose) for item in shown)
    for item in shown:
        if isinstance(item, Table | Figure):
            assert item._repr_mimebundle_()


def test_what_is_missing_is_said(write_study):
    """A study without a listing of durations has no curve of response, and says so in one sentence."""
    folder = write_study(PATIENTS, endpoints=[OS])
    shown = list(displayed(NOTEBOOKS / "05_survival.py", str(folder), "first"))
    assert "*This study has no survival curve of DOR.*" in shown
    assert any("Overall survival is not derivable (missing raw tables" in str(text) for text in shown)


ONLY_WITH_EVENTS = {
    *("02_methods: sentences.describe_eligibility", "02_methods: sentences.describe_plan"),
    "09_appendices: tables.make_table_findings",
    *("03_cohort: figures.plot_flow", "03_cohort: sentences.describe_flow", "03_cohort: tables.make_table_eligibility"),
    *("03_cohort: sentences.describe_exposure", "03_cohort: tables.make_table_exposure"),
    *("03_cohort: sentences.describe_adherence", "03_cohort: tables.make_table_adherence"),
    *("04_endpoints: tables.make_table_benchmarks", "05_survival: sentences.describe_curve"),
    *("05_survival: sentences.describe_incidence", "05_survival: figures.plot_incidence"),
    *("05_survival: figures.plot_stacked_incidence", "04_endpoints: figures.plot_benchmarks"),
    *("05_survival: figures.plot_survival", "05_survival: tables.make_table_incidence"),
    *("06_safety: sentences.describe_topic", "06_safety: tables.make_table_terms", "06_safety: figures.plot_terms"),
    *("06_safety: tables.make_table_safety", "06_safety: figures.plot_incidence", "06_safety: figures.plot_survival"),
    *("06_safety: tables.make_table_incidence", "06_safety: sentences.describe_later_states"),
    "06_safety: tables.make_table_later_states",
    *("08_since_last_cut: sentences.describe_changes", "08_since_last_cut: sentences.reconcile_changes"),
    *("08_since_last_cut: sentences.conclude_changes", "08_since_last_cut: figures.plot_changed_curves"),
    *("08_since_last_cut: tables.make_table_new_patients", "08_since_last_cut: tables.make_table_patient_changes"),
    *("08_since_last_cut: tables.make_table_changed_numbers", "08_since_last_cut: tables.make_table_source_values"),
    "08_since_last_cut: tables.make_table_method_changes",
}
ONLY_PRINTED = {
    *("03_cohort: tables.make_table_reported", "05_survival: figures.plot_survival"),
    *("05_survival: tables.make_table_printed_survival", "06_safety: tables.make_table_adverse_events"),
    *("06_safety: tables.make_table_never_seen", "06_safety: sentences.describe_never_seen"),
    *("07_published_claims: sentences.describe_audit", "07_published_claims: figures.plot_verdicts"),
    *("07_published_claims: tables.make_table_verdicts", "07_published_claims: tables.make_table_contradicted"),
    *("07_published_claims: tables.make_table_all_claims", "07_published_claims: sentences.reconcile_audit"),
    "07_published_claims: sentences.conclude_audit",
}


@pytest.mark.parametrize(
    ("study", "cut", "undeclared"),
    [("tsvetkova2022", "published", ONLY_WITH_EVENTS), ("zhengzhou", "2026-06-30", ONLY_PRINTED)],
)
def test_a_study_shows_all_but_what_only_the_other_kind_has(study, cut, undeclared):
    """A listing from a paper has no flow, doses or tests; a protocol has no printed counts or claims."""
    said = {
        f"{script.stem}: {call}"
        for script in SCRIPTS
        for call, item in calls(script, study, cut)
        if isinstance(item, Prose) and getattr(item, "reason", "") == NOT_DECLARED
    }
    assert said == undeclared


@pytest.fixture(scope="module")
def unusual(tmp_path_factory):
    """The protocol study before anybody is treated, and with names and gaps that a hospital's tables have."""
    folder = Path(shutil.copytree(DATA / "zhengzhou", tmp_path_factory.mktemp("unusual") / "zhengzhou"))
    declared = yaml.safe_load((folder / "study.yml").read_text("utf-8"))
    declared["cuts"] = [{"id": date, "date": date, "label": "a cut"} for date in ("2023-09-01", "2024-12-31")]
    (folder / "study.yml").write_text(yaml.safe_dump(declared, allow_unicode=True), "utf-8")
    for table, old, new in (
        ("adverse_events", ",Pyrexia,", ",Pain $\\frac{x$ <b>*end*</b>,"),
        ("patients", ",MRD,No,", ",,No,"),
    ):
        file = folder / "raw" / f"{table}.csv"
        file.write_text(file.read_text("utf-8").replace(old, new, 3), "utf-8")
    return str(folder)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_every_chapter_serves_a_cut_before_anybody_is_treated(unusual, script):
    for item in displayed(script, unusual, "2023-09-01"):
        assert isinstance(item, Table | Figure | Prose)
        text = str(item) if isinstance(item, Prose) else item.alt if isinstance(item, Figure) else item.cells.to_csv()
        assert not re.search(r"\bnan\b|None|This study has no such result", text)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_every_chapter_serves_names_with_markup_and_patients_without_stratum(unusual, script):
    shown = list(displayed(script, unusual, "2024-12-31"))
    assert all(isinstance(item, Table | Figure | Prose) for item in shown)
    if script.stem == "03_cohort":
        assert any("not recorded in 3" in str(item) for item in shown)
        assert not any("NOT" in item for item in shown if isinstance(item, Prose))
    if script.stem == "06_safety":
        assert any(
            "Pain $\\frac{x$ <b>*end*</b>" in item.cells.to_string() for item in shown if isinstance(item, Table)
        )
