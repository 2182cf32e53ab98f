"""The seal of a delivered report as it is read again, and what a comparison with it can find."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from helpers.delivery.file_differences import MISSING, Place
from helpers.results.delivered import INPUTS, MANIFEST
from helpers.study.model import Cut, Study

_OUTPUTS = (f"{INPUTS}/", "results.csv", "adam/", "findings.csv", "", "tables/", "notebooks/", "figures/", "report.")
"""Outputs in the order in which a difference spreads, so that the one named first is nearest to its cause."""
_SHOWN = 5
"""How many further differences a message names."""


class Asked(BaseModel):
    """What was asked for; whatever else stands there is a further parameter of the chapters."""

    model_config = ConfigDict(extra="allow", frozen=True)
    study: str
    cut: str
    audience: str
    formats: tuple[Literal["html", "pdf", "docx"], ...]
    renderer: Literal["auto", "quarto", "embedded"]
    engine: str


class Manifest(BaseModel):
    """A manifest as `make_manifest` wrote it."""

    model_config = ConfigDict(frozen=True)
    asked: Asked
    rendered_with: str
    program: str
    packages: dict[str, str]
    code: dict[str, str]
    inputs: dict[str, str]
    outputs: dict[str, str]


class Kind(StrEnum):
    """What differs, in the order in which it is looked for."""

    DATA = "data"
    STUDY = "study.yml"
    CONFIGURATION = "configuration"
    CHAPTER = "chapter"
    CODE = "helper code"
    PACKAGE = "package version"
    RENDERER = "renderer"
    EARLIER = "earlier report"
    DELIVERED = "delivered file"
    REBUILT = "rebuilt output"


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was sealed.

    Attributes
    ----------
    kind : Kind
        What it is.
    name : str
        Its path as the manifest has it, or the name of a package.
    place : Place
        Where it differs first: row, patient and column of a table, line of a text, or no place but the sums; with what
        stood there when the report was sealed, and what is found now or was made by a rebuild.
    """

    kind: Kind
    name: str
    place: Place

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.name, self.place.where) if part)
        if self.kind is Kind.REBUILT:
            return f"{where}: {self.place.before} as delivered, {self.place.after} when built again"
        return f"{where}: was {self.place.before}, is now {self.place.after}"


@dataclass(frozen=True)
class Verification:
    """What a verification found; without a difference, the report is verified.

    Attributes
    ----------
    study, cut : str
        Ids.
    differences : tuple of Difference
        The first is the culprit.
    checked : str
        What was compared, in words.
    """

    study: str
    cut: str
    differences: tuple[Difference, ...]
    checked: str = ""

    def __str__(self) -> str:
        report = f"{self.study}, {self.cut}"
        if not self.differences:
            return f"{report}: verified: {self.checked}"
        first, *others = self.differences
        if first.kind is Kind.REBUILT:
            verdict = "not reproduced"
            advice = "everything it was made from is as sealed: the cause lies in what the seal does not cover"
        elif first.kind is Kind.DELIVERED:
            verdict, advice = "changed after its delivery", "'blina-dli run' would deliver it again"
        else:
            verdict, advice = (
                f"stale because of the {first.kind}",
                "'blina-dli run' would rebuild it from what is there now",
            )
        lines = [f"{report}: {verdict}: {first}", *(f"  also {other.kind}: {other}" for other in others[:_SHOWN])]
        lines += [f"  and {len(others) - _SHOWN} more"] if len(others) > _SHOWN else []
        return "\n".join([*lines, f"  {advice}"])


def read_manifest(folder: Path, study: Study, cut: Cut) -> Manifest | Difference:
    """Read the manifest of a delivered folder; a difference where it is missing, damaged or of another report."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        return Difference(Kind.DELIVERED, MANIFEST, Place(where, "readable", f"not ({fault['msg']})"))
    except OSError:
        return Difference(Kind.DELIVERED, MANIFEST, Place("", "there", MISSING))
    sealed = (manifest.asked.study, manifest.asked.cut)
    if sealed != (study.id, cut.id):
        place = Place("asked", f"that of {study.id}, {cut.id}", f"that of {', '.join(sealed)}")
        return Difference(Kind.DELIVERED, MANIFEST, place)
    return manifest


def list_differing(sealed: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Names that only one side has or that differ; outputs in the order in which a difference spreads."""
    names = (name for name in sealed.keys() | found.keys() if sealed.get(name) != found.get(name))
    return sorted(names, key=lambda name: (_rank(name), name))


def _rank(name: str) -> int:
    known = (rank for rank, start in enumerate(_OUTPUTS) if start and name.startswith(start))
    return next(known, _OUTPUTS.index(""))
