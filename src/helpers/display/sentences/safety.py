"""Sentences about adverse events and graft-versus-host disease."""

from collections.abc import Mapping, Sequence

from helpers.display.absence import NotDerivableError, NotInStudyError, not_for_public, or_say_so
from helpers.display.formatting import count, format_number, format_range, join_words, within_sentence
from helpers.display.lookup import find, find_occurrence, find_occurrences, find_occurrences_of, get, note
from helpers.display.prose import Prose
from helpers.display.sentences.endpoints import describe_proportion
from helpers.results.cut import CutData
from helpers.study.model import Occurrence


@or_say_so
def describe_occurrences(data: CutData, params: Sequence[str]) -> Prose:
    """Say how many patients had each of several events."""
    return _list_proportions(data, find_occurrences(data, params))


@or_say_so
def describe_topic(data: CutData, topic: str) -> Prose:
    """Say how many patients had each event of a topic of the safety chapter, and how long after the first dose."""
    items = find_occurrences_of(data, [topic])
    onset = find(data, "continuous", param=items[0].param, population="SAFFL", variable="ONSETDY")
    text = str(_list_proportions(data, items))
    if onset and onset["n"]:
        what = within_sentence(items[0].label.removeprefix("Any "))
        days = f"{format_number(onset['median'])} days (range {format_range(onset['min'], onset['max'])})"
        text += f" The first {what} began a median of {days} after the first dose."
    return Prose(text)


def _list_proportions(data: CutData, items: Sequence[Occurrence]) -> Prose:
    """How many patients had each event; what is not derivable is said after the others."""
    parts, absent = [], []
    for item in items:
        try:
            parts.append(f"{within_sentence(item.label)} in {describe_proportion(data, item.param)}")
        except NotDerivableError as absence:
            absent.append(f"{absence}.")
    if not parts:
        raise NotDerivableError(" ".join(absent).removesuffix("."))
    return Prose(" ".join([f"Among all treated patients: {join_words(parts)}.", *absent]))


@or_say_so
@not_for_public("Events that nobody had")
def describe_never_seen(data: CutData, labels: Mapping[str, str]) -> Prose:
    """Say of those of some events that nobody had what zero in so many patients still allows, by the upper limit.

    Parameters
    ----------
    data : CutData
        The cut.
    labels : mapping of str to str
        Names of the events by their parameter, as they begin a sentence.
    """
    found = {label: find(data, "proportion", param=param, population="SAFFL") for param, label in labels.items()}
    texts = [
        f"{label} was seen in none of {count(stats['N'] or 0, 'patient')}; a true frequency of up to "
        f"{format_number(100 * (stats['ucl'] or 0))}% remains compatible with that."
        for label, stats in found.items()
        if stats and stats["n"] == 0 and stats["N"]
    ]
    if not texts:
        raise NotInStudyError("This study has none of the events that nobody had")
    return Prose("\n\n".join(texts))


@or_say_so
@not_for_public("That the parts add up")
def reconcile_severities(data: CutData, whole: str, parts: Sequence[str]) -> Prose:
    """Show that the severities of an event add up to the patients who had it."""
    found = {param: get(data, "proportion", param=param, population="SAFFL")["n"] for param in (whole, *parts)}
    if found[whole] is None:
        raise NotDerivableError(f"{whole}: {note(data, 'proportion', param=whole, population='SAFFL')}")
    numbers = {param: n or 0 for param, n in found.items()}
    total = sum(numbers[param] for param in parts)
    verdict = "all patients with" if total == numbers[whole] else "NOT the number of patients with"
    terms = " + ".join(format_number(numbers[param]) for param in parts)
    label = within_sentence(find_occurrence(data, whole).label)
    return Prose(f"**Reconciliation.** {terms} = {format_number(total)}, {verdict} {label}.")


@or_say_so
def conclude_safety(data: CutData, params: Sequence[str]) -> Prose:
    """Say what the safety chapter leaves the reader with."""
    return Prose(f"**In short.** {describe_occurrences(data, params)}")
