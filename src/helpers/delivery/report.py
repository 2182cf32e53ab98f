"""Build one report: a study at a data cut, from the raw tables to the delivered folder."""

import csv
import json
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from helpers.delivery.chapters import Chapter, Literal, choose_parameters, list_chapters
from helpers.delivery.document import extract_displays, write_document
from helpers.delivery.provenance import MANIFEST, collect_provenance, is_current, make_manifest
from helpers.delivery.renderers import choose_renderer
from helpers.delivery.rendering import NOTEBOOK
from helpers.delivery.runner import ChapterError, Progress, execute_chapters
from helpers.delivery.traceability import find_untraced_numbers
from helpers.intake.findings import make_findings_frame
from helpers.results.cut import CutData, open_cut
from helpers.results.schema import format_exactly, write_results
from helpers.study.errors import UsageError
from helpers.study.model import Cut, Study
from helpers.study.paths import BIBLIOGRAPHY, QUARTO_CONFIG, REPORTS, ROOT
from helpers.study.reading import read_cut, read_study

RESERVED = {"study", "cut", "audience"}
THEME = Path(__file__).resolve().parent / "theme"


@dataclass(frozen=True)
class Order:
    """What is asked for.

    Attributes
    ----------
    study : str
        Name under data/, or path.
    cut : str
        Id of the cut.
    formats : tuple of str
        html, pdf, docx.
    renderer : str
        auto, quarto or embedded.
    audience : str
        For whom.
    out : Path
        The reports folder.
    jobs : int
        How many chapters run at once.
    force : bool
        Build also where the delivered report is current.
    parameters : dict
        Further parameters of the chapters.
    """

    study: str
    cut: str
    formats: tuple[str, ...] = ("html", "pdf", "docx")
    renderer: str = "auto"
    audience: str = "coauthors"
    out: Path = REPORTS
    jobs: int = 2
    force: bool = False
    parameters: dict[str, Literal] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivery:
    """A delivered report: its folder, its documents, and numbers in its text that no source accounts for.

    `built` is False where the delivered report was current and nothing was done.
    """

    folder: Path
    documents: tuple[Path, ...]
    untraced: tuple[str, ...] = ()
    built: bool = True


