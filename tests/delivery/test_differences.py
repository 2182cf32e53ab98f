"""The command diff: what it prints and writes is the comparison of the two cuts, whole and offline."""

import io
import re
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from helpers.delivery.cli import EXIT_USAGE, main
from helpers.results.changes import CHANGE_FIELDS, WHOLE, compare_cuts, make_changes_frame
from helpers.study.reading import read_cut, read_study

STUDY, OLD, NEW = "zhengzhou", "2025-06-30", "2026-06-30"


def _diff(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["diff", *arguments])


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    out = tmp_path_factory.mktemp("reports")
    result = _diff(STUDY, OLD, NEW, "--out", str(out), "--to", "csv,html")
    assert result.exit_code == 0, result.output
    return result, out / STUDY / f"changes-{OLD}-to-{NEW}"


def _read(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


def test_the_table_is_the_comparison(written):
    study = read_study(STUDY)
    changes = compare_cuts(study, read_cut(study, OLD), read_cut(study, NEW), written[1].parent)
    found = _read(written[1].with_suffix(".csv").read_text("utf-8"))
    assert tuple(found.columns) == CHANGE_FIELDS
    pd.testing.assert_frame_equal(found, make_changes_frame(changes).astype(str), check_dtype=False)


def test_the_text_names_every_new_patient_and_every_corrected_value(written):
    text = written[0].stdout
    found = _read(written[1].with_suffix(".csv").read_text("utf-8"))
    patients = found.loc[found["section"].isin(["new patient", "source value"]), "patient"]
    assert [patient for patient in patients if patient not in text] == []
    columns = found.loc[(found["section"] == "source value") & (found["what"] == "corrected"), "item"]
    assert [column for column in columns if column.split(".")[1] not in text] == []
    assert "SYNTHETIC" in text
    assert max(map(len, text.splitlines())) < 160


def test_numbers_of_the_table_lead_from_the_old_results_to_the_new(written):
    """In the file as it is delivered, the steps of each number sum to its whole change."""
    numbers = _read(written[1].with_suffix(".csv").read_text("utf-8")).query("section == 'number'")
    key = ["analysis", "param", "population", "variable", "time_months", "stat"]
    checked = 0
    for _, rows in numbers.groupby(key):
        whole = rows[rows["cause"] == WHOLE].iloc[0]
        parts = rows.loc[rows["cause"] != WHOLE, "difference"]
        if (parts != "").all():
            total = float(whole["new"]) - float(whole["old"])
            assert sum(map(float, parts)) == pytest.approx(total, abs=1e-12)
            checked += 1
    assert checked > 50


def test_the_page_is_one_file_that_needs_no_network(written):
    page = written[1].with_suffix(".html").read_text("utf-8")
    addresses = set(re.findall(r"(?:src|href)=\"(?!#|data:)([^\"]+)\"", page))
    assert addresses == set()
    assert "ZZ-007" in page
    assert "SYNTHETIC" in page
    assert page.count('<figure role="img" aria-label=') >= 3


def test_a_cut_and_itself_differ_in_nothing(tmp_path):
    result = _diff(STUDY, OLD, OLD, "--out", str(tmp_path), "--to", "csv")
    assert result.exit_code == 0
    assert "Nothing changed." in result.stdout
    assert len(_read((tmp_path / STUDY / f"changes-{OLD}-to-{OLD}.csv").read_text("utf-8"))) == 0


def test_the_other_way_round_says_what_was_lost(tmp_path, written):
    result = _diff(STUDY, NEW, OLD, "--out", str(tmp_path), "--to", "csv,html")
    assert result.exit_code == 0, result.output
    back = _read((tmp_path / STUDY / f"changes-{NEW}-to-{OLD}.csv").read_text("utf-8"))
    there = _read(written[1].with_suffix(".csv").read_text("utf-8"))
    assert list(back["old"]) == list(there["new"])
    assert list(back["new"]) == list(there["old"])
    assert list(back["cause"]) == list(there["cause"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((STUDY, "2020", NEW), "unknown cut of zhengzhou '2020'; known: 2024-06-30"),
        ((STUDY, OLD, NEW, "--to", "pdf"), "unknown format 'pdf'; known: csv, html"),
        (("nothing", OLD, NEW), "unknown study 'nothing'"),
    ],
)
def test_what_does_not_exist_is_named(arguments, message, tmp_path):
    result = _diff(*arguments, "--out", str(tmp_path))
    assert result.exit_code == EXIT_USAGE
    assert message in result.stderr
    assert list(tmp_path.iterdir()) == []
