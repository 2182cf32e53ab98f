"""The rates of the committed study lie where the protocol's background and the literature put them."""

import pytest

from helpers.simulation.registry import simulate_registry
from helpers.simulation.snapshots import SEED
from simulation.rates import by_patient, count_rates

PLAUSIBLE = {
    "treated": (57, 62),
    "MRD treated": (0.38, 0.52),
    "CR MRD": (0.82, 1),
    "CR Relapse": (0.45, 0.75),
    "MRD response MRD": (0.6, 0.9),
    "MRD response Relapse": (0.3, 0.6),
    "infused": (0.78, 0.92),
    "second cycle": (0.48, 0.75),
    "relapse of responders": (0.33, 0.57),
    "deaths in remission": (0.03, 0.17),
    "acute GVHD II-IV": (0.15, 0.36),
    "acute GVHD III-IV": (0.05, 0.18),
    "chronic GVHD": (0.15, 0.36),
    "chronic GVHD moderate or severe": (0.06, 0.22),
    "CRS": (0.25, 0.45),
    "CRS 3+": (0.01, 0.1),
    "ICANS": (0.03, 0.15),
    "infection": (0.35, 0.55),
    "infection 3+": (0.15, 0.36),
    "survival at 12 months": (0.55, 0.7),
    "survival at 36 months": (0.25, 0.5),
}


@pytest.fixture(scope="module")
def tables():
    return simulate_registry(SEED).tables


@pytest.fixture(scope="module")
def rates(tables):
    return count_rates(tables)


@pytest.mark.parametrize("rate", PLAUSIBLE)
def test_rate_is_plausible(rates, rate):
    low, high = PLAUSIBLE[rate]
    assert low <= rates[rate] <= high


def test_a_few_relapse_again(tables):
    assert 1 <= sum(len(rows) > 1 for rows in by_patient(tables["relapse"]).values()) <= 3


def test_children_and_adults_of_both_sexes(tables):
    ages = [int(row["age_years"]) for row in tables["patients"]]
    assert min(ages) < 10 < 18 < 50 < max(ages) <= 75
    assert {row["sex"] for row in tables["patients"]} == {"Female", "Male"}


def test_the_study_runs_from_september_2023_to_december_2026(tables):
    days = [row["screening_date"] for row in tables["patients"]]
    assert days[0].startswith("2023-09")
    assert days[-1].startswith("2026-12")
    assert max(row["last_contact_date"] for row in tables["followup"]).startswith("2027-01")
