"""The floors and rooms of src/helpers (DESIGN section 3)."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.study.paths import ROOT

PACKAGE = ROOT / "src" / "helpers"
MODULES = sorted(PACKAGE.rglob("*.py"))


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_imports_point_down_only():
    found = lint_imports(ROOT)
    assert found.returncode == 0, found.stdout


def test_an_import_that_points_up_is_noticed(tmp_path):
    """The contract is shown a copy of the package in which floor 1 imports floor 6."""
    copy = tmp_path / "src" / "helpers"
    for module in MODULES:
        target = copy / module.relative_to(PACKAGE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(module.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8")
    (copy / "study" / "paths.py").write_text("from helpers.display import formatting\n", encoding="utf-8")
    command = [
        sys.executable,
        "-c",
        "import sys; sys.path.insert(0, 'src'); from importlinter.cli import lint_imports_command as lint; "
        "lint(['--no-cache'])",
    ]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert "helpers.study.paths -> helpers.display" in found.stdout


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.relative_to(PACKAGE).as_posix())
def test_modules_are_small_and_tell_what_lives_in_them(module):
    text = module.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 320
    assert module.stem not in {"utils", "util", "misc", "common", "helpers", "tools"}
    assert not re.search(r"\b(TODO|FIXME|XXX|NotImplementedError)\b", text)


def test_cnsr_is_read_in_one_function_only():
    """CNSR meets "event" in exactly one function (DESIGN section 3); it is written where ADTTE is made."""
    reading = re.compile(r"""\[["']CNSR["']\]|, ["']CNSR["']\]|\.CNSR\b""")
    texts = {module.name: module.read_text(encoding="utf-8") for module in MODULES}
    assert [name for name, text in texts.items() if reading.search(text)] == ["adtte.py"]
    function = texts["adtte.py"].split("def get_event_code")[1].split("\ndef ")[0]
    assert len(reading.findall(texts["adtte.py"])) == len(reading.findall(function)) > 0


def test_only_the_formatting_module_rounds():
    """Only display.formatting rounds what a reader meets; an audit compares at the printed precision, by design."""
    rounding = re.compile(r"\.round\(|(?<![\w.])round\(|\.quantize\(|\{[^{}]*:\.\d+[f%]\}")
    # the audit and the check of the text compare at a printed precision, the study takes off a subtraction's noise
    allowed = {
        "display/formatting.py",
        "study/model.py",
        "results/audit.py",
        "delivery/claim_numbers.py",
        "delivery/derived_facts.py",
        "delivery/facts.py",
        "simulation/precision.py",  # what a laboratory or a ward writes down
    }
    found = {
        module.relative_to(PACKAGE).as_posix()
        for module in MODULES
        if rounding.search(module.read_text(encoding="utf-8")) and "statistics" not in module.parts
    }
    assert found <= allowed
