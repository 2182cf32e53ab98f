"""The event-level datasets of a study, made from its raw tables as of a cut."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from helpers.datasets.adverse_events import derive_adverse_events, derive_laboratory
from helpers.datasets.conditions import find_missing_columns
from helpers.datasets.exposure import derive_exposure
from helpers.datasets.gvhd import derive_gvhd
from helpers.datasets.responses import derive_assessments, derive_relapses
from helpers.datasets.treatment import PATIENT, derive_infusions, derive_treatment
from helpers.intake.findings import Finding
from helpers.intake.reading import Tables
from helpers.study.analysis_columns import RAW_SOURCES
from helpers.study.clinical import Clinical
from helpers.study.model import Study

READ_AS_NONE = {
    "subsequent_therapy": (
        ("ADRS", "ADAE", "ADLB", "ADGVHD", "ADDLI", "ADEX"),
        "without it, responses, adverse events, GVHD and infusions are judged as if nobody had another treatment",
    ),
    "dli": (("ADAE", "ADLB"), "without it, adverse events are judged as if nobody had an infusion"),
    "relapse": (("ADDLI", "ADEX"), "without it, infusions and courses are judged as if nobody had relapsed"),
}
"""Optional tables whose absence is read as "nobody", for which datasets, and how that is said."""


@dataclass(frozen=True)
class EventDatasets:
    """Event-level datasets.

    Attributes
    ----------
    tables : mapping of str to DataFrame
        ADRS, ADRL, ADDLI, ADGVHD, ADAE, ADLB and ADEX, those whose raw columns the study has.
    treatment : DataFrame
        Dates of treatment and follow-up by patient; empty where the study declares no event-level tables.
    findings : tuple of Finding
        Where a grade derived and a grade recorded differ.
    """

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    treatment: pd.DataFrame = field(default_factory=pd.DataFrame)
    findings: tuple[Finding, ...] = ()


def derive_event_datasets(tables: Tables, study: Study) -> EventDatasets:
    """Derive all event-level datasets that the raw tables allow; without `clinical` in study.yml there are none."""
    clinical = study.clinical
    if clinical is None or find_missing_columns(tables, [clinical.treatment_start]):
        return EventDatasets()
    treatment = derive_treatment(tables, clinical)
    possible = {name for name, columns in RAW_SOURCES.items() if not find_missing_columns(tables, columns)}
    made: dict[str, pd.DataFrame] = {}
    findings: list[Finding] = []
    if "ADRS" in possible:
        made["ADRS"] = derive_assessments(tables, treatment, clinical.response)
    if "ADRL" in possible:
        made["ADRL"] = derive_relapses(tables, made.get("ADRS"), treatment, clinical.response)
    if "ADDLI" in possible:
        made["ADDLI"] = derive_infusions(tables, treatment)
    if "ADGVHD" in possible:
        gvhd = derive_gvhd(tables, treatment)
        made["ADGVHD"] = gvhd.frame
        findings += gvhd.findings
    if "ADAE" in possible:
        events = derive_adverse_events(tables, treatment, clinical.safety)
        made["ADAE"] = events.frame
        findings += events.findings
    if "ADLB" in possible:
        made["ADLB"] = derive_laboratory(tables, treatment, clinical.safety)
    if "ADEX" in possible:
        courses = _planned_courses(tables, study, clinical)
        made["ADEX"] = derive_exposure(tables, treatment, clinical.plan, courses, study.conventions.days_per_month)
    findings += [
        Finding(table, None, "", "", "", rule, "warning")
        for table, (datasets, rule) in READ_AS_NONE.items()
        if table not in tables and made.keys() & set(datasets)
    ]
    return EventDatasets(made, treatment, tuple(findings))


def _planned_courses(tables: Tables, study: Study, clinical: Clinical) -> "pd.Series[str]":
    """By patient, the code of the variable that decides the course."""
    variable = next((v for v in study.variables if clinical.plan and v.name == clinical.plan.by), None)
    if variable is None or variable.column is None or find_missing_columns(tables, [variable.column]):
        return pd.Series(dtype=object)
    return tables[variable.column.table].set_index(PATIENT)[variable.column.name]
