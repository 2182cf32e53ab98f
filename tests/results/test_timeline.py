"""The time line of each patient, against the stories of the ten patients (see datasets/ten_patients/README.md)."""

import pandas as pd
import pytest

from datasets.ten_patients.folder import CUT, change_raw, write_study
from helpers.results.cut import open_cut
from helpers.results.timeline import (
    ACUTE_GVHD,
    ALIVE,
    CHRONIC_GVHD,
    COURSE,
    DEATH,
    FIELDS,
    FOLLOWED,
    INFUSION,
    NEEDS,
    OTHER_TREATMENT,
    RELAPSE,
    REMISSION,
    derive_timeline,
    list_unknown,
)

FEW = {"variables": ["DISSTAT"], "outcomes": [], "occurrences": [], "endpoints": ["OS"], "later_states": [],
       "benchmarks": []}  # fmt: skip
# Days from the first dose, written by hand from the raw tables: 1 January 2024 is day 0 of T01, and so on.
STORIES = {
    "T01": {
        COURSE: [(0, 4), (4, 7), (7, 21), (66, 73)], REMISSION: [28], INFUSION: [30], RELAPSE: [100], DEATH: [160],
        FOLLOWED: [(0, 160)],
    },
    "T02": {  # acute GVHD before the first dose is no GVHD under treatment
        COURSE: [(0, 10), (53, 63)], REMISSION: [11], INFUSION: [14], OTHER_TREATMENT: [151], DEATH: [200],
        FOLLOWED: [(0, 200)],
    },
    "T03": {  # the remission after CAR-T cells does not count
        COURSE: [(0, 4), (4, 7), (7, 28)], OTHER_TREATMENT: [60], DEATH: [300], FOLLOWED: [(0, 300)],
    },
    "T04": {  # GVHD recorded as I, graded II; the relapse of chronic GVHD after the cut is not known
        COURSE: [(0, 4), (92, 97)], INFUSION: [19], ACUTE_GVHD: [40], CHRONIC_GVHD: [167], ALIVE: [425],
        FOLLOWED: [(0, 425)],
    },
    "T05": {
        COURSE: [(0, 7), (7, 15), (54, 61)], REMISSION: [27], INFUSION: [34], ACUTE_GVHD: [70], RELAPSE: [100],
        DEATH: [100], FOLLOWED: [(0, 100)],
    },
    "T06": {  # interrupted from the fifth to the seventh day; grade I is not grade II
        COURSE: [(0, 4), (7, 15), (63, 70)], REMISSION: [19], INFUSION: [24], CHRONIC_GVHD: [136], RELAPSE: [153],
        OTHER_TREATMENT: [162], ALIVE: [364], FOLLOWED: [(0, 364)],
    },
    "T07": {COURSE: [(0, 10)], REMISSION: [9], ALIVE: [10], FOLLOWED: [(0, 10)]},  # on drug at the cut
    "T08": {
        COURSE: [(0, 4), (4, 7), (7, 10), (80, 91)], ACUTE_GVHD: [19], REMISSION: [27], INFUSION: [40, 121],
        RELAPSE: [121], ALIVE: [121], FOLLOWED: [(0, 121)],
    },
}  # fmt: skip


def tell(folder, cut=CUT):
    """Each patient's story in days."""
    timeline = derive_timeline(open_cut(str(folder), cut))
    stories = {}
    for patient, what, start, end in timeline.itertuples(index=False):
        days = tuple(round(30.4375 * month, 6) for month in (start, end))
        stories.setdefault(patient, {}).setdefault(what, []).append(days if what in {COURSE, FOLLOWED} else days[0])
    return {patient: {what: sorted(days) for what, days in story.items()} for patient, story in stories.items()}


def test_the_ten_patients(tmp_path):
    """T09 and T10 are not treated yet."""
    assert tell(write_study(tmp_path / "ten", keep=FEW)) == STORIES


def test_nothing_from_after_the_cut_is_told(tmp_path):
    """On 2024-01-15 T01 alone is treated, and on drug; T02's first dose is on 2024-02-01."""
    story = tell(write_study(tmp_path / "ten", ["2024-01-15"], FEW), "2024-01-15")
    assert story == {"T01": {COURSE: [(0, 4), (4, 7), (7, 14)], ALIVE: [14], FOLLOWED: [(0, 14)]}}


def test_before_anybody_is_treated_there_is_no_time_line(tmp_path):
    data = open_cut(str(write_study(tmp_path / "ten", ["2023-06-30"], FEW)), "2023-06-30")
    timeline = derive_timeline(data)
    assert (list(timeline.columns), len(timeline)) == (list(FIELDS), 0)


def test_what_has_no_table_is_unknown_and_not_drawn_as_never(tmp_path):
    folder = write_study(tmp_path / "ten", keep={**FEW, "responses": []})
    for table in ("dli", "gvhd", "relapse", "response", "subsequent_therapy"):
        (folder / "raw" / f"{table}.csv").unlink()
    data = open_cut(str(folder), CUT)
    assert set(derive_timeline(data)["what"]) == {FOLLOWED, COURSE, DEATH, ALIVE}
    assert list_unknown(data) == [what for what in NEEDS if what != COURSE]


def test_a_study_without_event_level_tables_has_no_time_line(cohort):
    assert derive_timeline(cohort).empty


def test_who_is_alive_ends_with_the_last_contact(tmp_path):
    """T01 alive, and last seen on the day that was that of death."""
    folder = write_study(tmp_path / "ten", keep=FEW)
    change_raw(folder, "followup", 1, vital_status="alive", death_date="", death_cause="")
    story = tell(folder)["T01"]
    assert (story[ALIVE], story[FOLLOWED], DEATH in story) == ([160], [(0, 160)], False)


def test_months_are_days_by_the_length_of_a_month(tmp_path):
    timeline = derive_timeline(open_cut(str(write_study(tmp_path / "ten", keep=FEW)), CUT))
    row = timeline[(timeline["USUBJID"] == "T01") & (timeline["what"] == DEATH)]
    assert row["start_month"].item() == pytest.approx(160 / 30.4375)
    assert pd.api.types.is_float_dtype(timeline["end_month"])
