"""An executed notebook as one Markdown document, as Quarto reads a notebook.

Every cell becomes Markdown: prose as it stands, code where it is shown, and of each output the one representation that
suits the format. Cell options are the ``#|`` comment lines at the top of a code cell, a part of Quarto's with Quarto's
meaning:

``label``
    ``fig-…`` or ``tbl-…``: the cell's outputs become a numbered figure or table, referred to as ``@fig-…``.
``fig-cap``, ``tbl-cap``, ``fig-alt``
    Caption, in Markdown, with references and citations; alternative text of an image.
``echo``, ``output``, ``include``, ``warning``
    Whether to show the code, the outputs, either, the error stream.
``code-fold``, ``code-summary``
    Whether code is folded in HTML, and under which word.
``out-width``
    Width of an image, such as ``80%``.
``classes``
    ``small`` for smaller type in a table, ``landscape`` for a page turned on its side in PDF and Word.

In prose, ``{{< meta KEY >}}`` is replaced by an option; ``rendered-with`` is the renderer and its version.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import yaml

from helpers.delivery.project_options import FormatOptions

_TABLE = "text/html (table)"
_PREFERENCES = {
    "html": (_TABLE, "image/svg+xml", "text/markdown", "text/html", "image/png", "image/jpeg", "text/plain"),
    "pdf": ("text/markdown", _TABLE, "image/svg+xml", "image/png", "image/jpeg", "text/plain"),
    "docx": ("text/markdown", _TABLE, "image/png", "image/jpeg", "text/plain"),
}
_SUFFIXES = {"image/svg+xml": ".svg", "image/png": ".png", "image/jpeg": ".jpg"}
_FLOATS = {"fig": "fig-cap", "tbl": "tbl-cap"}
_REPR = re.compile(r"\s*[<\[(].*\bat 0x[0-9a-f]+.*|\s*<[^<>]*>\s*", re.DOTALL)


@dataclass(frozen=True)
class NotebookCell:
    """One code cell: its options, its code without them, its outputs.

    Parameters
    ----------
    number : int
        Position in the notebook, from 1.
    options : mapping
        The ``#|`` options.
    code : str
        The source without its option lines.
    outputs : list
        Outputs as nbformat holds them.
    """

    number: int
    options: Mapping[str, Any]
    code: str
    outputs: list[Any]

    @property
    def label(self) -> str:
        """The cell's label, such as ``fig-survival``, or an empty text."""
        return str(self.options.get("label") or "")

    @property
    def kind(self) -> str:
        """``"fig"`` or ``"tbl"`` for a cell that is referred to, else empty."""
        prefix = self.label.partition("-")[0]
        return prefix if prefix in _FLOATS else ""


@dataclass
class MarkdownDocument:
    """The document for one format, and the image files it names.

    Parameters
    ----------
    text : str
        Markdown without front matter.
    media : dict of str to bytes
        Image files by their path in the document.
    """

    text: str = ""
    media: dict[str, bytes] = field(default_factory=dict)


def read_notebook(path: Path) -> tuple[dict[str, Any], list[Any]]:
    """Return the front matter and the remaining cells of a notebook.

    Parameters
    ----------
    path : Path
        A notebook; its first cell may be a raw cell holding YAML between two lines of three hyphens.

    Returns
    -------
    front_matter : dict
        Empty where there is none.
    cells : list
        The cells after it, as nbformat holds them.
    """
    notebook = nbformat.read(path, as_version=4)
    cells = list(notebook.cells)
    if cells and cells[0].cell_type == "raw":
        found = re.match(r"\s*---\s*\n(.*?)\n---\s*$", cells[0].source, re.DOTALL)
        if found:
            return dict(yaml.safe_load(found.group(1)) or {}), cells[1:]
    return {}, cells


def write_markdown(cells: list[Any], options: FormatOptions, media_folder: str) -> MarkdownDocument:
    """Turn the cells of an executed notebook into Markdown for one format.

    Parameters
    ----------
    cells : list
        Notebook cells after the front matter.
    options : FormatOptions
        Options of the format.
    media_folder : str
        Folder, relative to the project, that the document will name its images in.

    Returns
    -------
    MarkdownDocument

    Raises
    ------
    ValueError
        If a cell holds an error, or its options are not valid YAML.
    """
    document = MarkdownDocument()
    parts: list[str] = []
    for number, cell in enumerate(cells, start=1):
        if cell.cell_type == "markdown":
            parts.append(_fill_meta(cell.source, options))
        elif cell.cell_type == "code":
            parts.extend(_code_cell(_read_cell(number, cell), options, document, media_folder))
    document.text = "\n\n".join(parts) + "\n"
    return document


def _fill_meta(source: str, options: FormatOptions) -> str:
    return re.sub(r"\{\{<\s*meta\s+([\w-]+)\s*>\}\}", lambda found: options.text(found.group(1), "?meta"), source)


