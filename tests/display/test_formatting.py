"""Numbers as text: the only place where anything is rounded, halves up as on paper (DESIGN 1 and 7)."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.display import formatting as f

ROUNDED = [
    (0.145, 2, "0.15"), (1.005, 2, "1.01"), (2.5, 0, "3"), (3.5, 0, "4"), (0.5, 0, "1"), (-2.5, 0, "-3"),
    (2.4999, 0, "2"), (-0.4, 0, "0"), (-0.04, 1, "0.0"), (0, 1, "0.0"), (16, 1, "16.0"), (9.96, 1, "10.0"),
    (1e6, 0, "1000000"), (0.1 + 0.2, 16, "0.3000000000000000"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "decimals", "text"), ROUNDED)
def test_halves_go_up(value, decimals, text):
    """0.145 is 0.14499999999999999… in binary and 0.15 on paper."""
    assert f.round_half_up(value, decimals) == text


@given(st.integers(-(10**6), 10**6), st.integers(0, 3))
def test_rounding_is_never_off_by_more_than_half(thousandths, decimals):
    text = f.round_half_up(thousandths / 1000, decimals)
    assert abs(Fraction(Decimal(text)) - Fraction(thousandths, 1000)) <= Fraction(1, 2 * 10**decimals)
    assert not text.startswith("-0") or any(digit in text for digit in "123456789")


@pytest.mark.parametrize(
    ("value", "text"),
    [(3.5, "3.5"), (16.0, "16"), (0.7, "0.7"), (10, "10"), (100, "100"), (0.04, "0"), (9.96, "10"), (None, "–")],
)
def test_numbers_without_trailing_zeros(value, text):
    """The zeros of 10 and 100 are no trailing zeros."""
    assert f.format_number(value) == text
    assert f.format_number(float("nan")) == "–"


SCIENTIFIC = [
    (5e5, "5×10⁵"), (1e5, "1×10⁵"), (6e7, "6×10⁷"), (1.7e6, "1.7×10⁶"), (1_234_567, "1.23×10⁶"), (7, "7×10⁰"),
    (2.5e-4, "2.5×10⁻⁴"), (1e10, "1×10¹⁰"), (None, "–"), (float("nan"), "–"),
    (999_999, "1×10⁶"), (9.996e5, "1×10⁶"), (1.225e6, "1.23×10⁶"), (1.235e6, "1.24×10⁶"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), SCIENTIFIC)
def test_powers_of_ten(value, text):
    """A mantissa that rounds up to ten belongs to the next power."""
    assert f.format_scientific(value) == text


PERCENT = [
    (15 / 17, 17, "88%"), (0, 17, "0%"), (1, 17, "100%"), (0.005, 17, "1%"), (0.125, 8, "13%"), (0.145, 199, "15%"),
    (0.145, 200, "14.5%"), (1 / 3, 200, "33.3%"), (0.00049, 1000, "0.0%"), (None, 0, "–"), (None, 17, "–"),
    (0.5, None, "–"), (0.5, 0, "–"),
]  # fmt: skip


@pytest.mark.parametrize(("p", "denominator", "text"), PERCENT)
def test_percentages_have_decimals_from_200_patients_on(p, denominator, text):
    assert f.format_percent(p, denominator) == text


def test_intervals_and_ranges():
    """15/17: 0.6356–0.9854; no interval where there is nobody; NR where a limit is not reached."""
    assert f.format_percent_interval(0.6356, 0.9854, 17) == "64–99"
    assert f.format_percent_interval(0.6356, 0.9854, 200) == "63.6–98.5"
    assert f.format_percent_interval(None, 1, 17) == f.format_percent_interval(0, None, 17) == "NE"
    assert f.format_months_interval(6, None) == "6.0–NR"
    assert f.format_months_interval(None, None) == "NR–NR"
    assert f.format_months(9.05) == "9.1"
    assert f.format_months(None) == "NR"
    assert f.format_range(0.7, 18) == "0.7–18"
    assert f.format_range(1e5, 6e7, scientific=True) == "1×10⁵–6×10⁷"
    assert f.format_fraction(15, 17) == "15/17"
    assert f.format_fraction(0, 17) == "0/17"
    assert f.format_fraction(None, 17) == "–"


def test_changes_have_a_sign():
    """A typographic minus; no sign where rounding leaves nothing; a dash where there is no difference."""
    assert f.format_change(13) == "+13"
    assert f.format_change(-2) == "−2"
    assert f.format_change(0) == "0"
    assert f.format_months_change(-7.25) == "−7.3"
    assert f.format_months_change(-0.04) == f.format_months_change(0.04) == "0.0"
    assert f.format_points(0.0315) == "+3.2"
    assert f.format_points(-0.0125) == "−1.3"
    for form in (f.format_change, f.format_months_change, f.format_points):
        assert form(None) == form(float("nan")) == "–"


P_VALUES = [
    (0.23, "0.23"), (0.0449, "0.04"), (0.0449999, "0.04"), (0.045, "0.045"), (0.0494, "0.049"),
    (0.0497, "0.0497"), (0.05, "0.050"), (0.0502, "0.0502"), (0.052, "0.052"), (0.05499, "0.055"), (0.055, "0.06"),
    (0.01, "0.01"), (0.0099, "0.01"), (0.0094, "0.009"),
    (0.004, "0.004"), (0.001, "0.001"), (0.00099, "<0.001"), (1e-15, "<0.001"), (0, "<0.001"), (0.994, "0.99"),
    (0.995, ">0.99"), (1, ">0.99"), (None, "–"),
]  # fmt: skip


@pytest.mark.parametrize(("p", "text"), P_VALUES)
def test_p_values_as_journals_print_them(p, text):
    """Two decimals from 0.01 on, three below and where two would say 0.05; no p-value is printed as 0 or 1."""
    assert f.format_p_value(p) == text


@given(st.floats(0, 1))
def test_no_p_value_looks_certain(p):
    assert f.format_p_value(p) not in {"0.00", "0.000", "1.00", "0.010", "0"}


def test_hazard_ratios():
    """0.5267 with 0.2098–1.322; no limits where they cannot be estimated, nothing where there is no ratio."""
    assert f.format_ratio(0.5267, 0.2098, 1.322) == "0.53 (0.21–1.32)"
    assert f.format_ratio(12.345, 1, 150) == "12.35 (1.00–150.00)"
    assert f.format_ratio(1.5, None, 3) == "1.50 (NE)"
    assert f.format_ratio(None, None, None) == "–"


def test_dates():
    assert f.format_date(dt.date(2024, 6, 30)) == f.format_date(pd.Timestamp("2024-06-30")) == "2024-06-30"
    assert f.format_date(None) == f.format_date(pd.NaT) == "–"


def test_counts_in_words():
    assert [f.count(n, "patient") for n in (0, 1, 2, 17)] == ["no patients", "1 patient", "2 patients", "17 patients"]
    assert [f.count(n, "child", "children") for n in (0, 1, 2)] == ["no children", "1 child", "2 children"]


@pytest.mark.parametrize(("label", "text"), {
    "Complete remission": "complete remission", "MRD response": "MRD response", "GVHD": "GVHD", "Any GVHD": "any GVHD",
    "B-ALL": "B-ALL", "CD3+ cells": "CD3+ cells", "": "",
}.items())  # fmt: skip
def test_labels_within_a_sentence(label, text):
    assert f.within_sentence(label) == text


def test_words_joined_as_a_sentence_does():
    assert f.join_words(["a"]) == "a"
    assert f.join_words(["a", "b"]) == "a and b"
    assert f.join_words(["a", "b", "c"]) == "a, b and c"
