"""Tables of the cohort: characteristics, printed counts, the patient listing."""

import pandas as pd

from helpers.display.absence import NotInStudyError, or_say_so
from helpers.display.formatting import (
    format_fraction,
    format_number,
    format_percent,
    format_range,
    format_scientific,
)
from helpers.display.lookup import count_patients, get, list_baseline, list_strata
from helpers.display.table import Table, make_table
from helpers.results.cut import CutData
from helpers.results.schema import select
from helpers.study.model import Variable


def make_table_baseline(data: CutData) -> Table:
    """Table 1: characteristics of the treated patients, overall and by stratum."""
    headings = {
        (group, level): f"{label} (n\u00a0=\u00a0{format_number(count_patients(data, 'SAFFL', group, level))})"
        for group, level, label in list_strata(data)
    }
    rows: list[dict[str, str]] = []
    indent: list[int] = []
    for variable in list_baseline(data):
        if variable.name in data.study.strata:
            continue
        for label, statistics in _rows_of(data, variable):
            rows.append({"Characteristic": label, **{headings[key]: text for key, text in statistics.items()}})
            if variable.kind == "categorical" and statistics:
                indent.append(len(rows) - 1)
    notes = [
        "Continuous characteristics: median (range). Others: patients (percentage of the column).",
        "Descriptive; no test was made.",
    ]
    labels = {variable.name: variable.label for variable in data.study.variables}
    spanners = {
        labels[stratum]: [text for (group, _), text in headings.items() if group == stratum]
        for stratum in data.study.strata
    }
    cells = pd.DataFrame(rows).fillna("")
    return make_table(cells, "baseline", stub="Characteristic", spanners=spanners, notes=notes, indent=indent)


def _rows_of(data: CutData, variable: Variable) -> list[tuple[str, dict[tuple[str, str], str]]]:
    strata = [(group, level) for group, level, _ in list_strata(data)]
    unit = f", {variable.unit}" if variable.unit else ""
    if variable.kind == "continuous":
        return [(f"{variable.label}{unit}", {key: _median_and_range(data, variable, *key) for key in strata})]
    if variable.kind == "flag":
        return [(variable.label, {key: _count_and_percent(data, variable.name, *key) for key in strata})]
    levels = [
        (label, {key: _count_and_percent(data, f"{variable.name}={code}", *key) for key in strata})
        for code, label in variable.levels.items()
    ]
    return [(variable.label, {}), *levels]


def _median_and_range(data: CutData, variable: Variable, group: str, level: str) -> str:
    stats = get(data, "continuous", population="SAFFL", variable=variable.name, group=group, level=level)
    form = format_scientific if variable.scientific else format_number
    missing = f"; {format_number(stats['missing'])} missing" if stats["missing"] else ""
    return f"{form(stats['median'])} ({format_range(stats['min'], stats['max'], variable.scientific)}{missing})"


def _count_and_percent(data: CutData, variable: str, group: str, level: str) -> str:
    stats = get(data, "proportion", population="SAFFL", variable=variable, group=group, level=level)
    return f"{format_number(stats['n'])} ({format_percent(stats['p'], stats['N'])})"


def make_table_reported(data: CutData) -> Table:
    """Counts that exist only in print: nothing behind them can be recomputed."""
    printed = select(data.results, analysis="count", stat="n")
    rows: list[dict[str, str]] = []
    if "reported_counts" not in data.tables:
        return make_table(pd.DataFrame(rows), "reported")
    order = data.tables["reported_counts"]
    order = order[order["topic"] == "baseline"]
    for record in order.to_dict(orient="records"):
        name = f"{record['characteristic']}={record['level']}"
        assert name in set(printed["variable"])
        stats = get(data, "count", population="SAFFL", variable=name)
        rows.append(
            {
                "Characteristic": str(record["characteristic"]),
                "As printed": str(record["level"]),
                "Patients": format_fraction(stats["n"], stats["N"]),
                "Percentage": format_percent(stats["p"], stats["N"]),
                "Place in the source": str(record["place"]),
            }
        )
    notes = ["Printed counts: the source does not give these characteristics by patient."]
    return make_table(
        pd.DataFrame(rows),
        "reported",
        stub="As printed",
        groups="Characteristic",
        left=["Place in the source"],
        notes=notes,
    )


@or_say_so
def make_table_listing(data: CutData) -> Table:
    """Patient listing, section by section, in the order of the raw table."""
    listing = data.study.listing
    if listing is None:
        raise NotInStudyError("This study declares no patient listing")
    table = data.tables[data.study.patients.table]
    cells = pd.DataFrame({"No.": [str(patient) for patient in table[data.study.patients.name]]})
    left = []
    for shown in listing.columns:
        column = table[shown.column.name]
        numeric = pd.api.types.is_numeric_dtype(column)
        form = format_scientific if shown.scientific else format_number
        cells[shown.label] = [form(cell) if numeric else str(cell or "–") for cell in column]
        left += [] if numeric else [shown.label]
    if listing.section is not None:
        cells["Section"] = [str(section) for section in table[listing.section.name]]
    groups = "Section" if listing.section is not None else None
    notes = ["Codes as in the raw table. Dash: not stated. DLI, donor lymphocyte infusion; mo, months; y, years."]
    return make_table(cells, "listing", stub="No.", groups=groups, left=left, notes=notes)
