"""Whether a study.yml fits the dictionary: every column exists and is of the type its use needs."""

from collections.abc import Iterator

from helpers.study.analysis_columns import RAW_SOURCES, describe_columns
from helpers.study.clinical import Plan
from helpers.study.declared import Column, Condition
from helpers.study.dictionary import RawColumn
from helpers.study.model import Study, Variable

NUMBERS = ("number", "integer")
WORDS = ("code", "text", "id")


def find_faults(study: Study) -> list[str]:
    """Faults of a study's declarations, each with the column, what was declared and what the dictionary says."""
    known = describe_columns()
    every = [*study.columns(), *(column for endpoint in study.endpoints for column in endpoint.columns)]
    every += [column for state in study.later_states for column in state.columns]
    unknown = [column for column in dict.fromkeys(every) if column.name not in known.get(column.table, {})]
    if unknown:
        return [f"column {column} is not in data/dictionary.csv" for column in unknown]
    derived = RAW_SOURCES if study.clinical else ()
    faults = [
        f"column {column} is used, but table {column.table} is not under tables"
        for column in study.columns()
        if column.table not in (*study.tables, *study.optional_tables, *derived)
    ]
    if study.clinical and study.clinical.plan:
        faults += _faults_of_plan(study, study.clinical.plan)
    return [*faults, *_faults_of_variables(study), *_faults_of_conditions(study), *_faults_of_clocks(study)]


def _look_up(column: Column) -> RawColumn:
    return describe_columns()[column.table][column.name]


def _expect(column: Column, kinds: tuple[str, ...], use: str) -> Iterator[str]:
    kind = _look_up(column).type
    if kind not in kinds:
        yield f"column {column} is a {kind}, but {use} needs a {' or '.join(kinds)}"


def _faults_of_plan(study: Study, plan: Plan) -> Iterator[str]:
    levels = next((variable.levels for variable in study.variables if variable.name == plan.by), {})
    for code in plan.courses:
        if code not in levels:
            yield f"plan: course '{code}' is not a level of {plan.by}: {', '.join(levels) or 'not declared'}"


def _faults_of_variables(study: Study) -> Iterator[str]:
    for variable in study.variables:
        for column in variable.between or ():
            yield from _expect(column, ("date",), f"the months of variable {variable.name}")
            if column.table != study.patients.table:
                yield f"variable {variable.name}: {column} must come from the patient table {study.patients.table}"
        if variable.column is None:
            continue
        if variable.column.table != study.patients.table:
            yield f"variable {variable.name} must come from the patient table {study.patients.table}"
        if variable.kind == "continuous":
            yield from _expect(variable.column, NUMBERS, f"the continuous variable {variable.name}")
        else:
            yield from _expect(variable.column, ("code",), f"the categorical variable {variable.name}")
            yield from _faults_of_levels(variable, _look_up(variable.column).codes)


def _faults_of_levels(variable: Variable, codes: tuple[str, ...]) -> Iterator[str]:
    for level in variable.levels:
        if level not in codes:
            yield f"variable {variable.name}: level '{level}' is not a code of {variable.column}: {', '.join(codes)}"
    for code in codes:
        if code not in variable.levels:
            yield f"variable {variable.name}: code '{code}' of {variable.column} has no level, its patients are lost"


def _faults_of_conditions(study: Study) -> Iterator[str]:
    sources = [source for endpoint in study.endpoints for source in endpoint.sources]
    sources += [source for state in study.later_states for source in state.begins]
    origins = [endpoint.origin for endpoint in study.endpoints]
    declared = [condition for holder in (*sources, *origins) for condition in holder.when]  # type: ignore[attr-defined]
    for condition in (*study.conditions(), *declared):
        yield from _faults_of_condition(condition)


def _faults_of_condition(condition: Condition) -> Iterator[str]:
    if condition.known:
        return
    if condition.any_of is None and condition.none_of is None:
        yield from _expect(condition.column, NUMBERS, "a limit")
        return
    yield from _expect(condition.column, WORDS, "a list of codes")
    codes = _look_up(condition.column).codes
    for value in (*(condition.any_of or ()), *(condition.none_of or ())):
        if codes and value not in codes:
            yield f"'{value}' is not a code of {condition.column}: {', '.join(codes)}"


def _faults_of_clocks(study: Study) -> Iterator[str]:
    for endpoint in study.endpoints:
        if endpoint.origin.date:
            yield from _expect(endpoint.origin.date, ("date",), f"the origin of {endpoint.param}")
        for source in endpoint.sources:
            kinds = ("date",) if source.date else NUMBERS
            yield from _expect(source.column, kinds, f"'{source.label}' of {endpoint.param}")
    for state in study.later_states:
        for source in state.begins:
            yield from _expect(source.column, ("date",), f"'{source.label}' of the state {state.name}")
    if study.swimmer:
        yield from _expect(study.swimmer.duration, NUMBERS, "the swimmer plot")
