"""Cox, proportional hazards, Firth and Fine–Gray against R's coxph, cox.zph and crr, lifelines, and paper."""

import numpy as np
import pandas as pd
import pytest

from helpers.statistics import comparison, fine_gray, regression
from reference.answers import read_cases, read_frozen

CASES = read_cases()
NUMBERS = ("coefficient", "std_err", "lcl", "ucl", "p_value")


def relative(ours, theirs):
    return abs(ours - theirs) / max(1.0, abs(theirs))


@pytest.mark.parametrize("model", ["plain", "stratified"])
def test_cox_models_agree_with_r(model):
    """Oracle: tests/reference/regression.R: coxph (Efron), confint, cox.zph: within 1e-9 (relative above 1).

    Every tenth random case; `make validation` goes through all of them.
    """
    frozen = read_frozen("cox")
    worst, compared = 0.0, 0
    for case, rows in frozen[frozen["model"] == model].groupby("case"):
        if case.startswith("random") and int(case[-3:]) % 10:
            continue
        p = CASES[case]
        names = [name for name in rows["term"] if name != "GLOBAL"]
        arguments = (p["time"], p["code"] > 0, p[names], None, p["stratum"] if model == "stratified" else None)
        fitted, changes = regression.estimate_cox(*arguments), regression.check_proportional_hazards(*arguments)
        for row, term in zip(rows.itertuples(), fitted.terms, strict=False):
            worst = max(worst, *(relative(getattr(term, name), getattr(row, name)) for name in NUMBERS))
            compared += 1
        for row in rows.itertuples():
            if np.isnan(row.zph):
                continue
            worst = max(worst, relative(changes[row.term].statistic, row.zph))
            worst = max(worst, relative(changes[row.term].p_value, row.zph_p))
    assert compared > 50
    assert worst < 1e-9


def test_time_dependent_covariate_agrees_with_r():
    """Oracle: coxph(Surv(start, stop, event) ~ age + surgery + transplant, heart), cox.zph."""
    heart, frozen = read_frozen("patients_heart"), read_frozen("cox_heart")
    covariates = heart[["age", "surgery", "transplant"]]
    fitted = regression.estimate_cox(heart["stop"], heart["event"], covariates, entry=heart["start"])
    changes = regression.check_proportional_hazards(heart["stop"], heart["event"], covariates, entry=heart["start"])
    for row, term in zip(frozen.itertuples(), fitted.terms, strict=False):
        assert [getattr(term, name) for name in NUMBERS] == pytest.approx(
            [getattr(row, name) for name in NUMBERS], abs=1e-9
        )
    for row in frozen.itertuples():
        assert changes[row.term].statistic == pytest.approx(row.zph, abs=1e-9)


def test_firth_agrees_with_direct_maximisation_in_r():
    """Oracle: tests/reference/regression.R: penalised likelihood from coxph at given coefficients, optimize, uniroot.

    optimize finds the maximum to about 1e-7; the limits and p-values agree to 1e-8.
    """
    frozen = read_frozen("firth")
    assert len(frozen) > 40
    for row in frozen.itertuples():
        p = CASES[row.case]
        ours = regression.estimate_cox(p["time"], p["code"] > 0, p[["z"]], penalty="always", min_events=0)
        assert ours.terms[0].coefficient == pytest.approx(row.coefficient, abs=2e-7)
        assert (ours.terms[0].lcl, ours.terms[0].ucl) == pytest.approx((row.lcl, row.ucl), rel=1e-8)
        assert ours.terms[0].p_value == pytest.approx(row.p_value, abs=1e-8)
        assert "Firth" in ours.method


def test_fine_gray_models_agree_with_r():
    """Oracle: tests/reference/regression.R, cmprsk::crr and a last Newton step: within 1e-9."""
    worst, compared = 0.0, 0
    for case, rows in read_frozen("fine_gray").groupby("case"):
        p = CASES[case]
        fitted = fine_gray.estimate_fine_gray(p["time"], p["code"], p[list(rows["term"])])
        for row, term in zip(rows.itertuples(), fitted.terms, strict=True):
            names = ("coefficient", "std_err", "p_value")
            worst = max(worst, *(relative(getattr(term, name), getattr(row, name)) for name in names))
            compared += 1
    assert compared > 300
    assert worst < 1e-9


def plain_efron(beta, times, events, x):
    """Second implementation of the partial log likelihood, death by death."""
    total, risk = 0.0, np.exp(beta * x)
    for time in np.unique(times[events]):
        dying = events & (times == time)
        total += beta * x[dying].sum()
        for k in range(dying.sum()):
            total -= np.log(risk[times >= time].sum() - k / dying.sum() * risk[dying].sum())
    return total


@pytest.mark.parametrize("case", ["lung", "veteran", "ovarian", "random010", "random104"])
def test_a_plain_second_implementation_has_its_maximum_there(case):
    p = CASES[case]
    ours = regression.estimate_cox(p["time"], p["code"] > 0, p[["x"]], min_events=0).terms[0]
    arguments = p["time"].to_numpy(), p["code"].to_numpy() > 0, p["x"].to_numpy()
    step = ours.std_err / 100
    below, at, above = (plain_efron(ours.coefficient + k * step, *arguments) for k in (-1, 0, 1))
    assert at > max(below, above)
    assert (above - below) / (2 * step) * ours.std_err == pytest.approx(0, abs=1e-3)
    assert (2 * at - below - above) / step**2 == pytest.approx(ours.std_err**-2, rel=1e-3)


