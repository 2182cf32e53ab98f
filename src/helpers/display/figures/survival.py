"""Kaplan–Meier curves with the table of patients at risk beneath."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.display.absence import or_say_so
from helpers.display.figures.style import COLOURS, INK, QUIET, Figure, finish, make_figure, report_style
from helpers.display.formatting import format_number
from helpers.display.lookup import find_endpoint, find_survival_endpoints
from helpers.display.sentences.endpoints import describe_time_to_event
from helpers.results.cut import CutData
from helpers.results.schema import select


@or_say_so
def plot_survival(data: CutData, param: str) -> Figure:
    """Draw the curve of an endpoint with its interval, censoring marks and risk table.

    Parameters
    ----------
    data : CutData
        The cut; the curve is drawn from its results, nothing is estimated here.
    param : str
        Code of a derived endpoint.
    """
    (endpoint,) = find_survival_endpoints(data, [param])
    curve = _read_wide(data, "km_curve", param)
    risk = _read_wide(data, "km_risk", param)
    with report_style(f"survival-{param}"):
        figure = make_figure(3.9)
        axes, table = figure.subplots(2, 1, sharex=True, height_ratios=[4, 1])
        _draw_curve(axes, curve)
        axes.set_ylabel("Probability of no event")
        axes.set_xlabel(f"Months from {endpoint.origin.label}")
        axes.tick_params(labelbottom=True)
        _draw_risk_table(table, risk)
        return finish(figure, f"Kaplan–Meier curve with risk table. {describe_time_to_event(data, param)}")


def _read_wide(data: CutData, analysis: str, param: str) -> pd.DataFrame:
    population = find_endpoint(data, param).population
    rows = select(data.results, analysis=analysis, param=param, population=population, group="", level="")
    return rows.pivot_table(index="time_months", columns="stat", values="value", dropna=False).reset_index()


def _draw_curve(axes: Axes, curve: pd.DataFrame) -> None:
    start = pd.DataFrame({"time_months": [0.0], "survival": [1.0], "lcl": [1.0], "ucl": [1.0], "n_censor": [0.0]})
    steps = pd.concat([start, curve], ignore_index=True)
    times = steps["time_months"].to_numpy()
    # before the first event the limits are those of certainty; afterwards a limit that does not exist is not drawn
    known = steps[["lcl", "ucl"]].where(steps["survival"] < 1, 1.0)
    axes.fill_between(times, known["lcl"], known["ucl"], step="post", color=COLOURS[0], alpha=0.16, linewidth=0)
    axes.step(times, steps["survival"], where="post", color=COLOURS[0], linewidth=1.6)
    censored = steps[steps["n_censor"] > 0]
    axes.plot(censored["time_months"], censored["survival"], "|", color=INK, markersize=7, markeredgewidth=1.0)
    axes.axhline(0.5, color=QUIET, linewidth=0.6, linestyle=(0, (4, 4)))
    axes.set_ylim(0, 1.03)
    axes.set_yticks(np.linspace(0, 1, 5))
    axes.set_yticklabels([f"{tick}%" for tick in ("0", "25", "50", "75", "100")])


def _draw_risk_table(axes: Axes, risk: pd.DataFrame) -> None:
    rows = {"At risk": "n_risk", "Events": "events", "Censored": "censored"}
    for place, (label, stat) in enumerate(rows.items()):
        for time, number in zip(risk["time_months"], risk[stat], strict=True):
            axes.text(time, -place, format_number(number, 0), ha="center", va="center")
        axes.annotate(
            label, (0, -place), xytext=(-24, 0), xycoords="data", textcoords="offset points", ha="right", va="center"
        )
    axes.set_ylim(-len(rows) + 0.4, 0.6)
    last = float(risk["time_months"].iloc[-1])
    axes.set_xlim(-0.012 * last, 1.02 * last)
    axes.set_xticks(risk["time_months"])
    axes.set_axis_off()
