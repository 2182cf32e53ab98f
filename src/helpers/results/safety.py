"""Adverse events and low blood counts by worst grade per patient and term, and the time to the first of each kind."""

from collections.abc import Mapping

import pandas as pd

from helpers.intake.reading import Tables
from helpers.results.continuous import CONTINUOUS_STATS, QUARTILES, describe
from helpers.results.derivability import find_missing_for, make_missing_rows
from helpers.results.occurrence import estimate
from helpers.results.schema import Key, Rows, make_rows, select
from helpers.results.strata import Stratum, iterate_strata
from helpers.study.model import Study

POPULATION = "SAFFL"
SEVERE_FROM = 3
SEVERE = f"{SEVERE_FROM}UP"
GRADES = (1, 2, 3, 4, 5)
_PREFIX = "AETERM="


def make_term_keys(term: str, grade: str = "") -> dict[str, str]:
    """Parameter and variable of an adverse event in the results.

    Parameters
    ----------
    term : str
        The event as recorded; whatever it says, the grade is no part of it.
    grade : str
        A worst grade, 1 to 5, or `SEVERE`; any grade without it.
    """
    return {"param": f"AETERM{grade}", "variable": f"{_PREFIX}{term}"}


def list_terms(results: pd.DataFrame) -> list[str]:
    """List the terms of adverse events and low blood counts in the results."""
    keys = {"param": "AETERM", "population": POPULATION, "group": "", "stat": "n"}
    counted = select(results, analysis="proportion", **keys)["variable"]
    return [str(variable).removeprefix(_PREFIX) for variable in counted]


def analyse_terms(adsl: pd.DataFrame, sources: Tables, study: Study) -> Rows:
    """Count the patients by the worst grade of each term, with an interval for any grade and for grade 3 or higher.

    Blood counts stand among the terms, by the worst grade reached after the first dose that is worse than before it.
    """
    if study.clinical is None or find_missing_for(sources, study, POPULATION):
        return []
    rows: Rows = []
    for term, worst in _worst_grades(sources).groupby("TERM"):
        grade = worst.set_index("USUBJID")["GRADE"]
        for stratum in iterate_strata(adsl, POPULATION, study):
            mine = stratum.patients["USUBJID"].map(grade)
            for name, n in (("", int(mine.notna().sum())), (SEVERE, int((mine >= SEVERE_FROM).sum()))):
                stats, method = estimate(n, len(mine), study)
                rows += make_rows(stats, "proportion", _make_key(str(term), name, stratum), method=method)
            for number in GRADES:
                stats = {"n": int((mine == number).sum()), "N": len(mine)}
                key = _make_key(str(term), str(number), stratum)
                rows += make_rows(stats, "count", key, method="patients by worst grade")
    return rows


def _make_key(term: str, grade: str, stratum: Stratum) -> Key:
    return Key(population=POPULATION, group=stratum.group, level=stratum.level, **make_term_keys(term, grade))


def _worst_grades(sources: Tables) -> pd.DataFrame:
    """Worst treatment-emergent grade by patient and term, columns USUBJID, TERM, GRADE."""
    parts = []
    for name, term, grade in (("ADAE", "AETERM", "AETOXGR"), ("ADLB", "ATOXDSCL", "ATOXGR")):
        if name in sources:
            events = sources[name]
            events = events[events["TRTEMFL"] == "Y"]
            parts.append(events[["USUBJID", term, grade]].set_axis(["USUBJID", "TERM", "GRADE"], axis=1))
    if not parts:
        return pd.DataFrame(columns=["USUBJID", "TERM", "GRADE"])
    worst = pd.concat(parts).groupby(["USUBJID", "TERM"])["GRADE"].max()
    return worst.reset_index()


def analyse_onset(
    adsl: pd.DataFrame,
    onset: Mapping[str, "pd.Series[pd.Timestamp]"],
    treatment: pd.DataFrame,
    sources: Tables,
    study: Study,
) -> Rows:
    """Describe the days from the first dose to the first event of each kind, among the patients who had it.

    Parameters
    ----------
    adsl : DataFrame
        Subject-level dataset.
    onset : mapping of str to Series of datetime
        By parameter, the date of its first event for each patient of ADSL; NaT where there was none.
    treatment : DataFrame
        TRTSDT by patient.
    sources : mapping of str to DataFrame
        Raw tables and event-level datasets.
    study : Study
        Declares the occurrences.
    """
    rows: Rows = []
    for item in study.occurrences if study.clinical is not None else ():
        for population in item.populations:
            if missing := find_missing_for(sources, study, population, item.when):
                key = Key(item.param, population, variable="ONSETDY")
                rows += make_missing_rows("continuous", CONTINUOUS_STATS, key, missing)
                continue
            days = (onset[item.param] - adsl["USUBJID"].map(treatment["TRTSDT"])).dt.days.astype("float64")
            for stratum in iterate_strata(adsl, population, study):
                had = days.loc[stratum.patients.index].dropna()
                key = Key(item.param, population, stratum.group, stratum.level, "ONSETDY")
                rows += make_rows(describe(had), "continuous", key, unit="days from the first dose", method=QUARTILES)
    return rows
