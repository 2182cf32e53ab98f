"""Tables of the audit of printed claims."""

from collections.abc import Sequence

import pandas as pd

from helpers.display.formatting import format_number
from helpers.display.lookup import get
from helpers.display.sentences.claims import describe_recomputed, explain_verdict
from helpers.display.table import Table, make_table
from helpers.results.audit import AuditedClaim, Verdict
from helpers.results.cut import CutData


def make_table_verdicts(data: CutData) -> Table:
    """How many claims got each verdict, by place in the paper."""
    rows: list[dict[str, str]] = []
    if not data.audited:
        return make_table(pd.DataFrame(rows), "verdicts")
    for place in [*dict.fromkeys(item.claim.place for item in data.audited), ""]:
        keys = {"group": "place", "level": place} if place else {}
        counts = {str(verdict): get(data, "audit", variable=f"verdict={verdict}", **keys) for verdict in Verdict}
        total = next(iter(counts.values()))["N"]
        cells = {verdict.capitalize(): format_number(stats["n"]) for verdict, stats in counts.items()}
        rows.append({"Place": place or "Whole paper", **cells, "Claims": format_number(total)})
    return make_table(pd.DataFrame(rows), "verdicts", stub="Place")


def make_table_contradicted(data: CutData) -> Table:
    """Claims that the listing or the paper itself contradicts, each with its likely reason."""
    verdicts = (Verdict.DIFFERS, Verdict.INCONSISTENT)
    return _make_table_claims([item for item in data.audited if item.verdict in verdicts], "contradicted")


def make_table_all_claims(data: CutData) -> Table:
    """Every claim in the order of the paper."""
    return _make_table_claims(data.audited, "all-claims")


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
    return make_table(pd.DataFrame(rows), name, stub="Claim", groups="Place", left=left)
