"""What changed between two cuts, as it is displayed: worked out by hand from a small comparison made for it."""

import re
import struct
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers.display import figures, sentences, tables
from helpers.display.absence import NOT_DECLARED, NOT_DERIVABLE, Absence
from helpers.display.compared import CAUSES as WORDS
from helpers.display.compared import read_numbers
from helpers.display.figures.changes import EARLIER, _read_side
from helpers.display.figures.style import Figure
from helpers.display.happenings import describe_happenings
from helpers.display.prose import Prose
from helpers.display.table import Table
from helpers.display.tables.changed_notes import HEADINGS
from helpers.display.tables.changes import SHORT_CAUSES, sort_patients
from helpers.results import patient_changes as happening
from helpers.results.changes import NUMBER_FIELDS, WHOLE, Changes, NotCompared, compare_cuts
from helpers.results.replay import CAUSES, EVENT, FOLLOW_UP, METHOD, PATIENT, SOURCE
from helpers.results.schema import Key, make_results, make_rows, select
from helpers.study.reading import read_cut, read_study

NAN = float("nan")
TOPICS = ("patients", "response", "survival", "incidence", "safety")
CUTS = [
    {"id": "one", "label": "first interim analysis", "date": "2025-06-30"},
    {"id": "two", "label": "second interim analysis", "date": "2026-06-30"},
]
HAS = [{"column": "patient_listing.best_response", "any_of": ["CR"]}]
DEATH = {"label": "Death", "date": "followup.death_date"}
RELAPSE = {"label": "Relapse", "date": "relapse.relapse_date"}
TIMED = {
    "definition": "As said.",
    "population": "SAFFL",
    "origin": {"label": "first dose", "date": "blinatumomab.start_date"},
    "censoring": [{"label": "Last contact", "date": "followup.last_contact_date"}],
}
DECLARED = {
    "cuts": CUTS,
    "populations": [
        {"name": "SAFFL", "label": "all treated patients", "when": []},
        {"name": "RESPFL", "label": "patients in remission", "short": "responders", "when": []},
    ],
    "responses": [{"param": "CR", "label": "Complete remission", "populations": ["SAFFL", "RESPFL"], "when": HAS}],
    "outcomes": [{"param": "NEWTHER", "label": "Another treatment", "when": HAS}],
    "occurrences": [{"param": "CRS", "label": "Cytokine release", "topic": "CRS", "when": HAS}],
    "endpoints": [
        {**TIMED, "param": "OS", "label": "Overall survival", "events": [DEATH], "times_at": [12, 24]},
        {**TIMED, "param": "CIR", "label": "Relapse", "events": [RELAPSE], "competing": [DEATH], "times_at": [12]},
    ],
}
# each number with the values that it had: at the earlier cut, and after each step that changed it
PATHS = [
    ("count", "", "SAFFL", "SAFFL", NAN, "n", "", 10, {PATIENT: 12}),
    ("proportion", "CR", "SAFFL", "", NAN, "n", "", 5, {EVENT: 6, PATIENT: 7}),
    ("proportion", "CR", "SAFFL", "", NAN, "N", "", 10, {PATIENT: 12}),
    ("proportion", "CR", "SAFFL", "", NAN, "p", "", 0.5, {EVENT: 0.6, PATIENT: 7 / 12}),
    ("km", "OS", "SAFFL", "", NAN, "n", "", 10, {PATIENT: 12}),
    ("km", "OS", "SAFFL", "", NAN, "events", "", 2, {EVENT: 3}),
    ("km", "OS", "SAFFL", "", NAN, "median", "months", 8.0, {FOLLOW_UP: NAN, EVENT: 15.25}),
    ("km_at", "OS", "SAFFL", "", 12.0, "survival", "", 0.8, {SOURCE: 0.85, EVENT: 0.75}),
    ("km_at", "OS", "SAFFL", "", 24.0, "survival", "", NAN, {FOLLOW_UP: 0.5}),
    ("follow_up", "OS", "SAFFL", "", NAN, "median", "months", 6.0, {FOLLOW_UP: 9.04}),
    ("cif", "CIR", "SAFFL", "", NAN, "competing", "", 2, {EVENT: 3}),
]


