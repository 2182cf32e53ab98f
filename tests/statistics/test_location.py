"""Mann–Whitney, Hodges–Lehmann and standardised differences against R's wilcox.test, enumeration and paper."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.statistics import location
from reference.answers import read_frozen


def test_agrees_with_r():
    """Oracle: tests/reference/contingency.R: wilcox.test (exact without ties, normal for large samples); with ties in
    small samples every choice of a first group, enumerated in R. Interval: wilcox.test(conf.int = TRUE).
    """
    methods = set()
    for row in read_frozen("location").itertuples():
        first, second = ([float(v) for v in str(text).split()] for text in (row.first, row.second))
        test, shift = location.compare_locations(first, second), location.estimate_shift(first, second)
        methods.add(test.method)
        assert test.statistic == pytest.approx(row.statistic, abs=1e-9)
        assert test.p_value == pytest.approx(row.p_value, abs=1e-9)
        if not np.isnan(row.estimate):
            assert shift.estimate == pytest.approx(row.estimate, abs=1e-9)
            assert (shift.lcl, shift.ucl) == (pytest.approx(row.lcl, abs=1e-9), pytest.approx(row.ucl, abs=1e-9))
    assert methods == {"Mann-Whitney test, exact", "Mann-Whitney test, normal approximation"}


small = st.lists(st.integers(0, 4), min_size=1, max_size=5)


@settings(max_examples=100, deadline=None)
@given(small, small)
def test_exact_p_value_is_that_of_every_split(first, second):
    """Second implementation: U by counting pairs, over every way to choose the first group."""
    both = np.array(first + second)
    test = location.compare_locations(first, second)

    def u(chosen):
        rest = np.delete(both, chosen)
        return sum((a > b) + 0.5 * (a == b) for a in both[list(chosen)] for b in rest)

    assert test.statistic == u(range(len(first)))
    if len(set(both.tolist())) == 1:
        assert test.p_value is None
        return
    centre = len(first) * len(second) / 2
    distances = [abs(u(chosen) - centre) for chosen in combinations(range(both.size), len(first))]
    assert test.p_value == pytest.approx(np.mean(np.array(distances) >= abs(test.statistic - centre)), abs=1e-12)


def test_all_equal_and_large_samples():
    assert location.compare_locations([1, 1], [1]).note == "all values are equal"
    rng = np.random.default_rng(2)
    shift = location.estimate_shift(rng.normal(1, 1, 80), rng.normal(0, 1, 70))
    assert shift.lcl < shift.estimate < shift.ucl


def test_standardised_mean_difference_on_paper():
    """On paper: means 3 and 1, variances 1 and 1: 2. One value or no spread: not estimable."""
    assert location.estimate_smd([2, 3, 4], [0, 1, 2]) == pytest.approx(2.0)
    assert location.estimate_smd([1], [1, 2]) is None
    assert location.estimate_smd([1, 1], [2, 2]) is None


def test_wrong_input_is_named():
    with pytest.raises(ValueError, match=r"first\[1\] is nan: a missing"):
        location.compare_locations([1, np.nan], [1])
    with pytest.raises(ValueError, match="second is empty"):
        location.estimate_shift([1], [])
