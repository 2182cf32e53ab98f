"""Tables of the cohort: eligibility, characteristics, printed counts."""

from collections.abc import Sequence

import pandas as pd

from helpers.display.absence import NotInStudyError, not_for_public, or_say_so
from helpers.display.formatting import (
    count,
    format_fraction,
    format_number,
    format_percent,
    format_range,
    format_scientific,
)
from helpers.display.lookup import Stats, find, get, list_baseline, list_strata, note
from helpers.display.table import Table, make_table
from helpers.display.tables.cells import show_count, show_median
from helpers.display.tables.columns import Keys, Row, add_p_values, name_strata, span_strata
from helpers.results.cut import PUBLIC, CutData
from helpers.results.schema import select
from helpers.study.model import Variable

POPULATION = "SAFFL"
NOT_RECORDED = "Not recorded"


@or_say_so
@not_for_public("Eligibility by criterion")
def make_table_eligibility(data: CutData) -> Table:
    """Each criterion of the protocol: who meets it, who does not, and who was treated all the same."""
    if not data.study.eligibility:
        raise NotInStudyError("This study declares no eligibility criteria")
    screened = _count_flow(data, "screened")
    rows = []
    for criterion in data.study.eligibility:
        untreated, treated, unknown = (
            _count_flow(data, f"{step} {criterion.name}") for step in ("excluded", "treated-ineligible", "not recorded")
        )
        rows.append(
            {
                "Criterion": criterion.label,
                "Kind": f"{criterion.kind.capitalize()} criteria",
                "Met": format_number(screened - untreated - treated - unknown),
                "Not met": format_number(untreated + treated),
                NOT_RECORDED: format_number(unknown),
                "Treated although not met": format_number(treated),
            }
        )
    left_out, treated = _count_flow(data, "excluded"), _count_flow(data, "treated-ineligible")
    failed = (
        f"{format_number(left_out + treated)} failed at least one criterion: {format_number(left_out)} not treated, "
        f"{format_number(treated)} treated; a patient may fail several"
    )
    notes = [
        f"Of {count(screened, 'screened patient')}, {failed if left_out + treated else 'none failed a criterion'}. "
        "Met: the criterion holds as it is worded here."
    ]
    return make_table(pd.DataFrame(rows), "eligibility", stub="Criterion", groups="Kind", notes=notes)


def _count_flow(data: CutData, step: str) -> float:
    return get(data, "count", variable=f"FLOW={step}")["n"] or 0.0


@or_say_so
def make_table_baseline(data: CutData) -> Table:
    """Table 1: characteristics of the treated patients, overall and by stratum, with tests where they are declared."""
    headings = name_strata(data, POPULATION)
    rows: list[Row] = []
    asked: list[Keys | None] = []
    indent: list[int] = []
    for variable in list_baseline(data):
        if variable.name in data.study.strata:
            continue
        for place, (label, statistics) in enumerate(_rows_of(data, variable)):
            rows.append({"Characteristic": label, **{headings[key]: statistics.get(key, "") for key in headings}})
            asked.append({"population": POPULATION, "variable": variable.name} if place == 0 else None)
            if place > 0:
                indent.append(len(rows) - 1)
    tested = add_p_values(data, rows, asked)
    spread = "quartiles" if data.audience == PUBLIC else "range"  # the ends of a range are single patients
    notes = [
        f"Continuous characteristics: median ({spread}). Others: patients (percentage of the column).",
        *(tested.notes or ["Descriptive; no test was made."]),
        *_explain_underivable(data),
    ]
    cells, spanners = pd.DataFrame(tested.rows), span_strata(data, headings)
    return make_table(cells, "baseline", stub="Characteristic", spanners=spanners, notes=notes, indent=indent)


def _rows_of(data: CutData, variable: Variable) -> list[tuple[str, dict[tuple[str, str], str]]]:
    """Rows of a characteristic, each its label and its cells; the levels of a category follow its name."""
    strata = [(group, level) for group, level, _ in list_strata(data)]
    unit = f", {variable.unit}" if variable.unit else ""
    if variable.kind == "continuous":
        return [(f"{variable.label}{unit}", {key: _median_and_range(data, variable, *key) for key in strata})]
    if variable.kind == "flag":
        return [(variable.label, {key: show_count(_count(data, variable.name, *key)) for key in strata})]
    counts = {code: {key: _count(data, f"{variable.name}={code}", *key) for key in strata} for code in variable.levels}
    levels = [
        (label, {key: show_count(stats) for key, stats in counts[code].items()})
        for code, label in variable.levels.items()
    ]
    if data.audience == PUBLIC:  # who is not recorded would tell of those who are and are not shown
        return [(variable.label, {}), *levels]
    unknown = {key: _count_unknown([counts[code][key] for code in counts]) for key in strata}
    not_recorded = (
        [(NOT_RECORDED, {key: format_number(n) for key, n in unknown.items()})] if any(unknown.values()) else []
    )
    return [(variable.label, {}), *levels, *not_recorded]


def _count(data: CutData, variable: str, group: str, level: str) -> Stats:
    return find(data, "proportion", population=POPULATION, variable=variable, group=group, level=level)


def _count_unknown(levels: Sequence[Stats]) -> float:
    """Patients of a column who are in none of the levels."""
    return (levels[0].get("N") or 0) - sum(stats.get("n") or 0 for stats in levels)


def _median_and_range(data: CutData, variable: Variable, group: str, level: str) -> str:
    stats = find(data, "continuous", population=POPULATION, variable=variable.name, group=group, level=level)
    if not stats.get("n"):  # also where it is not shown to the public
        return show_median(stats, variable.scientific)
    form = format_scientific if variable.scientific else format_number
    missing = f"; {format_number(stats['missing'])} missing" if stats["missing"] else ""
    return f"{form(stats['median'])} ({format_range(stats['min'], stats['max'], variable.scientific)}{missing})"


def _explain_underivable(data: CutData) -> list[str]:
    notes = []
    for variable in list_baseline(data):
        keys = {"population": POPULATION, "variable": variable.name}
        if variable.kind == "flag" and find(data, "proportion", **keys).get("n") is None:
            notes.append(f"{variable.label}: {note(data, 'proportion', **keys)}.")
    return notes


@or_say_so
@not_for_public("Printed counts")
def make_table_reported(data: CutData) -> Table:
    """Counts that exist only in print: nothing behind them can be recomputed."""
    printed = select(data.results, analysis="count", stat="n")
    rows: list[dict[str, str]] = []
    if "reported_counts" not in data.tables:
        raise NotInStudyError("This study has no printed counts")
    order = data.tables["reported_counts"]
    order = order[order["topic"] == "baseline"]
    for record in order.to_dict(orient="records"):
        name = f"{record['characteristic']}={record['level']}"
        assert name in set(printed["variable"])
        stats = get(data, "count", population=POPULATION, variable=name)
        rows.append(
            {
                "Characteristic": str(record["characteristic"]),
                "As printed": str(record["level"]),
                "Patients": format_fraction(stats["n"], stats["N"]),
                "Percentage": format_percent(stats["p"], stats["N"]),
                "Place in the source": str(record["place"]),
            }
        )
    notes = [
        "Printed counts: the source does not give these characteristics by patient. Percentage: of the denominator "
        "beside it."
    ]
    return make_table(
        pd.DataFrame(rows),
        "reported",
        stub="As printed",
        groups="Characteristic",
        left=["Place in the source"],
        notes=notes,
    )
