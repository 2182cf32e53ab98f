"""Write docs/display.md: every table, figure and sentence that a chapter can show, from what the functions say."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from helpers.display import figures, sentences, tables

FILE = Path(__file__).parent / "display.md"
HEAD = """# What a chapter can show

Every line is a call that can stand in a code cell of a chapter; docs/editing.md tells how it gets there. `data` is the
cut that the first cells of every chapter open. `param` is the code of an endpoint in quotes, such as `"OS"`, `params` a
list of such codes, such as `["OS", "RFS"]`; `changes` is opened in the chapter on what changed since the last cut. A
call for which the study declares nothing says so in a sentence, and the report leaves it out.

This list is written by `make display-list`, from the functions themselves.
"""
KINDS = ((tables, "Tables"), (figures, "Figures"), (sentences, "Sentences"))


def list_display() -> str:
    """Make the text of docs/display.md."""
    return "\n".join([HEAD, *(line for module, kind in KINDS for line in _list_module(module, kind))])


def _list_module(module: ModuleType, kind: str) -> Iterator[str]:
    name = module.__name__.rpartition(".")[2]
    yield f"## {kind}\n"
    yield "| call | what it shows |\n|---|---|"
    for function in module.__all__:
        called = getattr(module, function)
        arguments = [
            parameter.name
            for parameter in inspect.signature(called).parameters.values()
            if parameter.default is inspect.Parameter.empty
        ]
        said = " ".join((inspect.getdoc(called) or "").split("\n\n")[0].split())
        yield f"| `{name}.{function}({', '.join(arguments)})` | {said} |"
    yield ""


if __name__ == "__main__":
    FILE.write_text(list_display(), encoding="utf-8")
