"""Sentences about adverse events and graft-versus-host disease."""

from collections.abc import Sequence

from helpers.display.absence import or_say_so
from helpers.display.formatting import count, format_number, join_words, within_sentence
from helpers.display.lookup import find_occurrence, find_occurrences, get
from helpers.display.prose import Prose
from helpers.display.sentences.endpoints import describe_proportion
from helpers.results.cut import CutData


@or_say_so
def describe_occurrences(data: CutData, params: Sequence[str]) -> Prose:
    """Say how many patients had each of several events."""
    items = find_occurrences(data, params)
    parts = [f"{within_sentence(item.label)} in {describe_proportion(data, item.param)}" for item in items]
    return Prose(f"Of all treated patients there was {join_words(parts)}.")


@or_say_so
def describe_never_seen(data: CutData, param: str, label: str) -> Prose:
    """Say what zero events in so many patients still allow, by the exact upper limit."""
    stats = get(data, "proportion", param=param, population="SAFFL")
    if stats["n"]:
        return Prose(f"{label}: {describe_proportion(data, param)}.")
    upper = format_number(100 * (stats["ucl"] or 0))
    return Prose(
        f"{label} was seen in none of {count(stats['N'] or 0, 'patient')}; "
        f"a true frequency of up to {upper}% remains compatible with that."
    )


@or_say_so
def reconcile_severities(data: CutData, whole: str, parts: Sequence[str]) -> Prose:
    """Show that the severities of an event add up to the patients who had it."""
    numbers = {param: get(data, "proportion", param=param, population="SAFFL")["n"] or 0 for param in (whole, *parts)}
    total = sum(numbers[param] for param in parts)
    verdict = "all patients with" if total == numbers[whole] else "NOT the number of patients with"
    terms = " + ".join(format_number(numbers[param]) for param in parts)
    label = within_sentence(find_occurrence(data, whole).label)
    return Prose(f"**Reconciliation.** {terms} = {format_number(total)}, {verdict} {label}.")


@or_say_so
def conclude_safety(data: CutData, params: Sequence[str]) -> Prose:
    """Say what the safety chapter leaves the reader with."""
    return Prose(f"**In short.** {describe_occurrences(data, params)}")
