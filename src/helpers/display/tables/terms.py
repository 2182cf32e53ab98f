"""Table of adverse events and low blood counts by term and grade."""

from collections.abc import Iterable

import pandas as pd

from helpers.datasets.conditions import find_missing_columns
from helpers.datasets.grading import GRADE_LAB
from helpers.display.absence import NotDerivableError, NotInStudyError, not_for_public, or_say_so
from helpers.display.formatting import count, format_number, join_words
from helpers.display.lookup import Stats, count_patients, get
from helpers.display.table import Table, make_table
from helpers.display.tables.cells import show_count
from helpers.display.tables.columns import Row
from helpers.results.cut import CutData
from helpers.results.derivability import describe_missing
from helpers.results.safety import GRADES, POPULATION, SEVERE, SEVERE_FROM, list_terms, make_term_keys
from helpers.study.analysis_columns import RAW_SOURCES
from helpers.study.clinical import SafetyRules

TERM, CLASS = "Term", "System organ class"
BLOOD_COUNTS = "Blood counts, from the laboratory values"
UNCLASSIFIED = "System organ class not recorded"
EVENTS = {"ADAE": "Adverse events", "ADLB": "Blood counts"}


@or_say_so
@not_for_public("Adverse events by term")
def make_table_terms(data: CutData) -> Table:
    """Adverse events and low blood counts by term, each patient at the worst grade; the most frequent first."""
    if data.study.clinical is None:
        raise NotInStudyError("This study declares no adverse events by term")
    absent = _explain_absent(data)
    if len(absent) == len(EVENTS):
        raise NotDerivableError("; ".join(absent))
    classes = _find_classes(data)
    if not list_terms(data.results):
        raise NotDerivableError("As of this data cut no treated patient had an adverse event or a low blood count")
    frequencies = {term: _get(data, "proportion", term) for term in list_terms(data.results)}
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


def _get(data: CutData, analysis: str, term: str, grade: str = "") -> Stats:
    return get(data, analysis, population=POPULATION, **make_term_keys(term, grade))


def _find_classes(data: CutData) -> dict[str, str]:
    """System organ class by term; blood counts have a heading of their own."""
    classes: dict[str, str] = {}
    if "ADAE" in data.events.tables:
        events = data.events.tables["ADAE"].dropna(subset=["AESOC"])
        classes = dict(zip(events["AETERM"], events["AESOC"], strict=True))
    if "ADLB" in data.events.tables:
        classes |= dict.fromkeys(data.events.tables["ADLB"]["ATOXDSCL"].unique(), BLOOD_COUNTS)
    return classes


def _order(frequencies: dict[str, Stats], classes: dict[str, str]) -> Iterable[str]:
    """Terms by class, the class with the most frequent term first, and by frequency within it."""
    number = {term: stats["n"] or 0 for term, stats in frequencies.items()}
    most: dict[str, float] = {}
    for term, n in number.items():
        most[classes.get(term, "")] = max(n, most.get(classes.get(term, ""), 0))
    return sorted(number, key=lambda term: (-most[classes.get(term, "")], classes.get(term, ""), -number[term], term))


def _row(data: CutData, term: str, system: str, any_grade: Stats) -> Row:
    grades = {str(grade): format_number(_get(data, "count", term, str(grade))["n"]) for grade in GRADES}
    return {
        TERM: term,
        CLASS: system,
        "Any grade": show_count(any_grade),
        **grades,
        f"Grade ≥{SEVERE_FROM}": show_count(_get(data, "proportion", term, SEVERE)),
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
    rules = data.study.clinical.safety
    if "ADLB" not in data.events.tables:
        return said
    normal = f", grade 1 below the lower limit of normal: {_describe_limits(rules)}" if rules.lower_limits else ""
    return f"{said} Blood counts: graded from the values{normal}; counted where worse than before treatment."


def _describe_limits(rules: SafetyRules) -> str:
    """Say each limit, and each unit once, with the last of its limits."""
    by_unit: dict[str, list[str]] = {}
    for name, limit in rules.lower_limits.items():
        label = "neutrophils" if name == "anc" else name
        by_unit.setdefault(GRADE_LAB[name].unit, []).append(f"{label} below {format_number(limit)}")
    for unit, parts in by_unit.items():
        both = "both " if len(parts) > 1 else ""
        # beside a number, a unit such as 10⁹/L would be read as its power
        parts[-1] += f" ({both}{unit})" if both or unit[0].isdigit() else f" {unit}"
    return join_words([part for parts in by_unit.values() for part in parts])
