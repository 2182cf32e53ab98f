"""Audit of printed claims: each printed number beside the recomputed one, with a verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

import pandas as pd

from helpers.results.schema import Key, Rows, get_note, get_stats, make_rows
from helpers.statistics.possible_curves import list_possible_estimates
from helpers.study.claims import (
    Claim,
    IntervalCheck,
    MissingCheck,
    Part,
    PercentCheck,
    PublishedClaims,
    ResultCheck,
    SameCheck,
    Selector,
    SumCheck,
    SurvivalIntervalCheck,
    UnionCheck,
)
from helpers.study.errors import UsageError


class Verdict(StrEnum):
    """What an audit finds, the gravest first."""

    DIFFERS = "differs"
    INCONSISTENT = "internally inconsistent"
    NOT_DERIVABLE = "not derivable"
    ROUNDED = "agrees after rounding"
    AGREES = "agrees"


STATISTIC_OF = {
    "n": "n", "N": "N", "percent": "p", "estimate": "p", "median": "median", "mean": "mean",
    "min": "min", "max": "max", "lower": "lcl", "upper": "ucl", "value": "n",
}  # fmt: skip
"""Which statistic of the results a printed value is compared with, unless the check says otherwise."""


@dataclass(frozen=True)
class Comparison:
    """One printed value beside what it was checked against.

    Attributes
    ----------
    kind : str
        Kind of the check: result, percent, sum, same, interval, union, missing; tried for another subset.
    key : str
        Which of the claim's values.
    printed : Decimal
        As printed.
    recomputed : float or None
        What the check gives; None where it cannot be had.
    holds : bool or None
        Whether the two agree at the printed precision; None where nothing could be compared.
    basis : str
        What the recomputed value rests on.
    """

    kind: str
    key: str
    printed: Decimal
    recomputed: float | None
    holds: bool | None
    basis: str


@dataclass(frozen=True)
class AuditedClaim:
    """A claim with its verdict and everything it was compared with."""

    claim: Claim
    verdict: Verdict
    comparisons: tuple[Comparison, ...] = field(repr=False)


def audit_claims(published: PublishedClaims, results: pd.DataFrame) -> list[AuditedClaim]:
    """Check every printed claim against the results and against the paper itself.

    Parameters
    ----------
    published : PublishedClaims
        The claims of published.yml.
    results : DataFrame
        The results table of the same study.

    Returns
    -------
    list of AuditedClaim
        In the order of the paper.

    Raises
    ------
    UsageError
        If a check names a result, or a value of the claim, that does not exist.
    """
    return [_audit(claim, published, results) for claim in published.claims]


def make_audit_rows(audited: Sequence[AuditedClaim]) -> Rows:
    """Turn an audit into results: printed and recomputed values, and how many claims got each verdict."""
    rows: Rows = []
    for item in audited:
        for number, comparison in enumerate(item.comparisons, start=1):
            key = Key(item.claim.id, group="check", level=f"{number:02d} {comparison.kind}", variable=comparison.key)
            stats = {"printed": float(comparison.printed), "recomputed": comparison.recomputed}
            rows += make_rows(
                stats, "audit", key, method=f"audit: {comparison.kind}", note=f"{item.verdict}; {comparison.basis}"
            )
    rows += _verdict_rows(audited, "", "")
    rows += make_rows(
        _count_recomputable(audited), "audit", Key(variable="recomputable"), method="audit", note="n hold of N"
    )
    for place in dict.fromkeys(item.claim.place for item in audited):
        rows += _verdict_rows([item for item in audited if item.claim.place == place], "place", place)
    return rows


def _verdict_rows(audited: Sequence[AuditedClaim], group: str, level: str) -> Rows:
    rows: Rows = []
    for verdict in Verdict:
        stats = {"n": sum(item.verdict is verdict for item in audited), "N": len(audited)}
        key = Key(group=group, level=level, variable=f"verdict={verdict}")
        rows += make_rows(stats, "audit", key, method="audit", note="claims with the verdict, of all claims")
    return rows


def _count_recomputable(audited: Sequence[AuditedClaim]) -> dict[str, int]:
    holding = sum(item.verdict in {Verdict.AGREES, Verdict.ROUNDED} for item in audited)
    return {"n": holding, "N": holding + sum(item.verdict is Verdict.DIFFERS for item in audited)}


def _audit(claim: Claim, published: PublishedClaims, results: pd.DataFrame) -> AuditedClaim:
    try:
        comparisons = [found for check in claim.checks for found in _compare(claim, check, published, results)]
    except KeyError as error:
        raise UsageError(f"published.yml, claim {claim.id}: {error.args[0]}") from error
    return AuditedClaim(claim, _judge(comparisons), tuple(comparisons))


def _judge(comparisons: Sequence[Comparison]) -> Verdict:
    recomputed = [comparison for comparison in comparisons if comparison.kind == "result"]
    within = [comparison for comparison in comparisons if comparison.kind not in {"result", "tried", "missing"}]
    if any(comparison.holds is False for comparison in recomputed):
        return Verdict.DIFFERS
    if any(comparison.holds is False for comparison in within):
        return Verdict.INCONSISTENT
    compared = [comparison for comparison in recomputed if comparison.holds]
    if not compared:
        return Verdict.NOT_DERIVABLE
    exact = all(comparison.recomputed == float(comparison.printed) for comparison in compared)
    return Verdict.AGREES if exact else Verdict.ROUNDED


def _compare(claim: Claim, check: object, published: PublishedClaims, results: pd.DataFrame) -> Iterator[Comparison]:
    match check:
        case ResultCheck():
            yield from _against_result(claim, check, results)
        case PercentCheck():
            yield from _against_percent(claim, check, published)
        case SumCheck():
            yield _against_sum(claim, check, published)
        case SameCheck():
            yield from _against_same(claim, check, published)
        case IntervalCheck():
            yield from _against_interval(claim)
        case SurvivalIntervalCheck():
            yield _against_possible_curves(claim, check)
        case UnionCheck():
            yield _against_union(claim, check, published)
        case MissingCheck():
            for key, printed in claim.values.items():
                yield Comparison("missing", key, printed, None, None, check.data)


def _against_result(claim: Claim, check: ResultCheck, results: pd.DataFrame) -> Iterator[Comparison]:
    note = get_note(results, **_keys(check))
    for key in check.keys or tuple(check.values) or tuple(claim.values):
        printed = claim.values[key]
        value = _recomputed(check, key, check, results)
        basis = note if value is None else "patient listing"
        yield Comparison("result", key, printed, value, None if value is None else is_same(value, printed), basis)
        for other in check.tried:
            value = _recomputed(other, key, check, results)
            yield Comparison(
                "tried", key, printed, value, None if value is None else is_same(value, printed), other.label
            )


def _recomputed(selector: Selector, key: str, check: ResultCheck, results: pd.DataFrame) -> float | None:
    name = {str(other): stat for other, stat in check.values.items()}.get(key, STATISTIC_OF[key])
    stats = get_stats(results, **_keys(selector))
    if name not in stats:
        raise KeyError(f"the analysis has no statistic {name}; it has {', '.join(stats)}")
    value = stats[name]
    if value is None:
        return None
    return float(value * check.scale * (100 if key == "percent" else 1))


def _keys(selector: Selector) -> dict[str, str]:
    return selector.model_dump(include={"analysis", "param", "population", "group", "level", "variable"})


def _against_percent(claim: Claim, check: PercentCheck, published: PublishedClaims) -> Iterator[Comparison]:
    n = check.n if check.n is not None else int(claim.values["n"])
    printed = claim.values["percent"]
    if check.of <= 0:
        raise KeyError(f"a percentage of {check.of} patients")
    holds = is_same(100 * n / check.of, printed)
    yield Comparison("percent", "percent", printed, 100 * n / check.of, holds, f"{n} of {check.of}")
    if not holds:
        for other in published.denominators:
            if is_same(100 * n / other, printed):
                yield Comparison("tried", "percent", printed, 100 * n / other, True, f"{n} of {other}")


def _against_sum(claim: Claim, check: SumCheck, published: PublishedClaims) -> Comparison:
    total = _value_of(check.total, published)
    parts = [_value_of(part, published) for part in check.parts]
    key = next(iter(claim.values))
    basis = f"{' + '.join(f'{part:f}' for part in parts)} = {total:f}"
    return Comparison("sum", key, total, float(sum(parts)), sum(parts) == total, basis)


def _against_same(claim: Claim, check: SameCheck, published: PublishedClaims) -> Iterator[Comparison]:
    claims = {other.id: other for other in published.claims}
    for name in check.as_:
        other = claims[name]
        shared = [key for key in check.keys or tuple(claim.values) if key in other.values]
        if not shared:
            raise KeyError(f"claim {name} has none of the values to be compared")
        for key in shared:
            same = claim.values[key] == other.values[key]
            basis = f"{other.place} ({name})"
            yield Comparison("same", key, claim.values[key], float(other.values[key]), same, basis)


def _against_interval(claim: Claim) -> Iterator[Comparison]:
    values = {str(key): value for key, value in claim.values.items()}
    pairs = [(low, high) for low, high in (("lower", "upper"), ("min", "max")) if low in values and high in values]
    if not pairs and "percent" not in values:
        raise KeyError("an interval check needs lower and upper, min and max, or a percent")
    for low, high in pairs:
        centre = next((key for key in ("estimate", "median", "mean", "percent", "value") if key in values), low)
        holds = values[low] <= values[centre] <= values[high]
        basis = f"{values[low]:f} to {values[high]:f} holds {values[centre]:f}"
        yield Comparison("interval", centre, values[centre], float(values[centre]), holds, basis)
    if "percent" in values:
        holds = 0 <= values["percent"] <= 100
        yield Comparison("interval", "percent", values["percent"], None, holds, "within 0 to 100")


def _against_possible_curves(claim: Claim, check: SurvivalIntervalCheck) -> Comparison:
    estimate, lower, upper = (claim.values[key] for key in ("estimate", "lower", "upper"))
    holds = any(
        is_same(100 * possible.estimate, estimate)
        and is_same(100 * possible.lcl, lower)
        and is_same(100 * possible.ucl, upper)
        for possible in list_possible_estimates(check.n, check.deaths)
    )
    basis = f"a Kaplan–Meier interval of {check.n} patients with up to {check.deaths} deaths"
    return Comparison("survival_interval", "estimate", estimate, None, holds, basis)


def _against_union(claim: Claim, check: UnionCheck, published: PublishedClaims) -> Comparison:
    parts = [_value_of(part, published) for part in check.of]
    low, high = max(parts), sum(parts)
    printed = claim.values["n"]
    return Comparison("union", "n", printed, None, low <= printed <= high, f"between {low:f} and {high:f}")


def _value_of(part: Part, published: PublishedClaims) -> Decimal:
    if isinstance(part, int):
        return Decimal(part)
    name, _, key = part.partition(".")
    values = {claim.id: claim.values for claim in published.claims}[name]
    return {str(other): value for other, value in values.items()}[key or "n"]


def is_same(value: float, printed: Decimal) -> bool:
    """Whether a value, rounded half up to the printed digits, is the printed number."""
    exponent = printed.as_tuple().exponent
    assert isinstance(exponent, int)  # a printed number is finite
    # 12 digits are more than any paper prints and free of the noise of binary fractions
    rounded = Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(exponent), rounding=ROUND_HALF_UP)
    return rounded == printed
