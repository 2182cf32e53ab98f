"""Sentences about the flow of patients, what they were given, and how far that follows the plan."""

from helpers.datasets.exposure import ADHERENCE, ADHERENT
from helpers.display.absence import NotDerivableError, NotInStudyError, not_for_public, or_say_so
from helpers.display.formatting import (
    count,
    format_fraction,
    format_number,
    format_percent,
    format_range,
    join_words,
    within_sentence,
)
from helpers.display.lookup import get, note
from helpers.display.prose import Prose
from helpers.results.cut import CutData
from helpers.results.flow import DEVIATION, EXCLUDED, SCREENED, TREATED, WAITING


def _flow(data: CutData, step: str) -> float:
    return get(data, "count", variable=step)["n"] or 0


def _reasons(data: CutData, prefix: str) -> str:
    """Criteria that are not met, with the number of patients; empty where there are none."""
    parts = [
        f"{criterion.reason} in {format_number(n)}"
        for criterion in data.study.eligibility
        if (n := _flow(data, f"{prefix} {criterion.name}"))
    ]
    return join_words(parts)


@or_say_so
@not_for_public("The flow of patients")
def describe_flow(data: CutData) -> Prose:
    """Say how many patients were screened, excluded and treated."""
    if not data.study.eligibility:
        raise NotInStudyError("This study declares no eligibility criteria")
    screened, excluded, treated = (_flow(data, step) for step in (SCREENED, EXCLUDED, TREATED))
    waiting, deviation = _flow(data, WAITING), _flow(data, DEVIATION)
    text = f"Of {count(screened, 'patient')} screened, {format_number(treated)} {_were(treated)} treated"
    if excluded:
        text += f" and {format_number(excluded)} {_were(excluded)} not eligible ({_reasons(data, EXCLUDED)})"
    text += f"; {format_number(waiting)} eligible {_were(waiting)} not treated by the cut" if waiting else ""
    if deviation:
        reasons = _reasons(data, DEVIATION)
        text += f". Of the treated, {format_number(deviation)} {_were(deviation)} not eligible ({reasons})"
    return Prose(f"{text}.")


def _were(n: float) -> str:
    return "was" if n == 1 else "were"


def add_up_flow(data: CutData) -> str:
    """The steps of the flow as a sum; empty where the study declares no eligibility."""
    if not data.study.eligibility:
        return ""
    parts = {"not eligible": EXCLUDED, "not treated by the cut": WAITING, "treated": TREATED}
    numbers = {label: _flow(data, step) for label, step in parts.items()}
    verdict = "all screened" if sum(numbers.values()) == _flow(data, SCREENED) else "NOT all screened"
    terms = " + ".join(f"{format_number(n)} {label}" for label, n in numbers.items())
    return f"{terms} = {format_number(sum(numbers.values()))}, {verdict}"


@or_say_so
@not_for_public("Exposure")
def describe_exposure(data: CutData) -> Prose:
    """Say how long the first course lasted, how many patients had an infusion, and after how long."""
    if data.study.clinical is None:
        raise NotInStudyError("This study has no tables of treatment")
    days = get(data, "continuous", population="SAFFL", variable="DAYS1")
    if days["n"] is None:
        raise NotDerivableError(f"Exposure: {note(data, 'continuous', population='SAFFL', variable='DAYS1')}")
    if not days["n"]:
        raise NotDerivableError("Exposure: nobody has been treated by the cut")
    text = (
        f"The first course of blinatumomab lasted a median of {format_number(days['median'])} days on drug "
        f"(range {format_range(days['min'], days['max'])})"
    )
    first = get(data, "continuous", population="SAFFL", variable="DLIDAY")
    if first["n"] is None:
        return Prose(f"{text}. Infusions: {note(data, 'continuous', population='SAFFL', variable='DLIDAY')}.")
    total = first["n"] + (first["missing"] or 0)
    text += f". A donor lymphocyte infusion was given to {format_fraction(first['n'], total)} patients"
    if first["n"]:
        text += f", a median of {format_number(first['median'])} days after the first dose"
        text += f" (range {format_range(first['min'], first['max'])})"
    return Prose(f"{text}.")


@or_say_so
@not_for_public("Adherence to the plan")
def describe_adherence(data: CutData) -> Prose:
    """Say for each part of the plan how many of the patients who can be judged followed it."""
    if data.study.clinical is None or data.study.clinical.plan is None:
        raise NotInStudyError("This study declares no treatment plan")
    parts, absent = [], []
    for parameter in ADHERENCE:
        keys = {"population": "SAFFL", "variable": f"{parameter.code}={ADHERENT}"}
        stats = get(data, "proportion", **keys)
        if stats["n"] is None:
            absent.append(f"{parameter.label}: {note(data, 'proportion', **keys)}")
            continue
        share = f"{format_fraction(stats['n'], stats['N'])} ({format_percent(stats['p'], stats['N'])})"
        parts.append(f"{within_sentence(parameter.label)} in {share}")
    if not parts:
        raise NotDerivableError("; ".join(absent))
    text = f"The plan was followed for {join_words(parts)}."
    return Prose(" ".join([text, *(f"{reason}." for reason in absent)]))
