"""The STROBE checklist (von Elm 2007): every item, and only places that are really in the report."""

import re

import pytest

from helpers.delivery.strobe import (
    ANSWERED,
    ITEMS,
    MISSING,
    PRINTED_IN,
    check_items,
    make_checklist_frame,
    write_checklist,
)
from helpers.study.narrative import Narrative

LABELS = {"sec-summary", "sec-methods", "sec-design", "sec-statistics", "tbl-baseline"}


def states(narrative, labels):
    return {(answer.item.number, answer.item.wording): answer.state for answer in check_items(narrative, labels)}


def test_all_items_of_the_statement_are_there_in_its_order():
    """Table 1 of the statement: 22 items; 1, 6, 12, 13, 14 and 16 have parts."""
    parts = {"1": "ab", "6": "ab", "12": "abcde", "13": "abc", "14": "abc", "16": "abc"}
    expected = [f"{number}{part}" for number in range(1, 23) for part in parts.get(str(number), [""])]
    assert list(dict.fromkeys(item.number for item in ITEMS)) == expected


def test_every_key_of_an_item_is_one_of_study_yml_and_is_printed_somewhere():
    keys = {key for item in ITEMS for key in item.narrative}
    assert keys == set(PRINTED_IN)
    assert keys <= set(Narrative.model_fields)


def test_a_place_counts_only_if_the_report_has_it():
    answers = {answer.item.number: answer for answer in check_items(Narrative(), LABELS)}
    assert answers["14a"].places == ("tbl-baseline",)  # there is neither a table of exposure nor one of printed counts
    assert answers["13c"].state == MISSING
    assert answers["6b"].state == "not applicable"


def test_what_the_authors_have_not_written_is_missing_with_its_key():
    table = write_checklist(check_items(Narrative(), LABELS))
    assert "| 9 | Bias | Efforts to address sources of bias | **Missing** (study.yml, narrative: bias) |" in table


def test_what_the_authors_have_written_is_found_where_it_is_printed():
    narrative = Narrative(bias="None was found.", design="A cohort.")
    by_number = {answer.item.number: answer for answer in check_items(narrative, LABELS)}
    assert by_number["9"].places == ("sec-statistics",)
    assert by_number["4"].places == ("sec-summary", "sec-design")
    assert "| @sec-summary, @sec-design |" in write_checklist([by_number["4"]])


def test_a_text_in_a_section_that_was_left_out_answers_nothing():
    assert states(Narrative(bias="None was found."), set())["9", "Efforts to address sources of bias"] == MISSING


@pytest.mark.parametrize("labels", [set(), LABELS])
def test_the_table_is_one_that_pandoc_and_quarto_read(labels):
    head, dashes, *rows, blank, caption = write_checklist(check_items(Narrative(), labels)).splitlines()
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in (head, dashes, *rows)} == {5}
    assert blank == ""
    assert caption.endswith("{#tbl-strobe}")


def test_the_file_for_machines_has_the_texts():
    frame = make_checklist_frame(check_items(Narrative(funding="A grant\n of somebody."), LABELS))
    row = frame[frame["Item"] == "22"].iloc[0]
    assert (row["State"], row["Places"], row["Text of the authors"]) == (ANSWERED, "sec-design", "A grant of somebody.")
    assert len(frame) == len(ITEMS)
