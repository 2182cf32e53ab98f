"""The ``#|`` options of a chapter's code cell, as far as joining the chapters needs them."""

from nbformat import NotebookNode


def get_option(cell: NotebookNode, name: str) -> str:
    """Value of an option of a cell, empty where it is not given."""
    for line in cell.source.splitlines():
        key, colon, value = line.removeprefix("#|").partition(":")
        if line.startswith("#|") and colon and key.strip() == name:
            return str(value.strip())
    return ""


def is_hidden(cell: NotebookNode) -> bool:
    """Whether a cell has no place in a document."""
    return get_option(cell, "include") == "false" or "injected-parameters" in cell.metadata.get("tags", [])
