"""ADRS and ADAE: what patients had or did not have, with the record that says so."""

from collections.abc import Sequence

import pandas as pd

from helpers.datasets.adsl import make_flag
from helpers.datasets.conditions import find_patient_column, match_patients, match_records
from helpers.intake.reading import Tables
from helpers.study.model import Occurrence, Study


def derive_adrs(tables: Tables, adsl: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Derive responses and outcomes.

    Returns
    -------
    DataFrame
        One row a patient and parameter: STUDYID, USUBJID, PARAMCD, PARAM, AVALC (Y/N) and the record that decided,
        SRCDOM, SRCVAR, SRCSEQ (its number in the raw table, from 1).
    """
    parts = [_derive_parameter(tables, adsl, item) for item in (*study.responses, *study.outcomes)]
    return _stack(parts, study)


def derive_adae(tables: Tables, adsl: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Derive the adverse events that are known by patient.

    Returns
    -------
    DataFrame
        One row a patient and event that occurred: STUDYID, USUBJID, PARAMCD, AETERM, SRCDOM, SRCVAR, SRCSEQ.
    """
    parts = [_derive_parameter(tables, adsl, item) for item in study.occurrences]
    events = _stack(parts, study).rename(columns={"PARAM": "AETERM"})
    return events[events["AVALC"] == "Y"].drop(columns="AVALC").reset_index(drop=True)


def _derive_parameter(tables: Tables, adsl: pd.DataFrame, item: Occurrence) -> pd.DataFrame:
    patients = list(adsl["USUBJID"])
    frame = pd.DataFrame({"USUBJID": patients, "PARAMCD": item.param, "PARAM": item.label})
    frame["AVALC"] = make_flag(match_patients(tables, item.when, patients))
    column = item.when[0].column
    table = tables[column.table]
    conditions = [condition for condition in item.when if condition.column.table == column.table]
    # the first record that fulfils the conditions; where none does, the patient's first record
    order = (~match_records(table, conditions)).sort_values(kind="stable").index
    first = table.loc[order].drop_duplicates(find_patient_column(column.table))
    sequence = pd.Series(first.index, index=first[find_patient_column(column.table)])
    variables = "+".join(dict.fromkeys(condition.column.name for condition in conditions))
    frame["SRCDOM"], frame["SRCVAR"] = column.table, variables
    frame["SRCSEQ"] = frame["USUBJID"].map(sequence).astype("Int64")
    return frame


def _stack(parts: Sequence[pd.DataFrame], study: Study) -> pd.DataFrame:
    columns = ["USUBJID", "PARAMCD", "PARAM", "AVALC", "SRCDOM", "SRCVAR", "SRCSEQ"]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    frame.insert(0, "STUDYID", study.id)
    return frame
