"""Tables of the audit of printed claims."""

from collections.abc import Sequence

import pandas as pd

from helpers.display.absence import NotInStudyError, or_say_so
from helpers.display.formatting import NONE, format_number
from helpers.display.lookup import get
from helpers.display.sentences.claims import describe_recomputed, explain_verdict
from helpers.display.table import Table, make_table
from helpers.results.audit import AuditedClaim, Verdict
from helpers.results.cut import CutData


@or_say_so
def make_table_verdicts(data: CutData) -> Table:
    """How many claims got each verdict, by place in the paper."""
    rows: list[dict[str, str]] = []
    for place in [*dict.fromkeys(item.claim.place for item in _require_claims(data)), ""]:
        keys = {"group": "place", "level": place} if place else {}
        counts = {str(verdict): get(data, "audit", variable=f"verdict={verdict}", **keys) for verdict in Verdict}
        total = next(iter(counts.values()))["N"]
        cells = {verdict.capitalize(): format_number(stats["n"]) for verdict, stats in counts.items()}
        rows.append({"Place": place or "Whole paper", **cells, "Claims": format_number(total)})
    notes = ["Numbers of printed claims, by where the paper makes them."]
    return make_table(pd.DataFrame(rows), "verdicts", stub="Place", notes=notes)


@or_say_so
def make_table_contradicted(data: CutData) -> Table:
    """Claims that the listing or the paper itself contradicts, each with its likely reason."""
    verdicts = (Verdict.DIFFERS, Verdict.INCONSISTENT)
    return _make_table_claims([item for item in _require_claims(data) if item.verdict in verdicts], "contradicted")


@or_say_so
def make_table_all_claims(data: CutData) -> Table:
    """Every claim in the order of the paper."""
    return _make_table_claims(_require_claims(data), "all-claims")


def _require_claims(data: CutData) -> list[AuditedClaim]:
    if not data.audited:
        raise NotInStudyError("This study has no printed claims to audit")
    return data.audited


def _make_table_claims(audited: Sequence[AuditedClaim], name: str) -> Table:
    rows = [
        {
            "Claim": item.claim.id,
            "As printed": item.claim.printed,
            "Recomputed": describe_recomputed(item),
            "Verdict": str(item.verdict),
            "Reason": explain_verdict(item),
            "Place": item.claim.place,
        }
        for item in audited
    ]
    left = ["As printed", "Recomputed", "Verdict", "Reason"]
    notes = [f"Recomputed: from the raw tables, as in the chapters before; {NONE}, nothing that could be recomputed."]
    return make_table(pd.DataFrame(rows), name, stub="Claim", groups="Place", left=left, notes=notes)
