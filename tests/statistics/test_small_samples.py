"""Restricted mean, one-sample log-rank and permutation log-rank against R, on paper, and by enumeration."""

from itertools import combinations

import numpy as np
import pytest

from helpers.statistics import comparison, restricted_mean, small_samples
from reference.answers import read_cases, read_frozen

CASES = read_cases()


def test_restricted_means_agree_with_r():
    """Oracle: tests/reference/contingency.R, summary(survfit, rmean = horizon): within 1e-9 of their size."""
    compared = 0
    for row in read_frozen("extras").itertuples():
        if row.case.startswith("random") and int(row.case[-3:]) % 6:
            continue
        p = CASES[row.case]
        ours = restricted_mean.estimate_restricted_mean(p["time"], p["code"] > 0, row.time_horizon)
        if ours.estimate is None:  # rounding: the horizon R took is a hair past the last time
            assert row.time_horizon > p["time"].max()
        elif not np.isnan(row.rmean):
            compared += 1
            assert ours.estimate == pytest.approx(row.rmean, rel=1e-9, abs=1e-9)
            assert ours.std_err == pytest.approx(row.se, rel=1e-9, abs=1e-9)
    assert compared > 200


def test_restricted_mean_on_paper():
    """On paper: events at 1 and 3 of 2 patients, horizon 3: 1 · 1 + 2 · 1/2 = 2; up to 2: 1.5.

    Greenwood to 3: the event at 1 adds (area after it)² / (2 · 1) = 1/2.
    """
    whole = restricted_mean.estimate_restricted_mean([1, 3], [1, 1], 3)
    assert (whole.estimate, whole.std_err) == (pytest.approx(2.0), pytest.approx(np.sqrt(0.5)))
    assert restricted_mean.estimate_restricted_mean([1, 3], [1, 1], 2).estimate == pytest.approx(1.5)
    assert restricted_mean.estimate_restricted_mean([1, 3], [1, 1], 9).estimate == pytest.approx(2.0)
    late = restricted_mean.estimate_restricted_mean([1, 3], [1, 0], 4)
    assert (late.estimate, late.note) == (None, "the last follow-up is at 3")


def test_one_sample_log_rank_agrees_with_r():
    """Oracle: tests/reference/contingency.R, survdiff(~ offset(S0)) with S0 = 0.5 ^ (2 t / last)."""
    for row in read_frozen("extras").drop_duplicates("case").itertuples():
        p = CASES[row.case]
        benchmark = 0.5 ** (p["time"] / (p["time"].max() / 2))
        ours = small_samples.compare_with_benchmark_curve(p["time"], p["code"] > 0, benchmark)
        assert ours.expected[0] == pytest.approx(row.expected, rel=1e-9)
        assert ours.statistic == pytest.approx(row.statistic, rel=1e-8, abs=1e-9)
        assert ours.p_value == pytest.approx(row.p_value, abs=1e-9)


def test_permutation_log_rank_agrees_with_enumeration_in_r():
    """Oracle: tests/reference/contingency.R: every choice of a first group, martingale residuals of coxph(~ 1)."""
    frozen = read_frozen("permutation")
    assert len(frozen) > 50
    for row in frozen.itertuples():
        p = CASES[row.case]
        ours = small_samples.compare_survival_exact(p["time"], p["code"] > 0, p["group"])
        assert ours.statistic == pytest.approx(row.difference, abs=1e-9)
        assert ours.p_value == pytest.approx(row.p_value, abs=1e-9)


def test_permutation_on_paper():
    """On paper: deaths at 1, 2 (A) and 3, 4 (B). Scores 3/4, 5/12, -1/12, -13/12; A's 7/6 is the largest of the six
    sums and B's the smallest: p = 2/6.
    """
    ours = small_samples.compare_survival_exact([1, 2, 3, 4], [1, 1, 1, 1], ["A", "A", "B", "B"])
    scores = [3 / 4, 5 / 12, -1 / 12, -13 / 12]
    sums = [abs(sum(pair)) for pair in combinations(scores, 2)]
    assert ours.statistic == pytest.approx(7 / 6)
    assert ours.p_value == pytest.approx(np.mean(np.array(sums) >= 7 / 6 - 1e-12)) == pytest.approx(1 / 3)
    asymptotic = comparison.compare_survival([1, 2, 3, 4], [1, 1, 1, 1], ["A", "A", "B", "B"])
    assert asymptotic.observed[0] - asymptotic.expected[0] == pytest.approx(ours.statistic)


def test_limits_of_the_permutation_test(monkeypatch):
    assert small_samples.compare_survival_exact([1, 2], [0, 0], [1, 2]).note == "no event"
    monkeypatch.setattr(small_samples, "MAX_SUMS", 10)
    large = small_samples.compare_survival_exact(np.arange(20), np.ones(20), np.arange(20) % 2)
    assert large.p_value is None
    assert "too large" in large.note


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: small_samples.compare_with_benchmark_curve([1, 2], [1, 0], [0.5, 0]), r"survival\[1\] is 0"),
        (lambda: small_samples.compare_with_benchmark_curve([1, 2], [1, 0], [0.5]), "benchmark_survival has 1"),
        (lambda: small_samples.compare_survival_exact([1, 2], [1, 0], [1, 1]), "group has 1 labels"),
        (lambda: restricted_mean.estimate_restricted_mean([1], [1], 0), "horizon is 0"),
        (lambda: restricted_mean.estimate_restricted_mean([1], [1], float("inf")), "horizon is inf"),
    ],
)
def test_wrong_input_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()
