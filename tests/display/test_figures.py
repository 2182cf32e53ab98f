"""Figures of the published cohort: the same bytes every time, numbers in the alternative text, no trace left behind."""

import json
import re
import struct
import xml.etree.ElementTree as ET

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from helpers.display import figures
from helpers.display.absence import NOT_DECLARED as SAYS_NOT_DECLARED
from helpers.display.sentences import describe_time_to_event
from helpers.results.changes import compare_with_last
from helpers.study.paths import REPORTS

ALL = {
    "response": (lambda data: figures.plot_response(data), ["All patients: 15/17, 88% (64–99)", "14/17, 82% (57–96)"]),
    "subgroups": (
        lambda data: figures.plot_subgroups(data, "CR"),
        ["(all patients): 15/17, 88% (64–99)", "within 100 days of allo-HSCT: yes): 4/6, 67% (22–96)", "no): 11/11"],
    ),
    "safety": (
        lambda data: figures.plot_safety(data, ["GVHDANY", "AGVHD"]),
        ["Any GVHD: 3/17, 18% (4–43)", "Acute GVHD: 1/17, 6% (0–29)"],
    ),
    "survival": (lambda data: figures.plot_survival(data, "DOR"), ["7 events among 15 patients", "16.0 months"]),
    "swimmer": (
        lambda data: figures.plot_swimmer(data),
        [
            "17 patients",
            "patient 2, 55 months",
            "marrow relapse 7, marrow still in remission 8",
            "EM 6, died 4 and GVHD 3",
        ],
    ),
    "verdicts": (lambda data: figures.plot_verdicts(data), ["3 differ", "5 contradict"]),
}


@pytest.fixture(scope="module")
def drawn(cohort):
    """Each figure twice, with what matplotlib's settings were before and after."""
    before = dict(mpl.rcParams)
    made = {name: (plot(cohort), plot(cohort)) for name, (plot, _) in ALL.items()}
    return made, before, dict(mpl.rcParams)


NOT_DECLARED = {
    "changed_curves": lambda data: figures.plot_changed_curves(compare_with_last(data), "DOR"),
    "flow": lambda data: figures.plot_flow(data),
    "incidence": lambda data: figures.plot_incidence(data, ["CIR", "NRM"]),
    "terms": lambda data: figures.plot_terms(data),
    "benchmarks": lambda data: figures.plot_benchmarks(data),
    "stacked_incidence": lambda data: figures.plot_stacked_incidence(data, ["CIR", "NRM"], "Alive in remission"),
}
"""What a patient listing has nothing for; see test_figures_of_events and test_changes."""


def test_every_figure_is_tested():
    assert {f"plot_{name}" for name in (*ALL, *NOT_DECLARED)} == set(figures.__all__)


@pytest.mark.parametrize("name", NOT_DECLARED)
def test_what_the_cohort_does_not_declare_is_a_sentence(cohort, name):
    assert NOT_DECLARED[name](cohort).reason == SAYS_NOT_DECLARED


@pytest.mark.parametrize(("name", "file"), [("survival", "dor"), ("response", "response"), ("swimmer", "swimmer")])
def test_figures_are_those_of_the_published_report(drawn, name, file):
    """The delivered pictures, byte for byte, where matplotlib is the one that made them."""
    published = REPORTS / "tsvetkova2022" / "published"
    made_with = json.loads((published / "manifest.json").read_text("utf-8"))["packages"]["matplotlib"]
    if made_with != mpl.__version__:
        pytest.skip(f"the report was made with matplotlib {made_with}")
    assert drawn[0][name][0].svg == (published / "figures" / f"{file}.svg").read_text("utf-8")


@pytest.mark.parametrize("name", ALL)
def test_the_same_call_gives_the_same_bytes(drawn, name):
    first, second = drawn[0][name]
    assert first == second


@pytest.mark.parametrize("name", ALL)
def test_the_alternative_text_holds_the_numbers(drawn, name):
    figure, _ = drawn[0][name]
    for words in ALL[name][1]:
        assert words in figure.alt
    data, metadata = figure._repr_mimebundle_()
    assert set(data) == {"image/svg+xml", "image/png", "text/plain"}
    assert metadata["image/svg+xml"]["alt"] == metadata["image/png"]["alt"] == figure.alt


def list_references(svg):
    """What a drawing fetches from outside: links, styles and fonts; its own parts begin with #."""
    root = ET.fromstring(svg)
    links = [value for element in root.iter() for key, value in element.attrib.items() if key.endswith("href")]
    styles = [value for element in root.iter() for value in (*element.attrib.values(), element.text or "")]
    fetched = [word for text in styles for word in re.findall(r"url\(([^)]*)\)|(@import|@font-face)", text)]
    return [link for link in (*links, *(one or other for one, other in fetched)) if not link.startswith("#")]


def test_a_reference_to_the_outside_is_noticed(drawn):
    svg = drawn[0]["response"][0].svg
    linked = svg.replace("</svg>", '<image xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="logo.png"/></svg>')
    styled = svg.replace("</svg>", "<style>@import 'font.css'; a{fill:url(other.svg#a)}</style></svg>")
    assert list_references(linked) == ["logo.png"]
    assert list_references(styled) == ["@import", "other.svg#a"]


@pytest.mark.parametrize("name", ALL)
def test_both_pictures_are_whole_and_of_the_text_width(drawn, name):
    """6.7 inches: 482.4 points as vector, 1340 pixels at 200 dots per inch; nothing is fetched, no clock is in it."""
    figure, _ = drawn[0][name]
    root = ET.fromstring(figure.svg)
    assert float(root.attrib["width"].removesuffix("pt")) == pytest.approx(482.4, abs=0.1)
    assert "<dc:date>" not in figure.svg
    assert "<script" not in figure.svg
    assert list_references(figure.svg) == []
    assert figure.png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">I", figure.png[16:20]) == (1340,)


def test_figures_in_one_document_share_no_ids(drawn):
    """An id that two drawings define makes one of them use the other's shapes."""
    found = [
        {element.attrib["id"] for element in ET.fromstring(figure.svg).iter("{http://www.w3.org/2000/svg}clipPath")}
        for figure, _ in drawn[0].values()
    ]
    assert len(set().union(*found)) == sum(map(len, found))


def test_nothing_is_left_open_or_changed(drawn):
    _, before, after = drawn
    assert plt.get_fignums() == []
    assert {key for key in before if before[key] != after[key]} == set()


def test_the_curve_says_what_its_sentence_says(cohort, drawn):
    assert describe_time_to_event(cohort, "DOR") in drawn[0]["survival"][0].alt
