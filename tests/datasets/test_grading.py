"""Grades against the published tables, row by row, and against slow readings of them over whole scales.

MAGIC: Harris AC et al. Biol Blood Marrow Transplant 2016;22:4-10, Table 1 (stages, overall clinical grade below it).
NIH: Jagasia MH et al. Biol Blood Marrow Transplant 2015;21:389-401, table "NIH global severity of chronic GVHD".
ASTCT: Lee DW et al. Biol Blood Marrow Transplant 2019;25:625-638, Table 2 (CRS consensus grading).
CTCAE: Common Terminology Criteria for Adverse Events v5.0, 27 November 2017, tables of the system organ classes.
"""

import dataclasses
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.datasets.grading import (
    ACUTE_GRADES,
    CHRONIC_SEVERITIES,
    GRADE_LAB,
    grade_acute_gvhd,
    grade_chronic_gvhd,
    grade_crs,
)

NAN = float("nan")
ACUTE = {"skin_stage": 5, "liver_stage": 5, "upper_gi_stage": 2, "lower_gi_stage": 5}  # number of stages, from 0
CHRONIC = [f"{organ}_score" for organ in ("skin", "mouth", "eyes", "gi", "liver", "lungs", "joints", "genital")]
HYPOTENSION = ["none", "no vasopressor", "one vasopressor", "several vasopressors"]
HYPOXIA = ["none", "low flow", "high flow", "positive pressure"]


def acute(**stages):
    return grade_acute_gvhd(pd.DataFrame([dict.fromkeys(ACUTE, 0.0) | stages]))[0]


def chronic(**scores):
    return grade_chronic_gvhd(pd.DataFrame([dict.fromkeys(CHRONIC, 0.0) | scores]))[0]


def crs(temperature_c, hypotension, hypoxia):
    event = {"temperature_c": temperature_c, "hypotension": hypotension, "hypoxia": hypoxia}
    return grade_crs(pd.DataFrame([event]))[0]


def check(grades, expected):
    np.testing.assert_array_equal(grades.to_numpy(), np.array(expected, dtype=float))


# Acute GVHD


@pytest.mark.parametrize(
    ("organ", "grades"),
    [
        ("skin_stage", [0, 1, 1, 2, 4]),  # MAGIC Table 1: I stage 1-2 skin; II stage 3 rash; IV stage 4 skin
        ("liver_stage", [0, 2, 3, 3, 4]),  # MAGIC Table 1: II stage 1 liver; III stage 2-3 liver; IV stage 4 liver
        ("upper_gi_stage", [0, 2]),  # MAGIC Table 1: II stage 1 upper GI
        ("lower_gi_stage", [0, 2, 3, 3, 4]),  # MAGIC Table 1: II stage 1; III stage 2-3; IV stage 4 lower GI
    ],
)
def test_a_single_organ_gives_the_acute_grade_of_its_stage(organ, grades):
    assert [acute(**{organ: float(stage)}) for stage in range(len(grades))] == grades


@pytest.mark.parametrize(
    ("stages", "grade"),
    [
        ({"skin_stage": 2.0, "liver_stage": 1.0}, 2),  # MAGIC Table 1, grade I: without liver involvement
        ({"skin_stage": 2.0, "upper_gi_stage": 1.0}, 2),  # MAGIC Table 1, grade I: without upper GI involvement
        ({"skin_stage": 2.0, "lower_gi_stage": 1.0}, 2),  # MAGIC Table 1, grade I: without lower GI involvement
        ({"skin_stage": 3.0, "liver_stage": 1.0, "upper_gi_stage": 1.0, "lower_gi_stage": 1.0}, 2),  # grade II: and/or
        ({"skin_stage": 3.0, "liver_stage": 2.0, "upper_gi_stage": 1.0}, 3),  # grade III: with stage 0-3 skin
        ({"skin_stage": 4.0, "liver_stage": 3.0, "lower_gi_stage": 3.0}, 4),  # grade IV: stage 4 skin
    ],
)
def test_organs_together_have_the_acute_grade_of_the_worst(stages, grade):
    assert acute(**stages) == grade


