"""study.yml as typed, frozen values.

A study says in one file what its raw tables mean and what is analysed. Whatever is misspelt, missing or left over in
that file is an error here, before any patient data are read.
"""

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from helpers.study.clinical import Benchmark, Clinical, Criterion, LaterState
from helpers.study.declared import Column, ColumnRef, Condition, Declared, Name
from helpers.study.endpoints import Endpoint
from helpers.study.narrative import Narrative

TREATED = "SAFFL"
"""The population of all treated patients, the denominator wherever a study names no other."""


class Population(Declared):
    """An analysis population: the patients who fulfil all conditions."""

    name: Name
    label: str
    short: str | None = None
    when: tuple[Condition, ...]


class Variable(Declared):
    """A patient characteristic: an ADSL variable.

    `kind` is continuous (a number, or the months `between` two dates), categorical (the codes of a column, with their
    printed `levels`) or flag (Y where all conditions hold). Only variables with the role baseline appear in Table 1.
    """

    name: Name
    label: str
    kind: Literal["continuous", "categorical", "flag"]
    role: Literal["baseline", "outcome"] = "baseline"
    unit: str | None = None
    column: ColumnRef | None = None
    between: tuple[ColumnRef, ColumnRef] | None = None
    levels: dict[str, str] = {}
    when: tuple[Condition, ...] = ()
    populations: tuple[Name, ...] = ("SAFFL",)
    scientific: bool = False

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.kind == "flag" and not self.when:
            raise ValueError(f"flag {self.name} needs a condition (when)")
        if self.between is not None and (self.kind != "continuous" or self.column is not None):
            raise ValueError(f"variable {self.name}: between makes a continuous variable and excludes a column")
        if self.kind != "flag" and self.column is None and self.between is None:
            raise ValueError(f"{self.kind} variable {self.name} needs a column")
        if self.kind == "categorical" and not self.levels:
            raise ValueError(f"categorical variable {self.name} needs its levels")
        return self


class Occurrence(Declared):
    """Something a patient had or did not have, in each of its populations: a response, an outcome, an adverse event.

    `topic` is the section of the safety chapter it belongs to.
    """

    param: Name
    label: str
    definition: str | None = None
    topic: Name | None = None
    populations: tuple[Name, ...] = ("SAFFL",)
    when: Annotated[tuple[Condition, ...], Field(min_length=1)]


class ListingColumn(Declared):
    """A column of the patient listing and its printed heading."""

    column: ColumnRef
    label: str
    scientific: bool = False


class Listing(Declared):
    """The patient listing, printed section by section."""

    section: ColumnRef | None = None
    columns: tuple[ListingColumn, ...]


class Mark(Declared):
    """A mark of the swimmer plot, at the end of a patient's bar or in the margin beside it."""

    label: str
    when: tuple[Condition, ...]
    at: Literal["end", "margin"]


class Swimmer(Declared):
    """The swimmer plot: one bar a patient."""

    duration: ColumnRef
    label: str
    marks: tuple[Mark, ...]


class Conventions(Declared):
    """The statistical conventions of the report, printed in its methods.

    A curve is drawn faint from where one more event would move it by more than `one_event_moves_at_most`, a share of
    the patients; one without an event is still followed if seen within `followed_within_days` before the data cut.
    """

    days_per_month: Annotated[float, Field(gt=0)] = 30.4375
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.95
    km_interval: Literal["log-log", "log", "plain"] = "log-log"
    proportion_interval: Literal["clopper-pearson"] = "clopper-pearson"
    quantile: Literal["linear"] = "linear"
    significance: Annotated[float, Field(gt=0, lt=1)] = 0.05
    one_event_moves_at_most: Annotated[float, Field(gt=0, lt=1)] = 0.1
    followed_within_days: Annotated[int, Field(ge=1)] = 183

    @property
    def alpha(self) -> float:
        """One minus the confidence, free of the rounding error of the subtraction."""
        return round(1 - self.confidence, 12)


