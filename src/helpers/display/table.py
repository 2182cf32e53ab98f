"""A table as it is displayed: great_tables for the eye, plain cells for the file."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd
from great_tables import GT, html, loc, style

from helpers.display.absence import NotDerivableError
from helpers.display.alignment import align_column


@dataclass(frozen=True)
class Table:
    """A displayed table.

    Attributes
    ----------
    gt : GT
        What is displayed.
    cells : DataFrame
        The same cells as text, under the headings that are seen.
    headings : tuple of str
        Headings of the CSV that is delivered beside the report, where nothing but its words tells columns apart.
    """

    gt: GT
    cells: pd.DataFrame
    headings: tuple[str, ...]

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {
            "text/html": self.gt.as_raw_html(),
            "text/csv": self.cells.to_csv(index=False, header=list(self.headings), lineterminator="\n"),
            "text/plain": self.cells.to_string(index=False),
        }


def make_table(
    cells: pd.DataFrame,
    name: str,
    *,
    stub: str | None = None,
    groups: str | None = None,
    spanners: dict[str, list[str]] | None = None,
    left: Sequence[str] = (),
    notes: Sequence[str] = (),
    indent: Sequence[int] = (),
) -> Table:
    """Make a table in the style of the report: horizontal rules only, numbers aligned, method in the notes.

    Parameters
    ----------
    cells : DataFrame
        All cells as text; column names are the headings.
    name : str
        Identifier of the table in the document.
    stub, groups : str, optional
        Column with the row labels; column whose values head groups of rows.
    spanners : dict of str to list of str, optional
        Headings that span several columns.
    left : sequence of str
        Columns with text. All others hold numbers, which stand below one another (see `align_column`).
    notes : sequence of str
        Lines below the table: method, denominator, abbreviations.
    indent : sequence of int
        Rows whose label is indented, as the levels of a characteristic are.

    Raises
    ------
    NotDerivableError
        If there are no rows.
    """
    if cells.empty:
        raise NotDerivableError("As of this data cut there is nothing to list")
    shown, centred = _align(cells.map(str), {*left, groups}, stub)
    # great_tables escapes what stands in cells and headings
    table = GT(shown, rowname_col=stub, groupname_col=groups, id=f"table-{name}", auto_align=False)
    table = table.cols_align("left").cols_align("center", columns=centred)
    numbers = [name for name in shown.columns if name not in {*left, groups, stub}]
    table = table.tab_style(style.css("white-space: nowrap;"), loc.body(columns=numbers)) if numbers else table
    for label, columns in (spanners or {}).items():
        table = table.tab_spanner(label=label, columns=columns)
    if stub and indent:
        table = table.tab_style(style.css("padding-left: 1.5em;"), loc.stub(rows=list(indent)))
    if stub:
        table = table.tab_stubhead(stub)
    for note in notes:
        table = table.tab_source_note(html(escape(note, quote=False)))
    return Table(_style(table), cells, tuple(_name_headings(list(cells.columns), spanners or {})))


def _align(cells: pd.DataFrame, text: Collection[str | None], stub: str | None) -> tuple[pd.DataFrame, list[str]]:
    """Cells with their numbers below one another, and the columns that can be centred without losing that."""
    columns = {name: align_column(list(cells[name])) for name in cells.columns if name not in text}
    shown = cells.assign(**{name: column.cells for name, column in columns.items()})
    return shown, [name for name, column in columns.items() if column.even and name != stub]


def _name_headings(columns: Sequence[str], spanners: Mapping[str, Sequence[str]]) -> list[str]:
    """Headings without the blanks that keep columns apart, with the spanner where they repeat."""
    above = {column: f"{label}: " for label, spanned in spanners.items() for column in spanned}
    times = Counter(column.strip() for column in columns)
    return [(above.get(column, "") if times[column.strip()] > 1 else "") + column.strip() for column in columns]


def _style(table: GT) -> GT:
    options: dict[str, Any] = {
        "table_width": "100%",
        "table_font_size": "0.86em",
        "table_font_color": "#1a1a1a",
        "data_row_padding": "3px",
        "column_labels_font_weight": "bold",
        "row_group_font_weight": "bold",
        "source_notes_font_size": "0.92em",
        "table_body_hlines_style": "none",
        "table_body_vlines_style": "none",
        "stub_border_style": "none",
        "row_group_border_left_style": "none",
        "row_group_border_right_style": "none",
        "column_labels_vlines_style": "none",
    }
    for side in ("top", "bottom"):
        options[f"row_group_border_{side}_style"] = "none"
        for part in ("table", "column_labels", "table_body"):
            options[f"{part}_border_{side}_style"] = "solid"
            options[f"{part}_border_{side}_width"] = "1px"
            options[f"{part}_border_{side}_color"] = "#222222"
    return table.tab_options(**options)
