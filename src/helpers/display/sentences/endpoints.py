"""Sentences about response, relapse and time to event."""

from collections.abc import Sequence

from helpers.display.absence import NotDerivableError, NotInStudyError, not_for_public, or_say_so
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
from helpers.study.model import Occurrence

MOST_IN_A_SENTENCE = 4
"""So many endpoints are read in one sentence; more are a list."""


def describe_proportion(data: CutData, param: str, population: str = "SAFFL") -> str:
    """Clause for one proportion: 15/17 (88%, CI 64–99%)."""
    stats = get(data, "proportion", param=param, population=population)
    if stats["n"] is None:
        label = find_occurrence(data, param).label
        raise NotDerivableError(f"{label}: {note(data, 'proportion', param=param, population=population)}")
    return (
        f"{format_fraction(stats['n'], stats['N'])} ({format_percent(stats['p'], stats['N'])}, "
        f"{ci(data)} {format_percent_interval(stats['lcl'], stats['ucl'], stats['N'])}%)"
    )


@or_say_so
def describe_response(data: CutData) -> Prose:
    """Say how many patients responded."""
    if not data.study.responses:
        raise NotInStudyError("This study declares no response")
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
    counts = get_event_counts(data, endpoint)
    if counts["n"] is None:
        return Prose(f"{endpoint.label} is not derivable.")
    if not counts["n"]:
        return Prose(f"{endpoint.label}: {count(0, 'patient')}.")
    follow_up = get(data, "follow_up", param=param, population=endpoint.population)
    competing = f"{count(counts['competing'] or 0, 'competing event')}, " if endpoint.competing else ""
    text = (
        f"{endpoint.label}: {count(counts['events'] or 0, 'event')} among {count(counts['n'], 'patient')}, "
        f"{competing}{format_number(counts['censored'])} censored."
    )
    followed = f"edian follow-up {_describe_follow_up(data, follow_up)}."
    return Prose(
        f"{text} M{followed}" if endpoint.competing else f"{text} {_describe_median(data, counts)}; m{followed}"
    )


def _describe_follow_up(data: CutData, stats: Stats) -> str:
    if stats["median"] is None:
        return "not reached"
    interval = format_months_interval(stats["lcl"], stats["ucl"])
    return f"{format_months(stats['median'])} months ({ci(data)} {interval})"


def _describe_median(data: CutData, km: Stats) -> str:
    if km["median"] is None:
        return "The median was not reached"
    interval = format_months_interval(km["median_lcl"], km["median_ucl"])
    return f"The median was {format_months(km['median'])} months ({ci(data)} {interval})"


@or_say_so
@not_for_public("That the parts add up")
def reconcile_time_to_event(data: CutData, params: Sequence[str] = ()) -> Prose:
    """Show, endpoint by endpoint, that events, competing events and censored make up the population; all, or some."""
    lines = []
    for endpoint in _select(data, params):
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
    if len(lines) > MOST_IN_A_SENTENCE:
        return Prose("**Reconciliation.**\n\n" + "\n".join(f"- {line}." for line in lines))
    return Prose("**Reconciliation.** " + "; ".join(lines) + "." if lines else "")


def conclude_endpoints(data: CutData) -> Prose:
    """Say what the endpoint chapter leaves the reader with."""
    derived = [endpoint.param for endpoint in data.study.endpoints if not data.time_to_event[endpoint.param].missing]
    missing = [endpoint.param for endpoint in data.study.endpoints if endpoint.param not in derived]
    text = "**In short.**"
    if data.study.responses:
        first = data.study.responses[0]
        text += f" {_conclude_response(data, first)}."
    text += f" Of the time-to-event endpoints, {join_words(derived)} can be derived." if derived else ""
    text += f" {join_words(missing)} cannot be derived." if missing else ""
    return Prose(text)


def _conclude_response(data: CutData, item: Occurrence) -> str:
    try:
        return f"{item.label}: {describe_proportion(data, item.param)}"
    except NotDerivableError as absence:
        return str(absence)


def conclude_survival(data: CutData, params: Sequence[str] = ()) -> Prose:
    """Say what the survival chapter leaves the reader with, of all endpoints or of some."""
    texts = [str(describe_time_to_event(data, endpoint.param)) for endpoint in _select(data, params)]
    return Prose("**In short.** " + " ".join(texts))


def _select(data: CutData, params: Sequence[str]) -> list[Endpoint]:
    return [endpoint for endpoint in data.study.endpoints if not params or endpoint.param in params]
