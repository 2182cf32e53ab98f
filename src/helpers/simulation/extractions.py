"""The dates of the simulated study."""

import datetime as dt
from dataclasses import dataclass

DAYS_PER_MONTH = 30.4375
FIRST_SCREENING = dt.date(2023, 9, 4)
LAST_SCREENING = dt.date(2026, 11, 20)
"""After it only two patients are screened, one too late for an assessment and one for treatment."""
TOO_RECENT = dt.date(2026, 12, 22)
NOT_YET_TREATED = dt.date(2026, 12, 28)
HORIZON = dt.date(2027, 6, 30)
"""Patients are simulated past the last extraction, which then shows what was known, as every extraction does."""


@dataclass(frozen=True)
class Extraction:
    """A day on which the data base was copied, 18 to 21 days after the cut it was made for."""

    cut: str
    day: dt.date


SNAPSHOTS = (
    Extraction("2024-06-30", dt.date(2024, 7, 21)),
    Extraction("2025-06-30", dt.date(2025, 7, 21)),
)
FINAL = Extraction("2026-12-31", dt.date(2027, 1, 18))
