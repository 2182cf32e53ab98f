"""The flow of patients, from those screened to the analysis populations, as boxes and arrows."""

from collections.abc import Sequence
from itertools import pairwise

from matplotlib.axes import Axes

from helpers.display.absence import NotInStudyError, not_for_public, or_say_so
from helpers.display.figures.boxes import GAP, PAD, Box, draw_arrow, draw_box, draw_line, make_box
from helpers.display.figures.style import QUIET, SMALL, WIDTH, Figure, finish, make_figure, report_style
from helpers.display.formatting import format_number, within_sentence
from helpers.display.lookup import get
from helpers.results.cut import CutData
from helpers.results.flow import DEVIATION, ELIGIBLE, EXCLUDED, SCREENED, TREATED, WAITING
from helpers.study.model import Population

LEFT, MAIN_WIDTH = 0.1, 2.6
SIDE_LEFT, SIDE_WIDTH = 3.25, 3.05
"""Left edges and widths of the boxes in the middle and at the side, in inches, as all lengths here."""
RETURN = 0.2
"""How far to the right of the side boxes the way back of those treated although not eligible runs."""
MOST_IN_A_ROW = 4


@or_say_so
@not_for_public("The flow of patients")
def plot_flow(data: CutData) -> Figure:
    """Draw the patients screened, excluded with each reason, eligible, treated, and in each analysis population."""
    if not data.study.eligibility or data.study.clinical is None:
        raise NotInStudyError("This study declares no eligibility criteria")
    numbers = {name: _count(data, name) for name in (SCREENED, EXCLUDED, ELIGIBLE, WAITING, TREATED, DEVIATION)}
    spine, sides = _place_spine(data, numbers)
    populations = _place_populations(data, spine[-1].bottom + 2 * GAP)
    note = _write_note(data)
    bottom = max(box.bottom for box in (*spine, *sides, *populations)) + GAP * (1 + len(note.splitlines()))
    with report_style("flow"):
        figure = make_figure(bottom)
        axes = figure.add_subplot()
        axes.set(xlim=(0, WIDTH), ylim=(bottom, 0))
        axes.set_axis_off()
        for box in (*spine, *sides, *populations):
            draw_box(axes, box)
        _draw_arrows(axes, spine, sides, populations)
        axes.text(LEFT, bottom, note, va="bottom", fontsize=SMALL, color=QUIET)
        alt = " ".join(_describe(box) for box in (*spine[:1], *sides[:1], *spine[1:], *sides[1:], *populations))
        return finish(figure, " ".join(["Flow of patients.", alt, note]).strip(), synthetic=data.study.synthetic)


def _count(data: CutData, variable: str) -> float | None:
    """Patients of a step of the flow, None where their number is not shown."""
    return get(data, "count", variable=variable)["n"]


def _n(label: str, n: float | None) -> str:
    return f"{label} (n = {format_number(n, 0)})"


def _place_spine(data: CutData, numbers: dict[str, float | None]) -> tuple[list[Box], list[Box]]:
    """Boxes down the middle (screened, eligible, treated), and those at the side of the way between them."""
    screened = make_box(_n("Screened", numbers[SCREENED]), [], LEFT, PAD, MAIN_WIDTH)
    reasons = _list_reasons(data, "excluded")
    several = ["A patient may fail several criteria."] if len(reasons) > 1 else []
    excluded = _place_side(_n("Not eligible, not treated", numbers[EXCLUDED]), [*reasons, *several], screened.bottom)
    sides = [excluded]
    if numbers[DEVIATION] != 0:
        reasons = _list_reasons(data, "treated-ineligible")
        sides.append(_place_side(_n("Not eligible, but treated", numbers[DEVIATION]), reasons, excluded.bottom))
    eligible = make_box(_n("Eligible", numbers[ELIGIBLE]), [], LEFT, sides[-1].bottom + GAP, MAIN_WIDTH)
    waiting = _place_side(_n("Eligible, not treated yet", numbers[WAITING]), [], eligible.bottom)
    sides.append(waiting)
    among = [f"Of these, {format_number(numbers[DEVIATION], 0)} treated although not eligible"]
    treated = make_box(
        _n("Treated", numbers[TREATED]),
        among if numbers[DEVIATION] != 0 else [],
        LEFT,
        waiting.bottom + GAP,
        MAIN_WIDTH,
    )
    return [screened, eligible, treated], sides


