"""Run a chapter's cells in this process."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext

from helpers.study.paths import NOTEBOOKS

SCRIPTS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.py"))


def displayed(script: Path, study: str, cut: str, audience: str = "coauthors") -> Iterator[Any]:
    """What the code cells of a chapter display, run with other parameters than the chapter's own."""
    return (item for _, item in calls(script, study, cut, audience))


def calls(script: Path, study: str, cut: str, audience: str = "coauthors") -> Iterator[tuple[str, Any]]:
    """Each displaying function that a chapter calls, by name, with what it displays."""
    names: dict[str, Any] = {}
    for cell in jupytext.read(script, fmt="py:percent").cells:
        if cell.cell_type != "code":
            continue
        if "parameters" in cell.metadata.get("tags", []):
            names |= {"study": study, "cut": cut, "audience": audience}
            continue
        # the last expression may stand on several lines
        starts = [number for number, line in enumerate(cell.source.splitlines()) if line[:1] not in (" ", ")", "#", "")]
        lines = cell.source.splitlines()
        before, last = "\n".join(lines[: starts[-1]]), "\n".join(lines[starts[-1] :])
        if last.startswith(("sentences.", "tables.", "figures.")):
            exec(before, names)
            yield last.split("(")[0], eval(last, names)
        else:
            exec(cell.source, names)
