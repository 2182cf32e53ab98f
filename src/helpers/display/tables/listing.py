"""The patient listing."""

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from helpers.display.absence import NotInStudyError, or_say_so, withhold_from_public
from helpers.display.formatting import NONE, format_date, format_number, format_scientific
from helpers.display.table import Table, make_table
from helpers.results.cut import CutData
from helpers.study.model import ListingColumn

ABBREVIATIONS = {"DLI": "donor lymphocyte infusion", "mo": "months", "y": "years"}


@or_say_so
def make_table_listing(data: CutData) -> Table:
    """Patient listing, section by section, in the order of the raw table."""
    withhold_from_public(data, "The patient listing")
    listing = data.study.listing
    if listing is None:
        raise NotInStudyError("This study declares no patient listing")
    table = data.tables[data.study.patients.table]
    cells = pd.DataFrame({"No.": [str(patient) for patient in table[data.study.patients.name]]})
    left = []
    for shown in listing.columns:
        column = table[shown.column.name]
        form = _choose_form(column, shown)
        cells[shown.label] = [NONE if pd.isna(cell) or cell == "" else form(cell) for cell in column]
        left += [shown.label] if form is str else []
    if listing.section is not None:
        cells["Section"] = [str(section) for section in table[listing.section.name]]
    groups = "Section" if listing.section is not None else None
    notes = [f"Codes as in the raw table. Dash: not stated.{_spell_out(column.label for column in listing.columns)}"]
    return make_table(cells, "listing", stub="No.", groups=groups, left=left, notes=notes)


def _choose_form(column: "pd.Series[Any]", shown: ListingColumn) -> Callable[[Any], str]:
    if pd.api.types.is_datetime64_any_dtype(column):
        return format_date
    if pd.api.types.is_numeric_dtype(column):
        return format_scientific if shown.scientific else format_number
    return str


def _spell_out(headings: Iterable[str]) -> str:
    """Say what the abbreviations in the headings mean."""
    words = {word.strip(",") for heading in headings for word in heading.split()}
    meanings = [f"{short}, {long}" for short, long in ABBREVIATIONS.items() if short in words]
    return f" {'; '.join(meanings)}." if meanings else ""
