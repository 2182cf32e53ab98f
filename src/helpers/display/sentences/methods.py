"""Sentences about how the numbers are made: statistical conventions, tests, missing data, software."""

from collections.abc import Iterator
from importlib import metadata

from helpers.display.formatting import format_number, join_words, within_sentence
from helpers.display.lookup import name_largest_move
from helpers.display.prose import Prose, plain
from helpers.display.sentences.protocol import (
    CLEANING,
    describe_narrative,
    name_confidence,
)
from helpers.results.cut import CutData
from helpers.study.program import DISTRIBUTION, list_packages

COMPUTING = ("comprisk", "great-tables", "lifelines", "matplotlib", "numpy", "pandas", "scipy", "seaborn")
"""The packages that make numbers, tables and figures; the others run and render."""
INTERVALS = {
    "log-log": "on the log(−log) scale",
    "log": "on the log scale",
    "plain": "on the plain scale",
}


def describe_conventions(data: CutData) -> Prose:
    """Say by which conventions the numbers are made, as study.yml declares them."""
    paragraphs = (
        _describe_estimates(data),
        _describe_follow_up(data),
        [*_describe_tests(data), _describe_subgroups(data)],
    )
    return Prose("\n\n".join(" ".join(sentences) for sentences in map(list, paragraphs) if sentences))


def _describe_estimates(data: CutData) -> Iterator[str]:
    conventions = data.study.conventions
    yield (
        f"Confidence intervals are two-sided with a confidence of {name_confidence(data)}. Proportions have exact "
        "Clopper–Pearson intervals [@clopper1934]; the denominator is always shown. Numbers are described by their "
        "median and range; quartiles interpolate linearly between the ordered values."
    )
    yield (
        "Survival curves are Kaplan–Meier estimates [@kaplan1958] with Greenwood's variance and intervals "
        f"{INTERVALS[conventions.km_interval]} [@kalbfleisch2002]. A median is the time at which the curve falls to "
        "one half; where it rests at one half before it falls again, the midpoint of that rest. It is NR (not reached) "
        "where the curve stays above one half, and an estimate is NE (not estimable) past the last follow-up."
    )
    if any(endpoint.competing for endpoint in data.study.endpoints):
        yield (
            "Where another event can forestall the one of interest, its cumulative incidence is estimated "
            "(Aalen–Johansen [@aalen1978]), never one minus Kaplan–Meier; intervals are on the log(−log) scale."
        )
    yield f"Months are days divided by {conventions.days_per_month:g}; the day of the origin is day zero."


def _describe_follow_up(data: CutData) -> Iterator[str]:
    conventions, clinical = data.study.conventions, data.study.clinical
    if not data.study.endpoints:
        return
    yield (
        "Follow-up is the median of the reverse Kaplan–Meier curve [@schemper1996]; its completeness is the share "
        "observed of the person-time possible until the event or the data cut [@clark2002]. A patient without an event "
        f"who was seen within {conventions.followed_within_days} days before the data cut is still followed. A curve "
        f"is drawn faint from where one more event would move it by more than {name_largest_move(data)} [@gebski2018]."
    )
    if clinical is not None and any(endpoint.param == "CLFS" for endpoint in data.study.endpoints):
        yield (
            "A relapse ends a current remission unless remission is seen again within "
            f"{clinical.response.regained_within_days} days."
        )


def _describe_tests(data: CutData) -> Iterator[str]:
    labels = [
        within_sentence(plain(item.label)) for item in data.study.variables if item.name in data.study.comparisons
    ]
    if not labels:
        yield "The analysis is descriptive: no test is made, and no table carries a p-value."
        return
    level = format_number(data.study.conventions.significance, 2)
    yield (
        f"Strata are compared by {join_words(labels)}: categories by the χ² test (of two by two tables with continuity "
        "correction) where all expected counts are large enough, else by Fisher's exact test; numbers by the "
        "Mann–Whitney test; times to an event by the log-rank test; cumulative incidences by Gray's test [@gray1988]. "
        f"Tests are two-sided; p < {level} is called a difference, without adjustment for the number of tests."
    )
    yield (
        "Hazard ratios are those of a Cox model, or, with competing events, of a Fine–Gray model [@fine1999]; with too "
        "few events in a stratum there is none, and the table says so."
    )
    for state in data.study.later_states:
        yield (
            f"{plain(state.label)} begins after the origin and is never a baseline group: it enters as a "
            "time-dependent covariate and by the Mantel–Byar test [@mantel1974]."
        )


def _describe_subgroups(data: CutData) -> str:
    names = {item.name: within_sentence(plain(item.label)) for item in data.study.variables}
    labels = [names[name] for name in data.study.subgroups]
    if not labels:
        return "No subgroup is analysed."
    return (
        f"Response is also shown by subgroup ({'; '.join(labels)}), without a test: differences between subgroups are "
        "hints at most."
    )


def describe_missing_data(data: CutData) -> Prose:
    """Say how missing values are dealt with, how bias was addressed, and what decided the number of patients."""
    written = data.study.narrative.missing_data
    texts = [plain(written)] if written else []
    texts.append(
        "No value is imputed. A missing value fulfils no criterion and no condition, and a table counts those not "
        "recorded; what the data cannot support is reported as not derivable, with what is missing."
    )
    return Prose(f"{' '.join(texts)} {describe_narrative(data, CLEANING)}")


def describe_software(data: CutData) -> Prose:
    """Name the program and the packages that compute and draw, with their versions."""
    versions = list_packages()
    named = [f"{plain(name)} {version}" for name, version in versions.items() if name.lower() in COMPUTING]
    return Prose(
        f"The numbers of {plain(data.study.short_title)} were computed, and the tables and figures drawn, by "
        f"{DISTRIBUTION} {metadata.version(DISTRIBUTION)} on Python {versions['Python']} with {join_words(named)}. All "
        "packages and the sums of all inputs are listed in @sec-provenance."
    )


def reconcile_methods(data: CutData) -> Prose:
    """Show that every declared endpoint is either derived or said to be not derivable."""
    params = [endpoint.param for endpoint in data.study.endpoints]
    missing = [param for param in params if data.time_to_event[param].missing]
    derived = [param for param in params if param not in missing]
    if not params:
        return Prose("**Reconciliation.** The study declares no time-to-event endpoint.")
    parts = [f"{join_words(derived)} (derived)"] if derived else []
    parts += [f"{join_words(missing)} (not derivable)"] if missing else []
    return Prose(f"**Reconciliation.** {' and '.join(parts)}: these are all the time-to-event endpoints declared.")


def conclude_methods(data: CutData) -> Prose:
    """Say what the methods leave the reader with: whether groups are compared, and from what the definitions come."""
    labels = [
        within_sentence(plain(item.label)) for item in data.study.variables if item.name in data.study.comparisons
    ]
    compared = f"groups are compared by {join_words(labels)}" if labels else "the analysis is descriptive"
    return Prose(
        f"**In short.** Populations, endpoints and conventions are declared in study.yml and hold for the whole "
        f"report; {compared}."
    )
