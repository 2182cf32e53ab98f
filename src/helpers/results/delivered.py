"""A delivered report, as far as a later cut is compared with it: results, datasets, and what they were made from."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from helpers.results.schema import read_results
from helpers.study.errors import UsageError
from helpers.study.model import Cut, Study
from helpers.study.program import sum_of
from helpers.study.reading import UniqueKeyLoader

MANIFEST = "manifest.json"
"""The seal of a delivered report: the sums of all it was made from and of all it holds."""
INPUTS = "inputs"
"""Folder of the study.yml and the raw tables a report was made from: itself a study folder, with one cut."""
COMPARED = ("results.csv", "adam/", f"{INPUTS}/")
"""What a later report depends on, of all that is delivered."""


class BrokenSealError(UsageError):
    """A delivered report was changed after its delivery."""


@dataclass(frozen=True)
class Delivered:
    """A delivered report.

    Attributes
    ----------
    folder : Path
        Where it is.
    cut : Cut
        Its data cut, as it was declared then.
    manifest : dict
        Its seal.
    """

    folder: Path
    cut: Cut
    manifest: dict[str, Any]

    @property
    def inputs(self) -> Path:
        """The study folder it was made from, as it was then."""
        return self.folder / INPUTS

    @cached_property
    def declared(self) -> dict[str, Any]:
        """The study.yml of then, as it was written."""
        return _read_yaml(self.inputs / "study.yml")

    @property
    def params(self) -> set[str]:
        """Codes of the responses, outcomes, adverse events and endpoints that were declared then."""
        sections = ("responses", "outcomes", "occurrences", "endpoints")
        return {item["param"] for section in sections for item in self.declared.get(section, [])}

    @cached_property
    def results(self) -> pd.DataFrame:
        """Its results table."""
        return read_results(self.folder / "results.csv")

    @cached_property
    def datasets(self) -> dict[str, pd.DataFrame]:
        """Its analysis datasets by name, every cell as text."""
        files = sorted((self.folder / "adam").glob("*.csv"))
        return {file.stem: pd.read_csv(file, dtype=str, keep_default_na=False) for file in files}

    @property
    def seal(self) -> str:
        """Sum over everything a later report takes from this one."""
        return sum_of(json.dumps(_sum_compared(self.folder), sort_keys=True).encode())

    def check_seal(self) -> None:
        """Raise a BrokenSealError if anything a later report takes from this one is not as it was delivered."""
        found, sealed = _sum_compared(self.folder), self.manifest["outputs"]
        expected = {name: digest for name, digest in sealed.items() if name.startswith(COMPARED)}
        for name in sorted(found.keys() | expected.keys()):
            if found.get(name) != expected.get(name):
                raise BrokenSealError(f"{self.folder / name} was changed after the report was delivered")


def find_delivered(reports: Path, study: Study, cut: Cut | None) -> Delivered | None:
    """Find the delivered report of a cut; None where there is none, or one that does not hold what it was made from."""
    if cut is None:
        return None
    folder = reports / study.id / cut.id
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        cuts = _read_yaml(folder / INPUTS / "study.yml")["cuts"]
        declared = next(Cut.model_validate(known) for known in cuts if known["id"] == cut.id)
        whole = all(isinstance(manifest[part], dict) for part in ("inputs", "code", "packages", "outputs"))
        return Delivered(folder, declared, manifest) if whole else None
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return None


def _sum_compared(folder: Path) -> dict[str, str]:
    files = [folder / "results.csv", *(folder / "adam").glob("*"), *(folder / INPUTS).rglob("*")]
    return {
        file.relative_to(folder).as_posix(): sum_of(file.read_bytes())
        for file in sorted(files)
        if file.is_file() and not file.name.startswith(".")
    }


def _read_yaml(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=UniqueKeyLoader)
    return content
