"""Graft-versus-host disease after donor lymphocytes: stages, scores and the grades that follow from them."""

import datetime as dt
from collections.abc import Mapping

from helpers.simulation.cells import Row
from helpers.simulation.draws import Draws

Stages = dict[str, int]
ACUTE = ("skin_stage", "liver_stage", "upper_gi_stage", "lower_gi_stage")
CHRONIC = (
    "skin_score",
    "mouth_score",
    "eyes_score",
    "gi_score",
    "liver_score",
    "lungs_score",
    "joints_score",
    "genital_score",
)
GRADES = ("0", "I", "II", "III", "IV")


def grade_acute(stages: Mapping[str, int]) -> str:
    """Grade acute GVHD from its stages (MAGIC 2016: Harris et al., Biol Blood Marrow Transplant 2016;22:4-10)."""
    skin, liver, upper, lower = (stages[organ] for organ in ACUTE)
    if 4 in (skin, liver, lower):
        return "IV"
    if liver >= 2 or lower >= 2:
        return "III"
    if skin == 3 or liver or upper or lower:
        return "II"
    return "I" if skin else "0"


def grade_chronic(scores: Mapping[str, int]) -> str:
    """Grade chronic GVHD from its scores (NIH 2014: Jagasia et al., Biol Blood Marrow Transplant 2015;21:389-401)."""
    lungs = scores["lungs_score"]
    others = [scores[organ] for organ in CHRONIC if organ != "lungs_score"]
    if 3 in others or lungs >= 2:
        return "severe"
    if 2 in others or lungs == 1 or sum(score > 0 for score in others) >= 3:
        return "moderate"
    return "mild" if any(others) else "none"


def make_gvhd_rows(draws: Draws, patient: str, infusion: dt.date, stop: dt.date, dies_of_it: bool) -> list[Row]:
    """Make the patient's rows of the table gvhd: acute and chronic, a new row whenever it worsens.

    Parameters
    ----------
    draws : Draws
        The patient's own stream.
    patient : str
        The pseudonym.
    infusion : date
        Day of the first donor lymphocytes.
    stop : date
        Day from which GVHD would be due to something else, or of death.
    dies_of_it : bool
        The patient dies in remission, which severe GVHD makes more likely.

    Returns
    -------
    list of dict
        In order of time; grade I to IV or mild to severe, none of grade 0.
    """
    rows = [*_make_acute_rows(draws, infusion, dies_of_it), *_make_chronic_rows(draws, infusion)]
    return [{"patient": patient, **row} for day, row in sorted(rows, key=lambda pair: pair[0]) if day < stop]


def _make_acute_rows(draws: Draws, infusion: dt.date, dies_of_it: bool) -> list[tuple[dt.date, Row]]:
    usual = {0: 0.61, 1: 0.13, 2: 0.16, 3: 0.08, 4: 0.02}
    highest = draws.choose({0: 0.4, 3: 0.3, 4: 0.3} if dies_of_it else usual)
    if highest == 0:
        return []
    day = draws.later(infusion, 10, 70)
    stages = dict.fromkeys(ACUTE, 0)
    rows = []
    for grade in range(max(1, highest - draws.whole(0, 2)), highest + 1):
        stages = {organ: max(stage, stages[organ]) for organ, stage in _draw_stages(draws, grade).items()}
        rows.append((day, _make_row(draws, day, "acute", stages, grade_acute(stages), grade)))
        day = draws.later(day, 3, 9)
    return rows


def _draw_stages(draws: Draws, grade: int) -> Stages:
    stages = dict.fromkeys(ACUTE, 0)
    stages["skin_stage"] = draws.whole(1, 2) if grade == 1 else draws.whole(0, 3)
    if grade == 1:
        return stages
    organ, low, high = draws.choose(
        {
            2: {
                ("skin_stage", 3, 3): 0.45,
                ("liver_stage", 1, 1): 0.2,
                ("upper_gi_stage", 1, 1): 0.15,
                ("lower_gi_stage", 1, 1): 0.2,
            },
            3: {("liver_stage", 2, 3): 0.35, ("lower_gi_stage", 2, 3): 0.65},
            4: {("liver_stage", 4, 4): 0.3, ("lower_gi_stage", 4, 4): 0.5, ("skin_stage", 4, 4): 0.2},
        }[grade]
    )
    return stages | {organ: draws.whole(low, high)}


def _make_chronic_rows(draws: Draws, infusion: dt.date) -> list[tuple[dt.date, Row]]:
    if not draws.chance(0.5):
        return []
    day = draws.later(infusion, 90, 365)
    severity = draws.choose({1: 0.55, 2: 0.3, 3: 0.15})
    worst = min(3, severity + (1 if draws.chance(0.25) else 0))
    scores = dict.fromkeys(CHRONIC, 0)
    rows = []
    for grade in range(severity, worst + 1):
        scores = {organ: max(score, scores[organ]) for organ, score in _draw_scores(draws, grade).items()}
        rows.append((day, _make_row(draws, day, "chronic", scores, grade_chronic(scores), grade + 1)))
        day = draws.later(day, 30, 120)
    return rows


def _draw_scores(draws: Draws, severity: int) -> Stages:
    scores = dict.fromkeys(CHRONIC, 0)
    common = draws.shuffle(("skin_score", "mouth_score", "eyes_score", "liver_score"))
    for organ in common[: draws.whole(1, 2)]:
        scores[organ] = 1
    if severity == 2:
        form = draws.choose({"organ": 0.5, "lungs": 0.2, "many": 0.3})
        if form == "many":
            scores |= dict.fromkeys(common[:3], 1)
        else:
            scores |= {common[0]: 2} if form == "organ" else {"lungs_score": 1}
    if severity == 3:
        organ, score = draws.choose({(common[0], 3): 0.5, ("joints_score", 3): 0.15, ("lungs_score", 2): 0.35})
        scores[organ] = score
    return scores


def _make_row(draws: Draws, day: dt.date, kind: str, stages: Stages, recorded: str, intensity: int) -> Row:
    weights = {
        1: {"none": 0.3, "topical": 0.7},
        2: {"topical": 0.4, "systemic": 0.6},
        3: {"topical": 0.04, "systemic": 0.96},
        4: {"systemic": 1.0},
    }[intensity]
    return {"onset_date": day, "type": kind, **stages, "recorded_grade": recorded, "treatment": draws.choose(weights)}
