"""What is committed is what the seed gives, and what a snapshot held differs from the truth by known corrections."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers.simulation.__main__ import main
from helpers.simulation.cells import format_cell, get_event_date
from helpers.simulation.corrections import undo_corrections
from helpers.simulation.extractions import SNAPSHOTS, Extraction
from helpers.simulation.known_at import take_known
from helpers.simulation.registry import SimulatedRegistry, simulate_registry
from helpers.simulation.snapshots import SEED, take_snapshot
from helpers.study.paths import DATA

STUDY = DATA / "zhengzhou"
CORRECTED = {
    "2024-06-30": {"relapse", "response", "adverse_events"},
    "2025-06-30": {"relapse", "followup", "dli", "gvhd"},
}


@pytest.fixture(scope="module")
def registry() -> SimulatedRegistry:
    return simulate_registry(SEED)


def read_bytes(folder: Path) -> dict[str, bytes]:
    files = [file for part in ("raw", "snapshots") for file in (folder / part).rglob("*.csv")]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def test_committed_tables_are_made_again_byte_for_byte(tmp_path):
    result = CliRunner().invoke(main, [str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert read_bytes(tmp_path) == read_bytes(STUDY)


def test_files_are_plain_text_without_carriage_returns():
    files = read_bytes(STUDY)
    assert len(files) == 30
    for text in files.values():
        assert text.decode("utf-8").endswith("\n")
        assert b"\r" not in text


def list_wrong(extraction: Extraction, registry: SimulatedRegistry) -> list[tuple[str, str]]:
    """Table and patient of every row that a snapshot held otherwise than it was; last contacts follow other rows."""
    truth = take_known(registry.tables, extraction.day)
    snapshot = take_snapshot(registry, extraction)
    return [(table, row["patient"]) for table, rows in snapshot.items() for row in rows if row not in truth[table]]


def count_late(extraction: Extraction, registry: SimulatedRegistry) -> dict[str, int]:
    then, now = take_snapshot(registry, extraction), take_known(registry.tables, extraction.day)
    return {table: len(now[table]) - len(then[table]) for table in now if len(now[table]) != len(then[table])}


@pytest.mark.parametrize("extraction", SNAPSHOTS, ids=lambda extraction: extraction.cut)
def test_values_are_corrected_after_each_snapshot(registry, extraction):
    assert {table for table, _ in list_wrong(extraction, registry)} >= CORRECTED[extraction.cut]


@pytest.mark.parametrize(("place", "late"), [(0, {"adverse_events": 1}), (1, {"adverse_events": 1, "gvhd": 1})])
def test_rows_are_entered_late_although_dated_before_the_cut(registry, place, late):
    assert count_late(SNAPSHOTS[place], registry) == late
    truth = registry.tables
    before = undo_corrections(truth, SNAPSHOTS[place])
    for table in late:
        gone = [row for row in truth[table] if not any(_is_same(row, other, table) for other in before[table])]
        assert all(row["onset_date"] <= SNAPSHOTS[place].cut for row in gone)
        assert len(gone) == 1


def _is_same(row, other, table: str) -> bool:
    key = ["patient", "onset_date", "term" if table == "adverse_events" else "type"]
    return all(row[name] == other[name] for name in key)


@pytest.mark.parametrize("extraction", SNAPSHOTS, ids=lambda extraction: extraction.cut)
def test_a_snapshot_knows_nothing_of_the_future(registry, extraction):
    limit = extraction.day.isoformat()
    for records in take_snapshot(registry, extraction).values():
        for record in records:
            assert all(cell <= limit for name, cell in record.items() if name.endswith("_date"))


def test_a_death_still_to_come_is_not_known_and_its_infection_goes_on(registry):
    dead = next(
        row
        for row in registry.tables["adverse_events"]
        if row["outcome"] == "fatal" and row["onset_date"] < row["end_date"]
    )
    day = SNAPSHOTS[0].day.fromisoformat(dead["onset_date"])
    known = take_known(registry.tables, day)
    event = next(
        row for row in known["adverse_events"] if row["patient"] == dead["patient"] and row["term"] == dead["term"]
    )
    followup = next(row for row in known["followup"] if row["patient"] == dead["patient"])
    assert (event["grade"], event["outcome"], event["end_date"]) == ("4", "ongoing", "")
    assert (followup["vital_status"], followup["death_date"], followup["death_cause"]) == ("alive", "", "")
    assert followup["last_contact_date"] == dead["onset_date"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (28, "28"),
        (28.0, "28"),
        (11.66, "11.66"),
        (6.5e7, "6.5e7"),
        (3e-5, "3e-5"),
        (0.0, "0"),
        (0.001, "0.001"),
        (None, ""),
    ],
)
def test_cells_in_their_shortest_form(cell, text):
    assert format_cell(cell) == text


def test_follow_up_has_no_date_of_its_own():
    assert get_event_date("followup") is None
    assert get_event_date("gvhd") == "onset_date"
