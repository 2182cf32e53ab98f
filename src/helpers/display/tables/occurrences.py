"""Tables of how many patients had something: responses, outcomes, harms by topic."""

from collections.abc import Sequence

import pandas as pd

from helpers.display.absence import NotDerivableError, NotInStudyError, or_say_so
from helpers.display.formatting import (
    NONE,
    format_fraction,
    format_number,
    format_percent,
    format_percent_interval,
)
from helpers.display.lookup import (
    Stats,
    ci,
    count_patients,
    find,
    find_occurrences,
    find_occurrences_of,
    find_population,
    get,
    get_mark,
    list_strata,
    method,
    note,
)
from helpers.display.table import Table, make_table
from helpers.display.tables.cells import show_median, show_proportion
from helpers.display.tables.columns import Keys, Row, add_p_values, name_strata, span_strata
from helpers.results.cut import CutData
from helpers.study.model import Occurrence

POPULATION = "SAFFL"
OF = "Patients"
ONSET = "Onset, days"


@or_say_so
def make_table_response(data: CutData) -> Table:
    """Responses with exact intervals, overall and by stratum, of each population they are declared for."""
    items = data.study.responses
    if not items:
        raise NotInStudyError("This study declares no responses")
    definitions = [f"{item.label}: {item.definition}." for item in items if item.definition]
    if data.study.comparisons or any(item.populations != (POPULATION,) for item in items):
        return make_table_by_stratum(data, items, "response", "Response", definitions)
    rows = []
    for group, level, label in list_strata(data):
        for item in items:
            stats = get(data, "proportion", param=item.param, population=POPULATION, group=group, level=level)
            rows.append({"Response": item.label, "Patients treated": label, **_proportion_cells(data, stats)})
    interval = method(data, "proportion", param=items[0].param, population=POPULATION)
    notes = [*definitions, f"Percentage: of the denominator beside it. CI: {interval}."]
    return make_table(pd.DataFrame(rows), "response", stub="Response", groups="Patients treated", notes=notes)


@or_say_so
def make_table_outcomes(data: CutData, params: Sequence[str], name: str) -> Table:
    """Outcomes with exact intervals of each population they are declared for; every denominator is shown."""
    items = find_occurrences(data, params)
    populations = items[0].populations
    if data.study.comparisons or any(item.populations != populations for item in items):
        return make_table_by_stratum(data, items, name, "Outcome")
    rows = []
    spanners: dict[str, list[str]] = {}
    for item in items:
        row = {"Outcome": item.label}
        for population in populations:
            heading = _population_heading(data, population)
            stats = get(data, "proportion", param=item.param, population=population)
            cells = {f"{column} ": text for column, text in _proportion_cells(data, stats).items()}
            # two columns cannot share a name; a trailing blank a population keeps them apart and is not seen
            cells = {column + " " * populations.index(population): text for column, text in cells.items()}
            spanners[heading] = list(cells)
            row |= cells
        rows.append(row)
    interval = method(data, "proportion", param=items[0].param, population=populations[0])
    notes = [f"Percentage: of the denominator beside it. CI: {interval}."]
    return make_table(pd.DataFrame(rows), name, stub="Outcome", spanners=spanners, notes=notes)


@or_say_so
def make_table_safety(data: CutData, topics: Sequence[str], name: str) -> Table:
    """Harms of the given topics by patient, overall and by stratum, with the days to their onset.

    Parameters
    ----------
    data : CutData
        The cut.
    topics : sequence of str
        The `topic` of the occurrences that study.yml declares, such as CRS.
    name : str
        Identifier of the table in the document.
    """
    items = find_occurrences_of(data, topics)
    return make_table_by_stratum(data, items, name, "Event", onset=True)


