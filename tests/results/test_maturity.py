"""Maturity of the data: five patients worked out by hand, what has no dates, and the protocol study as a whole.

The cut is 2021-12-31. Patient 1 dies after 100 days; 2 is seen on the day of the cut, 3 on 2021-07-01, 183 days before
it, 4 one day earlier still; 5 is treated on the day of the cut.
"""

import numpy as np
import pytest

from helpers.results.cut import open_cut
from helpers.results.schema import get_method, get_note, get_stats, select

CUT = "2021-12-31"
MONTH = 30.4375
ENDPOINT = {
    "param": "OS",
    "label": "Overall survival",
    "definition": "As said.",
    "population": "SAFFL",
    "origin": {"label": "first dose", "date": "blinatumomab.start_date"},
    "events": [{"label": "Death", "date": "followup.death_date"}],
    "censoring": [{"label": "Last contact", "date": "followup.last_contact_date"}],
}
RELAPSE = {
    **ENDPOINT,
    "param": "CIR",
    "label": "Relapse",
    "events": [{"label": "Relapse", "date": "relapse.relapse_date"}],
    "competing": ENDPOINT["events"],
}
SEX = {"name": "SEX", "label": "Sex", "kind": "categorical", "column": "patients.sex",
       "levels": {"Female": "Women", "Male": "Men"}}  # fmt: skip
FOLLOWED = {  # start, last contact, death
    "1": ("2021-01-01", "2021-04-11", "2021-04-11"),
    "2": ("2021-01-01", "2021-12-31", ""),
    "3": ("2021-01-01", "2021-07-01", ""),
    "4": ("2021-01-01", "2021-06-30", ""),
    "5": ("2021-12-31", "2021-12-31", ""),
}
TABLES = {
    "patients": [{"patient": patient, "sex": "Female"} for patient in FOLLOWED],
    "blinatumomab": [{"patient": patient, "start_date": start} for patient, (start, _, _) in FOLLOWED.items()],
    "followup": [
        {"patient": patient, "last_contact_date": contact, "death_date": death}
        for patient, (_, contact, death) in FOLLOWED.items()
    ],
    "relapse": [{"patient": "2", "relapse_date": "2021-03-02"}],
}
OS = {"analysis": "maturity", "param": "OS", "population": "SAFFL"}
CIR = {**OS, "param": "CIR"}


@pytest.fixture
def analyse(write_study):
    """The results of the five patients, with these conventions."""

    def run(date=CUT, **declared):
        content = {
            "patients": "patients.patient",
            "cuts": [{"id": "first", "label": "the cut", "date": date}],
            "endpoints": [ENDPOINT, RELAPSE],
            "variables": [SEX],
            "strata": ["SEX"],
            **declared,
        }
        return open_cut(str(write_study(TABLES, **content)), "first").results

    return run


def test_every_patient_has_an_event_is_followed_or_overdue(analyse):
    """2, 3 and 5 are still followed, 4 was seen 184 days before the cut; observed 100 + 364 + 181 + 180 + 0 days.

    Possible were 100 + 364 + 364 + 364 + 0, as nobody can be followed past death or the cut.
    """
    stats = get_stats(analyse(), **OS)
    assert stats == {
        "n": 5,
        "events": 1,
        "events_share": 0.2,
        "followed": 3,
        "followed_share": 0.6,
        "overdue": 1,
        "completeness": pytest.approx(825 / 1192),
        "trusted_months": 0,  # one of five is more than a tenth
    }


def test_a_competing_event_ends_the_follow_up_too(analyse):
    """Relapse of 2 after 60 days; the death of 1 forestalls it. Observed 100 + 60 + 181 + 180 + 0 of 888 days."""
    stats = get_stats(analyse(), **CIR)
    assert [stats[stat] for stat in ("n", "events", "competing", "followed", "overdue")] == [5, 1, 1, 2, 1]
    assert stats["completeness"] == pytest.approx(521 / (100 + 60 + 364 + 364))
    assert "competing" not in get_stats(analyse(), **OS)


TRUSTED = {  # amount: days until which one more event moves the curve of survival, and of relapse, by no more
    0.1: (0, 0),
    0.21: (0, 0),  # 1/5, and 1/4 once 5 has left: 5 leaves on day 0
    0.25: (180, 180),  # survival 3/4 over 3 after the death on day 100, over 2 after 4 has left on day 180: 0.375
    0.5: (181, None),  # of relapse 1/2 over 2, then over 1 when 4 has left, and nobody after 3: never more than 1/2
    0.8: (None, None),
}


@pytest.mark.parametrize("amount", TRUSTED)
def test_how_far_the_curves_can_be_trusted(analyse, amount):
    results = analyse(conventions={"one_event_moves_at_most": amount})
    for keys, days in zip((OS, CIR), TRUSTED[amount], strict=True):
        assert get_stats(results, **keys)["trusted_months"] == (None if days is None else pytest.approx(days / MONTH))
        method = get_method(results, stat="trusted_months", **keys)
        assert method == f"one more event moves the curve by at most {amount:g}"
    note = get_note(results, stat="trusted_months", **OS)
    assert note.startswith("not exceeded up to the last follow-up, 11.9589" if amount == 0.8 else "")


