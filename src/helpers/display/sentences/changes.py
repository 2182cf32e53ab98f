"""Sentences about what changed since another cut."""

import math
from collections.abc import Iterator, Sequence

from helpers.display.absence import NotDerivableError, or_say_so
from helpers.display.compared import (
    CAUSES,
    Number,
    Step,
    head_cut,
    list_estimates,
    name_cut,
    name_endpoint,
    read_numbers,
    read_stats,
    require_changes,
    show_change,
    show_estimate,
)
from helpers.display.formatting import capitalise, count, format_number, join_words, within_sentence
from helpers.display.prose import Prose
from helpers.results.changes import Changes, NotCompared
from helpers.results.method import CODE, DECLARATION, PACKAGE
from helpers.results.patient_changes import EVENT, EVENT_CHANGED, GRADES, MOVED, NOT_TREATED, RESPONSE, WITHDRAWN
from helpers.results.replay import FOLLOW_UP
from helpers.results.source_values import CORRECTED, LATE, REMOVED
from helpers.study.endpoints import Endpoint
from helpers.study.model import TREATED, Occurrence

SAME = 1e-9
"""Parts and whole may differ by so much: the rounding of binary fractions."""


@or_say_so
def describe_changes(changes: Changes | NotCompared) -> Prose:
    """Say which cuts are compared, and how much is new: patients, what happened to them, source values, method."""
    found = require_changes(changes, say_why=True)
    was = "as its report was delivered"
    if not found.as_delivered:
        was = "computed anew from its data with today's declarations and program, so that no change of method can show"
    sides = (
        f"{capitalise(name_cut(found.new))} ({found.new.label}) is compared with that of {head_cut(found.old)} "
        f"({found.old.label}), {was}."
    )
    if found.are_none:
        return Prose(f"{sides} Nothing changed.")
    texts = [sides, *_describe_new_patients(found), _describe_patients(found), _describe_source(found)]
    texts += [_describe_method(found)] if found.as_delivered else []
    return Prose(" ".join(texts))


def _describe_new_patients(changes: Changes) -> Iterator[str]:
    old, new = changes.new_patients["old"], changes.new_patients["new"]
    treated = int(new.str.startswith("treated").sum())
    yield f"Since then, {_people(treated)} {_were(treated)} newly treated."
    screened, gone = int(((old == "") & (new == NOT_TREATED)).sum()), int((new == "").sum())
    if screened:
        yield f"{count(screened, 'more patient')} {_were(screened)} screened and not treated."
    if gone:
        yield f"{_people(gone)} of the earlier cut {_are(gone)} no longer in the data."
    undone = int((old.str.startswith("treated") & (new == NOT_TREATED)).sum())
    if undone:
        yield f"{_people(undone)} of the earlier cut {_are(undone)} no longer recorded as treated."


def _describe_patients(changes: Changes) -> str:
    # who is in one of the cuts only is told of as new or gone
    patients = changes.patients[~changes.patients["patient"].isin(changes.new_patients["patient"])]

    def having(what: str, cause: str | None = None) -> int:
        rows = patients[(patients["what"] == what) & (cause is None or patients["cause"] == cause)]
        return rows["patient"].nunique()

    followed, events = having(MOVED, FOLLOW_UP), having(EVENT)
    parts = [f"{_some(followed)} {_were(followed)} followed longer"]
    parts += [f"{_some(events)} had an event that was not known then"]
    for what, words in {
        EVENT_CHANGED: "the day or the kind of an event changed",
        WITHDRAWN: "an event no longer holds",
        RESPONSE: "a response changed",
        GRADES: "the worst grade of an adverse event or of GVHD changed",
    }.items():
        n = having(what)
        parts += [f"in {_some(n)} {words}"] if n else []
    return f"Of the patients of both cuts, {join_words(parts)}."


