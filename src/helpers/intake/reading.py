"""Read the raw tables as they are: text, cell by cell, with the row each came from."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from helpers.intake.as_of_cut import take_as_of_cut
from helpers.intake.checking import check_table
from helpers.intake.chronology import check_chronology
from helpers.intake.consistency import check_between_tables
from helpers.intake.findings import Finding, refuse_errors
from helpers.intake.plausibility import check_plausibility
from helpers.study.clinical import ResponseRules
from helpers.study.dictionary import RawColumn, read_dictionary
from helpers.study.model import Cut, Study

FOLLOW_UP = "followup"
"""The table that says of every patient how long and in what state; the latest contact counts."""

Tables = Mapping[str, pd.DataFrame]
"""Raw tables by name; the index of each is the record's number in its file, from 1."""


@dataclass(frozen=True)
class RawData:
    """The checked raw tables of a study.

    Attributes
    ----------
    tables : mapping of str to DataFrame
        Typed tables; missing cells are missing, numbers are float64, dates datetime64.
    texts : mapping of str to DataFrame
        The same tables as text, as of the cut.
    findings : tuple of Finding
        Warnings; with errors there are no raw data.
    """

    tables: Tables
    texts: Tables
    findings: tuple[Finding, ...]


def read_raw_data(study: Study, cut: Cut) -> RawData:
    """Read, check and type the raw tables that a study declares, as of a cut.

    Raises
    ------
    DataError
        If a required table or column is missing or a cell breaks a rule; all findings are in it.
    """
    folder = study.get_raw_folder(cut)
    texts, findings = read_texts(study, folder)
    known = take_as_of_cut(texts, read_dictionary(), study.patients.table, cut.date)
    findings += known.findings
    for name, text in known.texts.items():
        used = {column.name for column in study.columns() if column.table == name}
        findings += check_table(name, text, read_dictionary()[name], used, name == study.patients.table)
    findings += check_between_tables(known.texts, study)
    findings = [replace(finding, folder=folder.relative_to(study.folder).as_posix()) for finding in findings]
    refuse_errors(findings)
    tables = type_tables(known.texts)
    blasts_below = (study.clinical.response if study.clinical else ResponseRules()).blasts_below
    across = [*check_chronology(tables, study), *check_plausibility(tables, blasts_below)]
    findings += [replace(finding, folder=folder.relative_to(study.folder).as_posix()) for finding in across]
    refuse_errors(findings)
    return RawData(tables, known.texts, tuple(findings))


def read_texts(study: Study, folder: Path) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """Read the declared tables of a folder as text.

    Returns
    -------
    dict of DataFrame, list of Finding
        What could be read, and what could not be, with the reason.
    """
    texts: dict[str, pd.DataFrame] = {}
    findings: list[Finding] = []
    declared = (*study.tables, *study.optional_tables)
    for name in declared:
        if name not in read_dictionary():
            findings.append(_about_table(name, "the table is not in data/dictionary.csv"))
            continue
        file = folder / f"{name}.csv"
        if not file.is_file():
            findings.append(_missing(name, file, required=name in study.tables))
            continue
        text, faults = _read_text(name, file)
        findings += faults
        if text is None:
            continue
        if text.empty and name == study.patients.table:
            findings.append(_about_table(name, "the file has no records"))
            continue
        texts[name] = text
    for file in sorted(folder.glob("[!.~]*")):
        if file.suffix != ".csv":
            rule = f"the file is not used: tables are read from .csv files, this is {file.name}"
            findings.append(_about_table(file.stem, rule, "warning"))
        elif file.stem not in declared:
            rule = "the file is not used: its table is not under tables in study.yml"
            findings.append(_about_table(file.stem, rule, "warning"))
    return texts, findings


def _missing(name: str, file: Path, required: bool) -> Finding:
    if required:
        return _about_table(name, f"the file is missing; looked for {file}")
    rule = "the optional table is not there: what needs it is not derivable"
    return _about_table(name, rule, "warning")


def _read_text(name: str, file: Path) -> tuple[pd.DataFrame | None, list[Finding]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.reader(lines, strict=True))
    except UnicodeDecodeError as error:
        return None, [_about_table(name, f"the file is not UTF-8 (byte {error.start})")]
    except csv.Error as error:
        return None, [_about_table(name, f"the file is not readable as CSV: {error}")]
    if not rows:
        return None, [_about_table(name, "the file is empty, it has no header")]
    header, *records = rows
    findings = [
        Finding(name, row, "", "", "", f"expected {len(header)} cells, found {len(record)}", "error")
        for row, record in enumerate(records, start=2)
        if len(record) != len(header)
    ]
    repeated = sorted({column for column in header if header.count(column) > 1})
    findings += [Finding(name, 1, "", column, "", "the column stands twice", "error") for column in repeated]
    if findings:
        return None, findings
    return pd.DataFrame(records, columns=header, index=pd.RangeIndex(1, len(records) + 1), dtype=str), []


def _about_table(table: str, rule: str, severity: str = "error") -> Finding:
    return Finding(table, None, "", "", "", rule, "warning" if severity == "warning" else "error")


def type_tables(texts: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Give the cells of checked raw tables their types, by the dictionary; columns it does not know are left out."""
    return {name: _typed(text, read_dictionary()[name]) for name, text in texts.items()}


def _typed(text: pd.DataFrame, columns: Mapping[str, RawColumn]) -> pd.DataFrame:
    known = [name for name in text.columns if name in columns]
    return pd.DataFrame({name: _typed_column(text[name], columns[name].type) for name in known}, index=text.index)


def _typed_column(cells: "pd.Series[str]", kind: str) -> pd.Series:
    present = cells.where(cells != "")
    if kind in {"number", "integer"}:
        return pd.to_numeric(present).astype("float64")
    if kind == "date":
        return pd.to_datetime(present, format="%Y-%m-%d")
    return present.astype(object).where(present.notna(), None)
