"""Leave out of a report what a study does not declare: whole sections, single displays, and the prose about them.

The chapters serve every study, and in JupyterLab each cell says what it has nothing for. A report of one study is not
the place for what another study would have: a section in which nothing else is displayed goes, with its heading, and
so does every paragraph that refers to something left out. What is withheld from the public goes in the same way.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import nbformat
from nbformat import NotebookNode

from helpers.delivery.cell_options import get_option, is_hidden
from helpers.display.absence import NOT_DECLARED, NOT_DERIVABLE, WITHHELD

HEADING = re.compile(r"^(#{1,6}) .*?(?:\{#([\w-]+)[^}]*\})?\s*$")
FENCE = re.compile(r"^(```|~~~)")
REFERENCE = re.compile(r"@((?:fig|tbl|sec)-[\w-]+)")
LEFT_OUT = (NOT_DECLARED, WITHHELD)
"""Why a display leaves no trace in a report."""


@dataclass
class Section:
    """A heading with what stands under it, up to the next heading of its level or above.

    Attributes
    ----------
    level : int
        Of the heading; 0 for the document.
    label : str
        Its identifier, such as ``sec-response``.
    parts : list
        Cells and sections, in their order.
    """

    level: int
    label: str = ""
    parts: "list[NotebookNode | Section]" = field(default_factory=list)


def leave_out_undeclared(cells: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Leave out what the study does not declare.

    Parameters
    ----------
    cells : sequence of NotebookNode
        Executed cells of all chapters, hidden ones left out.

    Returns
    -------
    list of NotebookNode
        The cells of the report; prose is split at its headings.
    """
    document = _build(cells)
    dropped: set[str] = set()
    kept = [cell for part in document.parts for cell in _keep(part, dropped)]
    return [cell for cell in (_without_references(cell, dropped) for cell in kept) if cell is not None]


def list_labels(cells: Sequence[NotebookNode]) -> set[str]:
    """Labels that references can name: of the sections, tables and figures of these cells."""
    labels = {label for cell in cells for _, label, _ in _split_at_headings(cell)}
    return (labels | {get_option(cell, "label") for cell in cells if cell.cell_type == "code"}) - {""}


def _build(cells: Sequence[NotebookNode]) -> Section:
    document = Section(0)
    open_sections = [document]
    for cell in cells:
        for level, label, piece in _split_at_headings(cell):
            if level:
                while open_sections[-1].level >= level:
                    open_sections.pop()
                section = Section(level, label)
                open_sections[-1].parts.append(section)
                open_sections.append(section)
            open_sections[-1].parts.append(piece)
    return document


def _split_at_headings(cell: NotebookNode) -> Iterator[tuple[int, str, NotebookNode]]:
    """Pieces of a cell with the level and label of the heading that each begins with; level 0 without one."""
    if cell.cell_type != "markdown":
        yield 0, "", cell
        return
    lines: list[str] = []
    level, label, fenced = 0, "", False
    for line in cell.source.splitlines():
        fenced ^= bool(FENCE.match(line))
        found = None if fenced else HEADING.match(line)
        if found:
            if any(line.strip() for line in lines):
                yield level, label, nbformat.v4.new_markdown_cell("\n".join(lines).strip())
            lines, level, label = [], len(found[1]), found[2] or ""
        lines.append(line)
    yield level, label, nbformat.v4.new_markdown_cell("\n".join(lines).strip())


def _keep(part: NotebookNode | Section, dropped: set[str]) -> Iterator[NotebookNode]:
    """Cells of a part that are kept; labels of what goes are added to `dropped`."""
    if not isinstance(part, Section):
        if _is_absence(part, *LEFT_OUT, NOT_DERIVABLE):
            dropped.add(get_option(part, "label"))
        if _is_absence(part, NOT_DERIVABLE):
            # a sentence is no figure and no table: it needs no number and no caption
            yield nbformat.v4.new_markdown_cell("\n\n".join(output.data["text/markdown"] for output in part.outputs))
        elif not _is_absence(part, *LEFT_OUT):
            yield part
        return
    displays = list(_displays(part))
    if displays and all(_is_absence(cell, *LEFT_OUT) for cell in displays):
        dropped.update(get_option(cell, "label") for cell in displays)
        dropped.update(_labels(part))
        return
    for inner in part.parts:
        yield from _keep(inner, dropped)


def _displays(section: Section) -> Iterator[NotebookNode]:
    for part in section.parts:
        if isinstance(part, Section):
            yield from _displays(part)
        elif part.cell_type == "code" and not is_hidden(part):
            yield part


def _labels(section: Section) -> Iterator[str]:
    yield section.label
    for part in section.parts:
        if isinstance(part, Section):
            yield from _labels(part)


def _is_absence(cell: NotebookNode, *reasons: str) -> bool:
    """Whether a cell displays nothing but sentences that stand in, for one of the reasons, for what it would show."""
    outputs = [output for output in cell.get("outputs", []) if output.output_type != "stream"]
    return bool(outputs) and all(set(reasons) & output.get("metadata", {}).keys() for output in outputs)


def _without_references(cell: NotebookNode, dropped: set[str]) -> NotebookNode | None:
    """The cell without the paragraphs that refer to what was left out; nothing where none remains."""
    if cell.cell_type != "markdown":
        return cell
    paragraphs = re.split(r"\n\s*\n", cell.source)
    kept = [paragraph for paragraph in paragraphs if not set(REFERENCE.findall(paragraph)) & dropped]
    if len(kept) == len(paragraphs):
        return cell
    return nbformat.v4.new_markdown_cell("\n\n".join(kept)) if kept else None
