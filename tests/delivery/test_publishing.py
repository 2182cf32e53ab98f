"""A cut's folder is the old complete report or the new complete one, also after a kill at any moment (SIGKILL).

Moments are drawn with a fixed seed; where exactly they hit differs from run to run, what must hold does not.
"""

import ctypes
import hashlib
import json
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil  # the kernel's own package needs it
import pytest

from helpers.delivery import publishing
from helpers.delivery.publishing import publish, recover, reserve
from helpers.delivery.report import describe_state
from helpers.study.errors import UsageError
from helpers.study.paths import BIBLIOGRAPHY, DICTIONARY, QUARTO_CONFIG, ROOT
from helpers.study.reading import read_study

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL, and folders in use stay")

STUDY, CUT = "tiny", "first"  # of the fixture write_study
KILLS = 20
FILES = ("report.html", "results.csv", "adam/adsl.csv", "figures/swimmer.svg", "notebooks/03_cohort.ipynb")


def write_version(folder: Path, version: str) -> Path:
    """A folder as a report is: files that all say which version they are, and a manifest with their sums."""
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{version} {name}\n" * 500, "utf-8")
    (folder / "manifest.json").write_text(json.dumps({"outputs": sums(folder)}), "utf-8")
    return folder


def sums(folder: Path) -> dict[str, str]:
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def read_complete(folder: Path) -> dict[str, str]:
    """The sums of a delivered folder, in which every file of the manifest is whole, and no file is more."""
    found = sums(folder)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["outputs"] == {name: digest for name, digest in found.items() if name != "manifest.json"}
    return found


def read_version(folder: Path) -> str:
    read_complete(folder)
    (version,) = {(folder / name).read_text("utf-8").split()[0] for name in FILES}
    return version


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def hidden(folder: Path) -> set[str]:
    """What stands beside the folder of a cut for the time of a run: its lock, and where the run builds."""
    return {name for name in names(folder.parent) if name.startswith(f".{folder.name}")}


@pytest.fixture
def delivered(tmp_path) -> Path:
    """The folder of a cut with an old version in it."""
    return write_version(tmp_path / "reports" / STUDY / CUT, "old")


@pytest.fixture
def by_renaming(monkeypatch):
    """A system that cannot exchange two folders in one step."""
    monkeypatch.setattr(publishing, "_exchange", lambda *_: False)


# Publishing, step by step.


def test_the_first_version_is_put_in_place_and_the_hidden_files_go(tmp_path):
    folder = tmp_path / "reports" / STUDY / CUT
    with reserve(folder) as place:
        assert place.parent == folder.parent
        assert names(folder.parent) == {".first.lock", place.name}
        publish(write_version(place / "delivered", "new"), folder)
    assert read_version(folder) == "new"
    assert names(folder.parent) == {CUT}


@pytest.mark.parametrize("way", ["in one step", "by renaming"])
def test_the_old_version_takes_the_place_of_the_new_one_and_goes_with_it(delivered, way, request):
    if way == "by renaming":
        request.getfixturevalue("by_renaming")
    with reserve(delivered) as place:
        publish(write_version(place / "delivered", "new"), delivered)
        assert read_version(delivered) == "new"
        assert read_version(place / "delivered") == "old"
        assert names(delivered.parent) == {CUT, ".first.lock", place.name}
    assert names(delivered.parent) == {CUT}


def test_two_folders_are_exchanged_in_one_step(tmp_path):
    """What this system can: on Linux and macOS, on the file systems in common use."""
    first, second = write_version(tmp_path / "first", "old"), write_version(tmp_path / "second", "new")
    if not publishing._exchange(first, second):
        pytest.skip("this file system cannot exchange folders")
    assert (read_version(first), read_version(second)) == ("new", "old")


