"""What happened to each patient between two states of knowledge, and by which cause."""

from collections.abc import Collection, Iterator, Sequence

import pandas as pd

from helpers.results.patient_facts import CENSORED, ENDPOINT, FACTS, GRADE, KEY, OUTCOME, Texts, list_facts
from helpers.results.replay import FOLLOW_UP, PATIENT, State
from helpers.study.model import TREATED, Study

FIELDS = ("cause", "patient", "what", "items", "old", "new")
EVENT, WITHDRAWN, MOVED, EVENT_CHANGED, ORIGIN, ENTERS, LEAVES, RESPONSE, OUTCOMES, GRADES = (
    "event",
    "event withdrawn",
    "censoring moved",
    "event changed",
    "counted from another day",
    "enters the analysis",
    "leaves the analysis",
    "response changed",
    "outcome changed",
    "grade changed",
)
"""What can happen."""
MIRROR = {EVENT: WITHDRAWN, WITHDRAWN: EVENT, ENTERS: LEAVES, LEAVES: ENTERS}
"""What it is from the other side; all others are the same."""
NEW_FIELDS = ("patient", "old", "new")
NOT_TREATED = "not treated"


def list_new_patients(then: Texts, now: Texts) -> pd.DataFrame:
    """List the patients who are in only one of two cuts, or treated by only one of them.

    Returns
    -------
    DataFrame
        Columns `NEW_FIELDS`: what the patient was and is, such as ``treated 2025-01-31``; empty where unknown to a cut.
    """
    old, new = _describe_treatment(then["adsl"]), _describe_treatment(now["adsl"])
    rows = [
        (patient, old.get(patient, ""), new.get(patient, ""))
        for patient in dict.fromkeys([*new, *old])
        if old.get(patient, "").split(" ")[0] != new.get(patient, "").split(" ")[0]
    ]
    return pd.DataFrame(rows, columns=list(NEW_FIELDS))


def _describe_treatment(adsl: pd.DataFrame) -> dict[str, str]:
    days = adsl["TRTSDT"] if "TRTSDT" in adsl else pd.Series("", index=adsl.index)
    return {
        patient: f"treated {day}".strip() if treated == "Y" else NOT_TREATED
        for patient, treated, day in zip(adsl["USUBJID"], adsl[TREATED], days, strict=True)
    }


def list_patient_changes(
    steps: Sequence[tuple[str, State, State]], study: Study, joining: Collection[str]
) -> pd.DataFrame:
    """List what happened to the patients of the earlier cut, step by step.

    Parameters
    ----------
    steps : sequence of (cause, State, State)
        The states before and after each step.
    study : Study
        Which of the parameters are responses.
    joining : collection of str
        Patients who are new to the later cut, and left out.

    Returns
    -------
    DataFrame
        One row a happening, columns `FIELDS`; `items` are the parameters it concerns, or the kind of adverse event.
        What happened on one day to several endpoints is one happening.
    """
    causes = [cause for cause, *_ in steps if cause != PATIENT]
    states = [steps[0][1], *(after for cause, _, after in steps if cause != PATIENT)]
    facts = [list_facts(state.datasets, study) for state in states]
    longer = causes.index(FOLLOW_UP) + 1
    facts[longer] = _leave_to_the_event(*facts[longer - 1 : longer + 2])
    rows = [
        (cause, *row)
        for cause, before, after in zip(causes, facts[:-1], facts[1:], strict=True)
        for row in _compare_facts(before, after)
        if row[0] not in joining
    ]
    return pd.DataFrame(rows, columns=list(FIELDS))


def _leave_to_the_event(before: pd.DataFrame, followed: pd.DataFrame, happened: pd.DataFrame) -> pd.DataFrame:
    """Facts after longer follow-up, without the contacts of those who then have an event: the event is what is told."""
    then, after = (
        followed[KEY].merge(facts, on=KEY, how="left").set_axis(followed.index) for facts in (before, happened)
    )
    differs = (after[list(FACTS)] != followed[list(FACTS)]).any(axis=1)
    told = differs & then["state"].notna() & after["state"].notna() & (followed["kind"] == ENDPOINT)
    return pd.concat([followed[~told], then.loc[told, list(FACTS)]]).sort_index()


