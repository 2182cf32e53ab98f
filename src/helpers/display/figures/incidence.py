"""Cumulative incidence with competing events: all patients, then each endpoint by stratum."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MatplotlibFigure

from helpers.display.absence import or_say_so
from helpers.display.figures.curves import (
    BETWEEN,
    Head,
    Look,
    count_strata_lines,
    describe_strata,
    draw_keys,
    draw_strata_table,
    draw_time_axis,
    head_panels,
    list_strata_curves,
    make_keys,
    make_line,
    make_strata_handles,
    name_group,
    name_patients,
    read_wide,
    write_in_panel,
)
from helpers.display.figures.risk_tables import LINE, close_table, draw_rows, list_rows, read_ticks
from helpers.display.figures.steps import Curve, draw_band, draw_steps, make_faint_key, read_curve
from helpers.display.figures.style import COLOURS, INK, LINE_STYLES, Figure, finish, make_figure, report_style
from helpers.display.formatting import capitalise, count, within_sentence
from helpers.display.lookup import explain_missing, find_incidence_endpoints, get_event_counts, list_compared
from helpers.display.sentences.endpoints import describe_time_to_event
from helpers.display.sentences.maturity import describe_faint
from helpers.results.cut import CutData
from helpers.study.endpoints import Endpoint

CURVE, STRATA_CURVE, AROUND = 1.45, 1.25, 0.52
"""Height of the curves of all patients and of those by stratum, in inches, and what an axis takes."""
ENDPOINT_COLOURS = (INK, COLOURS[2], COLOURS[3], COLOURS[4])
"""Endpoints have other colours than strata."""
TOPS = {20: 5, 40: 10, 60: 20, 80: 20, 100: 25}
"""Tops that an axis can have, in per cent, with the step of its ticks."""
SHARED = ["time_months", "n_risk", "censored"]
BAND, STRATUM_BAND, MOST_BANDS = 0.14, 0.12, 3
"""Strength of the band of all patients and of a stratum's; more bands than these would hide each other."""


@dataclass(frozen=True)
class Panel:
    """Curves with the table beneath them.

    Attributes
    ----------
    title : str
        Above it.
    lines : int
        Of its table.
    tall : float
        Height of the curves in inches.
    draw : callable
        Draws into the axes of the curves and those of the table, and returns the entries of the legend.
    wide : bool
        Whether it takes the whole width.
    """

    title: str
    lines: int
    tall: float
    draw: Callable[[Axes, Axes], list[Artist]] = field(repr=False)
    wide: bool = False


@or_say_so
def plot_incidence(data: CutData, params: Sequence[str]) -> Figure:
    """Draw the cumulative incidence of endpoints from one origin and, where strata are compared, by stratum.

    Endpoints that compete with each other only, such as relapse and death in remission, share a panel and its table.

    Parameters
    ----------
    data : CutData
        The cut; the curves are drawn from its results, nothing is estimated here.
    params : sequence of str
        Codes of endpoints with competing events; those the study does not declare are left out.
    """
    endpoints = find_incidence_endpoints(data, params)
    pairs = [(endpoint, group) for group in data.study.comparisons for endpoint in endpoints]
    with report_style(f"incidence-{'-'.join(endpoint.param for endpoint in endpoints)}"):
        together = len(endpoints) > 1 and complete_each_other(data, endpoints)
        overall = [endpoints] if together else [[endpoint] for endpoint in endpoints]
        panels = [_make_overall(data, shown, wide=together or not pairs) for shown in overall]
        below = not together and len(endpoints) <= 2  # each then stands below or beside the endpoint it is of
        panels += [_make_strata(data, endpoint, group, named=not below) for endpoint, group in pairs]
        figure = _draw(panels, _choose_top(data, endpoints, pairs))
        counted = [get_event_counts(data, endpoint) for endpoint in endpoints]
        faint = make_faint_key(data, _read_curves(data, endpoints))
        draw_keys(figure, [*make_keys(data, counted), *faint])
        said = [str(describe_time_to_event(data, endpoint.param)) for endpoint in endpoints]
        said += [describe_faint(data, endpoint) for endpoint in endpoints]
        said += [describe_strata(data, endpoint, group) for endpoint, group in pairs]
        asked = [endpoint for endpoint in data.study.endpoints if endpoint.param in params]
        said += [f"{reason}." for reason in explain_missing(data, asked)]
        alt = f"Cumulative incidence curves with risk tables. {' '.join(words for words in said if words)}"
        return finish(figure, alt, synthetic=data.study.synthetic)


def complete_each_other(data: CutData, endpoints: Sequence[Endpoint]) -> bool:
    """Whether the events of one endpoint are the competing events of the others, and nothing else competes."""
    tables = [read_wide(data, "cif_risk", endpoint) for endpoint in endpoints]
    if len({(endpoint.population, endpoint.origin) for endpoint in endpoints}) > 1:
        return False
    first = tables[0]
    if any(not table[SHARED].equals(first[SHARED]) for table in tables if len(first) and len(table)):
        return False
    events = pd.concat([table["events"] for table in tables], axis=1).sum(axis=1) if len(first) else first
    return not len(first) or events.equals(first["events"] + first["competing"])


