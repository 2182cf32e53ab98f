"""Curves of two data cuts, the earlier behind the later."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from helpers.display.absence import NotDerivableError, NotInStudyError, or_say_so
from helpers.display.compared import (
    BECAME,
    Stats,
    explain_cut,
    head_cut,
    list_estimates,
    name_ci,
    name_endpoint,
    read_note,
    read_stats,
    require_changes,
    show_estimate,
)
from helpers.display.figures.curves import (
    Look,
    draw_time_axis,
    head_panels,
    make_line,
    make_words,
    name_probability,
    write_in_panel,
)
from helpers.display.figures.incidence import TOPS
from helpers.display.figures.risk_tables import LINE, close_table, draw_numbers, draw_row_label
from helpers.display.figures.steps import STATS, Curve, draw_band, draw_steps, make_curve
from helpers.display.figures.style import COLOURS, QUIET, Figure, finish, make_figure, report_style
from helpers.display.formatting import (
    NOT_DERIVABLE,
    capitalise,
    count,
    format_months,
    format_months_interval,
    format_number,
    join_words,
    within_sentence,
)
from helpers.results.changes import Changes, NotCompared
from helpers.results.schema import select
from helpers.results.time_to_event import choose_ticks
from helpers.study.endpoints import Endpoint
from helpers.study.model import Cut

CURVE, AROUND = 2.2, 0.6
"""Height of the curves, in inches, and what their axis takes."""
LATER, EARLIER = COLOURS[0], QUIET
DASHES = (0, (4, 1.6))
BAND = 0.16


@dataclass(frozen=True)
class _Side:
    """An endpoint at one of the cuts: its curve, its counts, patients at risk by time, and how it looks."""

    cut: Cut
    curve: Curve
    stats: Stats
    at_risk: pd.DataFrame
    look: Look

    @property
    def last_time(self) -> float:
        return float(self.curve.steps["time_months"].max()) if len(self.curve.steps) else 0.0

    def count_at_risk(self, ticks: Sequence[float]) -> pd.DataFrame:
        """Patients at risk at each tick: those whose time is not over before it."""
        numbers = [self.at_risk.loc[self.at_risk["time_months"] >= tick, "n_risk"] for tick in ticks]
        found = [float(number.iloc[0]) if len(number) else 0.0 for number in numbers]
        return pd.DataFrame({"time_months": list(ticks), "n_risk": found})


@or_say_so
def plot_changed_curves(changes: Changes | NotCompared, param: str) -> Figure:
    """Draw the curve of an endpoint at both cuts, the earlier grey and dashed behind the later one with its interval.

    Parameters
    ----------
    changes : Changes or NotCompared
        What changed since another cut; the curves are drawn from its results, nothing is estimated here.
    param : str
        Code of an endpoint, with or without competing events.
    """
    found = require_changes(changes)
    endpoint = next((known for known in found.study.endpoints if known.param == param), None)
    if endpoint is None:
        raise NotInStudyError(f"This study declares no endpoint {param}")
    note = read_note(found.new_results, endpoint.curve, name_endpoint(endpoint))
    if note.startswith(NOT_DERIVABLE):
        raise NotDerivableError(f"{endpoint.label}: {note}")
    earlier = _read_side(found.old, found.old_results, endpoint, EARLIER, DASHES)
    later = _read_side(found.new, found.new_results, endpoint, LATER, "-")
    with report_style(f"changed-{param}"):
        figure = make_figure(CURVE + 2 * LINE + AROUND)
        axes, table = figure.subplots(2, 1, sharex=True, height_ratios=[CURVE, 2 * LINE])
        _draw_curves(axes, earlier, later, endpoint)
        ticks = choose_ticks(max(earlier.last_time, later.last_time))
        draw_time_axis(axes, ticks, f"Months from {endpoint.origin.label}")
        close_table(table, 2)
        for place, side in enumerate((later, earlier)):
            draw_row_label(table, place, f"At risk, {head_cut(side.cut)}", side.look.colour)
            draw_numbers(table, place, side.count_at_risk(ticks), "n_risk", ticks, side.look.colour)
        marks = [f"Band: {name_ci(found)} of the later curve"] if later.curve.events else []
        words = ". ".join([*marks, "Ticks: censored patients of the later curve"])
        handles = [make_line(side.look.label, side.look) for side in (later, earlier)]
        head_panels(figure, [(axes, _name_patients(found, endpoint), [*handles, make_words(words)])])
        return finish(figure, _describe(found, endpoint, later, earlier), synthetic=found.study.synthetic)


def _read_side(cut: Cut, results: pd.DataFrame, endpoint: Endpoint, colour: str, style: object) -> _Side:
    about, stat = name_endpoint(endpoint), STATS[endpoint.curve]
    stats = read_stats(results, endpoint.curve, about)
    rows = select(results, analysis=f"{endpoint.curve}_curve", group="", level="", **about)
    wide = rows.pivot_table(index="time_months", columns="stat", values="value", dropna=False).reset_index()
    label = f"{explain_cut(cut)}: {_count(stats)}"
    at_risk = wide.reindex(columns=["time_months", "n_risk"])
    return _Side(cut, make_curve(wide, stat), stats, at_risk, Look(label, colour, style))


def _draw_curves(axes: Axes, earlier: _Side, later: _Side, endpoint: Endpoint) -> None:
    behind = Curve(earlier.curve.steps.assign(n_censor=0.0), earlier.curve.stat, earlier.curve.events, None)
    draw_steps(axes, behind, earlier.look)
    draw_band(axes, later.curve, later.look.colour, BAND)
    draw_steps(axes, later.curve, later.look)
    if later.curve.steps.empty:
        write_in_panel(axes, "No patients")
    top = _choose_top(earlier.curve, later.curve) if endpoint.competing else max(TOPS)
    room = 0.03 * top / 100  # a line at nought or at one is seen beside the axis
    axes.set_ylim(-room, top / 100 + room)
    marks = range(0, top + 1, TOPS[top])
    axes.set_yticks([mark / 100 for mark in marks], [f"{mark}%" for mark in marks])
    axes.set_ylabel("Cumulative incidence" if endpoint.competing else name_probability(endpoint))


def _choose_top(earlier: Curve, later: Curve) -> int:
    """Top of the axis, in per cent: the lowest that leaves nothing out."""
    reached = max(earlier.steps[earlier.stat].max(), later.steps[["ucl", later.stat]].max().max(), 0.0)
    return next(top for top in TOPS if reached <= top / 100 or top == max(TOPS))


def _name_patients(changes: Changes, endpoint: Endpoint) -> str:
    population = next(known for known in changes.study.populations if known.name == endpoint.population)
    return capitalise(population.short or population.label)


def _count(stats: Stats) -> str:
    """Events and patients, in words; no patients where the cut has none."""
    n = stats.get("n") or 0
    return f"{count(stats['events'] or 0, 'event')} among {count(n, 'patient')}" if n else count(0, "patient")


def _describe(changes: Changes, endpoint: Endpoint, later: _Side, earlier: _Side) -> str:
    what = within_sentence(endpoint.label)
    kind = f"Cumulative incidence of {what}" if endpoint.competing else f"Kaplan–Meier curves of {what}"
    sides = [f"{explain_cut(side.cut)}: {_count(side.stats)}{_median(changes, side)}" for side in (later, earlier)]
    n = later.stats.get("n") or earlier.stats.get("n")
    stat = later.curve.stat
    moved = [
        f"{show_estimate(stat, old, n)} {BECAME} {show_estimate(stat, new, n)} at {format_number(time)} months"
        for time, old, new in list_estimates(changes, endpoint)
        if old is not None or new is not None
    ]
    which = "with the event" if endpoint.competing else "without the event"
    estimates = f" Patients {which}, of the earlier and the later cut: {join_words(moved)}." if moved else ""
    return (
        f"{kind} at two data cuts, with the patients at risk; the earlier curve is dashed and grey, behind the later. "
        f"{'. '.join(sides)}.{estimates}"
    )


def _median(changes: Changes, side: _Side) -> str:
    if "median" not in side.stats or not side.stats["n"]:
        return ""
    interval = format_months_interval(side.stats["median_lcl"], side.stats["median_ucl"])
    if side.stats["median"] is None:
        return ", median not reached"
    return f", median {format_months(side.stats['median'])} months ({name_ci(changes)} {interval})"
