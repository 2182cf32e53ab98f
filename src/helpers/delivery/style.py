"""The theme's style sheets as one text that needs no other file."""

import base64
import re
from pathlib import Path

_THEME = Path(__file__).parent / "theme"
SHEETS = ("fonts.css", "report.css")
"""In the order in which they are read; the same as in ``_quarto.yml``."""


def read_style() -> str:
    """Read the style of the report for a page that is written without Pandoc.

    Returns
    -------
    str
        The sheets, the fonts they name within them as data.
    """
    text = "\n".join((_THEME / sheet).read_text(encoding="utf-8") for sheet in SHEETS)
    return re.sub(r"url\((fonts/[\w.-]+\.woff2)\)", lambda found: f"url({_as_data(_THEME / found[1])})", text)


def _as_data(font: Path) -> str:
    return f"data:font/woff2;base64,{base64.b64encode(font.read_bytes()).decode()}"
