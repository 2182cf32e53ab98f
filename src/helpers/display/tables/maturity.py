"""Table of the maturity of the data: events so far, patients still followed, how far the curves can be trusted."""

from collections.abc import Sequence

import pandas as pd

from helpers.display.absence import not_for_public, or_say_so
from helpers.display.formatting import (
    NONE,
    NOT_DERIVABLE,
    NOT_ESTIMABLE,
    format_fraction,
    format_number,
    format_percent,
)
from helpers.display.lookup import (
    Stats,
    ci,
    describe_populations,
    explain_missing,
    find,
    find_curves,
    list_strata,
    method,
    name_largest_move,
    note,
)
from helpers.display.table import Table, make_table
from helpers.display.tables.cells import show_median_time, show_trusted_time
from helpers.display.tables.columns import Row
from helpers.results.cut import CutData
from helpers.study.endpoints import Endpoint

ENDPOINT = "Endpoint"


@or_say_so
@not_for_public("The maturity of the data")
def make_table_maturity(data: CutData, params: Sequence[str], name: str = "maturity") -> Table:
    """Events, patients still followed, completeness of follow-up and how far each curve can be trusted, by stratum.

    Parameters
    ----------
    data : CutData
        The cut.
    params : sequence of str
        Codes of endpoints, with or without competing events; those the study does not declare are left out.
    name : str
        Identifier of the table in the document.
    """
    endpoints = find_curves(data, params)
    stub = "Stratum" if data.study.comparisons else "Patients treated"
    rows: list[Row] = []
    for endpoint in endpoints:
        about = {"param": endpoint.param, "population": endpoint.population}
        for group, level, label in list_strata(data):
            keys = {**about, "group": group, "level": level}
            stats = find(data, "maturity", **keys)
            follow_up = find(data, "follow_up", **keys) if stats.get("n") else {}
            rows.append(
                {
                    ENDPOINT: endpoint.label,
                    stub: label,
                    "Patients": format_number(stats.get("n")),
                    "Events": _show_events(stats),
                    "Still followed": _show_followed(stats),
                    "Completeness": _show_completeness(stats),
                    f"Follow-up ({ci(data)}), mo": show_median_time(follow_up, "lcl", "ucl"),
                    "Curve trusted until, mo": show_trusted_time(stats),
                }
            )
    first = {"param": endpoints[0].param, "population": endpoints[0].population}
    within = data.study.conventions.followed_within_days
    notes = [
        f"%: of all patients of the row. Still followed: without an event, seen within {within} days before the data "
        "cut; the rest had a competing event or were last seen earlier.",
        "Completeness: person-time observed, of that possible until the event or the data cut (Clark's C). "
        f"Follow-up: {method(data, 'follow_up', **first)}. NR, not reached; mo, months.",
        "Curve trusted until: after that time, where figures draw it faint, one more event would move it by more than "
        f"{name_largest_move(data)}. Whole curve: nowhere up to the last follow-up; no part: from the start.",
        *_explain_no_dates(data, endpoints),
        *(describe_populations(data, endpoints) if data.study.comparisons else []),
        *(f"{reason}." for reason in explain_missing(data, [e for e in data.study.endpoints if e.param in params])),
    ]
    return make_table(pd.DataFrame(rows), name, stub=stub, groups=ENDPOINT, notes=notes)


def _show_events(stats: Stats) -> str:
    if not stats.get("n"):
        return format_number(stats.get("events"))
    return f"{format_number(stats['events'])} ({format_percent(stats['events_share'], stats['n'])})"


def _show_followed(stats: Stats) -> str:
    if not stats.get("n"):
        return NONE
    if stats["followed"] is None:
        return NOT_DERIVABLE
    return f"{format_fraction(stats['followed'], stats['n'])} ({format_percent(stats['followed_share'], stats['n'])})"


def _show_completeness(stats: Stats) -> str:
    if not stats.get("n"):
        return NONE
    if stats["followed"] is None:
        return NOT_DERIVABLE
    complete = stats["completeness"]
    return NOT_ESTIMABLE if complete is None else f"{format_number(100 * complete)}%"


def _explain_no_dates(data: CutData, endpoints: Sequence[Endpoint]) -> list[str]:
    """Why nobody can tell who is still followed."""
    found = (
        note(data, "maturity", stat="followed", param=endpoint.param, population=endpoint.population)
        for endpoint in endpoints
    )
    reasons = dict.fromkeys(reason for reason in found if reason.startswith(NOT_DERIVABLE))
    return [f"Still followed, completeness: {reason}." for reason in reasons]
