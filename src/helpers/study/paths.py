"""Where things are: constants only, nothing is created here."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
"""The project folder: the one that holds notebooks/, data/ and _quarto.yml."""

DATA = ROOT / "data"
DICTIONARY = DATA / "dictionary.csv"
NOTEBOOKS = ROOT / "notebooks"
REPORTS = Path(os.environ.get("BLINA_REPORTS", ROOT / "reports"))
"""Where delivered reports are looked for. A run tells its chapters with the variable where it delivers to."""
PUBLIC_REPORTS = REPORTS / "public"
"""Where reports for the public are delivered, apart from those of co-authors."""
QUARTO_CONFIG = ROOT / "_quarto.yml"
BIBLIOGRAPHY = ROOT / "references.bib"
