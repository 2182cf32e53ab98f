"""The protocol study at an interim cut, from a copy of its folder elsewhere, by the command a user runs."""

import re
import shutil
import zipfile
from pathlib import Path

import pypdf
import pytest

from delivery.conftest import SAID, run_report
from helpers.results.schema import read_results, select

CUT = "2026-06-30"


@pytest.fixture(scope="module")
def delivered(protocol_report: Path) -> Path:
    return protocol_report


@pytest.fixture(scope="module")
def html(delivered) -> str:
    return (delivered / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def results(delivered):
    return read_results(delivered / "results.csv")


def test_the_command_found_a_source_for_every_number(delivered):
    assert "no result accounts for" not in (delivered.parents[2] / SAID).read_text("utf-8")


def test_every_page_says_that_the_data_are_synthetic(delivered, html):
    pages = pypdf.PdfReader(delivered / "report.pdf").pages
    assert len(pages) > 10
    assert all("SYNTHETIC DATA" in page.extract_text() for page in pages)
    assert '<p class="notice" role="note">SYNTHETIC DATA' in html
    with zipfile.ZipFile(delivered / "report.docx") as document:
        headers = {name: document.read(name).decode() for name in document.namelist() if "word/header" in name}
        body = document.read("word/document.xml").decode()
    assert any("SYNTHETIC DATA" in header for header in headers.values())
    sections = re.findall(r"<w:sectPr.*?</w:sectPr>", body, re.S)
    assert all("headerReference" in section for section in sections)


def test_file_names_of_figures_and_tables_say_it_too(delivered):
    files = [file for folder in ("figures", "tables") for file in (delivered / folder).iterdir()]
    assert len(files) > 20
    assert all(file.stem.endswith("-SYNTHETIC") for file in files)
    assert all("SYNTHETIC" in file.read_text("utf-8") or "<path" in file.read_text("utf-8")
               for file in (delivered / "figures").glob("*.svg"))  # fmt: skip


def test_the_study_has_its_sections_and_no_others(html):
    sections = set(re.findall(r'id="(sec-[\w-]+)"', html))
    assert {"sec-flow", "sec-exposure", "sec-os", "sec-dfs", "sec-cir", "sec-gvhd", "sec-benchmarks"} <= sections
    assert not {"sec-claims", "sec-reported", "sec-dorany", "sec-printed", "sec-never"} & sections
    assert "This study declares no" not in html
    assert "This study has no" not in html


def test_the_analysis_datasets_are_delivered(delivered):
    names = {file.stem for file in (delivered / "adam").glob("*.csv")}
    assert names == {"adsl", "adex", "adrs", "adae", "adlb", "adgvhd", "adsaf", "adtte"}


OUTCOMES = {
    "overall survival": ("OS", "km_at", "logrank"),
    "disease-free survival": ("DFS", "km_at", "logrank"),
    "CRS": ("CRS", "proportion", ("chi2", "fisher")),
    "acute GVHD": ("AGVHD24", "cif_at", "gray"),
    "chronic GVHD": ("CGVHD", "cif_at", "gray"),
    "infection": ("INFECT", "proportion", ("chi2", "fisher")),
    "haematological": ("HAEM3", "proportion", ("chi2", "fisher")),
}


@pytest.mark.parametrize(("param", "analysis", "tests"), OUTCOMES.values(), ids=OUTCOMES)
def test_every_outcome_of_the_protocol_has_its_rows_overall_and_by_stratum_with_its_test(
    results, param, analysis, tests
):
    """The protocol: OS, DFS, CRS, acute and chronic GVHD, infection, haematological; χ², Kaplan–Meier, log-rank."""
    rows = select(results, param=param, analysis=analysis)
    strata = {tuple(pair) for pair in rows[["group", "level"]].values.tolist()}
    assert strata == {("", ""), ("DISSTAT", "MRD"), ("DISSTAT", "Relapse")}
    assert rows["value"].notna().any()
    names = (tests,) if isinstance(tests, str) else tests
    made = results[
        (results["param"] == param)
        & results["analysis"].isin(names)
        & (results["group"] == "DISSTAT")
        & (results["level"] == "")
        & (results["stat"] == "p_value")
    ]
    assert len(made) >= 1
    assert made["value"].between(0, 1).all()


def test_characteristics_are_compared_by_the_tests_of_the_protocol(results):
    """Numbers by Mann–Whitney, categories by χ² or Fisher."""
    assert len(select(results, analysis="mannwhitney", variable="AGE", stat="p_value")) == 1
    of_donor = results[results["analysis"].isin(["chi2", "fisher"]) & (results["variable"] == "DONOR")]
    assert of_donor["analysis"].nunique() == 1


def test_bad_input_stops_the_run_names_the_cell_and_leaves_the_report(protocol_study, delivered, tmp_path):
    """An adverse event's grade typed as 33, in the row that the message names."""
    study = Path(shutil.copytree(protocol_study, tmp_path / "broken study"))
    file = study / "raw" / "adverse_events.csv"
    good = file.read_text("utf-8")
    before = {path: path.stat().st_mtime_ns for path in delivered.rglob("*")}
    header, first, *rest = good.splitlines()
    cells = first.split(",")
    cells[header.split(",").index("grade")] = "33"
    file.write_text("\n".join([header, ",".join(cells), *rest]) + "\n", "utf-8")
    done = run_report(study, CUT, delivered.parents[1])
    assert done.returncode == 1
    assert "raw/adverse_events.csv, row 2, patient ZZ-001, column grade: expected 1 to 5 (found '33')" in done.stderr
    assert {path: path.stat().st_mtime_ns for path in delivered.rglob("*")} == before
