"""Published figures beside the study's own estimates, a naive comparison: without a test, and said to be one."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from helpers.display.absence import NotDerivableError, NotInStudyError, or_say_so
from helpers.display.figures.curves import draw_time_ticks
from helpers.display.figures.forest import (
    AROUND,
    LINE_HEIGHT,
    NOT_SHOWN,
    OTHER,
    OWN,
    ForestLine,
    Point,
    draw_forest,
    draw_percent_axis,
)
from helpers.display.figures.style import SMALL, Figure, finish, make_figure, report_style
from helpers.display.formatting import (
    NOT_DERIVABLE,
    format_months,
    format_months_interval,
    format_percent,
    format_percent_interval,
    within_sentence,
)
from helpers.display.lookup import (
    Statistics,
    ci,
    find,
    find_endpoint,
    find_occurrence,
    get,
    get_mark,
    list_strata,
    method,
    note,
)
from helpers.results.cut import CutData
from helpers.results.derivability import NONE
from helpers.study.clinical import Benchmark

NOT_YET = "not estimable"
ROOM = 1.1
"""How far the axis of medians goes beyond the longest, so that an interval without an end is seen to go on."""
SPREAD = 1.35
"""Height of a line with two points, as a share of a line with one."""


@dataclass(frozen=True)
class Compared:
    """A published figure with the study's own estimate: values, None where there is none, and in words."""

    benchmark: Benchmark
    stats: Statistics
    own: str
    published: float
    shown: str


@or_say_so
def plot_benchmarks(data: CutData) -> Figure:
    """Draw each declared published figure beside the study's own estimate with its interval; medians on an own axis."""
    if not data.study.benchmarks:
        raise NotInStudyError("This study declares no published figures to compare with")
    compared = [_compare(data, benchmark) for benchmark in data.study.benchmarks]
    if all(item.own == NOT_DERIVABLE for item in compared):
        raise NotDerivableError(f"{compared[0].benchmark.label}: {_find_reason(data, compared[0].benchmark)}")
    medians = [item for item in compared if item.benchmark.stat == "median"]
    parts = [part for part in ([item for item in compared if item not in medians], medians) if part]
    every = [_make_line(data, item) for item in compared]
    heights = [LINE_HEIGHT * (SPREAD * len(part) + 0.3) for part in parts]
    with report_style("benchmarks"):
        figure = make_figure(sum(heights) + AROUND * len(parts) + 0.15)
        panels = figure.subplots(len(parts), 1, height_ratios=heights, squeeze=False)[:, 0]
        for axes, part in zip(panels, parts, strict=True):
            lines = [_make_line(data, item) for item in part]
            draw_forest(axes, lines, ("This study", "Published"), every)
            if part is medians:
                _draw_months_axis(axes, medians)
            else:
                draw_percent_axis(axes, "Patients")
        figure.legend(handles=_make_keys(data), loc="outside lower center", ncols=2, fontsize=SMALL + 0.5)
        return finish(figure, _describe(data, compared), synthetic=data.study.synthetic)


def _compare(data: CutData, benchmark: Benchmark) -> Compared:
    time = {} if benchmark.time_months is None else {"time_months": benchmark.time_months}
    stratum = {"group": benchmark.group or "", "level": benchmark.level or ""}
    published = get(data, "benchmark", param=benchmark.param, variable=benchmark.label, **stratum, **time)
    value = published[benchmark.stat] or 0.0
    shown = f"{format_months(value)} months" if benchmark.stat == "median" else format_percent(value, 1)
    analysis, keys = _name_analysis(data, benchmark)
    if method(data, analysis, **keys) == NONE:
        return Compared(benchmark, {}, NOT_DERIVABLE, value, shown)
    whole = find(data, analysis, **keys, **stratum)
    if benchmark.stat == "median" and get_mark(whole):
        return Compared(benchmark, {}, get_mark(whole), value, shown)
    if benchmark.stat == "median":
        stats = {"value": whole.get("median"), "lcl": whole.get("median_lcl"), "ucl": whole.get("median_ucl")}
        unit = " months" if stats["value"] is not None else ""
        own = f"{format_months(stats['value'])}{unit} ({format_months_interval(stats['lcl'], stats['ucl'])})"
        own = own if any(value is not None for value in stats.values()) else "not reached"
        return Compared(benchmark, stats, _say(own, whole.get("n")), value, shown)
    name, n = ("p", whole.get("N")) if benchmark.stat == "proportion" else ("survival", whole.get("n"))
    if whole.get("n") is None:  # of a proportion, the patients with it
        n = None
    found = whole if benchmark.stat == "proportion" else find(data, "km_at", **keys, **stratum, **time)
    if mark := get_mark(whole) or get_mark(found):
        return Compared(benchmark, {}, mark, value, shown)
    stats = {"value": found.get(name), "lcl": found.get("lcl"), "ucl": found.get("ucl")}
    interval = format_percent_interval(stats["lcl"], stats["ucl"], n)
    own = NOT_YET if stats["value"] is None else f"{format_percent(stats['value'], n)} ({interval})"
    return Compared(benchmark, stats, _say(own, n), value, shown)


