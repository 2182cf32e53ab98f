"""Adverse events; cytopenias are not among them, they are graded from the blood counts."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from helpers.simulation.cells import Row
from helpers.simulation.draws import Draws
from helpers.simulation.exposure import Exposure
from helpers.simulation.precision import to_decimals

IMMUNE = "Immune system disorders"
NERVOUS = "Nervous system disorders"
INFECTIONS = "Infections and infestations"
CRS = "Cytokine release syndrome"
SEIZURE = "Seizure"


@dataclass(frozen=True)
class EventKind:
    """An adverse event that may occur once: how often, in which days from the first dose on, with which grades."""

    term: str
    soc: str
    chance: float
    days: tuple[int, int]
    grades: dict[int, float]
    lasts: tuple[int, int]
    related: dict[str, float]


DRUG = {"blinatumomab": 0.8, "no": 0.2}
CELLS = {"DLI": 0.3, "no": 0.5, "both": 0.2}
MOSTLY_MILD = {1: 0.6, 2: 0.34, 3: 0.06}
KINDS = (
    EventKind(
        "Immune effector cell-associated neurotoxicity syndrome",
        NERVOUS,
        0.08,
        (2, 12),
        {1: 0.5, 2: 0.3, 3: 0.2},
        (1, 5),
        {"blinatumomab": 1},
    ),
    EventKind("Headache", NERVOUS, 0.2, (1, 15), MOSTLY_MILD, (1, 6), DRUG),
    EventKind("Tremor", NERVOUS, 0.09, (1, 12), {1: 0.8, 2: 0.2}, (1, 8), DRUG),
    EventKind(
        "Pyrexia", "General disorders and administration site conditions", 0.3, (1, 14), MOSTLY_MILD, (1, 5), DRUG
    ),
    EventKind("Nausea", "Gastrointestinal disorders", 0.22, (1, 40), MOSTLY_MILD, (1, 7), DRUG),
    EventKind("Diarrhoea", "Gastrointestinal disorders", 0.14, (3, 90), MOSTLY_MILD, (2, 10), CELLS),
    EventKind("Rash", "Skin and subcutaneous tissue disorders", 0.15, (2, 80), MOSTLY_MILD, (3, 20), CELLS),
    EventKind(
        "Alanine aminotransferase increased",
        "Investigations",
        0.26,
        (3, 80),
        {1: 0.4, 2: 0.32, 3: 0.24, 4: 0.04},
        (5, 25),
        {"blinatumomab": 0.6, "DLI": 0.2, "no": 0.2},
    ),
    EventKind("Hypokalaemia", "Metabolism and nutrition disorders", 0.18, (2, 40), MOSTLY_MILD, (2, 8), {"no": 1}),
    EventKind(
        "Hypogammaglobulinaemia", IMMUNE, 0.22, (15, 120), {1: 0.3, 2: 0.6, 3: 0.1}, (60, 500), {"blinatumomab": 1}
    ),
)
INFECTION_TERMS = {
    "Pneumonia": 0.28,
    "Cytomegalovirus infection": 0.22,
    "Sepsis": 0.1,
    "Urinary tract infection": 0.1,
    "Enterocolitis infectious": 0.08,
    "Upper respiratory tract infection": 0.14,
    "Herpes zoster": 0.08,
}
INFECTION_GRADES = {1: 0.1, 2: 0.52, 3: 0.33, 4: 0.05}
CRS_SIGNS: dict[int, dict[tuple[str, str], float]] = {
    1: {("none", "none"): 1},
    2: {("no vasopressor", "none"): 0.5, ("none", "low flow"): 0.3, ("no vasopressor", "low flow"): 0.2},
    3: {("one vasopressor", "low flow"): 0.6, ("no vasopressor", "high flow"): 0.4},
    4: {("several vasopressors", "high flow"): 0.6, ("one vasopressor", "positive pressure"): 0.4},
}
"""Hypotension and hypoxia by grade (ASTCT: Lee et al., Biol Blood Marrow Transplant 2019;25:625-638)."""


def make_adverse_event_rows(
    draws: Draws, patient: str, exposure: Exposure, stop: dt.date, death: dt.date | None, fatal_infection: bool
) -> list[Row]:
    """Make the patient's rows of the table adverse_events.

    Parameters
    ----------
    draws : Draws
        The patient's own stream.
    patient : str
        The pseudonym.
    exposure : Exposure
        What was given; its interruptions have their reasons among the events.
    stop : date
        Day from which nothing begins: a new therapy or death.
    death : date or None
        Day of death.
    fatal_infection : bool
        The patient dies of an infection.

    Returns
    -------
    list of dict
        In order of onset; no day has the same term twice.
    """
    start = exposure.doses[0].start
    rows = [
        *_make_interruption_rows(draws, exposure),
        *(_make_kind_row(draws, start, kind) for kind in KINDS if draws.chance(kind.chance)),
        *_make_infection_rows(draws, start),
    ]
    rows = [_close(draws, row, death) for row in rows if _begins_before(row, stop)]
    if fatal_infection and death:
        rows.append(_make_fatal_row(draws, start, death))
    return [{"patient": patient, **row} for row in sorted(_merge(rows), key=lambda row: str(row["onset_date"]))]


def _merge(rows: list[Row]) -> list[Row]:
    """Keep the last row of a term on a day: the fatal one, where there is one, comes last."""
    return list({(row["term"], row["onset_date"]): row for row in rows}.values())


def _begins_before(row: Row, day: dt.date) -> bool:
    onset = row["onset_date"]
    return isinstance(onset, dt.date) and onset < day


def _make_interruption_rows(draws: Draws, exposure: Exposure) -> Iterator[Row]:
    """The events that interrupt treatment, and cytokine release in others."""
    start = exposure.doses[0].start
    interrupted = {dose.reason: dose.interruption[0] for dose in exposure.doses if dose.interruption}
    if "Seizure" in interrupted:
        grade = draws.choose({2: 0.6, 3: 0.4})
        yield _make_row(draws, SEIZURE, NERVOUS, grade, interrupted["Seizure"], (0, 1), "blinatumomab")
    if "CRS" in interrupted:
        yield _make_crs_row(draws, interrupted["CRS"], draws.choose({2: 0.75, 3: 0.25}))
    elif draws.chance(0.31):
        yield _make_crs_row(draws, draws.later(start, 0, 4), draws.choose({1: 0.68, 2: 0.22, 3: 0.07, 4: 0.03}))


def _make_crs_row(draws: Draws, onset: dt.date, grade: int) -> Row:
    hypotension, hypoxia = draws.choose(CRS_SIGNS[grade])
    signs: Row = {
        "temperature_c": to_decimals(draws.between(38.0, 40.4), 1),
        "hypotension": hypotension,
        "hypoxia": hypoxia,
    }
    return _make_row(draws, CRS, IMMUNE, grade, onset, (1, 5), "blinatumomab") | signs


def _make_kind_row(draws: Draws, start: dt.date, kind: EventKind) -> Row:
    grade, related = draws.choose(kind.grades), draws.choose(kind.related)
    return _make_row(draws, kind.term, kind.soc, grade, draws.later(start, *kind.days), kind.lasts, related)


def _make_infection_rows(draws: Draws, start: dt.date) -> list[Row]:
    rows = []
    for _ in range(draws.choose({0: 0.53, 1: 0.3, 2: 0.12, 3: 0.05})):
        term, grade = draws.choose(INFECTION_TERMS), draws.choose(INFECTION_GRADES)
        if term == "Sepsis":
            grade = max(grade, 3)
        related = draws.choose({"no": 0.6, "blinatumomab": 0.25, "both": 0.15})
        rows.append(_make_row(draws, term, INFECTIONS, grade, draws.later(start, 3, 220), (5, 30), related))
    return rows


def _make_row(
    draws: Draws, term: str, soc: str, grade: int, onset: dt.date, lasts: tuple[int, int], related: str
) -> Row:
    return {
        "term": term,
        "soc": soc,
        "grade": grade,
        "onset_date": onset,
        "end_date": draws.later(onset, *lasts),
        "related": related,
        "outcome": "recovered",
    }


def _close(draws: Draws, row: Row, death: dt.date | None) -> Row:
    """Leave open what death overtook, and a few events that never ended."""
    end = row["end_date"]
    overtaken = death is not None and isinstance(end, dt.date) and end >= death
    if overtaken or draws.chance(0.03):
        return row | {"end_date": None, "outcome": "ongoing"}
    return row


def _make_fatal_row(draws: Draws, start: dt.date, death: dt.date) -> Row:
    term = draws.choose({"Sepsis": 0.45, "Pneumonia": 0.55})
    onset = max(start + dt.timedelta(days=2), death - dt.timedelta(days=draws.whole(4, 20)))
    row = _make_row(draws, term, INFECTIONS, 5, onset, (0, 0), draws.choose({"no": 0.6, "blinatumomab": 0.4}))
    return row | {"end_date": death, "outcome": "fatal"}
