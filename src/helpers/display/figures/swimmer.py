"""The swimmer plot: one bar a patient, with what happened to them."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from helpers.datasets.conditions import match_patients
from helpers.display.absence import NotInStudyError, or_say_so
from helpers.display.figures.style import INK, LIGHT_COLOURS, QUIET, Figure, finish, make_figure, report_style
from helpers.display.formatting import count, format_number, join_words, within_sentence
from helpers.results.cut import CutData
from helpers.results.time_to_event import choose_ticks
from helpers.study.model import Mark, Variable

END_MARKS = ("X", ">", "o", "D", "s", "v")


@or_say_so
def plot_swimmer(data: CutData) -> Figure:
    """Draw the declared swimmer plot, the longest bar on top, coloured by the first stratum."""
    swimmer = data.study.swimmer
    if swimmer is None:
        raise NotInStudyError("This study declares no swimmer plot")
    bars = _sort_bars(data)
    ends = [mark for mark in swimmer.marks if mark.at == "end"]
    margin = [mark for mark in swimmer.marks if mark.at == "margin"]
    with report_style("swimmer"):
        figure = make_figure(1.3 + 0.19 * len(bars))
        axes = figure.subplots()
        colours = _draw_bars(axes, data, bars)
        _draw_end_marks(axes, data, bars, ends)
        _draw_margin(axes, data, bars, margin)
        axes.set_xlabel(f"{swimmer.label}, months")
        _draw_legend(figure, colours, ends)
        return finish(figure, _describe(data, bars, swimmer.marks), synthetic=data.study.synthetic)


def _stratum_labels(data: CutData) -> list[str]:
    stratum = _stratum(data)
    return list(stratum.levels.values()) if stratum else ["All patients"]


def _stratum(data: CutData) -> Variable | None:
    return next((variable for variable in data.study.variables if variable.name in data.study.strata), None)


def _sort_bars(data: CutData) -> pd.DataFrame:
    assert data.study.swimmer is not None  # checked by the caller
    column, stratum = data.study.swimmer.duration, _stratum(data)
    bars = pd.DataFrame({"USUBJID": data.adsl["USUBJID"]})
    bars["months"] = data.tables[column.table][column.name].to_numpy()
    bars["stratum"] = data.adsl[stratum.name].map(stratum.levels) if stratum else _stratum_labels(data)[0]
    return bars.sort_values("months", ascending=False, kind="stable").reset_index(drop=True)


def _draw_bars(axes: Axes, data: CutData, bars: pd.DataFrame) -> dict[str, str]:
    colours = dict(zip(_stratum_labels(data), LIGHT_COLOURS, strict=False))
    axes.barh(bars.index, bars["months"], height=0.62, color=bars["stratum"].map(colours), linewidth=0)
    axes.set_yticks(bars.index, [f"Patient {patient}" for patient in bars["USUBJID"]])
    axes.set_ylim(len(bars) - 0.4, -0.6)
    ticks = choose_ticks(float(bars["months"].max()))
    axes.set_xticks(ticks)
    axes.set_xlim(-0.004 * ticks[-1], ticks[-1])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=QUIET, alpha=0.18, linewidth=0.6)
    axes.set_axisbelow(True)
    return colours


def _draw_end_marks(axes: Axes, data: CutData, bars: pd.DataFrame, marks: Sequence[Mark]) -> None:
    for mark, symbol in zip(marks, END_MARKS, strict=False):
        chosen = bars[_has(data, mark, bars)]
        filled = INK if symbol != "o" else "white"
        axes.plot(
            chosen["months"], chosen.index, symbol, color=INK, markerfacecolor=filled, markersize=5.5, clip_on=False
        )


def _draw_margin(axes: Axes, data: CutData, bars: pd.DataFrame, marks: Sequence[Mark]) -> None:
    columns = axes.get_yaxis_transform()
    for place, mark in enumerate(marks):
        x = 1.05 + 0.09 * place
        chosen = bars[_has(data, mark, bars)]
        axes.plot([x] * len(chosen), chosen.index, "o", color=INK, markersize=4.5, transform=columns, clip_on=False)
        axes.text(x, -1.1, mark.label, transform=columns, ha="center", va="center", fontweight="bold")


def _has(data: CutData, mark: Mark, bars: pd.DataFrame) -> "pd.Series[bool]":
    return match_patients(data.tables, mark.when, list(bars["USUBJID"])).reset_index(drop=True)


def _draw_legend(figure: MatplotlibFigure, colours: dict[str, str], ends: Sequence[Mark]) -> None:
    handles: list[Patch | Line2D] = [Patch(color=colour, label=name) for name, colour in colours.items()]
    for mark, symbol in zip(ends, END_MARKS, strict=False):
        face = INK if symbol != "o" else "white"
        handles.append(Line2D([], [], marker=symbol, color=INK, markerfacecolor=face, linestyle="", label=mark.label))
    figure.legend(handles=handles, loc="outside lower center", ncols=3)


def _describe(data: CutData, bars: pd.DataFrame, marks: Sequence[Mark]) -> str:
    longest = bars.iloc[0]
    happened = [
        f"{within_sentence(mark.label)} {format_number(int(_has(data, mark, bars).sum()), 0)}" for mark in marks
    ]
    return (
        f"Swimmer plot of {count(len(bars), 'patient')}. The longest bar is that of patient {longest['USUBJID']}, "
        f"{format_number(longest['months'])} months. Patients with each mark: {join_words(happened)}."
    )
