"""The results as facts: what each analysis is about, by the words of the report, and how its numbers may be printed."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from helpers.datasets.exposure import ADHERENCE, AMOUNTS
from helpers.display.formatting import (
    format_number,
    format_p_value,
    format_scientific,
    round_half_up,
)
from helpers.results.schema import KEYS
from helpers.results.subgroups import FLAG_LEVELS
from helpers.study.endpoints import Endpoint
from helpers.study.model import Occurrence, Study

COUNTS = frozenset(
    {
        *("n", "N", "events", "censored", "competing", "n_risk", "followed", "overdue"),
        *("entered", "events_in_state", "missing", "met", "failed", "unknown"),
    }
)
SHARES = frozenset({"p", "proportion", "survival", "cif", "events_share", "followed_share", "completeness"})
LOWER, UPPER = frozenset({"lcl", "median_lcl", "min", "q1"}), frozenset({"ucl", "median_ucl", "max", "q3"})
NOT_SHOWN = frozenset({"mean", "sd", "statistic", "df"})
"""Statistics that the report does not show."""
SAID = {"DAYS1": ("first course of blinatumomab",), "DLIDAY": ("donor lymphocyte infusion",)}
"""What a sentence calls an amount of treatment, where that is not its label."""
QUARTILES = frozenset({"q1", "q3"})
"""Shown only to the public, in the place of the range."""
TIME = "time"
"""Stands for the time an estimate is for, among the statistics of a fact."""
DRAWN = ("km_curve", "cif_curve", "km_risk", "cif_risk", "audit")
"""Analyses that no sentence and no cell shows: what curves are drawn of; the audit has its own rules."""
FLOW = {
    "screened": ("screened",),
    "excluded": ("not eligible", "not eligible, not treated"),
    "eligible": ("eligible",),
    "untreated": ("eligible, not treated yet", "not treated by the cut", "not treated"),
    "treated": ("treated",),
    "treated-ineligible": ("not eligible, but treated", "treated although not eligible", "not eligible"),
}
"""What a text calls the steps of the flow of patients."""
WITHOUT_P = ("cox", "finegray")
"""Models whose p-value is not shown: that of the test between the same strata is."""
GRADE = re.compile(r"AETERM(\d?|3UP)$")
GRADES = {"": "any grade", "3UP": "grade ≥3"}
"""Headings of what is no single grade."""


@dataclass(frozen=True)
class Fact:
    """One analysis of the results.

    Attributes
    ----------
    analysis : str
        Its name.
    names : frozenset of str
        What a text may call what it is about, in small letters; none for the counts of patients.
    broad : frozenset of str
        Names of the whole of which it is one part, such as the characteristic of which it counts one level.
    population : str
        Whose it is.
    stratum : tuple of str
        Group and level; empty for all patients.
    grade : str
        Of patients by worst grade, the heading of that grade, in small letters.
    time : float or None
        The time an estimate is for, in months.
    texts : mapping of str to frozenset of str
        By statistic, how its number may be printed.
    unit : str
        Of its values.
    side : str
        Of two cuts that are compared: ``old`` or ``new``; of a change between them, its cause.
    sign : int
        Of a change: 1 or -1.
    """

    analysis: str
    names: frozenset[str]
    broad: frozenset[str]
    population: str
    stratum: tuple[str, str]
    grade: str
    time: float | None
    texts: Mapping[str, frozenset[str]]
    unit: str = ""
    side: str = ""
    sign: int = 0

    @property
    def is_test(self) -> bool:
        """Whether it compares strata, and so is about none."""
        return "p_value" in self.texts


def make_facts(results: pd.DataFrame, study: Study, printed: pd.DataFrame | None = None) -> list[Fact]:
    """Read the results as facts.

    Parameters
    ----------
    results : DataFrame
        The results table.
    study : Study
        For the names of things.
    printed : DataFrame, optional
        Counts that exist only in print, for what these call things.

    Returns
    -------
    list of Fact
    """
    shown = results[~results["analysis"].isin(DRAWN)]
    left_out = NOT_SHOWN | QUARTILES if (shown["stat"] == "min").any() else NOT_SHOWN
    found: dict[tuple[object, ...], dict[str, float]] = {}
    units: dict[tuple[object, ...], str] = {}
    columns = [shown[column] for column in (*KEYS, "time_months", "stat", "value", "unit")]
    for *key, time, stat, value, unit in zip(*columns, strict=True):
        about = (*key, None if math.isnan(time) else time)
        stats = found.setdefault(about, {})
        units[about] = unit or units.get(about, "")
        if not math.isnan(value) and stat not in left_out and (stat != "p_value" or key[0] not in WITHOUT_P):
            stats[stat] = value
    names = _Names(study, printed)
    facts = []
    for about, stats in found.items():
        analysis, param, population, group, level, variable = map(str, about[:6])
        time, unit = about[6], units[about]
        own, broad = names.find(param, variable)
        grade = GRADE.match(param)
        texts = {stat: frozenset(_print(stat, value, stats, unit)) for stat, value in stats.items()}
        if isinstance(time, float):
            texts[TIME] = frozenset({format_number(time)})
        if analysis == "km" and "n" in stats:
            texts["competing"] = frozenset({"0"})  # where nothing competes
        if "missing" in stats and "n" in stats:
            texts["N"] = frozenset({f"{stats['n'] + stats['missing']:.0f}"})
        stratum = (group, level) if level else ("", "")
        worst = GRADES.get(grade[1], grade[1]) if grade else names.find_grade(param)
        at = time if isinstance(time, float) else None
        facts.append(Fact(analysis, own, broad, population, stratum, worst, at, texts, unit))
    return facts


class _Names:
    """What the report calls parameters, variables and levels."""

    def __init__(self, study: Study, printed: pd.DataFrame | None) -> None:
        self._params: dict[str, set[str]] = {}
        declared: list[Endpoint | Occurrence] = [*study.endpoints, *study.occurrence_params]
        for item in declared:
            label = item.label.lower()
            self._params.setdefault(item.param, {item.param.lower()}).update({label, label.removeprefix("any ")})
        self._grades: dict[str, str] = {}
        for record in printed.to_dict(orient="records") if printed is not None else ():
            if param := record["param"]:
                self._params.setdefault(param, set()).add(str(record["characteristic"]).lower())
                self._grades[param] = str(record["level"]).lower()
        for benchmark in study.benchmarks:
            self._params.setdefault(benchmark.param, set()).add(benchmark.label.lower())
        self._variables = {variable.name: variable for variable in study.variables}
        self._labels = {variable.name: variable.label.lower() for variable in study.variables}
        self._labels |= {state.name: state.label.lower() for state in study.later_states}
        self._labels |= {parameter.code: parameter.label.lower() for parameter in (*AMOUNTS, *ADHERENCE)}
        self._criteria = {item.name: {item.label.lower(), item.reason.lower()} for item in study.eligibility}
        self._populations = name_populations(study)
        self._analysed_in: dict[str, set[str]] = {}
        for endpoint in study.endpoints:
            self._analysed_in.setdefault(endpoint.population, set()).update(self._params[endpoint.param])

    def find_grade(self, param: str) -> str:
        return self._grades.get(param, "")

    def find(self, param: str, variable: str) -> tuple[frozenset[str], frozenset[str]]:
        own, broad = set(self._params.get(param, ())), set[str]()
        prefix, _, level = variable.partition("=")
        if prefix == "FLOW":
            own |= self._criteria.get(level.rsplit(" ", 1)[-1], set(FLOW.get(level, ())))
        elif level:
            declared = self._variables.get(prefix)
            own.add((declared.levels.get(level, level) if declared else level).lower())
            broad.add(self._labels.get(prefix, prefix.lower()))
        elif variable in self._populations:
            own |= self._populations[variable] | self._analysed_in.get(variable, set())
        elif variable:
            own |= {self._labels.get(variable, variable.lower()), *SAID.get(variable, ())}
        if level in ("adherent", "Y"):
            own, broad = broad, set()
        return frozenset(own - {"aeterm"}), frozenset(broad)


def _print(stat: str, value: float, stats: Mapping[str, float], unit: str) -> Iterator[str]:
    """Texts a statistic may be printed as."""
    value = abs(value)
    if stat in COUNTS:
        yield f"{value:.0f}"
    elif stat == "p_value":
        yield format_p_value(value).strip("<>")
    elif "hr" in stats:
        yield round_half_up(value, 2)
    elif stat in SHARES or (stat in LOWER | UPPER and SHARES & stats.keys()):
        yield from (round_half_up(100 * value, places) for places in (0, 1))
        yield format_number(100 * value)
    else:
        yield from (round_half_up(value, 1), format_number(value))
        yield format_scientific(value)
        if unit == "%":
            yield round_half_up(value, 0)


def name_populations(study: Study) -> dict[str, set[str]]:
    """Names of each population, in small letters."""
    return {
        population.name: {name.lower() for name in (population.label, population.short) if name}
        for population in study.populations
    }


@dataclass(frozen=True)
class Words:
    """Words of a study that say whose a number is, rather than of what.

    Attributes
    ----------
    strata : mapping of str to tuple of str
        Labels of strata, in small letters, each with its group and level.
    populations : mapping of str to str
        Names of populations, in small letters, each with its flag.
    common : frozenset of str
        Characteristics of one word, such as donor or sex, and steps of the flow, such as treated: words that stand in
        sentences about other things too.
    """

    strata: Mapping[str, tuple[str, str]]
    populations: Mapping[str, str]
    common: frozenset[str]


def read_words(results: pd.DataFrame, study: Study) -> Words:
    """Read the words of a study, those of the strata of its results."""
    variables = {variable.name: variable for variable in study.variables}
    pairs = results.loc[results["level"] != "", ["group", "level"]].drop_duplicates().itertuples(index=False)
    strata = {}
    for group, level in pairs:
        variable = variables.get(group)
        if variable and (variable.kind != "flag" or level == "Y"):
            label = variable.label if variable.kind == "flag" else variable.levels.get(level, level)
            strata[label.lower()] = (group, level)
        if variable and variable.kind == "flag":
            strata[f"{variable.label}: {FLAG_LEVELS.get(level, level)}".lower()] = (group, level)
    # a published figure stands beside that of the patients who are comparable
    strata |= {item.label.lower(): (item.group, item.level) for item in study.benchmarks if item.group and item.level}
    populations = {name: flag for flag, names in name_populations(study).items() for name in names}
    labels = {label.lower() for item in study.variables for label in (item.label, *item.levels.values())}
    common = {label for label in labels if " " not in label} | {word for words in FLOW.values() for word in words}
    return Words(strata, populations, frozenset(common))
