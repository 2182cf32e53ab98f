"""Boxes with words that never overflow them, and arrows between them; all lengths are inches, y grows downwards."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.textpath import TextPath

from helpers.display.figures.style import INK, QUIET

SIZE = 8
"""Size of type, in points."""
LINE, PAD, GAP = 0.152, 0.08, 0.2
"""Height of a line, margin within a box, room between boxes."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A box with its heading, in bold, and the texts below it.

    Attributes
    ----------
    heading, lines : tuple of str
        Heading and texts, broken into lines that fit.
    texts : tuple of str
        The texts, whole.
    x, y, width : float
        Its upper left corner and its width.
    quiet : bool
        Nothing can be said within it: it stands back.
    """

    heading: tuple[str, ...]
    lines: tuple[str, ...]
    texts: tuple[str, ...]
    x: float
    y: float
    width: float
    quiet: bool = False

    @property
    def height(self) -> float:
        """The height that its lines need."""
        return 2 * PAD + LINE * (len(self.heading) + len(self.lines))

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def middle(self) -> float:
        """The x of its middle."""
        return self.x + self.width / 2

    @property
    def centre(self) -> float:
        """The y of its middle."""
        return self.y + self.height / 2


def make_box(heading: str, texts: Sequence[str], x: float, y: float, width: float, *, quiet: bool = False) -> Box:
    """Make a box that is as high as its words need, broken into lines of its width."""
    room = width - 2 * PAD
    lines = tuple(line for text in texts for line in _break(text, room, "normal"))
    return Box(tuple(_break(heading, room, "bold")), lines, tuple(texts), x, y, width, quiet)


def draw_box(axes: Axes, box: Box) -> None:
    """Draw a box with its words."""
    colour = QUIET if box.quiet else INK
    axes.add_patch(Rectangle((box.x, box.y), box.width, box.height, facecolor="white", edgecolor=colour, linewidth=0.9))
    for place, line in enumerate((*box.heading, *box.lines)):
        weight = "bold" if place < len(box.heading) else "normal"
        y = box.y + PAD + LINE * (place + 0.5)
        axes.text(box.x + PAD, y, line, va="center", fontsize=SIZE, fontweight=weight, color=colour)


def draw_arrow(axes: Axes, start: Point, end: Point, *, dashed: bool = False) -> None:
    """Draw an arrow."""
    look = {"arrowstyle": "-|>", "color": INK, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 8}
    axes.annotate("", end, start, arrowprops={**look, "linestyle": (0, (3, 2)) if dashed else "-"})


def draw_line(axes: Axes, points: Sequence[Point], *, dashed: bool = False) -> None:
    """Draw a line through points."""
    style = (0, (3, 2)) if dashed else "-"
    axes.plot([x for x, _ in points], [y for _, y in points], color=INK, linewidth=0.9, linestyle=style)


def _break(text: str, width: float, weight: str) -> list[str]:
    """Break a text between words so that every line fits a width."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _measure(longer, weight) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _measure(text: str, weight: str) -> float:
    """Width of a text, from the outlines of its letters."""
    font = FontProperties(family="DejaVu Sans", weight=weight)
    return float(TextPath((0, 0), text, size=SIZE, prop=font).get_extents().width) / 72
