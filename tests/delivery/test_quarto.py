import json
import sys
from pathlib import Path
from typing import Any

import pytest

from delivery.sample_report import write_project
from helpers.delivery.quarto import QuartoRenderer, find_quarto
from helpers.delivery.renderers import choose_renderer
from helpers.delivery.rendering import RenderError

# Records how it was called, then does what the test asks for.
STAND_IN = """\
#!{python}
import json, os, pathlib, sys
if sys.argv[1:] == ["--version"]:
    print("1.10.19")
    raise SystemExit(0)
with open({record!r}, "a") as record:
    seen = {{"argv": sys.argv[1:], "cwd": os.getcwd(), "epoch": os.environ.get("SOURCE_DATE_EPOCH")}}
    notebook = pathlib.Path("report.ipynb").read_text(encoding="utf-8")
    seen["figures"] = [kind for kind in ("image/svg+xml", "image/png") if '"' + kind + '":' in notebook]
    record.write(json.dumps(seen) + "\\n")
if {fails!r}:
    print("\\033[31mERROR: invalid YAML in cell 3\\033[39m", file=sys.stderr)
    raise SystemExit(1)
if {writes!r}:
    pathlib.Path(sys.argv[sys.argv.index("--output") + 1]).write_text("made by the stand-in")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project")


def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool = False, writes: bool = True) -> Path:
    record = tmp_path / "record.jsonl"
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "quarto"
    command.write_text(STAND_IN.format(python=sys.executable, record=str(record), fails=fails, writes=writes))
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return record


def calls(record: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in record.read_text().splitlines()]


def test_quarto_is_called_once_a_format_in_the_project_folder(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = install(tmp_path, monkeypatch)
    before = (project / "report.ipynb").read_bytes()
    written = find_quarto().render(project, ["html", "pdf", "docx"])
    assert {to: path.name for to, path in written.items()} == {
        "html": "report.html",
        "pdf": "report.pdf",
        "docx": "report.docx",
    }
    assert all(path.read_text() == "made by the stand-in" for path in written.values())
    seen = calls(record)
    assert [call["argv"][:6] for call in seen] == [
        ["render", "report.ipynb", "--to", "html", "--output", "report.html"],
        ["render", "report.ipynb", "--to", "typst", "--output", "report.pdf"],
        ["render", "report.ipynb", "--to", "docx", "--output", "report.docx"],
    ]
    assert {call["cwd"] for call in seen} == {str(project)}
    assert {call["epoch"] for call in seen} == {"1625011200"}
    assert all("--no-execute" in call["argv"] for call in seen)
    # Word is given pictures only: Quarto would prefer the vector graphic, which Word needs a converter for
    assert [call["figures"] for call in seen] == [["image/svg+xml", "image/png"]] * 2 + [["image/png"]]
    assert (project / "report.ipynb").read_bytes() == before
    assert all("rendered-with:Quarto 1.10.19" in call["argv"] for call in seen)


def test_a_failing_quarto_is_reported_in_its_own_words(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, fails=True)
    with pytest.raises(RenderError) as caught:
        choose_renderer("quarto").render(project, ["pdf"])
    assert (caught.value.renderer, caught.value.format) == ("quarto", "pdf")
    assert caught.value.message == "ERROR: invalid YAML in cell 3"


def test_an_old_document_never_passes_for_a_new_one(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, writes=False)
    (project / "report.pdf").write_text("of yesterday")
    with pytest.raises(RenderError, match=r"wrote no report\.pdf"):
        find_quarto().render(project, ["pdf"])


def test_a_command_that_cannot_start_is_an_error(project: Path, tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="No such file"):
        QuartoRenderer(command=str(tmp_path / "gone"), quarto_version="1").render(project, ["html"])


def test_an_unknown_format_is_refused(project: Path) -> None:
    with pytest.raises(RenderError, match="'epub'"):
        QuartoRenderer(command="quarto", quarto_version="1").render(project, ["epub"])


def test_auto_falls_back_to_the_embedded_renderer(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    install(tmp_path, monkeypatch, fails=True)
    renderer = choose_renderer("auto")
    written = renderer.render(project, ["html"])
    assert "invalid YAML in cell 3" in caplog.text
    assert renderer.name == "embedded"
    text = written["html"].read_text(encoding="utf-8")
    assert f"Rendered with {renderer.version}" in text