def _say(own: str, n: float | None) -> str:
    """The estimate in words, or why there is none; `n` is the number of patients, None where it is kept back."""
    return NOT_SHOWN if n is None else own if n else "no patients"


def _name_analysis(data: CutData, benchmark: Benchmark) -> tuple[str, dict[str, str]]:
    if benchmark.stat == "proportion":
        item = find_occurrence(data, benchmark.param)
        return "proportion", {"param": item.param, "population": item.populations[0]}
    endpoint = find_endpoint(data, benchmark.param)
    return "km", {"param": endpoint.param, "population": endpoint.population}


def _find_reason(data: CutData, benchmark: Benchmark) -> str:
    analysis, keys = _name_analysis(data, benchmark)
    return note(data, analysis, **keys)


def _make_line(data: CutData, item: Compared) -> ForestLine:
    scale = 1 if item.benchmark.stat == "median" else 100
    value, lcl, ucl = (
        None if item.stats.get(name) is None else scale * (item.stats[name] or 0) for name in ("value", "lcl", "ucl")
    )
    endless = item.benchmark.stat == "median" and ucl is None
    points = (
        Point(value, lcl, ucl, OWN, open_end=endless, shift=-0.15),
        Point(scale * item.published, colour=OTHER, shape="D", filled=False, shift=0.2),
    )
    label = item.benchmark.label
    if _find_stratum(data) is None and item.benchmark.level:
        label += f", {within_sentence(_name_stratum(data, item.benchmark))}"
    return ForestLine(label, points, (item.own, item.shown))


def _find_stratum(data: CutData) -> str | None:
    """The stratum that all comparisons are about, if it is one."""
    names = {_name_stratum(data, benchmark) for benchmark in data.study.benchmarks}
    return names.pop() if len(names) == 1 else None


def _name_stratum(data: CutData, benchmark: Benchmark) -> str:
    labels = {(group, level): label for group, level, label in list_strata(data)}
    return labels[benchmark.group or "", benchmark.level or ""]


def _draw_months_axis(axes: Axes, medians: Sequence[Compared]) -> None:
    known = [item.stats.get(name) for item in medians for name in ("value", "lcl", "ucl")]
    longest = max([value for value in known if value is not None] + [item.published for item in medians])
    draw_time_ticks(axes, longest * ROOM)
    axes.set_xlabel("Months")


def _make_keys(data: CutData) -> list[Artist]:
    own = Line2D([], [], color=OWN, marker="s", markersize=4.5, linewidth=1.2, label=_name_own(data))
    other = Line2D(
        [], [], color=OTHER, marker="D", markersize=4.5, markerfacecolor="white", linestyle="",
        label="Published elsewhere, other patients",
    )  # fmt: skip
    return [own, other]


def _name_own(data: CutData) -> str:
    stratum = _find_stratum(data)
    return f"This study{f', {within_sentence(stratum)}' if stratum else ''}, with {ci(data)}"


def _describe(data: CutData, compared: Sequence[Compared]) -> str:
    parts = [f"{item.benchmark.label}: {item.own}, published {item.shown}" for item in compared]
    return f"Naive comparison, without adjustment or test. {_name_own(data)}. {'. '.join(parts)}."
