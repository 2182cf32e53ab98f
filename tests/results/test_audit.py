"""The audit of printed claims: each kind of check on claims made up here, and all claims of the published cohort.

A claim that can be recomputed agrees, agrees after rounding, or differs; one that contradicts the paper itself is
internally inconsistent; one for which nothing is printed to recompute it from is not derivable.
"""

import csv
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

import pytest

from helpers.results.audit import Verdict, audit_claims, is_same, make_audit_rows
from helpers.results.schema import Key, get_stats, make_results, make_rows, select
from helpers.study.claims import IntervalCheck, PercentCheck, PublishedClaims, ResultCheck, SumCheck
from helpers.study.errors import UsageError
from helpers.study.paths import DATA

RESULTS = make_results(
    make_rows({"n": 15, "N": 17, "p": 15 / 17, "lcl": 0.6356, "ucl": 0.9854}, "proportion", Key("CR", "SAFFL"))
    + make_rows({"median": 9.14, "min": 0.7, "max": 55}, "continuous", Key("", "SAFFL", variable="DOR"))
    + make_rows({"median": 7}, "continuous", Key("", "RESPFL", variable="DOR"))
    + make_rows({"n": None, "median": None}, "km", Key("OS", "SAFFL"), note="not derivable: no dates")
)
CR = {"against": "result", "analysis": "proportion", "param": "CR", "population": "SAFFL"}
DOR = {"against": "result", "analysis": "continuous", "variable": "DOR", "population": "SAFFL"}
OS = {"against": "result", "analysis": "km", "param": "OS", "population": "SAFFL"}
MISSING = {"against": "missing", "data": "times by patient"}
DENOMINATORS = {17: "all", 15: "responders", 11: "relapsed"}


def claim(values, *checks, name="A1"):
    printed = {key: str(value) for key, value in values.items()}
    return {"id": name, "place": "P", "printed": "p", "about": "a", "values": printed, "checks": list(checks)}


def audit(*claims):
    published = {"citation": "c", "denominators": DENOMINATORS, "claims": list(claims)}
    return audit_claims(PublishedClaims.model_validate(published), RESULTS)


def judge(values, *checks):
    return audit(claim(values, *checks))[0]


INTERVAL = {"against": "interval"}
OF_17, OF_8 = ({"against": "percent", "of": number} for number in (17, 8))
INCONSISTENT, NOT_DERIVABLE = "internally inconsistent", "not derivable"