def make_numbers(paths):
    rows = []
    for *place, start, steps in paths:
        values = [start, *steps.values()]
        changes = [(WHOLE, start, values[-1]), *zip(steps, values[:-1], values[1:], strict=True)]
        rows += [(*place[:6], cause, place[6], old, new, new - old) for cause, old, new in changes]
    return pd.DataFrame(rows, columns=list(NUMBER_FIELDS))


def make_side(n, releases, remissions, os_stats, survival, follow_up, relapses, curve):
    """The results of a cut; `curve` holds (time, at risk, events, censored, survival, lower, upper)."""
    os, cir = Key(param="OS", population="SAFFL"), Key(param="CIR", population="SAFFL")
    rows = make_rows({"n": n}, "count", Key(population="SAFFL", variable="SAFFL"))
    for population, of, (count, p, lcl, ucl) in (("SAFFL", n, remissions), ("RESPFL", 0, (0, None, None, None))):
        key = Key(param="CR", population=population)
        rows += make_rows({"n": count, "N": of, "p": p, "lcl": lcl, "ucl": ucl}, "proportion", key)
    rows += make_rows({"n": releases, "N": n, "p": 0.1, "lcl": 0, "ucl": 0.2}, "proportion", Key("CRS", "SAFFL"))
    rows += make_rows({"n": n, **os_stats}, "km", os, method="Kaplan-Meier")
    for time, (p, lcl, ucl) in survival.items():
        rows += make_rows({"survival": p, "lcl": lcl, "ucl": ucl}, "km_at", os, time_months=time)
    rows += make_rows(follow_up, "follow_up", os)
    events, competing = relapses
    rows += make_rows({"n": n, "events": events, "competing": competing}, "cif", cir, method="Aalen-Johansen")
    rows += make_rows({"cif": 0.2, "lcl": 0.1, "ucl": 0.3}, "cif_at", cir, time_months=12)
    stats = ("n_risk", "n_event", "n_censor", "survival", "lcl", "ucl")
    for time, *values in curve:
        rows += make_rows(dict(zip(stats, values, strict=True)), "km_curve", os, time_months=time)
    rows += make_rows(
        {"n_risk": n, "n_event": 1, "n_competing": 0, "n_censor": 0, "cif": 0.2, "lcl": 0.05, "ucl": 0.38},
        "cif_curve", cir, time_months=3,
    )  # fmt: skip
    # a stratum, as a delivered report holds it, is of no interest
    rows += make_rows({"n": 99, "events": 99}, "km", replace(os, group="SEX", level="Male"))
    return make_results(rows)


OLD = make_side(
    10, 1, (5, 0.5, 0.19, 0.81), {"events": 2, "median": 8.0, "median_lcl": 3.0, "median_ucl": None},
    {12.0: (0.8, 0.5, 0.9), 24.0: (None, None, None)}, {"median": 6.0, "lcl": 5.0, "ucl": None}, (1, 2),
    [(3.0, 10, 1, 0, 0.9, 0.6, 0.98), (8.0, 9, 1, 4, 0.8, 0.5, 0.95), (13.0, 4, 0, 4, 0.8, 0.5, 0.95)],
)  # fmt: skip
NEW = make_side(
    12, 1, (7, 7 / 12, 0.28, 0.85), {"events": 3, "median": 15.25, "median_lcl": 8.0, "median_ucl": 20.0},
    {12.0: (0.75, 0.5, 0.9), 24.0: (0.5, 0.2, 0.8)}, {"median": 9.04, "lcl": 7.0, "ucl": 12.0}, (1, 3),
    [(3.0, 12, 1, 0, 0.9, 0.6, 0.98), (12.0, 11, 2, 4, 0.75, 0.5, 0.9), (25.0, 5, 0, 5, 0.75, 0.5, 0.9)],
)  # fmt: skip
PATIENTS = [
    (SOURCE, "10", happening.EVENT_CHANGED, "OS CIR", "Relapse / Marrow relapse, 2025-03-06", "Relapse, 2025-03-02"),
    (FOLLOW_UP, "2", happening.MOVED, "OS", "Last contact, 2025-06-30", "Last contact, 2026-06-30"),
    (FOLLOW_UP, "10", happening.MOVED, "OS", "Last contact, 2025-06-20", "Last contact, 2026-05-01"),
    (EVENT, "10", happening.GRADES, "Nausea", "1", "3"),
    (EVENT, "10", happening.EVENT, "OS", "Last contact, 2026-05-01", "Death, 2026-05-01"),
]
SOURCES = [
    ("followup", "2", "death_cause", "corrected", "", "Relapse", 4, 5),
    ("gvhd", "10", "", "entered late", "", "onset_date=2025-04-15, type=chronic", None, 20),
    ("gvhd", "10", "", "removed", "onset_date=2025-01-02", "", 7, None),
]
METHODS = [
    ("study.yml", "conventions km_interval", "log", "log-log"),
    ("study.yml", "responses CR definition", "", "remission " * 40),
    ("code", "src/helpers/results/cut.py", "aaa", "bbb"),
    ("code", "src/helpers/results/flow.py", "", "bbb"),
    ("code", "src/helpers/study/model.py", "aaa", ""),
    ("package", "numpy", "2.0.0", "2.1.0"),
]
NEWCOMERS = [("12", "not treated", "treated 2025-08-01"), ("9", "", "treated 2025-07-13")]


