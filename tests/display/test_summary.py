"""The summary and the methods: right for none, one and many, for NR, NE and not derivable, in both kinds of study."""

from dataclasses import replace

import pytest

from datasets.ten_patients.folder import CUT, write_study
from helpers.display import sentences, tables
from helpers.display.absence import NOT_DECLARED, WITHHELD
from helpers.results.cut import PUBLIC, open_cut
from helpers.study.narrative import Narrative

MONTHS = "patient_listing.dor_marrow_months"
RELAPSED = {"column": "patient_listing.relapse_site", "any_of": ["Bone marrow"]}
DOR = {
    "param": "DOR",
    "label": "Duration of response",
    "definition": "As said.",
    "population": "SAFFL",
    "origin": {"label": "response"},
    "events": [{"label": "Relapse", "time": MONTHS, "when": [RELAPSED]}],
    "censoring": [{"label": "Last report", "time": MONTHS}],
}


@pytest.fixture
def tell(write_study):
    """The data of patients given as (months, relapsed)."""

    def make(*rows, **declared):
        records = [
            {"patient": str(n), "dor_marrow_months": months, "relapse_site": "Bone marrow" if relapsed else "No"}
            for n, (months, relapsed) in enumerate(rows, start=1)
        ]
        return open_cut(str(write_study({"patient_listing": records}, endpoints=[DOR], **declared)), "first")

    return make


@pytest.fixture(scope="module")
def ten(tmp_path_factory):
    return open_cut(str(write_study(tmp_path_factory.mktemp("ten") / "ten")), CUT)


@pytest.fixture(scope="module")
def first_day(tmp_path_factory):
    """Nobody has been treated yet."""
    return open_cut(str(write_study(tmp_path_factory.mktemp("day") / "ten", cuts=["2023-12-01"])), "2023-12-01")


def survival(data):
    return sentences.describe_key_survival(data, ["OS", "DOR", "CIR"]).replace("\u00a0", " ")


def test_a_median_that_is_not_reached_and_a_time_past_follow_up(tell):
    """Four patients without an event, followed for 5 months: nothing is known of a year."""
    text = survival(tell(*[(5, False)] * 4))
    assert "Duration of response: not estimable at 12 months, median not reached." in text
    assert "Median follow-up for duration of response was 5.0 months" in text


def test_one_patient_with_the_event(tell):
    """The curve falls to nothing at 5 months, which is its median; at a year it has no interval."""
    text = survival(tell((5, True)))
    assert "median 5.0 months" in text
    assert "None" not in text


def test_many(tell):
    """Events at 4 and 20 of four patients: three quarters are left at a year."""
    text = survival(tell((4, True), (14, False), (20, True), (30, False)))
    assert "Duration of response: 75% (95% CI 13–96%) at 12 months, median " in text


def test_what_cannot_be_derived_is_said_in_the_words_of_study_yml(cohort):
    text = survival(cohort)
    assert text.endswith("Overall survival is not derivable because the paper prints no dates or times by patient.")


def test_nobody_has_been_treated(first_day):
    texts = [
        sentences.describe_patients(first_day),
        sentences.describe_key_response(first_day),
        survival(first_day),
        sentences.describe_key_harms(first_day, ["CRS"]),
        sentences.reconcile_summary(first_day),
    ]
    assert texts[1] == "**Results.** Response: no patient has been treated by the data cut."
    assert "Overall survival: no patients to analyse yet." in texts[2]
    assert texts[3] == "Harms: no patient has been treated by the data cut."
    assert not any("nan" in text or "None" in text or "NOT" in text for text in texts)


def test_the_numbers_of_the_published_cohort(cohort):
    """15, 14 and 15 of 17 responded (Table 3); exact intervals as in tests/display/test_sentences.py."""
    assert sentences.describe_key_response(cohort) == (
        "**Results.** Response among all treated patients: complete remission in 15/17 (88%, 95% CI 64–99%), MRD "
        "response in 14/17 (82%, 95% CI 57–96%) and overall response in 15/17 (88%, 95% CI 64–99%)."
    )
    harms = sentences.describe_key_harms(cohort, ["CRS", "CGVHD", "NOSUCH"])
    assert harms == (
        "Harms among all treated patients: cytokine release syndrome (any grade) in 0/17 (0%, 95% CI 0–20%) and "
        "chronic GVHD in 3/17 (18%, 95% CI 4–43%)."
    )
    assert sentences.reconcile_summary(cohort) == "**Reconciliation.** 11 + 6 = 17 treated patients."


def test_the_table_says_the_same_as_the_sentences(cohort):
    cells = tables.make_table_key_results(cohort, ["OS", "DOR"], ["CRS", "CGVHD"]).cells.set_index("Measure")
    survival = "Survival, proportion at 12 months"
    assert cells.loc["Complete remission"].tolist() == ["Response", "15/17", "88% (64–99)", ""]
    duration = cells.loc["Duration of marrow response"].tolist()
    assert duration == [survival, "7/15", "53% (23–76)", "16.0 (6.0–NR)"]
    assert cells.loc["Overall survival"].tolist() == [survival, "not derivable", "not derivable", ""]
    assert cells.loc["Cytokine release syndrome (any grade)"].tolist() == ["Harms", "0/17", "0% (0–20)", ""]


