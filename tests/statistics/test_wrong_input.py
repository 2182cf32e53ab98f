"""Every public function of the statistics refuses wrong input, names the value, and reads every usual form alike."""

import numpy as np
import pandas as pd
import pytest

from helpers.statistics import (
    checks,
    comparison,
    composite,
    contingency,
    fine_gray,
    incidence,
    landmark,
    maturity,
    multistate,
    regression,
    restricted_mean,
    small_samples,
    survival,
    transplant,
)

TIMES = [5.0, 3.0, 8.0, 1.0, 2.0, 9.0, 4.0, 6.0, 7.0, 3.5, 2.5, 6.5]
EVENTS = [1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1]
CODES = [1, 0, 2, 1, 1, 2, 0, 1, 1, 1, 2, 1]
GROUPS = ["b", "a", "b", "a", "a", "b", "b", "a", "a", "b", "a", "b"]
X = [1.0, 0.5, 2.0, 0.1, 0.2, 0.3, 1.5, 0.9, 0.7, 0.6, 0.4, 1.1]
STARTS = [2.0, None, 3.0, None, 1.0, None, None, None, 4.0, None, None, 1.5]

#: Functions of times and event flags, and of times and event codes; the rest of their arguments is right.
OF_EVENTS = {
    "kaplan_meier": survival.estimate_kaplan_meier,
    "follow_up": survival.estimate_follow_up,
    "trusted_time": maturity.estimate_trusted_time,
    "completeness": lambda t, e: maturity.estimate_completeness(t, e, [20.0] * 12),
    "restricted_mean": lambda t, e: restricted_mean.estimate_restricted_mean(t, e, 4),
    "compare_survival": lambda t, e: comparison.compare_survival(t, e, GROUPS),
    "pairwise": lambda t, e: comparison.compare_survival_pairwise(t, e, GROUPS),
    "benchmark_curve": lambda t, e: small_samples.compare_with_benchmark_curve(t, e, [0.5] * 12),
    "exact": lambda t, e: small_samples.compare_survival_exact(t, e, GROUPS),
    "cox": lambda t, e: regression.estimate_cox(t, e, {"x": X}, min_events=1),
    "proportional_hazards": lambda t, e: regression.check_proportional_hazards(t, e, {"x": X}),
    "split_at_state": lambda t, e: transplant.split_at_state(t, e, STARTS),
    "mantel_byar": lambda t, e: transplant.compare_mantel_byar(t, e, STARTS),
    "simon_makuch": lambda t, e: transplant.estimate_simon_makuch(t, e, STARTS),
}
OF_CODES = {
    "cumulative_incidence": incidence.estimate_cumulative_incidence,
    "gray": lambda t, c: comparison.compare_incidence(t, c, GROUPS),
    "fine_gray": lambda t, c: fine_gray.estimate_fine_gray(t, c, {"x": X}, min_events=1),
    "landmark": lambda t, c: landmark.select_landmark(t, c, STARTS, 2),
}
ALL = OF_EVENTS | OF_CODES


def events_of(name):
    return EVENTS if name in OF_EVENTS else CODES


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    ("value", "named"),
    [(-1.0, r"durations\[3\] is -1"), (np.nan, "missing"), (None, "missing"), (np.inf, r"durations\[3\] is inf")],
)
def test_every_function_refuses_a_wrong_time(name, value, named):
    times = [*TIMES[:3], value, *TIMES[4:]]
    with pytest.raises(ValueError, match=named):
        ALL[name](times, events_of(name))


@pytest.mark.parametrize("name", ALL)
def test_every_function_refuses_empty_input_and_unequal_lengths(name):
    with pytest.raises(ValueError, match="durations is empty"):
        ALL[name]([], [])
    with pytest.raises(ValueError, match=r"lengths differ: .*has 11"):
        ALL[name](TIMES, events_of(name)[:-1])


@pytest.mark.parametrize("name", OF_EVENTS)
def test_every_function_of_events_refuses_other_flags(name):
    with pytest.raises(ValueError, match=r"event_observed\[1\] is 2.*SPSS"):
        OF_EVENTS[name](TIMES, [1, 2] * 6)
    with pytest.raises(ValueError, match=r"event_observed\[1\] is (nan|None): a missing"):
        OF_EVENTS[name](TIMES, [1, None] * 6)


@pytest.mark.parametrize("name", OF_CODES)
@pytest.mark.parametrize(
    ("value", "named"), [(-1, "is -1"), (1.5, r"is 1\.5"), (None, "missing"), (99, "is 99: .*SPSS"), ("x", "is 'x'")]
)
def test_every_function_of_codes_refuses_a_wrong_code(name, value, named):
    with pytest.raises(ValueError, match=r"event_code\[1\] .*" + named if value is not None else named):
        OF_CODES[name](TIMES, [1, value, *CODES[2:]])


