"""Writes how far every statistic is from R, over all frozen cases, as a Markdown page: docs/validation.md.

Unlike the tests, which sample the slower comparisons, this goes through every frozen answer (`make validation`).
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.statistics import (
    comparison,
    contingency,
    fine_gray,
    incidence,
    location,
    maturity,
    proportions,
    regression,
    restricted_mean,
    small_samples,
    survival,
)
from reference.answers import FROZEN, read_cases, read_frozen
from reference.validation_transplant import of_mantel_byar, of_simon_makuch, of_states

Pair = tuple[Any, Any]
CASES = read_cases()
NOTES = Path(__file__).with_name("known_differences.md")
PAGE = Path(__file__).parents[2] / "docs" / "validation.md"


PREFACE = """\
Each row compares the numbers of one function (estimates, errors, limits, statistics, p-values) with R's answers, which
are frozen in `tests/reference/frozen`: *cases* counts data sets, *numbers* the numbers compared. The *largest
difference* is absolute below 1 and relative above, *exact* means equal in every bit, and *one side* counts numbers that
only one of the two gives. Frozen numbers have 13 digits (times and medians all 17): 5e-14 to 5e-13 is their rounding.
"""


def differences(pairs: Iterator[Pair]) -> tuple[int, float, int]:
    """Numbers compared, the largest difference (relative above 1), and how often only one side has a value."""
    count, worst, unmatched = 0, 0.0, 0
    for ours, theirs in pairs:
        a = np.nan if ours is None else float(ours)
        b = float(theirs)
        count += 1
        if np.isnan(a) != np.isnan(b):
            unmatched += 1
        elif not np.isnan(a):
            worst = max(worst, abs(a - b) / max(1.0, abs(b)))
    return count, worst, unmatched


def of_proportions() -> Iterator[Pair]:
    for row in read_frozen("proportions").itertuples():
        ours = proportions.estimate_proportion(row.n, row.N, row.method, row.alpha)
        yield from ((ours.estimate, row.estimate), (ours.lcl, row.lcl), (ours.ucl, row.ucl))


def of_binomial() -> Iterator[Pair]:
    for row in read_frozen("binomial").itertuples():
        yield proportions.compare_with_benchmark(row.n, row.N, row.benchmark).p_value, row.p_value


def of_medians() -> Iterator[Pair]:
    for row in read_frozen("survival_summary").to_dict("records"):
        p = CASES[row["case"]]
        curve = survival.estimate_kaplan_meier(p["time"], p["code"] > 0, row["conf_type"])
        yield from (
            (curve.median, row["median"]),
            (curve.median_lcl, row["lcl_median"]),
            (curve.median_ucl, row["ucl_median"]),
        )
        for share in (25, 50, 75):
            q = curve.quantile(share / 100)
            yield from (
                (q.estimate, row[f"q{share}"]),
                (q.lcl, row[f"q{share}_lcl"]),
                (q.ucl, row[f"q{share}_ucl"]),
            )


def of_follow_up() -> Iterator[Pair]:
    for row in read_frozen("survival_summary").itertuples():
        p = CASES[row.case]
        ours = survival.estimate_follow_up(p["time"], p["code"] > 0, row.conf_type)
        yield from (
            (ours.median, row.median_follow_up),
            (ours.lcl, row.lcl_median_follow_up),
            (ours.ucl, row.ucl_median_follow_up),
        )


def of_curves() -> Iterator[Pair]:
    for case, rows in read_frozen("survival_table").groupby("case"):
        p = CASES[case]
        for conf_type in survival.CONF_TYPES:
            table = survival.estimate_kaplan_meier(p["time"], p["code"] > 0, conf_type).table
            ours = table.set_index("time").loc[rows["time"]]
            for column in ("n_risk", "n_event", "n_censor", "survival", "std_err"):
                yield from zip(ours[column], rows[column], strict=True)
            for column in ("lcl", "ucl"):
                yield from zip(ours[column], rows[f"{column}_{conf_type}"], strict=True)


def of_times() -> Iterator[Pair]:
    for case, rows in read_frozen("survival_at").groupby("case"):
        p = CASES[case]
        ours = survival.estimate_kaplan_meier(p["time"], p["code"] > 0).at(rows["time"])
        for column in ("n_risk", "survival", "lcl", "ucl"):
            yield from zip(ours[column], rows[column], strict=True)


def of_incidence() -> Iterator[Pair]:
    for (case, cause), rows in read_frozen("incidence_at").groupby(["case", "cause"]):
        p = CASES[case]
        curve = incidence.estimate_cumulative_incidence(p["time"], p["code"], int(cause))
        yield from zip(curve.at(rows["time"])["cif"], rows["cif"], strict=True)
        place = np.searchsorted(curve.table["time"], rows["time"], side="right")
        yield from zip(np.append(0.0, curve.table["std_err"])[place], rows["std_err"], strict=True)


def of_tests(gray: bool) -> Iterator[Pair]:
    for row in read_frozen("tests").itertuples():
        p = CASES[row.case]
        if row.test.startswith("gray") != gray:
            continue
        if gray:
            ours = comparison.compare_incidence(p["time"], p["code"], p["group"], int(row.test[-1]))
        else:
            strata = p["stratum"] if row.test.startswith("stratified") else None
            weights = row.test.removeprefix("stratified ")
            ours = comparison.compare_survival(p["time"], p["code"] > 0, p["group"], weights, strata)
        yield from ((ours.statistic, row.statistic), (ours.p_value, row.p_value))


def of_tables() -> Iterator[Pair]:
    for row in read_frozen("contingency").itertuples():
        ours = contingency.compare_counts([[int(n) for n in line.split()] for line in row.counts.split(" / ")])
        yield ours.p_value, row.p_value if row.smallest_expected >= 5 else row.p_fisher


def of_locations() -> Iterator[Pair]:
    for row in read_frozen("location").itertuples():
        first, second = ([float(v) for v in str(text).split()] for text in (row.first, row.second))
        test, shift = location.compare_locations(first, second), location.estimate_shift(first, second)
        yield from ((test.statistic, row.statistic), (test.p_value, row.p_value))
        if not np.isnan(row.estimate):
            yield from ((shift.estimate, row.estimate), (shift.lcl, row.lcl), (shift.ucl, row.ucl))


def of_trusted_times() -> Iterator[Pair]:
    for row in read_frozen("maturity").itertuples():
        p = CASES[row.case]
        yield maturity.estimate_trusted_time(p["time"], p["code"] > 0, row.amount).time, row.time_trusted


def of_completeness() -> Iterator[Pair]:
    for row in read_frozen("maturity").drop_duplicates("case").itertuples():
        p = CASES[row.case]
        closing = [p["time"].max()] * len(p)
        yield maturity.estimate_completeness(p["time"], p["code"] > 0, closing).estimate, row.completeness


def of_restricted_means() -> Iterator[Pair]:
    for row in read_frozen("extras").itertuples():
        p = CASES[row.case]
        ours = restricted_mean.estimate_restricted_mean(p["time"], p["code"] > 0, row.time_horizon)
        if not np.isnan(row.rmean) and row.time_horizon <= p["time"].max():
            yield from ((ours.estimate, row.rmean), (ours.std_err, row.se))


def of_benchmark_curves() -> Iterator[Pair]:
    for row in read_frozen("extras").drop_duplicates("case").itertuples():
        p = CASES[row.case]
        curve = 0.5 ** (p["time"] / (p["time"].max() / 2))
        ours = small_samples.compare_with_benchmark_curve(p["time"], p["code"] > 0, curve)
        yield from ((ours.statistic, row.statistic), (ours.p_value, row.p_value))


def of_permutations() -> Iterator[Pair]:
    for row in read_frozen("permutation").itertuples():
        p = CASES[row.case]
        yield small_samples.compare_survival_exact(p["time"], p["code"] > 0, p["group"]).p_value, row.p_value


def of_cox(hazard_ratios: bool) -> Iterator[Pair]:
    for (case, model), rows in read_frozen("cox").groupby(["case", "model"]):
        p = CASES[case]
        names = [name for name in rows["term"] if name != "GLOBAL"]
        arguments = (p["time"], p["code"] > 0, p[names], None, p["stratum"] if model == "stratified" else None)
        if hazard_ratios:
            for row, term in zip(rows.itertuples(), regression.estimate_cox(*arguments).terms, strict=False):
                for name in ("coefficient", "std_err", "lcl", "ucl", "p_value"):
                    yield getattr(term, name), getattr(row, name)
            continue
        changes = regression.check_proportional_hazards(*arguments)
        for row in rows.itertuples():
            yield from ((changes[row.term].statistic, row.zph), (changes[row.term].p_value, row.zph_p))


def of_heart() -> Iterator[Pair]:
    heart, names = read_frozen("patients_heart"), ["age", "surgery", "transplant"]
    arguments = (heart["stop"], heart["event"], heart[names], heart["start"])
    fitted = {term.name: term for term in regression.estimate_cox(*arguments).terms}
    changes = regression.check_proportional_hazards(*arguments)
    for row in read_frozen("cox_heart").itertuples():
        if row.term in fitted:
            for name in ("coefficient", "std_err", "lcl", "ucl", "p_value"):
                yield getattr(fitted[row.term], name), getattr(row, name)
        yield from ((changes[row.term].statistic, row.zph), (changes[row.term].p_value, row.zph_p))


def of_firth() -> Iterator[Pair]:
    for row in read_frozen("firth").itertuples():
        p = CASES[row.case]
        term = regression.estimate_cox(p["time"], p["code"] > 0, p[["z"]], penalty="always", min_events=0).terms[0]
        yield from ((getattr(term, name), getattr(row, name)) for name in ("coefficient", "lcl", "ucl", "p_value"))


def of_fine_gray() -> Iterator[Pair]:
    for case, rows in read_frozen("fine_gray").groupby("case"):
        p = CASES[case]
        model = fine_gray.estimate_fine_gray(p["time"], p["code"], p[list(rows["term"])])
        for row, term in zip(rows.itertuples(), model.terms, strict=True):
            yield from ((getattr(term, name), getattr(row, name)) for name in ("coefficient", "std_err", "p_value"))


#: module, function, oracle in R, table of frozen answers, pairs of numbers
ROWS: tuple[tuple[str, str, str, str, Callable[[], Iterator[Pair]]], ...] = (
    ("proportions", "estimate_proportion", "binom.test, prop.test, qbeta", "proportions", of_proportions),
    ("proportions", "compare_with_benchmark", "binom.test", "binomial", of_binomial),
    ("survival", "KaplanMeier.median, .quantile", "print, quantile(survfit)", "survival_summary", of_medians),
    ("survival", "KaplanMeier.table, three intervals", "survfit", "survival_table", of_curves),
    ("survival", "KaplanMeier.at", "summary(survfit, times)", "survival_at", of_times),
    ("survival", "estimate_follow_up", "survfit, censoring as event", "survival_summary", of_follow_up),
    ("maturity", "estimate_trusted_time", "survfit: surv over those at risk", "maturity", of_trusted_times),
    ("maturity", "estimate_completeness", "sums of times", "maturity", of_completeness),
    ("restricted_mean", "estimate_restricted_mean", "summary(survfit, rmean)", "extras", of_restricted_means),
    ("incidence", "estimate_cumulative_incidence", "cuminc, timepoints", "incidence_at", of_incidence),
    ("comparison", "compare_survival (4 tests)", "survdiff, rho 0 and 1, strata", "tests", lambda: of_tests(False)),
    ("comparison", "compare_incidence (Gray)", "cuminc, Tests", "tests", lambda: of_tests(True)),
    ("small_samples", "compare_with_benchmark_curve", "survdiff with offset", "extras", of_benchmark_curves),
    ("small_samples", "compare_survival_exact", "enumeration", "permutation", of_permutations),
    ("contingency", "compare_counts", "chisq.test, fisher.test", "contingency", of_tables),
    ("location", "compare_locations, estimate_shift", "wilcox.test, enumeration", "location", of_locations),
    ("regression", "estimate_cox", "coxph, Efron, strata", "cox", lambda: of_cox(True)),
    ("regression", "estimate_cox, time-dependent", "coxph, start-stop", "cox_heart", of_heart),
    ("regression", "check_proportional_hazards", "cox.zph", "cox", lambda: of_cox(False)),
    ("regression", "estimate_cox, Firth", "optimize, uniroot", "firth", of_firth),
    ("fine_gray", "estimate_fine_gray", "crr", "fine_gray", of_fine_gray),
    ("transplant", "compare_mantel_byar", "coxph exact, score test", "mantel_byar", of_mantel_byar),
    ("transplant", "estimate_simon_makuch", "survfit, start-stop", "simon_makuch", of_simon_makuch),
    ("multistate", "estimate_state_occupation", "survfit, multi-state", "state_occupation", of_states),
)


def count_cases(table: str) -> int:
    """Data sets behind a table of frozen answers; its rows where each is a case of its own."""
    frozen = read_frozen(table)
    if table == "cox_heart":
        return 1
    return frozen["case"].nunique() if "case" in frozen else len(frozen)


def main() -> None:
    """Write the page."""
    versions = ", ".join((FROZEN / "versions.txt").read_text().split("\n")[:3])
    random = sum(name.startswith("random") for name in CASES)
    lines = [
        "# Validation of the statistics",
        "",
        PREFACE,
        f"Oracle: {versions}, on {len(CASES) - random} real and hand-made and {random} random small",
        "data sets (2 to 60 patients; heavy ties, all or none censored, day 0, curves that meet 0.5 exactly). `make",
        "validation` writes this page, `make reference` computes the answers again where R is installed.",
        "",
        "| module | function | oracle in R | cases | numbers | largest difference | one side |",
        "|---|---|---|--:|--:|--:|--:|",
    ]
    for module, function, oracle, table, pairs in ROWS:
        count, worst, unmatched = differences(pairs())
        size = "exact" if worst == 0 else f"{worst:.0e}"
        lines.append(f"| `{module}` | {function} | {oracle} | {count_cases(table)} | {count} | {size} | {unmatched} |")
    PAGE.write_text("\n".join([*lines, "", NOTES.read_text(encoding="utf-8")]), encoding="utf-8")


if __name__ == "__main__":
    main()
