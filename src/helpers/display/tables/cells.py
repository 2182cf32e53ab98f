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
from helpers.display.lookup import Statistics, get_mark


def show_absence(stats: Statistics) -> str:
    """What stands for a number that is not there: not derivable, or not shown to the public."""
    return get_mark(stats) or NOT_DERIVABLE


def show_count(stats: Statistics) -> str:
    """Patients and percentage: 5 (29%)."""
    if stats.get("n") is None:
        return show_absence(stats)
    return f"{format_number(stats['n'])} ({format_percent(stats['p'], stats['N'])})"


def show_proportion(stats: Statistics, interval: bool = False) -> str:
    """Patients of their denominator: 5/17 (29%), or 5/17 (29%; 10–56) with the limits of the interval."""
    if stats.get("n") is None:
        whole = stats.get("N")
        return show_absence(stats) if whole is None else f"{show_absence(stats)}/{format_number(whole)}"
    fraction = format_fraction(stats["n"], stats["N"])
    if not stats["N"]:
        return fraction
    limits = f"; {format_percent_interval(stats['lcl'], stats['ucl'], stats['N'])}" if interval else ""
    return f"{fraction} ({format_percent(stats['p'], stats['N'])}{limits})"


def show_median(stats: Statistics, scientific: bool = False) -> str:
    """Median and range: 10 (0.7–18), the value itself where there is one; a dash where nobody has a value.

    The public sees the quartiles instead of the range, whose ends are single patients.
    """
    if stats.get("n") is None and stats.get("median") is not None:
        form = format_scientific if scientific else format_number
        return f"{form(stats['median'])} ({format_range(stats['q1'], stats['q3'], scientific)})"
    if stats.get("n") is None:
        return show_absence(stats)
    if not stats["n"]:
        return NONE
    form = format_scientific if scientific else format_number
    if stats["n"] == 1:
        return form(stats["median"])
    return f"{form(stats['median'])} ({format_range(stats['min'], stats['max'], scientific)})"


def show_median_time(stats: Statistics, lower: str, upper: str) -> str:
    """Median of a curve with its limits, in months: 9.0 (3.0–NR); a dash where there are no patients."""
    if "median" not in stats:
        return NONE
    if get_mark(stats):
        return get_mark(stats)
    return f"{format_months(stats['median'])} ({format_months_interval(stats[lower], stats[upper])})"


def show_trusted_time(stats: Statistics) -> str:
    """Months until which a curve can be trusted, in words where that is all or none of it; a dash without patients."""
    if not stats.get("n"):
        return NONE
    months = stats["trusted_months"]
    if months is None:
        return "whole curve"
    return format_months(months) if months else "no part"


def show_probability(stats: Statistics, stat: str, n: float | None, sign: str = "") -> str:
    """Probability with its limits, in per cent: 81 (67–90); NE past the last follow-up, a dash without patients."""
    if stat not in stats:
        return NONE
    if stats[stat] is None:
        return get_mark(stats) or NOT_ESTIMABLE
    return f"{format_percent(stats[stat], n, sign)} ({format_percent_interval(stats['lcl'], stats['ucl'], n)})"
