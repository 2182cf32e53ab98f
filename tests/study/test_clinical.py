"""What a study with event-level tables may not declare: each fault is one of study.yml, with its place."""

import shutil

import pytest
import yaml

from helpers.study.errors import UsageError
from helpers.study.paths import DATA
from helpers.study.reading import read_study

AGE = {"name": "AGE", "label": "Age", "kind": "inclusion", "reason": "too old"}
KNOWN = {"column": "patients.age_years", "known": True}


def change(path, value):
    """A change of one value of study.yml, found by its keys and places."""

    def edit(declared):
        *way, last = path
        inner = declared
        for step in way:
            inner = inner[step]
        inner[last] = value

    return edit


def add(section, item):
    return lambda declared: declared[section].append(item)


FAULTS = {
    "a state that begins with a grade": (
        change(("later_states", 0, "begins", 0, "date"), "ADGVHD.GRADE"),
        "needs a date",
    ),
    "a state whose condition is on another table": (
        change(("later_states", 0, "begins", 0, "when"), [{"column": "relapse.relapse_site", "any_of": ["Combined"]}]),
        "must be on the table of its date",
    ),
    "a code that does not exist": (
        change(("later_states", 0, "begins", 1, "when", 0, "any_of"), ["Chronic"]),
        "'Chronic' is not a code of ADGVHD.GVTYPE: acute, chronic",
    ),
    "a state of an endpoint that is not declared": (change(("later_states", 0, "endpoint"), "PFS"), "endpoint PFS"),
    "a criterion named like a variable": (
        add("eligibility", {**AGE, "when": [KNOWN]}),
        "criterion AGE has the name of a population or a variable",
    ),
    "a criterion named like a population": (
        add("eligibility", {**AGE, "name": "SAFFL", "when": [KNOWN]}),
        "criterion SAFFL has the name of a population or a variable",
    ),
    "doses the wrong way round": (
        change(("clinical", "plan", "dli_mnc_per_kg"), [1e8, 5e7]),
        "dli_mnc_per_kg: the smaller number must come first",
    ),
    "dose steps out of order": (
        change(("clinical", "plan", "courses", "Relapse", "steps", 0, "from_day"), 6),
        "the dose steps must begin at day 1",
    ),
    "a course of no stratum": (
        change(("clinical", "plan", "by"), "SEX"),
        "plan: course 'MRD' is not a level of SEX: Female, Male",
    ),
    "a benchmark of nothing": (change(("benchmarks", 0, "param"), "CRX"), "CRX is not declared"),
    "a benchmark of no stratum": (change(("benchmarks", 0, "level"), "Relapsed"), "no stratum DISSTAT=Relapsed"),
    "no treated patients": (change(("populations", 0, "name"), "TRTFL"), "population SAFFL is used, not declared"),
    "months between two tables": (
        change(("variables", 3, "between"), ["patients.hsct_date", "relapse.relapse_date"]),
        "relapse.relapse_date must come from the patient table patients",
    ),
    "a comparison that is no stratum": (change(("comparisons",), ["SEX"]), "comparison SEX is not among the strata"),
    "a snapshot outside the folder": (change(("cuts", 0, "snapshot"), "../elsewhere"), "cuts.1.snapshot"),
}


@pytest.mark.parametrize(("edit", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_refused_with_its_place(tmp_path, edit, said):
    folder = tmp_path / "study"
    folder.mkdir()
    shutil.copy(DATA / "zhengzhou" / "study.yml", folder)
    read_study(str(folder))
    declared = yaml.safe_load((folder / "study.yml").read_text("utf-8"))
    edit(declared)
    (folder / "study.yml").write_text(yaml.safe_dump(declared, allow_unicode=True), "utf-8")
    with pytest.raises(UsageError) as caught:
        read_study(str(folder))
    assert said in str(caught.value)
