"""Numbers below one another: blanks as wide as a digit or a point stand where a cell has fewer of them than others.

Only what is displayed is padded; the cells of the delivered CSV are not.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from helpers.display.formatting import NONE, NOT_ESTIMABLE, NOT_REACHED

FIGURE, POINT = "\u2007", "\u2008"
"""Blanks as wide as a digit and as a point, in a typeface whose digits are equally wide."""

_NUMBER = re.compile(rf"([<>+−]?)(\d+|{NOT_REACHED}|{NOT_ESTIMABLE})(?:\.(\d+))?((?:×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?)")
_WORDS = re.compile(r"\b(?:n|mo|missing)\b")  # those that stand among numbers
_BETWEEN = re.compile(r"[\s()/%;,–→=†‡§¶.-]*")
_MARKS = "†‡§¶"
_LETTERS = 2.6  # NR and NE are as wide as so many digits


class Column(NamedTuple):
    """The cells of a column as they are displayed.

    Attributes
    ----------
    cells : list of str
        Padded where the column holds numbers.
    even : bool
        Whether all its cells with numbers became equally wide, so that they may be centred and still align.
    """

    cells: list[str]
    even: bool


class _Number(NamedTuple):
    """A number in a cell: what stands before it, its whole part with its sign, its decimals, its power of ten."""

    before: str
    whole: str
    decimals: str
    power: str

    def __str__(self) -> str:
        return f"{self.whole}{'.' if self.decimals else ''}{self.decimals}{self.power}"

    @property
    def is_word(self) -> bool:
        return self.whole in (NOT_REACHED, NOT_ESTIMABLE)


class _Cell(NamedTuple):
    """The numbers of a cell up to the first bracket, and what follows them."""

    numbers: list[_Number]
    rest: str

    @property
    def shape(self) -> tuple[str, ...]:
        """What all cells have in common whose numbers stand below one another."""
        powers = ("×" if number.power else "" for number in self.numbers)
        return (*(number.before for number in self.numbers), *powers, _NUMBER.sub("", self.rest).rstrip(_MARKS))


def align_column(cells: Sequence[str]) -> Column:
    """Pad the cells of a column so that its numbers stand below one another, point below point.

    Cells of one shape, such as ``5/17 (29%)``, align in their points, strokes and brackets; those of different shapes
    in the units of their first number. A column in which a cell holds words beside a number is text and stays as it is.

    Parameters
    ----------
    cells : sequence of str
        Cells as `helpers.display.formatting` writes them.

    Returns
    -------
    Column
    """
    read = [_read(cell) for cell in cells]
    numeric = [cell for cell in read if isinstance(cell, _Cell)]
    if not numeric or any(cell is None for cell in read):
        return Column(list(cells), even=False)
    lead = max((len(cell.numbers[0].whole) for cell in numeric if not cell.numbers[0].before), default=1)
    by_shape: dict[tuple[str, ...], list[_Cell]] = {}
    for cell in numeric:
        by_shape.setdefault(cell.shape, []).append(cell)
    sizes = {shape: list(_measure(alike, lead)) for shape, alike in by_shape.items()}
    if len(by_shape) > 1:  # points and brackets cannot align: no blank stands for a decimal
        sizes = {shape: [(whole, 0) for whole, _ in rooms] for shape, rooms in sizes.items()}
    padded = [_pad(cell, sizes[cell.shape]) if isinstance(cell, _Cell) else str(cell) for cell in read]
    widths = {len(text) for text, cell in zip(padded, read, strict=True) if isinstance(cell, _Cell)}
    even = len(by_shape) == 1 and len(widths) == 1
    if not even:
        padded = [FIGURE * (lead - 1) + text if text == NONE else text for text in padded]
    return Column(padded, even)


def _read(cell: str) -> _Cell | str | None:
    """Numbers of a cell; the cell itself where it has none; None where it is text with numbers in it."""
    found = list(_NUMBER.finditer(cell))
    if all(number[2] in (NOT_REACHED, NOT_ESTIMABLE) for number in found):
        return None if re.search(r"\d", cell) else cell
    if not _BETWEEN.fullmatch(_WORDS.sub("", _NUMBER.sub("", cell))):
        return None
    numbers, end = [], 0
    for number in found:
        before = cell[end : number.start()]
        if "(" in before:
            break
        numbers.append(_Number(before, number[1] + number[2], number[3] or "", number[4]))
        end = number.end()
    return _Cell(numbers, cell[end:])


def _measure(cells: Sequence[_Cell], lead: int) -> Iterator[tuple[int, int]]:
    """Digits before and after the point that each number of a shape has room for."""
    for place, numbers in enumerate(zip(*(cell.numbers for cell in cells), strict=True)):
        whole = max((len(number.whole) for number in numbers if not number.is_word), default=0)
        if place == 0 and not numbers[0].before:
            whole = max(whole, lead)
        yield whole, max(len(number.decimals) for number in numbers)


def _pad(cell: _Cell, sizes: Sequence[tuple[int, int]]) -> str:
    text = ""
    for number, (whole, decimals) in zip(cell.numbers, sizes, strict=True):
        left, right = _blanks(number, whole, decimals)
        # an upper limit and a denominator begin where the sign before them ends
        shifts = number.before in ("–", "/")
        text += f"{number.before}{number}{left}{right}" if shifts else f"{number.before}{left}{number}{right}"
    marks_only = not cell.rest.strip(_MARKS)
    return f"{text.rstrip(FIGURE + POINT) if marks_only else text}{cell.rest}"


def _blanks(number: _Number, whole: int, decimals: int) -> tuple[str, str]:
    """Blanks before and behind a number that give it the room of the longest of its kind."""
    if number.is_word:
        missing = whole + (decimals + 0.5 if decimals else 0) - _LETTERS
        return FIGURE * max(int(missing + 0.5), 0), ""
    point = POINT if decimals and not number.decimals else ""
    return FIGURE * (whole - len(number.whole)), point + FIGURE * (decimals - len(number.decimals))
