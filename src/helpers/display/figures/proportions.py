"""Proportions with their exact intervals, as points with whiskers."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from helpers.display.absence import NotDerivableError, NotInStudyError, or_say_so
from helpers.display.figures.style import COLOURS, QUIET, Figure, finish, make_figure, report_style
from helpers.display.formatting import NOT_DERIVABLE, format_fraction, format_percent, format_percent_interval
from helpers.display.lookup import Stats, find_occurrences, get, list_strata, note
from helpers.display.tables.safety import list_reported_events
from helpers.results.cut import CutData
from helpers.study.model import Occurrence

TOPICS = {
    "AE": "Adverse events",
    "CRS": "Cytokine release and neurotoxicity",
    "INFECT": "Infections",
    "HAEM": "Low blood counts",
    "GVHD": "GVHD",
}
"""Headings of the safety figure by topic; an event without one is GVHD known by patient."""


@dataclass(frozen=True)
class Line:
    """One line of the figure: a proportion, or a heading without one."""

    label: str
    stats: Stats | None = None

    @property
    def derivable(self) -> bool:
        """Whether the study's data can support the proportion."""
        return self.stats is not None and self.stats["n"] is not None


@or_say_so
def plot_response(data: CutData) -> Figure:
    """Draw each response overall and by stratum."""
    if not data.study.responses:
        raise NotInStudyError("This study declares no response")
    lines: list[Line] = []
    for item in data.study.responses:
        whole = get(data, "proportion", param=item.param, population="SAFFL")
        # what is not derivable at all is said once, not stratum by stratum
        strata = list_strata(data) if whole["n"] is not None else list_strata(data)[:1]
        lines.append(Line(item.label))
        for group, level, label in strata:
            stats = get(data, "proportion", param=item.param, population="SAFFL", group=group, level=level)
            lines.append(Line(label, stats))
    _refuse_not_derivable(data, lines, data.study.responses[0])
    return _plot(data, lines, "response", "Patients with the response")


@or_say_so
def plot_safety(data: CutData, params: Sequence[str]) -> Figure:
    """Draw printed adverse events by term and grade, and the events known by patient."""
    events = list_reported_events(data)
    lines = [Line("Adverse events, printed counts")] if len(events) else []
    for row in events.to_dict(orient="records"):
        stats = {key: row[key] for key in ("n", "N", "p", "lcl", "ucl")}
        lines.append(Line(f"{row['term']}, {row['grade'][0].lower()}{row['grade'][1:]}", stats))
    known = {item.param for item in data.study.occurrence_params}
    items = find_occurrences(data, params) if known & set(params) else []
    for topic in dict.fromkeys(item.topic for item in items):
        lines.append(Line("GVHD, by patient" if topic is None else TOPICS.get(topic, topic)))
        lines += [
            Line(item.label, get(data, "proportion", param=item.param, population="SAFFL"))
            for item in items
            if item.topic == topic
        ]
    if not lines:
        raise NotInStudyError("This study has no adverse events to show")
    if items:
        _refuse_not_derivable(data, lines, items[0])
    return _plot(data, lines, "safety", "Patients with the event")


def _refuse_not_derivable(data: CutData, lines: Sequence[Line], first: Occurrence) -> None:
    if not any(line.derivable for line in lines):
        reason = note(data, "proportion", param=first.param, population="SAFFL")
        raise NotDerivableError(f"{first.label}: {reason}")


def _plot(data: CutData, lines: Sequence[Line], name: str, label: str) -> Figure:
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
        return finish(figure, _describe(lines), synthetic=data.study.synthetic)


def _draw_line(axes: Axes, place: int, line: Line) -> None:
    if line.stats is None or line.stats["p"] is None:
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
    if stats["n"] is None:
        return NOT_DERIVABLE
    if not stats["N"]:
        return "no patients"
    interval = format_percent_interval(stats["lcl"], stats["ucl"], stats["N"])
    return f"{format_fraction(stats['n'], stats['N'])}  {format_percent(stats['p'], stats['N'])} ({interval})"


def _describe(lines: Sequence[Line]) -> str:
    parts = [f"{line.label}: {_number(line.stats)}" if line.stats else f"{line.label}" for line in lines]
    return "Proportions with exact intervals. " + ". ".join(part.replace("  ", ", ") for part in parts) + "."
