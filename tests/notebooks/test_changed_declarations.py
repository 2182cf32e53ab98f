"""A sentence or a name changed in study.yml shows wherever the old one did, and no chapter needs an edit.

Every chapter is run in this process, on a copy of the study as it is and on a copy with other words.
"""

import html
import re
from pathlib import Path
from typing import Any

import jupytext
import pytest
import yaml

from helpers.delivery.captions import fill_captions
from helpers.display.figures.style import Figure
from helpers.display.formatting import within_sentence
from helpers.display.table import Table
from helpers.study.model import Study
from helpers.study.paths import DATA
from helpers.study.reading import read_study
from notebooks.running import SCRIPTS, calls

PUBLISHED = {
    "Duration of marrow response": "Length of marrow clearance",
    "Overall survival": "Time lived",
    "Bone marrow relapse": "Frank disease",
    "Minimal residual disease": "Traces only",
    "MRD response": "Deep response",
    "Relapse or MRD within 100 days of allo-HSCT": "Back within 100 days of allo-HSCT",
    "Patients in complete remission within two cycles": "Patients whose marrow had cleared",
    "Responders": "Clearers",
    "From the first response to relapse in the bone marrow": "From the first sign of clearance to marrow relapse",
    "First response": "Earliest clearance",
    "Chronic GVHD, severe": "Chronic GVHD of the worst kind",
    "Prospective cohort study at a single centre": "Forward-looking cohort of one hospital",
    "How often does blinatumomab": "How frequently does blinatumomab",
    "First dose of blinatumomab": "Earliest drop of blinatumomab",
}
PROTOCOL = {
    "Overall survival": "Time lived",
    "Disease-free survival": "Leukaemia-free time",
    "MRD-positive": "Traces only",
    "Haematological relapse": "Frank disease",
    "Disease before blinatumomab": "Burden at entry",
    "Patients in complete remission within two cycles": "Patients whose marrow had cleared",
    "MRD response": "Deep response",
    "Cytopenia of grade 3 or 4": "Low counts of grade 3 or 4",
    "Death in remission competes": "Who dies in remission cannot relapse",
    "First dose of blinatumomab": "Earliest drop of blinatumomab",
    "No severe infection": "Free of severe infection",
    "Observational study of a single centre": "Study of one hospital",
    "How long do they live": "How many days do they live",
}
STUDIES = {"tsvetkova2022": ("published", PUBLISHED), "zhengzhou": ("2025-06-30", PROTOCOL)}
QUOTED = {("07_published_claims", ""), ("05_survival", "tables.make_table_printed_survival")}
"""Displays that quote the paper: a whole chapter, and one table."""


def reword(value: Any, words: dict[str, str]) -> Any:
    """A value of study.yml with other words, as they begin a sentence and as they stand within one."""
    if isinstance(value, dict):
        return {key: reword(part, words) for key, part in value.items()}
    if isinstance(value, list):
        return [reword(part, words) for part in value]
    if isinstance(value, str):
        for old, new in words.items():
            value = value.replace(old, new).replace(within_sentence(old), within_sentence(new))
    return value


def copy_study(name: str, folder: Path, words: dict[str, str]) -> Path:
    """A copy of a study in which some words are exchanged, under an id of which no report was ever delivered."""
    copy = folder / name
    copy.mkdir(parents=True)
    for entry in (DATA / name).iterdir():
        if entry.name != "study.yml":
            (copy / entry.name).symlink_to(entry)
    declared = yaml.safe_load((DATA / name / "study.yml").read_text("utf-8"))
    reworded = {**reword(declared, words), "id": "reworded"}
    (copy / "study.yml").write_text(yaml.safe_dump(reworded, allow_unicode=True), "utf-8")
    return copy


def read(item: Any) -> str:
    """The words of a display as a reader meets them: prose, cells and notes, alternative and drawn text."""
    if isinstance(item, Figure):
        drawn = " ".join(re.findall(r"<!--(.*?)-->", item.svg, re.DOTALL))
        return html.unescape(f"{item.alt} {drawn}")
    if isinstance(item, Table):
        shown = re.sub(r"<style.*?</style>", " ", item.gt.as_raw_html(), flags=re.DOTALL)
        return html.unescape(re.sub(r"<[^>]+>", " ", shown))
    return str(item).replace("\\", "")


def run(study: Study, cut: str) -> dict[tuple[str, int, str], str]:
    """The words of every display of every chapter, by chapter, place and displaying function."""
    return {
        (script.stem, number, call): " ".join(read(item).split())
        for script in SCRIPTS
        for number, (call, item) in enumerate(calls(script, str(study.folder), cut))
    }


def has(text: str, words: str) -> bool:
    return words.lower() in text.lower()


def quotes(place: tuple[str, int, str]) -> bool:
    return bool(QUOTED & {(place[0], ""), (place[0], place[2])})


@pytest.fixture(scope="module", params=STUDIES)
def reworded(request, tmp_path_factory):
    """The study with other words, what was exchanged, and the words of its displays before and after."""
    name, (cut, words) = request.param, STUDIES[request.param]
    folder = tmp_path_factory.mktemp(name)
    old, new = (read_study(str(copy_study(name, folder / side, w))) for side, w in (("old", {}), ("new", words)))
    return new, words, run(old, cut), run(new, cut)


def test_the_new_words_stand_wherever_the_old_ones_did(reworded):
    _, words, before, after = reworded
    assert before.keys() == after.keys()
    for old, new in words.items():
        named = {place for place, text in before.items() if has(text, old) and not quotes(place)}
        assert named, f"no display names {old!r}"
        assert {place for place in named if not has(after[place], new)} == set(), new


def test_the_old_words_stand_nowhere(reworded):
    """But for what quotes the paper."""
    _, words, _, after = reworded
    left = [(old, place) for old in words for place, text in after.items() if has(text, old) and not quotes(place)]
    assert left == []


def test_no_chapter_says_the_old_words_by_itself(reworded):
    """Its captions take the labels of endpoints from study.yml when the chapters are joined."""
    study, words, *_ = reworded
    for script in SCRIPTS:
        cells = jupytext.read(script, fmt="py:percent").cells
        said = "\n".join(
            fill_captions(cell.source, study) if cell.cell_type == "code" else cell.source for cell in cells
        )
        assert [old for old in words if has(" ".join(said.split()), old)] == []


def test_the_new_words_stand_in_captions(reworded):
    study, words, *_ = reworded
    script = next(script for script in SCRIPTS if script.stem == "05_survival")
    captions = [fill_captions(cell.source, study) for cell in jupytext.read(script, fmt="py:percent").cells]
    assert any(
        f'"{words["Overall survival"]}, from the earliest drop of blinatumomab"' in caption for caption in captions
    )
