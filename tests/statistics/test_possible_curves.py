"""Which Kaplan–Meier estimates with which intervals are possible at all."""

import pytest

from helpers.statistics.possible_curves import list_possible_estimates
from helpers.statistics.survival import estimate_kaplan_meier


def rounded(n, deaths, conf_type="log-log"):
    return {
        (round(100 * found.estimate, 1), round(100 * found.lcl), round(100 * found.ucl))
        for found in list_possible_estimates(n, deaths)
        if found.conf_type == conf_type
    }


def test_two_patients_by_hand():
    """One death among two gives 1/2; a death of the last one at risk gives 0, which is left out."""
    found = [(item.n_risk, item.estimate) for item in list_possible_estimates(2, 2) if item.conf_type == "plain"]
    assert found == [((2,), 0.5)]


def test_limits_are_those_of_the_kaplan_meier_module():
    """Deaths at 1, 2, 3, 4 among 17 without censoring before: 13/17 with the interval that survfit gives."""
    for conf_type in ("log-log", "log", "plain"):
        km = estimate_kaplan_meier(range(1, 18), [1] * 4 + [0] * 13, conf_type=conf_type).at([4]).iloc[0]
        found = [
            (item.estimate, item.lcl, item.ucl)
            for item in list_possible_estimates(17, 4)
            if item.conf_type == conf_type and item.n_risk == (17, 16, 15, 14)
        ]
        assert found[0] == pytest.approx((km["survival"], km["lcl"], min(1, km["ucl"])), abs=1e-12)


def test_the_printed_survival_is_not_possible():
    """The paper's 76.5% (44–92) of 17 patients with four deaths: at 76.5% only two intervals are possible."""
    assert {found[1:] for found in rounded(17, 4) if found[0] == 76.5} == {(49, 90), (41, 92)}
    assert (76.5, 44, 92) not in rounded(17, 4) | rounded(17, 4, "log") | rounded(17, 4, "plain")


def test_what_is_possible_is_found():
    """10 of 13 without censoring is 76.9% with 44–92%."""
    assert (76.9, 44, 92) in rounded(17, 4)


@pytest.mark.parametrize(("n", "deaths"), [(0, 1), (5, 0), (-1, 2)])
def test_wrong_numbers_are_named(n, deaths):
    with pytest.raises(ValueError, match=f"n is {n} and max_events is {deaths}"):
        list(list_possible_estimates(n, deaths))


def test_too_many_patterns_are_refused():
    with pytest.raises(ValueError, match="too many patterns"):
        list(list_possible_estimates(1000, 9))
