"""A verification passes on a fresh build, and otherwise names what differs first.

The project's own command is tried on a copy of the project, in which every file may be changed. What needs neither a
kernel nor a renderer is tried in this process, on reports without chapters.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

import helpers.delivery.provenance as provenance
import helpers.delivery.report as report
import helpers.delivery.verification as verification
import helpers.study.program as program
from datasets.ten_patients.folder import CUT, change_raw, write_study
from helpers.delivery.cli import main
from helpers.delivery.file_differences import Place, find_first_difference
from helpers.delivery.rendering import RenderError
from helpers.delivery.report import Order, build_report
from helpers.delivery.runner import ChapterError
from helpers.delivery.seal import Kind, Verification
from helpers.delivery.verification import verify_report
from helpers.study.paths import ROOT
from helpers.study.program import sum_of
from helpers.study.reading import read_cut, read_study

BEFORE = "2024-06-30"
STUDY = "zhengzhou"
FEW = {"variables": ["DISSTAT"], "outcomes": [], "occurrences": ["INFECT"], "later_states": [],
       "endpoints": ["OS"], "benchmarks": []}  # fmt: skip
CHAPTER = """# %% [markdown]
# # Patients {#sec-patients}

# %% tags=["parameters"]
study = "tsvetkova2022"
cut = "published"
audience = "coauthors"
colour = "red"

# %%
#| include: false
from helpers.display import tables
from helpers.results.cut import open_cut

# %%
#| label: tbl-exposure
#| tbl-cap: Characteristics
tables.make_table_exposure(open_cut(study, cut, audience))
"""


def change(file: Path, old: bytes, new: bytes) -> None:
    """Change the one place of a file that reads like this."""
    content = file.read_bytes()
    assert content.count(old) == 1
    file.write_bytes(content.replace(old, new))


@contextmanager
def changed(file: Path, old: bytes, new: bytes) -> Iterator[None]:
    content = file.read_bytes()
    change(file, old, new)
    try:
        yield
    finally:
        file.write_bytes(content)


# The command a user runs, on a copy of the project.


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """The project with one short chapter and the ten patients for its study, and their report delivered."""
    root = tmp_path_factory.mktemp("copied") / "project"
    shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("_quarto.yml", "references.bib", "data/dictionary.csv"):
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    (root / "notebooks").mkdir()
    (root / "notebooks" / "01_patients.py").write_text(CHAPTER, "utf-8")
    (root / "data" / STUDY).mkdir()
    write_study(root / "data" / STUDY, keep=FEW)
    done = run(root, "run", STUDY, "--to", "html", "--renderer", "embedded", "-p", "colour=blue")
    assert done.returncode == 0, done.stderr
    return root


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "helpers", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_fresh_build_is_verified_wherever_its_study_lies(project, tmp_path):
    """The chapters of the rebuild are told another path; nothing in the reports folder is touched."""
    moved = tmp_path / "my study"
    shutil.copytree(project / "data" / STUDY, moved)
    before = contents(project / "reports")
    done = run(project, "verify", str(moved), "--cut", CUT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{STUDY}, {CUT}: verified: 14 inputs, ")
    assert done.stdout.endswith(f"{len(before) - 2} outputs equal after a rebuild\n")  # all but index and manifest
    assert "01_patients" in done.stderr
    assert contents(project / "reports") == before
    notebook = json.loads(before[f"{STUDY}/{CUT}/notebooks/01_patients.ipynb"])
    assert 'colour = "blue"\n' in [line for cell in notebook["cells"] for line in cell["source"]]


def test_the_command_names_one_changed_byte(project):
    with changed(project / "data" / STUDY / "raw" / "followup.csv", b"T04,2025-08-15", b"T04,2025-08-16"):
        done = run(project, "verify", STUDY)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "01_patients" not in done.stderr  # nothing was built
    assert done.stderr.splitlines()[-2:] == [
        f"blina-dli: {STUDY}, {CUT}: stale because of the data: data/{STUDY}/raw/followup.csv, row 5, patient T04, "
        "column last_contact_date: was '2025-08-15', is now '2025-08-16'",
        "  'blina-dli run' would rebuild it from what is there now",
    ]


def take_files_of(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process take the files of the copied project to be its own, whatever is edited meanwhile."""
    for module, name, place in (
        (program, "ROOT", "."),
        (program, "NOTEBOOKS", "notebooks"),
        (program, "PACKAGE", "src/helpers"),
        (provenance, "ROOT", "."),
        (provenance, "DICTIONARY", "data/dictionary.csv"),
        (provenance, "BIBLIOGRAPHY", "references.bib"),
        (provenance, "QUARTO_CONFIG", "_quarto.yml"),
    ):
        monkeypatch.setattr(module, name, project / place)


