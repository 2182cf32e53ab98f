"""The index of a reports folder: its numbers are those of each results.csv, and synthetic studies say so."""

import re
import shutil

import pytest

from helpers.delivery.document import SYNTHETIC_NOTICE
from helpers.delivery.index import list_indexed_studies, write_index
from helpers.results.cut import open_cut
from helpers.results.schema import write_results
from helpers.study.paths import REPORTS
from helpers.study.reading import read_study


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The published cohort as delivered, one cut of the protocol study with its results only, one that failed."""
    out = tmp_path_factory.mktemp("reports")
    shutil.copytree(REPORTS / "tsvetkova2022", out / "tsvetkova2022")
    cut = out / "zhengzhou" / "2026-06-30"
    cut.mkdir(parents=True)
    write_results(open_cut("zhengzhou", "2026-06-30").results, cut / "results.csv")
    (cut / "manifest.json").write_text("{}", "utf-8")
    (out / "zhengzhou" / "2026-12-31.failed").mkdir()
    studies = list(list_indexed_studies(read_study("zhengzhou")))
    return write_index(out, studies).read_text("utf-8")


def cells(page, label):
    """Cells of the row of a cut, as text."""
    row = next(row for row in re.findall(r"<tr.*?</tr>", page, re.S) if label in row)
    return [" ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in re.findall(r"<td.*?</td>", row, re.S)]


def test_numbers_are_those_of_the_published_cohort(page):
    """From results.csv: ORR 15/17, relapse 10 of 15 responders, grade 3 in 3/17; no dates, so no survival."""
    row = cells(page, "(published)")
    assert row[3:8] == ["17", "88% (64–99)", "not derivable", "67% (38–88)", "18% (4–43)"]
    assert row[8] == "HTML · PDF · Word · results"


def test_a_cut_of_the_protocol_study(page):
    row = cells(page, "(2026-06-30)")
    results = open_cut("zhengzhou", "2026-06-30").results
    treated = results[(results["analysis"] == "count") & (results["variable"] == "SAFFL") & (results["group"] == "")]
    assert row[1:4] == ["2026-06-30", "stale", f"{treated['value'].iloc[0]:.0f}"]
    assert all(re.fullmatch(r"\d+% \(\d+–\d+\)", cell) for cell in row[4:8])


def test_states_say_what_is_missing_and_what_failed(page):
    assert cells(page, "(2024-06-30)")[2] == "missing"
    assert cells(page, "(2026-12-31)")[2] == "failed"


def test_synthetic_is_said_of_the_synthetic_study_only(page):
    assert page.count(SYNTHETIC_NOTICE) == 1
    assert page.index(SYNTHETIC_NOTICE) > page.index("Tsvetkova")


def test_it_opens_without_network(page):
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert not re.search(r"@import|url\((?!data:)", page)
