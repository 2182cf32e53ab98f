"""Suppression of small counts in published numbers, so that they cannot be worked out from the others.

Of a count below the threshold only that is said. Where a reader who subtracts published counts from each other could
still work one out, further counts are held back without a word about their size: complementary suppression. What a
reader can work out is found by linear programming, the audit of statistical disclosure control: of every count the
smallest and the largest value that all that is shown admits. Hundepool A, Domingo-Ferrer J, Franconi L, et al.
Statistical Disclosure Control, 2012, chapter 4.
"""

import math
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

import numpy as np

from helpers.statistics.possible_counts import Cell, Programme, Range, Sum, split_unknown

THRESHOLD = 5
"""Counts below it are small."""
FEWEST_VALUES = 3
"""So many values a small count must at least be able to have, for all that a reader can work out."""


@dataclass(frozen=True)
class Suppression(Generic[Cell]):
    """What is not shown.

    Attributes
    ----------
    small : frozenset
        Counts of which a reader learns that they are below the threshold.
    withheld : frozenset
        Counts of which a reader learns nothing.
    """

    small: frozenset[Cell]
    withheld: frozenset[Cell]

    def shows(self, cell: Cell) -> bool:
        """Whether a count is shown."""
        return cell not in self.small and cell not in self.withheld


def suppress_small_counts(
    counts: Mapping[Cell, int],
    sums: Sequence[Sum[Cell]],
    published: Sequence[Cell],
    threshold: int = THRESHOLD,
    silent: Container[Cell] = (),
) -> Suppression[Cell]:
    """Choose the counts that are not shown, so that none below the threshold can be worked out.

    Parameters
    ----------
    counts : mapping of cell to int
        All counts: those to be published, and those that nobody publishes but a reader could work out, such as the
        patients of a population who did not have an event.
    sums : sequence of Sum
        How they add up.
    published : sequence of cell
        The counts to be published, the most important first; the least important are held back first.
    threshold : int
        Counts below it, zero included, are small.
    silent : container of cell
        Counts that are not said to be small where they are, such as points that a curve then does not have.

    Raises
    ------
    ValueError
        If a sum does not add up, or a count is negative.
    RuntimeError
        If small counts can be worked out whatever is held back.
    """
    for cell, n in counts.items():
        if n < 0:
            raise ValueError(f"count of {cell!r} is negative: {n}")
    for line in sums:
        if counts[line.total] != sum(counts[part] for part in line.parts):
            raise ValueError(f"the parts of {line.total!r} do not add up: {line.parts!r}")
    importance = {cell: place for place, cell in enumerate(dict.fromkeys(published))}
    small = [cell for cell in importance if counts[cell] < threshold]
    reader = _Reader(counts, _index(sums), threshold)
    shown = [cell for cell in importance if counts[cell] >= threshold and reader.learns(cell, _exactly(counts[cell]))]
    said = [cell for cell in small if cell not in silent and reader.learns(cell, (0.0, threshold - 1.0))]
    withheld = importance.keys() - {*shown, *said}
    while True:
        suppression = Suppression(frozenset(said) - withheld, frozenset(withheld))
        # what a pencil does not find, a programme may
        exposed = _find_exposed(counts, sums, _know(counts, importance, suppression, threshold), threshold)
        if not exposed:
            return suppression
        withheld |= {_choose(cell, binding, importance, suppression) for cell, binding in exposed.items()}


def find_ranges(
    counts: Mapping[Cell, int],
    sums: Sequence[Sum[Cell]],
    published: Iterable[Cell],
    suppression: Suppression[Cell],
    threshold: int = THRESHOLD,
) -> dict[Cell, Range]:
    """Find, of every count that is not shown, the smallest and the largest value that a reader cannot rule out.

    Parameters
    ----------
    counts, sums, published, threshold
        As of `suppress_small_counts`.
    suppression : Suppression
        What is not shown.
    """
    known = _know(counts, published, suppression, threshold)
    ranges: dict[Cell, Range] = {}
    for unknown, lines in split_unknown(known, sums):
        programme = Programme(unknown, lines, known)
        for place, cell in enumerate(unknown):
            least, most = programme.solve(place, 1.0), programme.solve(place, -1.0)
            low = -math.inf if least is None else math.ceil(least.values[place] - 1e-6)
            ranges[cell] = (low, math.inf if most is None else math.floor(most.values[place] + 1e-6))
    return ranges


def _index(sums: Sequence[Sum[Cell]]) -> dict[Cell, list[Sum[Cell]]]:
    lines: dict[Cell, list[Sum[Cell]]] = defaultdict(list)
    for line in sums:
        for cell in line.cells:
            lines[cell].append(line)
    return lines


