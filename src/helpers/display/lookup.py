"""Find numbers in the results, and words in study.yml."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from helpers.display.absence import NotDerivableError, NotInStudyError, WithheldError
from helpers.display.formatting import FEW, WITHHELD, format_number, format_percent, join_words
from helpers.results.cut import PUBLIC, CutData
from helpers.results.derivability import describe_missing
from helpers.results.public import HELD_BACK, SMALL
from helpers.results.schema import get_method, get_note, get_notes, get_stats
from helpers.study.endpoints import Endpoint
from helpers.study.model import Occurrence, Population, Variable


class Stats(dict[str, float | None]):
    """Statistics of one analysis by name, None where there is no value.

    Attributes
    ----------
    mark : str
        What stands for them where they are not shown to the public: `FEW` or `WITHHELD`; empty where they are.
    """

    mark: str = ""


Statistics = Mapping[str, float | None]
"""Statistics of one analysis by name, wherever they come from."""
TESTS = ("chi2", "fisher", "mannwhitney", "logrank", "gray")
"""Analyses that compare strata."""


class Compared(NamedTuple):
    """A test between strata: its p-value, None where it was not made, which test it is, and why there is no value."""

    p_value: float | None
    method: str
    note: str


def get(data: CutData, analysis: str, **keys: str | float) -> Stats:
    """Statistics of one analysis of the cut; keys not given are empty.

    Raises
    ------
    NotInStudyError
        If the results hold no such analysis.
    """
    try:
        stats = Stats(get_stats(data.results, analysis=analysis, **keys))
        if data.audience == PUBLIC:
            notes = set(get_notes(data.results, analysis=analysis, **keys))
            stats.mark = FEW if SMALL in notes else WITHHELD if HELD_BACK in notes else ""
        return stats
    except KeyError as error:
        raise NotInStudyError(f"This study has {error.args[0]}") from error


def get_mark(stats: Statistics) -> str:
    """What stands for statistics that are not shown to the public; empty where they are, or have another source."""
    return stats.mark if isinstance(stats, Stats) else ""


def find(data: CutData, analysis: str, **keys: str | float) -> Stats:
    """Statistics of one analysis as `get` returns them, none at all where the results hold no such analysis.

    A stratum without patients has no estimates, nor has a stratum of what is not derivable.
    """
    try:
        return get(data, analysis, **keys)
    except NotInStudyError:
        return Stats()


def find_test(data: CutData, **keys: str | float) -> Compared:
    """Whichever test stands in the results for these keys; `group` names the stratum that is compared.

    Raises
    ------
    NotInStudyError
        If the results hold no test of it.
    """
    for analysis in TESTS:
        if stats := find(data, analysis, **keys):
            return Compared(stats["p_value"], method(data, analysis, **keys), note(data, analysis, **keys))
    raise NotInStudyError(f"This study has no test of {', '.join(f'{key}={value}' for key, value in keys.items())}")


def method(data: CutData, analysis: str, **keys: str | float) -> str:
    """Method of one analysis of the cut."""
    return get_method(data.results, analysis=analysis, **keys)


def note(data: CutData, analysis: str, **keys: str | float) -> str:
    """Note of one analysis of the cut."""
    if data.audience == PUBLIC:
        hidden = {SMALL, HELD_BACK}.intersection(get_notes(data.results, analysis=analysis, **keys))
        if hidden:
            return SMALL if SMALL in hidden else HELD_BACK
    return get_note(data.results, analysis=analysis, **keys)


def get_event_counts(data: CutData, endpoint: Endpoint, group: str = "", level: str = "") -> Stats:
    """Patients, events, competing events and censored of an endpoint; None where it is not derivable."""
    stats = get(data, endpoint.curve, param=endpoint.param, population=endpoint.population, group=group, level=level)
    counts = Stats({"competing": 0.0 if stats["n"] is not None else None, **stats})
    counts.mark = stats.mark
    return counts


def name_cut_date(data: CutData) -> str:
    """Name of the day of the cut, or, for the public, of its month; empty where it is not stated."""
    if data.cut.date is None:
        return ""
    return f"{data.cut.date:%B %Y}" if data.audience == PUBLIC else data.cut.date.isoformat()


def ci(data: CutData) -> str:
    """Name of the confidence interval, such as 95% CI."""
    return f"{format_percent(data.study.conventions.confidence, 1)} CI"


def name_largest_move(data: CutData) -> str:
    """How far one more event may move a curve that is trusted, such as 10 percentage points."""
    return f"{format_number(100 * data.study.conventions.one_event_moves_at_most, 2)} percentage points"


def find_endpoint(data: CutData, param: str) -> Endpoint:
    """Declared endpoint by its code, or a NotInStudyError."""
    for endpoint in data.study.endpoints:
        if endpoint.param == param:
            return endpoint
    raise NotInStudyError(f"This study declares no endpoint {param}")


def find_survival_endpoints(data: CutData, params: Sequence[str]) -> list[Endpoint]:
    """Those of the endpoints that have a survival curve here.

    Raises
    ------
    NotInStudyError
        If the study declares none of them as an endpoint without competing events.
    NotDerivableError
        If it declares some, and its data support none.
    """
    declared = [e for e in data.study.endpoints if e.param in params and not e.competing]
    return _keep_derivable(data, declared, f"This study has no survival curve of {' or '.join(params)}")


def find_incidence_endpoints(data: CutData, params: Sequence[str]) -> list[Endpoint]:
    """Those of the endpoints that have a cumulative incidence here; errors as of `find_survival_endpoints`."""
    declared = [e for e in data.study.endpoints if e.param in params and e.competing]
    return _keep_derivable(data, declared, f"This study has no cumulative incidence of {' or '.join(params)}")


def find_curves(data: CutData, params: Sequence[str]) -> list[Endpoint]:
    """Those of the endpoints that have a curve here, of either kind; errors as of `find_survival_endpoints`."""
    declared = [endpoint for endpoint in data.study.endpoints if endpoint.param in params]
    return _keep_derivable(data, declared, f"This study has no curve of {' or '.join(params)}")


def _keep_derivable(data: CutData, declared: Sequence[Endpoint], absence: str) -> list[Endpoint]:
    if not declared:
        raise NotInStudyError(absence)
    found = [endpoint for endpoint in declared if not data.time_to_event[endpoint.param].missing]
    if not found:
        raise NotDerivableError("; ".join(explain_missing(data, declared)))
    return found


def explain_missing(data: CutData, endpoints: Sequence[Endpoint]) -> list[str]:
    """Clause on each endpoint that is not derivable: why, and what is missing; those that lack the same together."""
    labels: dict[tuple[str, str], list[str]] = {}
    for endpoint in endpoints:
        if missing := data.time_to_event[endpoint.param].missing:
            because = f" because {endpoint.unavailable}" if endpoint.unavailable else ""
            # in one order, so that endpoints that lack the same are said in one clause
            reason = describe_missing(sorted(missing, key=str)).removeprefix("not derivable: ")
            labels.setdefault((because, reason), []).append(endpoint.label)
    return [
        f"{join_words(names)} {'is' if len(names) == 1 else 'are'} not derivable{because} ({reason})"
        for (because, reason), names in labels.items()
    ]


def describe_populations(data: CutData, endpoints: Sequence[Endpoint]) -> list[str]:
    """Of each population, the endpoints that are analysed in it: notes to a table of several."""
    labels: dict[str, list[str]] = {}
    for endpoint in endpoints:
        labels.setdefault(find_population(data, endpoint.population).label, []).append(endpoint.label)
    return [f"{'; '.join(names)}: {population}." for population, names in labels.items()]


def find_occurrence(data: CutData, param: str) -> Occurrence:
    """Declared response, outcome or adverse event by its code, or a NotInStudyError."""
    for item in data.study.occurrence_params:
        if item.param == param:
            return item
    raise NotInStudyError(f"This study declares no {param}")


def find_occurrences(data: CutData, params: Sequence[str]) -> list[Occurrence]:
    """Those of the occurrences that the study declares, in the given order, or a NotInStudyError if there are none."""
    declared = {item.param: item for item in data.study.occurrence_params}
    found = [declared[param] for param in params if param in declared]
    if not found:
        raise NotInStudyError(f"This study declares none of {', '.join(params)}")
    return found


def find_occurrences_of(data: CutData, topics: Sequence[str]) -> list[Occurrence]:
    """Adverse events of the given topics, in the order of study.yml, or a NotInStudyError if there are none."""
    found = [item for item in data.study.occurrences if item.topic in topics]
    if not found:
        raise NotInStudyError(f"This study declares no adverse events of the topic {' or '.join(topics)}")
    return found


def find_population(data: CutData, name: str) -> Population:
    """Declared population by its flag."""
    return next(population for population in data.study.populations if population.name == name)


def list_strata(data: CutData) -> list[tuple[str, str, str]]:
    """Strata as (group, level, printed label), all patients first."""
    variables = {variable.name: variable for variable in data.study.variables}
    strata = [(group, level, label) for group in data.study.strata for level, label in variables[group].levels.items()]
    return [("", "", "All patients"), *strata]


def list_compared(data: CutData) -> list[tuple[str, str, str]]:
    """Strata that have a curve of their own, as (group, level, printed label), all patients first."""
    return [stratum for stratum in list_strata(data) if stratum[0] in ("", *data.study.comparisons)]


def list_baseline(data: CutData) -> list[Variable]:
    """Variables of Table 1."""
    return [variable for variable in data.study.variables if variable.role == "baseline"]


def count_patients(data: CutData, population: str = "SAFFL", group: str = "", level: str = "") -> float:
    """Number of patients of a population or stratum.

    Raises
    ------
    NotDerivableError
        If the study's data do not tell who belongs to the population.
    """
    keys = {"population": population, "variable": population}
    total = get(data, "count", **keys)["n"]
    if total is None:
        label = find_population(data, population).label
        raise NotDerivableError(f"{label[:1].upper()}{label[1:]}: {note(data, 'count', **keys)}")
    n = get(data, "count", group=group, level=level, **keys)["n"]
    if n is None:  # a population that can be counted can be counted by stratum, but for the public
        raise WithheldError(f"The number of {find_population(data, population).label} by stratum is withheld")
    return n
