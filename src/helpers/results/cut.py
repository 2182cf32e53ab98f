"""One data cut, from the raw tables to the results: what every chapter starts from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from helpers.datasets.adsl import derive_adsl, find_deviations
from helpers.datasets.adtte import ADTTE_COLUMNS, TimeToEvent, derive_time_to_event
from helpers.datasets.events import EventDatasets, derive_event_datasets
from helpers.datasets.occurrence import derive_adae, derive_adrs, derive_occurrences, find_occurred, find_onset
from helpers.intake.findings import Finding, refuse_errors
from helpers.intake.reading import Tables, read_raw_data
from helpers.results.audit import AuditedClaim, audit_claims, make_audit_rows
from helpers.results.benchmarks import list_benchmarks
from helpers.results.comparisons import compare_strata
from helpers.results.continuous import analyse_continuous
from helpers.results.current_remission import PARAM as CURRENT_REMISSION
from helpers.results.current_remission import analyse_current_remission
from helpers.results.exposure import analyse_exposure
from helpers.results.flow import count_flow
from helpers.results.later_states import analyse_later_states
from helpers.results.occurrence import (
    analyse_flags,
    analyse_occurrences,
    analyse_reported_counts,
    count_populations,
)
from helpers.results.safety import analyse_onset, analyse_terms
from helpers.results.schema import Rows, make_results
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
        The checked raw tables as of the cut.
    findings : tuple of Finding
        Warnings about the raw data.
    events : EventDatasets
        The event-level datasets, by their ADaM names.
    adsl, adrs, adae, adtte : DataFrame
        The analysis datasets.
    occurrences : DataFrame
        By patient and parameter, whether each declared response, outcome and adverse event occurred, and when.
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
    events: EventDatasets
    adsl: pd.DataFrame
    adrs: pd.DataFrame
    adae: pd.DataFrame
    adtte: pd.DataFrame
    occurrences: pd.DataFrame
    time_to_event: Mapping[str, TimeToEvent]
    audited: list[AuditedClaim]
    results: pd.DataFrame

    @property
    def sources(self) -> Tables:
        """The raw tables and the event-level datasets: all that a condition in study.yml can be about."""
        return {**self.tables, **self.events.tables}

    @property
    def datasets(self) -> dict[str, pd.DataFrame]:
        """The analysis datasets that are delivered, by the name of their file."""
        datasets = {"adsl": self.adsl, "adrs": self.adrs, "adae": self.adae, "adtte": self.adtte}
        for name in ("ADEX", "ADLB", "ADGVHD"):
            if name in self.events.tables:
                frame = self.events.tables[name]
                datasets[name.lower()] = frame.assign(STUDYID=self.study.id)[["STUDYID", *frame.columns]]
        if self.study.clinical is not None:
            safety = {item.param for item in self.study.occurrences}
            datasets["adsaf"] = self.occurrences[self.occurrences["PARAMCD"].isin(safety)]
        return datasets


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
    events = derive_event_datasets(raw.tables, study)
    sources = {**raw.tables, **events.tables}
    adsl = derive_adsl(sources, study, events.treatment)
    occurrences = derive_occurrences(sources, adsl, study.occurrence_params, study)
    is_safety = occurrences["PARAMCD"].isin([item.param for item in study.occurrences])
    adrs = derive_adrs(sources, occurrences[~is_safety], events.treatment, study)
    adae = derive_adae(sources, occurrences[is_safety], study)
    derived = {endpoint.param: derive_time_to_event(sources, adsl, endpoint, study) for endpoint in study.endpoints}
    contradictions = [finding for endpoint in derived.values() for finding in endpoint.findings]
    found = [*events.findings, *find_deviations(sources, adsl, study), *contradictions]
    folder = study.get_raw_folder(cut).relative_to(study.folder).as_posix()
    findings = (*raw.findings, *(replace(finding, folder=folder) for finding in dict.fromkeys(found)))
    refuse_errors(findings)
    rows = _analyse(study, adsl, occurrences, derived, sources, events)
    published = read_published_claims(study)
    audited = audit_claims(published, make_results(rows)) if published else []
    results = make_results(rows + (make_audit_rows(audited) if audited else []))
    parts = [endpoint.adtte for endpoint in derived.values() if len(endpoint.adtte)]
    adtte = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(ADTTE_COLUMNS))
    return CutData(
        study,
        cut,
        audience,
        raw.tables,
        findings,
        events,
        adsl,
        adrs,
        adae,
        adtte,
        occurrences,
        derived,
        audited,
        results,
    )


def _analyse(
    study: Study,
    adsl: pd.DataFrame,
    occurrences: pd.DataFrame,
    derived: Mapping[str, TimeToEvent],
    sources: Tables,
    events: EventDatasets,
) -> Rows:
    """Make every analysis that a study declares, or that its event-level tables call for."""
    occurred = find_occurred(occurrences, adsl, study.occurrence_params)
    onset = find_onset(occurrences, adsl, study.occurrences)
    return (
        count_flow(adsl, study)
        + count_populations(adsl, sources, study)
        + analyse_continuous(adsl, study)
        + analyse_flags(adsl, sources, study)
        + analyse_exposure(adsl, sources, study)
        + analyse_occurrences(adsl, occurred, sources, study)
        + analyse_reported_counts(sources, study)
        + analyse_terms(adsl, sources, study)
        + analyse_onset(adsl, onset, events.treatment, sources, study)
        + analyse_time_to_event(adsl, derived, study)
        + analyse_current_remission(adsl, derived.get(CURRENT_REMISSION), sources, events.treatment, study)
        + analyse_later_states(derived, sources, study)
        + compare_strata(adsl, occurred, derived, sources, study)
        + list_benchmarks(study)
    )
