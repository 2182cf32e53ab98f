"""What stands in a cell: the statistics of one analysis as text.

Every function takes statistics as `helpers.display.lookup.find` returns them, so that a cell says by itself whether its
number is not derivable, or there was nobody to count.
"""

from helpers.display.formatting import (
    NONE,
    NOT_DERIVABLE,
    NOT_ESTIMABLE,
    format_fraction,
    format_months,
    format_months_interval,
    format_number,
    format_percent,
    format_percent_interval,
    format_range,
    format_scientific,
)
from helpers.display.lookup import Stats


def show_count(stats: Stats) -> str:
    """Patients and percentage: 5 (29%)."""
    if stats.get("n") is None:
        return NOT_DERIVABLE
    return f"{format_number(stats['n'])} ({format_percent(stats['p'], stats['N'])})"


def show_proportion(stats: Stats, interval: bool = False) -> str:
    """Patients of their denominator: 5/17 (29%), or 5/17 (29%; 10–56) with the limits of the interval."""
    if stats.get("n") is None:
        return NOT_DERIVABLE
    fraction = format_fraction(stats["n"], stats["N"])
    if not stats["N"]:
        return fraction
    limits = f"; {format_percent_interval(stats['lcl'], stats['ucl'], stats['N'])}" if interval else ""
    return f"{fraction} ({format_percent(stats['p'], stats['N'])}{limits})"


def show_median(stats: Stats, scientific: bool = False) -> str:
    """Median and range: 10 (0.7–18), the value itself where there is one; a dash where nobody has a value."""
    if stats.get("n") is None:
        return NOT_DERIVABLE
    if not stats["n"]:
        return NONE
    form = format_scientific if scientific else format_number
    if stats["n"] == 1:
        return form(stats["median"])
    return f"{form(stats['median'])} ({format_range(stats['min'], stats['max'], scientific)})"


def show_median_time(stats: Stats, lower: str, upper: str) -> str:
    """Median of a curve with its limits, in months: 9.0 (3.0–NR); a dash where there are no patients."""
    if "median" not in stats:
        return NONE
    return f"{format_months(stats['median'])} ({format_months_interval(stats[lower], stats[upper])})"


def show_trusted_time(stats: Stats) -> str:
    """Months until which a curve can be trusted, in words where that is all or none of it; a dash without patients."""
    if not stats.get("n"):
        return NONE
    months = stats["trusted_months"]
    if months is None:
        return "whole curve"
    return format_months(months) if months else "no part"


def show_probability(stats: Stats, stat: str, n: float | None, sign: str = "") -> str:
    """Probability with its limits, in per cent: 81 (67–90); NE past the last follow-up, a dash without patients."""
    if stat not in stats:
        return NONE
    if stats[stat] is None:
        return NOT_ESTIMABLE
    return f"{format_percent(stats[stat], n, sign)} ({format_percent_interval(stats['lcl'], stats['ucl'], n)})"
