"""How many patients: responses, outcomes, adverse events and printed counts, with exact intervals."""

from dataclasses import replace

import pandas as pd

from helpers.intake.reading import Tables
from helpers.results.schema import Key, Rows, make_rows
from helpers.results.strata import iterate_strata
from helpers.statistics.proportions import estimate_proportion
from helpers.study.model import Study


def count_populations(adsl: pd.DataFrame, study: Study) -> Rows:
    """Count the patients of each population, overall and by stratum."""
    rows: Rows = []
    for name in study.population_names:
        for stratum in iterate_strata(adsl, name, study):
            key = Key(population=name, group=stratum.group, level=stratum.level, variable=name)
            rows += make_rows({"n": len(stratum.patients)}, "count", key, method="number of patients")
    return rows


def analyse_occurrences(adsl: pd.DataFrame, adrs: pd.DataFrame, adae: pd.DataFrame, study: Study) -> Rows:
    """Estimate the proportion of patients with each response, outcome and adverse event, overall and by stratum."""
    rows: Rows = []
    patients: dict[str, set[str]] = {}
    for occurred in (adrs[adrs["AVALC"] == "Y"], adae):
        for param, patient in zip(occurred["PARAMCD"], occurred["USUBJID"], strict=True):
            patients.setdefault(param, set()).add(patient)
    for item in study.occurrence_params:
        has = adsl["USUBJID"].isin(patients.get(item.param, set()))
        for population in item.populations:
            rows += _proportions(adsl, has, study, Key(param=item.param, population=population))
    return rows


def analyse_flags(adsl: pd.DataFrame, study: Study) -> Rows:
    """Estimate the proportion of patients with each flag and each level of each categorical variable."""
    rows: Rows = []
    for variable in study.variables:
        codes = {"flag": ["Y"], "categorical": list(variable.levels), "continuous": []}[variable.kind]
        for code in codes:
            name = variable.name if variable.kind == "flag" else f"{variable.name}={code}"
            for population in variable.populations:
                rows += _proportions(
                    adsl, adsl[variable.name] == code, study, Key(population=population, variable=name)
                )
    return rows


def analyse_reported_counts(tables: Tables, study: Study) -> Rows:
    """Turn counts that exist only in print into results, marked as such; adverse events get exact intervals.

    Baseline characteristics have n, N and p without an interval: they describe, they estimate nothing.
    """
    rows: Rows = []
    for record in tables["reported_counts"].to_dict(orient="records") if "reported_counts" in tables else []:
        n, denominator = int(record["patients"]), int(record["denominator"])
        note = f"printed in {record['place']}"
        name = f"{record['characteristic']}={record['level']}"
        if record["topic"] == "baseline":
            stats = {"n": n, "N": denominator, "p": n / denominator}
            key = Key(population="SAFFL", variable=name)
            rows += make_rows(stats, "count", key, method="printed count", note=note)
        else:
            key = Key(param=record["param"] or "", population="SAFFL", variable="" if record["param"] else name)
            stats_with_interval, method = _estimate(n, denominator, study)
            rows += make_rows(stats_with_interval, "proportion", key, method=f"printed count, {method}", note=note)
    return rows


def _proportions(adsl: pd.DataFrame, has: "pd.Series[bool]", study: Study, key: Key) -> Rows:
    rows: Rows = []
    for stratum in iterate_strata(adsl, key.population, study):
        n = int(has.loc[stratum.patients.index].sum())
        stats, method = _estimate(n, len(stratum.patients), study)
        rows += make_rows(stats, "proportion", replace(key, group=stratum.group, level=stratum.level), method=method)
    return rows


def _estimate(n: int, denominator: int, study: Study) -> tuple[dict[str, float | int | None], str]:
    conventions = study.conventions
    result = estimate_proportion(n, denominator, conventions.proportion_interval, conventions.alpha)
    stats = {"n": n, "N": denominator, "p": result.estimate, "lcl": result.lcl, "ucl": result.ucl}
    return stats, f"{result.method} exact interval"
