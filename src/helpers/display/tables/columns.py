"""Columns that the tables share: one for each stratum, and the p-values of the tests between strata."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from helpers.display.absence import NotInStudyError
from helpers.display.formatting import NONE, format_number, format_p_value
from helpers.display.lookup import Compared, count_patients, find_test, list_strata
from helpers.results.cut import CutData

Row = dict[str, str]
Keys = Mapping[str, str | float]
"""What an analysis is about, as `helpers.display.lookup.get` takes it."""

MARKS = ("†", "‡", "§", "¶", "††", "‡‡", "§§", "¶¶")
"""Footnote marks that every typeface has."""


class Tested(NamedTuple):
    """Rows with their p-values, and the notes that say which tests they are."""

    rows: list[Row]
    notes: list[str]


def name_strata(data: CutData, population: str | None = None) -> dict[tuple[str, str], str]:
    """Headings of the columns of all patients and of each stratum, by group and level.

    Parameters
    ----------
    data : CutData
        The cut.
    population : str, optional
        Whose number of patients stands in the headings; without it, none does.
    """
    headings = {}
    for group, level, label in list_strata(data):
        n = format_number(count_patients(data, population, group, level)) if population else ""
        headings[group, level] = f"{label} (n\u00a0=\u00a0{n})" if population else label
    return headings


def span_strata(data: CutData, headings: Mapping[tuple[str, str], str]) -> dict[str, list[str]]:
    """Headings over the columns of the strata: the names of the stratifying variables."""
    labels = {variable.name: variable.label for variable in data.study.variables}
    return {
        labels[stratum]: [text for (group, _), text in headings.items() if group == stratum]
        for stratum in data.study.strata
    }


def add_p_values(data: CutData, rows: Sequence[Row], asked: Sequence[Keys | None]) -> Tested:
    """Add the p-values of each declared comparison as the last columns of a table.

    Parameters
    ----------
    data : CutData
        The cut.
    rows : sequence of dict
        The rows of the table; their first cell names them in the notes.
    asked : sequence of mapping or None
        For each row, what its test is about; None for a row that no test belongs to.

    Returns
    -------
    Tested
        The rows as they are, and no notes, where the study declares no comparison.
    """
    tests = {
        group: [None if keys is None else _find_test(data, {"group": group, **keys}) for keys in asked]
        for group in data.study.comparisons
    }
    marks = _mark_methods(test for column in tests.values() for test in column if test is not None)
    tested = [dict(row) for row in rows]
    for group, column in tests.items():
        heading = name_p_column(data, group)
        for row, test in zip(tested, column, strict=True):
            row[heading] = "" if test is None else f"{format_p_value(test.p_value)}{marks.get(test.method, '')}"
    labels = [next(iter(row.values())) for row in rows]
    named = [pair for column in tests.values() for pair in zip(labels, column, strict=True)]
    return Tested(tested, [*describe_tests(data, marks), *_explain_untested(named)])


def name_p_column(data: CutData, group: str) -> str:
    """Heading of the p-values of a comparison, which is named only where there are several."""
    if len(data.study.comparisons) < 2:
        return "p"
    return f"p, {next(variable.label for variable in data.study.variables if variable.name == group)}"


def describe_tests(data: CutData, marks: Mapping[str, str]) -> list[str]:
    """Note that names the tests that were made, with their marks, and the level of significance."""
    if not marks:
        return []
    level = f"{data.study.conventions.significance:g}"
    about = f"two-sided, not adjusted for multiple testing, level of significance {level}"
    names = "; ".join(f"{mark} {method}".strip() for method, mark in marks.items())
    return [f"p: {names}; {about}."]


def _find_test(data: CutData, keys: Keys) -> Compared:
    try:
        return find_test(data, **keys)
    except NotInStudyError:
        return Compared(None, "", "")


def _mark_methods(tests: Iterable[Compared]) -> dict[str, str]:
    """Marks by method; a table with one test needs none."""
    methods = list(dict.fromkeys(test.method for test in tests if test.p_value is not None))
    return {methods[0]: ""} if len(methods) == 1 else dict(zip(methods, MARKS, strict=False))


def _explain_untested(tests: Iterable[tuple[str, Compared | None]]) -> list[str]:
    """Note why a test was not made; what is not derivable says so in its own row."""
    reasons: dict[str, list[str]] = {}
    for label, test in tests:
        if test and test.p_value is None and test.note and not test.note.startswith("not derivable"):
            reasons.setdefault(test.note, []).append(label)
    return [f"{NONE}, no test of {'; '.join(dict.fromkeys(labels))}: {reason}." for reason, labels in reasons.items()]
