"""Until when a curve can be trusted, and how complete the follow-up is: on paper, by R, and by adding one event."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpers.statistics.incidence import estimate_cumulative_incidence
from helpers.statistics.maturity import estimate_completeness, estimate_trusted_time
from helpers.statistics.survival import estimate_kaplan_meier
from reference.answers import read_cases, read_frozen, same_or_both_missing

CASES = read_cases()


def test_trusted_times_are_exactly_those_of_r():
    """Oracle: tests/reference/maturity.R, S(t) and the patients at risk from survfit. No tolerance."""
    wrong = []
    for row in read_frozen("maturity").itertuples():
        patients = CASES[row.case]
        ours = estimate_trusted_time(patients["time"], patients["code"] > 0, row.amount)
        if not same_or_both_missing(ours.time, row.time_trusted):
            wrong.append((row.case, row.amount, ours.time, row.time_trusted))
    assert wrong == []


def test_completeness_agrees_with_r():
    """Oracle: tests/reference/maturity.R, sums of times, the study closing at the last one."""
    for row in read_frozen("maturity").drop_duplicates("case").itertuples():
        times, events = CASES[row.case]["time"], CASES[row.case]["code"] > 0
        ours = estimate_completeness(times, events, [times.max()] * len(times)).estimate
        assert (np.isnan(row.completeness) and ours is None) or ours == pytest.approx(row.completeness, abs=1e-12)


def test_on_paper():
    """Duration of response of the published cohort, 15 patients: 1e 3e 3+ 3.5+ 6e 7+ 8e 8e 11e 12+ 16e 27+ 35+ 52+ 55+.

    1/15 up to 3; 13/15 over 12 = 0.072 after it, over 11 = 0.079 after 3.5; 13/15 · 10/11 over 9 = 0.088 after 7, which
    the events at 8 and 11 do not change; 13/15 · 10/11 · 6/9 over 5 = 0.105 after 12; 0.140 after 27, 0.210, 0.420.
    """
    times = [1, 3, 3, 3.5, 6, 7, 8, 8, 11, 12, 16, 27, 35, 52, 55]
    events = [1, 1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0]
    found = {amount: estimate_trusted_time(times, events, amount).time for amount in (0.06, 0.07, 0.1, 0.2, 0.4, 0.5)}
    assert found == {0.06: 0.0, 0.07: 3.0, 0.1: 12.0, 0.2: 35.0, 0.4: 52.0, 0.5: None}
    ours = estimate_trusted_time(times, events)
    assert (ours.amount, ours.last_time, ours.n) == (0.1, 55.0, 15)
    assert ours.method == "one more event moves the curve by at most 0.1"


def test_events_alone_never_end_the_trust():
    """Ten patients who all have the event: every event moves the curve by one tenth, the last one too."""
    times, events = range(1, 11), [1] * 10
    assert estimate_trusted_time(times, events, 0.1).time is None
    assert estimate_trusted_time(times, events, 0.0999).time == 0.0


@pytest.mark.parametrize("n", [3, 7, 10, 20, 49, 100])
def test_equal_to_the_amount_but_for_rounding_error_is_not_more(n):
    """1/n from the start to the last event: in floating point, products of fractions are a little above or below."""
    assert estimate_trusted_time(range(n), [1] * n, 1 / n).time is None
    # of n + 1 one is censored at 0.5: before it 1/(n + 1), after it 1/n
    times, events = [0.5, *range(1, n + 1)], [0] + [1] * n
    assert estimate_trusted_time(times, events, 1 / n).time is None
    assert estimate_trusted_time(times, events, 1 / (n + 1)).time == 0.5


def test_ties_day_zero_and_few_patients():
    """Events go before censorings of the same time, and it takes both before one more event moves the curve further."""
    # 4 patients: 1/4 up to 2; after the event and the two censorings of time 2, 3/4 over 1
    assert estimate_trusted_time([2, 2, 2, 5], [1, 0, 0, 1], 0.3).time == 2.0
    assert estimate_trusted_time([0, 0, 0, 3], [0, 0, 0, 1], 0.3).time == 0.0  # censored on day 0
    assert estimate_trusted_time([0], [0], 0.5).time == 0.0
    assert estimate_trusted_time([0.1 + 0.2, 0.3, 1], [0, 0, 1], 0.4).time == 0.3  # one time, as in R
    assert estimate_trusted_time([1], [1], 1).time is None
    assert estimate_trusted_time([1, 2], [1, 1], 0).time == 0.0


patients_strategy = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), min_size=1, max_size=30)
amounts = st.sampled_from([0.05, 0.1, 0.15, 0.25, 0.4])


def with_one_more_event(patients, when):
    """The patients with an event of cause 1 at `when` of one who would have left later, or been censored there."""
    later = [i for i, (time, code) in enumerate(patients) if time > when or (time == when and code == 0)]
    assume(later)
    return [(when, 1) if i == later[0] else patient for i, patient in enumerate(patients)]


@settings(max_examples=200, deadline=None)
@given(patients_strategy, amounts, st.data())
def test_one_more_event_within_the_trusted_time_moves_both_curves_by_no_more(patients, amount, data):
    """The law itself: both curves are estimated again with the event; beyond the trusted time they move further."""
    times, codes = (np.array(column) for column in zip(*patients, strict=True))
    trusted = estimate_trusted_time(times, codes > 0, amount).time
    when = data.draw(st.sampled_from([k / 2 for k in range(25)]))
    assume(when <= times.max())
    more = with_one_more_event(patients, when)
    more_times, more_codes = (np.array(column) for column in zip(*more, strict=True))
    survival, changed = (
        estimate_kaplan_meier(t, c > 0).at([when])["survival"][0] for t, c in ((times, codes), (more_times, more_codes))
    )
    incidence, raised = (
        estimate_cumulative_incidence(t, c, 1).at([when])["cif"][0]
        for t, c in ((times, codes), (more_times, more_codes))
    )
    assert raised - incidence == pytest.approx(survival - changed, abs=1e-12)
    if trusted is None or 0 < when <= trusted:
        assert survival - changed <= amount + 1e-12
    elif when > 0:  # at 0 itself, nothing has been followed
        assert survival - changed > amount


def plain_trusted_time(patients, amount):
    """Second implementation, patient by patient, in exact fractions; nothing shared with the package."""
    if Fraction(1, len(patients)) > amount:
        return 0
    survives = Fraction(1)
    for time in sorted({t for t, _ in patients}):
        at_risk = sum(1 for t, _ in patients if t >= time)
        survives *= 1 - Fraction(sum(1 for t, code in patients if t == time and code > 0), at_risk)
        after = sum(1 for t, _ in patients if t > time)
        if after and survives / after > amount:
            return time
    return None


@settings(max_examples=150, deadline=None)
@given(patients_strategy, st.fractions(min_value=0, max_value=1, max_denominator=40), st.randoms(use_true_random=False))
def test_agrees_with_a_plain_second_implementation_in_any_order(patients, amount, random):
    for rows in (patients, random.sample(patients, len(patients))):
        times, codes = zip(*rows, strict=True)
        ours = estimate_trusted_time(times, [code > 0 for code in codes], float(amount))
        assert ours.time == plain_trusted_time(patients, amount)


def test_completeness_on_paper():
    """Closing after 10 months, patients seen for 10+ 4+ 6e 3e 10+: 33 of 10 + 10 + 6 + 3 + 10 = 39 months."""
    ours = estimate_completeness([10, 4, 6, 3, 10], [0, 0, 1, 1, 0], [10, 10, 10, 10, 10])
    assert (ours.observed, ours.potential, ours.n) == (33.0, 39.0, 5)
    assert ours.estimate == pytest.approx(33 / 39)
    # entered at different dates, everybody followed to the closing date or the event
    assert estimate_completeness([2, 7, 5], [0, 0, 1], [2, 7, 0]).estimate == 1.0


def test_completeness_of_no_time_at_all_is_none():
    """All treated on the day of the cut: there was nothing to observe yet."""
    assert estimate_completeness([0, 0], [0, 0], [0, 0]).estimate is None


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.booleans()), min_size=1, max_size=30))
def test_completeness_is_a_share_that_more_follow_up_raises(patients):
    times, gaps, events = (np.array(column) for column in zip(*patients, strict=True))
    share = estimate_completeness(times, events, times + gaps).estimate
    better = estimate_completeness(times + gaps * ~events, events, times + gaps).estimate
    assert share is None or 0 <= share <= 1
    assert better is None or better == 1.0


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: estimate_trusted_time([1, 2], [1, 0], 10), "amount is 10: expected a number from 0 to 1"),
        (lambda: estimate_trusted_time([1, 2], [1, 0], "much"), "amount is 'much'"),
        (lambda: estimate_completeness([1, 5], [1, 0], [9, 4]), r"potential\[1\] is 4, yet durations\[1\] is 5"),
        (lambda: estimate_completeness([1, 5], [1, 0], [9]), "potential has 1"),
        (lambda: estimate_completeness([1, 5], [1, 0], [9, None]), r"potential\[1\] is"),
    ],
)
def test_wrong_input_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()
