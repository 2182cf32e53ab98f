"""The index of a reports folder: every study and cut with its state, its headline numbers and its files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.delivery.document import SYNTHETIC_NOTICE
from helpers.delivery.provenance import MANIFEST
from helpers.delivery.report import THEME, describe_state, failed_folder
from helpers.display.formatting import (
    NOT_DERIVABLE,
    NOT_ESTIMABLE,
    format_number,
    format_percent,
    format_percent_interval,
)
from helpers.display.prose import plain
from helpers.results.schema import get_stats, read_results
from helpers.study.errors import UsageError
from helpers.study.model import Cut, Study
from helpers.study.reading import list_studies, read_study

INDEX = "index.html"
FILES = {"report.html": "HTML", "report.pdf": "PDF", "report.docx": "Word", "results.csv": "results"}
HEADINGS = ("Cut", "Date", "State", "Treated", "Response", "OS, 12 mo", "Relapse", "Grade ≥ 3", "Files")
WIDE = "<style>body { max-width: 78rem; margin: 0 auto; } td, th { white-space: nowrap; }</style>"
"""A table of cuts is wider than a column of prose."""
RESPONSE = {"analysis": "proportion", "param": "ORR", "population": "SAFFL"}
SURVIVAL = {"analysis": "km_at", "param": "OS", "population": "SAFFL", "time_months": 12.0}
RELAPSE = {"analysis": "proportion", "param": "RELAPSE", "population": "RESPFL"}
SEVERE = {"analysis": "proportion", "param": "AE3", "population": "SAFFL"}


def write_index(out: Path, studies: Sequence[Study]) -> Path:
    """Write the index page of a reports folder: one file, without network.

    Parameters
    ----------
    out : Path
        The reports folder.
    studies : sequence of Study
        The studies whose cuts are listed, those not built yet too.

    Returns
    -------
    Path
        The page.
    """
    import pypandoc

    shown = [study for study in studies if (out / study.id).is_dir()]
    text = "\n\n".join(["# Reports", *(_describe(out, study) for study in shown)])
    style = THEME / "report.css"
    arguments = ["--standalone", "--embed-resources", f"--css={style}", f"--variable=header-includes:{WIDE}"]
    arguments += ["--wrap=none", "--metadata=pagetitle:Reports", "--metadata=lang:en"]
    page: str = pypandoc.convert_text(text, "html5", format="markdown", extra_args=arguments)
    target = out / INDEX
    target.write_text(page, encoding="utf-8")
    return target


def _describe(out: Path, study: Study) -> str:
    parts = [f"## {plain(study.title)}", plain(study.subtitle)]
    if study.synthetic:
        parts.append(f"[{SYNTHETIC_NOTICE}]{{.notice}}")
    rows = [_row(out, study, cut) for cut in study.cuts]
    lines = ["| " + " | ".join(cells) + " |" for cells in (HEADINGS, ["---"] * len(HEADINGS), *rows)]
    parts.append("\n".join(lines))
    parts.append(
        "Percentages with the intervals of the reports. Response: overall response of all treated patients. OS, 12 mo: "
        "overall survival at 12 months. Relapse: of the responders. Grade ≥ 3: patients with an adverse event of that "
        "grade. NE, not estimable; a dash: the study does not declare it."
    )
    return "\n\n".join(parts)


def _row(out: Path, study: Study, cut: Cut) -> list[str]:
    folder = out / study.id / cut.id
    date = cut.date.isoformat() if cut.date else "not stated"
    state = "failed" if failed_folder(folder).is_dir() else describe_state(study, cut, out)
    label = f"{plain(cut.label)} ({plain(cut.id)})"
    if not (folder / MANIFEST).is_file():
        return [label, date, state, *[""] * 6]
    results = read_results(folder / "results.csv")
    treated = _find(results, {"analysis": "count", "population": "SAFFL", "variable": "SAFFL"})
    links = [f"[{name}]({study.id}/{cut.id}/{file})" for file, name in FILES.items() if (folder / file).is_file()]
    numbers = [_share(results, keys) for keys in (RESPONSE, SURVIVAL, RELAPSE, SEVERE)]
    return [label, date, state, format_number(treated.get("n")), *numbers, " · ".join(links)]


def _find(results: pd.DataFrame, keys: dict[str, Any]) -> dict[str, float | None]:
    try:
        return get_stats(results, **keys)
    except KeyError:
        return {}


def _share(results: pd.DataFrame, keys: dict[str, Any]) -> str:
    """A proportion or a probability with its interval, in per cent."""
    stats = _find(results, keys)
    if not stats:
        return "–"
    is_survival = "survival" in stats
    estimate = stats["survival" if is_survival else "p"]
    n = stats["n_risk" if is_survival else "N"]
    if n is None:
        return NOT_DERIVABLE
    if estimate is None:
        return NOT_ESTIMABLE
    # the number at risk is smaller than the cohort: its percentages have no decimals either
    of = n or 1
    return f"{format_percent(estimate, of)} ({format_percent_interval(stats['lcl'], stats['ucl'], of)})"


def list_indexed_studies(run: Study) -> Iterator[Study]:
    """Studies under data/ and the one just run, those with a faulty study.yml left out."""
    found = {run.id: run}
    for name in list_studies():
        try:
            study = read_study(name)
        except UsageError:
            continue  # its own run says what is wrong with it
        found.setdefault(study.id, study)
    yield from (found[name] for name in sorted(found))
