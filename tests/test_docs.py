"""What the documents say can be done, can be done."""

import re
import runpy
from pathlib import Path

import pytest

from helpers.study.paths import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def broken_links(document: Path) -> list[str]:
    """Relative links and pictures of a Markdown document that lead to no file."""
    links = re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
    files = [link.partition("#")[0] for link in links if not re.match(r"https?:|mailto:|#", link)]
    return [file for file in files if not (document.parent / file).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document):
    assert broken_links(document) == []


def test_a_broken_link_is_noticed(tmp_path):
    document = tmp_path / "page.md"
    document.write_text("[here](page.md) [there](gone.md#part) ![seen](gone.png) [out](https://example.org)", "utf-8")
    assert broken_links(document) == ["gone.md", "gone.png"]


def test_list_of_display_functions_is_current():
    listed = runpy.run_path(str(ROOT / "docs" / "make_display_list.py"))["list_display"]()
    assert (ROOT / "docs" / "display.md").read_text(encoding="utf-8") == listed, "run make display-list"


def test_commands_of_the_documents_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for document in DOCUMENTS:
        named = set(re.findall(r"(?:`|^)make ([a-z-]+)", document.read_text(encoding="utf-8"), re.M))
        assert named <= targets, document


def test_pictures_are_small():
    pictures = sorted((ROOT / "docs" / "images").glob("*.png"))
    assert len(pictures) >= 6
    assert all(picture.stat().st_size < 250_000 for picture in pictures)
