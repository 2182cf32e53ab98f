"""Proportions with their exact intervals, as points with whiskers."""

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.display.absence import NotDerivableError, NotInStudyError, or_say_so
from helpers.display.figures.forest import (
    NOT_SHOWN,
    ForestLine,
    Point,
    break_lines,
    draw_forest,
    draw_percent_axis,
    measure_height,
)
from helpers.display.figures.style import QUIET, Figure, finish, make_figure, report_style
from helpers.display.formatting import (
    NOT_DERIVABLE,
    format_fraction,
    format_percent,
    format_percent_interval,
    within_sentence,
)
from helpers.display.lookup import Statistics, ci, find, find_occurrences, get, get_mark, list_strata, note
from helpers.display.tables.safety import list_reported_events
from helpers.results.cut import CutData
from helpers.results.subgroups import list_levels, list_subgroups
from helpers.study.model import Occurrence

TOPICS = {
    "AE": "Adverse events",
    "CRS": "Cytokine release and neurotoxicity",
    "INFECT": "Infections",
    "HAEM": "Low blood counts",
    "GVHD": "GVHD",
}
"""Headings of the safety figure by topic; an event without one is GVHD known by patient."""
ALL = "All patients"


@dataclass(frozen=True)
class Line:
    """One line of the figure: a proportion, or a heading without one.

    Attributes
    ----------
    label : str
        As it is printed.
    stats : Statistics or None
        The proportion; None for a heading.
    whole : bool
        Whether it heads its subgroups.
    said : str
        How it is called where the lines above are not seen; the label without it.
    """

    label: str
    stats: Statistics | None = None
    whole: bool = False
    said: str = ""

    @property
    def derivable(self) -> bool:
        """Whether the study's data can support the proportion."""
        return self.stats is not None and self.stats["N"] is not None


@or_say_so
def plot_response(data: CutData) -> Figure:
    """Draw each response overall and by stratum."""
    if not data.study.responses:
        raise NotInStudyError("This study declares no response")
    lines: list[Line] = []
    for item in data.study.responses:
        keys = {"param": item.param, "population": item.populations[0]}
        whole = get(data, "proportion", **keys)
        # what is not derivable at all is said once, not stratum by stratum
        strata = list_strata(data) if whole["N"] is not None else list_strata(data)[:1]
        lines.append(Line(item.label))
        for group, level, label in strata:
            lines.append(Line(label, get(data, "proportion", group=group, level=level, **keys)))
    _refuse_not_derivable(data, lines, data.study.responses[0])
    return _plot(data, lines, "response", "Patients with the response")


@or_say_so
def plot_subgroups(data: CutData, param: str) -> Figure:
    """Draw a response of all patients, marked by a dashed line, and in each declared subgroup.

    Parameters
    ----------
    data : CutData
        The cut; the proportions are those of its results.
    param : str
        Code of a declared response.
    """
    item = next((response for response in data.study.responses if response.param == param), None)
    if item is None or not data.study.subgroups:
        raise NotInStudyError(f"This study declares no subgroups of {param}")
    keys = {"param": param, "population": item.populations[0]}
    whole = Line(ALL, get(data, "proportion", **keys), whole=True, said=f"{item.label} ({within_sentence(ALL)})")
    _refuse_not_derivable(data, [whole], item)
    if whole.stats and whole.stats["N"] == 0:
        raise NotDerivableError(f"{item.label} by subgroup: no patients")
    lines = [whole]
    for variable in list_subgroups(data.study):
        levels = {
            label: find(data, "proportion", group=variable.name, level=level, **keys)
            for level, label in list_levels(variable).items()
        }
        if all(levels.values()):
            lines.append(Line(variable.label))
            name = f"{item.label} ({within_sentence(variable.label)}"
            lines += [Line(label, stats, said=f"{name}: {within_sentence(label)})") for label, stats in levels.items()]
    overall = whole.stats["p"] if whole.stats else None
    return _plot(data, lines, f"subgroups-{param}", f"Patients with {within_sentence(item.label)}", overall)


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
        reason = note(data, "proportion", param=first.param, population=first.populations[0])
        raise NotDerivableError(f"{first.label}: {reason}")


def _plot(data: CutData, lines: Sequence[Line], name: str, label: str, overall: float | None = None) -> Figure:
    drawn = break_lines([_make_line(line) for line in lines])
    with report_style(name):
        figure = make_figure(measure_height(drawn))
        axes = figure.subplots()
        draw_forest(axes, drawn, ("n/N", "%", ci(data)))
        if overall is not None:
            axes.axvline(100 * overall, color=QUIET, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
        draw_percent_axis(axes, label)
        return finish(figure, _describe(lines), synthetic=data.study.synthetic)


def _make_line(line: Line) -> ForestLine:
    if line.stats is None:
        return ForestLine(line.label, heading=True)
    p, lcl, ucl = (None if value is None else 100 * value for value in map(line.stats.get, ("p", "lcl", "ucl")))
    indent = 0 if line.whole else 1
    return ForestLine(line.label, (Point(p, lcl, ucl),), _make_cells(line.stats), heading=line.whole, indent=indent)


def _make_cells(stats: Statistics) -> tuple[str, ...]:
    if stats["n"] is None:
        return (get_mark(stats) or (NOT_DERIVABLE if stats["N"] is None else NOT_SHOWN),)
    if not stats["N"]:
        return ("no patients",)
    interval = format_percent_interval(stats["lcl"], stats["ucl"], stats["N"])
    return format_fraction(stats["n"], stats["N"]), format_percent(stats["p"], stats["N"]), interval


def _describe(lines: Sequence[Line]) -> str:
    headed = not any(line.whole for line in lines)
    said = [line for line in lines if line.stats or headed]
    parts = [f"{line.said or line.label}: {_number(line.stats)}" if line.stats else line.label for line in said]
    return f"Proportions with exact intervals. {'. '.join(parts)}."


def _number(stats: Statistics) -> str:
    """Numbers of a line as a reader says them: 15/17, 88% (64–99)."""
    cells = _make_cells(stats)
    return cells[0] if len(cells) == 1 else f"{cells[0]}, {cells[1]} ({cells[2]})"
