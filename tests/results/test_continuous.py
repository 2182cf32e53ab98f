"""Numbers described: median, quartiles (R's type 7), mean, standard deviation, range."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.results.continuous import describe
from helpers.results.schema import get_stats

LISTED = {
    # ages: 0.7 0.8 1 4 8 8 9 9 10 10 10 11 11 13 16 16 18, sum 155.5; 5th, 9th and 13th are quartiles
    ("AGE", "SAFFL"): (17, 155.5 / 17, 10, 8, 11, 0.7, 18),
    # months: 1 1 1 1 2 3 6 6 8 12 15 19 23 26 28 31 31, sum 214
    ("HSCTMO", "SAFFL"): (17, 214 / 17, 8, 2, 23, 1, 31),
    # responders: 1 3 3 3.5 6 7 8 8 11 12 16 27 35 52 55, sum 247.5; quartiles at places 4.5 and 11.5
    ("DORMO", "RESPFL"): (15, 16.5, 8, 4.75, 21.5, 1, 55),
    # with the two zeros of patients 6 and 14: places 5, 9 and 13
    ("DORMO", "SAFFL"): (17, 247.5 / 17, 8, 3, 16, 0, 55),
    # patients 9 and 12
    ("DORMO", "CRGVHDFL"): (2, 23.5, 23.5, 17.75, 29.25, 12, 35),
    # five at 1e5, two at 5e5, seven at 1e6, then 1e7, 5e7, 6e7
    ("DLIDOSE", "SAFFL"): (17, 128.5e6 / 17, 1e6, 1e5, 1e6, 1e5, 6e7),
}


@pytest.mark.parametrize(("variable", "population"), LISTED)
def test_the_cohort_by_hand_from_table_3(cohort, variable, population):
    stats = get_stats(cohort.results, analysis="continuous", variable=variable, population=population)
    names = ("n", "mean", "median", "q1", "q3", "min", "max")
    assert [stats[name] for name in names] == pytest.approx(LISTED[variable, population], rel=1e-12)
    assert stats["missing"] == 0


def test_the_median_age_by_stratum(cohort):
    """Relapse: 0.7 4 8 8 9 10 10 11 13 16 18 → 10; MRD: 0.8 1 9 10 11 16 → 9.5 (Table 3 by eye)."""
    keys = {"analysis": "continuous", "variable": "AGE", "population": "SAFFL", "group": "DISSTAT"}
    assert get_stats(cohort.results, level="Relapse", **keys)["median"] == 10
    assert get_stats(cohort.results, level="MRD", **keys)["median"] == 9.5


def test_missing_values_are_counted_and_left_out():
    """Of 2, 4, 9 and two missing: mean 5, squared deviations 9 + 1 + 16 over 2 = 13, median 4, quartiles 3 and 6.5."""
    stats = describe(pd.Series([2, np.nan, 9, 4, np.nan]))
    assert stats == {
        "n": 3, "missing": 2, "mean": 5, "sd": math.sqrt(13), "median": 4, "q1": 3, "q3": 6.5, "min": 2, "max": 9,
    }  # fmt: skip


def test_one_value_has_no_standard_deviation_and_none_has_nothing():
    one, none = describe(pd.Series([7.0])), describe(pd.Series([np.nan]))
    assert one["sd"] is None
    assert (one["n"], one["median"], one["q1"], one["max"]) == (1, 7, 7, 7)
    assert {name for name, value in none.items() if value is None} == {
        "mean", "sd", "median", "q1", "q3", "min", "max",
    }  # fmt: skip
    assert (none["n"], none["missing"]) == (0, 1)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30))
def test_the_order_of_the_values_does_not_matter_and_the_summary_is_ordered(values):
    stats = describe(pd.Series(values))
    back = describe(pd.Series(values[::-1]))
    assert [stats[name] for name in ("median", "q1", "q3", "min", "max")] == [
        back[name] for name in ("median", "q1", "q3", "min", "max")
    ]
    assert stats["mean"] == pytest.approx(back["mean"], abs=1e-9)
    assert stats["min"] <= stats["q1"] <= stats["median"] <= stats["q3"] <= stats["max"]
