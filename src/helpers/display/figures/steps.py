"""The steps of a curve over time, with band and censoring ticks: faint where the curve can no longer be trusted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from helpers.display.figures.curves import Look, read_wide
from helpers.display.figures.style import INK
from helpers.display.lookup import find, name_largest_move
from helpers.results.cut import PUBLIC, CutData
from helpers.study.endpoints import Endpoint

FAINT, FAINT_BAND = 0.45, 0.45
"""Strength of a line and of a band where one more event would move the curve too far, as a share of the usual."""
STATS = {"km": "survival", "cif": "cif"}
STARTS = {"survival": 1.0, "cif": 0.0}
"""What is drawn of each kind of curve, and its value at time zero."""


@dataclass(frozen=True)
class Curve:
    """A curve as it is drawn.

    Attributes
    ----------
    steps : DataFrame
        One row a time, with time zero as the first: the estimate, its limits and who was censored; no rows where there
        are no patients.
    stat : str
        The column of the estimate: ``survival`` or ``cif``.
    events : bool
        Whether anybody had the event.
    trusted : float or None
        Months until which the curve can be trusted; None = to its end.
    joined : bool
        Only estimates at some times are known, as for the public: they are joined by lines, and no step is where an
        event was.
    """

    steps: pd.DataFrame
    stat: str
    events: bool
    trusted: float | None
    joined: bool = False

    def split(self, faint: float) -> Iterator[tuple[pd.DataFrame, float]]:
        """Yield the part that can be trusted and the one that cannot, which begins where the first ends.

        Each comes with its strength: 1, and `faint`.
        """
        if self.trusted is None or self.steps.empty:
            yield self.steps, 1.0
            return
        if self.trusted == 0:
            yield self.steps, faint
            return
        before = self.steps["time_months"] <= self.trusted
        yield self.steps[before], 1.0
        joint = self.steps[before].iloc[[-1]].assign(time_months=self.trusted, n_censor=0.0)
        yield pd.concat([joint, self.steps[~before]], ignore_index=True), faint


class Ticks(NamedTuple):
    """How censored patients are marked: a colour, that of the curve if None, and size and width in points."""

    colour: str | None = None
    size: float = 5
    width: float = 0.8


OWN_TICKS = Ticks()


def read_curve(data: CutData, endpoint: Endpoint, group: str = "", level: str = "") -> Curve:
    """Read the curve of an endpoint in a stratum from the results."""
    rows = read_wide(data, f"{endpoint.curve}_curve", endpoint, group, level)
    keys = {"param": endpoint.param, "population": endpoint.population, "group": group, "level": level}
    curve = make_curve(rows, STATS[endpoint.curve], find(data, "maturity", **keys).get("trusted_months"))
    return replace(curve, joined=data.audience == PUBLIC)


def make_curve(rows: pd.DataFrame, stat: str, trusted: float | None = None) -> Curve:
    """Make a curve from one row a time with a column a statistic, as `helpers.display.figures.curves.read_wide` reads.

    Parameters
    ----------
    rows : DataFrame
        Columns ``time_months lcl ucl n_event n_censor`` and that of the estimate; no rows where there are no patients.
    stat : str
        The column of the estimate, ``survival`` or ``cif``.
    trusted : float, optional
        Months until which the curve can be trusted; without it, to its end.
    """
    columns = ["time_months", stat, "lcl", "ucl", "n_censor"]
    if rows.empty:
        return Curve(pd.DataFrame(columns=columns, dtype=float), stat, False, trusted)
    start = STARTS[stat]
    origin = pd.DataFrame([[0.0, start, start, start, 0.0]], columns=columns)
    steps = pd.concat([origin, rows[columns]], ignore_index=True)
    # before the first event nothing is uncertain; afterwards a limit that does not exist is not drawn
    steps[["lcl", "ucl"]] = steps[["lcl", "ucl"]].where(steps[stat] != start, start)
    return Curve(steps, stat, bool(rows["n_event"].any()), trusted)


def draw_steps(axes: Axes, curve: Curve, look: Look, ticks: Ticks = OWN_TICKS) -> None:
    """Draw a curve from time zero to the last time observed, and no further, with its censoring ticks."""
    drawn: dict[str, Any] = {"marker": "o", "markersize": 3.5} if curve.joined else {"drawstyle": "steps-post"}
    for part, strength in curve.split(FAINT):
        axes.plot(
            part["time_months"], part[curve.stat], color=look.colour, linestyle=look.style, linewidth=1.5,
            alpha=strength, **drawn,
        )  # fmt: skip
        censored = part[part["n_censor"] > 0]
        axes.plot(
            censored["time_months"], censored[curve.stat], "|", color=ticks.colour or look.colour,
            markersize=ticks.size, markeredgewidth=ticks.width, alpha=strength,
        )  # fmt: skip


def draw_band(axes: Axes, curve: Curve, colour: str, strength: float) -> None:
    """Draw the interval of a curve, in a strength from 0 to 1."""
    shape: Literal["post"] | None = None if curve.joined else "post"
    for part, fading in curve.split(FAINT_BAND):
        axes.fill_between(
            part["time_months"], part["lcl"], part["ucl"], step=shape, color=colour, alpha=fading * strength,
            linewidth=0,
        )  # fmt: skip


def make_faint_key(data: CutData, drawn: Iterable[Curve]) -> list[Artist]:
    """Entry of a legend that says what a faint line is, where one of the curves that are drawn ends in one."""
    if all(curve.trusted is None for curve in drawn):
        return []
    words = f"Faint: one more event would move it by more than {name_largest_move(data)}"
    return [Line2D([], [], label=words, color=INK, linewidth=1.5, alpha=FAINT)]
