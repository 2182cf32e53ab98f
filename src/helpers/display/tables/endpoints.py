"""Tables of responses, outcomes and endpoints."""

from collections.abc import Sequence

import pandas as pd

from helpers.datasets.adtte import TimeToEvent
from helpers.display.absence import NotInStudyError, or_say_so
from helpers.display.formatting import (
    format_fraction,
    format_number,
    format_percent,
    format_percent_interval,
)
from helpers.display.lookup import (
    ci,
    count_patients,
    find_endpoint,
    find_occurrences,
    find_population,
    get,
    get_event_counts,
    list_strata,
    method,
)
from helpers.display.table import Table, make_table
from helpers.results.cut import CutData
from helpers.results.time_to_event import describe_missing


def make_table_response(data: CutData) -> Table:
    """Responses with exact intervals, overall and by stratum."""
    rows = []
    for group, level, label in list_strata(data):
        for item in data.study.responses:
            stats = get(data, "proportion", param=item.param, population="SAFFL", group=group, level=level)
            rows.append({"Response": item.label, "Patients treated": label, **_proportion_cells(data, stats)})
    if not rows:
        return make_table(pd.DataFrame(rows), "response")
    interval = method(data, "proportion", param=data.study.responses[0].param, population="SAFFL")
    definitions = [f"{item.label}: {item.definition}." for item in data.study.responses if item.definition]
    notes = [*definitions, f"CI: {interval}."]
    return make_table(pd.DataFrame(rows), "response", stub="Response", groups="Patients treated", notes=notes)


@or_say_so
def make_table_outcomes(data: CutData, params: Sequence[str], name: str) -> Table:
    """Outcomes with one pair of columns for each population they are reported in: every denominator is shown."""
    items = find_occurrences(data, params)
    populations = items[0].populations
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
    notes = [f"CI: {method(data, 'proportion', param=items[0].param, population=populations[0])}."]
    return make_table(pd.DataFrame(rows), name, stub="Outcome", spanners=spanners, notes=notes)


def make_table_endpoints(data: CutData) -> Table:
    """Time-to-event endpoints as declared, and whether the study's data can support them."""
    rows = [
        {
            "Code": endpoint.param,
            "Endpoint": endpoint.label,
            "Definition": endpoint.definition,
            "Population": find_population(data, endpoint.population).label,
            "In this study": _derivable(data, endpoint.param),
        }
        for endpoint in data.study.endpoints
    ]
    left = ["Endpoint", "Definition", "Population", "In this study"]
    return make_table(pd.DataFrame(rows), "endpoints", stub="Code", left=left)


def _derivable(data: CutData, param: str) -> str:
    missing = data.time_to_event[param].missing
    return describe_missing(missing) if missing else "derived"


@or_say_so
def make_table_decisions(data: CutData, param: str) -> Table:
    """How each patient's time was decided, with the record that decided it."""
    candidates = _derived(data, param).candidates
    decided = candidates[candidates["CHOSEN"]]
    rows = [
        {
            "Patient": record["USUBJID"],
            "Months": format_number(record["AVAL"]),
            "Ends in": record["ROLE"],
            "Decided by": record["EVNTDESC"] or record["CNSDTDSC"],
            "Record": f"{record['SRCDOM']}, record {record['SRCSEQ']}, {record['SRCVAR']}",
        }
        for record in decided.to_dict(orient="records")
    ]
    left = ["Ends in", "Decided by", "Record"]
    return make_table(pd.DataFrame(rows), f"decisions-{param.lower()}", stub="Patient", left=left)


@or_say_so
def make_table_candidates(data: CutData, param: str, patient: str | None = None) -> Table:
    """Everything considered for one patient, the candidates that lost included.

    Parameters
    ----------
    data : CutData
        The cut.
    param : str
        Code of the endpoint.
    patient : str, optional
        Identifier; without it, the first of the patients with the most candidates.
    """
    candidates = _derived(data, param).candidates
    chosen = patient or str(candidates["USUBJID"].value_counts(sort=True).index[0])
    rows = [
        {
            "Patient": record["USUBJID"],
            "Candidate": record["EVNTDESC"] or record["CNSDTDSC"],
            "Role": record["ROLE"],
            "Months": format_number(record["AVAL"]),
            "Verdict": "decides" if record["CHOSEN"] else "considered",
        }
        for record in candidates[candidates["USUBJID"] == chosen].to_dict(orient="records")
    ]
    notes = ["The earliest event decides; without an event, the latest censoring time; precedence breaks ties."]
    left = ["Candidate", "Role", "Verdict"]
    return make_table(pd.DataFrame(rows), f"candidates-{param.lower()}", stub="Patient", left=left, notes=notes)


def make_table_reconciliation(data: CutData) -> Table:
    """Events, competing events and censored make up the population, endpoint by endpoint."""
    with_competing = any(endpoint.competing for endpoint in data.study.endpoints)
    rows = []
    for endpoint in data.study.endpoints:
        stats = get_event_counts(data, endpoint)
        n = count_patients(data, endpoint.population)
        adds_up = sum(stats[part] or 0 for part in ("events", "competing", "censored")) == n
        rows.append(
            {
                "Endpoint": endpoint.label,
                "Events": format_number(stats["events"]),
                **({"Competing": format_number(stats["competing"])} if with_competing else {}),
                "Censored": format_number(stats["censored"]),
                "Population": format_number(n),
                "Adds up": "not derivable" if stats["n"] is None else "yes" if adds_up else "NO",
            }
        )
    return make_table(pd.DataFrame(rows), "reconciliation", stub="Endpoint")


def _derived(data: CutData, param: str) -> TimeToEvent:
    endpoint = find_endpoint(data, param)
    found = data.time_to_event[param]
    if found.adtte.empty:
        reason = describe_missing(found.missing) if found.missing else "no patients"
        raise NotInStudyError(f"{endpoint.label}: {reason}")
    return found


def _proportion_cells(data: CutData, stats: dict[str, float | None]) -> dict[str, str]:
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
