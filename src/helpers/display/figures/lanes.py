"""What swimmer plots share: one lane a patient, coloured by the first stratum, on a time axis in months."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from helpers.display.figures.style import INK, LIGHT_COLOURS, QUIET, SMALL
from helpers.display.formatting import format_number, join_words, within_sentence
from helpers.results.cut import CutData
from helpers.results.time_to_event import choose_ticks
from helpers.study.model import Variable

ALL, UNKNOWN = "All patients", "Not recorded"
UNKNOWN_COLOUR = "#d9d9d9"
LANE_HEIGHT, HIGHEST = 0.19, 7.1
"""Height of a lane where there is room, and of all lanes of a page, in inches."""
MOST_LANES = 70
"""Lanes of one panel: with more, the names of patients would run into each other."""
BAR = 0.62
"""Height of a bar, as a share of its lane."""


@dataclass(frozen=True)
class Symbol:
    """How something that happens is marked: a shape of its own, told apart without its colour, and its fill.

    Attributes
    ----------
    shape : str
        Marker of matplotlib.
    fill, edge : str
        Colours.
    size : float
        In points.
    """

    shape: str
    fill: str = INK
    edge: str = INK
    size: float = 5.5


@dataclass(frozen=True)
class SwimmerNumbers:
    """What a swimmer plot says in numbers, for those who do not see it.

    Attributes
    ----------
    shown, patients : int
        Lanes that are drawn, and all there are.
    longest : str
        The patient of the longest lane.
    months : float
        Its length.
    marks : mapping of str to int
        By what happened, the patients among those shown to whom it did.
    """

    shown: int
    patients: int
    longest: str
    months: float
    marks: Mapping[str, int]


def describe_marks(numbers: SwimmerNumbers) -> str:
    """Sentences on the longest lane and on how many patients have each mark."""
    marks = [f"{within_sentence(what)} {n}" for what, n in numbers.marks.items()]
    return (
        f"The longest bar is that of patient {numbers.longest}, {format_number(numbers.months)} months. "
        f"Patients with each mark: {join_words(marks)}."
    )


def colour_strata(data: CutData) -> dict[str, str]:
    """Colour of each level of the first stratum by its printed label, of all patients where there is no stratum."""
    labels = _stratum_labels(data)
    colours = {label: LIGHT_COLOURS[place % len(LIGHT_COLOURS)] for place, label in enumerate(labels)}
    return colours | ({UNKNOWN: UNKNOWN_COLOUR} if UNKNOWN in set(map_strata(data)) else {})


def map_strata(data: CutData) -> "pd.Series[str]":
    """Printed label of the first stratum, by patient of ADSL."""
    patients = data.adsl["USUBJID"]
    stratum = _find_stratum(data)
    if stratum is None:
        return pd.Series(ALL, index=patients)
    return pd.Series(data.adsl[stratum.name].map(stratum.levels).fillna(UNKNOWN).to_numpy(), index=patients)


def _find_stratum(data: CutData) -> Variable | None:
    return next((variable for variable in data.study.variables if variable.name in data.study.strata), None)


def _stratum_labels(data: CutData) -> list[str]:
    stratum = _find_stratum(data)
    return list(stratum.levels.values()) if stratum else [ALL]


def measure_lanes(lanes: int) -> float:
    """Height that so many lanes take, in inches; many of them share a page."""
    return min(LANE_HEIGHT * lanes, HIGHEST)


def draw_lanes_axes(axes: Axes, patients: Sequence[str], longest: float, label: str) -> None:
    """Name the lanes, from the top, and draw the time axis with its grid."""
    axes.set_yticks(range(len(patients)), list(patients), fontsize=SMALL)
    axes.set_ylim(len(patients) - 0.4, -0.6)
    ticks = choose_ticks(longest)
    axes.set_xticks(ticks, [format_number(tick) for tick in ticks])
    axes.set_xlim(-0.004 * ticks[-1], ticks[-1])
    axes.set_xlabel(label)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=QUIET, alpha=0.18, linewidth=0.6)
    axes.set_axisbelow(True)


def draw_symbols(axes: Axes, months: Sequence[float], lanes: Sequence[int], symbol: Symbol, shrink: float = 1) -> None:
    """Mark something in the lanes of those to whom it happened; never cut off at the end of the axis."""
    if not len(lanes):  # a line without points would claim room as far as the corner of the figure
        return
    axes.plot(
        months, lanes, symbol.shape, markerfacecolor=symbol.fill, markeredgecolor=symbol.edge,
        markersize=symbol.size * shrink, markeredgewidth=0.6, clip_on=False, zorder=4,
    )  # fmt: skip


def make_symbol_key(label: str, symbol: Symbol) -> Line2D:
    """Entry of a legend for something that happens."""
    return Line2D(
        [], [], linestyle="", label=label, marker=symbol.shape, markerfacecolor=symbol.fill,
        markeredgecolor=symbol.edge, markersize=symbol.size, markeredgewidth=0.6,
    )  # fmt: skip


def make_stratum_keys(colours: Mapping[str, str]) -> list[Patch]:
    """Entries of a legend for the strata."""
    return [Patch(facecolor=colour, label=name) for name, colour in colours.items()]


def draw_legend(figure: MatplotlibFigure, handles: Sequence[Artist], notes: Sequence[str] = ()) -> None:
    """Put the legend below all lanes, under notes on what is not shown."""
    legend = figure.legend(
        handles=handles, loc="outside lower center", ncols=3, fontsize=SMALL + 0.5, labelspacing=0.4, alignment="left",
        title="\n".join(notes), title_fontsize=SMALL,
    )  # fmt: skip
    legend.get_title().set_color(QUIET)