@pytest.mark.skipif(sys.platform != "linux", reason="numbers of Linux")
def test_a_c_library_without_the_function_is_no_hindrance(tmp_path, monkeypatch):
    """Without renameat2 in the C library the kernel is called by number, and on other processors by nobody."""
    first, second = write_version(tmp_path / "first", "old"), write_version(tmp_path / "second", "new")
    syscall = ctypes.CDLL(None).syscall
    can = publishing._exchange(first, second)
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace(syscall=syscall))
    assert publishing._exchange(first, second) is (can and platform.machine() in publishing._RENAMEAT2)
    monkeypatch.setattr(platform, "machine", lambda: "another")
    assert publishing._exchange(first, second) is False


@pytest.mark.usefixtures("by_renaming")
def test_what_cannot_be_replaced_stays(delivered, tmp_path):
    """The new version is not there to be renamed: the old one, moved away already, is put back."""
    with pytest.raises(UsageError, match=r"the report in .*first cannot be replaced: No such file"):
        publish(tmp_path / "nothing", delivered)
    assert read_version(delivered) == "old"
    assert names(delivered.parent) == {CUT}


# Killed in the middle of the exchange.

EXCHANGES = """
import os, shutil, signal, sys
from pathlib import Path
from helpers.delivery import publishing

folder, new, way, renames = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
if way == "by renaming":
    publishing._exchange = lambda *_: False
rename = Path.rename

def rename_and_count(self, target):
    global renames
    rename(self, target)
    renames -= 1
    if renames == 0:
        os.kill(os.getpid(), signal.SIGKILL)

with publishing.reserve(folder) as place:
    shutil.copytree(new, place / "delivered")
    print("ready", flush=True)
    Path.rename = rename_and_count
    while True:
        publishing.publish(place / "delivered", folder)
"""
"""Exchanges the delivered version and another one for ever, or until so many renames are done."""


def start_exchanging(folder: Path, new: Path, way: str, renames: int = -1) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", EXCHANGES, str(folder), str(new), way, str(renames)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("way", ["in one step", "by renaming"])
def test_an_exchange_killed_at_any_moment_leaves_one_version_whole(delivered, tmp_path, way):
    """In one step nothing need be recovered; by renaming, `recover` finds the folder. The next run goes on at once."""
    others = {"old": write_version(tmp_path / "new", "new"), "new": write_version(tmp_path / "old", "old")}
    if way == "in one step" and not publishing._exchange(*others.values()):
        pytest.skip("this file system cannot exchange folders")
    others = {read_version(folder): folder for folder in others.values()}
    moments = random.Random(20)
    for _ in range(KILLS):
        other = "new" if read_version(delivered) == "old" else "old"
        process = start_exchanging(delivered, others[other], way)
        time.sleep(moments.uniform(0, 0.02))
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        if way == "by renaming":
            recover(delivered)
        assert read_version(delivered) in ("old", "new")
    with reserve(delivered) as place:
        publish(write_version(place / "delivered", "last"), delivered)
    assert read_version(delivered) == "last"
    assert names(delivered.parent) == {CUT}


@pytest.mark.parametrize(("renames", "missing", "version"), [(1, True, "old"), (2, False, "new"), (3, False, "new")])
def test_an_exchange_by_renaming_is_whole_after_each_rename(delivered, tmp_path, renames, missing, version):
    """Killed after the first rename, the old version stands under another name; then the new one is in place."""
    process = start_exchanging(delivered, write_version(tmp_path / "new", "new"), "by renaming", renames)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert delivered.exists() is not missing
    recover(delivered)
    assert read_version(delivered) == version
    with reserve(delivered):
        assert read_version(delivered) == version
    assert names(delivered.parent) == {CUT}


def test_the_state_of_a_cut_is_told_after_recovery(write_study, tmp_path):
    """`blina-dli cuts` and the index find what a killed run had moved away."""
    study = read_study(str(write_study()))
    folder = write_version(tmp_path / "reports" / STUDY / ".first.old", "old").with_name(CUT)
    assert describe_state(study, study.cuts[0], tmp_path / "reports") == "stale"
    assert read_version(folder) == "old"
    assert names(folder.parent) == {CUT}


