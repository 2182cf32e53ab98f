"""The index of a reports folder: every study and cut with its state, headline numbers, trends and files."""

import tempfile
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from helpers.delivery.document import SYNTHETIC_NOTICE
from helpers.delivery.failures import MESSAGE
from helpers.delivery.report import describe_state, failed_folder
from helpers.delivery.style import read_style
from helpers.display.formatting import NONE, format_number
from helpers.display.trend import STYLE as TREND_STYLE
from helpers.display.trend import Share, draw_trend
from helpers.results.delivered import MANIFEST
from helpers.results.schema import get_stats, read_results
from helpers.study.errors import UsageError
from helpers.study.model import Cut, Study
from helpers.study.paths import DATA
from helpers.study.reading import list_studies, read_study

INDEX = "index.html"
ELSEWHERE = ".study"
"""In the reports folder of a study that is not under data/: where the study is."""
FILES = {
    "report.html": "HTML",
    "report.pdf": "PDF",
    "report.docx": "Word",
    "results.csv": "results",
    "findings.csv": "findings",
    "changes.csv": "changes",
}
Keys = dict[str, Any]


class Headline(NamedTuple):
    """A number of the index: its heading, its name in full, and where it stands in the results."""

    heading: str
    name: str
    keys: Keys
    stat: str = "p"
    curve: Keys = {}  # where the patients of a curve are counted; those of a proportion stand beside it


OS: Keys = {"param": "OS", "population": "SAFFL"}
HEADLINES = (
    Headline(
        "Response",
        "Overall response of all treated patients",
        {"analysis": "proportion", "param": "ORR", "population": "SAFFL"},
    ),
    Headline(
        "OS, 12 mo",
        "Overall survival at 12 months",
        {"analysis": "km_at", **OS, "time_months": 12.0},
        "survival",
        {"analysis": "km", **OS},
    ),
    Headline(
        "Relapse", "Relapse of the responders", {"analysis": "proportion", "param": "RELAPSE", "population": "RESPFL"}
    ),
    Headline(
        "Grade ≥ 3",
        "Patients with an adverse event of grade 3 or more",
        {"analysis": "proportion", "param": "AE3", "population": "SAFFL"},
    ),
)
TREATED: Keys = {"analysis": "count", "population": "SAFFL", "variable": "SAFFL"}
HEADINGS = ("Cut", "Date", "State", "Treated", *(headline.heading for headline in HEADLINES), "Files")
NOTES = (
    "Percentages with the intervals of the reports. Response: overall response of all treated patients. OS, 12 mo: "
    "overall survival at 12 months. Relapse: of the responders. Grade ≥ 3: patients with an adverse event of that "
    "grade. NE, not estimable; a dash: the study does not declare it.",
    "State of a cut when it or another cut was last run. Current: the report is what a new run would deliver. Stale: "
    "data, program or report have changed since. Failed: the last run failed; numbers and files, where there are any, "
    "are those of the report before it. Missing: not built yet.",
)
STYLE = """
body { max-width: 78rem; margin: 0 auto; padding-top: 1rem; }
h1 { border: 0; margin: 0; }
h2 { margin-bottom: 0.2em; }
section > p { margin: 0.3em 0 0.9em; }
.notice, section > p.notice { margin: 0 0 0.9rem; }
td, th { white-space: nowrap; }
td:first-child { white-space: normal; min-width: 9rem; }
.float-body table { min-width: 100%; }
.stale { color: #8a4800; }
.failed { color: #a4262c; font-weight: 600; }
.missing { color: var(--muted); }
.trends { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 0.8rem 1.5rem; margin: 1.4rem 0 0; }
.trends figcaption, footer { grid-column: 1 / -1; font-family: var(--sans); font-size: 0.8rem; line-height: 1.45; color: var(--muted); }
footer { margin-top: 3rem; border-top: 1px solid var(--rule); }
@media print {
  @page { size: A4 landscape; }
  .notice { position: static; }
  .trends { grid-template-columns: repeat(4, 1fr); break-inside: avoid; }
}
"""  # noqa: E501 - one rule a line, as in the theme
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Reports</title>
<style>
{style}</style>
</head>
<body>
<main>
<h1>Reports</h1>
{sections}
</main>
<footer>
{notes}
</footer>
</body>
</html>
"""


class _Row(NamedTuple):
    """A cut in the table: its cells as HTML, and its headline numbers; None where the study has no such number."""

    cut: Cut
    cells: list[str]
    shares: list[Share | None] | None


def write_index(out: Path, studies: Sequence[Study]) -> Path:
    """Write the index page of a reports folder: one file, without network, whole or not at all.

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
    sections = [_describe(out, study) for study in studies if (out / study.id).is_dir()]
    style = read_style() + STYLE + TREND_STYLE
    notes = "\n".join(f"<p>{escape(note)}</p>" for note in NOTES)
    page = PAGE.format(style=style, sections="\n".join(sections), notes=notes)
    with tempfile.TemporaryDirectory(prefix=f".{INDEX}-", dir=out) as beside:
        finished = Path(beside) / INDEX
        finished.write_text(page, encoding="utf-8")
        finished.replace(out / INDEX)
    return out / INDEX