@pytest.mark.parametrize(("days", "followed"), {1: 2, 182: 2, 183: 3, 184: 4}.items())
def test_how_long_ago_is_declared(analyse, days, followed):
    results = analyse(conventions={"followed_within_days": days})
    stats = get_stats(results, **OS)
    assert (stats["followed"], stats["overdue"]) == (followed, 4 - followed)
    assert f"within {days} days before the data cut" in get_method(results, stat="followed", **OS)


def test_a_stratum_without_patients(analyse):
    """Nobody is a man: zeros where patients are counted, nothing where something is estimated."""
    results = analyse()
    stats = get_stats(results, group="SEX", level="Male", **CIR)
    counted = {"n", "events", "competing", "followed", "overdue"}
    assert {stat: value for stat, value in stats.items() if value is not None} == dict.fromkeys(counted, 0)
    assert set(select(results, group="SEX", level="Male", analysis="maturity")["note"]) == {"no patients"}
    assert get_stats(results, group="SEX", level="Female", **CIR) == get_stats(results, **CIR)


def test_nothing_could_be_observed_yet(analyse):
    """Nobody but patient 5 is treated: there is no person-time to be complete."""
    first = {"column": "patients.patient", "any_of": ["5"]}
    results = analyse(populations=[{"name": "SAFFL", "label": "the last", "when": [first]}])
    assert get_stats(results, **OS)["completeness"] is None
    assert get_note(results, stat="completeness", **OS) == "not estimable: no time could have been observed yet"
    assert get_stats(results, **OS)["followed"] == 1


def test_a_cut_without_a_date_leaves_the_follow_up_not_derivable(analyse):
    """DESIGN 8: empty with a note; events and the curve need no date of the cut."""
    results = analyse(date=None)
    stats = get_stats(results, **OS)
    needs_dates = ("followed", "followed_share", "overdue", "completeness")
    assert [stats[stat] for stat in needs_dates] == [None] * 4
    assert {get_note(results, stat=stat, **OS) for stat in needs_dates} == {"not derivable: the data cut has no date"}
    assert (stats["n"], stats["events"], stats["trusted_months"]) == (5, 1, 0)
    assert get_note(results, stat="n", **OS) == ""


def test_times_without_dates_leave_it_not_derivable_too(write_study):
    endpoint = {
        **ENDPOINT,
        "origin": {"label": "response"},
        "events": [{"label": "Relapse", "time": "patient_listing.dor_marrow_months"}],
        "censoring": [{"label": "Last report", "time": "patient_listing.dor_marrow_months"}],
    }
    cut = {"id": "first", "label": "the cut", "date": CUT}
    listing = [{"patient": "1", "dor_marrow_months": 5}]
    results = open_cut(
        str(write_study({"patient_listing": listing}, endpoints=[endpoint], cuts=[cut])), "first"
    ).results
    assert get_stats(results, **OS)["followed"] is None
    note = get_note(results, stat="completeness", **OS)
    assert note == "not derivable: times are counted from the response, without dates"


def test_what_is_not_derivable_names_what_is_missing(cohort):
    rows = select(cohort.results, analysis="maturity", param="OS")
    assert set(rows["stat"]) == {
        *("n", "events", "events_share", "followed", "followed_share", "overdue", "completeness", "trusted_months"),
    }
    assert rows["value"].isna().all()
    assert rows["note"].str.startswith("not derivable: missing raw tables").all()


@pytest.fixture(scope="module")
def protocol():
    return open_cut("zhengzhou", "2025-06-30").results


def test_all_patients_of_the_protocol_study_are_accounted_for(protocol):
    wide = select(protocol, analysis="maturity").pivot_table(
        index=["param", "population", "group", "level"], columns="stat", values="value", dropna=False, observed=True
    )
    wide = wide[wide["n"].notna()]
    assert len(wide) == 3 * 12
    parts = wide[["events", "competing", "followed", "overdue"]].fillna(0).sum(axis=1)
    assert parts.to_list() == wide["n"].to_list()
    assert ((wide["completeness"] > 0.9) & (wide["completeness"] <= 1)).all()


def test_the_trusted_time_is_that_of_the_curve_that_is_drawn(protocol):
    """From the rows of the curve themselves: level over those at risk afterwards, the first that exceeds a tenth."""
    curves = select(protocol, analysis="km_curve")
    seen = 0
    for (param, population, group, level), rows in curves.groupby(["param", "population", "group", "level"]):
        curve = rows.pivot_table(index="time_months", columns="stat", values="value")
        after = curve["n_risk"] - curve["n_event"] - curve["n_censor"]
        n = curve["n_risk"].iloc[0]
        moves = (curve["survival"] / after.where(after > 0)).fillna(0)
        expected = 0.0 if 1 / n > 0.1 else next(iter(moves.index[moves > 0.1 + 1e-9]), None)
        keys = {"param": param, "population": population, "group": group, "level": level}
        assert get_stats(protocol, analysis="maturity", **keys)["trusted_months"] == expected
        seen += expected is not None and expected > 0 and not np.isclose(expected, curve.index.max())
    assert seen > 5
