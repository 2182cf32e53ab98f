"""Values that counts can have, for all that is known of them and of how they add up: by linear programming."""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

Cell = TypeVar("Cell", bound=Hashable)
Range = tuple[float, float]
"""The smallest and the largest value that a count can have."""


@dataclass(frozen=True)
class Sum(Generic[Cell]):
    """A count that is the sum of others, as everybody knows from what they are counts of."""

    total: Cell
    parts: tuple[Cell, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The total and its parts."""
        return (self.total, *self.parts)


def split_unknown(known: Mapping[Cell, Range], sums: Sequence[Sum[Cell]]) -> list[tuple[list[Cell], list[Sum[Cell]]]]:
    """Split the counts that are not known into those that hang together, each with the sums that tie them."""
    root: dict[Cell, Cell] = {cell: cell for cell, (low, high) in known.items() if low != high}

    def find(cell: Cell) -> Cell:
        while root[cell] != cell:
            root[cell] = root[root[cell]]
            cell = root[cell]
        return cell

    tied = []
    for line in sums:
        unknown = [cell for cell in line.cells if cell in root]
        tied += [(line, unknown[0])] if unknown else []
        for cell in unknown[1:]:
            root[find(cell)] = find(unknown[0])
    groups: dict[Cell, tuple[list[Cell], list[Sum[Cell]]]] = {}
    for cell in root:
        groups.setdefault(find(cell), ([], []))[0].append(cell)
    for line, cell in tied:
        groups[find(cell)][1].append(line)
    return list(groups.values())


class Solution(NamedTuple):
    """Values of all counts, and of each sum how much it weighs in the end of the range that was asked for."""

    values: NDArray[np.float64]
    weights: NDArray[np.float64]


class Programme(Generic[Cell]):
    """The linear programme of counts that hang together: all values that the sums and what is known admit."""

    def __init__(self, unknown: Sequence[Cell], lines: Sequence[Sum[Cell]], known: Mapping[Cell, Range]) -> None:
        place = {cell: number for number, cell in enumerate(unknown)}
        rows, columns, weights = [], [], []
        self._right = np.zeros(len(lines))
        for number, line in enumerate(lines):
            for cell, weight in ((line.total, 1.0), *((part, -1.0) for part in line.parts)):
                if cell in place:
                    rows.append(number)
                    columns.append(place[cell])
                    weights.append(weight)
                else:
                    self._right[number] -= weight * known[cell][0]
        self._equations = csr_array((weights, (rows, columns)), shape=(len(lines), len(unknown)))
        self._bounds = [(low, None if math.isinf(high) else high) for low, high in (known[cell] for cell in unknown)]
        self._size = len(unknown)

    def solve(self, place: int, sign: float) -> Solution | None:
        """Solve for the smallest (sign 1) or largest (sign -1) value of a count; None where it has no bound."""
        objective = np.zeros(self._size)
        objective[place] = sign
        sums = {"A_eq": self._equations, "b_eq": self._right} if len(self._right) else {}
        done = linprog(objective, **sums, bounds=self._bounds, method="highs")
        if done.status == 3:
            return None
        if done.status != 0:
            raise RuntimeError(f"what can be worked out was not found: {done.message}")
        weights = np.asarray(done.eqlin.marginals, dtype=float) if len(self._right) else np.zeros(0)
        return Solution(np.asarray(done.x, dtype=float), weights)
