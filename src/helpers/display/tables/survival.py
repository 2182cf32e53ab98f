"""Tables of Kaplan-Meier estimates, and of printed values that cannot be recomputed."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from helpers.display.absence import NotInStudyError, not_for_public, or_say_so
from helpers.display.formatting import (
    NONE,
    NOT_ESTIMABLE,
    format_number,
    format_percent,
    format_percent_interval,
)
from helpers.display.lookup import (
    Statistics,
    ci,
    describe_populations,
    explain_missing,
    find,
    find_survival_endpoints,
    get,
    get_mark,
    list_strata,
    method,
    note,
)
from helpers.display.table import Table, make_table
from helpers.display.tables.cells import show_median_time, show_probability
from helpers.display.tables.columns import Keys, Row, add_p_values, name_strata
from helpers.display.tables.ratios import describe_ratios, name_ratio, show_ratio
from helpers.results.current_remission import IN_REMISSION
from helpers.results.cut import PUBLIC, CutData
from helpers.results.schema import select
from helpers.study.endpoints import Endpoint

ENDPOINT, MONTHS = "Endpoint", "Months"
NO_EVENT, ALL_ENDED = "no event", "all with event"
REGAINED = "Alive in remission, regained remissions included"


@or_say_so
def make_table_medians(data: CutData, params: Sequence[str], name: str = "medians") -> Table:
    """Median times and follow-up, overall and by stratum, with log-rank test and hazard ratio where declared."""
    endpoints = find_survival_endpoints(data, params)
    # rows of a study that compares strata can be of responders, or of those who were given an infusion
    stub = "Stratum" if data.study.comparisons else "Patients treated"
    rows: list[Row] = []
    asked: list[Keys | None] = []
    for endpoint in endpoints:
        about = {"param": endpoint.param, "population": endpoint.population}
        for group, level, label in list_strata(data):
            keys = {**about, "group": group, "level": level}
            km, follow_up = get(data, "km", **keys), find(data, "follow_up", **keys)
            row = {
                ENDPOINT: endpoint.label,
                stub: label,
                "Patients": format_number(km["n"]),
                "Events": format_number(km["events"]),
                "Censored": format_number(km["censored"]),
                f"Median ({ci(data)}), mo": _show_median(km),
                f"Follow-up ({ci(data)}), mo": _show_follow_up(km, follow_up),
            }
            ratio = {name_ratio(data, endpoint): show_ratio(data, endpoint, group, level)}
            rows.append(row | ratio if data.study.comparisons else row)
            asked.append(None if group else about)
    tested = add_p_values(data, rows, asked)
    first = {"param": endpoints[0].param, "population": endpoints[0].population}
    notes = [
        f"Median: {method(data, 'km', **first)}, of all patients of the row. Follow-up: "
        f"{method(data, 'follow_up', **first)}. NR, not reached; mo, months.",
        *_explain_words(rows),
        *(describe_populations(data, endpoints) if data.study.comparisons else []),
        *describe_ratios(data, endpoints),
        *(tested.notes or ["By stratum for description only; no test was made."]),
        *_explain_absent(data, params),
    ]
    return make_table(pd.DataFrame(tested.rows), name, stub=stub, groups=ENDPOINT, notes=notes)


def _show_median(km: Statistics) -> str:
    """Median with its limits, in words where no event has happened: then there are no limits either."""
    return NO_EVENT if km["n"] and not km["events"] else show_median_time(km, "median_lcl", "median_ucl")


def _show_follow_up(km: Statistics, follow_up: Statistics) -> str:
    return ALL_ENDED if km["n"] and not km["censored"] else show_median_time(follow_up, "lcl", "ucl")


def _explain_words(rows: Sequence[Row]) -> list[str]:
    """What stands in the cells in words, where any does."""
    cells = {cell for row in rows for cell in row.values()}
    explained = {
        NO_EVENT: "No event: the median is not reached, and without an event no limit can be estimated.",
        ALL_ENDED: "All with event: nobody is followed any longer, so that follow-up has no median.",
    }
    return [text for word, text in explained.items() if word in cells]


class _Estimate(NamedTuple):
    """A probability at the declared times of an endpoint: the rows under one heading."""

    endpoint: Endpoint
    heading: str
    analysis: str
    stat: str
    variable: str = ""

    @property
    def keys(self) -> Keys:
        return {"param": self.endpoint.param, "population": self.endpoint.population, "variable": self.variable}


@or_say_so
def make_table_at_times(data: CutData, params: Sequence[str], name: str = "at-times") -> Table:
    """Estimates at the declared times, by stratum where the study compares strata; NE past the last follow-up.

    Below current leukaemia-free survival stands the probability of being alive in remission, first or regained.
    """
    endpoints = find_survival_endpoints(data, params)
    by_stratum = bool(data.study.comparisons)
    estimates = list(_list_estimates(data, endpoints))
    rows = [
        {
            ENDPOINT: estimate.heading,
            MONTHS: format_number(time),
            **(_show_strata(data, estimate, time) if by_stratum else _show_all(data, estimate, time)),
        }
        for estimate in estimates
        for time in estimate.endpoint.times_at
    ]
    keys = {"param": endpoints[0].param, "population": endpoints[0].population}
    columns = f" % ({ci(data)})" if by_stratum else f" % and {ci(data)}"
    notes = [
        f"Without event:{columns}, {method(data, 'km', **keys)}. At risk: patients with at least that time. NE, not "
        "estimable: past the last follow-up, or no event yet to estimate limits from.",
        *(_describe_regained(data, estimate) for estimate in estimates if estimate.variable),
        *_explain_absent(data, params),
    ]
    spanners = {heading: _name_columns(place) for place, heading in enumerate(name_strata(data).values())}
    return make_table(
        pd.DataFrame(rows),
        name,
        stub=MONTHS,
        groups=ENDPOINT,
        spanners=spanners if by_stratum else None,
        notes=notes,
    )


def _list_estimates(data: CutData, endpoints: Sequence[Endpoint]) -> Iterator[_Estimate]:
    for endpoint in endpoints:
        yield _Estimate(endpoint, endpoint.label, "km_at", "survival")
        regained = _Estimate(endpoint, REGAINED, "state_at", "p", IN_REMISSION)
        if len(select(data.results, analysis=regained.analysis, **regained.keys)):
            yield regained


def _describe_regained(data: CutData, estimate: _Estimate) -> str:
    """Say how being alive in remission differs from the endpoint of the same patients, or why there is no estimate."""
    about = {**estimate.keys, "time_months": estimate.endpoint.times_at[0]}
    if reason := note(data, estimate.analysis, **about):
        return f"{REGAINED}: {reason}."
    assert data.study.clinical is not None  # without it, there are no such estimates
    days = data.study.clinical.response.regained_within_days
    return (
        f"{estimate.endpoint.label}: a relapse is an event only where no remission was seen within {days} days or "
        f"until death; while that is not decided, the patient is censored at the last contact. {REGAINED}: probability "
        "of being in remission at that time; every relapse takes a patient out, and remission seen again brings the "
        f"patient back ({method(data, estimate.analysis, **about)}). There, all patients under observation are at risk."
    )


def _find(
    data: CutData, estimate: _Estimate, time: float, group: str = "", level: str = ""
) -> tuple[Statistics, float]:
    """Estimate and number of patients; the values of an estimate that patients lack are empty."""
    keys = {**estimate.keys, "group": group, "level": level}
    n = get(data, "km", **{**keys, "variable": ""})["n"] or 0.0
    stats = find(data, estimate.analysis, **keys, time_months=time)
    return (stats or dict.fromkeys(["n_risk", estimate.stat, "lcl", "ucl"]) if n else stats), n


def _show_all(data: CutData, estimate: _Estimate, time: float) -> Row:
    stats, n = _find(data, estimate, time)
    p = stats[estimate.stat]
    at_risk = {} if data.audience == PUBLIC else {"At risk": format_number(stats["n_risk"])}
    if p is None and get_mark(stats):
        return {"Without event, %": get_mark(stats), f"{ci(data)}, %": NONE}
    return {
        **at_risk,
        "Without event, %": NOT_ESTIMABLE if p is None else format_percent(p, n, ""),
        f"{ci(data)}, %": format_percent_interval(stats["lcl"], stats["ucl"], n),
    }


def _show_strata(data: CutData, estimate: _Estimate, time: float) -> Row:
    row: Row = {}
    for place, stratum in enumerate(name_strata(data)):
        stats, n = _find(data, estimate, time, *stratum)
        cells = (format_number(stats.get("n_risk")), show_probability(stats, estimate.stat, n))
        row |= dict(zip(_name_columns(place), cells, strict=True))
    return row


def _name_columns(place: int) -> list[str]:
    # two columns cannot share a name; a trailing blank a stratum keeps them apart and is not seen
    return [heading + " " * place for heading in ("At risk", "Without event")]


def _explain_absent(data: CutData, params: Sequence[str]) -> list[str]:
    """Those of the endpoints that the study declares and cannot derive, with what is missing."""
    return [f"{reason}." for reason in explain_missing(data, [e for e in data.study.endpoints if e.param in params])]


@or_say_so
@not_for_public("Printed estimates")
def make_table_printed_survival(data: CutData) -> Table:
    """Endpoints that cannot be derived, beside what the source prints of them."""
    if not data.audited:
        raise NotInStudyError("This study has no printed estimates")
    rows = []
    notes = []
    for endpoint in data.study.endpoints:
        if not data.time_to_event[endpoint.param].missing:
            continue
        reason = note(data, "km", param=endpoint.param, population=endpoint.population)
        notes.append(f"{endpoint.label}: {endpoint.unavailable or reason}.")
        claims = [item.claim for item in data.audited if item.claim.endpoint == endpoint.param]
        # the same statement stands in the summary, the results and the second summary: one row with its places
        for said in dict.fromkeys((claim.about, tuple(claim.values.items())) for claim in claims):
            same = [claim for claim in claims if (claim.about, tuple(claim.values.items())) == said]
            row = {
                "About": said[0],
                "As printed": same[0].printed,
                "Place in the source": "; ".join(c.place for c in same),
            }
            rows.append({"Endpoint": endpoint.label, **row, "Recomputed": "not derivable"})
        if not claims:
            row = {"About": NONE, "As printed": NONE, "Place in the source": NONE}
            rows.append({"Endpoint": endpoint.label, **row, "Recomputed": "not derivable"})
    left = ["As printed", "Place in the source", "Recomputed"]
    return make_table(pd.DataFrame(rows), "printed-survival", stub="About", groups="Endpoint", left=left, notes=notes)
