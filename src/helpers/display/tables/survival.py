"""Tables of time-to-event estimates, and of printed values that cannot be recomputed."""

from collections.abc import Sequence

import pandas as pd

from helpers.display.absence import or_say_so
from helpers.display.formatting import (
    NOT_ESTIMABLE,
    format_months,
    format_months_interval,
    format_number,
    format_percent,
    format_percent_interval,
)
from helpers.display.lookup import ci, find_survival_endpoints, get, list_strata, method, note
from helpers.display.table import Table, make_table
from helpers.results.cut import CutData


@or_say_so
def make_table_medians(data: CutData, params: Sequence[str]) -> Table:
    """Median times and follow-up, overall and by stratum."""
    rows = []
    endpoints = find_survival_endpoints(data, params)
    for endpoint in endpoints:
        for group, level, label in list_strata(data):
            keys = {"param": endpoint.param, "population": endpoint.population, "group": group, "level": level}
            km, follow_up = get(data, "km", **keys), get(data, "follow_up", **keys)
            rows.append(
                {
                    "Endpoint": endpoint.label,
                    "Patients treated": label,
                    "Patients": format_number(km["n"]),
                    "Events": format_number(km["events"]),
                    "Censored": format_number(km["censored"]),
                    f"Median ({ci(data)}), mo": _with_interval(km, "median_lcl", "median_ucl"),
                    f"Follow-up ({ci(data)}), mo": _with_interval(follow_up, "lcl", "ucl"),
                }
            )
    first = {"param": endpoints[0].param, "population": endpoints[0].population}
    notes = [
        f"Median: {method(data, 'km', **first)}. Follow-up: {method(data, 'follow_up', **first)}. "
        "NR, not reached; mo, months.",
        "By stratum for description only; no test was made.",
    ]
    return make_table(pd.DataFrame(rows), "medians", stub="Patients treated", groups="Endpoint", notes=notes)


def _with_interval(stats: dict[str, float | None], lower: str, upper: str) -> str:
    return f"{format_months(stats['median'])} ({format_months_interval(stats[lower], stats[upper])})"


@or_say_so
def make_table_at_times(data: CutData, params: Sequence[str]) -> Table:
    """Estimates at the declared times; NE past the last follow-up."""
    rows = []
    endpoints = find_survival_endpoints(data, params)
    for endpoint in endpoints:
        n = get(data, "km", param=endpoint.param, population=endpoint.population)["n"]
        for time in endpoint.times_at:
            stats = get(data, "km_at", param=endpoint.param, population=endpoint.population, time_months=time)
            estimate = NOT_ESTIMABLE if stats["survival"] is None else format_percent(stats["survival"], n, "")
            rows.append(
                {
                    "Endpoint": endpoint.label,
                    "Months": format_number(time),
                    "At risk": format_number(stats["n_risk"]),
                    "Without event, %": estimate,
                    f"{ci(data)}, %": format_percent_interval(stats["lcl"], stats["ucl"], n),
                }
            )
    keys = {"param": endpoints[0].param, "population": endpoints[0].population}
    notes = [f"{method(data, 'km', **keys)}. At risk: patients with at least that time. NE, not estimable."]
    return make_table(pd.DataFrame(rows), "at-times", stub="Months", groups="Endpoint", notes=notes)


def make_table_printed_survival(data: CutData) -> Table:
    """Endpoints that cannot be derived, beside what the source prints of them."""
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
            row = {"About": "–", "As printed": "–", "Place in the source": "–"}
            rows.append({"Endpoint": endpoint.label, **row, "Recomputed": "not derivable"})
    left = ["As printed", "Place in the source", "Recomputed"]
    return make_table(pd.DataFrame(rows), "printed-survival", stub="About", groups="Endpoint", left=left, notes=notes)
