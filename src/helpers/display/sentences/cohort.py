"""Sentences about the study, its patients and its conventions."""

from collections.abc import Iterator

from helpers.display.formatting import count, format_number, format_percent, format_range, join_words, within_sentence
from helpers.display.lookup import count_patients, find, get, list_baseline, list_strata, name_largest_move
from helpers.display.prose import Prose, plain
from helpers.display.sentences.treatment import add_up_flow
from helpers.results.cut import CutData
from helpers.results.strata import NOT_RECORDED

INTERVALS = {
    "log-log": "on the log(−log) scale",
    "log": "on the log scale",
    "plain": "on the plain scale",
}


def describe_study(data: CutData) -> Prose:
    """Say what the report is about, from which source and at which cut."""
    study, cut = data.study, data.cut
    source = f" [@{study.citation}]" if study.citation else ""
    until = f", data cut {cut.date.isoformat()}" if cut.date else "; the source does not state the date of its data cut"
    invented = " **The data are synthetic: no patient stands behind any number.**" if study.synthetic else ""
    return Prose(f"*{study.question}* The data are those of {study.short_title}{source}, {cut.label}{until}.{invented}")


def describe_cohort(data: CutData) -> Prose:
    """Say how many patients there are, their age and their strata."""
    n = count_patients(data)
    text = f"The study has {count(n, 'treated patient')}"
    age = next((variable for variable in list_baseline(data) if variable.kind == "continuous"), None)
    if age is not None:
        stats = get(data, "continuous", population="SAFFL", variable=age.name)
        text += (
            f", median {age.label.lower()} {format_number(stats['median'])} {age.unit or ''} "
            f"(range {format_range(stats['min'], stats['max'])})"
        )
    return Prose(". ".join([text, *_describe_strata(data, n)]) + ".")


def _describe_strata(data: CutData, n: float) -> list[str]:
    labels = {variable.name: variable.label for variable in data.study.variables}
    sentences = []
    for group in data.study.strata:
        parts = []
        for name, level, label in list_strata(data):
            if name == group:
                patients = count_patients(data, "SAFFL", group, level)
                share = f" ({format_percent(patients / n, n)})" if n else ""
                parts.append(f"{within_sentence(label)} in {_number(patients)}{share}")
        if unknown := _count_unknown(data, group):
            parts.append(f"not recorded in {_number(unknown)}")
        sentences.append(f"{labels[group]}: {join_words(parts)}")
    return sentences


def _count_unknown(data: CutData, group: str) -> float:
    """Treated patients whose stratum is not recorded."""
    stats = find(data, "count", population="SAFFL", group=group, level=NOT_RECORDED, variable="SAFFL")
    return stats.get("n") or 0


def describe_conventions(data: CutData) -> Prose:
    """List the conventions the numbers follow, as study.yml declares them."""
    conventions = data.study.conventions
    confidence = format_percent(conventions.confidence, 1)
    descriptive = "" if data.study.comparisons else " Descriptive tables carry no p-value."
    return Prose(
        "\n".join(
            [
                f"- Confidence intervals are two-sided with a confidence of {confidence}.",
                "- Proportions have exact Clopper–Pearson intervals [@clopper1934]; the denominator is always shown.",
                f"- Survival curves are Kaplan–Meier estimates [@kaplan1958] with Greenwood's variance and intervals "
                f"{INTERVALS[conventions.km_interval]} [@kalbfleisch2002].",
                "- A median is the time at which the curve falls to one half; where it rests at one half before it "
                "falls again, the midpoint of that rest. It is NR where the curve stays above one half, and an "
                "estimate is NE past the last follow-up.",
                "- Follow-up is the median of the reverse Kaplan–Meier curve [@schemper1996]; its completeness is the "
                "share observed of the person-time possible until the event or the data cut [@clark2002]. A patient "
                f"without an event who was seen within {conventions.followed_within_days} days before the data cut is "
                "still followed.",
                "- A curve is drawn faint from where one more event would move it by more than "
                f"{name_largest_move(data)} [@gebski2018].",
                f"- Months are days divided by {conventions.days_per_month:g}; the day of the origin is day zero.",
                f"- Quartiles interpolate linearly between the ordered values.{descriptive}",
                *_describe_competing(data),
                *_describe_tests(data),
                *_describe_grading(data),
            ]
        )
    )


