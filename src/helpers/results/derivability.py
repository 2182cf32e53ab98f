"""What is not derivable is a result: rows without a value that name what is missing (DESIGN section 8)."""

from collections.abc import Iterable, Sequence

from helpers.datasets.conditions import find_missing_columns
from helpers.intake.reading import Tables
from helpers.results.schema import Key, Rows, make_rows
from helpers.study.declared import Column, Condition
from helpers.study.model import Study

NONE = "none"
"""Method of what is not derivable."""


def describe_missing(columns: Iterable[Column]) -> str:
    """Say which tables and columns are missing, table by table."""
    names: dict[str, list[str]] = {}
    for column in columns:
        names.setdefault(column.table, []).append(column.name)
    parts = [f"{table} ({', '.join(columns)})" for table, columns in names.items()]
    return f"not derivable: missing raw {'table' if len(parts) == 1 else 'tables'} {', '.join(parts)}"


def find_missing_for(
    sources: Tables, study: Study, population: str = "", when: Sequence[Condition] = ()
) -> tuple[Column, ...]:
    """Raw columns missing for conditions within a population."""
    of_population = next((p.when for p in study.populations if p.name == population), ())
    return find_missing_columns(sources, [condition.column for condition in (*of_population, *when)])


def make_missing_rows(
    analysis: str, stats: Sequence[str], key: Key, missing: Iterable[Column], time_months: float | None = None
) -> Rows:
    """Rows of an analysis that the study's data cannot support."""
    note = describe_missing(missing)
    return make_rows(dict.fromkeys(stats), analysis, key, time_months=time_months, method=NONE, note=note)
