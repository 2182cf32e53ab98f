"""Findings: what is wrong with the data, where, and by which rule. Nothing is ever repaired."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Literal

import pandas as pd


@dataclass(frozen=True, order=True)
class Finding:
    """One fault in the raw data.

    Attributes
    ----------
    table : str
        Raw table, that is, the file <table>.csv.
    row : int or None
        Row of the file, the header being row 1; None where the fault is not in one row.
    patient, column, value : str
        Whom and what it concerns; empty where it concerns a whole table.
    rule : str
        What was expected.
    severity : {"error", "warning"}
        An error stops the report, a warning is printed in it.
    folder : str
        Folder of the raw tables within the study's: raw, or the snapshot of the cut.
    """

    table: str
    row: int | None
    patient: str
    column: str
    value: str
    rule: str
    severity: Literal["error", "warning"]
    folder: str = "raw"

    def __str__(self) -> str:
        place = [f"{self.folder}/{self.table}.csv"]
        place += [f"row {self.row}"] if self.row is not None else []
        place += [f"patient {self.patient}"] if self.patient else []
        place += [f"column {self.column}"] if self.column else []
        found = f" (found '{self.value}')" if self.value else ""
        return f"{self.severity}: {', '.join(place)}: {self.rule}{found}"


Severity = Literal["error", "warning"]


def report_records(
    table: str, records: pd.DataFrame, column: str, rule: str, severity: Severity = "error"
) -> Iterator[Finding]:
    """Make one finding of each of some records of a raw table.

    Parameters
    ----------
    table : str
        Name of the raw table.
    records : DataFrame
        The records that break the rule, indexed by their number in the file, with the columns patient and `column`.
    column, rule, severity : str
        What it concerns, what was expected, and how bad it is.
    """
    for number, patient, value in zip(records.index, records["patient"], records[column], strict=True):
        yield Finding(table, int(number) + 1, str(patient), column, show_value(value), rule, severity)


def show_value(value: object) -> str:
    """A cell as it stands in the file: dates as ISO, whole numbers without a decimal point, nothing where missing."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return f"{value:g}" if isinstance(value, float) else str(value)


class DataError(Exception):
    """The data have errors; nothing is analysed.

    Parameters
    ----------
    findings : sequence of Finding
        All findings, warnings included.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        errors = [finding for finding in findings if finding.severity == "error"]
        super().__init__("\n".join([f"the data have {len(errors)} error(s)", *map(str, findings)]))


def refuse_errors(findings: Sequence[Finding]) -> None:
    """Raise a DataError if any finding is an error."""
    if any(finding.severity == "error" for finding in findings):
        raise DataError(findings)


def make_findings_frame(findings: Sequence[Finding]) -> pd.DataFrame:
    """Findings as a frame, sorted by place, one row each."""
    columns = [field.name for field in fields(Finding) if field.name != "folder"]  # one cut has one folder
    ordered = sorted(findings, key=lambda finding: (finding.table, finding.row or 0, finding.column, finding.rule))
    frame = pd.DataFrame([asdict(finding) for finding in ordered], columns=columns)
    return frame.astype({"row": "Int64"})
