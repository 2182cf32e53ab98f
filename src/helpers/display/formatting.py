"""Numbers as text: the only place where anything is rounded."""

import datetime as dt
import math
import re
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from helpers.statistics.suppression import THRESHOLD

NOT_REACHED = "NR"
NOT_ESTIMABLE = "NE"
NOT_DERIVABLE = "not derivable"
FEW = f"<{THRESHOLD}"
WITHHELD = "withheld"
"""Stand for counts that the public version does not show: a small one, and one that would tell of a small one."""
NONE = "–"
"""Stands where there is no number to show."""
SMALL_DENOMINATOR = 200
"""Below this many patients a percentage has no decimals: one patient moves it by more than half a per cent."""

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def round_half_up(value: float, decimals: int = 0) -> str:
    """Round as people do on paper: halves go up, whatever their binary representation."""
    # 12 digits are free of the noise of binary fractions: 0.145 is meant, not 0.14499999999999999
    exact = Decimal(f"{value:.12g}")
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return f"{rounded:f}".replace("-0", "0") if rounded == 0 else f"{rounded:f}"


def format_number(value: float | None, decimals: int = 1) -> str:
    """Number with at most so many decimals, without trailing zeros: 3.5, 16, 0.7."""
    if value is None or math.isnan(value):
        return NONE
    text = round_half_up(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_scientific(value: float | None) -> str:
    """Powers of ten as a physician writes them: 5×10⁵."""
    if value is None or math.isnan(value):
        return NONE
    exact = Decimal(f"{value:.12g}")
    exponent = exact.adjusted()
    mantissa = format_number(float(exact.scaleb(-exponent)), 2)
    if mantissa == "10":  # rounded up: 999 600 is 1×10⁶
        mantissa, exponent = "1", exponent + 1
    return f"{mantissa}×10{str(exponent).translate(_SUPERSCRIPTS)}"


def format_percent(p: float | None, denominator: float | None, sign: str = "%") -> str:
    """Percentage without decimals below 200 patients, with one from there on."""
    if p is None or not denominator:
        return NONE
    return round_half_up(100 * p, 0 if denominator < SMALL_DENOMINATOR else 1) + sign


def format_fraction(n: float | None, denominator: float | None) -> str:
    """Patients over their denominator: 15/17."""
    return NONE if n is None or denominator is None else f"{n:.0f}/{denominator:.0f}"


def format_percent_interval(lcl: float | None, ucl: float | None, denominator: float | None) -> str:
    """Limits of a proportion in per cent: 64–99; NE where they cannot be estimated."""
    if lcl is None or ucl is None:
        return NOT_ESTIMABLE
    return f"{format_percent(lcl, denominator, '')}–{format_percent(ucl, denominator, '')}"


def format_months_interval(lcl: float | None, ucl: float | None) -> str:
    """Limits of a median time: 3.0–NR; NR where the curve's limit does not come down to one half."""
    return f"{format_months(lcl)}–{format_months(ucl)}"


def format_months(value: float | None) -> str:
    """Time in months with one decimal; NR where it is not reached."""
    return NOT_REACHED if value is None else round_half_up(value, 1)


def format_change(difference: float | None, decimals: int = 0) -> str:
    """By how much a number changed, with its sign: +13, −2.1; 0.0 where rounding hides it, a dash where unknown."""
    if difference is None or math.isnan(difference):
        return NONE
    text = round_half_up(abs(difference), decimals)
    if not float(text):
        return text
    return f"{'+' if difference > 0 else '−'}{text}"


def format_months_change(difference: float | None) -> str:
    """By how much a time changed, in months: +3.1."""
    return format_change(difference, 1)


def format_points(difference: float | None) -> str:
    """By how much a probability changed, in percentage points: −3.2."""
    return format_change(None if difference is None else 100 * difference, 1)


def format_range(low: float | None, high: float | None, scientific: bool = False) -> str:
    """Smallest to largest."""
    form = format_scientific if scientific else format_number
    return f"{form(low)}–{form(high)}"


def format_p_value(p: float | None) -> str:
    """p-value as in journals: 0.23, 0.04; three decimals below 0.01 and near 0.05; <0.001 and >0.99 at the ends."""
    if p is None:
        return NONE
    if p < 0.001:
        return "<0.001"
    text = round_half_up(p, 2 if p >= 0.01 else 3)
    if text == "0.05":  # at the usual level of significance, a reader must see on which side p lies
        return next(text for text in (round_half_up(p, 3), round_half_up(p, 4)) if text != "0.050" or p == 0.05)
    return {"1.00": ">0.99", "0.010": "0.01"}.get(text, text)


def format_p_equation(p: float | None) -> str:
    """p-value within a sentence: p = 0.23, p < 0.001."""
    text = format_p_value(p)
    return f"p\u00a0{text[0]}\u00a0{text[1:]}" if text[0] in "<>" else f"p\u00a0=\u00a0{text}"


def with_unit(number: str, unit: str) -> str:
    """A number and its unit, which no line end may part: 12 months."""
    return f"{number}\u00a0{unit}"


def format_ratio(ratio: float | None, lcl: float | None, ucl: float | None) -> str:
    """Hazard ratio with its limits: 0.53 (0.21–1.32)."""
    if ratio is None:
        return NONE
    if lcl is None or ucl is None:
        return f"{round_half_up(ratio, 2)} ({NOT_ESTIMABLE})"
    return f"{round_half_up(ratio, 2)} ({round_half_up(lcl, 2)}–{round_half_up(ucl, 2)})"


def format_date(date: dt.date | None) -> str:
    """Date as ISO 8601 writes it, 2024-06-30; a dash where it is missing."""
    return NONE if date is None or pd.isna(date) else f"{date:%Y-%m-%d}"


def count(n: float, singular: str, plural: str | None = None) -> str:
    """Count something in correct English: no patients, 1 patient, 2 patients."""
    words = plural or f"{singular}s"
    if n == 0:
        return f"no {words}"
    return f"{n:.0f} {singular if n == 1 else words}"


def count_or_none(n: float) -> str:
    """A number of patients, of whom the sentence has spoken: none, 1, 2."""
    return f"{n:.0f}" if n else "none"


def was_or_were(n: float) -> str:
    """Past of to be, as it agrees with a number: 1 was, 2 were, none were."""
    return "was" if n == 1 else "were"


def is_or_are(n: float) -> str:
    """Present of to be, as it agrees with a number: 1 is, 2 are, none are."""
    return "is" if n == 1 else "are"


def capitalise(text: str) -> str:
    """Text as it begins a sentence or heads a row."""
    return f"{text[:1].upper()}{text[1:]}"


def within_sentence(label: str) -> str:
    """Label as it stands within a sentence: its first letter small, unless it begins with an abbreviation."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def join_words(words: list[str]) -> str:
    """Join words as a sentence does: a, b and c; nothing where there are none."""
    return "".join(words) if len(words) < 2 else f"{', '.join(words[:-1])} and {words[-1]}"


def join_items(items: list[str]) -> str:
    """Join what may hold commas itself, as a sentence does: a, of b; c, of d."""
    return "; ".join(items) if any("," in re.sub(r"\([^)]*\)", "", item) for item in items) else join_words(items)