VERDICTS = {
    # against the results
    "the same number": ({"n": 15}, [CR], "agrees"),
    "another number": ({"n": 14}, [CR], "differs"),
    "15/17 = 88.235…% printed as 88": ({"percent": 88}, [CR], "agrees after rounding"),
    "and as 88.24": ({"percent": "88.24"}, [CR], "agrees after rounding"),
    "but not as 88.0": ({"percent": "88.0"}, [CR], "differs"),
    "cut off instead of rounded": ({"percent": "88.23"}, [CR], "differs"),
    "0.9854 printed as 0.99": ({"upper": "0.99"}, [CR], "agrees after rounding"),
    "0.9854 printed as 0.98": ({"upper": "0.98"}, [CR], "differs"),
    "count right, percentage wrong": ({"n": 15, "percent": 83}, [CR], "differs"),
    "only the count is compared": ({"n": 15, "percent": 83}, [{**CR, "keys": ["n"]}], "agrees"),
    "another statistic named": ({"value": 17}, [{**CR, "values": {"value": "N"}}], "agrees"),
    "0.7 years printed as 8 months": ({"min": 8}, [{**DOR, "scale": 12}], "agrees after rounding"),
    "one of two checks differs": (
        {"n": 15, "median": 8},
        [{**CR, "keys": ["n"]}, {**DOR, "keys": ["median"]}],
        "differs",
    ),
    "empty in the results": ({"n": 9}, [OS], NOT_DERIVABLE),
    "partly empty, partly right": ({"n": 15}, [CR, OS], "agrees"),
    # percentages
    "14/17 = 82.35%": ({"n": 14, "percent": 82}, [OF_17], NOT_DERIVABLE),
    "14/17 is not 83%": ({"n": 14, "percent": 83}, [OF_17], INCONSISTENT),
    "1/8 = 12.5% rounds up": ({"n": 1, "percent": 13}, [OF_8], NOT_DERIVABLE),
    "1/8 = 12.5% does not round down": ({"n": 1, "percent": 12}, [OF_8], INCONSISTENT),
    "count given by the check": ({"percent": 18}, [{"against": "percent", "of": 17, "n": 3}], NOT_DERIVABLE),
    # sums
    "parts add up": ({"n": 3}, [{"against": "sum", "parts": ["A1.n", 14], "total": 17}], NOT_DERIVABLE),
    "parts do not": ({"n": 3}, [{"against": "sum", "parts": ["A1.n", 13], "total": 17}], INCONSISTENT),
    # unions: patients with any of several events
    "as many as the largest part": ({"n": 3}, [{"against": "union", "of": [1, 3]}], NOT_DERIVABLE),
    "as many as all parts": ({"n": 4}, [{"against": "union", "of": [1, 3]}], NOT_DERIVABLE),
    "fewer than the largest part": ({"n": 2}, [{"against": "union", "of": [1, 3]}], INCONSISTENT),
    "more than all parts": ({"n": 5}, [{"against": "union", "of": [1, 3]}], INCONSISTENT),
    # intervals
    "interval around its estimate": ({"estimate": "76.5", "lower": 44, "upper": 92}, [INTERVAL], NOT_DERIVABLE),
    "estimate on its limit": ({"median": 44, "lower": 44, "upper": 92}, [INTERVAL], NOT_DERIVABLE),
    "estimate outside": ({"median": 93, "lower": 44, "upper": 92}, [INTERVAL], INCONSISTENT),
    "limits turned round": ({"lower": 92, "upper": 44}, [INTERVAL], INCONSISTENT),
    "range around its median": ({"median": 7, "min": 1, "max": 55}, [INTERVAL], NOT_DERIVABLE),
    "median below the range": ({"median": 0, "min": 1, "max": 55}, [INTERVAL], INCONSISTENT),
    "percentage above 100": ({"percent": 101}, [INTERVAL], INCONSISTENT),
    # a contradiction with the listing weighs more than one within the paper
    "both wrong": ({"n": 14, "percent": 88}, [CR, OF_17], "differs"),
    "right, but inconsistent": ({"n": 15, "percent": 90}, [{**CR, "keys": ["n"]}, OF_17], INCONSISTENT),
    "missing": ({"median": 9}, [MISSING], NOT_DERIVABLE),
}


@pytest.mark.parametrize(("values", "checks", "verdict"), VERDICTS.values(), ids=VERDICTS)
def test_verdicts_by_hand(values, checks, verdict):
    assert judge(values, *checks).verdict == verdict


def test_a_percentage_of_another_denominator_names_the_right_one():
    """3 of 17 is 18%, 3 of 15 is 20%: printed as 18% of 15, it is the share of all 17."""
    item = judge({"n": 3, "percent": 18}, {"against": "percent", "of": 15})
    assert item.verdict == Verdict.INCONSISTENT
    assert [(found.kind, found.basis, found.holds) for found in item.comparisons] == [
        ("percent", "3 of 15", False),
        ("tried", "3 of 17", True),
    ]


def test_a_right_percentage_tries_no_other_denominator():
    item = judge({"n": 3, "percent": 18}, {"against": "percent", "of": 17})
    assert [found.kind for found in item.comparisons] == ["percent"]


def test_another_subset_is_shown_and_saves_nothing():
    """9 months in all (9.14), printed 7: only the responders have 7. The claim differs all the same."""
    tried = {"label": "responders", "analysis": "continuous", "variable": "DOR", "population": "RESPFL"}
    item = judge({"median": 7}, {**DOR, "tried": [tried]})
    assert item.verdict == Verdict.DIFFERS
    assert [(found.kind, found.recomputed, found.holds) for found in item.comparisons] == [
        ("result", 9.14, False),
        ("tried", 7, True),
    ]


