"""Tables of adverse events and graft-versus-host disease."""

from collections.abc import Sequence

import pandas as pd

from helpers.display.absence import NotDerivableError, NotInStudyError, not_for_public, or_say_so
from helpers.display.formatting import format_fraction, format_number, format_percent, format_percent_interval
from helpers.display.lookup import ci, find_occurrences, find_occurrences_of, get, method
from helpers.display.table import Table, make_table
from helpers.display.tables.occurrences import make_table_by_stratum
from helpers.results.cut import PUBLIC, CutData


def list_reported_events(data: CutData) -> pd.DataFrame:
    """Adverse events known as printed counts, with their statistics; empty where the study has none.

    Returns
    -------
    DataFrame
        Columns term, grade, place, n, N, p, lcl, ucl, in the order of the raw table.
    """
    if "reported_counts" not in data.tables or data.audience == PUBLIC:
        return pd.DataFrame(columns=["term", "grade", "place", "n", "N", "p", "lcl", "ucl"])
    table = data.tables["reported_counts"]
    rows = []
    for record in table[table["topic"] == "adverse event"].to_dict(orient="records"):
        name = "" if record["param"] else f"{record['characteristic']}={record['level']}"
        stats = get(data, "proportion", param=record["param"] or "", population="SAFFL", variable=name)
        rows.append({"term": record["characteristic"], "grade": record["level"], "place": record["place"], **stats})
    return pd.DataFrame(rows)


@or_say_so
@not_for_public("Printed counts of adverse events")
def make_table_adverse_events(data: CutData) -> Table:
    """Adverse events that happened, by term and grade, with exact intervals."""
    events = _require_reported_events(data)
    happened = events[events["n"] > 0]
    if happened.empty:
        raise NotDerivableError("None of the events that the source counts happened")
    return _make_table_events(happened, "adverse-events", ci(data))


@or_say_so
@not_for_public("Events that nobody had")
def make_table_never_seen(data: CutData) -> Table:
    """Events that nobody had: the exact upper limit says how common they may still be."""
    events = _require_reported_events(data)
    unseen = events[events["n"] == 0]
    if unseen.empty:
        raise NotDerivableError("Each of the events that the source counts happened to somebody")
    return _make_table_events(unseen, "never-seen", ci(data), upper=True)


def _require_reported_events(data: CutData) -> pd.DataFrame:
    events = list_reported_events(data)
    if events.empty:
        raise NotInStudyError("This study has no printed counts of adverse events")
    return events


def _make_table_events(events: pd.DataFrame, name: str, interval: str, upper: bool = False) -> Table:
    rows = [
        {
            "Event": row["term"],
            "Grade": row["grade"],
            "Patients": format_fraction(row["n"], row["N"]),
            "Percentage": format_percent(row["p"], row["N"]),
            f"{interval}, %": format_percent_interval(row["lcl"], row["ucl"], row["N"]),
            **({"Upper limit, %": format_number(100 * row["ucl"])} if upper else {}),
            "Place in the source": row["place"],
        }
        for row in events.to_dict(orient="records")
    ]
    notes = [
        "Printed counts of patients: the source does not give adverse events by patient. GVHD is counted apart from "
        "the other adverse events.",
        "Percentage: of the denominator beside it. CI: Clopper-Pearson exact interval; its upper limit is that of the "
        "two-sided interval.",
    ]
    return make_table(pd.DataFrame(rows), name, stub="Event", left=["Grade", "Place in the source"], notes=notes)


@or_say_so
def make_table_gvhd(data: CutData, params: Sequence[str]) -> Table:
    """Graft-versus-host disease, patients with each kind and severity; by stratum where harms have topics."""
    items = find_occurrences(data, params)
    if topics := {item.topic for item in items if item.topic}:
        return make_table_by_stratum(data, find_occurrences_of(data, sorted(topics)), "gvhd", "GVHD", onset=True)
    rows = []
    for item in items:
        stats = get(data, "proportion", param=item.param, population="SAFFL")
        rows.append(
            {
                "GVHD": item.label,
                "Patients": format_fraction(stats["n"], stats["N"]),
                "Percentage": format_percent(stats["p"], stats["N"]),
                f"{ci(data)}, %": format_percent_interval(stats["lcl"], stats["ucl"], stats["N"]),
            }
        )
    interval = method(data, "proportion", param=items[0].param, population="SAFFL")
    notes = [
        "Counted by patient from the listing; a patient with acute and chronic GVHD counts once in any GVHD. "
        f"Percentage: of the denominator beside it. CI: {interval}."
    ]
    return make_table(pd.DataFrame(rows), "gvhd", stub="GVHD", notes=notes)
