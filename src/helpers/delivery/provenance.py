"""Where a report comes from: code, packages, inputs and outputs, each with its SHA-256 sum."""

import hashlib
import json
import platform
import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.display.table import Table, make_table
from helpers.study.model import Cut, Study
from helpers.study.paths import BIBLIOGRAPHY, DICTIONARY, NOTEBOOKS, QUARTO_CONFIG, ROOT

DISTRIBUTION = "blina-dli"
MANIFEST = "manifest.json"
PACKAGE = Path(__file__).resolve().parents[1]


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
        """Packages and versions."""
        rows = [{"Package": name, "Version": version} for name, version in self.packages.items()]
        return make_table(pd.DataFrame(rows), "software", stub="Package", left=["Version"])

    def make_table_inputs(self) -> Table:
        """Input files and the first digits of their sums."""
        rows = [{"File": name, "SHA-256": digest[:16]} for name, digest in self.inputs.items()]
        return make_table(pd.DataFrame(rows), "inputs", stub="File", left=["SHA-256"])


def collect_provenance(study: Study, cut: Cut) -> Provenance:
    """Sum up the code and inputs of a study's report at a cut."""
    code_files = sorted(
        file
        for folder, pattern in ((PACKAGE, "**/*"), (NOTEBOOKS, "*.py"))
        for file in folder.glob(pattern)
        if file.is_file() and "__pycache__" not in file.parts
    )
    inputs = {f"data/{study.id}/{file.relative_to(study.folder).as_posix()}": file for file in _study_files(study, cut)}
    inputs |= {file.relative_to(ROOT).as_posix(): file for file in (DICTIONARY, BIBLIOGRAPHY, QUARTO_CONFIG)}
    return Provenance(
        metadata.version(DISTRIBUTION),
        _packages(),
        {file.relative_to(ROOT).as_posix(): sum_of(file.read_bytes()) for file in code_files},
        {name: sum_of(file.read_bytes()) for name, file in sorted(inputs.items())},
    )


def _study_files(study: Study, cut: Cut) -> list[Path]:
    """The study's own files but for the raw tables of other cuts."""
    own = study.get_raw_folder(cut)
    others = {study.get_raw_folder(other) for other in study.cuts} - {own}
    return sorted(
        file
        for file in study.folder.rglob("*")
        if file.is_file() and not file.name.startswith((".", "~")) and not others & set(file.parents)
    )


def _packages() -> dict[str, str]:
    required = (re.match(r"[\w.-]+", line) for line in metadata.requires(DISTRIBUTION) or [] if "extra ==" not in line)
    names = sorted(found.group() for found in required if found)
    return {"Python": platform.python_version(), **{name: metadata.version(name) for name in names}}


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
    outputs = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != MANIFEST)
    return {
        "asked": asked,
        "rendered_with": rendered_with,
        "program": provenance.program,
        "packages": provenance.packages,
        "code": provenance.code,
        "inputs": provenance.inputs,
        "outputs": {file.relative_to(folder).as_posix(): sum_of(file.read_bytes()) for file in outputs},
    }


def is_current(folder: Path, provenance: Provenance, asked: dict[str, Any]) -> bool:
    """Whether a delivered folder is what a new run would deliver, and untouched since."""
    file = folder / MANIFEST
    if not file.is_file():
        return False
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        same = make_manifest(provenance, asked, manifest["rendered_with"], folder)
    except (ValueError, KeyError, TypeError):
        return False
    return bool(manifest == same)


def sum_of(content: bytes) -> str:
    """SHA-256 sum in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
