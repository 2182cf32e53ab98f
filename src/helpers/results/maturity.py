"""How mature the data of each endpoint are: events so far, patients followed, until when its curve can be trusted."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from helpers.datasets.adtte import TimeToEvent, get_event_code
from helpers.results.derivability import NONE, make_missing_rows
from helpers.results.schema import Key, Rows, make_rows
from helpers.results.strata import iterate_strata
from helpers.statistics.maturity import estimate_completeness, estimate_trusted_time
from helpers.study.endpoints import Endpoint
from helpers.study.model import Conventions, Cut, Study

MATURITY = "maturity"
COUNTS = ("n", "events", "events_share")
OF_FOLLOW_UP = ("followed", "followed_share", "overdue")
"""What is counted by the date of the last contact."""


def analyse_maturity(adsl: pd.DataFrame, derived: Mapping[str, TimeToEvent], study: Study, cut: Cut) -> Rows:
    """Describe how mature the data of every endpoint are, overall and by stratum.

    Parameters
    ----------
    adsl : DataFrame
        Subject-level dataset.
    derived : mapping of str to TimeToEvent
        The derived endpoints by their codes.
    study : Study
        Declares endpoints, strata and conventions.
    cut : Cut
        Its date is the closing date of the follow-up.

    Returns
    -------
    list of dict
        Rows maturity. Every patient has the event, a competing event (only where the endpoint has any), is still
        `followed`, or `overdue`: without an event and last seen too long before the cut. `completeness` is that of
        the follow-up, `trusted_months` the time until which one more event moves the curve by no more than declared,
        empty where it nowhere moves it by more. Empty with a note where the endpoint, or what needs dates, is not
        derivable.
    """
    rows: Rows = []
    for endpoint in study.endpoints:
        tte = derived[endpoint.param]
        if tte.missing:
            stats = (*_name_counts(endpoint), *OF_FOLLOW_UP, "completeness", "trusted_months")
            rows += make_missing_rows(MATURITY, stats, Key(endpoint.param, endpoint.population), tte.missing)
            continue
        for stratum in iterate_strata(adsl, endpoint.population, study):
            adtte = tte.adtte[tte.adtte["USUBJID"].isin(stratum.patients["USUBJID"])]
            key = Key(endpoint.param, endpoint.population, stratum.group, stratum.level)
            rows += _count(adtte, endpoint, key)
            rows += _follow(adtte, endpoint, study.conventions, cut, key)
            rows += _trust(adtte, study.conventions, key)
    return rows


def _name_counts(endpoint: Endpoint) -> tuple[str, ...]:
    return (*COUNTS, "competing") if endpoint.competing else COUNTS


def _count(adtte: pd.DataFrame, endpoint: Endpoint, key: Key) -> Rows:
    code, n = get_event_code(adtte), len(adtte)
    events = int((code == 1).sum())
    found = {"n": n, "events": events, "events_share": _share(events, n), "competing": int((code == 2).sum())}
    stats = {stat: found[stat] for stat in _name_counts(endpoint)}
    return make_rows(stats, MATURITY, key, method="number of patients, share of all", note="" if n else "no patients")


def _follow(adtte: pd.DataFrame, endpoint: Endpoint, conventions: Conventions, cut: Cut, key: Key) -> Rows:
    """How many patients without any event were seen shortly before the cut, and how complete the follow-up is."""
    if reason := _explain_no_dates(endpoint, cut):
        empty = dict.fromkeys((*OF_FOLLOW_UP, "completeness"))
        return make_rows(empty, MATURITY, key, method=NONE, note=f"not derivable: {reason}")
    assert cut.date is not None  # _explain_no_dates
    within = conventions.followed_within_days
    method = f"without an event, last contact within {within} days before the data cut; share of all"
    waiting = adtte[get_event_code(adtte) == 0]
    closing = pd.Timestamp(cut.date)
    followed = int(((closing - waiting["ADT"]).dt.days <= within).sum())
    stats = {
        "followed": followed,
        "followed_share": _share(followed, len(adtte)),
        "overdue": len(waiting) - followed,
    }
    rows = make_rows(stats, MATURITY, key, method=method, note="" if len(adtte) else "no patients")
    if adtte.empty:
        return rows + make_rows({"completeness": None}, MATURITY, key, method=method, note="no patients")
    potential = (closing - adtte["STARTDT"]).dt.days / conventions.days_per_month
    found = estimate_completeness(adtte["AVAL"], get_event_code(adtte) > 0, potential)
    note = "" if found.estimate is not None else "not estimable: no time could have been observed yet"
    return rows + make_rows({"completeness": found.estimate}, MATURITY, key, method=found.method, note=note)


def _explain_no_dates(endpoint: Endpoint, cut: Cut) -> str:
    """Why nobody can tell who is still followed; nothing where dates can."""
    if cut.date is None:
        return "the data cut has no date"
    if endpoint.origin.date is None:
        return f"times are counted from the {endpoint.origin.label}, without dates"
    return ""


def _trust(adtte: pd.DataFrame, conventions: Conventions, key: Key) -> Rows:
    if adtte.empty:
        return make_rows({"trusted_months": None}, MATURITY, key, unit="months", note="no patients")
    # an event of any kind takes a patient out of those at risk
    any_event: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = get_event_code(adtte) > 0
    found = estimate_trusted_time(adtte["AVAL"], any_event, conventions.one_event_moves_at_most)
    note = "" if found.time is not None else f"not exceeded up to the last follow-up, {found.last_time:g} months"
    return make_rows({"trusted_months": found.time}, MATURITY, key, unit="months", method=found.method, note=note)


def _share(n: int, denominator: int) -> float | None:
    return n / denominator if denominator else None
