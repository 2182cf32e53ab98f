"""Make again what was delivered, elsewhere: the tables alone, in seconds, or the whole report."""

import json
import re
import tempfile
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

from helpers.delivery.document import extract_displays
from helpers.delivery.file_differences import MISSING, Place, compare_sums, find_first_difference, show
from helpers.delivery.rendering import RenderError
from helpers.delivery.report import Order, build_report, write_data
from helpers.delivery.runner import ChapterError, Progress
from helpers.delivery.seal import Asked, Difference, Kind, Manifest, list_differing
from helpers.intake.findings import DataError
from helpers.results.changes import NotCompared, compare_with_last
from helpers.results.cut import open_cut
from helpers.results.delivered import MANIFEST
from helpers.study.errors import UsageError
from helpers.study.model import Study
from helpers.study.paths import DATA

_FROM_CHAPTERS = ("tables/", "figures/", "notebooks/", "report.")
_STUDY = re.compile(rb'^( *"study = ).*$', re.MULTILINE)


def restore_data(study: Study, asked: Asked, reports: Path, folder: Path, names: Collection[str]) -> None:
    """Write what a run writes before it executes a chapter, if any of these names is of it; nothing from faulty data.

    The changes since the cut before, which take longest, are computed only where they are asked for.
    """
    if all(name.startswith(_FROM_CHAPTERS) for name in names):
        return
    with suppress(UsageError, DataError):
        data = open_cut(_name(study), asked.cut, asked.audience)
        wanted = "changes.csv" in names
        write_data(data, compare_with_last(data, reports) if wanted else NotCompared("not asked for", False), folder)


def restore_displays(study: Study, notebooks: Sequence[Path], folder: Path) -> None:
    """Write the figures and tables that executed chapters hold."""
    extract_displays(notebooks, folder, study)


def compare_rebuilt(
    manifest: Manifest, study: Study, delivered: Path, reports: Path, jobs: int, progress: Progress
) -> list[Difference]:
    """Build a report as it was asked for, in a folder that is thrown away, and compare every file.

    Parameters
    ----------
    manifest : Manifest
        Its seal.
    study : Study
        Whose report.
    delivered, reports : Path
        The delivered folder, and the reports folder with the report of the cut before; neither is written to.
    jobs, progress
        As for a run.
    """
    asked = manifest.asked
    with tempfile.TemporaryDirectory(prefix="blina-verify-") as elsewhere:
        order = Order(
            study=_name(study),
            cut=asked.cut,
            formats=asked.formats,
            renderer=asked.renderer,
            audience=asked.audience,
            out=Path(elsewhere),
            earlier=reports,
            jobs=jobs,
            force=True,
            parameters=asked.model_extra or {},
        )
        try:
            built = build_report(order, progress).folder
        except ChapterError as error:
            place = Place(f"cell {error.cell}", "executed", f"failing ({error.reason})")
            return [Difference(Kind.REBUILT, f"notebooks/{error.chapter}.ipynb", place)]
        except RenderError as error:
            place = Place(error.format, "rendered", f"failing ({error.message})")
            return [Difference(Kind.REBUILT, "documents", place)]
        return _compare_folders(delivered, built)


def _compare_folders(delivered: Path, built: Path) -> list[Difference]:
    sealed, made = (json.loads((side / MANIFEST).read_bytes()) for side in (delivered, built))
    differences = []
    for key in list_differing(sealed, made):
        if key != "outputs":
            values = (show(str(side[key])) if key in side else MISSING for side in (sealed, made))
            differences.append(Difference(Kind.REBUILT, MANIFEST, Place(key, *values)))
    sealed, made = sealed["outputs"], made["outputs"]
    for name in list_differing(sealed, made):
        place = compare_sums(sealed.get(name), made.get(name))
        if name in sealed and name in made:
            versions = [(side / name).read_bytes() for side in (delivered, built)]
            if name.endswith(".ipynb") and len({_STUDY.sub(rb"\1", version) for version in versions}) == 1:
                continue  # an executed chapter says under which path it was given the study, which may have moved since
            place = find_first_difference(name, *versions)
        differences.append(Difference(Kind.REBUILT, name, place))
    return differences


def _name(study: Study) -> str:
    """How a run is told of a study: by its name where it is under data/, by its path elsewhere."""
    return study.folder.name if study.folder.parent == DATA else str(study.folder)