def test_the_same_thing_said_elsewhere():
    """A median of 9.1 in the summary and 9.10 in the text is the same number; 9.2 is not."""
    checks = [{"against": "same", "as": ["A1"]}, MISSING]
    for printed, verdict in {"9.1": NOT_DERIVABLE, "9.10": NOT_DERIVABLE, "9.2": INCONSISTENT}.items():
        _, second = audit(claim({"median": "9.1"}, MISSING), claim({"median": printed}, *checks, name="A2"))
        assert second.verdict == verdict


def test_what_a_missing_result_needs_is_said():
    item = judge({"median": 9}, OS)
    assert [(found.recomputed, found.holds, found.basis) for found in item.comparisons] == [
        (None, None, "not derivable: no dates")
    ]


WRONG = {
    "no such analysis": ({"n": 1}, [{**CR, "param": "CRi"}], "no such result: analysis=proportion, param=CRi"),
    "no such stratum": ({"n": 1}, [{**CR, "group": "DISSTAT", "level": "MRD"}], "no such result"),
    "no such statistic": ({"median": 1}, [{**CR, "values": {"median": "mediam"}}], "mediam"),
    "the statistic of another analysis": ({"mean": 1}, [CR], "mean"),
    "key that the claim does not have": ({"n": 1}, [{**CR, "keys": ["median"]}], "median"),
    "percentage without a count": ({"percent": 88}, [{"against": "percent", "of": 17}], "n"),
    "part without a key": ({"median": 1}, [{"against": "sum", "parts": ["A1"], "total": 1}], "n"),
    "percentage of nobody": ({"n": 0, "percent": 0}, [{"against": "percent", "of": 0}], "0"),
    "nothing of an interval": ({"n": 1}, [{"against": "interval"}], "interval"),
}


@pytest.mark.parametrize(("values", "checks", "said"), WRONG.values(), ids=WRONG)
def test_a_check_of_something_that_does_not_exist_is_refused(values, checks, said):
    """A check that checks nothing would let a claim pass as "not derivable" unseen."""
    with pytest.raises(UsageError, match=r"claim A1") as caught:
        judge(values, *checks)
    assert said in str(caught.value)


ROUNDED = {
    (0.145, "0.15"): True,
    (0.145, "0.14"): False,
    (2.5, "3"): True,
    (2.5, "2"): False,
    (88.2352, "88"): True,
    (0.5, "1"): True,
    (0.4999, "0"): True,
    (1.005, "1.01"): True,
    (-0.4, "0"): True,
    (1_710_000, "1.7e6"): True,
    (1_750_000, "1.7e6"): False,
    (55.0, "55.0"): True,
    (55.04, "55.0"): True,
    (55.05, "55.0"): False,
}


@pytest.mark.parametrize(("case", "same"), ROUNDED.items(), ids=[f"{value} as {text}" for value, text in ROUNDED])
def test_halves_go_up_at_the_printed_digits(case, same):
    """As on paper: 0.145 is printed 0.15, although its binary fraction lies below."""
    value, printed = case
    assert is_same(value, Decimal(printed)) is same


def test_the_rows_of_an_audit_count_every_claim_once():
    audited = audit(claim({"n": 15}, CR), claim({"n": 14}, CR, name="A2"), claim({"n": 1}, MISSING, name="A3"))
    results = make_results(make_audit_rows(audited))
    counts = {
        verdict: get_stats(results, analysis="audit", variable=f"verdict={verdict}") for verdict in map(str, Verdict)
    }
    assert {verdict: stats["n"] for verdict, stats in counts.items()} == {
        "differs": 1, "internally inconsistent": 0, "not derivable": 1, "agrees after rounding": 0, "agrees": 1,
    }  # fmt: skip
    assert {stats["N"] for stats in counts.values()} == {3}
    assert get_stats(results, analysis="audit", variable="recomputable") == {"n": 1, "N": 2}
    assert get_stats(results, analysis="audit", param="A2", group="check", level="01 result", variable="n") == {
        "printed": 14,
        "recomputed": 15,
    }


