"""published.yml: what a paper prints about its own cohort, and how each number can be checked."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from helpers.study.declared import Declared
from helpers.study.model import Study
from helpers.study.reading import read_declared


def _as_printed(value: object) -> object:
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            return Decimal(str(value))
        except InvalidOperation as error:
            raise ValueError(f"'{value}' is not a number") from error
    return value


Printed = Annotated[Decimal, BeforeValidator(_as_printed)]
"""A number as printed: its digits say how precisely."""

ValueKey = Literal[
    "n", "N", "percent", "estimate", "median", "mean", "min", "max", "lower", "upper", "value"
]  # fmt: skip
Part = str | int
"""A value of another claim, written ``ID.key``, or a plain number."""


class Selector(Declared):
    """Names one analysis of the results."""

    analysis: str
    param: str = ""
    population: str = ""
    group: str = ""
    level: str = ""
    variable: str = ""


class Tried(Selector):
    """Another subset that was tried when the first did not reproduce the printed value."""

    label: str


class ResultCheck(Selector):
    """Compare with the results: `scale` multiplies the recomputed value, `values` maps claim keys to statistics."""

    against: Literal["result"]
    keys: tuple[ValueKey, ...] | None = None
    values: dict[ValueKey, str] = {}
    scale: float = 1
    tried: tuple[Tried, ...] = ()


class PercentCheck(Declared):
    """The percentage must be n of the denominator that the sentence or table itself uses."""

    against: Literal["percent"]
    of: int
    n: int | None = None


class SumCheck(Declared):
    """Parts that should add up."""

    against: Literal["sum"]
    parts: tuple[Part, ...]
    total: Part


class SameCheck(Declared):
    """The same thing stated elsewhere must have the same values."""

    against: Literal["same"]
    as_: Annotated[tuple[str, ...], Field(alias="as")]
    keys: tuple[ValueKey, ...] | None = None


class IntervalCheck(Declared):
    """An interval must hold its estimate, a range its median; percentages lie within 0 to 100."""

    against: Literal["interval"]


class SurvivalIntervalCheck(Declared):
    """A survival estimate with its interval must be one that so many patients and deaths can give."""

    against: Literal["survival_interval"]
    n: Annotated[int, Field(gt=0)]
    deaths: Annotated[int, Field(gt=0)]


class UnionCheck(Declared):
    """Patients with any of several events: no fewer than the largest part, no more than the sum of the parts."""

    against: Literal["union"]
    of: tuple[Part, ...]


class MissingCheck(Declared):
    """What the paper would have to print for the value to be recomputed."""

    against: Literal["missing"]
    data: str


Check = Annotated[
    ResultCheck
    | PercentCheck
    | SumCheck
    | SameCheck
    | IntervalCheck
    | SurvivalIntervalCheck
    | UnionCheck
    | MissingCheck,
    Field(discriminator="against"),
]


class Claim(Declared):
    """A numeric claim as printed, with its place and its checks; `endpoint` names the endpoint it is about, if any."""

    id: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*-?[0-9]+[a-z]?$")]
    place: str
    printed: str
    about: str
    values: Annotated[dict[ValueKey, Printed], Field(min_length=1)]
    checks: Annotated[tuple[Check, ...], Field(min_length=1)]
    endpoint: str = ""
    explain: str = ""


class PublishedClaims(Declared):
    """A whole published.yml."""

    citation: str
    denominators: dict[int, str]
    claims: tuple[Claim, ...]

    @model_validator(mode="after")
    def _references_exist(self) -> Self:
        ids = [claim.id for claim in self.claims]
        for name in ids:
            if ids.count(name) > 1:
                raise ValueError(f"claim {name} stands twice")
        known = {f"{claim.id}.{key}" for claim in self.claims for key in claim.values}
        for claim in self.claims:
            for check in claim.checks:
                for reference in _references(check):
                    if reference not in known and reference not in ids:
                        raise ValueError(f"claim {claim.id} refers to {reference}, which does not exist")
        return self


def _references(check: Check) -> list[str]:
    parts: list[Part] = []
    if isinstance(check, SumCheck):
        parts = [*check.parts, check.total]
    if isinstance(check, UnionCheck):
        parts = [*check.of]
    if isinstance(check, SameCheck):
        parts = [*check.as_]
    return [part for part in parts if isinstance(part, str)]


def read_published_claims(study: Study) -> PublishedClaims | None:
    """Read the claims of a published cohort, or None where the study has no published.yml.

    Raises
    ------
    UsageError
        If the file declares something that does not fit.
    """
    if not study.published_claims.is_file():
        return None
    return read_declared(study.published_claims, PublishedClaims)
