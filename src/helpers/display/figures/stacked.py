"""Stacked cumulative incidence: at any time, the shares of the patients in each state add up to all of them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from helpers.display.absence import NotDerivableError, NotInStudyError, not_for_public, or_say_so
from helpers.display.figures.curves import (
    draw_keys,
    draw_probability_axis,
    draw_time_axis,
    head_panels,
    name_patients,
    read_wide,
    write_in_panel,
)
from helpers.display.figures.incidence import complete_each_other
from helpers.display.figures.risk_tables import LINE, close_table, draw_rows, read_ticks
from helpers.display.figures.steps import Curve, make_faint_key, read_curve
from helpers.display.figures.style import INK, Figure, finish, make_figure, report_style
from helpers.display.formatting import format_number, format_percent, join_words, within_sentence
from helpers.display.lookup import find, find_incidence_endpoints, get_event_counts
from helpers.results.cut import CutData
from helpers.study.endpoints import Endpoint

CURVE, AROUND = 1.6, 0.55
"""Height of the areas, and of the axis, in inches."""
AREAS = ("#5a5a5a", "#74c3a5", "#d9a3c1", "#f0c36d")
REST = "#e9f0f6"
VEIL = 0.5
"""Colours of the states from the bottom, near those of their curves, and of the patients in none of them; and the
strength of the white over what can no longer be trusted."""
TINY = 1e-12


class Areas(NamedTuple):
    """The states over time.

    Attributes
    ----------
    times : ndarray
        Months, from 0 to the last time observed.
    shares : ndarray
        One row a state, the last for the patients in none: they add up to one at every time.
    """

    times: np.ndarray
    shares: np.ndarray


@or_say_so
@not_for_public("The stacked cumulative incidence")
def plot_stacked_incidence(data: CutData, params: Sequence[str], rest: str) -> Figure:
    """Draw the shares of patients in each state over time, one upon the other.

    Parameters
    ----------
    data : CutData
        The cut; the areas are the cumulative incidences of its results, nothing is estimated here.
    params : sequence of str
        Codes of endpoints from one origin whose events compete with each other, and with nothing else.
    rest : str
        What those are who have had none of the events.
    """
    endpoints = find_incidence_endpoints(data, params)
    if len(endpoints) < 2:
        raise NotInStudyError(f"This study has no two endpoints among {join_words(list(params))}")
    if not complete_each_other(data, endpoints):
        names = join_words([endpoint.label for endpoint in endpoints])
        raise NotDerivableError(f"{names} are not all that can happen, so they cannot be stacked")
    areas = read_areas(data, endpoints)
    risk = read_wide(data, "cif_risk", endpoints[0])
    ticks = read_ticks(risk)
    labels = [*(endpoint.label for endpoint in endpoints), rest]
    colours = [*(AREAS[place % len(AREAS)] for place in range(len(endpoints))), REST]
    with report_style(f"stacked-{'-'.join(params)}"):
        figure = make_figure(CURVE + AROUND + LINE)
        axes, table = figure.subplots(2, 1, sharex=True, height_ratios=[CURVE, LINE])
        curves = [read_curve(data, endpoint) for endpoint in endpoints]
        _draw_areas(axes, areas, colours)
        _draw_veil(axes, areas, curves)
        draw_probability_axis(axes)
        axes.set_ylabel("Patients")
        draw_time_axis(axes, ticks, f"Months from {endpoints[0].origin.label}")
        draw_rows(table, 0, risk, {"At risk": "n_risk"}, ticks)
        close_table(table, 1)
        keys: list[Artist] = [
            Patch(facecolor=colour, edgecolor=INK, linewidth=0.4, label=label)
            for label, colour in zip(labels, colours, strict=True)
        ]
        head_panels(figure, [(axes, name_patients(data, endpoints[0]), keys[::-1])], ncols=len(keys))
        if faint := make_faint_key(data, curves):
            draw_keys(figure, faint)
        return finish(figure, _describe(data, endpoints, rest), synthetic=data.study.synthetic)


def read_areas(data: CutData, endpoints: Sequence[Endpoint]) -> Areas:
    """Read the share of each state at every time at which one of them is known; no times where nobody is analysed."""
    curves = [read_wide(data, "cif_curve", endpoint).reindex(columns=["time_months", "cif"]) for endpoint in endpoints]
    steps = [curve.dropna().set_index("time_months")["cif"] for curve in curves]
    if any(step.empty for step in steps):
        return Areas(np.empty(0), np.empty((len(endpoints) + 1, 0)))
    times = np.union1d([0.0], np.concatenate([step.index.to_numpy(dtype=float) for step in steps]))
    states = np.array([step.reindex(times, method="ffill").fillna(0.0).to_numpy(dtype=float) for step in steps])
    rest = 1 - states.sum(axis=0)
    if (rest < -TINY).any():
        raise ValueError(f"the states are more than all patients: {states.sum(axis=0).max()!r}")
    return Areas(times, np.vstack([states, rest]))


def _draw_areas(axes: Axes, areas: Areas, colours: Sequence[str]) -> None:
    if not len(areas.times):
        write_in_panel(axes, "No patients")
        return
    tops = np.cumsum(areas.shares, axis=0)
    bottoms = np.vstack([np.zeros(len(areas.times)), tops[:-1]])
    for bottom, top, colour in zip(bottoms, tops, colours, strict=True):
        axes.fill_between(areas.times, bottom, top, step="post", facecolor=colour, edgecolor="none")
    for top in tops[:-1]:
        axes.plot(areas.times, top, drawstyle="steps-post", color=INK, linewidth=0.8)


def _draw_veil(axes: Axes, areas: Areas, curves: Sequence[Curve]) -> None:
    """Let the areas fade from where the first of their curves can no longer be trusted."""
    trusted = [curve.trusted for curve in curves if curve.trusted is not None]
    if trusted and len(areas.times):
        axes.axvspan(min(trusted), float(areas.times[-1]), facecolor="white", alpha=VEIL, linewidth=0)


def _describe(data: CutData, endpoints: Sequence[Endpoint], rest: str) -> str:
    counts = get_event_counts(data, endpoints[0])
    if not counts["n"]:
        return f"Stacked cumulative incidence of {_name(endpoints)}: no patients."
    events = [
        f"{within_sentence(endpoint.label)} in {format_number(get_event_counts(data, endpoint)['events'], 0)}"
        for endpoint in endpoints
    ]
    said = []
    for time in endpoints[0].times_at:
        shares = [_read_share(data, endpoint, time, counts["n"]) for endpoint in endpoints]
        if all(shares):
            said.append(f"At {format_number(time)} months {join_words([share for share in shares if share])}.")
    text = (
        f"Stacked cumulative incidence of {_name(endpoints)}, from the bottom; above them {within_sentence(rest)}. "
        f"At any time the areas add up to all {format_number(counts['n'], 0)} patients: {join_words(events)}."
    )
    return " ".join([text, *said])


def _name(endpoints: Sequence[Endpoint]) -> str:
    return join_words([within_sentence(endpoint.label) for endpoint in endpoints])


def _read_share(data: CutData, endpoint: Endpoint, time: float, n: float | None) -> str | None:
    keys = {"param": endpoint.param, "population": endpoint.population}
    share = find(data, "cif_at", time_months=time, **keys).get("cif")
    return None if share is None else f"{within_sentence(endpoint.label)} {format_percent(share, n)}"
