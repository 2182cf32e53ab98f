"""The chapters: which there are, and the parameters each declares."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
from nbformat import NotebookNode

from helpers.study.errors import UnknownNameError, UsageError
from helpers.study.paths import NOTEBOOKS

Literal = str | int | float | bool | None
"""What a parameter can be; papermill writes it into the chapter as text."""

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


@dataclass(frozen=True)
class Chapter:
    """A chapter of the report.

    Attributes
    ----------
    name : str
        Its file name without ending, such as ``03_cohort``.
    notebook : NotebookNode
        Its cells, read from the percent script, the source of truth.
    parameters : dict of str to Literal
        The parameters it declares, with their defaults.
    """

    name: str
    notebook: NotebookNode
    parameters: dict[str, Literal]


def list_chapters(folder: Path = NOTEBOOKS) -> list[Chapter]:
    """Read all chapters, in the order of their numbers.

    Raises
    ------
    UsageError
        If there is none, or a chapter's parameters cell is missing, doubled or holds more than literals.
    """
    files = sorted(file for file in folder.glob("*.py") if re.match(r"\d\d_", file.name))
    if not files:
        raise UsageError(f"no chapter (NN_name.py) in {folder}")
    return [read_chapter(file) for file in files]


def read_chapter(file: Path) -> Chapter:
    """Read one chapter; see `list_chapters`."""
    notebook = jupytext.read(file, fmt="py:percent")
    notebook.metadata["kernelspec"] = KERNELSPEC  # also where the script's header names none
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise UsageError(f"{file}: expected one cell tagged parameters, found {len(tagged)}")
    for number, cell in enumerate(notebook.cells):
        # papermill and nbformat want ids; those that jupytext draws at random would differ from run to run
        cell["id"] = f"{file.stem.replace('_', '-')}-{number:02d}"
    return Chapter(file.stem, notebook, _read_parameters(file, tagged[0].source))


def _read_parameters(file: Path, source: str) -> dict[str, Literal]:
    parameters: dict[str, Literal] = {}
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise UsageError(f"{file}: the parameters cell is not Python, line {error.lineno}: {error.msg}") from error
    for statement in statements:
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            raise UsageError(f"{file}: the parameters cell may hold only assignments: {ast.unparse(statement)}")
        try:
            value: Any = ast.literal_eval(statement.value)
        except ValueError as error:
            raise UsageError(f"{file}: a parameter must be a literal: {ast.unparse(statement)}") from error
        parameters[statement.targets[0].id] = value
    return parameters


def choose_parameters(chapters: list[Chapter], given: dict[str, Literal]) -> dict[str, dict[str, Literal]]:
    """Give each chapter those of the parameters that it declares.

    papermill only warns about a parameter that a notebook does not declare; here it is an error.

    Parameters
    ----------
    chapters : list of Chapter
        The chapters to be run.
    given : dict of str to Literal
        The parameters of this run.

    Returns
    -------
    dict of dict
        Parameters by name of the chapter.

    Raises
    ------
    UnknownNameError
        If no chapter declares a given parameter.
    UsageError
        If a chapter does not declare study, cut and audience.
    """
    known = sorted({name for chapter in chapters for name in chapter.parameters})
    for name in given:
        if name not in known:
            raise UnknownNameError("notebook parameter", name, known)
    for chapter in chapters:
        missing = {"study", "cut", "audience"} - set(chapter.parameters)
        if missing:
            raise UsageError(f"chapter {chapter.name} does not declare the parameter(s) {', '.join(sorted(missing))}")
    return {
        chapter.name: {name: value for name, value in given.items() if name in chapter.parameters}
        for chapter in chapters
    }
