"""Tables of treatment: what the patients were given, and how far it follows the plan."""

from collections.abc import Mapping, Sequence

import pandas as pd

from helpers.datasets.exposure import ADHERENCE, ADHERENT, AMOUNTS, DEVIATIONS, ExposureParameter
from helpers.display.absence import NotDerivableError, NotInStudyError, not_for_public, or_say_so
from helpers.display.formatting import format_fraction, format_number, format_scientific, join_words
from helpers.display.lookup import Stats, ci, find, method, note
from helpers.display.table import Table, make_table
from helpers.display.tables.cells import show_median, show_proportion
from helpers.display.tables.columns import Keys, Row, add_p_values, name_strata, span_strata
from helpers.results.cut import CutData
from helpers.results.exposure import NOT_JUDGED, POPULATION
from helpers.study.clinical import Course, Plan

TREATMENT, PER_KG = "Treatment", "/kg"


@or_say_so
@not_for_public("Exposure")
def make_table_exposure(data: CutData) -> Table:
    """Cycles, doses and infusions, overall and by stratum: median and range, with tests where they are declared."""
    if data.study.clinical is None:
        raise NotInStudyError("This study declares no treatment by dose and day")
    _find_derivable(data, "Exposure", "continuous", [parameter.code for parameter in AMOUNTS])
    headings = name_strata(data, POPULATION)
    rows: list[Row] = []
    for parameter in AMOUNTS:
        cells = {heading: _show_amount(data, parameter, *key) for key, heading in headings.items()}
        rows.append({TREATMENT: _name_with_unit(parameter), **cells})
    asked: list[Keys | None] = [{"population": POPULATION, "variable": parameter.code} for parameter in AMOUNTS]
    tested = add_p_values(data, rows, asked)
    notes = [
        "Median (range), of the patients of the column. n: patients with a value, where not all have one: no infusion, "
        "no second course, or not recorded. Cumulative dose: days on drug times daily dose.",
        *tested.notes,
    ]
    spanners = span_strata(data, headings)
    return make_table(pd.DataFrame(tested.rows), "exposure", stub=TREATMENT, spanners=spanners, notes=notes)


def _name_with_unit(parameter: ExposureParameter) -> str:
    label, unit = parameter.label, parameter.unit
    if not unit or label.lower().startswith(unit):  # days are days
        return label
    return f"{label} per kg" if unit.endswith(PER_KG) else f"{label}, {unit}"


def _show_amount(data: CutData, parameter: ExposureParameter, group: str, level: str) -> str:
    stats = find(data, "continuous", population=POPULATION, variable=parameter.code, group=group, level=level)
    text = show_median(stats, scientific=parameter.unit.endswith(PER_KG))
    return f"{text}, n\u00a0=\u00a0{format_number(stats['n'])}" if stats.get("n") and stats["missing"] else text


@or_say_so
@not_for_public("Adherence to the plan")
def make_table_adherence(data: CutData) -> Table:
    """Part by part of the plan: who follows it, each deviation, and who cannot be judged."""
    if data.study.clinical is None or data.study.clinical.plan is None:
        raise NotInStudyError("This study declares no treatment plan")
    parts = [f"{parameter.code}={ADHERENT}" for parameter in ADHERENCE]
    derivable = _find_derivable(data, "Adherence to the plan", "proportion", parts)
    headings = name_strata(data)
    rows: list[Row] = []
    indent: list[int] = []
    for parameter in ADHERENCE:
        part = {key: _find_word(data, parameter, ADHERENT, *key) for key in headings}
        cells = {headings[key]: show_proportion(stats, interval=True) for key, stats in part.items()}
        rows.append({"Plan": parameter.label, **cells})
        for word in (*DEVIATIONS, *NOT_JUDGED):
            if _find_word(data, parameter, word, "", "").get("n"):
                label = f"Not judged: {word}" if word in NOT_JUDGED else word.capitalize()
                cells = {headings[key]: _show_word(data, parameter, word, *key, part[key]) for key in headings}
                indent.append(len(rows))
                rows.append({"Plan": label, **cells})
    notes = [
        f"Patients who follow the plan, of those for whom that can be judged (%; {ci(data)}: "
        f"{method(data, 'proportion', population=POPULATION, variable=derivable)}). Indented: deviations, of the same "
        "patients; and those not judged, of all treated patients.",
        describe_plan(data.study.clinical.plan, _name_courses(data)),
    ]
    spanners = span_strata(data, headings)
    return make_table(pd.DataFrame(rows), "adherence", stub="Plan", spanners=spanners, notes=notes, indent=indent)


def _find_word(data: CutData, parameter: ExposureParameter, word: str, group: str, level: str) -> Stats:
    analysis = "proportion" if word == ADHERENT else "count"
    variable = f"{parameter.code}={word}"
    return find(data, analysis, population=POPULATION, variable=variable, group=group, level=level)


def _show_word(data: CutData, parameter: ExposureParameter, word: str, group: str, level: str, part: Stats) -> str:
    stats = _find_word(data, parameter, word, group, level)
    # a deviation that no patient of a stratum has is not counted there
    return format_fraction(stats["n"], stats["N"]) if stats else format_fraction(0, part.get("N"))


def _find_derivable(data: CutData, what: str, analysis: str, variables: Sequence[str]) -> str:
    """The first of the variables that is derivable, or an error that says why none is."""
    for variable in variables:
        if find(data, analysis, population=POPULATION, variable=variable).get("n") is not None:
            return variable
    raise NotDerivableError(f"{what}: {note(data, analysis, population=POPULATION, variable=variables[0])}")


def _name_courses(data: CutData) -> Mapping[str, str]:
    plan = data.study.clinical.plan if data.study.clinical else None
    by = plan.by if plan else ""
    return next((variable.levels for variable in data.study.variables if variable.name == by), {})


def describe_plan(plan: Plan, courses: Mapping[str, str]) -> str:
    """Say the plan in words.

    Parameters
    ----------
    plan : Plan
        As declared.
    courses : mapping of str to str
        The printed name of each course by its code.
    """
    first = ". ".join(f"{courses.get(code, code)}: {_describe_course(course)}" for code, course in plan.courses.items())
    low, high = (format_scientific(dose) for dose in plan.dli_mnc_per_kg)
    earliest, latest = (format_number(months) for months in plan.second_course_months)
    return (
        f"Plan, first course. {first}. First donor lymphocyte infusion: {low} to {high} mononuclear cells/kg, within "
        f"{plan.dli_within_days} days after the last dose of the first course. Second course: {earliest} to {latest} "
        "months after the first infusion."
    )


def _describe_course(course: Course) -> str:
    steps = [f"{format_number(step.dose_ug, 2)} µg/day from day {step.from_day}" for step in course.steps]
    fewest, most = course.days
    return f"{join_words(steps)}, for {fewest} to {most} days"