def _describe_competing(data: CutData) -> Iterator[str]:
    if any(endpoint.competing for endpoint in data.study.endpoints):
        yield (
            "- Where another event can forestall the one of interest, its cumulative incidence is estimated "
            "(Aalen–Johansen [@aalen1978]), never one minus Kaplan–Meier; intervals are on the log(−log) scale."
        )


def _describe_tests(data: CutData) -> Iterator[str]:
    if not data.study.comparisons:
        return
    level = format_number(data.study.conventions.significance, 2)
    yield (
        "- Between strata, categories are compared by the χ² test (of two by two tables with continuity correction) "
        "where all expected counts are large enough, else by Fisher's exact test; numbers by the Mann–Whitney test; "
        "times to an event by the log-rank test; cumulative incidences by Gray's test [@gray1988]. Tests are "
        f"two-sided; p < {level} is called a difference, without adjustment for the number of tests."
    )
    yield (
        "- Hazard ratios are those of a Cox model, or, with competing events, of a Fine–Gray model [@fine1999]; with "
        "too few events in a stratum there is none, and the table says so."
    )


def _describe_grading(data: CutData) -> Iterator[str]:
    if data.study.clinical is None:
        return
    yield (
        "- Adverse events are graded by CTCAE [@ctcae5], cytokine release and neurotoxicity by the ASTCT consensus "
        "[@lee2019], acute GVHD by MAGIC [@harris2016] from its organ stages, chronic GVHD by the NIH consensus "
        "[@jagasia2015] from its organ scores. Where a grade derived from organs or components differs from the "
        "recorded one, the derived one counts and the difference is listed in @sec-cohort; where an organ or a "
        "component is missing, the recorded grade stands."
    )
    if data.study.later_states:
        yield (
            "- A state that begins after the origin is never a baseline group: it enters as a time-dependent covariate "
            "and by the Mantel–Byar test [@mantel1974]."
        )


def describe_findings(data: CutData) -> Prose:
    """Say whether the checks of the raw tables found anything, and list what they found."""
    if not data.findings:
        tables = ", ".join(f"`{name}`" for name in data.tables)
        return Prose(f"The checks of the raw tables ({tables}) found nothing to report.")
    listed = "\n".join(f"- {plain(str(finding))}" for finding in data.findings)
    return Prose(f"The checks of the raw tables gave {count(len(data.findings), 'warning')}:\n\n{listed}")


def reconcile_strata(data: CutData) -> Prose:
    """Show that the strata add up to all patients."""
    total = count_patients(data)
    flow = add_up_flow(data)
    texts = [f"**Reconciliation.** {flow}."] if flow else []
    for group in data.study.strata:
        parts = [count_patients(data, "SAFFL", group, level) for name, level, _ in list_strata(data) if name == group]
        parts += [unknown] if (unknown := _count_unknown(data, group)) else []
        verdict = "all treated patients" if sum(parts) == total else f"NOT the {count(total, 'treated patient')}"
        texts.append(f"**Reconciliation.** {' + '.join(map(_number, parts))} = {_number(sum(parts))}, {verdict}.")
    return Prose("\n\n".join(texts))


def conclude_cohort(data: CutData) -> Prose:
    """Say what the cohort chapter leaves the reader with."""
    baseline = [within_sentence(variable.label) for variable in list_baseline(data)]
    held = join_words(baseline) or "no characteristic"
    text = f"**In short.** For {count(count_patients(data), 'patient')} the data hold {held} by patient"
    printed = "reported_counts" in data.tables
    return Prose(f"{text}; everything else about them exists only as printed counts." if printed else f"{text}.")


def _number(value: float) -> str:
    return format_number(value, 0)
