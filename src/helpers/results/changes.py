"""What changed between two data cuts of a study, and why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.intake.findings import DataError
from helpers.results.cut import PUBLIC, CutData
from helpers.results.delivered import INPUTS, MANIFEST, BrokenSealError, Delivered, find_delivered
from helpers.results.method import FIELDS as METHOD_FIELDS
from helpers.results.method import list_method_changes
from helpers.results.patient_changes import MIRROR as PATIENT_MIRROR
from helpers.results.patient_changes import list_new_patients, list_patient_changes
from helpers.results.replay import CAUSES, METHOD, PATIENT, SOURCE, State, replay_cuts
from helpers.results.schema import format_frame
from helpers.results.source_values import MIRROR as SOURCE_MIRROR
from helpers.study.model import Cut, Study
from helpers.study.paths import REPORTS

HEADLINES = {
    "count": ("n",),
    "proportion": ("n", "N", "p", "lcl", "ucl"),
    "km": ("n", "events", "median", "median_lcl", "median_ucl"),
    "km_at": ("survival", "lcl", "ucl"),
    "cif": ("n", "events", "competing"),
    "cif_at": ("cif", "lcl", "ucl"),
    "follow_up": ("median", "lcl", "ucl"),
}
"""The statistics whose changes are traced to their causes, of all patients."""
NUMBER = ["analysis", "param", "population", "variable", "time_months", "stat"]
NUMBER_FIELDS = (*NUMBER, "cause", "unit", "old", "new", "difference")
WHOLE = ""
"""Stands for the cause in the row of the whole change."""
SAME = 1e-9
"""Relative difference up to which two numbers are the same: the rounding of another machine."""


@dataclass(frozen=True)
class Changes:
    """What changed from one cut to another.

    Attributes
    ----------
    study : Study
        As it is declared today.
    old, new : Cut
        The cuts that are compared.
    numbers : DataFrame
        Headline numbers that changed, columns `NUMBER_FIELDS`: one row for the whole change (`cause` empty), then one
        for each cause that changed it, with the value before and after that step; missing where not estimable.
    new_patients : DataFrame
        USUBJID, and the day of screening and of treatment as `old` and `new`, for patients in only one of the cuts.
    patients : DataFrame
        What happened to the patients of both, columns of `patient_changes.FIELDS`.
    source_values : DataFrame
        Raw values corrected, entered late or removed, columns of `source_values.FIELDS`.
    method : DataFrame
        Declarations, code and packages that changed, columns of `method.FIELDS`.
    old_results, new_results : DataFrame
        The results of both cuts.
    as_delivered : bool
        Whether the earlier of the two is the report that was delivered; otherwise it is computed with today's
        declarations and code, and no change of method can show.
    """

    study: Study
    old: Cut
    new: Cut
    numbers: pd.DataFrame = field(repr=False)
    new_patients: pd.DataFrame = field(repr=False)
    patients: pd.DataFrame = field(repr=False)
    source_values: pd.DataFrame = field(repr=False)
    method: pd.DataFrame = field(repr=False)
    old_results: pd.DataFrame = field(repr=False)
    new_results: pd.DataFrame = field(repr=False)
    as_delivered: bool = False

    @property
    def are_none(self) -> bool:
        """Whether nothing changed."""
        parts = (self.numbers, self.new_patients, self.patients, self.source_values, self.method)
        return all(part.empty for part in parts)

    def mirrored(self) -> "Changes":
        """The same changes from the other side: what was new is old, and a difference has the other sign."""
        numbers = _swap(self.numbers)
        numbers["difference"] = -numbers["difference"]
        return replace(
            self,
            old=self.new,
            new=self.old,
            numbers=numbers,
            new_patients=_swap(self.new_patients),
            patients=_swap(self.patients).replace({"what": PATIENT_MIRROR}),
            source_values=_swap(self.source_values).replace({"what": SOURCE_MIRROR}),
            method=_swap(self.method),
            old_results=self.new_results,
            new_results=self.old_results,
        )


@dataclass(frozen=True)
class NotCompared:
    """A cut that cannot be compared with the one before.

    Attributes
    ----------
    reason : str
        Why, as a sentence without its full stop.
    is_first : bool
        Whether there is no cut before it.
    """

    reason: str
    is_first: bool


def compare_with_last(data: CutData, reports: Path = REPORTS) -> Changes | NotCompared:
    """Compare a cut with the one before.

    A fault in the earlier cut's data or report stops nothing: the later report says that it cannot be compared.

    Parameters
    ----------
    data : CutData
        The cut.
    reports : Path
        The reports folder, for the report of the cut before.
    """
    if data.audience == PUBLIC:
        # between two cuts a few patients differ: their changes would be counts below any threshold
        return NotCompared("Changes since the last data cut: not part of the public version", is_first=True)
    before = data.study.get_cut_before(data.cut)
    if before is None:
        return NotCompared("No earlier data cut is declared", is_first=True)
    try:
        return compare_cuts(data.study, before, data.cut, reports)
    except (DataError, BrokenSealError) as error:
        fault = str(error).partition("\n")[0]
        return NotCompared(f"What changed since {before.label} cannot be told: {fault}", is_first=False)


def compare_cuts(study: Study, old: Cut, new: Cut, reports: Path) -> Changes:
    """Compare two cuts of a study.

    The earlier one is the report that was delivered, where there is one; the later one is what today's data,
    declarations and code give.

    Parameters
    ----------
    study : Study
        The study.
    old, new : Cut
        The cuts, in either order.
    reports : Path
        The reports folder.

    Raises
    ------
    DataError
        If the raw tables of a cut have errors.
    BrokenSealError
        If the delivered report was changed since.
    """
    if _place(study, new) < _place(study, old):
        return compare_cuts(study, new, old, reports).mirrored()
    # a cut compared with itself is one report, whatever was delivered of it
    delivered = None if old == new else find_delivered(reports, study, old)
    folder = reports / study.id / old.id
    if delivered is not None:
        delivered.check_seal()
    elif old != new and (folder / INPUTS).is_dir():
        raise BrokenSealError(f"{folder / MANIFEST} is missing or not readable: the report cannot be trusted")
    return _compare(study, old, new, delivered)


def _place(study: Study, cut: Cut) -> tuple[bool, str, int]:
    """Where a cut stands in time; undated ones come last, in the order of study.yml."""
    ids = [known.id for known in study.cuts]
    return cut.date is None, cut.date.isoformat() if cut.date else "", ids.index(cut.id)


def _compare(study: Study, old: Cut, new: Cut, delivered: Delivered | None) -> Changes:
    replay = replay_cuts(study, old, new, delivered)
    states = [replay.before, *replay.steps.values()]
    steps = list(zip(CAUSES, states[:-1], states[1:], strict=True))
    return Changes(
        study,
        delivered.cut if delivered else old,
        new,
        _list_number_changes(states, delivered.params if delivered else set()),
        list_new_patients(states[1].datasets, states[-1].datasets),
        list_patient_changes(steps, study, replay.joining),
        replay.source_changes,
        list_method_changes(delivered, study) if delivered else pd.DataFrame(columns=list(METHOD_FIELDS)),
        replay.before.results,
        states[-1].results,
        delivered is not None,
    )


def _list_number_changes(states: Sequence[State], params_then: Collection[str]) -> pd.DataFrame:
    """Follow every headline number from state to state.

    A delivered report holds analyses that are not replayed; of those only what it declared as a parameter, and is
    declared no longer, is a headline number that went.
    """
    parts = [_headlines(state.results) for state in states]
    replayed = parts[-1].index.union(parts[1].index, sort=False)
    gone = ~parts[0].index.isin(replayed) & ~parts[0].index.get_level_values("param").isin(params_then)
    table = pd.concat([parts[0][~gone], *parts[1:]], axis=1, keys=range(len(states)))
    values = table.xs("value", axis=1, level=1).to_numpy(dtype=float)
    units = pd.DataFrame(table.xs("unit", axis=1, level=1)).bfill(axis=1).iloc[:, 0].fillna("")
    rows = []
    for key, unit, path in zip(table.index, units, values, strict=True):
        causes = [
            (cause, before, after)
            for cause, before, after in zip(CAUSES, path[:-1], path[1:], strict=True)
            if not _are_same(before, after)
        ]
        whole = [(WHOLE, path[0], path[-1])] if causes else []
        rows += [(*key, cause, unit, before, after, after - before) for cause, before, after in whole + causes]
    return pd.DataFrame(rows, columns=list(NUMBER_FIELDS))


def _headlines(results: pd.DataFrame) -> pd.DataFrame:
    stats = results["analysis"].map(HEADLINES)
    chosen = [isinstance(known, tuple) and stat in known for known, stat in zip(stats, results["stat"], strict=True)]
    overall = results[np.array(chosen, dtype=bool) & (results["group"] == "")]
    named = (overall["analysis"] != "proportion") | (overall["param"] != "")  # characteristics are no outcome
    return overall[named].set_index(NUMBER)[["value", "unit"]]


def _are_same(one: float, other: float) -> bool:
    if np.isnan(one) or np.isnan(other):
        return bool(np.isnan(one) and np.isnan(other))
    return bool(abs(one - other) <= SAME * max(1.0, abs(one), abs(other)))


def _swap(frame: pd.DataFrame) -> pd.DataFrame:
    """Exchange what was and what is; the order of the columns stays."""
    pairs = {column: f"new{column[3:]}" for column in frame.columns if column.startswith("old")}
    return frame.rename(columns={**pairs, **{new: old for old, new in pairs.items()}})[list(frame.columns)]


CHANGE_FIELDS = (
    "section", "cause", "patient", "item", *NUMBER, "unit", "what", "old", "new", "difference", "old_row", "new_row",
)  # fmt: skip


def make_changes_frame(changes: Changes) -> pd.DataFrame:
    """Put all changes into one table, every cell as text at full precision, as it is delivered.

    Returns
    -------
    DataFrame
        Columns `CHANGE_FIELDS`; `section` is number, new patient, patient, source value or method.
    """
    sections = {
        "number": changes.numbers,
        "new patient": changes.new_patients.assign(cause=_find_causes_of_new(changes)),
        "patient": changes.patients.rename(columns={"items": "item"}),
        "source value": changes.source_values.assign(
            cause=SOURCE, item=changes.source_values["table"] + "." + changes.source_values["column"]
        ),
        "method": changes.method.assign(cause=METHOD).rename(columns={"kind": "what"}),
    }
    parts = [
        format_frame(frame).reindex(columns=list(CHANGE_FIELDS), fill_value="").assign(section=section)
        for section, frame in sections.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _find_causes_of_new(changes: Changes) -> list[str]:
    """New is who was not treated then; who is gone now, or treated no longer, was corrected away."""
    sides = (
        ("old", "new") if _place(changes.study, changes.old) <= _place(changes.study, changes.new) else ("new", "old")
    )
    pairs = zip(*(changes.new_patients[side] for side in sides), strict=True)
    return [PATIENT if now and not then.startswith("treated") else SOURCE for then, now in pairs]
