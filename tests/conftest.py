"""What the tests share: the published cohort, copies of it to break, and studies small enough to work out by hand."""

import csv
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.datasets.adsl import derive_adsl
from helpers.datasets.adtte import TimeToEvent, derive_time_to_event
from helpers.intake.reading import read_raw_data
from helpers.results.cut import CutData, open_cut
from helpers.study.model import Study
from helpers.study.paths import DATA
from helpers.study.reading import read_study

COHORT = "tsvetkova2022"
Record = Mapping[str, object]
WriteStudy = Callable[..., Path]


@pytest.fixture(scope="session")
def cohort() -> CutData:
    """The published cohort at its only cut."""
    return open_cut(COHORT, "published")


@pytest.fixture
def cohort_copy(tmp_path: Path) -> Path:
    """A copy of the published cohort's folder, free to be broken."""
    return Path(shutil.copytree(DATA / COHORT, tmp_path / "copied" / COHORT))


def declare(**changes: Any) -> dict[str, Any]:
    """The shortest study.yml there is, with what a test wants to say."""
    smallest: dict[str, Any] = {
        "id": "tiny",
        "title": "A tiny study",
        "subtitle": "made up",
        "short_title": "Tiny",
        "question": "Does it add up?",
        "authors": ["Nobody"],
        "cuts": [{"id": "first", "label": "the first cut", "date": None}],
        "tables": ["patient_listing"],
        "patients": "patient_listing.patient",
        "populations": [{"name": "SAFFL", "label": "all patients", "when": []}],
    }
    return {**smallest, **changes}


@pytest.fixture
def write_study(tmp_path: Path) -> WriteStudy:
    """Write a study folder: raw tables as lists of records (a cell not given is empty), declarations by name."""

    def write(tables: Mapping[str, Sequence[Record]] | None = None, **declared: Any) -> Path:
        tables = tables if tables is not None else {"patient_listing": [{"patient": "1"}]}
        folder = tmp_path / "tiny"
        (folder / "raw").mkdir(parents=True, exist_ok=True)
        content = declare(**{"tables": list(tables), **declared})
        (folder / "study.yml").write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), "utf-8")
        for name, records in tables.items():
            columns = list(dict.fromkeys(column for record in records for column in record))
            with (folder / "raw" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
                writer.writeheader()
                writer.writerows(records)
        return folder

    return write


@pytest.fixture(scope="session")
def smallest_study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The shortest study.yml there is, read."""
    folder = tmp_path_factory.mktemp("smallest")
    (folder / "study.yml").write_text(yaml.safe_dump(declare()), "utf-8")
    return read_study(str(folder))


@pytest.fixture
def derive_endpoint(write_study: WriteStudy) -> Callable[..., TimeToEvent]:
    """Write a study with one endpoint and derive it."""

    def derive(tables: Mapping[str, Sequence[Record]], endpoint: Mapping[str, Any], **declared: Any) -> TimeToEvent:
        whole = {"param": "TTE", "label": "Time", "definition": "As said.", "population": "SAFFL", **endpoint}
        study = read_study(str(write_study(tables, endpoints=[whole], **declared)))
        raw = read_raw_data(study, study.cuts[-1])
        return derive_time_to_event(raw.tables, derive_adsl(raw.tables, study), study.endpoints[0], study)

    return derive
