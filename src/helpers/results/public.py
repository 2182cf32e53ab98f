"""The results of a cut as the public may see them: no small count, and nothing from which one can be worked out.

Of every analysis only those statistics are kept that are known here to be safe; whatever else the results hold, such as
single terms of adverse events, the maturity of the data or the audit of printed claims, is left out. See
docs/decisions/privacy.md.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from helpers.datasets.derivation import Datasets
from helpers.results.coarse_curves import list_times, make_step
from helpers.results.patient_sets import Cell, Counted, PatientSets, Times, collect_patient_sets
from helpers.results.schema import COLUMNS, KEYS, Rows, make_results
from helpers.results.strata import NOT_RECORDED
from helpers.results.subgroups import list_levels
from helpers.statistics.suppression import THRESHOLD, Suppression, suppress_small_counts
from helpers.study.endpoints import Endpoint
from helpers.study.model import Study

SMALL = f"fewer than {THRESHOLD} patients"
HELD_BACK = f"withheld: a count below {THRESHOLD} could be worked out"
"""Notes of what is not shown."""
FEWEST_VALUES = 2 * THRESHOLD
"""Patients whose values a median and quartiles are of."""
LOCATION = ("median", "q1", "q3")
Kept = Mapping[str, str]
"""Statistics that are kept, each with the note that says why it has no value; an empty note where it has one."""


def protect_results(data: Datasets, results: pd.DataFrame) -> pd.DataFrame:
    """Leave only what the public may see.

    Parameters
    ----------
    data : Datasets
        The datasets of a cut.
    results : DataFrame
        All its results.

    Returns
    -------
    DataFrame
        Some of the rows; a value that is not shown is empty, and its note is `SMALL` or `HELD_BACK`. Curves have only
        the times before which, and after which, enough patients had the event.
    """
    times = {endpoint.param: list_times(results, endpoint) for endpoint in data.study.endpoints}
    sets = collect_patient_sets(data, times)
    silent = {cell for counted, cell in sets.cells.items() if counted.time_months is not None}
    suppression = suppress_small_counts(sets.counts, sets.sums, sets.published, silent=silent)
    guard = _Guard(data.study, sets, suppression, results, times)
    keys = zip(*(results[column] for column in (*KEYS, "time_months")), strict=True)
    notes: dict[int, str] = {}
    # rows of one analysis at one time stand together
    for (*about, time), together in groupby(enumerate(keys), key=lambda row: tuple(map(str, row[1]))):
        places = [place for place, _ in together]
        values = dict(zip(results["stat"].iloc[places], results["value"].iloc[places], strict=True))
        note = str(results["note"].iloc[places[0]])
        shown = guard.protect(_Analysis(dict(zip(KEYS, about, strict=True)), float(time), values), note)
        notes |= {place: shown[stat] for place, stat in zip(places, values, strict=True) if stat in shown}
    kept = results.iloc[list(notes)].copy()
    hidden = np.array([bool(note) for note in notes.values()], dtype=bool)
    kept["value"] = kept["value"].where(~hidden)
    kept["note"] = np.where(hidden, list(notes.values()), kept["note"]) if notes else kept["note"]
    rows: Rows = [
        {str(name): cell for name, cell in row.items()} for row in kept[list(COLUMNS)].to_dict(orient="records")
    ]
    return make_results(rows + guard.list_steps())


def keep_shown(study: Study, protected: pd.DataFrame) -> Study:
    """Declare only what the public sees: endpoints with their events, comparisons of which every level is shown.

    Parameters
    ----------
    study : Study
        What is declared.
    protected : DataFrame
        The protected results.
    """
    ends = protected[protected["analysis"].isin(["km", "cif"]) & protected["stat"].isin(["events", "censored"])]
    known = ends[~ends["note"].str.startswith("not derivable")]
    hidden = known[known["value"].isna()]
    overall = set(hidden.loc[hidden["group"] == "", "param"])
    endpoints = tuple(endpoint for endpoint in study.endpoints if endpoint.param not in overall)
    shown = {endpoint.param for endpoint in endpoints}
    split = set(hidden.loc[hidden["param"].isin(shown), "group"])
    comparisons = tuple(group for group in study.comparisons if group not in split)
    states = tuple(state for state in study.later_states if state.endpoint in shown)
    benchmarks = tuple(item for item in study.benchmarks if item.stat == "proportion" or item.param in shown)
    kept = {"endpoints": endpoints, "comparisons": comparisons, "later_states": states, "benchmarks": benchmarks}
    return study.model_copy(update=kept)


class _Analysis(NamedTuple):
    """What an analysis is about, at which time, and its values by statistic."""

    key: dict[str, str]
    time: float
    values: Mapping[str, float]

    def get_count(self, stat: str) -> float:
        """A count; nought where there is none."""
        n = self.values.get(stat, 0.0)
        return 0.0 if math.isnan(n) else n


@dataclass(frozen=True)
class _Guard:
    """Says of each analysis which of its statistics may be seen."""

    study: Study
    sets: PatientSets
    suppression: Suppression[Cell]
    results: pd.DataFrame
    times: Times

    def protect(self, found: _Analysis, note: str) -> Kept:
        """Which statistics of one analysis at one time are kept; a note of its first row says what is not derivable."""
        rule = self._rules.get(found.key["analysis"])
        if rule and note.startswith("not derivable"):
            return dict.fromkeys(found.values, "")
        return rule(found) if rule else {}

    @cached_property
    def _rules(self) -> "dict[str, Callable[[_Analysis], Kept]]":
        curves: dict[str, Any] = {}
        for curve in ("km", "cif"):
            curves |= {
                curve: self._keep_ends,
                f"{curve}_at": self._keep_estimate,
                f"{curve}_risk": self._keep_risk,
            }
        tests = dict.fromkeys(("chi2", "fisher", "mannwhitney", "logrank", "gray"), self._keep_test)
        ratios = dict.fromkeys(("cox", "finegray"), self._keep_ratio)
        return {
            "count": self._keep_population,
            "proportion": self._keep_proportion,
            "continuous": self._keep_location,
            "follow_up": self._keep_follow_up,
            "benchmark": lambda found: dict.fromkeys(found.values, ""),
            **curves,
            **tests,
            **ratios,
        }

    def _note(self, counted: Counted) -> str | None:
        """Why a count is not shown, empty where it is; None for one that is not known here."""
        cell = self.sets.cells.get(counted)
        if cell is None:
            return None
        if self.suppression.shows(cell):
            return ""
        return SMALL if cell in self.suppression.small else HELD_BACK

    def _note_of_population(self, key: Mapping[str, str]) -> str | None:
        name = key["population"]
        return self._note(Counted("population", "", name, key["group"], key["level"], name))

    def _note_of_some(self, key: Mapping[str, str]) -> str | None:
        """Why the patients with something, of a population or stratum, are not shown."""
        if key["param"] and not key["variable"]:
            return self._note(_place("param", key))
        if key["variable"] and not key["param"]:
            return self._note(_place("variable", {**key, "param": ""}, key["variable"]))
        return None

    def _keep_population(self, found: _Analysis) -> Kept:
        if (
            found.key["variable"] != found.key["population"]
            or not found.key["population"]
            or found.key["level"] == NOT_RECORDED
        ):
            return {}
        note = self._note_of_population(found.key)
        return {} if note is None else {"n": note}

    def _keep_proportion(self, found: _Analysis) -> Kept:
        n, whole = self._note_of_some(found.key), self._note_of_population(found.key)
        if n is None or whole is None:
            return {}
        if whole:
            return dict.fromkeys(("n", "N", "p", "lcl", "ucl"), HELD_BACK)
        return {"n": n, "N": "", "p": n, "lcl": n, "ucl": n}

    def _keep_location(self, found: _Analysis) -> Kept:
        known = self._note(_place("param", found.key)) if found.key["param"] else ""
        note = "" if known == "" and found.get_count("n") >= FEWEST_VALUES else HELD_BACK
        return {**dict.fromkeys(("n", "missing"), HELD_BACK), **dict.fromkeys(LOCATION, note)}

    def _endpoint(self, key: Mapping[str, str]) -> Endpoint:
        return next(endpoint for endpoint in self.study.endpoints if endpoint.param == key["param"])

    def _note_of_ends(self, key: Mapping[str, str]) -> dict[str, str]:
        """Why the patients, events, competing events and censored of an endpoint are not shown."""
        names = ["events", *(["competing"] if self._endpoint(key).competing else []), "censored"]
        notes = {name: self._note(_place(name, key)) for name in names}
        notes["n"] = self._note_of_population(key)
        return {name: HELD_BACK if note is None else note for name, note in notes.items()}

    def _shows_ends(self, key: Mapping[str, str]) -> bool:
        return not any(self._note_of_ends(key).values())

    def _shows_all_levels(self, key: Mapping[str, str]) -> bool:
        """Whether an endpoint is shown for all patients and every level of a stratum."""
        levels = next(list_levels(variable) for variable in self.study.variables if variable.name == key["group"])
        places = [("", ""), *((key["group"], level) for level in levels)]
        return all(self._shows_ends({**key, "group": group, "level": level}) for group, level in places)

    def _keep_ends(self, found: _Analysis) -> Kept:
        notes = self._note_of_ends(found.key)
        medians = [stat for stat in found.values if stat.startswith("median")]
        return {**notes, **dict.fromkeys(medians, "" if not any(notes.values()) else HELD_BACK)}

    def _keep_follow_up(self, found: _Analysis) -> Kept:
        return dict.fromkeys(found.values, "" if self._shows_ends(found.key) else HELD_BACK)

    def _shows_time(self, key: Mapping[str, str], time: float) -> bool:
        return self._shows_ends(key) and self._note(_place("events", key, time=time)) == ""

    def _keep_estimate(self, found: _Analysis) -> Kept:
        note = "" if self._shows_time(found.key, found.time) else HELD_BACK
        return {"n_risk": HELD_BACK, **dict.fromkeys(set(found.values) - {"n_risk"}, note)}

    def _keep_risk(self, found: _Analysis) -> Kept:
        """Patients at the start, and events before each time that the curve shows."""
        if not self._shows_ends(found.key):
            return {}
        if found.time == 0:
            return dict.fromkeys(found.values, "")
        kept = dict.fromkeys(found.values, HELD_BACK)
        counted = _place("events", found.key, time=found.time)
        if self._note(counted) == "" and self.sets.cells[counted].patients.bit_count() == found.get_count("events"):
            kept["events"] = ""
        return kept

    def list_steps(self) -> Rows:
        """Rows of the curves that are shown, at the times at which they are, with the events since the time before."""
        rows: Rows = []
        curves = self.results[self.results["analysis"].isin(["km_curve", "cif_curve"])]
        for about, curve in curves.groupby(list(KEYS), sort=False):
            key = dict(zip(KEYS, map(str, about), strict=True))
            before = 0
            for time in self.times.get(key["param"], ()):
                if not self._shows_time(key, time):
                    continue
                events = self.sets.cells[_place("events", key, time=time)].patients.bit_count()
                rows += make_step(curve, key, time, events - before, HELD_BACK)
                before = events
        return rows

    def _keep_test(self, found: _Analysis) -> Kept:
        if found.key["group"] not in self.study.strata:
            return {}
        return {"p_value": "" if self._shows_compared(found.key) else HELD_BACK}

    def _keep_ratio(self, found: _Analysis) -> Kept:
        if found.key["group"] not in self.study.strata:
            return {}
        return dict.fromkeys(found.values, "" if self._shows_compared(found.key) else HELD_BACK)

    def _shows_compared(self, key: dict[str, str]) -> bool:
        """Whether all that a test compares is shown."""
        if key["analysis"] in ("logrank", "gray", "cox", "finegray"):
            return self._shows_all_levels(key)
        return all(note == "" for note in self._list_compared(key))

    def _list_compared(self, key: Mapping[str, str]) -> Iterator[str | None]:
        levels = next(list_levels(variable) for variable in self.study.variables if variable.name == key["group"])
        variable = next((item for item in self.study.variables if item.name == key["variable"]), None)
        names = [key["variable"]]
        if variable is not None and variable.kind == "categorical":
            names = [f"{variable.name}={code}" for code in variable.levels]
        for level in levels:
            for name in names:
                place = {**key, "level": level, "variable": name}
                yield self._note_of_population(place)
                yield self._note_of_location(place) if key["analysis"] == "mannwhitney" else self._note_of_some(place)

    def _note_of_location(self, key: Mapping[str, str]) -> str:
        chosen = self.results[self.results["analysis"] == "continuous"]
        for column in KEYS[1:]:
            chosen = chosen[chosen[column] == key[column]]
        return "" if _read(chosen, "n") >= FEWEST_VALUES else HELD_BACK


def _place(what: str, key: Mapping[str, str], variable: str = "", time: float | None = None) -> Counted:
    return Counted(what, key["param"], key["population"], key["group"], key["level"], variable, time)


def _read(rows: pd.DataFrame, stat: str) -> float:
    """A statistic of an analysis; nought where it has none."""
    values = rows.loc[rows["stat"] == stat, "value"].dropna()
    return float(values.iloc[0]) if len(values) else 0.0