def read_acute(skin, liver, upper, lower):
    """Slow reading of MAGIC Table 1, from the mildest grade up, as conjunctions over all organs."""
    if skin == liver == upper == lower == 0:
        return 0
    if skin <= 2 and liver == upper == lower == 0:
        return 1
    if skin <= 3 and liver <= 1 and lower <= 1:
        return 2
    return 3 if skin <= 3 and liver <= 3 and lower <= 3 else 4


def test_all_combinations_of_stages():
    rows = list(product(*(range(size) for size in ACUTE.values())))
    check(grade_acute_gvhd(pd.DataFrame(rows, columns=list(ACUTE), dtype=float)), [read_acute(*row) for row in rows])


@pytest.mark.parametrize("missing", ACUTE)
def test_a_missing_stage_leaves_no_acute_grade_but_iv(missing):
    for organ in set(ACUTE) - {missing}:
        below, top = (0.0, 1.0) if organ == "upper_gi_stage" else (3.0, 4.0)
        assert np.isnan(acute(**{missing: NAN, organ: below}))
        expected = NAN if organ == "upper_gi_stage" else 4.0  # MAGIC Table 1: upper GI has no stage of grade IV
        np.testing.assert_equal(acute(**{missing: NAN, organ: top}), expected)


def test_a_missing_column_is_a_missing_stage():
    stages = pd.DataFrame({"skin_stage": [1.0, 4.0], "liver_stage": 0.0, "upper_gi_stage": 0.0})
    check(grade_acute_gvhd(stages), [NAN, 4])
    check(grade_acute_gvhd(pd.DataFrame(index=[1, 2])), [NAN, NAN])


@pytest.mark.parametrize(("organ", "stage"), [("skin_stage", 5.0), ("upper_gi_stage", 2.0), ("liver_stage", 1.5)])
def test_what_is_no_stage_of_the_scale_is_not_graded(organ, stage):
    assert np.isnan(acute(**{organ: stage}))


# Chronic GVHD


@pytest.mark.parametrize("organ", CHRONIC)
def test_a_single_organ_gives_the_severity_of_its_score(organ):
    # NIH table: mild: score 1 plus lung score 0; moderate: score 2 (not lung) or lung 1; severe: score 3 or lung 2-3
    grades = [0, 2, 3, 3] if organ == "lungs_score" else [0, 1, 2, 3]
    assert [chronic(**{organ: float(score)}) for score in range(4)] == grades


@pytest.mark.parametrize(
    ("organs", "severity"),
    [
        (["skin_score"], 1),  # NIH table, mild: 1 or 2 organs, no more than score 1
        (["skin_score", "genital_score"], 1),  # NIH table, mild: 1 or 2 organs
        (["skin_score", "mouth_score", "genital_score"], 2),  # NIH table, moderate: 3 or more organs, score 1
        (sorted(set(CHRONIC) - {"lungs_score"}), 2),  # NIH table, moderate: 3 or more organs, score 1
        (CHRONIC, 2),  # NIH table, moderate: lung score 1 is moderate, not severe
    ],
)
def test_organs_with_score_1_are_counted(organs, severity):
    assert chronic(**dict.fromkeys(organs, 1.0)) == severity


def read_chronic(scores):
    """Slow reading of the NIH table, criterion by criterion, from the worst down."""
    lungs, others = (
        scores[CHRONIC.index("lungs_score")],
        [s for n, s in zip(CHRONIC, scores, strict=True) if "lu" not in n],
    )
    if 3 in others or lungs in (2, 3):
        return 3
    if 2 in others or lungs == 1 or others.count(1) >= 3:
        return 2
    return 1 if 1 in others else 0


def test_all_combinations_of_scores():
    rows = list(product(range(4), repeat=len(CHRONIC)))
    check(grade_chronic_gvhd(pd.DataFrame(rows, columns=CHRONIC, dtype=float)), [read_chronic(row) for row in rows])


