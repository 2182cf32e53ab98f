"""Figures of studies with event-level tables: ten patients whose numbers can be counted by hand (see their README)."""

from dataclasses import replace
from itertools import combinations

import pytest
import yaml
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.transforms import Bbox

from datasets.ten_patients.folder import CUT, change_raw, write_study
from display.canvas import keep_canvases
from helpers.display import figures
from helpers.display.absence import NOT_DERIVABLE as SAYS_NOT_DERIVABLE
from helpers.display.figures import proportions
from helpers.display.figures.boxes import SIZE, draw_box, make_box
from helpers.display.figures.style import WIDTH, report_style
from helpers.results.cut import open_cut

GVHD = ["AGVHD24", "AGVHD34"]
PLOTS = {
    "flow": lambda data: figures.plot_flow(data),
    "survival": lambda data: figures.plot_survival(data, "OS"),
    "incidence": lambda data: figures.plot_incidence(data, ["CIR", "NRM"]),
    "gvhd": lambda data: figures.plot_incidence(data, GVHD),
    "one": lambda data: figures.plot_incidence(data, ["CGVHD"]),
    "terms": lambda data: figures.plot_terms(data),
    "safety": lambda data: figures.plot_safety(data, [item.param for item in data.study.occurrences]),
    "response": lambda data: figures.plot_response(data),
    "subgroups": lambda data: figures.plot_subgroups(data, "CR"),
    "benchmarks": lambda data: figures.plot_benchmarks(data),
    "stacked": lambda data: figures.plot_stacked_incidence(data, ["CIR", "NRM"], "Alive in remission"),
    "swimmer": lambda data: figures.plot_swimmer(data),
}
# Counted by hand from the stories of the ten patients.
SAID = {
    "flow": [
        "Screened (n = 9)",
        "Eligible (n = 9)",
        "not treated yet (n = 1)",
        "Treated (n = 8)",
        "Responders (n = 6)",
    ],
    "survival": ["4 events among 8 patients", "MRD-positive, 1 of 4", "Haematological relapse, 3 of 4", "p = "],
    "incidence": ["Relapse: 4 events among 6 patients, 1 competing event", "Non-relapse mortality: 1 event", "3 of 3"],
    "gvhd": ["Acute GVHD of grade II to IV: 2 events among 6", "grade III or IV: 1 event", "Gray's test"],
    "one": ["Chronic GVHD: 2 events among 6 patients, 4 competing events, 0 censored"],
    "terms": ["Cytokine release syndrome 4/8, grade 3 or higher 1", "Pneumonia 2/8, grade 3 or higher 2"],
    "safety": ["Cytokine release and neurotoxicity. Cytokine release syndrome: 4/8, 50%", "Infections. Infection: "],
    "response": ["Complete remission. All patients: 6/8, 75%", "MRD-positive: 3/4"],
    "subgroups": [
        "Complete remission (all patients): 6/8, 75%",
        "Complete remission (sex: female): 3/4",
        "(younger than 18 years: yes): no patients. Complete remission (younger than 18 years: no): 6/8",
        "(donor: matched unrelated): 0/1",
    ],
    "benchmarks": [
        "CR or CRh within two cycles: 75% (19–99), published 45%",
        "at 1 year: not estimable, published 36%",
    ],
    "stacked": ["At any time the areas add up to all 6 patients: relapse in 4 and non-relapse mortality in 1."],
    "swimmer": ["8 patients", "patient T04, 14 months", "infusion 6, acute GVHD of grade II to IV 3", "death 4"],
}


@pytest.fixture(scope="module")
def ten(tmp_path_factory):
    return open_cut(str(write_study(tmp_path_factory.mktemp("ten") / "zhengzhou")), CUT)


@pytest.fixture(scope="module")
def poor(tmp_path_factory):
    """Nothing but patients and their follow-up."""
    folder = write_study(tmp_path_factory.mktemp("poor") / "zhengzhou")
    for table in (folder / "raw").glob("*.csv"):
        if table.stem not in {"patients", "followup"}:
            table.unlink()
    return open_cut(str(folder), CUT)