def frame(rows, fields):
    return pd.DataFrame(rows, columns=list(fields))


@pytest.fixture
def study(write_study):
    return read_study(str(write_study(**DECLARED)))


@pytest.fixture
def make(study):
    """The comparison, with other parts where a test gives them."""

    def made(paths=PATHS, patients=PATIENTS, sources=SOURCES, methods=METHODS, newcomers=NEWCOMERS, **changed):
        whole = Changes(
            study,
            *study.cuts,
            make_numbers(paths),
            frame(newcomers, happening.NEW_FIELDS),
            frame(patients, happening.FIELDS),
            frame(sources, ("table", "patient", "column", "what", "old", "new", "old_row", "new_row")).astype(
                {"old_row": "Int64", "new_row": "Int64"}
            ),
            frame(methods, ("kind", "item", "old", "new")),
            OLD,
            NEW,
            as_delivered=True,
        )
        return replace(whole, **changed)

    return made


def read(table):
    """Cells of a table, the columns by their headings."""
    return [dict(row) for row in table.cells.to_dict(orient="records")]


def get_notes(table):
    return " ".join(re.findall(r'class="gt_from_md">(.*?)</span>', table.gt.as_raw_html()))


ALL = {
    **{f"changed {topic}": lambda changes, t=topic: tables.make_table_changed_numbers(changes, t) for topic in TOPICS},
    "new patients": tables.make_table_new_patients,
    "patients": tables.make_table_patient_changes,
    "source values": tables.make_table_source_values,
    "method": tables.make_table_method_changes,
    "reconcile": sentences.reconcile_changes,
    "conclude": lambda changes: sentences.conclude_changes(changes, ["OS", "CR"]),
    "curves": lambda changes: figures.plot_changed_curves(changes, "OS"),
}


@pytest.mark.parametrize("name", [*ALL, "describe"])
def test_a_first_cut_is_compared_with_nothing(name):
    first = NotCompared("No earlier data cut is declared", is_first=True)
    absence = {**ALL, "describe": sentences.describe_changes}[name](first)
    assert isinstance(absence, Absence)
    assert (absence, absence.reason) == ("*No earlier data cut is declared.*", NOT_DECLARED)


@pytest.mark.parametrize("name", ALL)
def test_why_a_cut_cannot_be_compared_is_said_once(name):
    """The report keeps the sentence and leaves out what it cannot show; a chapter by itself says it everywhere."""
    broken = NotCompared("What changed cannot be told: results.csv was changed", is_first=False)
    assert ALL[name](broken).reason == NOT_DECLARED
    said = sentences.describe_changes(broken)
    assert (said, said.reason) == ("*What changed cannot be told: results.csv was changed.*", NOT_DERIVABLE)


