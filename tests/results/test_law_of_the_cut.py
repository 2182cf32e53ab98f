"""The law of DESIGN section 6: what is dated after a cut changes no byte of its results, nor takes anything back.

The ten patients of tests/datasets/ten_patients are small enough for many examples; the synthetic protocol study is seen
at a grid of dates of one raw folder.
"""

import csv
import datetime as dt
import shutil
from functools import cache
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from datasets.ten_patients.folder import CUT, HERE, Record, change_raw, read_raw, write_raw, write_study
from helpers.intake.findings import DataError
from helpers.results.cut import open_cut
from helpers.results.schema import get_stats, write_results
from helpers.study.paths import DATA

FEW = {
    "variables": ["AGE", "SEX", "DISSTAT"],
    "outcomes": ["RELAPSE", "DEATH"],
    "occurrences": ["AE3", "AE5", "CRS", "HAEM3", "AGVHD24", "CGVHD", "CGVHDMS"],
    "endpoints": ["OS", "CIR", "AGVHD24", "GRFS", "CLFS"],
    "benchmarks": [],
}
TABLES = ("patients", "blinatumomab", "dli", "response", "relapse", "gvhd", "adverse_events", "labs",
          "subsequent_therapy", "followup")  # fmt: skip
KNOWN, NEW, NOBODY = [f"T{n:02}" for n in range(1, 11)], ["N01", "N02"], ["", " T01", "nobody"]
#: Counts that a worse course moves to another category: severities of chronic GVHD are those of the worst record.
OF_THE_WORST = {"CGVHDMILD", "CGVHDMOD", "CGVHDSEV"}

