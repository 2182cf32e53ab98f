"""Responses in the subgroups that a study declares, with exact intervals and without a test: they describe."""

from collections.abc import Iterator, Mapping

import pandas as pd

from helpers.intake.reading import Tables
from helpers.results.derivability import find_missing_for
from helpers.results.occurrence import estimate
from helpers.results.schema import Key, Rows, make_rows
from helpers.study.model import Study, Variable

FLAG_LEVELS = {"Y": "Yes", "N": "No"}
"""Levels of a flag and their printed labels."""


def list_levels(variable: Variable) -> dict[str, str]:
    """Levels of a variable that makes subgroups, by code, with their printed labels."""
    return FLAG_LEVELS if variable.kind == "flag" else variable.levels


def list_subgroups(study: Study) -> list[Variable]:
    """List the variables that make subgroups, in the order in which the study declares them as such."""
    variables = {variable.name: variable for variable in study.variables}
    return [variables[name] for name in study.subgroups]


def analyse_subgroups(
    adsl: pd.DataFrame, occurred: Mapping[str, "pd.Series[bool]"], sources: Tables, study: Study
) -> Rows:
    """Estimate the proportion of patients with each response by subgroup, in the first population of the response.

    A subgroup that is a stratum as well is analysed among the strata and stands here no second time. What cannot be
    derived of all patients, or of whom the subgroup cannot be told, has no rows.

    Parameters
    ----------
    adsl : DataFrame
        Subject-level dataset.
    occurred : mapping of str to Series of bool
        By parameter, whether each patient of ADSL had it.
    sources : mapping of str to DataFrame
        Raw tables and event-level datasets.
    study : Study
        Declares responses, populations and subgroups.
    """
    rows: Rows = []
    for item in study.responses:
        population = item.populations[0]
        if find_missing_for(sources, study, population, item.when):
            continue
        patients = adsl[adsl[population] == "Y"]
        for variable, level in _iterate_levels(sources, study, population):
            mine = patients.index[patients[variable] == level]
            stats, method = estimate(int(occurred[item.param].loc[mine].sum()), len(mine), study)
            rows += make_rows(stats, "proportion", Key(item.param, population, variable, level), method=method)
    return rows


def _iterate_levels(sources: Tables, study: Study, population: str) -> Iterator[tuple[str, str]]:
    for variable in list_subgroups(study):
        if variable.name not in study.strata and not find_missing_for(sources, study, population, variable.when):
            for level in list_levels(variable):
                yield variable.name, level