def test_survival_cell_by_cell(make):
    """At 12 months 80% → 85% → 75%: five points up, ten down; the median 8 months → not reached → 15.25."""
    table = tables.make_table_changed_numbers(make(), "survival")
    assert list(table.cells) == [
        "Number", "2025-06-30", "Source", "Follow-up", "Events", "Total", "2026-06-30", "Of",
    ]  # fmt: skip
    assert [list(row.values()) for row in read(table)] == [
        ["Events", "2/10", "–", "–", "+1", "+1", "3/12", "Overall survival"],
        ["Median, months", "8.0 (3.0–NR)", "–", "→ NR", "→ 15.3", "+7.3", "15.3 (8.0–20.0)", "Overall survival"],
        ["At 12 months, %", "80 (50–90)", "+5.0", "–", "−10.0", "−5.0", "75 (50–90)", "Overall survival"],
        ["At 24 months, %", "NE", "–", "→ 50%", "–", "→ 50%", "50 (20–80)", "Overall survival"],
        ["Follow-up, months", "6.0 (5.0–NR)", "–", "+3.0", "–", "+3.0", "9.0 (7.0–12.0)", "Overall survival"],
    ]
    notes = get_notes(table)
    assert "2025-06-30, first interim analysis, as it was delivered; 2026-06-30, second interim analysis." in notes
    assert "Source, corrected source values; Follow-up, longer follow-up; Events, new events. Each step" in notes
    assert "NR, not reached; NE, not estimable; →, what the number became where there is no difference." in notes


def test_responses_cell_by_cell(make):
    """5/10 → 6/10 → 7/12: ten points up by an event, one and two thirds down by two new patients."""
    table = tables.make_table_changed_numbers(make(as_delivered=False), "response")
    assert read(table) == [
        {
            "Number": "Complete remission",
            "2025-06-30": "5/10 (50%; 19–81)",
            "Events": "+10.0",
            "Patients": "−1.7",
            "Total": "+8.3",
            "2026-06-30": "7/12 (58%; 28–85)",
            "Of": "All treated patients",
        }
    ]
    assert "computed anew from its data" in get_notes(table)
    assert "percentage points" in get_notes(table)
    assert not re.search("not reached|not estimable|→", get_notes(table))


def test_numbers_of_patients_and_competing_events(make):
    assert read(tables.make_table_changed_numbers(make(), "patients")) == [
        {"Number": "All treated patients", "2025-06-30": "10", "Patients": "+2", "Total": "+2", "2026-06-30": "12",
         "Of": "Analysis populations"}
    ]  # fmt: skip
    assert read(tables.make_table_changed_numbers(make(), "incidence")) == [
        {"Number": "Competing events", "2025-06-30": "2", "Events": "+1", "Total": "+1", "2026-06-30": "3",
         "Of": "Relapse"}
    ]  # fmt: skip


def test_what_did_not_change_or_is_not_declared_is_a_sentence(make, write_study):
    changes = make()
    unchanged = tables.make_table_changed_numbers(changes, "safety")
    assert (unchanged, unchanged.reason) == ("*Nothing changed in the adverse events.*", NOT_DERIVABLE)
    less = read_study(str(write_study(**{**DECLARED, "occurrences": [], "endpoints": []})))
    for topic, words in (("safety", "adverse events"), ("incidence", "endpoints with competing events")):
        absence = tables.make_table_changed_numbers(make(paths=[], study=less), topic)
        assert (absence, absence.reason) == (f"*This study declares no {words}.*", NOT_DECLARED)
    with pytest.raises(ValueError, match="unknown topic 'harms'"):
        tables.make_table_changed_numbers(changes, "harms")


def test_only_a_denominator_that_changed_is_a_row_without_changes(make):
    paths = [("km", "OS", "SAFFL", "", NAN, "n", "", 10, {PATIENT: 12})]
    (row,) = read(tables.make_table_changed_numbers(make(paths=paths), "survival"))
    assert (row["2025-06-30"], row["Total"], row["2026-06-30"]) == ("2/10", "–", "3/12")


def test_an_interval_that_changed_alone_is_said_by_its_cause(make):
    """Another method of the interval moves no estimate; the limits that stand beside it have changed all the same."""
    limits = ("km_at", "OS", "SAFFL", "", 12.0, "lcl", "", 0.45, {METHOD: 0.5})
    rows = read(tables.make_table_changed_numbers(make(paths=[*PATHS, limits]), "survival"))
    at_12 = next(row for row in rows if row["Number"] == "At 12 months, %")
    assert (at_12["Method"], at_12["Source"], at_12["Total"]) == ("CI", "+5.0", "−5.0")
    alone = tables.make_table_changed_numbers(make(paths=[limits]), "survival")
    assert [(row["Number"], row["Method"], row["Total"]) for row in read(alone)] == [("At 12 months, %", "CI", "–")]
    assert "CI, only the interval changed" in get_notes(alone)