def _place_side(heading: str, lines: Sequence[str], above: float) -> Box:
    return make_box(heading, lines, SIDE_LEFT, above + GAP, SIDE_WIDTH)


def _list_reasons(data: CutData, step: str) -> list[str]:
    """Reasons that apply to somebody, with the number of patients each."""
    counted = [(item.reason, _count(data, f"FLOW={step} {item.name}")) for item in data.study.eligibility]
    return [f"{reason[0].upper()}{reason[1:]}: {format_number(n, 0)}" for reason, n in counted if n != 0]


def _place_populations(data: CutData, top: float) -> list[Box]:
    """The other declared populations, in rows of as many as can be read."""
    others = [population for population in data.study.populations if population.name != "SAFFL"]
    across = min(len(others), MOST_IN_A_ROW)
    boxes: list[Box] = []
    for place, population in enumerate(others):
        width = (WIDTH - 2 * LEFT - GAP * (across - 1)) / across
        y = top if place < across else max(box.bottom for box in boxes[place - place % across - across :]) + GAP
        boxes.append(_make_population(data, population, LEFT + (place % across) * (width + GAP), y, width))
    return boxes


def _make_population(data: CutData, population: Population, x: float, y: float, width: float) -> Box:
    n = get(data, "count", population=population.name, variable=population.name)["n"]
    name = population.short or population.label
    name = f"{name[0].upper()}{name[1:]}"
    lines = [f"{population.label[0].upper()}{population.label[1:]}"] if population.short else []
    if n is None:
        return make_box(name, ["Not derivable", *lines], x, y, width, quiet=True)
    return make_box(_n(name, n), lines, x, y, width)


def _draw_arrows(axes: Axes, spine: Sequence[Box], sides: Sequence[Box], populations: Sequence[Box]) -> None:
    middle = spine[0].middle
    for upper, lower in pairwise(spine):
        draw_arrow(axes, (middle, upper.bottom), (middle, lower.y))
    for side in sides:
        draw_arrow(axes, (middle, side.centre), (side.x, side.centre))
    if len(sides) > 2:  # those treated although not eligible come back
        back, treated = sides[1], spine[-1]
        turn = back.right + RETURN
        draw_line(axes, [(back.right, back.centre), (turn, back.centre), (turn, treated.centre)], dashed=True)
        draw_arrow(axes, (turn, treated.centre), (treated.right, treated.centre), dashed=True)
    if populations:
        bus = spine[-1].bottom + GAP
        row = [box for box in populations if box.y == populations[0].y]
        ends = [middle, *(box.middle for box in row)]
        draw_line(axes, [(middle, spine[-1].bottom), (middle, bus)])
        draw_line(axes, [(min(ends), bus), (max(ends), bus)])
        for box in row:
            draw_arrow(axes, (box.middle, bus), (box.middle, box.y))


def _write_note(data: CutData) -> str:
    unknown = [(item.label, _count(data, f"FLOW=not recorded {item.name}")) for item in data.study.eligibility]
    parts = [f"{within_sentence(label)} in {format_number(n, 0)}" for label, n in unknown if n != 0]
    texts = ["The populations below those treated overlap."] if len(data.study.populations) > 2 else []
    texts += [f"Not recorded, and not taken as failed: {', '.join(parts)}."] if parts else []
    return "\n".join(texts)


def _describe(box: Box) -> str:
    return f"{'. '.join([' '.join(box.heading), *box.texts])}.".replace("..", ".")
