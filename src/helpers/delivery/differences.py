"""What changed between two cuts, as a text to print, as a page and as a table: the command ``diff``."""

import textwrap
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from helpers.delivery.document import SYNTHETIC_NOTICE
from helpers.delivery.report import THEME
from helpers.delivery.style import SHEETS
from helpers.display import figures, sentences, tables
from helpers.display.compared import name_cut
from helpers.display.figures.style import Figure
from helpers.display.prose import Prose
from helpers.display.table import Table
from helpers.results.changes import Changes, make_changes_frame

FORMATS = ("csv", "html")
LINE = 110
"""Characters of a line in the terminal."""
WIDE = "<style>body { max-width: 62rem; margin: 0 auto; padding: 0 1rem; } figure { margin: 1rem 0; }</style>"
"""The tables of causes are wider than a column of prose."""


class Part(NamedTuple):
    """A part of the comparison: its heading, empty under the title, and what is displayed."""

    heading: str
    shown: Any


def list_parts(changes: Changes) -> Iterator[Part]:
    """List what is shown of a comparison, in the order of the chapter on it; what did not change is left out."""
    if changes.are_none:
        yield Part("", Prose("Nothing changed."))
        return
    yield Part("", sentences.describe_changes(changes))
    parts = [
        (changes.new_patients, "Patients new to one of the cuts", tables.make_table_new_patients),
        (changes.patients, "What happened, patient by patient", tables.make_table_patient_changes),
        (changes.source_values, "Corrected source values", tables.make_table_source_values),
        (changes.method, "Changed method", tables.make_table_method_changes),
    ]
    for frame, heading, make in parts:
        if len(frame):
            yield Part(heading, make(changes))
    for topic in ("patients", "response", "survival", "incidence", "safety"):
        shown = tables.make_table_changed_numbers(changes, topic)
        if isinstance(shown, Table):
            yield Part(f"Why the numbers moved: {topic}", shown)


def list_curves(changes: Changes) -> Iterator[Part]:
    """Curves of both cuts, of every endpoint whose numbers changed."""
    moved = set(changes.numbers["param"])
    for endpoint in changes.study.endpoints:
        if endpoint.param in moved:
            shown = figures.plot_changed_curves(changes, endpoint.param)
            if isinstance(shown, Figure):
                yield Part(endpoint.label, shown)


def write_text(changes: Changes) -> str:
    """Write the comparison as plain text for a terminal."""
    parts = [_title(changes), *([SYNTHETIC_NOTICE] if changes.study.synthetic else [])]
    for heading, shown in list_parts(changes):
        text = _align(shown.cells) if isinstance(shown, Table) else textwrap.fill(str(shown), LINE)
        parts.append(f"{heading}\n{'-' * len(heading)}\n{text}" if heading else text)
    return "\n\n".join(parts)


def _align(cells: pd.DataFrame) -> str:
    """Cells in columns, or, where a cell is longer than a line of them allows, each row as a paragraph."""
    rows = [[str(cell) for cell in row] for row in cells.to_numpy()]
    if any(len(cell) > LINE // 2 for row in rows for cell in row):
        told = (f"{first}  {' · '.join(cell for cell in rest if cell)}" for first, *rest in rows)
        return "\n".join(textwrap.fill(line, LINE, subsequent_indent="    ") for line in told)
    lines = [[str(column).strip() for column in cells.columns], *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def write_differences(changes: Changes, folder: Path, formats: tuple[str, ...]) -> list[Path]:
    """Write the comparison beside the reports of the study.

    Parameters
    ----------
    changes : Changes
        What changed.
    folder : Path
        The reports folder of the study.
    formats : tuple of str
        Of `FORMATS`.

    Returns
    -------
    list of Path
        The files, ``changes-OLD-to-NEW.csv`` and ``.html``; a file of an earlier comparison is replaced as a whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name in formats:
        file = folder / f"changes-{changes.old.id}-to-{changes.new.id}.{name}"
        content = make_changes_frame(changes).to_csv(index=False, lineterminator="\n") if name == "csv" else ""
        beside = file.with_name(f".{file.name}.part")
        beside.write_text(content or _write_page(changes), encoding="utf-8")
        beside.replace(file)
        files.append(file)
    return files


def _title(changes: Changes) -> str:
    return f"{changes.study.short_title}: from {name_cut(changes.old)} to {name_cut(changes.new)}"


def _write_page(changes: Changes) -> str:
    """One HTML file without network."""
    import pypandoc

    notice = f'<p class="notice">{escape(SYNTHETIC_NOTICE)}</p>' if changes.study.synthetic else ""
    parts = [f"<h1>{escape(_title(changes))}</h1>", notice]
    for heading, shown in (*list_parts(changes), *list_curves(changes)):
        parts.append(f"<h2>{escape(heading)}</h2>" if heading else "")
        if isinstance(shown, Table):
            parts.append(f'<div class="float-body">{shown.gt.as_raw_html()}</div>')
        elif isinstance(shown, Figure):
            svg = shown.svg[shown.svg.index("<svg") :]
            parts.append(f'<figure role="img" aria-label="{escape(shown.alt)}">{svg}</figure>')
        else:
            parts.append(str(shown))
    arguments = ["--standalone", "--embed-resources", *(f"--css={THEME / sheet}" for sheet in SHEETS), "--wrap=none"]
    arguments += [f"--variable=header-includes:{WIDE}", "--metadata=lang:en"]
    arguments += [f"--metadata=pagetitle:{_title(changes)}"]
    page: str = pypandoc.convert_text("\n\n".join(parts), "html5", format="markdown", extra_args=arguments)
    return page
