"""Kaplan–Meier rows of the cohort, worked out by hand from Table 3, and of endpoints that cannot be derived.

Marrow response of the 15 responders, e for marrow relapse, + for censored:
1e 3e 3+ 3.5+ 6e 7+ 8e 8e 11e 12+ 16e 27+ 35+ 52+ 55+
"""

import numpy as np
import pytest

from helpers.results.cut import open_cut
from helpers.results.schema import get_method, get_note, get_stats, select
from helpers.results.time_to_event import choose_ticks

DOR = {"param": "DOR", "population": "RESPFL"}
CURVE = {  # time: at risk, events, censored, survival
    1: (15, 1, 0, 14 / 15),
    3: (14, 1, 1, 13 / 15),
    3.5: (12, 0, 1, 13 / 15),
    6: (11, 1, 0, 13 / 15 * 10 / 11),
    7: (10, 0, 1, 13 / 15 * 10 / 11),
    8: (9, 2, 0, 13 / 15 * 10 / 11 * 7 / 9),
    11: (7, 1, 0, 13 / 15 * 10 / 11 * 6 / 9),
    12: (6, 0, 1, 13 / 15 * 10 / 11 * 6 / 9),
    16: (5, 1, 0, 13 / 15 * 10 / 11 * 6 / 9 * 4 / 5),
    27: (4, 0, 1, 13 / 15 * 10 / 11 * 6 / 9 * 4 / 5),
    35: (3, 0, 1, 13 / 15 * 10 / 11 * 6 / 9 * 4 / 5),
    52: (2, 0, 1, 13 / 15 * 10 / 11 * 6 / 9 * 4 / 5),
    55: (1, 0, 1, 13 / 15 * 10 / 11 * 6 / 9 * 4 / 5),
}


def test_marrow_response(cohort):
    """The curve falls to 0.525 at 11 and to 0.420 at 16 months: the median is 16."""
    stats = get_stats(cohort.results, analysis="km", **DOR)
    assert (stats["n"], stats["events"], stats["censored"], stats["median"]) == (15, 7, 8, 16)
    assert stats["median_ucl"] is None
    assert get_method(cohort.results, analysis="km", **DOR) == "Kaplan-Meier, log-log interval"


def test_response_until_any_relapse(cohort):
    """Counting the relapses at 7, 27 and 55 too: 0.788 · 9/10 · 7/9 = 0.552 at 8, · 6/7 = 0.473 at 11 months."""
    stats = get_stats(cohort.results, analysis="km", param="DORANY", population="RESPFL")
    assert (stats["n"], stats["events"], stats["censored"], stats["median"]) == (15, 10, 5, 11)


@pytest.mark.parametrize("time", CURVE)
def test_every_step_of_the_curve(cohort, time):
    stats = get_stats(cohort.results, analysis="km_curve", time_months=time, **DOR)
    at_risk, events, censored, survival = CURVE[time]
    assert (stats["n_risk"], stats["n_event"], stats["n_censor"]) == (at_risk, events, censored)
    assert stats["survival"] == pytest.approx(survival, abs=1e-12)


def test_the_curve_has_no_other_step(cohort):
    times = select(cohort.results, analysis="km_curve", group="", **DOR)["time_months"]
    assert sorted(set(times)) == list(CURVE)


@pytest.mark.parametrize(("time", "step"), {6: 6, 12: 12, 24: 27}.items())
def test_estimates_at_the_declared_times(cohort, time, step):
    """At 24 months nobody has an event between 16 and 27: the risk set of 27, the survival of 16 months."""
    stats = get_stats(cohort.results, analysis="km_at", time_months=time, **DOR)
    assert stats["survival"] == pytest.approx(CURVE[step][3], abs=1e-12)
    assert stats["n_risk"] == CURVE[step][0]


def test_the_interval_at_six_months(cohort):
    """Greenwood: 1/(15·14) + 1/(14·13) + 1/(11·10) = 0.0193…; log(−log) limits s^exp(±1.96·se/|log s|)."""
    survival = 13 / 15 * 10 / 11
    spread = 1.959963984540054 * np.sqrt(1 / 210 + 1 / 182 + 1 / 110) / abs(np.log(survival))
    stats = get_stats(cohort.results, analysis="km_at", time_months=6, **DOR)
    assert stats["lcl"] == pytest.approx(survival ** np.exp(spread), abs=1e-9)
    assert stats["ucl"] == pytest.approx(survival ** np.exp(-spread), abs=1e-9)


def test_follow_up_is_the_reverse_curve(cohort):
    """13/14 · 11/12 · 9/10 · 5/6 = 0.638 at 12 months, · 3/4 = 0.479 at 27: the median follow-up is 27."""
    assert get_stats(cohort.results, analysis="follow_up", **DOR)["median"] == 27


@pytest.mark.parametrize("param", ["DOR", "DORANY"])
def test_the_risk_table_adds_up_at_every_tick(cohort, param):
    rows = select(cohort.results, analysis="km_risk", param=param)
    table = rows.pivot_table(index=["group", "level", "time_months"], columns="stat", values="value")
    for (group, level), ticks in table.groupby(["group", "level"]):
        keys = {"param": param, "population": "RESPFL", "group": group, "level": level}
        n = get_stats(cohort.results, analysis="km", **keys)["n"]
        assert (ticks.sum(axis=1) == n).all()
        assert ticks.iloc[0].to_dict() == {"n_risk": n, "events": 0, "censored": 0}
    assert len(table.groupby(["group", "level"])) == 3