# One run of a cut at a time.


def test_a_cut_is_reserved_once_and_free_again_afterwards(delivered, monkeypatch):
    monkeypatch.setattr(publishing, "PATIENCE", 0.1)
    with reserve(delivered):
        with pytest.raises(UsageError, match=r"^cut 'first' of tiny is being built by another run$"):
            reserve(delivered).__enter__()
        with reserve(delivered.with_name("second")):
            pass
    with reserve(delivered):
        pass
    assert names(delivered.parent) == {CUT}


def test_a_run_at_work_is_not_recovered_from(delivered):
    """Between its two renames the folder is missing, but not lost."""
    with reserve(delivered):
        delivered.rename(delivered.with_name(".first.old"))
        recover(delivered)
        assert not delivered.exists()
    recover(delivered)
    assert read_version(delivered) == "old"


def test_only_what_killed_runs_of_this_cut_left_is_removed(delivered):
    """The cut "first-2" is another cut, whose runs build in folders that begin the same."""
    gone = {".first-ab12_xyz", ".first-old", ".first.old"}
    kept = {".first-2-ab12_xyz", ".first-2.old", "first-2", "first.failed", "second", ".second-ab12_xyz"}
    for name in gone | kept:
        write_version(delivered.with_name(name), "another")
    delivered.with_name(".first-notes").write_text("a file", "utf-8")
    shutil.rmtree(delivered.with_name(".first-old"))
    with reserve(delivered):
        pass
    assert names(delivered.parent) == kept | {CUT, ".first-notes"}
    assert read_version(delivered) == "old"


# The command itself: a copy of the project with one small chapter, so that a run takes seconds.

CHAPTER = """
# %% [markdown]
# # Patients

# %% tags=["parameters"]
study = "none"
cut = "none"
audience = "none"

# %%
import time
from pathlib import Path

Path(study, ".started").touch()
while Path(study, ".wait").exists():
    time.sleep(0.02)
print(Path(study, "raw", "patient_listing.csv").read_text("utf-8"))
"""