def _describe_source(changes: Changes) -> str:
    kinds = changes.source_values["what"].value_counts()
    if kinds.empty:
        return "No source value known to the earlier cut was changed."
    corrected, late, removed = (int(kinds.get(what, 0)) for what in (CORRECTED, LATE, REMOVED))
    parts = [f"{count(corrected, 'value')} known to the earlier cut {_were(corrected)} corrected"] if corrected else []
    parts += [f"{count(late, 'record')} {_were(late)} entered late"] if late else []
    parts += [f"{count(removed, 'record')} {_were(removed)} removed"] if removed else []
    return f"In the source tables, {join_words(parts)}."


def _describe_method(changes: Changes) -> str:
    kinds = changes.method["kind"].value_counts()
    if kinds.empty:
        return "No declaration, no code that computes and no package changed."
    names = {DECLARATION: "declaration", CODE: "file", PACKAGE: "package"}
    words = {DECLARATION: " of study.yml", CODE: " of the program", PACKAGE: ""}
    parts = [f"{count(int(kinds[kind]), name)}{words[kind]}" for kind, name in names.items() if kind in kinds.index]
    return f"In the method, {join_words(parts)} changed."


@or_say_so
def reconcile_changes(changes: Changes | NotCompared) -> Prose:
    """Show that the causes of every headline number add up to its whole change, those of counts as a sum.

    Raises
    ------
    ValueError
        If a step does not start where the one before ended, or the parts do not add up to the whole.
    """
    found = require_changes(changes)
    numbers = read_numbers(found)
    for number in numbers:
        _check(number)
    if not numbers:
        return Prose("**Reconciliation.** No headline number changed: there is nothing to add up.")
    text = (
        "**Reconciliation.** Of every headline number that changed, each step starts where the one before ended, from "
        "the earlier to the later cut, and the causes add up to the whole change"
    )
    if any(step.difference is None for number in numbers for step in number.steps.values()):
        text += "; where a number is not estimable before or after a step, there is no difference to add"
    sums = [_add_up(found, number) for number in _choose_sums(found, numbers)]
    return Prose("\n\n".join([f"{text}.", *(["\n".join(f"- {line}." for line in sums)] if sums else [])]))


def _check(number: Number) -> None:
    steps = list(number.steps.values())
    # of two cuts in the other order, the steps lead back
    if not any(_leads(number.whole, chain) for chain in (steps, steps[::-1])):
        raise ValueError(f"the steps do not lead from the old to the new value: {_name(number)}")
    for step in (number.whole, *steps):
        known = step.old is not None and step.new is not None
        if known != (step.difference is not None) or not _agree(_subtract(step), step.difference):
            raise ValueError(f"a difference is not that of its values: {_name(number)}")
    parts = [step.difference for step in steps]
    if None not in parts and not _agree(math.fsum(part or 0 for part in parts), number.whole.difference):
        raise ValueError(f"the causes do not add up to the whole change: {_name(number)}")


def _leads(whole: Step, steps: Sequence[Step]) -> bool:
    if not steps:
        return False
    ends = [whole.old, *(step.new for step in steps)]
    starts = [*(step.old for step in steps), whole.new]
    return all(_agree(end, start) for end, start in zip(ends, starts, strict=True))


def _agree(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=SAME, abs_tol=SAME)


def _subtract(step: Step) -> float | None:
    return None if step.old is None or step.new is None else step.new - step.old


def _name(number: Number) -> str:
    time = "" if number.time is None else f"{number.time:g} months"
    parts = (number.analysis, number.param, number.population, number.variable, time, number.stat)
    return " ".join(part for part in parts if part)


def _choose_sums(changes: Changes, numbers: Sequence[Number]) -> list[Number]:
    """Numbers whose sums are written out: the treated patients, then the events of each endpoint as it is declared."""
    treated = [number for number in numbers if (number.analysis, number.variable) == ("count", TREATED)]
    events = {(n.analysis, n.param, n.population): n for n in numbers if n.stat == "events"}
    endpoints = [(e.curve, e.param, e.population) for e in changes.study.endpoints]
    return [*treated, *(events[place] for place in endpoints if place in events)]