@pytest.mark.parametrize("missing", [name for name in CHRONIC if name != "genital_score"])
def test_a_missing_score_leaves_no_severity_but_severe(missing):
    for organ in set(CHRONIC) - {missing}:
        moderate, severe = (1.0, 2.0) if organ == "lungs_score" else (2.0, 3.0)  # NIH table, moderate and severe
        assert np.isnan(chronic(**{missing: NAN}))
        assert np.isnan(chronic(**{missing: NAN, organ: moderate}))
        assert chronic(**{missing: NAN, organ: severe}) == 3


def test_three_organs_with_score_1_are_not_graded_while_another_is_missing():
    assert np.isnan(chronic(skin_score=1.0, mouth_score=1.0, eyes_score=1.0, gi_score=NAN))


def test_a_genital_tract_that_was_not_examined_counts_as_not_involved():
    assert chronic(genital_score=NAN) == 0
    assert chronic(genital_score=NAN, skin_score=1.0, mouth_score=1.0) == 1  # NIH table, mild: 1 or 2 organs
    assert chronic(genital_score=NAN, lungs_score=1.0) == 2  # NIH table, moderate: lung score 1
    scores = pd.DataFrame([dict.fromkeys(CHRONIC, 1.0)]).drop(columns="genital_score")
    check(grade_chronic_gvhd(scores), [2])
    check(grade_chronic_gvhd(scores.assign(genital_score=None)), [2])
    check(grade_chronic_gvhd(scores.drop(columns="lungs_score")), [NAN])


@pytest.mark.parametrize("organ", CHRONIC)
def test_what_is_no_score_of_the_scale_is_not_graded(organ):
    assert np.isnan(chronic(**{organ: 4.0}))
    assert np.isnan(chronic(**{organ: 0.5}))


# Cytokine release syndrome


@pytest.mark.parametrize(
    ("event", "grade"),
    [
        ((38.0, "none", "none"), 1),  # ASTCT Table 2, grade 1: temperature ≥ 38 °C, no hypotension, no hypoxia
        ((37.9, "none", "none"), NAN),  # ASTCT Table 2: fever in every grade
        ((37.9, "several vasopressors", "positive pressure"), NAN),  # ASTCT Table 2: fever in every grade
        ((38.0, "no vasopressor", "none"), 2),  # ASTCT Table 2, grade 2: not requiring vasopressors
        ((38.0, "none", "low flow"), 2),  # ASTCT Table 2, grade 2: low-flow nasal cannula
        ((38.0, "one vasopressor", "none"), 3),  # ASTCT Table 2, grade 3: a vasopressor
        ((38.0, "none", "high flow"), 3),  # ASTCT Table 2, grade 3: high-flow nasal cannula, mask
        ((38.0, "several vasopressors", "none"), 4),  # ASTCT Table 2, grade 4: multiple vasopressors
        ((38.0, "none", "positive pressure"), 4),  # ASTCT Table 2, grade 4: positive pressure
        ((39.5, "one vasopressor", "low flow"), 3),  # ASTCT Table 2, footnote: the more severe event decides
        ((NAN, "none", "none"), NAN),
        ((NAN, "several vasopressors", "none"), NAN),
        ((38.0, None, "none"), NAN),
        ((38.0, "several vasopressors", None), NAN),
        ((38.0, None, None), NAN),
        ((38.0, "unknown", "none"), NAN),
    ],
)
def test_crs(event, grade):
    np.testing.assert_equal(crs(*event), grade)


def read_crs(temperature, hypotension, hypoxia):
    """Slow reading of ASTCT Table 2, column by column from grade 4."""
    if not temperature >= 38 or hypotension is None or hypoxia is None:
        return NAN
    if hypotension == "several vasopressors" or hypoxia == "positive pressure":
        return 4
    if hypotension == "one vasopressor" or hypoxia == "high flow":
        return 3
    return 1 if hypotension == hypoxia == "none" else 2


