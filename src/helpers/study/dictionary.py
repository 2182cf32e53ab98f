"""The dictionary of raw columns: what each is called, what it may hold, who uses it."""

import csv
from dataclasses import dataclass
from functools import cache

from helpers.study.paths import DICTIONARY


@dataclass(frozen=True)
class RawColumn:
    """One row of data/dictionary.csv.

    Attributes
    ----------
    table, variable, label : str
        Where the column is and what it means.
    type : str
        id, text, code, number, integer or date (ISO 8601).
    unit : str
        Unit of a number, empty where there is none.
    codelist : str
        Codes separated by ``|``, or a range ``low..high`` of a number; empty where anything goes.
    used_in : str
        The analysis variable made from it.
    as_of_cut : str
        What becomes of it as of a data cut, see `helpers.intake.as_of_cut`; empty where it is always known.
    required : bool
        Whether the table is unusable without the column.
    """

    table: str
    variable: str
    label: str
    type: str
    unit: str
    codelist: str
    used_in: str
    as_of_cut: str
    required: bool

    @property
    def codes(self) -> tuple[str, ...]:
        """The allowed codes, empty where the column has none."""
        return tuple(self.codelist.split("|")) if self.type == "code" else ()

    @property
    def limits(self) -> tuple[float, float] | None:
        """The smallest and largest plausible number, or None."""
        low, dots, high = self.codelist.partition("..")
        return (float(low), float(high)) if dots else None


@cache
def read_dictionary() -> dict[str, dict[str, RawColumn]]:
    """Read data/dictionary.csv.

    Returns
    -------
    dict
        Table name to its columns by name, in the order of the file.
    """
    tables: dict[str, dict[str, RawColumn]] = {}
    with DICTIONARY.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            required = row.pop("required") == "yes"
            column = RawColumn(**row, required=required)
            tables.setdefault(column.table, {})[column.variable] = column
    return tables
