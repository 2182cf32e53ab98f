"""Curves by the recommendations of KMunicate (Morris et al. 2019), read off the drawings themselves."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from datasets.ten_patients.folder import CUT, write_study
from display.canvas import keep_canvases
from helpers.display import figures
from helpers.display.absence import NOT_DECLARED, NOT_DERIVABLE
from helpers.display.figures.stacked import read_areas
from helpers.display.lookup import find_incidence_endpoints
from helpers.results.cut import open_cut
from helpers.results.schema import select

STATES = ["CIR", "NRM"]
CURVES = {
    "OS": lambda data: figures.plot_survival(data, "OS"),
    "DOR": lambda data: figures.plot_survival(data, "DOR"),
    "CIR": lambda data: figures.plot_incidence(data, STATES),
    "AGVHD": lambda data: figures.plot_incidence(data, ["AGVHD24", "AGVHD34"]),
    "CGVHD": lambda data: figures.plot_incidence(data, ["CGVHD"]),
}
CUTS = {
    "all": ("zhengzhou", "2026-06-30"),
    "few": ("zhengzhou", "2024-06-30"),
    "published": ("tsvetkova2022", "published"),
}
DRAWN = [("all", name) for name in CURVES] + [("few", name) for name in CURVES] + [("published", "DOR")]


@pytest.fixture(scope="module")
def cuts():
    return {name: open_cut(*cut) for name, cut in CUTS.items()}


@pytest.fixture(scope="module")
def ten(tmp_path_factory):
    return open_cut(str(write_study(tmp_path_factory.mktemp("ten") / "zhengzhou")), CUT)


@pytest.fixture
def canvas(monkeypatch):
    return keep_canvases(monkeypatch)


def pair_tables(figure):
    """Each table, which has no axes to be seen, with the lowest curves above it."""
    for table in (axes for axes in figure.axes if not axes.axison and axes.texts):
        place = table.get_position()
        above = [axes for axes in figure.axes if axes.axison and axes.get_position().y0 > place.y0]
        beside = [axes for axes in above if abs(axes.get_position().x0 - place.x0) < 0.01]
        yield min(beside, key=lambda axes: axes.get_position().y0), table


def list_tables(figure):
    """Each table under a curve as blocks of lines: by name of the line, the numbers by the x they stand at."""
    for curves, table in pair_tables(figure):
        names, numbers = {}, defaultdict(dict)
        for text in table.texts:
            words = text.get_text()
            if words.lstrip("-").isdigit():
                numbers[-text.get_position()[1]][text.get_position()[0]] = int(words)
            else:
                names[-text.xy[1]] = words
        block = {}
        for line in sorted(names):
            if line not in numbers:  # the name of a stratum heads the next block
                if block:
                    yield curves, table, block
                block = {}
            else:
                block[names[line]] = numbers[line]
        if block:
            yield curves, table, block


@pytest.mark.parametrize(("cut", "name"), DRAWN)
def test_the_drawn_numbers_add_up_to_all_patients_at_every_tick(cuts, canvas, cut, name):
    """At risk, events, competing events and censored: at the first tick all are at risk, and their number stays."""
    CURVES[name](cuts[cut])
    tables = list(list_tables(canvas[-1].figure))
    assert tables
    for curves, _, block in tables:
        assert {"At risk", "Censored"} < set(block)
        ticks = list(curves.get_xticks())
        assert all(list(numbers) == ticks for numbers in block.values())
        totals = {sum(numbers[tick] for numbers in block.values()) for tick in ticks}
        assert totals == {block["At risk"][0]}


def test_strata_add_up_to_all_patients(cuts, canvas):
    """No patient of the synthetic study is without a disease status."""
    CURVES["OS"](cuts["all"])
    whole, *strata = [block for *_, block in list_tables(canvas[-1].figure)]
    assert len(strata) == 2
    for line in ("At risk", "Events", "Censored"):
        assert whole[line] == {tick: sum(block[line][tick] for block in strata) for tick in whole[line]}


@pytest.mark.parametrize(("cut", "name"), DRAWN)
def test_numbers_stand_beneath_their_ticks(cuts, canvas, cut, name):
    """In points of the drawing, not of the axes: within half a point of the tick above."""
    CURVES[name](cuts[cut])
    figure = canvas[-1].figure
    renderer = figure._get_renderer()
    for curves, table, block in list_tables(figure):
        ticks = [curves.transData.transform((tick, 0))[0] for tick in block["At risk"]]
        for text in table.texts:
            if text.get_text().isdigit():
                box = text.get_window_extent(renderer)
                assert min(abs((box.x0 + box.x1) / 2 - tick) for tick in ticks) < 0.5 * figure.dpi / 72


@pytest.mark.parametrize(("cut", "name"), [("all", "OS"), ("all", "CIR"), ("published", "DOR")])
def test_there_is_a_band_and_an_axis_in_months(cuts, canvas, cut, name):
    CURVES[name](cuts[cut])
    first = canvas[-1].figure.axes[0]
    assert first.collections
    assert first.get_xlabel().startswith("Months from ")
    assert any(words.endswith("% CI") for words in canvas[-1].texts)


def test_the_axis_of_a_survival_is_named_after_it(cuts, canvas):
    CURVES["OS"](cuts["all"])
    CURVES["DOR"](cuts["all"])
    assert [kept.figure.axes[0].get_ylabel() for kept in canvas] == ["Overall survival", "Probability of no event"]


@pytest.mark.parametrize("cut", ["all", "few"])
def test_stacked_areas_add_up_to_one_at_every_time(cuts, cut):
    data = cuts[cut]
    areas = read_areas(data, find_incidence_endpoints(data, STATES))
    assert np.abs(areas.shares.sum(axis=0) - 1).max() <= 1e-12
    assert (areas.shares >= -1e-12).all()
    assert areas.times[0] == 0
    assert areas.shares[:, 0].tolist() == [0, 0, 1]


@pytest.mark.parametrize("cut", ["all", "few"])
def test_who_is_in_no_state_is_who_survives_without_disease(cuts, cut):
    """Disease-free survival has the same origin, and its events are those of both states."""
    data = cuts[cut]
    areas = read_areas(data, find_incidence_endpoints(data, STATES))
    rest = dict(zip(areas.times, areas.shares[-1], strict=True))
    curve = select(data.results, analysis="km_curve", param="DFS", group="", stat="survival")
    assert len(curve) > 5
    for time, survival in zip(curve["time_months"], curve["value"], strict=True):
        assert rest[time] == pytest.approx(survival, abs=1e-12)


def test_the_drawn_areas_are_those_of_the_results(ten, canvas):
    """Of 6 responders 4 relapse; when the last follow-up ends, relapse is 80%, death without it 20%.

    T07 is censored after a day; the other 5 leave one by one: four relapses, at 1/5 each, then T02's death.
    """
    figures.plot_stacked_incidence(ten, STATES, "Alive in remission")
    axes = canvas[-1].figure.axes[0]
    tops = [collection.get_paths()[0].vertices[:, 1].max() for collection in axes.collections]
    assert tops == pytest.approx([0.8, 1.0, 1.0])


def test_endpoints_that_do_not_complete_each_other_are_not_stacked(ten):
    """Death competes with GVHD as well: acute and chronic GVHD are not all that can happen."""
    sentence = figures.plot_stacked_incidence(ten, ["AGVHD24", "CGVHD"], "No GVHD")
    assert sentence.reason == NOT_DERIVABLE
    assert "cannot be stacked" in sentence
    assert figures.plot_stacked_incidence(ten, ["CIR"], "Alive").reason == NOT_DECLARED


EVERY = {
    **CURVES,
    "stacked": lambda data: figures.plot_stacked_incidence(data, STATES, "Alive in remission"),
    "benchmarks": lambda data: figures.plot_benchmarks(data),
    "response": lambda data: figures.plot_response(data),
    "subgroups": lambda data: figures.plot_subgroups(data, "CR"),
    "safety": lambda data: figures.plot_safety(data, ["AE3", "CRS", "GVHDANY"]),
    "terms": lambda data: figures.plot_terms(data),
    "flow": lambda data: figures.plot_flow(data),
}


@pytest.mark.parametrize("name", ["response", "subgroups", "safety", "terms", "flow", "benchmarks"])
def test_a_number_that_is_kept_back_is_not_drawn_as_none(ten, canvas, name):
    """Every small count of the results, 1 to 4, and what is made of it, kept back."""
    results = ten.results.copy()
    keys = ["analysis", "param", "population", "group", "level", "variable"]
    counts = results[(results["stat"] == "n") & results["value"].between(1, 4)]
    hidden = pd.MultiIndex.from_frame(results[keys]).isin(pd.MultiIndex.from_frame(counts[keys]))
    hidden &= results["analysis"].isin(["proportion", "count"]) & (results["stat"] != "N")
    results.loc[hidden, "value"] = np.nan
    figure = EVERY[name](replace(ten, results=results))
    shown = " ".join(canvas[-1].texts)
    assert "nan" not in f"{shown} {figure.alt}".lower()
    assert "None" not in f"{shown} {figure.alt}"
    if name in {"response", "subgroups", "safety", "benchmarks"}:
        assert "not shown" in figure.alt
    if name == "terms":
        assert "Cytokine release syndrome –" in figure.alt


@pytest.mark.parametrize("name", EVERY)
def test_before_anybody_is_treated_figures_are_empty_or_a_sentence(tmp_path, name):
    data = open_cut(str(write_study(tmp_path / "zhengzhou", ["2023-06-30"])), "2023-06-30")
    shown = EVERY[name](data)
    words = shown.alt if hasattr(shown, "alt") else str(shown)
    assert any(said in words for said in ("no patients", "(n = 0)", "none in two patients or more"))
