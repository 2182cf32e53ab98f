"""Rows of raw tables: typed while they are simulated, text once they are entered."""

import datetime as dt
from collections.abc import Iterable, Mapping

from helpers.study.dictionary import EXISTS, RawColumn, read_dictionary

Cell = str | int | float | dt.date | None
Row = dict[str, Cell]
Record = dict[str, str]
Tables = dict[str, list[Record]]

TABLES = (
    "patients",
    "blinatumomab",
    "dli",
    "response",
    "relapse",
    "gvhd",
    "adverse_events",
    "labs",
    "subsequent_therapy",
    "followup",
)
PLAIN = (1e-3, 1e5)
"""Numbers from here to there are written without an exponent."""


def get_columns(table: str) -> dict[str, RawColumn]:
    """Get the columns of a table by name, in the order of the dictionary."""
    return read_dictionary()[table]


def get_event_date(table: str) -> str | None:
    """Get the column whose date brings a row into existence; a row of follow-up has none, it goes on being updated."""
    return next((name for name, column in get_columns(table).items() if column.as_of_cut == EXISTS), None)


def format_cell(cell: Cell) -> str:
    """Format a cell in its shortest form: 28 and 11.66, 6.5e7 cells, 3e-5, 2024-05-01, nothing where it is missing."""
    if cell is None:
        return ""
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, str):
        return cell
    if cell != 0 and not PLAIN[0] <= abs(cell) < PLAIN[1]:
        mantissa, exponent = f"{cell:.10e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    return f"{cell:.10g}"


def make_records(table: str, rows: Iterable[Mapping[str, Cell]]) -> list[Record]:
    """Enter rows as text, with every column of the dictionary.

    Parameters
    ----------
    table : str
        Name of the raw table.
    rows : iterable of mappings
        Typed cells by column; a column that a row lacks stays empty.

    Returns
    -------
    list of dict
        One record a row, its columns in the order of the dictionary.
    """
    return [{name: format_cell(row.get(name)) for name in get_columns(table)} for row in rows]


def sort_records(table: str, records: Iterable[Record]) -> list[Record]:
    """Sort by patient, then by date."""
    date = get_event_date(table)
    return sorted(records, key=lambda record: (record["patient"], record[date] if date else ""))