def _add_up(changes: Changes, number: Number) -> str:
    label = next((e.label for e in changes.study.endpoints if e.param == number.param), "")
    heading = f"{label}, events" if label else "Treated patients"
    if any(step.difference is None for step in (number.whole, *number.steps.values())):
        chain = [show_estimate(number.stat, step.new, None) for step in number.steps.values()]
        return f"{heading}: {' → '.join([show_estimate(number.stat, number.whole.old, None), *chain])}"
    terms = [
        f"{'−' if (step.difference or 0) < 0 else '+'} {format_number(abs(step.difference or 0))} ({CAUSES[cause]})"
        for cause, step in number.steps.items()
    ]
    return f"{heading}: {format_number(number.whole.old)} {' '.join(terms)} = {format_number(number.whole.new)}"


@or_say_so
def conclude_changes(changes: Changes | NotCompared, params: Sequence[str]) -> Prose:
    """Say how some headline numbers moved, and by which causes.

    Parameters
    ----------
    changes : Changes or NotCompared
        What changed since another cut.
    params : sequence of str
        Codes of endpoints, responses, outcomes or adverse events; those the study does not declare are left out. Of an
        endpoint, the probability at the latest declared time that both cuts can estimate.
    """
    found = require_changes(changes)
    endpoints = {endpoint.param: endpoint for endpoint in found.study.endpoints}
    occurrences = {item.param: item for item in found.study.occurrence_params}
    numbers = {(n.analysis, n.param, n.population, n.time, n.stat): n for n in read_numbers(found)}
    texts = []
    for param in params:
        if param in endpoints:
            texts.append(_conclude_endpoint(found, endpoints[param], numbers))
        elif param in occurrences:
            texts.append(_conclude_occurrence(found, occurrences[param], numbers))
    if not texts:
        raise NotDerivableError(f"This study declares none of {join_words(list(params))}")
    return Prose(" ".join(["**In short.**", *texts]))


Numbers = dict[tuple[str, str, str, float | None, str], Number]


def _conclude_endpoint(changes: Changes, endpoint: Endpoint, numbers: Numbers) -> str:
    estimates = list(list_estimates(changes, endpoint))
    both = [(time, old, new) for time, old, new in estimates if old is not None and new is not None]
    if not both:
        return f"{endpoint.label} cannot be compared: no probability is estimable at both cuts."
    time, old, new = both[-1]
    stat = "cif" if endpoint.competing else "survival"
    n = read_stats(changes.new_results, endpoint.curve, name_endpoint(endpoint)).get("n")
    kind = "The cumulative incidence of " if endpoint.competing else ""
    label = f"{kind}{within_sentence(endpoint.label) if kind else endpoint.label} at {format_number(time)} months"
    number = numbers.get((f"{endpoint.curve}_at", endpoint.param, endpoint.population, time, stat))
    return _say_moved(label, stat, (old, new), n, number)


def _conclude_occurrence(changes: Changes, item: Occurrence, numbers: Numbers) -> str:
    population = item.populations[0]
    about = {"param": item.param, "population": population}
    old, new = (read_stats(side, "proportion", about) for side in (changes.old_results, changes.new_results))
    number = numbers.get(("proportion", item.param, population, None, "p"))
    return _say_moved(item.label, "p", (old.get("p"), new.get("p")), new.get("N"), number)


def _say_moved(
    label: str, stat: str, sides: tuple[float | None, float | None], n: float | None, number: Number | None
) -> str:
    before, after = (show_estimate(stat, side, n) for side in sides)
    text = f"{label} stayed at {after}"
    if before != after:
        old, new = sides
        verb = "changed" if old is None or new is None else "rose" if new > old else "fell"
        text = f"{label} {verb} from {before} to {after}"
    if number is None:
        return f"{text}."
    parts = [f"{CAUSES[cause]} {show_change(stat, step, n)}" for cause, step in number.steps.items()]
    return f"{text}: {join_words(parts)} percentage points."


def _people(n: int) -> str:
    return count(n, "patient")


def _some(n: int) -> str:
    return format_number(n) if n else "none"


def _were(n: int) -> str:
    return "was" if n == 1 else "were"


def _are(n: int) -> str:
    return "is" if n == 1 else "are"
