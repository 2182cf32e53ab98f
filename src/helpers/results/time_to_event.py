"""Analyses of the declared endpoints, with follow-up; "not derivable" is a result.

An endpoint without competing events is analysed by Kaplan–Meier, one with competing events by cumulative incidence.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from helpers.datasets.adtte import TimeToEvent, get_event_code
from helpers.results.schema import Key, Rows, make_rows
from helpers.results.strata import Stratum, iterate_strata
from helpers.statistics.incidence import estimate_cumulative_incidence
from helpers.statistics.survival import KaplanMeier, estimate_follow_up, estimate_kaplan_meier
from helpers.study.declared import Column
from helpers.study.endpoints import Endpoint
from helpers.study.model import Conventions, Study

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
IntArray = np.ndarray[Any, np.dtype[np.int64]]

KM_STATS = ("n", "events", "censored", "median", "median_lcl", "median_ucl")
KM_AT_STATS = ("n_risk", "survival", "lcl", "ucl")
CIF_STATS = ("n", "events", "competing", "censored")
CIF_AT_STATS = ("n_risk", "cif", "lcl", "ucl")
FOLLOW_UP_STATS = ("median", "lcl", "ucl")
NONE = "none"
"""Method of what is not derivable."""


def analyse_time_to_event(adsl: pd.DataFrame, derived: Mapping[str, TimeToEvent], study: Study) -> Rows:
    """Analyse every endpoint, overall and by stratum.

    Returns
    -------
    list of dict
        Rows km, km_at (the declared times), km_curve (every observed time) and km_risk (the risk table under the
        curve), or, with competing events, cif and cif_at; and follow_up. Empty with a note where the endpoint is not
        derivable.
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
    name, stats, at_stats = ("cif", CIF_STATS, CIF_AT_STATS) if endpoint.competing else ("km", KM_STATS, KM_AT_STATS)
    rows = make_rows(dict.fromkeys(stats), name, key, method=NONE, note=note)
    rows += make_rows(dict.fromkeys(FOLLOW_UP_STATS), "follow_up", key, method=NONE, note=note)
    for time in endpoint.times_at:
        rows += make_rows(dict.fromkeys(at_stats), f"{name}_at", key, time_months=time, method=NONE, note=note)
    return rows


def _analyse(adtte: pd.DataFrame, endpoint: Endpoint, study: Study, stratum: Stratum) -> Rows:
    key = Key(param=endpoint.param, population=endpoint.population, group=stratum.group, level=stratum.level)
    if adtte.empty:
        stats = CIF_STATS if endpoint.competing else ("n", "events", "censored")
        return make_rows(
            dict.fromkeys(stats, 0),
            "cif" if endpoint.competing else "km",
            key,
            method="number of patients",
            note="no patients",
        )
    durations = adtte["AVAL"].to_numpy(dtype=float)
    code = get_event_code(adtte)
    # one minus Kaplan-Meier counts a competing event as censored, as if the event could still come
    analyse = _cumulative_incidence if endpoint.competing else _kaplan_meier
    rows = analyse(durations, code, endpoint, study.conventions, key)
    follow_up = estimate_follow_up(durations, code > 0, study.conventions.km_interval, study.conventions.alpha)
    follow_up_stats = {stat: getattr(follow_up, stat) for stat in FOLLOW_UP_STATS}
    return rows + make_rows(follow_up_stats, "follow_up", key, unit="months", method=follow_up.method)


def _kaplan_meier(
    durations: FloatArray, code: IntArray, endpoint: Endpoint, conventions: Conventions, key: Key
) -> Rows:
    km = estimate_kaplan_meier(durations, code == 1, conventions.km_interval, conventions.alpha)
    rows = make_rows({stat: getattr(km, stat) for stat in KM_STATS}, "km", key, unit="months", method=km.method)
    estimates = km.at(endpoint.times_at)[["time", *KM_AT_STATS]]
    rows += _at(estimates, "km_at", KM_AT_STATS, km.last_time, km.method, key)
    return rows + _curve(km, key) + _risk_table(km, key)


def _cumulative_incidence(
    durations: FloatArray, code: IntArray, endpoint: Endpoint, conventions: Conventions, key: Key
) -> Rows:
    incidence = estimate_cumulative_incidence(durations, code, cause=1, alpha=conventions.alpha)
    stats = {stat: getattr(incidence, stat) for stat in CIF_STATS}
    rows = make_rows(stats, "cif", key, method=incidence.method)
    estimates = incidence.at(endpoint.times_at)[["time", *CIF_AT_STATS]]
    return rows + _at(estimates, "cif_at", CIF_AT_STATS, float(durations.max()), incidence.method, key)


def _at(
    estimates: pd.DataFrame, analysis: str, stats: tuple[str, ...], last_time: float, method: str, key: Key
) -> Rows:
    rows: Rows = []
    for time, *values in estimates.itertuples(index=False):
        note = "" if time <= last_time else f"not estimable: follow-up ends at {last_time:g} months"
        named = dict(zip(stats, map(_or_none, values), strict=True))
        rows += make_rows(named, analysis, key, time_months=time, method=method, note=note)
    return rows


def _curve(km: KaplanMeier, key: Key) -> Rows:
    rows: Rows = []
    stats = ("n_risk", "n_event", "n_censor", "survival", "lcl", "ucl")
    for time, *estimates in km.table[["time", *stats]].itertuples(index=False):
        values = dict(zip(stats, map(_or_none, estimates), strict=True))
        rows += make_rows(values, "km_curve", key, time_months=time, method=km.method)
    return rows


def _risk_table(km: KaplanMeier, key: Key) -> Rows:
    """At each tick of the time axis: at risk just before it, events and censored before it; together they are n."""
    rows: Rows = []
    for tick in choose_ticks(km.last_time):
        before = km.table[km.table["time"] < tick]
        events, censored = int(before["n_event"].sum()), int(before["n_censor"].sum())
        stats = {"n_risk": km.n - events - censored, "events": events, "censored": censored}
        rows += make_rows(stats, "km_risk", key, time_months=tick, method="at risk; events and censored before")
    return rows


def choose_ticks(last_time: float) -> list[float]:
    """Ticks of a time axis in months: steps of a quarter, half, whole or several years, five to nine of them."""
    last_time = max(last_time, 1.0)  # an axis has a length, even where nobody was followed up
    step = next((step for step in (1, 2, 3, 6, 12, 24, 60) if last_time / step <= 8), 120)
    return [float(tick) for tick in np.arange(0, last_time + step, step) if tick < last_time + step]


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
