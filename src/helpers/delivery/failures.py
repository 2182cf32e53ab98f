"""What a failed run of a cut leaves: its message beside the delivered report, until a run succeeds."""

from pathlib import Path

from helpers.delivery.rendering import RenderError
from helpers.delivery.report import failed_folder
from helpers.delivery.runner import ChapterError
from helpers.intake.findings import DataError

FAILURES = (DataError, ChapterError, RenderError)
"""Errors of one cut; others of the same order may be built all the same."""
MESSAGE = "error.txt"


def is_of_the_order(error: Exception) -> bool:
    """Whether an error concerns every cut of an order: a renderer asked for by name that is not there."""
    return isinstance(error, RenderError) and not error.format


def record_failure(folder: Path, error: Exception) -> None:
    """Keep the message of a failed run beside the delivered folder, and nothing of failures before it.

    Parameters
    ----------
    folder : Path
        The delivered folder of the cut, there or not.
    error : Exception
        One of `FAILURES`; the notebook of a failed chapter stays where it is.
    """
    kept = failed_folder(folder)
    kept.mkdir(parents=True, exist_ok=True)
    notebook = error.notebook if isinstance(error, ChapterError) else None
    for earlier in kept.glob("*.ipynb"):
        if earlier != notebook:
            earlier.unlink()
    (kept / MESSAGE).write_text(f"{error}\n", encoding="utf-8")
