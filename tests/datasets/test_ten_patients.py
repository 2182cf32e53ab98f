"""Ten patients, derived and compared with rows written by hand from the definitions (see ten_patients/README.md)."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from datasets.ten_patients.folder import CUT, HERE, change_raw, read_raw, write_raw, write_study
from helpers.datasets.events import derive_event_datasets
from helpers.intake.findings import make_findings_frame
from helpers.intake.reading import read_raw_data
from helpers.results.cut import CutData, open_cut
from helpers.study.reading import read_cut, read_study

DAYS_PER_MONTH = 30.4375


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> CutData:
    return open_cut(str(write_study(tmp_path_factory.mktemp("ten") / "ten")), CUT)


def read_expected(name: str) -> pd.DataFrame:
    return pd.read_csv(HERE / "expected" / f"{name}.csv", dtype=str, keep_default_na=False)


def show(cell: object) -> str:
    """A cell as the expected tables have it: dates as ISO, numbers to 12 digits, nothing where missing."""
    if cell is None or pd.isna(cell):
        return ""
    if isinstance(cell, pd.Timestamp):
        return cell.date().isoformat()
    try:
        return f"{float(cell):.12g}"
    except (TypeError, ValueError):
        return str(cell)


def check_rows(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Both ways: no row is missing, none is too many, every cell is as expected."""
    rows = [sorted(map(tuple, frame.map(show).to_numpy())) for frame in (found[list(expected.columns)], expected)]
    missing, extra = (sorted(set(a) - set(b)) for a, b in (rows[::-1], rows))
    assert (missing, extra) == ([], [])
    assert rows[0] == rows[1]


@pytest.mark.parametrize("name", ["adgvhd", "adae", "adlb"])
def test_graded_events(data, name):
    check_rows(data.datasets[name], read_expected(name))


def test_assessments_and_responses(data):
    expected = read_expected("adrs")
    check_rows(data.adrs[data.adrs["PARAMCD"].isin(set(expected["PARAMCD"]))], expected)


def test_times_to_event_with_the_record_that_decided(data):
    expected = read_expected("adtte")
    expected["AVAL"] = expected.pop("days").astype(float) / DAYS_PER_MONTH
    check_rows(data.adtte, expected)


def test_days_of_the_expected_times_are_those_between_the_dates():
    expected = read_expected("adtte")
    days = (pd.to_datetime(expected["ADT"]) - pd.to_datetime(expected["STARTDT"])).dt.days
    assert days.to_list() == expected["days"].astype(int).to_list()


def test_exposure(data):
    wide = read_expected("adex")
    days = pd.to_numeric(wide.pop("days to COURSE2")) / DAYS_PER_MONTH
    wide.insert(8, "COURSE2", days.map(show))
    expected = wide.melt("USUBJID", var_name="PARAMCD", value_name="cell")
    found = data.datasets["adex"]
    check_rows(found.assign(cell=found["AVALC"].where(found["AVAL"].isna(), found["AVAL"])), expected)


def test_findings(data):
    check_rows(make_findings_frame(data.findings), read_expected("findings"))
    assert {finding.folder for finding in data.findings} == {"raw"}


# One change to one patient each; for speed, most of what study.yml declares is left out.

FEW = {"variables": ["DISSTAT"], "outcomes": [], "occurrences": [], "endpoints": ["CLFS"], "later_states": [],
       "benchmarks": []}  # fmt: skip


def derive_changed(folder: Path, table: str, number: int, **cells: str) -> CutData:
    change_raw(write_study(folder, keep=FEW), table, number, **cells)
    return open_cut(str(folder), CUT)


def get_row(data: CutData, dataset: str, param: str, patient: str) -> dict[str, Any]:
    rows = data.datasets[dataset]
    (row,) = rows[(rows["PARAMCD"] == param) & (rows["USUBJID"] == patient)].to_dict(orient="records")
    return row


def get_adherence(folder: Path, patient: str, param: str, cut: str = CUT) -> str:
    """From ADEX alone, without the results."""
    study = read_study(str(folder))
    adex = derive_event_datasets(read_raw_data(study, read_cut(study, cut)).tables, study).tables["ADEX"]
    return str(adex.set_index(["USUBJID", "PARAMCD"]).sort_index().loc[(patient, param), "AVALC"])


def get_response(data: CutData, patient: str, param: str) -> str:
    return get_row(data, "adrs", param, patient)["AVALC"]


def get_time(data: CutData, patient: str, param: str) -> tuple[float, int, str]:
    row = get_row(data, "adtte", param, patient)
    return row["AVAL"], row["CNSR"], row["SRCDOM"]


@pytest.mark.parametrize(
    ("remission", "row"), [("2024-11-30", (345, 1, "followup")), ("2024-12-01", (134, 0, "relapse"))]
)
def test_remission_is_regained_up_to_90_days_after_the_relapse(tmp_path, remission, row):
    """T06 relapses on 2024-09-01; 90 days later is 2024-11-30, and CLFS is then censored at the last contact."""
    days, *rest = row
    data = derive_changed(tmp_path / "ten", "response", 14, assessment_date=remission)
    assert get_time(data, "T06", "CLFS") == (days / DAYS_PER_MONTH, *rest)


