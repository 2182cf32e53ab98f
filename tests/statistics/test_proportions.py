"""Proportions against R's binom.test, prop.test(correct=FALSE) and beta quantiles, and against hand-worked limits."""

import numpy as np
import pytest

from helpers.statistics import proportions
from reference.answers import read_frozen


def test_every_frozen_proportion_agrees_with_r():
    """Oracle: tests/reference/proportions.R (R 4.2.2, package stats): estimates and limits within 1e-9."""
    worst = 0.0
    for row in read_frozen("proportions").itertuples():
        ours = proportions.estimate_proportion(row.n, row.N, row.method, row.alpha)
        worst = max(worst, abs(ours.estimate - row.estimate), abs(ours.lcl - row.lcl), abs(ours.ucl - row.ucl))
    assert worst < 1e-9


@pytest.mark.parametrize("total", [1, 5, 15, 44])
def test_zero_and_all_of_n_have_the_closed_form_limits(total):
    """On paper: for 0 of N, (1 - u)^N = alpha/2, so u = 1 - (alpha/2)^(1/N); N of N mirrors it."""
    none, everyone = proportions.estimate_proportion(0, total), proportions.estimate_proportion(total, total)
    assert (none.estimate, none.lcl) == (0.0, 0.0)
    assert none.ucl == pytest.approx(1 - 0.025 ** (1 / total), abs=1e-12)
    assert (everyone.estimate, everyone.ucl) == (1.0, 1.0)
    assert everyone.lcl == pytest.approx(0.025 ** (1 / total), abs=1e-12)


def test_wilson_on_paper():
    """On paper, 1 of 2 with z = 1.959964: centre 0.5, half-width z/sqrt(4 (2 + z²)) · sqrt(... ) = 0.405469."""
    z = 1.959963984540054
    half = z * np.sqrt(0.25 / 2 + z**2 / 16) / (1 + z**2 / 2)
    ours = proportions.estimate_proportion(1, 2, "wilson")
    assert (ours.lcl, ours.ucl) == (pytest.approx(0.5 - half, abs=1e-12), pytest.approx(0.5 + half, abs=1e-12))


@pytest.mark.parametrize("method", ["clopper-pearson", "wilson", "jeffreys"])
def test_limits_enclose_the_estimate_and_mirror(method):
    """Property: lcl <= estimate <= ucl, and the limits of N - n are one minus those of n."""
    for total in range(1, 40):
        for n in range(total + 1):
            here = proportions.estimate_proportion(n, total, method)
            mirror = proportions.estimate_proportion(total - n, total, method)
            assert 0 <= here.lcl <= here.estimate <= here.ucl <= 1
            assert here.lcl == pytest.approx(1 - mirror.ucl, abs=1e-12)


def test_no_patients_is_not_estimable():
    none = proportions.estimate_proportion(0, 0)
    assert (none.n, none.N, none.estimate, none.lcl, none.ucl) == (0, 0, None, None, None)


def test_numpy_counts_and_whole_floats_are_counts():
    ours = proportions.estimate_proportion(np.int64(9), 15.0)
    assert (ours.n, ours.N, ours.method) == (9, 15, "Clopper-Pearson")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((-1, 10), "n is -1"),
        ((1, -10), "N is -10"),
        ((11, 10), "n is 11: more than N, which is 10"),
        ((1.5, 10), "n is 1.5"),
        ((float("nan"), 10), "n is nan"),
        ((True, 10), "n is True"),
        (("3", 10), "n is '3'"),
        ((None, 10), "n is None"),
        ((1, 10, "wald"), "method is 'wald'"),
        ((1, 10, "wilson", 0), "alpha is 0"),
        ((1, 10, "wilson", 95), "alpha is 95"),
    ],
)
def test_wrong_input_is_named(arguments, named):
    with pytest.raises(ValueError, match=named):
        proportions.estimate_proportion(*arguments)


def test_binomial_test_agrees_with_r():
    """Oracle: tests/reference/contingency.R, binom.test(n, N, p)$p.value."""
    for row in read_frozen("binomial").itertuples():
        ours = proportions.compare_with_benchmark(row.n, row.N, row.benchmark)
        assert ours.p_value == pytest.approx(row.p_value, abs=1e-9)
    assert proportions.compare_with_benchmark(0, 0, 0.5).note == "no patients"
    with pytest.raises(ValueError, match=r"benchmark is 1.2"):
        proportions.compare_with_benchmark(1, 2, 1.2)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((56, 70, 48, 80), (0.2, 0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.6, 0.1705, 0.8090)),
        ((6, 7, 2, 7), (0.5714, 0.0582, 0.8062)),
        ((5, 56, 0, 29), (0.0893, -0.0381, 0.1926)),
        ((0, 10, 0, 20), (0.0, -0.1611, 0.2775)),
        ((10, 10, 0, 10), (1.0, 0.6075, 1.0)),
    ],
)
def test_newcombe_reproduces_the_paper(counts, expected):
    """Newcombe 1998, Table II, method 10, contrasts (a) to (h), four decimals."""
    ours = proportions.estimate_difference(*counts)
    assert (ours.estimate, ours.lcl, ours.ucl) == pytest.approx(expected, abs=5.1e-5)


def test_risk_ratio_on_paper():
    """On paper: 10/20 against 5/20: 2, log error sqrt(1/10 - 1/20 + 1/5 - 1/20) = sqrt(0.2)."""
    ours = proportions.estimate_risk_ratio(10, 20, 5, 20)
    factor = np.exp(1.959963984540054 * np.sqrt(0.2))
    assert (ours.estimate, ours.lcl, ours.ucl) == pytest.approx((2.0, 2 / factor, 2 * factor))
    assert proportions.estimate_risk_ratio(1, 2, 0, 2).estimate is None
    assert (proportions.estimate_risk_ratio(0, 2, 1, 2).estimate, proportions.estimate_risk_ratio(0, 2, 1, 2).lcl) == (
        0.0,
        None,
    )
    assert proportions.estimate_difference(0, 0, 1, 2).estimate is None
