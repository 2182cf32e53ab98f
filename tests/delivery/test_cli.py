"""The command line: exit codes, one clear message, and the last good report stays (DESIGN 9).

Only one test starts a kernel; where a run is not what is tested, the chapters are not executed.
"""

import gc
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import helpers.delivery.report as report
from helpers.delivery.chapters import list_chapters
from helpers.delivery.cli import main
from helpers.delivery.rendering import RenderError
from helpers.study.errors import UsageError

COHORT = "tsvetkova2022"


class StandIn:
    """A renderer that writes the names of the formats, or fails."""

    name, version = "stand-in", "stand-in 1"

    def __init__(self, error=None):
        self.error = error

    def render(self, project, formats):
        if self.error:
            raise self.error
        documents = {to: project / f"report.{to}" for to in formats}
        for to, document in documents.items():
            document.write_text(to, "utf-8")
        return documents


@pytest.fixture
def out(tmp_path):
    """A reports folder with a delivered report, made up."""
    folder = tmp_path / "out"
    delivered = folder / COHORT / "published"
    (delivered / "adam").mkdir(parents=True)
    for name in ("report.html", "report.pdf", "results.csv", "adam/adsl.csv", "manifest.json"):
        (delivered / name).write_text(f"the last good {name}", "utf-8")
    return folder


