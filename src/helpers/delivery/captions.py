"""What a chapter's caption says of a declared endpoint: its label and origin stand in study.yml, not in the chapter.

In a caption ``{{OS}}`` is the label of the endpoint OS, ``{{OS within}}`` the same as it stands within a sentence, and
``{{OS origin}}`` the origin of its clock.
"""

import json
import re
from collections.abc import Callable

import yaml

from helpers.display.formatting import within_sentence
from helpers.display.prose import plain
from helpers.study.model import Study

PLACE = re.compile(r"\{\{(\w+)(?: (within|origin))?\}\}")
OPTION = re.compile(r"^#\| (?:fig|tbl)-cap: ", re.MULTILINE)


def fill_captions(source: str, study: Study) -> str:
    """Fill what the captions of a cell leave to study.yml; the code stays as it is.

    Parameters
    ----------
    source : str
        The source of a code cell.
    study : Study
        What is declared; an endpoint that is not declared is named by its code.
    """
    endpoints = {endpoint.param: endpoint for endpoint in study.endpoints}

    def say(found: re.Match[str]) -> str:
        endpoint = endpoints.get(found[1])
        if endpoint is None:
            return found[1]
        if found[2] == "origin":
            return plain(endpoint.origin.label)
        return plain(within_sentence(endpoint.label) if found[2] else endpoint.label)

    lines = source.splitlines()
    return "\n".join(_fill(line, say) if OPTION.match(line) else line for line in lines)


def _fill(line: str, say: Callable[[re.Match[str]], str]) -> str:
    """Fill the places of an option; its value is written anew, so that no label can end it."""
    if not PLACE.search(line):
        return line
    name, _, value = line.removeprefix("#| ").partition(": ")
    return f"#| {name}: {json.dumps(PLACE.sub(say, str(yaml.safe_load(value))), ensure_ascii=False)}"
