"""Tables of states that begin after the origin of an endpoint, such as GVHD, as a factor for it."""

from collections.abc import Sequence

import pandas as pd

from helpers.display.absence import NotDerivableError, NotInStudyError, not_for_public, or_say_so
from helpers.display.formatting import NONE, format_number, format_p_value
from helpers.display.lookup import ci, find, find_endpoint, method, note
from helpers.display.table import Table, make_table
from helpers.display.tables.columns import Row, describe_tests
from helpers.display.tables.ratios import format_stats
from helpers.results.cut import CutData
from helpers.study.clinical import LaterState

TEST, MODEL = "mantelbyar", "cox"


@or_say_so
@not_for_public("GVHD as it begins")
def make_table_later_states(data: CutData) -> Table:
    """States that begin after the origin, such as GVHD, as time-dependent factors: never a baseline split."""
    states = data.study.later_states
    if not states:
        raise NotInStudyError("This study declares no state that begins later, such as GVHD, as a factor")
    reasons = [_explain(data, state) for state in states]
    if all(reasons):
        raise NotDerivableError("; ".join(reasons))
    notes = [
        "Entered: patients in whom the state began before the event, a competing event or the end of follow-up. Each "
        "patient counts outside the state until it begins and in it from then on.",
        *_describe_methods(data, states),
        *(f"{reason}." for reason in reasons if reason),
    ]
    rows = [_row(data, state) for state in states]
    return make_table(pd.DataFrame(rows), "later-states", stub="State", groups="Endpoint", notes=notes)


def _explain(data: CutData, state: LaterState) -> str:
    """Why a state cannot be analysed; nothing where it can."""
    if not find(data, TEST, **_about(data, state)):
        return f"{state.label}: no patients yet"
    reason = note(data, TEST, **_about(data, state))
    return f"{state.label}: {reason}" if reason.startswith("not derivable") else ""


def _describe_methods(data: CutData, states: Sequence[LaterState]) -> list[str]:
    tests: dict[str, str] = {}
    notes: list[str] = []
    for state in states:
        about = _about(data, state)
        for analysis, stat in ((TEST, "p_value"), (MODEL, "hr")):
            stats = find(data, analysis, **about)
            if stats.get(stat) is None:
                reason = note(data, analysis, **about) if stats else ""
                notes += [f"{NONE}, {state.label}: {reason}."] if reason else []
            elif analysis == MODEL:
                notes.append(f"Hazard ratio: {method(data, analysis, **about)}.")
            else:
                tests[method(data, analysis, **about)] = ""
    return [*dict.fromkeys(notes), *describe_tests(data, tests)]


def _row(data: CutData, state: LaterState) -> Row:
    counts = find(data, "later_state", **_about(data, state))
    events, inside = counts.get("events"), counts.get("events_in_state")
    outside = None if events is None or inside is None else events - inside
    return {
        "State": state.label,
        "Endpoint": find_endpoint(data, state.endpoint).label,
        "Patients": format_number(counts.get("n")),
        "Entered": format_number(counts.get("entered")),
        "Events in the state": format_number(inside),
        "Events outside": format_number(outside),
        f"Hazard ratio ({ci(data)})": format_stats(find(data, MODEL, **_about(data, state))),
        "p": format_p_value(find(data, TEST, **_about(data, state)).get("p_value")),
    }


def _about(data: CutData, state: LaterState) -> dict[str, str]:
    population = find_endpoint(data, state.endpoint).population
    return {"param": state.endpoint, "population": population, "variable": state.name}
