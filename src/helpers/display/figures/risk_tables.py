"""Tables of numbers under curves: at risk, events and censored, which at any time add up to all patients."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes

from helpers.display.figures.style import INK, SMALL
from helpers.display.formatting import format_number
from helpers.results.cut import PUBLIC, CutData
from helpers.results.time_to_event import choose_ticks
from helpers.study.endpoints import Endpoint

LINE = 0.138
"""Height of a line, in inches."""
ROWS = {
    "km": {"At risk": "n_risk", "Events": "events", "Censored": "censored"},
    "cif": {"At risk": "n_risk", "Events": "events", "Competing": "competing", "Censored": "censored"},
}
"""Lines by the kind of curve: at any time they add up to all patients."""


def list_rows(data: CutData, endpoint: Endpoint) -> Mapping[str, str]:
    """Names of the lines of an endpoint's table, with the statistic of each; the public sees events only."""
    return {"Events": "events"} if data.audience == PUBLIC else ROWS[endpoint.curve]


def read_ticks(risk: pd.DataFrame) -> list[float]:
    """Read the ticks of the time axis off a risk table; an axis has a length even where there are no patients."""
    return choose_ticks(0) if risk.empty else [float(time) for time in risk["time_months"]]


def draw_rows(
    axes: Axes, place: int, risk: pd.DataFrame, rows: Mapping[str, str], ticks: Sequence[float], colour: str = INK
) -> None:
    """Write lines of numbers, each with its name in the margin; nothing where there are no patients."""
    if risk.empty:
        return
    for further, (label, stat) in enumerate(rows.items()):
        draw_row_label(axes, place + further, label, colour)
        draw_numbers(axes, place + further, risk, stat, ticks, colour)


def draw_numbers(
    axes: Axes, place: float, risk: pd.DataFrame, stat: str, ticks: Sequence[float], colour: str = INK
) -> None:
    """Write a line of numbers, each beneath its tick of the time axis."""
    for time, number in zip(risk["time_months"], risk[stat], strict=True):
        if time in ticks:
            axes.text(time, -place, format_number(number, 0), ha="center", va="center", fontsize=SMALL, color=colour)


def draw_row_label(axes: Axes, place: float, label: str, colour: str = INK) -> None:
    """Write the name of a line in the margin."""
    axes.annotate(
        label, (0, -place), xytext=(-12, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
        ha="right", va="center", fontsize=SMALL, color=colour,
    )  # fmt: skip


def draw_heading(axes: Axes, place: float, label: str, colour: str = INK) -> None:
    """Write a line of words between those of numbers, from the left end of the axis."""
    axes.annotate(
        label, (0, -place), xytext=(-3, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
        ha="left", va="center", fontsize=SMALL, color=colour, fontweight="bold",
    )  # fmt: skip


def close_table(axes: Axes, lines: int) -> None:
    """Leave only the words and numbers of a table with so many lines."""
    axes.set_ylim(-lines + 0.5, 0.5)
    axes.set_axis_off()
