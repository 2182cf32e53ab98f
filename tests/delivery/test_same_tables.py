"""The tables of a report are the same in HTML, PDF and Word, cell for cell."""

from dataclasses import fields
from pathlib import Path

import pandas as pd
import pytest

from delivery.sample_report import write_project
from delivery.table_readers import ShownTable, read_html, read_html_by_label, read_pdf, read_word
from helpers.delivery.embedded import EmbeddedRenderer

READERS = {"html": read_html, "pdf": read_pdf, "docx": read_word}


def read_all(folder: Path) -> dict[str, list[ShownTable]]:
    return {to: read(folder / f"report.{to}") for to, read in READERS.items()}


def list_differences(first: list[ShownTable], second: list[ShownTable]) -> list[tuple[str, str, object, object]]:
    """Caption, part and both texts of each cell, caption or note that differs."""
    assert [table.caption for table in first] == [table.caption for table in second]
    found = []
    for one, other in zip(first, second, strict=True):
        for part in (field.name for field in fields(ShownTable)):
            ours, theirs = list_texts(getattr(one, part)), list_texts(getattr(other, part))
            found += [(one.caption, part, a, b) for a, b in zip(ours, theirs, strict=False) if a != b]
            found += [(one.caption, part, len(ours), len(theirs))] if len(ours) != len(theirs) else []
    return found


def list_texts(part: str | tuple[str | tuple[str, ...], ...]) -> list[str]:
    if isinstance(part, str):
        return [part]
    return [text for line in part for text in ((line,) if isinstance(line, str) else (*line, "end of row"))]


@pytest.fixture(scope="module", params=["published_report", "protocol_report"])
def shown(request: pytest.FixtureRequest) -> dict[str, list[ShownTable]]:
    return read_all(request.getfixturevalue(request.param))


@pytest.mark.parametrize("other", ["pdf", "docx"])
def test_tables_are_those_of_the_html_cell_for_cell(shown, other):
    assert list_differences(shown["html"], shown[other]) == []


def test_the_readers_read_all_there_is(shown):
    """Against readers that agree because all of them see nothing."""
    for to, tables in shown.items():
        assert len(tables) >= 20, to
        assert all(table.head and table.body for table in tables), to
        assert all(table.caption.startswith(f"Table {number}. ") for number, table in enumerate(tables, 1)), to
        assert sum(bool(table.notes) for table in tables) > len(tables) / 2, to
        assert any(len(table.head) == 2 for table in tables), to
        assert all(len({len(row) for row in (*table.head, *table.body)}) == 1 for table in tables), to


def test_every_delivered_csv_holds_the_cells_of_its_table(published_report):
    """Files are named after the label of their table: the same cells, without the blanks that align numbers."""
    shown = read_html_by_label(published_report / "report.html")
    # the file of the checklist has labels where the report has numbered references
    files = [file for file in sorted((published_report / "tables").glob("*.csv")) if file.stem != "strobe"]
    assert len(files) >= 15
    for file in files:
        cells = pd.read_csv(file, dtype=str, keep_default_na=False)
        table = shown[f"tbl-{file.stem}"]
        groups = sum(len(set(row)) == 1 for row in table.body)
        assert len(cells) in (len(table.body), len(table.body) - groups), file.name
        texts = {"".join(text.split()) for row in table.body for text in row}
        assert {"".join(text.split()) for text in cells.to_numpy().ravel()} <= texts, file.name


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = write_project(tmp_path_factory.mktemp("sample") / "project")
    EmbeddedRenderer().render(project, tuple(READERS))
    return project


def test_tables_with_spanners_groups_and_footnotes_are_the_same(sample):
    shown = read_all(sample)
    assert list_differences(shown["html"], shown["pdf"]) == []
    assert list_differences(shown["html"], shown["docx"]) == []


@pytest.mark.parametrize("to", READERS)
def test_one_changed_cell_in_one_format_is_noticed(sample, tmp_path, to):
    """A document made from a notebook in which one cell of the listing says something else."""
    project = write_project(tmp_path / "doctored")
    text = (project / "report.ipynb").read_text("utf-8")
    assert text.count(">P07<") == 1
    (project / "report.ipynb").write_text(text.replace(">P07<", ">P77<"), "utf-8")
    doctored = EmbeddedRenderer().render(project, [to])[to]
    ((caption, part, before, after),) = list_differences(READERS[to](sample / f"report.{to}"), READERS[to](doctored))
    assert (caption, part, before, after) == ("Table 2. All patients.", "body", "P07", "P77")
    other = "pdf" if to == "html" else "html"
    assert len(list_differences(READERS[to](doctored), READERS[other](sample / f"report.{other}"))) == 1
