"""Forest plots: one line an estimate with its interval, beside it the numbers as aligned columns of text."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from helpers.display.figures.style import COLOURS, QUIET, SMALL

LINE_HEIGHT, AROUND = 0.172, 0.68
"""Height of a line, and of the axis below with the headings above, in inches."""
TYPE = 7.5
INDENT, GAP = 8, 9
"""How far the lines under a heading stand in, and the room between labels, axis and columns, in points."""
LABEL_CHARACTERS = 46
OWN, OTHER = COLOURS[0], COLOURS[1]
NOT_SHOWN = "not shown"
"""Stands where a number is known and kept back, because it could be traced to single patients."""


@dataclass(frozen=True)
class Point:
    """An estimate as it is drawn; without limits there is no whisker, without a value nothing.

    Attributes
    ----------
    value, lcl, ucl : float or None
        On the scale of the axis.
    colour, shape : str
        Its look.
    filled : bool
        Whether the shape is filled.
    open_end : bool
        Whether the interval has no upper limit: it ends in an arrow at the end of the axis.
    shift : float
        How far below the middle of its line it stands, in lines.
    """

    value: float | None
    lcl: float | None = None
    ucl: float | None = None
    colour: str = OWN
    shape: str = "s"
    filled: bool = True
    open_end: bool = False
    shift: float = 0.0


@dataclass(frozen=True)
class ForestLine:
    """A line: what is drawn and the cells beside it; a heading has neither.

    Attributes
    ----------
    label : str
        What is estimated, or of whom.
    points : sequence of Point
        The estimates on the line.
    cells : sequence of str
        Texts of the columns; a single one stands for all.
    heading : bool
        In bold, above lines that stand in.
    indent : int
        Steps that the label stands in.
    """

    label: str
    points: Sequence[Point] = ()
    cells: Sequence[str] = ()
    heading: bool = False
    indent: int = 0


def break_lines(lines: Sequence[ForestLine]) -> list[ForestLine]:
    """Give a label that is too long a line of its own for what does not fit."""
    broken: list[ForestLine] = []
    for line in lines:
        *above, last = wrap(line.label, LABEL_CHARACTERS) or [""]
        broken += [ForestLine(words, heading=line.heading, indent=line.indent) for words in above]
        broken.append(ForestLine(last, line.points, line.cells, line.heading, line.indent))
    return broken


def measure_height(lines: Sequence[ForestLine]) -> float:
    """Height of a forest plot in inches."""
    return AROUND + LINE_HEIGHT * len(lines)


def draw_forest(
    axes: Axes, lines: Sequence[ForestLine], headings: Sequence[str], like: Sequence[ForestLine] = ()
) -> None:
    """Draw the lines from the top, with their labels on the left and their columns of text on the right.

    Parameters
    ----------
    axes : Axes
        Its x axis is the caller's.
    lines : sequence of ForestLine
        As `break_lines` returns them.
    headings : sequence of str
        Above the columns.
    like : sequence of ForestLine
        The lines of all panels of the figure, where there are several, so that their labels and columns are aligned.
    """
    axes.set_ylim(len(lines) - 0.35, -0.65)
    for place, line in enumerate(lines):
        for point in line.points:
            _draw_point(axes, place + point.shift, point)
    _write_labels(axes, lines, like or lines)
    _write_columns(axes, lines, headings, like or lines)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=QUIET, alpha=0.18, linewidth=0.6)
    axes.set_axisbelow(True)


def draw_percent_axis(axes: Axes, label: str) -> None:
    """Draw the axis of probabilities, from 0 to 100 per cent."""
    axes.set_xlim(-1, 101)
    axes.set_xticks(range(0, 101, 25), [f"{tick}%" for tick in range(0, 101, 25)])
    axes.set_xlabel(label)


def _draw_point(axes: Axes, place: float, point: Point) -> None:
    if point.lcl is not None and point.ucl is not None:
        axes.plot([point.lcl, point.ucl], [place, place], color=point.colour, linewidth=1.2, solid_capstyle="butt")
    elif point.lcl is not None and point.open_end:
        look: dict[str, Any] = {"arrowstyle": "->", "color": point.colour, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", (1, place), (point.lcl, place), axes.get_yaxis_transform(), "data", look)
    if point.value is None:
        return
    face = point.colour if point.filled else "white"
    axes.plot(
        [point.value], [place], point.shape, markeredgecolor=point.colour, markerfacecolor=face, markersize=4.5,
        markeredgewidth=1, clip_on=False,
    )  # fmt: skip


def _write_labels(axes: Axes, lines: Sequence[ForestLine], like: Sequence[ForestLine]) -> None:
    widest = max(measure_text(line.label, line.heading) + INDENT * line.indent for line in like)
    axes.set_yticks(range(len(lines)), [line.label for line in lines], fontsize=TYPE)
    axes.tick_params(axis="y", length=0, pad=0)
    for tick, line in zip(axes.yaxis.get_major_ticks(), lines, strict=True):
        tick.set_pad(GAP + widest - INDENT * line.indent)
        tick.label1.set_horizontalalignment("left")
        tick.label1.set_fontweight("bold" if line.heading else "normal")


def _write_columns(
    axes: Axes, lines: Sequence[ForestLine], headings: Sequence[str], like: Sequence[ForestLine]
) -> None:
    """Right-aligned columns, at distances in points: in widths of the axes they would change as room is made."""
    right = float(GAP)
    for place, heading in enumerate(headings):
        column, every = ([_get_cell(line, place, len(headings)) for line in part] for part in (lines, like))
        right += max(measure_text(heading, bold=True), *map(measure_text, every))
        for row, text in [(-0.75, heading), *enumerate(column)]:
            style = {"fontweight": "bold", "va": "bottom"} if row < 0 else {"va": "center_baseline"}
            if text:
                _write(axes, row, text, right, ha="right", **style)
        right += GAP
    for row, line in enumerate(lines):
        if len(line.cells) == 1:
            _write(axes, row, line.cells[0], GAP, ha="left", va="center_baseline")


def _get_cell(line: ForestLine, place: int, columns: int) -> str:
    return line.cells[place] if len(line.cells) == columns else ""


def _write(axes: Axes, row: float, text: str, x: float, **style: Any) -> None:
    size = SMALL if row < 0 else TYPE
    axes.annotate(
        text, (1, row), xycoords=axes.get_yaxis_transform(), xytext=(x, 0), textcoords="offset points", fontsize=size,
        annotation_clip=False, **style,
    )  # fmt: skip


def measure_text(text: str, bold: bool = False) -> float:
    """Width of a text in points, from the outlines of its letters."""
    if not text.strip():
        return 0.0
    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
    return float(TextPath((0, 0), text, size=TYPE, prop=font).get_extents().width)
