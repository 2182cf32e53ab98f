"""One patient without a fault in any table, as typed raw tables; a test breaks one cell and looks at what is found."""

import pandas as pd

from helpers.study.dictionary import read_dictionary

Record = dict[str, object]

CLEAN: dict[str, list[Record]] = {
    "patients": [{"hsct_date": "2023-01-01", "relapse_before_date": "2023-12-01", "screening_date": "2023-12-20",
                  "treatment_start_date": "2024-01-01"}],
    "blinatumomab": [
        {"cycle": 1, "start_date": "2024-01-01", "end_date": "2024-01-10", "daily_dose_ug": 28,
         "interruption_start_date": "2024-01-03", "interruption_end_date": "2024-01-04"},
        {"cycle": 2, "start_date": "2024-02-20", "end_date": "2024-02-29", "daily_dose_ug": 28},
    ],
    "dli": [{"dli_date": "2024-01-20", "cd3_per_kg": 2e7, "mnc_per_kg": 6e7}],
    "response": [
        {"assessment_date": "2024-01-15", "morphology": "CR", "blasts_percent": 2, "mrd_level": 1e-3},
        {"assessment_date": "2024-04-01", "morphology": "No remission", "blasts_percent": 50, "mrd_level": 0.5},
    ],
    "relapse": [{"relapse_date": "2024-04-01", "relapse_site": "Bone marrow"}],
    "gvhd": [{"onset_date": "2024-02-10", "type": "acute"}],
    "adverse_events": [
        {"term": "Cytokine release syndrome", "grade": 1, "onset_date": "2024-01-02", "end_date": "2024-01-03",
         "temperature_c": 38.5, "hypotension": "none", "hypoxia": "none"},
        {"term": "Nausea", "grade": 1, "onset_date": "2024-01-02", "end_date": "2024-01-05"},
    ],
    "labs": [{"lab_date": "2024-01-02", "anc": 2.0}],
    "subsequent_therapy": [{"therapy_date": "2024-04-10", "therapy": "Chemotherapy"}],
    "followup": [{"last_contact_date": "2024-06-01", "vital_status": "dead", "death_date": "2024-06-01"}],
}  # fmt: skip


def make_tables(**broken: list[Record]) -> dict[str, pd.DataFrame]:
    """The clean tables of patient P1, some of them replaced; numbered from 1, typed by the dictionary."""
    tables = {}
    for name, records in {**CLEAN, **broken}.items():
        frame = pd.DataFrame([{"patient": "P1", **record} for record in records])
        frame.index = pd.RangeIndex(1, len(frame) + 1)
        for column, kind in ((column, read_dictionary()[name][column].type) for column in frame):
            if kind == "date":
                frame[column] = pd.to_datetime(frame[column])
            elif kind in {"number", "integer"}:
                frame[column] = frame[column].astype("float64")
        tables[name] = frame
    return tables


def change(table: str, number: int = 1, **cells: object) -> list[Record]:
    """Records of a clean table with some cells of one record changed."""
    return [record | cells if n == number else record for n, record in enumerate(CLEAN[table], 1)]


def add(table: str, **cells: object) -> list[Record]:
    """Records of a clean table and one more."""
    return [*CLEAN[table], cells]
