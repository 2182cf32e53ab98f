"""Input checks: each refused value is named with its position; nothing is repaired."""

import numpy as np
import pandas as pd
import pytest

from helpers.statistics import checks


@pytest.mark.parametrize(
    ("times", "named"),
    [
        ([1, -0.5], r"durations\[1\] is -0.5: a time cannot be negative"),
        ([1, None, 3], r"durations\[1\] is None: a missing"),
        ([1, float("nan")], r"durations\[1\] is nan: a missing"),
        (pd.Series([1, pd.NA], dtype="Int64"), r"durations\[1\] is (<NA>|nan): a missing"),
        ([np.inf, 1], r"durations\[0\] is inf: an infinite"),
        ([-np.inf, 1], r"durations\[0\] is -inf: an infinite"),
        ([1, "x"], r"durations\[1\] is 'x': expected a number|durations\[0\] is '1': expected a number"),
        ([], "durations is empty"),
        ([[1, 2]], "durations has 2 dimensions"),
        (5, "durations has 0 dimensions"),
        ([True, False], r"durations\[0\] is True: .*swapped"),
        ([-1, -2, -3], "2 more values like it"),
        (pd.to_datetime(pd.Series(["2020-01-01"])), "expected a number"),
    ],
)
def test_refused_times(times, named):
    with pytest.raises(ValueError, match=named):
        checks.check_times(times)


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        ([1, 2, 1], r"event_observed\[1\] is 2: an event flag is 0 or 1 .*SPSS"),
        ([0, 0.5], r"event_observed\[1\] is 0.5: an event flag is 0 or 1 \(False or True\)$"),
        ([0, -1], r"event_observed\[1\] is -1"),
        ([0, None], r"event_observed\[1\] is None: a missing"),
        (pd.Series([True, pd.NA], dtype="boolean"), r"event_observed\[1\] is (<NA>|nan): a missing"),
        (["dead"], r"event_observed\[0\] is 'dead'"),
        ([], "event_observed is empty"),
    ],
)
def test_refused_event_flags(flags, named):
    with pytest.raises(ValueError, match=named):
        checks.check_events(flags)


@pytest.mark.parametrize(
    ("codes", "cause", "named"),
    [
        ([0, 1, -1], 1, r"event_code\[2\] is -1"),
        ([0, 1.5], 1, r"event_code\[1\] is 1.5"),
        ([0, np.nan], 1, r"event_code\[1\] is nan: a missing"),
        ([0, np.inf], 1, r"event_code\[1\] is inf"),
        ([0, 1], 0, "cause is 0"),
        ([0, 1], 1.0, "cause is 1.0"),
        ([0, 1], True, "cause is True"),
    ],
)
def test_refused_event_codes(codes, cause, named):
    with pytest.raises(ValueError, match=named):
        checks.check_event_codes(codes, cause)


def test_accepted_forms_are_equal():
    expected = [True, False, True]
    forms = ([1, 0, 1], [1.0, 0.0, 1.0], expected, np.array(expected), pd.Series([1, 0, 1], dtype="Int64"))
    for flags in (*forms, pd.Series(expected, dtype="boolean"), (True, 0, 1.0), np.array([1, 0, 1], dtype=np.int8)):
        assert checks.check_events(flags).tolist() == expected
    assert checks.check_event_codes(pd.Series([0, 1, 2], dtype="Int64")).tolist() == [0, 1, 2]
    assert checks.check_times(pd.Series([0, 1.5], index=["a", "b"])).tolist() == [0.0, 1.5]


def test_groups_are_numbered_in_sorted_or_categorical_order():
    numbers, labels = checks.check_groups(["b", "a", "b"])
    assert (numbers.tolist(), labels) == ([1, 0, 1], ("a", "b"))
    arms = pd.Categorical(["MRD", "MRD"], categories=["overt", "MRD", "unused"], ordered=True)
    assert checks.check_groups(pd.Series(arms))[1] == ("MRD",)
    with pytest.raises(ValueError, match=r"group\[1\] is None: a missing group"):
        checks.check_groups(["a", None])


def test_near_ties_are_merged_as_in_r():
    """R 4.2.2, survival 3.5-3: aeqSurv(Surv(c(0.1+0.2, 0.3, 1e9, 1e9 + 1)))  joins the first two and the last two."""
    merged = checks.merge_near_ties(np.array([0.1 + 0.2, 0.3, 1e9, 1e9 + 1]))
    assert merged.tolist() == [0.3, 0.3, 1e9, 1e9]
    apart = np.array([1.0, 1.001, 2.0])
    assert checks.merge_near_ties(apart).tolist() == apart.tolist()
    assert checks.merge_near_ties(np.array([2.0, 2.0])).tolist() == [2.0, 2.0]