def test_what_is_declared_no_longer_keeps_its_row(make):
    paths = [
        ("proportion", "MRD", "SAFFL", "", NAN, "p", "", 0.5, {METHOD: NAN}),
        ("km", "EFS", "SAFFL", "", NAN, "events", "", 4, {METHOD: NAN}),
        ("count", "", "", "FLOW=treated-ineligible IN01", NAN, "n", "", 1, {SOURCE: 0}),
    ]
    changes = make(paths=paths)
    (response,) = read(tables.make_table_changed_numbers(changes, "response"))
    assert (response["Number"], response["Method"], response["2026-06-30"]) == ("MRD, no longer declared", "→ –", "–")
    (survival,) = read(tables.make_table_changed_numbers(changes, "survival"))
    assert survival["Of"] == "EFS, no longer declared"
    (flow,) = read(tables.make_table_changed_numbers(changes, "patients"))
    assert (flow["Number"], flow["Source"], flow["Of"]) == ("treated-ineligible IN01", "−1", "Flow of patients")


def test_new_patients_in_the_order_of_their_numbers(make):
    assert read(tables.make_table_new_patients(make())) == [
        {"Patient": "9", "2025-06-30": "not in the data", "2026-06-30": "treated on 2025-07-13"},
        {"Patient": "12", "2025-06-30": "not treated", "2026-06-30": "treated on 2025-08-01"},
    ]
    assert tables.make_table_new_patients(make(newcomers=[])).startswith("*No patient was added or treated since the")
    assert sort_patients(["ZZ-010", "ZZ-9", "B", "2", "10", "2"]) == ["2", "10", "B", "ZZ-9", "ZZ-010"]


def test_patients_as_on_a_ward_round(make):
    table = tables.make_table_patient_changes(make())
    assert [list(row.values()) for row in read(table)] == [
        ["2", "No new event", "Follow-up", "2025-06-30\u00a0→\u00a02026-06-30"],
        ["10", "Marrow relapse, 2025-03-06 → Relapse, 2025-03-02 (overall survival and relapse)", "Correction",
         "2025-06-20\u00a0→\u00a02026-05-01"],
        ["", "Death, 2026-05-01 (overall survival); nausea, grade\u00a03 (before 1)", "New event", ""],
    ]  # fmt: skip
    assert tables.make_table_patient_changes(make(patients=[])).startswith("*Nothing happened to the patients of the")


@pytest.mark.parametrize(
    ("what", "items", "old", "new", "said"),
    [
        (happening.EVENT, "CIR", "Last contact, 2025-06-30", "Relapse, 2025-08-01", "Relapse, 2025-08-01"),
        (happening.EVENT, "OS CIR X", "", "Relapse / Marrow relapse / Remission lost, 2025-08-01",
         "Marrow relapse and remission lost, 2025-08-01 (overall survival and others)"),
        (happening.EVENT, "OS", "Last contact, 3.5 months", "Death, 12.345678 months",
         "Death, 12.3 months (overall survival)"),
        (happening.WITHDRAWN, "OS", "Death, 2025-01-01", "Last contact, 2025-01-01",
         "Death, 2025-01-01, no longer counts (overall survival)"),
        (happening.WITHDRAWN, "OS", "Death, 2025-01-01", "Last contact, 2025-03-01",
         "Death, 2025-01-01, no longer counts (overall survival); followed until 2025-03-01"),
        (happening.EVENT_CHANGED, "OS", "Death, 2025-01-01", "Death, 2025-01-02",
         "Death: 2025-01-01\u00a0→\u00a02025-01-02 (overall survival)"),
        (happening.ORIGIN, "OS", "2025-01-01", "2025-01-02",
         "Overall survival counted from 2025-01-01\u00a0→\u00a02025-01-02"),
        (happening.ENTERS, "OS CIR", "", "Last contact, 2025-08-01",
         "Enters the analysis of overall survival and relapse: last contact, 2025-08-01"),
        (happening.LEAVES, "OS", "Death, 2025-01-01", "", "Leaves the analysis of overall survival"),
        (happening.MOVED, "OS", "Last contact, 2025-01-05", "Last contact, 2025-01-02",
         "Followed until 2025-01-05\u00a0→\u00a02025-01-02 (overall survival)"),
        (happening.RESPONSE, "CR", "no", "yes, 2025-07-22", "Complete remission, 2025-07-22"),
        (happening.RESPONSE, "CR", "yes, 2025-07-22", "no", "No complete remission any more"),
        (happening.RESPONSE, "CR", "yes, 2025-07-22", "yes, 2025-07-01",
         "Complete remission: 2025-07-22\u00a0→\u00a02025-07-01"),
        (happening.OUTCOMES, "NEWTHER", "no", "yes", "Another treatment"),
        (happening.GRADES, "Chronic GVHD", "mild", "severe", "Chronic GVHD, severe (before mild)"),
        (happening.GRADES, "Nausea", "", "1", "Nausea, grade\u00a01 (new)"),
        (happening.GRADES, "Nausea", "1", "", "No nausea any more"),
        (happening.GRADES, "Nausea", "", "reported", "Nausea, reported (new)"),
    ],
)  # fmt: skip
def test_each_kind_of_happening_in_words(study, what, items, old, new, said):
    rows = frame([(SOURCE, "1", what, items, old, new)], happening.FIELDS)
    assert describe_happenings(rows, study) == said


