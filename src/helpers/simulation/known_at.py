"""What a data base holds on the day it is copied: the column as_of_cut of the dictionary, applied to an extraction."""

import datetime as dt

from helpers.simulation.cells import TABLES, Record, Tables, get_columns, get_event_date
from helpers.study.dictionary import LATER


def take_known(tables: Tables, day: dt.date) -> Tables:
    """Keep what was known on a day.

    Parameters
    ----------
    tables : dict of str to list of dict
        Raw tables as text, whatever lies in the future.
    day : date
        The day of the extraction.

    Returns
    -------
    dict of str to list of dict
        Rows dated up to that day, later dates empty with what depends on them, and for the living the last contact: the
        recorded one, or the last visit where that is still to come.
    """
    limit = day.isoformat()
    patients = {record["patient"] for record in tables["patients"] if record["screening_date"] <= limit}
    known = {
        name: [
            _cut_record(name, record, limit)
            for record in tables[name]
            if record["patient"] in patients and _exists(name, record, limit)
        ]
        for name in TABLES
    }
    visits = find_last_visits(known)
    for record in known["followup"]:
        if record["last_contact_date"] > limit:
            record["last_contact_date"] = visits[record["patient"]]
    return known


def _exists(table: str, record: Record, limit: str) -> bool:
    date = get_event_date(table)
    return date is None or record[date] <= limit


def _cut_record(table: str, record: Record, limit: str) -> Record:
    cut = dict(record)
    columns = get_columns(table)
    for name, column in columns.items():
        if column.as_of_cut == LATER and record[name] > limit:
            cut[name] = ""
    for name, column in columns.items():
        waits = column.known_with
        if waits and record[waits.date] > limit and waits.only in (None, record[name]):
            cut[name] = waits.otherwise
    return cut


def find_last_visits(tables: Tables) -> dict[str, str]:
    """Find the last date on which anything is recorded of each patient, follow-up aside."""
    last: dict[str, str] = {}
    for name in TABLES:
        if name == "followup":
            continue
        dates = [column for column, described in get_columns(name).items() if described.type == "date"]
        for record in tables[name]:
            latest = max(record[date] for date in dates)
            last[record["patient"]] = max(last.get(record["patient"], ""), latest)
    return last
