"""Counts and proportions with exact intervals."""

from math import comb

import pytest

from helpers.results.cut import open_cut
from helpers.results.schema import get_method, get_note, get_stats, select

COUNTS = {
    # by eye from Table 3: patients with the response, outcome or event, of all 17
    "CR": 15, "MRDRESP": 14, "ORR": 15, "DEATH": 4, "ALIVE": 13, "HSCT2": 1, "EMALIVE": 5, "PDNOCHEM": 1,
    "RELNOCHEM": 6, "CRGVHD": 2, "GVHDANY": 3, "AGVHD": 1, "CGVHD": 3, "CGVHDMILD": 1, "CGVHDMOD": 1,
    "CGVHDSEV": 1, "CGVHDMS": 2, "RELAPSE": 10, "RELBM": 4, "RELCOMB": 3, "RELEM": 3, "RELEMANY": 6,
}  # fmt: skip


def limits(n, total, tail=0.025):
    """Clopper–Pearson by its definition: each limit leaves 2.5% of the binomial distribution beyond the count."""

    def at_least(k, p):
        return sum(comb(total, i) * p**i * (1 - p) ** (total - i) for i in range(k, total + 1))

    def solve(probability):
        low, high = 0.0, 1.0
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if probability(middle) < tail else (low, middle)
        return low

    lower = solve(lambda p: at_least(n, p)) if n else 0.0
    upper = 1 - solve(lambda q: 1 - at_least(n + 1, 1 - q)) if n < total else 1.0
    return lower, upper


@pytest.mark.parametrize(("param", "n"), COUNTS.items())
def test_the_cohort_by_hand_from_table_3(cohort, param, n):
    stats = get_stats(cohort.results, analysis="proportion", param=param, population="SAFFL")
    assert (stats["n"], stats["N"], stats["p"]) == (n, 17, n / 17)
    assert (stats["lcl"], stats["ucl"]) == pytest.approx(limits(n, 17), abs=1e-9)
    assert get_method(cohort.results, analysis="proportion", param=param, population="SAFFL") == (
        "Clopper-Pearson exact interval"
    )


def test_remission_has_the_interval_of_the_textbook(cohort):
    """15/17: 0.6356 to 0.9854 (binom.test(15, 17) of R)."""
    stats = get_stats(cohort.results, analysis="proportion", param="CR", population="SAFFL")
    assert (round(stats["lcl"], 4), round(stats["ucl"], 4)) == (0.6356, 0.9854)


@pytest.mark.parametrize(("param", "n"), {"RELAPSE": 10, "RELBM": 4, "RELCOMB": 3, "RELEM": 3}.items())
def test_relapse_has_both_denominators(cohort, param, n):
    for population, total in (("RESPFL", 15), ("SAFFL", 17)):
        stats = get_stats(cohort.results, analysis="proportion", param=param, population=population)
        assert (stats["n"], stats["N"]) == (n, total)


def test_strata_add_up_to_all_patients(cohort):
    """The law of every stratified proportion: numerators and denominators add up, over strata and over subgroups."""
    rows = select(cohort.results, analysis="proportion").query(
        "stat in ('n', 'N') and not method.str.contains('printed')"
    )
    keys = ["param", "population", "variable", "stat"]
    whole = rows[rows["group"] == ""].set_index(keys)["value"]
    parts = {group: part.groupby(keys)["value"].sum() for group, part in rows[rows["group"] != ""].groupby("group")}
    assert set(parts) == {*cohort.study.strata, *cohort.study.subgroups}
    assert len(whole) > 50
    assert parts["DISSTAT"].loc[whole.index].equals(whole)
    for part in parts.values():
        assert len(part) >= 2 * len(cohort.study.responses)
        assert part.equals(whole.loc[part.index])


def test_populations_and_categories(cohort):
    """17 treated, 15 responders, 2 with chronic GVHD and no relapse; 11 treated for relapse and 6 for MRD."""
    for name, n in {"SAFFL": 17, "RESPFL": 15, "CRGVHDFL": 2}.items():
        assert get_stats(cohort.results, analysis="count", population=name, variable=name) == {"n": n}
    for level, n in {"Relapse": 11, "MRD": 6}.items():
        keys = {"population": "SAFFL", "group": "DISSTAT", "level": level, "variable": "SAFFL"}
        assert get_stats(cohort.results, analysis="count", **keys) == {"n": n}
        variable = f"DISSTAT={level}"
        assert get_stats(cohort.results, analysis="proportion", population="SAFFL", variable=variable)["n"] == n


def test_printed_counts_are_marked_as_such(cohort):
    """13 boys of 17 stand in Table 1 only: a count without an interval; CRS 0 of 17 has one, up to 1 − 0.025^(1/17)."""
    keys = {"analysis": "count", "population": "SAFFL", "variable": "Sex=Male"}
    assert get_stats(cohort.results, **keys) == {"n": 13, "N": 17, "p": 13 / 17}
    assert get_note(cohort.results, **keys) == "printed in Table 1"
    keys = {"analysis": "proportion", "param": "CRS", "population": "SAFFL"}
    stats = get_stats(cohort.results, **keys)
    assert (stats["n"], stats["N"], stats["p"], stats["lcl"]) == (0, 17, 0, 0)
    assert stats["ucl"] == pytest.approx(1 - 0.025 ** (1 / 17), abs=1e-12)
    assert get_note(cohort.results, **keys) == "printed in Results, Safety"
    assert get_method(cohort.results, **keys) == "printed count, Clopper-Pearson exact interval"


def test_a_population_without_patients_has_no_proportion(write_study):
    """0 of 0: the count is there, the proportion is empty."""
    in_remission = [{"column": "patient_listing.best_response", "any_of": ["CR"]}]
    populations = [
        {"name": "SAFFL", "label": "all", "when": []},
        {"name": "RESPFL", "label": "responders", "when": in_remission},
    ]
    dead = {"column": "patient_listing.follow_up", "any_of": ["Death"]}
    outcome = {"param": "DEATH", "label": "Death", "populations": ["RESPFL"], "when": [dead]}
    listing = [{"patient": "1", "best_response": "Progressive disease", "follow_up": "Death"}]
    folder = write_study({"patient_listing": listing}, populations=populations, outcomes=[outcome])
    results = open_cut(str(folder), "first").results
    stats = get_stats(results, analysis="proportion", param="DEATH", population="RESPFL")
    assert stats == {"n": 0, "N": 0, "p": None, "lcl": None, "ucl": None}