def _draw(panels: Sequence[Panel], top: int) -> MatplotlibFigure:
    """Draw the panels from left to right, two a row, wide ones on a row of their own."""
    rows: list[list[Panel]] = []
    for panel in panels:
        if not rows or panel.wide or rows[-1][0].wide or len(rows[-1]) == 2:
            rows.append([])
        rows[-1].append(panel)
    lines = [max(panel.lines for panel in row) for row in rows]
    tall = [max(panel.tall for panel in row) for row in rows]
    heights = [height for curve, number in zip(tall, lines, strict=True) for height in (curve, LINE * number)]
    figure = make_figure(sum(heights) + AROUND * len(rows), BETWEEN)
    grid = figure.add_gridspec(len(heights), 2, height_ratios=heights)
    heads: list[list[Head]] = [[] for _ in rows]
    for row, shown in enumerate(rows):
        for column, panel in enumerate(shown):
            cell = slice(None) if panel.wide else column
            axes = figure.add_subplot(grid[2 * row, cell])
            below = figure.add_subplot(grid[2 * row + 1, cell], sharex=axes)
            _draw_axis(axes, top, first=column == 0)
            close_table(below, lines[row])
            heads[row].append((axes, panel.title, panel.draw(axes, below)))
    for head in heads:
        head_panels(figure, head, ncols=2 if len(head[0][2]) > 1 and rows[heads.index(head)][0].wide else 1)
    return figure


def _draw_axis(axes: Axes, top: int, *, first: bool) -> None:
    room = 0.03 * top / 100  # a line at nought is seen beside the axis
    axes.set_ylim(-room, top / 100 + room)
    ticks = range(0, top + 1, TOPS[top])
    axes.set_yticks([tick / 100 for tick in ticks], [f"{tick}%" for tick in ticks])
    if first:
        axes.set_ylabel("Cumulative incidence")


def _make_overall(data: CutData, endpoints: Sequence[Endpoint], *, wide: bool) -> Panel:
    """All patients: one endpoint, or several that share the lines of their table."""
    looks = {
        endpoint.param: Look(
            endpoint.label, ENDPOINT_COLOURS[place % len(ENDPOINT_COLOURS)], LINE_STYLES[place % len(LINE_STYLES)]
        )
        for place, endpoint in enumerate(endpoints)
    }
    first = endpoints[0]
    alone = len(endpoints) == 1
    lines = len(list_rows(data, first)) if alone else 2 + len(endpoints)
    patients = name_patients(data, first)
    title = f"{first.label}\n{within_sentence(patients)}" if alone and not wide else patients

    def draw(axes: Axes, below: Axes) -> list[Artist]:
        risks = {endpoint.param: read_wide(data, "cif_risk", endpoint) for endpoint in endpoints}
        ticks = read_ticks(risks[first.param])
        draw_time_axis(axes, ticks, f"Months from {first.origin.label}")
        for endpoint in endpoints:
            look, curve = looks[endpoint.param], read_curve(data, endpoint)
            draw_band(axes, curve, look.colour, BAND)
            draw_steps(axes, curve, look)
        if get_event_counts(data, first)["n"] == 0:
            write_in_panel(axes, "No patients")
        if alone:
            draw_rows(below, 0, risks[first.param], list_rows(data, first), ticks)
        else:
            _draw_shared_rows(below, risks, looks, ticks)
        return [make_line(_name(data, endpoint, alone), looks[endpoint.param]) for endpoint in endpoints]

    return Panel(title, lines, CURVE, draw, wide)


def _draw_shared_rows(
    below: Axes, risks: Mapping[str, pd.DataFrame], looks: Mapping[str, Look], ticks: Sequence[float]
) -> None:
    """Write the lines of endpoints that compete with each other only: at any time they add up to all patients."""
    first = next(iter(risks.values()))
    draw_rows(below, 0, first, {"At risk": "n_risk"}, ticks)
    for place, (param, risk) in enumerate(risks.items()):
        draw_rows(below, 1 + place, risk, {param: "events"}, ticks, looks[param].colour)
    draw_rows(below, 1 + len(risks), first, {"Censored": "censored"}, ticks)


def _make_strata(data: CutData, endpoint: Endpoint, group: str, *, named: bool) -> Panel:
    def draw(axes: Axes, below: Axes) -> list[Artist]:
        curves = list_strata_curves(data, endpoint, group)
        ticks = read_ticks(read_wide(data, "cif_risk", endpoint))
        draw_time_axis(axes, ticks, f"Months from {endpoint.origin.label}")
        for curve in curves:
            drawn = read_curve(data, endpoint, curve.group, curve.level)
            if len(curves) <= MOST_BANDS:
                draw_band(axes, drawn, curve.look.colour, STRATUM_BAND)
            draw_steps(axes, drawn, curve.look)
        draw_strata_table(below, data, endpoint, curves, ticks)
        return make_strata_handles(data, endpoint, curves)

    by = f"by {name_group(data, group)}"
    title = f"{endpoint.label}\n{by}" if named else capitalise(by)
    return Panel(title, count_strata_lines(data, endpoint, group), STRATA_CURVE, draw)


def _read_curves(data: CutData, endpoints: Sequence[Endpoint]) -> Iterator[Curve]:
    """Every curve that is drawn: of each endpoint that of all patients and those of the strata that are compared."""
    for endpoint in endpoints:
        for group, level, _ in list_compared(data):
            yield read_curve(data, endpoint, group, level)


def _choose_top(data: CutData, endpoints: Sequence[Endpoint], pairs: Sequence[tuple[Endpoint, str]]) -> int:
    """One top for all panels: the lowest that leaves no curve and no interval out."""
    strata = [
        read_wide(data, "cif_curve", endpoint, group, curve.level).filter(["cif", "ucl"])
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


def _name(data: CutData, endpoint: Endpoint, alone: bool) -> str:
    counts = get_event_counts(data, endpoint)
    label = endpoint.label if alone else f"{endpoint.label} ({endpoint.param})"
    unknown = counts["events"] is None or counts["n"] == 0
    events = "" if unknown else count(counts["events"] or 0, "event")
    return (events.capitalize() or label) if alone else f"{label}{f', {events}' if events else ''}"
