"""Suppression of small counts, against a search through every table that a reader cannot rule out."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.statistics.possible_counts import Sum
from helpers.statistics.suppression import FEWEST_VALUES, THRESHOLD, find_ranges, suppress_small_counts

LEVELS = ("MRD", "Relapse")


def make_table(cells):
    """Counts and sums of a table: rows by levels, with all their totals."""
    rows = range(len(cells))
    counts = {(row, level): cells[row][place] for row in rows for place, level in enumerate(LEVELS)}
    counts |= {(row, "all"): sum(cells[row]) for row in rows}
    counts |= {("all", level): sum(row[place] for row in cells) for place, level in enumerate(LEVELS)}
    counts["all", "all"] = sum(map(sum, cells))
    columns = (*LEVELS, "all")
    sums = [Sum((row, "all"), tuple((row, level) for level in LEVELS)) for row in (*rows, "all")]
    sums += [Sum(("all", column), tuple((row, column) for row in rows)) for column in columns]
    return counts, sums


def list_possible(counts, sums, suppression):
    """Every table with what is shown, and only that, the same: found by trying, without programming."""
    unknown = [cell for cell in counts if not suppression.shows(cell)]
    most = [THRESHOLD - 1 if cell in suppression.small else 30 for cell in unknown]
    inner = [place for place, cell in enumerate(unknown) if "all" not in cell]
    for values in product(*(range(most[place] + 1) for place in inner)):
        table = {**counts, **{unknown[place]: value for place, value in zip(inner, values, strict=True)}}
        for line in sorted(sums, key=lambda line: line.total.count("all")):
            if not suppression.shows(line.total):
                table[line.total] = sum(table[part] for part in line.parts)
        fits = all(table[line.total] == sum(table[part] for part in line.parts) for line in sums)
        if fits and all(table[cell] < THRESHOLD for cell in suppression.small):
            yield table


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=2))
@settings(max_examples=60, deadline=None)
def test_no_small_count_of_a_table_can_be_worked_out(cells):
    counts, sums = make_table(cells)
    suppression = suppress_small_counts(counts, sums, sorted(counts, key=lambda cell: -cell.count("all")))
    possible = list(list_possible(counts, sums, suppression))
    assert counts in possible
    for cell in counts:
        if counts[cell] < THRESHOLD:
            assert not suppression.shows(cell)
            assert len({table[cell] for table in possible}) >= FEWEST_VALUES


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=2))
@settings(max_examples=40, deadline=None)
def test_ranges_hold_every_possible_table(cells):
    counts, sums = make_table(cells)
    suppression = suppress_small_counts(counts, sums, list(counts))
    ranges = find_ranges(counts, sums, list(counts), suppression)
    for table in list_possible(counts, sums, suppression):
        assert all(low <= table[cell] <= high for cell, (low, high) in ranges.items())


def test_the_one_small_part_of_a_total_takes_another_with_it():
    counts = {"all": 29, "a": 20, "b": 6, "c": 3}
    suppression = suppress_small_counts(counts, [Sum("all", ("a", "b", "c"))], ["all", "a", "b", "c"])
    assert suppression.small == {"c"}
    assert suppression.withheld == {"b"}  # the least important of those that would tell


def test_two_small_parts_that_are_both_as_large_as_small_can_be():
    """13 = 5 + 4 + 4: of two small parts that make eight, each must be four."""
    counts = {"all": 13, "a": 5, "b": 4, "c": 4}
    sums, published = [Sum("all", ("a", "b", "c"))], ["all", "a", "b", "c"]
    suppression = suppress_small_counts(counts, sums, published)
    assert suppression.shows("a")
    assert suppression.small == {"b"}  # that both are small is not said: the other may be anything up to eight
    assert find_ranges(counts, sums, published, suppression) == {"b": (0, 4), "c": (4, 8)}


def test_who_did_not_have_it_is_a_count_too():
    """15 of 17 tells of the two others."""
    suppression = suppress_small_counts({"N": 17, "n": 15, "rest": 2}, [Sum("N", ("n", "rest"))], ["N", "n"])
    assert suppression.shows("N")
    assert not suppression.shows("n")


def test_nothing_is_held_back_without_need():
    counts = {"N": 53, "n": 30, "rest": 23}
    suppression = suppress_small_counts(counts, [Sum("N", ("n", "rest"))], ["N", "n"])
    assert suppression.small | suppression.withheld == set()


def test_what_no_single_sum_tells_but_all_of_them_together():
    """Two rows and three columns: the shown rows less the shown columns leave one cell."""
    counts = {"r1": 13, "r2": 26, "c1": 17, "c2": 18, "a": 6, "b": 7, "c": 11, "d": 11, "e": 4}
    sums = [Sum("r1", ("a", "b")), Sum("r2", ("c", "d", "e")), Sum("c1", ("a", "c")), Sum("c2", ("b", "d"))]
    suppression = suppress_small_counts(counts, sums, ["r1", "r2", "c1", "c2"])
    low, high = find_ranges(counts, sums, ["r1", "r2", "c1", "c2"], suppression)["e"]
    assert high - low + 1 >= FEWEST_VALUES  # r2 − (c1 + c2 − r1) = 4 if all four are shown
    assert suppression.withheld


@pytest.mark.parametrize(
    ("counts", "message"),
    [({"N": 5, "n": 6, "rest": 0}, "do not add up"), ({"N": 5, "n": 6, "rest": -1}, "negative: -1")],
)
def test_counts_that_cannot_be_are_refused(counts, message):
    with pytest.raises(ValueError, match=message):
        suppress_small_counts(counts, [Sum("N", ("n", "rest"))], ["N", "n"])
