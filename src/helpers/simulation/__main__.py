"""``python -m helpers.simulation FOLDER`` writes the tables of a simulated study into a folder."""

from pathlib import Path

import click

from helpers.simulation.snapshots import SEED, write_snapshots


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", type=int, default=SEED, show_default=True, help="Another seed makes another study.")
def main(folder: Path, seed: int) -> None:
    """Write raw/ and snapshots/ of a simulated study into FOLDER."""
    write_snapshots(folder, seed)


if __name__ == "__main__":
    main()
