"""The key results: response, survival, relapse and harms on one page."""

from collections.abc import Sequence

import pandas as pd

from helpers.display.absence import NotInStudyError, or_say_so
from helpers.display.formatting import (
    NONE,
    NOT_DERIVABLE,
    format_fraction,
    format_number,
    format_percent,
    format_percent_interval,
)
from helpers.display.key_results import choose_time, count_events, explain_absent, name_harms
from helpers.display.lookup import ci, describe_populations, find
from helpers.display.table import Table, make_table
from helpers.display.tables.cells import show_absence, show_median_time, show_probability
from helpers.display.tables.columns import Row
from helpers.results.cut import CutData
from helpers.study.endpoints import Endpoint
from helpers.study.model import TREATED

RESPONSE, HARMS = "Response", "Harms"
GROUP, PATIENTS = "Group", "n/N"


@or_say_so
def make_table_key_results(data: CutData, endpoints: Sequence[str], occurrences: Sequence[str]) -> Table:
    """Key results, each with its numerator, denominator and interval.

    Parameters
    ----------
    data : CutData
        The cut.
    endpoints, occurrences : sequence of str
        Codes of time-to-event endpoints and of harms; those that the study does not declare are passed over.
    """
    chosen = [endpoint for endpoint in data.study.endpoints if endpoint.param in endpoints]
    chosen.sort(key=lambda endpoint: (bool(endpoint.competing), choose_time(endpoint) or 0))
    responses = {item.param: item.label for item in data.study.responses}
    harms = name_harms(data, occurrences)
    rows = [_show_proportion(data, RESPONSE, param, label) for param, label in responses.items()]
    rows += [_show_endpoint(data, endpoint) for endpoint in chosen]
    rows += [_show_proportion(data, HARMS, param, label) for param, label in harms.items()]
    if not rows:
        raise NotInStudyError("This study declares no response, no endpoint and no harm")
    cells = pd.DataFrame(rows).fillna("")
    notes = _explain(data, chosen, bool(harms or responses))
    return make_table(cells, "key-results", stub="Measure", groups=GROUP, notes=notes)


def _name_columns(data: CutData) -> tuple[str, str]:
    return f"Proportion ({ci(data)})", f"Median, months ({ci(data)})"


def _show_proportion(data: CutData, group: str, param: str, label: str) -> Row:
    stats = find(data, "proportion", param=param, population=TREATED)
    patients = estimate = show_absence(stats)
    if stats.get("n") is not None:
        patients, estimate = format_fraction(stats["n"], stats["N"]), format_percent(stats["p"], stats["N"])
        if stats["N"]:
            estimate += f" ({format_percent_interval(stats['lcl'], stats['ucl'], stats['N'])})"
    return {GROUP: group, "Measure": label, PATIENTS: patients, _name_columns(data)[0]: estimate}


def _show_endpoint(data: CutData, endpoint: Endpoint) -> Row:
    """An endpoint: patients with the event, its probability at about a year, and, of a survival curve, its median."""
    time = choose_time(endpoint)
    kind = "Cumulative incidence" if endpoint.competing else "Survival"
    group = kind if time is None else f"{kind}, proportion at {format_number(time)} months"
    row = {GROUP: group, "Measure": endpoint.label}
    proportion, median = _name_columns(data)
    if data.time_to_event[endpoint.param].missing:
        return {**row, PATIENTS: NOT_DERIVABLE, proportion: NOT_DERIVABLE}
    counts = count_events(data, endpoint)
    keys = {"param": endpoint.param, "population": endpoint.population}
    row[PATIENTS] = format_fraction(counts["events"], counts["n"])
    row[proportion] = NONE
    if counts["n"] and time is not None:
        at = find(data, f"{endpoint.curve}_at", **keys, time_months=time)
        row[proportion] = show_probability(at, "cif" if endpoint.competing else "survival", counts["n"], "%")
    if not endpoint.competing:
        stats = find(data, "km", **keys)
        row[median] = show_median_time(stats, "median_lcl", "median_ucl") if counts["n"] else NONE
    return row


def _explain(data: CutData, endpoints: Sequence[Endpoint], proportions: bool) -> list[str]:
    """Notes: what is counted, by which method, in whom."""
    notes = []
    if proportions:
        notes.append("n/N, response and harms: patients of all treated patients; exact Clopper–Pearson intervals.")
    known = [endpoint for endpoint in endpoints if not data.time_to_event[endpoint.param].missing]
    if known:
        notes.append(
            "n/N, survival and incidence: patients with the event at any time up to the data cut, of all in the "
            f"population; {_name_methods(known)}. NR: not reached. NE: not estimable."
        )
        notes += describe_populations(data, known)
    return [*notes, *explain_absent(data, endpoints)]


def _name_methods(endpoints: Sequence[Endpoint]) -> str:
    names = []
    if any(not endpoint.competing for endpoint in endpoints):
        names.append("survival by Kaplan–Meier")
    if any(endpoint.competing for endpoint in endpoints):
        names.append("incidence by Aalen–Johansen")
    return ", ".join(names)
