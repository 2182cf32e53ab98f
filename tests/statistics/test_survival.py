"""Kaplan–Meier and follow-up against R's survfit, hand-worked curves and a second, plain implementation."""

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.statistics import survival
from reference.answers import largest_difference, read_cases, read_frozen, same_or_both_missing

CASES = read_cases()


def conf_types_of(case):
    """All three intervals for the real, the hand-made and every tenth random case; log-log for every case."""
    return survival.CONF_TYPES if not case.startswith("random") or int(case[-3:]) % 10 == 0 else ("log-log",)


@cache
def fit(case, conf_type):
    patients = CASES[case]
    return survival.estimate_kaplan_meier(patients["time"], patients["code"] > 0, conf_type)


def test_medians_and_quantiles_are_exactly_those_of_r():
    """Oracle: tests/reference/survival.R: summary(survfit)$table and quantile(survfit). No tolerance."""
    wrong = []
    for row in read_frozen("survival_summary").to_dict("records"):
        if row["conf_type"] not in conf_types_of(row["case"]):
            continue
        ours = fit(row["case"], row["conf_type"])
        values = {
            "n": ours.n,
            "events": ours.events,
            "median": ours.median,
            "lcl_median": ours.median_lcl,
            "ucl_median": ours.median_ucl,
        }
        for share in (25, 50, 75):
            quantile = ours.quantile(share / 100)
            values |= {f"q{share}": quantile.estimate, f"q{share}_lcl": quantile.lcl, f"q{share}_ucl": quantile.ucl}
        wrong += [
            (row["case"], row["conf_type"], name, value, row[name])
            for name, value in values.items()
            if not same_or_both_missing(value, row[name])
        ]
    assert wrong == []


def test_follow_up_is_exactly_that_of_r():
    """Oracle: tests/reference/survival.R: summary(survfit)$table with censoring as the event. No tolerance.

    Every third random case; `make validation` goes through all of them.
    """
    frozen = read_frozen("survival_summary")
    frozen = frozen[[not name.startswith("random") or int(name[-3:]) % 3 == 0 for name in frozen["case"]]]
    wrong = []
    chosen = [
        conf_type in conf_types_of(case) for case, conf_type in zip(frozen["case"], frozen["conf_type"], strict=True)
    ]
    for row in frozen[chosen].itertuples():
        patients = CASES[row.case]
        ours = survival.estimate_follow_up(patients["time"], patients["code"] > 0, row.conf_type)
        pairs = (
            (ours.median, row.median_follow_up),
            (ours.lcl, row.lcl_median_follow_up),
            (ours.ucl, row.ucl_median_follow_up),
        )
        wrong += [(row.case, row.conf_type, *pair) for pair in pairs if not same_or_both_missing(*pair)]
    assert wrong == []


def test_curves_agree_with_r():
    """Oracle: tests/reference/survival.R, survfit: counts exactly, estimates, errors and limits within 1e-9."""
    worst = {}
    for case, rows in read_frozen("survival_table").groupby("case"):
        for conf_type in conf_types_of(case):
            ours = fit(case, conf_type).table.set_index("time").loc[rows["time"]]
            for column in ("n_risk", "n_event", "n_censor", "survival", "std_err"):
                worst[case, column] = largest_difference(ours[column], rows[column])
            for column in ("lcl", "ucl"):
                worst[case, conf_type, column] = largest_difference(ours[column], rows[f"{column}_{conf_type}"])
    assert {key: value for key, value in worst.items() if value >= 1e-9} == {}


def test_estimates_at_given_times_agree_with_r():
    """Oracle: tests/reference/survival.R, summary(survfit, times, extend=FALSE)."""
    worst = {}
    for case, rows in read_frozen("survival_at").groupby("case"):
        ours = fit(case, "log-log").at(rows["time"])
        for column in ("time", "n_risk", "survival", "lcl", "ucl"):
            worst[case, column] = largest_difference(ours[column], rows[column])
    assert {key: value for key, value in worst.items() if value >= 1e-9} == {}


def test_curve_on_paper():
    """On paper: times 1, 2+, 3, 3, 4+, 5. S = 5/6, 5/6, 5/6·2/4 = 5/12, 5/12, 0; the median is 3.

    Greenwood at 3: (5/12)² · (1/30 + 2/8) = 0.0491898, so its root is 0.2217877.
    """
    curve = survival.estimate_kaplan_meier([1, 2, 3, 3, 4, 5], [1, 0, 1, 1, 0, 1])
    assert curve.table["survival"].to_numpy() == pytest.approx([5 / 6, 5 / 6, 5 / 12, 5 / 12, 0])
    assert curve.table["n_risk"].tolist() == [6, 5, 4, 2, 1]
    assert curve.table["std_err"][2] == pytest.approx(0.2217877, abs=1e-7)
    assert (curve.n, curve.events, curve.censored, curve.median) == (6, 4, 2, 3.0)


