"""Results as sentences: for none, one, many, not reached and not derivable (DESIGN 8 and 12)."""

import re

import pytest

from helpers.display import figures, sentences, tables
from helpers.results.cut import open_cut

MONTHS = "patient_listing.dor_marrow_months"
IN_REMISSION = {"column": "patient_listing.best_response", "any_of": ["CR"]}
RELAPSED = {"column": "patient_listing.relapse_site", "any_of": ["Bone marrow"]}
DECLARED = {
    "responses": [{"param": "CR", "label": "Complete remission", "when": [IN_REMISSION]}],
    "outcomes": [{"param": "RELAPSE", "label": "Relapse", "when": [RELAPSED]}],
    "endpoints": [
        {
            "param": "DOR",
            "label": "Duration of response",
            "definition": "As said.",
            "population": "SAFFL",
            "origin": {"label": "response"},
            "events": [{"label": "Relapse", "time": MONTHS, "when": [RELAPSED]}],
            "censoring": [{"label": "Last report", "time": MONTHS}],
        },
        {
            "param": "OS",
            "label": "Overall survival",
            "definition": "As said.",
            "population": "SAFFL",
            "origin": {"label": "first dose", "date": "blinatumomab.start_date"},
            "events": [{"label": "Death", "date": "followup.death_date"}],
            "censoring": [{"label": "Last contact", "date": "followup.last_contact_date"}],
        },
    ],
}


def patients(*rows):
    """Records from (months, relapsed, in remission)."""
    return [
        {
            "patient": str(number),
            "dor_marrow_months": months,
            "relapse_site": "Bone marrow" if relapsed else "No",
            "best_response": "CR" if remission else "Progressive disease",
        }
        for number, (months, relapsed, remission) in enumerate(rows, start=1)
    ]


@pytest.fixture
def tell(write_study):
    """The data of a tiny study with these patients."""

    def make(*rows):
        return open_cut(str(write_study({"patient_listing": patients(*rows)}, **DECLARED)), "first")

    return make


def test_none(tell):
    """0 of 4: the upper limit is 1 − 0.025^(1/4) = 0.602; no event, so no median."""
    data = tell(*[(5, False, False)] * 4)
    assert sentences.describe_response(data) == (
        "Of all treated patients there was complete remission in 0/4 (0%, 95% CI 0–60%)."
    )
    assert sentences.describe_time_to_event(data, "DOR").startswith(
        "Duration of response: no events among 4 patients, 4 censored. The median was not reached; "
        "median follow-up 5.0 months"
    )


def test_one(tell):
    """One patient, one event at 5 months; 1 of 1 has a lower limit of 0.025."""
    data = tell((5, True, True))
    assert "1/1 (100%, 95% CI 3–100%)" in sentences.describe_response(data)
    text = sentences.describe_time_to_event(data, "DOR")
    assert text.startswith("Duration of response: 1 event among 1 patient, 0 censored. The median was 5.0 months")
    assert sentences.describe_cohort(data) == "The study has 1 treated patient."


def test_many(tell):
    """Events at 2, 4, 8 and 10: the curve rests at one half from 4 to 8, the median is 6."""
    data = tell(*[(months, True, True) for months in (2, 4, 8, 10)])
    text = sentences.describe_time_to_event(data, "DOR")
    assert text.startswith("Duration of response: 4 events among 4 patients, 0 censored. The median was 6.0 months")
    assert "DOR: 4 with the event + 0 censored = 4" in sentences.reconcile_time_to_event(data)


def test_not_derivable(tell):
    """DESIGN 8: the chapter says so in one sentence that names what is missing."""
    data = tell((5, True, True))
    missing = "(missing raw tables blinatumomab (start_date), followup (death_date, last_contact_date))"
    assert sentences.describe_time_to_event(data, "OS") == "Overall survival is not derivable."
    assert figures.plot_survival(data, "OS") == f"*Overall survival is not derivable {missing}.*"
    assert "DOR can be derived. OS cannot be derived." in sentences.conclude_endpoints(data)
    assert "OS" not in sentences.reconcile_time_to_event(data)


