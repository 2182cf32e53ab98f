"""How the printed claims fared, place by place."""

from helpers.display.absence import NotInStudyError, or_say_so
from helpers.display.figures.style import QUIET, Figure, finish, make_figure, report_style
from helpers.display.formatting import format_number
from helpers.display.lookup import get
from helpers.display.sentences.claims import describe_audit
from helpers.results.audit import Verdict
from helpers.results.cut import CutData

COLOUR_OF = {
    Verdict.AGREES: "#0072b2",
    Verdict.ROUNDED: "#93cbe8",
    Verdict.NOT_DERIVABLE: "#e9e9e9",
    Verdict.INCONSISTENT: "#d98200",
    Verdict.DIFFERS: "#6b1200",
}
"""Told apart in grey too: each is of another lightness."""


@or_say_so
def plot_verdicts(data: CutData) -> Figure:
    """Draw the number of claims by place and verdict."""
    if not data.audited:
        raise NotInStudyError("This study has no printed claims to audit")
    places = list(dict.fromkeys(item.claim.place for item in data.audited))
    with report_style("verdicts"):
        figure = make_figure(0.9 + 0.24 * len(places))
        axes = figure.subplots()
        left = [0.0] * len(places)
        for verdict, colour in COLOUR_OF.items():
            numbers = [
                get(data, "audit", group="place", level=place, variable=f"verdict={verdict}")["n"] or 0.0
                for place in places
            ]
            bars = axes.barh(range(len(places)), numbers, left=left, color=colour, height=0.68, label=str(verdict))
            labels = [format_number(number, 0) if number else "" for number in numbers]
            dark = verdict in {Verdict.AGREES, Verdict.DIFFERS}
            axes.bar_label(bars, labels=labels, label_type="center", color="white" if dark else "black", fontsize=7)
            left = [start + number for start, number in zip(left, numbers, strict=True)]
        axes.set_yticks(range(len(places)), places)
        axes.invert_yaxis()
        axes.set_xlabel("Claims")
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color=QUIET, alpha=0.18, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.use_sticky_edges = False
        axes.margins(x=0.02, y=0.02)
        figure.legend(loc="outside lower center", ncols=len(COLOUR_OF), columnspacing=1.2, handlelength=1.2)
        alt = f"Verdicts by place in the paper. {describe_audit(data)}"
        return finish(figure, alt, synthetic=data.study.synthetic)
