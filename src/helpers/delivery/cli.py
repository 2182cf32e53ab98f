"""The command line, ``blina-dli``; its exit codes are those a script can act on."""

import ast
import os
import sys
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from helpers.delivery.report import Order
    from helpers.study.model import Study

EXIT_DATA, EXIT_USAGE, EXIT_CHAPTER, EXIT_RENDERING = 1, 2, 3, 4
EXIT_PROGRAM = 70
FORMATS = ("html", "pdf", "docx")


def _exit_with_its_code(command: Callable[..., None]) -> Callable[..., None]:
    """Turn the errors a user can act on into a message and their exit code; all others keep their traceback."""

    @wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> None:
        codes = _list_codes()
        try:
            command(*args, **kwargs)
        except tuple(codes) as error:
            _fail(str(error), _find_code(error))
        except Exception:
            # a fault of the program, not of the data: its traceback, and a code that means nothing else
            traceback.print_exc()
            sys.exit(EXIT_PROGRAM)

    return guarded


def _list_codes() -> dict[type[Exception], int]:
    from helpers.delivery.rendering import RenderError
    from helpers.delivery.runner import ChapterError
    from helpers.intake.findings import DataError
    from helpers.study.errors import UsageError

    return {
        DataError: EXIT_DATA,
        UsageError: EXIT_USAGE,
        ChapterError: EXIT_CHAPTER,
        RenderError: EXIT_RENDERING,
    }


def _find_code(error: Exception) -> int:
    return next(code for kind, code in _list_codes().items() if isinstance(error, kind))


def _fail(message: str, code: int) -> NoReturn:
    click.echo(f"blina-dli: {message}", err=True)
    sys.exit(code)


def _say(message: str) -> None:
    click.echo(message, err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="blina-dli")
def main() -> None:
    """From raw patient tables to one publication-style report per data cut.

    STUDY is the name of a folder under data/, or the path of a study folder anywhere.

    \b
    Exit codes: 0 done · 1 the data have errors · 2 wrong usage · 3 a chapter failed · 4 rendering failed
    """  # noqa: D301 - click wants the control character itself


@main.command()
@click.argument("study")
@click.option("--cut", help="Id of the cut; without it, the study's last cut.")
@click.option("--all-cuts", is_flag=True, help="Every cut of the study.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Reports folder instead of reports/.")
@click.option("--to", default="html,pdf,docx", show_default=True, help="Formats, separated by commas.")
@click.option("--renderer", type=click.Choice(["auto", "quarto", "embedded"]), default="auto", show_default=True)
@click.option(
    "--audience", default="coauthors", show_default=True, help="For whom the report is made: coauthors or public."
)
@click.option("--jobs", type=click.IntRange(min=1), default=os.cpu_count() or 1, help="Chapters run at once.")
@click.option("--force", is_flag=True, help="Build also where the delivered report is current.")
@click.option("-p", "--parameter", multiple=True, metavar="NAME=VALUE", help="A further parameter of the chapters.")
@_exit_with_its_code
def run(
    study: str,
    cut: str | None,
    all_cuts: bool,
    out: Path | None,
    to: str,
    renderer: str,
    audience: str,
    jobs: int,
    force: bool,
    parameter: tuple[str, ...],
) -> None:
    """Build the report of a study at a cut.

    With --all-cuts, a cut that fails does not stop the others; the exit code is that of the first that failed.
    """
    from helpers.delivery.report import Order
    from helpers.results.cut import PUBLIC
    from helpers.study.errors import UsageError
    from helpers.study.paths import PUBLIC_REPORTS, REPORTS
    from helpers.study.reading import find_study, list_studies, read_cut, read_study

    if cut and all_cuts:
        raise UsageError("--cut and --all-cuts exclude each other")
    declared = read_study(study)
    ids = [known.id for known in declared.cuts]
    chosen = ids if all_cuts else [read_cut(declared, cut).id] if cut else ids[-1:]
    name = study if study in list_studies() else str(find_study(study))
    failed: dict[str, Exception] = {}
    for number, cut_id in enumerate(chosen, 1):
        order = Order(
            study=name,
            cut=cut_id,
            formats=_read_formats(to),
            renderer=renderer,
            audience=audience,
            out=(out or (PUBLIC_REPORTS if audience == PUBLIC else REPORTS)).resolve(),
            jobs=jobs,
            force=force,
            parameters=dict(_read_parameter(text) for text in parameter),
        )
        error = _build_cut(order, declared, number, len(chosen))
        if error is not None:
            failed[cut_id] = error
    if failed:
        if len(chosen) > 1:
            _say(f"blina-dli: {len(failed)} of {len(chosen)} cuts failed: {', '.join(failed)}")
        sys.exit(_find_code(next(iter(failed.values()))))


