"""Texts of a study's own files that stand in a report word for word, and so account for the numbers in them."""

import re
from collections.abc import Iterable, Iterator
from importlib import metadata

from helpers.delivery.visible_text import normalise
from helpers.display.formatting import FEW, format_number, format_percent, format_scientific
from helpers.display.lookup import name_cut_date
from helpers.results.cut import PUBLIC, CutData
from helpers.results.safety import SEVERE_FROM
from helpers.study.model import Conventions, Study
from helpers.study.program import DISTRIBUTION, list_packages

MARKUP = re.compile(r"\[@[^\]]*\]|@(?:tbl|fig|sec)-[\w-]+|[*`]")
SMALL = rf"{FEW}(?!\d|\.\d)"
"""A count that the public is not shown."""
VERSIONS = r"\b(?:Pandoc|Typst|Quarto|Python) \d[\d.]*\d"
"""Versions of what computed and rendered the report."""
GRADES = rf"\bgrade (?:≥|>=)?{SEVERE_FROM}(?: or higher)?"
"""The grade from which an adverse event is severe is a name, not a result."""


class Phrases:
    """Finds the texts that account for the numbers in them.

    Parameters
    ----------
    texts : iterable of str
        The texts.
    with_bare : bool
        Texts without a word count too; by themselves they would account for their numbers wherever these stand.
    """

    def __init__(self, texts: Iterable[str], with_bare: bool = False) -> None:
        pieces = {piece for text in texts for piece in _split(normalise(text), with_bare)}
        # the longest first: a label may be part of a definition
        ordered = sorted(pieces, key=lambda piece: (-len(piece), piece))
        words = "|".join(rf"(?<!\w){re.escape(piece)}(?!\w)" for piece in ordered)
        self._pattern = re.compile("|".join([*([words] if words else []), GRADES, SMALL, VERSIONS]), re.IGNORECASE)

    def blank(self, text: str) -> str:
        """The text with those phrases blanked out."""
        return self._pattern.sub(lambda found: "·" * len(found[0]), text)


def _split(text: str, with_bare: bool) -> Iterator[str]:
    for part in MARKUP.split(text):
        piece = part.strip(" .;,")
        if re.search(r"\d", piece) and (with_bare or re.search(r"[^\W\d_]|=", piece)):
            yield piece


def list_phrases(data: CutData) -> Iterator[str]:
    """Yield the texts of study.yml, of the results and of printed counts, the conventions, and the findings."""
    yield from _list_texts(data.study.model_dump(exclude={"folder"}))
    yield from data.results.loc[data.results["analysis"] != "audit", "note"].unique()
    yield from data.results["method"].unique()
    yield from list_convention_phrases(data.study.conventions)
    yield from (f"{name} {version}" for name, version in list_packages().items())
    yield f"{DISTRIBUTION} {metadata.version(DISTRIBUTION)}"
    if (printed := data.tables.get("reported_counts")) is not None:
        yield from (str(text) for column in ("characteristic", "level", "place") for text in printed[column].unique())
    if data.audience == PUBLIC:
        yield name_cut_date(data)
    else:
        yield from (text for finding in data.findings for text in (str(finding), finding.rule))


def _list_texts(value: object) -> Iterator[str]:
    """Texts in a declaration, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _list_texts(key)
            yield from _list_texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _list_texts(inner)


def list_declared_numbers(study: Study) -> Iterator[str]:
    """Yield the numbers a study declares, as a text about its rules may print them."""
    for value in _list_numbers(study.model_dump(include={"clinical", "conventions"})):
        yield from (f"{value:g}", format_number(value), format_scientific(value), format_number(100 * value))


def _list_numbers(value: object) -> Iterator[float]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)
    elif isinstance(value, dict | list | tuple):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _list_numbers(inner)


def list_convention_phrases(conventions: Conventions) -> Iterator[str]:
    """Yield how the conventions of a study are said, so that their numbers stand for nothing else."""
    confidence = format_percent(conventions.confidence, 1)
    yield from (f"confidence of {confidence}", f"{confidence} confidence")
    yield f"{format_number(100 * conventions.one_event_moves_at_most, 2)} percentage points"
    yield f"within {conventions.followed_within_days} days before the data cut"
    yield f"divided by {conventions.days_per_month:g}"
    yield from (f"p < {conventions.significance:g}", f"significance {conventions.significance:g}")
