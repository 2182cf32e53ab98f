"""The public version of both studies: what it must not hold is looked for in every byte of every file."""

import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path

import pandas as pd
import pypdf
import pytest
from PIL import Image

from delivery.conftest import PROTOCOL, PUBLISHED, build, run_report
from helpers.datasets.occurrence import find_occurred
from helpers.results.cut import CutData, open_cut
from helpers.results.schema import KEYS, read_results, select
from helpers.statistics.suppression import THRESHOLD

STUDIES = [PUBLISHED, PROTOCOL]
IDS = [study for study, _ in STUDIES]


@pytest.fixture(scope="session")
def public_reports(tmp_path_factory) -> dict[str, Path]:
    out = tmp_path_factory.mktemp("public") / "reports"
    return {study: build(study, study, cut, out, "--audience", "public") for study, cut in STUDIES}


@pytest.fixture(scope="session")
def whole() -> dict[str, CutData]:
    """What co-authors see: the truth that must not be recovered."""
    return {study: open_cut(study, cut) for study, cut in STUDIES}


def read_bytes(file: Path) -> Iterator[bytes]:
    """All that a file holds: as it is, every part of an archive, every stream of a PDF, the texts of a picture."""
    content = file.read_bytes()
    yield content
    if file.suffix == ".docx":
        with zipfile.ZipFile(file) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    if file.suffix == ".pdf":
        reader = pypdf.PdfReader(io.BytesIO(content))
        for number in range(1, len(reader.xref_objStm) + sum(map(len, reader.xref.values())) + 1):
            found = reader.get_object(pypdf.generic.IndirectObject(number, 0, reader))
            yield str(found).encode()
            if hasattr(found, "get_data"):
                yield found.get_data()
        yield from (page.extract_text().encode() for page in reader.pages)
        yield str(reader.metadata).encode()
    if file.suffix == ".png":
        with Image.open(file) as picture:
            yield str(picture.info).encode()


