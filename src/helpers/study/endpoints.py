"""Time-to-event endpoints as declared values, after admiral's event and censor sources."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from helpers.study.declared import Column, ColumnRef, Condition, Declared, Name


class Source(Declared):
    """Where an event or a censoring time is found: a date, or a time already counted in months from the origin."""

    label: str
    date: ColumnRef | None = None
    time: ColumnRef | None = None
    when: tuple[Condition, ...] = ()

    @model_validator(mode="after")
    def _one_clock(self) -> Self:
        if (self.date is None) == (self.time is None):
            raise ValueError(f"source '{self.label}' needs either a date or a time, not both")
        return self

    @property
    def column(self) -> Column:
        """The column that holds the date or the time."""
        column = self.date or self.time
        assert column is not None  # _one_clock
        return column


class Origin(Declared):
    """Where the clock starts: the earliest date whose record fulfils `when`.

    No date stands where the sources already count from the origin.
    """

    label: str
    date: ColumnRef | None = None
    when: tuple[Condition, ...] = ()

    @model_validator(mode="after")
    def _conditions_need_a_date(self) -> Self:
        others = {condition.column.table for condition in self.when} - {self.date.table if self.date else ""}
        if others:
            raise ValueError(f"origin '{self.label}': its conditions must be on the table of its date")
        return self


class Endpoint(Declared):
    """A time-to-event endpoint as a declared value.

    The earliest event wins, in order of precedence where two fall together; a competing event ends the time as an event
    of another cause; otherwise the latest censoring time counts. Where an event and a competing event fall on one day,
    `ties` says which kind goes first. `unavailable` says in a reader's words why the data of an endpoint that cannot be
    derived do not exist.
    """

    param: Name
    label: str
    definition: str
    unavailable: str = ""
    population: Name
    origin: Origin
    events: Annotated[tuple[Source, ...], Field(min_length=1)]
    competing: tuple[Source, ...] = ()
    censoring: Annotated[tuple[Source, ...], Field(min_length=1)]
    ties: Literal["event", "competing"] = "event"
    times_at: tuple[float, ...] = (6, 12, 24)

    @model_validator(mode="after")
    def _one_clock(self) -> Self:
        for source in self.sources:
            if (source.date is None) != (self.origin.date is None):
                raise ValueError(f"{self.param}: '{source.label}' and the origin must both be dates or neither")
        return self

    @property
    def curve(self) -> str:
        """Name of its estimate in the results: a survival curve, or, with competing events, a cumulative incidence."""
        return "cif" if self.competing else "km"

    @property
    def test(self) -> str:
        """Name of the test between strata that goes with the curve."""
        return "gray" if self.competing else "logrank"

    @property
    def model(self) -> str:
        """Name of the model of hazard ratios that goes with the curve."""
        return "finegray" if self.competing else "cox"

    @property
    def sources(self) -> tuple[Source, ...]:
        """Events, competing events and censoring."""
        return (*self.events, *self.competing, *self.censoring)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every raw column the endpoint reads."""
        origin = (self.origin.date,) if self.origin.date else ()
        whens = (self.origin.when, *(source.when for source in self.sources))
        conditions = (condition.column for when in whens for condition in when)
        return (*origin, *(source.column for source in self.sources), *conditions)
