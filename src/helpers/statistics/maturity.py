"""How mature follow-up data are: until when a curve can be trusted, and how complete the follow-up is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .checks import TOLERANCE, ArrayLike, check_events, check_numbers, check_same_length, check_share, check_times


@dataclass(frozen=True)
class TrustedTime:
    """Until when one more event would move a curve by no more than a given amount.

    Attributes
    ----------
    time : float or None
        In the unit of the durations: up to it, itself included, one more event would move the curve by at most
        `amount`, from then on by more. 0 = by more from the start, None = nowhere by more up to the last follow-up.
    last_time : float
        The last observed time, where the curve ends.
    amount : float
        The largest move that is accepted, as a probability.
    n : int
        Patients.
    method : str
        In words.
    """

    time: float | None
    last_time: float
    amount: float
    n: int
    method: str


@dataclass(frozen=True)
class Completeness:
    """Completeness of follow-up: observed person-time as a share of that which could have been observed.

    Attributes
    ----------
    estimate : float or None
        From 0 to 1; None where no time could have been observed yet.
    observed, potential : float
        Person-time, in the unit of the durations.
    n : int
        Patients.
    method : str
        In words.
    """

    estimate: float | None
    observed: float
    potential: float
    n: int
    method: str


def estimate_trusted_time(durations: ArrayLike, event_observed: ArrayLike, amount: float = 0.1) -> TrustedTime:
    """Find until when one more event would move a survival curve, or a cumulative incidence, by at most an amount.

    Parameters
    ----------
    durations : array-like of float, shape (n,)
        Time from origin to event or censoring, in any one unit, 0 or more.
    event_observed : array-like, shape (n,)
        1 or True at an event, 0 or False at a censoring. For a cumulative incidence, events of every cause.
    amount : float
        The largest acceptable move, a probability from 0 to 1.

    Returns
    -------
    TrustedTime
        The same for every order of the rows.

    Raises
    ------
    ValueError
        Empty input, lengths that differ, a negative, missing or infinite time, an event flag outside 0/1, an amount
        outside 0 … 1.

    Notes
    -----
    Had one more of the Y(t) patients at risk at t the event at t, the Kaplan–Meier estimate there would be lower by
    S(t−)/Y(t), and the cumulative incidence of the event's cause higher by the same, S being the share without an
    event of any cause. Between two neighbouring observed times, the later one included, this is constant. It never
    falls: an event takes the same share from S and from Y, and a censoring lessens Y alone; it is 1/(n G(t−)), G being
    the share not yet censored. So it exceeds the amount from one observed time on (after the events at that time,
    which still count as trusted) or never. A move that equals the amount but for rounding error is not more than it.
    Past the last observed time there is no curve.

    References
    ----------
    Gebski V, Garès V, Gibbs E, Byth K. Int J Epidemiol 2018;47:850-859 (first approach).
    Pocock SJ, Clayton TC, Altman DG. Lancet 2002;359:1686-1689 (why curves should end while enough are at risk).
    """
    times, events = check_times(durations), check_events(event_observed)
    n = check_same_length(durations=times, event_observed=events)
    largest = check_share(amount, "amount")
    distinct, position = np.unique(times, return_inverse=True)
    leaving = np.bincount(position, minlength=distinct.size)
    died = np.bincount(position[events], minlength=distinct.size)
    at_risk = np.cumsum(leaving[::-1])[::-1].astype(np.float64)
    survival = np.cumprod((at_risk - died) / at_risk)
    # of the stretch that ends with each observed time: its level over those at risk, and where it begins
    moves = np.append(1.0, survival[:-1]) / at_risk
    begins = np.append(0.0, distinct[:-1])
    too_far = moves > largest * (1 + TOLERANCE)
    time = float(begins[np.argmax(too_far)]) if too_far.any() else None
    return TrustedTime(time, float(distinct[-1]), largest, n, f"one more event moves the curve by at most {largest:g}")


def estimate_completeness(durations: ArrayLike, event_observed: ArrayLike, potential: ArrayLike) -> Completeness:
    """Estimate how complete the follow-up is: Clark's C, the observed over the potential person-time.

    Parameters
    ----------
    durations : array-like of float, shape (n,)
        Time from origin to event or censoring, in any one unit, 0 or more.
    event_observed : array-like, shape (n,)
        1 or True at an event that ends the follow-up, competing ones included; 0 or False at a censoring.
    potential : array-like of float, shape (n,)
        Time from each patient's origin to the closing date of the study. That of a patient with the event is not
        used: nobody can be followed for longer than to the event.

    Returns
    -------
    Completeness
        1 where everybody without the event was followed to the closing date.

    Raises
    ------
    ValueError
        Empty input, lengths that differ, a negative, missing or infinite time, an event flag outside 0/1, a patient
        without the event who was followed past the closing date.

    References
    ----------
    Clark TG, Altman DG, De Stavola BL. Lancet 2002;359:1309-1310.
    """
    times, events = check_times(durations), check_events(event_observed)
    closing = check_numbers(potential, "potential")
    n = check_same_length(durations=times, event_observed=events, potential=closing)
    late = ~events & (times > closing + TOLERANCE * (1 + np.abs(closing)))
    if bool(late.any()):
        row = int(np.argmax(late))
        raise ValueError(f"potential[{row}] is {closing[row]:g}, yet durations[{row}] is {times[row]:g}")
    observed, possible = float(times.sum()), float(np.where(events, times, closing).sum())
    share = observed / possible if possible > 0 else None
    return Completeness(share, observed, possible, n, "observed over potential person-time (Clark's C)")
