"""Every number a reader meets must come from somewhere: the results, or the study's own files.

That a number is found anywhere is not enough: 15/17 (88%, 95% CI 64–99%) must be one analysis, of what the words around
it name, of the stratum and at the time they name. Numbers of single patients account for nothing but the rows that show
single patients, those of print for nothing but the chapter on print; and nothing of either in a report for the public.
"""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from helpers.delivery.changed_facts import list_changed_words, list_patient_words, make_changed_facts, name_sides
from helpers.delivery.claim_numbers import ClaimNumbers
from helpers.delivery.derived_facts import derive_facts
from helpers.delivery.facts import make_facts, read_words
from helpers.delivery.numbers import SUM, Number, check_sums, list_statements
from helpers.delivery.patient_numbers import FINDINGS, PatientNumbers
from helpers.delivery.phrases import Phrases, list_declared_numbers, list_phrases
from helpers.delivery.tracing import AT, Context, Index, trace
from helpers.delivery.visible_text import Piece, read_pieces, split_sentences
from helpers.results.changes import Changes, NotCompared
from helpers.results.cut import CutData

CLAIMS, CHANGES, PRINTED = "sec-claims", "sec-since", "sec-printed"
"""Ids of the chapters on published claims and on what changed, which show numbers that no other chapter may, and of the
section that quotes the printed values of what cannot be derived."""
DECLARATIONS = "tbl-since-method"
"""Quotes study.yml, old and new, shortened, and so has no numbers but declared ones."""
RULES = {"sec-methods"}
"""Ids of the chapters that tell the rules a study declares."""
RULE_ROLES = {"", "rule", "days", "months", "years"}
GRADES = ("1", "2", "3", "4", "5")
NOTHING = Context(frozenset(), frozenset())


def find_untraced_numbers(report: Path, data: CutData, changes: Changes | NotCompared | None = None) -> list[str]:
    """Numbers of a rendered report that neither the results nor the study's files account for.

    Parameters
    ----------
    report : Path
        The HTML report.
    data : CutData
        Its cut; in a report for the public, numbers of single patients account for nothing.
    changes : Changes or NotCompared, optional
        What changed since the cut before, for the chapter that says so.

    Returns
    -------
    list of str
        Each such number with the words around it, in the order of the text.
    """
    tracer = Tracer(data, changes)
    return [found for piece in read_pieces(report.read_text(encoding="utf-8")) for found in tracer.check(piece)]


