"""Sentences about response, relapse and time to event."""

from helpers.display.absence import or_say_so
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
from helpers.display.lookup import (
    Stats,
    ci,
    find_endpoint,
    find_occurrence,
    find_population,
    get,
    get_event_counts,
    note,
)
from helpers.display.prose import Prose
from helpers.results.cut import CutData
from helpers.study.endpoints import Endpoint


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


@or_say_so
def describe_outcome(data: CutData, param: str) -> Prose:
    """Say how many patients had an outcome, with each of its denominators."""
    item = find_occurrence(data, param)
    parts = []
    for name in item.populations:
        population = find_population(data, name)
        parts.append(f"{describe_proportion(data, param, name)} of {population.short or population.label}")
    return Prose(f"{item.label}: {join_words(parts)}.")


@or_say_so
def describe_time_to_event(data: CutData, param: str) -> Prose:
    """Say what an analysis of time to event shows, or why there is none."""
    endpoint = find_endpoint(data, param)
    keys = {"param": param, "population": endpoint.population}
    counts, follow_up = get_event_counts(data, endpoint), get(data, "follow_up", **keys)
    if counts["n"] is None:
        return Prose(f"{endpoint.label} is not derivable.")
    if not counts["n"]:
        return Prose(f"{endpoint.label}: {count(0, 'patient')}.")
    competing = f"{count(counts['competing'] or 0, 'competing event')}, " if endpoint.competing else ""
    text = (
        f"{endpoint.label}: {count(counts['events'] or 0, 'event')} among {count(counts['n'], 'patient')}, "
        f"{competing}{format_number(counts['censored'])} censored."
    )
    interval = format_months_interval(follow_up["lcl"], follow_up["ucl"])
    followed = f"edian follow-up {format_months(follow_up['median'])} months ({ci(data)} {interval})."
    return Prose(
        f"{text} M{followed}" if endpoint.competing else f"{text} {_describe_median(data, counts)}; m{followed}"
    )


def _describe_median(data: CutData, km: Stats) -> str:
    if km["median"] is None:
        return "The median was not reached"
    interval = format_months_interval(km["median_lcl"], km["median_ucl"])
    return f"The median was {format_months(km['median'])} months ({ci(data)} {interval})"


def reconcile_time_to_event(data: CutData) -> Prose:
    """Show, endpoint by endpoint, that events, competing events and censored make up the population."""
    lines = []
    for endpoint in data.study.endpoints:
        stats = get_event_counts(data, endpoint)
        if stats["n"] is None:
            continue
        parts = {"with the event": stats["events"] or 0}
        parts |= {"with a competing event": stats["competing"] or 0} if endpoint.competing else {}
        parts |= {"censored": stats["censored"] or 0}
        verdict = "all" if sum(parts.values()) == stats["n"] else "NOT all"
        terms = " + ".join(f"{format_number(number)} {label}" for label, number in parts.items())
        population = find_population(data, endpoint.population).label.removeprefix("all ")
        lines.append(f"{endpoint.param}: {terms} = {format_number(stats['n'])}, {verdict} {population}")
    return Prose("**Reconciliation.** " + "; ".join(lines) + "." if lines else "")


def list_not_derivable(data: CutData) -> Prose:
    """Name the endpoints that the study's data cannot support, and what is missing."""
    missing = [endpoint for endpoint in data.study.endpoints if data.time_to_event[endpoint.param].missing]
    if not missing:
        return Prose("All declared endpoints can be derived from the data.")
    return Prose("\n".join(f"- {_explain_absence(data, endpoint)}" for endpoint in missing))


def _explain_absence(data: CutData, endpoint: Endpoint) -> str:
    reason = note(data, "follow_up", param=endpoint.param, population=endpoint.population)
    because = f" because {endpoint.unavailable}" if endpoint.unavailable else ""
    return f"{endpoint.label} is not derivable{because} ({reason.removeprefix('not derivable: ')})."


def conclude_endpoints(data: CutData) -> Prose:
    """Say what the endpoint chapter leaves the reader with."""
    derived = [endpoint.param for endpoint in data.study.endpoints if not data.time_to_event[endpoint.param].missing]
    missing = [endpoint.param for endpoint in data.study.endpoints if endpoint.param not in derived]
    text = "**In short.**"
    if data.study.responses:
        first = data.study.responses[0]
        text += f" {first.label}: {describe_proportion(data, first.param)}."
    text += f" Of the time-to-event endpoints, {join_words(derived)} can be derived." if derived else ""
    text += f" {join_words(missing)} cannot be derived." if missing else ""
    return Prose(text)


def conclude_survival(data: CutData) -> Prose:
    """Say what the survival chapter leaves the reader with."""
    texts = [str(describe_time_to_event(data, endpoint.param)) for endpoint in data.study.endpoints]
    return Prose("**In short.** " + " ".join(texts))