@pytest.fixture
def run(out):
    """Run a command into the reports folder; a traceback is a failure of the test."""

    def invoke(*arguments):
        result = CliRunner().invoke(main, [*map(str, arguments), "--out", str(out)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    return invoke


@pytest.fixture
def without_chapters(monkeypatch):
    """Nothing is executed and nothing rendered: data, provenance, manifest and publishing are as ever."""
    monkeypatch.setattr(report, "execute_chapters", lambda *_: [])
    monkeypatch.setattr(report, "choose_renderer", lambda _: StandIn())


def contents(folder):
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


WRONG_USAGE = {
    "study": (["no-such-study"], ["unknown study 'no-such-study'", COHORT]),
    "cut": ([COHORT, "--cut", "later"], ["unknown cut of tsvetkova2022 'later'", "published"]),
    "format": ([COHORT, "--to", "html,latex"], ["unknown format 'latex'", "docx, html, pdf"]),
    "no format": ([COHORT, "--to", ","], ["unknown format ''", "docx, html, pdf"]),
    "renderer": ([COHORT, "--renderer", "latex"], ["'latex'", "'auto', 'quarto', 'embedded'"]),
    "audience": ([COHORT, "--audience", "press"], ["unknown audience 'press'", "coauthors, public"]),
    "parameter": (
        [COHORT, "-p", "colour=red"],
        ["unknown notebook parameter 'colour'", "audience, cut, study"],
    ),
    "parameter without a value": ([COHORT, "-p", "colour"], ["'colour' is not written NAME=VALUE"]),
    "cut and all cuts": ([COHORT, "--cut", "published", "--all-cuts"], ["exclude each other"]),
    "jobs": ([COHORT, "--jobs", "0"], ["0", "x>=1"]),
    "option": ([COHORT, "--colour"], ["--colour"]),
    "no study": ([], ["STUDY"]),
}


@pytest.mark.parametrize(("arguments", "said"), WRONG_USAGE.values(), ids=WRONG_USAGE)
def test_wrong_usage_is_exit_2_and_names_what_exists(run, out, arguments, said):
    before = contents(out)
    result = run("run", *arguments)
    assert result.exit_code == 2
    for words in said:
        assert words in result.output
    assert contents(out) == before


def test_a_study_that_declares_what_does_not_fit_is_exit_2(run, out, cohort_copy):
    file = cohort_copy / "study.yml"
    file.write_text(file.read_text("utf-8").replace("strata: [DISSTAT]", "strata: [SEX]"), "utf-8")
    before = contents(out)
    result = run("run", cohort_copy)
    assert result.exit_code == 2
    assert "stratum SEX is not a declared categorical variable" in result.output
    assert contents(out) == before


def test_a_claim_that_points_nowhere_is_exit_2(run, out, cohort_copy):
    file = cohort_copy / "published.yml"
    file.write_text(file.read_text("utf-8").replace("param: MRDRESP", "param: MRDREPS", 1), "utf-8")
    before = contents(out)
    result = run("run", cohort_copy)
    assert result.exit_code == 2
    assert "published.yml, claim R21: no such result" in result.output
    assert contents(out) == before


def break_value(folder):
    file = folder / "raw" / "patient_listing.csv"
    row = "5,After cytoreductive chemotherapy for relapse,"
    file.write_text(file.read_text("utf-8").replace(f"{row}0.7", f"{row}seven"), "utf-8")


def break_column(folder):
    file = folder / "raw" / "patient_listing.csv"
    file.write_text(file.read_text("utf-8").replace("best_response", "response", 1), "utf-8")


def break_file(folder):
    (folder / "raw" / "patient_listing.csv").unlink()


DATA_ERRORS = {
    "missing file": (break_file, "error: raw/patient_listing.csv: the file is missing; looked for"),
    "missing column": (
        break_column,
        "error: raw/patient_listing.csv, row 1, column best_response: the column is missing",
    ),
    "value that is no number": (
        break_value,
        "error: raw/patient_listing.csv, row 6, patient 5, column age_years: expected a number (years) (found 'seven')",
    ),
}


@pytest.mark.parametrize(("damage", "said"), DATA_ERRORS.values(), ids=DATA_ERRORS)
@pytest.mark.parametrize("command", ["run", "validate"])
def test_errors_in_the_data_are_exit_1_and_publish_nothing(run, out, cohort_copy, command, damage, said):
    damage(cohort_copy)
    before = contents(out / COHORT / "published")
    publishing = run("run", cohort_copy) if command == "run" else None
    result = publishing or CliRunner().invoke(main, ["validate", str(cohort_copy)])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "the data have 1 error(s)" in result.output
    assert said in result.output
    assert contents(out / COHORT / "published") == before
    if publishing:
        assert said in (out / COHORT / "published.failed" / "error.txt").read_text("utf-8")


CHAPTER = """# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A chapter

# %% tags=["parameters"]
study = "tsvetkova2022"
cut = "published"
audience = "coauthors"

# %%
fine = 1

# %%
fine / 0

# %%
never = 1
"""


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_failing_chapter_is_exit_3_and_keeps_its_notebook(run, out, tmp_path, monkeypatch):
    """The division by zero stands in the fourth cell of the chapter as written, counted from 1."""
    folder = tmp_path / "chapters"
    folder.mkdir()
    (folder / "01_broken.py").write_text(CHAPTER, "utf-8")
    monkeypatch.setattr(report, "list_chapters", lambda: list_chapters(folder))
    monkeypatch.setattr(report, "choose_renderer", lambda _: StandIn())
    before, here = contents(out / COHORT / "published"), Path.cwd()
    result = run("run", COHORT)
    assert Path.cwd() == here
    gc.collect()  # the kernel's client leaves an event loop of its thread open; let it go here and not in another test
    assert result.exit_code == 3
    assert "chapter 01_broken, cell 4: ZeroDivisionError: division by zero" in result.output
    assert contents(out / COHORT / "published") == before
    kept = out / COHORT / "published.failed" / "01_broken.ipynb"
    assert str(kept) in result.output
    assert "ZeroDivisionError" in kept.read_text("utf-8")
    assert {path.name for path in (out / COHORT).iterdir()} == {"published", "published.failed"}


def test_a_renderer_by_name_that_is_missing_is_exit_4(run, out, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    before = contents(out)
    result = run("run", COHORT, "--renderer", "quarto")
    assert result.exit_code == 4
    assert "quarto was not found" in result.output
    assert contents(out) == before


@pytest.mark.usefixtures("without_chapters")
def test_a_rendering_that_fails_is_exit_4_and_leaves_its_message_only(run, out, monkeypatch):
    error = RenderError("stand-in", "pdf", "the engine said no")
    monkeypatch.setattr(report, "choose_renderer", lambda _: StandIn(error))
    before = contents(out / COHORT / "published")
    result = run("run", COHORT)
    assert result.exit_code == 4
    assert "rendering failed (stand-in, pdf): the engine said no" in result.output
    assert contents(out / COHORT / "published") == before
    assert {path.name for path in (out / COHORT).iterdir()} == {"published", "published.failed"}
    assert list(contents(out / COHORT / "published.failed")) == ["error.txt"]


@pytest.mark.usefixtures("without_chapters")
def test_a_report_is_published_whole_in_place_of_the_last_one(run, out):
    """Nothing of the old folder stays; the documents' paths are printed; the failed notebook of an earlier run goes."""
    folder = out / COHORT / "published"
    (out / COHORT / "published.failed").mkdir()
    result = run("run", COHORT, "--to", "pdf,html")
    assert result.exit_code == 0
    assert {"results.csv", "findings.csv", "adam/adtte.csv", "report.pdf", "manifest.json"} <= set(contents(folder))
    assert not any(content.startswith(b"the last good") for content in contents(folder).values())
    assert result.stdout.splitlines() == [str(folder / "report.pdf"), str(folder / "report.html")]
    assert [path.name for path in (out / COHORT).iterdir()] == ["published"]


@pytest.mark.usefixtures("without_chapters")
def test_a_current_report_is_left_alone_until_something_changes(run, out, monkeypatch):
    """DESIGN 9: `--force` builds also where the delivered report is current; `cuts` says what is built and current."""
    assert run("cuts", COHORT).stdout.split()[:4] == ["published", "not", "stated", "stale"]
    run("run", COHORT, "--to", "html")
    before = contents(out)
    assert run("cuts", COHORT).stdout.split()[3] == "current"
    executed = []
    monkeypatch.setattr(report, "execute_chapters", lambda *_: executed.append(1) or [])
    again = run("run", COHORT, "--to", "html")
    assert "current, nothing to do" in again.stderr
    assert again.stdout.splitlines() == [str(out / COHORT / "published" / "report.html")]
    assert executed == []
    assert contents(out) == before
    run("run", COHORT, "--to", "html", "--force")
    assert executed == [1]
    assert contents(out) == before
    run("run", COHORT, "--to", "html,docx")
    assert executed == [1, 1]
    (out / COHORT / "published" / "results.csv").write_text("changed by hand", "utf-8")
    assert run("cuts", COHORT).stdout.split()[3] == "stale"
    shutil.rmtree(out / COHORT)
    assert run("cuts", COHORT).stdout.split()[3] == "missing"


@pytest.mark.usefixtures("without_chapters")
def test_a_changed_input_makes_a_report_stale(run, cohort_copy):
    run("run", cohort_copy, "--to", "html")
    assert "current" in run("cuts", cohort_copy).stdout
    with (cohort_copy / "SOURCE.md").open("a", encoding="utf-8") as file:
        file.write("\nOne more word.\n")
    assert "stale" in run("cuts", cohort_copy).stdout


@pytest.mark.usefixtures("without_chapters")
def test_all_cuts_are_built_each_in_its_folder(run, out, cohort_copy):
    file = cohort_copy / "study.yml"
    cuts = "cuts:\n  - {id: first, label: the first, date: null}\n"
    file.write_text(file.read_text("utf-8").replace("cuts:\n", cuts), "utf-8")
    result = run("run", cohort_copy, "--all-cuts", "--to", "html")
    assert result.exit_code == 0
    folders = [out / COHORT / cut for cut in ("first", "published")]
    assert result.stdout.splitlines() == [str(folder / "report.html") for folder in folders]
    assert [line.split()[0] for line in run("cuts", cohort_copy).stdout.splitlines()] == ["first", "published"]


@pytest.fixture
def three_cuts(cohort_copy):
    """A study of three cuts; the raw tables of the second have an error."""
    file = cohort_copy / "study.yml"
    cuts = "cuts:\n  - {id: first, label: the first, date: null}\n"
    cuts += "  - {id: second, label: the second, date: null, snapshot: snapshots/second}\n"
    file.write_text(file.read_text("utf-8").replace("cuts:\n", cuts), "utf-8")
    snapshot = cohort_copy / "snapshots" / "second"
    shutil.copytree(cohort_copy / "raw", snapshot)
    listing = (snapshot / "patient_listing.csv").read_text("utf-8")
    assert ",0.7," in listing
    (snapshot / "patient_listing.csv").write_text(listing.replace(",0.7,", ",seven,", 1), "utf-8")
    return cohort_copy


def states(run, study):
    """States by cut, from the columns that `cuts` prints."""
    return {line[:16].strip(): line[30:40].strip() for line in run("cuts", study).stdout.splitlines()}


@pytest.mark.usefixtures("without_chapters")
def test_a_cut_that_fails_does_not_stop_the_others(run, out, three_cuts):
    result = run("run", three_cuts, "--all-cuts", "--to", "html")
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[0].startswith(f"1/3 {COHORT}, first: ")
    failed = lines.index(f"blina-dli: 2/3 {COHORT}, second: the data have 1 error(s)")
    assert "snapshots/second/patient_listing.csv, row 6" in lines[failed + 1]
    third = next(number for number, line in enumerate(lines) if line.startswith(f"3/3 {COHORT}, published: "))
    assert failed < third
    assert lines[-1] == "blina-dli: 1 of 3 cuts failed: second"
    built = [out / COHORT / cut / "report.html" for cut in ("first", "published")]
    assert result.stdout.splitlines() == [str(document) for document in built]
    assert all(document.read_text("utf-8") == "html" for document in built)
    assert not (out / COHORT / "second").exists()


@pytest.mark.usefixtures("without_chapters")
def test_the_index_and_cuts_say_what_failed_until_a_run_succeeds(run, out, three_cuts):
    run("run", three_cuts, "--all-cuts", "--to", "html")
    assert states(run, three_cuts) == {"first": "current", "second": "failed", "published": "current"}
    page = (out / "index.html").read_text("utf-8")
    assert re.findall(r'<span class="(\w+)">\1</span>', page) == ["current", "failed", "current"]
    assert f'href="{COHORT}/second.failed/error.txt"' in page
    snapshot = three_cuts / "snapshots" / "second" / "patient_listing.csv"
    snapshot.write_text((three_cuts / "raw" / "patient_listing.csv").read_text("utf-8"), "utf-8")
    result = run("run", three_cuts, "--cut", "second", "--to", "html")
    assert result.exit_code == 0
    assert result.stderr.startswith(f"{COHORT}, second: ")
    assert states(run, three_cuts)["second"] == "current"
    assert not re.search("failed/|>failed<", (out / "index.html").read_text("utf-8"))


@pytest.mark.usefixtures("without_chapters")
def test_a_current_report_is_not_failed_any_more(run, out, cohort_copy):
    """The data were broken and put back: nothing is built, and the index knows."""
    listing = cohort_copy / "raw" / "patient_listing.csv"
    good = listing.read_bytes()
    run("run", cohort_copy, "--to", "html")
    before = contents(out)
    break_value(cohort_copy)
    assert run("run", cohort_copy, "--to", "html").exit_code == 1
    assert ">failed<" in (out / "index.html").read_text("utf-8")
    listing.write_bytes(good)
    assert "current, nothing to do" in run("run", cohort_copy, "--to", "html").stderr
    assert contents(out) == before


@pytest.mark.usefixtures("without_chapters")
def test_the_exit_code_is_that_of_the_first_cut_that_failed(run, three_cuts, monkeypatch):
    error = RenderError("stand-in", "html", "the engine said no")
    renderers = iter([StandIn(error), StandIn(), StandIn()])
    monkeypatch.setattr(report, "choose_renderer", lambda _: next(renderers))
    result = run("run", three_cuts, "--all-cuts", "--to", "html")
    assert result.exit_code == 4
    assert "1/3 tsvetkova2022, first: rendering failed (stand-in, html): the engine said no" in result.stderr
    assert result.stderr.splitlines()[-1] == "blina-dli: 2 of 3 cuts failed: first, second"
    assert states(run, three_cuts) == {"first": "failed", "second": "failed", "published": "current"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--to", "html,latex"], 2, "unknown format 'latex'"),
        (["-p", "colour=red"], 2, "unknown notebook parameter 'colour'"),
        (["--renderer", "quarto"], 4, "quarto was not found"),
    ],
)
def test_what_is_wrong_with_the_order_is_said_once(run, out, three_cuts, monkeypatch, arguments, code, said):
    monkeypatch.setenv("PATH", str(three_cuts))
    before = contents(out)
    result = run("run", three_cuts, "--all-cuts", *arguments)
    assert result.exit_code == code
    assert result.stderr.count(said) == 1
    assert contents(out) == before


def test_a_later_cut_that_another_run_is_building_does_not_stop_the_others(run, three_cuts, monkeypatch):
    asked = []

    def refuse_the_second(order, _):
        asked.append(order.cut)
        if order.cut == "second":
            raise UsageError("cut 'second' is being built by another run")
        folder = order.out / COHORT / order.cut
        folder.mkdir(parents=True, exist_ok=True)
        return report.Delivery(folder, ())

    monkeypatch.setattr(report, "build_report", refuse_the_second)
    result = run("run", three_cuts, "--all-cuts")
    assert result.exit_code == 2
    assert asked == ["first", "second", "published"]
    assert "2/3 tsvetkova2022, second: cut 'second' is being built by another run" in result.stderr
    assert result.stderr.splitlines()[-1] == "blina-dli: 1 of 3 cuts failed: second"


@pytest.mark.usefixtures("without_chapters")
def test_a_failure_that_cannot_be_kept_is_still_told_from_a_fault_of_the_program(cohort_copy, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    break_value(cohort_copy)
    result = CliRunner().invoke(main, ["run", str(cohort_copy), "--out", str(tmp_path / "file" / "reports")])
    assert result.exit_code == 1
    assert "the data have 1 error(s)" in result.stderr
    assert result.stderr.splitlines()[-1].startswith("warning: the index in ")


def test_cuts_lists_id_date_state_and_label(run):
    result = run("cuts", COHORT)
    assert result.exit_code == 0
    assert " ".join(result.stdout.split()) == "published not stated stale as published in 2022"
    unknown = run("cuts", "no-such-study")
    assert unknown.exit_code == 2


def test_validate_says_what_was_checked():
    """Two tables: 17 patients and the rows of the printed counts; nothing to find."""
    result = CliRunner().invoke(main, ["validate", COHORT])
    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr.startswith("2 tables, ")
    assert result.stderr.endswith(", 0 findings\n")


def test_validate_prints_warnings_and_lets_them_pass(cohort_copy):
    (cohort_copy / "raw" / "relapse.csv").write_text("patient,relapse_date\n", "utf-8")
    result = CliRunner().invoke(main, ["validate", str(cohort_copy), "--cut", "published"])
    assert result.exit_code == 0
    assert result.stdout.startswith("warning: raw/relapse.csv: the file is not used")
    assert result.stderr.endswith(", 1 findings\n") or result.stderr.endswith(", 1 finding\n")


def test_validate_of_an_unknown_cut_is_exit_2():
    result = CliRunner().invoke(main, ["validate", COHORT, "--cut", "later"])
    assert result.exit_code == 2
    assert "published" in result.output


def test_the_module_is_the_same_program():
    """DESIGN 9: the same as `python -m helpers`; the exit code reaches the shell, the message is on standard error."""
    command = [sys.executable, "-m", "helpers", "cuts", "no-such-study"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    (message,) = done.stderr.splitlines()
    assert message.startswith("blina-dli: unknown study 'no-such-study'; known: ")
    assert COHORT in message


def test_help_lists_the_exit_codes():
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    assert "0 done · 1 the data have errors · 2 wrong usage · 3 a chapter failed · 4 rendering failed" in " ".join(
        result.output.split()
    )


@pytest.mark.parametrize("name", ["study", "cut", "audience"])
def test_what_the_command_sets_cannot_be_set_again(run, name):
    """Another study's chapters under this study's name would be the worst of all reports."""
    result = run("run", COHORT, "-p", f"{name}=other")
    assert result.exit_code == 2
    assert f"parameter '{name}' is set by STUDY, --cut and --audience" in result.output


def test_a_folder_that_cannot_be_written_is_wrong_usage(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    result = CliRunner().invoke(main, ["run", COHORT, "--out", str(tmp_path / "file" / "reports")])
    assert result.exit_code == 2
    assert "reports cannot be written to" in result.output
