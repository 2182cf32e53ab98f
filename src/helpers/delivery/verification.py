"""Verify a delivered report: untouched, and what its study, this program and these packages give today."""

import tempfile
from pathlib import Path

from helpers.delivery.file_differences import MISSING, Place, compare_sums, find_first_difference
from helpers.delivery.provenance import Provenance, collect_provenance, sum_outputs
from helpers.delivery.publishing import recover
from helpers.delivery.rebuilding import compare_rebuilt, restore_data, restore_displays
from helpers.delivery.renderers import choose_renderer
from helpers.delivery.rendering import RenderError
from helpers.delivery.runner import Progress
from helpers.delivery.seal import Difference, Kind, Manifest, Verification, list_differing, read_manifest
from helpers.results.delivered import INPUTS, MANIFEST, BrokenSealError, Delivered, find_delivered
from helpers.study.errors import UsageError
from helpers.study.model import Cut, Study
from helpers.study.program import DISTRIBUTION, sum_of

_FOLDERS = {"notebooks": Kind.CHAPTER, "src": Kind.CODE, "reports": Kind.EARLIER}


def verify_report(
    study: Study, cut: Cut, out: Path, jobs: int = 2, progress: Progress = lambda _: None
) -> Verification:
    """Compare a delivered report with its seal and, where nothing differs, with a rebuild.

    What it was made from comes first, then the delivered files: of either, a comparison of sums names the culprit
    without building anything. Nothing in the reports folder is changed; the rebuild happens elsewhere and is thrown
    away.

    Parameters
    ----------
    study, cut : Study, Cut
        Whose report.
    out : Path
        The reports folder.
    jobs : int
        How many chapters of the rebuild run at once.
    progress : callable
        Told of every step.

    Raises
    ------
    UsageError
        If no report of the cut is delivered; the message names those that are.
    """
    out = out.resolve()
    folder, before = out / study.id / cut.id, study.get_cut_before(cut)
    for known in filter(None, (before, cut)):
        recover(out / study.id / known.id)
    if not folder.is_dir():
        others = sorted(file.parent.name for file in folder.parent.glob(f"[!.]*/{MANIFEST}"))
        raise UsageError(f"no report of {study.id}, {cut.id} in {out}; delivered: {', '.join(others) or 'none'}")
    manifest = read_manifest(folder, study, cut)
    if isinstance(manifest, Difference):
        return Verification(study.id, cut.id, (manifest,))
    earlier = find_delivered(out, study, before)
    differences = _compare_inputs(manifest, collect_provenance(study, cut, earlier), study, folder, earlier)
    progress(f"{study.id}, {cut.id}: what it was made from: {len(differences) or 'no'} difference(s)")
    touched = _compare_delivered(manifest, study, folder, out, restorable=not differences)
    progress(f"{study.id}, {cut.id}: what was delivered: {len(touched) or 'no'} difference(s)")
    differences += touched
    if not differences:
        differences = compare_rebuilt(manifest, study, folder, out, jobs, progress)
    counts = {name: len(getattr(manifest, name)) for name in ("inputs", "code", "packages", "outputs")}
    checked = "{inputs} inputs, {code} files of code and {packages} packages as sealed, ".format(**counts)
    checked += "{outputs} outputs equal after a rebuild".format(**counts)
    return Verification(study.id, cut.id, tuple(differences), checked)


