"""Where things are: constants only, nothing is created here."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
"""The project folder: the one that holds notebooks/, data/ and _quarto.yml."""

DATA = ROOT / "data"
DICTIONARY = DATA / "dictionary.csv"
NOTEBOOKS = ROOT / "notebooks"
REPORTS = ROOT / "reports"
QUARTO_CONFIG = ROOT / "_quarto.yml"
BIBLIOGRAPHY = ROOT / "references.bib"