@pytest.fixture
def verify_project(project, monkeypatch) -> Callable[[], Verification]:
    """Verify the report of the copied project in this process."""
    take_files_of(project, monkeypatch)
    study = read_study(str(project / "data" / STUDY))
    return lambda: verify_report(study, read_cut(study, CUT), project / "reports")


DELIVERED = f"reports/{STUDY}/{CUT}"
CULPRITS = {
    "raw table": (
        f"data/{STUDY}/raw/patients.csv",
        (b"T03,2024-02-27,25,Male", b"T03,2024-02-27,26,Male"),
        (Kind.DATA, "row 4, patient T03, column age_years", "'25'", "'26'"),
    ),
    "writing of a raw table": (
        f"data/{STUDY}/raw/patients.csv",
        (b"2024-01-01\nT02", b"2024-01-01\r\nT02"),
        (Kind.DATA, "byte 429, line 2", "0x0a", "0x0d"),
    ),
    "study.yml": (
        f"data/{STUDY}/study.yml",
        (f"label: as of {CUT}".encode(), f"label: As of {CUT}".encode()),
        (Kind.STUDY, "line 32", "'  label: as of 2025-06-30'", "'  label: As of 2025-06-30'"),
    ),
    "dictionary": ("data/dictionary.csv", (b"table,variable", b"table,Variable"), (Kind.CONFIGURATION, "SHA-256")),
    "title page": ("_quarto.yml", (b"toc-depth", b"toc-Depth"), (Kind.CONFIGURATION, "SHA-256")),
    "chapter": ("notebooks/01_patients.py", (b"# Patients {", b"# patients {"), (Kind.CHAPTER, "SHA-256")),
    "helper": (
        "src/helpers/statistics/proportions.py",
        (b"def estimate_proportion(", b"def estimate-proportion("),
        (Kind.CODE, "SHA-256"),
    ),
    "results": (
        f"{DELIVERED}/results.csv",
        (b",SAFFL,,,CUMDOSE1,,max,658.98", b",SAFFL,,,CUMDOSE1,,max,658.99"),
        (Kind.DELIVERED, "row 11, continuous SAFFL CUMDOSE1 max, column value", "'658.98'", "'658.99'"),
    ),
    "dataset": (
        f"{DELIVERED}/adam/adsl.csv",
        (b"2024-08-19,2024-08-19,MRD", b"2024-08-19,2024-08-18,MRD"),
        (Kind.DELIVERED, "row 3, patient T02, column LSTALVDT", "'2024-08-19'", "'2024-08-18'"),
    ),
    "displayed table": (
        f"{DELIVERED}/tables/exposure-SYNTHETIC.csv",
        (b"Donor lymphocyte infusions,1 (0", b"Donor lymphocyte infusions,1 (1"),
        (
            Kind.DELIVERED,
            "row 5, column All patients (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}8)",
            "'1 (0–2)'",
            "'1 (1–2)'",
        ),
    ),
    "copy of a raw table": (
        f"{DELIVERED}/inputs/raw/patients.csv",
        (b"T03,2024-02-27,25,Male", b"T03,2024-02-27,26,Male"),
        (Kind.DELIVERED, "row 4, patient T03, column age_years", "'25'", "'26'"),
    ),
    "document": (f"{DELIVERED}/report.html", (b"<!DOCTYPE", b"<!DOCTYpE"), (Kind.DELIVERED, "SHA-256")),
}


