"""Find a study and read its study.yml."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from helpers.study.consistency import find_faults
from helpers.study.errors import UnknownNameError, UsageError
from helpers.study.model import Cut, Study
from helpers.study.paths import DATA

Model = TypeVar("Model", bound=BaseModel)


class UniqueKeyLoader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
    """YAML without code, in which a key that stands twice is an error instead of the last one winning."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Make the mapping; a repeated key raises a YAML error with its line."""
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.constructor.ConstructorError(None, None, "a key is not a plain word", key_node.start_mark)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key '{key}' stands twice", key_node.start_mark)
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def list_studies() -> list[str]:
    """Names of the studies under data/, that is, of its folders with a study.yml."""
    return sorted(file.parent.name for file in DATA.glob("*/study.yml"))


def find_study(name_or_path: str) -> Path:
    """Folder of a study, given by its name under data/ or by a path.

    Raises
    ------
    UnknownNameError
        If there is no such folder with a study.yml.
    """
    if name_or_path in list_studies():
        return DATA / name_or_path
    folder = Path(name_or_path)
    if folder.name != name_or_path and (folder / "study.yml").is_file():
        return folder.resolve()
    raise UnknownNameError("study", name_or_path, list_studies())


def read_study(name_or_path: str) -> Study:
    """Read and check the study.yml of a study.

    Parameters
    ----------
    name_or_path : str
        A name under data/, or a path to a study folder anywhere.

    Raises
    ------
    UnknownNameError
        If there is no such study.
    UsageError
        If study.yml is not readable or declares something that does not fit; every fault is named with its place.
    """
    folder = find_study(name_or_path)
    file = folder / "study.yml"
    study = read_declared(file, Study, folder=folder)
    faults = find_faults(study)
    if faults:
        raise UsageError("\n".join([f"{file}: {len(faults)} fault(s)", *(f"  {fault}" for fault in faults)]))
    return study


def read_cut(study: Study, cut_id: str) -> Cut:
    """Cut of a study by its id.

    Raises
    ------
    UnknownNameError
        If the study has no such cut.
    """
    for cut in study.cuts:
        if cut.id == cut_id:
            return cut
    raise UnknownNameError(f"cut of {study.id}", cut_id, [cut.id for cut in study.cuts])


def read_declared(file: Path, model: type[Model], **known: object) -> Model:
    """Read a YAML file as a declared value.

    Parameters
    ----------
    file : Path
        The file.
    model : type
        The pydantic model it must fit.
    **known
        Values that do not stand in the file, such as its folder.

    Raises
    ------
    UsageError
        Naming the file and, for every fault, its place, value and rule.
    """
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=UniqueKeyLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: not readable as YAML: {error}") from error
    if not isinstance(content, dict):
        raise UsageError(f"{file}: expected keys and values, found {type(content).__name__}")
    for key in known:
        if key in content:
            raise UsageError(f"{file}: {key} cannot be declared, it is known from where the file stands")
    try:
        return model.model_validate({**content, **known})
    except ValidationError as error:
        faults = error.errors()
        lines = [f"  {_place(fault['loc'])}: {fault['msg']} (found {fault['input']!r:.80})" for fault in faults]
        raise UsageError("\n".join([f"{file}: {len(faults)} fault(s)", *lines])) from error


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in location) or "the file"
