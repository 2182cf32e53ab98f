"""Analyses of the declared endpoints, with follow-up; "not derivable" is a result.

An endpoint without competing events is analysed by Kaplan–Meier, one with competing events by cumulative incidence.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from helpers.datasets.adtte import TimeToEvent, get_event_code
from helpers.results.derivability import make_missing_rows
from helpers.results.schema import Key, Rows, make_rows
from helpers.results.strata import Stratum, iterate_strata
from helpers.statistics.incidence import estimate_cumulative_incidence
from helpers.statistics.survival import estimate_follow_up, estimate_kaplan_meier
from helpers.study.endpoints import Endpoint
from helpers.study.model import Conventions, Study

FloatArray = np.ndarray[Any, np.dtype[np.float64]]
IntArray = np.ndarray[Any, np.dtype[np.int64]]

KM_STATS = ("n", "events", "censored", "median", "median_lcl", "median_ucl")
KM_AT_STATS = ("n_risk", "survival", "lcl", "ucl")
KM_CURVE_STATS = ("n_risk", "n_event", "n_censor", "survival", "lcl", "ucl")
CIF_STATS = ("n", "events", "competing", "censored")
CIF_AT_STATS = ("n_risk", "cif", "lcl", "ucl")
CIF_CURVE_STATS = ("n_risk", "n_event", "n_competing", "n_censor", "cif", "lcl", "ucl")
FOLLOW_UP_STATS = ("median", "lcl", "ucl")


def analyse_time_to_event(adsl: pd.DataFrame, derived: Mapping[str, TimeToEvent], study: Study) -> Rows:
    """Analyse every endpoint, overall and by stratum.

    Returns
    -------
    list of dict
        Rows km, km_at (the declared times), km_curve (every observed time) and km_risk (the risk table under the
        curve), or, with competing events, cif, cif_at, cif_curve and cif_risk; and follow_up. Empty with a note where
        the endpoint is not derivable.
    """
    rows: Rows = []
    for endpoint in study.endpoints:
        tte = derived[endpoint.param]
        if tte.missing:
            rows += _not_derivable(endpoint, tte)
            continue
        # one axis for all strata of an endpoint, so that their risk tables stand under one figure
        ticks = choose_ticks(float(tte.adtte["AVAL"].max())) if len(tte.adtte) else []
        for stratum in iterate_strata(adsl, endpoint.population, study):
            adtte = tte.adtte[tte.adtte["USUBJID"].isin(stratum.patients["USUBJID"])]
            _check_everybody_is_there(adtte, stratum, endpoint)
            rows += _analyse(adtte, endpoint, study, stratum, ticks)
    return rows


def _check_everybody_is_there(adtte: pd.DataFrame, stratum: Stratum, endpoint: Endpoint) -> None:
    """Events, competing events and censored are all patients of the stratum, each once."""
    counted = pd.Series(get_event_code(adtte)).value_counts().sum()
    if counted != len(stratum.patients) or adtte["USUBJID"].duplicated().any():
        raise ValueError(f"{endpoint.param}: {len(stratum.patients)} patients, but {counted} with a time")


def _not_derivable(endpoint: Endpoint, tte: TimeToEvent) -> Rows:
    key = Key(param=endpoint.param, population=endpoint.population)
    stats, at_stats = (CIF_STATS, CIF_AT_STATS) if endpoint.competing else (KM_STATS, KM_AT_STATS)
    rows = make_missing_rows(endpoint.curve, stats, key, tte.missing)
    rows += make_missing_rows("follow_up", FOLLOW_UP_STATS, key, tte.missing)
    for time in endpoint.times_at:
        rows += make_missing_rows(f"{endpoint.curve}_at", at_stats, key, tte.missing, time)
    return rows


def _analyse(adtte: pd.DataFrame, endpoint: Endpoint, study: Study, stratum: Stratum, ticks: Sequence[float]) -> Rows:
    key = Key(param=endpoint.param, population=endpoint.population, group=stratum.group, level=stratum.level)
    if adtte.empty:
        return _nobody(endpoint, key)
    durations = adtte["AVAL"].to_numpy(dtype=float)
    code = get_event_code(adtte)
    # one minus Kaplan-Meier counts a competing event as censored, as if the event could still come
    analyse = _cumulative_incidence if endpoint.competing else _kaplan_meier
    rows = analyse(durations, code, endpoint, study.conventions, key)
    rows += _risk_table(durations, code, ticks, key, f"{endpoint.curve}_risk")
    follow_up = estimate_follow_up(durations, code > 0, study.conventions.km_interval, study.conventions.alpha)
    follow_up_stats = {stat: getattr(follow_up, stat) for stat in FOLLOW_UP_STATS}
    return rows + make_rows(follow_up_stats, "follow_up", key, unit="months", method=follow_up.method)


def _nobody(endpoint: Endpoint, key: Key) -> Rows:
    """Rows of a stratum without patients: zeros where patients are counted, nothing where something is estimated."""
    name, counts = endpoint.curve, CIF_STATS if endpoint.competing else ("n", "events", "censored")
    estimates = () if endpoint.competing else ("median", "median_lcl", "median_ucl")
    at_stats = CIF_AT_STATS if endpoint.competing else KM_AT_STATS
    method, note = "number of patients", "no patients"
    stats = {**dict.fromkeys(counts, 0), **dict.fromkeys(estimates)}
    rows = make_rows(stats, name, key, method=method, note=note)
    rows += make_rows(dict.fromkeys(FOLLOW_UP_STATS), "follow_up", key, method=method, note=note)
    for time in endpoint.times_at:
        empty = {**dict.fromkeys(at_stats), "n_risk": 0}
        rows += make_rows(empty, f"{name}_at", key, time_months=time, method=method, note=note)
    return rows


def _kaplan_meier(
    durations: FloatArray, code: IntArray, endpoint: Endpoint, conventions: Conventions, key: Key
) -> Rows:
    km = estimate_kaplan_meier(durations, code == 1, conventions.km_interval, conventions.alpha)
    rows = make_rows({stat: getattr(km, stat) for stat in KM_STATS}, "km", key, unit="months", method=km.method)
    estimates = km.at(endpoint.times_at)[["time", *KM_AT_STATS]]
    rows += _at(estimates, "km_at", KM_AT_STATS, km.last_time, km.method, key)
    return rows + _curve(km.table, "km_curve", KM_CURVE_STATS, km.method, key)


def _cumulative_incidence(
    durations: FloatArray, code: IntArray, endpoint: Endpoint, conventions: Conventions, key: Key
) -> Rows:
    incidence = estimate_cumulative_incidence(durations, code, cause=1, alpha=conventions.alpha)
    stats = {stat: getattr(incidence, stat) for stat in CIF_STATS}
    rows = make_rows(stats, "cif", key, method=incidence.method)
    estimates = incidence.at(endpoint.times_at)[["time", *CIF_AT_STATS]]
    rows += _at(estimates, "cif_at", CIF_AT_STATS, float(durations.max()), incidence.method, key)
    return rows + _curve(incidence.table, "cif_curve", CIF_CURVE_STATS, incidence.method, key)


def _at(
    estimates: pd.DataFrame, analysis: str, stats: tuple[str, ...], last_time: float, method: str, key: Key
) -> Rows:
    rows: Rows = []
    for time, *values in estimates.itertuples(index=False):
        note = "" if time <= last_time else f"not estimable: follow-up ends at {last_time:g} months"
        named = dict(zip(stats, map(_or_none, values), strict=True))
        rows += make_rows(named, analysis, key, time_months=time, method=method, note=note)
    return rows


def _curve(table: pd.DataFrame, analysis: str, stats: tuple[str, ...], method: str, key: Key) -> Rows:
    rows: Rows = []
    for time, *estimates in table[["time", *stats]].itertuples(index=False):
        values = dict(zip(stats, map(_or_none, estimates), strict=True))
        rows += make_rows(values, analysis, key, time_months=time, method=method)
    return rows


def _risk_table(durations: FloatArray, code: IntArray, ticks: Sequence[float], key: Key, analysis: str) -> Rows:
    """At each tick of the time axis: at risk just before it, and those who left before it; together they are n."""
    names = {"events": 1, "competing": 2, "censored": 0} if analysis == "cif_risk" else {"events": 1, "censored": 0}
    rows: Rows = []
    for tick in ticks:
        before = durations < tick
        left = {name: int((before & (code == number)).sum()) for name, number in names.items()}
        stats = {"n_risk": len(durations) - sum(left.values()), **left}
        rows += make_rows(stats, analysis, key, time_months=tick, method="at risk; events and censored before")
    return rows


def choose_ticks(last_time: float) -> list[float]:
    """Ticks of a time axis in months: steps of a quarter, half, whole or several years, five to nine of them."""
    last_time = max(last_time, 1.0)  # an axis has a length, even where nobody was followed up
    step = next((step for step in (1, 2, 3, 6, 12, 24, 60) if last_time / step <= 8), 120)
    return [float(tick) for tick in np.arange(0, last_time + step, step) if tick < last_time + step]


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
