"""The published cohort, from its raw tables to the delivered folder, by the command a user runs."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import docx
import pandas as pd
import pypdf
import pytest

from delivery.conftest import SAID, run_report
from helpers.delivery.provenance import sum_of
from helpers.delivery.traceability import find_untraced_numbers
from helpers.results.cut import open_cut
from helpers.results.schema import get_stats, read_results, select
from helpers.study.paths import REPORTS, ROOT

STUDY, CUT = "tsvetkova2022", "published"


@pytest.fixture(scope="module")
def delivered(published_report: Path) -> Path:
    return published_report


@pytest.fixture(scope="module")
def html(delivered) -> str:
    return (delivered / "report.html").read_text(encoding="utf-8")


def hashes(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): sum_of(file.read_bytes()) for file in folder.rglob("*") if file.is_file()
    }


def test_the_command_found_a_source_for_every_number(delivered):
    assert "no result accounts for" not in (delivered.parents[2] / SAID).read_text("utf-8")


def test_everything_of_design_section_10_is_there(delivered):
    names = set(hashes(delivered))
    assert {"report.html", "report.pdf", "report.docx", "results.csv", "findings.csv", "manifest.json"} <= names
    assert {f"adam/{name}.csv" for name in ("adsl", "adrs", "adae", "adtte")} <= names
    assert {f"figures/{name}" for name in ("swimmer.svg", "swimmer.png", "dor.svg", "response.png")} <= names
    assert {"tables/baseline.csv", "tables/listing.csv", "tables/strobe.csv", "tables/all-claims.csv"} <= names
    assert {"notebooks/03_cohort.ipynb", "notebooks/07_published_claims.ipynb"} <= names


def test_a_second_run_elsewhere_is_byte_identical(delivered, tmp_path):
    out = tmp_path / "second" / "reports"
    out.parent.mkdir()
    assert run_report(STUDY, CUT, out, "--jobs", "1").returncode == 0
    assert hashes(out / STUDY / CUT) == hashes(delivered)


def test_the_unchanged_report_is_not_built_again(delivered):
    before = (delivered / "report.html").stat().st_mtime_ns
    done = run_report(STUDY, CUT, delivered.parents[1])
    assert done.returncode == 0
    assert "current, nothing to do" in done.stderr
    assert (delivered / "report.html").stat().st_mtime_ns == before


def test_results_are_those_of_the_issue(delivered):
    """CR 15/17 with its exact interval 0.6356–0.9854 (R: binom.test(15, 17)), MRDRESP 14/17, DOR by Kaplan–Meier."""
    results = read_results(delivered / "results.csv")
    cr = get_stats(results, analysis="proportion", param="CR", population="SAFFL")
    assert (cr["n"], cr["N"], round(cr["lcl"], 4), round(cr["ucl"], 4)) == (15, 17, 0.6356, 0.9854)
    mrd = get_stats(results, analysis="proportion", param="MRDRESP", population="SAFFL")
    assert (mrd["n"], mrd["N"]) == (14, 17)
    dor = get_stats(results, analysis="km", param="DOR", population="RESPFL")
    assert (dor["n"], dor["events"], dor["censored"], dor["median"]) == (15, 7, 8, 16)
    survival = select(results, param="OS")
    assert len(survival) > 0
    assert survival["value"].isna().all()
    assert survival["note"].str.startswith("not derivable: missing raw tables").all()


def test_committed_example_has_the_results_of_a_fresh_build(delivered):
    committed = REPORTS / STUDY / CUT / "results.csv"
    assert committed.read_bytes() == (delivered / "results.csv").read_bytes()


def test_manifest_sums_up_every_file(delivered):
    manifest = json.loads((delivered / "manifest.json").read_text(encoding="utf-8"))
    found = hashes(delivered)
    found.pop("manifest.json")
    assert manifest["outputs"] == found
    study_yml = (ROOT / "data" / STUDY / "study.yml").read_bytes()
    assert manifest["inputs"][f"data/{STUDY}/study.yml"] == sum_of(study_yml)
    assert not re.search(r"\d\d:\d\d|" + re.escape(str(ROOT)), json.dumps(manifest))


def test_every_number_in_the_text_has_a_source(delivered):
    assert find_untraced_numbers(delivered / "report.html", open_cut(STUDY, CUT)) == []


def planted(html: str, folder: Path, text: str) -> list[str]:
    file = folder / "planted.html"
    file.write_text(html.replace("In short.</strong>", f"In short.</strong> {text}", 1), encoding="utf-8")
    return find_untraced_numbers(file, open_cut(STUDY, CUT))


@pytest.mark.parametrize("number", ["4711", "73%", "41.7", "16.4", "66"])
def test_a_number_without_source_is_noticed(html, tmp_path, number):
    found = planted(html, tmp_path, f"In {number}.")
    assert len(found) == 1
    assert found[0].startswith(number.rstrip("%") + " in")


def test_most_whole_numbers_would_be_noticed_in_prose(html, tmp_path):
    """A number typed by hand must stand out: not every small integer happens to be a result."""
    found = planted(html, tmp_path, " ".join(f"; {number} of them" for number in range(101)))
    assert len(found) > 50


def test_html_loads_nothing_from_elsewhere(html):
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//[^"']+\.(?:js|css|woff2?|png|svg)""", html)
    assert not re.search(r"<(?:script|img|iframe|link)[^>]+(?:src|href)=[\"'](?!data:|#)[^\"']", html)
    assert "url(http" not in html