def _know(
    counts: Mapping[Cell, int], published: Iterable[Cell], suppression: Suppression[Cell], threshold: int
) -> dict[Cell, Range]:
    """What a reader knows of every count before any subtraction."""
    known: dict[Cell, Range] = dict.fromkeys(counts, (0.0, math.inf))
    known |= {cell: (float(counts[cell]), float(counts[cell])) for cell in published if suppression.shows(cell)}
    return known | dict.fromkeys(suppression.small, (0.0, threshold - 1.0))


def _exactly(n: int) -> Range:
    return float(n), float(n)


def _is_narrow(found: Range) -> bool:
    low, high = found
    return high - low + 1 < FEWEST_VALUES - 1e-6


class _Reader(Generic[Cell]):
    """A reader with a pencil, who narrows the ranges of all counts by one sum after another."""

    def __init__(self, counts: Mapping[Cell, int], lines: Mapping[Cell, Sequence[Sum[Cell]]], threshold: int) -> None:
        self._lines = lines
        self._secret = {cell for cell, n in counts.items() if n < threshold}
        self._ranges: dict[Cell, Range] = dict.fromkeys(counts, (0.0, math.inf))

    def learns(self, cell: Cell, told: Range) -> bool:
        """Tell the range of a count, unless a small count could then be worked out; say whether it was told."""
        before: dict[Cell, Range] = {}
        low, high = self._ranges[cell]
        news = [(cell, (max(low, told[0]), min(high, told[1])))]
        waiting: dict[Sum[Cell], None] = {}
        while news or waiting:
            for near, found in news:
                if found != self._ranges[near]:
                    before.setdefault(near, self._ranges[near])
                    self._ranges[near] = found
                    if near in self._secret and _is_narrow(found):
                        self._ranges |= before
                        return False
                    waiting |= dict.fromkeys(self._lines.get(near, ()))
            line = next(iter(waiting), None)
            news = list(_narrow(line, self._ranges)) if line else []
            if line:
                del waiting[line]
        return True


def _narrow(line: Sum[Cell], ranges: Mapping[Cell, Range]) -> Iterator[tuple[Cell, Range]]:
    """Ranges of the counts of a sum, narrowed by each other."""
    parts = [ranges[part] for part in line.parts]
    low, high = ranges[line.total]
    least, most = sum(part[0] for part in parts), sum(part[1] for part in parts)
    if least != low or most != high:
        low, high = max(low, least), min(high, most)
        yield line.total, (low, high)
    for place, part in enumerate(line.parts):
        own_low, own_high = parts[place]
        others_low = least - own_low
        others_high = most - own_high if most < math.inf else _sum_others(parts, place)
        yield part, (max(own_low, low - others_high), min(own_high, high - others_low))


def _sum_others(parts: Sequence[Range], place: int) -> float:
    return sum(high for number, (_, high) in enumerate(parts) if number != place)


def _find_exposed(
    counts: Mapping[Cell, int], sums: Sequence[Sum[Cell]], known: Mapping[Cell, Range], threshold: int
) -> dict[Cell, list[Sum[Cell]]]:
    """Find small counts that can have too few values once all sums are taken together, with the sums that say so.

    At most one of each group of counts that hang together.
    """
    exposed = {}
    for unknown, lines in split_unknown(known, sums):
        programme = Programme(unknown, lines, known)
        # what has been seen to be possible: the truth, and every solution found on the way
        seen = np.array([[counts[cell], counts[cell]] for cell in unknown], dtype=float)
        for place, cell in enumerate(unknown):
            binding: list[Sum[Cell]] = []
            for sign in (-1.0, 1.0):
                if counts[cell] < threshold and _is_narrow((seen[place, 0], seen[place, 1])):
                    solution = programme.solve(place, sign)
                    if solution is None:  # without bound
                        seen[place, 1] = math.inf
                        continue
                    seen[:, 0] = np.minimum(seen[:, 0], solution.values)
                    seen[:, 1] = np.maximum(seen[:, 1], solution.values)
                    binding += [
                        line for line, weight in zip(lines, solution.weights, strict=True) if abs(weight) > 1e-9
                    ]
            if counts[cell] < threshold and _is_narrow((seen[place, 0], seen[place, 1])):
                exposed[cell] = binding
                break
    return exposed


def _choose(
    cell: Cell, binding: Sequence[Sum[Cell]], importance: Mapping[Cell, int], suppression: Suppression[Cell]
) -> Cell:
    """Choose what else to hold back: the least important shown count of the sums that bind an exposed one.

    Where none is left, that one of their counts is small is held back too.
    """
    reached = [near for line in binding for near in line.cells if near in importance]
    shown = [near for near in reached if suppression.shows(near)]
    found = shown or [near for near in (cell, *reached) if near in suppression.small]
    if not found:
        raise RuntimeError(f"the count of {cell!r} can be worked out whatever is held back")
    return max(found, key=lambda near: importance[near])
