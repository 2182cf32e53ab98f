"""ADRS, ADAE and ADSAF: what patients had or did not have, with the record that says so."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from helpers.datasets.adsl import make_flag
from helpers.datasets.conditions import (
    find_date_column,
    find_missing_columns,
    find_patient_column,
    match_patients,
    match_records,
)
from helpers.datasets.responses import derive_best_response
from helpers.intake.reading import Tables
from helpers.study.model import Occurrence, Study

COLUMNS = ("STUDYID", "USUBJID", "PARAMCD", "PARAM", "ADT", "AVALC", "SRCDOM", "SRCVAR", "SRCSEQ")
TYPES: dict[str, Any] = {"ADT": "datetime64[ns]", "SRCSEQ": "Int64"}


def derive_occurrences(tables: Tables, adsl: pd.DataFrame, items: Sequence[Occurrence], study: Study) -> pd.DataFrame:
    """Derive what each patient had or did not have.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Raw tables and event-level datasets.
    adsl : DataFrame
        For the patients.
    items : sequence of Occurrence
        What is asked.
    study : Study
        For its id.

    Returns
    -------
    DataFrame
        One row a patient and parameter, columns `COLUMNS`: AVALC is Y or N, ADT the date of the first record that
        fulfils the conditions, and SRCDOM, SRCVAR, SRCSEQ that record (where none does, the patient's first). A
        parameter whose raw columns the study does not have is not there.
    """
    possible = [
        item for item in items if not find_missing_columns(tables, [condition.column for condition in item.when])
    ]
    parts = [_derive_parameter(tables, adsl, item) for item in possible]
    if not parts:
        return pd.DataFrame({column: pd.Series(dtype=TYPES.get(column, object)) for column in COLUMNS})
    return pd.concat(parts, ignore_index=True).assign(STUDYID=study.id)[list(COLUMNS)]


def derive_adrs(tables: Tables, responses: pd.DataFrame, treatment: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Put ADRS together: every assessment (OVR), each patient's best response (BOR), and the declared parameters.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        With ADRS, the assessments, where the study has any.
    responses : DataFrame
        The declared responses and outcomes, from `derive_occurrences`.
    treatment : DataFrame
        Dates of treatment by patient.
    study : Study
        For its id.
    """
    if "ADRS" not in tables:
        return _without_dates(responses)
    assessments = tables["ADRS"].assign(PARAMCD="OVR", PARAM="Marrow assessment")
    best = derive_best_response(tables["ADRS"], treatment).assign(PARAMCD="BOR", PARAM="Best response")
    own: dict[str, Any] = {"BLASTS": "float64", "MRD": "float64", "CRFL": object, "MRDFL": object, "ANL01FL": object}
    parts = [part.reindex(columns=[*COLUMNS, *own]).astype({**TYPES, **own}) for part in (assessments, best, responses)]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True).assign(STUDYID=study.id)


def derive_adae(tables: Tables, occurrences: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Put ADAE together: one row an adverse event where there are events, else one a patient and kind that occurred."""
    if study.clinical is not None:
        events = tables.get("ADAE", pd.DataFrame(columns=["USUBJID", "AETERM"]))
        return events.assign(STUDYID=study.id)[["STUDYID", *events.columns]]
    events = _without_dates(occurrences).rename(columns={"PARAM": "AETERM"})
    return events[events["AVALC"] == "Y"].drop(columns="AVALC").reset_index(drop=True)


def find_occurred(
    occurrences: pd.DataFrame, adsl: pd.DataFrame, items: Sequence[Occurrence]
) -> "dict[str, pd.Series[bool]]":
    """By parameter, whether each patient of ADSL had it."""
    had = occurrences[occurrences["AVALC"] == "Y"].groupby("PARAMCD")["USUBJID"].agg(set)
    return {item.param: adsl["USUBJID"].isin(had.get(item.param, set())) for item in items}


def find_onset(
    occurrences: pd.DataFrame, adsl: pd.DataFrame, items: Sequence[Occurrence]
) -> "dict[str, pd.Series[pd.Timestamp]]":
    """By parameter, the date of the first event of each patient of ADSL; NaT where there was none."""
    happened = occurrences[occurrences["AVALC"] == "Y"]
    dates = {item.param: happened[happened["PARAMCD"] == item.param].set_index("USUBJID")["ADT"] for item in items}
    return {param: adsl["USUBJID"].map(found).astype(TYPES["ADT"]) for param, found in dates.items()}


def _derive_parameter(tables: Tables, adsl: pd.DataFrame, item: Occurrence) -> pd.DataFrame:
    patients = list(adsl["USUBJID"])
    frame = pd.DataFrame({"USUBJID": patients, "PARAMCD": item.param, "PARAM": item.label})
    has = match_patients(tables, item.when, patients)
    frame["AVALC"] = make_flag(has)
    name = item.when[0].column.table
    table, date = tables[name], find_date_column(name)
    conditions = [condition for condition in item.when if condition.column.table == name]
    # the first record that fulfils the conditions; where none does, the patient's first record
    order = pd.DataFrame({"unmatched": ~match_records(table, conditions)}, index=table.index)
    if date:
        order["date"] = table[date]
    ordered = table.loc[order.sort_values([str(column) for column in order], kind="stable").index]
    first = ordered.assign(RECORD=ordered.index).drop_duplicates(find_patient_column(name))
    first = first.set_index(find_patient_column(name))
    variables = "+".join(dict.fromkeys(condition.column.name for condition in conditions))
    dates = frame["USUBJID"].map(first[date]).where(has.to_numpy()) if date else pd.Series(pd.NaT, frame.index)
    frame["ADT"] = dates.astype(TYPES["ADT"])
    frame["SRCDOM"] = frame["USUBJID"].map(first["SRCDOM"]) if "SRCDOM" in first else name
    frame["SRCVAR"] = frame["USUBJID"].map(first["SRCVAR"]) if "SRCVAR" in first else variables
    frame["SRCSEQ"] = frame["USUBJID"].map(first["SRCSEQ" if "SRCSEQ" in first else "RECORD"]).astype(TYPES["SRCSEQ"])
    return frame


def _without_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out the dates where the study has none."""
    return frame.drop(columns="ADT") if frame["ADT"].isna().all() else frame