def _compare_facts(before: pd.DataFrame, after: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    """Compare the facts of two states; what happened on one day to several endpoints is put together."""
    place = {item: number for number, item in enumerate(dict.fromkeys([*after["item"], *before["item"]]))}
    both = before.merge(after, on=KEY, how="outer", suffixes=("_old", "_new")).fillna("")
    sides = [[f"{name}_{side}" for name in ("state", "label", "date", "origin")] for side in ("old", "new")]
    both = both[(both[sides[0]].to_numpy() != both[sides[1]].to_numpy()).any(axis=1)]
    both = both.assign(PLACE=both["item"].map(place)).sort_values(["USUBJID", "PLACE"], kind="stable")
    both["what"] = [_classify(fact) for fact in both.to_dict(orient="records")]
    both = both[~_told_by_an_event(both)]
    # a fact that is no endpoint stands alone: its item says what it is
    alone = both["item"].where(both["kind"] != ENDPOINT, "")
    days = ["origin_old", "origin_new"], ["date_old", "date_new"]
    moved = [both[origin].where(both["what"] == ORIGIN, both[date]) for origin, date in zip(*days, strict=True)]
    for (patient, what, *_), facts in both.groupby(["USUBJID", "what", *moved, alone], sort=False):
        said = (_say(facts, str(what), side) for side in ("old", "new"))
        yield str(patient), str(what), " ".join(facts["item"]), *said


def _classify(fact: dict[str, str]) -> str:
    if fact["kind"] != ENDPOINT:
        return {GRADE: GRADES, OUTCOME: OUTCOMES}.get(fact["kind"], RESPONSE)
    old, new = fact["state_old"], fact["state_new"]
    if not old or not new:
        return ENTERS if new else LEAVES
    if old != new:
        return WITHDRAWN if new == CENSORED else EVENT
    if (fact["date_old"], fact["label_old"]) == (fact["date_new"], fact["label_new"]):
        return ORIGIN
    return MOVED if new == CENSORED else EVENT_CHANGED


def _told_by_an_event(facts: pd.DataFrame) -> "pd.Series[bool]":
    """Outcomes that an endpoint of the same patient tells already: on the same day, or by the same name.

    An event tells an outcome that is new, an event withdrawn one that is gone, and a day that changed one that stays.
    """
    told: dict[str, set[tuple[object, ...]]] = {"new": set(), "old": set(), "both": set()}
    for what, kind, sides in (
        (EVENT, "new", ["new"]),
        (WITHDRAWN, "old", ["old"]),
        (EVENT_CHANGED, "both", ["old", "new"]),
    ):
        events = facts[facts["what"] == what]
        for column in (f"{name}_{side}" for side in sides for name in ("date", "label")):
            told[kind] |= set(zip(events["USUBJID"], events[column], strict=True))
    is_told = []
    for fact in facts.to_dict(orient="records"):
        kind = "new" if not fact["state_old"] else "both" if fact["state_new"] else "old"
        side = "old" if kind == "old" else "new"
        days = ((fact["USUBJID"], fact[f"{name}_{side}"]) for name in ("date", "label"))
        is_told.append(fact["kind"] == OUTCOME and any(day[1] and day in told[kind] for day in days))
    return pd.Series(is_told, index=facts.index, dtype=bool)


def _say(facts: pd.DataFrame, what: str, side: str) -> str:
    """What was or is: the deciding event or censoring with its day, a grade, or yes and no."""
    first = facts.iloc[0]
    if what == ORIGIN:
        return str(first[f"origin_{side}"])
    if first["kind"] == GRADE:
        return str(first[f"label_{side}"])
    if first["kind"] != ENDPOINT:
        known = bool(first[f"state_{side}"])
        return ", ".join(part for part in ("yes" if known else "no", first[f"date_{side}"]) if part)
    labels = " / ".join(dict.fromkeys(label for label in facts[f"label_{side}"] if label))
    return ", ".join(part for part in (labels, first[f"date_{side}"]) if part)