# ---- the published cohort


def by_id(cohort):
    return {item.claim.id: item for item in cohort.audited}


def test_every_claim_of_the_paper_has_a_verdict(cohort):
    assert len(cohort.audited) >= 100
    assert all(isinstance(item.verdict, Verdict) and item.comparisons for item in cohort.audited)
    counts = [
        get_stats(cohort.results, analysis="audit", variable=f"verdict={verdict}")["n"] for verdict in map(str, Verdict)
    ]
    assert sum(counts) == len(cohort.audited)
    rows = select(cohort.results, analysis="audit", group="place", stat="n")
    assert rows["value"].sum() == len(cohort.audited)


def test_exactly_these_claims_are_contradicted(cohort):
    """Found by hand: the months to relapse are 8 (1–31), not 10 (1–30); the median response 8, not 7; 3 of 17 had GVHD,
    not 4; two relapse percentages are of 17 in a sentence of 15; no Kaplan–Meier curve of 17 patients with four deaths
    has 76.5% with limits of 44% and 92%. Nothing that is right is called wrong.
    """
    contradicted = {
        item.claim.id: str(item.verdict)
        for item in cohort.audited
        if item.verdict in {Verdict.DIFFERS, Verdict.INCONSISTENT}
    }
    assert contradicted == {
        "T1-26": "differs",
        "R22": "differs",
        "D08": "differs",
        "R27": "internally inconsistent",
        "R28": "internally inconsistent",
        "S07": "internally inconsistent",
        "R18": "internally inconsistent",
        "U07": "internally inconsistent",
    }


def test_every_contradicted_claim_is_explained(cohort):
    for item in cohort.audited:
        if item.verdict in {Verdict.DIFFERS, Verdict.INCONSISTENT}:
            assert len(item.claim.explain) > 60


def half_up(value, printed):
    return value.quantize(Decimal(1).scaleb(printed.as_tuple().exponent), rounding=ROUND_HALF_UP)


def test_every_percentage_checked_again_in_plain_decimals(cohort):
    """A second implementation, in decimal fractions: n × 100 / denominator, halves up, at the printed digits."""
    checked, wrong = 0, set()
    for item in cohort.audited:
        for check in item.claim.checks:
            if isinstance(check, PercentCheck):
                n = Decimal(check.n) if check.n is not None else item.claim.values["n"]
                printed = item.claim.values["percent"]
                checked += 1
                if half_up(100 * n / Decimal(check.of), printed) != printed:
                    wrong.add(item.claim.id)
    assert checked > 50
    assert wrong == {"R27", "R28"}


def test_every_printed_count_and_percentage_is_checked(cohort):
    """A claim with n (%) that no check holds against a denominator would be missed."""
    unchecked = {
        item.claim.id
        for item in cohort.audited
        if {"n", "percent"} <= set(item.claim.values)
        and not any(isinstance(check, PercentCheck) for check in item.claim.checks)
    }
    assert unchecked == set()


def test_every_sum_checked_again(cohort):
    claims = {name: item.claim for name, item in by_id(cohort).items()}

    def value(part):
        name, _, key = part.partition(".") if isinstance(part, str) else ("", "", "")
        return claims[name].values[key] if name else Decimal(part)

    sums = [check for claim in claims.values() for check in claim.checks if isinstance(check, SumCheck)]
    assert len(sums) > 10
    assert [check for check in sums if sum(map(value, check.parts)) != value(check.total)] == []


def test_every_interval_checked_again(cohort):
    for item in cohort.audited:
        values = item.claim.values
        if any(isinstance(check, IntervalCheck) for check in item.claim.checks):
            ends = [values[key] for key in ("lower", "min", "upper", "max") if key in values]
            middle = [values[key] for key in ("median", "estimate") if key in values]
            assert sorted([ends[0], *middle, ends[1]]) == [ends[0], *middle, ends[1]]


