"""The ways to install the project say the same."""

import re
import tomllib

import pytest
import yaml

from helpers.study.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA_NAMES = {"matplotlib-base": "matplotlib", "great-tables": "great-tables", "quarto": "quarto-cli"}


def normalise(name: str) -> str:
    plain = re.sub(r"[-_.]+", "-", name).lower()
    return CONDA_NAMES.get(plain, plain)


def split(requirement: str) -> tuple[str, str]:
    name, version = re.fullmatch(r"([\w.-]+)\s*(.*)", requirement).groups()
    return normalise(name), version


def conda_requirements() -> dict[str, str]:
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    flat = [item for item in listed if isinstance(item, str)]
    flat += [item for part in listed if isinstance(part, dict) for item in part["pip"] if not item.startswith("-")]
    return dict(split(item) for item in flat)


def test_conda_environment_holds_the_same_packages_and_versions():
    extras = PROJECT["optional-dependencies"]
    wanted = dict(split(item) for item in [*PROJECT["dependencies"], *extras["lab"], *extras["quarto"]])
    found = conda_requirements()
    assert found.pop("python") == PROJECT["requires-python"]
    assert found.pop("pip") == ""
    assert found == wanted


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_lock_pins_every_package_with_hashes_and_names_no_address(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    pins = re.findall(r"^([\w.-]+)==([^ ;\\]+)", text, re.M)
    blocks = re.split(r"^(?=[\w.-]+==)", text, flags=re.M)[1:]
    assert len(pins) == len(blocks) > 50
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"://|--index-url|--find-links|@ file", text)


@pytest.mark.parametrize(
    ("name", "extras"), [("requirements.lock", ["build"]), ("requirements-test.lock", ["build", "test"])]
)
def test_lock_holds_every_declared_package(name, extras):
    pinned = {
        normalise(found) for found in re.findall(r"^([\w.-]+)==", (ROOT / name).read_text(encoding="utf-8"), re.M)
    }
    declared = PROJECT["dependencies"] + [item for extra in extras for item in PROJECT["optional-dependencies"][extra]]
    assert {split(item)[0] for item in declared} <= pinned


def test_two_locks_pin_the_same_versions():
    pins = [
        dict(re.findall(r"^([\w.-]+)==([^ \\]+)", (ROOT / name).read_text(encoding="utf-8"), re.M))
        for name in ("requirements.lock", "requirements-test.lock")
    ]
    shared = pins[0].keys() & pins[1].keys()
    assert {name: pins[0][name] for name in shared} == {name: pins[1][name] for name in shared}