@pytest.mark.parametrize(("date", "response"), [("2024-03-03", "Y"), ("2024-03-04", "N")])
def test_the_best_response_is_judged_up_to_42_days_after_the_last_dose(tmp_path, date, response):
    """T01 without a second cycle: the last dose is on 2024-01-21, 42 days later is 2024-03-03."""
    folder = write_study(tmp_path / "ten", keep=FEW)
    write_raw(folder, "blinatumomab", [dose for n, dose in enumerate(read_raw(folder, "blinatumomab"), 1) if n != 4])
    change_raw(folder, "response", 2, assessment_date=date)
    assert get_response(open_cut(str(folder), CUT), "T01", "MRDRESP") == response


def test_an_assessment_on_the_day_of_another_treatment_does_not_count(tmp_path):
    """T03 gets CAR-T cells on 2024-04-30: the best response is judged before that day."""
    data = derive_changed(tmp_path / "ten", "response", 8, assessment_date="2024-04-30")
    assert get_response(data, "T03", "CR") == "N"


def test_the_first_of_equal_responses_is_the_best(tmp_path):
    """T02 again MRD-negative within the window, which ends on 2024-05-15: the first assessment stands."""
    data = derive_changed(tmp_path / "ten", "response", 6, assessment_date="2024-05-15")
    best = get_row(data, "adrs", "BOR", "T02")
    assert (show(best["ADT"]), best["SRCSEQ"]) == ("2024-03-20", 5)


def test_an_extramedullary_relapse_on_the_day_of_a_marrow_in_remission(tmp_path):
    """T06 with his marrow still in remission on the day of the relapse: no remission was seen after it in time."""
    data = derive_changed(tmp_path / "ten", "response", 14, assessment_date="2024-09-01")
    assert get_time(data, "T06", "CLFS") == (134 / DAYS_PER_MONTH, 0, "relapse")


@pytest.mark.parametrize(("start", "adherence"), [
    ("2024-03-01", "too early"), ("2024-03-02", "adherent"), ("2024-03-31", "adherent"), ("2024-04-01", "too late"),
])  # fmt: skip
def test_the_second_course_is_due_1_to_2_months_after_the_infusion(tmp_path, start, adherence):
    """T01 was infused on 2024-01-31: 30 days are 0.99 months, 31 are 1.02; 60 are 1.97, 61 are 2.004."""
    folder = write_study(tmp_path / "ten", keep=FEW)
    change_raw(folder, "blinatumomab", 4, start_date=start, end_date="2024-04-05")
    assert get_adherence(folder, "T01", "ADHCRS2") == adherence


@pytest.mark.parametrize(
    ("table", "column", "date"),
    [("subsequent_therapy", "therapy_date", "2024-02-14"), ("relapse", "relapse_date", "2024-01-30")],
)
def test_an_infusion_after_a_relapse_or_another_treatment_stops_no_report(tmp_path, table, column, date):
    """T02 is infused the day after another treatment, T01 the day after a relapse."""
    folder = write_study(tmp_path / "ten", keep={**FEW, "endpoints": ["AGVHD24"]})
    change_raw(folder, table, 1, **{column: date})
    open_cut(str(folder), CUT)


def test_the_infusion_is_due_after_the_first_course_whatever_follows(tmp_path):
    """T04 without an infusion, last seen on 2024-08-31.

    Plan: "days after the last dose of the first course by which the infusion is expected": the first course ends on
    2024-05-04, the infusion was due on 2024-06-15. The second course, from 2024-08-01, changes nothing.
    """
    folder = write_study(tmp_path / "ten", keep=FEW)
    write_raw(folder, "dli", [dose for dose in read_raw(folder, "dli") if dose["patient"] != "T04"])
    write_raw(folder, "gvhd", [row for row in read_raw(folder, "gvhd") if row["patient"] != "T04"])
    change_raw(folder, "followup", 4, last_contact_date="2024-08-31")
    assert get_adherence(folder, "T04", "ADHDLI") == "no infusion"


@pytest.mark.parametrize(("without", "param", "word"), [
    (["dli", "blinatumomab"], "ADHDLI", "no infusion"), (["blinatumomab"], "ADHCRS2", "no second course"),
])  # fmt: skip
def test_a_deviation_is_not_taken_back_by_what_happens_later(tmp_path, without, param, word):
    """T01 without infusion (due by 2024-03-03) or second course (due within two months after 2024-01-31).

    Both were due before the relapse on 2024-04-10 and the death on 2024-06-09: what was missed by then stays missed.
    """
    folder = write_study(tmp_path / "ten", ["2024-05-31", CUT], FEW)
    for table in without:
        write_raw(folder, table, [row for row in read_raw(folder, table) if not _is_of_t01_after_course_1(row)])
    judged = [get_adherence(folder, "T01", param, cut) for cut in ("2024-05-31", CUT)]
    assert judged == [word, word]


def _is_of_t01_after_course_1(row: dict[str, str]) -> bool:
    return row["patient"] == "T01" and row.get("cycle") != "1"