class Tracer:
    """Checks the pieces of a report one after the other.

    Parameters
    ----------
    data : CutData
        The cut.
    changes : Changes or NotCompared, optional
        What changed since the cut before.
    """

    def __init__(self, data: CutData, changes: Changes | NotCompared | None = None) -> None:
        printed = data.tables.get("reported_counts")
        facts = [*make_facts(data.results, data.study, printed), *derive_facts(data)]
        words = read_words(data.results, data.study)
        self._index = self._changed = Index(facts, words)
        self._phrases = self._changed_phrases = Phrases(list_phrases(data))
        self._dates = {cut.date.isoformat() for cut in data.study.cuts if cut.date}
        told = list_patient_words(changes) if isinstance(changes, Changes) else ()
        self._patients = PatientNumbers(data, told)
        if isinstance(changes, Changes):
            both = [*(replace(fact, side="new") for fact in facts), *make_changed_facts(changes)]
            self._changed = Index(both, words, name_sides(changes))
            self._changed_phrases = Phrases((*list_phrases(data), *list_changed_words(changes)))
            self._dates |= {cut.date.isoformat() for cut in (changes.old, changes.new) if cut.date}
        self._claims = ClaimNumbers(data)
        self._printed = Phrases(item.claim.printed for item in data.audited)
        self._spanners = {item.label.lower() for item in data.study.variables if item.name in data.study.strata}
        self._declared = set(list_declared_numbers(data.study))
        self._label: tuple[str, Context] = ("", NOTHING)
        self._patient: tuple[str, str] = ("", "")

    def check(self, piece: Piece) -> Iterator[str]:
        """Yield the numbers of a piece that nothing accounts for, each with the words around it."""
        yield from (_with_words(text, number) for text, number in self.find_untraced(piece))

    def find_untraced(self, piece: Piece) -> Iterator[tuple[str, Number]]:
        """Yield the numbers of a piece that nothing accounts for, each with the text it stands in."""
        if piece.display == DECLARATIONS:
            return
        if CLAIMS in piece.sections:
            yield from self._claims.check(piece)
            return
        is_changes = any(section.startswith(CHANGES) for section in piece.sections)
        index, phrases = (self._changed, self._changed_phrases) if is_changes else (self._index, self._phrases)
        plain, text = piece.text, phrases.blank(piece.text)
        if PRINTED in piece.sections:
            text = self._printed.blank(text)
        if not piece.is_cell:
            # rules are told where methods are, and in the notes under tables
            is_told = piece.kind == "note" or any(section in RULES for section in piece.sections)
            declared = self._declared if is_told else frozenset[str]()
            found = self._check_prose(plain, text, index)
            yield from ((within, n) for within, n in found if n.text not in declared or n.role not in RULE_ROLES)
        elif (display := self._patients.find_display(piece)) and (patient := self._find_patient(piece)):
            heading = piece.headings[-1] if piece.headings else ""
            for number in itertools.chain(*list_statements(text)):
                if number.text not in self._dates and not self._patients.account_for(
                    display, patient, heading, number.text
                ):
                    yield text, number
        else:
            yield from self._check_cell(piece, plain, text, index)

    def _find_patient(self, piece: Piece) -> str:
        """The patient a row is about: it names one, or goes on about the one before."""
        display, patient = self._patient
        # findings name the patient after the table and its row, all other tables in the first cell
        cells = piece.row if piece.display.startswith(FINDINGS) else piece.row[:1]
        patient = self._patients.find_patient(cells) or (patient if display == piece.display else "")
        self._patient = (piece.display, patient)
        is_label = piece.row[:1] == (piece.text,) and len(piece.row) > 1
        return patient if piece.headings or is_label else ""

    def _check_prose(self, plain: str, text: str, index: Index) -> Iterator[tuple[str, Number]]:
        yield from check_sums(text)
        context = NOTHING
        for start, end in split_sentences(plain):
            read = index.read_context(plain[start:end])
            context = read if read.subjects else replace(read, subjects=context.subjects)
            yield from self._check(text[start:end], index, context)

    def _check_cell(self, piece: Piece, plain: str, text: str, index: Index) -> Iterator[tuple[str, Number]]:
        is_heading = not piece.headings
        if is_heading and piece.row == GRADES:
            return  # grades head columns of their own
        is_label = piece.row[:1] == (piece.text,) and len(piece.row) > 1
        if is_heading and not is_label and piece.text.isdigit():
            yield from ((text, number) for number in itertools.chain(*list_statements(text)))
            return
        if is_heading and AT.match(piece.text.lower()):
            yield from ((text, n) for n in itertools.chain(*list_statements(text)) if not index.is_time(n.text))
            return
        about = piece.headings or (plain,)
        if len(about) > 2 and about[-2].lower() in self._spanners:
            about = (*about[:-2], about[-1])  # what strata are of is no subject where it spans their columns
        context = index.read_cell_context(about, piece.row)
        contexts = [context]
        display, label = self._label
        if not context.subjects and display == piece.display:
            # a row of a stratum goes on about the row before it
            contexts.append(replace(context, subjects=label.subjects))
        if is_heading and context.subjects and is_label:
            self._label = (piece.display, context)
        yield from self._check(text, index, *contexts)

    def _check(self, text: str, index: Index, context: Context, *more: Context) -> Iterator[tuple[str, Number]]:
        statements = list(list_statements(text))
        if not statements:
            return
        facts = [fact for about in (context, *more) for fact in index.choose(about)]
        sums = [found.span() for found in SUM.finditer(text)]
        for statement in statements:
            numbers = [number for number in statement if number.text not in self._dates]
            adds_up = any(start <= statement[0].start < end for start, end in sums)
            if adds_up and trace(numbers, index.choose(NOTHING), NOTHING):
                continue  # what adds up may be of several things
            if numbers and not trace(numbers, facts, context):
                # one by one, to name the numbers that are wrong
                wrong = [number for number in numbers if not trace([number], facts, context)]
                yield from ((text, number) for number in wrong or numbers)


def _with_words(text: str, number: Number) -> str:
    around = text[max(0, number.start - 40) : number.end + 40].replace("·", "")
    return f"{number.text} in “…{' '.join(around.split())}…”"
