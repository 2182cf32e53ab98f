"""Build one report: a study at a data cut, from the raw tables to the delivered folder."""

import json
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from helpers.delivery.chapters import Chapter, Literal, choose_parameters, list_chapters
from helpers.delivery.document import extract_displays, write_document
from helpers.delivery.provenance import collect_provenance, is_current, make_manifest
from helpers.delivery.publishing import publish, recover, reserve
from helpers.delivery.renderers import choose_renderer
from helpers.delivery.rendering import NOTEBOOK, RenderError
from helpers.delivery.runner import ChapterError, Progress, execute_chapters
from helpers.delivery.traceability import find_untraced_numbers
from helpers.intake.findings import make_findings_frame
from helpers.results.changes import Changes, NotCompared, compare_with_last, make_changes_frame
from helpers.results.cut import PUBLIC, CutData, open_cut
from helpers.results.delivered import INPUTS, MANIFEST, Delivered, find_delivered
from helpers.results.schema import format_frame, write_results
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
    earlier : Path, optional
        The reports folder with the report of the cut before; without one, `out`.
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
    earlier: Path | None = None
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
        If the study, the cut or a parameter is unknown, or a declared value does not fit; if another run is building
        the same cut at the same time.
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
    _refuse_other_audience(folder, order.audience)
    is_public = order.audience == PUBLIC
    earlier = None if is_public else _find_earlier(order.earlier or order.out, study, cut)
    provenance = collect_provenance(study, cut, earlier)
    asked = {**given, "study": study.id, "formats": sorted(order.formats), "renderer": order.renderer}
    asked["engine"] = renderer.version
    documents = tuple(folder / f"report.{to}" for to in order.formats)
    recover(folder)
    if not order.force and is_current(folder, provenance, asked):
        shutil.rmtree(failed_folder(folder), ignore_errors=True)
        with suppress(UsageError), reserve(folder):
            pass  # what killed runs left, patients' data among it, goes also where nothing is built
        progress(f"{study.id}, {cut.id}: current, nothing to do (--force builds anyway)")
        return Delivery(folder, documents, built=False)
    data = open_cut(order.study, order.cut, order.audience)
    with reserve(folder) as place:
        progress(f"{study.id}, {cut.id}: {len(chapters)} chapters")
        building, project = place / "delivered", place / "project"
        changes = compare_with_last(data, order.earlier or order.out)
        write_data(data, changes, building)
        # executed chapters hold code, and the public sees none
        notebooks = (place if is_public else building) / "notebooks"
        executed = _execute(chapters, parameters, notebooks, order, progress, folder)
        extract_displays(executed, building, study)
        _make_project(project, study)
        write_document(executed, data, provenance, project / NOTEBOOK)
        progress(f"  rendering {', '.join(order.formats)} with {renderer.version}")
        # what the public sees is checked in any case
        formats = tuple(dict.fromkeys((*order.formats, "html"))) if is_public else order.formats
        rendered = renderer.render(project, formats)
        html = rendered.get("html")
        untraced = find_untraced_numbers(html, data, changes) if html else []
        if untraced and is_public:
            raise RenderError(
                renderer.name, "html", f"not for the public, no result accounts for: {'; '.join(untraced)}"
            )
        for to in order.formats:
            shutil.move(rendered[to], building / rendered[to].name)
        manifest = make_manifest(provenance, asked, renderer.version, building)
        (building / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        publish(building, folder)
        shutil.rmtree(failed_folder(folder), ignore_errors=True)
    return Delivery(folder, documents, tuple(untraced))


def _refuse_other_audience(folder: Path, audience: str) -> None:
    """A report for others is not replaced: what co-authors are given must not pass for the public version."""
    try:
        made_for = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["asked"]["audience"]
    except (OSError, ValueError, KeyError, TypeError):
        return  # no report, or one that cannot be read and is built anew
    if made_for != audience:
        raise UsageError(f"{folder} holds the report for {made_for}; name another folder for the {audience} (--out)")


def _find_earlier(reports: Path, study: Study, cut: Cut) -> Delivered | None:
    """Find the delivered report of the cut before, also where a killed run had moved it away."""
    before = study.get_cut_before(cut)
    if before is not None:
        recover(reports / study.id / before.id)
    return find_delivered(reports, study, before)


def _execute(
    chapters: list[Chapter],
    parameters: dict[str, dict[str, Literal]],
    executed: Path,
    order: Order,
    progress: Progress,
    folder: Path,
) -> list[Path]:
    """Execute the chapters; the notebook of a failed one is kept beside the delivered folder.

    A folder for the public keeps none: its code and its error may tell of patients.
    """
    executed.mkdir()
    reports = {"BLINA_REPORTS": str(order.earlier or order.out)}
    try:
        return execute_chapters(chapters, parameters, executed, order.jobs, progress, reports)
    except ChapterError as error:
        kept = Path(tempfile.mkdtemp(prefix="blina-")) if order.audience == PUBLIC else failed_folder(folder)
        kept.mkdir(exist_ok=True)
        notebook = Path(shutil.copy(error.notebook, kept / error.notebook.name))
        raise ChapterError(error.chapter, error.cell, notebook, error.reason) from error


def write_data(data: CutData, changes: Changes | NotCompared, folder: Path) -> None:
    """Write what a report delivers beside its documents: results, findings, datasets, changes, and what they are of.

    The public is given the protected results, and nothing else.

    Parameters
    ----------
    data : CutData
        The cut.
    changes : Changes or NotCompared
        What changed since the cut before.
    folder : Path
        A new folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_results(data.results, folder / "results.csv")
    if data.audience == PUBLIC:
        return
    (folder / "adam").mkdir()
    _write_frame(make_findings_frame(data.findings), folder / "findings.csv")
    for name, dataset in data.datasets.items():
        _write_frame(dataset, folder / "adam" / f"{name}.csv")
    if isinstance(changes, Changes):
        _write_frame(make_changes_frame(changes), folder / "changes.csv")
    _keep_inputs(data.study, data.cut, folder / INPUTS)


def _write_frame(frame: pd.DataFrame, file: Path) -> None:
    format_frame(frame).to_csv(file, index=False, lineterminator="\n", encoding="utf-8")


def _keep_inputs(study: Study, cut: Cut, folder: Path) -> None:
    """Keep what the numbers were made from, byte for byte: a later cut is compared with it, whatever is edited then."""
    raw = study.get_raw_folder(cut)
    tables = [raw / f"{name}.csv" for name in (*study.tables, *study.optional_tables)]
    for file in (study.folder / "study.yml", study.published_claims, *tables):
        if file.is_file():
            kept = folder / file.relative_to(study.folder)
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, kept)


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


def describe_state(study: Study, cut: Cut, out: Path) -> str:
    """State of a cut: failed where its last run failed; else missing, current, or stale.

    A delivered report is stale where any input or output differs from its manifest.
    """
    folder = out / study.id / cut.id
    recover(folder)
    if failed_folder(folder).is_dir():
        return "failed"
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        earlier = _find_earlier(out, study, cut)
        current = is_current(folder, collect_provenance(study, cut, earlier), manifest["asked"])
    except FileNotFoundError:
        return "missing"
    except (ValueError, KeyError, TypeError):
        return "stale"
    return "current" if current else "stale"
