"""What changed between two cuts, as facts: the numbers of both, and each change with its cause."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from helpers.delivery.facts import LOWER, UPPER, Fact, make_facts
from helpers.display.tables.changed_notes import HEADINGS
from helpers.results.changes import WHOLE, Changes, make_changes_frame

TOTAL = "total"


def make_changed_facts(changes: Changes) -> list[Fact]:
    """Make facts of the earlier cut's results, and of each change by its cause.

    Parameters
    ----------
    changes : Changes
        What changed.

    Returns
    -------
    list of Fact
        Their sides are ``old``, or the heading of the cause in small letters.
    """
    old = make_facts(changes.old_results, changes.study)
    return [*(replace(fact, side="old") for fact in old), *_list_steps(changes), *_count_told(changes)]


def name_sides(changes: Changes) -> dict[str, str]:
    """Headings of the columns of a change, in small letters, with the side whose numbers stand below."""
    causes = {heading.lower(): heading.lower() for heading in (*HEADINGS.values(), TOTAL)}
    old, new = (cut.date.isoformat() if cut.date else cut.id for cut in (changes.old, changes.new))
    return {**causes, old: "old", new: "new"}


def _list_steps(changes: Changes) -> Iterator[Fact]:
    """Each change as a fact of what it is a change of: by how much, and what the number became."""
    numbers = changes.numbers.assign(group="", level="")
    for cause, rows in numbers.groupby("cause"):
        side = TOTAL if cause == WHOLE else HEADINGS[str(cause)].lower()
        yield from (replace(fact, side=side) for fact in make_facts(rows.assign(value=rows["new"]), changes.study))
        for sign in (-1, 0, 1):
            # limits are not shown to change
            moved = rows[(np.sign(rows["difference"]) == sign) & ~rows["stat"].isin(LOWER | UPPER)]
            facts = make_facts(moved.assign(value=moved["difference"].abs()), changes.study)
            yield from (replace(fact, side=side, sign=sign) for fact in facts)


def _count_told(changes: Changes) -> Iterator[Fact]:
    """Of how many patients, values and declarations something is told."""
    told = [changes.new_patients, changes.patients, changes.source_values, changes.method]
    told += [changes.new_patients[changes.new_patients[side] == ""] for side in ("old", "new")]
    frames = ((changes.patients, ["what", "cause"]), (changes.source_values, ["what"]), (changes.method, ["kind"]))
    for frame, columns in frames:
        told += [rows for column in columns for _, rows in frame.groupby(column)]
        told += [rows for _, rows in frame.groupby(columns)]
    counts = {len(rows) for rows in told} | {rows["patient"].nunique() for rows in told if "patient" in rows}
    new = changes.new_patients
    counts |= {int(new[side].str.startswith("treated").sum()) for side in ("old", "new")}
    nothing = frozenset[str]()
    for number in sorted(counts):
        texts = {"n": frozenset({str(number)})}
        yield Fact("told", nothing, nothing, "", ("", ""), "", None, texts)


def list_changed_words(changes: Changes) -> Iterator[str]:
    """Yield what the comparison says in words: labels of the cuts, what happened, changed declarations and files."""
    yield from (changes.old.label, changes.new.label)
    frame = make_changes_frame(changes)
    for column in ("what", "old", "new", "item"):
        yield from frame.loc[frame["section"] == "method", column].unique()


def list_patient_words(changes: Changes) -> Iterator[tuple[str, str]]:
    """Yield each patient with what is told of them."""
    frame = make_changes_frame(changes)
    columns = ["old", "new", "old_row", "new_row", "item", "what"]
    for patient, *texts in frame.loc[frame["patient"] != "", ["patient", *columns]].itertuples(index=False):
        yield from ((str(patient), str(text)) for text in texts)
