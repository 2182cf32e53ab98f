"""Tables of cumulative incidence."""

from collections.abc import Sequence

import pandas as pd

from helpers.display.absence import or_say_so
from helpers.display.formatting import format_number
from helpers.display.lookup import (
    ci,
    describe_populations,
    explain_missing,
    find,
    find_incidence_endpoints,
    get_event_counts,
    method,
)
from helpers.display.table import Table, make_table
from helpers.display.tables.cells import show_probability
from helpers.display.tables.columns import Keys, Row, add_p_values, name_strata, span_strata
from helpers.display.tables.ratios import describe_ratios, name_ratio, show_ratio
from helpers.results.cut import CutData
from helpers.study.endpoints import Endpoint

ENDPOINT, LINE = "Endpoint", "Cumulative incidence"
COUNTS = {"n": "Patients", "events": "Events", "competing": "Competing events", "censored": "Censored"}


@or_say_so
def make_table_incidence(data: CutData, params: Sequence[str], name: str = "incidence") -> Table:
    """Cumulative incidence at the declared times with what became of all patients, overall and by stratum.

    Parameters
    ----------
    data : CutData
        The cut.
    params : sequence of str
        Codes of endpoints with competing events.
    name : str
        Identifier of the table in the document.
    """
    endpoints = find_incidence_endpoints(data, params)
    headings = name_strata(data)
    rows: list[Row] = []
    asked: list[Keys | None] = []
    for endpoint in endpoints:
        lines = _list_lines(data, endpoint)
        rows += [
            {ENDPOINT: endpoint.label, LINE: label, **dict(zip(headings.values(), cells, strict=True))}
            for label, cells in lines.items()
        ]
        # the test of an endpoint stands beside its number of events
        about = {"param": endpoint.param, "population": endpoint.population}
        asked += [about if label == COUNTS["events"] else None for label in lines]
    tested = add_p_values(data, rows, asked)
    first = {"param": endpoints[0].param, "population": endpoints[0].population}
    notes = [
        f"Incidence: % ({ci(data)}), {method(data, 'cif', **first)}, of the patients of the column. NE, not estimable: "
        "past the last follow-up, or no event yet to estimate limits from.",
        *describe_populations(data, endpoints),
        *describe_ratios(data, endpoints),
        *tested.notes,
        *(f"{reason}." for reason in explain_missing(data, [e for e in data.study.endpoints if e.param in params])),
    ]
    spanners = span_strata(data, headings)
    cells = pd.DataFrame(tested.rows)
    return make_table(cells, name, stub=LINE, groups=ENDPOINT, spanners=spanners, notes=notes)


def _list_lines(data: CutData, endpoint: Endpoint) -> dict[str, list[str]]:
    """Lines of an endpoint by their label, each with one cell a stratum."""
    strata = list(name_strata(data))
    counts = [get_event_counts(data, endpoint, *stratum) for stratum in strata]
    lines = {label: [format_number(stats[stat]) for stats in counts] for stat, label in COUNTS.items()}
    for time in endpoint.times_at:
        lines[f"At {format_number(time)} months"] = [
            _show_incidence(data, endpoint, stratum, time, stats["n"])
            for stratum, stats in zip(strata, counts, strict=True)
        ]
    if data.study.comparisons:
        lines[name_ratio(data, endpoint)] = [show_ratio(data, endpoint, *stratum) for stratum in strata]
    return lines


def _show_incidence(data: CutData, endpoint: Endpoint, stratum: tuple[str, str], time: float, n: float | None) -> str:
    group, level = stratum
    keys = {"param": endpoint.param, "population": endpoint.population, "group": group, "level": level}
    return show_probability(find(data, "cif_at", **keys, time_months=time), "cif", n)
