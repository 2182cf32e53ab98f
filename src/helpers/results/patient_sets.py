"""Which patients each published count is of, and how the counts add up: what a reader of all of them can subtract.

Sets of patients are whole numbers, one bit a patient. Two counts are one where everybody knows that they are of the
same patients, such as the deaths of overall survival and the outcome death; that two sets happen to be the same is not
known.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

import pandas as pd

from helpers.datasets.adtte import TimeToEvent, get_event_code
from helpers.datasets.derivation import Datasets
from helpers.datasets.occurrence import find_occurred
from helpers.results.occurrence import list_codes
from helpers.statistics.possible_counts import Sum
from helpers.study.endpoints import Endpoint
from helpers.study.model import Occurrence, Variable

Patients = int
"""A set of patients: bit `n` is the patient of row `n` of ADSL."""
Times = Mapping[str, Sequence[float]]
"""Months at which the curve of an endpoint is to be published, by its code."""


class Cell(NamedTuple):
    """A count: its patients, and the name that tells it from others of the same patients."""

    patients: Patients
    name: str


class Counted(NamedTuple):
    """What a count in the results is of; empty words as in `helpers.results.schema.Key`.

    `what` is ``population``, ``variable`` or ``param``, or, of an endpoint, ``events``, ``competing`` or ``censored``;
    with `time_months`, those who had the event by then.
    """

    what: str
    param: str = ""
    population: str = ""
    group: str = ""
    level: str = ""
    variable: str = ""
    time_months: float | None = None


@dataclass
class PatientSets:
    """All counts of a report, those that a reader can work out from them included.

    Attributes
    ----------
    cells : dict of Counted to Cell
        The count behind each result.
    sums : list of Sum
        How counts add up.
    published : list of Cell
        Counts to be published, the most important first.
    """

    cells: dict[Counted, Cell] = field(default_factory=dict)
    sums: list[Sum[Cell]] = field(default_factory=list)
    published: list[Cell] = field(default_factory=list)

    @property
    def counts(self) -> dict[Cell, int]:
        """The number of patients of every cell."""
        cells = [*self.published, *(cell for line in self.sums for cell in line.cells)]
        return {cell: cell.patients.bit_count() for cell in cells}

    def publish(self, counted: Counted, cell: Cell) -> None:
        """Have a count published."""
        self.cells[counted] = cell
        self.published.append(cell)

    def add_sum(self, total: Cell, parts: Sequence[Cell], rest: str = "") -> None:
        """Say that a count is the sum of others and of a rest that is not published.

        Without a name for it there is a rest only where somebody is left: everybody has one of the levels of a stratum
        but those whose level is not recorded.
        """
        left = total.patients
        for part in parts:
            left &= ~part.patients
        names = ", ".join(part.name for part in parts)
        others = [Cell(left, f"{total.name}, {rest} not {names}")] if rest or left else []
        if total not in parts:
            self.sums.append(Sum(total, (*parts, *others)))


def collect_patient_sets(data: Datasets, times: Times) -> PatientSets:
    """Collect the counts of populations, characteristics, occurrences and endpoints, overall and by stratum.

    Parameters
    ----------
    data : Datasets
        The datasets of a cut.
    times : mapping of str to sequence of float
        For each endpoint, the months at which its curve is to be published.
    """
    collector = _Collector(data, times)
    collector.collect()
    return collector.sets


class _Collector:
    """Goes through what a study declares, overall first, then by stratum."""

    def __init__(self, data: Datasets, times: Times) -> None:
        self.data, self.study, self.times = data, data.study, times
        self.sets = PatientSets()
        self._reasons: dict[tuple[str, Patients], str] = {}
        adsl = data.adsl
        self.populations = {
            name: _name_by_patients(_read(adsl[name] == "Y"))
            for name in self.study.population_names
            if adsl[name].notna().any()
        }
        self.groups = {name: self._read_levels(name) for name in (*self.study.strata, *self.study.subgroups)}

    def _read_levels(self, group: str) -> dict[str, Patients]:
        variable = next(variable for variable in self.study.variables if variable.name == group)
        return {code: _read(self.data.adsl[group] == code) for code in _list_levels(variable)}

    def collect(self) -> None:
        occurred = find_occurred(self.data.occurrences, self.data.adsl, self.study.occurrence_params)
        had = {param: _read(holds) for param, holds in occurred.items()}
        self._collect_populations()
        for endpoint in self.study.endpoints:
            self._collect_endpoint(endpoint)
        self._nest_endpoints()
        for items in (self.study.responses, self.study.outcomes, self.study.occurrences):
            for population in self.populations:
                self._collect_kinds(population, [item for item in items if population in item.populations], had)
        for variable in self.study.variables:
            self._collect_variable(variable)

    def _identify(self, kind: str, patients: Patients, inside: Cell, reason: str) -> Cell:
        """A count of some of a population: that of others of the same patients, unless they are so for another reason.

        Nobody, and everybody, is a count of its own.
        """
        first = self._reasons.setdefault((kind, patients), reason)
        if patients in (0, inside.patients) or first != reason:
            return Cell(patients, f"{kind} {reason} of {inside.name}")
        return _name_by_patients(patients)

    def _list_strata(self, but: str = "", subgroups: bool = False) -> Iterator[tuple[str, list[str]]]:
        groups = dict.fromkeys((*self.study.strata, *(self.study.subgroups if subgroups else ())))
        return ((group, list(self.groups[group])) for group in groups if group != but)

    def _take(self, cell: Cell, group: str, level: str) -> Cell:
        """Those of a count who belong to a stratum."""
        return Cell(cell.patients & self.groups[group][level], f"{cell.name} {group}={level}")

    def _split(self, counted: Counted, cell: Cell, inside: Cell, subgroups: bool = False) -> None:
        """Publish a count of some of a population, overall and by stratum, with those of whom it is not.

        A stratifying variable is not split by itself.
        """
        self.sets.publish(counted, cell)
        self.sets.add_sum(inside, [cell], "all")
        for group, levels in self._list_strata(counted.variable.partition("=")[0], subgroups):
            for level in levels:
                part = self._take(cell, group, level)
                self.sets.publish(counted._replace(group=group, level=level), part)
                self.sets.add_sum(self._take(inside, group, level), [part], "all")
            self.sets.add_sum(cell, [self._take(cell, group, level) for level in levels])

    def _nest(self, wide: Cell, parts: Sequence[Cell], rest: str = "", but: str = "") -> None:
        """Say that a count contains others, overall and by stratum."""
        self.sets.add_sum(wide, parts, rest)
        for group, levels in self._list_strata(but):
            for level in levels:
                within = [self._take(cell, group, level) for cell in (wide, *parts)]
                self.sets.add_sum(within[0], within[1:], rest)

    def _nest_all(self, cells: Sequence[Cell], what: str) -> None:
        """Say which of some counts contain others, and where others make one up."""
        for one, other in combinations(dict.fromkeys(cells), 2):
            wide, narrow = (one, other) if _is_within(other, one) else (other, one)
            if _is_within(narrow, wide):
                self._nest(wide, [narrow], what)
        for wide in dict.fromkeys(cells):
            within = [c for c in dict.fromkeys(cells) if c.patients not in (0, wide.patients) and _is_within(c, wide)]
            largest = [c for c in within if not any(c.patients != o.patients and _is_within(c, o) for o in within)]
            if len(largest) > 1 and not any(one.patients & other.patients for one, other in combinations(largest, 2)):
                self._nest(wide, largest)

    def _collect_populations(self) -> None:
        everybody = _name_by_patients(_read(pd.Series(True, index=self.data.adsl.index)))
        for name, cell in self.populations.items():
            in_subgroups = any(item.populations[0] == name for item in self.study.responses)
            self._split(Counted("population", population=name, variable=name), cell, everybody, in_subgroups)
        self._nest_all(list(self.populations.values()), "others")

    def _collect_kinds(self, population: str, items: Sequence[Occurrence], had: Mapping[str, Patients]) -> None:
        """Collect occurrences of one kind, such as all responses, which may contain each other."""
        inside = self.populations[population]
        cells = []
        for item in items:
            cell = self._identify(population, had[item.param] & inside.patients, inside, str(item.when))
            in_subgroups = item in self.study.responses and population == item.populations[0]
            self._split(Counted("param", item.param, population), cell, inside, in_subgroups)
            cells.append(cell)
        self._nest_all(cells, "others")

    def _collect_variable(self, variable: Variable) -> None:
        for population in variable.populations:
            if population not in self.populations:
                continue
            inside, parts = self.populations[population], []
            for code in list_codes(variable):
                name = variable.name if variable.kind == "flag" else f"{variable.name}={code}"
                patients = _read(self.data.adsl[variable.name] == code) & inside.patients
                is_group = variable.name in self.groups
                cell = (
                    self._take(inside, variable.name, code)
                    if is_group
                    else self._identify("variable", patients, inside, name)
                )
                self._split(Counted("variable", "", population, variable=name), cell, inside)
                parts.append(cell)
            if len(parts) > 1:
                self._nest(inside, parts, but=variable.name)

    def _collect_endpoint(self, endpoint: Endpoint) -> None:
        tte = self.data.time_to_event[endpoint.param]
        if tte.missing or endpoint.population not in self.populations:
            return
        inside, parts = self.populations[endpoint.population], []
        for code, what, reason in _list_ends(endpoint):
            cell = self._identify("end", self._read_ends(tte, code), inside, reason)
            self._split(Counted(what, endpoint.param, endpoint.population), cell, inside)
            parts.append(cell)
        self._nest(inside, parts)
        before = parts[0]
        for time in sorted(self.times.get(endpoint.param, ()), reverse=True):
            counted = Counted("events", endpoint.param, endpoint.population, time_months=time)
            cell = Cell(self._read_ends(tte, 1, time), f"{parts[0].name} {endpoint.param} by {time:g} months")
            self._split(counted, cell, inside)
            self._nest(before, [cell], "later")
            before = cell

    def _read_ends(self, tte: TimeToEvent, code: int, until: float | None = None) -> Patients:
        """Patients whose time ended in a way, by some month."""
        if not len(tte.adtte):
            return 0
        ended = tte.adtte[get_event_code(tte.adtte) == code]
        chosen = ended if until is None else ended[ended["AVAL"] <= until]
        return _read(self.data.adsl["USUBJID"].isin(chosen["USUBJID"]))

    def _nest_endpoints(self) -> None:
        """Events of endpoints of one population contain each other: those of disease-free survival the relapses."""
        by_place: dict[tuple[str, float | None], list[Cell]] = defaultdict(list)
        for counted, cell in self.sets.cells.items():
            if counted.what == "events" and not counted.group:
                by_place[counted.population, counted.time_months].append(cell)
        for cells in by_place.values():
            self._nest_all(cells, "other events")


def _read(holds: "pd.Series[bool]") -> Patients:
    """Patients of ADSL for whom something holds."""
    return sum(1 << place for place, hold in enumerate(holds.fillna(False)) if hold)


def _name_by_patients(patients: Patients) -> Cell:
    return Cell(patients, f"{patients:x}")


def _list_levels(variable: Variable) -> list[str]:
    return ["Y", "N"] if variable.kind == "flag" else list_codes(variable)


def _list_ends(endpoint: Endpoint) -> Iterator[tuple[int, str, str]]:
    """How the times of an endpoint end: code, name, and what is declared of it."""
    yield 1, "events", str(sorted(map(str, endpoint.events)))
    if endpoint.competing:
        yield 2, "competing", str(sorted(map(str, endpoint.competing)))
    yield 0, "censored", f"no event of {endpoint.param}"


def _is_within(narrow: Cell, wide: Cell) -> bool:
    return narrow != wide and narrow.patients & ~wide.patients == 0
