"""Random draws whose stream is frozen for ever, so that committed tables can be made again byte for byte."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import TypeVar

import numpy as np

Value = TypeVar("Value")


class Draws:
    """Draws from one stream.

    Everything is made from uniform numbers of `numpy.random.RandomState`: its other methods depend on the width of the
    platform's integers.

    Parameters
    ----------
    *seeds : int
        The seed of the study and, for a stream of a patient's own, the patient's number. Patients with streams of their
        own stay as they are when another patient changes.
    """

    def __init__(self, *seeds: int) -> None:
        self._stream = np.random.RandomState(list(seeds))

    def _uniform(self) -> float:
        return float(self._stream.random_sample())

    def chance(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return self._uniform() < probability

    def between(self, low: float, high: float) -> float:
        """Draw a number from low to high."""
        return low + (high - low) * self._uniform()

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number from low to high, both possible."""
        return low + int(self._uniform() * (high - low + 1))

    def choose(self, weights: Mapping[Value, float]) -> Value:
        """Choose one of the keys, each as often as its weight says."""
        left = self._uniform() * sum(weights.values())
        for value, weight in weights.items():
            left -= weight
            if left < 0:
                return value
        return next(reversed(list(weights)))

    def skewed(self, median: float, spread: float) -> float:
        """Draw from the log-normal distribution with this median and standard deviation of the logarithm."""
        return median * math.exp(spread * NormalDist().inv_cdf(self.between(1e-9, 1 - 1e-9)))

    def shuffle(self, values: Sequence[Value]) -> list[Value]:
        """Put the values into a random order."""
        return [values[place] for _, place in sorted((self._uniform(), place) for place in range(len(values)))]

    def later(self, day: dt.date, low: int, high: int) -> dt.date:
        """Draw a day from `low` to `high` days after another."""
        return day + dt.timedelta(days=self.whole(low, high))
