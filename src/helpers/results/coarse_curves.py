"""Curves at some times only, where a step at every event would show single patients."""

from collections.abc import Mapping

import pandas as pd

from helpers.results.schema import KEYS, Key, Rows, make_rows
from helpers.study.endpoints import Endpoint


def list_times(results: pd.DataFrame, endpoint: Endpoint) -> list[float]:
    """Months at which a curve may be shown: the ticks of its axis, and those declared."""
    ticks = results.loc[
        (results["param"] == endpoint.param) & (results["analysis"] == f"{endpoint.curve}_risk"), "time_months"
    ]
    return sorted({*map(float, endpoint.times_at), *map(float, ticks.unique())} - {0.0})


def make_step(curve: pd.DataFrame, key: Mapping[str, str], time: float, events: int, note: str) -> Rows:
    """Rows of a curve at a time: its estimate as it last was, and who had the event since the time shown before.

    Parameters
    ----------
    curve : DataFrame
        Rows of the whole curve.
    key : mapping of str to str
        What the curve is about.
    time : float
        The time, in months.
    events : int
        Patients with the event since the time shown before.
    note : str
        Why the patients at risk, censored or with a competing event are not said.
    """
    past = curve[curve["time_months"] <= time]
    last = past[past["time_months"] == past["time_months"].max()]
    stat = "cif" if key["analysis"] == "cif_curve" else "survival"
    values = dict(zip(last["stat"], last["value"], strict=True))
    estimates: dict[str, float | None] = {name: values[name] for name in (stat, "lcl", "ucl")}
    about = Key(*(key[column] for column in KEYS[1:]))
    method = str(last["method"].iloc[0])
    hidden = ["n_risk", "n_censor", *(["n_competing"] if stat == "cif" else [])]
    rows = make_rows({**estimates, "n_event": events}, key["analysis"], about, time_months=time, method=method)
    none = dict.fromkeys(hidden)
    return rows + make_rows(none, key["analysis"], about, time_months=time, method=method, note=note)
