"""Counts that a table obtains from others of the results by adding and subtracting: who is left."""

from collections.abc import Iterator

import pandas as pd

from helpers.delivery.facts import Fact
from helpers.display.figures.swimmer import count_swimmer
from helpers.display.formatting import format_number
from helpers.results.cut import PUBLIC, CutData
from helpers.results.flow import DEVIATION, EXCLUDED, SCREENED
from helpers.study.model import TREATED

UNKNOWN = "FLOW=not recorded"
NOT_RECORDED = "not recorded"


def derive_facts(data: CutData) -> Iterator[Fact]:
    """Yield the patients who met each criterion or not, those of whom a characteristic is not known, and the findings.

    In a report for co-authors, also what the plot of single patients counts.

    Parameters
    ----------
    data : CutData
        The cut.
    """
    results, study = data.results, data.study
    yield _make_fact({"findings": len(data.findings)}, "")
    flow = results[(results["analysis"] == "count") & results["variable"].str.startswith("FLOW=")]
    counts = dict(zip(flow["variable"], flow["value"], strict=True))
    if SCREENED in counts:
        yield _make_fact({"n": counts[EXCLUDED] + counts[DEVIATION]}, "screened")
    for criterion in study.eligibility if SCREENED in counts else ():
        excluded, treated, unknown = (counts[f"{step} {criterion.name}"] for step in (EXCLUDED, DEVIATION, UNKNOWN))
        met = counts[SCREENED] - excluded - treated - unknown
        stats = {"met": met, "failed": excluded + treated, "unknown": unknown, "deviating": treated}
        yield _make_fact(stats, criterion.label)
    shares = results[(results["analysis"] == "proportion") & (results["population"] == TREATED)]
    for variable in study.variables:
        of_levels = shares[shares["variable"].isin([f"{variable.name}={level}" for level in variable.levels])]
        for (group, level), rows in of_levels.groupby(["group", "level"]):
            n, total = (rows.loc[rows["stat"] == stat, "value"] for stat in ("n", "N"))
            yield _make_fact({"unknown": total.max() - n.sum()}, NOT_RECORDED, variable.label, (str(group), str(level)))
    yield from _count_outside(data)
    if data.audience != PUBLIC:
        yield from _count_swimmer(data)


def _count_outside(data: CutData) -> Iterator[Fact]:
    """Events of those who were not in a state that began later."""
    states = data.results[data.results["analysis"] == "later_state"]
    for state in data.study.later_states:
        own = states[states["variable"] == state.name].set_index("stat")["value"]
        if {"events", "events_in_state"} <= set(own.index):
            yield _make_fact({"events": own["events"] - own["events_in_state"]}, state.label)


def _count_swimmer(data: CutData) -> Iterator[Fact]:
    numbers = count_swimmer(data)
    if numbers is None:
        return
    yield _make_fact({"n": numbers.shown, "N": numbers.patients}, "followed longest")
    yield from (_make_fact({"n": n}, what) for what, n in numbers.marks.items())
    texts = {"longest": frozenset({format_number(numbers.months)}), "patient": frozenset({numbers.longest})}
    yield Fact("continuous", frozenset({"longest"}), frozenset(), "", ("", ""), "", None, texts, "months")


def _make_fact(stats: dict[str, float], name: str, whole: str = "", stratum: tuple[str, str] = ("", "")) -> Fact:
    texts = {stat: frozenset({f"{n:.0f}"}) for stat, n in stats.items() if not pd.isna(n)}
    broad = frozenset({whole.lower()} - {""})
    return Fact("count", frozenset({name.lower()} - {""}), broad, "", stratum, "", None, texts)
