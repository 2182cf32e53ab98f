"""ADSL: one row a patient, with populations and characteristics."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from helpers.datasets.conditions import find_missing_columns, match_patients
from helpers.intake.findings import Finding, show_value
from helpers.intake.reading import Tables
from helpers.study.clinical import Criterion
from helpers.study.declared import Condition
from helpers.study.model import TREATED, Study, Variable

DATES = ("TRTSDT", "TRTEDT", "DTHDT", "LSTALVDT")
"""Dates of the event-level tables that ADSL repeats."""


def derive_adsl(tables: Tables, study: Study, treatment: pd.DataFrame | None = None) -> pd.DataFrame:
    """Derive the subject-level dataset.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The checked raw tables.
    study : Study
        Declares patients, populations and variables.
    treatment : DataFrame, optional
        Dates of treatment and follow-up by patient, where the study has event-level tables.

    Returns
    -------
    DataFrame
        One row a patient in the order of the patient table, columns STUDYID, USUBJID, the population flags (Y/N), for
        each eligibility criterion whether it is met (Y/N, missing where it is not recorded) and ELIGFL (N where one is
        not, missing where that cannot be told), and the declared variables: numbers, codes, or flags (Y/N). A flag
        whose raw columns the study does not have is missing for everybody.
    """
    listing = tables[study.patients.table]
    patients = [str(patient) for patient in listing[study.patients.name]]
    adsl = pd.DataFrame({"STUDYID": study.id, "USUBJID": patients})
    for population in study.populations:
        adsl[population.name] = _derive_flag(tables, population.when, patients)
    for criterion in study.eligibility:
        adsl[criterion.name] = _derive_criterion(tables, criterion, patients)
    if study.eligibility:
        met = adsl[[criterion.name for criterion in study.eligibility]]
        can_be_told = met.notna().all(axis=1) | (met == "N").any(axis=1)
        adsl["ELIGFL"] = pd.Series(make_flag((met == "Y").all(axis=1))).where(can_be_told, None)
    if treatment is not None and len(treatment):
        for name in DATES:
            adsl[name] = adsl["USUBJID"].map(treatment[name])
    for variable in study.variables:
        adsl[variable.name] = _derive_variable(tables, variable, patients, study)
    return adsl


def make_flag(holds: "pd.Series[bool]") -> list[str]:
    """Turn true and false into the ADaM flag values Y and N."""
    return ["Y" if hold else "N" for hold in holds]


def _derive_flag(tables: Tables, when: Sequence[Condition], patients: list[str]) -> list[str] | list[None]:
    if find_missing_columns(tables, [condition.column for condition in when]):
        return [None] * len(patients)
    return make_flag(match_patients(tables, when, patients))


def _derive_criterion(tables: Tables, criterion: Criterion, patients: list[str]) -> "pd.Series[str]":
    """Whether a criterion is met; where a value that it asks for is not recorded, that is not known."""
    nothing = pd.Series(None, index=range(len(patients)), dtype=object)
    if find_missing_columns(tables, [condition.column for condition in criterion.when]):
        return nothing
    holds = pd.Series(make_flag(match_patients(tables, criterion.when, patients)))
    met = holds if criterion.kind == "inclusion" else holds.map({"Y": "N", "N": "Y"})
    asked = [Condition(column=condition.column, known=True) for condition in criterion.when if not condition.known]
    recorded = match_patients(tables, asked, patients).reset_index(drop=True)
    return met.where(recorded, nothing)


def _derive_variable(
    tables: Tables, variable: Variable, patients: list[str], study: Study
) -> "list[str] | list[None] | pd.Series[Any]":
    if variable.between is not None:
        start, end = variable.between
        days = (tables[end.table][end.name] - tables[start.table][start.name]).dt.days
        return days.reset_index(drop=True) / study.conventions.days_per_month
    if variable.column is None:
        return _derive_flag(tables, variable.when, patients)
    return tables[variable.column.table][variable.column.name].reset_index(drop=True)


def find_deviations(tables: Tables, adsl: pd.DataFrame, study: Study) -> Iterator[Finding]:
    """Patients treated although a criterion is not met: a warning that names it."""
    rows = tables[study.patients.table].index
    for criterion in study.eligibility if study.clinical is not None else ():
        column = criterion.when[0].column
        broken = adsl.index[(adsl[criterion.name] == "N") & (adsl[TREATED] == "Y")]
        for place in broken:
            row = int(rows[place]) + 1 if column.table == study.patients.table else None
            rule = f"treated although not eligible: {criterion.reason}"
            value = show_value(tables[column.table][column.name].iloc[place]) if row else ""
            yield Finding(column.table, row, adsl.loc[place, "USUBJID"], column.name, value, rule, "warning")
