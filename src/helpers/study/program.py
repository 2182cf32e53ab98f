"""The program itself: what identifies the code and the packages that compute a report."""

import hashlib
import platform
import re
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from helpers.study.paths import NOTEBOOKS, ROOT

DISTRIBUTION = "blina-dli"
PACKAGE = Path(__file__).resolve().parents[1]
COMPUTING = ("study", "intake", "datasets", "statistics", "results")
"""The floors that decide numbers; what is above them only shows numbers."""


def list_code(floors: Sequence[str] = ()) -> dict[str, str]:
    """SHA-256 sums of the program's files by their path in the project.

    Parameters
    ----------
    floors : sequence of str
        Only these packages of `helpers`; without any, all of it, and the chapters.
    """
    folders = [PACKAGE / floor for floor in floors] or [PACKAGE]
    files = [file for folder in folders for file in folder.rglob("*") if "__pycache__" not in file.parts]
    files += [] if floors else NOTEBOOKS.glob("*.py")
    return {file.relative_to(ROOT).as_posix(): sum_of(file.read_bytes()) for file in sorted(files) if file.is_file()}


def list_packages() -> dict[str, str]:
    """Python and every package the program requires, with their versions."""
    required = (re.match(r"[\w.-]+", line) for line in metadata.requires(DISTRIBUTION) or [] if "extra ==" not in line)
    names = sorted(found.group() for found in required if found)
    return {"Python": platform.python_version(), **{name: metadata.version(name) for name in names}}


def sum_of(content: bytes) -> str:
    """SHA-256 sum in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
