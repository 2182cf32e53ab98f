"""What the public may see, held to the results that co-authors see and to what a reader could work out."""

import pytest

from helpers.results.cut import PUBLIC, CutData, open_cut
from helpers.results.patient_sets import Counted, collect_patient_sets
from helpers.results.public import HELD_BACK, SMALL, keep_shown, protect_results
from helpers.results.schema import get_stats, select
from helpers.statistics.suppression import FEWEST_VALUES, THRESHOLD, find_ranges, suppress_small_counts

TIMES = {"OS": [6.0, 12.0], "DOR": [6.0, 12.0], "DORANY": [6.0, 12.0]}


@pytest.fixture(scope="module")
def protocol() -> CutData:
    return open_cut("zhengzhou", "2026-06-30")


@pytest.fixture(scope="module")
def public(protocol):
    return protect_results(protocol, protocol.results)


def read_count(data: CutData, counted: Counted) -> float | None:
    """The same count as the results have it."""
    keys = {"population": counted.population, "group": counted.group, "level": counted.level}
    if counted.what in ("events", "censored", "competing"):
        endpoint = next(endpoint for endpoint in data.study.endpoints if endpoint.param == counted.param)
        return get_stats(data.results, analysis=endpoint.curve, param=counted.param, **keys)[counted.what]
    analysis = "count" if counted.what == "population" else "proportion"
    return get_stats(data.results, analysis=analysis, param=counted.param, variable=counted.variable, **keys)["n"]


@pytest.mark.parametrize("study", ["cohort", "protocol"])
def test_every_set_of_patients_is_as_large_as_the_results_say(request, study):
    data = request.getfixturevalue(study)
    sets = collect_patient_sets(data, TIMES)
    in_strata = {"", *data.study.strata}
    compared = 0
    for counted, cell in sets.cells.items():
        if counted.time_months is None and counted.group in in_strata:
            assert cell.patients.bit_count() == read_count(data, counted), counted
            compared += 1
    assert compared > 100


def test_all_sums_add_up_for_the_patients_themselves(protocol):
    for line in collect_patient_sets(protocol, TIMES).sums:
        parts = [cell.patients for cell in line.parts]
        assert sum(part.bit_count() for part in parts) == line.total.patients.bit_count()


def test_no_small_count_of_the_published_cohort_can_be_worked_out(cohort):
    """Of every count below five, shown or not, a reader of all that is shown cannot rule out three values."""
    sets = collect_patient_sets(cohort, TIMES)
    suppression = suppress_small_counts(sets.counts, sets.sums, sets.published)
    ranges = find_ranges(sets.counts, sets.sums, sets.published, suppression)
    small = [cell for cell, n in sets.counts.items() if n < THRESHOLD]
    assert len(small) > 50
    for cell in small:
        low, high = ranges[cell]
        assert low <= sets.counts[cell] <= high
        assert high - low + 1 >= FEWEST_VALUES


def test_what_is_shown_is_what_co_authors_see(protocol, public):
    keys = ["analysis", "param", "population", "group", "level", "variable", "time_months", "stat"]
    curves = public["analysis"].isin(["km_curve", "cif_curve"])
    both = public[~curves].merge(protocol.results, on=keys, how="left", suffixes=("", "_whole"), validate="one_to_one")
    shown = both["value"].notna()
    assert shown.sum() > 400
    assert (both.loc[shown, "value"] == both.loc[shown, "value_whole"]).all()
    hidden = both[~shown & both["value_whole"].notna()]
    assert set(hidden["note"]) == {SMALL, HELD_BACK}
    assert (hidden.loc[hidden["note"] == SMALL, "value_whole"].loc[hidden["stat"] == "n"] < THRESHOLD).all()


def test_nothing_of_single_patients_is_left(public):
    kinds = {"audit", "maturity", "later_state", "state_at", "mantelbyar"}
    assert not kinds & set(public["analysis"])
    assert not public["variable"].str.startswith(("AETERM", "FLOW", "ADH")).any()
    assert not public.loc[public["analysis"] == "continuous", "stat"].isin(["min", "max", "mean", "sd"]).any()


def test_an_endpoint_with_few_events_is_not_declared_to_the_public(protocol, public):
    """Non-relapse mortality has three events: neither it nor what would tell of it is shown."""
    assert get_stats(protocol.results, analysis="cif", param="NRM", population="RESPFL")["events"] == 3
    shown = {endpoint.param for endpoint in keep_shown(protocol.study, public).endpoints}
    assert "NRM" not in shown
    assert "CIR" not in shown  # with disease-free survival, relapses would leave the three
    assert "OS" in shown


def test_a_public_cut_has_only_protected_results(public):
    data = open_cut("zhengzhou", "2026-06-30", PUBLIC)
    assert data.results.equals(public)
    assert data.audited == []
    assert select(data.results, analysis="km_risk", param="OS", stat="n_risk", time_months=0.0)["value"].iloc[0] == 53
