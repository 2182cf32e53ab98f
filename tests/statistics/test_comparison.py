"""Tests between groups against R's survdiff and cuminc, hand-worked cases and a second, plain implementation."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.statistics import comparison
from reference.answers import read_cases, read_frozen

CASES = read_cases()


def ours_for(case, test):
    p = CASES[case]
    if test.startswith("gray"):
        return comparison.compare_incidence(p["time"], p["code"], p["group"], cause=int(test[-1]))
    weights = test.removeprefix("stratified ")
    strata = p["stratum"] if test.startswith("stratified") else None
    return comparison.compare_survival(p["time"], p["code"] > 0, p["group"], weights, strata)


@pytest.mark.parametrize(
    "test", ["log-rank", "peto-peto", "stratified log-rank", "stratified peto-peto", "gray 1", "gray 2"]
)
def test_statistics_and_p_values_agree_with_r(test):
    """Oracle: tests/reference/comparison.R: survdiff(rho = 0, 1), strata(), cuminc()$Tests. NA in R is None here.

    Statistics within 1e-9 (relative above 1), p-values within 1e-9, degrees of freedom exactly.
    """
    frozen = read_frozen("tests")
    wrong = []
    for row in frozen[frozen["test"] == test].itertuples():
        ours = ours_for(row.case, test)
        if ours.p_value is None or np.isnan(row.p_value):
            agree = ours.p_value is None and np.isnan(row.p_value) and bool(ours.note)
        else:
            close = abs(ours.statistic - row.statistic) <= 1e-9 * max(1.0, row.statistic)
            agree = close and ours.df == row.df and abs(ours.p_value - row.p_value) < 1e-9
        if not agree:
            wrong.append((row.case, ours.statistic, row.statistic, ours.p_value, row.p_value, ours.note))
    assert wrong == []


def test_log_rank_on_paper():
    """On paper: A 1, 3+; B 2, 4. At 1: 2 of 4 at risk in A, E_A = 1/2, V = 1/4; at 2: 1 of 3, E_A = 1/3, V = 2/9;
    at 4: none in A. O_A - E_A = 1 - 5/6 = 1/6, V = 17/36, so the statistic is (1/36) / (17/36) = 1/17.
    """
    test = comparison.compare_survival([1, 3, 2, 4], [1, 0, 1, 1], ["A", "A", "B", "B"])
    assert test.statistic == pytest.approx(1 / 17, abs=1e-12)
    assert (test.df, test.groups, test.observed) == (1, ("A", "B"), (1.0, 2.0))
    assert test.expected == pytest.approx((5 / 6, 13 / 6))


def test_freireich_log_rank_is_the_published_one():
    """Freireich's 6-MP trial (Blood 1963): log-rank χ² 16.8 in Kalbfleisch & Prentice and in every textbook since."""
    assert ours_for("freireich_6mp", "log-rank").statistic == pytest.approx(16.79, abs=0.005)


patients_strategy = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 2), st.integers(0, 1)), min_size=2, max_size=30
)


def plain_log_rank(patients):
    """Second implementation for two groups, death by death, in exact fractions."""
    difference, variance = Fraction(0), Fraction(0)
    for time in sorted({t for t, code, _ in patients if code}):
        at_risk = [(t, code, g) for t, code, g in patients if t >= time]
        dead = [g for t, code, g in at_risk if t == time and code]
        n, n1, d = len(at_risk), sum(g for _, _, g in at_risk), len(dead)
        difference += sum(dead) - Fraction(d * n1, n)
        if n > 1:
            variance += Fraction(d * n1 * (n - n1) * (n - d), n * n * (n - 1))
    return None if variance == 0 else float(difference**2 / variance)


@settings(max_examples=150, deadline=None)
@given(patients_strategy)
def test_agrees_with_a_plain_second_implementation(patients):
    times, codes, groups = (np.array(column) for column in zip(*patients, strict=True))
    ours = comparison.compare_survival(times, codes > 0, groups)
    expected = plain_log_rank(patients)
    assert (ours.statistic is None) == (expected is None)
    if expected is not None:
        assert ours.statistic == pytest.approx(expected, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(patients_strategy, st.randoms(use_true_random=False))
def test_row_order_and_labels_do_not_matter(patients, random):
    shuffled = random.sample(patients, len(patients))
    results = []
    for rows, names in ((patients, {0: "a", 1: "b"}), (shuffled, {0: "z", 1: "b"})):
        times, codes, groups = zip(*rows, strict=True)
        labels = [names[g] for g in groups]
        results.append(comparison.compare_survival(times, np.array(codes) > 0, labels).statistic)
    assert results[0] == (None if results[1] is None else pytest.approx(results[1], abs=1e-9))


def test_pairwise_is_holm_of_the_pairs():
    """On paper: Holm multiplies the sorted p-values by 3, 2, 1 and lets none fall below the one before."""
    p = CASES["colon"]
    pairs = comparison.compare_survival_pairwise(p["time"], p["code"], p["group"])
    raw = sorted(pair.p_value for pair in pairs)
    expected = [3 * raw[0], max(3 * raw[0], 2 * raw[1]), max(3 * raw[0], 2 * raw[1], raw[2])]
    assert sorted(pair.p_adjusted for pair in pairs) == pytest.approx(expected)
    assert [(pair.first, pair.second) for pair in pairs] == [(1, 2), (1, 3), (2, 3)]


def test_holm_by_hand():
    """R: p.adjust(c(0.01, 0.04, 0.03, NA), "holm") is 0.03 0.06 0.06 NA."""
    assert comparison.adjust_holm([0.01, 0.04, 0.03, None]) == [0.03, 0.06, 0.06, None]


def test_without_a_result_the_note_says_why():
    one = comparison.compare_survival([1, 2], [1, 1], ["A", "A"])
    assert (one.statistic, one.df, one.p_value, one.note) == (None, None, None, "only one group")
    assert comparison.compare_survival([1, 2], [0, 0], [0, 1]).note == "no event"
    assert comparison.compare_incidence([1, 2], [2, 2], [0, 1]).note == "no event"
    assert comparison.compare_incidence([1, 2], [1, 2], ["A", "A"]).note == "only one group"


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: comparison.compare_survival([1, 2], [1, 0], [1]), "group has 1"),
        (lambda: comparison.compare_survival([1, 2], [1, 2], [1, 2]), r"event_observed\[1\] is 2.*SPSS"),
        (lambda: comparison.compare_survival([1, 2], [1, 0], [1, None]), r"group\[1\] is None"),
        (lambda: comparison.compare_survival([1, 2], [1, 0], [1, 2], "gehan"), "weights is 'gehan'"),
        (lambda: comparison.compare_survival([1, 2], [1, 0], [1, 2], strata=[1]), "strata has 1"),
        (lambda: comparison.compare_incidence([1, 2], [1, -1], [1, 2]), r"event_code\[1\] is -1"),
        (lambda: comparison.compare_incidence([1, 2], [1, 0], [1, 2], cause=0), "cause is 0"),
    ],
)
def test_wrong_input_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()
