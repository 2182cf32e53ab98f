"""Exposure and adherence: amounts described and compared, deviations from the plan counted."""

from collections.abc import Collection, Iterator

import pandas as pd

from helpers.datasets.conditions import find_missing_columns
from helpers.datasets.exposure import (
    ADHERENCE,
    ADHERENT,
    AMOUNTS,
    DEVIATIONS,
    NOT_APPLICABLE,
    PENDING,
    UNKNOWN,
    ExposureParameter,
)
from helpers.intake.reading import Tables
from helpers.results.comparisons import compare_numbers
from helpers.results.continuous import CONTINUOUS_STATS, QUARTILES, describe
from helpers.results.derivability import find_missing_for, make_missing_rows
from helpers.results.occurrence import PROPORTION_STATS, estimate
from helpers.results.schema import Key, Rows, make_rows
from helpers.results.strata import iterate_strata
from helpers.study.analysis_columns import RAW_SOURCES
from helpers.study.declared import Column
from helpers.study.model import Study

POPULATION = "SAFFL"
NOT_JUDGED = (PENDING, NOT_APPLICABLE, UNKNOWN)
OF_INFUSIONS = frozenset({"NDLI", "DLIDAY", "DLIMNC", "DLICD3", "COURSE2", "ADHDLI", "ADHCRS2"})
INFUSIONS = (Column(table="dli", name="dli_date"),)


def analyse_exposure(adsl: pd.DataFrame, sources: Tables, study: Study) -> Rows:
    """Describe what the treated patients were given, overall and by stratum, and how far it follows the plan.

    The denominator of adherence is the patients for whom it can be judged yet: neither pending, nor not applicable, nor
    not recorded; those three are counted beside it.
    """
    if study.clinical is None:
        return []
    rows: Rows = []
    for parameter in AMOUNTS:
        key = Key(population=POPULATION, variable=parameter.code)
        if missing := _find_missing(sources, study, parameter):
            rows += make_missing_rows("continuous", CONTINUOUS_STATS, key, missing)
        else:
            rows += _amounts(adsl, _select(sources, parameter)["AVAL"], parameter, study)
    for parameter in ADHERENCE if study.clinical.plan else ():
        key = Key(population=POPULATION, variable=f"{parameter.code}={ADHERENT}")
        if missing := _find_missing(sources, study, parameter):
            rows += make_missing_rows("proportion", PROPORTION_STATS, key, missing)
        else:
            rows += _adherence(adsl, _select(sources, parameter)["AVALC"], parameter, study)
    return rows


def _find_missing(sources: Tables, study: Study, parameter: ExposureParameter) -> tuple[Column, ...]:
    needed = (*RAW_SOURCES["ADEX"], *(INFUSIONS if parameter.code in OF_INFUSIONS else ()))
    return (*find_missing_for(sources, study, POPULATION), *find_missing_columns(sources, needed))


def _select(sources: Tables, parameter: ExposureParameter) -> pd.DataFrame:
    adex = sources["ADEX"]
    return adex[adex["PARAMCD"] == parameter.code].set_index("USUBJID")


def _amounts(adsl: pd.DataFrame, values: pd.Series, parameter: ExposureParameter, study: Study) -> Rows:
    rows: Rows = []
    for stratum in iterate_strata(adsl, POPULATION, study):
        mine = stratum.patients["USUBJID"].map(values)
        key = Key(population=POPULATION, group=stratum.group, level=stratum.level, variable=parameter.code)
        rows += make_rows(describe(mine), "continuous", key, unit=parameter.unit, method=QUARTILES)
    patients = adsl[adsl[POPULATION] == "Y"]
    for group in (variable for variable in study.variables if variable.name in study.comparisons):
        key = Key(population=POPULATION, group=group.name, variable=parameter.code)
        rows += compare_numbers(patients["USUBJID"].map(values), patients[group.name], group, key)
    return rows


def _adherence(adsl: pd.DataFrame, words: "pd.Series[str]", parameter: ExposureParameter, study: Study) -> Rows:
    rows: Rows = []
    for stratum in iterate_strata(adsl, POPULATION, study):
        mine = stratum.patients["USUBJID"].map(words)
        judged = mine[~mine.isin(NOT_JUDGED)]

        def key(word: str, group: str = stratum.group, level: str = stratum.level) -> Key:
            return Key(population=POPULATION, group=group, level=level, variable=f"{parameter.code}={word}")

        stats, method = estimate(int((judged == ADHERENT).sum()), len(judged), study)
        rows += make_rows(stats, "proportion", key(ADHERENT), method=method)
        for word, n, of in _count(mine, judged, set(words)):
            rows += make_rows({"n": n, "N": of}, "count", key(word), method="number of patients")
    return rows


def _count(mine: "pd.Series[str]", judged: "pd.Series[str]", seen: Collection[str]) -> Iterator[tuple[str, int, int]]:
    """Deviations of the patients judged, of those kinds that anybody has, and the patients not judged of all."""
    for word in DEVIATIONS:
        if word in seen:
            yield word, int((judged == word).sum()), len(judged)
    for word in NOT_JUDGED:
        yield word, int((mine == word).sum()), len(mine)
