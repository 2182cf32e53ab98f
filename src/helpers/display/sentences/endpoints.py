"""Sentences about response, relapse and time to event."""

from helpers.display.formatting import (
    count,
    format_fraction,
    format_months,
    format_months_interval,
    format_number,
    format_percent,
    format_percent_interval,
    join_words,
    within_sentence,
)
from helpers.display.lookup import ci, find_endpoint, find_occurrence, find_population, get, note
from helpers.display.prose import Prose
from helpers.results.cut import CutData


def describe_proportion(data: CutData, param: str, population: str = "SAFFL") -> str:
    """Clause for one proportion: 15/17 (88%, CI 64–99%)."""
    stats = get(data, "proportion", param=param, population=population)
    return (
        f"{format_fraction(stats['n'], stats['N'])} ({format_percent(stats['p'], stats['N'])}, "
        f"{ci(data)} {format_percent_interval(stats['lcl'], stats['ucl'], stats['N'])}%)"
    )


def describe_response(data: CutData) -> Prose:
    """Say how many patients responded."""
    if not data.study.responses:
        return Prose("The study declares no response.")
    parts = [
        f"{within_sentence(item.label)} in {describe_proportion(data, item.param)}" for item in data.study.responses
    ]
    return Prose(f"Of all treated patients there was {join_words(parts)}.")


def describe_outcome(data: CutData, param: str) -> Prose:
    """Say how many patients had an outcome, with each of its denominators."""
    item = find_occurrence(data, param)
    parts = []
    for name in item.populations:
        population = find_population(data, name)
        parts.append(f"{describe_proportion(data, param, name)} of {population.short or population.label}")
    return Prose(f"{item.label}: {join_words(parts)}.")


def describe_time_to_event(data: CutData, param: str) -> Prose:
    """Say what a curve shows, or why there is none."""
    endpoint = find_endpoint(data, param)
    keys = {"param": param, "population": endpoint.population}
    km, follow_up = get(data, "km", **keys), get(data, "follow_up", **keys)
    if km["n"] is None:
        return Prose(f"{endpoint.label} is {note(data, 'km', **keys)}.")
    if km["median"] is None:
        median = "The median was not reached"
    else:
        interval = format_months_interval(km["median_lcl"], km["median_ucl"])
        median = f"The median was {format_months(km['median'])} months ({ci(data)} {interval})"
    interval = format_months_interval(follow_up["lcl"], follow_up["ucl"])
    return Prose(
        f"{endpoint.label}: {count(km['events'] or 0, 'event')} among {count(km['n'], 'patient')}, "
        f"{format_number(km['censored'])} censored. {median}; median follow-up "
        f"{format_months(follow_up['median'])} months ({ci(data)} {interval})."
    )


def reconcile_time_to_event(data: CutData) -> Prose:
    """Show, endpoint by endpoint, that events and censored make up the population."""
    lines = []
    for endpoint in data.study.endpoints:
        stats = get(data, "km", param=endpoint.param, population=endpoint.population)
        if stats["n"] is None:
            continue
        events, censored = stats["events"] or 0, stats["censored"] or 0
        verdict = "all" if events + censored == stats["n"] else "NOT all"
        lines.append(
            f"{endpoint.param}: {format_number(events)} with the event + {format_number(censored)} censored = "
            f"{format_number(stats['n'])}, {verdict} {find_population(data, endpoint.population).label}"
        )
    return Prose("**Reconciliation.** " + "; ".join(lines) + ".")


def list_not_derivable(data: CutData) -> Prose:
    """Name the endpoints that the study's data cannot support, and what is missing."""
    missing = [endpoint for endpoint in data.study.endpoints if data.time_to_event[endpoint.param].missing]
    if not missing:
        return Prose("All declared endpoints can be derived from the data.")
    lines = [f"- {describe_time_to_event(data, endpoint.param)}" for endpoint in missing]
    return Prose("\n".join(lines))


def conclude_endpoints(data: CutData) -> Prose:
    """Say what the endpoint chapter leaves the reader with."""
    derived = [endpoint.param for endpoint in data.study.endpoints if not data.time_to_event[endpoint.param].missing]
    missing = [endpoint.param for endpoint in data.study.endpoints if endpoint.param not in derived]
    text = "**In short.**"
    if data.study.responses:
        first = data.study.responses[0]
        text += f" {first.label}: {describe_proportion(data, first.param)}."
    text += f" Of the time-to-event endpoints, {join_words(derived)} can be derived" if derived else ""
    text += f"; {join_words(missing)} cannot." if missing else "."
    return Prose(text)


def conclude_survival(data: CutData) -> Prose:
    """Say what the survival chapter leaves the reader with."""
    texts = [str(describe_time_to_event(data, endpoint.param)) for endpoint in data.study.endpoints]
    return Prose("**In short.** " + " ".join(texts))
