"""What happened to each treated patient and when, in months from the first dose: what a swimmer plot draws."""

from collections.abc import Iterator

import pandas as pd

from helpers.datasets.derivation import Datasets
from helpers.datasets.treatment import PATIENT

FOLLOWED, COURSE = "Follow-up", "Blinatumomab"
INFUSION, REMISSION = "Donor lymphocyte infusion", "First complete remission"
ACUTE_GVHD, CHRONIC_GVHD = "Acute GVHD of grade II to IV", "Chronic GVHD"
RELAPSE, OTHER_TREATMENT, DEATH, ALIVE = "Relapse", "Another treatment", "Death", "Alive at last contact"
HAPPENINGS = (INFUSION, REMISSION, ACUTE_GVHD, CHRONIC_GVHD, RELAPSE, OTHER_TREATMENT, DEATH, ALIVE)
"""What happens at a moment; follow-up and a course last."""
FIELDS = ("USUBJID", "what", "start_month", "end_month")
NEEDS = {
    COURSE: ("blinatumomab", "start_date"),
    INFUSION: ("dli", "dli_date"),
    REMISSION: ("response", "assessment_date"),
    ACUTE_GVHD: ("gvhd", "onset_date"),
    CHRONIC_GVHD: ("gvhd", "onset_date"),
    RELAPSE: ("relapse", "relapse_date"),
    OTHER_TREATMENT: ("subsequent_therapy", "therapy_date"),
}
"""The raw table and its date without which something is not known of anybody."""
ONE_DAY = pd.Timedelta(days=1)

Dated = pd.DataFrame
"""Columns USUBJID, what, start and end, both dates."""


def derive_timeline(data: Datasets) -> pd.DataFrame:
    """Put what is known of each treated patient on one time scale.

    Nothing is shown from before the first dose or from after the end of follow-up, which is death or the last contact.
    A day on drug lasts to its evening, so the doses of two following days touch; a dose that still goes on at the data
    cut lasts to the end of follow-up; where an infusion was interrupted it is two.

    Parameters
    ----------
    data : Datasets
        The datasets of a cut; without event-level tables there is no time line.

    Returns
    -------
    DataFrame
        Columns `FIELDS`, one row a happening: `what` is one of `FOLLOWED`, `COURSE` (each from start to end) and
        `HAPPENINGS` (start and end are the same). Each patient with a known end of follow-up has one row `FOLLOWED`.
    """
    treatment = data.events.treatment
    if treatment.empty:
        return pd.DataFrame(columns=list(FIELDS))
    ends = treatment["DTHDT"].fillna(treatment["LSTALVDT"])
    parts = [part for part in _list_parts(data, treatment, ends) if len(part)]
    if not parts:
        return pd.DataFrame(columns=list(FIELDS))
    dated = pd.concat(parts, ignore_index=True)
    first, last = (
        dated["USUBJID"].map(dates.set_axis(dates.index.astype(str))) for dates in (treatment["TRTSDT"], ends)
    )
    dated["end"] = dated["end"].fillna(last).where(lambda end: end <= last, last)
    within = (dated["start"] >= first) & (dated["start"] <= last)
    months = {
        f"{side}_month": (dated[side] - first).dt.days / data.study.conventions.days_per_month
        for side in ("start", "end")
    }
    return dated.assign(**months).loc[within, list(FIELDS)].reset_index(drop=True)


def list_unknown(data: Datasets) -> list[str]:
    """List what the study's raw tables tell of nobody, because they have no such table or dates."""
    return [
        what
        for what, (table, column) in NEEDS.items()
        if table not in data.tables or column not in data.tables[table].columns
    ]


def _list_parts(data: Datasets, treatment: pd.DataFrame, ends: "pd.Series[pd.Timestamp]") -> Iterator[Dated]:
    events = data.events.tables
    followed = ends.notna()
    yield _at(treatment.loc[followed, "TRTSDT"], FOLLOWED).assign(end=ends[followed].array)
    yield from _list_courses(data, treatment)
    if "ADDLI" in events:
        yield _records(events["ADDLI"], INFUSION)
    if "ADRS" in events:
        counting = events["ADRS"].loc[(events["ADRS"][["CRFL", "ANL01FL"]] == "Y").all(axis=1)]
        yield _firsts(counting, REMISSION)
    if "ADGVHD" in events:
        gvhd = events["ADGVHD"].loc[events["ADGVHD"]["TRTEMFL"] == "Y"]
        yield _firsts(gvhd[(gvhd["GVTYPE"] == "acute") & (gvhd["GRADE"] >= 2)], ACUTE_GVHD)
        yield _firsts(gvhd[(gvhd["GVTYPE"] == "chronic") & (gvhd["GRADE"] >= 1)], CHRONIC_GVHD)
    if "ADRL" in events:
        yield _records(events["ADRL"], RELAPSE)
    yield _at(treatment["NEWTRTDT"].dropna(), OTHER_TREATMENT)
    yield _at(treatment["DTHDT"].dropna(), DEATH)
    yield _at(treatment.loc[treatment["DTHDT"].isna(), "LSTALVDT"].dropna(), ALIVE)


def _at(dates: "pd.Series[pd.Timestamp]", what: str) -> Dated:
    """One row a patient, from dates by patient."""
    return pd.DataFrame({"USUBJID": dates.index.astype(str), "what": what, "start": dates.array, "end": dates.array})


def _records(frame: pd.DataFrame, what: str) -> Dated:
    """One row a dated record of an event-level dataset."""
    dated = frame.dropna(subset="ADT")
    return pd.DataFrame({"USUBJID": dated["USUBJID"], "what": what, "start": dated["ADT"], "end": dated["ADT"]})


def _firsts(frame: pd.DataFrame, what: str) -> Dated:
    """One row a patient, the first of the records."""
    return _records(frame.sort_values("ADT", kind="stable").drop_duplicates("USUBJID"), what)


def _list_courses(data: Datasets, treatment: pd.DataFrame) -> Iterator[Dated]:
    doses = data.tables.get("blinatumomab")
    if doses is None or not {"start_date", "end_date"} <= set(doses.columns):
        return
    doses = doses[doses[PATIENT].isin(treatment.index)].dropna(subset="start_date")
    paused = doses.get("interruption_start_date", pd.Series(pd.NaT, index=doses.index))
    resumed = doses.get("interruption_end_date", pd.Series(pd.NaT, index=doses.index))
    frame = pd.DataFrame({"USUBJID": doses[PATIENT].astype(str), "what": COURSE})
    yield frame.assign(start=doses["start_date"], end=paused.fillna(doses["end_date"] + ONE_DAY))
    again = (paused.notna() & resumed.notna()).reindex(doses.index)
    yield frame.assign(start=resumed + ONE_DAY, end=doses["end_date"] + ONE_DAY)[again]
