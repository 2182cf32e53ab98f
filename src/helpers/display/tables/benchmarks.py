"""Table of published figures beside the study's own."""

from typing import NamedTuple

import pandas as pd

from helpers.display.absence import NotInStudyError, or_say_so
from helpers.display.formatting import (
    NOT_DERIVABLE,
    format_fraction,
    format_months,
    format_number,
    format_percent,
    within_sentence,
)
from helpers.display.lookup import Stats, ci, find, find_endpoint, find_occurrence, get, list_strata, note
from helpers.display.table import Table, make_table
from helpers.display.tables.cells import show_median_time, show_probability
from helpers.results.cut import CutData
from helpers.study.clinical import Benchmark

NAIVE = "Naive comparison: other patients, no adjustment, no test."
ABBREVIATIONS = "NE, not estimable: past the last follow-up; NR, not reached; mo, months."


class Own(NamedTuple):
    """The study's own estimate: of how many patients, with its limits, and why there is none."""

    patients: str
    estimate: str
    reason: str = ""


@or_say_so
def make_table_benchmarks(data: CutData) -> Table:
    """Published figures that readers will compare with, beside the study's own estimates and their intervals."""
    if not data.study.benchmarks:
        raise NotInStudyError("This study declares no published figures to compare with")
    rows, reasons = [], []
    for benchmark in data.study.benchmarks:
        own = _find_own(data, benchmark)
        reasons += [f"{benchmark.label}: {own.reason}."] if own.reason else []
        rows.append(
            {
                "Estimate": benchmark.label,
                "Patients": own.patients,
                f"This study ({ci(data)})": own.estimate,
                "Published": _show_published(data, benchmark),
                "Source of the published figure": benchmark.source,
            }
        )
    left = ["Source of the published figure"]
    notes = [NAIVE, *_describe_strata(data), ABBREVIATIONS, *reasons]
    return make_table(pd.DataFrame(rows), "benchmarks", stub="Estimate", left=left, notes=notes)


def _describe_strata(data: CutData) -> list[str]:
    """Which of the study's own patients are compared, where not all are."""
    labels = {(group, level): label for group, level, label in list_strata(data)}
    compared = {(item.group or "", item.level or "") for item in data.study.benchmarks}
    if len(compared) > 1 or compared == {("", "")}:
        return []
    return [f"This study: patients of the stratum {within_sentence(labels[compared.pop()])}, who are comparable."]


def _find_own(data: CutData, benchmark: Benchmark) -> Own:
    if benchmark.stat == "proportion":
        item = find_occurrence(data, benchmark.param)
        analysis, keys = "proportion", {"param": item.param, "population": item.populations[0]}
    else:
        endpoint = find_endpoint(data, benchmark.param)
        analysis, keys = "km", {"param": endpoint.param, "population": endpoint.population}
    if get(data, analysis, **keys)["n"] is None:
        return Own(NOT_DERIVABLE, NOT_DERIVABLE, note(data, analysis, **keys))
    keys |= _name_stratum(benchmark)
    stats = get(data, analysis, **keys)
    if analysis == "proportion":
        return Own(format_fraction(stats["n"], stats["N"]), show_probability(stats, "p", stats["N"], "%"))
    return Own(format_number(stats["n"]), _show_own(data, benchmark, keys, stats))


def _name_stratum(benchmark: Benchmark) -> dict[str, str]:
    return {"group": benchmark.group or "", "level": benchmark.level or ""}


def _show_own(data: CutData, benchmark: Benchmark, keys: dict[str, str], km: Stats) -> str:
    if benchmark.time_months is None:
        unit = " mo" if km.get("median") is not None else ""
        return f"{show_median_time(km, 'median_lcl', 'median_ucl')}{unit}"
    stats = find(data, "km_at", **keys, time_months=benchmark.time_months)
    return show_probability(stats, "survival", km["n"], "%")


def _show_published(data: CutData, benchmark: Benchmark) -> str:
    time = {} if benchmark.time_months is None else {"time_months": benchmark.time_months}
    keys = {"param": benchmark.param, "variable": benchmark.label, **_name_stratum(benchmark)}
    value = get(data, "benchmark", **keys, **time)[benchmark.stat]
    return f"{format_months(value)} mo" if benchmark.stat == "median" else format_percent(value, 1)