class Cut(Declared):
    """A data cut: what was known at its date. A published cohort may not state the date.

    `snapshot` is the folder, within the study's, of the raw tables as they were extracted for this cut; without it the
    study's raw/ is read.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
    label: str
    date: dt.date | None
    snapshot: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9_-]*)*$")] | None = None


class Study(Declared):
    """A whole study.yml, with the folder it came from."""

    folder: Path
    id: Name
    title: str
    subtitle: str
    short_title: str
    question: str
    authors: tuple[str, ...]
    authors_role: str = "Authors"
    citation: str | None = None
    synthetic: bool = False
    narrative: Narrative = Narrative()
    cuts: Annotated[tuple[Cut, ...], Field(min_length=1)]
    tables: Annotated[tuple[str, ...], Field(min_length=1)]
    optional_tables: tuple[str, ...] = ()
    patients: ColumnRef
    conventions: Conventions = Conventions()
    populations: Annotated[tuple[Population, ...], Field(min_length=1)]
    variables: tuple[Variable, ...] = ()
    strata: tuple[Name, ...] = ()
    comparisons: tuple[Name, ...] = ()
    subgroups: tuple[Name, ...] = ()
    eligibility: tuple[Criterion, ...] = ()
    clinical: Clinical | None = None
    listing: Listing | None = None
    responses: tuple[Occurrence, ...] = ()
    outcomes: tuple[Occurrence, ...] = ()
    occurrences: tuple[Occurrence, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    swimmer: Swimmer | None = None
    later_states: tuple[LaterState, ...] = ()
    benchmarks: tuple[Benchmark, ...] = ()

    @model_validator(mode="after")
    def _no_name_stands_twice(self) -> Self:
        _no_name_twice("table", [*self.tables, *self.optional_tables])
        _no_name_twice("cut", [cut.id for cut in self.cuts])
        _no_name_twice("population", list(self.population_names))
        _no_name_twice("variable", [variable.name for variable in self.variables])
        # a proportion and a cumulative incidence of one thing share its code
        _no_name_twice("parameter", [item.param for item in self.occurrence_params])
        _no_name_twice("parameter", [endpoint.param for endpoint in self.endpoints])
        _no_name_twice("state", [state.name for state in self.later_states])
        _no_name_twice("benchmark", [benchmark.label for benchmark in self.benchmarks])
        _no_name_twice("subgroup", list(self.subgroups))
        criteria = [criterion.name for criterion in self.eligibility]
        _no_name_twice("criterion", criteria)
        # populations, criteria and variables are the columns of ADSL
        for name in {*self.population_names, *(variable.name for variable in self.variables), "ELIGFL"} & set(criteria):
            raise ValueError(f"criterion {name} has the name of a population or a variable")
        return self

    @model_validator(mode="after")
    def _what_is_used_is_declared(self) -> Self:
        used = {name for variable in self.variables for name in variable.populations}
        used |= {name for item in self.occurrence_params for name in item.populations}
        used |= {endpoint.population for endpoint in self.endpoints} | {TREATED}
        for name in sorted(used - set(self.population_names)):
            raise ValueError(f"population {name} is used, not declared; declared: {', '.join(self.population_names)}")
        levels = {variable.name: variable.levels for variable in self.variables if variable.kind == "categorical"}
        for name in self.strata:
            if name not in levels:
                raise ValueError(f"stratum {name} is not a declared categorical variable")
        countable = [variable.name for variable in self.variables if variable.kind != "continuous"]
        for name in self.subgroups:
            if name not in countable:
                raise ValueError(f"subgroup {name} is not a declared categorical variable or flag")
        for name in self.comparisons:
            if name not in self.strata:
                raise ValueError(f"comparison {name} is not among the strata: {', '.join(self.strata) or 'none'}")
        params = [endpoint.param for endpoint in self.endpoints]
        for state in self.later_states:
            if state.endpoint not in params:
                raise ValueError(f"state {state.name}: endpoint {state.endpoint} is not declared: {', '.join(params)}")
        return self

    @model_validator(mode="after")
    def _benchmarks_have_a_counterpart(self) -> Self:
        strata = {(v.name, level) for v in self.variables if v.name in self.strata for level in v.levels}
        for benchmark in self.benchmarks:
            params = [item.param for item in self.occurrence_params]
            if benchmark.stat != "proportion":
                params = [endpoint.param for endpoint in self.endpoints]
            if benchmark.param not in params:
                raise ValueError(f"benchmark {benchmark.label}: {benchmark.param} is not declared: {', '.join(params)}")
            if benchmark.group and (benchmark.group, benchmark.level) not in strata:
                raise ValueError(f"benchmark {benchmark.label}: no stratum {benchmark.group}={benchmark.level}")
        return self

    @property
    def population_names(self) -> tuple[str, ...]:
        """The flags of the declared populations."""
        return tuple(population.name for population in self.populations)

    @property
    def occurrence_params(self) -> tuple[Occurrence, ...]:
        """Responses, outcomes and safety occurrences."""
        return (*self.responses, *self.outcomes, *self.occurrences)

    def get_cut_before(self, cut: Cut) -> Cut | None:
        """The cut with the latest date before that of a cut; None for the first, and where dates are not stated."""
        earlier = [other for other in self.cuts if other.date and cut.date and other.date < cut.date]
        return max(earlier, key=lambda other: other.date or dt.date.min, default=None)

    def get_raw_folder(self, cut: Cut) -> Path:
        """The folder of the raw tables of a cut: its own snapshot, or raw/."""
        return self.folder / (cut.snapshot or "raw")

    @property
    def published_claims(self) -> Path:
        """The printed claims to audit, a file that only published cohorts have."""
        return self.folder / "published.yml"

    def columns(self) -> tuple[Column, ...]:
        """Every raw column that study.yml names, in the order it names them, endpoints excepted."""
        named = [self.patients]
        named += [variable.column for variable in self.variables if variable.column]
        named += [column for variable in self.variables for column in variable.between or ()]
        named += [self.clinical.treatment_start] if self.clinical else []
        named += [condition.column for condition in self.conditions()]
        if self.listing:
            named += [self.listing.section] if self.listing.section else []
            named += [column.column for column in self.listing.columns]
        if self.swimmer:
            named += [self.swimmer.duration]
        return tuple(dict.fromkeys(named))

    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of the study, endpoints excepted."""
        groups = [population.when for population in self.populations]
        groups += [variable.when for variable in self.variables]
        groups += [criterion.when for criterion in self.eligibility]
        groups += [item.when for item in self.occurrence_params]
        groups += [mark.when for mark in self.swimmer.marks] if self.swimmer else []
        return tuple(condition for group in groups for condition in group)


def _no_name_twice(what: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{what} {name} is declared twice")
