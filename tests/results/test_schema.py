"""results.csv: one statistic a row, full precision, the same bytes for the same analyses (DESIGN 10)."""

import math
import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.results.schema import (
    COLUMNS,
    Key,
    format_exactly,
    get_note,
    get_stats,
    make_results,
    make_rows,
    read_results,
    select_analysis,
    write_results,
)

ROWS = [
    *make_rows({"n": 15, "N": 17, "p": 15 / 17}, "proportion", Key("CR", "SAFFL"), note="exact"),
    *make_rows({"n": 10, "N": 11, "p": 10 / 11}, "proportion", Key("CR", "SAFFL", "DISSTAT", "Relapse")),
    *make_rows({"survival": 0.1 + 0.2, "n_risk": 11}, "km_at", Key("DOR", "RESPFL"), time_months=6, unit="months"),
    *make_rows({"survival": None, "n_risk": 0}, "km_at", Key("DOR", "RESPFL"), time_months=60, note="not estimable"),
    *make_rows({"median": None}, "km", Key("OS", "SAFFL"), unit="months", note='not derivable, "missing"'),
]


def written(rows, folder, name="results.csv"):
    write_results(make_results(rows), folder / name)
    return (folder / name).read_bytes()


def test_what_is_written_is_read_again(tmp_path):
    written(ROWS, tmp_path)
    pd.testing.assert_frame_equal(read_results(tmp_path / "results.csv"), make_results(ROWS), check_exact=True)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30))
def test_every_number_is_read_again_to_the_last_bit(tmp_path_factory, numbers):
    """Full precision: DESIGN 10. `repr` is the shortest text that gives the number back, if the reader rounds well."""
    file = tmp_path_factory.getbasetemp() / "numbers.csv"
    rows = [row for place, number in enumerate(numbers) for row in make_rows({f"s{place:02d}": number}, "a", Key())]
    write_results(make_results(rows), file)
    assert read_results(file)["value"].to_list() == numbers


def test_a_file_written_again_is_the_same(tmp_path):
    first = written(ROWS, tmp_path)
    write_results(read_results(tmp_path / "results.csv"), tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == first


def test_the_bytes_do_not_depend_on_the_order_of_the_analyses(tmp_path):
    first = written(ROWS, tmp_path)
    for seed in range(5):
        shuffled = random.Random(seed).sample(ROWS, len(ROWS))
        assert written(shuffled, tmp_path) == first


def test_the_cohort_s_bytes_do_not_depend_on_the_order_of_the_analyses(cohort, tmp_path):
    rows = cohort.results.to_dict(orient="records")
    first = written(rows, tmp_path)
    assert written(random.Random(0).sample(rows, len(rows)), tmp_path) == first
    assert b"\r" not in first
    assert first.startswith((",".join(COLUMNS) + "\n").encode())


def test_a_statistic_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match=r"stands twice.*'param': 'CR'.*'stat': 'N'"):
        make_results([*ROWS, *make_rows({"N": 16}, "proportion", Key("CR", "SAFFL"))])
    with pytest.raises(ValueError, match="stands twice"):
        make_results([*ROWS, *make_rows({"n_risk": 1}, "km_at", Key("DOR", "RESPFL"), time_months=6)])


def test_the_same_statistic_of_another_stratum_or_time_is_not_twice():
    assert len(make_results(ROWS)) == len(ROWS) == 11


EXACT = {
    0.0: "0",
    15.0: "15",
    -3.0: "-3",
    3.5: "3.5",
    0.1: "0.1",
    1e-9: "1e-09",
    1e16: "1e+16",
    6e7: "60000000",
}


@pytest.mark.parametrize(("value", "text"), EXACT.items())
def test_numbers_as_short_exact_text(value, text):
    assert format_exactly(value) == text
    assert float(format_exactly(value)) == value


def test_sums_keep_their_last_digit_and_nothing_is_empty():
    assert format_exactly(0.1 + 0.2) == "0.30000000000000004"
    assert format_exactly(np.float64(1) / 3) == "0.3333333333333333"
    assert format_exactly(math.nan) == ""
    assert format_exactly(-0.0) == "0"


def test_only_statistics_with_a_unit_have_one():
    results = make_results(make_rows({"n": 3, "median": 2.0}, "continuous", Key(variable="AGE"), unit="years"))
    assert dict(zip(results["stat"], results["unit"], strict=True)) == {"n": "", "median": "years"}


def test_an_analysis_is_found_by_its_whole_name():
    results = make_results(ROWS)
    assert get_stats(results, analysis="proportion", param="CR", population="SAFFL") == {
        "N": 17,
        "n": 15,
        "p": 15 / 17,
    }
    stratum = {"population": "SAFFL", "group": "DISSTAT", "level": "Relapse"}
    assert get_stats(results, analysis="proportion", param="CR", **stratum)["n"] == 10
    assert get_stats(results, analysis="km_at", param="DOR", population="RESPFL", time_months=60)["survival"] is None
    assert get_note(results, analysis="km", param="OS", population="SAFFL") == 'not derivable, "missing"'


def test_statistics_of_one_analysis_may_differ_in_method_and_note():
    key = Key("OS", "SAFFL")
    rows = make_rows({"n": 5}, "maturity", key, method="counted")
    rows += make_rows({"followed": None}, "maturity", key, note="no date")
    results, about = make_results(rows), {"analysis": "maturity", "param": "OS", "population": "SAFFL"}
    assert get_stats(results, **about) == {"n": 5, "followed": None}
    assert (get_note(results, stat="n", **about), get_note(results, stat="followed", **about)) == ("", "no date")
    with pytest.raises(KeyError, match="stat=events"):
        get_note(results, stat="events", **about)


def test_an_analysis_that_does_not_exist_is_named():
    with pytest.raises(KeyError, match="no such result: analysis=proportion, param=CRi"):
        select_analysis(make_results(ROWS), analysis="proportion", param="CRi", population="SAFFL")
    with pytest.raises(KeyError, match="time_months=7"):
        select_analysis(make_results(ROWS), analysis="km_at", param="DOR", population="RESPFL", time_months=7)