def test_all_combinations_of_components():
    rows = list(product([36.5, 37.9, 38.0, 41.0, NAN], [*HYPOTENSION, None], [*HYPOXIA, None]))
    events = pd.DataFrame(rows, columns=["temperature_c", "hypotension", "hypoxia"])
    check(grade_crs(events), [read_crs(*row) for row in rows])
    check(grade_crs(events.drop(columns="hypoxia")), [NAN] * len(rows))
    check(grade_crs(events.drop(columns="temperature_c")), [NAN] * len(rows))


# Blood counts

LABS = {
    # CTCAE v5.0, Investigations, Neutrophil count decreased: 1 <LLN-1.5, 2 <1.5-1.0, 3 <1.0-0.5, 4 <0.5 × 10⁹/L
    "anc": (
        1.8,
        {2.0: 0, 1.8: 0, 1.79: 1, 1.5: 1, 1.49: 2, 1.0: 2, 0.99: 3, 0.5: 3, 0.49: 4, 0.0: 4},
    ),
    # CTCAE v5.0, Investigations, Platelet count decreased: 1 <LLN-75, 2 <75-50, 3 <50-25, 4 <25 × 10⁹/L
    "platelets": (150, {400: 0, 150: 0, 149: 1, 75: 1, 74: 2, 50: 2, 49: 3, 25: 3, 24.9: 4, 0: 4}),
    # CTCAE v5.0, Blood and lymphatic system disorders, Anemia: 1 <LLN-100, 2 <100-80, 3 <80 g/L; 4 is not a value
    "haemoglobin": (120, {160: 0, 120: 0, 119: 1, 100: 1, 99: 2, 80: 2, 79.9: 3, 30: 3}),
}


@pytest.mark.parametrize("column", LABS)
def test_both_sides_of_every_limit(column):
    lower_limit, expected = LABS[column]
    grade = GRADE_LAB[column].grade
    values = pd.Series(list(expected), dtype=float)
    check(grade(values, lower_limit), list(expected.values()))
    check(grade(values, pd.Series(float(lower_limit), index=values.index)), list(expected.values()))


@pytest.mark.parametrize("column", LABS)
def test_one_float_below_a_limit_is_a_grade_worse(column):
    rule, lower_limit = GRADE_LAB[column], LABS[column][0]
    limits = pd.Series([float(lower_limit), *rule.limits])
    check(rule.grade(limits, lower_limit), range(len(limits)))
    check(rule.grade(np.nextafter(limits, 0), lower_limit), range(1, len(limits) + 1))


def test_every_value_has_its_own_lower_limit():
    check(GRADE_LAB["haemoglobin"].grade(pd.Series([125.0, 125.0]), pd.Series([120.0, 130.0])), [0, 1])
    with pytest.raises(ValueError, match="identically-labeled"):
        GRADE_LAB["haemoglobin"].grade(pd.Series([125.0]), pd.Series([120.0], index=[9]))


def test_grades_from_2_on_do_not_need_the_lower_limit():
    # CTCAE v5.0, Neutrophil count decreased: only grade 1 refers to the LLN
    check(GRADE_LAB["anc"].grade(pd.Series([2.0, 1.5, 1.4, 0.4, NAN]), NAN), [NAN, NAN, 2, 4, NAN])
    check(GRADE_LAB["anc"].grade(pd.Series([1.6, 1.4, NAN]), 1.3), [0, 2, NAN])


def test_missing_values_have_no_grade():
    check(GRADE_LAB["platelets"].grade(pd.Series([NAN, 10.0]), 150), [NAN, 4])


def test_lab_rules_say_what_they_grade():
    rules = {column: (rule.code, rule.test, rule.term, rule.unit) for column, rule in GRADE_LAB.items()}
    assert rules == {
        "anc": ("NEUT", "Neutrophils", "Neutrophil count decreased", "10⁹/L"),
        "platelets": ("PLAT", "Platelets", "Platelet count decreased", "10⁹/L"),
        "haemoglobin": ("HGB", "Haemoglobin", "Anaemia", "g/L"),
    }
    with pytest.raises(dataclasses.FrozenInstanceError):
        GRADE_LAB["anc"].unit = "g/L"


# All of them


