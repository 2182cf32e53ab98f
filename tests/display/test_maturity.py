"""Maturity of the data as table, sentence and faint curve, by hand from the ten patients (see their README).

Overall survival in days, e for death, + for last contact: of MRD 200e 364+ 425+ 10+, of relapse 100e 121+ 160e 300e.
One more event moves the curve of all by 1/8, by 1/7 after 10 days, 0.171 after 121, 0.343 after 364. T06 was last seen
91 days before the cut, the others without an event on the day of the cut.
"""

import re

import pytest
import yaml
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as MatplotlibFigure

from datasets.ten_patients.folder import CUT, write_study
from helpers.display import figures, sentences, tables
from helpers.display.absence import NOT_DECLARED, NOT_DERIVABLE
from helpers.display.figures import incidence, survival
from helpers.display.figures.steps import FAINT, FAINT_BAND
from helpers.results.cut import open_cut

MONTH = 30.4375
FEW = {"endpoints": ["OS", "CIR", "NRM"], "occurrences": [], "later_states": [], "benchmarks": []}
MONTHS = "patient_listing.dor_marrow_months"
RELAPSED = {"column": "patient_listing.relapse_site", "any_of": ["Bone marrow"]}
TINY = {
    "param": "DOR",
    "label": "Duration of response",
    "definition": "As said.",
    "population": "SAFFL",
    "origin": {"label": "response"},
    "events": [{"label": "Relapse", "time": MONTHS, "when": [RELAPSED]}],
    "censoring": [{"label": "Last report", "time": MONTHS}],
}


@pytest.fixture(scope="module")
def open_ten(tmp_path_factory):
    """The ten patients with other conventions, or without comparisons."""

    def run(amount=0.3, days=90, **changes):
        folder = write_study(tmp_path_factory.mktemp("ten") / "ten", keep=FEW)
        file = folder / "study.yml"
        declared = yaml.safe_load(file.read_text("utf-8")) | changes
        declared["conventions"] |= {"one_event_moves_at_most": amount, "followed_within_days": days}
        file.write_text(yaml.safe_dump(declared, allow_unicode=True), "utf-8")
        return open_cut(str(folder), CUT)

    return run


@pytest.fixture(scope="module")
def ten(open_ten):
    return open_ten()


@pytest.fixture
def tell(write_study):
    """The data of patients with (months, relapsed)."""

    def make(*rows, **conventions):
        listing = [
            {"patient": str(number), "dor_marrow_months": months, "relapse_site": "Bone marrow" if relapsed else "No"}
            for number, (months, relapsed) in enumerate(rows, start=1)
        ]
        folder = write_study({"patient_listing": listing}, endpoints=[TINY], conventions=conventions)
        return open_cut(str(folder), "first")

    return make


def notes_of(table):
    return " ".join(re.findall(r'class="gt_from_md">(.*?)</span>', table.gt.as_raw_html()))


# The table.


def test_the_table_by_hand(ten):
    """Completeness: 1680 of 1771 days, of MRD 999 of 1090; of relapse nobody was seen too long ago."""
    table = tables.make_table_maturity(ten, ["OS", "CIR"])
    cells = table.cells.drop(columns="Follow-up (95% CI), mo").values.tolist()
    assert cells == [
        ["Overall survival", "All patients", "8", "4 (50%)", "3/8 (38%)", "94.9%", "12.0"],
        ["Overall survival", "MRD-positive", "4", "1 (25%)", "2/4 (50%)", "91.7%", "0.3"],
        ["Overall survival", "Haematological relapse", "4", "3 (75%)", "1/4 (25%)", "100%", "4.0"],
        ["Relapse", "All patients", "6", "4 (67%)", "1/6 (17%)", "100%", "whole curve"],
        ["Relapse", "MRD-positive", "3", "1 (33%)", "1/3 (33%)", "100%", "no part"],
        ["Relapse", "Haematological relapse", "3", "3 (100%)", "0/3 (0%)", "100%", "no part"],
    ]
    notes = notes_of(table)
    for words in ["within 90 days before the data cut", "30 percentage points", "Clark's C", "reverse Kaplan-Meier"]:
        assert words in notes


def test_the_table_of_a_source_without_dates_says_what_is_not_derivable(cohort):
    table = tables.make_table_maturity(cohort, ["OS", "DOR"])
    assert set(table.cells["Still followed"]) == set(table.cells["Completeness"]) == {"not derivable"}
    assert table.cells["Curve trusted until, mo"].to_list() == ["12.0", "3.0", "no part"]
    notes = notes_of(table)
    assert "Still followed, completeness: not derivable: the data cut has no date." in notes
    assert "Overall survival is not derivable" in notes


