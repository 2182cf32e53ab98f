"""A state that begins after the origin, such as GVHD, as a factor for an endpoint: never as a baseline split."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from helpers.datasets.adtte import TimeToEvent, get_event_code
from helpers.datasets.conditions import find_missing_columns, find_patient_column, match_records
from helpers.intake.reading import Tables
from helpers.results.comparisons import RATIO_STATS, TEST_STATS, make_ratio_rows, make_test_rows
from helpers.results.derivability import make_missing_rows
from helpers.results.schema import Key, Rows, make_rows
from helpers.statistics.regression import estimate_cox
from helpers.statistics.transplant import compare_mantel_byar, split_at_state
from helpers.study.clinical import LaterState
from helpers.study.model import Study

STATE_STATS = ("n", "entered", "events", "events_in_state")


def analyse_later_states(derived: Mapping[str, TimeToEvent], sources: Tables, study: Study) -> Rows:
    """Analyse each declared later state: patients who enter it, Mantel–Byar test, and cause-specific hazard ratio.

    A competing event of the endpoint ends the time at risk, as censoring does. A state that began before the origin
    holds from the origin on; one that begins on the day of the event or later was never at risk and changes nothing.
    """
    rows: Rows = []
    for state in study.later_states:
        tte = derived[state.endpoint]
        population = next(endpoint.population for endpoint in study.endpoints if endpoint.param == state.endpoint)
        key = Key(param=state.endpoint, population=population, variable=state.name)
        missing = (*tte.missing, *find_missing_columns(sources, state.columns))
        if missing:
            rows += make_missing_rows("later_state", STATE_STATS, key, missing)
            rows += make_missing_rows("mantelbyar", TEST_STATS, key, missing)
            rows += make_missing_rows("cox", RATIO_STATS, key, missing)
        elif tte.adtte.empty:
            rows += make_rows(dict.fromkeys(STATE_STATS, 0), "later_state", key, note="no patients")
            rows += make_rows(dict.fromkeys(TEST_STATS), "mantelbyar", key, note="no patients")
            rows += make_rows(dict.fromkeys(RATIO_STATS), "cox", key, note="no patients")
        else:
            rows += _analyse(tte.adtte, _find_start(sources, state), state, key, study)
    return rows


def _find_start(sources: Tables, state: LaterState) -> "pd.Series[pd.Timestamp]":
    """Date on which the state begins, by patient: the earliest of its sources."""
    dates = []
    for source in state.begins:
        table = sources[source.column.table]
        records = table[match_records(table, source.when)]
        dates.append(records.set_index(find_patient_column(source.column.table))[source.column.name])
    found = pd.concat(dates)
    first: pd.Series[pd.Timestamp] = found.groupby(level=0).min()
    return first


def _analyse(adtte: pd.DataFrame, start: "pd.Series[pd.Timestamp]", state: LaterState, key: Key, study: Study) -> Rows:
    days = (adtte["USUBJID"].map(start) - adtte["STARTDT"]).dt.days.clip(lower=0)
    months = days.to_numpy(dtype=float) / study.conventions.days_per_month
    durations = adtte["AVAL"].to_numpy(dtype=float)
    event = get_event_code(adtte) == 1
    begins = np.where(months < durations, months, np.nan)
    split = split_at_state(durations, event, begins)
    inside = split.in_state & split.event_observed
    numbers = (len(adtte), int(np.isfinite(begins).sum()), int(event.sum()), int(inside.sum()))
    stats = dict(zip(STATE_STATS, numbers, strict=True))
    rows = make_rows(stats, "later_state", key, method="patients, those who enter the state, and events")
    rows += make_test_rows("mantelbyar", compare_mantel_byar(durations, event, begins), key)
    at_risk = split.exit > split.entry  # who was seen on the day of the origin only was never at risk
    covariate = {state.name: split.in_state[at_risk].astype(float)}
    fit = estimate_cox(split.exit[at_risk], split.event_observed[at_risk], covariate, entry=split.entry[at_risk])
    method = f"{fit.method}; {state.label} as a time-dependent covariate, cause-specific hazard"
    return rows + make_ratio_rows("cox", fit.terms[0], key, method)
