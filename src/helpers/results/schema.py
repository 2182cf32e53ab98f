"""The results table: one statistic a row. Whatever a reader meets as a number stands here."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

COLUMNS = (
    "analysis", "param", "population", "group", "level", "variable", "time_months", "stat", "value", "unit",
    "method", "note",
)  # fmt: skip
WITHOUT_UNIT = frozenset(
    {
        *("n", "N", "missing", "p", "proportion", "survival", "cif", "hr", "statistic", "df", "p_value"),
        *("events", "censored", "competing", "n_risk", "n_event", "n_censor", "n_competing"),
        *("entered", "events_in_state"),
        *("events_share", "followed", "followed_share", "overdue", "completeness"),
    }
)
KEYS = COLUMNS[:6]
"""What identifies an analysis; with time_months and stat, what identifies a row."""


@dataclass(frozen=True)
class Key:
    """What an analysis is about; group and level name a stratum, empty for all patients."""

    param: str = ""
    population: str = ""
    group: str = ""
    level: str = ""
    variable: str = ""


Rows = list[dict[str, object]]
"""Result rows as they are made, before they are a table."""


def make_rows(
    stats: Mapping[str, float | int | None],
    analysis: str,
    key: Key,
    *,
    time_months: float | None = None,
    unit: str = "",
    method: str = "",
    note: str = "",
) -> Rows:
    """Make result rows, one a statistic.

    Parameters
    ----------
    stats : mapping of str to number or None
        Statistics by name; None is an empty value: not reached, not estimable, not derivable.
    analysis : str
        Name of the analysis, such as ``km``.
    key : Key
        What the analysis is about.
    time_months : float, optional
        The time an estimate is for.
    unit : str
        Unit of those statistics that have one; counts, probabilities and p-values have none.
    method : str
        How the statistic was obtained.
    note : str
        Where it comes from, or why the value is empty.
    """
    about = {"analysis": analysis, **asdict(key)}
    return [
        {
            **about,
            "time_months": math.nan if time_months is None else float(time_months),
            "stat": stat,
            "value": math.nan if value is None else float(value),
            "unit": "" if stat in WITHOUT_UNIT else unit,
            "method": method,
            "note": note,
        }
        for stat, value in stats.items()
    ]


def make_results(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Make the results table, sorted; the same analyses give the same table in whatever order they were done.

    Raises
    ------
    ValueError
        If two rows claim the same statistic of the same analysis.
    """
    results = pd.DataFrame(rows, columns=list(COLUMNS))
    order = [*KEYS, "time_months", "stat"]
    results = results.sort_values(order, kind="stable", na_position="first").reset_index(drop=True)
    twice = results[results.duplicated(order)]
    if len(twice):
        raise ValueError(f"statistic stands twice in the results: {twice.iloc[0][order].to_dict()}")
    return results


def write_results(results: pd.DataFrame, file: Path) -> None:
    """Write results.csv: full precision, whole numbers without a decimal point, empty where there is no value."""
    text = results.copy()
    for column in ("time_months", "value"):
        text[column] = [format_exactly(value) for value in results[column]]
    text.to_csv(file, index=False, lineterminator="\n", encoding="utf-8")


def read_results(file: Path) -> pd.DataFrame:
    """Read a results.csv as it was written."""
    words = [column for column in COLUMNS if column not in {"time_months", "value"}]
    return pd.read_csv(
        file,
        dtype=dict.fromkeys(words, str),
        keep_default_na=False,
        float_precision="round_trip",
        na_values={"time_months": [""], "value": [""]},
    )


def format_exactly(value: float) -> str:
    """Shortest text that reads back as the same number; empty for a missing one."""
    if math.isnan(value):
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def format_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Cells of a dataset as they are delivered: text at full precision, dates as ISO, missing cells empty."""
    text = {}
    for column in frame.columns:
        cells = frame[column]
        if pd.api.types.is_float_dtype(cells):
            text[column] = [format_exactly(value) for value in cells]
        elif pd.api.types.is_datetime64_any_dtype(cells):
            text[column] = list(cells.dt.strftime("%Y-%m-%d").fillna(""))
        else:
            text[column] = ["" if missing else str(value) for value, missing in zip(cells, cells.isna(), strict=True)]
    return pd.DataFrame(text, columns=list(frame.columns), dtype=str)


def select(results: pd.DataFrame, **keys: str | float) -> pd.DataFrame:
    """Rows whose columns equal the given keys; give ``group=""`` to leave the strata out."""
    chosen = pd.Series(True, index=results.index)
    for column, wanted in keys.items():
        chosen &= results[column] == wanted
    return results[chosen]


def select_analysis(results: pd.DataFrame, **keys: str | float) -> pd.DataFrame:
    """Rows of one analysis; keys not given are empty, so that all patients are meant unless a stratum is named.

    A `stat` chooses one statistic, where those of an analysis differ in method or note.

    Raises
    ------
    KeyError
        If the results hold no such analysis.
    """
    wanted = {column: keys.get(column, "") for column in KEYS}
    rows = select(results, **wanted)
    time = keys.get("time_months")
    rows = rows[rows["time_months"].isna() if time is None else rows["time_months"] == time]
    rows = rows[rows["stat"] == keys["stat"]] if "stat" in keys else rows
    if rows.empty:
        raise KeyError("no such result: " + ", ".join(f"{key}={value}" for key, value in keys.items() if value != ""))
    return rows


def get_stats(results: pd.DataFrame, **keys: str | float) -> dict[str, float | None]:
    """Statistics of one analysis by name, None where the value is empty; keys as for `select_analysis`."""
    rows = select_analysis(results, **keys)
    pairs = zip(rows["stat"], rows["value"], strict=True)
    return {stat: None if math.isnan(value) else float(value) for stat, value in pairs}


def get_note(results: pd.DataFrame, **keys: str | float) -> str:
    """Note of one analysis, such as why it is empty; keys as for `select_analysis`."""
    return str(select_analysis(results, **keys)["note"].iloc[0])


def get_notes(results: pd.DataFrame, **keys: str | float) -> list[str]:
    """Notes of one analysis, statistic by statistic; keys as for `select_analysis`."""
    return [str(note) for note in select_analysis(results, **keys)["note"]]


def get_method(results: pd.DataFrame, **keys: str | float) -> str:
    """Method of one analysis; keys as for `select_analysis`."""
    return str(select_analysis(results, **keys)["method"].iloc[0])
