"""The swimmer plot: one lane a patient, with what happened to them."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from helpers.datasets.conditions import match_patients
from helpers.display.absence import NotInStudyError, or_say_so, withhold_from_public
from helpers.display.figures.lanes import (
    BAR,
    SwimmerNumbers,
    Symbol,
    colour_strata,
    describe_marks,
    draw_lanes_axes,
    draw_legend,
    draw_symbols,
    make_stratum_keys,
    make_symbol_key,
    map_strata,
    measure_lanes,
)
from helpers.display.figures.style import INK, Figure, finish, make_figure, report_style
from helpers.display.figures.swimmer_events import count_timeline, plot_timeline
from helpers.display.formatting import count
from helpers.results.cut import CutData
from helpers.study.model import Mark, Swimmer

END_SYMBOLS = (
    Symbol("X"), Symbol(">"), Symbol("o", fill="white"), Symbol("D", size=4.5), Symbol("s", size=5), Symbol("v"),
)  # fmt: skip
IN_MARGIN = Symbol("o", size=4.5)
AROUND = 1.25
"""Height of what stands above and below the lanes, in inches."""


@or_say_so
def plot_swimmer(data: CutData) -> Figure:
    """Draw a lane a patient, the longest on top, coloured by the first stratum.

    A study may declare its own swimmer plot; with event-level tables it needs none: each lane then is the patient's
    follow-up from the first dose, with courses, infusions, remission, GVHD, relapse and death.
    """
    withhold_from_public(data, "The swimmer plot")
    if data.study.swimmer is not None:
        return _plot_declared(data, data.study.swimmer)
    if data.study.clinical is None:
        raise NotInStudyError("This study declares no swimmer plot")
    return plot_timeline(data)


def _plot_declared(data: CutData, swimmer: Swimmer) -> Figure:
    bars = _sort_bars(data, swimmer)
    ends = [mark for mark in swimmer.marks if mark.at == "end"]
    margin = [mark for mark in swimmer.marks if mark.at == "margin"]
    colours = colour_strata(data)
    with report_style("swimmer"):
        figure = make_figure(AROUND + measure_lanes(len(bars)))
        axes = figure.subplots()
        axes.barh(bars.index, bars["months"], height=BAR, color=bars["stratum"].map(colours), linewidth=0)
        patients = [f"Patient {patient}" for patient in bars["USUBJID"]]
        draw_lanes_axes(axes, patients, bars["months"].max(), f"{swimmer.label}, months")
        handles: list[Artist] = [*make_stratum_keys(colours)]
        for mark, symbol in zip(ends, END_SYMBOLS, strict=False):
            chosen = bars[_has(data, mark, bars)]
            draw_symbols(axes, list(chosen["months"]), list(chosen.index), symbol)
            handles.append(make_symbol_key(mark.label, symbol))
        _draw_margin(axes, data, bars, margin)
        draw_legend(figure, handles)
        alt = f"Swimmer plot of {count(len(bars), 'patient')}. {describe_marks(_count(data, bars, swimmer.marks))}"
        return finish(figure, alt, synthetic=data.study.synthetic)


def _sort_bars(data: CutData, swimmer: Swimmer) -> pd.DataFrame:
    column = swimmer.duration
    bars = pd.DataFrame({"USUBJID": data.adsl["USUBJID"]})
    bars["months"] = data.tables[column.table][column.name].to_numpy()
    bars["stratum"] = map_strata(data).to_numpy()
    return bars.sort_values("months", ascending=False, kind="stable").reset_index(drop=True)


def _draw_margin(axes: Axes, data: CutData, bars: pd.DataFrame, marks: Sequence[Mark]) -> None:
    columns = axes.get_yaxis_transform()
    for place, mark in enumerate(marks):
        x = 1.05 + 0.09 * place
        chosen = bars[_has(data, mark, bars)]
        if len(chosen):
            axes.plot(
                [x] * len(chosen), chosen.index, IN_MARGIN.shape, color=INK, markersize=IN_MARGIN.size,
                transform=columns, clip_on=False,
            )  # fmt: skip
        axes.text(x, -1.1, mark.label, transform=columns, ha="center", va="center", fontweight="bold")


def _has(data: CutData, mark: Mark, bars: pd.DataFrame) -> "pd.Series[bool]":
    return match_patients(data.tables, mark.when, list(bars["USUBJID"])).reset_index(drop=True)


def _count(data: CutData, bars: pd.DataFrame, marks: Sequence[Mark]) -> SwimmerNumbers:
    longest = bars.iloc[0]
    happened = {mark.label: int(_has(data, mark, bars).sum()) for mark in marks}
    return SwimmerNumbers(len(bars), len(bars), str(longest["USUBJID"]), float(longest["months"]), happened)


def count_swimmer(data: CutData) -> SwimmerNumbers | None:
    """Count what the swimmer plot of a cut shows; None where there is none."""
    if data.study.swimmer is not None:
        return _count(data, _sort_bars(data, data.study.swimmer), data.study.swimmer.marks)
    return count_timeline(data) if data.study.clinical is not None else None
