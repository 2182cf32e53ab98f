"""The STROBE checklist for cohort studies (von Elm 2007), and where a report answers each of its items.

The items stand here in our own, shorter words. A place counts only where it really is in the report: which sections and
displays a study has is known when its chapters are joined.
"""

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from helpers.study.narrative import Narrative

PRINTED_IN = {
    "background": ("sec-summary",),
    "limitations": ("sec-summary",),
    "interpretation": ("sec-summary",),
    "generalisability": ("sec-summary",),
    "design": ("sec-summary", "sec-design"),
    "setting": ("sec-design",),
    "follow_up": ("sec-design",),
    "funding": ("sec-design",),
    "bias": ("sec-statistics",),
    "study_size": ("sec-statistics",),
}
"""The sections that print each of the authors' own texts."""

MISSING, ANSWERED, NOT_APPLICABLE = "missing", "answered", "not applicable"


@dataclass(frozen=True)
class Item:
    """An item of the checklist.

    Attributes
    ----------
    number, topic, wording : str
        As the statement numbers it; what it is about; what a report should say.
    places : tuple of str
        Labels of sections, tables and figures that answer it, where a report has them.
    narrative : tuple of str
        Keys of the authors' own texts that answer it.
    not_applicable : str
        Why no report of this program has to answer it.
    """

    number: str
    topic: str
    wording: str
    places: tuple[str, ...] = ()
    narrative: tuple[str, ...] = ()
    not_applicable: str = ""


ITEMS = (
    Item("1a", "Title and abstract", "Name the study design in the title or the abstract", (), ("design",)),
    Item("1b", "Title and abstract", "Summarise what was done and what was found", ("sec-summary",)),
    Item("2", "Background", "Say why the study was done, and what is known", (), ("background",)),
    Item("3", "Objectives", "State the question", ("sec-summary",)),
    Item("4", "Study design", "Present the key elements of the design early", (), ("design",)),
    Item("5", "Setting", "Places and dates of recruitment, treatment and follow-up", (), ("setting",)),
    Item("6a", "Participants", "Who was eligible and how patients were selected", ("sec-eligibility",), ()),
    Item("6a", "Participants", "How patients were followed up", (), ("follow_up",)),
    Item("6b", "Participants", "Criteria of matching", not_applicable="the program analyses no matched patients"),
    Item(
        "7",
        "Variables",
        "Define outcomes, exposures and predictors, with diagnostic criteria",
        ("sec-definitions", "tbl-endpoints", "sec-plan", "sec-harms"),
    ),
    Item(
        "8",
        "Measurement",
        "Source of each variable, and how it was measured",
        ("sec-data", "sec-harms", "tbl-reported"),
    ),
    Item("9", "Bias", "Efforts to address sources of bias", (), ("bias",)),
    Item("10", "Study size", "How the number of patients was arrived at", (), ("study_size",)),
    Item("11", "Quantitative variables", "How numbers were analysed and grouped", ("sec-statistics",)),
    Item("12a", "Statistical methods", "All methods, with control of confounding", ("sec-statistics",)),
    Item(
        "12b",
        "Statistical methods",
        "How subgroups and interactions were examined",
        ("sec-statistics", "sec-subgroups"),
    ),
    Item("12c", "Statistical methods", "How missing data were addressed", ("sec-statistics",)),
    Item("12d", "Statistical methods", "How loss to follow-up was addressed", ("tbl-endpoints", "tbl-maturity")),
    Item("12e", "Statistical methods", "Sensitivity analyses"),
    Item("13a", "Participants", "Numbers at each stage of the study", ("sec-flow", "tbl-populations")),
    Item("13b", "Participants", "Reasons why patients did not take part", ("tbl-eligibility",)),
    Item("13c", "Participants", "Flow diagram", ("fig-flow",)),
    Item(
        "14a",
        "Descriptive data",
        "Characteristics of the patients and their treatment",
        ("tbl-baseline", "tbl-exposure", "tbl-reported"),
    ),
    Item("14b", "Descriptive data", "Patients with missing data, by variable", ("tbl-baseline", "tbl-eligibility")),
    Item("14c", "Descriptive data", "Follow-up time", ("tbl-medians", "tbl-maturity")),
    Item(
        "15",
        "Outcome data",
        "Numbers of events, or summary measures over time",
        ("tbl-response", "tbl-relapse", "tbl-maturity", "tbl-terms", "tbl-adverse-events", "tbl-gvhd"),
    ),
    Item(
        "16a",
        "Main results",
        "Estimates with their precision, and adjustments if any",
        ("tbl-response", "tbl-medians", "tbl-at-times", "tbl-cir-at-times"),
    ),
    Item("16b", "Main results", "Limits of categories where numbers were grouped", ("tbl-baseline",)),
    Item(
        "16c",
        "Main results",
        "Absolute risks over a meaningful time",
        ("tbl-key-results", "tbl-at-times", "tbl-cir-at-times"),
    ),
    Item(
        "17",
        "Other analyses",
        "Subgroups, interactions, sensitivity analyses",
        ("sec-subgroups", "tbl-later-states", "tbl-benchmarks", "sec-since"),
    ),
    Item("18", "Key results", "Summarise the results against the question", ("tbl-key-results",)),
    Item("19", "Limitations", "Limits of the study, with direction and size of bias", (), ("limitations",)),
    Item("20", "Interpretation", "A cautious interpretation of all the evidence", (), ("interpretation",)),
    Item("21", "Generalisability", "For whom the results hold", (), ("generalisability",)),
    Item("22", "Funding", "Source of funding, and role of the funders", (), ("funding",)),
)


