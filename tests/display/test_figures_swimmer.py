"""The swimmer plot of a study with event-level tables, read off its drawing; times as in results/test_timeline.py."""

from dataclasses import replace

import pandas as pd
import pytest

from datasets.ten_patients.folder import CUT, write_study
from display.canvas import keep_canvases
from helpers.display import figures
from helpers.display.absence import NOT_DERIVABLE, WITHHELD
from helpers.display.figures import swimmer_events
from helpers.display.figures.lanes import MOST_LANES
from helpers.display.figures.swimmer_events import MOST_PANELS, SYMBOLS
from helpers.results.cut import PUBLIC, open_cut
from helpers.results.timeline import DEATH, INFUSION, REMISSION, derive_timeline

PAGE = 9.0
"""Height of the text of a page, in inches; a figure and its caption must find room on it."""


@pytest.fixture(scope="module")
def ten(tmp_path_factory):
    return open_cut(str(write_study(tmp_path_factory.mktemp("ten") / "zhengzhou")), CUT)


@pytest.fixture
def canvas(monkeypatch):
    return keep_canvases(monkeypatch)


def multiply(data, times, monkeypatch):
    """The same patients so many times, under names of their own."""
    real = derive_timeline(data)

    def name(frame, number):
        return frame.assign(USUBJID=frame["USUBJID"] + f"-{number}")

    many = pd.concat([name(real, number) for number in range(times)], ignore_index=True)
    monkeypatch.setattr(swimmer_events, "derive_timeline", lambda _: many)
    adsl = pd.concat([name(data.adsl, number) for number in range(times)], ignore_index=True)
    return replace(data, adsl=adsl)


def find_marks(axes, what):
    """Days and lanes of the marks of a kind."""
    symbol = SYMBOLS[what]
    lines = [
        line for line in axes.lines if (line.get_marker(), line.get_markerfacecolor()) == (symbol.shape, symbol.fill)
    ]
    return {(round(30.4375 * x, 6), int(y)) for line in lines for x, y in zip(*line.get_data(), strict=True)}


def test_lanes_are_sorted_by_length_and_marks_stand_in_them(ten, canvas):
    """Follow-up in days: T04 425, T06 364, T03 300, T02 200, T01 160, T08 121, T05 100, T07 10."""
    figures.plot_swimmer(ten)
    axes = canvas[-1].figure.axes[0]
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["T04", "T06", "T03", "T02", "T01", "T08", "T05", "T07"]
    assert find_marks(axes, DEATH) == {(300, 2), (200, 3), (160, 4), (100, 6)}
    assert find_marks(axes, INFUSION) == {(19, 0), (24, 1), (14, 3), (30, 4), (40, 5), (121, 5), (34, 6)}
    assert find_marks(axes, REMISSION) == {(19, 1), (11, 3), (28, 4), (27, 5), (27, 6), (9, 7)}


def test_the_legend_names_the_strata_and_all_that_is_drawn(ten, canvas):
    figures.plot_swimmer(ten)
    (legend,) = canvas[-1].figure.legends
    words = [text.get_text() for text in legend.get_texts()]
    assert words == ["MRD-positive", "Haematological relapse", "Blinatumomab", *SYMBOLS]


def test_shapes_tell_the_marks_apart_without_their_colours():
    assert len({symbol.shape for symbol in SYMBOLS.values()}) == len(SYMBOLS)


@pytest.mark.parametrize("times", [1, 8, 9, 17, 50])
def test_the_plot_fits_a_page_and_says_who_is_left_out(ten, canvas, monkeypatch, times):
    """8, 64, 72, 136 and 400 patients: from 71 on two panels, from 141 on those followed longest."""
    figure = figures.plot_swimmer(multiply(ten, times, monkeypatch))
    drawn = canvas[-1].figure
    assert drawn.get_figheight() <= PAGE
    assert len(drawn.axes) == (1 if 8 * times <= MOST_LANES else MOST_PANELS)
    lanes = sum(len(axes.get_yticklabels()) for axes in drawn.axes)
    assert lanes == min(8 * times, MOST_PANELS * MOST_LANES)
    left_out = "Shown are the 140 of 400 patients who were followed longest."
    assert (left_out in figure.alt) == (left_out in canvas[-1].texts) == (times == 50)


def test_what_is_not_in_the_data_is_said(tmp_path, canvas):
    folder = write_study(tmp_path / "zhengzhou")
    for table in ("gvhd", "dli"):
        (folder / "raw" / f"{table}.csv").unlink()
    figure = figures.plot_swimmer(open_cut(str(folder), CUT))
    said = "Not in the data: donor lymphocyte infusion, acute GVHD of grade II to IV and chronic GVHD."
    assert said in figure.alt
    assert said in canvas[-1].texts


def test_single_patients_are_not_shown_to_the_public(ten, cohort):
    for data in (ten, cohort):
        sentence = figures.plot_swimmer(replace(data, audience=PUBLIC))
        assert sentence.reason == WITHHELD


def test_without_patients_it_is_a_sentence(tmp_path):
    data = open_cut(str(write_study(tmp_path / "zhengzhou", ["2023-06-30"])), "2023-06-30")
    assert figures.plot_swimmer(data).reason == NOT_DERIVABLE
