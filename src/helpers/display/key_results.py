"""Which numbers a summary gives: one probability of each endpoint, at about a year, and the harms by name."""

from collections.abc import Sequence

from helpers.display.formatting import join_words, within_sentence
from helpers.display.lookup import Stats, explain_missing, get
from helpers.results.cut import CutData
from helpers.study.endpoints import Endpoint

A_YEAR = 12.0


def choose_time(endpoint: Endpoint) -> float | None:
    """The time of a summary: a year where the endpoint declares it, else the declared time nearest to it."""
    return min(endpoint.times_at, key=lambda time: (abs(time - A_YEAR), time), default=None)


def count_events(data: CutData, endpoint: Endpoint) -> Stats:
    """Patients and events of an endpoint, all patients."""
    return get(data, endpoint.curve, param=endpoint.param, population=endpoint.population)


def name_harms(data: CutData, params: Sequence[str]) -> dict[str, str]:
    """Names of those of some harms that are known, by patient or as printed counts, by their parameter.

    Parameters
    ----------
    data : CutData
        The cut.
    params : sequence of str
        Codes of harms, in the order in which they are shown.
    """
    names = {}
    if "reported_counts" in data.tables:
        for record in data.tables["reported_counts"].to_dict(orient="records"):
            if record["param"]:
                names[str(record["param"])] = f"{record['characteristic']} ({str(record['level']).lower()})"
    names |= {item.param: item.label for item in data.study.occurrences}
    return {param: names[param] for param in params if param in names}


def explain_absent(data: CutData, endpoints: Sequence[Endpoint]) -> list[str]:
    """Sentences on the endpoints that are not derivable: why, as study.yml says it, else which tables are missing."""
    missing = [endpoint for endpoint in endpoints if data.time_to_event[endpoint.param].missing]
    labels: dict[str, list[str]] = {}
    for endpoint in missing:
        if endpoint.unavailable:
            labels.setdefault(endpoint.unavailable, []).append(endpoint.label)
    texts = []
    for reason, names in labels.items():
        together = join_words([names[0], *map(within_sentence, names[1:])])
        texts.append(f"{together} {'is' if len(names) == 1 else 'are'} not derivable because {reason}.")
    unexplained = [endpoint for endpoint in missing if not endpoint.unavailable]
    return [*texts, *(f"{reason}." for reason in explain_missing(data, unexplained))]
