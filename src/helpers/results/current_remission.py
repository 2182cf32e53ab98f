"""Current leukaemia-free survival proper: the probability of being alive and in remission, regained remission included.

The time-to-event endpoint of the same name ends at the relapse after which no remission was seen; here patients return
to the numerator when remission is seen again (Klein 2000).
"""

from collections.abc import Iterator

import pandas as pd

from helpers.datasets.adtte import TimeToEvent
from helpers.intake.reading import Tables
from helpers.results.derivability import describe_missing
from helpers.results.schema import Key, Rows, make_rows
from helpers.results.strata import iterate_strata
from helpers.statistics.multistate import estimate_state_occupation
from helpers.study.endpoints import Endpoint
from helpers.study.model import Study

PARAM = "CLFS"
REMISSION, RELAPSE, DEAD = "remission", "relapse", "dead"
MOST_PATIENTS = 2000
"""The estimator's memory grows with patients times times."""
STATS = ("n_risk", "p", "lcl", "ucl")
IN_REMISSION = "alive in remission"


def analyse_current_remission(
    adsl: pd.DataFrame, tte: TimeToEvent | None, sources: Tables, treatment: pd.DataFrame, study: Study
) -> Rows:
    """Estimate the probability of being alive in remission at the declared times of CLFS, overall and by stratum.

    Parameters
    ----------
    adsl : DataFrame
        Subject-level dataset.
    tte : TimeToEvent or None
        The derived endpoint CLFS, for its patients and their origin; None where the study does not declare it.
    sources : mapping of str to DataFrame
        With ADRS and ADRL.
    treatment : DataFrame
        Death and last contact by patient.
    study : Study
        Declares times, strata and the length of a month.
    """
    if tte is None or study.clinical is None:
        return []
    endpoint = next(endpoint for endpoint in study.endpoints if endpoint.param == PARAM)
    whole = Key(PARAM, endpoint.population, variable=IN_REMISSION)
    if tte.missing:
        return _make_empty(whole, endpoint, describe_missing(tte.missing))
    if tte.adtte.empty:
        return _make_empty(whole, endpoint, "no patients")
    if len(tte.adtte) > MOST_PATIENTS:
        return _make_empty(whole, endpoint, f"not estimated: more than {MOST_PATIENTS} patients take too much memory")
    stays = pd.DataFrame(_list_stays(tte.adtte, sources, treatment))
    for name in ("start", "stop"):
        stays[name] = stays[name].dt.days / study.conventions.days_per_month
    rows: Rows = []
    for stratum in iterate_strata(adsl, endpoint.population, study):
        mine = stays[stays["patient"].isin(stratum.patients["USUBJID"])]
        patients = mine["patient"].nunique()
        if not patients or not (mine["state"] == REMISSION).any():
            continue
        occupation = estimate_state_occupation(
            mine["patient"], mine["start"], mine["stop"], mine["state"], mine["next_state"], study.conventions.alpha
        )
        key = Key(PARAM, endpoint.population, stratum.group, stratum.level, IN_REMISSION)
        for record in occupation.at(endpoint.times_at, [REMISSION]).to_dict(orient="records"):
            values = [record[name] for name in ("n_risk", "probability", "lcl", "ucl")]
            stats = {stat: None if pd.isna(value) else float(value) for stat, value in zip(STATS, values, strict=True)}
            rows += make_rows(stats, "state_at", key, time_months=record["time"], method=occupation.method)
    return rows


def _make_empty(key: Key, endpoint: Endpoint, note: str) -> Rows:
    rows: Rows = []
    for time in endpoint.times_at:
        rows += make_rows(dict.fromkeys(STATS), "state_at", key, time_months=time, note=note)
    return rows


def _list_stays(adtte: pd.DataFrame, sources: Tables, treatment: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Each stay of a patient in a state, from the first remission to death or the last contact."""
    relapses = sources["ADRL"].groupby("USUBJID")["ADT"].apply(list).to_dict()
    adrs = sources["ADRS"]
    remissions = adrs[adrs["CRFL"] == "Y"].groupby("USUBJID")["ADT"].apply(list).to_dict()
    ends = treatment.reindex(adtte["USUBJID"])
    for patient, origin, death, contact in zip(
        adtte["USUBJID"], adtte["STARTDT"], ends["DTHDT"], ends["LSTALVDT"], strict=True
    ):
        end = contact if pd.isna(death) else death
        # a relapse outside the marrow may be found on the day on which the marrow is in remission: it is a relapse
        changes = dict.fromkeys(remissions.get(patient, []), REMISSION)
        changes |= dict.fromkeys(relapses.get(patient, []), RELAPSE)
        state, since = REMISSION, origin
        seen = {date: kind for date, kind in changes.items() if origin < date < end or (date == end and pd.isna(death))}
        for date, following in sorted(seen.items()):
            if following != state:
                yield _stay(patient, origin, since, date, state, following)
                state, since = following, date
        if end > since:
            yield _stay(patient, origin, since, end, state, state if pd.isna(death) else DEAD)


def _stay(
    patient: str, origin: pd.Timestamp, start: pd.Timestamp, stop: pd.Timestamp, state: str, following: str
) -> dict[str, object]:
    return {
        "patient": patient,
        "start": start - origin,
        "stop": stop - origin,
        "state": state,
        "next_state": following,
    }
