"""Sentences about what was planned: the design of a study, who could take part, what was given, what counts as what."""

from collections.abc import Iterator, Mapping

from helpers.display.absence import NotInStudyError, or_say_so
from helpers.display.formatting import (
    capitalise,
    format_number,
    format_percent,
    format_scientific,
    join_words,
    within_sentence,
)
from helpers.display.lookup import name_cut_date
from helpers.display.prose import Prose, plain
from helpers.results.cut import PUBLIC, CutData
from helpers.study.clinical import Clinical, Course

DESIGN = {"design": "the study design", "setting": "the setting", "follow_up": "how patients were followed up"}
DECLARATIONS = {
    "ethics": "ethics approval and consent",
    "registration": "registration",
    "funding": "funding",
    "data_sharing": "data sharing",
}
CLEANING = {"bias": "how bias was addressed", "study_size": "how the number of patients was arrived at"}
"""What the authors may say in study.yml, by its key, named as a sentence names it that says they have not."""

COUNTS = {"anc": "neutrophils", "platelets": "platelets", "haemoglobin": "haemoglobin"}
PER_LITRE = "\u00a0×10⁹/L"
UNITS = {"anc": PER_LITRE, "platelets": PER_LITRE, "haemoglobin": "\u00a0g/L"}


def describe_narrative(data: CutData, parts: Mapping[str, str]) -> str:
    """The authors' own words on each part, and one sentence that names what they have not written.

    Parameters
    ----------
    data : CutData
        The cut.
    parts : mapping of str to str
        Keys of the narrative of study.yml, with what a sentence calls them.
    """
    texts = {key: getattr(data.study.narrative, key) for key in parts}
    said = [plain(text) for text in texts.values() if text]
    missing = [key for key, text in texts.items() if not text]
    if missing:
        names = join_words([parts[key] for key in missing])
        said.append(f"*The authors have not yet stated {names} (study.yml, narrative: {', '.join(missing)}).*")
    return " ".join(said)


def describe_design(data: CutData) -> Prose:
    """Say, in the authors' words, what kind of study it is, where, when and how; then ethics, funding and the like."""
    return Prose("\n\n".join(describe_narrative(data, parts) for parts in (DESIGN, DECLARATIONS)))


def describe_source(data: CutData) -> Prose:
    """Say which data are reported, as of which day, and what is done with them before they are analysed."""
    study, cut = data.study, data.cut
    source = f" [@{study.citation}]" if study.citation else ""
    until = f"as of the data cut of {name_cut_date(data)}" if cut.date else "the source does not state its data cut-off"
    texts = [f"The data are those of {plain(study.short_title)}{source}, {plain(cut.label)} ({until})."]
    if study.synthetic:
        texts.append("**The data are synthetic: no patient stands behind any number.**")
    if cut.date:
        texts.append(
            "Records dated after the cut are left out, an end date after it is read as ongoing, and a patient who dies "
            "after it as alive at the cut; every dataset is derived again for each cut."
        )
    texts.append(
        "The raw tables are read as they are and checked against a data dictionary, column by column and cell by cell. "
        "An error stops the report; a warning is reported. Nothing is repaired on the way."
    )
    return Prose(" ".join(texts))


@or_say_so
def describe_eligibility(data: CutData) -> Prose:
    """List who could take part, as study.yml declares it."""
    criteria = data.study.eligibility
    if not criteria:
        raise NotInStudyError("This study declares no eligibility criteria")
    included = [plain(criterion.label) for criterion in criteria if criterion.kind == "inclusion"]
    excluded = [plain(criterion.reason) for criterion in criteria if criterion.kind == "exclusion"]
    blocks = []
    if included:
        blocks.append("Patients were eligible if they met all of these criteria:")
        blocks.append("\n".join(f"- {label}" for label in included))
    if excluded:
        blocks.append("They were excluded for any of these reasons:")
        blocks.append("\n".join(f"- {capitalise(reason)}" for reason in excluded))
    return Prose("\n\n".join(blocks))