def test_what_happened_is_told_day_by_day(study):
    rows = [
        (EVENT, "1", happening.GRADES, "Anaemia", "2", "3"),
        (EVENT, "1", happening.EVENT, "OS", "", "Death, 2025-08-30"),
        (EVENT, "1", happening.OUTCOMES, "NEWTHER", "no", "yes, 2025-07-14"),
        (EVENT, "1", happening.RESPONSE, "CR", "no", "yes, 2025-05-01"),
    ]
    assert describe_happenings(frame(rows, happening.FIELDS), study) == (
        "Complete remission, 2025-05-01; another treatment, 2025-07-14; death, 2025-08-30 (overall survival); "
        "anaemia, grade\u00a03 (before 2)"
    )


def test_source_values_with_their_rows(make):
    table = tables.make_table_source_values(make())
    assert [list(row.values()) for row in read(table)] == [
        ["2", "5", "death_cause", "–", "Relapse", "followup"],
        ["10", "20", "record entered late", "–", "onset_date=2025-04-15, type=chronic", "gvhd"],
        ["10", "7 of 2025-06-30", "record removed", "onset_date=2025-01-02", "–", "gvhd"],
    ]
    none = tables.make_table_source_values(make(sources=[]))
    assert (none, none.reason) == ("*No source value known to the cut of 2025-06-30 was changed.*", NOT_DERIVABLE)


def test_method_by_declaration_folder_and_package(make):
    rows = read(tables.make_table_method_changes(make()))
    assert [list(row.values()) for row in rows if row["Item"] != "responses CR definition"] == [
        ["conventions km_interval", "log → log-log", "Declared in study.yml"],
        ["src/helpers/results", "changed: cut.py; added: flow.py", "Files of the program"],
        ["src/helpers/study", "removed: model.py", "Files of the program"],
        ["numpy", "2.0.0 → 2.1.0", "Packages"],
    ]
    (long,) = (row["Change"] for row in rows if row["Item"] == "responses CR definition")
    assert long.startswith("– → remission remission")
    assert long.endswith(" …")
    assert len(long) < 170
    assert "was not" not in tables.make_table_method_changes(make(methods=[]))
    assert "no package was changed" in tables.make_table_method_changes(make(methods=[]))
    assert "No report of the cut of 2025-06-30 was delivered" in tables.make_table_method_changes(
        make(as_delivered=False)
    )


def test_none_one_and_many_in_english(make):
    many = sentences.describe_changes(make())
    assert many == (
        "The cut of 2026-06-30 (second interim analysis) is compared with that of 2025-06-30 (first interim analysis), "
        "as its report was delivered. Since then, 2 patients were newly treated. Of the patients of both cuts, 2 were "
        "followed longer, 1 had an event that was not known then, in 1 the day or the kind of an event changed and in "
        "1 the worst grade of an adverse event or of GVHD changed. In the source tables, 1 value known to the earlier "
        "cut was corrected, 1 record was entered late and 1 record was removed. In the method, 2 declarations of "
        "study.yml, 3 files of the program and 1 package changed."
    )
    one = sentences.describe_changes(
        make(newcomers=NEWCOMERS[:1], patients=PATIENTS[1:2], sources=[], methods=[], as_delivered=False)
    )
    assert "computed anew from its data with today's declarations and program" in one
    assert (
        "Since then, 1 patient was newly treated. Of the patients of both cuts, 1 was followed longer and none" in one
    )
    assert one.endswith("No source value known to the earlier cut was changed.")
    few = sentences.describe_changes(
        make(newcomers=[("3", "", "not treated"), ("4", "treated 2025-01-01", "")], patients=[], methods=[])
    )
    assert "Since then, no patients were newly treated. 1 more patient was screened and not treated." in few
    assert "1 patient of the earlier cut is no longer in the data. Of the patients of both cuts, none were" in few
    assert few.endswith("No declaration, no code that computes and no package changed.")


