"""Columns of the derived datasets that study.yml may name, beside the raw ones of the dictionary."""

from collections.abc import Mapping
from functools import cache

from helpers.study.declared import Column
from helpers.study.dictionary import RawColumn, read_dictionary

PATIENT = "USUBJID"

_COLUMNS = """
ADRS|ADT|Date of the assessment|date|
ADRS|AVALC|Response at the assessment|code|CR, MRD-negative;CR, MRD-positive;CR, MRD unknown;No CR;Not evaluable
ADRS|CRFL|Complete remission|code|Y;N
ADRS|MRDFL|MRD response|code|Y;N
ADRS|ANL01FL|Counts for the best response|code|Y;N
ADRL|ADT|Date of relapse|date|
ADRL|SITE|Site of relapse|code|Bone marrow;Combined;Extramedullary
ADRL|FIRSTFL|The patient's first relapse under treatment|code|Y;N
ADRL|LOSTFL|Remission not seen again in time|code|Y;N
ADDLI|ADT|Date of the infusion|date|
ADDLI|PLANFL|Given before any relapse under treatment and before another treatment|code|Y;N
ADGVHD|ADT|Date from which the grade held|date|
ADGVHD|GVTYPE|Acute or chronic|code|acute;chronic
ADGVHD|GRADE|Grade 1 to 4, or severity 1 to 3|integer|0..4
ADGVHD|AVALC|Grade or severity in words|code|0;I;II;III;IV;none;mild;moderate;severe
ADGVHD|SYSFL|Treated systemically|code|Y;N
ADGVHD|WORSTFL|The patient's worst of this type|code|Y;N
ADGVHD|TRTEMFL|From the first dose on|code|Y;N
ADGVHD|PDLIFL|From the first infusion of the plan on|code|Y;N
ADAE|ASTDT|Date of onset|date|
ADAE|AETERM|Adverse event|text|
ADAE|AESOC|System organ class|text|
ADAE|AETOXGR|Grade|integer|1..5
ADAE|AEREL|Related to|code|no;blinatumomab;DLI;both
ADAE|TRTEMFL|Treatment-emergent|code|Y;N
ADLB|ADT|Date of the blood count|date|
ADLB|PARAMCD|Laboratory test|code|NEUT;PLAT;HGB
ADLB|ATOXGR|Grade|integer|0..4
ADLB|TRTEMFL|Treatment-emergent, worse than before treatment and than on any earlier day|code|Y;N
"""

_DOSES = ("blinatumomab.cycle", "blinatumomab.start_date", "blinatumomab.end_date")
_COUNTS = ("labs.anc", "labs.platelets", "labs.haemoglobin")
_SOURCES = {
    "ADRS": ("response.assessment_date", "response.blasts_percent", *_DOSES),
    "ADRL": ("relapse.relapse_date",),
    "ADDLI": ("dli.dli_date",),
    "ADGVHD": ("gvhd.onset_date", "gvhd.type"),
    "ADAE": ("adverse_events.onset_date", "adverse_events.term", "adverse_events.grade", *_DOSES),
    "ADLB": ("labs.lab_date", *_COUNTS, *_DOSES),
    "ADEX": (*_DOSES, "blinatumomab.daily_dose_ug"),
}
_SOURCES_OF_COLUMNS = {
    "ADRS.MRDFL": ("response.mrd_level",),
    "ADRL.SITE": ("relapse.relapse_site",),
    "ADRL.LOSTFL": ("response.assessment_date", "response.blasts_percent", *_DOSES),
    "ADAE.AESOC": ("adverse_events.soc",),
    "ADAE.AEREL": ("adverse_events.related",),
    "ADGVHD.SYSFL": ("gvhd.treatment",),
    **dict.fromkeys(("ADGVHD.GRADE", "ADGVHD.AVALC", "ADGVHD.WORSTFL"), ("gvhd.recorded_grade",)),
}


def _columns(texts: tuple[str, ...]) -> tuple[Column, ...]:
    return tuple(Column(table=table, name=name) for table, name in (text.split(".") for text in texts))


RAW_SOURCES: Mapping[str, tuple[Column, ...]] = {name: _columns(texts) for name, texts in _SOURCES.items()}
"""The raw columns without which a derived dataset cannot be made."""
RAW_SOURCES_OF_COLUMNS: Mapping[Column, tuple[Column, ...]] = {
    _columns((name,))[0]: _columns(texts) for name, texts in _SOURCES_OF_COLUMNS.items()
}
"""The further raw columns that one column of a derived dataset needs."""
STAND_INS: Mapping[Column, tuple[Column, ...]] = {
    Column(table="gvhd", name="recorded_grade"): _columns(
        tuple(f"gvhd.{organ}_stage" for organ in ("skin", "liver", "upper_gi", "lower_gi"))
        + tuple(f"gvhd.{organ}_score" for organ in ("skin", "mouth", "eyes", "gi", "liver", "lungs", "joints"))
    )
}
"""Columns that together do in place of a missing one: the organs give the grade."""


def _read(line: str) -> RawColumn:
    table, variable, label, kind, codelist = line.split("|")
    codes = codelist.replace(";", "|")
    return RawColumn(table, variable, label, kind, unit="", codelist=codes, used_in=table, as_of_cut="", required=False)


@cache
def describe_columns() -> dict[str, dict[str, RawColumn]]:
    """Every column that study.yml may name: the raw ones of the dictionary and those of the derived datasets.

    Returns
    -------
    dict
        Table name to its columns by name.
    """
    tables = {name: dict(columns) for name, columns in read_dictionary().items()}
    for name in RAW_SOURCES:
        patient = RawColumn(name, PATIENT, "Patient", "id", "", "", f"{name}.{PATIENT}", "", required=True)
        tables[name] = {PATIENT: patient}
    for line in _COLUMNS.strip().splitlines():
        column = _read(line)
        tables[column.table][column.variable] = column
    return tables
