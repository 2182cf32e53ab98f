"""What is handed to Quarto for a whole report: a stand-in keeps the folder that it is called in."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
import pytest
import typst
import yaml

from helpers.delivery.report import THEME

KEEPS = """\
#!{python}
import pathlib, shutil, sys
if sys.argv[1:] == ["--version"]:
    print("1.10.19")
    raise SystemExit(0)
shutil.copytree(".", {kept!r} + "/" + sys.argv[sys.argv.index("--to") + 1])
pathlib.Path(sys.argv[sys.argv.index("--output") + 1]).write_text("<p>made by the stand-in</p>")
"""
FILES = {"bibliography", "csl", "filters", "css", "include-after-body", "include-in-header", "reference-doc"}
SHOWN = {"text/markdown", "image/svg+xml", "image/png", "text/html"}


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders as Quarto found them, by its name for the format."""
    folder = tmp_path_factory.mktemp("quarto")
    command = folder / "bin" / "quarto"
    command.parent.mkdir()
    command.write_text(KEEPS.format(python=sys.executable, kept=str(folder / "kept")))
    command.chmod(0o755)
    (folder / "kept").mkdir()
    run = [sys.executable, "-m", "helpers", "run", "tsvetkova2022", "--renderer", "quarto", "--to", "html,docx"]
    path = os.pathsep.join([str(command.parent), os.environ["PATH"]])
    done = subprocess.run(
        [*run, "--out", str(folder / "reports")],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "kept"


@pytest.fixture(scope="module")
def cells(handed: Path) -> list[dict[str, Any]]:
    return list(json.loads((handed / "html" / "report.ipynb").read_text("utf-8"))["cells"])


def source(cell: dict[str, Any]) -> str:
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


def outputs(cells: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for cell in cells:
        for output in cell.get("outputs", []):
            label = re.search(r"^#\| label: (\S+)", source(cell), re.MULTILINE)
            yield label[1] if label else "", output


def list_files(options: Any, key: str = "") -> Iterator[str]:
    if isinstance(options, dict):
        for name, value in options.items():
            yield from list_files(value, name)
    elif isinstance(options, list):
        for value in options:
            yield from list_files(value, key)
    elif key in FILES:
        yield options


@pytest.mark.parametrize("to", ["html", "docx"])
def test_every_file_that_the_options_name_is_in_the_folder(handed, to):
    options = yaml.safe_load((handed / to / "_quarto.yml").read_text("utf-8"))
    named = list(list_files(options))
    assert len(named) >= 8
    assert [name for name in named if not (handed / to / name).is_file()] == []
    assert options["project"]["render"] == ["report.ipynb"]
    theme = handed / to / "src/helpers/delivery/theme"
    urls = [url for css in theme.glob("*.css") for url in re.findall(r"url\(([^)]+)\)", css.read_text("utf-8"))]
    assert [url for url in urls if not url.startswith("data:") and not (theme / url).is_file()] == []


def test_the_front_matter_holds_the_titles(cells):
    front = yaml.safe_load(source(cells[0]).strip().strip("-"))
    assert cells[0]["cell_type"] == "raw"
    assert {"title", "subtitle", "author", "pagetitle"} <= set(front)
    assert "date" not in front  # Quarto would read "as published in 2022" as a day


def test_nothing_is_left_for_quarto_to_execute(cells):
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(code) > 40
    assert all(cell["outputs"] for cell in code if re.search(r"^#\| label: (fig|tbl)-", source(cell), re.MULTILINE))
    assert not [output for _, output in outputs(cells) if output["output_type"] == "error"]
    assert not [output for _, output in outputs(cells) if output.get("name") == "stderr"]


def test_every_output_has_what_quarto_shows_in_every_format(cells):
    """Seen with Quarto 1.10: HTML without a table is dropped from PDF and Word, which take Markdown and pictures."""
    found = list(outputs(cells))
    for label, output in found:
        data = output.get("data", {})
        html = "".join(data.get("text/html", ""))
        if label.startswith("fig-"):
            assert {"image/svg+xml", "image/png"} <= set(data) or "text/markdown" in data, label
        elif label.startswith("tbl-"):
            assert "<table" in html or "text/markdown" in data, label
        if html and "<table" not in html:
            assert {"text/markdown", "image/png"} & set(data), label
        assert output["output_type"] == "stream" or SHOWN & set(data), label
    assert sum("text/markdown" in output.get("data", {}) for _, output in found) > 15


def test_word_is_handed_pictures_only(handed):
    kinds = {kind for _, output in outputs(read(handed / "docx")) for kind in output.get("data", {})}
    assert "image/png" in kinds
    assert "image/svg+xml" not in kinds


def read(folder: Path) -> list[dict[str, Any]]:
    return list(json.loads((folder / "report.ipynb").read_text("utf-8"))["cells"])


def test_every_reference_and_citation_resolves(handed, cells):
    shown = [source(cell) for cell in cells if cell["cell_type"] == "markdown"]
    shown += ["".join(output.get("data", {}).get("text/markdown", "")) for _, output in outputs(cells)]
    shown += [line for cell in cells for line in source(cell).splitlines() if "-cap: " in line]
    text = "\n".join(shown)
    labels = {label for label, _ in outputs(cells)} | set(re.findall(r"\{#((?:sec|fig|tbl)-[\w-]+)", text))
    named = set(re.findall(r"(?<![\w.])@([a-zA-Z][\w:-]*)", text))
    bibliography = set(re.findall(r"@\w+\{([^,]+),", (handed / "html" / "references.bib").read_text("utf-8")))
    assert len(named) > 30
    assert named - labels - bibliography == set()


def test_every_table_and_figure_has_its_caption(cells):
    for cell in cells:
        text = source(cell)
        label = re.search(r"^#\| label: (fig|tbl)-", text, re.MULTILINE)
        if cell["cell_type"] == "code" and label and cell["outputs"]:
            assert re.search(rf"^#\| {label[1]}-cap: \S", text, re.MULTILINE), text[:80]


def test_the_head_of_the_article_takes_what_quarto_passes(tmp_path):
    """The arguments of Quarto's typst-show.typ, version 1.9 among them, and its order: theme, then the call."""
    call = """
#show: doc => article(
  title: [A title], subtitle: [A subtitle], authors: ((name: [Nobody], affiliation: [], email: []),), lang: "en",
  region: "GB", font: ("Libertinus Serif",), fontsize: 10.5pt, title-size: 1.5em, heading-family: none,
  sectionnumbering: "1.1.1", toc: true, toc_title: [Contents], toc_depth: 2, toc_indent: 1.5em, cols: 1, doc,
)
= Section <sec-one>
Text.
"""
    file = tmp_path / "article.typ"
    file.write_text((THEME / "report.typ").read_text("utf-8") + call, "utf-8")
    pdf, warnings = typst.compile_with_warnings(file, ignore_system_fonts=True, format="pdf")
    (tmp_path / "article.pdf").write_bytes(pdf)
    read_back = pypdf.PdfReader(tmp_path / "article.pdf")
    text = read_back.pages[0].extract_text()
    assert warnings == []
    assert [line for line in ("A title", "A subtitle", "Nobody", "Contents", "Section") if line not in text] == []
    assert (read_back.metadata.title, read_back.trailer["/Root"]["/Lang"]) == ("A title", "en-GB")