@pytest.mark.parametrize(("name", "bytes_", "expected"), CULPRITS.values(), ids=CULPRITS)
def test_one_changed_byte_is_named(project, verify_project, name, bytes_, expected):
    with changed(project / name, *bytes_):
        found = verify_project()
    (difference,) = found.differences
    place = difference.place
    assert difference.name == name.removeprefix(f"{DELIVERED}/")
    assert (difference.kind, place.where, place.before, place.after)[: len(expected)] == expected
    if len(expected) == 2:
        assert len(place.before) == len(place.after) == 17
        assert place.before != place.after
    verdict = "changed after its delivery" if expected[0] is Kind.DELIVERED else f"stale because of the {expected[0]}"
    assert str(found).startswith(f"{STUDY}, {CUT}: {verdict}: {difference.name}, {place.where}: was {place.before}, ")
    assert str(found).splitlines()[-1].startswith("  'blina-dli run' would ")


# Without chapters and documents: what is compared, in which order, and what is said.


class StandIn:
    """A renderer that writes the name of the format, or fails."""

    name, version = "stand-in", "stand-in 1"

    def __init__(self, error: RenderError | None = None) -> None:
        self.error = error

    def render(self, folder: Path, formats: tuple[str, ...]) -> dict[str, Path]:
        if self.error:
            raise self.error
        documents = {to: folder / f"report.{to}" for to in formats}
        for to, document in documents.items():
            document.write_text(to, "utf-8")
        return documents