def _describe(out: Path, study: Study) -> str:
    rows = [_make_row(out, study, cut) for cut in study.cuts]
    notice = f'<p class="notice">{escape(SYNTHETIC_NOTICE)}</p>\n' if study.synthetic else ""
    lines = "\n".join(_tag_row("td", row.cells) for row in rows)
    return f"""<section id="{study.id}">
<h2>{escape(study.title)}</h2>
<p>{escape(study.subtitle)}</p>
{notice}<div class="float-body" tabindex="0" role="region" aria-label="Cuts of {study.id}">
<table>
<thead>{_tag_row('th scope="col"', [escape(heading) for heading in HEADINGS])}</thead>
<tbody>
{lines}
</tbody>
</table>
</div>
{_draw_trends(rows)}</section>"""


def _tag_row(tag: str, cells: Sequence[str]) -> str:
    name = tag.partition(" ")[0]
    return "<tr>" + "".join(f"<{tag}>{cell}</{name}>" for cell in cells) + "</tr>"


def _make_row(out: Path, study: Study, cut: Cut) -> _Row:
    folder = out / study.id / cut.id
    state = describe_state(study, cut, out)
    date = cut.date.isoformat() if cut.date else "not stated"
    label = cut.label if cut.id == date else f"{cut.label} ({cut.id})"
    cells = [escape(label), date, f'<span class="{state}">{state}</span>']
    files = [(f"{cut.id}/{file}", name) for file, name in FILES.items()] if (folder / MANIFEST).is_file() else []
    files.append((f"{failed_folder(folder).name}/{MESSAGE}", "error"))
    links = " · ".join(
        f'<a href="{study.id}/{file}">{name}</a>' for file, name in files if (out / study.id / file).is_file()
    )
    results = _read(folder)
    if results is None:
        return _Row(cut, [*cells, *[""] * (1 + len(HEADLINES)), links], None)
    treated = _find(results, TREATED).get("n")
    shares = [_read_share(results, headline) for headline in HEADLINES]
    numbers = [NONE if share is None else str(share) for share in shares]
    return _Row(cut, [*cells, format_number(treated), *numbers, links], shares)


def _read(folder: Path) -> pd.DataFrame | None:
    """Results of a delivered folder; None where nothing is delivered, or nothing that can be read."""
    try:
        return read_results(folder / "results.csv") if (folder / MANIFEST).is_file() else None
    except (OSError, ValueError):
        return None


def _find(results: pd.DataFrame, keys: Keys) -> dict[str, float | None]:
    try:
        return get_stats(results, **keys)
    except KeyError:
        return {}


def _read_share(results: pd.DataFrame, headline: Headline) -> Share | None:
    """A headline number, None where the study does not declare it."""
    stats = _find(results, headline.keys)
    if not stats:
        return None
    # as in the tables, percentages are of all patients of the curve, not of those still at risk
    of = _find(results, headline.curve).get("n") if headline.curve else stats["N"]
    return Share(stats[headline.stat], stats["lcl"], stats["ucl"], of)


def _draw_trends(rows: Sequence[_Row]) -> str:
    """One small drawing a headline number across the cuts that are built; nothing of a single one."""
    built = [(row.cut.id, row.shares) for row in rows if row.shares is not None]
    if len(built) < 2:
        return ""
    drawings = []
    for place, headline in enumerate(HEADLINES):
        cuts = [(cut, shares[place] or Share(None, None, None, None)) for cut, shares in built]
        if any(share.p is not None for _, share in cuts):
            drawings.append(draw_trend(headline.heading, headline.name, cuts))
    if not drawings:
        return ""
    caption = "<figcaption>Across the cuts that are built, at equal distances: estimate and interval.</figcaption>"
    return "\n".join(['<figure class="trends">', *drawings, caption, "</figure>", ""])


def remember_study(out: Path, study: Study) -> None:
    """Keep where a study outside data/ is, so that the index lists it also when another study is run."""
    note = out / study.id / ELSEWHERE
    if study.folder.parent == DATA:
        note.unlink(missing_ok=True)
    else:
        note.write_text(f"{study.folder}\n", encoding="utf-8")


def list_indexed_studies(run: Study, out: Path | None = None) -> Iterator[Study]:
    """List the study just run, those remembered in the reports folder and those under data/.

    Parameters
    ----------
    run : Study
        The study just run.
    out : Path, optional
        The reports folder.

    Yields
    ------
    Study
        By name; those with a faulty study.yml, or without one by now, are left out.
    """
    remembered = sorted(out.glob(f"*/{ELSEWHERE}")) if out else []
    found = {run.id: run}
    for name in [*(note.read_text(encoding="utf-8").strip() for note in remembered), *list_studies()]:
        try:
            study = read_study(name)
        except UsageError:
            continue  # its own run says what is wrong with it
        found.setdefault(study.id, study)
    yield from (found[name] for name in sorted(found))
