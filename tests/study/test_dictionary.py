"""data/dictionary.csv: every raw column stands in it, and says who uses it (DESIGN 2)."""

import csv

import pytest

from helpers.study.dictionary import read_dictionary
from helpers.study.paths import DATA, DICTIONARY
from helpers.study.reading import list_studies, read_study

COLUMNS = [column for table in read_dictionary().values() for column in table.values()]
RAW_FILES = sorted(DATA.glob("*/raw/*.csv"))


@pytest.mark.parametrize("file", RAW_FILES, ids=[file.relative_to(DATA).as_posix() for file in RAW_FILES])
def test_every_raw_column_is_described(file):
    with file.open(encoding="utf-8-sig", newline="") as lines:
        header = next(csv.reader(lines))
    assert file.stem in read_dictionary()
    assert set(header) <= set(read_dictionary()[file.stem])


def test_there_are_raw_files_to_look_at():
    assert len(RAW_FILES) >= 2


def test_every_described_column_of_a_declared_table_exists_somewhere():
    """A description without data would be a leftover; tables that no study has yet are not asked."""
    found: dict[str, set[str]] = {}
    for name in list_studies():
        study = read_study(name)
        for table in (*study.tables, *study.optional_tables):
            with (study.folder / "raw" / f"{table}.csv").open(encoding="utf-8-sig", newline="") as lines:
                found.setdefault(table, set()).update(next(csv.reader(lines)))
    assert {table: set(read_dictionary()[table]) for table in found} == found


def test_no_column_stands_twice():
    with DICTIONARY.open(encoding="utf-8", newline="") as file:
        pairs = [(row["table"], row["variable"]) for row in csv.DictReader(file)]
    assert len(pairs) == len(set(pairs)) == len(COLUMNS)


@pytest.mark.parametrize("column", COLUMNS, ids=[f"{column.table}.{column.variable}" for column in COLUMNS])
def test_every_description_is_whole(column):
    assert column.label
    assert column.used_in
    assert column.type in {"id", "text", "code", "number", "integer", "date"}
    if column.type == "code":
        assert len(column.codes) == len(set(column.codes)) > 0
        assert all(code == code.strip() != "" for code in column.codes)
    elif column.type in {"number", "integer"}:
        assert column.limits is None or column.limits[0] < column.limits[1]
        assert column.codelist == "" or column.limits is not None
    else:
        assert column.codelist == ""


def test_codes_and_limits_are_read():
    """By eye: the two rows of data/dictionary.csv."""
    listing = read_dictionary()["patient_listing"]
    assert listing["best_response"].codes == ("CR", "Molecular MRD", "Progressive disease")
    assert listing["best_response"].limits is None
    assert listing["first_dli_cd3_per_kg"].limits == (1e3, 1e10)
    assert listing["section"].codes == ()
    assert listing["patient"].required
    assert not listing["gvhd"].required


def test_every_table_by_patient_has_one_identifier():
    for name, table in read_dictionary().items():
        ids = [column for column in table.values() if column.type == "id"]
        assert len(ids) == (0 if name == "reported_counts" else 1)
