"""The folder of a simulated study: raw tables and what earlier extractions held."""

import csv
from pathlib import Path

from helpers.simulation.cells import Tables, get_columns
from helpers.simulation.corrections import undo_corrections
from helpers.simulation.extractions import SNAPSHOTS, Extraction
from helpers.simulation.known_at import take_known
from helpers.simulation.registry import SimulatedRegistry, simulate_registry

SEED = 31
"""Seed of the committed tables: one of those whose rates lie near the literature's."""


def write_snapshots(folder: Path, seed: int = SEED) -> None:
    """Write the raw tables and the snapshots of a simulated study.

    Parameters
    ----------
    folder : Path
        The study's folder; raw/ and snapshots/ in it are written, made where they do not exist.
    seed : int
        Makes the same tables again, byte for byte.
    """
    registry = simulate_registry(seed)
    _write_tables(folder / "raw", registry.tables)
    for extraction in SNAPSHOTS:
        _write_tables(folder / "snapshots" / extraction.cut, take_snapshot(registry, extraction))


def take_snapshot(registry: SimulatedRegistry, extraction: Extraction) -> Tables:
    """Take what the data base held at an extraction: what was known then, not yet corrected or entered."""
    return take_known(undo_corrections(registry.tables, extraction), extraction.day)


def _write_tables(folder: Path, tables: Tables) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, records in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(get_columns(name)), lineterminator="\n")
            writer.writeheader()
            writer.writerows(records)