def list_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def write_forms(day: dt.date) -> set[str]:
    """A day as people write it."""
    months = (f"{day:%B}", f"{day:%b}")
    words = {form for month in months for form in (f"{day.day} {month} {day.year}", f"{month} {day.day}, {day.year}")}
    return words | {f"{day:{form}}" for form in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%Y/%m/%d")}


PATIENT = re.compile(rb"(?<![0-9A-Za-z-])(?:[Pp]atient )?[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*")
DAY = re.compile(
    rb"(?<![0-9A-Za-z])(?:\d{4}-\d\d-\d\d|\d{4}/\d\d/\d\d|\d\d[./]\d\d[./]\d{4}|\d{8}"
    rb"|\d{1,2} [A-Z][a-z]{2,8} \d{4}|[A-Z][a-z]{2,8} \d{1,2}, \d{4})(?![0-9A-Za-z])"
)
"""What may be a patient or a day, so that a large file is read once."""


def find_secrets(folder: Path, secrets: set[str], shape: re.Pattern[bytes]) -> list[str]:
    """Which of some texts stand anywhere in a folder, with the file."""
    found = []
    for file in list_files(folder):
        for content in read_bytes(file):
            hits = {hit.decode() for hit in shape.findall(content)} & secrets
            found += [f"{file.name}: {hit}" for hit in sorted(hits)]
    return found


def list_patients(data: CutData) -> set[str]:
    ids = set(data.adsl["USUBJID"])
    # a bare number names a patient only where it says so
    spelt = [(f"Patient {i}", f"patient {i}") if i.isdigit() else (i, i.replace("-", "")) for i in ids]
    return {form for forms in spelt for form in forms}


def list_days(data: CutData) -> set[dt.date]:
    frames = [*data.tables.values(), *data.datasets.values()]
    columns = [frame[c] for frame in frames for c in frame if pd.api.types.is_datetime64_any_dtype(frame[c])]
    return {day.date() for column in columns for day in column.dropna()}


@pytest.mark.parametrize("study", IDS)
def test_no_patient_is_named(public_reports, whole, study):
    assert find_secrets(public_reports[study], list_patients(whole[study]), PATIENT) == []


def test_no_day_of_a_patient_is_given(public_reports, whole):
    study, cut = PROTOCOL
    days = list_days(whole[study])
    assert len(days) > 100
    found = find_secrets(public_reports[study], {form for day in days for form in write_forms(day)}, DAY)
    # the id of the cut is in its seal; that it is somebody's last contact too is not said
    assert [hit for hit in found if hit != f"manifest.json: {cut}"] == []


def test_the_search_finds_what_co_authors_see(protocol_report, whole):
    """The search above must be able to fail: in the report for co-authors it finds patients and days everywhere."""
    data = whole[PROTOCOL[0]]
    patients = {hit.split(":")[0] for hit in find_secrets(protocol_report, list_patients(data), PATIENT)}
    days = {hit.split(":")[0] for hit in find_secrets(protocol_report, {f"{day}" for day in list_days(data)}, DAY)}
    assert {"report.html", "report.pdf", "report.docx", "adsl.csv"} <= patients & days


@pytest.mark.parametrize("study", IDS)
def test_only_what_the_public_may_see_is_delivered(public_reports, study):
    kinds = {file.relative_to(public_reports[study]).parts[0] for file in list_files(public_reports[study])}
    reports = {"report.html", "report.pdf", "report.docx"}
    assert kinds <= {*reports, "results.csv", "tables", "figures", "manifest.json"}
    assert reports <= kinds
    names = {file.stem.removesuffix("-SYNTHETIC") for file in list_files(public_reports[study])}
    assert not names & {"listing", "decisions", "candidates", "findings", "swimmer", "since-patients", "all-claims"}


@pytest.mark.parametrize("study", IDS)
def test_no_code_is_in_it_nor_hidden(public_reports, study):
    code = re.compile(rb"helpers\.display|make_table_|plot_[a-z]+\(|code-fold\"><summary|cell-code")
    for file in list_files(public_reports[study]):
        if file.name != "manifest.json":  # names the files of the program, with their sums
            assert not any(code.search(content) for content in read_bytes(file)), file.name
    assert b"<!--" not in (public_reports[study] / "report.html").read_bytes()


@pytest.mark.parametrize("study", IDS)
def test_no_small_count_is_printed(public_reports, study):
    results = read_results(public_reports[study] / "results.csv")
    counts = results[results["stat"].isin(["n", "N", "events", "censored", "competing", "n_risk", "missing"])]
    start = counts["analysis"].isin(["km_risk", "cif_risk"]) & (counts["time_months"] == 0)
    assert (counts.loc[~start, "value"].dropna() >= THRESHOLD).all()
    proportions = results[results["analysis"] == "proportion"]
    wide = proportions.pivot_table(index=list(KEYS), columns="stat", values="value", dropna=False)
    known = wide.dropna(subset=["n"])
    assert len(known)
    assert (known["N"] - known["n"] >= THRESHOLD).all()
    # of what is not shown, no share and no limit is
    assert wide.loc[wide["n"].isna(), ["p", "lcl", "ucl"]].isna().all(axis=None)


@pytest.mark.parametrize("study", IDS)
def test_no_small_count_is_the_difference_of_two(public_reports, whole, study):
    """Every published count of patients within another: strata, levels, occurrences within their population, and each
    other. The sets are taken from the datasets anew, without the program's list of sums."""
    data = whole[study]
    occurred = find_occurred(data.occurrences, data.adsl, data.study.occurrence_params)
    results = read_results(public_reports[study] / "results.csv")
    shown = results[(results["stat"] == "n") & results["value"].notna()]
    sets: dict[tuple[str, str, str, str], set[str]] = {}
    for row in shown.itertuples():
        if row.analysis not in ("proportion", "count") or (row.param and row.variable):
            continue
        inside = data.adsl[row.population] == "Y"
        inside &= data.adsl[row.group] == row.level if row.group else True
        name, _, code = row.variable.partition("=")
        if row.param:
            inside &= occurred[row.param]
        elif row.variable != row.population:
            inside &= data.adsl[name] == (code or "Y")
        sets[row.param or row.variable, row.population, row.group, row.level] = set(data.adsl.loc[inside, "USUBJID"])
        assert len(sets[row.param or row.variable, row.population, row.group, row.level]) == row.value
    topics = {item.param: item.topic for item in data.study.occurrences}
    compared = 0
    for (one, a), (other, b) in combinations(sets.items(), 2):
        same = one[0] == other[0] and one[1] == other[1] and ("", "") in (one[2:], other[2:])
        is_whole = {one[0], other[0]} & set(data.study.population_names)
        contained = one[1:] == other[1:] and (is_whole or topics.get(one[0], one) == topics.get(other[0], other))
        if (same or contained) and (a < b or b < a):
            compared += 1
            assert abs(len(a) - len(b)) >= THRESHOLD, (one, other)
    assert compared > 0


def test_small_counts_and_those_that_would_tell_are_marked(public_reports):
    html = (public_reports[PROTOCOL[0]] / "report.html").read_text("utf-8")
    assert "&lt;5/53" in html
    assert "withheld" in html


def test_curves_step_only_where_enough_patients_had_the_event(public_reports, whole):
    study, _ = PROTOCOL
    public = read_results(public_reports[study] / "results.csv")
    steps = select(public, analysis="km_curve", param="OS", group="", stat="survival")["time_months"]
    times = whole[study].time_to_event["OS"].adtte
    events = times.loc[times["CNSR"] == 0, "AVAL"]
    borders = [0.0, *steps, float(times["AVAL"].max())]
    assert len(borders) > 3
    for start, end in pairwise(borders):
        assert ((events > start) & (events <= end)).sum() >= THRESHOLD


def test_the_report_for_co_authors_is_not_replaced(protocol_report, protocol_study):
    before = json.loads((protocol_report / "manifest.json").read_text("utf-8"))
    done = run_report(protocol_study, PROTOCOL[1], protocol_report.parents[1], "--audience", "public")
    assert done.returncode == 2
    assert "holds the report for coauthors" in done.stderr
    assert json.loads((protocol_report / "manifest.json").read_text("utf-8")) == before


def test_a_failed_run_leaves_nothing_in_a_folder_for_the_public(cohort_copy, tmp_path):
    """A raw table that contradicts itself: its findings name patients, and are said in the terminal only."""
    table = cohort_copy / "raw" / "patient_listing.csv"
    table.write_text(table.read_text("utf-8").replace("\n1,", "\n2,", 1), "utf-8")
    done = run_report(cohort_copy, PUBLISHED[1], tmp_path / "public", "--audience", "public")
    assert done.returncode == 1, done.stderr
    assert list((tmp_path / "public").rglob("*")) == []
