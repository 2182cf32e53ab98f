"""One data cut, from the raw tables to the results: what every chapter starts from."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from helpers.datasets.adsl import derive_adsl
from helpers.datasets.adtte import ADTTE_COLUMNS, TimeToEvent, derive_time_to_event
from helpers.datasets.occurrence import derive_adae, derive_adrs
from helpers.intake.findings import Finding, refuse_errors
from helpers.intake.reading import Tables, read_raw_data
from helpers.results.audit import AuditedClaim, audit_claims, make_audit_rows
from helpers.results.continuous import analyse_continuous
from helpers.results.occurrence import (
    analyse_flags,
    analyse_occurrences,
    analyse_reported_counts,
    count_populations,
)
from helpers.results.schema import make_results
from helpers.results.time_to_event import analyse_time_to_event
from helpers.study.claims import read_published_claims
from helpers.study.errors import UnknownNameError
from helpers.study.model import Cut, Study
from helpers.study.reading import read_cut, read_study

AUDIENCES = ("coauthors",)
"""For whom a report can be made. A public version, with small counts suppressed, does not exist yet."""


@dataclass(frozen=True)
class CutData:
    """Everything known of a study at a data cut.

    Attributes
    ----------
    study, cut : Study, Cut
        What was declared.
    audience : str
        For whom the report is made.
    tables : mapping of str to DataFrame
        The checked raw tables.
    findings : tuple of Finding
        Warnings about the raw data.
    adsl, adrs, adae, adtte : DataFrame
        The analysis datasets.
    time_to_event : mapping of str to TimeToEvent
        Per endpoint, what was considered and what is missing.
    audited : list of AuditedClaim
        Printed claims with their verdicts; empty where there are none.
    results : DataFrame
        The results table.
    """

    study: Study
    cut: Cut
    audience: str
    tables: Tables
    findings: tuple[Finding, ...]
    adsl: pd.DataFrame
    adrs: pd.DataFrame
    adae: pd.DataFrame
    adtte: pd.DataFrame
    time_to_event: Mapping[str, TimeToEvent]
    audited: list[AuditedClaim]
    results: pd.DataFrame


def open_cut(study: str, cut: str, audience: str = "coauthors") -> CutData:
    """Read, check, derive and analyse a study at a data cut.

    Parameters
    ----------
    study : str
        A name under data/, or a path to a study folder.
    cut : str
        Id of one of its cuts.
    audience : str
        For whom the report is made, one of `AUDIENCES`.

    Raises
    ------
    UsageError
        If the study, the cut or the audience is unknown, or study.yml does not fit; the message names what exists.
    DataError
        If the raw data have errors; all findings are in it.
    """
    if audience not in AUDIENCES:
        raise UnknownNameError("audience", audience, AUDIENCES)
    declared = read_study(study)
    return _derive_and_analyse(declared, read_cut(declared, cut), audience)


def _derive_and_analyse(study: Study, cut: Cut, audience: str) -> CutData:
    raw = read_raw_data(study)
    adsl = derive_adsl(raw.tables, study)
    adrs, adae = derive_adrs(raw.tables, adsl, study), derive_adae(raw.tables, adsl, study)
    derived = {endpoint.param: derive_time_to_event(raw.tables, adsl, endpoint, study) for endpoint in study.endpoints}
    findings = (*raw.findings, *(finding for endpoint in derived.values() for finding in endpoint.findings))
    refuse_errors(findings)
    rows = (
        count_populations(adsl, study)
        + analyse_continuous(adsl, study)
        + analyse_flags(adsl, study)
        + analyse_occurrences(adsl, adrs, adae, study)
        + analyse_reported_counts(raw.tables, study)
        + analyse_time_to_event(adsl, derived, study)
    )
    published = read_published_claims(study)
    audited = audit_claims(published, make_results(rows)) if published else []
    results = make_results(rows + (make_audit_rows(audited) if audited else []))
    parts = [endpoint.adtte for endpoint in derived.values() if len(endpoint.adtte)]
    adtte = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(ADTTE_COLUMNS))
    return CutData(study, cut, audience, raw.tables, findings, adsl, adrs, adae, adtte, derived, audited, results)
