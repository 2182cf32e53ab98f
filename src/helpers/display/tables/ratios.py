"""Hazard ratios between the levels of a comparison, and the notes that go with them."""

from collections.abc import Iterator, Sequence

from helpers.display.formatting import NONE, format_ratio, within_sentence
from helpers.display.lookup import Stats, ci, find, method, note
from helpers.results.cut import CutData
from helpers.study.endpoints import Endpoint

REFERENCE = "reference"


def name_ratio(data: CutData, endpoint: Endpoint) -> str:
    """Heading of the ratios of an endpoint; with competing events they are of the subdistribution."""
    return f"{'Subdistribution hazard' if endpoint.competing else 'Hazard'} ratio ({ci(data)})"


def show_ratio(data: CutData, endpoint: Endpoint, group: str, level: str) -> str:
    """Hazard ratio of a level; the first level is the reference, and what is not compared has none."""
    if group not in data.study.comparisons:
        return ""
    if level == _list_levels(data, group)[0]:
        return REFERENCE
    stats = find(data, endpoint.model, **_keys(endpoint, group, level))
    return format_stats(stats)


def format_stats(stats: Stats) -> str:
    """Hazard ratio with its limits; a dash where it was not estimated."""
    return format_ratio(stats.get("hr"), stats.get("lcl"), stats.get("ucl"))


def describe_ratios(data: CutData, endpoints: Sequence[Endpoint]) -> list[str]:
    """Notes on the hazard ratios of some endpoints: the model with its reference, and why a ratio is missing."""
    models: list[str] = []
    reasons: dict[str, list[str]] = {}
    for endpoint, keys in _iterate_ratios(data, endpoints):
        analysis = endpoint.model
        stats = find(data, analysis, **keys)
        if stats.get("hr") is not None:
            models.append(method(data, analysis, **keys))
        elif stats:
            reasons.setdefault(note(data, analysis, **keys), []).append(within_sentence(endpoint.label))
    said = [f"Hazard ratio: {model}." for model in dict.fromkeys(models)]
    return said + [f"{NONE}, no hazard ratio for {'; '.join(labels)}: {reason}." for reason, labels in reasons.items()]


def _iterate_ratios(data: CutData, endpoints: Sequence[Endpoint]) -> Iterator[tuple[Endpoint, dict[str, str]]]:
    for endpoint in endpoints:
        for group in data.study.comparisons:
            for level in _list_levels(data, group)[1:]:
                yield endpoint, _keys(endpoint, group, level)


def _list_levels(data: CutData, group: str) -> list[str]:
    return next(list(variable.levels) for variable in data.study.variables if variable.name == group)


def _keys(endpoint: Endpoint, group: str, level: str) -> dict[str, str]:
    return {"param": endpoint.param, "population": endpoint.population, "group": group, "level": level}