def test_median_when_the_curve_is_at_exactly_one_half():
    """R's rule: four patients, events at 1, 2, 3: S(2) = 0.5, next fall at 3, so 2.5; without a fall, 2."""
    assert survival.estimate_kaplan_meier([1, 2, 3, 4], [1, 1, 1, 0]).median == 2.5
    flat = survival.estimate_kaplan_meier([1, 2, 3, 4], [1, 1, 0, 0])
    assert flat.median == 2.0  # as print(survfit)
    assert flat.quantile(0.5).estimate == 3.0  # as quantile(survfit): midpoint of 2 and the last follow-up, 4


def test_median_is_found_through_rounding_error():
    """S = 9/10 · 7/8 · 6/7 · 5/6 · 4/5 … in floating point is not 0.5 to the last bit; the exact product decides."""
    for n in range(2, 121, 2):
        curve = survival.estimate_kaplan_meier(np.arange(1, n + 1), np.ones(n))
        assert curve.median == n / 2 + 0.5  # R's midpoint between the n/2-th and the next event


def test_nobody_and_everybody_has_the_event():
    censored = survival.estimate_kaplan_meier([1, 2], [0, 0])
    assert (censored.median, censored.median_lcl, censored.median_ucl, censored.events) == (None, None, None, 0)
    assert censored.at([2])["survival"].tolist() == [1.0]
    assert survival.estimate_follow_up([1, 2], [1, 1]).median is None
    assert survival.estimate_kaplan_meier([3], [1]).at([3])["survival"].tolist() == [0.0]


def test_nothing_is_estimated_past_the_last_follow_up():
    """DESIGN 7: past follow-up is not estimable, also after the curve has reached 0; nobody is at risk there."""
    late = survival.estimate_kaplan_meier([1, 2, 3], [1, 0, 1]).at([3, 3.001, 100])
    assert late["survival"].isna().tolist() == [False, True, True]
    assert late["lcl"].isna().tolist() == late["ucl"].isna().tolist() == [True, True, True]  # log-log at S = 0 too
    assert late["n_risk"].tolist() == [1, 0, 0]


def test_times_keep_their_order_and_repeats():
    frame = survival.estimate_kaplan_meier([1, 2, 3], [1, 0, 1]).at([2, 0, 2])
    assert frame["time"].tolist() == [2.0, 0.0, 2.0]
    assert list(frame) == ["time", "n_risk", "survival", "lcl", "ucl"]


def test_equal_days_stay_tied_when_months_differ_in_the_last_bit():
    """R's timefix (aeqSurv): 0.1 + 0.2 and 0.3 are one time."""
    table = survival.estimate_kaplan_meier([0.1 + 0.2, 0.3, 1], [1, 1, 0]).table
    assert table["n_event"].tolist() == [2, 0]
    assert table["time"][0] == 0.3


def test_methods_name_estimator_and_interval():
    assert survival.estimate_kaplan_meier([1], [1], "plain").method == "Kaplan-Meier, plain interval"
    assert survival.estimate_follow_up([1], [1]).method == "reverse Kaplan-Meier, log-log interval"


patients_strategy = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40)


def plain_kaplan_meier(patients, when):
    """Second implementation, patient by patient, in exact fractions; nothing shared with the package."""
    survives = Fraction(1)
    for time in sorted({t for t, _ in patients if t <= when}):
        at_risk = sum(1 for t, _ in patients if t >= time)
        survives *= 1 - Fraction(sum(1 for t, event in patients if t == time and event), at_risk)
    return survives


@settings(max_examples=150, deadline=None)
@given(patients_strategy)
def test_agrees_with_a_plain_second_implementation(patients):
    times, events = zip(*patients, strict=True)
    curve = survival.estimate_kaplan_meier(times, events)
    for row in curve.table.itertuples():
        assert row.survival == pytest.approx(float(plain_kaplan_meier(patients, row.time)), abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(patients_strategy, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter_and_counts_add_up(patients, random):
    shuffled = random.sample(patients, len(patients))
    one = survival.estimate_kaplan_meier(*zip(*patients, strict=True))
    two = survival.estimate_kaplan_meier(*zip(*shuffled, strict=True))
    assert one.table.equals(two.table)
    assert one.table[["n_event", "n_censor"]].to_numpy().sum() == one.n == one.events + one.censored
    assert one.table["survival"].is_monotonic_decreasing


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: survival.estimate_kaplan_meier([1, 2], [1, 0], "loglog"), "conf_type is 'loglog'"),
        (lambda: survival.estimate_kaplan_meier([1, -2], [1, 0]), r"durations\[1\] is -2"),
        (lambda: survival.estimate_kaplan_meier([1, 2, 3], [1, 0]), "durations has 3, event_observed has 2"),
        (lambda: survival.estimate_kaplan_meier([1], [1], alpha=1.0), "alpha is 1.0"),
        (lambda: survival.estimate_kaplan_meier([1], [1]).at([-1]), r"times\[0\] is -1"),
        (lambda: survival.estimate_kaplan_meier([1], [1]).at([np.nan]), r"times\[0\] is nan"),
        (lambda: survival.estimate_kaplan_meier([1], [1]).quantile(1.5), "p is 1.5"),
        (lambda: survival.estimate_follow_up([1, 1], [1, 2]), r"event_observed\[1\] is 2.*SPSS"),
    ],
)
def test_wrong_input_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()
