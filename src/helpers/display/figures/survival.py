"""Kaplan–Meier curves with the table of patients at risk beneath."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from helpers.display.absence import or_say_so
from helpers.display.figures.curves import (
    BETWEEN,
    LINE,
    Head,
    Look,
    close_table,
    describe_strata,
    draw_numbers,
    draw_row_label,
    draw_strata_table,
    draw_time_axis,
    head_panel,
    head_panels,
    list_strata_curves,
    make_keys,
    make_line,
    make_strata_handles,
    name_group,
    name_patients,
    read_ticks,
    read_wide,
    write_in_panel,
)
from helpers.display.figures.steps import Curve, Ticks, draw_band, draw_steps, make_faint_key, read_curve
from helpers.display.figures.style import COLOURS, INK, QUIET, Figure, finish, make_figure, report_style
from helpers.display.formatting import count, format_months, format_months_interval, format_number
from helpers.display.lookup import ci, find_survival_endpoints, get, list_compared
from helpers.display.sentences.endpoints import describe_time_to_event
from helpers.display.sentences.maturity import describe_faint
from helpers.results.cut import CutData
from helpers.study.endpoints import Endpoint

CURVE = 1.8
"""Height of a panel's curves, in inches; `AROUND` is what its axis takes."""
AROUND = 0.65
PROBABILITY = "Probability of no event"
ROWS = {"At risk": "n_risk", "Events": "events", "Censored": "censored"}
"""Lines of the risk table of all patients: at any time they add up to their number."""


@or_say_so
def plot_survival(data: CutData, param: str) -> Figure:
    """Draw the curve of an endpoint with its interval, censoring marks and risk table, and beside it those by stratum.

    Parameters
    ----------
    data : CutData
        The cut; the curves are drawn from its results, nothing is estimated here.
    param : str
        Code of a derived endpoint.
    """
    (endpoint,) = find_survival_endpoints(data, [param])
    said = f"{describe_time_to_event(data, param)} {describe_faint(data, endpoint)}".strip()
    alt = f"Kaplan–Meier curve with risk table. {said}"
    with report_style(f"survival-{param}"):
        if not data.study.comparisons:
            return _plot_all(data, endpoint, alt)
        return _plot_beside_strata(data, endpoint, alt)


def _plot_all(data: CutData, endpoint: Endpoint, alt: str) -> Figure:
    curve, risk = read_curve(data, endpoint), read_wide(data, "km_risk", endpoint)
    figure = make_figure(3.9)
    axes, table = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
    _draw_curve(axes, curve, COLOURS[0])
    head_panel(axes, [*make_keys(data, curve.events), *make_faint_key(data, [curve])])
    axes.set_ylabel(PROBABILITY)
    axes.set_xlabel(f"Months from {endpoint.origin.label}")
    axes.tick_params(labelbottom=True)
    _draw_risk_table(table, risk)
    return finish(figure, alt, synthetic=data.study.synthetic)


def _plot_beside_strata(data: CutData, endpoint: Endpoint, alt: str) -> Figure:
    """Draw all patients and each comparison, two panels a row."""
    groups = data.study.comparisons
    ticks = read_ticks(read_wide(data, "km_risk", endpoint))
    lines = max(len(ROWS), *(2 * len(list_strata_curves(data, endpoint, group)) for group in groups))
    rows = len(groups) // 2 + 1
    figure = make_figure(rows * (CURVE + LINE * lines + AROUND), BETWEEN)
    panels = figure.subplots(
        2 * rows, 2, sharex=True, sharey="row", height_ratios=[CURVE, LINE * lines] * rows, squeeze=False
    )
    heads: list[list[Head]] = [[] for _ in range(rows)]
    for place in range(2 * rows):
        row, column = divmod(place, 2)
        axes, table = panels[2 * row][column], panels[2 * row + 1][column]
        close_table(table, lines)
        if place > len(groups):
            axes.set_axis_off()
            continue
        draw_time_axis(axes, ticks, f"Months from {endpoint.origin.label}")
        _draw_percent_axis(axes)
        if place:
            head = _draw_strata(axes, table, data, endpoint, groups[place - 1], ticks)
        else:
            head = _draw_overall(axes, table, data, endpoint, ticks)
        heads[row].append(head)
        if not column:
            axes.set_ylabel(PROBABILITY)
    for head_row in heads:
        head_panels(figure, head_row)
    texts = [alt, *(describe_strata(data, endpoint, group) for group in groups)]
    return finish(figure, " ".join(texts), synthetic=data.study.synthetic)


