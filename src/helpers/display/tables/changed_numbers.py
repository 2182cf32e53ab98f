"""Tables of the headline numbers that changed since another cut, each change with its causes."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pandas as pd

from helpers.display.absence import NotDerivableError, NotInStudyError, or_say_so
from helpers.display.compared import (
    BECAME,
    CAUSES,
    Number,
    Stats,
    Step,
    head_cut,
    read_note,
    read_numbers,
    read_stats,
    require_changes,
    show_change,
)
from helpers.display.formatting import (
    NONE,
    NOT_DERIVABLE,
    capitalise,
    format_fraction,
    format_number,
)
from helpers.display.table import Table, make_table
from helpers.display.tables.cells import show_median_time, show_probability, show_proportion
from helpers.display.tables.changed_notes import (
    HEADINGS,
    ONLY_LIMITS,
    Topic,
    describe_causes,
    describe_marks,
    describe_sides,
)
from helpers.results.changes import Changes, NotCompared
from helpers.results.flow import DEVIATION, ELIGIBLE, EXCLUDED, SCREENED, TREATED, WAITING
from helpers.study.model import Study

SUBJECTS: dict[Topic, str] = {
    "patients": "numbers of patients",
    "response": "responses or outcomes",
    "survival": "endpoints without competing events",
    "incidence": "endpoints with competing events",
    "safety": "adverse events",
}
"""What the tables are about, and what a study without them does not declare."""
BY_CAUSE, TOTAL = "Change by cause", "Total"
GROUP, NUMBER = "Of", "Number"
FLOW = {
    SCREENED: "Screened",
    EXCLUDED: "Not eligible, not treated",
    ELIGIBLE: "Eligible",
    WAITING: "Eligible, not treated yet",
    TREATED: "Treated",
    DEVIATION: "Not eligible, but treated",
}
CRITERIA = {EXCLUDED: "Not treated", DEVIATION: "Treated", "FLOW=not recorded": "Not recorded"}
"""Steps of the flow, and the words before a criterion where they are counted by it."""
SHOWN_WITH = {("proportion", "n"): "p", ("proportion", "N"): "p", ("km", "n"): "events", ("cif", "n"): "events"}
"""Numbers that stand in the row of another one: patients beside their proportion or their events."""
LIMITS_OF = {"proportion": "p", "km": "median", "km_at": "survival", "cif_at": "cif", "follow_up": "median"}
"""The estimate that limits stand beside, by analysis."""


class _Line(NamedTuple):
    """A row: what it is about in the results, and the number whose changes it shows.

    Without a number, only the denominator or the limits changed; `limits` are the causes that changed these.
    """

    analysis: str
    param: str
    population: str
    variable: str
    time: float | None
    stat: str
    number: Number | None
    limits: frozenset[str]

    @property
    def causes(self) -> frozenset[str]:
        return self.limits | (self.number.steps.keys() if self.number else set())

    @property
    def about(self) -> dict[str, str]:
        return {"param": self.param, "population": self.population, "variable": self.variable}


@or_say_so
def make_table_changed_numbers(changes: Changes | NotCompared, topic: Topic) -> Table:
    """Headline numbers that changed: before, the change by each cause, the whole change, and after.

    Parameters
    ----------
    changes : Changes or NotCompared
        What changed since another cut.
    topic : str
        Which of the numbers: ``patients`` of the flow and of the populations, ``response`` and outcomes, ``survival``
        (endpoints without competing events) and ``incidence`` (with them), each with the follow-up, or ``safety``.
    """
    found = require_changes(changes)
    if topic not in SUBJECTS:
        raise ValueError(f"unknown topic '{topic}'; known: {', '.join(SUBJECTS)}")
    lines = [line for line in _list_lines(found, topic) if line.number or _is_seen(found, line)]
    if not lines:
        if not _declares(found.study, topic):
            raise NotInStudyError(f"This study declares no {SUBJECTS[topic]}")
        raise NotDerivableError(f"Nothing changed in the {SUBJECTS[topic]}")
    causes = [cause for cause in CAUSES if any(cause in line.causes for line in lines)]
    old, new = head_cut(found.old), head_cut(found.new)
    rows = []
    for line in lines:
        reached = _show(found.new_results, line)
        n = _denominator(found.new_results, line) or _denominator(found.old_results, line)
        rows.append(
            {
                NUMBER: _label(found.study, line),
                old: _show(found.old_results, line),
                **{HEADINGS[cause]: _show_cause(line, cause, n, reached) for cause in causes},
                TOTAL: _show_step(line, line.number.whole, n, reached) if line.number else NONE,
                new: reached,
                GROUP: _group(found.study, line),
            }
        )
    spanners = {BY_CAUSE: [HEADINGS[cause] for cause in causes]} if causes else None
    notes = [
        describe_sides(found, topic),
        *describe_causes(topic, causes),
        *describe_marks(cell for row in rows for cell in row.values()),
    ]
    cells = pd.DataFrame(rows)
    return make_table(cells, f"changed-{topic}", stub=NUMBER, groups=GROUP, spanners=spanners, notes=notes)


def _list_lines(changes: Changes, topic: Topic) -> list[_Line]:
    numbers = {
        (n.analysis, n.param, n.population, n.variable, n.time, n.stat): n
        for n in read_numbers(changes)
        if _topic_of(n, changes.study) == topic
    }
    limits: dict[tuple[str, str, str, str, float | None, str], set[str]] = {}
    for place, number in numbers.items():
        estimate = SHOWN_WITH.get((place[0], place[5]), place[5])
        if place[5].endswith(("lcl", "ucl")):
            estimate = LIMITS_OF[place[0]]
            limits.setdefault((*place[:5], estimate), set()).update(number.steps)
        limits.setdefault((*place[:5], estimate), set())
    lines = [_Line(*place, numbers.get(place), frozenset(causes)) for place, causes in limits.items()]
    return sorted(lines, key=lambda line: _order(changes.study, line))


def _is_seen(changes: Changes, line: _Line) -> bool:
    """Whether a reader sees that limits or a denominator changed: at the digits shown they may be the same."""
    return _show(changes.old_results, line) != _show(changes.new_results, line)


def _show_step(line: _Line, step: Step, n: float | None, reached: str) -> str:
    """By how much a step changed a number; one that is gone became what stands at the end, and not "not estimable"."""
    if step.new is None and reached in (NOT_DERIVABLE, NONE):
        return f"{BECAME} {reached}"
    return show_change(line.stat, step, n)


def _show_cause(line: _Line, cause: str, n: float | None, reached: str) -> str:
    if line.number is not None and cause in line.number.steps:
        return _show_step(line, line.number.steps[cause], n, reached)
    return ONLY_LIMITS if cause in line.limits else NONE


def _topic_of(number: Number, study: Study) -> Topic:
    if number.analysis == "count":
        return "patients"
    if number.analysis == "proportion":
        return "safety" if number.param in {item.param for item in study.occurrences} else "response"
    if number.analysis == "follow_up":
        competing = {endpoint.param for endpoint in study.endpoints if endpoint.competing}
        return "incidence" if number.param in competing else "survival"
    return "incidence" if number.analysis.startswith("cif") else "survival"


def _declares(study: Study, topic: Topic) -> bool:
    return {
        "patients": True,
        "response": bool(study.responses or study.outcomes),
        "survival": any(not endpoint.competing for endpoint in study.endpoints),
        "incidence": any(endpoint.competing for endpoint in study.endpoints),
        "safety": bool(study.occurrences),
    }[topic]


def _order(study: Study, line: _Line) -> tuple[float, ...]:
    """Place of a row: as study.yml declares its population and parameter, what it declares no longer last."""
    if line.analysis == "count":
        flow = [*FLOW, *(f"{step} {item.name}" for step in CRITERIA for item in study.eligibility)]
        return _find([*flow, *study.population_names], line.variable), 0
    if line.analysis == "proportion":
        params = [item.param for item in study.occurrence_params]
        return _find(study.population_names, line.population), _find(params, line.param)
    params = [endpoint.param for endpoint in study.endpoints]
    kinds = [("events", None), ("competing", None), ("median", "km")]
    kind = next((n for n, (stat, of) in enumerate(kinds) if line.stat == stat and of in (None, line.analysis)), 3)
    return (
        _find(params, line.param),
        _find(study.population_names, line.population),
        4 if line.analysis == "follow_up" else kind,
        line.time or 0,
    )


def _find(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else len(names)


def _group(study: Study, line: _Line) -> str:
    """Heading over a row: its population, or its endpoint."""
    if line.analysis == "count":
        return "Analysis populations" if line.population else "Flow of patients"
    label = _name_population(study, line.population)
    if line.analysis == "proportion":
        return capitalise(label)
    endpoint = next((endpoint for endpoint in study.endpoints if endpoint.param == line.param), None)
    if endpoint is None:
        return f"{line.param}, no longer declared"
    return endpoint.label if endpoint.population == line.population else f"{endpoint.label}, of {label}"


def _label(study: Study, line: _Line) -> str:
    if line.analysis == "count":
        return _label_count(study, line)
    if line.analysis == "proportion":
        item = next((item for item in study.occurrence_params if item.param == line.param), None)
        return item.label if item else f"{line.param}, no longer declared"
    if line.analysis == "follow_up":
        return "Follow-up, months"
    if line.time is not None:
        return f"At {format_number(line.time)} months, %"
    return {"events": "Events", "competing": "Competing events", "median": "Median, months"}[line.stat]


def _label_count(study: Study, line: _Line) -> str:
    if line.population:
        population = next((known for known in study.populations if known.name == line.population), None)
        return capitalise((population.short or population.label) if population else line.population)
    if line.variable in FLOW:
        return FLOW[line.variable]
    step, _, name = line.variable.rpartition(" ")
    criterion = next((item for item in study.eligibility if item.name == name), None)
    if criterion is None or step not in CRITERIA:
        return line.variable.removeprefix("FLOW=")
    return f"{CRITERIA[step]}: {criterion.reason}"


def _name_population(study: Study, name: str) -> str:
    return next((population.label for population in study.populations if population.name == name), name)


def _denominator(results: pd.DataFrame, line: _Line) -> float | None:
    """Number of patients that an estimate is of."""
    if line.analysis == "proportion":
        return read_stats(results, "proportion", line.about).get("N")
    curve = "cif" if line.analysis.startswith("cif") else "km"
    return read_stats(results, curve, line.about).get("n")


def _show(results: pd.DataFrame, line: _Line) -> str:
    """What a cut says, with its denominator or its interval; a dash where it says nothing."""
    stats = read_stats(results, line.analysis, line.about, line.time)
    if not stats:
        return NONE
    note = read_note(results, line.analysis, line.about, line.time)
    if note.startswith(NOT_DERIVABLE):
        return NOT_DERIVABLE
    if note == "no patients" and line.stat not in ("n", "events", "competing"):
        return NONE
    kind = "at" if line.time is not None else line.stat if line.analysis != "follow_up" else line.analysis
    show: dict[str, Callable[[Stats], str]] = {
        "at": lambda found: show_probability(found, line.stat, _denominator(results, line)),
        "p": lambda found: show_proportion(found, interval=True),
        "events": lambda found: format_fraction(found["events"], found["n"]),
        "median": lambda found: show_median_time(found, "median_lcl", "median_ucl"),
        "follow_up": lambda found: show_median_time(found, "lcl", "ucl"),
    }
    return show[kind](stats) if kind in show else format_number(stats[line.stat])
