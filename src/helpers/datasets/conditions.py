"""Which patients, and which records, fulfil the conditions that study.yml declares."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from helpers.intake.reading import Tables
from helpers.study.analysis_columns import RAW_SOURCES, RAW_SOURCES_OF_COLUMNS, STAND_INS, describe_columns
from helpers.study.declared import Column, Condition


def find_patient_column(table: str) -> str:
    """Name of the column that identifies the patient in a raw table or a derived dataset."""
    return next(column.variable for column in describe_columns()[table].values() if column.type == "id")


def find_date_column(table: str) -> str | None:
    """Name of the column that dates the records of a raw table or a derived dataset, None where they have no date."""
    columns = describe_columns()[table]
    if table in RAW_SOURCES:
        return next((name for name, column in columns.items() if column.type == "date"), None)
    return next((name for name, column in columns.items() if column.as_of_cut == "exists"), None)


def find_missing_columns(tables: Tables, columns: Iterable[Column]) -> tuple[Column, ...]:
    """Raw columns that something needs and the tables do not have.

    For a column of a derived dataset these are the raw columns that it is made from.
    """
    missing: list[Column] = []
    for column in columns:
        own = (*RAW_SOURCES.get(column.table, ()), *RAW_SOURCES_OF_COLUMNS.get(column, ()))
        missing += [raw for raw in own or (column,) if not _is_there(tables, raw)]
    return tuple(dict.fromkeys(missing))


def _is_there(tables: Tables, column: Column) -> bool:
    if column.table in tables and column.name in tables[column.table].columns:
        return True
    return column in STAND_INS and all(_is_there(tables, other) for other in STAND_INS[column])


def match_records(table: pd.DataFrame, when: Sequence[Condition]) -> "pd.Series[bool]":
    """Records of one table that fulfil all conditions; a missing value fulfils none.

    Parameters
    ----------
    table : DataFrame
        A typed raw table.
    when : sequence of Condition
        Conditions on columns of this table.

    Returns
    -------
    Series of bool
        Indexed like the table.
    """
    matched = pd.Series(True, index=table.index)
    for condition in when:
        cells = table[condition.column.name]
        matched &= cells.notna() & _holds(cells, condition)
    return matched


def match_patients(tables: Tables, when: Sequence[Condition], patients: Sequence[str]) -> "pd.Series[bool]":
    """Patients who fulfil all conditions.

    Conditions on one table must be fulfilled by one and the same record of the patient.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The raw tables.
    when : sequence of Condition
        Conditions, on any number of tables.
    patients : sequence of str
        Identifiers of the patients asked about.

    Returns
    -------
    Series of bool
        Indexed by patient.
    """
    matched = pd.Series(True, index=pd.Index(patients, name="USUBJID"))
    for name in dict.fromkeys(condition.column.table for condition in when):
        records = match_records(tables[name], [condition for condition in when if condition.column.table == name])
        matched &= matched.index.isin(tables[name].loc[records, find_patient_column(name)])
    return matched


def _holds(cells: pd.Series, condition: Condition) -> "pd.Series[bool]":
    if condition.any_of is not None:
        return cells.isin(condition.any_of)
    if condition.none_of is not None:
        return ~cells.isin(condition.none_of)
    if condition.known:
        return cells.notna()
    if condition.below is not None:
        return cells < condition.below
    if condition.at_most is not None:
        return cells <= condition.at_most
    return cells >= (condition.at_least if condition.at_least is not None else np.nan)
