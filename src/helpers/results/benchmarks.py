"""Published numbers beside the study's own: for a naive comparison, without a test."""

from helpers.results.schema import Key, Rows, make_rows
from helpers.study.model import Study


def list_benchmarks(study: Study) -> Rows:
    """One row a declared benchmark; its source stands in the note."""
    rows: Rows = []
    for benchmark in study.benchmarks:
        rows += make_rows(
            {benchmark.stat: benchmark.value},
            "benchmark",
            Key(benchmark.param, "", benchmark.group or "", benchmark.level or "", benchmark.label),
            time_months=benchmark.time_months,
            unit="months" if benchmark.stat == "median" else "",
            method="published elsewhere, not adjusted",
            note=benchmark.source,
        )
    return rows
