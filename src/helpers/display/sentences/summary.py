"""Sentences of the summary, a structured abstract: background, patients, methods, results, interpretation."""

from collections.abc import Iterator, Mapping, Sequence

from helpers.display.absence import NotInStudyError, not_for_public, or_say_so
from helpers.display.formatting import (
    capitalise,
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
from helpers.display.key_results import choose_time, count_events, explain_absent, name_harms
from helpers.display.lookup import Stats, ci, count_patients, find, get, get_mark, list_strata, name_cut_date, note
from helpers.display.prose import Prose, plain
from helpers.display.sentences.cohort import describe_cohort
from helpers.display.sentences.protocol import name_confidence
from helpers.display.sentences.treatment import add_up_flow, describe_flow
from helpers.results.cut import CutData
from helpers.study.endpoints import Endpoint
from helpers.study.model import TREATED

NOBODY = "no patient has been treated by the data cut"


def describe_background(data: CutData) -> Prose:
    """Say why the study was done, in the authors' words; without them, what it asks."""
    study = data.study
    invented = " **The data are synthetic: no patient stands behind any number.**" if study.synthetic else ""
    why = f"{plain(study.narrative.background)} " if study.narrative.background else ""
    return Prose(f"**Background.** {why}*{plain(study.question)}*{invented}")


def describe_patients(data: CutData) -> Prose:
    """Say who was screened and treated, and how the treated are made up."""
    flow = describe_flow(data)
    told = f"{flow} " if not hasattr(flow, "reason") else ""
    return Prose(f"**Patients.** {told}{describe_cohort(data)}")


def describe_methods(data: CutData) -> Prose:
    """Say in a few sentences what was done: design, data, estimates, tests."""
    study, cut = data.study, data.cut
    source = f" [@{study.citation}]" if study.citation else ""
    date = f", data cut {name_cut_date(data)}" if cut.date else ""
    texts = [plain(study.narrative.design)] if study.narrative.design else []
    texts.append(f"The data are those of {plain(study.short_title)}{source}, {plain(cut.label)}{date}.")
    estimates = [f"proportions with exact {name_confidence(data)} confidence intervals (CI)"]
    if any(not endpoint.competing for endpoint in study.endpoints):
        estimates.append("times to an event by the Kaplan–Meier method [@kaplan1958]")
    if any(endpoint.competing for endpoint in study.endpoints):
        estimates.append("events that others can forestall by their cumulative incidence")
    texts.append(f"{capitalise(join_words(estimates))} are given.")
    groups = [within_sentence(plain(item.label)) for item in study.variables if item.name in study.comparisons]
    texts.append(f"Groups by {join_words(groups)} are compared." if groups else "No groups are compared.")
    return Prose(f"**Methods.** {' '.join(texts)}")


def describe_key_response(data: CutData) -> Prose:
    """Say how many patients responded."""
    return Prose(f"**Results.** {' '.join(_tell_response(data))}")


def _tell_response(data: CutData) -> Iterator[str]:
    if not data.study.responses:
        yield "The study declares no response."
        return
    if not count_patients(data):
        yield f"Response: {NOBODY}."
        return
    names = {item.param: item.label for item in data.study.responses}
    yield from _tell_proportions(data, "Response among all treated patients", names)


def _tell_proportions(data: CutData, about: str, names: Mapping[str, str]) -> Iterator[str]:
    """One sentence on those of the parameters that are known, then what is not derivable."""
    parts, absent = [], []
    for param, label in names.items():
        stats = get(data, "proportion", param=param, population=TREATED)
        if stats["n"] is None:
            absent.append(f"{plain(label)}: {note(data, 'proportion', param=param, population=TREATED)}.")
        else:
            parts.append(f"{within_sentence(plain(label))} in {_show_proportion(data, stats)}")
    if parts:
        yield f"{about}: {join_words(parts)}."
    yield from absent


def _show_proportion(data: CutData, stats: Stats) -> str:
    fraction = format_fraction(stats["n"], stats["N"])
    limits = format_percent_interval(stats["lcl"], stats["ucl"], stats["N"])
    return f"{fraction} ({format_percent(stats['p'], stats['N'])}, {ci(data)} {limits}%)"


@or_say_so
def describe_key_survival(data: CutData, params: Sequence[str]) -> Prose:
    """Say of each endpoint its probability at a year, and its median; of what is not derivable, why.

    Parameters
    ----------
    data : CutData
        The cut.
    params : sequence of str
        Codes of endpoints; those that the study does not declare are passed over.
    """
    declared = [endpoint for endpoint in data.study.endpoints if endpoint.param in params]
    if not declared:
        raise NotInStudyError(f"This study declares none of {', '.join(params)}")
    known = [endpoint for endpoint in declared if not data.time_to_event[endpoint.param].missing]
    texts = [_tell_follow_up(data, known), *(_tell_endpoint(data, endpoint) for endpoint in known)]
    texts += map(plain, explain_absent(data, declared))
    return Prose(" ".join(text for text in texts if text))


def _tell_follow_up(data: CutData, endpoints: Sequence[Endpoint]) -> str:
    """Median follow-up, of the first endpoint that has one."""
    for endpoint in endpoints:
        stats = find(data, "follow_up", param=endpoint.param, population=endpoint.population)
        if stats.get("median") is not None:
            interval = format_months_interval(stats["lcl"], stats["ucl"])
            return (
                f"Median follow-up for {within_sentence(plain(endpoint.label))} was "
                f"{format_months(stats['median'])}\u00a0months ({ci(data)} {interval})."
            )
    return ""


def _tell_endpoint(data: CutData, endpoint: Endpoint) -> str:
    n = count_events(data, endpoint)["n"]
    told = [_tell_probability(data, endpoint, n)] if n else ["no patients to analyse yet"]
    told += [_tell_median(data, endpoint)] if n and not endpoint.competing else []
    return f"{plain(endpoint.label)}: {', '.join(text for text in told if text)}."


def _tell_probability(data: CutData, endpoint: Endpoint, n: float | None) -> str:
    time = choose_time(endpoint)
    if time is None:
        return ""
    keys = {"param": endpoint.param, "population": endpoint.population}
    stats = find(data, f"{endpoint.curve}_at", **keys, time_months=time)
    probability = stats.get("cif" if endpoint.competing else "survival")
    what = "cumulative incidence " if endpoint.competing else ""
    when = f"at {format_number(time)}\u00a0months"
    if probability is None:
        return f"{what}{get_mark(stats) or 'not estimable'} {when}"
    limits = format_percent_interval(stats["lcl"], stats["ucl"], n)
    interval = f" ({ci(data)} {limits}{'' if stats['lcl'] is None else '%'})"
    return f"{what}{format_percent(probability, n)}{interval} {when}"


def _tell_median(data: CutData, endpoint: Endpoint) -> str:
    stats = get(data, "km", param=endpoint.param, population=endpoint.population)
    if stats["median"] is None:
        return "median not reached"
    interval = format_months_interval(stats["median_lcl"], stats["median_ucl"])
    return f"median {format_months(stats['median'])}\u00a0months ({ci(data)} {interval})"


@or_say_so
def describe_key_harms(data: CutData, params: Sequence[str]) -> Prose:
    """Say how many patients had each of several harms; those that the study does not declare are passed over."""
    names = name_harms(data, params)
    if not names:
        raise NotInStudyError(f"This study declares none of {', '.join(params)}")
    if not count_patients(data):
        return Prose(f"Harms: {NOBODY}.")
    return Prose(" ".join(_tell_proportions(data, "Harms among all treated patients", names)))


def describe_limitations(data: CutData) -> Prose:
    """Say what the results cannot tell and for whom they hold, in the authors' words; nothing without them."""
    narrative = data.study.narrative
    texts = [plain(text) for text in (narrative.limitations, narrative.generalisability) if text]
    return Prose(f"**Limitations.** {' '.join(texts)}" if texts else "")


@or_say_so
@not_for_public("That the parts add up")
def reconcile_summary(data: CutData) -> Prose:
    """Show that the patients of the summary add up, from screening or by stratum."""
    flow = add_up_flow(data)
    if flow:
        return Prose(f"**Reconciliation.** {flow}.")
    total = count_patients(data)
    for group in data.study.strata:
        parts = [count_patients(data, "SAFFL", name, level) for name, level, _ in list_strata(data) if name == group]
        if sum(parts) == total:
            return Prose(
                f"**Reconciliation.** {' + '.join(map(format_number, parts))} = {count(total, 'treated patient')}."
            )
    return Prose(
        f"**Reconciliation.** No strata are declared; the summary is one of {count(total, 'treated patient')}."
    )


def conclude_summary(data: CutData) -> Prose:
    """Say what the authors make of the results; where they have not said it yet, mark its place."""
    if data.study.narrative.interpretation:
        return Prose(f"**Interpretation.** {plain(data.study.narrative.interpretation)}")
    return Prose(
        "::: {.callout-note}\n"
        "## Interpretation: to be written by the authors\n\n"
        "What these results mean is for the authors to say. Their text stands here once it is written in study.yml "
        "(narrative: interpretation).\n"
        ":::"
    )
