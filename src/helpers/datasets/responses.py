"""ADRS and ADRL: the marrow at each assessment, the best response, and what became of each relapse."""

import pandas as pd

from helpers.datasets.adsl import make_flag
from helpers.datasets.treatment import PATIENT
from helpers.intake.reading import Tables
from helpers.study.clinical import ResponseRules

NEGATIVE, POSITIVE, UNKNOWN = "CR, MRD-negative", "CR, MRD-positive", "CR, MRD unknown"
NO_REMISSION, NOT_EVALUABLE = "No CR", "Not evaluable"
BEST_FIRST = (NEGATIVE, POSITIVE, UNKNOWN, NO_REMISSION, NOT_EVALUABLE)


def derive_assessments(tables: Tables, treatment: pd.DataFrame, rules: ResponseRules) -> pd.DataFrame:
    """Derive ADRS: one row an assessment of the marrow of a treated patient.

    Complete remission needs few enough blasts; what the pathologist recorded is compared with that, not used.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        With response and blinatumomab.
    treatment : DataFrame
        As `helpers.datasets.treatment.derive_treatment` returns it.
    rules : ResponseRules
        Limits, and the time within which the best response is judged.

    Returns
    -------
    DataFrame
        USUBJID, ADT, AVALC (one of `BEST_FIRST`), BLASTS (%), MRD (fraction), CRFL, MRDFL (Y/N), ANL01FL (Y where it
        counts for the best response), SRCDOM, SRCVAR, SRCSEQ.
    """
    response = tables["response"]
    response = response[response[PATIENT].isin(treatment.index)]
    blasts = response["blasts_percent"]
    mrd = response.get("mrd_level", pd.Series(float("nan"), index=response.index))
    remission = blasts < rules.blasts_below
    negative = remission & (mrd < rules.mrd_below)
    words = pd.Series(NOT_EVALUABLE, index=response.index)
    words = words.mask(blasts.notna(), NO_REMISSION).mask(remission, POSITIVE)
    words = words.mask(remission & mrd.isna(), UNKNOWN).mask(negative, NEGATIVE)
    frame = pd.DataFrame(
        {
            "USUBJID": response[PATIENT].astype(str),
            "ADT": response["assessment_date"],
            "AVALC": words,
            "BLASTS": blasts,
            "MRD": mrd,
            "CRFL": make_flag(remission),
            "MRDFL": make_flag(negative),
        }
    )
    counts = _is_in_window(frame, tables["blinatumomab"], treatment, rules) & (words != NOT_EVALUABLE)
    frame["ANL01FL"] = make_flag(counts)
    return frame.assign(SRCDOM="response", SRCVAR="assessment_date", SRCSEQ=response.index)


def _is_in_window(
    frame: pd.DataFrame, doses: pd.DataFrame, treatment: pd.DataFrame, rules: ResponseRules
) -> "pd.Series[bool]":
    """After the first dose, up to so many days after the last cycle that counts, before the next or another treatment.

    While a dose of a counting cycle goes on there is no end yet; a patient who never gets the last counting cycle is
    judged by the last one given.
    """
    counting = doses[doses["cycle"] <= rules.within_cycles]
    end = counting.groupby(PATIENT)["end_date"].max() + pd.Timedelta(days=rules.days_after)
    open_ended = set(counting.loc[counting["end_date"].isna(), PATIENT])
    next_cycle = doses[doses["cycle"] > rules.within_cycles].groupby(PATIENT)["start_date"].min()
    patient, date = frame["USUBJID"], frame["ADT"]
    in_time = (date <= patient.map(end)) | patient.isin(open_ended)
    over = (date >= patient.map(next_cycle)) | (date >= patient.map(treatment["NEWTRTDT"]))
    return (date > patient.map(treatment["TRTSDT"])) & in_time & ~over


def derive_best_response(assessments: pd.DataFrame, treatment: pd.DataFrame) -> pd.DataFrame:
    """Choose each treated patient's best response: the best assessment that counts, the first of equals.

    Returns
    -------
    DataFrame
        One row a patient, columns as `derive_assessments`; where no assessment counts, AVALC is "Not evaluable".
    """
    counting = assessments[assessments["ANL01FL"] == "Y"]
    rank = counting["AVALC"].map({word: place for place, word in enumerate(BEST_FIRST)})
    best = counting.assign(_rank=rank).sort_values(["_rank", "ADT"], kind="stable").drop_duplicates("USUBJID")
    patients = pd.DataFrame({"USUBJID": treatment.index.astype(str)})
    whole = patients.merge(best.drop(columns="_rank"), on="USUBJID", how="left", validate="one_to_one")
    return whole.fillna({"AVALC": NOT_EVALUABLE, "CRFL": "N", "MRDFL": "N", "ANL01FL": "N"})


def derive_relapses(
    tables: Tables, assessments: pd.DataFrame | None, treatment: pd.DataFrame, rules: ResponseRules
) -> pd.DataFrame:
    """Derive ADRL: one row a relapse, and whether remission was lost by it.

    A relapse has lost the remission when no assessment within the declared days shows complete remission again. Before
    those days are over, and while the patient lives, that is not decided; so no later cut takes a loss back.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        With relapse.
    assessments : DataFrame or None
        As `derive_assessments` returns them; without them LOSTFL is missing.
    treatment : DataFrame
        As `helpers.datasets.treatment.derive_treatment` returns it.
    rules : ResponseRules
        The days within which remission may be seen again.

    Returns
    -------
    DataFrame
        USUBJID, ADT, SITE, FIRSTFL (Y for the patient's first), LOSTFL (Y/N), SRCDOM, SRCVAR, SRCSEQ.
    """
    relapse = tables["relapse"]
    relapse = relapse[relapse[PATIENT].isin(treatment.index)]
    frame = pd.DataFrame({"USUBJID": relapse[PATIENT].astype(str), "ADT": relapse["relapse_date"]})
    frame["SITE"] = relapse.get("relapse_site")
    frame["FIRSTFL"] = make_flag(~frame.sort_values("ADT", kind="stable").duplicated("USUBJID").reindex(frame.index))
    frame["LOSTFL"] = _is_lost(frame, assessments, treatment, rules) if assessments is not None else None
    return frame.assign(SRCDOM="relapse", SRCVAR="relapse_date", SRCSEQ=relapse.index)


def _is_lost(
    frame: pd.DataFrame, assessments: pd.DataFrame, treatment: pd.DataFrame, rules: ResponseRules
) -> list[str]:
    limit = frame["ADT"] + pd.Timedelta(days=rules.regained_within_days)
    remissions = assessments.loc[assessments["CRFL"] == "Y", ["USUBJID", "ADT"]].rename(columns={"ADT": "CRDT"})
    pairs = frame.assign(LIMIT=limit, ROW=frame.index).merge(remissions, on="USUBJID")
    regained = set(pairs.loc[(pairs["CRDT"] > pairs["ADT"]) & (pairs["CRDT"] <= pairs["LIMIT"]), "ROW"])
    mine = treatment.reindex(frame["USUBJID"]).set_axis(frame.index)
    decided = (mine["LSTALVDT"] >= limit) | mine["DTHDT"].notna()
    return make_flag(decided & ~frame.index.isin(regained))