def redeclare(folder, **changes):
    declared = yaml.safe_load((folder / "study.yml").read_text("utf-8"))
    (folder / "study.yml").write_text(yaml.safe_dump({**declared, **changes}, sort_keys=False), "utf-8")
    return declared


@pytest.fixture
def canvas(monkeypatch):
    """The drawings of the figures that a test makes."""
    return keep_canvases(monkeypatch)


@pytest.fixture(scope="module")
def drawn(ten):
    """Each figure with its drawing, and the same figure again."""
    with pytest.MonkeyPatch.context() as patch:
        kept = keep_canvases(patch)
        return {name: (plot(ten), kept[-1], plot(ten)) for name, plot in PLOTS.items()}


@pytest.mark.parametrize("name", PLOTS)
def test_the_alternative_text_holds_the_numbers_and_says_they_are_made_up(drawn, name):
    figure, canvas, _ = drawn[name]
    assert figure.alt.startswith("Synthetic data. ")
    assert "SYNTHETIC DATA" in canvas.texts
    for words in SAID[name]:
        assert words in figure.alt


@pytest.mark.parametrize("name", PLOTS)
def test_the_same_call_gives_the_same_bytes(drawn, name):
    assert drawn[name][0] == drawn[name][2]


@pytest.mark.parametrize("name", PLOTS)
def test_no_words_overlap_and_none_is_cut_off(drawn, name):
    canvas = drawn[name][1]
    for words, box, _ in canvas.words:
        assert canvas.figure.bbox.contains(*box.min), words
        assert canvas.figure.bbox.contains(*box.max), words
    for (first, box, _), (second, other, _) in combinations(canvas.words, 2):
        overlap = Bbox.intersection(box, other)
        # the boxes of two lines may touch where neither has letters that reach so far
        assert overlap is None or min(overlap.width, overlap.height) < 2.5, (first, second)


@pytest.mark.parametrize("name", PLOTS)
def test_all_type_is_at_least_seven_points(drawn, name):
    assert min(size for _, _, size in drawn[name][1].words) >= 7


def test_a_study_of_real_patients_is_not_marked(ten, canvas):
    real = replace(ten, study=ten.study.model_copy(update={"synthetic": False}))
    assert figures.plot_flow(real).alt.startswith("Flow of patients.")
    assert "SYNTHETIC DATA" not in canvas[-1].texts


def test_the_flow_counts_each_failed_criterion_and_adds_up(tmp_path, canvas):
    """T09, not treated, is 70 and has an infection; T03, treated, is 70: of 9 screened 7 are eligible."""
    folder = write_study(tmp_path / "zhengzhou")
    change_raw(folder, "patients", 9, age_years="70", severe_infection="Y")
    change_raw(folder, "patients", 3, age_years="70")
    figure = figures.plot_flow(open_cut(str(folder), CUT))
    words = canvas[-1].texts
    for said in [
        "Screened (n = 9)",
        "Not eligible, not treated (n = 1)",
        "Severe infection: 1",
        "A patient may fail several criteria.",
        "Not eligible, but treated (n = 1)",
        "Eligible (n = 7)",
        "Eligible, not treated yet (n = 0)",
        "Treated (n = 8)",
        "Of these, 1 treated although not eligible",
    ]:
        assert said in words
        assert said in figure.alt
    assert words.count("Older than 65 years: 1") == 2


def test_words_never_overflow_their_box():
    """A reason much longer than its box is broken into lines, and the box is as high as they need."""
    box = make_box("Not eligible " * 6, ["leukaemia of the central nervous system " * 5], 0.5, 0.5, 2.0)
    with report_style("box"):
        figure = MatplotlibFigure(figsize=(WIDTH, 4))
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(4, 0))
        draw_box(axes, box)
        inner = axes.patches[0].get_window_extent(figure._get_renderer())
        for text in axes.texts:
            assert text.get_fontsize() == SIZE
            assert inner.contains(*text.get_window_extent(figure._get_renderer()).min)
            assert inner.contains(*text.get_window_extent(figure._get_renderer()).max)
    assert " ".join(box.lines) == "leukaemia of the central nervous system " * 4 + (
        "leukaemia of the central nervous system"
    )


