"""Rules between records and between tables."""

from collections.abc import Iterator, Mapping

import pandas as pd

from helpers.intake.findings import Finding
from helpers.study.dictionary import read_dictionary
from helpers.study.model import Study

COUNTS = "reported_counts"


def check_between_tables(texts: Mapping[str, pd.DataFrame], study: Study) -> list[Finding]:
    """Check what no table can tell alone; the tables are still text.

    Returns
    -------
    list of Finding
        Records of a patient whom the patient table does not know; printed counts that contradict themselves.
    """
    findings: list[Finding] = []
    listing = texts.get(study.patients.table)
    if listing is not None and study.patients.name in listing.columns:
        known = set(listing[study.patients.name])
        for name, text in texts.items():
            findings += _records_of_nobody(name, text, known)
    if COUNTS in texts:
        findings += _contradicting_counts(texts[COUNTS])
    return findings


def _records_of_nobody(name: str, text: pd.DataFrame, known: set[str]) -> Iterator[Finding]:
    ids = next((column.variable for column in read_dictionary()[name].values() if column.type == "id"), None)
    if ids is None or ids not in text.columns:
        return
    for row, patient in text.loc[~text[ids].isin(known), ids].items():
        rule = "the patient is not in the patient table"
        yield Finding(name, int(str(row)) + 1, patient, ids, patient, rule, "error")


def _contradicting_counts(text: pd.DataFrame) -> Iterator[Finding]:
    needed = ["characteristic", "level", "patients", "denominator"]
    if not set(needed) <= set(text.columns):
        return
    for row in text.index[text.duplicated(["characteristic", "level"])]:
        name = ", ".join(str(text.loc[row, column]) for column in ("characteristic", "level"))
        yield Finding(COUNTS, int(row) + 1, "", "level", name, "the same count stands in an earlier row", "error")
    patients, denominator = (pd.to_numeric(text[name], errors="coerce") for name in ("patients", "denominator"))
    limits = read_dictionary()[COUNTS]["patients"].limits
    plausible = patients <= limits[1] if limits else patients.notna()  # what is not plausible is a finding already
    for row in text.index[(patients > denominator) & plausible]:
        rule = f"expected at most the denominator, {denominator.loc[row]:g}"
        yield Finding(COUNTS, int(row) + 1, "", "patients", str(text.loc[row, "patients"]), rule, "error")
