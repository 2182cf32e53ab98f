"""The Quarto renderer: the ``quarto`` command, where it is installed.

Quarto reads ``_quarto.yml`` by itself and takes the stored outputs of the notebook; nothing is executed here.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers.delivery.notebook_markdown import read_notebook
from helpers.delivery.rendering import FORMATS, NOTEBOOK, RENDERED_WITH, RenderError, document_epoch

_TARGETS = {"html": "html", "pdf": "typst", "docx": "docx"}
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_SECONDS_TO_ANSWER = 60


@dataclass(frozen=True)
class QuartoRenderer:
    """Renders with the installed Quarto.

    Parameters
    ----------
    command : str
        Path of the ``quarto`` command.
    quarto_version : str
        What it answered to ``--version``.
    """

    command: str
    quarto_version: str
    name: str = "quarto"

    @property
    def version(self) -> str:
        """Quarto and its version, as in ``Quarto 1.10.19``."""
        return f"Quarto {self.quarto_version}"

    def render(self, project: Path, formats: Sequence[str]) -> dict[str, Path]:
        """Write ``report.<format>`` into the project folder for each format.

        Parameters
        ----------
        project : Path
            Folder holding ``_quarto.yml`` and ``report.ipynb``.
        formats : sequence of str
            Any of ``"html"``, ``"pdf"``, ``"docx"``.

        Returns
        -------
        dict of str to Path
            The file written for each format.

        Raises
        ------
        RenderError
            With what Quarto said, if it fails or writes no file.
        """
        return {to: self._render_as_its_own(project.resolve(), to) for to in formats}

    def _render_as_its_own(self, project: Path, to: str) -> Path:
        """Render from what suits the format: Word needs pictures, where Quarto would prefer vector graphics."""
        notebook = project / NOTEBOOK
        whole = notebook.read_bytes()
        if to == "docx":
            notebook.write_bytes(_without_vector_graphics(whole))
        try:
            return self._render_format(project, to)
        finally:
            notebook.write_bytes(whole)

    def _render_format(self, project: Path, to: str) -> Path:
        if to not in FORMATS:
            raise RenderError(self.name, to, f"unknown format {to!r}; one of {', '.join(FORMATS)}")
        target = project / f"report.{to}"
        target.unlink(missing_ok=True)  # so that an old file never passes for a new one
        front_matter, _ = read_notebook(project / NOTEBOOK)
        arguments = [
            "render", NOTEBOOK, "--to", _TARGETS[to], "--output", target.name, "--no-execute",
            "--metadata", f"{RENDERED_WITH}:{self.version}",
        ]  # fmt: skip
        try:
            done = subprocess.run(
                [self.command, *arguments],
                cwd=project,
                env={**os.environ, "SOURCE_DATE_EPOCH": str(document_epoch(front_matter.get("date"))), "NO_COLOR": "1"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except OSError as error:
            raise RenderError(self.name, to, str(error)) from error
        said = _COLOURS.sub("", done.stderr.decode("utf-8", "replace")).strip()
        if done.returncode != 0:
            raise RenderError(self.name, to, said or f"quarto ended with {done.returncode}")
        if not target.is_file():
            raise RenderError(self.name, to, f"quarto wrote no {target.name}: {said or 'no message'}")
        return target


def _without_vector_graphics(notebook: bytes) -> bytes:
    """The same notebook, its figures as pictures only."""
    content = json.loads(notebook)
    for cell in content["cells"]:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output["data"].pop("image/svg+xml", None)
    return json.dumps(content, ensure_ascii=False).encode()


def find_quarto() -> QuartoRenderer:
    """Return the Quarto on the path.

    Returns
    -------
    QuartoRenderer

    Raises
    ------
    RenderError
        If there is none, or it does not answer to ``--version``.
    """
    command = shutil.which("quarto")
    if command is None:
        raise RenderError("quarto", "", "the command quarto was not found")
    try:
        done = subprocess.run(
            [command, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS_TO_ANSWER,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RenderError("quarto", "", f"quarto --version failed: {error}") from error
    answer = done.stdout.decode("utf-8", "replace").strip()
    if done.returncode != 0 or not answer:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise RenderError("quarto", "", f"quarto --version failed: {said[-1] if said else f'exit {done.returncode}'}")
    return QuartoRenderer(command=command, quarto_version=answer.splitlines()[0])
