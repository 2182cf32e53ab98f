"""What differs in the method between a delivered report and today: declarations, code that computes, packages."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import yaml

from helpers.results.delivered import Delivered
from helpers.study.model import Study
from helpers.study.paths import DICTIONARY, ROOT
from helpers.study.program import COMPUTING, list_code, list_packages, sum_of
from helpers.study.reading import UniqueKeyLoader

FIELDS = ("kind", "item", "old", "new")
DECLARATION, CODE, PACKAGE = "study.yml", "code", "package"
NAMES = ("param", "name", "id", "label")
"""Keys that name an entry of a list in study.yml, in the order they are tried."""


def list_method_changes(delivered: Delivered, study: Study) -> pd.DataFrame:
    """List what differs in the method.

    Parameters
    ----------
    delivered : Delivered
        A report as it was delivered.
    study : Study
        The study as it is declared today.

    Returns
    -------
    DataFrame
        One row a declaration, a file of the program or a package that is not what it was; columns `FIELDS`.
    """
    cut_id = delivered.cut.id
    today = yaml.load((study.folder / "study.yml").read_text(encoding="utf-8"), Loader=UniqueKeyLoader)
    manifest = delivered.manifest
    then = {name: digest for name, digest in manifest["code"].items() if _computes(name)}
    dictionary = DICTIONARY.relative_to(ROOT).as_posix()
    code = {**list_code(COMPUTING), dictionary: sum_of(DICTIONARY.read_bytes())}
    then[dictionary] = manifest["inputs"].get(dictionary, "")
    rows = [
        *(
            (DECLARATION, *change)
            for change in _compare("", delivered.declared, today)
            if _is_method(change[0], cut_id)
        ),
        *((CODE, *change) for change in _compare_sums(then, code, digits=12)),
        *((PACKAGE, *change) for change in _compare_sums(manifest["packages"], list_packages())),
    ]
    return pd.DataFrame(rows, columns=list(FIELDS))


def _is_method(place: str, cut_id: str) -> bool:
    """Whether a declaration says how something is reported; other cuts, and what a cut is called, are no method."""
    return not place.startswith("cuts") or place == f"cuts {cut_id} date"


def _computes(name: str) -> bool:
    return name.startswith(tuple(f"src/helpers/{floor}/" for floor in COMPUTING))


def _compare_sums(old: Mapping[str, str], new: Mapping[str, str], digits: int | None = None) -> Iterator[Any]:
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield name, old.get(name, "")[:digits], new.get(name, "")[:digits]


def _compare(place: str, old: Any, new: Any) -> Iterator[tuple[str, str, str]]:
    """Compare two declarations; entries of a list are told apart by their names, their order does not matter."""
    old, new = _by_name(old), _by_name(new)
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from _compare(f"{place} {key}".strip(), old.get(key), new.get(key))
    elif old != new:
        yield place, _say(old), _say(new)


def _by_name(declared: Any) -> Any:
    if not isinstance(declared, list) or not all(isinstance(entry, dict) for entry in declared):
        return declared
    for name in NAMES:
        keys = [entry.get(name) for entry in declared]
        if all(isinstance(key, str) for key in keys) and len(set(keys)) == len(keys):
            return dict(zip(keys, declared, strict=True))
    return declared


def _say(declared: Any) -> str:
    if declared is None:
        return ""
    if isinstance(declared, str):
        return declared
    text: str = yaml.safe_dump(declared, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000)
    return text.removesuffix("\n").removesuffix("\n...")
