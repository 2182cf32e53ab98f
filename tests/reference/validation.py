"""Writes how far every statistic is from R, over all frozen cases, as a Markdown page.

    python tests/reference/validation.py > docs/validation.md

Unlike the tests, which sample the slower comparisons, this goes through every frozen answer.
"""

import sys
from collections.abc import Callable, Iterator
from itertools import groupby
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
    multistate,
    proportions,
    regression,
    restricted_mean,
    small_samples,
    survival,
    transplant,
)
from reference.answers import FROZEN, read_cases, read_frozen

Pair = tuple[Any, Any]
CASES = read_cases()

KNOWN_DIFFERENCES = """\
- **Times within rounding error of each other** are one time everywhere, as in R's `survival` (`aeqSurv`). `cmprsk`
  does not do this; its reference values were computed from times joined in that way.
- **Quantiles of a curve that ends flat at exactly 1 − p.** Asked for one quantile alone, R's `quantile(survfit)`
  compares the end of the curve without its own tolerance and gives NA or a number depending on the last bit. The
  reference asks for 0 as well, which switches that comparison off; `KaplanMeier.quantile` gives that number. The
  median of `print(survfit)` is the start of the flat part, `quantile(survfit)` its middle: `median` is the one,
  `quantile(0.5)` the other, as in R.
- **Past the last follow-up** there is no estimate. R's `summary(survfit, rmean = )` would draw the curve on; the
  restricted mean is then None with a note.
- **Cumulative incidence of 0 or 1** has no limits (NaN); R's `cmprsk` gives a variance of 0 there, and no interval
  at all. Limits elsewhere: F ** exp(± z · se / (F log F)) with the variance of `cmprsk`.
- **Tests that cannot be computed** (one group, no event, singular variance) are None with a note. R stops with an
  error, or gives NaN, a statistic of 0 with 0 degrees of freedom, or −1 (`cuminc`).
- **Fine–Gray with a patient censored on day 0:** `crr` takes this censoring for one before day 0, so the weights
  differ in about the fifth digit. The reference values were computed with all times moved by 1, which changes
  nothing else.
- **Mann–Whitney with ties, fewer than 50 in each group:** exact here (permutation of midranks); R's `wilcox.test`
  takes the normal approximation. The Hodges–Lehmann interval with ties is the exact one, which is conservative.
- **Cox models with too few events** have no hazard ratio but a note; R gives one. A monotone likelihood gets
  Firth's penalty; R warns and prints a number that means nothing. Firth's reference values come from direct
  maximisation in R, precise to about 1e-7 in the coefficient.
"""


def differences(pairs: Iterator[Pair]) -> tuple[int, float, int]:
    """Number of comparisons, the largest difference (relative above 1), and how often only one side has a value."""
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


def of_mantel_byar() -> Iterator[Pair]:
    entering = dict(list(read_frozen("patients_entering").groupby("case")))
    for row in read_frozen("mantel_byar").itertuples():
        p = entering[row.case]
        yield transplant.compare_mantel_byar(p["time"], p["code"] > 0, p["state_start"]).statistic, row.statistic


def of_simon_makuch() -> Iterator[Pair]:
    entering = dict(list(read_frozen("patients_entering").groupby("case")))
    for (case, inside), rows in read_frozen("simon_makuch").groupby(["case", "inside"]):
        p = entering[case]
        curves = transplant.estimate_simon_makuch(p["time"], p["code"] > 0, p["state_start"])
        curve = curves.inside if inside else curves.outside
        if curve is None:
            yield from ((None, value) for value in rows["survival"])
            continue
        ours = curve.table.set_index("time").loc[rows["time"]]
        for column in ("n_risk", "n_event", "survival", "lcl", "ucl"):
            yield from zip(ours[column], rows[column], strict=True)