def test_the_cohort_in_its_own_words(cohort):
    """Numbers from Table 3 by hand (tests/results): 15/17, 14/17, medians 16 and 10, 7 and 8 of 15, 10 of 15 and 17."""
    assert sentences.describe_response(cohort) == (
        "Of all treated patients there was complete remission in 15/17 (88%, 95% CI 64–99%), MRD response in 14/17 "
        "(82%, 95% CI 57–96%) and overall response in 15/17 (88%, 95% CI 64–99%)."
    )
    assert sentences.describe_time_to_event(cohort, "DOR").startswith(
        "Duration of marrow response: 7 events among 15 patients, 8 censored. The median was 16.0 months "
        "(95% CI 6.0–NR); median follow-up 27.0 months"
    )
    relapse = sentences.describe_outcome(cohort, "RELAPSE")
    assert re.findall(r"\d+/\d+ \(.*?\)", relapse) == ["10/15 (67%, 95% CI 38–88%)", "10/17 (59%, 95% CI 33–82%)"]
    assert sentences.describe_cohort(cohort) == (
        "The study has 17 treated patients, median age 10 years (range 0.7–18). Disease before blinatumomab: "
        "bone marrow relapse in 11 (65%) and minimal residual disease in 6 (35%)."
    )
    never = sentences.describe_never_seen(cohort, {"CRS": "Cytokine release syndrome", "CGVHD": "Chronic GVHD"})
    assert never == (
        "Cytokine release syndrome was seen in none of 17 patients; "
        "a true frequency of up to 19.5% remains compatible with that."
    )


def test_reconciliations_of_the_cohort_add_up(cohort):
    texts = [
        sentences.reconcile_strata(cohort),
        sentences.reconcile_time_to_event(cohort),
        sentences.reconcile_severities(cohort, "CGVHD", ["CGVHDMILD", "CGVHDMOD", "CGVHDSEV"]),
        sentences.reconcile_audit(cohort),
    ]
    for text in texts:
        assert "NOT" not in text
        for parts, total in re.findall(r"((?:\d+[a-z ]* \+ )+\d+)[a-z ]* = (\d+)", text):
            assert sum(map(int, re.findall(r"\d+", parts))) == int(total)
    assert "11 + 6 = 17, all treated patients" in texts[0]
    assert "DOR: 7 with the event + 8 censored = 15" in texts[1]
    assert "1 + 1 + 1 = 3" in texts[2]


def test_a_reconciliation_that_fails_says_so(cohort):
    """All kinds of GVHD are not the severities of the chronic one: 3 + 1 are not 3."""
    assert "NOT the number of patients with" in sentences.reconcile_severities(cohort, "CGVHD", ["CGVHD", "AGVHD"])


def test_a_sentence_displays_itself_as_markdown(cohort):
    """DESIGN 13: Markdown, not HTML."""
    text = sentences.describe_cohort(cohort)
    assert text._repr_markdown_() == text
    assert not hasattr(text, "_repr_html_")


def test_findings_are_listed_and_cannot_speak_html(cohort_copy):
    """A raw table is written by others: its headings are text in the report, never markup."""
    listing = cohort_copy / "raw" / "patient_listing.csv"
    header, *records = listing.read_text("utf-8").splitlines()
    changed = [f"{header},<script>alert(1)</script>", *(f"{record},x" for record in records)]
    listing.write_text("\n".join(changed) + "\n", "utf-8")
    data = open_cut(str(cohort_copy), "published")
    assert "1 warning in the table `patient_listing`" in sentences.describe_findings(data)
    listed = tables.make_table_findings(data)
    assert "alert(1)" in listed.cells.to_string()
    assert "<script>" not in listed.gt.as_raw_html()


def test_no_findings_say_so(cohort):
    assert "found nothing to report" in sentences.describe_findings(cohort)


def test_a_study_without_printed_claims_or_responses_has_its_sentences_too(write_study):
    """DESIGN 2: whoever drops in a folder gets a report; a chapter without content says so instead of failing."""
    folder = write_study({"patient_listing": patients((5, True, True))}, endpoints=DECLARED["endpoints"])
    data = open_cut(str(folder), "first")
    assert sentences.describe_audit(data)
    assert sentences.describe_response(data)
