"""Table of adverse events and low blood counts by term and grade."""

from collections.abc import Iterable

import pandas as pd

from helpers.datasets.conditions import find_missing_columns
from helpers.datasets.grading import GRADE_LAB
from helpers.display.absence import NotDerivableError, NotInStudyError, or_say_so
from helpers.display.formatting import count, format_number, join_words
from helpers.display.lookup import Stats, count_patients, get
from helpers.display.table import Table, make_table
from helpers.display.tables.cells import show_count
from helpers.display.tables.columns import Row
from helpers.results.cut import CutData
from helpers.results.derivability import describe_missing
from helpers.results.safety import GRADES, POPULATION, SEVERE, SEVERE_FROM, name_term
from helpers.results.schema import select
from helpers.study.analysis_columns import RAW_SOURCES
from helpers.study.clinical import SafetyRules

TERM, CLASS = "Term", "System organ class"
BLOOD_COUNTS = "Blood counts, from the laboratory values"
UNCLASSIFIED = "System organ class not recorded"
EVENTS = {"ADAE": "Adverse events", "ADLB": "Blood counts"}


@or_say_so
def make_table_terms(data: CutData) -> Table:
    """Adverse events and low blood counts by term, each patient at the worst grade; the most frequent first."""
    if data.study.clinical is None:
        raise NotInStudyError("This study declares no adverse events by term")
    absent = _explain_absent(data)
    if len(absent) == len(EVENTS):
        raise NotDerivableError("; ".join(absent))
    terms = _list_terms(data)
    classes = _find_classes(data)
    frequencies = {term: get(data, "proportion", population=POPULATION, variable=name_term(term)) for term in terms}
    rows = [_row(data, term, classes.get(term, ""), frequencies[term]) for term in _order(frequencies, classes)]
    known = any(row[CLASS] for row in rows)
    cells = pd.DataFrame(rows)
    if rows:
        cells = cells.replace({CLASS: {"": UNCLASSIFIED}}) if known else cells.drop(columns=CLASS)
    n = count(count_patients(data, POPULATION), "treated patient")
    notes = [
        f"Patients (% of {n}), each once a term, at the worst grade. {_describe_window(data.study.clinical.safety)}",
        _describe_grading(data),
        *(f"{reason}." for reason in absent),
    ]
    spanners = {"Worst grade": [str(grade) for grade in GRADES]}
    return make_table(cells, "terms", stub=TERM, groups=CLASS if known else None, spanners=spanners, notes=notes)


def _list_terms(data: CutData) -> list[str]:
    severe = name_term("", SEVERE).removeprefix(name_term(""))
    counted = select(data.results, analysis="proportion", population=POPULATION, group="", stat="n")["variable"]
    return [
        str(variable).removeprefix(name_term("")).removesuffix(severe)
        for variable in counted
        if variable.startswith(name_term("")) and variable.endswith(severe)
    ]


def _find_classes(data: CutData) -> dict[str, str]:
    """System organ class by term; blood counts have a heading of their own."""
    classes: dict[str, str] = {}
    if "ADAE" in data.events.tables:
        events = data.events.tables["ADAE"].dropna(subset=["AESOC"])
        classes = dict(zip(events["AETERM"], events["AESOC"], strict=True))
    if "ADLB" in data.events.tables:
        classes |= dict.fromkeys(data.events.tables["ADLB"]["PARAM"].unique(), BLOOD_COUNTS)
    return classes


def _order(frequencies: dict[str, Stats], classes: dict[str, str]) -> Iterable[str]:
    """Terms by class, the class with the most frequent term first, and by frequency within it."""
    number = {term: stats["n"] or 0 for term, stats in frequencies.items()}
    most: dict[str, float] = {}
    for term, n in number.items():
        most[classes.get(term, "")] = max(n, most.get(classes.get(term, ""), 0))
    return sorted(number, key=lambda term: (-most[classes.get(term, "")], classes.get(term, ""), -number[term], term))


def _row(data: CutData, term: str, system: str, any_grade: Stats) -> Row:
    grades = {
        str(grade): format_number(get(data, "count", population=POPULATION, variable=name_term(term, str(grade)))["n"])
        for grade in GRADES
    }
    severe = get(data, "proportion", population=POPULATION, variable=name_term(term, SEVERE))
    return {
        TERM: term,
        CLASS: system,
        "Any grade": show_count(any_grade),
        **grades,
        f"Grade ≥{SEVERE_FROM}": show_count(severe),
    }


def _explain_absent(data: CutData) -> list[str]:
    """Kinds of events that the study's data do not give."""
    missing = {name: find_missing_columns(data.sources, RAW_SOURCES[name]) for name in EVENTS}
    return [
        f"{EVENTS[name]}: {describe_missing(columns)}" for name, columns in missing.items() if name not in data.sources
    ]


def _describe_window(rules: SafetyRules) -> str:
    return (
        f"Treatment-emergent: from the first dose until {rules.days_after} days after the last dose or infusion, and "
        "before any other treatment of the leukaemia."
    )


def _describe_grading(data: CutData) -> str:
    said = "Grades: CTCAE v5.0; cytokine release syndrome and ICANS (immune effector cell-associated neurotoxicity "
    said += "syndrome) by the ASTCT consensus."
    assert data.study.clinical is not None  # asked by the caller
    limits = data.study.clinical.safety.lower_limits
    if "ADLB" not in data.events.tables:
        return said
    names = [
        f"{'neutrophils' if name == 'anc' else name} {_show_limit(limit, GRADE_LAB[name].unit)}"
        for name, limit in limits.items()
    ]
    normal = f", grade 1 below the lower limit of normal ({join_words(names)})" if names else ""
    return f"{said} Blood counts: graded from the values{normal}; counted where worse than before treatment."


def _show_limit(limit: float, unit: str) -> str:
    return f"{format_number(limit)} ({unit})"
