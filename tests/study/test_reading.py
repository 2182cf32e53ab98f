"""study.yml: what fits is read as it stands; what does not fit is refused with file, place and rule (DESIGN 2, 9)."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from helpers.study.errors import UnknownNameError, UsageError
from helpers.study.paths import DATA
from helpers.study.reading import find_study, list_studies, read_cut, read_study

COHORT = "tsvetkova2022"
RESPONDED = {"column": "patient_listing.best_response", "any_of": ["CR"]}


def test_the_shipped_study_says_what_its_file_says():
    """By eye: study.yml declares one undated cut, three populations, one stratum, three responses, four endpoints."""
    study = read_study(COHORT)
    assert [(cut.id, cut.date) for cut in study.cuts] == [("published", None)]
    assert study.population_names == ("SAFFL", "RESPFL", "CRGVHDFL")
    assert study.strata == ("DISSTAT",)
    assert [item.param for item in study.responses] == ["CR", "MRDRESP", "ORR"]
    assert [endpoint.param for endpoint in study.endpoints] == ["DOR", "DORANY", "OS", "RFS"]
    assert str(study.patients) == "patient_listing.patient"
    assert study.folder == DATA / COHORT
    assert study.conventions.alpha == 0.05  # 1 − 0.95 is 0.050000000000000044 in binary


def test_every_shipped_study_is_read():
    assert COHORT in list_studies()
    assert [read_study(name).id for name in list_studies()] == list_studies()


def test_what_was_declared_cannot_be_changed():
    study = read_study(COHORT)
    for declared in (study, study.cuts[0], study.endpoints[0], study.endpoints[0].events[0], study.conventions):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(declared, next(iter(type(declared).model_fields)), "changed")


def test_a_study_elsewhere_is_found_by_its_path(write_study):
    folder = write_study()
    assert read_study(str(folder)).id == "tiny"
    assert find_study(str(folder)) == folder.resolve()


def test_an_unknown_study_names_those_that_exist(tmp_path: Path):
    for name in ("no-such-study", str(tmp_path), f"{tmp_path}/nowhere", "", "../data/nothing"):
        with pytest.raises(UnknownNameError, match=f"unknown study '{name}'; known: .*{COHORT}"):
            read_study(name)


def test_an_unknown_cut_names_those_that_exist(write_study):
    cuts = [{"id": "spring", "label": "s", "date": "2024-03-31"}, {"id": "autumn", "label": "a", "date": "2024-09-30"}]
    study = read_study(str(write_study(cuts=cuts)))
    assert read_cut(study, "spring").date.isoformat() == "2024-03-31"
    with pytest.raises(UnknownNameError, match="unknown cut of tiny 'winter'; known: autumn, spring"):
        read_cut(study, "winter")


def endpoint(**changes: Any) -> dict[str, Any]:
    months = "patient_listing.dor_marrow_months"
    whole = {
        "param": "DOR",
        "label": "Duration",
        "definition": "As said.",
        "population": "SAFFL",
        "origin": {"label": "response"},
        "events": [{"label": "Relapse", "time": months}],
        "censoring": [{"label": "Last report", "time": months}],
    }
    return {**whole, **changes}


def occurrence(*conditions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"param": "CR", "label": "Remission", "when": list(conditions or [RESPONDED]), **changes}


AGE = {"name": "AGE", "label": "Age", "kind": "continuous", "column": "patient_listing.age_years"}

FAULTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "unknown key": ({"colour": "red"}, ["colour", "not permitted"]),
    "unknown key deep inside": (
        {"responses": [occurrence({**RESPONDED, "abov": 3})]},
        ["responses.1.when.1.abov", "not permitted"],
    ),
    "wrong kind of value": ({"authors": "Nobody"}, ["authors", "Nobody"]),
    "no cut": ({"cuts": []}, ["cuts", "at least 1"]),
    "cut twice": ({"cuts": [{"id": "a", "label": "a", "date": None}] * 2}, ["cut a is declared twice"]),
    "date that is none": ({"cuts": [{"id": "a", "label": "a", "date": "2024-02-30"}]}, ["cuts.1.date", "2024-02-30"]),
    "id with a slash": ({"id": "../tiny"}, ["id", "../tiny"]),
    "column without table": ({"patients": "patient"}, ["patients", "'patient' is not written as table.column"]),
    "column not in the dictionary": (
        {"responses": [occurrence({"column": "patient_listing.bets_response", "any_of": ["CR"]})]},
        ["patient_listing.bets_response is not in data/dictionary.csv"],
    ),
    "endpoint's column not in the dictionary": (
        {"endpoints": [endpoint(events=[{"label": "Relapse", "time": "patient_listing.months"}])]},
        ["patient_listing.months is not in data/dictionary.csv"],
    ),
    "column of a table that is not declared": (
        {"responses": [occurrence({"column": "reported_counts.topic", "any_of": ["baseline"]})]},
        ["table reported_counts is not under tables"],
    ),
    "code not in the codelist": (
        {"responses": [occurrence({"column": "patient_listing.best_response", "any_of": ["CRi"]})]},
        ["'CRi' is not a code of patient_listing.best_response: CR, Molecular MRD, Progressive disease"],
    ),
    "endpoint's code not in the codelist": (
        {
            "endpoints": [
                endpoint(
                    events=[
                        {
                            "label": "Relapse",
                            "time": "patient_listing.dor_marrow_months",
                            "when": [{"column": "patient_listing.relapse_site", "none_of": ["Marrow"]}],
                        }
                    ]
                )
            ]
        },
        ["'Marrow' is not a code of patient_listing.relapse_site"],
    ),
    "YAML's No is not the text No": (
        {"responses": [occurrence({"column": "patient_listing.gvhd", "any_of": [False]})]},
        ["responses.1.when.1.any_of.1", "string"],
    ),
    "condition with two rules": (
        {"responses": [occurrence({**RESPONDED, "none_of": ["CR"]})]},
        ["responses.1.when.1", "needs exactly one of any_of, none_of, below, at_least"],
    ),
    "condition without a rule": (
        {"responses": [occurrence({"column": "patient_listing.best_response"})]},
        ["responses.1.when.1", "needs exactly one of"],
    ),
    "occurrence without a condition": ({"responses": [occurrence(when=[])]}, ["responses.1.when", "at least 1"]),
    "stratum that is not declared": ({"strata": ["DISSTAT"]}, ["stratum DISSTAT is not a declared categorical"]),
    "stratum that is a number": (
        {"variables": [AGE], "strata": ["AGE"]},
        ["stratum AGE is not a declared categorical"],
    ),
    "population that is not declared": (
        {"responses": [occurrence(populations=["EFFFL"])]},
        ["population EFFFL is used, not declared; declared: SAFFL"],
    ),
    "endpoint's population": ({"endpoints": [endpoint(population="EFFFL")]}, ["population EFFFL is used"]),
    "parameter twice": (
        {"responses": [occurrence()], "outcomes": [occurrence()]},
        ["parameter CR is declared twice"],
    ),
    "outcome named as a response": (
        {"responses": [occurrence()], "outcomes": [occurrence()]},
        ["parameter CR is declared twice"],
    ),
    "variable twice": ({"variables": [AGE, AGE]}, ["variable AGE is declared twice"]),
    "flag without a condition": (
        {"variables": [{"name": "EARLYFL", "label": "Early", "kind": "flag"}]},
        ["variables.1", "flag EARLYFL needs a condition"],
    ),
    "number without a column": (
        {"variables": [{"name": "AGE", "label": "Age", "kind": "continuous"}]},
        ["variables.1", "needs a column"],
    ),
    "categorical without levels": (
        {"variables": [{**AGE, "kind": "categorical"}]},
        ["variables.1", "needs its levels"],
    ),
    "time and date mixed": (
        {"endpoints": [endpoint(origin={"label": "start", "date": "blinatumomab.start_date"})]},
        ["endpoints.1", "DOR: 'Relapse' and the origin must both be dates or neither"],
    ),
    "time and date in one source": (
        {
            "endpoints": [
                endpoint(
                    events=[
                        {
                            "label": "Relapse",
                            "time": "patient_listing.dor_marrow_months",
                            "date": "relapse.relapse_date",
                        }
                    ]
                )
            ]
        },
        ["endpoints.1.events.1", "source 'Relapse' needs either a date or a time"],
    ),
    "endpoint without events": ({"endpoints": [endpoint(events=[])]}, ["endpoints.1.events", "at least 1"]),
    "endpoint without censoring": ({"endpoints": [endpoint(censoring=[])]}, ["endpoints.1.censoring", "at least 1"]),
    "confidence in per cent": ({"conventions": {"confidence": 95}}, ["conventions.confidence", "less than 1"]),
    "a move in per cent": (
        {"conventions": {"one_event_moves_at_most": 10}},
        ["conventions.one_event_moves_at_most", "less than 1"],
    ),
    "followed for no day": (
        {"conventions": {"followed_within_days": 0}},
        ["conventions.followed_within_days", "greater than or equal to 1"],
    ),
    "unknown interval": ({"conventions": {"km_interval": "loglog"}}, ["conventions.km_interval", "'log-log'"]),
}


@pytest.mark.parametrize(("changes", "said"), FAULTS.values(), ids=FAULTS)
def test_what_does_not_fit_is_refused_with_its_place(write_study, changes, said):
    """Places count from 1, as a reader of the file does."""
    folder = write_study(**changes)
    with pytest.raises(UsageError) as caught:
        read_study(str(folder))
    for words in [str(folder / "study.yml"), *said]:
        assert words in str(caught.value)


def test_the_faults_start_from_a_study_that_fits(write_study):
    """Without this the tests of faults could pass for another reason."""
    study = read_study(str(write_study(endpoints=[endpoint()], responses=[occurrence()], variables=[AGE])))
    assert [item.param for item in study.occurrence_params] == ["CR"]


@pytest.mark.parametrize(
    "key", ["id", "title", "question", "authors", "cuts", "tables", "patients", "populations", "short_title"]
)
def test_a_missing_key_is_named(write_study, key):
    file = write_study() / "study.yml"
    content = yaml.safe_load(file.read_text("utf-8"))
    del content[key]
    file.write_text(yaml.safe_dump(content), "utf-8")
    with pytest.raises(UsageError, match=rf"(?s)study\.yml: 1 fault\(s\).*\n  {key}: Field required"):
        read_study(str(file.parent))


def test_all_faults_are_named_at_once(write_study):
    with pytest.raises(UsageError) as caught:
        read_study(str(write_study(colour="red", authors="Nobody", cuts=[])))
    assert "3 fault(s)" in str(caught.value)


NOT_READABLE = {
    "not YAML": ("id: [1, 2\ntitle: x", "not readable as YAML"),
    "key twice": ("id: a\ntitle: b\nid: c\n", "key 'id' stands twice"),
    "key twice deep inside": ("cuts:\n  - {id: a, id: b}\n", "key 'id' stands twice"),
    "key that is a list": ("id: a\n? [1, 2]\n: b\n", "study.yml"),
    "a list": ("- id: a\n", "expected keys and values, found list"),
    "a text": ("tiny\n", "expected keys and values, found str"),
    "empty": ("", "expected keys and values, found NoneType"),
    "an object": ("id: !!python/object:os.system {}\n", "python/object"),
    "a call": ("id: !!python/object/apply:os.mkdir [made-by-yaml]\n", "python/object/apply"),
    "two documents": ("id: a\n---\nid: b\n", "not readable as YAML"),
}


@pytest.mark.parametrize(("text", "said"), NOT_READABLE.values(), ids=NOT_READABLE)
def test_what_is_not_a_plain_mapping_is_refused_and_nothing_runs(write_study, tmp_path, monkeypatch, text, said):
    monkeypatch.chdir(tmp_path)
    folder = write_study()
    (folder / "study.yml").write_text(text, "utf-8")
    with pytest.raises(UsageError) as caught:
        read_study(str(folder))
    assert said in str(caught.value)
    assert str(folder / "study.yml") in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


def test_a_file_that_is_not_utf8_is_refused(write_study):
    folder = write_study()
    (folder / "study.yml").write_bytes("title: Größe".encode("latin-1"))
    with pytest.raises(UsageError, match=r"study\.yml: not readable as YAML"):
        read_study(str(folder))


def test_a_repeated_key_names_its_line(write_study):
    folder = write_study()
    (folder / "study.yml").write_text("id: a\ntitle: b\nid: c\n", "utf-8")
    with pytest.raises(UsageError, match="line 3"):
        read_study(str(folder))


def test_the_folder_cannot_be_declared(write_study):
    """`folder` is where the file stands, no key of it: DESIGN 2 lists what a study declares."""
    with pytest.raises(UsageError, match="folder"):
        read_study(str(write_study(folder="/elsewhere")))


WRONG_TYPE = {
    "variable of another table": {
        "tables": {"patient_listing": [{"patient": "1"}], "reported_counts": [{"topic": "baseline"}]},
        "variables": [{**AGE, "column": "reported_counts.patients"}],
    },
    "mean of a text": {"variables": [{**AGE, "column": "patient_listing.section"}]},
    "limit on a text": {"responses": [occurrence({"column": "patient_listing.section", "below": 3})]},
    "code of a number": {"responses": [occurrence({"column": "patient_listing.age_years", "any_of": ["10"]})]},
    "date as months": {
        "endpoints": [endpoint(events=[{"label": "Relapse", "time": "relapse.relapse_date"}])],
    },
    "months as a date": {
        "endpoints": [
            endpoint(
                origin={"label": "start", "date": "patient_listing.age_years"},
                events=[{"label": "Relapse", "date": "patient_listing.dor_marrow_months"}],
                censoring=[{"label": "Last", "date": "patient_listing.dor_marrow_months"}],
            )
        ],
    },
    "level that is no code": {
        "variables": [
            {
                "name": "DISSTAT",
                "label": "Disease",
                "kind": "categorical",
                "column": "patient_listing.status_before",
                "levels": {"Relaps": "Relapse", "MRD": "MRD"},
            }
        ]
    },
}


@pytest.mark.parametrize("changes", WRONG_TYPE.values(), ids=WRONG_TYPE)
def test_a_column_of_the_wrong_type_is_refused(write_study, changes):
    """The dictionary knows every column's type; a mistaken use is wrong usage (DESIGN 9), not a traceback later on."""
    with pytest.raises(UsageError, match=r"study\.yml"):
        read_study(str(write_study(**changes)))