def test_competing_endpoints_are_incidences(ten):
    text = sentences.describe_key_survival(ten, ["CIR"]).replace("\u00a0", " ")
    assert "Relapse: cumulative incidence " in text
    assert "median" not in text.partition("Relapse:")[2]
    cells = tables.make_table_key_results(ten, ["CIR"], []).cells
    assert set(cells["Group"]) == {"Response", "Cumulative incidence, proportion at 12 months"}


def test_a_study_without_endpoints_and_harms_is_not_missed(write_study):
    data = open_cut(str(write_study()), "first")
    assert sentences.describe_key_survival(data, ["OS"]).reason == NOT_DECLARED
    assert sentences.describe_key_harms(data, ["CRS"]).reason == NOT_DECLARED
    assert tables.make_table_key_results(data, ["OS"], ["CRS"]).reason == NOT_DECLARED
    assert sentences.describe_key_response(data) == "**Results.** The study declares no response."
    assert "the summary is one of 1 treated patient." in sentences.reconcile_summary(data)


def test_the_place_of_the_interpretation_is_marked_until_it_is_written(cohort):
    placeholder = sentences.conclude_summary(cohort)
    assert placeholder.startswith("::: {.callout-note}\n## Interpretation: to be written by the authors")
    assert "(narrative: interpretation)" in placeholder
    written = replace(
        cohort, study=cohort.study.model_copy(update={"narrative": Narrative(interpretation="It *works*.")})
    )
    assert sentences.conclude_summary(written) == "**Interpretation.** It \\*works\\*."


def test_methods_name_what_the_authors_have_not_stated(cohort):
    """The paper states no ethics approval; the study file says so by leaving it out."""
    text = sentences.describe_design(cohort)
    assert "not yet stated ethics approval and consent, registration and data sharing" in text
    assert "(study.yml, narrative: ethics, registration, data_sharing)" in text
    keys = ("design", "setting", "follow_up", "ethics", "registration", "funding", "data_sharing")
    told = Narrative(**dict.fromkeys(keys, "Said."))
    written = replace(cohort, study=cohort.study.model_copy(update={"narrative": told}))
    assert "not yet stated" not in sentences.describe_design(written)


def test_methods_of_a_protocol_are_those_of_its_study_file(ten):
    """The protocol: 28 µg for 5 to 15 days, or 9, 11.66 and 28 µg for 8 to 21; 5×10⁷ to 1×10⁸ cells per kg."""
    plan = sentences.describe_plan(ten)
    assert "- MRD-positive: 28 µg a day, for 5 to 15 days." in plan
    assert "9 µg a day, 11.66 µg from day 5 and 28 µg from day 8, for 8 to 21 days in all." in plan
    assert "5×10⁷ to 1×10⁸ mononuclear cells per kg was to follow within 42 days" in plan
    eligibility = sentences.describe_eligibility(ten)
    assert "- Age 65 years or younger" in eligibility
    assert "excluded for any of these reasons:\n\n- Leukaemia of the central nervous system" in eligibility
    assert "fewer than 5% blasts in the marrow." in sentences.describe_response_rules(ten)
    assert "neutrophils 1.8\u00a0×10⁹/L" in sentences.describe_safety_rules(ten)


def test_a_descriptive_study_makes_no_test_and_a_comparing_one_names_them(cohort, ten):
    assert "no test is made, and no table carries a p-value" in sentences.describe_conventions(cohort)
    assert "Gray's test" not in sentences.describe_conventions(cohort)
    compared = sentences.describe_conventions(ten)
    assert "Strata are compared by disease before blinatumomab" in compared
    assert "p < 0.05" in compared


def test_what_shows_single_patients_is_withheld_from_the_public(ten):
    data = replace(ten, audience=PUBLIC)
    made = [
        sentences.describe_findings(data),
        tables.make_table_findings(data),
        tables.make_table_listing(data),
        tables.make_table_decisions(data, "OS"),
        tables.make_table_candidates(data, "OS"),
    ]
    assert [item.reason for item in made] == [WITHHELD] * len(made)
    assert "@sec-findings" in sentences.describe_safety_rules(ten)
    assert "@sec-findings" not in sentences.describe_safety_rules(data)  # the section is not in the public version


def test_findings_are_rows_with_their_place(ten):
    cells = tables.make_table_findings(ten).cells
    assert list(cells.columns) == ["Table", "Row", "Patient", "Column", "Value", "Rule", "Severity"]
    assert len(cells) == len(ten.findings)
    assert f"{len(cells)} warning" in sentences.describe_findings(ten)


def test_kinds_of_relapse_add_up_to_relapse(cohort):
    """Table 3: 4 marrow, 3 combined and 3 extramedullary relapses are 10."""
    kinds = ["RELBM", "RELCOMB", "RELEM"]
    text = sentences.reconcile_outcomes(cohort, "RELAPSE", kinds)
    assert text.endswith("= 10, all patients with relapse at any site.")
    assert "NOT the 10 patients" in sentences.reconcile_outcomes(cohort, "RELAPSE", kinds[:2])
    assert sentences.reconcile_outcomes(cohort, "NOSUCH", kinds).reason == NOT_DECLARED