@dataclass(frozen=True)
class Answer:
    """How a report answers an item.

    Attributes
    ----------
    item : Item
        What is asked.
    places : tuple of str
        Labels of the places of the report that answer it.
    texts : dict of str to str
        The authors' own texts that answer it, by their key.
    """

    item: Item
    places: tuple[str, ...]
    texts: dict[str, str]

    @property
    def state(self) -> str:
        """Answered, missing, or not applicable."""
        if self.places:
            return ANSWERED
        return NOT_APPLICABLE if self.item.not_applicable else MISSING


def check_items(narrative: Narrative, labels: Collection[str]) -> list[Answer]:
    """Find where a report answers each item.

    Parameters
    ----------
    narrative : Narrative
        The authors' own texts.
    labels : collection of str
        Labels of the sections, tables and figures that are in the report.
    """
    answers = []
    for item in ITEMS:
        texts = {key: text for key in item.narrative if (text := getattr(narrative, key))}
        places = [*item.places, *(place for key in texts for place in PRINTED_IN[key])]
        answers.append(Answer(item, tuple(place for place in dict.fromkeys(places) if place in labels), texts))
    return answers


def write_checklist(answers: list[Answer]) -> str:
    """The checklist as a Markdown table, whose references every renderer numbers and links."""
    lines = [
        "| Item | Topic | What a report should say | Where it is |",
        f"|:{5 * '-'}|:{16 * '-'}|:{34 * '-'}|:{24 * '-'}|",
    ]
    lines += [
        f"| {answer.item.number} | {answer.item.topic} | {answer.item.wording} | {_show_places(answer)} |"
        for answer in answers
    ]
    caption = ": Checklist of the STROBE statement for cohort studies, with the places of this report {#tbl-strobe}"
    return "\n".join([*lines, "", caption])


def _show_places(answer: Answer) -> str:
    if answer.state == ANSWERED:
        return ", ".join(f"@{place}" for place in answer.places)
    if answer.state == NOT_APPLICABLE:
        return f"Not applicable: {answer.item.not_applicable}"
    keys = ", ".join(answer.item.narrative)
    return f"**Missing** (study.yml, narrative: {keys})" if keys else "**Missing**"


def make_checklist_frame(answers: list[Answer]) -> pd.DataFrame:
    """The checklist for machines: state, labels of places and the authors' texts of each item."""
    return pd.DataFrame(
        [
            {
                "Item": answer.item.number,
                "Topic": answer.item.topic,
                "What a report should say": answer.item.wording,
                "State": answer.state,
                "Places": " ".join(answer.places),
                "Key in study.yml": " ".join(answer.item.narrative),
                "Text of the authors": " ".join(" ".join(text.split()) for text in answer.texts.values()),
            }
            for answer in answers
        ]
    )
