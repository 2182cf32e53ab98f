"""A number that no source accounts for must be noticed; one that has a source must not be.

How well wrong numbers are noticed is measured on the delivered reports: each number in turn is printed wrong by one in
its last digit, and those that still pass are counted.
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from delivery.conftest import PROTOCOL, PUBLISHED
from helpers.delivery.numbers import list_statements
from helpers.delivery.traceability import Tracer, find_untraced_numbers
from helpers.delivery.visible_text import Piece, read_pieces
from helpers.results.cut import CutData, open_cut

EVERY = 9
"""Of so many numbers one is printed wrong: enough to measure a rate."""
MOST_UNNOTICED = 0.06
"""Measured: six of 175 and ten of 347; most are single digits that another statistic of the same analysis has too."""


@pytest.fixture(scope="session")
def data() -> dict[tuple[str, str], CutData]:
    return {key: open_cut(*key) for key in (PUBLISHED, PROTOCOL)}


@pytest.fixture
def reports(published_report, protocol_report) -> dict[tuple[str, str], Path]:
    return {PUBLISHED: published_report / "report.html", PROTOCOL: protocol_report / "report.html"}


def check(data: CutData, html: str) -> list[str]:
    """Numbers of a text that nothing accounts for."""
    tracer = Tracer(data)
    return [number.text for piece in read_pieces(html) for _, number in tracer.find_untraced(piece)]


def test_every_number_of_the_published_report_is_accounted_for(reports, data):
    assert find_untraced_numbers(reports[PUBLISHED], data[PUBLISHED]) == []


def print_wrong(piece: Piece) -> list[Piece]:
    """The piece once for each of its numbers, with that number wrong by one in its last digit."""
    found = []
    for number in (number for statement in list_statements(piece.text) for number in statement):
        last = re.match(r"[\d.]*\d", piece.text[number.start : number.end], re.ASCII)
        assert last is not None
        place = number.start + last.end() - 1
        digit = (int(piece.text[place]) + 1) % 10
        found.append(replace(piece, text=f"{piece.text[:place]}{digit}{piece.text[place + 1 :]}"))
    return found


@pytest.mark.parametrize("study", [PUBLISHED, PROTOCOL], ids=lambda key: key[0])
def test_wrong_numbers_are_noticed(reports, data, study):
    tracer = Tracer(data[study])
    # the chapter on what changed needs the earlier report, which stands elsewhere here
    pieces = [
        piece
        for piece in read_pieces(reports[study].read_text("utf-8"))
        if not any(section.startswith("sec-since") for section in piece.sections)
    ]
    tried, unnoticed = 0, []
    for piece in pieces:
        before = (tracer._label, tracer._patient)
        for number, wrong in enumerate(print_wrong(piece)):
            if (number + len(piece.text)) % EVERY:
                continue
            tracer._label, tracer._patient = before
            tried += 1
            if not list(tracer.find_untraced(wrong)):
                unnoticed.append(wrong.text[:80])
        tracer._label, tracer._patient = before
        list(tracer.find_untraced(piece))
    assert tried > 150
    assert len(unnoticed) / tried < MOST_UNNOTICED, unnoticed


def test_what_belongs_together_must_be_one_result(data):
    """CR in 15 of 17 is 88%, CI 64–99%: by themselves the numbers of other results exist too."""
    right = "<p>Complete remission: 15/17 (88%, 95% CI 64–99%).</p>"
    assert check(data[PUBLISHED], right) == []
    for wrong in ("14/17 (88%, 95% CI 64–99%)", "15/17 (82%, 95% CI 64–99%)", "15/17 (88%, 95% CI 57–99%)"):
        assert check(data[PUBLISHED], f"<p>Complete remission: {wrong}.</p>"), wrong


def test_a_planted_number_is_noticed(data):
    assert check(data[PUBLISHED], "<p>Of 17 patients, 23 responded, 41.7% of all; dose 3×10⁷.</p>")[:2] == [
        "23",
        "41.7",
    ]


def test_a_wrong_rounding_is_noticed(data):
    """15/17 is 88.235…%: 88.3% is no rounding of it."""
    assert check(data[PUBLISHED], "<p>Complete remission in 88.3%.</p>") == ["88.3"]


def test_raw_tables_account_for_nothing_outside_the_rows_of_patients(data):
    """A blood count of a single patient stands in the raw table; it is no result."""
    counts = data[PROTOCOL].tables["labs"]["platelets"].dropna()
    single = next(f"{n:g}" for n in counts if n > 150 and not (data[PROTOCOL].results["value"] == n).any())
    assert check(data[PROTOCOL], f"<p>One patient had {single} platelets.</p>") == [single]


def test_digits_within_words_are_not_numbers(data):
    assert check(data[PUBLISHED], "<p>KMT2A, CD3+</p>") == []


def test_structure_code_and_references_are_not_read(data):
    html = (
        "<head><title>99</title></head><nav><a>3.7</a></nav>"
        "<h1><span class='header-section-number'>4</span> Safety</h1>"
        "<details>41</details><p>See Figure 12 and Table 3. <span class='citation'>[8]</span> 17 patients<br>more</p>"
        "<img alt='alt 4711'><svg><text>77</text></svg><div id='refs'>1958;53:457</div>"
    )
    assert check(data[PUBLISHED], html) == ["4711"]
    read = " ".join(piece.text for piece in read_pieces(html))
    assert not re.search(r"\b(99|3\.7|41|77|457)\b|\[8\]", read)


def test_in_prose_a_count_is_not_a_percentage(data):
    """15/17 rounds to 88%: that does not account for 88 patients."""
    assert check(data[PUBLISHED], "<p>Complete remission in 88 patients.</p>") == ["88"]
