"""What a study with event-level tables declares: eligibility, the treatment plan, and the rules of its datasets."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from helpers.study.declared import Column, ColumnRef, Condition, Declared, Name
from helpers.study.endpoints import Source

Days = Annotated[int, Field(gt=0)]


class Criterion(Declared):
    """An eligibility criterion of the protocol: `when` says whom it includes, or, of an exclusion, whom it excludes."""

    name: Name
    label: str
    kind: Literal["inclusion", "exclusion"]
    reason: str
    when: Annotated[tuple[Condition, ...], Field(min_length=1)]


class DoseStep(Declared):
    """A planned daily dose, from a day of treatment (the first is 1) to the next step."""

    from_day: Days
    dose_ug: Annotated[float, Field(gt=0)]


class Course(Declared):
    """The planned first course of blinatumomab for one stratum."""

    steps: Annotated[tuple[DoseStep, ...], Field(min_length=1)]
    days: tuple[Days, Days]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        starts = [step.from_day for step in self.steps]
        if starts[0] != 1 or starts != sorted(set(starts)):
            raise ValueError(f"the dose steps must begin at day 1 and follow each other, found {starts}")
        if self.days[0] > self.days[1]:
            raise ValueError(f"the fewest days must come first, found {self.days}")
        return self


class Plan(Declared):
    """The treatment plan.

    Attributes
    ----------
    by : str
        The categorical variable that decides the course.
    courses : dict of str to Course
        The first course by the code of that variable.
    dli_mnc_per_kg : tuple of float
        Smallest and largest dose of a donor lymphocyte infusion, in mononuclear cells per kg.
    dli_within_days : int
        Days after the last dose of the first course by which the infusion is expected.
    second_course_months : tuple of float
        Earliest and latest start of the second course, in months after the first infusion.
    """

    by: Name
    courses: Annotated[dict[str, Course], Field(min_length=1)]
    dli_mnc_per_kg: tuple[float, float]
    dli_within_days: Days
    second_course_months: tuple[float, float]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name, (low, high) in (
            ("dli_mnc_per_kg", self.dli_mnc_per_kg),
            ("second_course_months", self.second_course_months),
        ):
            if not 0 <= low <= high:
                raise ValueError(f"{name}: the smaller number must come first, found {low:g}, {high:g}")
        return self


class ResponseRules(Declared):
    """When the marrow is in remission, and which assessments count for the best response.

    Attributes
    ----------
    blasts_below : float
        Complete remission: fewer blasts than this, in per cent.
    mrd_below : float
        MRD response: complete remission and fewer leukaemic cells per cell than this.
    within_cycles, days_after : int
        The best response is judged up to so many days after the last dose of that cycle, and before the next cycle or
        another treatment of the leukaemia begins.
    regained_within_days : int
        A relapse is lost remission, for current leukaemia-free survival, unless remission is seen again within so many
        days.
    """

    blasts_below: Annotated[float, Field(gt=0, le=100)] = 5
    mrd_below: Annotated[float, Field(gt=0, le=1)] = 1e-4
    within_cycles: Annotated[int, Field(ge=1)] = 2
    days_after: Days = 42
    regained_within_days: Days = 90


class SafetyRules(Declared):
    """Which adverse events count, and the lower limits of normal from which blood counts are graded.

    Attributes
    ----------
    days_after : int
        Treatment-emergent: from the first dose until so many days after the last dose or infusion, and before another
        treatment of the leukaemia begins.
    lower_limits : dict
        Lower limit of normal by column of the table labs: 10⁹/L, haemoglobin in g/L.
    """

    days_after: Days = 60
    lower_limits: dict[Literal["anc", "platelets", "haemoglobin"], Annotated[float, Field(gt=0)]] = {}


class Clinical(Declared):
    """What the event-level tables of a study mean: with this block, ADEX, ADRS, ADAE, ADLB and ADGVHD are derived."""

    treatment_start: ColumnRef
    plan: Plan | None = None
    response: ResponseRules = ResponseRules()
    safety: SafetyRules = SafetyRules()


class LaterState(Declared):
    """A state that begins after the origin of an endpoint, analysed as it begins: GVHD as a factor for relapse."""

    name: Name
    label: str
    endpoint: Name
    begins: Annotated[tuple[Source, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _dates_of_records(self) -> Self:
        for source in self.begins:
            if source.date is None:
                raise ValueError(f"state {self.name}: '{source.label}' needs a date")
            if {condition.column.table for condition in source.when} - {source.column.table}:
                raise ValueError(
                    f"state {self.name}: '{source.label}': its conditions must be on the table of its date"
                )
        return self

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column the state reads."""
        conditions = (condition.column for source in self.begins for condition in source.when)
        return (*(source.column for source in self.begins), *conditions)


class Benchmark(Declared):
    """A published number that readers will compare with: a proportion, a survival probability, a median in months.

    `group` and `level` name the stratum that is comparable, where not all patients are.
    """

    param: Name
    stat: Literal["proportion", "survival", "median"]
    label: str
    value: Annotated[float, Field(gt=0)]
    time_months: float | None = None
    group: Name | None = None
    level: str | None = None
    source: str

    @model_validator(mode="after")
    def _a_probability_at_a_time(self) -> Self:
        if (self.stat == "survival") != (self.time_months is not None):
            raise ValueError(f"benchmark {self.label}: a survival probability, and nothing else, has a time_months")
        if (self.group is None) != (self.level is None):
            raise ValueError(f"benchmark {self.label}: group and level go together")
        if self.stat != "median" and self.value > 1:
            raise ValueError(f"benchmark {self.label}: expected a probability from 0 to 1, found {self.value:g}")
        return self
