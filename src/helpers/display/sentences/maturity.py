"""Sentences about the maturity of the data: events so far, patients still followed, how far a curve can be trusted."""

from helpers.display.absence import NotDerivableError, NotInStudyError, not_for_public, or_say_so, withhold_from_public
from helpers.display.formatting import count, format_months, format_number, format_percent, within_sentence
from helpers.display.lookup import (
    Stats,
    explain_missing,
    find,
    find_endpoint,
    get,
    list_compared,
    name_largest_move,
    note,
)
from helpers.display.prose import Prose
from helpers.display.sentences.comparisons import compare_endpoint, list_comparisons
from helpers.results.cut import PUBLIC, CutData
from helpers.study.endpoints import Endpoint


@or_say_so
@not_for_public("The maturity of the data")
def describe_maturity(data: CutData, param: str) -> Prose:
    """Say how mature the data of an endpoint are, and from when on its curve is drawn faint."""
    endpoint = find_endpoint(data, param)
    if data.time_to_event[param].missing:
        raise NotDerivableError("; ".join(explain_missing(data, [endpoint])))
    stats = get(data, "maturity", param=param, population=endpoint.population)
    n = stats["n"] or 0
    if not n:
        return Prose(f"{endpoint.label}: {count(0, 'patient')}.")
    events = f"{count(stats['events'] or 0, 'event')} ({format_percent(stats['events_share'], n)})"
    if "competing" in stats:
        events += f" and {count(stats['competing'] or 0, 'competing event')}"
    about = f"{endpoint.label}: {events} so far among {count(n, 'patient')}."
    return Prose(" ".join([about, *_describe_follow_up(data, endpoint, stats), describe_faint(data, endpoint)]))


def _describe_follow_up(data: CutData, endpoint: Endpoint, stats: Stats) -> list[str]:
    about = {"param": endpoint.param, "population": endpoint.population}
    followed, overdue = stats["followed"], stats["overdue"]
    if followed is None or overdue is None:
        return [f"How many patients are still followed is {note(data, 'maturity', stat='followed', **about)}."]
    complete = stats["completeness"]
    texts = [_count_followed(data, stats, followed, overdue)]
    texts += [] if complete is None else [f"The follow-up is {format_number(100 * complete)}% complete."]
    return texts


def _count_followed(data: CutData, stats: Stats, followed: float, overdue: float) -> str:
    within = f"within {data.study.conventions.followed_within_days} days before the data cut"
    if not followed and not overdue:
        return "No patient without an event is left to follow."
    if not followed:
        return (
            f"No patient without an event was seen {within}; {count(overdue, 'patient')} {_were(overdue)} seen earlier."
        )
    share = format_percent(stats["followed_share"], stats["n"])
    text = f"{count(followed, 'patient')} ({share}) {_are(followed)} without an event and still followed, seen {within}"
    return (
        f"{text}; {count(overdue, 'patient')} without an event {_were(overdue)} last seen earlier."
        if overdue
        else f"{text}."
    )


def describe_faint(data: CutData, endpoint: Endpoint) -> str:
    """Say from when on the curves of an endpoint are drawn faint, all patients first; nothing without patients."""
    found = []
    for group, level, label in list_compared(data):
        keys = {"param": endpoint.param, "population": endpoint.population, "group": group, "level": level}
        stats = find(data, "maturity", **keys)
        if stats.get("n"):
            found.append((label, stats["trusted_months"]))
    if not found:
        return ""
    (_, overall), *strata = found
    curve, move = f"curve of {within_sentence(endpoint.label)}", name_largest_move(data)
    if overall is None:
        text = f"The {curve} can be trusted to its end: nowhere would one more event move it by more than {move}"
    elif overall == 0:
        text = f"The whole {curve} is drawn faint: one more event would move it by more than {move} anywhere"
    else:
        text = (
            f"The {curve} is drawn faint after {format_months(overall)} months: from there on, one more event would "
            f"move it by more than {move}"
        )
    if all(trusted is None for _, trusted in found):
        return f"{text}, in no stratum either." if strata else f"{text}."
    by_stratum = "; ".join(f"{within_sentence(label)}: {_when(trusted)}" for label, trusted in strata)
    about = "drawn faint, " if overall is None else ""
    return f"{text} ({about}{by_stratum})." if strata else f"{text}."


def _when(trusted: float | None) -> str:
    if trusted is None:
        return "nowhere"
    return f"after {format_months(trusted)} months" if trusted else "from the start"


@or_say_so
def describe_curve(data: CutData, param: str) -> Prose:
    """Say what to bear in mind with a curve: how mature its data are, and whether the strata differ.

    Where there is no curve, this is not missed: the figure says why there is none.
    """
    endpoint = find_endpoint(data, param)
    if data.time_to_event[param].missing:
        raise NotInStudyError(f"This study has no curve of {within_sentence(endpoint.label)}")
    texts = [describe_maturity(data, param)] if data.audience != PUBLIC else []
    texts += [compare_endpoint(data, param)] if list_comparisons(data) else []
    if not texts:
        withhold_from_public(data, "The maturity of the data")
    return Prose(" ".join(texts))


def _are(n: float) -> str:
    return "is" if n == 1 else "are"


def _were(n: float) -> str:
    return "was" if n == 1 else "were"
