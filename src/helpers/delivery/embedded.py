"""The embedded renderer: Pandoc and Typst from PyPI, with Lua filters for what Quarto adds to them.

It reads the same ``_quarto.yml`` as Quarto. Identical input gives identical bytes, on any machine and in any folder: no
clock, no system fonts, no paths in the documents.
"""

import json
import logging
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

from helpers.delivery.notebook_markdown import read_notebook, write_markdown
from helpers.delivery.project_options import document_metadata, pandoc_arguments, read_options
from helpers.delivery.rendering import FORMATS, NOTEBOOK, RENDERED_WITH, RenderError, document_epoch
from helpers.delivery.word_document import finish_word_document

_THEME = Path(__file__).parent / "theme"
_WORK = "report_files"  # beside the notebook while it is rendered; Quarto uses the same name
_WRITERS = {"html": "html5", "pdf": "typst", "docx": "docx"}
_READER = "markdown-yaml_metadata_block-raw_html"  # text that looks like HTML is text
_FATAL = re.compile(
    r"citation \S+ not found|[Dd]uplicate (note|link) reference|[Cc]ould not (find|fetch|load)|not found in"
)

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class EmbeddedRenderer:
    """Renders with the Pandoc and Typst that are installed as Python packages."""

    name: str = "embedded"

    @property
    def version(self) -> str:
        """Both engines, as in ``Pandoc 3.9 + Typst 0.15.2``."""
        import pypandoc

        return f"Pandoc {pypandoc.get_pandoc_version()} + Typst {installed_version('typst')}"

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
            If Pandoc or Typst fails, a cell holds an error, or a reference, citation or footnote does not resolve.
        """
        project = project.resolve()
        written: dict[str, Path] = {}
        for to in formats:
            try:
                written[to] = self._render_format(project, to)
            except (ValueError, OSError) as error:
                raise RenderError(self.name, to, str(error)) from error
            finally:
                shutil.rmtree(project / _WORK, ignore_errors=True)
        return written

    def _render_format(self, project: Path, to: str) -> Path:
        if to not in FORMATS:
            raise ValueError(f"unknown format {to!r}; one of {', '.join(FORMATS)}")
        front_matter, cells = read_notebook(project / NOTEBOOK)
        options = read_options(project, to, {RENDERED_WITH: self.version} | front_matter)
        document = write_markdown(cells, options, _WORK)
        work = project / _WORK
        work.mkdir(exist_ok=True)
        for name, content in document.media.items():
            (project / name).write_bytes(content)
        (work / "metadata.json").write_text(json.dumps(document_metadata(options), default=str), encoding="utf-8")
        epoch = document_epoch(front_matter.get("date"))
        target = project / f"report.{to}"
        output = work / "report.typ" if to == "pdf" else target
        arguments = [
            *pandoc_arguments(options),
            f"--from={_READER}",
            f"--to={_WRITERS[to]}",
            f"--metadata-file={_WORK}/metadata.json",
            f"--data-dir={_WORK}",
            *([f"--template={_THEME / 'page.html'}"] if to == "html" else []),
            f"--lua-filter={_THEME / 'cells.lua'}",
            *(f"--lua-filter={path}" for path in options.texts("filters")),
            f"--lua-filter={_THEME / 'numbered.lua'}",
            *(["--citeproc"] if options.texts("bibliography") else []),
            *(f"--lua-filter={_THEME / name}" for name in ("contents.lua", "widths.lua", "pages.lua")),
            f"--output={output}",
        ]
        self._run_pandoc(project, to, arguments, document.text, epoch)
        if to == "pdf":
            self._compile_typst(project, output, target, epoch)
        if to == "docx":
            finish_word_document(target)
        return target

    def _run_pandoc(self, project: Path, to: str, arguments: list[str], text: str, epoch: int) -> None:
        import pypandoc

        done = subprocess.run(
            [pypandoc.get_pandoc_path(), *arguments],
            input=text.encode("utf-8"),
            cwd=project,
            env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)},
            capture_output=True,
            check=False,
        )
        said = done.stderr.decode("utf-8", "replace").strip()
        if done.returncode != 0:
            raise RenderError(self.name, to, _without_trace(said) or f"Pandoc ended with {done.returncode}")
        for warning in re.split(r"\n(?=\[)", said):
            if _FATAL.search(warning):
                raise RenderError(self.name, to, warning.removeprefix("[WARNING] "))
            if warning:
                _logger.warning("Pandoc, %s: %s", to, warning)

    def _compile_typst(self, project: Path, source: Path, target: Path, epoch: int) -> None:
        import typst

        # The file that is compiled lies at the root, so that paths mean the same here as to Pandoc.
        main = project / _WORK / ".." / "report.typ"
        shutil.copyfile(source, main)
        try:
            pdf, warnings = typst.compile_with_warnings(
                main.resolve(), root=project, ignore_system_fonts=True, timestamp=epoch, format="pdf"
            )
        except typst.TypstError as error:
            raise RenderError(self.name, "pdf", _typst_message(error)) from error
        finally:
            main.unlink()
        for warning in warnings:
            _logger.warning("Typst: %s", warning)
        target.write_bytes(pdf)


def _without_trace(said: str) -> str:
    """Return Pandoc's message without the Lua stack that follows it."""
    return said.split("\nstack traceback:")[0].strip()


def _typst_message(error: Any) -> str:
    hints = "; ".join(getattr(error, "hints", []) or [])
    return f"{getattr(error, 'message', error)}{f' ({hints})' if hints else ''}"
