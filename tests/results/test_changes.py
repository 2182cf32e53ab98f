"""Two cuts compared: planted changes are found, each with its cause, and nothing else.

Expectations are what was planted, and counts worked out by hand from the stories in tests/datasets/ten_patients: of its
patients T01 to T06 are the earlier cut, at which five have died or left and T04 and T06 are followed.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.ten_patients.folder import change_raw, read_raw, write_raw, write_study
from helpers.delivery.provenance import collect_provenance, make_manifest
from helpers.delivery.report import write_data
from helpers.intake.findings import DataError
from helpers.results import patient_changes as happening
from helpers.results.changes import (
    NUMBER,
    WHOLE,
    Changes,
    NotCompared,
    compare_cuts,
    compare_with_last,
    make_changes_frame,
)
from helpers.results.cut import open_cut
from helpers.results.delivered import BrokenSealError
from helpers.results.replay import CAUSES, EVENT, FOLLOW_UP, METHOD, PATIENT, SOURCE
from helpers.results.source_values import CORRECTED, LATE, REMOVED, list_source_changes
from helpers.study.reading import read_cut, read_study

THEN, NOW = "2025-06-30", "2025-12-31"
NEW_DATES = {"screening_date": "2025-08-01", "relapse_before_date": "2025-07-25", "treatment_start_date": "2025-08-04"}
TABLES = (
    "patients", "followup", "blinatumomab", "dli", "response", "relapse", "gvhd", "adverse_events", "labs",
    "subsequent_therapy",
)  # fmt: skip
KEPT = {"T01", "T02", "T03", "T04", "T05", "T06"}


@pytest.fixture
def study_folder(tmp_path: Path) -> Path:
    """Six of the ten patients, with nothing dated after the earlier cut: both cuts know the same."""
    folder = write_study(tmp_path / "study", cuts=(THEN, NOW))
    for table in TABLES:
        records = [record for record in read_raw(folder, table) if record["patient"] in KEPT]
        late = ("assessment_date", "onset_date", "therapy_date", "lab_date")
        write_raw(folder, table, [r for r in records if not any(r.get(name, "") > THEN for name in late)])
    change_raw(folder, "followup", 4, last_contact_date=THEN)
    shutil.copytree(folder / "raw", folder / "then")
    _declare(folder, lambda declared: declared["cuts"][0].update(snapshot="then"))
    return folder


def _declare(folder: Path, change: Callable[[dict], object]) -> None:
    file = folder / "study.yml"
    declared = yaml.safe_load(file.read_text("utf-8"))
    change(declared)
    file.write_text(yaml.safe_dump(declared, sort_keys=False, allow_unicode=True), "utf-8")


def _compare(folder: Path, old: str = THEN, new: str = NOW) -> Changes:
    study = read_study(str(folder))
    return compare_cuts(study, read_cut(study, old), read_cut(study, new), folder / "reports")


def _deliver(folder: Path, cut_id: str = THEN) -> Path:
    """Deliver a report without its documents: what later cuts are compared with."""
    study = read_study(str(folder))
    cut = read_cut(study, cut_id)
    delivered = folder / "reports" / study.id / cut.id
    data = open_cut(str(folder), cut_id)
    write_data(data, compare_with_last(data, folder / "reports"), delivered)
    manifest = make_manifest(collect_provenance(study, cut), {}, "", delivered)
    (delivered / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return delivered


def _add_patients(folder: Path, *names: str) -> None:
    """Patients treated after the earlier cut, of whom nothing else is known but that they are alive."""
    like = read_raw(folder, "patients")[0]
    added = [{**like, "patient": name, **NEW_DATES} for name in names]
    write_raw(folder, "patients", [*read_raw(folder, "patients"), *added])
    contacts = [{"patient": name, "last_contact_date": "2025-12-01", "vital_status": "alive"} for name in names]
    write_raw(folder, "followup", [*read_raw(folder, "followup"), *contacts])
    _treat(folder, names, NEW_DATES["treatment_start_date"])


def _treat(folder: Path, names: Sequence[str], day: str) -> None:
    doses = [{"patient": name, "cycle": "1", "start_date": day, "daily_dose_ug": "28"} for name in names]
    write_raw(folder, "blinatumomab", [*read_raw(folder, "blinatumomab"), *doses])


def _happenings(changes: Changes) -> list[tuple[str, ...]]:
    return [tuple(row) for row in changes.patients.itertuples(index=False)]


def _number(changes: Changes, analysis: str, param: str, stat: str, **keys: object) -> dict[str, tuple[float, float]]:
    """By cause, a number before and after its step."""
    rows = changes.numbers
    for column, value in {"analysis": analysis, "param": param, "stat": stat, **keys}.items():
        rows = rows[rows[column] == value]
    return {cause: (old, new) for cause, old, new in zip(rows["cause"], rows["old"], rows["new"], strict=True)}


def test_nothing_changed_is_reported_as_nothing(study_folder):
    changes = _compare(study_folder)
    assert changes.are_none
    assert make_changes_frame(changes).empty


def test_planted_changes_are_reported_each_with_its_cause_and_nothing_else(study_folder):
    _deliver(study_folder)
    _add_patients(study_folder, "T11", "T12")
    change_raw(study_folder, "followup", 6, last_contact_date="2025-10-01", vital_status="dead",
               death_date="2025-10-01", death_cause="Other")  # fmt: skip
    change_raw(study_folder, "relapse", 1, relapse_date="2024-04-08")

    def without_death(declared):
        relapse_free = next(item for item in declared["endpoints"] if item["param"] == "RFS")
        relapse_free["events"] = relapse_free["events"][:1]

    _declare(study_folder, without_death)
    changes = _compare(study_folder)

    assert changes.as_delivered
    assert [tuple(row) for row in changes.new_patients.itertuples(index=False)] == [
        ("T11", "", "treated 2025-08-04"),
        ("T12", "", "treated 2025-08-04"),
    ]
    assert [tuple(row)[:6] for row in changes.source_values.itertuples(index=False)] == [
        ("relapse", "T01", "relapse_date", CORRECTED, "2024-04-10", "2024-04-08")
    ]
    assert [tuple(row)[:2] for row in changes.method.itertuples(index=False)] == [
        ("study.yml", "endpoints RFS events Death in remission")
    ]
    # T02 died in remission, which RFS no longer counts; T01's relapse is in the marrow; T06 had relapsed before
    assert _happenings(changes) == [
        (METHOD, "T02", happening.WITHDRAWN, "RFS", "Death in remission, 2024-08-19", "Last contact, 2024-08-19"),
        (
            SOURCE,
            "T01",
            happening.EVENT_CHANGED,
            "RFS DFS DOR CIR NRM AGVHD24 AGVHD34 CGVHD CGVHDMS GRFS CLFS",
            "Relapse / Marrow relapse / Remission lost, 2024-04-10",
            "Relapse / Marrow relapse / Remission lost, 2024-04-08",
        ),
        (EVENT, "T06", happening.EVENT, "OS CLFS", "Last contact, 2025-03-31", "Death, 2025-10-01"),
    ]
    # four of six had died; T06 dies; T11 and T12 are alive
    assert _number(changes, "km", "OS", "events") == {WHOLE: (4, 5), EVENT: (4, 5)}
    assert _number(changes, "km", "OS", "n") == {WHOLE: (6, 8), PATIENT: (6, 8)}
    # RFS of T01, T02, T05 and T06, all with an event; T02's was the death
    assert _number(changes, "km", "RFS", "events") == {WHOLE: (4, 3), METHOD: (4, 3)}
    # T01's relapse comes two days earlier: the first of three, so that the median does not move
    assert _number(changes, "count", "", "n", variable="SAFFL") == {WHOLE: (6, 8), PATIENT: (6, 8)}
    assert set(changes.numbers["cause"]) - {WHOLE} <= {METHOD, SOURCE, EVENT, PATIENT}
    concerned = changes.numbers[changes.numbers["cause"] == METHOD]
    assert set(concerned["param"]) == {"RFS"}
    assert _add_up(changes)


def _add_up(changes: Changes) -> bool:
    """Whether the steps of each number lead from its old to its new value without a gap, and sum to the difference."""
    for _, rows in changes.numbers.groupby(NUMBER, dropna=False):
        whole, steps = rows[rows["cause"] == WHOLE].iloc[0], rows[rows["cause"] != WHOLE]
        path = [whole["old"], *steps["new"]]
        # what differs by the rounding of the machine is no step
        np.testing.assert_allclose(path[:-1], steps["old"], rtol=1e-9)
        np.testing.assert_allclose(path[-1], whole["new"], rtol=1e-9)
        if steps["difference"].notna().all():
            assert steps["difference"].sum() == pytest.approx(whole["new"] - whole["old"], abs=1e-12)
        assert list(steps["cause"]) == [cause for cause in CAUSES if cause in set(steps["cause"])]
    return True


def test_longer_follow_up_moves_the_censoring_and_nothing_else(study_folder):
    change_raw(study_folder, "followup", 4, last_contact_date="2025-12-15")
    changes = _compare(study_folder)
    # never in remission, and with GVHD by then: only survival is still running
    assert _happenings(changes) == [
        (FOLLOW_UP, "T04", happening.MOVED, "OS", f"Last contact, {THEN}", "Last contact, 2025-12-15")
    ]
    assert set(changes.numbers["cause"]) - {WHOLE} == {FOLLOW_UP}
    assert changes.source_values.empty


def test_a_correction_of_the_last_contact_to_an_earlier_day_is_one(study_folder):
    change_raw(study_folder, "followup", 6, last_contact_date="2025-03-01")
    changes = _compare(study_folder)
    assert [tuple(row)[:6] for row in changes.source_values.itertuples(index=False)] == [
        ("followup", "T06", "last_contact_date", CORRECTED, "2025-03-31", "2025-03-01")
    ]
    assert set(changes.patients["cause"]) == {SOURCE}


def test_a_death_before_the_cut_that_was_entered_after_it_is_a_correction(study_folder):
    change_raw(study_folder, "followup", 6, last_contact_date="2025-06-01", vital_status="dead",
               death_date="2025-06-01", death_cause="Other")  # fmt: skip
    changes = _compare(study_folder)
    assert set(changes.numbers["cause"]) - {WHOLE} <= {SOURCE}
    assert _number(changes, "km", "OS", "events") == {WHOLE: (4, 5), SOURCE: (4, 5)}
    assert set(changes.source_values["column"]) == {"vital_status", "death_date", "death_cause"}


def test_who_was_screened_then_and_is_treated_now_is_a_new_patient(study_folder):
    for folder in ("raw", "then"):
        like = read_raw(study_folder, "patients")[0]
        waiting = {**like, "patient": "T13", "screening_date": "2025-06-20", "treatment_start_date": ""}
        started = {**waiting, "treatment_start_date": "2025-07-04"}
        records = [*read_raw(study_folder, "patients"), started if folder == "raw" else waiting]
        if folder == "raw":
            write_raw(study_folder, "patients", records)
            contact = {"patient": "T13", "last_contact_date": "2025-12-01", "vital_status": "alive"}
            write_raw(study_folder, "followup", [*read_raw(study_folder, "followup"), contact])
            _treat(study_folder, ["T13"], "2025-07-04")
        else:
            text = (study_folder / "then" / "patients.csv").read_text("utf-8")
            (study_folder / "then" / "patients.csv").write_text(text + ",".join(waiting.values()) + "\n", "utf-8")
            contact_line = "T13,2025-06-21,alive,,\n"
            file = study_folder / "then" / "followup.csv"
            file.write_text(file.read_text("utf-8") + contact_line, "utf-8")
    changes = _compare(study_folder)
    assert [tuple(row) for row in changes.new_patients.itertuples(index=False)] == [
        ("T13", "not treated", "treated 2025-07-04")
    ]
    assert changes.patients.empty
    assert changes.source_values.empty
    assert _number(changes, "count", "", "n", variable="SAFFL") == {WHOLE: (6, 7), PATIENT: (6, 7)}
    # screened by both cuts: the flow does not change there
    assert _number(changes, "count", "", "n", variable="FLOW=screened") == {}


def test_a_patient_removed_from_the_source_is_a_correction(study_folder):
    for table in TABLES:
        write_raw(study_folder, table, [r for r in read_raw(study_folder, table) if r["patient"] != "T03"])
    changes = _compare(study_folder)
    assert set(changes.source_values["what"]) == {REMOVED}
    assert _number(changes, "km", "OS", "n") == {WHOLE: (6, 5), SOURCE: (6, 5)}
    assert list(changes.new_patients["new"]) == [""]


def test_a_cut_compared_with_itself_is_the_same(study_folder):
    for cut in (THEN, NOW):
        assert _compare(study_folder, cut, cut).are_none
    _deliver(study_folder)
    change_raw(study_folder, "relapse", 1, relapse_date="2024-04-08")
    assert _compare(study_folder, THEN, THEN).are_none


def test_the_other_way_round_is_the_mirror(study_folder):
    _add_patients(study_folder, "T11")
    change_raw(study_folder, "followup", 6, last_contact_date="2025-10-01", vital_status="dead",
               death_date="2025-10-01", death_cause="Other")  # fmt: skip
    write_raw(study_folder, "relapse", read_raw(study_folder, "relapse")[1:])
    there, back = _compare(study_folder), _compare(study_folder, NOW, THEN)
    assert (back.old.id, back.new.id) == (NOW, THEN)
    pd.testing.assert_frame_equal(back.numbers[NUMBER], there.numbers[NUMBER])
    for column, other in (("old", "new"), ("new", "old")):
        for part in ("numbers", "patients", "source_values", "new_patients"):
            one, two = getattr(back, part)[column], getattr(there, part)[other]
            pd.testing.assert_series_equal(one, two, check_names=False)
    pd.testing.assert_series_equal(back.numbers["difference"], -there.numbers["difference"])
    assert list(back.source_values["what"]) == [LATE]
    assert list(there.source_values["what"]) == [REMOVED]
    assert happening.WITHDRAWN in set(back.patients["what"])
    pd.testing.assert_frame_equal(back.old_results, there.new_results)
    pd.testing.assert_frame_equal(make_changes_frame(back.mirrored()), make_changes_frame(there))


def test_a_delivered_report_is_compared_as_it_was_delivered(study_folder):
    """Without a snapshot of its own, the earlier cut's raw tables are those that the report keeps."""
    _declare(study_folder, lambda declared: declared["cuts"][0].pop("snapshot"))
    change_raw(study_folder, "relapse", 1, relapse_date="2024-04-10")
    _deliver(study_folder)
    change_raw(study_folder, "relapse", 1, relapse_date="2024-04-08")
    changes = _compare(study_folder)
    assert changes.as_delivered
    assert list(changes.source_values["new"]) == ["2024-04-08"]
    assert set(changes.patients["cause"]) == {SOURCE}


