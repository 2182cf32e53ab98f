"""A study of which only patients and follow-up have arrived: survival with numbers, the rest "not derivable".

DESIGN section 8: rows with an empty value and a note that names what is missing. No crash, no omission, no invention.
"""

import csv
import shutil
from pathlib import Path

import pandas as pd
import pytest

from datasets.ten_patients.folder import CUT as CUT_OF_TEN
from datasets.ten_patients.folder import write_study
from helpers.intake.findings import Finding
from helpers.results.cut import CutData, open_cut
from helpers.results.schema import get_stats
from helpers.study.paths import DATA

CUT = "2026-06-30"
ARRIVED = ("patients", "followup")
OPTIONAL = ("blinatumomab", "dli", "response", "relapse", "gvhd", "adverse_events", "labs", "subsequent_therapy")
AMOUNTS = ("NCYCLE", "DAYS1", "CUMDOSE1", "NDLI", "DLIDAY", "DLIMNC", "DLICD3", "COURSE2")
ADHERENCE = ("ADHDAYS=adherent", "ADHSTEPS=adherent", "ADHDLI=adherent", "ADHCRS2=adherent")
#: One table that each endpoint, response, outcome or adverse event needs, by its definition in study.yml.
NEEDS = {
    "km": {"RFS": "relapse", "DFS": "response", "DOR": "response", "GRFS": "dli", "CLFS": "response"},
    "cif": {"CIR": "response", "NRM": "response", "AGVHD24": "gvhd", "AGVHD34": "gvhd", "CGVHD": "gvhd",
            "CGVHDMS": "dli"},
    "proportion": {
        **dict.fromkeys(["CR", "MRDRESP", "ORR"], "response"),
        **dict.fromkeys(["RELAPSE", "RELBM", "RELCOMB", "RELEM"], "relapse"), "NEWTHER": "subsequent_therapy",
        **dict.fromkeys(["AE", "AE3", "AE5", "CRS", "CRS3", "ICANS", "INFECT", "INFECT3"], "adverse_events"),
        **dict.fromkeys(["HAEM3", "NEUT3", "PLAT3", "ANEM3"], "labs"),
        **dict.fromkeys(["GVHDANY", "AGVHD", "AGVHD24", "AGVHD34"], "gvhd"),
        **dict.fromkeys(["CGVHD", "CGVHDMILD", "CGVHDMOD", "CGVHDSEV", "CGVHDMS"], "gvhd"),
    },
}  # fmt: skip
NOT_DERIVABLE = [(analysis, param, table) for analysis, params in NEEDS.items() for param, table in params.items()]


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> CutData:
    folder = tmp_path_factory.mktemp("minimal") / "zhengzhou"
    (folder / "raw").mkdir(parents=True)
    shutil.copy(DATA / "zhengzhou" / "study.yml", folder)
    for table in ARRIVED:
        shutil.copy(DATA / "zhengzhou" / "raw" / f"{table}.csv", folder / "raw")
    return open_cut(str(folder), CUT)


def test_survival_has_numbers(data):
    """Counted from the raw tables: treated by the cut, and dead by the cut."""
    patients, followup = (read_raw(DATA / "zhengzhou" / "raw" / f"{table}.csv") for table in ARRIVED)
    treated = {row["patient"] for row in patients if "" < row["treatment_start_date"] <= CUT}
    dead = {row["patient"] for row in followup if "" < row["death_date"] <= CUT} & treated
    km = get_stats(data.results, analysis="km", param="OS", population="SAFFL")
    assert (km["n"], km["events"], km["censored"]) == (len(treated), len(dead), len(treated - dead))
    assert len(dead) > 5
    assert km["median"] > 0
    at_a_year = get_stats(data.results, analysis="km_at", param="OS", population="SAFFL", time_months=12.0)
    assert 0 < at_a_year["lcl"] < at_a_year["survival"] < at_a_year["ucl"] < 1
    deaths = get_stats(data.results, analysis="proportion", param="DEATH", population="SAFFL")
    assert (deaths["n"], deaths["N"]) == (len(dead), len(treated))


