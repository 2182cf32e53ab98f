"""What a chapter must be (DESIGN section 12): a pair in step, thin cells, prose without typed numbers."""

import ast
import json
import re
from pathlib import Path

import jupytext
import pytest

from helpers.delivery.chapters import choose_parameters, list_chapters, read_chapter
from helpers.delivery.strobe import ITEMS, PRINTED_IN
from helpers.study.errors import UsageError
from helpers.study.paths import NOTEBOOKS

SCRIPTS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.py"))
MOST_LINES = 12


def code_lines(cell: dict) -> list[str]:
    return [line for line in cell.source.splitlines() if line.strip() and not line.startswith("#|")]


def read(script: Path):
    return jupytext.read(script, fmt="py:percent")


def out_of_step(script: Path, notebook: Path) -> str | None:
    """Say what differs between the two halves of a pair, or nothing."""
    if not notebook.is_file():
        return f"{notebook.name} is missing"
    halves = [
        [(cell.cell_type, cell.source, cell.metadata.get("tags")) for cell in half.cells]
        for half in (read(script), jupytext.read(notebook))
    ]
    return None if halves[0] == halves[1] else f"{notebook.name} is not what {script.name} says: run make pair"


def faults_of(script: Path) -> list[str]:
    """What breaks the rules for the cells of a chapter."""
    faults = []
    cells = read(script).cells
    for number, cell in enumerate(cells):
        where = f"{script.name}, cell {number}"
        if cell.cell_type == "markdown":
            prose = re.sub(r"\{#[^}]*\}|@[\w-]+|https?://\S+", "", cell.source)
            faults += [f"{where}: a number is typed in prose: {found}" for found in re.findall(r"\d[\d.,]*", prose)]
            continue
        lines = code_lines(cell)
        if len(lines) > MOST_LINES:
            faults.append(f"{where}: {len(lines)} lines of code")
        forbidden = (ast.FunctionDef, ast.For, ast.While, ast.ClassDef, ast.Lambda, ast.ListComp)
        if any(isinstance(node, forbidden) for node in ast.walk(ast.parse("\n".join(lines)))):
            faults.append(f"{where}: a definition or a loop")
        options = dict(re.findall(r"^#\| ([\w-]+): *(.*)$", cell.source, re.M))
        label = options.get("label", "")
        if "figures." in cell.source and not (label.startswith("fig-") and "fig-cap" in options):
            faults.append(f"{where}: a figure without label and caption")
        if "tables." in cell.source and not (label.startswith("tbl-") and "tbl-cap" in options):
            faults.append(f"{where}: a table without label and caption")
    if not 15 <= len(cells) <= 25:
        faults.append(f"{script.name}: {len(cells)} cells")
    return faults


def test_there_are_the_chapters_of_the_report():
    names = [script.stem for script in SCRIPTS]
    results = ["03_cohort", "04_endpoints", "05_survival", "06_safety", "07_published_claims", "08_since_last_cut"]
    assert names == ["01_summary", "02_methods", *results, "09_appendices"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_pair_is_in_step(script):
    assert out_of_step(script, script.with_suffix(".ipynb")) is None


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_notebook_holds_no_outputs(script):
    cells = json.loads(script.with_suffix(".ipynb").read_text(encoding="utf-8"))["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_cells_are_thin_and_prose_has_no_numbers(script):
    assert faults_of(script) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_parameters_are_those_of_the_runner(script):
    assert list(read_chapter(script).parameters) == ["study", "cut", "audience"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_chapter_begins_with_question_and_method_and_ends_with_its_conclusion(script):
    cells = read(script).cells
    assert "**Question.**" in cells[0].source
    assert "**Method.**" in cells[0].source
    assert "sentences.reconcile" in "".join(cell.source for cell in cells[-2:])
    assert "sentences.conclude" in cells[-1].source


# The checks above must be able to fail: each is shown a chapter that breaks its rule.

GOOD = '# %% [markdown]\n# Prose.\n\n# %% tags=["parameters"]\nstudy = "s"\ncut = "c"\naudience = "coauthors"\n'


def write(folder: Path, text: str) -> Path:
    script = folder / "01_test.py"
    script.write_text(text, encoding="utf-8")
    return script


def test_a_changed_half_is_noticed(tmp_path):
    script = write(tmp_path, GOOD)
    jupytext.write(read(script), script.with_suffix(".ipynb"))
    assert out_of_step(script, script.with_suffix(".ipynb")) is None
    write(tmp_path, GOOD.replace("Prose.", "Other prose."))
    assert "make pair" in out_of_step(script, script.with_suffix(".ipynb"))


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("# %%\n" + "\n".join(f"a{n} = 1" for n in range(13)), "13 lines of code"),
        ("# %%\ndef f():\n    pass", "a definition or a loop"),
        ("# %%\nfor a in b:\n    c", "a definition or a loop"),
        ("# %% [markdown]\n# It was seen in 14 patients.", "typed in prose: 14"),
        ("# %%\nfigures.plot_swimmer(data)", "figure without label"),
        ("# %%\ntables.make_table_gvhd(data)", "table without label"),
    ],
)
def test_a_broken_rule_is_noticed(tmp_path, cell, fault):
    assert any(fault in found for found in faults_of(write(tmp_path, f"{GOOD}\n{cell}\n")))


def test_a_chapter_without_parameters_cell_is_refused(tmp_path):
    with pytest.raises(UsageError, match="expected one cell tagged parameters, found 0"):
        read_chapter(write(tmp_path, "# %%\nstudy = 's'\n"))


def test_a_parameter_that_is_no_literal_is_refused(tmp_path):
    with pytest.raises(UsageError, match="must be a literal: cut = date"):
        read_chapter(write(tmp_path, GOOD.replace('cut = "c"', "cut = date()")))


def test_an_unknown_parameter_is_refused_and_the_known_ones_named():
    with pytest.raises(UsageError, match="unknown notebook parameter 'alpha'; known: audience, cut, study"):
        choose_parameters(list_chapters(), {"study": "s", "cut": "c", "audience": "coauthors", "alpha": 1})


def test_every_reference_of_a_chapter_has_its_target():
    """A label is declared by a heading or a cell of some chapter; the appendices made at joining have theirs too."""
    texts = [script.read_text("utf-8") for script in SCRIPTS]
    labels = {label for text in texts for label in re.findall(r"\{#(sec-[\w-]+)\}|^#\| label: (\S+)", text, re.M)}
    known = {name for pair in labels for name in pair if name} | {"sec-provenance", "sec-strobe"}
    asked = {name for text in texts for name in re.findall(r"@((?:sec|fig|tbl)-[\w-]+)", text)}
    assert asked <= known
    places = {place for item in ITEMS for place in item.places}
    assert places | {place for pair in PRINTED_IN.values() for place in pair} <= known
