"""What contradicts itself clinically: assessments, relapses, and the components of the cytokine release syndrome."""

from collections.abc import Iterator, Mapping

import pandas as pd

from helpers.intake.findings import Finding, report_records

Tables = Mapping[str, pd.DataFrame]

REMISSION = ("CR", "CRh", "CRi")
FATAL = 5
"""The grade of a fatal adverse event."""
LONGEST_DOSE = 60
"""Days; a cycle of blinatumomab lasts 28."""
CRS_TERM = "Cytokine release syndrome"
CRS_COMPONENTS = ("temperature_c", "hypotension", "hypoxia")


def check_plausibility(tables: Tables, blasts_below: float = 5) -> Iterator[Finding]:
    """Check what is possible, but does not fit together: every finding is a warning.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Typed raw tables as of a cut.
    blasts_below : float
        Complete remission: fewer marrow blasts than this, in per cent.
    """
    if "response" in tables:
        yield from _check_assessments(tables["response"], blasts_below)
    if {"response", "relapse"} <= set(tables):
        yield from _check_relapses(tables["relapse"], tables["response"], blasts_below)
    if "adverse_events" in tables:
        yield from _check_components(tables["adverse_events"])
    if {"adverse_events", "followup"} <= set(tables):
        yield from _check_fatal_events(tables["adverse_events"], tables["followup"])
    if "dli" in tables:
        yield from _check_infusions(tables["dli"])
    if {"blinatumomab", "followup"} <= set(tables):
        yield from _check_open_doses(tables["blinatumomab"], tables["followup"])


def _check_assessments(response: pd.DataFrame, limit: float) -> Iterator[Finding]:
    if not {"morphology", "blasts_percent"} <= set(response.columns):
        return
    blasts, recorded = response["blasts_percent"], response["morphology"]
    remission = recorded.isin(REMISSION)
    rules = [
        (remission & blasts.isna(), "a response without an assessment: the blasts are not recorded"),
        (remission & (blasts >= limit), f"recorded in remission with {limit:g}% blasts or more"),
        (
            (recorded == "No remission") & (blasts < limit),
            f"recorded not in remission with fewer than {limit:g}% blasts",
        ),
    ]
    for broken, rule in rules:
        yield from report_records("response", response[broken], "morphology", rule, "warning")
    if "mrd_level" in response.columns:
        above = 100 * response["mrd_level"] < blasts / 10
        unlikely = response[(blasts >= limit) & above]
        yield from report_records("response", unlikely, "mrd_level", "far fewer cells than the blasts", "warning")


def _check_relapses(relapse: pd.DataFrame, response: pd.DataFrame, limit: float) -> Iterator[Finding]:
    if "blasts_percent" not in response.columns:
        return
    in_remission = response[response["blasts_percent"] < limit]
    first = in_remission.groupby("patient")["assessment_date"].min()
    unseen = relapse[~(relapse["patient"].map(first) <= relapse["relapse_date"])]
    yield from report_records("relapse", unseen, "relapse_date", "no remission was seen before this relapse", "warning")


def _check_components(events: pd.DataFrame) -> Iterator[Finding]:
    present = [name for name in CRS_COMPONENTS if name in events.columns]
    if not present:
        return
    is_crs = events["term"] == CRS_TERM
    stray = events[~is_crs & events[present].notna().any(axis=1)]
    yield from report_records("adverse_events", stray, "term", f"components of {CRS_TERM} at another term", "warning")
    incomplete = events[is_crs & events[present].isna().any(axis=1)]
    rule = "the grade cannot be checked: a component is not recorded"
    yield from report_records("adverse_events", incomplete, "term", rule, "warning")


def _check_fatal_events(events: pd.DataFrame, followup: pd.DataFrame) -> Iterator[Finding]:
    if "death_date" not in followup:
        return
    alive = ~events["patient"].isin(followup.loc[followup["death_date"].notna(), "patient"])
    rule = "fatal, but followup has no date of death"
    is_fatal = events["grade"] == FATAL
    yield from report_records("adverse_events", events[is_fatal & alive], "grade", rule, "warning")
    if "outcome" in events:
        said_fatal = (events["outcome"] == "fatal") & ~is_fatal
        yield from report_records("adverse_events", events[said_fatal & alive], "outcome", rule, "warning")


def _check_infusions(dli: pd.DataFrame) -> Iterator[Finding]:
    doses = [name for name in ("cd3_per_kg", "mnc_per_kg") if name in dli.columns]
    undosed = dli[dli[doses].isna().all(axis=1)] if doses else dli
    yield from report_records("dli", undosed, "dli_date", "the infusion has no dose", "warning")
    if len(doses) > 1:
        swapped = dli[dli["cd3_per_kg"] > dli["mnc_per_kg"]]
        rule = "more CD3+ cells than mononuclear cells: are the columns swapped?"
        yield from report_records("dli", swapped, "cd3_per_kg", rule, "warning")


def _check_open_doses(doses: pd.DataFrame, followup: pd.DataFrame) -> Iterator[Finding]:
    """A dose without its last day goes on, for the analyses, up to the last contact."""
    if "end_date" not in doses or "last_contact_date" not in followup:
        return
    seen = doses["patient"].map(followup.groupby("patient")["last_contact_date"].max())
    long_ago = doses["end_date"].isna() & ((seen - doses["start_date"]).dt.days > LONGEST_DOSE)
    rule = f"still on drug more than {LONGEST_DOSE} days after the first day: is the last day missing?"
    yield from report_records("blinatumomab", doses[long_ago], "end_date", rule, "warning")
