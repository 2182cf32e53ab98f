"""Writes the ten patients as a study folder: the protocol's own study.yml, with cuts of the test's choosing."""

import csv
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from helpers.study.paths import DATA

HERE = Path(__file__).parent
CUT = "2025-06-30"
Record = dict[str, str]


def write_study(folder: Path, cuts: Sequence[str] = (CUT,), keep: Mapping[str, Sequence[str]] | None = None) -> Path:
    """Write the study; `keep` names, by section of study.yml, the only parameters or variables to be analysed."""
    declared = yaml.safe_load((DATA / "zhengzhou" / "study.yml").read_text("utf-8"))
    declared["cuts"] = [{"id": cut, "date": cut, "label": f"as of {cut}"} for cut in cuts]
    for section, names in (keep or {}).items():
        declared[section] = [item for item in declared[section] if (item.get("param") or item["name"]) in names]
    known = [variable["name"] for variable in declared["variables"]]
    declared["subgroups"] = [name for name in declared["subgroups"] if name in known]
    shutil.copytree(HERE / "raw", folder / "raw")
    (folder / "study.yml").write_text(yaml.safe_dump(declared, sort_keys=False, allow_unicode=True), "utf-8")
    return folder


def read_raw(folder: Path, table: str) -> list[Record]:
    """Records of a raw table as text."""
    with (folder / "raw" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_raw(folder: Path, table: str, records: Sequence[Record]) -> None:
    """Write a raw table anew, with the columns it had."""
    columns = (HERE / "raw" / f"{table}.csv").read_text("utf-8").splitlines()[0].split(",")
    with (folder / "raw" / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)


def change_raw(folder: Path, table: str, number: int, **cells: str) -> None:
    """Change cells of the record with this number, counted from 1 as SRCSEQ does."""
    records = read_raw(folder, table)
    records[number - 1].update(cells)
    write_raw(folder, table, records)
