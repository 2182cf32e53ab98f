"""Join the executed chapters to one document, and take its figures and tables out as files."""

import base64
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import nbformat
import yaml
from nbformat import NotebookNode

from helpers.delivery.captions import fill_captions
from helpers.delivery.cell_options import get_option, is_hidden
from helpers.delivery.chapters import KERNELSPEC
from helpers.delivery.provenance import Provenance
from helpers.delivery.sections import leave_out_undeclared, list_labels
from helpers.delivery.strobe import Answer, check_items, make_checklist_frame, write_checklist
from helpers.display.lookup import name_cut_date
from helpers.display.table import Table
from helpers.results.cut import PUBLIC, CutData
from helpers.study.model import Study

SYNTHETIC_NOTICE = "SYNTHETIC DATA: no patient stands behind these numbers"
"""Said on every page of a report of invented data; theme/notice.lua and the reference document for Word set it."""
APPENDICES = "sec-appendices"
INPUTS_NAMED = ", @tbl-inputs the files it was made from, each with the first digits of its SHA-256 sum"
APPENDIX = re.compile(r"^## Appendix:", re.MULTILINE)


def write_document(chapters: Sequence[Path], data: CutData, provenance: Provenance, file: Path) -> None:
    """Join executed chapters under one front matter, and add the last appendices: STROBE checklist, provenance.

    Parameters
    ----------
    chapters : sequence of Path
        Executed notebooks in their order.
    data : CutData
        For the titles, the captions and the checklist.
    provenance : Provenance
        For the last appendix.
    file : Path
        The joined notebook, which both renderers read.
    """
    cells = [_raw(f"---\n{yaml.safe_dump(_front_matter(data), allow_unicode=True, sort_keys=False)}---")]
    body = [_prepare(cell, data) for cell in _join(chapters)]
    labels = list_labels(body)
    if APPENDICES not in labels:
        body.append(nbformat.v4.new_markdown_cell(f"# Appendices {{#{APPENDICES}}}"))
    body += [
        *_checklist_cells(check_items(data.study.narrative, labels)),
        *_provenance_cells(provenance, data.audience),
    ]
    cells += _letter_appendices(body)
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number:03d}"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNELSPEC}), file)


def _join(chapters: Sequence[Path]) -> list[NotebookNode]:
    """The cells of all chapters that this study's report shows."""
    written = [cell for chapter in chapters for cell in nbformat.read(chapter, as_version=4).cells]
    return leave_out_undeclared([cell for cell in written if not is_hidden(cell)])


def extract_displays(chapters: Sequence[Path], folder: Path, study: Study) -> None:
    """Write every labelled figure as SVG and PNG, every labelled table as CSV, named after its label.

    Parameters
    ----------
    chapters : sequence of Path
        Executed notebooks.
    folder : Path
        The delivered folder.
    study : Study
        Whose they are; the names of files of invented data end with SYNTHETIC.
    """
    ending = "-SYNTHETIC" if study.synthetic else ""
    checklist = make_checklist_frame(check_items(study.narrative, list_labels(_join(chapters))))
    _write(folder / "tables" / f"strobe{ending}.csv", checklist.to_csv(index=False, lineterminator="\n").encode())
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
        "subtitle": f"{study.subtitle}. Data cut: {cut.label}" + (f" ({name_cut_date(data)})" if cut.date else ""),
        "author": f"{study.authors_role}: {', '.join(study.authors)}",
        "pagetitle": f"{study.short_title}, {cut.label}",
        **({"notice": SYNTHETIC_NOTICE} if study.synthetic else {}),
    }


def _letter_appendices(cells: Sequence[NotebookNode]) -> Iterator[NotebookNode]:
    """Give the appendices their letters, in the order in which they stand in this report."""
    letters = iter(ascii_uppercase)
    for cell in cells:
        if cell.cell_type == "markdown":
            cell["source"] = APPENDIX.sub(lambda _: f"## Appendix {next(letters)}:", cell.source)
        yield cell


def _prepare(cell: NotebookNode, data: CutData) -> NotebookNode:
    """Keep what a document shows: no error stream, and the figure's own alternative text, numbers included.

    The public sees no code; it is not hidden but gone.
    """
    if cell.cell_type != "code":
        return cell
    cell["source"] = fill_captions(cell.source, data.study)
    if data.audience == PUBLIC:
        options = [line for line in cell.source.splitlines() if line.startswith("#|") and "echo:" not in line]
        cell["source"] = "\n".join(["#| echo: false", *options])
    cell["outputs"] = [output for output in cell.outputs if output.get("name") != "stderr"]
    for output in cell.outputs:
        alt = output.get("metadata", {}).get("image/svg+xml", {}).get("alt")
        if alt:
            cell["source"] = f"#| fig-alt: {json.dumps(alt, ensure_ascii=False)}\n{cell.source}"
    return cell


def _checklist_cells(answers: list[Answer]) -> Iterator[NotebookNode]:
    text = (
        "## Appendix: STROBE checklist {#sec-strobe}\n\n"
        "The STROBE statement [@vonelm2007] lists what the report of a cohort study should say; @tbl-strobe names the "
        "places of this report that do. *Missing* marks what nothing in this report answers yet; what only the authors "
        "can write has its key in study.yml."
    )
    yield nbformat.v4.new_markdown_cell(text)
    yield nbformat.v4.new_markdown_cell(write_checklist(answers))


def _provenance_cells(provenance: Provenance, audience: str) -> Iterator[NotebookNode]:
    text = (
        "## Appendix: Software and provenance {#sec-provenance}\n\n"
        f"This report was made by {provenance.program} and rendered with {{{{< meta rendered-with >}}}}. @tbl-software "
        f"names the packages that computed and drew it{'' if audience == PUBLIC else INPUTS_NAMED}. The same inputs "
        "give the same report, byte by byte; the sums of all inputs and outputs are in manifest.json."
    )
    yield nbformat.v4.new_markdown_cell(text)
    yield _table_cell("tbl-software", "Software", provenance.make_table_software())
    if audience != PUBLIC:
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
