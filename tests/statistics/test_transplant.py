"""Landmark, Mantel–Byar, Simon–Makuch, state occupation and composites against R, on paper, and by property."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.statistics import comparison, composite, landmark, multistate, survival, transplant
from reference.answers import largest_difference, read_frozen, same_or_both_missing

ENTERING = {str(case): rows for case, rows in read_frozen("patients_entering").groupby("case")}
STAYS = {str(case): rows for case, rows in read_frozen("patients_stays").groupby("case")}


def test_mantel_byar_agrees_with_r():
    """Oracle: tests/reference/transplant.R: score test of coxph(ties = "exact") on start-stop rows, within 1e-9."""
    frozen = read_frozen("mantel_byar")
    for row in frozen.itertuples():
        p = ENTERING[row.case]
        ours = transplant.compare_mantel_byar(p["time"], p["code"] > 0, p["state_start"])
        assert ours.statistic == pytest.approx(row.statistic, rel=1e-9, abs=1e-9), row.case
        assert (ours.df, ours.groups) == (1, ("outside", "inside"))
    assert len(frozen) > 100


def test_simon_makuch_agrees_with_r():
    """Oracle: tests/reference/transplant.R: survfit(Surv(start, stop, event)), log-log; medians exactly."""
    for (case, inside), rows in read_frozen("simon_makuch").groupby(["case", "inside"]):
        p = ENTERING[case]
        curves = transplant.estimate_simon_makuch(p["time"], p["code"] > 0, p["state_start"])
        curve = curves.inside if inside else curves.outside
        ours = curve.table.set_index("time").loc[rows["time"]]
        for column in ("n_risk", "n_event", "survival", "lcl", "ucl"):
            assert largest_difference(ours[column], rows[column]) < 1e-9, (case, inside, column)
        assert same_or_both_missing(curve.median, rows["median"].iloc[0])


def test_state_occupation_agrees_with_r():
    """Oracle: tests/reference/transplant.R: multi-state survfit with id and istate, influence for the sum of states."""
    for case, rows in read_frozen("state_occupation").groupby("case"):
        s = STAYS[case]
        fitted = multistate.estimate_state_occupation(s["patient"], s["start"], s["stop"], s["state"], s["next_state"])
        wanted = {"remission1": ["remission 1"], "current": ["remission 1", "remission 2"], "death": ["death"]}
        for name, states in wanted.items():
            if not set(states) <= set(fitted.states):
                assert (rows[name] == 0).all() or name == "current"
                continue
            ours = fitted.at(rows["time"], states)
            assert largest_difference(ours["probability"], rows[name]) < 1e-9, (case, name)
            assert largest_difference(ours["std_err"], rows[f"{name}_se"]) < 1e-9, (case, name)
        total = fitted.table[list(fitted.states)].sum(axis=1)
        assert np.abs(total - 1).max() < 1e-12


def test_current_leukaemia_free_survival_on_paper():
    """On paper: four patients, all followed to 4. One relapses at 1 and is restored at 2; one dies at 3.

    In remission: 4/4, after 1: 3/4, after 2: 4/4, after 3: 3/4: nobody is censored before, so shares are estimates.
    """
    rows = pd.DataFrame(
        [
            (1, 0, 1, "CR", "relapse"),
            (1, 1, 2, "relapse", "CR after DLI"),
            (1, 2, 4, "CR after DLI", "CR after DLI"),
            (2, 0, 3, "CR", "dead"),
            (3, 0, 4, "CR", "CR"),
            (4, 0, 4, "CR", "CR"),
        ],
        columns=["patient", "start", "stop", "state", "next_state"],
    )
    fitted = multistate.estimate_state_occupation(**{name: rows[name] for name in rows})
    frame = fitted.at([0, 1, 2, 3, 4, 5], ["CR", "CR after DLI"])
    assert frame["probability"].tolist()[:5] == pytest.approx([1, 0.75, 1, 0.75, 0.75])
    assert frame["std_err"].tolist()[1] == pytest.approx(np.sqrt(0.75 * 0.25 / 4))
    assert frame.iloc[5].isna().tolist() == [False, False, True, True, True, True]
    assert frame["n_risk"].tolist() == [4, 4, 4, 4, 3, 0]


def test_without_return_it_is_kaplan_meier():
    """Property: with two states, alive and dead, the probability of being alive is the Kaplan–Meier curve."""
    times, events = np.array([3, 1, 4, 1, 5, 9, 2, 6]), np.array([1, 0, 1, 1, 0, 1, 1, 0])
    fitted = multistate.estimate_state_occupation(
        np.arange(8), np.zeros(8), times, ["alive"] * 8, np.where(events, "dead", "alive")
    )
    curve = survival.estimate_kaplan_meier(times, events)
    ours = fitted.at(curve.table["time"], ["alive"])
    assert ours["probability"].to_numpy() == pytest.approx(curve.table["survival"].to_numpy())
    assert ours["std_err"].to_numpy() == pytest.approx(curve.table["std_err"].fillna(0).to_numpy())


patients_strategy = st.lists(
    st.tuples(st.integers(0, 10), st.booleans(), st.one_of(st.none(), st.integers(0, 10))), min_size=1, max_size=30
)


@settings(max_examples=100, deadline=None)
@given(patients_strategy)
def test_splitting_keeps_time_and_events(patients):
    """Property: rows cover each patient's time once and end with the patient's event."""
    times = np.array([t for t, _, _ in patients])
    events = np.array([e for _, e, _ in patients])
    starts = [None if s is None or s > t else s for t, _, s in patients]
    rows = transplant.split_at_state(times, events, starts)
    for i, (time, event, start) in enumerate(zip(times, events, starts, strict=True)):
        mine = rows.patient == i
        assert (rows.exit - rows.entry)[mine].sum() == time
        assert rows.event_observed[mine].sum() == event
        inside = 0 if start is None else time - start
        assert (rows.exit - rows.entry)[mine & rows.in_state].sum() == inside


def test_a_state_from_day_0_is_a_baseline_group():
    """Property: entered on day 0 or never, Mantel–Byar is the log-rank test and Simon–Makuch is Kaplan–Meier."""
    times, events, arm = np.array([5, 8, 1, 3, 9, 2]), np.array([1, 0, 1, 1, 1, 0]), np.array([0, 1, 0, 1, 1, 0])
    starts = [0 if a else None for a in arm]
    test = transplant.compare_mantel_byar(times, events, starts)
    assert test.statistic == pytest.approx(comparison.compare_survival(times, events, arm).statistic)
    curves = transplant.estimate_simon_makuch(times, events, starts)
    expected = survival.estimate_kaplan_meier(times[arm == 1], events[arm == 1])
    assert curves.inside.table.equals(expected.table)


def test_immortal_time_is_not_counted_as_time_with_the_state():
    """Everybody has the same fate; a state reached only by those who live long must not look protective."""
    rng = np.random.default_rng(4)
    times = rng.exponential(10, 400)
    reach = rng.uniform(0, 30, 400)
    starts = np.where(reach < times, reach, np.nan)
    naive = comparison.compare_survival(times, np.ones(400), ~np.isnan(starts))
    assert naive.p_value < 1e-6
    assert transplant.compare_mantel_byar(times, np.ones(400), starts).p_value > 0.05
    with pytest.raises(ValueError, match=r"ever GVHD is formed after the origin.*select_landmark"):
        landmark.check_known_at_origin(starts, "ever GVHD")
    landmark.check_known_at_origin([0, None, -3.5], "sex")


def test_landmark_on_paper():
    """On paper, landmark 3: durations 1 (event) and 3 (censored) leave; 5 and 8 stay with 2 and 5; GVHD at 2 and 4."""
    chosen = landmark.select_landmark([1, 3, 5, 8], [2, 0, 1, 0], [None, 2, 2, 4], 3)
    assert chosen.patient.tolist() == [2, 3]
    assert chosen.durations.tolist() == [2.0, 5.0]
    assert chosen.event_code.tolist() == [1, 0]
    assert chosen.in_state.tolist() == [True, False]
    assert (chosen.n_event_before, chosen.n_censored_before, chosen.method) == (1, 1, "landmark at 3")


def test_simon_makuch_from_a_landmark():
    curves = transplant.estimate_simon_makuch([2, 6, 7, 9], [1, 1, 0, 1], [None, 1, None, 5], landmark=4)
    assert curves.outside.table["time"].tolist() == [5.0, 7.0]
    assert curves.inside.table["n_risk"].tolist() == [2, 1]
    assert curves.method == "Simon-Makuch, log-log interval, from 4 on"
    assert transplant.estimate_simon_makuch([1, 2], [1, 1], [None, None]).inside is None


def test_composite_takes_the_first_event_and_names_it():
    grfs = composite.derive_composite(
        [10, 12, 8, 5],
        {"aGVHD III-IV": [None, 2, None, None], "relapse": [4, 3, None, None], "death": [10, None, 8, None]},
    )
    assert grfs.durations.tolist() == [4.0, 2.0, 8.0, 5.0]
    assert grfs.event_observed.tolist() == [True, True, True, False]
    assert grfs.component == ("relapse", "aGVHD III-IV", "death", "")
    assert grfs.definition == "GRFS: time to the first of aGVHD III-IV, relapse, death"


def test_nobody_enters_the_state():
    assert transplant.compare_mantel_byar([1, 2], [1, 1], [None, 2]).note == "nobody enters the state"


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: transplant.split_at_state([1, 2], [1, 1], [None, 3]), r"state_start\[1\] is 3: after the duration, 2"),
        (lambda: transplant.split_at_state([1, 2], [1, 1], [-1, None]), r"state_start\[0\] is -1"),
        (lambda: transplant.split_at_state([1, 2], [1, 1], ["x", None]), r"state_start\[0\] is 'x'"),
        (lambda: transplant.split_at_state([1, 2], [1, 1], [None]), "state_start has 1"),
        (lambda: landmark.select_landmark([1], [1], [None], -1), "landmark is -1"),
        (lambda: composite.derive_composite([5], {"relapse": [6]}), r"relapse\[0\] is 6: after the end"),
        (lambda: composite.derive_composite([5], {}), "components is empty"),
        (lambda: multistate.estimate_state_occupation([1], [1], [2], ["a"], ["a"]), "does not begin at 0"),
        (lambda: multistate.estimate_state_occupation([1], [0], [0], ["a"], ["a"]), "does not end after its start"),
        (
            lambda: multistate.estimate_state_occupation([1, 1], [0, 3], [2, 4], ["a", "b"], ["b", "b"]),
            "patient 1 has a gap",
        ),
        (
            lambda: multistate.estimate_state_occupation([1, 1], [0, 2], [2, 4], ["a", "c"], ["b", "c"]),
            "does not go on in the state entered",
        ),
        (
            lambda: multistate.estimate_state_occupation([1], [0], [2], ["a"], ["a"]).at([1], ["z"]),
            r"states is \['z'\]: expected some of a",
        ),
    ],
)
def test_wrong_input_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()