def test_the_risk_table_by_hand(cohort):
    """Before 12 months: events at 1 3 6 8 8 11, censored at 3 3.5 7; the patient censored at 12 is still at risk."""
    stats = get_stats(cohort.results, analysis="km_risk", time_months=12, **DOR)
    assert stats == {"n_risk": 6, "events": 6, "censored": 3}


def test_strata_add_up(cohort):
    for param in ("DOR", "DORANY"):
        whole = get_stats(cohort.results, analysis="km", param=param, population="RESPFL")
        keys = {"analysis": "km", "param": param, "population": "RESPFL", "group": "DISSTAT"}
        parts = [get_stats(cohort.results, level=level, **keys) for level in ("Relapse", "MRD")]
        for stat in ("n", "events", "censored"):
            assert whole[stat] == sum(part[stat] for part in parts)


@pytest.mark.parametrize(("param", "population", "tables"), [
    ("OS", "SAFFL", "blinatumomab (start_date), followup (death_date, last_contact_date)"),
    ("RFS", "RESPFL", "blinatumomab (start_date), relapse (relapse_date), followup (death_date, last_contact_date)"),
])  # fmt: skip
def test_not_derivable_is_a_result(cohort, param, population, tables):
    """DESIGN 8: rows with empty values and a note that names what is missing."""
    rows = select(cohort.results, param=param)
    assert set(rows["analysis"]) == {"km", "km_at", "follow_up", "maturity"}
    assert set(rows["population"]) == {population}
    assert rows["value"].isna().all()
    assert set(rows["note"]) == {f"not derivable: missing raw tables {tables}"}
    assert set(rows.loc[rows["analysis"] == "km", "stat"]) == {
        "n", "events", "censored", "median", "median_lcl", "median_ucl",
    }  # fmt: skip


def months(*values, relapsed=()):
    return [
        {
            "patient": str(number),
            "dor_marrow_months": value,
            "relapse_site": "Bone marrow" if number in relapsed else "No",
        }
        for number, value in enumerate(values, start=1)
    ]


@pytest.fixture
def analyse(write_study):
    def run(listing, **changes):
        endpoint = {
            "param": "DOR",
            "label": "Duration",
            "definition": "As said.",
            "population": "SAFFL",
            "origin": {"label": "response"},
            "events": [
                {
                    "label": "Relapse",
                    "time": "patient_listing.dor_marrow_months",
                    "when": [{"column": "patient_listing.relapse_site", "any_of": ["Bone marrow"]}],
                }
            ],
            "censoring": [{"label": "Last report", "time": "patient_listing.dor_marrow_months"}],
            **changes,
        }
        return open_cut(str(write_study({"patient_listing": listing}, endpoints=[endpoint])), "first").results

    return run


def test_a_median_that_the_curve_rests_on_is_its_midpoint(analyse):
    """Four patients, events at 2, 4, 8 and 10: the curve is at 1/2 from 4 to 8, the median 6 (R's rule, DESIGN 7)."""
    results = analyse(months(2, 4, 8, 10, relapsed={1, 2, 3, 4}))
    assert get_stats(results, analysis="km", param="DOR", population="SAFFL")["median"] == 6


def test_a_median_that_is_not_reached_is_empty(analyse):
    """One event of three: the curve stays at 2/3."""
    stats = get_stats(analyse(months(2, 4, 8, relapsed={1})), analysis="km", param="DOR", population="SAFFL")
    assert stats["median"] is None
    assert (stats["n"], stats["events"], stats["censored"]) == (3, 1, 2)


def test_nothing_is_estimated_past_the_last_follow_up(analyse):
    """Last report at 8 months: 6 months can be estimated (2/3 of 3 · …), 12 and 24 cannot."""
    results = analyse(months(2, 4, 8, relapsed={1}))
    at = {
        time: get_stats(results, analysis="km_at", param="DOR", population="SAFFL", time_months=time)
        for time in (6, 12, 24)
    }
    assert at[6]["survival"] == pytest.approx(2 / 3)
    assert at[12]["survival"] is None
    assert at[24]["survival"] is None
    note = get_note(results, analysis="km_at", param="DOR", population="SAFFL", time_months=12)
    assert note == "not estimable: follow-up ends at 8 months"


def test_times_of_nobody_and_of_day_zero(analyse):
    """A patient censored on the day of the origin counts in N; the population need not be followed at all."""
    stats = get_stats(analyse(months(0)), analysis="km", param="DOR", population="SAFFL")
    assert (stats["n"], stats["events"], stats["censored"], stats["median"]) == (1, 0, 1, None)


TICKS = {0.5: 1, 8: 1, 9: 2, 16: 2, 17: 3, 24: 3, 25: 6, 48: 6, 49: 12, 55: 12, 96: 12, 97: 24, 600: 120}


@pytest.mark.parametrize(("last", "step"), TICKS.items())
def test_ticks_cover_the_follow_up_with_round_steps(last, step):
    """At most nine, the last one at or beyond the last time, and no tick more than needed."""
    ticks = choose_ticks(last)
    assert ticks[0] == 0
    assert set(np.diff(ticks)) == {step}
    assert ticks[-2] < last <= ticks[-1]
    assert len(ticks) <= 9
