"""How many patients: responses, outcomes, adverse events and printed counts, with exact intervals."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from helpers.intake.reading import Tables
from helpers.results.derivability import find_missing_for, make_missing_rows
from helpers.results.schema import Key, Rows, make_rows
from helpers.results.strata import NOT_RECORDED, iterate_strata
from helpers.statistics.proportions import estimate_proportion
from helpers.study.model import Study, Variable

PROPORTION_STATS = ("n", "N", "p", "lcl", "ucl")


def count_populations(adsl: pd.DataFrame, sources: Tables, study: Study) -> Rows:
    """Count the patients of each population, overall and by stratum."""
    rows: Rows = []
    for name in study.population_names:
        if missing := find_missing_for(sources, study, name):
            rows += make_missing_rows("count", ["n"], Key(population=name, variable=name), missing)
            continue
        for stratum in iterate_strata(adsl, name, study):
            key = Key(population=name, group=stratum.group, level=stratum.level, variable=name)
            rows += make_rows({"n": len(stratum.patients)}, "count", key, method="number of patients")
        rows += _count_unknown_strata(adsl, name, study)
    return rows


def _count_unknown_strata(adsl: pd.DataFrame, population: str, study: Study) -> Rows:
    """Count the patients of a population whose stratum is not recorded; without any there is no row."""
    rows: Rows = []
    for group in study.strata:
        n = int(((adsl[population] == "Y") & adsl[group].isna()).sum())
        if n:
            key = Key(population=population, group=group, level=NOT_RECORDED, variable=population)
            rows += make_rows({"n": n}, "count", key, method="number of patients")
    return rows


def analyse_occurrences(
    adsl: pd.DataFrame, occurred: Mapping[str, "pd.Series[bool]"], sources: Tables, study: Study
) -> Rows:
    """Estimate the proportion of patients with each response, outcome and adverse event, overall and by stratum.

    Parameters
    ----------
    adsl : DataFrame
        Subject-level dataset.
    occurred : mapping of str to Series of bool
        By parameter, whether each patient of ADSL had it.
    sources : mapping of str to DataFrame
        Raw tables and event-level datasets.
    study : Study
        Declares parameters, populations and strata.
    """
    rows: Rows = []
    for item in study.occurrence_params:
        for population in item.populations:
            key = Key(param=item.param, population=population)
            if missing := find_missing_for(sources, study, population, item.when):
                rows += make_missing_rows("proportion", PROPORTION_STATS, key, missing)
            else:
                rows += _proportions(adsl, occurred[item.param], study, key)
    return rows


def analyse_flags(adsl: pd.DataFrame, sources: Tables, study: Study) -> Rows:
    """Estimate the proportion of patients with each flag and each level of each categorical variable."""
    rows: Rows = []
    for variable in study.variables:
        for code in list_codes(variable):
            name = variable.name if variable.kind == "flag" else f"{variable.name}={code}"
            for population in variable.populations:
                key = Key(population=population, variable=name)
                if missing := find_missing_for(sources, study, population, variable.when):
                    rows += make_missing_rows("proportion", PROPORTION_STATS, key, missing)
                else:
                    rows += _proportions(adsl, adsl[variable.name] == code, study, key)
    return rows


def list_codes(variable: Variable) -> list[str]:
    """Values of a variable whose patients are counted: Y of a flag, the levels of a category."""
    return {"flag": ["Y"], "categorical": list(variable.levels), "continuous": []}[variable.kind]


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
            stats_with_interval, method = estimate(n, denominator, study)
            rows += make_rows(stats_with_interval, "proportion", key, method=f"printed count, {method}", note=note)
    return rows


def _proportions(adsl: pd.DataFrame, has: "pd.Series[bool]", study: Study, key: Key) -> Rows:
    rows: Rows = []
    for stratum in iterate_strata(adsl, key.population, study):
        n = int(has.loc[stratum.patients.index].sum())
        stats, method = estimate(n, len(stratum.patients), study)
        rows += make_rows(stats, "proportion", replace(key, group=stratum.group, level=stratum.level), method=method)
    return rows


def estimate(n: int, denominator: int, study: Study) -> tuple[dict[str, float | int | None], str]:
    """Statistics of a proportion by the study's conventions, and their method."""
    conventions = study.conventions
    result = estimate_proportion(n, denominator, conventions.proportion_interval, conventions.alpha)
    stats = {"n": n, "N": denominator, "p": result.estimate, "lcl": result.lcl, "ucl": result.ucl}
    return stats, f"{result.method} exact interval"