def describe(result):
    """The result as text, so that any two can be compared."""
    if isinstance(result, survival.KaplanMeier | incidence.CumulativeIncidence):
        return result.table.to_csv()
    if isinstance(result, transplant.SimonMakuch):
        return describe(result.outside) + describe(result.inside)
    return repr(result)


@pytest.mark.parametrize("name", ALL)
def test_every_function_reads_lists_arrays_and_columns_alike(name):
    """Odd indexes do not align rows; True/False and integers are flags; integer times are times."""
    times, events = [2 * t for t in TIMES], events_of(name)
    expected = describe(ALL[name](times, events))
    index = list(range(100, 88, -1))
    forms = [
        (np.array(times), np.array(events)),
        (np.array(times).astype(np.int32), np.array(events, dtype=np.int8)),
        (pd.Series(times, index=index), pd.Series(events, index=index[::-1])),
        (pd.Series(times, dtype="Float64"), pd.Series(events, dtype="Int64")),
        (np.array(times, dtype=object), np.array(events, dtype=float)),
    ]
    if name in OF_EVENTS:
        forms.append((times, [bool(e) for e in events]))
    assert [describe(ALL[name](*form)) for form in forms] == [expected] * len(forms)


def test_a_missing_group_among_text_is_missing():
    """NumPy writes the NaN of such a list as the text "nan", which would be a third group."""
    for labels in (["a", float("nan")], ["a", None], ["a", pd.NA], pd.Series(["a", np.nan])):
        with pytest.raises(ValueError, match=r"group\[1\] is .*: a missing group"):
            checks.check_groups(labels)
    assert checks.check_groups(["10", 9, "10"])[1] == (9, "10")


def test_flags_are_covariates():
    flags = [g == "a" for g in GROUPS]
    as_flags, as_numbers = (
        regression.estimate_cox(TIMES, EVENTS, {"a": column}, min_events=1)
        for column in (flags, [float(flag) for flag in flags])
    )
    assert as_flags == as_numbers
    assert fine_gray.estimate_fine_gray(TIMES, CODES, {"a": flags}, min_events=1).terms[0].hr is not None


def test_covariates_of_the_same_name_are_refused():
    twice = pd.DataFrame(np.column_stack([X, X]), columns=["x", "x"])
    for call in (
        lambda: regression.estimate_cox(TIMES, EVENTS, twice),
        lambda: fine_gray.estimate_fine_gray(TIMES, CODES, twice),
    ):
        with pytest.raises(ValueError, match="covariates has two named 'x'"):
            call()


STAYS = {
    "patient": [1, 1, 2],
    "start": [0, 2, 0],
    "stop": [2, 5, 4],
    "state": ["well", "ill", "well"],
    "next_state": ["ill", "dead", "well"],
}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"state": ["well", None, "well"]}, r"state\[1\] is None"),
        ({"next_state": ["ill", "dead", float("nan")]}, r"next_state\[2\] is nan"),
        ({"state": ["well"] * 2, "next_state": ["ill"] * 4}, "state has 2"),
        ({"patient": [1, 1]}, "patient has 2"),
        ({"stop": [2, np.inf, 4]}, r"stop\[1\] is inf"),
        ({"start": [0, -2, 0]}, r"start\[1\] is -2"),
        ({name: [] for name in STAYS}, "patient is empty"),
    ],
)
def test_wrong_stays_are_refused(change, named):
    assert multistate.estimate_state_occupation(**STAYS).n == 2
    with pytest.raises(ValueError, match=named):
        multistate.estimate_state_occupation(**(STAYS | change))


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: composite.derive_composite([1, -2], {"death": [1, None]}), r"follow_up\[1\] is -2"),
        (lambda: composite.derive_composite([1, 2], {"death": [1]}), "death has 1"),
        (lambda: composite.derive_composite([1, 2], {"death": [1, np.inf]}), r"death\[1\] is"),
        (lambda: composite.derive_composite([], {"death": []}), "follow_up is empty"),
        (lambda: contingency.compare_counts([[1, 2], [3, -4]]), r"table\[1, 1\] is -4"),
        (lambda: contingency.compare_counts([[1, 2], [3, 0.5]]), r"table\[1, 1\] is 0.5"),
        (lambda: contingency.compare_categories(["a", float("nan")], [1, 2]), r"values\[1\] is nan"),
        (lambda: landmark.select_landmark(TIMES, CODES, STARTS, "two"), "landmark is 'two'"),
        (lambda: restricted_mean.estimate_restricted_mean(TIMES, EVENTS, None), "horizon is None"),
        (lambda: survival.estimate_kaplan_meier(TIMES, EVENTS).quantile("half"), "p is 'half'"),
    ],
)
def test_other_arguments_are_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()
