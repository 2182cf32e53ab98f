"""What is known of each patient, as facts that two states of knowledge can be compared by."""

from collections.abc import Iterator, Mapping

import pandas as pd

from helpers.datasets.adtte import get_event_code
from helpers.study.model import TREATED, Study

ENDPOINT, RESPONSE, OUTCOME, GRADE = "endpoint", "response", "outcome", "grade"
"""Kinds of facts."""
CENSORED, HAPPENED = "censored", "happened"
"""States of an endpoint; what competes has happened as well."""
UNDER_TREATMENT = "TRTEMFL"
FACTS = ("USUBJID", "kind", "item", "state", "label", "date", "origin")
KEY = list(FACTS[:3])

Texts = Mapping[str, pd.DataFrame]
"""Delivered datasets by name, every cell as text."""


def list_facts(datasets: Texts, study: Study) -> pd.DataFrame:
    """List what is known of each treated patient.

    Parameters
    ----------
    datasets : mapping of str to DataFrame
        The datasets as they are delivered, as text: adsl, adrs, adae, adtte, and adlb and adgvhd where there are any.
    study : Study
        Which of the parameters are responses.

    Returns
    -------
    DataFrame
        One row a fact, columns `FACTS`, all text: of an endpoint, its state, the deciding event or censoring, its date
        (or its months, where the study has no dates) and the date it is counted from; of a response or an outcome, Y
        and its date; of an adverse event or GVHD, the worst grade.
    """
    adsl = datasets["adsl"]
    treated = set(adsl.loc[adsl[TREATED] == "Y", "USUBJID"])
    parts = [*_endpoints(datasets["adtte"]), *_occurred(datasets["adrs"], study), *_grades(datasets)]
    facts = pd.concat([part.reindex(columns=list(FACTS), fill_value="") for part in parts], ignore_index=True)
    return facts[facts["USUBJID"].isin(treated)].drop_duplicates(KEY).reset_index(drop=True)


def _endpoints(adtte: pd.DataFrame) -> Iterator[pd.DataFrame]:
    codes = get_event_code(adtte)
    dated = adtte["ADT"] != ""
    yield pd.DataFrame(
        {
            "USUBJID": adtte["USUBJID"],
            "kind": ENDPOINT,
            "item": adtte["PARAMCD"],
            "state": [HAPPENED if code else CENSORED for code in codes],
            "label": adtte["EVNTDESC"].where(codes > 0, adtte["CNSDTDSC"]),
            "date": adtte["ADT"].where(dated, adtte["AVAL"] + " months"),
            "origin": adtte["STARTDT"],
        }
    )


def _occurred(adrs: pd.DataFrame, study: Study) -> Iterator[pd.DataFrame]:
    for kind, items in ((RESPONSE, study.responses), (OUTCOME, study.outcomes)):
        labels = {item.param: item.label for item in items}
        had = adrs[adrs["PARAMCD"].isin(labels) & (adrs["AVALC"] == "Y")]
        yield pd.DataFrame(
            {
                "USUBJID": had["USUBJID"],
                "kind": kind,
                "item": had["PARAMCD"],
                "state": "Y",
                "label": had["PARAMCD"].map(labels),
                "date": had.get("ADT", ""),
            }
        )


def _grades(datasets: Texts) -> Iterator[pd.DataFrame]:
    adae = datasets["adae"]
    if "AETOXGR" in adae:
        yield _worst(adae, "AETERM", "AETOXGR")
    else:
        # without event-level tables a study knows who had it, not how badly
        yield pd.DataFrame({"USUBJID": adae["USUBJID"], "kind": GRADE, "item": adae["AETERM"], "label": "reported"})
    if "adlb" in datasets:
        yield _worst(datasets["adlb"], "ATOXDSCL", "ATOXGR")
    if "adgvhd" in datasets:
        gvhd = datasets["adgvhd"]
        yield _worst(gvhd.assign(ITEM=gvhd["GVTYPE"].str.capitalize() + " GVHD"), "ITEM", "GRADE", "AVALC")


def _worst(records: pd.DataFrame, item: str, grade: str, word: str = "") -> pd.DataFrame:
    """The worst grade under treatment of each patient and kind of event; `word` is the column of its printed name."""
    numbers = pd.to_numeric(records[grade].where(records[grade] != ""))
    graded = records.assign(NUMBER=numbers)[(numbers > 0) & (records[UNDER_TREATMENT] == "Y")]
    worst = graded.sort_values("NUMBER", ascending=False, kind="stable").drop_duplicates(["USUBJID", item])
    words = worst[word] if word else worst["NUMBER"].map("{:g}".format)
    facts = pd.DataFrame({"USUBJID": worst["USUBJID"], "item": worst[item], "state": words.astype(str)})
    return facts.assign(kind=GRADE, label=facts["state"])
