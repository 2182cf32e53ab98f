"""Proportions with their exact intervals, as points with whiskers."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from helpers.display.absence import NotInStudyError, or_say_so
from helpers.display.figures.style import COLOURS, QUIET, Figure, finish, make_figure, report_style
from helpers.display.formatting import format_fraction, format_percent, format_percent_interval
from helpers.display.lookup import Stats, find_occurrences, get, list_strata
from helpers.display.tables.safety import list_reported_events
from helpers.results.cut import CutData


@dataclass(frozen=True)
class Line:
    """One line of the figure: a proportion, or a heading without one."""

    label: str
    stats: Stats | None = None


@or_say_so
def plot_response(data: CutData) -> Figure:
    """Draw each response overall and by stratum."""
    if not data.study.responses:
        raise NotInStudyError("This study declares no response")
    lines: list[Line] = []
    for item in data.study.responses:
        lines.append(Line(item.label))
        for group, level, label in list_strata(data):
            stats = get(data, "proportion", param=item.param, population="SAFFL", group=group, level=level)
            lines.append(Line(label, stats))
    return _plot(lines, "response", "Patients with the response")


@or_say_so
def plot_safety(data: CutData, params: Sequence[str]) -> Figure:
    """Draw printed adverse events by term and grade, and the events known by patient."""
    events = list_reported_events(data)
    lines = [Line("Adverse events, printed counts")] if len(events) else []
    for row in events.to_dict(orient="records"):
        stats = {key: row[key] for key in ("n", "N", "p", "lcl", "ucl")}
        lines.append(Line(f"{row['term']}, {row['grade'][0].lower()}{row['grade'][1:]}", stats))
    known = {item.param for item in data.study.occurrence_params}
    if known & set(params):
        lines.append(Line("GVHD, by patient"))
        lines += [
            Line(item.label, get(data, "proportion", param=item.param, population="SAFFL"))
            for item in find_occurrences(data, params)
        ]
    if not lines:
        raise NotInStudyError("This study has no adverse events to show")
    return _plot(lines, "safety", "Patients with the event")


def _plot(lines: Sequence[Line], name: str, label: str) -> Figure:
    with report_style(name):
        figure = make_figure(0.6 + 0.2 * len(lines))
        axes = figure.subplots()
        for place, line in enumerate(lines):
            _draw_line(axes, place, line)
        axes.set_yticks(range(len(lines)), [line.label for line in lines])
        for text, line in zip(axes.get_yticklabels(), lines, strict=True):
            text.set_fontweight("bold" if line.stats is None else "normal")
        _write_numbers(axes, lines)
        axes.set_xlim(-1, 101)
        axes.set_xticks(range(0, 101, 25), [f"{tick}%" for tick in range(0, 101, 25)])
        axes.set_xlabel(label)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color=QUIET, alpha=0.18, linewidth=0.6)
        axes.set_axisbelow(True)
        return finish(figure, _describe(lines))


def _draw_line(axes: Axes, place: int, line: Line) -> None:
    if line.stats is None:
        return
    p, low, high = (100 * (line.stats[key] or 0) for key in ("p", "lcl", "ucl"))
    axes.plot([low, high], [place, place], color=COLOURS[0], linewidth=1.2, solid_capstyle="butt")
    axes.plot([p], [place], "s", color=COLOURS[0], markersize=4.5, clip_on=False)


def _write_numbers(axes: Axes, lines: Sequence[Line]) -> None:
    axes.set_ylim(len(lines) - 0.4, -0.7)
    right = axes.twinx()
    right.set_ylim(axes.get_ylim())
    right.set_yticks(range(len(lines)), [_number(line.stats) if line.stats else "" for line in lines])
    right.tick_params(axis="y", length=0)
    right.spines[["left", "right"]].set_visible(False)


def _number(stats: Stats) -> str:
    interval = format_percent_interval(stats["lcl"], stats["ucl"], stats["N"])
    return f"{format_fraction(stats['n'], stats['N'])}  {format_percent(stats['p'], stats['N'])} ({interval})"


def _describe(lines: Sequence[Line]) -> str:
    parts = [f"{line.label}: {_number(line.stats)}" if line.stats else f"{line.label}" for line in lines]
    return "Proportions with exact intervals. " + ". ".join(part.replace("  ", ", ") for part in parts) + "."