def make_table_by_stratum(
    data: CutData,
    items: Sequence[Occurrence],
    name: str,
    stub: str,
    definitions: Sequence[str] = (),
    onset: bool = False,
) -> Table:
    """One row an item and population, the populations one below the other; one column a stratum, and p-values."""
    lines = _list_lines(data, items)
    headings = name_strata(data)
    overall = f"{headings['', '']}, n/N (%; {ci(data)})"
    rows: list[Row] = []
    asked: list[Keys | None] = []
    for item, population in lines:
        row = {stub: item.label, OF: _describe_population(data, population)}
        for (group, level), heading in headings.items():
            stats = _find(data, item, population, group, level)
            # with a column for the onset there is no room for the limits of each stratum
            row[heading if group else overall] = show_proportion(stats, interval=not group or not onset)
        rows.append(row)
        asked.append({"param": item.param, "population": population})
    tested = add_p_values(data, rows, asked)
    if onset:
        rows = [
            {**row, ONSET: _show_onset(data, item, population)}
            for row, (item, population) in zip(tested.rows, lines, strict=True)
        ]
    else:
        rows = tested.rows
    notes = [*definitions, *_describe_columns(data, lines, onset), *tested.notes, *_explain_underivable(data, lines)]
    return make_table(pd.DataFrame(rows), name, stub=stub, groups=OF, spanners=span_strata(data, headings), notes=notes)


def _list_lines(data: CutData, items: Sequence[Occurrence]) -> list[tuple[Occurrence, str]]:
    """Each item in each of its populations, population by population; an error where none of them is derivable."""
    populations = [name for name in data.study.population_names if any(name in item.populations for item in items)]
    lines = [(item, name) for name in populations for item in items if name in item.populations]
    if all(_find(data, item, population).get("n") is None for item, population in lines):
        raise NotDerivableError("; ".join(_explain_underivable(data, lines)).removesuffix("."))
    return lines


def _find(data: CutData, item: Occurrence, population: str, group: str = "", level: str = "") -> Stats:
    return find(data, "proportion", param=item.param, population=population, group=group, level=level)


def _describe_population(data: CutData, name: str) -> str:
    """Name of a population with its size, where that can be told."""
    population = find_population(data, name)
    label = population.label
    n = find(data, "count", population=name, variable=name).get("n")
    size = f" (N\u00a0=\u00a0{format_number(n)})" if n is not None else ""
    return f"{label[:1].upper()}{label[1:]}{size}"


def _show_onset(data: CutData, item: Occurrence, population: str) -> str:
    stats = find(data, "continuous", param=item.param, population=population, variable="ONSETDY")
    return show_median(stats) if stats else NONE


def _describe_columns(data: CutData, lines: Sequence[tuple[Occurrence, str]], onset: bool) -> list[str]:
    item, population = next(line for line in lines if _find(data, *line).get("n") is not None)
    said = (
        "n/N: patients with it, of the patients of the row and the column. "
        f"CI: {method(data, 'proportion', param=item.param, population=population)}."
    )
    if onset:
        said += (
            " Onset: median (range) of the days from the first dose to the first such event, in patients who had it."
        )
    return [said]


def _explain_underivable(data: CutData, lines: Sequence[tuple[Occurrence, str]]) -> list[str]:
    """What is missing, once a reason, for the items that are not derivable."""
    reasons: dict[str, list[str]] = {}
    for item, population in lines:
        if _find(data, item, population).get("n") is None:
            reason = note(data, "proportion", param=item.param, population=population)
            reasons.setdefault(reason, []).append(item.label)
    return [f"{'; '.join(dict.fromkeys(labels))}: {reason}." for reason, labels in reasons.items()]


def _proportion_cells(data: CutData, stats: Stats) -> dict[str, str]:
    if get_mark(stats):
        return {"Patients": show_proportion(stats), "Percentage": NONE, f"{ci(data)}, %": NONE}
    return {
        "Patients": format_fraction(stats["n"], stats["N"]),
        "Percentage": format_percent(stats["p"], stats["N"]),
        f"{ci(data)}, %": format_percent_interval(stats["lcl"], stats["ucl"], stats["N"]),
    }


def _population_heading(data: CutData, name: str) -> str:
    population = find_population(data, name)
    return (
        f"Of {format_number(count_patients(data, name))} {(population.short or population.label).removeprefix('all ')}"
    )