def _draw_overall(axes: Axes, table: Axes, data: CutData, endpoint: Endpoint, ticks: Sequence[float]) -> Head:
    _draw_curve(axes, read_curve(data, endpoint), INK)
    risk = read_wide(data, "km_risk", endpoint)
    for place, (label, stat) in enumerate(ROWS.items()):
        draw_row_label(table, place, label)
        draw_numbers(table, place, risk, stat, ticks)
    return axes, name_patients(data, endpoint), _make_handles(data, endpoint)


def _make_handles(data: CutData, endpoint: Endpoint) -> list[Artist]:
    km = get(data, "km", param=endpoint.param, population=endpoint.population)
    words = count(km["events"] or 0, "event").capitalize()
    if km.get("median") is not None:
        interval = format_months_interval(km["median_lcl"], km["median_ucl"])
        words += f", median {format_months(km['median'])} months\n({ci(data)} {interval})"
    faint = make_faint_key(data, (read_curve(data, endpoint, group, level) for group, level, _ in list_compared(data)))
    return [make_line(words, Look(words, INK, "-")), *make_keys(data, km["events"]), *faint]


def _draw_strata(
    axes: Axes, table: Axes, data: CutData, endpoint: Endpoint, group: str, ticks: Sequence[float]
) -> Head:
    curves = list_strata_curves(data, endpoint, group)
    for curve in curves:
        draw_steps(axes, read_curve(data, endpoint, group, curve.level), curve.look)
    _draw_half(axes)
    draw_strata_table(table, data, endpoint, curves, ticks)
    return axes, f"By {name_group(data, group)}", make_strata_handles(data, endpoint, curves)


def _draw_curve(axes: Axes, curve: Curve, colour: str) -> None:
    if curve.steps.empty:
        write_in_panel(axes, "No patients")
    elif not curve.events:
        write_in_panel(axes, "No events")
    draw_band(axes, curve, colour, 0.16)
    draw_steps(axes, curve, Look("", colour, "-"), Ticks(INK, 7, 1.0))
    _draw_half(axes)
    _draw_percent_axis(axes)


def _draw_half(axes: Axes) -> None:
    """Draw the line whose crossing is the median."""
    axes.axhline(0.5, color=QUIET, linewidth=0.6, linestyle=(0, (4, 4)))


def _draw_percent_axis(axes: Axes) -> None:
    axes.set_ylim(0, 1.03)
    axes.set_yticks(np.linspace(0, 1, 5))
    axes.set_yticklabels([f"{tick}%" for tick in ("0", "25", "50", "75", "100")])


def _draw_risk_table(axes: Axes, risk: pd.DataFrame) -> None:
    ticks = read_ticks(risk)
    for place, (label, stat) in enumerate(ROWS.items()):
        for time, number in zip(risk["time_months"], risk[stat], strict=True) if len(risk) else ():
            axes.text(time, -place, format_number(number, 0), ha="center", va="center")
        axes.annotate(
            label, (0, -place), xytext=(-24, 0), xycoords="data", textcoords="offset points", ha="right", va="center"
        )
    axes.set_ylim(-len(ROWS) + 0.4, 0.6)
    axes.set_xlim(-0.012 * ticks[-1], 1.02 * ticks[-1])
    axes.set_xticks(ticks)
    axes.set_axis_off()
