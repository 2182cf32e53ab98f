"""All analysis datasets of a study, from its typed raw tables."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from helpers.datasets.adsl import derive_adsl, find_deviations
from helpers.datasets.adtte import ADTTE_COLUMNS, TimeToEvent, derive_time_to_event
from helpers.datasets.events import EventDatasets, derive_event_datasets
from helpers.datasets.occurrence import derive_adae, derive_adrs, derive_occurrences
from helpers.intake.findings import Finding
from helpers.intake.reading import Tables
from helpers.study.model import Study


@dataclass(frozen=True, kw_only=True)
class Datasets:
    """The analysis datasets of a study.

    Attributes
    ----------
    study : Study
        What was declared.
    tables : mapping of str to DataFrame
        The checked raw tables they were made from.
    events : EventDatasets
        The event-level datasets, by their ADaM names.
    adsl, adrs, adae, adtte : DataFrame
        The analysis datasets.
    occurrences : DataFrame
        By patient and parameter, whether each declared response, outcome and adverse event occurred, and when.
    time_to_event : mapping of str to TimeToEvent
        Per endpoint, what was considered and what is missing.
    """

    study: Study
    tables: Tables
    events: EventDatasets
    adsl: pd.DataFrame
    adrs: pd.DataFrame
    adae: pd.DataFrame
    adtte: pd.DataFrame
    occurrences: pd.DataFrame
    time_to_event: Mapping[str, TimeToEvent]

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

    def find_contradictions(self) -> list[Finding]:
        """Where the datasets contradict the raw tables or each other, each finding once."""
        endpoints = (finding for tte in self.time_to_event.values() for finding in tte.findings)
        found = [*self.events.findings, *find_deviations(self.sources, self.adsl, self.study), *endpoints]
        return list(dict.fromkeys(found))


def derive_datasets(tables: Tables, study: Study) -> Datasets:
    """Derive every analysis dataset that a study declares.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Typed raw tables, as of a cut.
    study : Study
        Declares populations, variables, responses, events and endpoints.
    """
    events = derive_event_datasets(tables, study)
    sources = {**tables, **events.tables}
    adsl = derive_adsl(sources, study, events.treatment)
    occurrences = derive_occurrences(sources, adsl, study.occurrence_params, study)
    is_safety = occurrences["PARAMCD"].isin([item.param for item in study.occurrences])
    derived = {endpoint.param: derive_time_to_event(sources, adsl, endpoint, study) for endpoint in study.endpoints}
    parts = [endpoint.adtte for endpoint in derived.values() if len(endpoint.adtte)]
    return Datasets(
        study=study,
        tables=tables,
        events=events,
        adsl=adsl,
        adrs=derive_adrs(sources, occurrences[~is_safety], events.treatment, study),
        adae=derive_adae(sources, occurrences[is_safety], study),
        adtte=pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(ADTTE_COLUMNS)),
        occurrences=occurrences,
        time_to_event=derived,
    )
