"""A report leaves out what its study does not declare, and says what its data cannot support."""

import nbformat
import pytest

from helpers.delivery.sections import leave_out_undeclared, list_labels
from helpers.display.absence import (
    NOT_DECLARED,
    NOT_DERIVABLE,
    WITHHELD,
    NotDerivableError,
    NotInStudyError,
    WithheldError,
    or_say_so,
)
from helpers.display.prose import Prose


def prose(text):
    return nbformat.v4.new_markdown_cell(text)


def display(label="", text="shown", **metadata):
    output = nbformat.v4.new_output("execute_result", data={"text/markdown": text}, metadata=metadata)
    source = f"#| label: {label}\nfigure" if label else "sentence"
    return nbformat.v4.new_code_cell(source, outputs=[output])


def undeclared(label=""):
    return display(label, "*nothing of the kind*", **{NOT_DECLARED: True})


def shown(cells):
    """What remains: the source of prose, the label or the text of a display."""
    texts = []
    for cell in leave_out_undeclared(cells):
        texts.append(cell.source if cell.cell_type == "markdown" else cell.source.split("\n")[0])
    return texts


def test_a_section_in_which_nothing_is_declared_goes_with_its_heading():
    cells = [
        prose("# A {#sec-a}"),
        display("fig-a"),
        prose("## B {#sec-b}\n\nAbout B."),
        undeclared("fig-b"),
        undeclared(),
    ]
    assert shown([*cells, prose("## C {#sec-c}"), display("fig-c")]) == [
        "# A {#sec-a}",
        "#| label: fig-a",
        "## C {#sec-c}",
        "#| label: fig-c",
    ]


def test_a_chapter_in_which_nothing_is_declared_goes_as_a_whole():
    cells = [
        prose("# A"),
        display(),
        prose("# B {#sec-b}\n\nMethod."),
        prose("## B1"),
        undeclared(),
        prose("## B2"),
        undeclared(),
    ]
    assert shown(cells) == ["# A", "sentence"]


def test_in_a_section_that_stays_only_the_undeclared_display_goes():
    assert shown([prose("## A"), undeclared("fig-a"), display("fig-b")]) == ["## A", "#| label: fig-b"]


def test_prose_about_what_was_left_out_goes_and_the_rest_of_its_cell_stays():
    """The paragraph may stand before or after what it refers to."""
    cells = [prose("# A\n\nSee @fig-b.\n\nSee @fig-a."), display("fig-a"), prose("## B {#sec-b}"), undeclared("fig-b")]
    assert shown([*cells, prose("## C\n\nAs in @sec-b."), display()]) == [
        "# A\n\nSee @fig-a.",
        "#| label: fig-a",
        "## C",
        "sentence",
    ]


def test_a_section_without_displays_stays():
    assert shown([prose("# A\n\n## B\n\nOnly prose.")]) == ["# A", "## B\n\nOnly prose."]


def test_headings_in_code_blocks_are_no_headings():
    text = "# A\n\n```\n# no heading\n```"
    assert shown([prose(text)]) == [text]


def test_what_is_not_derivable_is_a_sentence_without_number_and_caption():
    cells = [prose("## A\n\nRead @tbl-a by rows."), display("tbl-a", "*A: not derivable*", **{NOT_DERIVABLE: True})]
    assert shown(cells) == ["## A", "*A: not derivable*"]


def test_what_is_withheld_goes_without_a_trace_as_what_is_not_declared():
    """A section may hold both; a sentence that something was withheld would be a riddle to the public."""
    withheld = display("tbl-b", "*The listing is not part of the public version*", **{WITHHELD: True})
    cells = [prose("# A {#sec-a}\n\nSee @tbl-b."), display("fig-a")]
    assert shown([*cells, prose("## B {#sec-b}\n\nRead @tbl-b."), withheld, undeclared()]) == [
        "# A {#sec-a}",
        "#| label: fig-a",
    ]


def test_the_labels_are_those_of_what_is_left():
    cells = [prose("# A {#sec-a}\n\n## C {#sec-c}"), display("fig-a"), prose("## B {#sec-b}"), undeclared("fig-b")]
    assert list_labels(leave_out_undeclared(cells)) == {"sec-a", "sec-c", "fig-a"}


@pytest.mark.parametrize(
    ("error", "reason"),
    [(NotInStudyError, NOT_DECLARED), (NotDerivableError, NOT_DERIVABLE), (WithheldError, WITHHELD)],
)
def test_a_display_says_in_its_metadata_why_there_is_nothing(error, reason):
    @or_say_so
    def show():
        raise error("This study has none")

    sentence = show()
    assert isinstance(sentence, Prose)
    data, metadata = sentence._repr_mimebundle_()
    assert data["text/markdown"] == "*This study has none.*"
    assert metadata == {reason: True}
