"""ADSL: one row a patient, with populations and characteristics."""

from typing import Any

import pandas as pd

from helpers.datasets.conditions import match_patients
from helpers.intake.reading import Tables
from helpers.study.model import Study, Variable


def derive_adsl(tables: Tables, study: Study) -> pd.DataFrame:
    """Derive the subject-level dataset.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The checked raw tables.
    study : Study
        Declares patients, populations and variables.

    Returns
    -------
    DataFrame
        One row a patient in the order of the patient table, columns STUDYID, USUBJID, the population flags (Y/N) and
        the declared variables: numbers, codes, or flags (Y/N).
    """
    listing = tables[study.patients.table]
    patients = [str(patient) for patient in listing[study.patients.name]]
    adsl = pd.DataFrame({"STUDYID": study.id, "USUBJID": patients})
    for population in study.populations:
        adsl[population.name] = make_flag(match_patients(tables, population.when, patients))
    for variable in study.variables:
        adsl[variable.name] = _derive_variable(tables, variable, patients)
    return adsl


def make_flag(holds: "pd.Series[bool]") -> list[str]:
    """Turn true and false into the ADaM flag values Y and N."""
    return ["Y" if hold else "N" for hold in holds]


def _derive_variable(tables: Tables, variable: Variable, patients: list[str]) -> "list[str] | pd.Series[Any]":
    if variable.column is None:
        return make_flag(match_patients(tables, variable.when, patients))
    return tables[variable.column.table][variable.column.name].reset_index(drop=True)
