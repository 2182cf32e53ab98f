"""Sentences about the study, its patients and its conventions."""

from helpers.display.formatting import count, format_number, format_percent, format_range, join_words, within_sentence
from helpers.display.lookup import count_patients, get, list_baseline, list_strata
from helpers.display.prose import Prose, plain
from helpers.results.cut import CutData

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
    return Prose(f"*{study.question}* The data are those of {study.short_title}{source}, {cut.label}{until}.")


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
                parts.append(f"{within_sentence(label)} in {_number(patients)} ({format_percent(patients / n, n)})")
        sentences.append(f"{labels[group]}: {join_words(parts)}")
    return sentences


def describe_conventions(data: CutData) -> Prose:
    """List the conventions the numbers follow, as study.yml declares them."""
    conventions = data.study.conventions
    confidence = format_percent(conventions.confidence, 1)
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
                "- Follow-up is the median of the reverse Kaplan–Meier curve [@schemper1996].",
                f"- Months are days divided by {conventions.days_per_month:g}; the day of the origin is day zero.",
                "- Quartiles interpolate linearly between the ordered values. Descriptive tables carry no p-value.",
            ]
        )
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
    texts = []
    for group in data.study.strata:
        parts = [count_patients(data, "SAFFL", group, level) for name, level, _ in list_strata(data) if name == group]
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