def test_the_risk_table_adds_up_to_all_patients(ten, canvas):
    """After the last time nobody is at risk: of 6 responders 4 relapsed, 1 died in remission, 1 is censored."""
    figures.plot_incidence(ten, ["CIR", "NRM"])
    table = canvas[-1].figure.axes[1]
    last = [
        text.get_text() for text in table.texts if text.get_position()[0] == max(canvas[-1].figure.axes[0].get_xticks())
    ]
    assert last == ["0", "4", "1", "1"]
    labels = [text.get_text() for text in table.texts if not text.get_text().isdigit()]
    assert labels == ["At risk", "CIR", "NRM", "Censored"]


def test_endpoints_that_do_not_exclude_each_other_have_lines_of_their_own(ten, canvas):
    """Who has acute GVHD of grade II is still at risk of grade III: each has a panel and a table of its own."""
    figures.plot_incidence(ten, GVHD)
    axes = canvas[-1].figure.axes
    titles = [axes[place].get_title(loc="left").splitlines()[0] for place in (0, 2)]
    assert titles == ["Acute GVHD of grade II to IV", "Acute GVHD of grade III or IV"]
    for table in (axes[1], axes[3]):
        words = [text.get_text() for text in table.texts if not text.get_text().isdigit()]
        assert words == ["At risk", "Events", "Competing", "Censored"]


def test_curves_end_with_the_last_time_observed(ten, canvas):
    """The longest follow-up of those with MRD is T04's 425 days, of those in relapse T03's death on day 300."""
    figures.plot_survival(ten, "OS")
    right = canvas[-1].figure.axes[1]
    ends = [max(line.get_xdata()) for line in right.lines if line.get_drawstyle() == "steps-post"]
    assert ends == pytest.approx([425 / 30.4375, 300 / 30.4375])
    assert len({str(line.get_linestyle()) for line in right.lines[:3:2]}) == 2


def test_no_events_is_a_flat_line_and_said(tmp_path, canvas):
    """Without death dates nobody dies."""
    folder = write_study(tmp_path / "zhengzhou")
    for number in range(1, 11):
        change_raw(folder, "followup", number, vital_status="alive", death_date="", death_cause="")
    for number in (3, 10):  # events that were fatal
        change_raw(folder, "adverse_events", number, grade="4", outcome="ongoing", end_date="")
    figure = figures.plot_survival(open_cut(str(folder), CUT), "OS")
    assert "no events among 8 patients" in figure.alt
    assert "No events" in canvas[-1].texts
    curve = next(line for line in canvas[-1].figure.axes[0].lines if line.get_drawstyle() == "steps-post")
    assert set(curve.get_ydata()) == {1.0}


@pytest.mark.parametrize("comparisons", [["DISSTAT"], []])
def test_a_population_without_patients_is_drawn_empty_and_said(tmp_path, canvas, comparisons):
    """Nobody is younger than one year."""
    folder = write_study(tmp_path / "zhengzhou")
    nobody = {"name": "RESPFL", "label": "infants", "when": [{"column": "patients.age_years", "below": 1}]}
    declared = redeclare(folder)
    populations = [nobody if item["name"] == "RESPFL" else item for item in declared["populations"]]
    redeclare(folder, populations=populations, comparisons=comparisons)
    data = open_cut(str(folder), CUT)
    for plot in (lambda: figures.plot_survival(data, "DFS"), lambda: figures.plot_incidence(data, ["CIR", "NRM"])):
        assert "no patients" in plot().alt
        assert "No patients" in canvas[-1].texts


def test_terms_are_ordered_by_patients_and_rare_mild_ones_left_out_and_counted(tmp_path, canvas):
    """T01's infection made mild: one patient below grade 3 is no row; the fatal sepsis of T02 is one."""
    folder = write_study(tmp_path / "zhengzhou")
    change_raw(folder, "adverse_events", 1, grade="1")
    figure = figures.plot_terms(open_cut(str(folder), CUT))
    shown = [label.get_text() for label in canvas[-1].figure.axes[0].get_yticklabels()]
    assert shown[:2] == ["Cytokine release syndrome", "Pneumonia"]
    assert "Cytomegalovirus infection" not in shown
    assert "Left out: 1 term seen in one patient only, below grade 3." in figure.alt


