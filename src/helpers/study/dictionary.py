"""The dictionary of raw columns: what each is called, what it may hold, who uses it, when it is known.

The column `as_of_cut` says what becomes of a cell or a record as of a data cut; where it is empty, the cell is always
known:

``exists``
    the record exists from this date on;
``later``
    the date itself becomes known on its day, and is empty before: an end, a start, a death;
``contact``
    the date of last contact, which the cut limits;
``with COLUMN [if VALUE] [else VALUE]``
    known only together with that date: empty, or the value after ``else``, where that date is after the cut; with
    ``if``, only that value has to wait, any other is known at once.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache

from helpers.study.paths import DICTIONARY

EXISTS, LATER, CONTACT = "exists", "later", "contact"
_WITH = re.compile(r"with (\w+)(?: if (.+?))?(?: else (.+))?")


@dataclass(frozen=True)
class KnownWith:
    """A cell that is known only together with a date of its record.

    Attributes
    ----------
    date : str
        The column of the date.
    only : str or None
        The one value that has to wait for the date; None where every value has to.
    otherwise : str
        What stands in the cell before the date, often nothing.
    """

    date: str
    only: str | None
    otherwise: str


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
        What becomes of it as of a data cut, in the words of this module's docstring.
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

    @property
    def known_with(self) -> KnownWith | None:
        """The date with which the cell becomes known, or None where it waits for no other column."""
        found = _WITH.fullmatch(self.as_of_cut)
        return KnownWith(found[1], only=found[2], otherwise=found[3] or "") if found else None


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
