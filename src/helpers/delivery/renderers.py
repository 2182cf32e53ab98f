"""The choice of a renderer: Quarto where it works, Pandoc and Typst from PyPI everywhere else."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from helpers.delivery.embedded import EmbeddedRenderer
from helpers.delivery.quarto import find_quarto
from helpers.delivery.rendering import Renderer, RenderError

CHOICES = ("auto", "quarto", "embedded")

_logger = logging.getLogger(__name__)


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
