"""Check a raw table against the dictionary: findings, never repairs."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from helpers.intake.findings import Finding
from helpers.study.dictionary import RawColumn

EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
"""Dates outside are stand-ins for "no date", such as 9999-12-31, or slips of the keyboard."""


def check_table(
    name: str,
    text: pd.DataFrame,
    columns: Mapping[str, RawColumn],
    used: Collection[str] = (),
    one_record_a_patient: bool = False,
) -> list[Finding]:
    """Check one table, still as text.

    Parameters
    ----------
    name : str
        Name of the table.
    text : DataFrame
        Its cells as text, empty where missing; the index numbers the records from 1.
    columns : mapping of str to RawColumn
        What the dictionary says of its columns.
    used : collection of str
        Columns that study.yml uses: they must be there, required or not.
    one_record_a_patient : bool
        Whether a patient may stand in the table only once.

    Returns
    -------
    list of Finding
        Missing columns, unknown columns, and every cell that breaks a rule.
    """
    missing = [
        column.variable
        for column in columns.values()
        if column.variable not in text.columns and (column.required or column.variable in used)
    ]
    findings = [Finding(name, 1, "", column, "", "the column is missing", "error") for column in missing]
    for unknown in text.columns.difference(list(columns), sort=False):
        rule = "the column is not in data/dictionary.csv and is not used"
        findings.append(Finding(name, 1, "", str(unknown), "", rule, "warning"))
    return findings + _check_cells(name, text, columns, one_record_a_patient)


def _check_cells(
    name: str, text: pd.DataFrame, columns: Mapping[str, RawColumn], one_record_a_patient: bool
) -> list[Finding]:
    present = {column: rules for column, rules in columns.items() if column in text.columns}
    schema = pa.DataFrameSchema(
        {column: pa.Column(str, _rules(rules, one_record_a_patient)) for column, rules in present.items()}
    )
    try:
        schema.validate(text, lazy=True)
    except SchemaErrors as faults:
        ids = next((column for column, rules in present.items() if rules.type == "id"), None)
        cases = faults.failure_cases[["index", "column", "failure_case", "check"]]
        return [
            Finding(name, int(row) + 1, text.loc[row, ids] if ids else "", column, str(value), rule, "error")
            for row, column, value, rule in cases.itertuples(index=False)
        ]
    return []


def _rules(column: RawColumn, one_record_a_patient: bool) -> list[pa.Check]:
    rules = []
    if column.required:
        rules.append(_each("a value is required", lambda cell: cell != ""))
    if column.type == "id":
        if one_record_a_patient:
            rules.append(pa.Check(lambda cells: ~cells.duplicated(keep=False), error="each patient stands once"))
        rules.append(_each("no blanks around an identifier", lambda cell: cell == cell.strip()))
    if column.type == "code":
        codes = frozenset(column.codes)
        rules.append(_each(f"expected one of {', '.join(column.codes)}", lambda cell: cell in codes or cell == ""))
    if column.type in {"number", "integer"}:
        rules += _number_rules(column)
    if column.type == "date":
        rule = f"expected a date as YYYY-MM-DD, between {EARLIEST.isoformat()} and {LATEST.isoformat()}"
        rules.append(_each(rule, lambda cell: cell == "" or _is_date(cell)))
    return rules


def _number_rules(column: RawColumn) -> list[pa.Check]:
    unit = f" ({column.unit})" if column.unit else ""
    kind = "a whole number" if column.type == "integer" else "a number"
    rules = [_each(f"expected {kind}{unit}", lambda cell: cell == "" or _is_number(cell, column.type))]
    if limits := column.limits:
        low, high = limits
        rule = f"expected {low:g} to {high:g}{unit}"
        rules.append(_each(rule, lambda cell: not _is_number(cell, column.type) or low <= float(cell) <= high))
    return rules


def _each(rule: str, holds: Callable[[str], bool]) -> pa.Check:
    return pa.Check(holds, element_wise=True, error=rule)


def _is_number(cell: str, kind: str) -> bool:
    try:
        number = float(cell)
    except ValueError:
        return False
    # float() also takes "nan", "inf" and "1_000", which no data manager means as a number
    plain = number - number == 0 and "_" not in cell and cell == cell.strip() and cell.isascii()
    return plain and (kind == "number" or number == int(number))


def _is_date(cell: str) -> bool:
    try:
        date = dt.date.fromisoformat(cell)
    except ValueError:
        return False
    return date.isoformat() == cell and EARLIEST <= date <= LATEST
