"""Notes under the tables of changed numbers: what stands in the columns, what the causes are, what the marks mean."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from helpers.display.compared import BECAME, CAUSES, explain_cut, name_ci
from helpers.display.formatting import NOT_ESTIMABLE, NOT_REACHED
from helpers.results.changes import Changes
from helpers.results.replay import EVENT, FOLLOW_UP, METHOD, PATIENT, SOURCE

Topic = Literal["patients", "response", "survival", "incidence", "safety"]
HEADINGS = {METHOD: "Method", SOURCE: "Source", FOLLOW_UP: "Follow-up", EVENT: "Events", PATIENT: "Patients"}
ONLY_LIMITS = "CI"
"""Stands where a cause changed the limits and not the estimate."""


def describe_sides(changes: Changes, topic: Topic) -> str:
    """What stands in the columns of the two cuts, and which cuts they are."""
    ci = name_ci(changes)
    of_patients = f"n/N (%; {ci})"
    shown = {
        "patients": "numbers of patients",
        "response": of_patients,
        "survival": f"events/patients; probability of no event at a time, and medians, with their {ci}",
        "incidence": f"events/patients; cumulative incidence at a time, and median follow-up, with their {ci}",
        "safety": of_patients,
    }[topic]
    was = "as it was delivered" if changes.as_delivered else "computed anew from its data"
    return f"{explain_cut(changes.old)}, {was}; {explain_cut(changes.new)}. Below the dates: {shown}."


def describe_causes(topic: Topic, causes: Sequence[str]) -> list[str]:
    """Unit of the changes, and what the causes mean: they were taken in this order."""
    unit = {
        "patients": "patients",
        "response": "percentage points",
        "survival": "events, months and, where the number is in %, percentage points",
        "incidence": "events, months and, where the number is in %, percentage points",
        "safety": "percentage points",
    }[topic]
    steps = "; ".join(f"{HEADINGS[cause]}, {CAUSES[cause]}" for cause in causes)
    if not steps:
        return []
    order = "" if len(causes) < 2 else " Each step starts where the one before ended: they add up but for rounding."
    return [f"Changes in {unit}, in the order of the steps: {steps}.{order}"]


def describe_marks(cells: Iterable[str]) -> list[str]:
    """Say what the marks mean that stand in place of numbers, where one does."""
    text = " ".join(cells)
    marks = {NOT_REACHED: "not reached", NOT_ESTIMABLE: "not estimable", ONLY_LIMITS: "only the interval changed"}
    said = [f"{mark}, {meaning}" for mark, meaning in marks.items() if re.search(rf"\b{mark}\b", text)]
    said += [f"{BECAME}, what the number became where there is no difference"] if BECAME in text else []
    return [f"{'; '.join(said)}."] if said else []
