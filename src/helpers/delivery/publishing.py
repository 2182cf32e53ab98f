"""Put a finished report in the place of the delivered one: whole, in one step, one run of a cut at a time.

Beside the folder of a cut there may be, all hidden: ``.{cut}.lock`` while a run builds it, ``.{cut}-xxxxxxxx`` in which
it builds, and, only where folders cannot be exchanged in one step, ``.{cut}.old`` for the moment between two renames.
"""

import ctypes
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from helpers.study.errors import UsageError

PATIENCE = 2.0
"""Seconds to wait for a cut: a command that only puts right what a killed run left holds it for a moment."""

_HERE, _EXCHANGE = -100, 2  # AT_FDCWD; RENAME_EXCHANGE on Linux, RENAME_SWAP on macOS
_RENAMEAT2 = {"x86_64": 316, "aarch64": 276}  # for a C library that does not have the function yet


def publish(finished: Path, folder: Path) -> None:
    """Put a finished folder in the place of the delivered one; call it with the cut reserved.

    Whenever the process is killed, `folder` is the old version or the new one, either complete. Where the system cannot
    exchange two folders, that holds once `recover` has looked.

    Parameters
    ----------
    finished : Path
        The new version, complete, on the same file system. Afterwards the old version is here, if there was one.
    folder : Path
        The delivered folder; it need not exist.

    Raises
    ------
    UsageError
        If the system does not let the folder be replaced; the old version stays.
    """
    # Nothing is flushed to the disk first: what a killed process has written is safe with the system. After a power
    # failure the sums in the manifest tell a damaged folder from a whole one, and the next run builds it again.
    try:
        if not folder.exists():
            finished.rename(folder)
        elif not _exchange(finished, folder):
            _exchange_by_renaming(finished, folder)
    except OSError as error:
        raise UsageError(f"the report in {folder} cannot be replaced: {error.strerror}") from error


def _exchange(first: Path, second: Path) -> bool:
    """Exchange two folders in one step; False where the system or the file system does not do that.

    Its error is not looked at: whatever hinders renaming too, the rename that is tried next says better.
    """
    names = os.fsencode(first), os.fsencode(second)
    try:
        library = ctypes.CDLL(None)
        if sys.platform == "darwin":
            return bool(library.renamex_np(*names, _EXCHANGE) == 0)
        arguments = (_HERE, names[0], _HERE, names[1], _EXCHANGE)
        if sys.platform == "linux" and hasattr(library, "renameat2"):
            return bool(library.renameat2(*arguments) == 0)
        if sys.platform == "linux" and sys.maxsize > 2**32:
            return bool(library.syscall(_RENAMEAT2[platform.machine()], *arguments) == 0)
    except (OSError, TypeError, AttributeError, KeyError):
        pass  # no C library to load, no such function in it, a processor whose number is not listed
    return False


def _exchange_by_renaming(finished: Path, folder: Path) -> None:
    """Exchange in three renames; after the first the old version is where `recover` finds it."""
    old = _old_folder(folder)
    folder.rename(old)
    try:
        finished.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    old.rename(finished)


@contextmanager
def reserve(folder: Path) -> Iterator[Path]:
    """Reserve a cut for one run; what killed runs of it left is put right first.

    A second run of the cut is refused and does not wait: most likely it would find nothing left to do, and a command
    that stands still without a word looks broken. The system itself ends the reservation of a killed run.

    Parameters
    ----------
    folder : Path
        The delivered folder, ``<reports>/<study>/<cut>``; it need not exist.

    Yields
    ------
    Path
        An empty folder to build in, on the file system of the delivered one; it is removed in the end.

    Raises
    ------
    UsageError
        If another run is building the cut, or the reports cannot be written.
    """
    with ExitStack() as stack:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(_lock(folder, PATIENCE))
            _tidy(folder)
            place = tempfile.TemporaryDirectory("", f".{folder.name}-", folder.parent, ignore_cleanup_errors=True)
            stack.enter_context(place)
        except Timeout as error:
            raise UsageError(f"cut '{folder.name}' of {folder.parent.name} is being built by another run") from error
        except OSError as error:
            raise UsageError(f"reports cannot be written to {folder.parents[1]}: {error.strerror}") from error
        yield Path(place.name)


def recover(folder: Path) -> None:
    """Put the old version back where a killed run had moved it away; call it before a delivered folder is read.

    Where the cut is reserved by a run, or the reports may only be read, nothing is done.
    """
    if not folder.exists() and _old_folder(folder).is_dir():
        with suppress(OSError), _lock(folder):
            _old_folder(folder).rename(folder)


@contextmanager
def _lock(folder: Path, patience: float = 0.0) -> Iterator[None]:
    """Hold the lock of a cut; filelock's Timeout, an OSError, where another process holds it."""
    file = folder.with_name(f".{folder.name}.lock")
    with FileLock(file, timeout=patience):
        try:
            yield
        finally:
            # while it is held: filelock does not take a lock file that has lost its name, but makes a new one
            with suppress(OSError):
                file.unlink()


def _old_folder(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _tidy(folder: Path) -> None:
    """Put right what killed runs left; only with the lock held."""
    old = _old_folder(folder)
    if old.is_dir():
        # it is renamed before it is removed: under its own name, where `recover` looks, it is only ever whole
        old.rename(folder.with_name(f".{folder.name}-old") if folder.exists() else folder)
    for path in folder.parent.glob(".*"):
        # without a further hyphen: what a run of the cut "2025-06" left is not that of the cut "2025"
        if re.fullmatch(rf"\.{re.escape(folder.name)}-[a-z0-9_]+", path.name) and path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
