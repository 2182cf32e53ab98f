"""Where a report comes from: code, packages, inputs and outputs, each with its SHA-256 sum."""

import json
from dataclasses import dataclass
from importlib import metadata
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.display.table import Table, make_table
from helpers.results.delivered import MANIFEST, Delivered
from helpers.study.model import Cut, Study
from helpers.study.paths import BIBLIOGRAPHY, DICTIONARY, QUARTO_CONFIG, ROOT
from helpers.study.program import DISTRIBUTION, list_code, list_packages, sum_of


@dataclass(frozen=True)
class Provenance:
    """What a report is made from.

    Attributes
    ----------
    version : str
        Version of this program.
    packages : dict of str to str
        Python and every package the program requires, with their versions.
    code, inputs : dict of str to str
        SHA-256 sums by relative path: of helper modules, chapters and theme; of the study's own files.
    """

    version: str
    packages: dict[str, str]
    code: dict[str, str]
    inputs: dict[str, str]

    @property
    def program(self) -> str:
        """Name, version and the first digits of the sum over all code."""
        return f"{DISTRIBUTION} {self.version} (code {sum_of(json.dumps(self.code).encode())[:12]})"

    def make_table_software(self) -> Table:
        """Packages and versions, in two columns side by side."""
        named = list(self.packages.items())
        half = (len(named) + 1) // 2
        pairs = zip_longest(named[:half], named[half:], fillvalue=("", ""))
        # a blank keeps the headings of the second column apart from those of the first
        rows = [
            {"Package": left[0], "Version": left[1], "Package ": right[0], "Version ": right[1]}
            for left, right in pairs
        ]
        return make_table(pd.DataFrame(rows), "software", left=list(rows[0]))

    def make_table_inputs(self) -> Table:
        """Input files and the first digits of their sums."""
        rows = [{"File": name, "SHA-256": digest[:16]} for name, digest in self.inputs.items()]
        return make_table(pd.DataFrame(rows), "inputs", stub="File", left=["SHA-256"])


def collect_provenance(study: Study, cut: Cut, earlier: Delivered | None = None) -> Provenance:
    """Sum up the code and inputs of a study's report at a cut.

    Parameters
    ----------
    study, cut : Study, Cut
        What is reported.
    earlier : Delivered, optional
        The delivered report of the cut before, which this one says the changes since.
    """
    inputs = {f"data/{study.id}/{file.relative_to(study.folder).as_posix()}": file for file in _study_files(study, cut)}
    inputs |= {file.relative_to(ROOT).as_posix(): file for file in (DICTIONARY, BIBLIOGRAPHY, QUARTO_CONFIG)}
    sums = {name: sum_of(file.read_bytes()) for name, file in sorted(inputs.items())}
    if earlier is not None:
        sums[f"reports/{study.id}/{earlier.cut.id}"] = earlier.seal
    return Provenance(metadata.version(DISTRIBUTION), list_packages(), list_code(), sums)


def _study_files(study: Study, cut: Cut) -> list[Path]:
    """The study's own files but for the raw tables of other cuts."""
    own = study.get_raw_folder(cut)
    others = {study.get_raw_folder(other) for other in study.cuts} - {own}
    return sorted(
        file
        for file in study.folder.rglob("*")
        if file.is_file() and not file.name.startswith((".", "~")) and not others & set(file.parents)
    )


def make_manifest(provenance: Provenance, asked: dict[str, Any], rendered_with: str, folder: Path) -> dict[str, Any]:
    """Describe a delivered folder.

    Parameters
    ----------
    provenance : Provenance
        What it was made from.
    asked : dict
        What was asked for: study, cut, audience, formats, renderer, parameters.
    rendered_with : str
        The renderer that made the documents, with its version.
    folder : Path
        The finished folder; every file in it but the manifest is summed up.
    """
    return {
        "asked": asked,
        "rendered_with": rendered_with,
        "program": provenance.program,
        "packages": provenance.packages,
        "code": provenance.code,
        "inputs": provenance.inputs,
        "outputs": sum_outputs(folder),
    }


def sum_outputs(folder: Path) -> dict[str, str]:
    """SHA-256 sums of every file of a delivered folder, but for its manifest, by relative path."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file != folder / MANIFEST)
    return {file.relative_to(folder).as_posix(): sum_of(file.read_bytes()) for file in files}


def is_current(folder: Path, provenance: Provenance, asked: dict[str, Any]) -> bool:
    """Whether a delivered folder is what a new run would deliver, and untouched since."""
    file = folder / MANIFEST
    if not file.is_file():
        return False
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        same = make_manifest(provenance, asked, manifest["rendered_with"], folder)
    except (OSError, ValueError, KeyError, TypeError):
        return False  # unreadable, or exchanged for another version at this very moment
    return bool(manifest == same)
