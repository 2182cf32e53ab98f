"""The choice of a renderer: Quarto where it works, Pandoc and Typst from PyPI everywhere else.

A renderer reads a *project folder* (``_quarto.yml``, ``report.ipynb``, ``references.bib`` and the theme files) and
writes ``report.html``, ``report.pdf`` or ``report.docx`` beside them. It computes nothing.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

NOTEBOOK = "report.ipynb"
FORMATS = ("html", "pdf", "docx")
RENDERED_WITH = "rendered-with"  # what `{{< meta rendered-with >}}` in a chapter becomes: the renderer's version
CHOICES = ("auto", "quarto", "embedded")
UNDATED = 946_684_800  # 2000-01-01, for a report whose date is not written year-month-day

_logger = logging.getLogger(__name__)


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


@dataclass
class FallbackRenderer:
    """The preferred renderer, and another one for when it fails.

    ``name`` and ``version`` are those of the renderer that made the last documents; before any, the preferred one's.

    Parameters
    ----------
    preferred, fallback : Renderer
        Tried in this order.
    """

    preferred: Renderer
    fallback: Renderer
    _used: Renderer | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        """Name of the renderer in use."""
        return (self._used or self.preferred).name

    @property
    def version(self) -> str:
        """Version of the renderer in use."""
        return (self._used or self.preferred).version

    def render(self, project: Path, formats: Sequence[str]) -> dict[str, Path]:
        """Render with the preferred renderer; where it fails, warn in one line and render all with the other one."""
        try:
            self._used = self.preferred
            return self.preferred.render(project, formats)
        except RenderError as error:
            lines = error.message.strip().splitlines() or ["no message"]
            instead = self.fallback.version
            _logger.warning("%s failed (%s); rendering with %s instead", error.renderer, lines[0], instead)
            self._used = self.fallback
            return self.fallback.render(project, formats)


def choose_renderer(choice: str = "auto") -> Renderer:
    """Return the renderer that was asked for.

    Parameters
    ----------
    choice : {"auto", "quarto", "embedded"}
        ``"auto"`` is Quarto where the command is found and answers, falling back to the embedded renderer with a
        logged warning where it is not, or where it fails later.

    Returns
    -------
    Renderer

    Raises
    ------
    ValueError
        If `choice` is none of these.
    RenderError
        If Quarto was asked for by name and is not found or does not answer.
    """
    from helpers.delivery.embedded import EmbeddedRenderer
    from helpers.delivery.quarto import find_quarto

    if choice not in CHOICES:
        raise ValueError(f"unknown renderer {choice!r}; one of {', '.join(CHOICES)}")
    if choice == "embedded":
        return EmbeddedRenderer()
    try:
        quarto = find_quarto()
    except RenderError as error:
        if choice == "quarto":
            raise
        embedded = EmbeddedRenderer()
        _logger.warning("%s; rendering with %s instead", error.message, embedded.version)
        return embedded
    return quarto if choice == "quarto" else FallbackRenderer(quarto, EmbeddedRenderer())


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