def build_report(order: Order, progress: Progress = lambda _: None) -> Delivery:
    """Build a report beside the delivered one and put it in its place when it is complete.

    Raises
    ------
    UsageError
        If the study, the cut or a parameter is unknown, or a declared value does not fit.
    DataError
        If the raw data have errors.
    ChapterError
        If a chapter fails; its executed notebook stays beside the delivered folder.
    RenderError
        If a document cannot be made.
    """
    chapters = list_chapters()
    for name in RESERVED & set(order.parameters):
        raise UsageError(f"parameter '{name}' is set by STUDY, --cut and --audience")
    given = {"study": order.study, "cut": order.cut, "audience": order.audience, **order.parameters}
    parameters = choose_parameters(chapters, given)
    renderer = choose_renderer(order.renderer)
    study = read_study(order.study)
    cut = read_cut(study, order.cut)
    folder = order.out / study.id / cut.id
    provenance = collect_provenance(study, cut)
    asked = {**given, "study": study.id, "formats": sorted(order.formats), "renderer": order.renderer}
    asked["engine"] = renderer.version
    documents = tuple(folder / f"report.{to}" for to in order.formats)
    if not order.force and is_current(folder, provenance, asked):
        shutil.rmtree(failed_folder(folder), ignore_errors=True)
        progress(f"{study.id}, {cut.id}: current, nothing to do (--force builds anyway)")
        return Delivery(folder, documents, built=False)
    data = open_cut(order.study, order.cut, order.audience)
    progress(f"{study.id}, {cut.id}: {len(chapters)} chapters")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"reports cannot be written to {order.out}: {error.strerror}") from error
    with tempfile.TemporaryDirectory(prefix=f".{cut.id}-", dir=folder.parent) as name:
        building, project = Path(name) / "delivered", Path(name) / "project"
        _write_data(data, building)
        executed = _execute(chapters, parameters, building / "notebooks", order.jobs, progress, folder)
        extract_displays(executed, building, mark="SYNTHETIC" if study.synthetic else "")
        _make_project(project, study)
        write_document(executed, data, provenance, project / NOTEBOOK)
        progress(f"  rendering {', '.join(order.formats)} with {renderer.version}")
        for document in renderer.render(project, order.formats).values():
            shutil.move(document, building / document.name)
        html = building / "report.html"
        untraced = find_untraced_numbers(html, data) if html.exists() else []
        manifest = make_manifest(provenance, asked, renderer.version, building)
        (building / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        _publish(building, folder)
    return Delivery(folder, documents, tuple(untraced))


def _execute(
    chapters: list[Chapter],
    parameters: dict[str, dict[str, Literal]],
    executed: Path,
    jobs: int,
    progress: Progress,
    folder: Path,
) -> list[Path]:
    """Execute the chapters; the notebook of a failed one is kept beside the delivered folder."""
    executed.mkdir()
    try:
        return execute_chapters(chapters, parameters, executed, jobs, progress)
    except ChapterError as error:
        kept = failed_folder(folder)
        kept.mkdir(exist_ok=True)
        notebook = Path(shutil.copy(error.notebook, kept / error.notebook.name))
        raise ChapterError(error.chapter, error.cell, notebook, error.reason) from error


def _write_data(data: CutData, folder: Path) -> None:
    (folder / "adam").mkdir(parents=True)
    write_results(data.results, folder / "results.csv")
    _write_frame(make_findings_frame(data.findings), folder / "findings.csv")
    for name, dataset in data.datasets.items():
        _write_frame(dataset, folder / "adam" / f"{name}.csv")


def _write_frame(frame: pd.DataFrame, file: Path) -> None:
    """Write a frame at full precision, dates as ISO, missing cells empty."""
    text = frame.copy()
    for column in frame.columns:
        if pd.api.types.is_float_dtype(frame[column]):
            text[column] = [format_exactly(value) for value in frame[column]]
        if pd.api.types.is_datetime64_any_dtype(frame[column]):
            text[column] = frame[column].dt.strftime("%Y-%m-%d")
    text.to_csv(file, index=False, lineterminator="\n", encoding="utf-8", quoting=csv.QUOTE_MINIMAL)


def _make_project(folder: Path, study: Study) -> None:
    """Lay out what a renderer needs, at the paths that _quarto.yml names."""
    folder.mkdir()
    shutil.copy(QUARTO_CONFIG, folder)
    shutil.copy(BIBLIOGRAPHY, folder)
    theme = folder / THEME.relative_to(ROOT)
    shutil.copytree(THEME, theme, ignore=shutil.ignore_patterns("__pycache__"))
    if study.synthetic:
        # Word takes its page header from the reference document and from nowhere else
        shutil.copy(theme / "reference-synthetic.docx", theme / "reference.docx")


def failed_folder(folder: Path) -> Path:
    """Where the notebook of a failed chapter is kept: beside the delivered folder, until a run succeeds."""
    return folder.parent / f"{folder.name}.failed"


def _publish(building: Path, folder: Path) -> None:
    """Swap the finished folder in; the old one goes only once the new one is complete."""
    shutil.rmtree(failed_folder(folder), ignore_errors=True)
    old = building.parent / "old"
    if folder.exists():
        folder.rename(old)
    try:
        building.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise


def describe_state(study: Study, cut: Cut, out: Path) -> str:
    """State of a delivered report: missing, current, or stale where any input or output differs from its manifest."""
    folder = out / study.id / cut.id
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        current = is_current(folder, collect_provenance(study, cut), manifest["asked"])
    except FileNotFoundError:
        return "missing"
    except (ValueError, KeyError, TypeError):
        return "stale"
    return "current" if current else "stale"
