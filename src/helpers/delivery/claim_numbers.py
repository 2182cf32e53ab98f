"""The numbers of the chapter on published claims: what the paper prints, and what the audit gives for each claim."""

from collections.abc import Iterator

import pandas as pd

from helpers.delivery.numbers import Number, check_shares, check_sums, list_statements
from helpers.delivery.phrases import Phrases, list_phrases
from helpers.delivery.visible_text import Piece, normalise
from helpers.display.formatting import format_number, format_scientific, round_half_up
from helpers.results.audit import AuditedClaim
from helpers.results.cut import CutData

AS_PRINTED, RECOMPUTED = "As printed", "Recomputed"
VERDICT, WHOLE = "verdict=", "whole paper"
LARGEST_DECIMALS = 3


class ClaimNumbers:
    """What accounts for numbers in the chapter on claims: of each row, its own claim."""

    def __init__(self, data: CutData) -> None:
        self._claims = {item.claim.id: item for item in data.audited}
        audit = data.results[data.results["analysis"] == "audit"]
        self._counts: dict[str, dict[str, set[str]]] = {}
        for group, level, variable, stat, value in audit[["group", "level", "variable", "stat", "value"]].itertuples(
            index=False
        ):
            if group != "check":
                place = self._counts.setdefault(normalise(level or WHOLE).lower(), {})
                name = "N" if stat == "N" and variable.startswith(VERDICT) else variable.removeprefix(VERDICT)
                place.setdefault(name, set()).add(f"{value:.0f}")
        recomputed = audit[(audit["stat"] == "recomputed") & audit["value"].notna()]
        self._tried = _gather(recomputed)
        self._recomputed = _gather(recomputed[recomputed["level"].str.endswith(" result")])
        notes = audit.groupby("param")["note"].unique()
        self._own = {
            name: Phrases(_list_texts(item, list(notes.get(name, []))), with_bare=True)
            for name, item in self._claims.items()
        }
        self._phrases = Phrases([*list_phrases(data), *self._counts, *(text.claim.id for text in data.audited)])

    def check(self, piece: Piece) -> Iterator[tuple[str, Number]]:
        """Yield the numbers of a piece that nothing accounts for, each with the text it stands in."""
        claim = next((cell for cell in piece.row[:1] if cell in self._claims), "")
        if claim:
            text = self._own[claim].blank(piece.text)
            # what is printed stands there word for word
            columns = {AS_PRINTED: {}, RECOMPUTED: self._recomputed}
            known = columns.get(piece.headings[-1] if piece.headings else "", self._tried).get(claim, set())
        else:
            text = self._phrases.blank(piece.text)
            known = self._find_counts(piece)
        yield from check_sums(text)
        yield from check_shares(text)
        for statement in list_statements(text):
            yield from ((text, number) for number in statement if number.text not in known)

    def _find_counts(self, piece: Piece) -> set[str]:
        headings = [heading.lower() for heading in piece.headings]
        place = next((self._counts[heading] for heading in headings if heading in self._counts), None)
        if place is None:
            return {text for counts in self._counts.values() for texts in counts.values() for text in texts}
        column = "N" if headings[-1] == "claims" else headings[-1]
        return place.get(column, set())


def _gather(rows: pd.DataFrame) -> dict[str, set[str]]:
    """How the values of each claim may be printed."""
    return {
        str(claim): {text for value in of_claim["value"] for text in _print(value)}
        for claim, of_claim in rows.groupby("param")
    }


def _list_texts(item: AuditedClaim, notes: list[str]) -> Iterator[str]:
    claim = item.claim
    yield from (claim.id, claim.printed, claim.explain, claim.place, claim.about)
    yield from (comparison.basis for comparison in item.comparisons)
    yield from notes


def _print(value: float) -> Iterator[str]:
    value = abs(value)
    yield from (round_half_up(value, places) for places in range(LARGEST_DECIMALS + 1))
    yield from (format_number(value), format_scientific(value))
