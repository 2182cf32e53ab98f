"""The landmarks of each patient's treatment, from which the event-level datasets count."""

from typing import Any

import pandas as pd

from helpers.datasets.adsl import make_flag
from helpers.intake.reading import FOLLOW_UP, Tables
from helpers.study.clinical import Clinical

PATIENT = "patient"
"""The identifier in every event-level table."""


def derive_treatment(tables: Tables, clinical: Clinical) -> pd.DataFrame:
    """Find the dates of treatment and follow-up of each treated patient.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Typed raw tables as of a cut.
    clinical : Clinical
        For the column with the start of treatment.

    Returns
    -------
    DataFrame
        Indexed by patient, in the order of the patient table; NaT where there is none: TRTSDT (first dose), TRTEDT
        (last day of drug or infusion), ONTRT (whether a dose still goes on), CRS1EDT (last day of the first course,
        missing while it goes on), NEWTRTDT (start of another treatment of the leukaemia), FRLPDT (first relapse), DTHDT
        (death), LSTALVDT (last contact), FDLIDT (first infusion of the plan, see `derive_infusions`).
    """
    start = clinical.treatment_start
    known = tables[start.table].set_index(PATIENT)[start.name].dropna()
    treatment = pd.DataFrame({"TRTSDT": known})
    last_dose, goes_on = _find_last_dose(tables)
    last_infusion = treatment.index.to_series().map(_dates(tables, "dli", "dli_date").max())
    treatment["TRTEDT"] = pd.concat([treatment.index.to_series().map(last_dose), last_infusion], axis=1).max(axis=1)
    treatment["ONTRT"] = treatment.index.isin(goes_on)
    for name, found in {
        "CRS1EDT": _find_end_of_first_course(tables),
        "NEWTRTDT": _dates(tables, "subsequent_therapy", "therapy_date").min(),
        "FRLPDT": _dates(tables, "relapse", "relapse_date").min(),
        "DTHDT": _dates(tables, FOLLOW_UP, "death_date").min(),
        "LSTALVDT": _dates(tables, FOLLOW_UP, "last_contact_date").max(),
    }.items():
        treatment[name] = treatment.index.to_series().map(found).astype("datetime64[ns]")
    addli = derive_infusions(tables, treatment)
    planned = addli[addli["PLANFL"] == "Y"].groupby("USUBJID")["ADT"].min()
    treatment["FDLIDT"] = treatment.index.to_series().map(planned).astype("datetime64[ns]")
    return treatment


def derive_infusions(tables: Tables, treatment: pd.DataFrame) -> pd.DataFrame:
    """Derive ADDLI: one row an infusion of a treated patient.

    Returns
    -------
    DataFrame
        USUBJID, ADT, PLANFL (Y where it was given before any relapse under treatment and before another treatment of
        the leukaemia; a later one is salvage and starts no clock), SRCDOM, SRCVAR, SRCSEQ.
    """
    dli = tables.get("dli")
    if dli is None or "dli_date" not in dli:
        return pd.DataFrame({"USUBJID": [], "ADT": pd.Series(dtype="datetime64[ns]"), "PLANFL": []})
    dli = dli[dli[PATIENT].isin(treatment.index)]
    frame = pd.DataFrame({"USUBJID": dli[PATIENT].astype(str), "ADT": dli["dli_date"]})
    ended = [frame["ADT"] >= frame["USUBJID"].map(treatment[name]) for name in ("FRLPDT", "NEWTRTDT")]
    frame["PLANFL"] = make_flag(~(ended[0] | ended[1]))
    return frame.assign(SRCDOM="dli", SRCVAR="dli_date", SRCSEQ=dli.index)


def find_treatment_emergent(dates: pd.DataFrame, treatment: pd.DataFrame, days_after: int) -> "pd.Series[bool]":
    """Whether something began under treatment or within so many days after it, and before any other treatment.

    Parameters
    ----------
    dates : DataFrame
        Columns USUBJID and ADT.
    treatment : DataFrame
        As `derive_treatment` returns it.
    days_after : int
        Days after the last dose or infusion; a patient still on drug has no such limit yet.
    """
    mine = treatment.reindex(dates["USUBJID"]).set_axis(dates.index)
    limit = mine["TRTEDT"] + pd.Timedelta(days=days_after)
    in_time = (dates["ADT"] <= limit) | mine["ONTRT"].eq(True)
    before_other = ~(dates["ADT"] >= mine["NEWTRTDT"])
    return (dates["ADT"] >= mine["TRTSDT"]) & in_time & before_other


def _find_last_dose(tables: Tables) -> "tuple[pd.Series[pd.Timestamp], set[str]]":
    doses = tables.get("blinatumomab")
    if doses is None or "end_date" not in doses:
        return pd.Series(dtype="datetime64[ns]"), set()
    return doses.groupby(PATIENT)["end_date"].max(), set(doses.loc[doses["end_date"].isna(), PATIENT])


def _find_end_of_first_course(tables: Tables) -> "pd.Series[pd.Timestamp]":
    doses = tables.get("blinatumomab")
    if doses is None or not {"cycle", "end_date"} <= set(doses.columns):
        return pd.Series(dtype="datetime64[ns]")
    first = doses[doses["cycle"] == 1]
    ends: pd.Series[pd.Timestamp] = first.groupby(PATIENT)["end_date"].max()
    return ends[~ends.index.isin(first.loc[first["end_date"].isna(), PATIENT])]


def _dates(tables: Tables, table: str, column: str) -> Any:
    """Dates of a table grouped by patient; no dates where the table is not there."""
    frame = tables.get(table)
    if frame is None or column not in frame:
        frame = pd.DataFrame({PATIENT: pd.Series(dtype=object), column: pd.Series(dtype="datetime64[ns]")})
    return frame.groupby(PATIENT)[column]
