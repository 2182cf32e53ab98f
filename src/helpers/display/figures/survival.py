"""Kaplan–Meier curves with the table of patients at risk, events and censored beneath."""

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes

from helpers.display.absence import or_say_so
from helpers.display.figures.curves import (
    BETWEEN,
    Head,
    Look,
    count_strata_lines,
    describe_strata,
    draw_keys,
    draw_probability_axis,
    draw_strata_table,
    draw_time_axis,
    head_panels,
    list_strata_curves,
    make_keys,
    make_line,
    make_strata_handles,
    name_group,
    name_patients,
    name_probability,
    read_wide,
    write_in_panel,
)
from helpers.display.figures.risk_tables import LINE, close_table, draw_rows, list_rows, read_ticks
from helpers.display.figures.steps import Ticks, draw_band, draw_steps, make_faint_key, read_curve
from helpers.display.figures.style import INK, QUIET, Figure, finish, make_figure, report_style
from helpers.display.formatting import capitalise, count, format_months, format_months_interval
from helpers.display.lookup import ci, find_survival_endpoints, get, list_compared
from helpers.display.sentences.endpoints import describe_time_to_event
from helpers.display.sentences.maturity import describe_faint
from helpers.results.cut import CutData
from helpers.study.endpoints import Endpoint

CURVE, AROUND = 1.6, 0.55
"""Height of a panel's curves, and what their axis takes, in inches."""
BAND, STRATUM_BAND, MOST_BANDS = 0.16, 0.13, 3
"""Strength of the band of all patients and of a stratum's; more bands than these would hide each other."""


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
    groups = data.study.comparisons
    said = [str(describe_time_to_event(data, param)), describe_faint(data, endpoint)]
    said += [describe_strata(data, endpoint, group) for group in groups]
    alt = " ".join(["Kaplan–Meier curve with risk table.", *(words for words in said if words)])
    ticks = read_ticks(read_wide(data, "km_risk", endpoint))
    across = 2 if groups else 1
    rows = len(groups) // 2 + 1
    lines = max(len(list_rows(data, endpoint)), *(count_strata_lines(data, endpoint, group) for group in groups), 0)
    with report_style(f"survival-{param}"):
        figure = make_figure(rows * (CURVE + LINE * lines + AROUND), BETWEEN)
        panels = figure.subplots(
            2 * rows, across, sharex=True, sharey="row", height_ratios=[CURVE, LINE * lines] * rows, squeeze=False
        )
        heads: list[list[Head]] = [[] for _ in range(rows)]
        for place in range(across * rows):
            row, column = divmod(place, across)
            axes, table = panels[2 * row][column], panels[2 * row + 1][column]
            close_table(table, lines)
            if place > len(groups):
                axes.set_axis_off()
                continue
            draw_time_axis(axes, ticks, f"Months from {endpoint.origin.label}")
            draw_probability_axis(axes)
            if place:
                head = _draw_strata(axes, table, data, endpoint, groups[place - 1], ticks)
            else:
                head = _draw_overall(axes, table, data, endpoint, ticks)
            heads[row].append(head)
            if not column:
                axes.set_ylabel(name_probability(endpoint))
        for head_row in heads:
            head_panels(figure, head_row)
        draw_keys(figure, _make_keys(data, endpoint))
        return finish(figure, alt, synthetic=data.study.synthetic)


def _draw_overall(axes: Axes, table: Axes, data: CutData, endpoint: Endpoint, ticks: Sequence[float]) -> Head:
    curve = read_curve(data, endpoint)
    if curve.steps.empty:
        write_in_panel(axes, "No patients")
    elif not curve.events:
        write_in_panel(axes, "No events")
    draw_band(axes, curve, INK, BAND)
    draw_steps(axes, curve, Look("", INK, "-"), Ticks(INK, 6, 0.9))
    _draw_half(axes)
    draw_rows(table, 0, read_wide(data, "km_risk", endpoint), list_rows(data, endpoint), ticks)
    return axes, name_patients(data, endpoint), _make_handles(data, endpoint)


def _make_handles(data: CutData, endpoint: Endpoint) -> list[Artist]:
    km = get(data, "km", param=endpoint.param, population=endpoint.population)
    words = [] if km["events"] is None or km["n"] == 0 else [capitalise(count(km["events"], "event"))]
    if km.get("median") is not None:
        interval = format_months_interval(km["median_lcl"], km["median_ucl"])
        words.append(f"median {format_months(km['median'])} months ({ci(data)} {interval})")
    elif km["events"]:
        words.append("median not reached")
    separator = ", " if len(data.study.comparisons) == 0 else ",\n"
    return [make_line(capitalise(separator.join(words)), Look("", INK, "-"))] if words else []


def _make_keys(data: CutData, endpoint: Endpoint) -> list[Artist]:
    """What is drawn alike in every panel."""
    keys = {"param": endpoint.param, "population": endpoint.population}
    drawn = list_compared(data)
    counted = [get(data, "km", group=group, level=level, **keys) for group, level, _ in drawn]
    faint = make_faint_key(data, (read_curve(data, endpoint, group, level) for group, level, _ in drawn))
    return [*make_keys(data, counted), *faint]


def _draw_strata(
    axes: Axes, table: Axes, data: CutData, endpoint: Endpoint, group: str, ticks: Sequence[float]
) -> Head:
    curves = list_strata_curves(data, endpoint, group)
    read = [read_curve(data, endpoint, group, curve.level) for curve in curves]
    for curve, drawn in zip(curves, read, strict=True):
        if len(curves) <= MOST_BANDS:
            draw_band(axes, drawn, curve.look.colour, STRATUM_BAND)
        draw_steps(axes, drawn, curve.look)
    _draw_half(axes)
    draw_strata_table(table, data, endpoint, curves, ticks)
    return axes, f"By {name_group(data, group)}", make_strata_handles(data, endpoint, curves)


def _draw_half(axes: Axes) -> None:
    """Draw the line whose crossing is the median."""
    axes.axhline(0.5, color=QUIET, linewidth=0.6, linestyle=(0, (4, 4)))
