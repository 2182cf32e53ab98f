"""Kaplan–Meier analyses of the declared endpoints, with follow-up; "not derivable" is a result."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.datasets.adtte import TimeToEvent, get_event_code
from helpers.results.schema import Key, Rows, make_rows
from helpers.results.strata import Stratum, iterate_strata
from helpers.statistics.survival import KaplanMeier, estimate_follow_up, estimate_kaplan_meier
from helpers.study.model import Column, Endpoint, Study

KM_STATS = ("n", "events", "censored", "median", "median_lcl", "median_ucl")
KM_AT_STATS = ("n_risk", "survival", "lcl", "ucl")
FOLLOW_UP_STATS = ("median", "lcl", "ucl")


def analyse_time_to_event(adsl: pd.DataFrame, derived: Mapping[str, TimeToEvent], study: Study) -> Rows:
    """Analyse every endpoint, overall and by stratum.

    Returns
    -------
    list of dict
        Rows km, km_at (the declared times), km_curve (every observed time), km_risk (the risk table under the curve)
        and follow_up; empty with a note where the endpoint is not derivable.
    """
    rows: Rows = []
    for endpoint in study.endpoints:
        tte = derived[endpoint.param]
        if tte.missing:
            rows += _not_derivable(endpoint, describe_missing(tte.missing))
            continue
        for stratum in iterate_strata(adsl, endpoint.population, study):
            adtte = tte.adtte[tte.adtte["USUBJID"].isin(stratum.patients["USUBJID"])]
            rows += _analyse(adtte, endpoint, study, stratum)
    return rows


def describe_missing(columns: tuple[Column, ...]) -> str:
    """Say which tables and columns are missing, table by table."""
    tables = {column.table: [other.name for other in columns if other.table == column.table] for column in columns}
    parts = [f"{table} ({', '.join(names)})" for table, names in tables.items()]
    return f"not derivable: missing raw {'table' if len(parts) == 1 else 'tables'} {', '.join(parts)}"


def _not_derivable(endpoint: Endpoint, note: str) -> Rows:
    key = Key(param=endpoint.param, population=endpoint.population)
    rows = make_rows(dict.fromkeys(KM_STATS), "km", key, note=note)
    rows += make_rows(dict.fromkeys(FOLLOW_UP_STATS), "follow_up", key, note=note)
    for time in endpoint.times_at:
        rows += make_rows(dict.fromkeys(KM_AT_STATS), "km_at", key, time_months=time, note=note)
    return rows


def _analyse(adtte: pd.DataFrame, endpoint: Endpoint, study: Study, stratum: Stratum) -> Rows:
    key = Key(param=endpoint.param, population=endpoint.population, group=stratum.group, level=stratum.level)
    if adtte.empty:
        return make_rows({"n": 0, "events": 0, "censored": 0}, "km", key, note="no patients")
    durations = adtte["AVAL"].to_numpy(dtype=float)
    # without a cumulative incidence a competing event would be counted as censored, which inflates the risk
    observed = get_event_code(adtte) == 1
    conventions = study.conventions
    km = estimate_kaplan_meier(durations, observed, conventions.km_interval, conventions.alpha)
    summary = {stat: getattr(km, stat) for stat in KM_STATS}
    rows = make_rows(summary, "km", key, unit="months", note=km.method)
    rows += _at(km, endpoint.times_at, key) + _curve(km, key) + _risk_table(km, key)
    follow_up = estimate_follow_up(durations, observed, conventions.km_interval, conventions.alpha)
    stats = {stat: getattr(follow_up, stat) for stat in FOLLOW_UP_STATS}
    return rows + make_rows(stats, "follow_up", key, unit="months", note=follow_up.method)


def _at(km: KaplanMeier, times: Sequence[float], key: Key) -> Rows:
    rows: Rows = []
    for time, *estimates in km.at(times)[["time", *KM_AT_STATS]].itertuples(index=False):
        note = km.method if time <= km.last_time else f"not estimable: follow-up ends at {km.last_time:g} months"
        stats = dict(zip(KM_AT_STATS, map(_or_none, estimates), strict=True))
        rows += make_rows(stats, "km_at", key, time_months=time, note=note)
    return rows


def _curve(km: KaplanMeier, key: Key) -> Rows:
    rows: Rows = []
    stats = ("n_risk", "n_event", "n_censor", "survival", "lcl", "ucl")
    for time, *estimates in km.table[["time", *stats]].itertuples(index=False):
        values = dict(zip(stats, map(_or_none, estimates), strict=True))
        rows += make_rows(values, "km_curve", key, time_months=time, note=km.method)
    return rows


def _risk_table(km: KaplanMeier, key: Key) -> Rows:
    """At each tick of the time axis: at risk just before it, events and censored before it; together they are n."""
    rows: Rows = []
    for tick in choose_ticks(km.last_time):
        before = km.table[km.table["time"] < tick]
        events, censored = int(before["n_event"].sum()), int(before["n_censor"].sum())
        stats = {"n_risk": km.n - events - censored, "events": events, "censored": censored}
        rows += make_rows(stats, "km_risk", key, time_months=tick, note="at risk; events and censored before")
    return rows


def choose_ticks(last_time: float) -> list[float]:
    """Ticks of a time axis in months: steps of a quarter, half, whole or several years, five to nine of them."""
    step = next((step for step in (1, 2, 3, 6, 12, 24, 60) if last_time / step <= 8), 120)
    return [float(tick) for tick in np.arange(0, last_time + step, step) if tick < last_time + step]


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
