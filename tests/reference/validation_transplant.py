"""Pairs of numbers, ours and R's, of the transplant methods: see validation.py."""

from collections.abc import Iterator
from typing import Any

from helpers.statistics import multistate, transplant
from reference.answers import read_frozen

Pair = tuple[Any, Any]


def of_mantel_byar() -> Iterator[Pair]:
    entering = dict(list(read_frozen("patients_entering").groupby("case")))
    for row in read_frozen("mantel_byar").itertuples():
        p = entering[row.case]
        yield transplant.compare_mantel_byar(p["time"], p["code"] > 0, p["state_start"]).statistic, row.statistic


def of_simon_makuch() -> Iterator[Pair]:
    entering = dict(list(read_frozen("patients_entering").groupby("case")))
    for (case, inside), rows in read_frozen("simon_makuch").groupby(["case", "inside"]):
        p = entering[case]
        curves = transplant.estimate_simon_makuch(p["time"], p["code"] > 0, p["state_start"])
        curve = curves.inside if inside else curves.outside
        if curve is None:
            yield from ((None, value) for value in rows["survival"])
            continue
        ours = curve.table.set_index("time").loc[rows["time"]]
        for column in ("n_risk", "n_event", "survival", "lcl", "ucl"):
            yield from zip(ours[column], rows[column], strict=True)


def of_states() -> Iterator[Pair]:
    stays = dict(list(read_frozen("patients_stays").groupby("case")))
    wanted = {"remission1": ["remission 1"], "current": ["remission 1", "remission 2"], "death": ["death"]}
    for case, rows in read_frozen("state_occupation").groupby("case"):
        s = stays[case]
        fitted = multistate.estimate_state_occupation(s["patient"], s["start"], s["stop"], s["state"], s["next_state"])
        for name, states in wanted.items():
            if set(states) <= set(fitted.states):
                ours = fitted.at(rows["time"], states)
                yield from zip(ours["probability"], rows[name], strict=True)
                yield from zip(ours["std_err"], rows[f"{name}_se"], strict=True)
