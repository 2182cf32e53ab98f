"""Sentences of the appendices: what the checks of the raw tables found."""

from helpers.display.absence import or_say_so, withhold_from_public
from helpers.display.formatting import count, join_words
from helpers.display.prose import Prose, plain
from helpers.results.cut import CutData


@or_say_so
def describe_findings(data: CutData) -> Prose:
    """Say whether the checks of the raw tables found anything, and in which tables."""
    withhold_from_public(data, "What the checks of the raw tables found")
    if not data.findings:
        return Prose(f"The checks of the raw tables ({_name(list(data.tables))}) found nothing to report.")
    tables = list(dict.fromkeys(finding.table for finding in data.findings))
    where = f"{'in the table' if len(tables) == 1 else 'in the tables'} {_name(tables)}"
    return Prose(
        f"The checks of the raw tables gave {count(len(data.findings), 'warning')} {where}. None of them stops the "
        "report, and nothing was changed in the data."
    )


def _name(tables: list[str]) -> str:
    return join_words([f"`{name}`" for name in tables])


def conclude_appendices(data: CutData) -> Prose:
    """Say where else what stands behind the report can be found."""
    return Prose(
        f"**In short.** Every number of this report on {plain(data.study.short_title)} stands in results.csv, with its "
        "population, stratum, unit and method; the analysis datasets stand beside it."
    )
