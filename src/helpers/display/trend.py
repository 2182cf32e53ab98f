"""Small trends: one number of a study across its data cuts, each an SVG drawing within a page."""

from collections.abc import Sequence
from html import escape
from itertools import groupby
from typing import NamedTuple

from helpers.display.formatting import (
    NOT_DERIVABLE,
    NOT_ESTIMABLE,
    format_number,
    format_percent,
    format_percent_interval,
)

WIDTH, HEIGHT = 280, 150
LEFT, RIGHT, TOP, BOTTOM = 36, 200, 36, 122
"""The plot within the drawing; right of it stands the last value."""
INSET, LONGEST, LETTER = 12, 18, 7
"""Room beside the outer dots; the longest name of a cut, in letters; the room a letter takes at most, usually."""
STYLE = """
svg.trend { display: block; width: 100%; max-width: 24rem; font: 10px var(--sans); fill: var(--muted); }
svg.trend .heading { font-size: 12px; font-weight: 600; fill: var(--ink); }
svg.trend .last { font-size: 14px; font-weight: 600; fill: var(--accent); }
svg.trend .grid { stroke: var(--rule); stroke-width: 1; fill: none; }
svg.trend .joined { stroke: var(--accent); stroke-width: 2; fill: none; }
svg.trend .whisker { stroke: var(--accent); stroke-width: 1; fill: none; }
svg.trend circle { fill: var(--accent); stroke: #fff; stroke-width: 1; }
"""
"""How the trends look, in the colours and letters of the page's theme."""


class Share(NamedTuple):
    """A proportion or a probability with its interval; its text is that of every table.

    Attributes
    ----------
    p, lcl, ucl : float or None
        Estimate and limits, None where they cannot be estimated.
    of : float or None
        Of how many patients; None where the study's data do not tell.
    """

    p: float | None
    lcl: float | None
    ucl: float | None
    of: float | None

    def __str__(self) -> str:
        if self.of is None or self.p is None:
            return NOT_DERIVABLE if self.of is None else NOT_ESTIMABLE
        return f"{format_percent(self.p, self.of)} ({format_percent_interval(self.lcl, self.ucl, self.of)})"


def draw_trend(heading: str, about: str, cuts: Sequence[tuple[str, Share]]) -> str:
    """Draw a number across data cuts: a dot a cut, its interval as whiskers, a gap where there is no number.

    Parameters
    ----------
    heading : str
        What stands above the drawing.
    about : str
        What the number is, for those who do not see the drawing.
    cuts : sequence of (str, Share)
        Name of each cut and the number there, in the order of the cuts; two at least.

    Returns
    -------
    str
        An SVG element for an HTML page that holds `STYLE`; the cuts stand at equal distances, the axis ends at 0 and
        100 per cent.
    """
    step = (RIGHT - LEFT - 2 * INSET) / (len(cuts) - 1)
    placed = [(LEFT + INSET + step * number, name, share) for number, (name, share) in enumerate(cuts)]
    drawn = [(x, name, share, share.p) for x, name, share in placed if share.p is not None]
    whole = "; ".join(f"{name}, {share}" for name, share in cuts)
    parts = [
        f'<svg class="trend" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" aria-label="{escape(f"{about}: {whole}")}">'
    ]
    parts += [_text(LEFT, 16, heading, "heading"), *map(_grid, (0.0, 0.5, 1.0))]
    parts += [f'<path class="grid" d="M{_at(x)} {BOTTOM}v4"/>' for x, _, _ in placed]
    parts += [_whisker(x, share) for x, _, share, _ in drawn]
    for present, run in groupby(placed, key=lambda place: place[2].p is not None):
        if present:
            points = " ".join(f"{_at(x)},{_y(share.p or 0)}" for x, _, share in run)
            parts.append(f'<polyline class="joined" points="{points}"/>')
    for x, name, share, p in drawn:
        title = escape(f"{name}: {share}")
        parts.append(f'<circle cx="{_at(x)}" cy="{_y(p)}" r="3.5"><title>{title}</title></circle>')
    parts += [_name(x, name) for x, name, _ in (placed[0], placed[-1])]
    return "".join([*parts, *_last(placed[-1][2]), "</svg>"])


def _at(place: float) -> str:
    return format_number(place, 2)


def _y(p: float) -> str:
    return _at(BOTTOM - p * (BOTTOM - TOP))


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{_at(x)}" y="{_at(y)}" class="{kind}" text-anchor="{anchor}">{escape(text)}</text>'


def _grid(p: float) -> str:
    label = _text(LEFT - 5, float(_y(p)) + 3.5, format_percent(p, 1), anchor="end")
    return f'<path class="grid" d="M{LEFT} {_y(p)}H{RIGHT}"/>{label}'


def _whisker(x: float, share: Share) -> str:
    if share.lcl is None or share.ucl is None:
        return ""
    low, high, cap = _y(share.lcl), _y(share.ucl), f"M{_at(x - 3)}"
    return f'<path class="whisker" d="M{_at(x)} {low}V{high}{cap} {low}h6{cap} {high}h6"/>'


def _name(x: float, name: str) -> str:
    """Name of a cut under its place, as near as the edges of the drawing let it."""
    half = LONGEST // 2
    shown = name if len(name) <= LONGEST else f"{name[: half - 1]}…{name[-half:]}"
    room = len(shown) * LETTER / 2
    return _text(min(max(x, room), WIDTH - room), BOTTOM + 17, shown, anchor="middle")


def _last(share: Share) -> list[str]:
    """The last number in words, beside its dot and within the drawing."""
    if share.of is None or share.p is None:
        return [_text(RIGHT + 6, (TOP + BOTTOM) / 2, str(share))]
    y = min(float(_y(share.p)) + 2, BOTTOM - 10)
    interval = format_percent_interval(share.lcl, share.ucl, share.of)
    return [_text(RIGHT + 6, y, format_percent(share.p, share.of), "last"), _text(RIGHT + 6, y + 13, interval)]