def test_a_term_is_not_taken_for_the_grade_of_another(tmp_path):
    """T01's infection of grade 3 is called fever, T06's pneumonia as if it were its grade."""
    folder = write_study(tmp_path / "zhengzhou")
    change_raw(folder, "adverse_events", 1, term="Fever")
    change_raw(folder, "adverse_events", 7, term="Fever; grade 3 or higher")
    alt = figures.plot_terms(open_cut(str(folder), CUT)).alt
    assert "; Fever 1/8, grade 3 or higher 1; Fever; grade 3 or higher 1/8, grade 3 or higher 1;" in alt


def test_bars_are_as_long_as_patients_are_many(ten, canvas):
    """Worst grades of cytokine release: T08 1, T02 and T04 2, T07 3; the axis ends with all 8 patients."""
    figures.plot_terms(ten)
    axes = canvas[-1].figure.axes[0]
    lengths = [bars.patches[0].get_width() for bars in axes.containers]
    assert lengths == [1, 2, 1, 0, 0]
    assert axes.get_xlim() == (0, 8)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0%", "25%", "50%", "75%", "100%"]


def test_safety_has_a_heading_for_each_topic(ten, canvas):
    figures.plot_safety(ten, [item.param for item in ten.study.occurrences])
    bold = [text.get_text() for text in canvas[-1].figure.axes[0].get_yticklabels() if text.get_fontweight() == "bold"]
    assert bold == list(proportions.TOPICS.values())


def test_what_is_not_derivable_is_marked_and_not_drawn_as_none(tmp_path, canvas):
    """Without the table of GVHD, its lines have no point; the adverse events keep theirs."""
    folder = write_study(tmp_path / "zhengzhou")
    (folder / "raw" / "gvhd.csv").unlink()
    data = open_cut(str(folder), CUT)
    figure = figures.plot_safety(data, ["CRS", "GVHDANY"])
    assert "Any GVHD: not derivable" in figure.alt
    assert "Cytokine release syndrome: 4/8" in figure.alt
    assert [tuple(line.get_ydata()) for line in canvas[-1].figure.axes[0].lines] == [(1, 1), (1,)]
    mixed = figures.plot_incidence(data, ["CIR", "AGVHD24"]).alt
    assert "Relapse: 4 events among 6 patients" in mixed
    assert "not derivable" in mixed


NOT_DERIVABLE = [
    ("incidence", ["Relapse", "Non-relapse mortality", "not derivable", "response"]),
    ("terms", ["Adverse events by term", "not derivable", "adverse_events"]),
    ("safety", ["Any adverse event", "not derivable", "adverse_events"]),
    ("response", ["Complete remission", "not derivable", "response"]),
]


@pytest.mark.parametrize(("name", "said"), NOT_DERIVABLE)
def test_what_a_poor_study_cannot_support_is_said(poor, name, said):
    sentence = PLOTS[name](poor)
    assert sentence.reason == SAYS_NOT_DERIVABLE
    for words in said:
        assert words in sentence


def test_what_a_poor_study_supports_is_drawn(poor):
    assert "4 events among 8 patients" in figures.plot_survival(poor, "OS").alt
    assert "Responders. Not derivable." in figures.plot_flow(poor).alt


def test_two_comparisons_are_two_panels(tmp_path, canvas):
    """All patients and two comparisons are three panels, with the ticks of the axis at the first in each row."""
    folder = write_study(tmp_path / "zhengzhou")
    redeclare(folder, strata=["DISSTAT", "DONOR"], comparisons=["DISSTAT", "DONOR"])
    data = open_cut(str(folder), CUT)
    figures.plot_survival(data, "OS")
    titles = [axes.get_title(loc="left") for axes in canvas[-1].figure.axes if axes.get_title(loc="left")]
    assert titles == ["All treated patients (n = 8)", "By disease before blinatumomab", "By donor"]
    assert canvas[-1].texts.count("50%") == 2  # of the first panel in each row
    assert "Matched unrelated" in figures.plot_incidence(data, ["CIR"]).alt