def test_hazard_ratio_on_paper():
    """On paper: A (x = 1) dies at 1 and 4, B (x = 0) at 2 and 3; r is the hazard ratio.

    At risk 2r + 2, r + 2, r + 1, r: the likelihood is r / (2r + 2) · 1 / (r + 2) · 1 / (r + 1). Its logarithm has
    slope 0 where 1/r = 2/(r + 1) + 1/(r + 2), that is 2r² + 2r − 2 = 0: r = (√5 − 1) / 2.
    """
    fitted = regression.estimate_cox([1, 4, 2, 3], [1, 1, 1, 1], {"A": [1, 1, 0, 0]}, min_events=0)
    assert fitted.terms[0].hr == pytest.approx((np.sqrt(5) - 1) / 2, abs=1e-9)


def test_score_test_at_zero_is_the_log_rank_test():
    """Without ties Cox's score test at a hazard ratio of 1 is the log-rank test (Cox 1972)."""
    from helpers.statistics.partial_likelihood import compute_terms

    times, events, arm = [1, 2, 3, 4, 5, 6, 7], [1, 1, 0, 1, 1, 0, 1], [0, 1, 0, 1, 1, 0, 0]
    _, data = regression.prepare(times, events, {"arm": arm}, None, None)
    terms = compute_terms(data, np.zeros(1))
    score = float(terms.residuals.sum() ** 2 / terms.information.sum())
    assert score == pytest.approx(comparison.compare_survival(times, events, arm).statistic, abs=1e-12)


def test_too_few_events_give_no_hazard_ratio_but_a_reason():
    """DESIGN 7: no hazard ratio with fewer than 5 events in a group."""
    times, arm = np.arange(1, 21), np.repeat([0, 1], 10)
    events = np.where((arm == 1) & (times > 14), 0, 1)
    model = regression.estimate_cox(times, events, {"arm": arm})
    assert model.terms[0].hr is None
    assert model.terms[0].note == "4 events in one group of arm: a hazard ratio needs at least 5 in each"
    assert regression.estimate_cox(times, times <= 3, {"x": times % 7}).terms[0].note.startswith("3 events")
    assert regression.estimate_cox(times, events, {"arm": arm, "x": times % 7}).terms[1].hr is None
    assert "same value" in regression.estimate_cox(times, events, {"one": np.ones(20)}).terms[0].note


def test_monotone_likelihood_takes_firths_penalty_when_asked():
    times, arm = np.arange(1, 21), np.repeat([1, 0], 10)
    events = arm
    needed = regression.estimate_cox(times, events, {"arm": arm}, min_events=0)
    assert "Firth" in needed.method
    assert needed.terms[0].hr > 1
    never = regression.estimate_cox(times, events, {"arm": arm}, min_events=0, penalty="never")
    assert never.terms[0].hr is None
    assert "monotone" in never.terms[0].note
    test = regression.check_proportional_hazards(times, events, {"arm": arm})["arm"]
    assert (test.p_value, test.note) == (None, "the model cannot be fitted")


@pytest.mark.parametrize("scale", [1, 100, 1e6])
def test_separated_covariates_are_not_taken_for_estimates(scale):
    """Whoever has the smaller x has the event first: the likelihood rises for ever, whatever the unit of x."""
    times, x = np.arange(1, 11), np.arange(1, 11) * scale
    assert "monotone" in regression.estimate_cox(times, np.ones(10), {"x": x}, penalty="never").terms[0].note
    assert "Firth" in regression.estimate_cox(times, np.ones(10), {"x": x}).method
    model = fine_gray.estimate_fine_gray(times, np.ones(10), {"x": x})
    assert (model.terms[0].hr, model.terms[0].note) == (None, "no finite estimate")


def test_collinear_covariates_cannot_be_told_apart():
    p = CASES["lung"]
    model = regression.estimate_cox(p["time"], p["code"], {"x": p["x"], "twice": 2 * p["x"]})
    assert {term.note for term in model.terms} == {"the covariates cannot be told apart"}


def test_fine_gray_guards():
    times, codes = np.arange(1, 13), np.tile([1, 2, 0], 4)
    model = fine_gray.estimate_fine_gray(times, codes, {"x": times % 5})
    assert (model.terms[0].hr, model.terms[0].note) == (None, "4 events: a hazard ratio needs at least 5")
    same = fine_gray.estimate_fine_gray(times, codes, {"x": np.ones(12)}, min_events=1)
    assert "same value" in same.terms[0].note
    uncensored = fine_gray.estimate_fine_gray(times, np.where(codes == 0, 1, codes), {"x": times % 5})
    assert uncensored.terms[0].hr is not None


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: regression.estimate_cox([1, 2], [1, 1], {}), "covariates is empty"),
        (lambda: regression.estimate_cox([1, 2], [1, 1], {"x": [1, None]}), r"covariates\['x'\]\[1\] is None"),
        (lambda: regression.estimate_cox([1, 2], [1, 1], {"x": [1]}), "x has 1"),
        (lambda: regression.estimate_cox([1, 2], [1, 1], {"x": [1, 2]}, entry=[0, 2]), r"entry\[1\] is 2: not before"),
        (lambda: regression.estimate_cox([1], [2], {"x": [1]}), "SPSS"),
        (lambda: regression.estimate_cox([1], [1], {"x": [1]}, penalty="ridge"), "penalty is 'ridge'"),
        (lambda: fine_gray.estimate_fine_gray([1], [1], pd.DataFrame(index=[0])), "covariates is empty"),
        (lambda: fine_gray.estimate_fine_gray([1, 2], [1, 3.5], {"x": [1, 2]}), r"event_code\[1\] is 3.5"),
    ],
)
def test_wrong_input_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()
