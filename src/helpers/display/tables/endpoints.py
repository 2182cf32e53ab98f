"""Tables of the time-to-event endpoints: what they are, how each patient's time was decided, and that all adds up."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from helpers.datasets.adtte import TimeToEvent
from helpers.display.absence import NotDerivableError, NotInStudyError, not_for_public, or_say_so, withhold_from_public
from helpers.display.formatting import NOT_DERIVABLE, capitalise, format_date, format_number
from helpers.display.lookup import (
    count_patients,
    find_endpoint,
    find_population,
    get_event_counts,
    list_strata,
)
from helpers.display.table import Table, make_table
from helpers.results.cut import CutData
from helpers.results.derivability import describe_missing
from helpers.study.endpoints import Endpoint

ENDS_IN = "Ends in"


@or_say_so
def make_table_endpoints(data: CutData) -> Table:
    """Time-to-event endpoints as declared, and whether the study's data can support them."""
    _need_endpoints(data)
    rows = [
        {
            "Code": endpoint.param,
            "Endpoint": endpoint.label,
            "Definition": endpoint.definition,
            "Population": capitalise(find_population(data, endpoint.population).label),
            "In this study": _derivable(data, endpoint.param),
        }
        for endpoint in data.study.endpoints
    ]
    left = ["Endpoint", "Definition", "Population", "In this study"]
    return make_table(pd.DataFrame(rows), "endpoints", stub="Code", left=left)


def _need_endpoints(data: CutData) -> None:
    if not data.study.endpoints:
        raise NotInStudyError("This study declares no time-to-event endpoints")


def _derivable(data: CutData, param: str) -> str:
    missing = data.time_to_event[param].missing
    return describe_missing(missing) if missing else "derived"


@or_say_so
def make_table_decisions(data: CutData, param: str) -> Table:
    """How each patient's time was decided, with the record that decided it.

    Where the times are counted between dates the patients stand by what their time ends in: events first.
    """
    withhold_from_public(data, "The list of how each time was decided")
    candidates = _derived(data, param).candidates
    decided = candidates[candidates["CHOSEN"]]
    dated = bool(decided["ADT"].notna().any())
    if dated:
        decided = decided.sort_values(["CNSR"], key=lambda codes: codes.replace({1: 3}), kind="stable")
    ends = decided["ROLE"].value_counts().to_dict()
    rows = [
        {
            "Patient": record["USUBJID"],
            "Months": format_number(record["AVAL"]),
            **(_show_dates(record) if dated else {}),
            ENDS_IN: f"{record['ROLE'].capitalize()} (n\u00a0=\u00a0{ends[record['ROLE']]})"
            if dated
            else record["ROLE"],
            "Decided by": record["EVNTDESC"] or record["CNSDTDSC"],
            "Record": f"{record['SRCDOM']}, record {record['SRCSEQ']}, {record['SRCVAR']}",
        }
        for record in decided.to_dict(orient="records")
    ]
    left, groups = ([], ENDS_IN) if dated else ([ENDS_IN], None)
    return make_table(
        pd.DataFrame(rows),
        f"decisions-{param.lower()}",
        stub="Patient",
        groups=groups,
        left=[*left, "Decided by", "Record"],
        notes=_describe_origin(find_endpoint(data, param)) if dated else (),
    )


@or_say_so
def make_table_candidates(data: CutData, param: str, patient: str | None = None) -> Table:
    """Everything considered for one patient, the candidates that lost included.

    Parameters
    ----------
    data : CutData
        The cut.
    param : str
        Code of the endpoint.
    patient : str, optional
        Identifier; without it, the first of the patients with the most candidates.
    """
    withhold_from_public(data, "What was considered for one patient")
    candidates = _derived(data, param).candidates
    chosen = patient or str(candidates["USUBJID"].value_counts(sort=True).index[0])
    considered = candidates[candidates["USUBJID"] == chosen]
    dated = bool(considered["ADT"].notna().any())
    rows = [
        {
            "Patient": record["USUBJID"],
            "Candidate": record["EVNTDESC"] or record["CNSDTDSC"],
            "Role": record["ROLE"],
            **(_show_dates(record) if dated else {}),
            "Months": format_number(record["AVAL"]),
            "Verdict": "decides" if record["CHOSEN"] else "considered",
        }
        for record in considered.to_dict(orient="records")
    ]
    notes = ["The earliest event decides; without an event, the latest censoring time; precedence breaks ties."]
    notes += _describe_origin(find_endpoint(data, param)) if dated else []
    left = ["Candidate", "Role", "Verdict"]
    return make_table(pd.DataFrame(rows), f"candidates-{param.lower()}", stub="Patient", left=left, notes=notes)


def _show_dates(record: Mapping[Any, Any]) -> dict[str, str]:
    return {"From": format_date(record["STARTDT"]), "Date": format_date(record["ADT"])}


def _describe_origin(endpoint: Endpoint) -> list[str]:
    return [f"From: {endpoint.origin.label}. Date: the event, or the last date known without one."]


@or_say_so
@not_for_public("That the parts add up")
def make_table_reconciliation(data: CutData) -> Table:
    """Events, competing events and censored make up the population, endpoint by endpoint.

    A study that compares strata sees that it does in each of them.
    """
    _need_endpoints(data)
    with_competing = any(endpoint.competing for endpoint in data.study.endpoints)
    strata = [stratum for stratum in list_strata(data) if stratum[0] in ("", *data.study.comparisons)]
    rows: list[dict[str, str]] = []
    indent: list[int] = []
    for endpoint in data.study.endpoints:
        derivable = not data.time_to_event[endpoint.param].missing
        for group, level, label in strata if derivable else strata[:1]:
            indent += [len(rows)] if group else []
            parts = _reconcile(data, endpoint, group, level)
            rows.append({"Endpoint": label if group else endpoint.label, **parts})
    cells = pd.DataFrame(rows)
    return make_table(
        cells if with_competing else cells.drop(columns="Competing", errors="ignore"),
        "reconciliation",
        stub="Endpoint",
        indent=indent,
    )


def _reconcile(data: CutData, endpoint: Endpoint, group: str, level: str) -> dict[str, str]:
    stats = get_event_counts(data, endpoint, group, level)
    try:
        n = count_patients(data, endpoint.population, group, level)
    except NotDerivableError:
        n = None
    adds_up = sum(stats[part] or 0 for part in ("events", "competing", "censored")) == n
    return {
        "Events": format_number(stats["events"]),
        "Competing": format_number(stats["competing"]),
        "Censored": format_number(stats["censored"]),
        "Population": format_number(n),
        "Adds up": NOT_DERIVABLE if stats["n"] is None else "yes" if adds_up else "NO",
    }


def _derived(data: CutData, param: str) -> TimeToEvent:
    endpoint = find_endpoint(data, param)
    found = data.time_to_event[param]
    if found.missing:
        raise NotDerivableError(f"{endpoint.label}: {describe_missing(found.missing)}")
    if found.adtte.empty:
        raise NotDerivableError(f"{endpoint.label}: no patients yet")
    return found