def test_every_figure_has_alternative_text_with_its_numbers(html):
    alts = re.findall(r'<(?:img|svg)[^>]*?(?:alt|aria-label)="([^"]+)"', html)
    assert len([alt for alt in alts if re.search(r"\d", alt)]) >= 6


def test_every_claim_has_its_verdict_in_the_report(delivered, html):
    audited = open_cut(STUDY, CUT).audited
    cells = pd.read_csv(delivered / "tables" / "all-claims.csv", dtype=str)
    assert list(cells["Claim"]) == [item.claim.id for item in audited]
    assert list(cells["Verdict"]) == [str(item.verdict) for item in audited]
    assert all(f">{item.claim.id}<" in html for item in audited)


def test_word_has_real_tables_with_captions(delivered):
    document = docx.Document(str(delivered / "report.docx"))
    captions = [text.text for text in document.paragraphs if text.style.name == "Table Caption"]
    assert all(f"Table {number}." in text.replace("\xa0", " ") for number, text in enumerate(captions, start=1))
    assert len(document.tables) == len(captions) >= 15
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert {"10 (0.7–18)", "15/17", "Where it is"} <= cells
    assert not any("make_table" in text.text for text in document.paragraphs)


def test_pdf_has_no_empty_page_and_no_code(delivered):
    pages = [page.extract_text() for page in pypdf.PdfReader(delivered / "report.pdf").pages]
    assert all(len(text.split()) > 25 for text in pages)
    text = "\n".join(pages).replace("\xa0", " ")
    assert "make_table" not in text
    assert "Table 1." in text
    assert "@tbl" not in text
    assert "@fig" not in text


def test_the_last_cell_of_each_executed_chapter_has_run(delivered):
    for notebook in sorted((delivered / "notebooks").glob("*.ipynb")):
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        assert cells[-1]["outputs"], notebook.name
        assert "papermill" not in json.dumps([cell["metadata"] for cell in cells])


def test_figures_are_those_of_the_report(delivered):
    png = (delivered / "figures" / "swimmer.png").read_bytes()
    assert png.startswith(b"\x89PNG")
    notebook = json.loads((delivered / "notebooks" / "04_endpoints.ipynb").read_text(encoding="utf-8"))
    shown = [
        output["data"]["image/png"]
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    assert base64.b64encode(png).decode() in [text.replace("\n", "") for text in shown]


def test_a_study_anywhere_runs_by_path(tmp_path):
    """Whoever drops in a folder gets a report; only its documents differ, in what they say of their inputs."""
    moved = tmp_path / "somewhere" / "my-study"
    shutil.copytree(ROOT / "data" / STUDY, moved)
    command = [sys.executable, "-m", "helpers", "run", str(moved), "--to", "html", "--out", str(tmp_path / "reports")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PATH": ""})
    assert done.returncode == 0, done.stderr
    built = tmp_path / "reports" / STUDY / CUT
    assert (built / "results.csv").read_bytes() == (REPORTS / STUDY / CUT / "results.csv").read_bytes()
    assert not (built / "report.pdf").exists()
