"""An endpoint with competing events is a cumulative incidence, never one minus Kaplan–Meier (DESIGN 7)."""

import pytest

from helpers.display import sentences, tables
from helpers.results.cut import open_cut
from helpers.results.schema import get_stats, select

NRM = {
    "param": "NRM",
    "label": "Death in remission",
    "definition": "As said.",
    "population": "SAFFL",
    "origin": {"label": "response"},
    "events": [
        {
            "label": "Death in remission",
            "time": "patient_listing.dor_marrow_months",
            "when": [
                {"column": "patient_listing.relapse_site", "any_of": ["No"]},
                {"column": "patient_listing.follow_up", "any_of": ["Death"]},
            ],
        }
    ],
    "competing": [
        {
            "label": "Relapse",
            "time": "patient_listing.dor_marrow_months",
            "when": [{"column": "patient_listing.relapse_site", "any_of": ["Bone marrow"]}],
        }
    ],
    "censoring": [{"label": "Last report", "time": "patient_listing.dor_marrow_months"}],
    "times_at": [2, 4, 20],
}


@pytest.fixture
def data(write_study):
    """Five patients: relapse at 1, death at 2, censored at 3, death at 4, alive at 5.

    On paper: at 2 months S(1) = 4/5, incidence 4/5 · 1/4 = 1/5. Then S = 3/5; at 4 months, 2 at risk after the
    censoring at 3, the incidence rises by 3/5 · 1/2 to 1/2. One minus Kaplan–Meier would give 1 − 3/4 · 1/2 = 5/8.
    """
    ends = [("1", "Bone marrow", "Alive"), ("2", "No", "Death"), ("3", "No", "Alive"), ("4", "No", "Death")]
    listing = [
        {"patient": month, "dor_marrow_months": month, "relapse_site": site, "follow_up": state}
        for month, site, state in [*ends, ("5", "No", "Alive")]
    ]
    return open_cut(str(write_study({"patient_listing": listing}, endpoints=[NRM])), "first")


def test_incidence_by_hand(data):
    found = [
        get_stats(data.results, analysis="cif_at", param="NRM", population="SAFFL", time_months=time)["cif"]
        for time in (2, 4, 20)
    ]
    assert found[:2] == pytest.approx([1 / 5, 1 / 2], abs=1e-12)
    assert found[2] is None


def test_there_is_no_kaplan_meier_of_it(data):
    analyses = set(select(data.results, param="NRM")["analysis"])
    assert analyses == {"cif", "cif_at", "cif_curve", "cif_risk", "follow_up", "maturity"}


def test_events_competing_and_censored_add_up(data):
    stats = get_stats(data.results, analysis="cif", param="NRM", population="SAFFL")
    assert stats == {"n": 5, "events": 2, "competing": 1, "censored": 2}
    assert "2 with the event + 1 with a competing event + 2 censored = 5, all" in sentences.reconcile_time_to_event(
        data
    )
    row = tables.make_table_reconciliation(data).cells.iloc[0].to_list()
    assert row == ["Death in remission", "2", "1", "2", "5", "yes"]


def test_the_sentence_counts_both_kinds(data):
    said = sentences.describe_time_to_event(data, "NRM")
    start = "Death in remission: 2 events among 5 patients, 1 competing event, 2 censored. Median follow-up"
    assert said.startswith(start)


def test_without_its_data_it_is_not_derivable(write_study):
    dated = {
        **NRM,
        "origin": {"label": "first dose", "date": "blinatumomab.start_date"},
        "events": [{"label": "Death", "date": "followup.death_date"}],
        "competing": [{"label": "Relapse", "date": "relapse.relapse_date"}],
        "censoring": [{"label": "Last contact", "date": "followup.last_contact_date"}],
    }
    data = open_cut(str(write_study(endpoints=[dated])), "first")
    rows = select(data.results, param="NRM")
    assert set(rows["analysis"]) == {"cif", "cif_at", "follow_up", "maturity"}
    assert rows["value"].isna().all()
    assert rows["note"].str.startswith("not derivable").all()
