"""Cumulative incidence with competing events: all patients, then each endpoint by stratum."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.gridspec import GridSpec

from helpers.display.absence import or_say_so
from helpers.display.figures.curves import (
    BETWEEN,
    LINE,
    Head,
    Look,
    StratumCurve,
    close_table,
    describe_strata,
    draw_heading,
    draw_numbers,
    draw_row_label,
    draw_strata_table,
    draw_time_axis,
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
from helpers.display.figures.steps import Curve, draw_band, draw_steps, make_faint_key, read_curve
from helpers.display.figures.style import COLOURS, INK, LINE_STYLES, Figure, finish, make_figure, report_style
from helpers.display.lookup import explain_missing, find_incidence_endpoints, get_event_counts, list_compared
from helpers.display.sentences.endpoints import describe_time_to_event
from helpers.display.sentences.maturity import describe_faint
from helpers.results.cut import CutData
from helpers.study.endpoints import Endpoint

CURVE, STRATA_CURVE, AROUND = 1.9, 1.5, 0.6
"""Height of the curves of all patients and of those by stratum, in inches, and what an axis takes."""
ENDPOINT_COLOURS = (INK, COLOURS[2], COLOURS[3], COLOURS[4])
"""Endpoints have other colours than strata."""
TOPS = {20: 5, 40: 10, 60: 20, 80: 20, 100: 25}
"""Tops that an axis can have, in per cent, with the step of its ticks."""
ROWS = {"At risk": "n_risk", "Events": "events", "Competing": "competing", "Censored": "censored"}
"""Lines of the risk table of an endpoint: at any time they add up to all patients."""
SHARED = ["time_months", "n_risk", "censored"]


@or_say_so
def plot_incidence(data: CutData, params: Sequence[str]) -> Figure:
    """Draw the cumulative incidence of endpoints from one origin, together and, where strata are compared, by stratum.

    Parameters
    ----------
    data : CutData
        The cut; the curves are drawn from its results, nothing is estimated here.
    params : sequence of str
        Codes of endpoints with competing events; those the study does not declare are left out.
    """
    endpoints = find_incidence_endpoints(data, params)
    looks = {
        endpoint.param: Look(
            endpoint.label, ENDPOINT_COLOURS[place % len(ENDPOINT_COLOURS)], LINE_STYLES[place % len(LINE_STYLES)]
        )
        for place, endpoint in enumerate(endpoints)
    }
    pairs = [(endpoint, group) for endpoint in endpoints for group in data.study.comparisons]
    with report_style(f"incidence-{'-'.join(looks)}"):
        figure = _draw(data, endpoints, looks, pairs)
        said = [str(describe_time_to_event(data, endpoint.param)) for endpoint in endpoints]
        said += [describe_faint(data, endpoint) for endpoint in endpoints]
        said += [describe_strata(data, endpoint, group) for endpoint, group in pairs]
        asked = [endpoint for endpoint in data.study.endpoints if endpoint.param in params]
        said += [f"{reason}." for reason in explain_missing(data, asked)]
        alt = f"Cumulative incidence curves with risk tables. {' '.join(said)}"
        return finish(figure, alt, synthetic=data.study.synthetic)


def _draw(
    data: CutData, endpoints: Sequence[Endpoint], looks: Mapping[str, Look], pairs: Sequence[tuple[Endpoint, str]]
) -> MatplotlibFigure:
    """Draw all patients on top and the strata below, two panels a row; a single panel of strata stands beside."""
    table = _list_table_lines(data, endpoints, looks)
    strata = max((2 * len(list_strata_curves(data, endpoint, group)) for endpoint, group in pairs), default=0)
    beside = len(pairs) == 1
    lines = [max(len(table), strata)] if beside else [len(table), *[strata] * ((len(pairs) + 1) // 2)]
    tall = [CURVE, *[STRATA_CURVE] * (len(lines) - 1)]
    heights = [height for curve, number in zip(tall, lines, strict=True) for height in (curve, LINE * number)]
    figure = make_figure(sum(heights) + AROUND * len(lines), BETWEEN)
    grid = figure.add_gridspec(len(heights), 2, height_ratios=heights)
    top = _choose_top(data, endpoints, pairs)
    cell = (0, 0) if beside else (0, slice(None))
    axes, below = _add_panel(figure, grid, cell, lines[0], top)
    _draw_overall(axes, below, data, endpoints, looks, table)
    handles: list[Artist] = [make_line(_name(data, endpoint), looks[endpoint.param]) for endpoint in endpoints]
    events = sum(get_event_counts(data, endpoint)["events"] or 0 for endpoint in endpoints)
    handles += [*make_keys(data, events), *make_faint_key(data, _read_curves(data, endpoints))]
    heads: list[list[Head]] = [[(axes, name_patients(data, endpoints[0]), handles)]]
    for place, (endpoint, group) in enumerate(pairs):
        row, column = (0, 1) if beside else (1 + place // 2, place % 2)
        axes, below = _add_panel(figure, grid, (row, column), lines[row], top)
        curves = list_strata_curves(data, endpoint, group)
        _draw_strata(axes, below, data, endpoint, curves)
        heads += [[]] if row == len(heads) else []
        heads[row].append((axes, _title(data, endpoint, group, beside), make_strata_handles(data, endpoint, curves)))
    for row, panels in enumerate(heads):
        head_panels(figure, panels, ncols=1 if row or beside else 2)
    return figure


def _read_curves(data: CutData, endpoints: Sequence[Endpoint]) -> Iterator[Curve]:
    """Every curve that is drawn: of each endpoint that of all patients and those of the strata that are compared."""
    for endpoint in endpoints:
        for group, level, _ in list_compared(data):
            yield read_curve(data, endpoint, group, level)


def _title(data: CutData, endpoint: Endpoint, group: str, beside: bool) -> str:
    by = f"y {name_group(data, group)}"
    return f"B{by}" if beside else f"{endpoint.label}\nb{by}"


def _add_panel(
    figure: MatplotlibFigure, grid: GridSpec, cell: tuple[int, int | slice], lines: int, top: int
) -> tuple[Axes, Axes]:
    row, column = cell
    axes = figure.add_subplot(grid[2 * row, column])
    below = figure.add_subplot(grid[2 * row + 1, column], sharex=axes)
    room = 0.03 * top / 100  # a line at nought is seen beside the axis
    axes.set_ylim(-room, top / 100 + room)
    ticks = range(0, top + 1, TOPS[top])
    axes.set_yticks([tick / 100 for tick in ticks], [f"{tick}%" for tick in ticks])
    if column != 1:
        axes.set_ylabel("Cumulative incidence")
    close_table(below, lines)
    return axes, below


def _choose_top(data: CutData, endpoints: Sequence[Endpoint], pairs: Sequence[tuple[Endpoint, str]]) -> int:
    """One top for all panels: the lowest that leaves nothing out."""
    strata = [
        read_wide(data, "cif_curve", endpoint, group, curve.level).filter(["cif"])
        for endpoint, group in pairs
        for curve in list_strata_curves(data, endpoint, group)
    ]
    overall = [read_wide(data, "cif_curve", endpoint).filter(["cif", "ucl"]) for endpoint in endpoints]
    reached = max(
        (
            float(values.to_numpy().max(initial=0.0, where=values.notna().to_numpy()))
            for values in (*overall, *strata)
            if len(values)
        ),
        default=0.0,
    )
    return next(top for top in TOPS if reached <= top / 100 or top == max(TOPS))


@dataclass(frozen=True)
class TableLine:
    """A line of the risk table of all patients: numbers with a name in the margin, or a heading."""

    label: str
    colour: str = INK
    numbers: pd.DataFrame | None = None
    stat: str = ""


def _list_table_lines(data: CutData, endpoints: Sequence[Endpoint], looks: Mapping[str, Look]) -> list[TableLine]:
    """List the lines of the risk table; at any time those of an endpoint add up to all patients.

    Endpoints that compete with each other only, such as relapse and death in remission, share their lines.
    """
    tables = {endpoint.param: read_wide(data, "cif_risk", endpoint) for endpoint in endpoints}
    first = tables[endpoints[0].param]
    if len(endpoints) > 1 and _complete_each_other(list(tables.values())):
        events = [TableLine(param, looks[param].colour, table, "events") for param, table in tables.items()]
        return [TableLine("At risk", INK, first, "n_risk"), *events, TableLine("Censored", INK, first, "censored")]
    lines = []
    for param, table in tables.items():
        colour = looks[param].colour
        lines += [TableLine(looks[param].label, colour)] if len(tables) > 1 else []
        lines += [TableLine(label, colour, table, stat) for label, stat in ROWS.items()]
    return lines


def _complete_each_other(tables: Sequence[pd.DataFrame]) -> bool:
    """Whether the events of one endpoint are the competing events of the others, and nothing else competes."""
    first = tables[0]
    if any(not table[SHARED].equals(first[SHARED]) for table in tables if len(first) and len(table)):
        return False
    events = pd.concat([table["events"] for table in tables], axis=1).sum(axis=1) if len(first) else first
    return not len(first) or events.equals(first["events"] + first["competing"])


def _draw_overall(
    axes: Axes,
    below: Axes,
    data: CutData,
    endpoints: Sequence[Endpoint],
    looks: Mapping[str, Look],
    table: Sequence[TableLine],
) -> None:
    ticks = max((read_ticks(read_wide(data, "cif_risk", endpoint)) for endpoint in endpoints), key=lambda t: t[-1])
    draw_time_axis(axes, ticks, f"Months from {endpoints[0].origin.label}")
    for endpoint in endpoints:
        look, curve = looks[endpoint.param], read_curve(data, endpoint)
        draw_band(axes, curve, look.colour, 0.13)
        draw_steps(axes, curve, look)
    if not get_event_counts(data, endpoints[0])["n"]:
        write_in_panel(axes, "No patients")
    for place, line in enumerate(table):
        if line.numbers is None:
            draw_heading(below, place, line.label, line.colour)
        else:
            draw_row_label(below, place, line.label, line.colour)
            draw_numbers(below, place, line.numbers, line.stat, ticks, line.colour)


def _name(data: CutData, endpoint: Endpoint) -> str:
    events = get_event_counts(data, endpoint)["events"]
    return f"{endpoint.label} ({endpoint.param}{'' if events else ', no events'})"


def _draw_strata(axes: Axes, below: Axes, data: CutData, endpoint: Endpoint, curves: Sequence[StratumCurve]) -> None:
    ticks = read_ticks(read_wide(data, "cif_risk", endpoint))
    draw_time_axis(axes, ticks, f"Months from {endpoint.origin.label}")
    for curve in curves:
        draw_steps(axes, read_curve(data, endpoint, curve.group, curve.level), curve.look)
    draw_strata_table(below, data, endpoint, curves, ticks)