def test_a_population_without_patients(open_ten, ten):
    """Nobody is younger than one year."""
    infants = {"name": "RESPFL", "label": "infants", "when": [{"column": "patients.age_years", "below": 1}]}
    declared = yaml.safe_load((ten.study.folder / "study.yml").read_text("utf-8"))["populations"]
    data = open_ten(populations=[infants if item["name"] == "RESPFL" else item for item in declared])
    cells = tables.make_table_maturity(data, ["CIR"]).cells
    assert cells.iloc[0].to_list()[2:] == ["0", "0", "–", "–", "–", "–"]
    assert sentences.describe_maturity(data, "CIR") == "Relapse: no patients."


def test_what_is_not_there_is_said(cohort):
    assert tables.make_table_maturity(cohort, ["PFS"]).reason == NOT_DECLARED
    assert tables.make_table_maturity(cohort, ["OS"]).reason == NOT_DERIVABLE
    assert sentences.describe_maturity(cohort, "OS").reason == NOT_DERIVABLE
    assert sentences.describe_maturity(cohort, "PFS").reason == NOT_DECLARED


# The sentences.

FAINT_OS = (
    "The curve of overall survival is drawn faint after 12.0 months: from there on, one more event would move it by "
    "more than 30 percentage points (MRD-positive: after 0.3 months; haematological relapse: after 4.0 months)."
)
WHOLE_CIR = (
    "The curve of relapse can be trusted to its end: nowhere would one more event move it by more than 30 percentage "
    "points (drawn faint, MRD-positive: from the start; haematological relapse: from the start)."
)


def test_many_events_and_competing_ones(ten):
    assert sentences.describe_maturity(ten, "OS") == (
        "Overall survival: 4 events (50%) so far among 8 patients. 3 patients (38%) are without an event and still "
        "followed, seen within 90 days before the data cut; 1 patient without an event was last seen earlier. The "
        f"follow-up is 94.9% complete. {FAINT_OS}"
    )
    assert sentences.describe_maturity(ten, "CIR") == (
        "Relapse: 4 events (67%) and 1 competing event so far among 6 patients. 1 patient (17%) is without an event "
        f"and still followed, seen within 90 days before the data cut. The follow-up is 100% complete. {WHOLE_CIR}"
    )
    assert "Non-relapse mortality: 1 event (17%) and 4 competing events so far" in sentences.describe_maturity(
        ten, "NRM"
    )


def test_nobody_is_followed_any_more(open_ten, tmp_path):
    """Everybody without an event was seen long ago, then nobody without an event is left."""
    folder = write_study(tmp_path / "ten", keep=FEW)
    declared = yaml.safe_load((folder / "study.yml").read_text("utf-8"))
    declared["cuts"] = [{"id": "later", "date": "2030-12-31", "label": "much later"}]
    (folder / "study.yml").write_text(yaml.safe_dump(declared, allow_unicode=True), "utf-8")
    data = open_cut(str(folder), "later")
    text = sentences.describe_maturity(data, "OS")
    assert re.search(r"No patient without an event was seen within 183 days before the data cut; \d patients? w", text)
    nobody_left = open_ten(populations=[
        {"name": name, "label": name, "when": [{"column": "patients.patient", "any_of": ["T01", "T05"]}]}
        for name in ("SAFFL", "EVALFL", "RESPFL", "DLIFL")
    ])  # fmt: skip
    assert "2 events (100%) so far among 2 patients. No patient without an event is left to follow." in (
        sentences.describe_maturity(nobody_left, "OS")
    )


def test_no_event_one_patient_and_no_dates(tell):
    one = "Duration of response: no events (0%) so far among 1 patient. How many patients are still followed is not "
    faint = "The whole curve of duration of response is drawn faint: one more event would move it by more than 10 "
    assert sentences.describe_maturity(tell((5, False)), "DOR") == (
        f"{one}derivable: the data cut has no date. {faint}percentage points anywhere."
    )
    ten_events = tell(*[(months, True) for months in range(1, 11)])
    assert "10 events (100%) so far among 10 patients" in sentences.describe_maturity(ten_events, "DOR")
    assert "can be trusted to its end" in sentences.describe_maturity(ten_events, "DOR")


@pytest.mark.parametrize(("amount", "words"), {0.125: "12.5 percentage points", 0.01: "by more than 1 percent"}.items())
def test_the_amount_is_printed_as_declared(tell, amount, words):
    data = tell((5, True), one_event_moves_at_most=amount)
    assert words in sentences.describe_maturity(data, "DOR")
    assert words in sentences.describe_conventions(data)


def test_the_conventions_are_printed_in_the_methods(ten):
    text = sentences.describe_conventions(ten)
    assert "one more event would move it by more than 30 percentage points [@gebski2018]" in text
    assert "seen within 90 days before the data cut is still followed" in text


