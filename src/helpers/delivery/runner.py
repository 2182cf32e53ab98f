"""Execute the chapters with papermill, strictly and with progress."""

import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from helpers.delivery.chapters import KERNELSPEC, Chapter, Literal
from helpers.study.paths import NOTEBOOKS

Progress = Callable[[str], None]

ENVIRONMENT = {
    "JUPYTER_PREFER_ENV_PATH": "1",  # this environment's kernel, not one of the same name in the user's home
    "PYTHONHASHSEED": "0",  # sets iterate in the same order in every run
    "MPLBACKEND": "agg",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # the kernel's debugger is not used; its start-up warning would only confuse
}


class ChapterError(Exception):
    """A chapter failed.

    Parameters
    ----------
    chapter : str
        Its name.
    cell : int
        The failing cell, counted from 1 in the chapter as written.
    notebook : Path
        The executed notebook with the error in it.
    reason : str
        The error as Python reports it.
    """

    def __init__(self, chapter: str, cell: int, notebook: Path, reason: str) -> None:
        self.chapter, self.cell, self.notebook, self.reason = chapter, cell, notebook, reason
        super().__init__(f"chapter {chapter}, cell {cell}: {reason}\n  executed so far: {notebook}")


def execute_chapters(
    chapters: Sequence[Chapter],
    parameters: Mapping[str, Mapping[str, Literal]],
    folder: Path,
    jobs: int = 1,
    progress: Progress = lambda _: None,
    environment: Mapping[str, str] | None = None,
) -> list[Path]:
    """Execute chapters, several at a time, each in a kernel of its own.

    Parameters
    ----------
    chapters : sequence of Chapter
        What to execute.
    parameters : mapping
        For each chapter by name, its parameters.
    folder : Path
        An existing folder for the executed notebooks.
    jobs : int
        How many chapters run at once.
    progress : callable
        Told of every chapter that is done.
    environment : mapping of str to str, optional
        Variables that the kernels find in their environment, which leave no trace in a notebook.

    Returns
    -------
    list of Path
        The executed notebooks in the order of the chapters, without anything that differs from run to run.

    Raises
    ------
    ChapterError
        For the first chapter, in their order, that failed.
    """

    def execute(chapter: Chapter) -> Path:
        started = time.monotonic()
        notebook = _execute(chapter, parameters[chapter.name], folder)
        progress(f"  {chapter.name:<24}{time.monotonic() - started:6.1f} s")
        return notebook

    # papermill's own change of folder is one of the whole process: of two at once the later would not be taken back
    surroundings = _environment({**ENVIRONMENT, **(environment or {})})
    with surroundings, contextlib.chdir(NOTEBOOKS), ThreadPoolExecutor(max(1, jobs)) as pool:
        running = [pool.submit(execute, chapter) for chapter in chapters]
        try:
            return [future.result() for future in running]
        except ChapterError:
            pool.shutdown(cancel_futures=True)
            raise


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables that kernels inherit, and take them back."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _execute(chapter: Chapter, parameters: Mapping[str, Literal], folder: Path) -> Path:
    source, target = folder / f".{chapter.name}.source.ipynb", folder / f"{chapter.name}.ipynb"
    nbformat.write(chapter.notebook, source)
    with tempfile.TemporaryDirectory(prefix="blina-") as sockets:
        try:
            papermill.execute_notebook(
                source,
                target,
                dict(parameters),
                kernel_name=KERNELSPEC["name"],
                progress_bar=False,
                extra_arguments=["--IPKernelApp.log_level=50"],  # what concerns a chapter is in its notebook
                config=_kernel_config(sockets),
            )
        except PapermillExecutionError as error:
            # papermill counts from 0, with the cell of injected parameters: as written, counted from 1, it is the same
            raise ChapterError(chapter.name, error.cell_index, target, f"{error.ename}: {error.evalue}") from error
        except (DeadKernelError, CellTimeoutError, RuntimeError) as error:
            raise ChapterError(chapter.name, 0, target, f"the kernel failed: {error}") from error
        finally:
            source.unlink()
    _remove_traces_of_the_run(target)
    return target


def _kernel_config(sockets: str) -> Config:
    """Talk to the kernel through files of its own: patient data never pass through a network port.

    Each kernel needs a folder of its own; with jupyter's default name two kernels would answer each other's messages.
    """
    if sys.platform == "win32":
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/kernel"}})


def _remove_traces_of_the_run(file: Path) -> None:
    """Take out times, durations and machine paths, so that the same run gives the same bytes."""
    notebook = nbformat.read(file, as_version=4)
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("language_info", None)
    for number, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell["id"] = f"{file.stem.replace('_', '-')}-{number:02d}-injected"
    nbformat.write(notebook, file)