class Command:
    """``python -m helpers run`` of the small study by the copied project."""

    def __init__(self, project: Path, study: Path) -> None:
        self.study, self.reports = study, project / "reports"
        self.folder = self.reports / STUDY / CUT
        self.environment = {**os.environ, "PYTHONPATH": str(project / "src")}
        self.killed: list[subprocess.Popen[str]] = []
        self.orphans: list[psutil.Process] = []

    def start(self, reports: Path | None = None) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "helpers", "run", str(self.study), "--to", "html", "--renderer", "embedded"]
        return subprocess.Popen(
            [*command, "--out", str(reports or self.reports)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
            start_new_session=True,
        )

    def run(self, reports: Path | None = None) -> str:
        process = self.start(reports)
        said = process.communicate()[1]
        assert process.returncode == 0, said
        return said

    def kill(self, process: subprocess.Popen[str], with_kernels: bool = True) -> bool:
        """Kill the run and nothing else: what it started is left to itself. False where it had ended before."""
        if with_kernels:
            self.orphans += psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()  # and not communicate(), which also waits for kernels: they hold the pipes
        self.killed.append(process)
        return process.returncode == -signal.SIGKILL

    def write_patients(self, count: int) -> None:
        lines = ["patient", *(str(number + 1) for number in range(count))]
        (self.study / "raw" / "patient_listing.csv").write_text("\n".join(lines) + "\n", "utf-8")


@pytest.fixture
def command(tmp_path, write_study) -> Iterator[Command]:
    project = tmp_path / "project"
    (project / "notebooks").mkdir(parents=True)
    (project / "notebooks" / "01_patients.py").write_text(CHAPTER, "utf-8")
    shutil.copytree(ROOT / "src", project / "src")
    for file in (BIBLIOGRAPHY, DICTIONARY, QUARTO_CONFIG):
        (project / file.relative_to(ROOT)).parent.mkdir(exist_ok=True)
        shutil.copy(file, project / file.relative_to(ROOT))
    command = Command(project, write_study())
    yield command
    _, alive = psutil.wait_procs(command.orphans, timeout=5)
    for orphan in alive:
        orphan.kill()
    for process in command.killed:
        process.communicate(timeout=60)


def wait_until(condition, process: subprocess.Popen[str], pause: float = 0.0) -> None:
    """Until the run has come so far, or ends, or does not come so far in a minute."""
    deadline = time.monotonic() + 60
    while not condition() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(pause)


def test_a_run_killed_at_any_moment_leaves_the_old_report_or_the_new_one(command):
    """Of the twenty kills ten fall anywhere in the run, five after its chapters, five while it publishes.
    The data change whenever a version has been delivered, so that each run has another one to deliver.
    """
    versions, lengths = [], []
    for patients in (2, 3):
        command.write_patients(patients)
        started = time.monotonic()
        reports = command.reports.with_name(f"of-{patients}")
        assert "1 chapters" in command.run(reports)
        lengths.append(time.monotonic() - started)
        versions.append(read_complete(reports / STUDY / CUT))
    assert versions[0]["report.html"] != versions[1]["report.html"]
    command.reports.with_name("of-2").rename(command.reports)
    command.folder.with_name("first.failed").mkdir()

    moments, kills = random.Random(20), 0
    while kills < KILLS:
        part = ("anywhere", "rendering", "anywhere", "publishing")[kills % 4]
        command.write_patients(2 if read_complete(command.folder) == versions[1] else 3)
        started = time.monotonic()
        process = command.start()
        if part == "anywhere":
            time.sleep(moments.uniform(0, min(lengths)))
        else:
            assert any("rendering" in line for line in process.stderr)
        if part == "rendering":
            time.sleep(moments.uniform(0, 0.2 * min(lengths)))
        if part == "publishing":
            wait_until(lambda: list(command.folder.parent.glob(".first-*/delivered/report.html")), process)
            time.sleep(moments.uniform(0, 0.012))  # it takes about 6 ms from the document to the exchange
        if command.kill(process, with_kernels=part == "anywhere"):
            kills += 1
        else:  # too late, on a machine that is faster now
            lengths.append(0.9 * (time.monotonic() - started))
        assert read_complete(command.folder) in versions

    command.write_patients(3)
    command.run()
    assert read_complete(command.folder) == versions[1]
    assert hidden(command.folder) == set()
    assert not command.folder.with_name("first.failed").exists()


def test_two_runs_at_once(command):
    """The second is told so and exits with 2. Killed, the first lets go of the cut, its kernel ends by itself, and the
    next run is as if nothing had been; one that finds the report current removes what others left, too.
    """
    (command.study / ".wait").touch()
    first = command.start()
    wait_until((command.study / ".started").exists, first, pause=0.02)
    second = command.start()
    assert "blina-dli: cut 'first' of tiny is being built by another run\n" in second.communicate()[1]
    assert second.returncode == 2
    (kernel,) = (child for child in psutil.Process(first.pid).children() if "ipykernel_launcher" in child.cmdline())
    command.kill(first)
    assert first.returncode == -signal.SIGKILL
    _, alive = psutil.wait_procs([kernel], timeout=20)
    assert [orphan for orphan in alive if orphan.status() != psutil.STATUS_ZOMBIE] == []
    assert len(hidden(command.folder)) == 2
    (command.study / ".wait").unlink()
    assert "1 chapters" in command.run()
    assert hidden(command.folder) == set()
    delivered = read_complete(command.folder)
    write_version(command.folder.with_name(".first-left_ove"), "another")
    assert "current, nothing to do" in command.run()
    assert hidden(command.folder) == set()
    assert read_complete(command.folder) == delivered