def check_not_derivable(rows: pd.DataFrame, table: str) -> None:
    assert len(rows)
    assert rows["value"].isna().all()
    assert rows["note"].str.match(rf"not derivable: missing raw tables? .*\b{table} \(").all()


@pytest.mark.parametrize(("analysis", "param", "table"), NOT_DERIVABLE)
def test_whatever_else_is_declared_is_not_derivable(data, analysis, param, table):
    rows = data.results[data.results["param"] == param]
    check_not_derivable(rows[rows["analysis"] == analysis], table)
    assert rows[rows["analysis"] != "benchmark"]["value"].isna().all()


def test_every_declared_parameter_was_asked_for(data):
    study = data.study
    declared = {item.param for item in (*study.endpoints, *study.responses, *study.outcomes, *study.occurrences)}
    assert declared == {param for _, param, _ in NOT_DERIVABLE} | {"OS", "DEATH"}


@pytest.mark.parametrize(("analysis", "variable"), [
    *(("continuous", variable) for variable in AMOUNTS), *(("proportion", variable) for variable in ADHERENCE),
])  # fmt: skip
def test_exposure_is_not_derivable(data, analysis, variable):
    rows = data.results[data.results["variable"] == variable]
    check_not_derivable(rows[rows["analysis"] == analysis], "blinatumomab")


@pytest.mark.parametrize("population", ["EVALFL", "RESPFL", "DLIFL"])
def test_a_population_that_cannot_be_told_is_not_derivable(data, population):
    rows = data.results[(data.results["analysis"] == "count") & (data.results["variable"] == population)]
    check_not_derivable(rows, "dli" if population == "DLIFL" else "response")


@pytest.mark.parametrize(("keys", "table"), [
    ({"analysis": "state_at", "param": "CLFS"}, "response"),
    ({"analysis": "later_state", "param": "CIR"}, "response"),
    ({"analysis": "continuous", "param": "CRS", "variable": "ONSETDY"}, "adverse_events"),
])  # fmt: skip
def test_no_analysis_is_left_out_in_silence(data, keys, table):
    chosen = pd.Series(True, index=data.results.index)
    for column, wanted in keys.items():
        chosen &= data.results[column] == wanted
    check_not_derivable(data.results[chosen], table)


def test_each_missing_table_is_a_warning(data):
    rule = "the optional table is not there: what needs it is not derivable"
    expected = {Finding(table, None, "", "", "", rule, "warning") for table in OPTIONAL}
    assert {finding for finding in data.findings if finding.rule == rule} == expected
    assert {finding.severity for finding in data.findings} == {"warning"}


# A column that has not arrived, of a table that has.


def read_raw(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def drop_columns(file: Path, columns: tuple[str, ...]) -> None:
    rows = [{name: cell for name, cell in row.items() if name not in columns} for row in read_raw(file)]
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


STAGES = ("skin_stage", "liver_stage", "upper_gi_stage", "lower_gi_stage", "recorded_grade")


FEW = {"variables": ["DISSTAT"], "outcomes": [], "occurrences": ["NEUT3", "INFECT", "AGVHD24"], "later_states": [],
       "endpoints": ["AGVHD24", "GRFS"], "benchmarks": []}  # fmt: skip


@pytest.mark.parametrize(("table", "columns", "analysis", "param"), [
    ("labs", ("anc",), "proportion", "NEUT3"),
    ("response", ("mrd_level",), "proportion", "MRDRESP"),
    ("adverse_events", ("soc",), "proportion", "INFECT"),
    ("gvhd", STAGES, "proportion", "AGVHD24"),
    ("gvhd", STAGES, "cif", "AGVHD24"),
    ("gvhd", ("treatment",), "km", "GRFS"),
])  # fmt: skip
def test_what_needs_a_column_that_is_not_there_is_not_derivable(tmp_path, table, columns, analysis, param):
    folder = write_study(tmp_path / "ten", keep=FEW)
    drop_columns(folder / "raw" / f"{table}.csv", columns)
    results = open_cut(str(folder), CUT_OF_TEN).results
    check_not_derivable(results[(results["analysis"] == analysis) & (results["param"] == param)], table)
