"""What a chapter shows where a study has nothing to show: one honest sentence."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from helpers.display.prose import Prose

P = ParamSpec("P")
Shown = TypeVar("Shown")


class NotInStudyError(LookupError):
    """A study does not declare, or its data cannot support, what a chapter wants to show; the message says which."""


def or_say_so(show: Callable[P, Shown]) -> Callable[P, Shown | Prose]:
    """Let a display function show a sentence where the study has nothing of the kind.

    The same chapters serve all studies, and no study has everything.
    """

    @wraps(show)
    def shown(*args: P.args, **kwargs: P.kwargs) -> Shown | Prose:
        try:
            return show(*args, **kwargs)
        except NotInStudyError as absence:
            return Prose(f"*{absence}.*")

    return shown
