"""The numbers of a text: which belong together, and what the words beside them say they are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from helpers.display.formatting import round_half_up

NUMBER = re.compile(
    r"(?<![\w.,:])(?P<date>\d{4}-\d{2}-\d{2})(?![\w-])"
    r"|(?<![\w.])(?<![A-Za-z]-)(?P<number>\d+(?:\.\d+)?(?:×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?)(?![\w⁻⁰¹²³⁴⁵⁶⁷⁸⁹])"
)
BETWEEN = re.compile(
    r"(?P<over>/| of )|(?P<to>%?–)"
    r"|%?;\s|,\s(?=\d+(?:\.\d+)?%)"
    r"|%?(?:\s[a-z]+){0,7}\s?\((?:CI |range )?"
    r"|%?,\s(?:CI |range )"
)
"""What stands between the numbers of one statement: 15/17 (88%, CI 64–99%), 14 days (range 3–26)."""
PERCENT = re.compile(r"\s?%|–\d+(?:\.\d+)?\s?%")
OPEN_END = re.compile(r"–(NR|NE)\b")
ROLES = {
    "competing": re.compile(r" (?:with (?:a|the) )?competing\b"),
    "points": re.compile(r" percentage points\b"),
    "events": re.compile(r" (?:events?\b|with (?:an|the) event)"),
    "missing": re.compile(r" (?:missing|not recorded)\b"),
    "warnings": re.compile(r" (?:warning|finding)s?\b"),
    "censored": re.compile(r" censored\b"),
    "patients": re.compile(r" (?:\w+ )?patients?\b"),
    "months": re.compile(r"(?:–[\d.]+)?\s(?:months?|mo)\b"),
    "days": re.compile(r"(?:–[\d.]+)?\sdays?\b"),
    "years": re.compile(r"(?:–[\d.]+)?\syears?\b"),
}
AT_AFTER = re.compile(r"%?(?: \([^)]*\))? at (\d+(?:\.\d+)?) months?\b")
AT_BEFORE = re.compile(
    r"\bat (\d+(?:\.\d+)?) months?(?: (?:was|is|of|fell|rose|changed|stayed|from|at|to|[\d.]+%|N[ER]))* $"
)
SIGNS = {"+": 1, "−": -1}
BEFORE = {
    "p": re.compile(r"\bp(?: =|-value of)\s?$"),
    "p bound": re.compile(r"\bp [<>]\s?$"),
    "became": re.compile(r"→ $"),
    "n": re.compile(r"\([nN] = $"),
    "after": re.compile(r"\b(?:faint |: )after $"),
    "upper": re.compile(r"\bup to $"),
    "rule": re.compile(
        r"≥$|\b(?:grade|fewer than|at least|below|significance|level of|confidence of|from day|needs) $"
    ),
    "hr": re.compile(r"\b(?:HR|[Hh]azard ratio(?: of [^.;:]*?)?(?: after its onset)?) $"),
}

SUM = re.compile(r"(?<![\w.(])(\d+)((?: [^.;:=]*?[+−] \d+)+)[^.;:=]*? = (\d+)")
SHARE = re.compile(r"\b(\d+) of ([1-9]\d*) is (\d+(?:\.\d+)?)%")
TERM = re.compile(r"([+−]) (\d+)")


@dataclass(frozen=True)
class Number:
    """A number in a text.

    Attributes
    ----------
    text : str
        As it is printed, without its sign.
    start, end : int
        Where it stands.
    slot : str
        ``over`` a denominator, ``under`` a numerator, the ``low`` or ``high`` end of a range; empty alone.
    role : str
        What the words beside it say it is, such as ``events``; empty where they say nothing.
    sign : int
        1 or -1 for what is printed with its sign, such as a change.
    is_percentage : bool
        Whether it has the sign of a percentage.
    at : str
        The months it is said to be an estimate at; empty where nothing is said.
    """

    text: str
    start: int
    end: int
    slot: str = ""
    role: str = ""
    sign: int = 0
    is_percentage: bool = False
    at: str = ""


def list_statements(text: str) -> Iterator[tuple[Number, ...]]:
    """Yield the numbers of a text, those that make one statement together: 15/17 (88%, CI 64–99%)."""
    found = list(NUMBER.finditer(text))
    group: list[tuple[re.Match[str], str]] = []
    for match in found:
        link = BETWEEN.fullmatch(text, group[-1][0].end(), match.start()) if group else None
        if link is None and group:
            yield tuple(_read(text, group))
            group = []
        group.append((match, (link.lastgroup or "with") if link else ""))
    if group:
        yield tuple(_read(text, group))


def _read(text: str, group: list[tuple[re.Match[str], str]]) -> Iterator[Number]:
    links = [link for _, link in group]
    for place, (match, link) in enumerate(group):
        following = links[place + 1] if place + 1 < len(links) else ""
        slot = "high" if link == "to" or re.search(r"\bN[RE]–$", text[: match.start()]) else ""
        slot = slot or ("under" if link == "over" else "over" if following == "over" else "")
        slot = slot or ("low" if following == "to" or OPEN_END.match(text, match.end()) else "")
        yield Number(
            match[0],
            *match.span(),
            slot=slot,
            role=_find_role(text, match),
            sign=SIGNS.get(text[max(0, match.start() - 1) : match.start()], 0),
            at=_find_time(text, match),
            is_percentage=bool(PERCENT.match(text, match.end())),
        )


def _find_time(text: str, match: re.Match[str]) -> str:
    said = AT_AFTER.match(text, match.end()) or AT_BEFORE.search(text[max(0, match.start() - 60) : match.start()])
    return said[1] if said else ""


def _find_role(text: str, match: re.Match[str]) -> str:
    before = text[max(0, match.start() - 160) : match.start()]
    if role := next((name for name, words in BEFORE.items() if words.search(before)), ""):
        return role
    return next((name for name, words in ROLES.items() if words.match(text, match.end())), "")


def check_sums(text: str) -> Iterator[tuple[str, Number]]:
    """Yield the totals of sums that do not add up."""
    for match in SUM.finditer(text):
        terms = (int(number) * (-1 if sign == "−" else 1) for sign, number in TERM.findall(match[2]))
        if int(match[1]) + sum(terms) != int(match[3]):
            yield text, Number(match[3], match.start(3), match.end(3))


def check_shares(text: str) -> Iterator[tuple[str, Number]]:
    """Yield the percentages that are not what they are said to be: 15 of 17 is 88.2%."""
    for match in SHARE.finditer(text):
        digits = len(match[3].partition(".")[2])
        if round_half_up(100 * int(match[1]) / int(match[2]), digits) != match[3]:
            yield text, Number(match[3], match.start(3), match.end(3))
