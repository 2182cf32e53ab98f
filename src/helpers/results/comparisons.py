"""Tests between the levels of a declared stratum: characteristics, occurrences, times to event, cumulative incidence.

A test stands under the stratum it compares (`group`) with an empty `level`. Which test was made follows from the
numbers, and the row says which; a test that cannot be made has an empty value and says why.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from helpers.datasets.adtte import TimeToEvent, get_event_code
from helpers.intake.reading import Tables
from helpers.results.derivability import find_missing_for, make_missing_rows
from helpers.results.occurrence import list_codes
from helpers.results.schema import Key, Rows, make_rows
from helpers.statistics.comparison import Comparison, compare_incidence, compare_survival
from helpers.statistics.contingency import compare_counts
from helpers.statistics.fine_gray import estimate_fine_gray
from helpers.statistics.location import compare_locations
from helpers.statistics.regression import HazardRatio, estimate_cox, say_events
from helpers.study.endpoints import Endpoint
from helpers.study.model import Study, Variable

TEST_STATS = ("statistic", "df", "p_value")
FEWEST_EVENTS = 5
"""In each stratum, for a hazard ratio between them."""
RATIO_STATS = ("hr", "lcl", "ucl", "p_value")


def compare_strata(
    adsl: pd.DataFrame,
    occurred: Mapping[str, "pd.Series[bool]"],
    derived: Mapping[str, TimeToEvent],
    sources: Tables,
    study: Study,
) -> Rows:
    """Make every test between the levels of each declared comparison.

    Parameters
    ----------
    adsl : DataFrame
        Subject-level dataset.
    occurred : mapping of str to Series of bool
        By parameter, whether each patient of ADSL had it.
    derived : mapping of str to TimeToEvent
        The derived endpoints.
    sources : mapping of str to DataFrame
        Raw tables and event-level datasets.
    study : Study
        Declares what is compared.
    """
    rows: Rows = []
    variables = {variable.name: variable for variable in study.variables}
    for group in study.comparisons:
        for variable in study.variables:
            if variable.name != group:
                rows += _compare_variable(adsl, variable, variables[group], sources, study)
        rows += _compare_occurrences(adsl, occurred, variables[group], sources, study)
        for endpoint in study.endpoints:
            rows += _compare_endpoint(adsl, derived[endpoint.param], endpoint, variables[group])
    return rows


def make_test_rows(analysis: str, result: Comparison, key: Key) -> Rows:
    """Rows of a test."""
    stats = {stat: getattr(result, stat) for stat in TEST_STATS}
    return make_rows(stats, analysis, key, method=result.method, note=result.note)


def make_ratio_rows(analysis: str, ratio: HazardRatio, key: Key, method: str) -> Rows:
    """Rows of a hazard ratio."""
    stats = {stat: getattr(ratio, stat) for stat in RATIO_STATS}
    return make_rows(stats, analysis, key, method=method, note=ratio.note)


def compare_numbers(values: pd.Series, labels: pd.Series, group: Variable, key: Key) -> Rows:
    """Mann–Whitney test of a number between two strata."""
    samples = [values[(labels == level) & values.notna()].to_numpy(dtype=float) for level in group.levels]
    if len(samples) != 2:
        result = Comparison(None, None, None, "no test", note="only two groups are compared by the Mann-Whitney test")
    elif min(map(len, samples)) == 0:
        result = Comparison(None, None, None, "no test", note="a group has no values")
    else:
        result = compare_locations(*samples)
    return make_test_rows("mannwhitney", result, key)


def _compare_variable(adsl: pd.DataFrame, variable: Variable, group: Variable, sources: Tables, study: Study) -> Rows:
    rows: Rows = []
    for population in variable.populations:
        key = Key(population=population, group=group.name, variable=variable.name)
        if missing := find_missing_for(sources, study, population, variable.when):
            test = "mannwhitney" if variable.kind == "continuous" else "chi2"
            rows += make_missing_rows(test, TEST_STATS, key, missing)
            continue
        patients = adsl[adsl[population] == "Y"]
        if variable.kind == "continuous":
            rows += compare_numbers(patients[variable.name], patients[group.name], group, key)
        else:
            codes = [*list_codes(variable), *(["N"] if variable.kind == "flag" else [])]
            rows += _compare_counts(patients[variable.name], codes, patients[group.name], group, key)
    return rows


def _compare_occurrences(
    adsl: pd.DataFrame, occurred: Mapping[str, "pd.Series[bool]"], group: Variable, sources: Tables, study: Study
) -> Rows:
    rows: Rows = []
    for item in study.occurrence_params:
        for population in item.populations:
            key = Key(param=item.param, population=population, group=group.name)
            if missing := find_missing_for(sources, study, population, item.when):
                rows += make_missing_rows("chi2", TEST_STATS, key, missing)
                continue
            inside = adsl[population] == "Y"
            values, labels = occurred[item.param][inside], adsl.loc[inside, group.name]
            rows += _compare_counts(values, [True, False], labels, group, key)
    return rows


def _compare_counts(
    values: pd.Series, codes: "list[str] | list[bool]", labels: pd.Series, group: Variable, key: Key
) -> Rows:
    counts = [[int(((values == code) & (labels == level)).sum()) for level in group.levels] for code in codes]
    result = compare_counts(counts, tuple(group.levels))
    return make_test_rows("fisher" if "Fisher" in result.method else "chi2", result, key)


def _compare_endpoint(adsl: pd.DataFrame, tte: TimeToEvent, endpoint: Endpoint, group: Variable) -> Rows:
    key = Key(param=endpoint.param, population=endpoint.population, group=group.name)
    test, model = endpoint.test, endpoint.model
    if tte.missing:
        rows = make_missing_rows(test, TEST_STATS, key, tte.missing)
        return rows + make_missing_rows(model, RATIO_STATS, key, tte.missing)
    if tte.adtte.empty:
        return make_test_rows(test, Comparison(None, None, None, "no test", note="no patients"), key)
    labels = tte.adtte["USUBJID"].map(adsl.set_index("USUBJID")[group.name])
    known = labels.notna().to_numpy()
    durations = tte.adtte["AVAL"].to_numpy(dtype=float)[known]
    code, names = get_event_code(tte.adtte)[known], labels.to_numpy()[known]
    if endpoint.competing:
        rows = make_test_rows(test, compare_incidence(durations, code, names, cause=1), key)
    else:
        rows = make_test_rows(test, compare_survival(durations, code == 1, names), key)
    return rows + list(_hazard_ratios(durations, code, names, endpoint, group, key, model))


def _hazard_ratios(
    durations: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    code: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]",
    names: "np.ndarray[tuple[int], np.dtype[np.object_]]",
    endpoint: Endpoint,
    group: Variable,
    key: Key,
    model: str,
) -> "Iterator[dict[str, object]]":
    """Each level against the first, with the reference named in the method."""
    reference, *others = group.levels
    covariates = {level: (names == level).astype(float) for level in others}
    fit = (
        estimate_fine_gray(durations, code, covariates, min_events=FEWEST_EVENTS)
        if endpoint.competing
        else estimate_cox(durations, code == 1, covariates, min_events=FEWEST_EVENTS)
    )
    events = {label: int((code[names == level] == 1).sum()) for level, label in group.levels.items()}
    for term in fit.terms:
        level = Key(key.param, key.population, key.group, term.name)
        if term.hr is None and min(events.values()) < FEWEST_EVENTS:
            # which stratum has too few, rather than the name of a covariate
            few = "; ".join(f"{label}: {say_events(n)}" for label, n in events.items())
            term = replace(term, note=f"{few}; a hazard ratio needs at least {FEWEST_EVENTS} in each")
        yield from make_ratio_rows(model, term, level, f"{fit.method}; reference: {group.levels[reference]}")
