"""What happened to a patient between two cuts, in the words of a ward round."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from helpers.display.compared import BECAME
from helpers.display.formatting import format_number, join_words, within_sentence
from helpers.results.patient_changes import (
    ENTERS,
    EVENT,
    EVENT_CHANGED,
    GRADES,
    LEAVES,
    MOVED,
    ORIGIN,
    OUTCOMES,
    RESPONSE,
    WITHDRAWN,
)
from helpers.results.replay import FOLLOW_UP
from helpers.study.model import Study

MOST_ENDPOINTS = 2
"""So many endpoints are named; of more, the first."""
DAY = re.compile(r"^(.*?)(?:, )?(\d{4}-\d{2}-\d{2}|\d+(?:\.\d+)? months)?$", re.DOTALL)
"""What was said, and its day, or its months where a study has no dates."""
ISO = re.compile(r"\d{4}-")
YES = "yes"
ORDER = (EVENT, EVENT_CHANGED, RESPONSE, OUTCOMES, WITHDRAWN, ENTERS, LEAVES, ORIGIN, MOVED, GRADES)
"""What is told first, where no day says so."""


class Said(NamedTuple):
    """What was or is, and on which day; either may be empty."""

    words: str
    day: str


class Told(NamedTuple):
    """What is told, and the day it happened, if it has one."""

    text: str
    day: str


def list_followed(moved: pd.DataFrame) -> list[str]:
    """Until when a patient was followed, of both cuts: 2025-06-30 → 2026-06-30, once for endpoints that agree."""
    moved = moved[moved["what"] == MOVED]
    pairs = [(_read(old), _read(new)) for old, new in zip(moved["old"], moved["new"], strict=True)]
    told = (_lead_days(old, new) if old.words == new.words else _lead(old, new) for old, new in pairs)
    return list(dict.fromkeys(told))


def describe_happenings(happened: pd.DataFrame, study: Study) -> str:
    """Say what happened to one patient by one cause; nothing where follow-up alone is longer.

    Parameters
    ----------
    happened : DataFrame
        Rows of `patient_changes.FIELDS` of one patient and cause.
    study : Study
        Where the labels are declared.
    """
    told: list[Told] = []
    for what in ORDER:
        rows = happened[happened["what"] == what]
        if what == MOVED:
            rows = rows[rows["cause"] != FOLLOW_UP]
        if what in (RESPONSE, OUTCOMES):
            told += _tell_occurrences(rows, study)
            continue
        for items, old, new in zip(rows["items"], rows["old"], rows["new"], strict=True):
            text = _tell_grade(items, old, new) if what == GRADES else _tell_endpoint(what, items, old, new, study)
            told.append(Told(text, _read(new).day if what in (EVENT, EVENT_CHANGED) else ""))
    by_day = sorted(told, key=lambda one: (not one.day, one.day if ISO.match(one.day) else ""))
    first, *others = [text for text, _ in by_day] or [""]
    return "; ".join([first[:1].upper() + first[1:], *map(within_sentence, others)])


def _tell_endpoint(what: str, items: str, before: str, after: str, study: Study) -> str:
    old, new = _read(before), _read(after)
    endpoints = _name_endpoints(items.split(" "), study)
    if what == EVENT:
        told = "" if endpoints == within_sentence(new.words) else f" ({endpoints})"
        return f"{_with_day(new)}{told}"
    if what == EVENT_CHANGED:
        return f"{_lead(old, new)} ({endpoints})"
    if what == WITHDRAWN:
        followed = f"; followed until {new.day or new.words}" if new.day != old.day else ""
        return f"{_with_day(old)}, no longer counts ({endpoints}){followed}"
    if what == ENTERS:
        return f"enters the analysis of {endpoints}: {within_sentence(_with_day(new))}"
    if what == LEAVES:
        return f"leaves the analysis of {endpoints}"
    if what == ORIGIN:
        return f"{endpoints} counted from {_lead_days(old, new)}"
    return f"followed until {_lead_days(old, new)} ({endpoints})"


def _name_endpoints(params: Sequence[str], study: Study) -> str:
    labels = {endpoint.param: within_sentence(endpoint.label) for endpoint in study.endpoints}
    names = [labels.get(param, param) for param in params]
    return join_words(names) if len(names) <= MOST_ENDPOINTS else f"{names[0]} and others"


def _tell_occurrences(rows: pd.DataFrame, study: Study) -> Iterator[Told]:
    """Tell responses and outcomes, those of one day together."""
    labels = {item.param: item.label for item in (*study.responses, *study.outcomes)}
    for (before, after), same in rows.groupby(["old", "new"], sort=False):
        names = [labels.get(param, param) for param in same["items"]]
        words = join_words([names[0], *map(within_sentence, names[1:])])
        old, new = _read(str(before)), _read(str(after))
        if old.words == new.words:
            yield Told(f"{words}: {_lead_days(old, new)}", new.day)
        elif new.words == YES:
            yield Told(f"{words}, {new.day}" if new.day else words, new.day)
        else:
            yield Told(f"no {within_sentence(words)} any more", "")


def _tell_grade(event: str, old: str, new: str) -> str:
    if not new:
        return f"no {within_sentence(event)} any more"
    grade = new if new[:1].islower() else f"grade\u00a0{new}"
    return f"{event}, {grade} ({'before ' + old if old else 'new'})"


def _read(text: str) -> Said:
    found = DAY.match(text)
    assert found is not None  # it matches whatever stands there
    words, day = found[1], found[2] or ""
    if day.endswith(" months"):
        day = f"{format_number(float(day.removesuffix(' months')))} months"
    return Said(_join_labels(words.split(" / ")), day)


def _join_labels(labels: Sequence[str]) -> str:
    """What endpoints call one event; a marrow relapse is a relapse, and needs not be called so twice."""
    names = [label for label in labels if not any(label.lower() in other.lower() for other in labels if other != label)]
    return join_words([*names[:1], *map(within_sentence, names[1:])])


def _with_day(said: Said) -> str:
    return ", ".join(part for part in said if part)


def _lead_days(old: Said, new: Said) -> str:
    if old.day and new.day:  # on one line
        return f"{old.day}\u00a0{BECAME}\u00a0{new.day}"
    return f"{old.day or old.words} {BECAME} {new.day or new.words}"


def _lead(old: Said, new: Said) -> str:
    """From what was to what is; words that stay are said once."""
    if old.words == new.words:
        return f"{new.words}: {_lead_days(old, new)}"
    return f"{_with_day(old)} {BECAME} {_with_day(new)}"