def of_states() -> Iterator[Pair]:
    stays = dict(list(read_frozen("patients_stays").groupby("case")))
    wanted = {"remission1": ["remission 1"], "current": ["remission 1", "remission 2"], "death": ["death"]}
    for case, rows in read_frozen("state_occupation").groupby("case"):
        s = stays[case]
        fitted = multistate.estimate_state_occupation(s["patient"], s["start"], s["stop"], s["state"], s["next_state"])
        for name, states in wanted.items():
            if set(states) <= set(fitted.states):
                ours = fitted.at(rows["time"], states)
                yield from zip(ours["probability"], rows[name], strict=True)
                yield from zip(ours["std_err"], rows[f"{name}_se"], strict=True)


ROWS: tuple[tuple[str, str, str, Callable[[], Iterator[Pair]]], ...] = (
    ("proportions", "estimate_proportion", "binom.test, prop.test, qbeta", of_proportions),
    ("proportions", "compare_with_benchmark", "binom.test", of_binomial),
    ("survival", "estimate_kaplan_meier: median, quantiles", "survfit: print, quantile", of_medians),
    ("survival", "estimate_kaplan_meier: curve", "survfit, three intervals", of_curves),
    ("survival", "KaplanMeier.at", "summary(survfit, times)", of_times),
    ("survival", "estimate_follow_up", "survfit, censoring as event", of_follow_up),
    ("restricted_mean", "estimate_restricted_mean", "summary(survfit, rmean)", of_restricted_means),
    ("incidence", "estimate_cumulative_incidence", "cmprsk::cuminc, timepoints", of_incidence),
    ("comparison", "compare_survival (4 tests)", "survdiff, rho 0 and 1, strata", lambda: of_tests(False)),
    ("comparison", "compare_incidence", "cmprsk::cuminc Tests", lambda: of_tests(True)),
    ("small_samples", "compare_with_benchmark_curve", "survdiff with offset", of_benchmark_curves),
    ("small_samples", "compare_survival_exact", "enumeration in R", of_permutations),
    ("contingency", "compare_counts", "chisq.test, fisher.test", of_tables),
    ("location", "compare_locations, estimate_shift", "wilcox.test, enumeration", of_locations),
    ("regression", "estimate_cox", "coxph, Efron, strata", lambda: of_cox(True)),
    ("regression", "check_proportional_hazards", "cox.zph", lambda: of_cox(False)),
    ("regression", "estimate_cox, Firth", "optimize and uniroot in R", of_firth),
    ("fine_gray", "estimate_fine_gray", "cmprsk::crr", of_fine_gray),
    ("transplant", "compare_mantel_byar", "coxph exact, score test", of_mantel_byar),
    ("transplant", "estimate_simon_makuch", "survfit, start-stop", of_simon_makuch),
    ("multistate", "estimate_state_occupation", "survfit, multi-state", of_states),
)


def main() -> None:
    """Write the page to standard output."""
    versions = (FROZEN / "versions.txt").read_text().split("\n")
    random = sum(name.startswith("random") for name in CASES)
    lines = [
        "# Validation of the statistics",
        "",
        f"Made by `python tests/reference/validation.py` from the answers of {', '.join(v for v in versions if v)}",
        f"on {len(CASES) - random} real and hand-made and {random} random small data sets (`tests/reference/frozen`).",
        "A difference is absolute below 1 and relative above; *only one side* counts values missing on one side.",
        "",
        "| module | function | oracle in R | numbers compared | largest difference | only one side |",
        "|---|---|---|--:|--:|--:|",
    ]
    for _, rows in groupby(ROWS, key=lambda row: row[0]):
        for module, function, oracle, pairs in rows:
            count, worst, unmatched = differences(pairs())
            size = "0 (exact)" if worst == 0 else f"{worst:.0e}"
            lines.append(f"| `{module}` | {function} | {oracle} | {count} | {size} | {unmatched} |")
    sys.stdout.write("\n".join([*lines, "", "## Known differences and their reasons", "", KNOWN_DIFFERENCES]))


if __name__ == "__main__":
    main()
