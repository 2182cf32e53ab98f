"""Input checking of the statistics floor, in one place.

Every estimator and test starts here. Input is refused, never repaired: a ``ValueError`` names the argument, the
position (counting from 0) and the offending value. Two things only are brought to one form: numbers become ``float64``
or ``int64`` arrays, and times that differ by rounding error alone become one time, as ``survival::aeqSurv`` does in R.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
ArrayLike: TypeAlias = "Sequence[Any] | npt.NDArray[Any] | pd.Series[Any] | pd.Index[Any]"

#: Two times, or a curve and a level, closer than this are the same (R's ``sqrt(.Machine$double.eps)``).
TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))

#: Codes of causes end here: 99 and the like mark missing values in SPSS.
HIGHEST_CODE = 20

_SPSS = "1/2 coding, as SPSS and R's Surv() allow, is not read: recode the event to 1 and the rest to 0"


def check_times(durations: ArrayLike, name: str = "durations") -> FloatArray:
    """Return times as floats, after refusing missing, infinite and negative ones.

    Parameters
    ----------
    durations : array-like, shape (n,)
        Times from the origin, in any one unit.
    name : str
        The argument's name, for the message.

    Returns
    -------
    ndarray of float, shape (n,)
        The times; those within rounding error of each other are made equal (see `merge_near_ties`).

    Raises
    ------
    ValueError
        Empty input, more than one dimension, a value that is no number, missing, infinite or negative.
    """
    times = check_numbers(durations, name)
    _refuse(times < 0, times, name, "a time cannot be negative")
    return merge_near_ties(times)


def check_numbers(values: ArrayLike, name: str) -> FloatArray:
    """Return finite numbers as floats, shape (n,); a ``ValueError`` names the first value that is none."""
    array = _as_vector(values, name)
    if array.dtype.kind == "b":
        raise ValueError(f"{name}[0] is {array[0]}: expected numbers, got True/False (arguments swapped?)")
    numbers = _as_floats(array, name)
    _refuse(np.isnan(numbers), array, name, "a missing value is not allowed")
    _refuse(np.isinf(numbers), array, name, "an infinite value is not allowed")
    return numbers


def check_events(event_observed: ArrayLike, name: str = "event_observed") -> BoolArray:
    """Return event flags as booleans, shape (n,).

    Raises
    ------
    ValueError
        Empty input, a missing flag, or a flag other than 0, 1, False, True. A 2 gets a message on SPSS's 1/2 coding.
    """
    array = _as_vector(event_observed, name)
    flags = _as_floats(array, name)
    _refuse(np.isnan(flags), array, name, "a missing event flag is not allowed")
    wrong = ~np.isin(flags, (0.0, 1.0))
    hint = f" ({_SPSS})" if bool(np.any(flags == 2)) else ""
    _refuse(wrong, array, name, f"an event flag is 0 or 1 (False or True){hint}")
    return np.equal(flags, 1.0)


def check_event_codes(event_code: ArrayLike, cause: object = 1, name: str = "event_code") -> IntArray:
    """Return event codes as integers, shape (n,): 0 censored, 1 … k the cause of the event, k at most 20.

    Raises
    ------
    ValueError
        Empty input, a missing, negative, fractional or higher code (99 is SPSS's way to say missing), or a `cause` that
        is not an integer of at least 1.
    """
    if isinstance(cause, bool) or not isinstance(cause, Integral) or int(cause) < 1:
        raise ValueError(f"cause is {cause!r}: expected an integer of 1 or more (0 is censored)")
    codes = _as_floats(_as_vector(event_code, name), name)
    _refuse(np.isnan(codes), codes, name, "a missing event code is not allowed")
    _refuse(~np.isfinite(codes) | (codes < 0) | (codes != np.floor(codes)), codes, name, "a code is 0, 1, 2, …")
    _refuse(codes > HIGHEST_CODE, codes, name, f"above {HIGHEST_CODE}; SPSS codes missing values so, this is no cause")
    return codes.astype(np.int64)


def check_covariates(covariates: Mapping[str, ArrayLike] | pd.DataFrame, n: int) -> tuple[list[str], FloatArray]:
    """Return the names of p covariates and their values, shape (n, p); flags (True/False) become 1 and 0.

    Raises
    ------
    ValueError
        No covariates, two of one name, a length other than `n`, a missing, infinite or non-numeric value.
    """
    names = [str(name) for name in covariates]
    if not names:
        raise ValueError("covariates is empty: at least one covariate is needed")
    for i, name in enumerate(names):
        if name in names[:i]:
            raise ValueError(f"covariates has two named {name!r}")
    columns = []
    for name, (_, column) in zip(names, covariates.items(), strict=True):
        argument, values = f"covariates[{name!r}]", _as_vector(column, f"covariates[{name!r}]")
        columns.append(check_numbers(values.astype(np.int64) if values.dtype.kind == "b" else column, argument))
        if len(columns[-1]) != n:
            raise ValueError(f"lengths differ: durations has {n}, {name} has {len(columns[-1])}")
    return names, np.column_stack(columns)


def check_groups(group: ArrayLike, name: str = "group") -> tuple[IntArray, tuple[Any, ...]]:
    """Return group numbers 0 … k-1, shape (n,), and the k labels in sorted order (a categorical's own order).

    Raises
    ------
    ValueError
        Empty input or a missing label.
    """
    array = _as_vector(group, name)
    _refuse(np.asarray(pd.isna(array)), array, name, "a missing group is not allowed")
    if isinstance(group, pd.Series) and isinstance(group.dtype, pd.CategoricalDtype):
        present = group.cat.remove_unused_categories().cat
        return present.codes.to_numpy().astype(np.int64), tuple(present.categories)
    labels = sorted(set(array.tolist()), key=lambda label: (str(type(label)), label))
    position = {label: number for number, label in enumerate(labels)}
    return np.array([position[label] for label in array.tolist()], dtype=np.int64), tuple(labels)


def check_same_length(**arrays: npt.NDArray[Any]) -> int:
    """Return the common length of named arrays; a ``ValueError`` names the lengths if they differ."""
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) != 1:
        raise ValueError("lengths differ: " + ", ".join(f"{name} has {length}" for name, length in lengths.items()))
    return next(iter(lengths.values()))


def check_alpha(alpha: object) -> float:
    """Return 1 − confidence level, which must lie strictly between 0 and 1 (0.05 gives 95 % intervals)."""
    if isinstance(alpha, bool) or not isinstance(alpha, Real) or not 0 < float(alpha) < 1:
        raise ValueError(f"alpha is {alpha!r}: expected a number between 0 and 1, e.g. 0.05 for a 95 % interval")
    return float(alpha)


def check_choice(value: str, choices: Sequence[str], name: str) -> str:
    """Return `value` if it is one of `choices`; a ``ValueError`` names it and what exists otherwise."""
    if value not in choices:
        raise ValueError(f"{name} is {value!r}: expected one of {', '.join(choices)}")
    return value


def check_count(value: object, name: str) -> int:
    """Return a count as ``int``; a ``ValueError`` names a value that is negative or no whole number."""
    if isinstance(value, bool) or not isinstance(value, Real) or not float(value).is_integer():
        raise ValueError(f"{name} is {value!r}: expected a whole number")
    if float(value) < 0:
        raise ValueError(f"{name} is {value!r}: a count cannot be negative")
    return int(float(value))


def check_landmark(landmark: float) -> float:
    """Return a landmark, a finite time of 0 or more; a ``ValueError`` names another value."""
    if not 0 <= _as_number(landmark) < np.inf:
        raise ValueError(f"landmark is {landmark!r}: expected a time of 0 or more")
    return float(landmark)


def check_horizon(horizon: float) -> float:
    """Return a horizon, a finite time above 0; a ``ValueError`` names another value."""
    if not 0 < _as_number(horizon) < np.inf:
        raise ValueError(f"horizon is {horizon!r}: expected a time above 0")
    return float(horizon)


def check_share(value: float, name: str) -> float:
    """Return a share, from 0 to 1; a ``ValueError`` names another value."""
    number = _as_number(value)
    if not 0 <= number <= 1:
        raise ValueError(f"{name} is {value!r}: expected a number from 0 to 1")
    return number


def check_state_starts(state_start: ArrayLike, name: str = "state_start") -> FloatArray:
    """Return the times at which a state begins, NaN for never (missing); a ``ValueError`` names a time below 0."""
    array = np.asarray(state_start)
    if array.ndim != 1:
        raise ValueError(f"{name} has {array.ndim} dimensions: expected a list, array or column of times")
    given: BoolArray = ~np.asarray(pd.isna(array), dtype=bool)
    starts = np.full(array.size, np.nan)
    for row in np.flatnonzero(given):
        value = array[row]
        if isinstance(value, str | bool | np.bool_) or not np.isfinite(float(value)) or float(value) < 0:
            raise ValueError(f"{name}[{row}] is {value!r}: expected a time of 0 or more, or missing for never")
        starts[row] = float(value)
    return starts


def merge_near_ties(times: FloatArray) -> FloatArray:
    """Make times equal that differ by rounding error only.

    Dates that are equally far apart can give times that differ in the last bit (months from days, sums of years), and
    a tie would be lost. As in R's ``survival::aeqSurv``, neighbouring distinct times closer than `TOLERANCE`, in
    absolute terms or relative to the mean distinct time, take the value of the smallest.

    References
    ----------
    Therneau TM. "Roundoff error and tied times", vignette of the R package survival.
    """
    distinct, position = np.unique(times, return_inverse=True)
    gaps = np.diff(distinct)
    if gaps.size == 0:
        return times
    tied = (gaps <= TOLERANCE) | (gaps / np.mean(np.abs(distinct)) <= TOLERANCE)
    if not tied.any():
        return times
    first_of_run = np.maximum.accumulate(np.where(np.append(True, ~tied), np.arange(distinct.size), 0))
    return distinct[first_of_run][position]


def _as_number(value: object) -> float:
    """The number, or NaN for anything else."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return float("nan")
    return float(value)


def _as_vector(values: ArrayLike, name: str) -> npt.NDArray[Any]:
    array = np.asarray(values)
    if array.dtype.kind in "US" and not isinstance(values, np.ndarray):
        array = np.asarray(values, dtype=object)  # a number or a missing value among texts stays what it is
    if array.ndim != 1:
        raise ValueError(f"{name} has {array.ndim} dimensions: expected a list, array or column of values")
    if array.size == 0:
        raise ValueError(f"{name} is empty: at least one patient is needed")
    return array


def _as_floats(array: npt.NDArray[Any], name: str) -> FloatArray:
    if array.dtype.kind in "biuf":
        return array.astype(np.float64)
    if array.dtype.kind in "mM":
        raise ValueError(f"{name}[0] is {array[0]}: expected a number, not a date or a time difference")
    numbers = np.empty(array.size, dtype=np.float64)
    for i, value in enumerate(array.tolist()):
        if value is None or value is pd.NA or value is pd.NaT:
            numbers[i] = np.nan
        elif isinstance(value, Real):
            numbers[i] = float(value)
        else:
            raise ValueError(f"{name}[{i}] is {value!r}: expected a number")
    return numbers


def _refuse(wrong: BoolArray, values: npt.NDArray[Any], name: str, rule: str) -> None:
    if wrong.any():
        first = int(np.argmax(wrong))
        others = int(wrong.sum()) - 1
        more = f"; {others} more value{'s' if others > 1 else ''} like it" if others else ""
        value = values[first].item() if isinstance(values[first], np.generic) else values[first]
        shown = f"{value:g}" if isinstance(value, float) else repr(value)
        raise ValueError(f"{name}[{first}] is {shown}: {rule}{more}")
