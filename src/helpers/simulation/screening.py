"""Who is screened: characteristics, the criteria of the protocol, and who is treated."""

import datetime as dt
from dataclasses import dataclass, replace
from enum import Enum

from helpers.simulation.cells import Row
from helpers.simulation.draws import Draws
from helpers.simulation.extractions import FIRST_SCREENING, LAST_SCREENING, NOT_YET_TREATED, TOO_RECENT
from helpers.simulation.precision import count_days, to_halves, to_whole


class Role(Enum):
    """What a screened patient is there to show."""

    TREATED = "eligible and treated"
    EARLY_DEATH = "dies before the first marrow assessment"
    TOO_RECENT = "treated too recently for a marrow assessment"
    DEVIATION = "treated with unstable vital signs"
    NOT_YET_TREATED = "eligible, never treated"
    OVER_AGE = "older than 65"
    INFECTION = "severe infection"
    ACUTE_GVHD = "acute GVHD grade II to IV and severe infection"
    ORGAN_FAILURE = "organ failure"
    CNS = "leukaemia of the central nervous system"


FAILURES = (Role.OVER_AGE, Role.INFECTION, Role.ACUTE_GVHD, Role.ORGAN_FAILURE, Role.CNS)
MRD_SHARE = 0.45


@dataclass(frozen=True)
class ScreenedPatient:
    """A screened patient.

    Attributes
    ----------
    patient : str
        The pseudonym.
    number : int
        Its place in the order of screening, from 1.
    role : Role
        What the patient is there to show.
    relapsed : bool
        Haematological relapse; otherwise only residual disease.
    screening : date
        Day of screening.
    start : date or None
        First day of blinatumomab.
    """

    patient: str
    number: int
    role: Role
    relapsed: bool
    screening: dt.date
    start: dt.date | None = None


def screen_patients(seed: int, screened: int) -> list[ScreenedPatient]:
    """Screen a number of patients between the first and the last day of the study.

    Parameters
    ----------
    seed : int
        Seed of the study.
    screened : int
        Number of patients.

    Returns
    -------
    list of ScreenedPatient
        In the order of screening.
    """
    draws = Draws(seed, 0)
    roles = _assign_roles(draws, screened)
    statuses = _assign_statuses(draws, screened)
    span = (LAST_SCREENING - FIRST_SCREENING).days
    early = screened - 2
    days = [
        FIRST_SCREENING + dt.timedelta(days=int(span * draws.between(place, place + 1) / early))
        for place in range(early)
    ]
    patients = [
        ScreenedPatient(f"ZZ-{number:03d}", number, role, relapsed, day)
        for number, (role, relapsed, day) in enumerate(
            zip(roles, statuses, [*days, TOO_RECENT, NOT_YET_TREATED], strict=True), start=1
        )
    ]
    return [_start_treatment(draws, patient) for patient in patients]


def _assign_roles(draws: Draws, screened: int) -> list[Role]:
    special = [*FAILURES, Role.EARLY_DEATH, Role.DEVIATION]
    ordinary = [Role.TREATED] * (screened - len(special) - 2)
    return [*draws.shuffle([*special, *ordinary]), Role.TOO_RECENT, Role.NOT_YET_TREATED]


def _assign_statuses(draws: Draws, screened: int) -> list[bool]:
    with_mrd = to_whole(MRD_SHARE * screened)
    return draws.shuffle([False] * with_mrd + [True] * (screened - with_mrd))


def _start_treatment(draws: Draws, patient: ScreenedPatient) -> ScreenedPatient:
    if patient.role is Role.CNS:
        return replace(patient, relapsed=True)
    if patient.role in FAILURES or patient.role is Role.NOT_YET_TREATED:
        return patient
    waits = (8, 9) if patient.role is Role.TOO_RECENT else (1, 10)
    return replace(patient, start=draws.later(patient.screening, *waits))


def describe_patient(draws: Draws, patient: ScreenedPatient) -> Row:
    """Describe a patient as in the table patients.

    Parameters
    ----------
    draws : Draws
        The patient's own stream.
    patient : ScreenedPatient
        The patient.

    Returns
    -------
    dict
        The row of the table.
    """
    age = draws.whole(66, 71) if patient.role is Role.OVER_AGE else _draw_age(draws)
    sex = draws.choose({"Female": 0.44, "Male": 0.56})
    relapse_before = patient.screening - dt.timedelta(days=draws.whole(3, 24))
    months = min(40.0, max(1.2, draws.skewed(9, 0.75)))
    return {
        "patient": patient.patient,
        "screening_date": patient.screening,
        "age_years": age,
        "sex": sex,
        "hsct_date": relapse_before - dt.timedelta(days=count_days(months)),
        "status_at_hsct": draws.choose({"CR1": 0.62, "CR2 or later": 0.3, "Not in remission": 0.08}),
        **_draw_transplant(draws, age),
        "relapse_before_date": relapse_before,
        "relapses_after_hsct": draws.choose({1: 0.84, 2: 0.14, 3: 0.02}),
        "disease_status": "Relapse" if patient.relapsed else "MRD",
        "extramedullary": _draw_extramedullary(draws, patient, sex),
        "marrow_blasts_percent": _draw_blasts(draws, patient.relapsed),
        **_judge_criteria(draws, patient.role),
        "treatment_start_date": patient.start,
    }


def _draw_age(draws: Draws) -> int:
    return draws.whole(3, 17) if draws.chance(0.3) else min(65, to_whole(18 + draws.skewed(14, 0.7)))


def _draw_transplant(draws: Draws, age: int) -> Row:
    donor = draws.choose({"Haploidentical": 0.64, "Matched sibling": 0.22, "Matched unrelated": 0.14})
    prophylaxis = {
        "Haploidentical": {"ATG-based": 0.8, "PTCy-based": 0.2},
        "Matched sibling": {"ATG-based": 0.4, "Other": 0.6},
        "Matched unrelated": {"ATG-based": 0.93, "PTCy-based": 0.07},
    }[donor]
    reduced = 0.5 if age > 50 else 0.05
    return {
        "donor": donor,
        "conditioning": draws.choose({"Myeloablative": 1 - reduced, "Reduced intensity": reduced}),
        "gvhd_prophylaxis": draws.choose(prophylaxis),
    }


def _draw_extramedullary(draws: Draws, patient: ScreenedPatient, sex: str) -> str:
    if patient.role is Role.CNS:
        return "CNS"
    if not patient.relapsed or not draws.chance(0.2):
        return "No"
    return draws.choose({"Testis": 0.4, "Other": 0.6}) if sex == "Male" else "Other"


def _draw_blasts(draws: Draws, relapsed: bool) -> float:
    if not relapsed:
        return to_halves(draws.between(0, 4.4))
    blasts = min(95.0, max(5.5, draws.skewed(34, 0.8)))
    return to_whole(blasts) if blasts >= 10 else to_halves(blasts)


def _judge_criteria(draws: Draws, role: Role) -> Row:
    mild = draws.choose({0: 0.92, 1: 0.08})
    return {
        "vital_signs_stable": "N" if role is Role.DEVIATION else "Y",
        "severe_infection": "Y" if role in (Role.INFECTION, Role.ACUTE_GVHD) else "N",
        "agvhd_grade": draws.whole(2, 3) if role is Role.ACUTE_GVHD else mild,
        "organ_failure": "Y" if role is Role.ORGAN_FAILURE else "N",
        "cns_leukaemia": "Y" if role is Role.CNS else "N",
        "drug_allergy": "N",
    }
