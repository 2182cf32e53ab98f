"""What ``_quarto.yml`` and the front matter ask for, one format at a time, and how Pandoc is told.

The embedded renderer keeps no options of its own: a change in ``_quarto.yml`` shows in it as it shows in Quarto.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_QUARTO_FORMATS = {"html": "html", "pdf": "typst", "docx": "docx"}
_INCLUDES = {
    "include-in-header": "--include-in-header",
    "include-before-body": "--include-before-body",
    "include-after-body": "--include-after-body",
}
# Keys that are Pandoc arguments or Quarto's own, so never document metadata.
_NOT_METADATA = {
    "project", "format", "execute", "filters", "theme", "css", "echo", "warning", "output", "reference-doc",
    "embed-resources", "section-divs", "html-math-method", "highlight-style", "jupyter", "citeproc", *_INCLUDES,
}  # fmt: skip


@dataclass(frozen=True)
class FormatOptions:
    """The options of one output format, later sources winning over earlier ones.

    Parameters
    ----------
    format : {"html", "pdf", "docx"}
        The output format.
    values : mapping
        Option name to value, as in ``_quarto.yml``.
    """

    format: str
    values: Mapping[str, Any]

    def flag(self, key: str, default: bool = False) -> bool:
        """Return an option that is on or off."""
        return bool(self.values.get(key, default))

    def text(self, key: str, default: str = "") -> str:
        """Return an option that is one text."""
        value = self.values.get(key)
        return default if value is None else str(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return an option that is one text or a list of texts."""
        value = self.values.get(key)
        if value is None:
            return ()
        return tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)

    def execute(self, key: str, default: bool) -> bool:
        """Return a cell default such as ``echo``, given for the format or under ``execute``."""
        if key in self.values:
            return bool(self.values[key])
        execute = self.values.get("execute")
        return bool(execute.get(key, default)) if isinstance(execute, Mapping) else default


def read_options(project: Path, to: str, front_matter: Mapping[str, Any]) -> FormatOptions:
    """Merge the project's options with the document's.

    Parameters
    ----------
    project : Path
        Folder holding ``_quarto.yml``.
    to : {"html", "pdf", "docx"}
        The output format.
    front_matter : mapping
        The document's own options.

    Returns
    -------
    FormatOptions
        In order of precedence: the document's for this format, the document's, the project's for this format, the
        project's.

    Raises
    ------
    ValueError
        If ``_quarto.yml`` is missing or is not a mapping.
    """
    source = project / "_quarto.yml"
    if not source.is_file():
        raise ValueError("the project folder has no _quarto.yml")
    declared = yaml.safe_load(source.read_text(encoding="utf-8"))
    if not isinstance(declared, Mapping):
        raise ValueError("_quarto.yml is not a mapping of options")
    merged: dict[str, Any] = {}
    for options in (declared, front_matter):
        merged |= options
        by_format = options.get("format")
        own = by_format.get(_QUARTO_FORMATS[to]) if isinstance(by_format, Mapping) else None
        if isinstance(own, Mapping):
            merged |= own
    return FormatOptions(format=to, values=merged)


def document_metadata(options: FormatOptions) -> dict[str, Any]:
    """Return what Pandoc's templates and filters read: every option that is not a Pandoc argument."""
    return {key: value for key, value in options.values.items() if key not in _NOT_METADATA}


def pandoc_arguments(options: FormatOptions) -> list[str]:
    """Return the options that Pandoc takes as arguments, in a fixed order.

    Parameters
    ----------
    options : FormatOptions
        Options of one format.

    Returns
    -------
    list of str
        Without input, output, metadata and filters.
    """
    return list(_arguments(options))


def _arguments(options: FormatOptions) -> Iterator[str]:
    yield "--standalone"
    if options.flag("toc") and options.format != "docx":  # contents.lua writes Word's
        yield "--toc"
        yield f"--toc-depth={options.text('toc-depth', '3')}"
    if options.flag("number-sections"):
        yield "--number-sections"
    if options.format == "html":
        yield from (f"--css={path}" for path in options.texts("css"))
        yield from (["--embed-resources"] if options.flag("embed-resources") else [])
        yield from (["--section-divs"] if options.flag("section-divs", True) else [])
        yield f"--{options.text('html-math-method', 'mathml')}"
        yield f"--syntax-highlighting={options.text('highlight-style', 'pygments')}"
    if options.format == "docx" and options.text("reference-doc"):
        yield f"--reference-doc={options.text('reference-doc')}"
    for key, argument in _INCLUDES.items():
        yield from (f"{argument}={path}" for path in options.texts(key))
