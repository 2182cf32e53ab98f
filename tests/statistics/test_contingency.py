"""χ², Fisher and standardised differences against R's chisq.test and fisher.test, and on paper."""

import numpy as np
import pytest

from helpers.statistics import contingency
from reference.answers import read_frozen


def test_tables_agree_with_r():
    """Oracle: tests/reference/contingency.R: chisq.test where all expected counts are >= 5, else fisher.test."""
    used = set()
    for row in read_frozen("contingency").itertuples():
        counts = [[int(cell) for cell in line.split()] for line in row.counts.split(" / ")]
        ours = contingency.compare_counts(counts)
        used.add(ours.method)
        if row.smallest_expected >= 5:
            assert ours.statistic == pytest.approx(row.statistic, abs=1e-9)
            assert ours.df == row.df
            assert ours.p_value == pytest.approx(row.p_value, abs=1e-9)
            plain = contingency.compare_counts(counts, correction=False)
            assert plain.p_value == pytest.approx(row.p_uncorrected, abs=1e-9)
        else:
            assert ours.p_value == pytest.approx(row.p_fisher, abs=1e-8), row.counts
    assert used == {"chi-squared test", "chi-squared test with continuity correction", "Fisher's exact test"}


def test_the_lady_tasting_tea():
    """Fisher, The Design of Experiments, 1935: 3 of 4 cups right: two-sided (1 + 16 + 16 + 1)/70 = 34/70."""
    assert contingency.compare_counts([[3, 1], [1, 3]]).p_value == pytest.approx(34 / 70, abs=1e-11)


def test_categories_are_tabulated_by_group():
    ours = contingency.compare_categories(["a", "b", "a", "a", "b", "b"], ["x", "x", "x", "y", "y", "y"])
    assert ours.groups == ("x", "y")
    assert ours.p_value == pytest.approx(contingency.compare_counts([[2, 1], [1, 2]]).p_value)


def test_without_a_second_group_there_is_no_test():
    assert contingency.compare_counts([[3, 0], [4, 0]]).note == "only one category or one group"
    assert contingency.compare_categories(["a", "a"], [1, 2]).p_value is None


def test_too_large_for_fisher_says_so(monkeypatch):
    monkeypatch.setattr(contingency, "MAX_STEPS", 100)
    ours = contingency.compare_counts([[9, 8, 7], [2, 9, 5], [1, 1, 6]])
    assert ours.method == "chi-squared test"
    assert "too large" in ours.note


def test_standardised_difference_on_paper():
    """On paper: 3/4 against 1/4: 0.5 / sqrt((3/16 + 3/16) / 2) = 2/sqrt(3)."""
    values, group = [1, 1, 1, 0, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1]
    assert contingency.estimate_smd_of_categories(values, group) == pytest.approx(2 / np.sqrt(3))
    assert contingency.estimate_smd_of_categories([1, 0, 1, 0], [0, 0, 1, 1]) == 0.0
    assert contingency.estimate_smd_of_categories([1, 1, 0, 0], [0, 0, 1, 1]) is None


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: contingency.compare_counts([[1, -1], [2, 3]]), "-1"),
        (lambda: contingency.compare_counts([1, 2]), r"shape \(2,\)"),
        (lambda: contingency.compare_categories(["a", None], [1, 2]), r"values\[1\] is None"),
        (lambda: contingency.compare_categories(["a"], [1, 2]), "group has 2"),
        (lambda: contingency.estimate_smd_of_categories([1, 2, 3], [1, 2, 3]), "group has 3 labels"),
    ],
)
def test_wrong_input_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()