def test_a_delivered_report_changed_by_hand_is_not_compared(study_folder):
    results = _deliver(study_folder) / "results.csv"
    results.write_text(results.read_text("utf-8").replace("events,4", "events,3"), "utf-8")
    with pytest.raises(BrokenSealError, match=r"results\.csv was changed after the report was delivered"):
        _compare(study_folder)
    now = compare_with_last(open_cut(str(study_folder), NOW), study_folder / "reports")
    assert isinstance(now, NotCompared)
    assert not now.is_first
    assert "results.csv" in now.reason


def test_the_first_cut_has_none_before_it(study_folder):
    first = compare_with_last(open_cut(str(study_folder), THEN), study_folder / "reports")
    assert isinstance(first, NotCompared)
    assert first.is_first


def test_an_earlier_cut_with_faulty_data_stops_nothing(study_folder):
    file = study_folder / "then" / "relapse.csv"
    file.write_text(file.read_text("utf-8").replace("2024-04-10", "2024-13-10"), "utf-8")
    found = compare_with_last(open_cut(str(study_folder), NOW), study_folder / "reports")
    assert isinstance(found, NotCompared)
    assert "1 error" in found.reason


# the simulator's own corrections between its snapshots, see src/helpers/simulation/corrections.py and known_at.py
PLANTED = {
    ("2024-06-30", "2025-06-30"): {
        ("response", "ZZ-001", "mrd_level"),
        ("relapse", "ZZ-002", "relapse_date"),
        ("adverse_events", "ZZ-001", "grade"),
        ("adverse_events", "ZZ-014", ""),
    },
    ("2025-06-30", "2026-06-30"): {
        ("followup", "ZZ-003", "death_cause"),
        ("followup", "ZZ-020", "last_contact_date"),
        ("dli", "ZZ-017", "mnc_per_kg"),
        ("response", "ZZ-007", "assessment_date"),
        ("relapse", "ZZ-007", "relapse_date"),
        ("gvhd", "ZZ-018", "lower_gi_stage"),
        ("gvhd", "ZZ-024", ""),
        ("adverse_events", "ZZ-035", ""),
    },
    ("2026-06-30", "2026-12-31"): set(),
}


