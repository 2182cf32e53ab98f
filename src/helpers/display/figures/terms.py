"""Adverse events and low blood counts by term and worst grade, as stacked bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from helpers.datasets.conditions import find_missing_columns
from helpers.display.absence import NotDerivableError, NotInStudyError, not_for_public, or_say_so
from helpers.display.figures.style import INK, QUIET, SMALL, Figure, finish, make_figure, report_style
from helpers.display.formatting import count, format_fraction, format_number, join_words
from helpers.display.lookup import count_patients, get
from helpers.results.cut import CutData
from helpers.results.derivability import describe_missing
from helpers.results.safety import GRADES, POPULATION, SEVERE, list_terms, make_term_keys
from helpers.study.analysis_columns import RAW_SOURCES

GRADE_COLOURS = ("#fee3c3", "#fdbb84", "#f47c4a", "#cf3b24", "#7f0000")
"""From light to dark, so that grades keep their order in grey and for the colour-blind."""
UNDIVIDED = "#d9d9d9"
MOST_ROWS = 25
LABEL_CHARACTERS = 36


@dataclass(frozen=True)
class Term:
    """An adverse event: patients with it, with a severe one, and by worst grade; None where a number is not shown."""

    name: str
    patients: float | None
    severe: float | None
    grades: tuple[float | None, ...]

    @property
    def whole(self) -> float:
        """Patients of a bar that is not divided by grade, because not all of its parts are shown."""
        return self.patients or 0.0 if None in self.grades else 0.0


@or_say_so
@not_for_public("Adverse events by term")
def plot_terms(data: CutData) -> Figure:
    """Draw the patients with each adverse event and low blood count, by the worst grade each patient had.

    Terms that a single patient had below grade 3 are left out, and counted in the alternative text.
    """
    if data.study.clinical is None:
        raise NotInStudyError("This study has no adverse events by term")
    if missing := find_missing_columns(data.tables, RAW_SOURCES["ADAE"]):
        raise NotDerivableError(f"Adverse events by term: {describe_missing(missing)}")
    terms = _read_terms(data)
    worth = [term for term in terms if term.patients is None or term.patients > 1 or term.severe != 0]
    chosen = worth[:MOST_ROWS]
    if not chosen:
        raise NotDerivableError("Adverse events by term: none in two patients or more, and none of grade 3 or higher")
    n = count_patients(data, POPULATION)
    with report_style("terms"):
        figure = make_figure(0.85 + 0.22 * len(chosen))
        axes = figure.subplots()
        _draw_bars(axes, chosen)
        _draw_patients_axis(axes, n)
        _write_counts(axes, chosen)
        handles = [
            Patch(facecolor=colour, edgecolor=INK, linewidth=0.4, label=f"Grade {grade}")
            for grade, colour in zip(GRADES, GRADE_COLOURS, strict=True)
        ]
        if any(term.whole for term in chosen):
            handles.append(Patch(facecolor=UNDIVIDED, edgecolor=INK, linewidth=0.4, label="Grades not shown"))
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), handlelength=1.2)
        return finish(
            figure,
            f"{_describe(chosen, n)}{_describe_left_out(len(terms), len(worth))}",
            synthetic=data.study.synthetic,
        )


def _read_terms(data: CutData) -> list[Term]:
    """All terms of the results, the most frequent first, the more severe first among equals."""
    terms = [_read_term(data, name) for name in list_terms(data.results)]
    return sorted(terms, key=lambda term: (-(term.patients or 0), -(term.severe or 0), term.name))


def _read_term(data: CutData, name: str) -> Term:
    def n(analysis: str, grade: str = "") -> float | None:
        return get(data, analysis, population=POPULATION, **make_term_keys(name, grade))["n"]

    grades = tuple(n("count", str(grade)) for grade in GRADES)
    return Term(name, n("proportion"), n("proportion", SEVERE), grades)


def _draw_bars(axes: Axes, terms: Sequence[Term]) -> None:
    left = [0.0] * len(terms)
    parts = [
        (colour, [0.0 if term.whole else term.grades[place] or 0.0 for term in terms])
        for place, colour in enumerate(GRADE_COLOURS)
    ]
    if any(term.whole for term in terms):
        parts.append((UNDIVIDED, [term.whole for term in terms]))
    for colour, numbers in parts:
        axes.barh(
            range(len(terms)), numbers, left=left, height=0.7, color=colour, edgecolor=INK, linewidth=0.4, clip_on=False
        )
        left = [start + number for start, number in zip(left, numbers, strict=True)]
    labels = [fill(term.name, LABEL_CHARACTERS) for term in terms]
    axes.set_yticks(range(len(terms)), labels, fontsize=SMALL, linespacing=1.0, multialignment="right")
    axes.set_ylim(len(terms) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def _draw_patients_axis(axes: Axes, n: float) -> None:
    """Bars are as long as patients are many; the axis says what share of all patients that is."""
    axes.set_xlim(0, n)
    axes.set_xticks([quarter * n / 4 for quarter in range(5)], [f"{25 * quarter}%" for quarter in range(5)])
    axes.set_xlabel(f"Share of {count(n, 'treated patient')}, by worst grade")
    axes.grid(axis="x", color=QUIET, alpha=0.18, linewidth=0.6)
    axes.set_axisbelow(True)


def _write_counts(axes: Axes, terms: Sequence[Term]) -> None:
    columns = {"Patients": [term.patients for term in terms], "Grade ≥ 3": [term.severe for term in terms]}
    # at a distance in points: one in widths of the axes would change while room is made for it
    for place, (heading, numbers) in enumerate(columns.items()):
        cells: list[tuple[float, str, dict[str, Any]]] = [
            (-0.95, heading, {"va": "bottom", "fontsize": SMALL, "fontweight": "bold"})
        ]
        cells += [(row, format_number(number, 0), {"va": "center_baseline", "fontsize": SMALL + 0.5})
                  for row, number in enumerate(numbers)]  # fmt: skip
        for row, text, style in cells:
            axes.annotate(
                text, (1, row), xycoords=axes.get_yaxis_transform(), xytext=(28 + 48 * place, 0),
                textcoords="offset points", ha="center", annotation_clip=False, **style,
            )  # fmt: skip


def _describe(chosen: Sequence[Term], n: float) -> str:
    parts = [
        f"{term.name} {format_fraction(term.patients, n)}, grade 3 or higher {format_number(term.severe, 0)}"
        for term in chosen
    ]
    return (
        "Patients with each adverse event and low blood count, by worst grade, the most frequent first. "
        f"{'; '.join(parts)}."
    )


def _describe_left_out(of: int, worth: int) -> str:
    """Say how many terms the figure does not show, and why."""
    single, more = of - worth, max(worth - MOST_ROWS, 0)
    texts = [f"{count(single, 'term')} seen in one patient only, below grade 3"] if single else []
    texts += [f"{count(more, 'term')} rarer than those shown"] if more else []
    return f" Left out: {join_words(texts)}." if texts else ""
