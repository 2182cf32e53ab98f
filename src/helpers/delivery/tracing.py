"""Trace a number in a text to the analysis it is a number of."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from helpers.delivery.facts import COUNTS, LOWER, SHARES, TIME, UPPER, Fact, Words
from helpers.delivery.numbers import Number

PATIENTS = frozenset({"n", "N", "n_risk", "followed", "overdue", "entered"})
EVENTS = frozenset({"events", "events_in_state"})
ROLE_STATS = {
    "competing": frozenset({"competing"}),
    "events": EVENTS,
    "censored": frozenset({"censored"}),
    "patients": PATIENTS,
    "p": frozenset({"p_value"}),
    "hr": frozenset({"hr"}),
    "n": frozenset({"n", "N", "events", "censored", "competing"}),
    "after": frozenset({"trusted_months"}),
    "points": frozenset[str](),
    "rule": frozenset[str](),
    "upper": frozenset({"ucl"}),
    "missing": frozenset({"missing", "unknown"}),
    "warnings": frozenset({"findings"}),
}
"""Statistics that the words beside a number admit."""
HEADING_STATS = {
    "events": EVENTS | {"events_share"},
    "competing": frozenset({"competing"}),
    "competing events": frozenset({"competing"}),
    "censored": frozenset({"censored"}),
    "at risk": frozenset({"n_risk"}),
    "patients": frozenset({"n", "N", "p"}),
    "p": frozenset({"p_value"}),
    "completeness": frozenset({"completeness"}),
    "percentage": frozenset({"p"}),
    "upper limit, %": frozenset({"ucl"}),
    "curve trusted until, mo": frozenset({"trusted_months"}),
    "met": frozenset({"met"}),
    "not met": frozenset({"failed"}),
    "not recorded": frozenset({"unknown"}),
    "population": frozenset({"n"}),
    "treated although not met": frozenset({"deviating"}),
    "events in the state": frozenset({"events_in_state"}),
    "entered": frozenset({"entered"}),
    "onset, days": frozenset({"median"}),
}
"""Statistics that the heading of a column or the label of a row admits."""
P_BOUNDS = ("0.001", "0.99")
"""Where p-values are not printed any smaller or larger."""
SIDES = ("", "old", "new")
AT = re.compile(r"^(?:at )?(\d+(?:\.\d+)?)(?: months?)?(?:, %)?$")


@dataclass(frozen=True)
class Context:
    """What a number is about, by what stands around it.

    Attributes
    ----------
    names : frozenset of str
        Whatever is named there, in small letters.
    subjects : frozenset of str
        What it is about, populations and strata left out.
    headings : tuple of str
        Of a cell: the headings it stands under, in small letters.
    is_cell : bool
        Whether it stands in a cell.
    side : str
        Of a cell that compares two cuts: the cut, or the cause of the change.
    grades : frozenset of str
        Of a cell: the grades of adverse events its row and its headings name.
    """

    names: frozenset[str]
    subjects: frozenset[str]
    headings: tuple[str, ...] = ()
    is_cell: bool = False
    side: str = ""
    grades: frozenset[str] = frozenset()


class Index:
    """Facts, and the words by which a text refers to them."""

    def __init__(self, facts: Sequence[Fact], words: Words, sides: Mapping[str, str] | None = None) -> None:
        self._facts = facts
        self._words = words
        self._sides = sides or {}
        self._by_name: dict[str, list[int]] = {}
        self._nameless = [number for number, fact in enumerate(facts) if not fact.names]
        self._levels: dict[str, set[str]] = {}
        for number, fact in enumerate(facts):
            for name in fact.names | fact.broad:
                self._by_name.setdefault(name, []).append(number)
            for name in fact.broad:
                self._levels.setdefault(name, set()).update(fact.names)
        ordered = sorted(self._by_name.keys() | words.strata.keys(), key=lambda name: (-len(name), name))
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)") if ordered else None
        self._grades = frozenset(fact.grade for fact in facts if fact.grade)
        self._times = {text for fact in facts for text in fact.texts.get(TIME, ())}
        self._chosen: dict[Context, list[Fact]] = {}

    def read_context(self, text: str) -> Context:
        """Read what a sentence names, the longest name where one is part of another."""
        names = self._find_names(text)
        return Context(names, names.difference(self._words.strata, self._words.populations, self._words.common))

    def read_cell_context(self, headings: Sequence[str], row: Sequence[str]) -> Context:
        """Read what the headings of a cell name: the last, that of its column, names strata, but no subject."""
        lowered = tuple(heading.lower() for heading in headings)
        side = self._sides.get(lowered[-1], "")
        label = lowered if len(lowered) == 1 else lowered[:-1]
        subjects = self._find_names(" | ".join(label)).difference(self._words.strata, self._words.populations)
        grades = self._grades.intersection(lowered) or self._grades.intersection(cell.lower() for cell in row)
        return Context(
            self._find_names(" | ".join(lowered)),
            subjects,
            lowered[:-1] if side else lowered,
            is_cell=True,
            side=side,
            grades=grades,
        )

    def _find_names(self, text: str) -> frozenset[str]:
        return frozenset(self._pattern.findall(text.lower())) if self._pattern else frozenset()

    def choose(self, context: Context) -> list[Fact]:
        """Facts a number in this context may come from."""
        if context not in self._chosen:
            self._chosen[context] = self._choose(context)
        return self._chosen[context]

    def _choose(self, context: Context) -> list[Fact]:
        strata = {self._words.strata[name] for name in context.names if name in self._words.strata}
        populations = {self._words.populations[name] for name in context.names if name in self._words.populations}
        chosen = [fact for fact in self._list_about(context) if self._fits(fact, context, strata, populations)]
        if not context.is_cell:
            return chosen
        if context.grades and any(fact.grade for fact in chosen):
            return [fact for fact in chosen if fact.grade in context.grades]
        times = {found[1] for heading in context.headings if (found := AT.match(heading))}
        if times and any(fact.time is not None for fact in chosen):
            return [fact for fact in chosen if fact.is_test or fact.texts.get(TIME, frozenset()) & times]
        return chosen

    def is_time(self, text: str) -> bool:
        """Whether a number is a time, in months, for which there are estimates."""
        return text in self._times

    def _fits(self, fact: Fact, context: Context, strata: set[tuple[str, str]], populations: set[str]) -> bool:
        if context.side and fact.side != context.side:
            return False
        if context.is_cell and populations and fact.population and fact.population not in populations:
            return False
        if fact.stratum == ("", "") and not (context.is_cell and strata):
            return True
        return fact.stratum in strata or fact.is_test or bool(fact.names & context.names & self._words.strata.keys())

    def _list_about(self, context: Context) -> Iterator[Fact]:
        """Facts about what the context names; without a name, about anything."""
        subjects = context.subjects
        if not subjects and context.is_cell:
            subjects = context.names.intersection(self._by_name)
        if not subjects:
            yield from self._facts
            return
        wanted = subjects | {name for name in context.names if self._is_of_patients(name)}
        found = {number for name in wanted for number in self._by_name.get(name, ())}
        for number in sorted(found.union(self._nameless)):
            fact = self._facts[number]
            is_named = fact.names & wanted or fact.names & context.names
            if not fact.names or is_named or not self._list_levels(fact) & context.names:
                yield fact

    def _is_of_patients(self, name: str) -> bool:
        return name in self._words.populations or name in self._words.common

    def _list_levels(self, fact: Fact) -> set[str]:
        return {level for name in fact.broad for level in self._levels[name]}


def trace(statement: Sequence[Number], facts: Sequence[Fact], context: Context) -> bool:
    """Whether all numbers of a statement come from one fact.

    Parameters
    ----------
    statement : sequence of Number
        Numbers that belong together, as `helpers.delivery.numbers.list_statements` finds them.
    facts : sequence of Fact
        Where they may come from.
    context : Context
        What they are about.
    """
    # the heading of a column says more than the label of a row
    admitted = next((HEADING_STATS[text] for text in reversed(context.headings) if text in HEADING_STATS), None)
    has_limits = any(number.slot in ("low", "high") for number in statement)
    in_percent = context.is_cell or any(number.is_percentage or number.sign for number in statement)
    return any(
        all(_comes_from(number, fact, context, admitted, in_percent, has_limits) for number in statement)
        for fact in facts
    )


def _comes_from(
    number: Number, fact: Fact, context: Context, admitted: frozenset[str] | None, in_percent: bool, has_limits: bool
) -> bool:
    if number.at and fact.time is not None and number.at not in fact.texts[TIME]:
        return False
    # a change is printed with its sign, unless rounding hides it
    if number.sign != fact.sign and not (number.sign == 0 and re.fullmatch(r"0(?:\.0)?", number.text)):
        return False
    if not context.is_cell and fact.side not in SIDES and not number.sign and number.role != "became":
        return False
    return any(
        number.text in texts
        and _fits_slot(number, stat, fact, admitted, has_limits)
        and _fits_role(number, stat, fact)
        and _fits_percent(number, stat, fact, in_percent)
        and (number.slot not in ("", "over") or admitted is None or stat in admitted)
        for stat, texts in fact.texts.items()
    )


def _fits_slot(number: Number, stat: str, fact: Fact, admitted: frozenset[str] | None, has_limits: bool) -> bool:
    match number.slot:
        case "over":
            return stat == "n" if "N" in fact.texts else stat in COUNTS and stat != "n"
        case "under":
            return stat == "N" if "N" in fact.texts else stat in ("n", "events")
        case "low":
            return stat in LOWER
        case "high":
            return stat in UPPER
    if stat in LOWER | UPPER:
        return number.role == "upper" or bool(admitted and stat in admitted)
    return not has_limits or stat not in COUNTS or number.role == "missing"


def _fits_role(number: Number, stat: str, fact: Fact) -> bool:
    if number.role == "p bound":
        return stat == "p_value" and number.text in P_BOUNDS
    if number.role == "points" and number.sign:
        return stat in SHARES
    if number.role in ROLE_STATS and number.slot != "under":
        return stat in ROLE_STATS[number.role]
    if number.role in ("months", "days", "years"):
        return stat == TIME if number.role == "months" and stat == TIME else fact.unit.startswith(number.role)
    return stat != TIME or (number.slot == "" and not number.is_percentage)


def _fits_percent(number: Number, stat: str, fact: Fact, in_percent: bool) -> bool:
    is_share = stat in SHARES or (stat in LOWER | UPPER and bool(SHARES & fact.texts.keys()))
    if number.is_percentage:
        return is_share or fact.unit == "%"
    return in_percent or not is_share