def test_grades_have_their_names():
    assert ACUTE_GRADES == {1: "I", 2: "II", 3: "III", 4: "IV"}  # MAGIC Table 1
    assert CHRONIC_SEVERITIES == {1: "mild", 2: "moderate", 3: "severe"}  # NIH table


FRAMES = {
    "acute": (grade_acute_gvhd, pd.DataFrame([dict.fromkeys(ACUTE, 0.0)] * 3)),
    "chronic": (grade_chronic_gvhd, pd.DataFrame([dict.fromkeys(CHRONIC, 0.0)] * 3)),
    "crs": (grade_crs, pd.DataFrame([{"temperature_c": 39.0, "hypotension": "none", "hypoxia": "none"}] * 3)),
    "anc": (lambda frame: GRADE_LAB["anc"].grade(frame["anc"], 2.0), pd.DataFrame({"anc": [3.0] * 3})),
}


@pytest.mark.parametrize("index", [[7, 3, 5], ["b", "a", "c"], [1, 1, 2]], ids=["order", "text", "repeated"])
@pytest.mark.parametrize("name", FRAMES)
def test_grades_are_indexed_like_their_input_and_leave_it_alone(name, index):
    grade, frame = FRAMES[name]
    frame = frame.set_axis(index, axis="index")
    before = frame.copy()
    grades = grade(frame)
    pd.testing.assert_index_equal(grades.index, frame.index)
    pd.testing.assert_frame_equal(frame, before)
    assert grades.dtype == "float64"
    assert grades.name is None


@pytest.mark.parametrize("name", FRAMES)
def test_an_empty_frame_has_no_grades(name):
    grade, frame = FRAMES[name]
    grades = grade(frame.iloc[:0])
    assert grades.empty
    assert grades.dtype == "float64"


@pytest.mark.parametrize("grade", [grade_acute_gvhd, grade_chronic_gvhd, grade_crs])
def test_a_frame_without_columns_has_no_grades(grade):
    assert grade(pd.DataFrame()).empty
    check(grade(pd.DataFrame(index=["a"])), [NAN])


@st.composite
def rising_rows(draw, sizes):
    """Two rows of scale values, the second nowhere below the first."""
    lower = [draw(st.integers(0, size - 1)) for size in sizes]
    return lower, [draw(st.integers(low, size - 1)) for low, size in zip(lower, sizes, strict=True)]


@given(rising_rows(list(ACUTE.values())))
def test_the_acute_grade_never_falls_when_stages_rise(rows):
    assert grade_acute_gvhd(pd.DataFrame(rows, columns=list(ACUTE), dtype=float)).is_monotonic_increasing


@given(rising_rows([4] * len(CHRONIC)))
def test_the_severity_never_falls_when_scores_rise(rows):
    assert grade_chronic_gvhd(pd.DataFrame(rows, columns=CHRONIC, dtype=float)).is_monotonic_increasing


@given(rising_rows([len(HYPOTENSION), len(HYPOXIA)]))
def test_the_crs_grade_never_falls_when_components_rise(rows):
    events = pd.DataFrame([(39.0, HYPOTENSION[first], HYPOXIA[second]) for first, second in rows])
    assert grade_crs(events.set_axis(["temperature_c", "hypotension", "hypoxia"], axis=1)).is_monotonic_increasing


@given(st.sampled_from(sorted(GRADE_LAB)), st.lists(st.floats(0, 300), min_size=2), st.floats(0, 200))
def test_the_grade_never_falls_when_a_blood_value_falls(column, values, lower_limit):
    falling = pd.Series(sorted(values, reverse=True))
    assert GRADE_LAB[column].grade(falling, lower_limit).is_monotonic_increasing


@given(rising_rows(list(ACUTE.values())), st.sampled_from(sorted(ACUTE)))
def test_a_missing_stage_never_changes_a_grade_that_is_given(rows, missing):
    stages = pd.DataFrame(rows, columns=list(ACUTE), dtype=float)
    partly = grade_acute_gvhd(stages.assign(**{missing: NAN}))
    assert (partly.isna() | (partly == grade_acute_gvhd(stages))).all()
