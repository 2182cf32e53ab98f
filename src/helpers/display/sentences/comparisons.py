"""Sentences about tests between strata, states that begin later, and published figures."""

from collections.abc import Sequence

from helpers.display.absence import NotDerivableError, NotInStudyError, not_for_public, or_say_so
from helpers.display.formatting import (
    count,
    format_number,
    format_p_value,
    format_percent,
    format_percent_interval,
    format_ratio,
    join_words,
    within_sentence,
)
from helpers.display.lookup import (
    ci,
    explain_missing,
    find,
    find_endpoint,
    find_incidence_endpoints,
    find_test,
    get,
    get_event_counts,
    note,
)
from helpers.display.prose import Prose
from helpers.results.cut import CutData
from helpers.study.endpoints import Endpoint
from helpers.study.model import Variable


def list_comparisons(data: CutData) -> list[Variable]:
    """The strata between whose levels tests are made."""
    return [variable for variable in data.study.variables if variable.name in data.study.comparisons]


@or_say_so
def compare_endpoint(data: CutData, param: str) -> Prose:
    """Say whether the strata differ in an endpoint, by test and hazard ratio."""
    endpoint = find_endpoint(data, param)
    groups = list_comparisons(data)
    if not groups:
        raise NotInStudyError("This study declares no comparison")
    if data.time_to_event[param].missing:
        raise NotDerivableError("; ".join(explain_missing(data, [endpoint])))
    return Prose(" ".join(_compare(data, endpoint, group) for group in groups))


def _compare(data: CutData, endpoint: Endpoint, group: Variable) -> str:
    keys = {"param": endpoint.param, "population": endpoint.population, "group": group.name}
    test = find_test(data, **keys)
    names = " and ".join(within_sentence(label) for label in group.levels.values())
    if test.p_value is None:
        return f"{endpoint.label} was not compared between {names}: {test.note}."
    differs = "differed" if test.p_value < data.study.conventions.significance else "was not shown to differ"
    text = f"{endpoint.label} {differs} between {names} ({test.method}, p {_equals(test.p_value)})"
    ratios = []
    reference = within_sentence(next(iter(group.levels.values())))
    for level, label in list(group.levels.items())[1:]:
        ratio = find(data, endpoint.model, **keys, level=level)
        if ratio and ratio["hr"] is not None:
            value = format_ratio(ratio["hr"], ratio["lcl"], ratio["ucl"])
            ratios.append(f"hazard ratio of {within_sentence(label)} against {reference} {value}")
    return f"{text}; {join_words(ratios)}." if ratios else f"{text}."


def _equals(p_value: float) -> str:
    text = format_p_value(p_value)
    return text if text[:1] in "<>" else f"= {text}"


@or_say_so
def describe_incidence(data: CutData, params: Sequence[str]) -> Prose:
    """Say the cumulative incidence of each endpoint at its last estimable declared time."""
    sentences = []
    for endpoint in find_incidence_endpoints(data, params):
        counts = get_event_counts(data, endpoint)
        text = (
            f"{endpoint.label}: {count(counts['events'] or 0, 'event')} and "
            f"{count(counts['competing'] or 0, 'competing event')} among {count(counts['n'] or 0, 'patient')}"
        )
        keys = {"param": endpoint.param, "population": endpoint.population}
        estimates = [(time, find(data, "cif_at", **keys, time_months=time)) for time in endpoint.times_at]
        known = [(time, stats) for time, stats in estimates if stats and stats["cif"] is not None]
        if known:
            time, stats = known[-1]
            n = counts["n"]
            text += f"; cumulative incidence at {format_number(time)} months {format_percent(stats['cif'], n)}"
            if stats["lcl"] is not None:
                text += f" ({ci(data)} {format_percent_interval(stats['lcl'], stats['ucl'], n)}%)"
        sentences.append(f"{text}.")
    return Prose(" ".join(sentences))


@or_say_so
@not_for_public("GVHD as it begins")
def describe_later_states(data: CutData) -> Prose:
    """Say how a state that begins after the origin goes with the hazard of an endpoint."""
    if not data.study.later_states:
        raise NotInStudyError("This study declares no state that begins after the origin")
    sentences = []
    for state in data.study.later_states:
        endpoint = find_endpoint(data, state.endpoint)
        keys = {"param": endpoint.param, "population": endpoint.population, "variable": state.name}
        found, test = find(data, "later_state", **keys), get(data, "mantelbyar", **keys)
        if not found or found["n"] is None:
            raise NotDerivableError(f"{state.label}: {note(data, 'mantelbyar', **keys)}")
        text = (
            f"{state.label} began in {format_number(found['entered'])} of {count(found['n'] or 0, 'patient')} before "
            f"the end of their time at risk; {format_number(found['events_in_state'])} of "
            f"{count(found['events'] or 0, 'event')} ({within_sentence(endpoint.label)}) came after it"
        )
        ratio = get(data, "cox", **keys)
        if ratio["hr"] is not None and test["p_value"] is not None:
            value = format_ratio(ratio["hr"], ratio["lcl"], ratio["ucl"])
            text += f": hazard ratio after its onset {value}, Mantel–Byar test p {_equals(test['p_value'])}"
        else:
            text += f". No hazard ratio: {note(data, 'cox', **keys) or 'not estimable'}"
        sentences.append(f"{text}.")
    return Prose(" ".join(sentences))