def test_nothing_changed(make):
    nothing = make([], [], [], [], [])
    assert nothing.are_none
    assert sentences.describe_changes(nothing).endswith("was delivered. Nothing changed.")
    assert sentences.reconcile_changes(nothing) == (
        "**Reconciliation.** No headline number changed: there is nothing to add up."
    )
    for name in ("new patients", "patients", "source values", "method", "changed survival"):
        assert ALL[name](nothing).reason == NOT_DERIVABLE


def test_the_parts_are_added_up(make):
    paths = [*PATHS, ("cif", "CIR", "SAFFL", "", NAN, "events", "", 4, {SOURCE: 3, EVENT: 5})]
    assert str(sentences.reconcile_changes(make(paths=paths))).splitlines()[2:] == [
        "- Treated patients: 10 + 2 (new patients) = 12.",
        "- Overall survival, events: 2 + 1 (new events) = 3.",
        "- Relapse, events: 4 − 1 (corrected source values) + 2 (new events) = 5.",
    ]
    begun = [("km", "OS", "SAFFL", "", NAN, "events", "", NAN, {METHOD: 3, EVENT: 5})]
    assert "- Overall survival, events: NE → 3 → 5." in sentences.reconcile_changes(make(paths=begun))


def test_the_mirrored_changes_are_reconciled_too(make):
    assert "add up" in sentences.reconcile_changes(make().mirrored())


@pytest.mark.parametrize("column", ["old", "new", "difference"])
@pytest.mark.parametrize("row", range(3))
def test_a_broken_chain_is_noticed(make, column, row):
    """0.8 → 0.85 → 0.75, whole and steps: whichever value is off by a thousandth, the sum does not hold."""
    changes = make(paths=[("km_at", "OS", "SAFFL", "", 12.0, "survival", "", 0.8, {SOURCE: 0.85, EVENT: 0.75})])
    assert sentences.reconcile_changes(changes)
    changes.numbers.loc[row, column] += 0.001
    with pytest.raises(ValueError, match=r"km_at OS SAFFL 12 months survival"):
        sentences.reconcile_changes(changes)


def test_a_missing_step_or_value_is_noticed(make):
    changes = make(paths=PATHS[-4:-3])
    for kept in ([0], [0, 1], [0, 2]):
        with pytest.raises(ValueError, match="do not lead from the old to the new value"):
            sentences.reconcile_changes(replace(changes, numbers=changes.numbers.iloc[kept]))
    with pytest.raises(ValueError, match="no whole change of"):
        sentences.reconcile_changes(replace(changes, numbers=changes.numbers.iloc[1:]))
    changes.numbers.loc[2, "difference"] = np.nan
    with pytest.raises(ValueError, match="a difference is not that of its values"):
        sentences.reconcile_changes(changes)


def test_the_conclusion_says_how_numbers_moved(make):
    """At 24 months only the later cut has an estimate: 12 months is the latest time that both have."""
    assert sentences.conclude_changes(make(), ["CR", "PFS", "OS", "CIR", "CRS"]) == (
        "**In short.** Complete remission rose from 50% to 58%: new events +10.0 and new patients −1.7 percentage "
        "points. Overall survival at 12 months fell from 80% to 75%: corrected source values +5.0 and new events −10.0 "
        "percentage points. The cumulative incidence of relapse at 12 months stayed at 20%. Cytokine release stayed at "
        "10%."
    )
    assert sentences.conclude_changes(make(), ["PFS"]).reason == NOT_DERIVABLE
    empty = make(old_results=OLD[OLD["analysis"] != "km_at"])
    assert "Overall survival cannot be compared" in sentences.conclude_changes(empty, ["OS"])