@or_say_so
def describe_plan(data: CutData) -> Prose:
    """Say what was to be given: the course of each stratum by dose and day, the infusion, the second course."""
    clinical = data.study.clinical
    if clinical is None or clinical.plan is None:
        raise NotInStudyError("This study declares no treatment plan")
    plan = clinical.plan
    by = next(variable for variable in data.study.variables if variable.name == plan.by)
    courses = [f"- {plain(by.levels[code])}: {_describe_course(course)}." for code, course in plan.courses.items()]
    low, high = (format_scientific(dose) for dose in plan.dli_mnc_per_kg)
    first, last = (format_number(months) for months in plan.second_course_months)
    infusion = (
        f"A donor lymphocyte infusion of {low} to {high} mononuclear cells per kg was to follow within "
        f"{plan.dli_within_days} days after the last dose of the first course, and a second course {first} to {last} "
        "months after the first infusion."
    )
    return Prose(
        "\n\n".join(
            [
                f"The first course of blinatumomab depended on {within_sentence(plain(by.label))}:",
                "\n".join(courses),
                infusion,
            ]
        )
    )


def _describe_course(course: Course) -> str:
    first, *later = course.steps
    steps = [f"{format_number(first.dose_ug, 2)} µg a day"]
    steps += [f"{format_number(step.dose_ug, 2)} µg from day {step.from_day}" for step in later]
    low, high = course.days
    days = f"for {low} days" if low == high else f"for {low} to {high} days"
    return f"{join_words(steps)}, {days}{' in all' if later else ''}"


@or_say_so
def describe_response_rules(data: CutData) -> Prose:
    """Define each response, and say which assessments count."""
    responses = data.study.responses
    if not responses:
        raise NotInStudyError("This study declares no response")
    blocks = ["\n".join(f"- {_define(item.label, item.definition)}" for item in responses)]
    if data.study.clinical is not None:
        rules = data.study.clinical.response
        blocks.append(
            f"The best response counts, judged from the day after the first dose until {rules.days_after} days after "
            f"the last dose of cycle {rules.within_cycles}, and before the next cycle or another treatment of the "
            f"leukaemia began. In remission are fewer than {format_number(rules.blasts_below)}% blasts in the marrow."
        )
    return Prose("\n\n".join(blocks))


def _define(label: str, definition: str | None) -> str:
    return f"**{plain(label)}**: {plain(definition)}." if definition else f"**{plain(label)}**."


@or_say_so
def describe_safety_rules(data: CutData) -> Prose:
    """Say which harms count, in whom they are counted, and how they are graded."""
    if not data.study.occurrences:
        raise NotInStudyError("This study declares no adverse events")
    names = "; ".join(within_sentence(plain(item.label)) for item in data.study.occurrences if item.topic is None)
    counted = "Harms are counted by patient, not by episode, whether or not they were thought related to treatment"
    blocks = [f"{counted}: {names}." if names else f"{counted}; a patient counts once, with the worst grade."]
    if data.study.clinical is not None:
        blocks += list(_describe_grading(data, data.study.clinical))
    return Prose("\n\n".join(blocks))


def _describe_grading(data: CutData, clinical: Clinical) -> Iterator[str]:
    yield (
        "Treatment-emergent is what began from the first dose until "
        f"{clinical.safety.days_after} days after the last dose or infusion, and before another treatment of the "
        "leukaemia; graft-versus-host disease (GVHD) counts without that limit of days, as its chronic form comes late."
    )
    listed = "" if data.audience == PUBLIC else " and the difference is listed in @sec-findings"
    yield (
        "Adverse events are graded by CTCAE [@ctcae5], cytokine release and neurotoxicity by the ASTCT consensus "
        "[@lee2019], acute GVHD by MAGIC [@harris2016] from its organ stages, chronic GVHD by the NIH consensus "
        "[@jagasia2015] from its organ scores. Where a grade derived from organs or components differs from the "
        f"recorded one, the derived one counts{listed}; where an organ or a component is missing, the recorded grade "
        "stands."
    )
    limits = clinical.safety.lower_limits
    if limits:
        normal = join_words([f"{COUNTS[name]} {format_number(value)}{UNITS[name]}" for name, value in limits.items()])
        yield (
            f"Blood counts are graded from their values with these lower limits of normal: {normal}; a grade counts "
            "where it is worse than at the last count before treatment."
        )


def name_confidence(data: CutData) -> str:
    """The confidence of the intervals, such as 95%."""
    return format_percent(data.study.conventions.confidence, 1)
