"""Cumulative incidence against R's cmprsk, hand-worked curves and a second, plain implementation."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from helpers.statistics import incidence
from reference.answers import largest_difference, read_cases, read_frozen

CASES = read_cases()


def test_estimates_and_errors_agree_with_r():
    """Oracle: tests/reference/incidence.R, timepoints(cuminc()): estimates and standard errors within 1e-9."""
    worst = {}
    for (case, cause), rows in read_frozen("incidence_at").groupby(["case", "cause"]):
        p = CASES[case]
        curve = incidence.estimate_cumulative_incidence(p["time"], p["code"], int(cause))
        ours = curve.at(rows["time"])
        worst[case, cause, "n_risk"] = largest_difference(ours["n_risk"], rows["n_risk"])
        worst[case, cause, "cif"] = largest_difference(ours["cif"], rows["cif"])
        row = np.searchsorted(curve.table["time"], rows["time"], side="right")
        error = np.append(0.0, curve.table["std_err"])[row]
        worst[case, cause, "std_err"] = largest_difference(error, rows["std_err"])
        # the log-log interval written out from R's estimate and variance
        with np.errstate(over="ignore"):
            cif = rows["cif"].where((rows["cif"] > 0) & (rows["cif"] < 1 - 1e-9))
            shift = special.ndtri(0.975) * rows["std_err"] / (cif * np.log(cif))
            lower, upper = cif ** np.exp(-shift), cif ** np.exp(shift)
        worst[case, cause, "lcl"] = largest_difference(ours["lcl"], lower)
        worst[case, cause, "ucl"] = largest_difference(ours["ucl"], upper)
    assert len(worst) > 3000
    assert {key: value for key, value in worst.items() if value >= 1e-9} == {}


def test_curve_on_paper():
    """On paper: times 1 (cause 1), 2 (cause 2), 3 (censored), 4 (cause 1). S- = 1, 3/4, 1/2, 1/2.

    F1 = 1/4, 1/4, 1/4, 1/4 + 1/2 · 1/1 = 3/4; F2 = 0, 3/4 · 1/3 = 1/4, 1/4, 1/4; event-free at the end: 0.
    """
    one = incidence.estimate_cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 1], 1)
    two = incidence.estimate_cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 1], 2)
    assert one.table["cif"].tolist() == pytest.approx([0.25, 0.25, 0.25, 0.75])
    assert two.table["cif"].tolist() == pytest.approx([0, 0.25, 0.25, 0.25])
    assert one.table["event_free"].tolist() == pytest.approx([0.75, 0.5, 0.5, 0])
    assert (one.events, one.competing, one.censored, one.n) == (2, 1, 1, 4)


def test_without_censoring_it_is_the_share_and_the_binomial_error():
    """On paper: with nobody censored, F is the share with the event and, in large samples, its variance F(1 - F)/n."""
    codes = np.tile([1, 2, 1, 2, 2], 200)
    table = incidence.estimate_cumulative_incidence(np.arange(1, 1001), codes).table
    share = np.cumsum(codes == 1) / 1000
    assert table["cif"].to_numpy() == pytest.approx(share)
    middle = slice(100, 900)
    assert table["std_err"].to_numpy()[middle] == pytest.approx(np.sqrt(share * (1 - share) / 1000)[middle], rel=0.01)


def test_a_cause_nobody_has_gives_zeros():
    curve = incidence.estimate_cumulative_incidence([1, 2, 3], [2, 0, 2], cause=1)
    frame = curve.at([0, 1, 3])
    assert frame["cif"].tolist() == [0.0, 0.0, 0.0]
    assert frame["lcl"].isna().all()
    assert (curve.events, curve.competing, curve.censored) == (0, 2, 1)
    assert incidence.estimate_cumulative_incidence([1, 2], [0, 0], cause=3).at([2])["cif"].tolist() == [0.0]


def test_nothing_is_estimated_past_the_last_follow_up():
    frame = incidence.estimate_cumulative_incidence([1, 2, 3], [1, 2, 0]).at([3, 2, 3.5])
    assert frame["cif"].isna().tolist() == [False, False, True]
    assert frame["n_risk"].tolist() == [1, 2, 0]
    assert list(frame) == ["time", "n_risk", "cif", "lcl", "ucl"]


def test_interval_conventions_are_named_and_within_0_and_1():
    for conf_type in incidence.CONF_TYPES:
        curve = incidence.estimate_cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 1], conf_type=conf_type)
        limits = curve.table[["lcl", "cif", "ucl"]].dropna().to_numpy()
        assert ((limits >= 0) & (limits <= 1)).all()
        assert (np.diff(limits) >= 0).all()
        assert conf_type in curve.method
        assert "Aalen-Johansen" in curve.method


patients_strategy = st.lists(st.tuples(st.integers(0, 10), st.integers(0, 3)), min_size=1, max_size=40)


def plain_incidence(patients, cause, when):
    """Second implementation in exact fractions, from the definition: sum of S(t-) d/Y."""
    event_free, total = Fraction(1), Fraction(0)
    for time in sorted({t for t, _ in patients if t <= when}):
        at_risk = sum(1 for t, _ in patients if t >= time)
        codes = [code for t, code in patients if t == time and code > 0]
        total += event_free * Fraction(codes.count(cause), at_risk)
        event_free *= 1 - Fraction(len(codes), at_risk)
    return total


@settings(max_examples=150, deadline=None)
@given(patients_strategy)
def test_agrees_with_a_plain_second_implementation_and_adds_up_to_one(patients):
    times, codes = zip(*patients, strict=True)
    curves = {cause: incidence.estimate_cumulative_incidence(times, codes, cause).table for cause in (1, 2, 3)}
    for cause, table in curves.items():
        for row in table.itertuples():
            assert row.cif == pytest.approx(float(plain_incidence(patients, cause, row.time)), abs=1e-12)
    total = sum(table["cif"] for table in curves.values()) + curves[1]["event_free"]
    assert np.abs(total - 1).max() < 1e-12


@settings(max_examples=60, deadline=None)
@given(patients_strategy, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(patients, random):
    """DESIGN 7: no random treatment of ties: equal to the last bit."""
    shuffled = random.sample(patients, len(patients))
    one = incidence.estimate_cumulative_incidence(*zip(*patients, strict=True))
    two = incidence.estimate_cumulative_incidence(*zip(*shuffled, strict=True))
    assert one.table.equals(two.table)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: incidence.estimate_cumulative_incidence([1, 2], [1, 0.5]), r"event_code\[1\] is 0.5"),
        (lambda: incidence.estimate_cumulative_incidence([1, np.nan], [1, 0]), r"durations\[1\] is nan"),
        (lambda: incidence.estimate_cumulative_incidence([1, 2], [1]), "event_code has 1"),
        (lambda: incidence.estimate_cumulative_incidence([1], [1], conf_type="log"), "conf_type is 'log'"),
        (lambda: incidence.estimate_cumulative_incidence([1], [1]).at([-2]), r"times\[0\] is -2"),
    ],
)
def test_wrong_input_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()
