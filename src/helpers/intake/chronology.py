"""Dates in order: within a record, along a patient's course, and against death and the last contact."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pandas as pd

from helpers.intake.findings import Finding, report_records
from helpers.study.dictionary import read_dictionary
from helpers.study.model import Study

Tables = Mapping[str, pd.DataFrame]


class InOrder(NamedTuple):
    """Two dates of one record that follow each other."""

    table: str
    earlier: str
    later: str
    name_of_earlier: str


IN_ORDER = (
    InOrder("patients", "hsct_date", "relapse_before_date", "the transplantation"),
    InOrder("patients", "relapse_before_date", "screening_date", "the relapse that is to be treated"),
    InOrder("patients", "screening_date", "treatment_start_date", "the screening"),
    InOrder("blinatumomab", "start_date", "end_date", "the first day of the dose"),
    InOrder("blinatumomab", "start_date", "interruption_start_date", "the first day of the dose"),
    InOrder("blinatumomab", "interruption_start_date", "interruption_end_date", "the start of the interruption"),
    InOrder("blinatumomab", "interruption_end_date", "end_date", "the end of the interruption"),
    InOrder("adverse_events", "onset_date", "end_date", "the onset"),
    InOrder("followup", "last_contact_date", "death_date", "the last contact"),
)
AFTER_TREATMENT_START = {
    "dli": "expected no earlier than the first dose of blinatumomab",
    "relapse": "expected no earlier than the first dose of blinatumomab: earlier relapses belong in the patient table",
    "subsequent_therapy": "expected no earlier than the first dose of blinatumomab",
}
"""Tables whose records belong to the treatment under study."""
ONE_RECORD_A_DAY = {
    "response": ("assessment_date",),
    "relapse": ("relapse_date",),
    "dli": ("dli_date",),
    "labs": ("lab_date",),
    "gvhd": ("onset_date", "type"),
    "adverse_events": ("onset_date", "term"),
    "subsequent_therapy": ("therapy_date", "therapy"),
}
END_OF_FOLLOW_UP = ("death_date", "last_contact_date")


def check_chronology(tables: Tables, study: Study) -> Iterator[Finding]:
    """Check the dates of the event-level tables as of a cut.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Typed raw tables.
    study : Study
        For the column with the start of treatment.
    """
    yield from _check_order(tables)
    yield from _check_days(tables)
    yield from _check_doses(tables)
    yield from _check_vital_status(tables)
    yield from _check_end_of_follow_up(tables)
    if study.clinical is not None:
        start = study.clinical.treatment_start
        treated = tables[start.table].dropna(subset=[start.name])
        yield from _check_treatment_start(tables, treated.set_index("patient")[start.name], start.table, start.name)


def _check_order(tables: Tables) -> Iterator[Finding]:
    for table, earlier, later, name in IN_ORDER:
        if table in tables and {earlier, later} <= set(tables[table].columns):
            records = tables[table]
            rule = f"expected no earlier than {name}"
            yield from report_records(table, records[records[later] < records[earlier]], later, rule)


def _check_days(tables: Tables) -> Iterator[Finding]:
    for table, columns in ONE_RECORD_A_DAY.items():
        if table in tables and set(columns) <= set(tables[table].columns):
            records = tables[table]
            again = records[records.duplicated(["patient", *columns])]
            yield from report_records(table, again, columns[0], "an earlier record of the patient has the same day")


def _check_doses(tables: Tables) -> Iterator[Finding]:
    doses = tables.get("blinatumomab")
    if doses is None or not {"start_date", "end_date"} <= set(doses.columns):
        return
    if "cycle" in doses:
        rule = "expected the number of the cycle"
        yield from report_records("blinatumomab", doses[doses["cycle"].isna()], "cycle", rule)
    if {"interruption_start_date", "interruption_end_date"} <= set(doses.columns):
        open_start = doses[doses["interruption_start_date"].isna() & doses["interruption_end_date"].notna()]
        rule = "expected the first day of the interruption"
        yield from report_records("blinatumomab", open_start, "interruption_start_date", rule)
    ordered = doses.sort_values(["patient", "start_date"], kind="stable")
    before = ordered.groupby("patient")[["start_date", "end_date"]].shift()
    overlaps = (ordered["start_date"] <= before["end_date"]) | (
        before["start_date"].notna() & before["end_date"].isna()
    )
    rule = "expected after the last day of the dose before it"
    yield from report_records("blinatumomab", ordered[overlaps], "start_date", rule)


def _check_vital_status(tables: Tables) -> Iterator[Finding]:
    followup = tables.get("followup")
    if followup is None or not {"vital_status", "death_date"} <= set(followup.columns):
        return
    dead, dated = followup["vital_status"] == "dead", followup["death_date"].notna()
    rule = "expected a date of death: the vital status is dead"
    yield from report_records("followup", followup[dead & ~dated], "death_date", rule)
    rule = "expected dead: there is a date of death"
    yield from report_records("followup", followup[dated & ~dead], "vital_status", rule)
    deaths = followup[dated].drop_duplicates(["patient", "death_date"])
    again = deaths[deaths.duplicated("patient")]
    yield from report_records("followup", again, "death_date", "an earlier record has another date of death")


def _check_end_of_follow_up(tables: Tables) -> Iterator[Finding]:
    """Nothing happens after death, and hardly anything after the last contact."""
    followup = tables.get("followup")
    if followup is None:
        return
    ends = followup.groupby("patient")[[name for name in END_OF_FOLLOW_UP if name in followup]].max()
    death, contact = (ends.get(name, pd.Series(pd.NaT, index=ends.index)) for name in END_OF_FOLLOW_UP)
    for table, columns in read_dictionary().items():
        if table not in tables or "patient" not in tables[table] or table == "followup":
            continue
        records = tables[table]
        died, seen = records["patient"].map(death), records["patient"].map(contact)
        for name in (name for name, column in columns.items() if column.type == "date" and name in records):
            after_death = records[records[name] > died]
            yield from report_records(table, after_death, name, "the date is after the patient's death")
            after_contact = records[(records[name] > seen) & died.isna()]
            yield from report_records(table, after_contact, name, "the date is after the last contact", "warning")


def _check_treatment_start(
    tables: Tables, start: "pd.Series[pd.Timestamp]", table: str, column: str
) -> Iterator[Finding]:
    if "blinatumomab" in tables:
        first = tables["blinatumomab"].groupby("patient")["start_date"].min()
        patients = tables[table]
        own, given = patients["patient"].map(start), patients["patient"].map(first)
        differs = (own.notna() | given.notna()) & ~(own == given)
        rule = "expected the first start_date of the patient in blinatumomab"
        yield from report_records(table, patients[differs], column, rule)
    for name, rule in AFTER_TREATMENT_START.items():
        if name in tables:
            records = tables[name]
            date = next(key for key in records if read_dictionary()[name][str(key)].type == "date")
            early = ~(records[date] >= records["patient"].map(start)) & records[date].notna()
            yield from report_records(name, records[early], str(date), rule)
