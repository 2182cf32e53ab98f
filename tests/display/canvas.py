"""Drawings as they were when they were done, so that tests can look at their words and lines."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from helpers.display import figures

MODULES = [
    importlib.import_module(f"{figures.__name__}.{module.name}") for module in pkgutil.iter_modules(figures.__path__)
]


@dataclass
class Canvas:
    """A drawing as it was when it was done, with its words where they stood."""

    figure: MatplotlibFigure
    words: list[tuple[str, Bbox, float]]

    @property
    def texts(self) -> list[str]:
        return [words for words, _, _ in self.words]


def keep_canvases(patch: pytest.MonkeyPatch) -> list[Canvas]:
    """Keep the drawing behind each figure that is made from now on."""
    kept: list[Canvas] = []
    for module in MODULES:
        if module.__name__.endswith(".style") or not hasattr(module, "finish"):
            continue
        original = module.finish

        def keep(figure, alt, original=original, **keywords):
            made = original(figure, alt, **keywords)
            figure.draw_without_rendering()
            kept.append(Canvas(figure, place_words(figure)))
            return made

        patch.setattr(module, "finish", keep)
    return kept


def list_words(figure: MatplotlibFigure) -> Iterator[Text]:
    """Every text that is seen."""
    yield from figure.texts
    for legend in figure.legends:
        yield from [*legend.get_texts(), legend.get_title()]
    for axes in figure.axes:
        yield from axes.texts
        yield from [axes.title, axes._left_title]
        yield from axes.get_legend().get_texts() if axes.get_legend() else []
        if axes.axison:
            yield from [axes.xaxis.label, axes.yaxis.label]
            below = axes.xaxis.get_visible() and axes.xaxis.get_tick_params().get("labelbottom", True)
            yield from axes.get_xticklabels() if below else []
            yield from axes.get_yticklabels() if axes.yaxis.get_tick_params().get("labelleft", True) else []


def place_words(figure: MatplotlibFigure) -> list[tuple[str, Bbox, float]]:
    renderer = figure._get_renderer()
    seen = [text for text in list_words(figure) if text.get_visible() and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent(renderer), text.get_fontsize()) for text in seen]
