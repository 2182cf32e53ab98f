"""Sentences that show that the parts of something add up to the whole."""

from collections.abc import Sequence

from helpers.display.absence import NotDerivableError, not_for_public, or_say_so
from helpers.display.formatting import format_number, within_sentence
from helpers.display.lookup import find_occurrence, get, note
from helpers.display.prose import Prose
from helpers.results.cut import CutData


@or_say_so
@not_for_public("That the parts add up")
def reconcile_outcomes(data: CutData, whole: str, parts: Sequence[str]) -> Prose:
    """Show that the kinds of an outcome add up to all who had it, in the first population it is analysed in.

    Parameters
    ----------
    data : CutData
        The cut.
    whole : str
        Code of the outcome.
    parts : sequence of str
        Codes of its kinds, of which a patient has one; a kind that the study does not declare has nobody.
    """
    item = find_occurrence(data, whole)
    keys = {"population": item.populations[0]}
    total = get(data, "proportion", param=whole, **keys)["n"]
    if total is None:
        raise NotDerivableError(f"{item.label}: {note(data, 'proportion', param=whole, **keys)}")
    declared = [kind for kind in data.study.occurrence_params if kind.param in parts]
    numbers = {kind.label: get(data, "proportion", param=kind.param, **keys)["n"] for kind in declared}
    if not numbers or None in numbers.values():
        raise NotDerivableError(f"{item.label}: its kinds are not known")
    added = sum(n or 0 for n in numbers.values())
    terms = " + ".join(f"{format_number(n)} {within_sentence(label)}" for label, n in numbers.items())
    verdict = "all patients with" if added == total else f"NOT the {format_number(total)} patients with"
    return Prose(f"**Reconciliation.** {terms} = {format_number(added)}, {verdict} {within_sentence(item.label)}.")