def test_old_curve_behind_new(make):
    figure = figures.plot_changed_curves(make(), "OS")
    assert isinstance(figure, Figure)
    assert figure == figures.plot_changed_curves(make(), "OS")
    assert figure.alt == (
        "Kaplan–Meier curves of overall survival at two data cuts, with the patients at risk; the earlier curve is "
        "dashed and grey, behind the later. 2026-06-30, second interim analysis: 3 events among 12 patients, median "
        "15.3 months (95% CI 8.0–20.0). 2025-06-30, first interim analysis: 2 events among 10 patients, median 8.0 "
        "months (95% CI 3.0–NR). Patients without the event, of the earlier and the later cut: 80% → 75% at 12 months "
        "and NE → 50% at 24 months."
    )
    assert struct.unpack(">I", figure.png[16:20]) == (1340,)
    assert EARLIER in figure.svg
    assert "stroke-dasharray" in figure.svg


def test_curves_of_incidence_absence_and_nobody(make, study):
    assert "Cumulative incidence of relapse at two data cuts" in figures.plot_changed_curves(make(), "CIR").alt
    assert figures.plot_changed_curves(make(), "PFS").reason == NOT_DECLARED
    before = OLD[~OLD["analysis"].isin(["km_curve", "km", "km_at"])]
    alone = figures.plot_changed_curves(make(old_results=before), "OS").alt
    assert "2025-06-30, first interim analysis: no patients." in alone
    missing = NEW.assign(method="none", note="not derivable: missing raw table followup")
    assert "Overall survival: not derivable: missing raw table followup" in figures.plot_changed_curves(
        make(new_results=missing), "OS"
    )
    side = _read_side(study.cuts[0], OLD, study.endpoints[0], EARLIER, "-")
    assert list(side.count_at_risk([0, 3, 3.5, 8, 12, 18])["n_risk"]) == [10, 10, 9, 9, 4, 0]


@pytest.fixture(scope="module")
def protocol(tmp_path_factory):
    study = read_study("zhengzhou")
    cuts = [read_cut(study, cut) for cut in ("2025-06-30", "2026-06-30")]
    return compare_cuts(study, *cuts, tmp_path_factory.mktemp("reports"))


def test_every_number_that_changed_stands_in_a_table(protocol):
    """In the row of its own, or, of patients and limits, beside their events, their proportion or their estimate."""
    shown = sum(len(tables.make_table_changed_numbers(protocol, topic).cells) for topic in TOPICS)
    beside = {("proportion", "n"): "p", ("proportion", "N"): "p", ("km", "n"): "events", ("cif", "n"): "events"}
    estimates = {"proportion": "p", "km": "median", "km_at": "survival", "cif_at": "cif", "follow_up": "median"}
    for end in ("lcl", "ucl", "median_lcl", "median_ucl"):
        beside |= {(analysis, end): estimate for analysis, estimate in estimates.items()}
    rows = {
        (n.analysis, n.param, n.population, n.variable, n.time, beside.get((n.analysis, n.stat), n.stat))
        for n in read_numbers(protocol)
    }
    assert shown == len(rows) > 100


@pytest.mark.parametrize("name", ALL)
def test_the_protocol_study_has_no_gaps_in_its_cells(protocol, name):
    made = ALL[name](protocol)
    if isinstance(made, Table):
        assert len(made.cells.columns) <= 9  # a page in portrait is wide enough
        assert not any(re.search(r"nan|NaT|None|<NA>|00000|––", cell) for cell in made.cells.to_numpy().ravel())
        assert made._repr_mimebundle_() == ALL[name](protocol)._repr_mimebundle_()
    elif name != "method":
        assert isinstance(made, Figure | Prose)
        assert not isinstance(made, Absence)


def test_patients_at_risk_are_those_of_the_risk_table(protocol):
    """Read off the curve, also between the ticks that a shorter curve had; at those it is the delivered risk table."""
    for endpoint in protocol.study.endpoints:
        side = _read_side(protocol.old, protocol.old_results, endpoint, EARLIER, "-")
        keys = {"param": endpoint.param, "population": endpoint.population, "stat": "n_risk", "group": ""}
        risk = select(protocol.old_results, analysis=f"{endpoint.curve}_risk", **keys)
        assert list(side.count_at_risk(list(risk["time_months"]))["n_risk"]) == list(risk["value"])


def test_every_cause_has_its_words():
    assert tuple(WORDS) == tuple(HEADINGS) == CAUSES
    assert (*SHORT_CAUSES, PATIENT) == CAUSES  # a new patient has a table of its own