def test_a_curve_is_read_with_its_maturity_and_its_comparison(ten, cohort):
    """Where there is no curve, the figure has said why: the sentence is not missed."""
    text = sentences.describe_curve(ten, "OS")
    assert text == f"{sentences.describe_maturity(ten, 'OS')} {sentences.compare_endpoint(ten, 'OS')}"
    assert sentences.describe_curve(cohort, "DOR") == sentences.describe_maturity(cohort, "DOR")
    assert sentences.describe_curve(cohort, "OS").reason == NOT_DECLARED


# The figures.


@pytest.fixture
def canvas(monkeypatch):
    """The drawings of the figures that a test makes."""
    kept: list[MatplotlibFigure] = []
    for module in (survival, incidence):
        original = module.finish

        def keep(figure, alt, original=original, **keywords):
            kept.append(figure)
            return original(figure, alt, **keywords)

        monkeypatch.setattr(module, "finish", keep)
    return kept


def stretches(axes):
    """Of each stretch of a curve in a panel, whether it is faint, its beginning and its end in days."""
    return [
        (line.get_alpha() == FAINT, *(pytest.approx(f(line.get_xdata()) * MONTH) for f in (min, max)))
        for line in axes.lines
        if line.get_drawstyle() == "steps-post"
    ]


def ticks(axes, faint):
    """Days of the censoring ticks of a panel, the strong ones or the faint ones."""
    marks = [line for line in axes.lines if line.get_marker() == "|" and (line.get_alpha() == FAINT) == faint]
    return pytest.approx(sorted(x * MONTH for line in marks for x in line.get_xdata()))


def keys_of(figure):
    """The line below all panels, which says what is drawn alike in each."""
    (legend,) = figure.legends
    return [text.get_text() for text in legend.get_texts()]


KEY = "Faint: one more event would move it by more than 30 percentage points"


def test_a_survival_curve_is_faint_from_where_it_can_no_longer_be_trusted(ten, canvas):
    figure = figures.plot_survival(ten, "OS")
    left, right = canvas[-1].axes[0], canvas[-1].axes[1]
    assert stretches(left) == [(False, 0, 364), (True, 364, 425)]
    assert (ticks(left, False), ticks(left, True)) == ([10, 121, 364], [425])
    bands = left.collections
    assert [band.get_alpha() for band in bands] == pytest.approx([0.16, FAINT_BAND * 0.16])
    assert stretches(right) == [(False, 0, 10), (True, 10, 425), (False, 0, 121), (True, 121, 300)]
    assert (ticks(right, False), ticks(right, True)) == ([10, 121], [364, 425])
    # a faint stretch has the colour and the line of its stratum
    first, second = ([line for line in right.lines if line.get_drawstyle() == "steps-post"][i : i + 2] for i in (0, 2))
    assert len({to_rgb(line.get_color()) for line in first}) == 1
    assert to_rgb(first[0].get_color()) != to_rgb(second[0].get_color())
    assert KEY in keys_of(canvas[-1])
    assert FAINT_OS in figure.alt


def test_the_curve_goes_on_where_it_turns_faint(ten, canvas):
    """No gap and no jump: the second stretch begins with the value with which the first ends."""
    figures.plot_survival(ten, "OS")
    steps = [line for line in canvas[-1].axes[0].lines if line.get_drawstyle() == "steps-post"]
    (before, after) = (line.get_ydata() for line in steps)
    assert before[-1] == after[0]


def test_a_trusted_curve_is_drawn_as_ever_and_a_tiny_stratum_faint_throughout(ten, canvas):
    figure = figures.plot_incidence(ten, ["CIR", "NRM"])
    whole = canvas[-1].axes[0]
    assert [faint for faint, _, _ in stretches(whole)] == [False, False]
    assert KEY in keys_of(canvas[-1])  # for the strata below
    relapse = canvas[-1].axes[2]
    assert stretches(relapse) == [(True, 0, 189), (True, 0, 94)]
    assert WHOLE_CIR in figure.alt


def test_without_a_faint_part_no_key(open_ten, canvas):
    data = open_ten(amount=0.99)
    for plot in (lambda: figures.plot_survival(data, "OS"), lambda: figures.plot_incidence(data, ["CIR"])):
        alt = plot().alt
        assert "drawn faint" not in alt
        assert "move it by more than 99 percentage points, in no stratum either." in alt
        assert not any(text.startswith("Faint") for text in keys_of(canvas[-1]))


def test_a_single_panel_has_its_keys_below_in_one_line(open_ten, canvas):
    data = open_ten(comparisons=[])
    alt = figures.plot_survival(data, "OS").alt
    axes = canvas[-1].axes[0]
    assert stretches(axes) == [(False, 0, 364), (True, 364, 425)]
    assert keys_of(canvas[-1]) == ["95% CI", "Censored", KEY]
    assert "MRD-positive" not in alt
    box = canvas[-1].legends[0].get_window_extent()
    assert box.y1 <= min(panel.get_window_extent().y0 for panel in canvas[-1].axes)
    assert canvas[-1].bbox.x0 <= box.x0
    assert box.x1 <= canvas[-1].bbox.x1
