"""Join the executed chapters to one document, and take its figures and tables out as files."""

import base64
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbformat import NotebookNode

from helpers.delivery.cell_options import get_option, is_hidden
from helpers.delivery.chapters import KERNELSPEC
from helpers.delivery.provenance import Provenance
from helpers.delivery.sections import leave_out_undeclared
from helpers.display.table import Table
from helpers.results.cut import CutData

SYNTHETIC_NOTICE = "SYNTHETIC DATA: no patient stands behind these numbers"
"""Said on every page of a report of invented data; theme/notice.lua and the reference document for Word set it."""


def write_document(chapters: Sequence[Path], data: CutData, provenance: Provenance, file: Path) -> None:
    """Join executed chapters under one front matter, with a last section on software and provenance.

    Parameters
    ----------
    chapters : sequence of Path
        Executed notebooks in their order.
    data : CutData
        For the titles.
    provenance : Provenance
        For the last section.
    file : Path
        The joined notebook, which both renderers read.
    """
    cells = [_raw(f"---\n{yaml.safe_dump(_front_matter(data), allow_unicode=True, sort_keys=False)}---")]
    written = [cell for chapter in chapters for cell in nbformat.read(chapter, as_version=4).cells]
    cells += [_prepare(cell) for cell in leave_out_undeclared([cell for cell in written if not is_hidden(cell)])]
    cells += _provenance_cells(provenance)
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number:03d}"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNELSPEC}), file)


def extract_displays(chapters: Sequence[Path], folder: Path, mark: str = "") -> None:
    """Write every labelled figure as SVG and PNG, every labelled table as CSV, named after its label.

    Parameters
    ----------
    chapters : sequence of Path
        Executed notebooks.
    folder : Path
        The delivered folder.
    mark : str
        What the name of every file ends with, such as ``SYNTHETIC``.
    """
    ending = f"-{mark}" if mark else ""
    for chapter in chapters:
        for cell in nbformat.read(chapter, as_version=4).cells:
            kind, _, name = get_option(cell, "label").partition("-")
            name += ending
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                if kind == "tbl" and "text/csv" in data:
                    _write(folder / "tables" / f"{name}.csv", data["text/csv"].encode())
                if kind == "fig" and "image/svg+xml" in data:
                    _write(folder / "figures" / f"{name}.svg", data["image/svg+xml"].encode())
                    _write(folder / "figures" / f"{name}.png", base64.b64decode(data["image/png"]))


def _front_matter(data: CutData) -> dict[str, Any]:
    study, cut = data.study, data.cut
    return {
        "title": study.title,
        # no date key: Quarto reads every date as one and would make a day of "as published in 2022"
        "subtitle": f"{study.subtitle}. Data cut: {cut.label}" + (f" ({cut.date.isoformat()})" if cut.date else ""),
        "author": f"{study.authors_role}: {', '.join(study.authors)}",
        "pagetitle": f"{study.short_title}, {cut.label}",
        **({"notice": SYNTHETIC_NOTICE} if study.synthetic else {}),
    }


def _prepare(cell: NotebookNode) -> NotebookNode:
    """Keep what a document shows: no error stream, and the figure's own alternative text, numbers included."""
    if cell.cell_type != "code":
        return cell
    cell["outputs"] = [output for output in cell.outputs if output.get("name") != "stderr"]
    for output in cell.outputs:
        alt = output.get("metadata", {}).get("image/svg+xml", {}).get("alt")
        if alt:
            cell["source"] = f"#| fig-alt: {json.dumps(alt, ensure_ascii=False)}\n{cell.source}"
    return cell


def _provenance_cells(provenance: Provenance) -> Iterator[NotebookNode]:
    text = (
        "# Software and provenance {#sec-provenance}\n\n"
        f"This report was made by {provenance.program} and rendered with {{{{< meta rendered-with >}}}}. @tbl-software "
        "names the packages that computed and drew it, @tbl-inputs the files it was made from, each with the first "
        "digits of its SHA-256 sum. The same inputs give the same report, byte by byte; the sums of all inputs and "
        "outputs are in manifest.json."
    )
    yield nbformat.v4.new_markdown_cell(text)
    yield _table_cell("tbl-software", "Software", provenance.make_table_software())
    yield _table_cell("tbl-inputs", "Inputs of this report", provenance.make_table_inputs())


def _table_cell(label: str, caption: str, table: Table) -> NotebookNode:
    output = nbformat.v4.new_output("execute_result", data=table._repr_mimebundle_(), execution_count=1)
    source = f"#| label: {label}\n#| tbl-cap: {caption}\n#| echo: false"
    return nbformat.v4.new_code_cell(source, outputs=[output], execution_count=1)


def _raw(text: str) -> NotebookNode:
    return nbformat.v4.new_raw_cell(text)


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
