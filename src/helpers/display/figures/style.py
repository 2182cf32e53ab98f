"""One style for all figures, and a figure that displays itself as vector and as picture."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import seaborn as sns
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.layout_engine import ConstrainedLayoutEngine

WIDTH = 6.7
"""Width of a figure in inches: the text width of the page."""

LAYOUT_DPI, PICTURE_DPI = 1200, 200
INK = "#1a1a1a"
QUIET = "#6b6b6b"
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00")
LIGHT_COLOURS = ("#4f94c4", "#f2c18d", "#a8d5c2", "#e3bfd3")
"""Okabe and Ito's colours, told apart also by the colour-blind; the light ones, for areas, differ in grey as well."""
LINE_STYLES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)), (0, (9, 2)))
"""Curves are told apart by these too, for those who print in grey."""
SMALL = 7
"""Size of the smallest type, in points."""
MARK, MARK_HEIGHT, MARK_MARGIN = "#8a8a8a", 0.17, 0.04
"""Colour of the mark on synthetic data, and the strip it stands on: its height and its margin, in inches."""


@dataclass(frozen=True)
class Figure:
    """A displayed figure.

    Attributes
    ----------
    svg : str
        As vector graphic, for HTML and PDF.
    png : bytes
        As picture, for Word.
    alt : str
        What the figure shows, numbers included, for those who do not see it.
    """

    svg: str
    png: bytes
    alt: str

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, str | bytes], dict[str, dict[str, str]]]:
        data: dict[str, str | bytes] = {"image/svg+xml": self.svg, "image/png": self.png, "text/plain": self.alt}
        return data, {"image/svg+xml": {"alt": self.alt}, "image/png": {"alt": self.alt}}


@contextmanager
def report_style(name: str) -> Iterator[None]:
    """Draw in the style of the report; the same figure gives the same bytes every time.

    Parameters
    ----------
    name : str
        Name of the figure: it makes the ids inside its vector graphic its own.
    """
    settings: dict[str, Any] = {
        "svg.hashsalt": name,
        "svg.fonttype": "path",
        "text.parse_math": False,  # a dollar sign in a name is a dollar sign
        "font.family": "DejaVu Sans",
        "font.size": 8,
        "axes.labelsize": 8,
        "axes.titlesize": 8.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "xtick.labelsize": 8,
        "ytick.labelsize": 8,
        "legend.fontsize": 8,
        "legend.frameon": False,
        "axes.edgecolor": INK,
        "axes.linewidth": 0.8,
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.bottom": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    with mpl.rc_context(), sns.axes_style("ticks", rc=settings):
        mpl.rcParams.update(settings)  # type: ignore[arg-type]
        yield


def make_figure(height: float, between: float | None = None) -> MatplotlibFigure:
    """Make an empty figure of the page's text width that leaves room for all its labels.

    Parameters
    ----------
    height : float
        In inches.
    between : float, optional
        Room between panels side by side, as a share of their width; matplotlib's own without it.
    """
    if between is None:
        return MatplotlibFigure(figsize=(WIDTH, height), layout="constrained")
    return MatplotlibFigure(figsize=(WIDTH, height), layout=ConstrainedLayoutEngine(wspace=between))


def finish(figure: MatplotlibFigure, alt: str, *, synthetic: bool = False) -> Figure:
    """Turn a drawn figure into one that displays itself; call it inside `report_style`.

    Parameters
    ----------
    figure : MatplotlibFigure
        What was drawn.
    alt : str
        What it shows, numbers included.
    synthetic : bool
        The patients are made up: the picture and its alternative text say so.
    """
    if synthetic:
        _mark_synthetic(figure)
        alt = f"Synthetic data. {alt}"
    # the room for labels is measured once, in fine dots: in coarse ones letters are measured narrower than paths are
    figure.set_dpi(LAYOUT_DPI)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    vector, picture = io.StringIO(), io.BytesIO()
    figure.savefig(vector, format="svg", metadata={"Date": None, "Creator": None})
    figure.savefig(picture, format="png", dpi=PICTURE_DPI, metadata={"Software": None})
    return Figure(vector.getvalue(), picture.getvalue(), alt)


def _mark_synthetic(figure: MatplotlibFigure) -> None:
    """Write above the drawing, on a strip of its own, that the data are made up: it then never covers any."""
    figure.set_figheight(figure.get_figheight() + MARK_HEIGHT)
    x = 1 - MARK_MARGIN / WIDTH
    figure.suptitle("SYNTHETIC DATA", x=x, ha="right", fontsize=SMALL, fontweight="bold", color=MARK)
