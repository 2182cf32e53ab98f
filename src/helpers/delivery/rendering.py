"""What every renderer is: a project folder in, documents out.

A renderer reads a *project folder* (``_quarto.yml``, ``report.ipynb``, ``references.bib`` and the theme files) and
writes ``report.html``, ``report.pdf`` or ``report.docx`` beside them. It computes nothing.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

NOTEBOOK = "report.ipynb"
FORMATS = ("html", "pdf", "docx")
RENDERED_WITH = "rendered-with"  # what `{{< meta rendered-with >}}` in a chapter becomes: the renderer's version
UNDATED = 946_684_800  # 2000-01-01, for a report whose date is not written year-month-day


class RenderError(Exception):
    """A report could not be rendered.

    Parameters
    ----------
    renderer : str
        ``"quarto"`` or ``"embedded"``.
    to : str
        The format: ``"html"``, ``"pdf"``, ``"docx"``, or empty when no format was reached.
    message : str
        What the engine said.
    """

    def __init__(self, renderer: str, to: str, message: str) -> None:
        self.renderer = renderer
        self.format = to
        self.message = message
        where = f"{renderer}, {to}" if to else renderer
        super().__init__(f"rendering failed ({where}): {message}")


class Renderer(Protocol):
    """What turns a project folder into documents."""

    @property
    def name(self) -> str:
        """The name a user asks for, ``"quarto"`` or ``"embedded"``."""

    @property
    def version(self) -> str:
        """The engines and their versions, as the report prints them."""

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
            If the engine fails; the message names what it said.
        """


def document_epoch(date: object) -> int:
    """Return the time stamp of a document, seconds since 1970, from the date it states.

    Documents carry a creation date. Taking it from the report's own date, not from the clock, keeps a second rendering
    byte-identical.

    Parameters
    ----------
    date : object
        The report's date, text that may hold a date written year-month-day.

    Returns
    -------
    int
        Midnight UTC of that date, or of 2000-01-01 where there is none.
    """
    found = re.search(r"\d{4}-\d{2}-\d{2}", str(date))
    try:
        day = datetime.fromisoformat(found.group()).replace(tzinfo=UTC) if found else None
    except ValueError:
        day = None
    return max(int(day.timestamp()), UNDATED) if day else UNDATED
