"""Find numbers in the results, and words in study.yml."""

from collections.abc import Sequence

from helpers.display.absence import NotInStudyError
from helpers.display.formatting import format_percent
from helpers.results.cut import CutData
from helpers.results.schema import get_method, get_note, get_stats
from helpers.study.endpoints import Endpoint
from helpers.study.model import Occurrence, Population, Variable

Stats = dict[str, float | None]


def get(data: CutData, analysis: str, **keys: str | float) -> Stats:
    """Statistics of one analysis of the cut; keys not given are empty.

    Raises
    ------
    NotInStudyError
        If the results hold no such analysis.
    """
    try:
        return get_stats(data.results, analysis=analysis, **keys)
    except KeyError as error:
        raise NotInStudyError(f"This study has {error.args[0]}") from error


def method(data: CutData, analysis: str, **keys: str | float) -> str:
    """Method of one analysis of the cut."""
    return get_method(data.results, analysis=analysis, **keys)


def note(data: CutData, analysis: str, **keys: str | float) -> str:
    """Note of one analysis of the cut."""
    return get_note(data.results, analysis=analysis, **keys)


def get_event_counts(data: CutData, endpoint: Endpoint) -> Stats:
    """Patients, events, competing events and censored of an endpoint; None where it is not derivable."""
    analysis = "cif" if endpoint.competing else "km"
    stats = get(data, analysis, param=endpoint.param, population=endpoint.population)
    return {"competing": 0.0 if stats["n"] is not None else None, **stats}


def ci(data: CutData) -> str:
    """Name of the confidence interval, such as 95% CI."""
    return f"{format_percent(data.study.conventions.confidence, 1)} CI"


def find_endpoint(data: CutData, param: str) -> Endpoint:
    """Declared endpoint by its code, or a NotInStudyError."""
    for endpoint in data.study.endpoints:
        if endpoint.param == param:
            return endpoint
    raise NotInStudyError(f"This study declares no endpoint {param}")


def find_survival_endpoints(data: CutData, params: Sequence[str]) -> list[Endpoint]:
    """Those of the endpoints that have a survival curve here, or a NotInStudyError if none has."""
    found = [
        endpoint
        for endpoint in data.study.endpoints
        if endpoint.param in params and not endpoint.competing and not data.time_to_event[endpoint.param].missing
    ]
    if not found:
        raise NotInStudyError(f"This study has no survival curve of {' or '.join(params)}")
    return found


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


def find_population(data: CutData, name: str) -> Population:
    """Declared population by its flag."""
    return next(population for population in data.study.populations if population.name == name)


def list_strata(data: CutData) -> list[tuple[str, str, str]]:
    """Strata as (group, level, printed label), all patients first."""
    variables = {variable.name: variable for variable in data.study.variables}
    strata = [(group, level, label) for group in data.study.strata for level, label in variables[group].levels.items()]
    return [("", "", "All patients"), *strata]


def list_baseline(data: CutData) -> list[Variable]:
    """Variables of Table 1."""
    return [variable for variable in data.study.variables if variable.role == "baseline"]


def count_patients(data: CutData, population: str = "SAFFL", group: str = "", level: str = "") -> float:
    """Number of patients of a population or stratum."""
    n = get(data, "count", population=population, group=group, level=level, variable=population)["n"]
    assert n is not None  # a count always has a value
    return n
