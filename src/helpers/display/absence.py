"""What a chapter shows where a study has nothing to show: one honest sentence.

What a study does not declare is not missed: a report leaves out a section in which nothing else stands (see
`helpers.delivery.document`). What it declares and its data cannot support is said.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from helpers.display.prose import Prose

P = ParamSpec("P")
Shown = TypeVar("Shown")

NOT_DECLARED, NOT_DERIVABLE = "not-declared", "not-derivable"
"""Keys in the metadata of an output that stands in for a display, and says why there is none."""


class NotInStudyError(LookupError):
    """A study does not declare what a chapter wants to show; the message says which."""


class NotDerivableError(NotInStudyError):
    """A study declares what a chapter wants to show, but its data cannot support it; the message says why."""


class Absence(Prose):
    """The sentence that stands in for a display; its metadata say why there is none."""

    __slots__ = ("reason",)
    reason: str

    def __new__(cls, text: str, reason: str) -> "Absence":
        """Make the sentence; `reason` is `NOT_DECLARED` or `NOT_DERIVABLE`."""
        sentence = super().__new__(cls, text)
        sentence.reason = reason
        return sentence

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, str], dict[str, bool]]:
        return {"text/markdown": str(self), "text/plain": str(self)}, {self.reason: True}


def or_say_so(show: Callable[P, Shown]) -> Callable[P, Shown | Prose]:
    """Let a display function show a sentence where the study has nothing of the kind.

    The same chapters serve all studies, and no study has everything.
    """

    @wraps(show)
    def shown(*args: P.args, **kwargs: P.kwargs) -> Shown | Prose:
        try:
            return show(*args, **kwargs)
        except NotDerivableError as absence:
            return Absence(f"*{absence}.*", NOT_DERIVABLE)
        except NotInStudyError as absence:
            return Absence(f"*{absence}.*", NOT_DECLARED)

    return shown
