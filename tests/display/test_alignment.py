"""Numbers below one another; every expectation is how a typist would set the column, with _ for a blank of a digit."""

import pandas as pd
import pytest

from helpers.display.absence import NotDerivableError
from helpers.display.alignment import FIGURE, POINT, align_column
from helpers.display.table import make_table

COLUMNS = {
    "whole numbers": (["7", "12", "–"], ["_7", "12", "–"], True),
    "different shapes": (["10 (0.7–18)", "3.5 (1–2)", "5 (9%)"], ["10 (0.7–18)", "_3.5 (1–2)", "_5 (9%)"], False),
    "fractions": (["5/17 (29%)", "15/17 (100%)", "9/9 (6%)"], ["_5/17 (29%)", "15/17 (100%)", "_9/9_ (6%)"], False),
    "points": (["0.67 (0.54–0.77)", "10.1 (0.54–0.90)"], ["_0.67 (0.54–0.77)", "10.1_ (0.54–0.90)"], True),
    "a point that only some have": (["2 (1–3)", "1.5 (1–2)"], ["2,_ (1–3)", "1.5 (1–2)"], True),
    "not reached": (["16.0 (7.2–NR)", "NR (6.0–NR)"], ["16.0 (7.2–NR)", "_NR (6.0–NR)"], False),
    "p-values with marks": (["0.23†", "<0.001", "0.8", ""], ["_0.23†", "<0.001", "_0.8", ""], False),
    "changes": (["+3", "−12", "–"], ["_+3", "−12", "–"], True),
    "powers of ten": (["5×10⁵ (1×10⁵)", "2.5×10⁶ (1×10⁶)"], ["5×10⁵,_ (1×10⁵)", "2.5×10⁶ (1×10⁶)"], True),
    "dates": (["2024-06-30", "–"], ["2024-06-30", "–"], True),
    "text with numbers": (["Table 2", "5"], ["Table 2", "5"], False),
    "words": (["yes", "not derivable"], ["yes", "not derivable"], False),
}  # fmt: skip


@pytest.mark.parametrize(("cells", "expected", "even"), COLUMNS.values(), ids=COLUMNS)
def test_columns_as_a_typist_sets_them(cells, expected, even):
    column = align_column(cells)
    assert [cell.replace(FIGURE, "_").replace(POINT, ",") for cell in column.cells] == expected
    assert column.even is even  # equally wide cells may be centred and still align


@pytest.mark.parametrize("cells", [cells for cells, _, _ in COLUMNS.values()], ids=COLUMNS)
def test_nothing_but_blanks_is_added(cells):
    shown = align_column(cells).cells
    assert ["".join(cell.split()) for cell in shown] == ["".join(cell.split()) for cell in cells]
    assert all(cell == cell.rstrip() for cell in shown)  # Typst leaves out blanks at the end of a line


def test_the_file_beside_the_report_has_the_cells_unpadded():
    table = make_table(pd.DataFrame({"Label": ["a", "b"], "n": ["7", "12"]}), "padded", stub="Label")
    bundle = table._repr_mimebundle_()
    assert bundle["text/csv"] == "Label,n\na,7\nb,12\n"
    assert f">{FIGURE}7<" in bundle["text/html"]


def test_text_stands_on_the_left_and_equally_wide_numbers_in_the_middle():
    cells = pd.DataFrame({"Label": ["a", "b"], "Even": ["7", "12"], "Ragged": ["0.5", "12"], "Words": ["yes", "no"]})
    html = make_table(cells, "sides", stub="Label")._repr_mimebundle_()["text/html"]
    assert html.count('class="gt_row gt_center"') == 2
    assert html.count('class="gt_row gt_left"') == 4


def test_a_table_without_rows_is_an_absence_and_no_empty_table():
    with pytest.raises(NotDerivableError, match="nothing to list"):
        make_table(pd.DataFrame(columns=["Label", "n"]), "empty")
