"""ADTTE: the time-to-event engine. Endpoints are declared values; one engine derives them all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from helpers.datasets.conditions import find_missing_columns, find_patient_column, match_records
from helpers.intake.findings import Finding
from helpers.intake.reading import Tables
from helpers.study.declared import Column
from helpers.study.endpoints import Endpoint, Origin, Source
from helpers.study.model import Study

ADTTE_COLUMNS = (
    "STUDYID", "USUBJID", "PARAMCD", "PARAM", "AVAL", "AVALU", "CNSR", "STARTDT", "ADT",
    "EVNTDESC", "CNSDTDSC", "SRCDOM", "SRCVAR", "SRCSEQ",
)  # fmt: skip
EVENT, COMPETING, CENSORING = "event", "competing event", "censoring"
"""Roles of a candidate."""
CNSR_OF = {EVENT: 0, CENSORING: 1, COMPETING: 2}
"""Values of CNSR: the event, censored, and an event of a competing kind."""
CODE_OF = {0: 1, 1: 0, 2: 2}
"""What CNSR means to the statistics: 0 censored, 1 the event, 2 a competing event."""


@dataclass(frozen=True)
class TimeToEvent:
    """A derived endpoint, with all that was considered.

    Attributes
    ----------
    adtte : DataFrame
        One row a patient of the population, columns `ADTTE_COLUMNS`; AVAL in months.
    candidates : DataFrame
        Every event and censoring time that was found, the decisive one marked by CHOSEN.
    findings : tuple of Finding
        What contradicts itself in the dates.
    missing : tuple of Column
        Raw columns the endpoint needs and the study does not have; where there are any, the frames are empty.
    """

    adtte: pd.DataFrame
    candidates: pd.DataFrame
    findings: tuple[Finding, ...] = ()
    missing: tuple[Column, ...] = ()


def get_event_code(adtte: pd.DataFrame) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    """Event codes for the statistics: 0 censored, 1 the event, 2 a competing event.

    The only place where the ADaM variable CNSR is read, also from a delivered dataset, in which all cells are text.
    """
    codes = pd.to_numeric(adtte["CNSR"]).map(CODE_OF)
    if codes.isna().any():
        unknown = adtte.loc[codes.isna(), "CNSR"].iloc[0]
        raise ValueError(f"CNSR is {unknown!r}: expected 0 (event), 1 (censored) or 2 (competing event)")
    return codes.to_numpy().astype(np.int64)


def derive_time_to_event(tables: Tables, adsl: pd.DataFrame, endpoint: Endpoint, study: Study) -> TimeToEvent:
    """Derive one endpoint: the earliest event wins, otherwise the latest censoring time.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The checked raw tables.
    adsl : DataFrame
        Subject-level dataset, for the population.
    endpoint : Endpoint
        The declared origin, events, competing events and censoring.
    study : Study
        For the length of a month.
    """
    population = next(population for population in study.populations if population.name == endpoint.population)
    needed = (*endpoint.columns, *(condition.column for condition in population.when))
    missing = find_missing_columns(tables, needed)
    if missing:
        empty = pd.DataFrame(columns=list(ADTTE_COLUMNS))
        return TimeToEvent(empty, empty.assign(ROLE=[], CHOSEN=[]), missing=missing)
    patients = adsl.loc[adsl[endpoint.population] == "Y", "USUBJID"]
    candidates = _collect_candidates(tables, endpoint)
    candidates = candidates[candidates["USUBJID"].isin(patients)]
    if endpoint.origin.date is not None:
        candidates = _count_from_origin(candidates, tables, endpoint.origin, study.conventions.days_per_month)
    findings = _find_contradictions(candidates, patients, endpoint)
    candidates = _choose(candidates, list(patients))
    candidates.insert(0, "STUDYID", study.id)
    candidates.insert(2, "PARAMCD", endpoint.param)
    candidates.insert(3, "PARAM", endpoint.label)
    candidates.insert(5, "AVALU", "MONTHS")
    candidates.insert(6, "CNSR", candidates["ROLE"].map(CNSR_OF))
    adtte = candidates.loc[candidates["CHOSEN"], list(ADTTE_COLUMNS)].reset_index(drop=True)
    return TimeToEvent(adtte, candidates, tuple(findings))


def _collect_candidates(tables: Tables, endpoint: Endpoint) -> pd.DataFrame:
    roles = [(EVENT, endpoint.events), (COMPETING, endpoint.competing)]
    if endpoint.ties == "competing":
        roles.reverse()
    roles.append((CENSORING, endpoint.censoring))
    ranked = [(role, source) for role, sources in roles for source in sources]
    parts = [_candidates_of(tables, source, role, rank) for rank, (role, source) in enumerate(ranked)]
    return pd.concat(parts, ignore_index=True)


def _candidates_of(tables: Tables, source: Source, role: str, rank: int) -> pd.DataFrame:
    column = source.column
    table = tables[column.table]
    # a condition on another table is a condition on the patient, one on this table on the record
    own = [condition for condition in source.when if condition.column.table == column.table]
    records = table[match_records(table, own) & table[column.name].notna()]
    patients = records[find_patient_column(column.table)].astype(str)
    for other in dict.fromkeys(c.column.table for c in source.when if c.column.table != column.table):
        conditions = [condition for condition in source.when if condition.column.table == other]
        matched = tables[other][match_records(tables[other], conditions)]
        patients = patients[patients.isin(matched[find_patient_column(other)].astype(str))]
    records = records.loc[patients.index]
    times = records[column.name]
    return pd.DataFrame(
        {
            "USUBJID": patients,
            "AVAL": times if source.time else np.nan,
            "ROLE": role,
            "STARTDT": pd.NaT,
            "ADT": times if source.date else pd.NaT,
            "EVNTDESC": None if role == CENSORING else source.label,
            "CNSDTDSC": source.label if role == CENSORING else None,
            # a derived record says which raw record it was made from
            "SRCDOM": records.get("SRCDOM", column.table),
            "SRCVAR": records.get("SRCVAR", column.name),
            "SRCSEQ": records.get("SRCSEQ", records.index.to_series()),
            "RANK": rank,
        }
    ).astype({"AVAL": "float64", "STARTDT": "datetime64[ns]", "ADT": "datetime64[ns]"})


def _count_from_origin(candidates: pd.DataFrame, tables: Tables, origin: Origin, days_per_month: float) -> pd.DataFrame:
    start = candidates["USUBJID"].map(find_origins(tables, origin))
    return candidates.assign(STARTDT=start, AVAL=(candidates["ADT"] - start).dt.days / days_per_month)


def find_origins(tables: Tables, origin: Origin) -> "pd.Series[pd.Timestamp]":
    """Date of the origin by patient: the earliest whose record fulfils the conditions."""
    assert origin.date is not None  # asked by callers that count from a date
    table = tables[origin.date.table]
    records = table[match_records(table, origin.when)]
    return records.groupby(find_patient_column(origin.date.table))[origin.date.name].min()


def _find_contradictions(candidates: pd.DataFrame, patients: "pd.Series[str]", endpoint: Endpoint) -> list[Finding]:
    findings = []
    timed = candidates["AVAL"].notna()
    for patient in patients[~patients.isin(candidates.loc[timed, "USUBJID"])]:
        # a patient with dates but no time has no origin
        has_dates = (candidates["USUBJID"] == patient).any() and endpoint.origin.date is not None
        column = endpoint.origin.date if has_dates and endpoint.origin.date else endpoint.sources[-1].column
        lacks = (
            f"has no date of the {endpoint.origin.label}" if has_dates else "has neither an event nor a censoring time"
        )
        rule = f"{endpoint.param}: the patient {lacks}"
        findings.append(Finding(column.table, None, patient, column.name, "", rule, "error"))
    early = candidates[candidates["AVAL"] < 0]
    findings += _about_dates(
        early, f"{endpoint.param}: the date is before the {endpoint.origin.label}", early["STARTDT"]
    )
    return findings


def _about_dates(records: pd.DataFrame, rule: str, limits: "pd.Series[pd.Timestamp]") -> list[Finding]:
    return [
        Finding(
            record["SRCDOM"],
            record["SRCSEQ"] + 1,
            record["USUBJID"],
            record["SRCVAR"],
            f"{record['ADT']:%Y-%m-%d}",
            f"{rule}, {limit:%Y-%m-%d}",
            "error",
        )
        for record, limit in zip(records.to_dict(orient="records"), limits, strict=True)
    ]


def _choose(candidates: pd.DataFrame, patients: Sequence[str]) -> pd.DataFrame:
    position = {patient: place for place, patient in enumerate(patients)}
    is_event = candidates["ROLE"] != CENSORING
    # events first, earliest first; then censoring, latest first; precedence decides between equal times
    ordered = candidates.assign(
        _patient=candidates["USUBJID"].map(position),
        _censored=~is_event,
        _time=candidates["AVAL"].where(is_event, -candidates["AVAL"]),
    ).sort_values(["_patient", "_censored", "_time", "RANK", "SRCSEQ"], kind="stable")
    ordered["CHOSEN"] = ~ordered["USUBJID"].duplicated() & ordered["AVAL"].notna()
    ordered["SRCSEQ"] = ordered["SRCSEQ"].astype("Int64")
    return ordered.drop(columns=["_patient", "_censored", "_time", "RANK"]).reset_index(drop=True)
