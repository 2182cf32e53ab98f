"""Which patients, and which records, fulfil the conditions that study.yml declares."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.intake.reading import Tables
from helpers.study.declared import Condition
from helpers.study.dictionary import read_dictionary


def find_patient_column(table: str) -> str:
    """Name of the column that identifies the patient in a raw table."""
    return next(column.variable for column in read_dictionary()[table].values() if column.type == "id")


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
    if condition.below is not None:
        return cells < condition.below
    return cells >= (condition.at_least if condition.at_least is not None else np.nan)