def _read_cell(number: int, cell: Any) -> NotebookCell:
    lines = cell.source.splitlines()
    count = next((index for index, line in enumerate(lines) if not line.startswith("#|")), len(lines))
    try:
        options = yaml.safe_load("\n".join(line[2:].removeprefix(" ") for line in lines[:count])) or {}
    except yaml.YAMLError as error:
        raise ValueError(f"cell {number}: its options are not valid YAML: {error}") from error
    if not isinstance(options, Mapping):
        raise ValueError(f"cell {number}: its options are not `name: value` lines")
    return NotebookCell(number, options, "\n".join(lines[count:]).strip("\n"), list(cell.outputs))


def _code_cell(cell: NotebookCell, options: FormatOptions, document: MarkdownDocument, folder: str) -> Iterator[str]:
    if cell.options.get("include") is False:
        return
    parts: list[str] = []
    if cell.code.strip() and cell.options.get("echo", options.execute("echo", True)):
        parts.extend(_shown_code(cell, options))
    if cell.options.get("output", options.execute("output", True)) is not False:
        parts.extend(_float(cell, list(_outputs(cell, options, document, folder))))
    classes = cell.options.get("classes") or []
    names = " ".join(f".{name.lstrip('.')}" for name in (classes.split() if isinstance(classes, str) else classes))
    if names and parts:
        parts = [f"::: {{.cell {names}}}", *parts, ":::"]
    yield from parts


def _shown_code(cell: NotebookCell, options: FormatOptions) -> Iterator[str]:
    fold = cell.options.get("code-fold", options.values.get("code-fold", False))
    folded = options.format == "html" and fold
    if folded:
        summary = cell.options.get("code-summary", options.text("code-summary", "Code"))
        opened = " open" if fold == "show" else ""
        yield _raw(f'<details class="code-fold"{opened}><summary>{summary}</summary>', "html")
    yield _fenced(cell.code, "{.python .cell-code}")
    if folded:
        yield _raw("</details>", "html")


def _float(cell: NotebookCell, outputs: list[str]) -> Iterator[str]:
    """Wrap the outputs of a labelled cell with its caption; `numbered.lua` counts and places them."""
    caption = str(cell.options.get(_FLOATS[cell.kind], "")) if cell.kind else ""
    if not cell.kind or not outputs:
        yield from outputs
        return
    yield f"::: {{#{cell.label} .numbered}}"
    yield from outputs
    yield f"::: {{.numbered-caption}}\n{caption}\n:::"
    yield ":::"


def _outputs(cell: NotebookCell, options: FormatOptions, document: MarkdownDocument, folder: str) -> Iterator[str]:
    for position, output in enumerate(cell.outputs, start=1):
        if output.output_type == "error":
            raise ValueError(f"cell {cell.number} holds an error: {output.ename}: {output.evalue}")
        if output.output_type == "stream":
            shown = output.name == "stdout" or cell.options.get("warning", options.execute("warning", True))
            if shown and output.text.strip():
                yield _fenced(output.text.rstrip("\n"), "{.cell-output}")
            continue
        chosen = _choose(output.data, options.format)
        if chosen:
            alt = str(output.get("metadata", {}).get(chosen, {}).get("alt", ""))
            yield _displayed(cell, chosen, output.data, document, f"{folder}/cell-{cell.number}-{position}", alt)


def _choose(data: Mapping[str, Any], to: str) -> str:
    available = set(data)
    if "<table" in str(data.get("text/html", "")):
        available.add(_TABLE)
    if _REPR.fullmatch(str(data.get("text/plain", ""))):
        available.discard("text/plain")
    return next((mime for mime in _PREFERENCES[to] if mime in available), "")


def _displayed(
    cell: NotebookCell, mime: str, data: Mapping[str, Any], document: MarkdownDocument, stem: str, shown_alt: str
) -> str:
    if mime in _SUFFIXES:
        path = stem + _SUFFIXES[mime]
        document.media[path] = _image_bytes(mime, data[mime])
        alt = str(cell.options.get("fig-alt") or shown_alt or cell.options.get("fig-cap") or "")
        width = f' width="{cell.options["out-width"]}"' if "out-width" in cell.options else ""
        return f'::: {{.cell-image src="{path}" alt="{_quoted(alt)}"{width}}}\n:::'
    content = str(data[mime.partition(" ")[0]])
    if mime == "text/markdown":
        return content
    if mime == "text/plain":
        return _fenced(content, "{.cell-output}")
    return _raw(content, "html")


def _image_bytes(mime: str, content: str) -> bytes:
    return content.encode("utf-8") if mime == "image/svg+xml" else base64.b64decode(content)


def _quoted(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("\\", "\\\\").replace('"', '\\"')


def _fenced(text: str, attributes: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{attributes}\n{text}\n{fence}"


def _raw(text: str, to: str) -> str:
    return _fenced(text, f"{{={to}}}")
