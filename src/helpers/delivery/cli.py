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
    from helpers.delivery.report import Delivery
    from helpers.study.model import Study

EXIT_DATA, EXIT_USAGE, EXIT_CHAPTER, EXIT_RENDERING = 1, 2, 3, 4
EXIT_PROGRAM = 70
FORMATS = ("html", "pdf", "docx")


def _exit_with_its_code(command: Callable[..., None]) -> Callable[..., None]:
    """Turn the errors a user can act on into a message and their exit code; all others keep their traceback."""

    @wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> None:
        from helpers.delivery.rendering import RenderError
        from helpers.delivery.runner import ChapterError
        from helpers.intake.findings import DataError
        from helpers.study.errors import UsageError

        codes: dict[type[Exception], int] = {
            DataError: EXIT_DATA,
            UsageError: EXIT_USAGE,
            ChapterError: EXIT_CHAPTER,
            RenderError: EXIT_RENDERING,
        }
        try:
            command(*args, **kwargs)
        except tuple(codes) as error:
            _fail(str(error), next(code for kind, code in codes.items() if isinstance(error, kind)))
        except Exception:
            # a fault of the program, not of the data: its traceback, and a code that means nothing else
            traceback.print_exc()
            sys.exit(EXIT_PROGRAM)

    return guarded


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
@click.option("--audience", default="coauthors", show_default=True, help="For whom the report is made.")
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
    """Build the report of a study at a cut."""
    from helpers.delivery.report import Order, build_report
    from helpers.study.errors import UsageError
    from helpers.study.paths import REPORTS
    from helpers.study.reading import find_study, list_studies, read_cut, read_study

    if cut and all_cuts:
        raise UsageError("--cut and --all-cuts exclude each other")
    declared = read_study(study)
    ids = [known.id for known in declared.cuts]
    chosen = ids if all_cuts else [read_cut(declared, cut).id] if cut else ids[-1:]
    name = study if study in list_studies() else str(find_study(study))
    for cut_id in chosen:
        order = Order(
            study=name,
            cut=cut_id,
            formats=_read_formats(to),
            renderer=renderer,
            audience=audience,
            out=(out or REPORTS).resolve(),
            jobs=jobs,
            force=force,
            parameters=dict(_read_parameter(text) for text in parameter),
        )
        delivery = build_report(order, _say)
        for number in delivery.untraced:
            _say(f"warning: a number that no result accounts for: {number}")
        for document in delivery.documents:
            click.echo(_shown(document))
        _keep_index(delivery, declared)


def _keep_index(delivery: "Delivery", study: "Study") -> None:
    """Bring the index of the reports folder up to date where a report was built, or where there is none."""
    out = delivery.folder.parents[1]
    if delivery.built or not (out / "index.html").is_file():
        from helpers.delivery.index import list_indexed_studies, write_index

        write_index(out, list(list_indexed_studies(study)))


def _read_formats(text: str) -> tuple[str, ...]:
    from helpers.study.errors import UnknownNameError

    formats = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for name in formats or ("",):
        if name not in FORMATS:
            raise UnknownNameError("format", name, FORMATS)
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
