"""The findings in the raw data, one a row."""

from helpers.display.absence import NotInStudyError, or_say_so, withhold_from_public
from helpers.display.formatting import NONE
from helpers.display.table import Table, make_table
from helpers.intake.findings import make_findings_frame
from helpers.results.cut import CutData

HEADINGS = {"table": "Table", "row": "Row", "patient": "Patient", "column": "Column", "value": "Value", "rule": "Rule"}


@or_say_so
def make_table_findings(data: CutData) -> Table:
    """Every finding: table, row, patient, column, value, the rule it breaks, and how bad that is."""
    withhold_from_public(data, "The list of what the checks of the raw tables found")
    if not data.findings:
        raise NotInStudyError("The checks of the raw tables found nothing to list")
    frame = make_findings_frame(data.findings).astype(object)
    cells = frame.where(frame.notna() & (frame != ""), NONE).rename(columns={**HEADINGS, "severity": "Severity"})
    notes = [
        "Row of the raw table, the line with the headings being row 1. Dash: the finding concerns no single row, "
        "patient, column or value."
    ]
    left = ["Table", "Patient", "Column", "Value", "Rule", "Severity"]
    return make_table(cells.map(str), "findings", left=left, notes=notes)
