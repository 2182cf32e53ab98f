"""What a chapter shows where a study has nothing to show: one honest sentence.

What a study does not declare is not missed: a report leaves out a section in which nothing else stands (see
`helpers.delivery.document`). What it declares and its data cannot support is said.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from helpers.display.prose import Prose
from helpers.results.cut import PUBLIC, CutData

P = ParamSpec("P")
Shown = TypeVar("Shown")

NOT_DECLARED, NOT_DERIVABLE, WITHHELD = "not-declared", "not-derivable", "withheld"
"""Keys in the metadata of an output that stands in for a display, and says why there is none."""


class NotInStudyError(LookupError):
    """A study does not declare what a chapter wants to show; the message says which."""


class NotDerivableError(NotInStudyError):
    """A study declares what a chapter wants to show, but its data cannot support it; the message says why."""


class WithheldError(NotInStudyError):
    """What a chapter wants to show is not for the public: it shows single patients or could be traced to some."""


def withhold_from_public(data: CutData, what: str) -> None:
    """Show what tells of single patients to co-authors only.

    Parameters
    ----------
    data : CutData
        The cut, with the audience its report is made for.
    what : str
        What is withheld, as a sentence begins with it, such as ``The patient listing``.

    Raises
    ------
    WithheldError
        If the report is made for the public.
    """
    if data.audience == PUBLIC:
        raise WithheldError(f"{what}: not part of the public version")


def not_for_public(what: str) -> Callable[[Callable[P, Shown]], Callable[P, Shown]]:
    """Let a display function whose first argument is the data of a cut refuse to show the public what it shows.

    Parameters
    ----------
    what : str
        As of `withhold_from_public`.
    """

    def decorate(show: Callable[P, Shown]) -> Callable[P, Shown]:
        @wraps(show)
        def shown(*args: P.args, **kwargs: P.kwargs) -> Shown:
            if isinstance(args[0], CutData):
                withhold_from_public(args[0], what)
            return show(*args, **kwargs)

        return shown

    return decorate


class Absence(Prose):
    """The sentence that stands in for a display; its metadata say why there is none."""

    __slots__ = ("reason",)
    reason: str

    def __new__(cls, text: str, reason: str) -> "Absence":
        """Make the sentence; `reason` is `NOT_DECLARED`, `NOT_DERIVABLE` or `WITHHELD`."""
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
        except WithheldError as absence:
            return Absence(f"*{absence}.*", WITHHELD)
        except NotInStudyError as absence:
            return Absence(f"*{absence}.*", NOT_DECLARED)

    return shown