#: Without shrinking: an example takes a second, and what failed is told by the message.
slow = settings(
    max_examples=7,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@cache
def read_roles() -> dict[str, dict[str, str]]:
    """What the dictionary says becomes of each column as of a cut, by table."""
    with (DATA / "dictionary.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {table: {r["variable"]: r["as_of_cut"] for r in rows if r["table"] == table} for table in TABLES}


def find_changes(folder: Path, as_it_is: Path) -> list[str]:
    """Lines of results.csv that changed, of which there must be none; the bytes themselves are compared first."""
    changed = write(folder)
    if changed.read_bytes() == as_it_is.read_bytes():
        return []
    before, after = (file.read_text("utf-8").splitlines() for file in (as_it_is, changed))
    return sorted(set(before) ^ set(after)) or ["the order of the lines"]


def write(folder: Path) -> Path:
    write_results(open_cut(str(folder), CUT).results, folder / "results.csv")
    return folder / "results.csv"


@pytest.fixture(scope="module")
def ten(tmp_path_factory) -> Path:
    return write_study(tmp_path_factory.mktemp("law") / "ten", keep=FEW)


@pytest.fixture(scope="module")
def as_it_is(ten) -> Path:
    return write(ten)


# What hypothesis draws.

days_after = st.dates(dt.date(2025, 7, 1), dt.date(2199, 12, 31)).map(str)
cells = st.sampled_from(
    ["", "?", "-1", "NaN", "1e999", "Y", "CR", "I", "dead", "5", '"a, b"', "2024-01-01", "2020-1-1"]
)


@st.composite
def rows_after(draw, table: str) -> Record:
    """A row of a table dated after the cut; all its other cells may be nonsense."""
    roles = read_roles()[table]
    row = {column: draw(cells) for column in roles}
    row["patient"] = draw(st.sampled_from(KNOWN + NEW + NOBODY))
    dated = [column for column, role in roles.items() if role == "exists"]
    return row | {column: draw(days_after) for column in dated}


@st.composite
def newcomers(draw) -> dict[str, list[Record]]:
    """A patient first seen after the cut, with a follow-up: screened then, or treated then and never screened."""
    patient = draw(st.sampled_from(NEW))
    screening, start = draw(st.sampled_from([("", draw(days_after)), (draw(days_after), draw(cells))]))
    row = {"patient": patient, "age_years": draw(cells), "screening_date": screening, "treatment_start_date": start}
    followup = {"patient": patient, "last_contact_date": draw(days_after), "vital_status": draw(cells)}
    return {"patients": [row], "followup": [followup]}


@st.composite
def changes_after(draw, table: str, row: Record) -> list[Record]:
    """What may become of an existing row: gone or altered where it is dated after the cut, else only its late cells."""
    roles = read_roles()[table]
    exists = next((row[column] for column, role in roles.items() if role == "exists"), "")
    if exists > CUT:
        return draw(st.sampled_from([[], [row], [draw(rows_after(table))]]))
    changed = dict(row)
    for column, role in roles.items():
        date = row[column] if role in {"later", "contact"} else row.get(role.removeprefix("with ").split(" ")[0], "")
        if date <= CUT or role == "exists":
            continue
        if role in {"later", "contact"}:
            changed[column] = draw(days_after)
        elif role == "with end_date if 5 else 4":  # what is of grade 4 or 5 in the end was of grade 4 at the cut
            changed[column] = draw(st.sampled_from(["4", "5"])) if row[column] == "5" else row[column]
        else:
            changed[column] = draw(cells)
    return [changed]


class Changed:
    """Raw tables that differ from those of the ten patients; shown by the rows that do."""

    def __init__(self, tables: dict[str, list[Record]]) -> None:
        self.tables = tables

    def __repr__(self) -> str:
        differing = (
            f"{table}: {[cell for cell in row.values() if cell]}"
            for table, rows in self.tables.items()
            for row in rows
            if row not in read_raw(HERE, table)
        )
        return "\n".join(differing)


@st.composite
def folders_changed_after(draw) -> Changed:
    """All raw tables of the ten patients, with rows added, altered and taken away after the cut."""
    arrivals = draw(st.just({}) | newcomers())
    tables = {}
    for table in TABLES:
        records = [new for old in read_raw(HERE, table) for new in draw(changes_after(table, old))]
        added = [] if table == "followup" else draw(st.lists(rows_after(table), max_size=2))
        for row in [*added, *arrivals.get(table, [])]:
            records.insert(draw(st.integers(0, len(records))), row)
        tables[table] = records
    # a follow-up without a patient is a fault of its own, below
    entered = {row["patient"] for row in tables["patients"]}
    tables["followup"] = [row for row in tables["followup"] if row["patient"] in entered]
    return Changed(tables)


@slow
@given(folders_changed_after())
def test_what_is_dated_after_the_cut_changes_no_byte(ten, as_it_is, tmp_path_factory, changed):
    folder = tmp_path_factory.mktemp("changed") / "ten"
    shutil.copytree(ten, folder)
    for table, records in changed.tables.items():
        write_raw(folder, table, records)
    assert find_changes(folder, as_it_is) == []


def test_the_law_is_about_something(ten, as_it_is, tmp_path):
    """The same kind of change one day earlier does change the results."""
    folder = Path(shutil.copytree(ten, tmp_path / "ten"))
    change_raw(folder, "adverse_events", 10, end_date=CUT)
    change_raw(folder, "followup", 7, death_date=CUT, last_contact_date=CUT)
    assert find_changes(folder, as_it_is)


def test_a_follow_up_after_the_cut_of_a_patient_not_entered_yet(ten, as_it_is, tmp_path):
    folder = Path(shutil.copytree(ten, tmp_path / "ten"))
    stray = {"patient": "N01", "last_contact_date": "2025-08-01", "vital_status": "alive"}
    write_raw(folder, "followup", [*read_raw(ten, "followup"), stray])
    assert find_changes(folder, as_it_is) == []


def test_an_error_dated_after_the_cut_stops_the_later_cut_only(tmp_path):
    folder = write_study(tmp_path / "ten", [CUT, "2025-12-31"], FEW)
    change_raw(folder, "response", 10, blasts_percent="many")
    open_cut(str(folder), CUT)
    with pytest.raises(DataError, match="row 11, patient T04, column blasts_percent: expected a number"):
        open_cut(str(folder), "2025-12-31")


# Between two cuts of one raw folder.


def count_what_cannot_be_taken_back(results: pd.DataFrame) -> "pd.Series[float]":
    """Events of every endpoint, and patients with every response, outcome and adverse event, by stratum."""
    happened = ((results["analysis"].isin(["km", "cif"])) & (results["stat"] == "events")) | (
        (results["analysis"] == "proportion") & (results["variable"] == "") & (results["stat"] == "n")
    )  # the terms of adverse events are not the same at every cut
    rows = results[happened & ~results["param"].isin(OF_THE_WORST)]
    return rows.set_index(["analysis", "param", "population", "group", "level"])["value"]


def find_taken_back(earlier: pd.DataFrame, later: pd.DataFrame) -> list[object]:
    before, after = count_what_cannot_be_taken_back(earlier), count_what_cannot_be_taken_back(later)
    assert set(before.index) == set(after.index)
    return list(before.index[before > after.loc[before.index]])


dates = st.dates(dt.date(2023, 12, 31), dt.date(2025, 12, 31)).map(str)


@cache
def results_of_ten(folder: Path, cut: str) -> pd.DataFrame:
    declared = yaml.safe_load((folder / "study.yml").read_text("utf-8"))
    declared["cuts"] = [{"id": cut, "date": cut, "label": cut}]
    (folder / "study.yml").write_text(yaml.safe_dump(declared, allow_unicode=True), "utf-8")
    return open_cut(str(folder), cut).results


@settings(slow, max_examples=2)
@given(st.lists(dates, min_size=4, max_size=4, unique=True).map(sorted))
def test_nothing_is_taken_back_by_a_later_cut(ten, cuts):
    results = [results_of_ten(ten.with_name("dates"), cut) for cut in cuts]
    for earlier, later in pairwise(results):
        assert find_taken_back(earlier, later) == []


@pytest.fixture(scope="module", autouse=True)
def ten_at_any_date(ten) -> None:
    shutil.copytree(ten, ten.with_name("dates"))


@pytest.mark.parametrize("cut", ["2020-01-01", "2023-12-28", "2024-01-01"])
def test_a_cut_before_the_first_patient_is_treated(ten, cut):
    """Nobody screened, one patient screened, one patient treated on that day."""
    treated = results_of_ten(ten.with_name("dates"), cut).query("variable == 'SAFFL' and group == ''")["value"]
    assert treated.to_list() == [1 if cut == "2024-01-01" else 0]


def test_a_cut_on_the_day_of_a_first_remission(ten):
    """T02 is in remission for the first time on 2024-02-12, T01 since 2024-01-29: 0 and 14 days without relapse."""
    results = results_of_ten(ten.with_name("dates"), "2024-02-12")
    assert get_stats(results, analysis="cif", param="CIR", population="RESPFL")["censored"] == 2


# The synthetic protocol study, one raw folder at several dates.

GRID = ("2024-04-30", "2025-06-30", "2026-12-31")


@pytest.fixture(scope="module")
def zhengzhou(tmp_path_factory) -> dict[str, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("grid") / "zhengzhou"
    shutil.copytree(DATA / "zhengzhou" / "raw", folder / "raw")
    declared = yaml.safe_load((DATA / "zhengzhou" / "study.yml").read_text("utf-8"))
    declared["cuts"] = [{"id": cut, "date": cut, "label": cut} for cut in GRID]
    (folder / "study.yml").write_text(yaml.safe_dump(declared, allow_unicode=True), "utf-8")
    return {cut: open_cut(str(folder), cut).results for cut in GRID}


def test_nothing_is_taken_back_between_the_cuts_of_the_protocol_study(zhengzhou):
    for earlier, later in pairwise(GRID):
        assert find_taken_back(zhengzhou[earlier], zhengzhou[later]) == [], (earlier, later)


@pytest.mark.parametrize("cut", GRID)
def test_events_competing_and_censored_are_all_patients(zhengzhou, cut):
    """DESIGN section 5, overall and by stratum, for every endpoint."""
    results = zhengzhou[cut]
    wide = results[results["analysis"].isin(["km", "cif"])].pivot_table(
        index=["param", "population", "group", "level"], columns="stat", values="value", dropna=False, observed=True
    )
    wide = wide[wide["n"].notna()].fillna({"competing": 0})
    assert len(wide) == 3 * 12  # twelve endpoints, of all patients and of two strata
    assert (wide["events"] + wide["competing"] + wide["censored"] == wide["n"]).all()
    sizes = results[(results["analysis"] == "count") & (results["variable"] == results["population"])]
    size = sizes.set_index(["population", "group", "level"])["value"]
    expected = [size[key[1:]] for key in wide.index]
    assert wide["n"].to_list() == expected


@pytest.mark.parametrize("cut", GRID)
def test_the_strata_add_up_to_the_whole(zhengzhou, cut):
    """Every patient of the protocol study has a disease status, so what is counted by stratum is counted once."""
    results = zhengzhou[cut]
    counts = results[
        (results["analysis"].isin(["km", "cif", "proportion", "count"]))
        & results["stat"].isin(["n", "N", "events", "competing", "censored"])
        & ~results["variable"].str.startswith(("FLOW=", "DISSTAT="))
        & ~((results["analysis"] == "count") & (results["stat"] == "N"))  # deviations nobody has are not listed
    ]
    keys = ["analysis", "param", "population", "variable", "stat"]
    whole = counts[counts["group"] == ""].set_index(keys)["value"]
    by_stratum = counts[counts["group"] == "DISSTAT"].groupby(keys)["value"].sum()
    assert set(by_stratum.index) <= set(whole.index)
    assert len(by_stratum) > 100
    pd.testing.assert_series_equal(whole.loc[by_stratum.index], by_stratum, check_names=False)