def _build_cut(order: "Order", study: "Study", number: int, total: int) -> Exception | None:
    """Build one of several cuts and bring the index up to date; say, keep and return an error of this cut alone."""
    from helpers.delivery.failures import FAILURES, is_of_the_order, record_failure
    from helpers.delivery.report import build_report
    from helpers.results.cut import PUBLIC
    from helpers.study.errors import UsageError

    place = f"{number}/{total} " if total > 1 else ""
    failed: Exception | None = None
    try:
        delivery = build_report(order, lambda text: _say(text if text.startswith(" ") else f"{place}{text}"))
    except (*FAILURES, UsageError) as error:
        # wrong usage shows at the first cut; later, it is of that cut, such as one that another run is building
        if is_of_the_order(error) or (number == 1 and isinstance(error, UsageError)):
            raise
        _say(f"blina-dli: {f'{place}{study.id}, {order.cut}: ' if place else ''}{error}")
        failed = error
    else:
        for untraced in delivery.untraced:
            _say(f"warning: a number that no result accounts for: {untraced}")
        for document in delivery.documents:
            click.echo(_shown(document))
    try:
        # a folder for the public holds no message that may tell of patients, and no index of what co-authors see
        if order.audience != PUBLIC:
            if isinstance(failed, FAILURES):
                record_failure(order.out / study.id / order.cut, failed)
            _keep_index(order.out, study)
    except OSError as error:
        _say(f"warning: the index in {order.out} is not up to date: {error.strerror}")
    return failed


def _keep_index(out: Path, study: "Study") -> None:
    from helpers.delivery.index import list_indexed_studies, remember_study, write_index

    remember_study(out, study)
    write_index(out, list(list_indexed_studies(study, out)))


def _read_formats(text: str, known: tuple[str, ...] = FORMATS) -> tuple[str, ...]:
    from helpers.study.errors import UnknownNameError

    formats = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for name in formats or ("",):
        if name not in known:
            raise UnknownNameError("format", name, known)
    return formats


def _read_parameter(text: str) -> tuple[str, Any]:
    from helpers.study.errors import UsageError

    name, equals, value = text.partition("=")
    if not (name and equals):
        raise UsageError(f"parameter '{text}' is not written NAME=VALUE")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


def _shown(path: Path) -> Path:
    """A path as short as it can be said."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


@main.command()
@click.argument("study")
@click.option("--cut", help="Id of a cut; the raw tables are checked as they are known to it.")
@_exit_with_its_code
def validate(study: str, cut: str | None) -> None:
    """Check the raw tables of a study and print the findings."""
    from helpers.results.cut import open_cut
    from helpers.study.reading import read_cut, read_study

    declared = read_study(study)
    data = open_cut(study, read_cut(declared, cut).id if cut else declared.cuts[-1].id)
    for finding in data.findings:
        click.echo(str(finding))
    records = sum(len(table) for table in data.tables.values())
    _say(f"{len(data.tables)} tables, {records} records, {len(data.findings)} findings")


@main.command()
@click.argument("study")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Reports folder instead of reports/.")
@_exit_with_its_code
def cuts(study: str, out: Path | None) -> None:
    """List the cuts of a study, and which reports are built and current."""
    from helpers.delivery.report import describe_state
    from helpers.study.paths import REPORTS
    from helpers.study.reading import read_study

    declared = read_study(study)
    for cut in declared.cuts:
        date = cut.date.isoformat() if cut.date else "not stated"
        state = describe_state(declared, cut, (out or REPORTS).resolve())
        click.echo(f"{cut.id:<16}{date:<14}{state:<10}{cut.label}")


@main.command()
@click.argument("study")
@click.argument("cut_a")
@click.argument("cut_b")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Reports folder instead of reports/.")
@click.option("--to", default="", help="Also as files, csv and html, separated by commas, beside the study's reports.")
@_exit_with_its_code
def diff(study: str, cut_a: str, cut_b: str, out: Path | None, to: str) -> None:
    """Say what changed from one cut to another, and why.

    The earlier cut is taken as its report was delivered, where it was; the later one as today's data give it.
    """
    from helpers.delivery.differences import FORMATS, write_differences, write_text
    from helpers.results.changes import compare_cuts
    from helpers.study.paths import REPORTS
    from helpers.study.reading import read_cut, read_study

    declared = read_study(study)
    old, new = read_cut(declared, cut_a), read_cut(declared, cut_b)
    formats = _read_formats(to, FORMATS) if to else ()
    reports = (out or REPORTS).resolve()
    changes = compare_cuts(declared, old, new, reports)
    click.echo(write_text(changes))
    for file in write_differences(changes, reports / declared.id, formats) if formats else ():
        _say(str(_shown(file)))


@main.command()
@click.argument("study")
@click.option("--cut", help="Id of the cut; without it, the study's last cut.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Reports folder instead of reports/.")
@click.option("--jobs", type=click.IntRange(min=1), default=os.cpu_count() or 1, help="Chapters run at once.")
@_exit_with_its_code
def verify(study: str, cut: str | None, out: Path | None, jobs: int) -> None:
    """Rebuild a report and compare it with what was delivered.

    What differs first is named, an input, a piece of the program or a delivered file; the exit code is then 1.
    """
    from helpers.delivery.verification import verify_report
    from helpers.study.paths import REPORTS
    from helpers.study.reading import read_cut, read_study

    declared = read_study(study)
    chosen = read_cut(declared, cut) if cut else declared.cuts[-1]
    found = verify_report(declared, chosen, out or REPORTS, jobs, _say)
    if found.differences:
        _fail(str(found), EXIT_DATA)
    click.echo(str(found))