def listed():
    with (DATA / "tsvetkova2022" / "raw" / "patient_listing.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


COUNTED = {  # claim: which patients of the listing it counts, read a second time without the package
    "S02": lambda row: row["best_response"] in {"CR", "Molecular MRD"},
    "R21": lambda row: row["best_response"] == "CR",
    "R17": lambda row: row["follow_up"] == "Death",
    "R25": lambda row: row["relapse_site"] not in {"No", ""},
    "R26": lambda row: row["relapse_site"] == "Bone marrow",
    "R27": lambda row: row["relapse_site"] == "Combined",
    "R28": lambda row: row["relapse_site"] == "Extramedullar",
    "R41": lambda row: "hronic" in row["gvhd"],
    "S10": lambda row: "moderate" in row["gvhd"] or "severe" in row["gvhd"],
    "M32": lambda row: float(row["months_after_hsct"]) < 12,
    "M33": lambda row: float(row["months_after_hsct"]) <= 3,
    "M34": lambda row: row["chemotherapy_before"] != "No",
    "M28": lambda row: row["status_before"] == "MRD",
}


@pytest.mark.parametrize(("name", "counts"), COUNTED.items(), ids=COUNTED)
def test_counts_read_a_second_time_from_the_listing(cohort, name, counts):
    item = by_id(cohort)[name]
    assert sum(map(counts, listed())) == item.claim.values["n"]
    recomputed = [found.recomputed for found in item.comparisons if found.kind == "result" and found.key == "n"]
    assert set(recomputed) == {float(item.claim.values["n"])}


def test_medians_read_a_second_time_from_the_listing(cohort):
    """T1-26 prints 10, R22 prints 7, M02 prints 10."""
    rows = listed()
    responders = [row for row in rows if row["best_response"] != "Progressive disease"]
    medians = {
        "T1-26": median(float(row["months_after_hsct"]) for row in rows),
        "R22": median(float(row["dor_marrow_months"]) for row in responders),
        "M02": median(float(row["age_years"]) for row in rows),
    }
    assert medians == {"T1-26": 8, "R22": 8, "M02": 10}
    for name, value in medians.items():
        found = [c.recomputed for c in by_id(cohort)[name].comparisons if (c.kind, c.key) == ("result", "median")]
        assert found == [value]


def test_claims_about_endpoints_without_times_are_not_derivable(cohort):
    """Survival and follow-up times are not printed by patient: no verdict may rest on them."""
    about = [item for item in cohort.audited if item.claim.endpoint in {"OS", "RFS"}]
    assert len(about) >= 10
    without_estimate = [item for item in about if item.claim.id not in {"S07", "R18", "U07"}]
    assert {str(item.verdict) for item in without_estimate} == {"not derivable"}
    assert not any(
        comparison.recomputed for item in about for comparison in item.comparisons if comparison.kind == "result"
    )


def test_every_result_check_names_a_population(cohort):
    """A recomputed number without its population would have no denominator."""
    checks = [check for item in cohort.audited for check in item.claim.checks if isinstance(check, ResultCheck)]
    assert len(checks) > 40
    assert all(check.population for check in checks)


def test_a_comparison_without_a_shared_value_is_refused():
    """A statement compared with one that has none of its values would pass unseen."""
    with pytest.raises(UsageError, match="claim A1: claim A2 has none of the values to be compared"):
        judge_two({"n": 1}, {"median": 3})


def judge_two(first, second):
    claims = [
        {
            "id": "A1",
            "place": "p",
            "printed": "x",
            "about": "x",
            "values": first,
            "checks": [{"against": "same", "as": ["A2"]}],
        },
        {
            "id": "A2",
            "place": "p",
            "printed": "x",
            "about": "x",
            "values": second,
            "checks": [{"against": "missing", "data": "d"}],
        },
    ]
    published = PublishedClaims.model_validate({"citation": "c", "denominators": {}, "claims": claims})
    return audit_claims(published, make_results([]))
