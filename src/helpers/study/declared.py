"""What all declarations of study.yml are made of: frozen values, columns, conditions."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


class Declared(BaseModel):
    """Base of all values declared in study.yml: frozen, and no key that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(Declared):
    """A column of a raw table, written ``table.column`` in study.yml."""

    table: str
    name: str

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


def _read_column(text: object) -> object:
    if isinstance(text, str):
        table, dot, name = text.partition(".")
        if not (table and dot and name):
            raise ValueError(f"'{text}' is not written as table.column")
        return Column(table=table, name=name)
    return text


ColumnRef = Annotated[Column, BeforeValidator(_read_column)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]


class Condition(Declared):
    """One condition on one column; a missing value fulfils none.

    Exactly one of the rules is given; `known: true` asks only for a value.
    """

    column: ColumnRef
    any_of: tuple[str, ...] | None = None
    none_of: tuple[str, ...] | None = None
    below: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    known: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        rules = [self.any_of, self.none_of, self.below, self.at_least, self.at_most, self.known]
        if sum(rule is not None for rule in rules) != 1:
            raise ValueError(
                f"a condition on {self.column} needs exactly one of any_of, none_of, below, at_least, at_most, known"
            )
        return self
