"""The index of a reports folder: its numbers are those of each results.csv, and synthetic studies say so."""

import csv
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import pytest

from helpers.delivery.document import SYNTHETIC_NOTICE
from helpers.delivery.index import list_indexed_studies, remember_study, write_index
from helpers.display.formatting import format_percent, format_percent_interval
from helpers.display.trend import BOTTOM, TOP
from helpers.results.cut import open_cut
from helpers.results.schema import Key, make_results, make_rows, write_results
from helpers.study.paths import REPORTS
from helpers.study.reading import read_study

COHORT, PROTOCOL = "tsvetkova2022", "zhengzhou"
FILES = {"report.html": "HTML", "report.pdf": "PDF", "report.docx": "Word", "results.csv": "results"}
HEADLINES = {
    "Response": ("proportion", "ORR", "SAFFL", ""),
    "OS, 12 mo": ("km_at", "OS", "SAFFL", "12"),
    "Relapse": ("proportion", "RELAPSE", "RESPFL", ""),
    "Grade ≥ 3": ("proportion", "AE3", "SAFFL", ""),
}


class Trend(NamedTuple):
    """A drawing: what it says, and its dots as (title, place on the axis from 0 to 1)."""

    said: str
    dots: list[tuple[str, float]]


class Page(HTMLParser):
    """What a reader finds on the index: rows by their first cell, links by row, trends by study."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.links, self.trends, self.tags = {}, {}, {}, []
        self._study = self._words = self._row = None
        self._hrefs = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        if tag == "section":
            self._study = attributes["id"]
        elif tag == "tr":
            self._row, self._hrefs = [], []
        elif tag in {"td", "th", "title"}:
            self._words = ""
        elif tag == "a":
            self._hrefs.append(attributes["href"])
        elif attributes.get("class") == "trend":
            self.trends.setdefault(self._study, []).append(Trend(attributes["aria-label"], []))
        elif tag == "circle":
            self._place = (BOTTOM - float(attributes["cy"])) / (BOTTOM - TOP)

    def handle_endtag(self, tag):
        if tag in {"td", "th"}:
            self._row.append(self._words)
        elif tag == "tr":
            self.rows[self._study, self._row[0]] = self._row
            self.links[self._study, self._row[0]] = self._hrefs
        elif tag == "title" and self._study:
            self.trends[self._study][-1].dots.append((self._words, self._place))

    def handle_data(self, data):
        if self._words is not None:
            self._words += data


def deliver(study, cut, out, *files):
    """A delivered folder with its results only, and other files by name."""
    folder = out / study / cut
    folder.mkdir(parents=True)
    write_results(open_cut(study, cut).results, folder / "results.csv")
    for file in ("manifest.json", *files):
        (folder / file).write_text("{}", "utf-8")


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """The published cohort as delivered; of the protocol study two cuts with their results, one that failed."""
    out = tmp_path_factory.mktemp("reports")
    shutil.copytree(REPORTS / COHORT, out / COHORT)
    deliver(PROTOCOL, "2024-06-30", out)
    deliver(PROTOCOL, "2026-06-30", out, "changes.csv")
    failed = out / PROTOCOL / "2026-12-31.failed"
    failed.mkdir()
    (failed / "error.txt").write_text("the data have 1 error(s)", "utf-8")
    write_index(out, list(list_indexed_studies(read_study(PROTOCOL))))
    return out


@pytest.fixture(scope="module")
def text(out):
    return (out / "index.html").read_text("utf-8")


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def read_numbers(out, study, cut):
    """Headline numbers of a results.csv, read line by line: the estimate as a number, and as it is printed."""
    with (out / study / cut / "results.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    found = {}
    for heading, (analysis, *about) in HEADLINES.items():
        stats = pick(lines, analysis, *about)
        n = stats["N"] if analysis == "proportion" else pick(lines, "km", *about[:2], "")["n"]
        p = stats["p" if analysis == "proportion" else "survival"]
        if n is None or p is None:
            found[heading] = (None, "not derivable" if n is None else "NE")
        else:
            interval = format_percent_interval(stats["lcl"], stats["ucl"], n)
            found[heading] = (p, f"{format_percent(p, n)} ({interval})")
    return found


def pick(lines, analysis, param, population, months):
    wanted = {"analysis": analysis, "param": param, "population": population, "time_months": months}
    wanted |= {"group": "", "level": "", "variable": ""}
    chosen = [line for line in lines if wanted.items() <= line.items()]
    assert chosen
    return {line["stat"]: float(line["value"]) if line["value"] else None for line in chosen}


def test_numbers_are_those_of_the_published_cohort(page):
    """From results.csv: ORR 15/17, relapse 10 of 15 responders, grade 3 in 3/17; no dates, so no survival."""
    row = page.rows[COHORT, "as published in 2022 (published)"]
    assert row[1] == "not stated"
    assert row[3:8] == ["17", "88% (64–99)", "not derivable", "67% (38–88)", "18% (4–43)"]


DELIVERED = [
    (COHORT, "published", "as published in 2022 (published)", "17"),
    (PROTOCOL, "2024-06-30", "first interim analysis", "16"),
    (PROTOCOL, "2026-06-30", "third interim analysis", "53"),
]


@pytest.mark.parametrize(("study", "cut", "label", "treated"), DELIVERED)
def test_every_number_of_the_table_is_that_of_results_csv(page, out, study, cut, label, treated):
    heading, row = page.rows[study, "Cut"], page.rows[study, label]
    shown = dict(zip(heading, row, strict=True))
    assert shown["Treated"] == treated
    assert {name: shown[name] for name in HEADLINES} == {
        name: printed for name, (_, printed) in read_numbers(out, study, cut).items()
    }


def test_every_number_of_the_trends_is_that_of_results_csv(page, out):
    """Nobody had been followed for 12 months at the first cut: survival begins with a gap."""
    cuts = ("2024-06-30", "2026-06-30")
    numbers = {cut: read_numbers(out, PROTOCOL, cut) for cut in cuts}
    assert len(page.trends[PROTOCOL]) == len(HEADLINES)
    for heading, trend in zip(HEADLINES, page.trends[PROTOCOL], strict=True):
        about, said = trend.said.split(": ", 1)
        assert len(about) >= len("Overall")
        assert said == "; ".join(f"{cut}, {numbers[cut][heading][1]}" for cut in cuts)
        known = [(cut, *numbers[cut][heading]) for cut in cuts if numbers[cut][heading][0] is not None]
        assert [title for title, _ in trend.dots] == [f"{cut}: {printed}" for cut, _, printed in known]
        assert [place for _, place in trend.dots] == pytest.approx([p for _, p, _ in known], abs=1e-3)
    assert [len(trend.dots) for trend in page.trends[PROTOCOL]] == [2, 1, 2, 2]


def test_a_single_cut_has_no_trend(page):
    assert COHORT not in page.trends


def test_states_say_what_is_missing_and_what_failed(page):
    states = {row[0]: row[2] for (study, _), row in page.rows.items() if study == PROTOCOL}
    assert states == {
        "Cut": "State",
        "first interim analysis": "stale",
        "second interim analysis": "missing",
        "third interim analysis": "stale",
        "final analysis": "failed",
    }


def test_every_file_is_linked_and_every_link_leads_to_a_file(page, out):
    assert page.rows[COHORT, "as published in 2022 (published)"][8].startswith("HTML · PDF · Word · results")
    assert page.rows[PROTOCOL, "third interim analysis"][8] == "results · changes"
    assert page.rows[PROTOCOL, "final analysis"][3:] == ["", "", "", "", "", "error"]
    assert page.links[COHORT, "as published in 2022 (published)"][:4] == [
        f"{COHORT}/published/{name}" for name in FILES
    ]
    links = [link for links in page.links.values() for link in links]
    assert len(links) > len(FILES)
    assert all((out / link).is_file() for link in links)


def test_synthetic_is_said_of_the_synthetic_study_only(text):
    assert text.count(SYNTHETIC_NOTICE) == 1
    assert text.index(SYNTHETIC_NOTICE) > text.index("Tsvetkova")


def test_it_is_one_file_that_opens_without_network(page, text, out):
    assert not re.search(r"https?:", text, re.IGNORECASE)
    assert not re.search(r"@import|url\((?!data:font)", text)
    assert not {"link", "script", "img", "iframe", "object", "base"} & {tag for tag, _ in page.tags}
    assert [key for _, attributes in page.tags for key in attributes if key in {"src", "srcset", "xlink:href"}] == []
    assert {file.name for file in out.iterdir()} == {"index.html", COHORT, PROTOCOL}


def test_it_is_readable_without_sight_and_on_a_narrow_screen(page):
    assert ("html", {"lang": "en"}) in page.tags
    assert all(attributes["role"] == "img" for tag, attributes in page.tags if tag == "svg")
    boxes = [attributes for _, attributes in page.tags if attributes.get("class") == "float-body"]
    assert len(boxes) == 2
    assert all({"tabindex", "aria-label"} <= attributes.keys() for attributes in boxes)


def test_it_is_the_same_again_and_never_half_written(out, text, monkeypatch):
    """A run that is killed while it writes leaves the page as it was, and nothing beside it."""
    studies = list(list_indexed_studies(read_study(PROTOCOL)))
    write_index(out, studies)
    assert (out / "index.html").read_text("utf-8") == text

    def kill(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", kill)
    with pytest.raises(KeyboardInterrupt):
        write_index(out, studies[:1])
    assert (out / "index.html").read_text("utf-8") == text
    assert {file.name for file in out.iterdir()} == {"index.html", COHORT, PROTOCOL}


def proportion(param, p, population="SAFFL"):
    stats = {"n": 250 * p, "N": 250, "p": p, "lcl": p - 0.05, "ucl": p + 0.05}
    return make_rows(stats, "proportion", Key(param=param, population=population))


@pytest.fixture
def tiny(tmp_path, write_study):
    """A study outside data/ with one delivered cut of 250 patients, of whom 100 are still at risk at 12 months."""
    study = read_study(str(write_study(title="<A> & *B*")))
    folder = tmp_path / "reports" / "tiny" / "first"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}", "utf-8")
    os = Key(param="OS", population="SAFFL")
    rows = make_rows({"n": 250}, "km", os) + proportion("ORR", 0.5124)
    rows += make_rows({"n_risk": 100, "survival": 0.6, "lcl": 0.5, "ucl": 0.7}, "km_at", os, time_months=12)
    write_results(make_results(rows), folder / "results.csv")
    return study, tmp_path / "reports"


def test_percentages_have_the_decimals_of_the_report(tiny):
    """One from 200 patients on, of the curve too, however few are at risk; a dash for what is not declared."""
    study, out = tiny
    page = Page(write_index(out, [study]).read_text("utf-8"))
    row = page.rows["tiny", "the first cut (first)"]
    assert row[3:8] == ["–", "51.2% (46.2–56.2)", "60.0% (50.0–70.0)", "–", "–"]


def test_a_title_is_text_whatever_it_looks_like(tiny):
    study, out = tiny
    assert "<h2>&lt;A&gt; &amp; *B*</h2>" in write_index(out, [study]).read_text("utf-8")


@pytest.mark.parametrize("damage", [lambda file: file.write_bytes(b"\xff\x00"), lambda file: file.unlink()])
def test_results_that_cannot_be_read_have_no_numbers(tiny, damage):
    study, out = tiny
    damage(out / "tiny" / "first" / "results.csv")
    page = Page(write_index(out, [study]).read_text("utf-8"))
    assert page.rows["tiny", "the first cut (first)"][2:8] == ["stale", "", "", "", "", ""]


def test_a_study_elsewhere_is_listed_also_when_another_is_run(tiny):
    """Until its folder is gone; one under data/ needs no note of where it is."""
    study, out = tiny
    remember_study(out, study)
    cohort = read_study(COHORT)
    (out / COHORT).mkdir()
    remember_study(out, cohort)
    assert list((out / COHORT).iterdir()) == []
    assert {"tiny", COHORT, PROTOCOL} <= {known.id for known in list_indexed_studies(cohort, out)}
    (study.folder / "study.yml").unlink()
    assert "tiny" not in {known.id for known in list_indexed_studies(cohort, out)}
