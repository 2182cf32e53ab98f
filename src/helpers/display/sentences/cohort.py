"""Sentences about the patients of a study."""

from helpers.display.absence import not_for_public, or_say_so
from helpers.display.formatting import count, format_number, format_percent, format_range, join_words, within_sentence
from helpers.display.lookup import count_patients, find, get, list_baseline, list_strata
from helpers.display.prose import Prose
from helpers.display.sentences.treatment import add_up_flow
from helpers.results.cut import PUBLIC, CutData
from helpers.results.strata import NOT_RECORDED


def describe_cohort(data: CutData) -> Prose:
    """Say how many patients there are, their age and their strata."""
    n = count_patients(data)
    text = f"The study has {count(n, 'treated patient')}"
    age = next((variable for variable in list_baseline(data) if variable.kind == "continuous"), None)
    if age is not None:
        stats = get(data, "continuous", population="SAFFL", variable=age.name)
        # the ends of a range are single patients
        spread = ("quartiles", "q1", "q3") if data.audience == PUBLIC else ("range", "min", "max")
        text += (
            f", median {age.label.lower()} {format_number(stats['median'])} {age.unit or ''} "
            f"({spread[0]} {format_range(stats[spread[1]], stats[spread[2]])})"
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


@or_say_so
@not_for_public("That the parts add up")
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