@pytest.mark.parametrize(("old", "new"), list(PLANTED))
def test_corrections_between_the_snapshots_of_the_protocol_study_are_found(old, new, tmp_path):
    study = read_study("zhengzhou")
    changes = compare_cuts(study, read_cut(study, old), read_cut(study, new), tmp_path)
    found = {tuple(row)[:3] for row in changes.source_values.itertuples(index=False)}
    assert found == PLANTED[old, new]
    assert _add_up(changes)
    # old and new of every number are those of the two cuts' own results
    for side, cut in (("old", old), ("new", new)):
        results = open_cut("zhengzhou", cut).results
        overall = results[results["group"] == ""].set_index(NUMBER)["value"]
        wholes = changes.numbers[changes.numbers["cause"] == WHOLE].set_index(NUMBER)[side]
        pd.testing.assert_series_equal(wholes, overall.reindex(wholes.index), check_names=False, rtol=1e-12)


cells = st.sampled_from(["a", "b", "c", ""])
records = st.lists(st.tuples(cells, cells, cells), max_size=5)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(records, records)
def test_source_changes_lead_from_the_old_records_to_the_new(old, new):
    """Whatever the records: applied to the old ones, the listed changes give the new ones."""
    columns = ["assessment_date", "morphology", "mrd_method"]
    sides = []
    for number, side in enumerate((old, new)):
        frame = pd.DataFrame(side, columns=columns, dtype=str)
        frame.insert(0, "patient", "P")
        sides.append({"response": frame.set_axis(pd.RangeIndex(1, len(frame) + 1))})
        assert number < 2
    found = list_source_changes(*sides)
    left = {number + 1: dict(zip(columns, record, strict=True)) for number, record in enumerate(old, start=1)}
    for change in found.itertuples(index=False):
        if change.what == REMOVED:
            del left[int(change.old_row)]
        elif change.what == CORRECTED:
            assert left[int(change.old_row)][change.column] == change.old
            left[int(change.old_row)][change.column] = change.new
        else:
            cells_then = dict(part.split("=") for part in change.new.split(", ") if part)
            left[-int(change.new_row)] = {**dict.fromkeys(columns, ""), **cells_then}
    assert sorted(tuple(record.values()) for record in left.values()) == sorted(new)