def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Execute and render nothing."""
    monkeypatch.setattr(report, "execute_chapters", lambda *_: [])
    for module in (report, verification):
        monkeypatch.setattr(module, "choose_renderer", lambda _: StandIn())


@pytest.fixture(scope="module")
def two_reports(project, tmp_path_factory) -> Path:
    """A study with its reports at two cuts."""
    folder = tmp_path_factory.mktemp("two")
    (folder / STUDY).mkdir()
    study = write_study(folder / STUDY, (BEFORE, CUT), FEW)
    with pytest.MonkeyPatch.context() as monkeypatch:
        take_files_of(project, monkeypatch)
        stand_in(monkeypatch)
        for cut in (BEFORE, CUT):
            build_report(Order(str(study), cut, ("html", "docx"), out=folder / "reports"))
    return folder


@pytest.fixture
def place(project, two_reports, tmp_path, monkeypatch) -> Path:
    """A copy of the study and its reports."""
    take_files_of(project, monkeypatch)
    stand_in(monkeypatch)
    return Path(shutil.copytree(two_reports, tmp_path / "place"))


def verify(place: Path, cut: str = CUT) -> Verification:
    study = read_study(str(place / STUDY))
    return verify_report(study, read_cut(study, cut), place / "reports")


def name_culprit(place: Path) -> tuple[Kind, str, Place]:
    culprit = verify(place).differences[0]
    return culprit.kind, culprit.name, culprit.place


def delivered(place: Path, name: str = "") -> Path:
    return place / "reports" / STUDY / CUT / name


def change_manifest(place: Path, **changes: object) -> None:
    file = delivered(place, "manifest.json")
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **changes}), "utf-8")


def test_untouched_reports_are_verified(place):
    before = contents(place)
    assert verify(place, BEFORE).differences == ()
    result = CliRunner().invoke(main, ["verify", str(place / STUDY), "--out", str(place / "reports")])
    assert result.exit_code == 0
    assert contents(place) == before
    assert result.stdout.startswith(f"{STUDY}, {CUT}: verified: 15 inputs, ")


def test_data_come_first_then_what_is_further_from_them(place, monkeypatch):
    monkeypatch.setattr(provenance, "list_packages", dict)
    change_raw(place / STUDY, "response", 2, morphology="CRi")
    change(place / STUDY / "study.yml", b"\ntitle: ", b"\ntitle: A ")
    delivered(place, "report.docx").unlink()
    found = verify(place)
    kinds = [difference.kind for difference in found.differences]
    assert kinds == sorted(kinds, key=list(Kind).index)
    assert list(dict.fromkeys(kinds)) == [Kind.DATA, Kind.STUDY, Kind.PACKAGE, Kind.DELIVERED]
    lines = str(found).splitlines()
    assert lines[0] == (
        f"{STUDY}, {CUT}: stale because of the data: data/{STUDY}/raw/response.csv, row 3, patient T01, "
        "column morphology: was 'CR', is now 'CRi'"
    )
    assert lines[1].startswith(f"  also study.yml: data/{STUDY}/study.yml, line 2: was 'title: ")
    assert lines[-2] == f"  and {len(kinds) - 6} more"


def test_raw_tables_that_come_or_go_are_named(place):
    (place / STUDY / "raw" / "labs.csv").unlink()
    (place / STUDY / "raw" / "zoo.csv").write_text("patient\n", "utf-8")
    assert [str(difference) for difference in verify(place).differences] == [
        f"data/{STUDY}/raw/labs.csv: was there, is now missing",
        f"data/{STUDY}/raw/zoo.csv: was missing, is now there",
    ]


def test_an_edited_copy_of_the_inputs_accuses_no_cell(place):
    change_raw(place / STUDY, "response", 2, morphology="CRi")
    change(delivered(place, "inputs/raw/response.csv"), b"T02,2024-02-12", b"T02,2024-02-13")
    kind, name, found = name_culprit(place)
    assert (kind, name, found.where) == (Kind.DATA, f"data/{STUDY}/raw/response.csv", "SHA-256")


def test_package_program_and_renderer_are_named(place, monkeypatch):
    packages = json.loads(delivered(place, "manifest.json").read_text("utf-8"))["packages"]
    numpy = packages["numpy"]
    with monkeypatch.context() as patch:
        patch.setattr(provenance, "list_packages", lambda: {**packages, "numpy": "0.1"})
        assert name_culprit(place) == (Kind.PACKAGE, "numpy", Place("", numpy, "0.1"))
        assert f"stale because of the package version: numpy: was {numpy}, is now 0.1" in str(verify(place))
    with monkeypatch.context() as patch:
        patch.setattr(provenance, "metadata", SimpleNamespace(version=lambda _: "9.9"))
        kind, name, found = name_culprit(place)
        assert (kind, name) == (Kind.PACKAGE, "blina-dli")
        assert found.after.startswith("blina-dli 9.9 (code ")
    with monkeypatch.context() as patch:
        patch.setattr(StandIn, "version", "stand-in 2")
        assert name_culprit(place) == (Kind.RENDERER, "--renderer auto", Place("", "stand-in 1", "stand-in 2"))

    def refuse(_: str) -> StandIn:
        raise RenderError("quarto", "", "the command quarto was not found")

    monkeypatch.setattr(verification, "choose_renderer", refuse)
    assert name_culprit(place)[2].after == "missing (the command quarto was not found)"


def test_the_report_of_the_cut_before_is_an_input(place):
    name, earlier = f"reports/{STUDY}/{BEFORE}", place / "reports" / STUDY / BEFORE
    change(earlier / "adam" / "adsl.csv", b"2024-01-01", b"2024-01-02")
    kind, found, difference = name_culprit(place)
    assert (kind, found, difference.where) == (Kind.EARLIER, name, "the report of the cut before, SHA-256")
    assert difference.after.endswith(f"({earlier / 'adam' / 'adsl.csv'} was changed after the report was delivered)")
    shutil.rmtree(earlier)
    assert name_culprit(place) == (Kind.EARLIER, name, Place("the report of the cut before", "there", "missing"))


def test_files_that_are_missing_or_added_are_named(place):
    delivered(place, "report.docx").unlink()
    delivered(place, "adam/manifest.json").write_text("{}", "utf-8")
    assert [str(difference) for difference in verify(place).differences] == [
        "adam/manifest.json: was missing, is now there",
        "report.docx: was there, is now missing",
    ]


def test_rows_that_are_taken_out_or_put_in_are_named(place):
    file = delivered(place, "adam/adsl.csv")
    rows = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join([*rows[:3], *rows[4:]]), "utf-8")
    (difference,) = verify(place).differences
    assert str(difference).startswith("adam/adsl.csv, row 4, patient T03: was 'zhengzhou,T03,")
    assert str(difference).endswith("', is now missing")
    file.write_text("".join([*rows[:3], rows[3].replace("T03", "T99"), *rows[3:]]), "utf-8")
    (difference,) = verify(place).differences
    assert str(difference).startswith("adam/adsl.csv, row 4, patient T99: was missing, is now 'zhengzhou,T99,")


def test_a_changed_change_is_named(place):
    """What changed since the cut before is told from both cuts anew, only where that file was touched."""
    row = b"number,,,,count,,,FLOW=treated,,n,,,6,%d,2"
    change(delivered(place, "changes.csv"), row % 8, row % 9)
    assert name_culprit(place) == (Kind.DELIVERED, "changes.csv", Place("row 6, column new", "'8'", "'9'"))


def tamper(place: Path, name: str, old: bytes, new: bytes) -> None:
    """Change a delivered file and its sum in the seal: nothing but a rebuild can notice."""
    change(delivered(place, name), old, new)
    outputs = json.loads(delivered(place, "manifest.json").read_text("utf-8"))["outputs"]
    change_manifest(place, outputs={**outputs, name: sum_of(delivered(place, name).read_bytes())})


def test_a_file_tampered_with_together_with_its_sum_is_found_by_the_rebuild(place):
    tamper(place, "report.html", b"html", b"HTML")
    tamper(place, "results.csv", b",SAFFL,,,CUMDOSE1,,max,658.98", b",SAFFL,,,CUMDOSE1,,max,558.98")
    result = CliRunner().invoke(main, ["verify", str(place / STUDY), "--out", str(place / "reports"), "--jobs", "1"])
    assert result.exit_code == 1
    assert result.stdout == ""
    said = result.stderr.splitlines()
    assert said[-3] == (
        f"blina-dli: {STUDY}, {CUT}: not reproduced: results.csv, row 11, continuous SAFFL CUMDOSE1 max, column value: "
        "'558.98' as delivered, '658.98' when built again"
    )
    assert said[-2].startswith("  also rebuilt output: report.html, SHA-256: ")


def test_a_rebuild_that_delivers_other_files_or_another_seal_is_noticed(place):
    outputs = json.loads(delivered(place, "manifest.json").read_text("utf-8"))["outputs"]
    delivered(place, "note.txt").write_text("a note", "utf-8")
    change_manifest(place, outputs={**outputs, "note.txt": sum_of(b"a note")}, rendered_with="another")
    assert [str(difference) for difference in verify(place).differences] == [
        "manifest.json, rendered_with: 'another' as delivered, 'stand-in 1' when built again",
        "note.txt: there as delivered, missing when built again",
    ]


def test_a_rebuild_that_fails_is_a_failed_verification(place, monkeypatch):
    error = RenderError("stand-in", "html", "the engine said no")
    monkeypatch.setattr(report, "choose_renderer", lambda _: StandIn(error))
    assert str(verify(place, BEFORE).differences[0]) == (
        "documents, html: rendered as delivered, failing (the engine said no) when built again"
    )

    def fail(*arguments: object) -> list[Path]:
        folder = arguments[2]
        assert isinstance(folder, Path)
        (folder / "02.ipynb").write_text("{}", "utf-8")
        raise ChapterError("04_endpoints", 7, folder / "02.ipynb", "ZeroDivisionError: division by zero")

    monkeypatch.setattr(report, "execute_chapters", fail)
    assert str(verify(place, BEFORE).differences[0]) == (
        "notebooks/04_endpoints.ipynb, cell 7: executed as delivered, failing (ZeroDivisionError: division by zero) "
        "when built again"
    )


def test_what_was_asked_for_is_asked_again(place, monkeypatch):
    orders = []
    monkeypatch.setattr("helpers.delivery.rebuilding.build_report", lambda order, _: orders.append(order) or 1 / 0)
    asked = json.loads(delivered(place, "manifest.json").read_text("utf-8"))["asked"]
    change_manifest(place, asked={**asked, "renderer": "embedded", "landmark": 6, "colour": None})
    with pytest.raises(ZeroDivisionError):
        verify(place)
    (order,) = orders
    assert not order.out.is_relative_to(place)
    assert replace(order, out=Path()) == Order(
        study=str(place / STUDY),
        cut=CUT,
        formats=("docx", "html"),
        renderer="embedded",
        out=Path(),
        earlier=place / "reports",
        force=True,
        parameters={"landmark": 6, "colour": None},
    )


DAMAGED = {
    "no JSON": ("{", "was readable, is now not (Invalid JSON"),
    "not a manifest": ('{"asked": {}}', "manifest.json, asked.study: was readable, is now not (Field required)"),
    "missing": (None, "manifest.json: was there, is now missing"),
}


@pytest.mark.parametrize(("text", "said"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_manifest_is_a_failed_verification(place, text, said):
    delivered(place, "manifest.json").unlink()
    if text is not None:
        delivered(place, "manifest.json").write_text(text, "utf-8")
    assert f"{STUDY}, {CUT}: changed after its delivery: manifest.json" in str(verify(place))
    assert said in str(verify(place))


def test_the_manifest_of_another_report_is_a_failed_verification(place):
    shutil.copy(place / "reports" / STUDY / BEFORE / "manifest.json", delivered(place))
    assert str(verify(place).differences[0]) == (
        f"manifest.json, asked: was that of {STUDY}, {CUT}, is now that of {STUDY}, {BEFORE}"
    )


def test_what_is_not_delivered_is_wrong_usage(place):
    shutil.rmtree(delivered(place))
    command = ["verify", str(place / STUDY), "--out", str(place / "reports")]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2
    assert result.stderr.endswith(f"no report of {STUDY}, {CUT} in {place / 'reports'}; delivered: {BEFORE}\n")
    assert CliRunner().invoke(main, [*command, "--cut", "later"]).exit_code == 2


PLACES = {
    "a mark before the first byte": ("a.csv", b"p\n1\n", b"\xef\xbb\xbfp\n1\n", ("byte 1, line 1", "0x70", "0xef")),
    "an end without a line's end": ("a.csv", b"p\n1\n", b"p\n1", ("byte 4, line 2", "0x0a", "the end")),
    "a column's name": ("a.csv", b"p,q\n1,2\n", b"p,r\n1,2\n", ("row 1, column 2", "'q'", "'r'")),
    "a cell that is now empty": ("a.csv", b"p,q\n1,2\n", b"p,q\n1,\n", ("row 2, column q", "'2'", "empty")),
    "a cell too few": ("a.csv", b"p,q\n1,2\n", b"p,q\n1\n", ("row 2, column q", "'2'", "missing")),
    "a last row": ("a.csv", b"p\n1\n", b"p\n1\n2\n", ("row 3", "missing", "'2'")),
    "not UTF-8": ("a.csv", b"p\n1\n", b"p\n\xff\n", ("byte 3, line 2", "0x31", "0xff")),
    "nothing left": ("a.csv", b"p\n1\n", b"", ("row 1", "'p'", "missing")),
    "a line put in": ("a.yml", b"a: 1\nb: 2\n", b"a: 1\nc: 3\nb: 2\n", ("line 2", "missing", "'c: 3'")),
    "a long line": ("a.yml", b"x" * 99, b"x" * 98 + b"y", ("line 1", f"'…{'x' * 60}'", f"'…{'x' * 59}y'")),
    "ends of lines": ("a.yml", b"a: 1\n", b"a: 1\r\n", ("byte 5, line 1", "0x0a", "0x0d")),
}


@pytest.mark.parametrize(("name", "before", "after", "expected"), PLACES.values(), ids=PLACES)
def test_the_first_difference_of_two_files(name, before, after, expected):
    assert find_first_difference(name, before, after) == Place(*expected)
