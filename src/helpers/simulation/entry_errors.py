"""What is wrong or missing in the tables, as in any data base: each thing once, and it stays."""

from collections.abc import Callable

from helpers.simulation.adverse_events import CRS
from helpers.simulation.cells import Record, Tables

Fits = Callable[[Record], bool]


def enter_errors(tables: Tables) -> Tables:
    """Enter the errors of a real data base into tables without any.

    Parameters
    ----------
    tables : dict of str to list of dict
        Raw tables in which everything fits.

    Returns
    -------
    dict of str to list of dict
        The same with one acute GVHD and one cytokine release syndrome recorded with another grade than their components
        give, one stage of an acute GVHD missing, and two characteristics missing. Where no row is suitable, no error.
    """
    entered = {name: [dict(record) for record in records] for name, records in tables.items()}
    _enter(entered["gvhd"], lambda row: row["recorded_grade"] == "III", {"recorded_grade": "II"})
    _enter(entered["gvhd"], lambda row: row["recorded_grade"] == "I", {"liver_stage": ""})
    _enter(entered["adverse_events"], lambda row: row["term"] == CRS and row["grade"] == "2", {"grade": "1"})
    _enter(entered["patients"], lambda row: row["donor"] == "Matched unrelated", {"donor": ""})
    _enter(entered["patients"], _is_treated_relapse, {"marrow_blasts_percent": ""})
    return entered


def _is_treated_relapse(row: Record) -> bool:
    return row["disease_status"] == "Relapse" and row["treatment_start_date"] != ""


def _enter(records: list[Record], fits: Fits, cells: Record) -> None:
    """Change the middle one of the records that fit."""
    suitable = [record for record in records if fits(record)]
    if suitable:
        suitable[len(suitable) // 2].update(cells)