def _compare_inputs(
    manifest: Manifest, provenance: Provenance, study: Study, folder: Path, earlier: Delivered | None
) -> list[Difference]:
    """Compare all that a report was made from; what is nearest to the data comes first."""
    sealed, found = manifest.inputs | manifest.code, provenance.inputs | provenance.code
    differences = []
    for name in list_differing(sealed, found):
        kind, place = _find_kind(name, study), compare_sums(sealed.get(name), found.get(name))
        if kind is Kind.EARLIER:
            place = _find_place_in_earlier(place, earlier)
        elif name in sealed and name in found:
            place = _find_place_in_input(name, sealed[name], study, folder) or place
        differences.append(Difference(kind, name, place))
    for name in list_differing(manifest.packages, provenance.packages):
        versions = (side.packages.get(name, MISSING) for side in (manifest, provenance))
        differences.append(Difference(Kind.PACKAGE, name, Place("", *versions)))
    if manifest.code == provenance.code and manifest.program != provenance.program:
        place = Place("", manifest.program, provenance.program)
        differences.append(Difference(Kind.PACKAGE, DISTRIBUTION, place))
    asked, engine = manifest.asked, _find_engine(manifest.asked.renderer)
    if asked.engine != engine:
        differences.append(Difference(Kind.RENDERER, f"--renderer {asked.renderer}", Place("", asked.engine, engine)))
    return sorted(differences, key=lambda difference: list(Kind).index(difference.kind))


def _find_kind(name: str, study: Study) -> Kind:
    own = _name_in_study(name, study)
    if own is None:
        return _FOLDERS.get(name.partition("/")[0], Kind.CONFIGURATION)
    if own == "study.yml":
        return Kind.STUDY
    return Kind.DATA if "/" in own else Kind.CONFIGURATION


def _name_in_study(name: str, study: Study) -> str | None:
    """Path of an input within the study's folder; None where it is not the study's own."""
    start = f"data/{study.id}/"
    return name.removeprefix(start) if name.startswith(start) else None


def _find_place_in_input(name: str, sealed: str, study: Study, folder: Path) -> Place | None:
    """Compare a file of the study with the copy that was delivered; None where there is none."""
    own = _name_in_study(name, study)
    kept = folder / INPUTS / (own or name)
    # a copy that was itself changed would accuse the wrong cell
    if own is None or not kept.is_file() or sum_of(kept.read_bytes()) != sealed:
        return None
    return find_first_difference(name, kept.read_bytes(), (study.folder / own).read_bytes())


def _find_place_in_earlier(sums: Place, earlier: Delivered | None) -> Place:
    """Say of the report of the cut before whether it was built again or, worse, changed by hand."""
    where, found = "the report of the cut before", sums.after
    try:
        if earlier is not None:
            earlier.check_seal()
    except BrokenSealError as error:
        found = f"{found} ({error})"
    return Place(f"{where}, {sums.where}" if sums.where else where, sums.before, found)


def _find_engine(renderer: str) -> str:
    try:
        return choose_renderer(renderer).version
    except RenderError as error:
        return f"{MISSING} ({error.message})"


def _compare_delivered(
    manifest: Manifest, study: Study, folder: Path, reports: Path, restorable: bool
) -> list[Difference]:
    """Compare the files of a delivered folder with their sums.

    Where a file was changed and can be made again without running a chapter, the place is found as well: tables and
    figures from the executed chapters, all other tables only where they are `restorable` from unchanged inputs.
    """
    sealed, found = manifest.outputs, sum_outputs(folder)
    places = {name: compare_sums(sealed.get(name), found.get(name)) for name in list_differing(sealed, found)}
    changed = [name for name in places if name in sealed and name in found]
    with tempfile.TemporaryDirectory(prefix="blina-verify-") as elsewhere:
        again = Path(elsewhere)
        if restorable:
            restore_data(study, manifest.asked, reports, again, changed)
        if changed:
            intact = [name for name in sealed if name.startswith("notebooks/") and name not in places]
            restore_displays(study, [folder / name for name in intact], again)
        for name in changed:
            original = again / name
            # however it was come by: what has the sealed sum is what was delivered
            if original.is_file() and sum_of(original.read_bytes()) == sealed[name]:
                places[name] = find_first_difference(name, original.read_bytes(), (folder / name).read_bytes())
    return [Difference(Kind.DELIVERED, name, place) for name, place in places.items()]
