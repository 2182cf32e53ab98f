"""Both studies' reports in all formats, built once a session by the command a user runs; tests only read them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.study.paths import DATA

PUBLISHED = ("tsvetkova2022", "published")
SAID = "said.txt"
"""Beside the reports folder: what the command said while it built."""
PROTOCOL = ("zhengzhou", "2026-06-30")


def run_report(study: str | Path, cut: str, out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Build one report with Pandoc and Typst, in the folder beside `out`."""
    command = [sys.executable, "-m", "helpers", "run", str(study), "--cut", cut, "--renderer", "embedded"]
    command += ["--out", str(out), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=out.parent)


def build(study: str | Path, name: str, cut: str, out: Path, *arguments: str) -> Path:
    done = run_report(study, cut, out, *arguments)
    assert done.returncode == 0, done.stderr
    assert [line.rsplit(".", 1)[-1] for line in done.stdout.splitlines()] == ["html", "pdf", "docx"]
    (out.parent / SAID).write_text(done.stderr, "utf-8")
    return out / name / cut


@pytest.fixture(scope="session")
def published_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The delivered folder of the published cohort."""
    study, cut = PUBLISHED
    return build(study, study, cut, tmp_path_factory.mktemp("published") / "reports")


@pytest.fixture(scope="session")
def protocol_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The protocol study's folder moved elsewhere, under another name, with a blank in it."""
    return Path(shutil.copytree(DATA / PROTOCOL[0], tmp_path_factory.mktemp("elsewhere") / "my study"))


@pytest.fixture(scope="session")
def protocol_report(protocol_study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The delivered folder of the protocol study at an interim cut."""
    return build(protocol_study, *PROTOCOL, tmp_path_factory.mktemp("protocol") / "reports")
