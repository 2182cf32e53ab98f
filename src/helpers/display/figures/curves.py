"""What curves over time share: reading them from the results, axes, numbers at risk, and the test between strata."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import ScaledTranslation

from helpers.display.figures.risk_tables import LINE, draw_heading, draw_rows, list_rows
from helpers.display.figures.style import COLOURS, INK, LINE_STYLES, QUIET, SMALL
from helpers.display.formatting import capitalise, format_number, format_p_value, format_ratio, within_sentence
from helpers.display.lookup import (
    Stats,
    ci,
    count_patients,
    find,
    find_population,
    find_test,
    get_event_counts,
    list_strata,
)
from helpers.results.cut import PUBLIC, CutData
from helpers.results.schema import select
from helpers.results.time_to_event import choose_ticks
from helpers.study.endpoints import Endpoint

LEGEND_CHARACTERS, LEGEND_LINE = 36, 10.8
"""Characters of a line of a legend, and its height in points."""

POINTS = 72
"""Points of an inch."""
KEYS = 0.2
"""Height of the line below all panels, in inches."""
Head = tuple[Axes, str, Sequence[Artist]]
"""A panel with its title and its legend."""
BETWEEN = 0.07
"""Room between two panels side by side, as a share of their width."""


@dataclass(frozen=True)
class Look:
    """What tells a curve from the others: its words, its colour and its line."""

    label: str
    colour: str
    style: Any


@dataclass(frozen=True)
class StratumCurve:
    """A stratum of an endpoint as it is drawn: its key in the results, its look and its counts."""

    group: str
    level: str
    look: Look
    stats: Stats


def read_wide(data: CutData, analysis: str, endpoint: Endpoint, group: str = "", level: str = "") -> pd.DataFrame:
    """Read an analysis by time, one row a time and one column a statistic; empty where there are no patients."""
    keys = {"param": endpoint.param, "population": endpoint.population, "group": group, "level": level}
    rows = select(data.results, analysis=analysis, **keys)
    return rows.pivot_table(index="time_months", columns="stat", values="value", dropna=False).reset_index()


def list_strata_curves(data: CutData, endpoint: Endpoint, group: str) -> list[StratumCurve]:
    """List the strata of a comparison, each with a colour and a line of its own."""
    found = []
    levels = [(level, label) for name, level, label in list_strata(data) if name == group]
    for place, (level, label) in enumerate(levels):
        look = Look(label, COLOURS[place % len(COLOURS)], LINE_STYLES[place % len(LINE_STYLES)])
        found.append(StratumCurve(group, level, look, get_event_counts(data, endpoint, group, level)))
    return found


def draw_time_axis(axes: Axes, ticks: Sequence[float], label: str) -> None:
    """Draw a time axis in months from the origin."""
    axes.set_xlim(-0.012 * ticks[-1], 1.02 * ticks[-1])
    axes.set_xticks(ticks, [format_number(tick) for tick in ticks])
    axes.tick_params(labelbottom=True, labelsize=SMALL + 0.5)
    axes.set_xlabel(label, fontsize=SMALL + 0.5)


def draw_time_ticks(axes: Axes, last_time: float) -> None:
    """Draw ticks in months from 0 to the last time, on an axis that begins at 0."""
    ticks = choose_ticks(last_time)
    axes.set_xlim(-0.01 * ticks[-1], 1.01 * ticks[-1])
    axes.set_xticks(ticks, [format_number(tick) for tick in ticks])


def draw_probability_axis(axes: Axes) -> None:
    """Draw the axis of probabilities, from nought to one."""
    axes.set_ylim(0, 1.03)
    axes.set_yticks(np.linspace(0, 1, 5), [f"{tick}%" for tick in ("0", "25", "50", "75", "100")])


def count_strata_lines(data: CutData, endpoint: Endpoint, group: str) -> int:
    """Count the lines of the table of a comparison: of each stratum its name and its numbers."""
    return len(list_strata_curves(data, endpoint, group)) * (1 + len(list_rows(data, endpoint)))


def draw_strata_table(
    axes: Axes, data: CutData, endpoint: Endpoint, curves: Sequence[StratumCurve], ticks: Sequence[float]
) -> None:
    """Write the numbers stratum by stratum, each under its name in its colour."""
    rows = list_rows(data, endpoint)
    for place, curve in enumerate(curves):
        risk = read_wide(data, f"{endpoint.curve}_risk", endpoint, curve.group, curve.level)
        line = place * (1 + len(rows))
        words = curve.look.label if curve.stats["n"] != 0 else f"{curve.look.label}: no patients"
        draw_heading(axes, line, words, curve.look.colour)
        if len(risk):
            draw_rows(axes, line + 1, risk, rows, ticks, curve.look.colour)


def write_in_panel(axes: Axes, words: str) -> None:
    """Say within a panel what it cannot show."""
    axes.text(0.5, 0.6, words, transform=axes.transAxes, ha="center", va="center", fontsize=SMALL + 0.5, color=QUIET)


def make_strata_handles(data: CutData, endpoint: Endpoint, curves: Sequence[StratumCurve]) -> list[Artist]:
    """Name the strata, with the hazard ratios that can be estimated, and give the test between them."""
    ratios = {curve.level: describe_ratio(data, endpoint, curve) for curve in curves}
    handles: list[Artist] = []
    for curve in curves:
        words = fill(curve.look.label, LEGEND_CHARACTERS)
        if any(ratios.values()):
            words += f"\n{ratios[curve.level]}" if ratios[curve.level] else " (reference)"
        handles.append(make_line(words, curve.look))
    return [*handles, make_words(fill(describe_test(data, endpoint, curves[0].group), LEGEND_CHARACTERS))]


def make_line(label: str, look: Look) -> Line2D:
    """Entry of a legend for a curve."""
    return Line2D([], [], label=label, color=look.colour, linestyle=look.style, linewidth=1.5)


def make_words(label: str) -> Line2D:
    """Entry of a legend that is words alone."""
    return Line2D([], [], label=label, linestyle="")


def make_keys(data: CutData, counted: Iterable[Stats]) -> list[Artist]:
    """Entries of a legend that say what bands and ticks are, where there are any.

    Parameters
    ----------
    data : CutData
        The cut.
    counted : iterable of Stats
        Patients and events of each curve; a number that is not shown may be any.
    """
    drawn = [stats for stats in counted if stats.get("n") != 0]
    band = Patch(facecolor=INK, alpha=0.16, linewidth=0, label=ci(data))
    tick = Line2D([], [], marker="|", linestyle="", color=INK, markersize=6, label="Censored")
    if data.audience == PUBLIC:
        words = "Estimates at times that at least five more patients had the event by, joined"
        tick = Line2D([], [], marker="o", color=INK, markersize=3.5, label=words)
    return [*([band] if any(stats.get("events") != 0 for stats in drawn) else []), *([tick] if drawn else [])]


def draw_keys(figure: MatplotlibFigure, handles: Sequence[Artist]) -> None:
    """Say in one line below all panels what is drawn alike in each; the figure grows by that line."""
    if not handles:
        return
    figure.set_figheight(figure.get_figheight() + KEYS)
    figure.legend(
        handles=handles, loc="outside lower center", ncols=len(handles), fontsize=SMALL, handlelength=2.0,
        columnspacing=1.6, borderpad=0.2,
    )  # fmt: skip


def head_panels(figure: MatplotlibFigure, panels: Sequence[Head], ncols: int = 1) -> None:
    """Head the panels of a row with their titles and, below those, their legends, where they cover no curve.

    The figure grows by what they need.
    """
    lines = max(sum(str(handle.get_label()).count("\n") + 1 for handle in handles) for _, _, handles in panels)
    height = LEGEND_LINE * -(-lines // ncols)
    titles = max(title.count("\n") + 1 for _, title, _ in panels)
    figure.set_figheight(figure.get_figheight() + height / POINTS + LINE * titles)
    for axes, title, handles in panels:
        axes.set_title(title, pad=9 + height)
        above = axes.transAxes + ScaledTranslation(0, (2 + height) / POINTS, figure.dpi_scale_trans)
        axes.legend(
            handles=handles, loc="upper left", bbox_to_anchor=(0, 1), bbox_transform=above, fontsize=SMALL,
            handlelength=2.4, labelspacing=0.3, borderaxespad=0, borderpad=0, ncols=ncols,
        )  # fmt: skip


def describe_test(data: CutData, endpoint: Endpoint, group: str) -> str:
    """Say the result of the test between strata, or why none was made: Log-rank test, p = 0.48."""
    test = find_test(data, param=endpoint.param, population=endpoint.population, group=group)
    if test.p_value is None:
        name = test.method if test.method.startswith("no ") else f"no {test.method}"
        return f"{capitalise(name)}: {test.note}"
    p_value = format_p_value(test.p_value)
    return f"{capitalise(test.method)}, p {p_value if p_value[0] in '<>' else f'= {p_value}'}"


def describe_ratio(data: CutData, endpoint: Endpoint, curve: StratumCurve) -> str:
    """Hazard ratio of a stratum with its interval; empty for the reference and where it is not estimable."""
    analysis, name = endpoint.model, "Subdistribution HR" if endpoint.competing else "HR"
    keys = {"param": endpoint.param, "population": endpoint.population, "group": curve.group, "level": curve.level}
    stats = find(data, analysis, **keys)
    if stats.get("hr") is None:
        return ""
    return f"{name} {format_ratio(stats['hr'], stats['lcl'], stats['ucl'])}".replace("(", f"({ci(data)} ")


def describe_strata(data: CutData, endpoint: Endpoint, group: str) -> str:
    """Sentence for those who do not see the strata's curves: counts, hazard ratios, test."""
    parts = []
    for curve in list_strata_curves(data, endpoint, group):
        events, n = (format_number(curve.stats[stat], 0) for stat in ("events", "n"))
        ratio = describe_ratio(data, endpoint, curve)
        parts.append(f"{curve.look.label}, {events} of {n} with the event{f', {ratio}' if ratio else ''}")
    return f"{endpoint.label} by {name_group(data, group)}: {'; '.join(parts)}. {describe_test(data, endpoint, group)}."


def name_group(data: CutData, group: str) -> str:
    """Name of a stratifying variable within a sentence."""
    return within_sentence(next(variable.label for variable in data.study.variables if variable.name == group))


def name_patients(data: CutData, endpoint: Endpoint) -> str:
    """Population of an endpoint with its size, as the title of a panel: Responders (n = 38)."""
    population = find_population(data, endpoint.population)
    name = population.short or population.label
    return f"{capitalise(name)} (n = {format_number(count_patients(data, population.name), 0)})"


def name_probability(endpoint: Endpoint) -> str:
    """Name of the axis: the endpoint where it is a survival, otherwise what the curve is in general."""
    return endpoint.label if endpoint.label.lower().endswith("survival") else "Probability of no event"
