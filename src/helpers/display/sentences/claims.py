"""Sentences about the audit of printed claims."""

from decimal import Decimal

from helpers.display.absence import NotInStudyError, or_say_so
from helpers.display.formatting import count, format_number, format_scientific, join_words, round_half_up
from helpers.display.lookup import get
from helpers.display.prose import Prose
from helpers.results.audit import AuditedClaim, Comparison, Verdict
from helpers.results.cut import CutData

RANGES = (("min", "max"), ("lower", "upper"))


NO_CLAIMS = "This study has no printed claims to audit"


@or_say_so
def describe_audit(data: CutData) -> Prose:
    """Say how many claims there are and how many got each verdict."""
    if not data.audited:
        raise NotInStudyError(NO_CLAIMS)
    counts = {verdict: get(data, "audit", variable=f"verdict={verdict}") for verdict in Verdict}
    total = counts[Verdict.AGREES]["N"] or 0
    parts = [
        f"{format_number(stats['n'])} {_said_of_claims(verdict)}" for verdict, stats in counts.items() if stats["n"]
    ]
    return Prose(f"The source makes {count(total, 'numeric claim')} about its cohort. Of these, {join_words(parts)}.")


def _said_of_claims(verdict: Verdict) -> str:
    return {
        Verdict.DIFFERS: "differ from what the patient listing gives",
        Verdict.INCONSISTENT: "contradict their own sentence or another place of the paper",
        Verdict.NOT_DERIVABLE: "cannot be recomputed from what is printed",
        Verdict.ROUNDED: "agree after rounding",
        Verdict.AGREES: "agree exactly",
    }[verdict]


@or_say_so
def reconcile_audit(data: CutData) -> Prose:
    """Show that the verdicts add up to the claims."""
    if not data.audited:
        raise NotInStudyError(NO_CLAIMS)
    counts = [get(data, "audit", variable=f"verdict={verdict}") for verdict in Verdict]
    numbers = [stats["n"] or 0 for stats in counts]
    verdict = "all claims" if sum(numbers) == counts[0]["N"] else "NOT the number of claims"
    terms = " + ".join(map(format_number, numbers))
    return Prose(f"**Reconciliation.** {terms} = {format_number(sum(numbers))}, {verdict}.")


@or_say_so
def conclude_audit(data: CutData) -> Prose:
    """Say what share of the claims that can be recomputed holds."""
    if not data.audited:
        raise NotInStudyError(NO_CLAIMS)
    recomputable = get(data, "audit", variable="recomputable")
    inconsistent = get(data, "audit", variable=f"verdict={Verdict.INCONSISTENT}")["n"] or 0
    return Prose(
        f"**In short.** Of {count(recomputable['N'] or 0, 'claim')} that can be recomputed from the patient listing, "
        f"{format_number(recomputable['n'])} hold; {count(inconsistent, 'further claim')} "
        "cannot be squared with the paper itself."
    )


def describe_recomputed(item: AuditedClaim) -> str:
    """What the results give for the values of a claim: 15 (88.2%), or 8 (1–31)."""
    found = {
        comparison.key: _format(comparison)
        for comparison in item.comparisons
        if comparison.kind == "result" and comparison.recomputed is not None
    }
    pairs = [f"{found.pop(low)}–{found.pop(high)}" for low, high in RANGES if low in found and high in found]
    values = list(found.values()) + pairs
    return f"{values[0]} ({', '.join(values[1:])})" if len(values) > 1 else (values or ["–"])[0]


def explain_verdict(item: AuditedClaim) -> str:
    """Why a claim got its verdict: what was compared, what was tried, and the fair reading."""
    arithmetic = [_sentence(text) for text in (*_arithmetic(item), *_missing(item))]
    tried = [_sentence(text) for text in _tried(item)]
    return " ".join([*arithmetic, item.claim.explain, *tried]).strip()


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _arithmetic(item: AuditedClaim) -> list[str]:
    texts = []
    for comparison in item.comparisons:
        if comparison.kind == "percent":
            texts.append(f"{comparison.basis} is {_format(comparison)}")
        if comparison.kind == "sum":
            relation = "" if comparison.holds else ", which is wrong"
            texts.append(f"{comparison.basis}{relation}")
        if comparison.kind == "same" and not comparison.holds:
            texts.append(f"{comparison.basis} says {_format(comparison)}")
        if comparison.kind == "interval" and not comparison.holds:
            texts.append(f"the interval does not hold: {comparison.basis}")
        if comparison.kind == "survival_interval":
            texts.append(f"{'possible' if comparison.holds else 'impossible'} as {comparison.basis}")
        if comparison.kind == "union":
            relation = "possible" if comparison.holds else "impossible"
            texts.append(f"{relation}: by its parts {comparison.basis} patients")
    same = [comparison.basis for comparison in item.comparisons if comparison.kind == "same" and comparison.holds]
    return texts + ([f"as in {join_words(list(dict.fromkeys(same)))}"] if same else [])


def _tried(item: AuditedClaim) -> list[str]:
    tried = [
        comparison
        for comparison in item.comparisons
        if comparison.kind == "tried" and comparison.recomputed is not None
    ]
    by_label = {comparison.basis: [other for other in tried if other.basis == comparison.basis] for comparison in tried}
    texts = [f"{label}: {', '.join(map(_format, found))}" for label, found in by_label.items()]
    return [f"also tried, {'; '.join(texts)}"] if texts else []


def _missing(item: AuditedClaim) -> list[str]:
    data = [comparison.basis for comparison in item.comparisons if comparison.kind == "missing"]
    if data:
        return [f"not printed: {join_words(list(dict.fromkeys(data)))}"]
    empty = [other.basis for other in item.comparisons if other.kind == "result" and other.holds is None]
    return list(dict.fromkeys(empty))


def _format(comparison: Comparison) -> str:
    value = comparison.recomputed
    if value is None:
        return "–"
    if comparison.key == "percent":
        return f"{round_half_up(value, 1)}%"
    if value >= 1e5:
        return format_scientific(value)
    return format_number(value, max(1, _decimals(comparison.printed)))


def _decimals(printed: Decimal) -> int:
    exponent = printed.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0
