"""Tables of what changed since another cut: patients, what happened to them, source values, method."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from textwrap import shorten

import pandas as pd

from helpers.display.absence import NotDerivableError, or_say_so
from helpers.display.compared import BECAME, explain_cut, head_cut, name_cut, require_changes
from helpers.display.formatting import NONE
from helpers.display.happenings import describe_happenings, list_followed
from helpers.display.table import Table, make_table
from helpers.results.changes import Changes, NotCompared
from helpers.results.method import CODE, DECLARATION, PACKAGE
from helpers.results.replay import EVENT, FOLLOW_UP, METHOD, SOURCE
from helpers.results.source_values import CORRECTED

NOT_THERE = "not in the data"
NO_EVENT = "No new event"
MOST_CHARACTERS = 160
"""So long is a declaration that is shown; the whole of it stands in changes.csv."""
SHORT_CAUSES = {METHOD: "Method", SOURCE: "Correction", FOLLOW_UP: "Follow-up", EVENT: "New event"}
KINDS = {DECLARATION: "Declared in study.yml", CODE: "Files of the program", PACKAGE: "Packages"}


@or_say_so
def make_table_new_patients(changes: Changes | NotCompared) -> Table:
    """Patients who are in only one of the cuts, or treated by only one of them."""
    found = require_changes(changes)
    if found.new_patients.empty:
        raise NotDerivableError(f"No patient was added or treated since {name_cut(found.old)}")
    old, new = head_cut(found.old), head_cut(found.new)
    cells = pd.DataFrame(
        [
            {"Patient": row["patient"], old: _say_treatment(row["old"]), new: _say_treatment(row["new"])}
            for row in _sort_by_patient(found.new_patients).to_dict(orient="records")
        ]
    )
    return make_table(cells, "new-patients", stub="Patient", left=[old, new], notes=[_describe_cuts(found)])


def _say_treatment(known: str) -> str:
    return known.replace("treated ", "treated on ") or NOT_THERE if known != "not treated" else known


@or_say_so
def make_table_patient_changes(changes: Changes | NotCompared) -> Table:
    """What happened to each patient of the earlier cut: one row a patient and cause, and how far each was followed."""
    found = require_changes(changes)
    if found.patients.empty:
        raise NotDerivableError(f"Nothing happened to the patients of {name_cut(found.old)}")
    rows = []
    for patient, happened in _sort_by_patient(found.patients).groupby("patient", sort=False):
        followed = "; ".join(list_followed(happened[happened["cause"] == FOLLOW_UP]))
        told = list(_tell_patient(happened, found)) or [(NO_EVENT, FOLLOW_UP)]
        for place, (text, cause) in enumerate(told):
            rows.append(
                {
                    "Patient": "" if place else str(patient),
                    "What happened": text,
                    "Cause": SHORT_CAUSES[cause],
                    "Followed until": "" if place else followed or NONE,
                }
            )
    notes = [
        f"{_describe_cuts(found)} Patients of both; sorted by patient.",
        f"Followed until: last day known without an event, of the earlier {BECAME} of the later cut, of each endpoint "
        "that is still running; the cause is longer follow-up. In brackets the endpoints that an event decides, all of "
        "which are named in changes.csv.",
    ]
    left = ["What happened", "Cause", "Followed until"]
    return make_table(pd.DataFrame(rows), "patient-changes", stub="Patient", left=left, notes=notes)


def _tell_patient(happened: pd.DataFrame, changes: Changes) -> Iterator[tuple[str, str]]:
    """Yield what happened to a patient by each cause, follow-up without anything else left out."""
    for cause in SHORT_CAUSES:
        text = describe_happenings(happened[happened["cause"] == cause], changes.study)
        if text:
            yield text, cause


@or_say_so
def make_table_source_values(changes: Changes | NotCompared) -> Table:
    """Raw values known to the earlier cut that were corrected, and records entered late or removed."""
    found = require_changes(changes)
    if found.source_values.empty:
        raise NotDerivableError(f"No source value known to {name_cut(found.old)} was changed")
    old, new = head_cut(found.old), head_cut(found.new)
    rows = []
    for row in found.source_values.to_dict(orient="records"):
        removed = pd.isna(row["new_row"])
        what = row["column"] if row["what"] == CORRECTED else f"record {row['what']}"
        rows.append(
            {
                "Patient": row["patient"],
                "Row": f"{row['old_row']} of {old}" if removed else str(row["new_row"]),
                "Column": what,
                old: row["old"] or NONE,
                new: row["new"] or NONE,
                "Table": row["table"],
            }
        )
    notes = [
        f"{_describe_cuts(found)} Row: of the raw table as extracted for the later cut, its heading counted. Both "
        f"extractions as of {old}: what a later contact tells of an earlier day is no correction. {NONE}, empty.",
    ]
    left = ["Column", old, new]
    return make_table(pd.DataFrame(rows), "source-values", stub="Patient", groups="Table", left=left, notes=notes)


@or_say_so
def make_table_method_changes(changes: Changes | NotCompared) -> Table:
    """Declarations of study.yml, files of the program and packages that are not what they were."""
    found = require_changes(changes)
    if not found.as_delivered:
        raise NotDerivableError(
            f"No report of {name_cut(found.old)} was delivered: its numbers are computed anew, with today's "
            "declarations and program, and no change of method can show"
        )
    if found.method.empty:
        raise NotDerivableError(
            f"No declaration, no code that computes and no package was changed since {name_cut(found.old)}"
        )
    rows = [
        {"Item": item, "Change": change, "Kind": heading}
        for kind, heading in KINDS.items()
        for item, change in _list_method(found.method[found.method["kind"] == kind], kind)
    ]
    notes = [
        f"{BECAME}, from the report of {name_cut(found.old)}, as it was delivered, to this one. Whole declarations and "
        "the sums of all files stand in changes.csv.",
    ]
    return make_table(
        pd.DataFrame(rows), "method-changes", stub="Item", groups="Kind", left=["Item", "Change"], notes=notes
    )


def _list_method(changed: pd.DataFrame, kind: str) -> Iterator[tuple[str, str]]:
    """Yield item and change; files of code by folder, as their sums tell a reader nothing."""
    if kind != CODE:
        for item, old, new in zip(changed["item"], changed["old"], changed["new"], strict=True):
            yield item, f"{_show_declared(old)} {BECAME} {_show_declared(new)}"
        return
    files = changed.assign(
        folder=[str(PurePosixPath(item).parent) for item in changed["item"]],
        name=[PurePosixPath(item).name for item in changed["item"]],
    )
    for folder, inside in files.groupby("folder"):
        sorts = {
            "changed": inside[(inside["old"] != "") & (inside["new"] != "")],
            "added": inside[inside["old"] == ""],
            "removed": inside[inside["new"] == ""],
        }
        yield str(folder), "; ".join(f"{sort}: {', '.join(part['name'])}" for sort, part in sorts.items() if len(part))


def _show_declared(text: str) -> str:
    return shorten(text, MOST_CHARACTERS, placeholder=" …") or NONE


def _describe_cuts(changes: Changes) -> str:
    return f"{explain_cut(changes.old)}; {explain_cut(changes.new)}."


def _sort_by_patient(frame: pd.DataFrame) -> pd.DataFrame:
    """Sort rows by patient, numbers within a name as numbers: patient 2 stands before patient 10."""
    order = {patient: place for place, patient in enumerate(sort_patients(frame["patient"]))}
    return frame.sort_values("patient", key=lambda column: column.map(order), kind="stable")


def sort_patients(patients: Iterable[str]) -> Sequence[str]:
    """Patients once each, numbers within a name in the order of numbers."""

    def parts(name: str) -> list[tuple[int, str]]:
        return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name)]

    return sorted(set(patients), key=parts)
