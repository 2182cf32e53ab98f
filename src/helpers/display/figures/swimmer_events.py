"""The swimmer plot of a study with event-level tables: each patient's follow-up from the first dose."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from helpers.display.absence import NotDerivableError
from helpers.display.figures.lanes import (
    BAR,
    MOST_LANES,
    SwimmerNumbers,
    Symbol,
    colour_strata,
    describe_marks,
    draw_lanes_axes,
    draw_legend,
    draw_symbols,
    make_stratum_keys,
    make_symbol_key,
    map_strata,
    measure_lanes,
)
from helpers.display.figures.style import COLOURS, Figure, finish, make_figure, report_style
from helpers.display.formatting import count, join_words, within_sentence
from helpers.results.cut import CutData
from helpers.results.timeline import (
    ACUTE_GVHD,
    ALIVE,
    CHRONIC_GVHD,
    COURSE,
    DEATH,
    FOLLOWED,
    INFUSION,
    OTHER_TREATMENT,
    RELAPSE,
    REMISSION,
    derive_timeline,
    list_unknown,
)

SYMBOLS = {
    REMISSION: Symbol("o", fill=COLOURS[2], edge="white", size=5.8),
    INFUSION: Symbol("D", fill="white", size=3.6),
    ACUTE_GVHD: Symbol("^", fill=COLOURS[3], size=5),
    CHRONIC_GVHD: Symbol("v", fill=COLOURS[3], size=5),
    RELAPSE: Symbol("X", fill=COLOURS[1], size=6),
    OTHER_TREATMENT: Symbol("P", fill="#f0e442", size=5.6),
    DEATH: Symbol("s", size=4.6),
    ALIVE: Symbol(">", size=4.6),
}
"""In the order in which they are drawn, the later over the earlier."""
COURSE_COLOUR, COURSE_SHARE = "#3a3a3a", 0.45
"""Days on drug are a dark band within the bar of follow-up."""
MOST_PANELS = 2
AROUND, LEGEND_LINE = 0.72, 0.17
"""Height of what stands around the lanes, and of a line of the legend, in inches."""


def plot_timeline(data: CutData) -> Figure:
    """Draw the follow-up of each treated patient; of more than a page holds, those followed longest.

    Parameters
    ----------
    data : CutData
        The cut of a study with event-level tables.
    """
    timeline = derive_timeline(data)
    lanes = _sort_lanes(data, timeline)
    if lanes.empty:
        raise NotDerivableError("Swimmer plot: no treated patient has a date of last contact or death")
    shown = lanes.iloc[: MOST_PANELS * MOST_LANES]
    panels = 1 if len(shown) <= MOST_LANES else MOST_PANELS
    rows = -(-len(shown) // panels)
    known = [what for what in SYMBOLS if (timeline["what"] == what).any()]
    colours = colour_strata(data)
    handles: list[Artist] = [*make_stratum_keys(colours), *_make_course_key(timeline)]
    handles += [make_symbol_key(what, SYMBOLS[what]) for what in known]
    notes = _make_notes(data, len(shown), len(lanes))
    height = AROUND + LEGEND_LINE * (-(-len(handles) // 3) + len(notes)) + measure_lanes(rows)
    with report_style("swimmer"):
        figure = make_figure(height, 0.02 if panels > 1 else None)
        for place, axes in enumerate(figure.subplots(1, panels, squeeze=False)[0]):
            part = shown.iloc[place * rows : (place + 1) * rows].reset_index(drop=True)
            draw_lanes_axes(axes, list(part["USUBJID"]), lanes["months"].max(), "Months from the first dose")
            axes.barh(part.index, part["months"], height=BAR, color=part["stratum"].map(colours), linewidth=0)
            _draw_happenings(axes, part, timeline, min(1.0, 0.55 + 0.45 * measure_lanes(rows) / (0.15 * rows)))
        draw_legend(figure, handles, notes)
        return finish(figure, _describe(timeline, shown, len(lanes), notes), synthetic=data.study.synthetic)


def _sort_lanes(data: CutData, timeline: pd.DataFrame) -> pd.DataFrame:
    """One row a patient, the longest follow-up first; columns USUBJID, months, stratum."""
    followed = timeline[timeline["what"] == FOLLOWED]
    lanes = pd.DataFrame({"USUBJID": followed["USUBJID"], "months": followed["end_month"]})
    lanes["stratum"] = lanes["USUBJID"].map(map_strata(data))
    return lanes.sort_values("months", ascending=False, kind="stable").reset_index(drop=True)


def _draw_happenings(axes: Axes, lanes: pd.DataFrame, timeline: pd.DataFrame, shrink: float) -> None:
    lane_of = pd.Series(lanes.index, index=lanes["USUBJID"])
    mine = timeline[timeline["USUBJID"].isin(lane_of.index)]
    courses = mine[mine["what"] == COURSE]
    axes.barh(
        courses["USUBJID"].map(lane_of), courses["end_month"] - courses["start_month"], left=courses["start_month"],
        height=COURSE_SHARE, color=COURSE_COLOUR, linewidth=0, zorder=3,
    )  # fmt: skip
    for what, symbol in SYMBOLS.items():
        chosen = mine[mine["what"] == what]
        draw_symbols(axes, list(chosen["start_month"]), list(chosen["USUBJID"].map(lane_of)), symbol, shrink)


def _make_course_key(timeline: pd.DataFrame) -> list[Patch]:
    drawn = (timeline["what"] == COURSE).any()
    return [Patch(facecolor=COURSE_COLOUR, label=COURSE)] if drawn else []


def _make_notes(data: CutData, shown: int, lanes: int) -> list[str]:
    notes = [f"Shown are the {shown} of {lanes} patients who were followed longest."] if shown < lanes else []
    if unknown := list_unknown(data):
        notes.append(f"Not in the data: {join_words([within_sentence(what) for what in unknown])}.")
    return notes


def count_timeline(data: CutData) -> SwimmerNumbers | None:
    """Count what the plot shows; None where no lane can be drawn."""
    timeline = derive_timeline(data)
    lanes = _sort_lanes(data, timeline)
    return None if lanes.empty else _count(timeline, lanes.iloc[: MOST_PANELS * MOST_LANES], len(lanes))


def _count(timeline: pd.DataFrame, shown: pd.DataFrame, lanes: int) -> SwimmerNumbers:
    had = timeline[timeline["USUBJID"].isin(shown["USUBJID"])].drop_duplicates(["USUBJID", "what"])
    counted = had["what"].value_counts()
    marks = {what: int(counted[what]) for what in (COURSE, *SYMBOLS) if what in counted}
    longest = shown.iloc[0]
    return SwimmerNumbers(len(shown), lanes, str(longest["USUBJID"]), float(longest["months"]), marks)


def _describe(timeline: pd.DataFrame, shown: pd.DataFrame, lanes: int, notes: Sequence[str]) -> str:
    text = (
        f"Swimmer plot of {count(len(shown), 'patient')}, from the first dose to death or the last contact, coloured "
        f"by stratum. {describe_marks(_count(timeline, shown, lanes))}"
    )
    return " ".join([text, *notes])
