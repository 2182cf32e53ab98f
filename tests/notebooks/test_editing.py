"""Editing a chapter as `make lab` offers it: what is saved in the browser is what the next run renders."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from helpers.delivery.chapters import read_chapter
from helpers.delivery.runner import ENVIRONMENT
from helpers.study.paths import NOTEBOOKS, ROOT

SCRIPTS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.py"))
TOKEN = "for-this-test-only"
SENTENCE = "This sentence was typed in the browser."
TABLE = "#| label: tbl-added\n#| tbl-cap: Treatment given, once more\ntables.make_table_listing(data)"


class Lab:
    """A Jupyter server on a folder of chapters, spoken to as JupyterLab speaks to it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.address = f"http://127.0.0.1:{port}/api"

    def ask(self, method: str, path: str, content: Any = None) -> Any:
        request = urllib.request.Request(f"{self.address}/{path}", method=method)
        request.add_header("Authorization", f"token {TOKEN}")
        request.add_header("Content-Type", "application/json")
        body = None if content is None else json.dumps(content).encode()
        with urllib.request.urlopen(request, body, timeout=30) as answer:
            return json.loads(answer.read())

    def open(self, name: str) -> nbformat.NotebookNode:
        return nbformat.from_dict(self.ask("GET", f"contents/{name}?type=notebook")["content"])

    def save(self, name: str, notebook: nbformat.NotebookNode) -> None:
        self.ask("PUT", f"contents/{name}", {"type": "notebook", "format": "json", "content": notebook})


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The server of `make lab`, started in the folder of the chapters, on a copy of them."""
    project = tmp_path_factory.mktemp("project")
    shutil.copytree(NOTEBOOKS, project / "notebooks", ignore=shutil.ignore_patterns(".*", "__pycache__"))
    shutil.copy(ROOT / "jupytext.toml", project)
    settings = {f"JUPYTER_{kind}_DIR": str(project / kind.lower()) for kind in ("CONFIG", "RUNTIME", "DATA")}
    port = free_port()
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
    log = project / "server.log"
    with log.open("w") as said:
        environment = {**os.environ, **settings}
        running = subprocess.Popen(
            command, cwd=project / "notebooks", env=environment, stdout=said, stderr=subprocess.STDOUT
        )
    try:
        lab = Lab(project / "notebooks", port)
        wait_for(lab, running, log)
        yield lab
    finally:
        running.terminate()
        running.wait(timeout=30)


def wait_for(lab: Lab, running: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        assert running.poll() is None, log.read_text()
        try:
            lab.ask("GET", "status")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.25)
        else:
            return
    pytest.fail(f"the server does not answer:\n{log.read_text()}")


def execute(notebook: Path, executed: Path) -> nbformat.NotebookNode:
    """Run a notebook in its own folder, with its own parameters, in a process that ends with it."""
    run = "from nbclient.cli import main; main()"
    command = [sys.executable, "-c", run, f"--output={executed.with_suffix('')}", str(notebook)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **ENVIRONMENT})
    assert done.returncode == 0, done.stderr
    return nbformat.read(executed, as_version=4)


@pytest.fixture
def chapter(server: Lab) -> Iterator[str]:
    """The name of a chapter's notebook; both its halves are as committed before and after."""
    name = "03_cohort"
    yield f"{name}.ipynb"
    for ending in (".py", ".ipynb"):
        shutil.copy(NOTEBOOKS / f"{name}{ending}", server.folder)


def test_saving_in_the_browser_changes_the_script_and_nothing_else_in_it(server, chapter):
    script = server.folder / chapter.replace(".ipynb", ".py")
    before = script.read_text(encoding="utf-8").splitlines()
    notebook = server.open(chapter)
    prose = next(cell for cell in notebook.cells if cell.cell_type == "markdown" and "**Question.**" in cell.source)
    prose.source += f"\n\n{SENTENCE}"
    server.save(chapter, notebook)
    after = script.read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line not in before] == [f"# {SENTENCE}"]
    assert [line for line in after if line != f"# {SENTENCE}"] == [
        *before[: after.index(f"# {SENTENCE}") - 1],
        "#",
        *before[after.index(f"# {SENTENCE}") - 1 :],
    ]
    assert SENTENCE in (server.folder / chapter).read_text(encoding="utf-8")


def test_outputs_stay_out_of_the_script(server, chapter):
    script = server.folder / chapter.replace(".ipynb", ".py")
    before = script.read_text(encoding="utf-8")
    notebook = server.open(chapter)
    code = next(cell for cell in notebook.cells if cell.cell_type == "code")
    code["outputs"] = [nbformat.v4.new_output("stream", name="stdout", text="printed when the cell was run")]
    code["execution_count"] = 1
    server.save(chapter, notebook)
    assert "printed when" in (server.folder / chapter).read_text(encoding="utf-8")
    assert script.read_text(encoding="utf-8") == before


def test_a_script_edited_elsewhere_is_what_the_browser_opens(server, chapter):
    script = server.folder / chapter.replace(".ipynb", ".py")
    script.write_text(script.read_text(encoding="utf-8").replace("# **Method.**", f"# {SENTENCE} **Method.**"), "utf-8")
    later = (server.folder / chapter).stat().st_mtime + 10
    os.utime(script, (later, later))
    assert any(f"{SENTENCE} **Method.**" in cell.source for cell in server.open(chapter).cells)


def test_what_was_saved_is_what_the_next_run_executes(server, chapter, tmp_path):
    """A sentence and a table added in the browser are in the executed chapter, from which the report is rendered."""
    notebook = server.open(chapter)
    notebook.cells.insert(-2, nbformat.v4.new_markdown_cell(SENTENCE))
    notebook.cells.insert(-2, nbformat.v4.new_code_cell(TABLE))
    server.save(chapter, notebook)
    saved = read_chapter(server.folder / chapter.replace(".ipynb", ".py"))
    nbformat.write(saved.notebook, tmp_path / chapter)
    cells = execute(tmp_path / chapter, tmp_path / "executed.ipynb").cells
    assert SENTENCE in [cell.source for cell in cells]
    [added] = [cell for cell in cells if "tbl-added" in cell.source]
    assert "<table" in added.outputs[0].data["text/html"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_chapter_runs_by_itself_from_top_to_bottom(script, tmp_path):
    """As "Run all cells" does in JupyterLab: the notebook as it stands, in its own folder, with its own parameters."""
    notebook = execute(script.with_suffix(".ipynb"), tmp_path / "executed.ipynb")
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in codes] == list(range(1, len(codes) + 1))
    assert codes[-1].outputs
