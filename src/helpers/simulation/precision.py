"""The precision with which things are measured and entered: the only module of the simulation that rounds."""

import math

from helpers.simulation.extractions import DAYS_PER_MONTH


def to_digits(number: float, digits: int) -> float:
    """Keep significant digits, as cell doses and levels of residual disease are reported."""
    return 0.0 if number == 0 else round(number, digits - 1 - math.floor(math.log10(abs(number))))


def to_decimals(number: float, decimals: int) -> float:
    """Keep decimal places, as temperatures and blood counts are reported."""
    return round(number, decimals)


def to_halves(number: float) -> float:
    """Go to the nearest half, as low percentages of blasts are counted."""
    return round(number * 2) / 2


def to_whole(number: float) -> int:
    """Go to the nearest whole number."""
    return round(number)


def count_days(months: float) -> int:
    """Count the days of some months."""
    return to_whole(months * DAYS_PER_MONTH)
