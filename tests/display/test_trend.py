"""Small trends: places, gaps and words of the drawing, worked out by hand from its axis (DESIGN 9: the index)."""

import re
from xml.etree import ElementTree as ET

import pytest

from helpers.delivery.report import THEME
from helpers.display.trend import BOTTOM, HEIGHT, LEFT, RIGHT, STYLE, TOP, WIDTH, Share, draw_trend

NOT_KNOWN, NOT_YET = Share(None, None, None, None), Share(None, None, None, 20)
THREE = [("2024", Share(0.5, 0.25, 0.75, 20)), ("2025", Share(0.0, 0.0, 0.17, 20)), ("2026", Share(1.0, 0.83, 1.0, 20))]


def draw(cuts, heading="Response"):
    return ET.fromstring(draw_trend(heading, "Overall response", cuts))


def find(drawing, kind):
    return [element for element in drawing.iter() if element.get("class") == kind]


def words(drawing):
    return [element.text for element in drawing.iter("text")]


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Share(15 / 17, 0.6356, 0.9854, 17), "88% (64–99)"),
        (Share(0.5123, 0.2, 0.7, 250), "51.2% (20.0–70.0)"),
        (Share(1.0, None, None, 5), "100% (NE)"),
        (NOT_YET, "NE"),
        (Share(None, None, None, 0), "NE"),
        (NOT_KNOWN, "not derivable"),
    ],
)
def test_a_share_reads_as_in_the_tables(share, text):
    assert str(share) == text


def test_dots_stand_at_their_values_on_an_axis_from_0_to_100():
    """Half-way up for 50%, on the axis for 0%, at the top for 100%, at equal distances from left to right."""
    dots = list(draw(THREE).iter("circle"))
    assert [float(dot.get("cy")) for dot in dots] == [(TOP + BOTTOM) / 2, BOTTOM, TOP]
    left, middle, right = (float(dot.get("cx")) for dot in dots)
    assert LEFT < left < middle < right < RIGHT
    assert middle - left == pytest.approx(right - middle)
    assert [label for label in words(draw(THREE)) if label in {"0%", "50%", "100%"}][:3] == ["0%", "50%", "100%"]


def test_whiskers_are_the_limits():
    """From 25% to 75% of a plot 86 units high: 21.5 units from either end."""
    path = find(draw(THREE), "whisker")[0].get("d")
    low, high = re.match(r"M\S+ (\S+?)V(\S+?)M", path).groups()
    assert (float(low), float(high)) == (BOTTOM - (BOTTOM - TOP) / 4, TOP + (BOTTOM - TOP) / 4)


def test_a_line_joins_the_cuts_and_leaves_out_what_has_no_number():
    (whole,) = find(draw(THREE), "joined")
    assert len(whole.get("points").split()) == 3
    gap = draw([*THREE, ("2027", NOT_YET), ("2028", THREE[0][1]), ("2029", THREE[0][1])])
    assert [len(line.get("points").split()) for line in find(gap, "joined")] == [3, 2]
    assert len(list(gap.iter("circle"))) == 5
    xs = [float(dot.get("cx")) for dot in gap.iter("circle")]
    assert xs[3] - xs[2] == pytest.approx(2 * (xs[1] - xs[0]), abs=0.02)


def test_an_estimate_without_limits_is_a_dot():
    drawing = draw([("2024", Share(1.0, None, None, 5)), ("2025", Share(1.0, None, None, 9))])
    assert find(drawing, "whisker") == []
    assert len(list(drawing.iter("circle"))) == 2


def test_first_and_last_cut_are_named_and_the_last_number_is_printed():
    drawn = words(draw(THREE))
    assert {"2024", "2026", "100%", "83–100"} < set(drawn)
    assert "2025" not in drawn
    assert find(draw(THREE), "last")[0].text == "100%"


@pytest.mark.parametrize(("share", "said"), [(NOT_YET, "NE"), (NOT_KNOWN, "not derivable")])
def test_a_last_cut_without_a_number_says_why(share, said):
    drawing = draw([*THREE, ("2027", share)])
    assert said in words(drawing)
    assert find(drawing, "last") == []


def test_all_numbers_are_said_to_those_who_do_not_see_it():
    drawing = draw([*THREE, ("2027", NOT_YET)])
    assert drawing.get("role") == "img"
    said = "Overall response: 2024, 50% (25–75); 2025, 0% (0–17); 2026, 100% (83–100); 2027, NE"
    assert drawing.get("aria-label") == said
    titles = [title.text for title in drawing.iter("title")]
    assert titles == ["2024: 50% (25–75)", "2025: 0% (0–17)", "2026: 100% (83–100)"]


def test_words_with_markup_stay_words():
    drawing = draw(THREE, 'Grade ≥ 3 & "<worse>"')
    assert 'Grade ≥ 3 & "<worse>"' in words(drawing)


def test_nothing_is_clipped():
    """A letter takes some 7 units at the most; long names of cuts are shortened in their middle."""
    long = [("interim-analysis-one-2024-06-30", THREE[1][1]), ("interim-analysis-two-2027", Share(1, 0.995, 1, 3000))]
    for element in draw(long).iter("text"):
        room = 7 * len(element.text)
        x, anchor = float(element.get("x")), element.get("text-anchor")
        left = x - {"start": 0, "middle": room / 2, "end": room}[anchor]
        assert left >= 0
        assert left + room <= WIDTH + 0.5
        assert 10 <= float(element.get("y")) <= HEIGHT - 3
    names = words(draw(long))
    assert [name for name in names if "…" in name] == ["interim-…024-06-30", "interim-…-two-2027"]


def test_colours_and_letters_are_those_of_the_theme():
    theme = (THEME / "report.css").read_text("utf-8")
    used = set(re.findall(r"var\((--\w+)\)", STYLE))
    assert used
    assert all(f"{name}:" in theme for name in used)
