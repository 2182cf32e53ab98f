"""One data cut, from the raw tables to the results: what every chapter starts from."""

from dataclasses import dataclass, fields, replace

import pandas as pd

from helpers.datasets.derivation import Datasets, derive_datasets
from helpers.datasets.occurrence import find_occurred, find_onset
from helpers.intake.findings import Finding, refuse_errors
from helpers.intake.reading import read_raw_data
from helpers.results.audit import AuditedClaim, audit_claims, make_audit_rows
from helpers.results.benchmarks import list_benchmarks
from helpers.results.comparisons import compare_strata
from helpers.results.continuous import analyse_continuous
from helpers.results.current_remission import PARAM as CURRENT_REMISSION
from helpers.results.current_remission import analyse_current_remission
from helpers.results.exposure import analyse_exposure
from helpers.results.flow import count_flow
from helpers.results.later_states import analyse_later_states
from helpers.results.maturity import analyse_maturity
from helpers.results.occurrence import (
    analyse_flags,
    analyse_occurrences,
    analyse_reported_counts,
    count_populations,
)
from helpers.results.public import keep_shown, protect_results
from helpers.results.safety import analyse_onset, analyse_terms
from helpers.results.schema import Rows, make_results
from helpers.results.subgroups import analyse_subgroups
from helpers.results.time_to_event import analyse_time_to_event
from helpers.study.claims import read_published_claims
from helpers.study.errors import UnknownNameError
from helpers.study.model import Cut, Study
from helpers.study.reading import read_cut, read_study

COAUTHORS, PUBLIC = "coauthors", "public"
AUDIENCES = (COAUTHORS, PUBLIC)
"""For whom a report can be made. Of the public version, see `helpers.results.public`."""


@dataclass(frozen=True, kw_only=True)
class CutData(Datasets):
    """Everything known of a study at a data cut: its datasets and its results.

    Attributes
    ----------
    cut : Cut
        What was declared.
    audience : str
        For whom the report is made; for the public the results are protected, and there are no audited claims.
    findings : tuple of Finding
        Warnings about the raw data.
    audited : list of AuditedClaim
        Printed claims with their verdicts; empty where there are none.
    results : DataFrame
        The results table.
    """

    cut: Cut
    audience: str
    findings: tuple[Finding, ...]
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
    raw = read_raw_data(study, cut)
    datasets = derive_datasets(raw.tables, study)
    folder = study.get_raw_folder(cut).relative_to(study.folder).as_posix()
    contradictions = (replace(finding, folder=folder) for finding in datasets.find_contradictions())
    findings = (*raw.findings, *contradictions)
    refuse_errors(findings)
    rows = _analyse(datasets, cut)
    published = read_published_claims(study)
    audited = audit_claims(published, make_results(rows)) if published else []
    results = make_results(rows + (make_audit_rows(audited) if audited else []))
    if audience == PUBLIC:
        results, audited = protect_results(datasets, results), []
        datasets = replace(datasets, study=keep_shown(study, results))
    known = {field.name: getattr(datasets, field.name) for field in fields(Datasets)}
    return CutData(**known, cut=cut, audience=audience, findings=findings, audited=audited, results=results)


def _analyse(data: Datasets, cut: Cut) -> Rows:
    """Make every analysis that a study declares, or that its event-level tables call for."""
    study, adsl, sources, derived, treatment = (
        data.study,
        data.adsl,
        data.sources,
        data.time_to_event,
        data.events.treatment,
    )
    occurred = find_occurred(data.occurrences, adsl, study.occurrence_params)
    onset = find_onset(data.occurrences, adsl, study.occurrences)
    return (
        count_flow(adsl, study)
        + count_populations(adsl, sources, study)
        + analyse_continuous(adsl, study)
        + analyse_flags(adsl, sources, study)
        + analyse_exposure(adsl, sources, study)
        + analyse_occurrences(adsl, occurred, sources, study)
        + analyse_subgroups(adsl, occurred, sources, study)
        + analyse_reported_counts(sources, study)
        + analyse_terms(adsl, sources, study)
        + analyse_onset(adsl, onset, treatment, sources, study)
        + analyse_time_to_event(adsl, derived, study)
        + analyse_maturity(adsl, derived, study, cut)
        + analyse_current_remission(adsl, derived.get(CURRENT_REMISSION), sources, treatment, study)
        + analyse_later_states(derived, sources, study)
        + compare_strata(adsl, occurred, derived, sources, study)
        + list_benchmarks(study)
    )
