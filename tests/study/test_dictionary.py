"""data/dictionary.csv: every raw column stands in it, and says who uses it (DESIGN 2)."""

import csv
import dataclasses

import pytest

from helpers.study.dictionary import CONTACT, EXISTS, LATER, KnownWith, RawColumn, read_dictionary
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


def find_fault(column: RawColumn, table: dict[str, RawColumn]) -> str:
    """What is wrong with the word in as_of_cut, empty if nothing; helpers.study.dictionary explains the words."""
    if column.as_of_cut in (EXISTS, LATER, CONTACT):
        return "" if column.type == "date" else "no date"
    waits = column.known_with
    if waits is None:
        return "no such word" if column.as_of_cut else ""
    if waits.date not in table or table[waits.date].as_of_cut not in (EXISTS, LATER):
        return "waits for no date"
    cells = [cell for cell in (waits.only, waits.otherwise) if cell]
    return "" if all(_allows(column, cell) for cell in cells) else "no such value"


def _allows(column: RawColumn, cell: str) -> bool:
    if column.limits is None:
        return cell in column.codes
    return column.limits[0] <= float(cell) <= column.limits[1]


@pytest.mark.parametrize("column", COLUMNS, ids=[f"{column.table}.{column.variable}" for column in COLUMNS])
def test_what_becomes_of_a_column_as_of_a_cut_is_one_of_the_words(column):
    assert find_fault(column, read_dictionary()[column.table]) == ""


@pytest.mark.parametrize(
    ("variable", "word", "fault"),
    [
        ("end_date", "latr", "no such word"),
        ("end_date", "Later", "no such word"),
        ("outcome", "later", "no date"),
        ("outcome", "with", "no such word"),
        ("outcome", "with end_date otherwise ongoing", "no such word"),
        ("outcome", "with end_day else ongoing", "waits for no date"),  # no column of the table
        ("outcome", "with death_date else ongoing", "waits for no date"),  # a column of another table
        ("outcome", "with grade else ongoing", "waits for no date"),
        ("outcome", "with end_date else going on", "no such value"),
        ("grade", "with end_date if 6 else 4", "no such value"),
    ],
)
def test_a_wrong_word_is_refused(variable, word, fault):
    events = read_dictionary()["adverse_events"]
    assert find_fault(dataclasses.replace(events[variable], as_of_cut=word), events) == fault


@pytest.mark.parametrize(
    ("word", "known_with"),
    [
        ("with a_date", KnownWith("a_date", only=None, otherwise="")),
        ("with a_date if 5", KnownWith("a_date", only="5", otherwise="")),
        ("with a_date else going on", KnownWith("a_date", only=None, otherwise="going on")),
        ("with a_date if not well else ill", KnownWith("a_date", only="not well", otherwise="ill")),
        ("exists", None),
        ("", None),
    ],
)
def test_the_word_with_is_read(word, known_with):
    """By eye: date, the value that waits, and what stands there before."""
    column = read_dictionary()["adverse_events"]["outcome"]
    assert dataclasses.replace(column, as_of_cut=word).known_with == known_with