def test_dates_that_contradict_each_other_then_stop_nothing_and_are_refused_when_asked_for(study_folder):
    file = study_folder / "then" / "followup.csv"
    lines = file.read_text("utf-8").splitlines()
    file.write_text("\n".join(line for line in lines if not line.startswith("T06")) + "\n", "utf-8")
    with pytest.raises(DataError, match="patient T06"):
        _compare(study_folder)
    found = compare_with_last(open_cut(str(study_folder), NOW), study_folder / "reports")
    assert isinstance(found, NotCompared)


def test_another_date_of_a_delivered_cut_is_a_change_of_method_and_its_report_keeps_its_own(study_folder):
    _deliver(study_folder)
    _declare(study_folder, lambda declared: declared["cuts"][0].update(date="2025-05-31"))
    changes = _compare(study_folder)
    assert changes.old.date.isoformat() == THEN
    assert [tuple(row)[1:] for row in changes.method.itertuples(index=False)] == [
        (f"cuts {THEN} date", THEN, "2025-05-31")
    ]


def test_the_same_number_in_another_spelling_and_an_unknown_column_are_no_corrections(study_folder):
    records = read_raw(study_folder, "adverse_events")
    for record in records:
        record["grade"] = f"{record['grade']}.0"
    write_raw(study_folder, "adverse_events", records)
    file = study_folder / "raw" / "dli.csv"
    header, *lines = file.read_text("utf-8").splitlines()
    file.write_text("\n".join([f"{header},shoe_size", *(f"{line},42" for line in lines)]) + "\n", "utf-8")
    assert _compare(study_folder).are_none


@pytest.mark.parametrize("content", [None, "[]", '{"outputs": 5}', "no json"])
def test_a_delivered_report_without_a_readable_seal_is_not_compared(study_folder, content):
    manifest = _deliver(study_folder) / "manifest.json"
    if content is None:
        manifest.unlink()
    else:
        manifest.write_text(content, "utf-8")
    with pytest.raises(BrokenSealError, match=r"manifest\.json is missing or not readable"):
        _compare(study_folder)


def test_a_corrected_site_of_relapse_is_told_as_well_as_what_follows_from_it(study_folder):
    change_raw(study_folder, "relapse", 1, relapse_site="Extramedullary")
    told = [(what, items) for _, _, what, items, *_ in _happenings(_compare(study_folder))]
    assert (happening.OUTCOMES, "RELBM") in told
    assert (happening.OUTCOMES, "RELEM") in told
    assert (happening.OUTCOMES, "RELAPSE") not in told
