"""From one data cut to a later one in steps, each with one cause, so that every change of a number has its cause.

The steps are replayed with the program itself, none is guessed: the earlier report as it was delivered; its data with
today's declarations and code; its data as they are known to the later cut; the same events with longer follow-up; all
events of the same patients; all patients. What a step changes is the effect of its cause, given the steps before it,
and all steps together are the whole change.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from helpers.datasets.derivation import Datasets, derive_datasets
from helpers.datasets.occurrence import find_occurred
from helpers.intake.as_of_cut import take_as_of_cut
from helpers.intake.findings import DataError, refuse_errors
from helpers.intake.reading import RawData, Tables, read_raw_data, read_texts, type_tables
from helpers.results.delivered import Delivered
from helpers.results.flow import count_flow
from helpers.results.occurrence import analyse_occurrences, count_populations
from helpers.results.schema import format_frame, make_results
from helpers.results.source_values import Texts, find_identifier, list_source_changes
from helpers.results.time_to_event import analyse_time_to_event
from helpers.study.dictionary import CONTACT, LATER, read_dictionary
from helpers.study.model import TREATED, Cut, Study

METHOD, SOURCE, FOLLOW_UP, EVENT, PATIENT = CAUSES = (
    "changed method or code",
    "corrected source value",
    "longer follow-up",
    "new event",
    "new patient",
)
"""What changes a number, in the order of the steps."""


@dataclass(frozen=True)
class State:
    """What was known at a step.

    Attributes
    ----------
    results : DataFrame
        The analyses of all patients, without strata and tests.
    datasets : mapping of str to DataFrame
        The datasets as they are delivered, every cell as text.
    """

    results: pd.DataFrame
    datasets: Texts


@dataclass(frozen=True)
class Replay:
    """The way from the earlier cut to the later one.

    Attributes
    ----------
    before : State
        What the earlier report said.
    steps : mapping of str to State
        After each of `CAUSES`, in their order; the last is what the later report says.
    source_changes : DataFrame
        Raw values that are not what they were, from `list_source_changes`.
    joining : frozenset of str
        Patients known to the earlier cut who are treated only by the later one: new in every number.
    """

    before: State
    steps: Mapping[str, State]
    source_changes: pd.DataFrame
    joining: frozenset[str]


def replay_cuts(study: Study, earlier: Cut, later: Cut, delivered: Delivered | None) -> Replay:
    """Replay the way from one cut of a study to a later one.

    Parameters
    ----------
    study : Study
        As it is declared today.
    earlier, later : Cut
        Two of its cuts.
    delivered : Delivered or None
        The report of the earlier cut as it was delivered; without one, it is what today's program makes of its data,
        so that no change of method can show.

    Raises
    ------
    DataError
        If the raw tables of either cut, or those of a step between them, have errors by today's rules.
    """
    known_then = _read_then(study, earlier, delivered)
    known_now = read_raw_data(study, later)
    then, now = (_derive(known.tables, study) for known in (known_then, known_now))
    who = _sort_patients(then.adsl, now.adsl)
    texts, _ = read_texts(study, study.get_raw_folder(later))
    date = delivered.cut.date if delivered else earlier.date
    as_of_then = take_as_of_cut(texts, read_dictionary(), study.patients.table, date).texts
    corrected = _keep_patients(as_of_then, who.there)
    limited, source = _correct(corrected, known_then.texts, who, study)
    reached = _put_together(limited, known_then.texts, who)
    steps = {METHOD: make_state(then)}
    is_corrected = not _are_equal(reached, _put_together(known_then.texts, known_then.texts, who))
    steps[SOURCE] = state = make_state(source) if is_corrected else steps[METHOD]
    followed = _take_contacts(limited, known_now.texts)
    for cause, known in ((FOLLOW_UP, followed), (EVENT, known_now.texts)):
        tables = _put_together(known, known_then.texts, who)
        if not _are_equal(tables, reached):
            state = make_state(_derive(type_tables(tables), study))
        steps[cause], reached = state, tables
    steps[PATIENT] = make_state(now)
    before = State(delivered.results, delivered.datasets) if delivered else steps[METHOD]
    changes = list_source_changes(_keep_patients(known_then.texts, who.there), limited)
    return Replay(before, steps, changes, who.joining)


def make_state(data: Datasets) -> State:
    """Analyse all patients, without strata and tests: what the headline numbers are taken from."""
    study = data.study.model_copy(update={"strata": (), "comparisons": ()})
    rows = (
        count_flow(data.adsl, study)
        + count_populations(data.adsl, data.sources, study)
        + analyse_occurrences(
            data.adsl, find_occurred(data.occurrences, data.adsl, study.occurrence_params), data.sources, study
        )
        + analyse_time_to_event(data.adsl, data.time_to_event, study)
    )
    return State(make_results(rows), {name: format_frame(frame) for name, frame in data.datasets.items()})


def _derive(tables: Tables, study: Study) -> Datasets:
    """Derive the datasets, and refuse those whose dates contradict each other, as a report of them would be."""
    data = derive_datasets(tables, study)
    refuse_errors(data.find_contradictions())
    return data


def _read_then(study: Study, earlier: Cut, delivered: Delivered | None) -> RawData:
    """Read the earlier cut's own raw tables, those of its report where it was delivered, by today's rules."""
    if delivered is None:
        return read_raw_data(study, earlier)
    return read_raw_data(study.model_copy(update={"folder": delivered.inputs}), delivered.cut)


@dataclass(frozen=True)
class _Patients:
    """Patients of the earlier cut: all of them, and those of them who are treated only by the later one."""

    there: frozenset[str]
    joining: frozenset[str]


def _sort_patients(then: pd.DataFrame, now: pd.DataFrame) -> _Patients:
    treated_then, treated_now = (set(adsl.loc[adsl[TREATED] == "Y", "USUBJID"]) for adsl in (then, now))
    there = frozenset(then["USUBJID"])
    return _Patients(there, frozenset((treated_now - treated_then) & there))


def _keep_patients(texts: Texts, patients: Collection[str]) -> dict[str, pd.DataFrame]:
    """The records of some patients; a table that names no patients is kept whole."""
    kept = {}
    for name, text in texts.items():
        identifier = find_identifier(name)
        kept[name] = text if identifier is None else text[text[identifier].isin(patients)]
    return kept


def _put_together(known: Texts, then: Texts, who: _Patients) -> dict[str, pd.DataFrame]:
    """Records of the patients of the earlier cut; who joins later is known as then, until the last step."""
    same, joining = _keep_patients(known, who.there - who.joining), _keep_patients(then, who.joining)
    tables = {}
    for name, text in same.items():
        parts = [text]
        if name in joining and find_identifier(name) and len(joining[name]):
            parts.append(joining[name].reindex(columns=text.columns, fill_value=""))
        together = pd.concat(parts, ignore_index=True)
        tables[name] = together.set_axis(pd.RangeIndex(1, len(together) + 1))
    return tables


def _with_role(name: str, text: pd.DataFrame, role: str) -> list[str]:
    columns = read_dictionary()[name]
    return [column for column in text.columns if column in columns and columns[column].as_of_cut == role]


def _limit_contacts(texts: Texts, then: Texts, but: Collection[str] = ()) -> dict[str, pd.DataFrame]:
    """Take back what a later contact tells of an earlier day: that is longer follow-up, not a correction.

    Who is seen in July was alive in June; as of June the later extraction says so, and the earlier one could not.
    A contact earlier than the one known then is a correction and stays. `but` names patients left as they are.
    """
    limited = {}
    for name, text in texts.items():
        identifier, text = find_identifier(name), text.copy()
        for column in _with_role(name, text, CONTACT) if identifier and name in then else ():
            last = then[name].groupby(identifier)[column].max() if column in then[name] else pd.Series(dtype=object)
            known = text[identifier].map(last).fillna("")  # ISO dates: the order of the text is that of time
            later = (known != "") & (text[column] > known) & ~text[identifier].isin(but)
            text[column] = text[column].mask(later, known)
        limited[name] = text
    return limited


def _correct(texts: Texts, then: Texts, who: _Patients, study: Study) -> tuple[dict[str, pd.DataFrame], Datasets]:
    """Take the corrected records with the contacts known then, and derive their datasets.

    Where corrected dates lie after the contact known then, a patient's follow-up comes with the correction.
    """
    limited = _limit_contacts(texts, then)
    try:
        return limited, _derive(type_tables(_put_together(limited, then, who)), study)
    except DataError as error:
        contradictory = {finding.patient for finding in error.findings if finding.severity == "error"}
    limited = _limit_contacts(texts, then, but=contradictory)
    return limited, _derive(type_tables(_put_together(limited, then, who)), study)


def _take_contacts(texts: Texts, now: Texts) -> dict[str, pd.DataFrame]:
    """The same records with the contacts known now: records keep their numbers, both come from one file.

    Where the same record tells a new date, such as a death, that is the news and the contact comes with it: the
    patient is not followed longer, the patient has died.
    """
    followed = {}
    for name, text in texts.items():
        text = text.copy()
        latest = now[name].reindex(index=text.index, columns=text.columns)
        dates = _with_role(name, text, LATER)
        no_news = (latest[dates].fillna("") == text[dates]).all(axis=1)
        for column in _with_role(name, text, CONTACT):
            text[column] = latest[column].where(no_news).fillna(text[column])
        followed[name] = text
    return followed


def _are_equal(tables: Texts, others: Texts) -> bool:
    return tables.keys() == others.keys() and all(tables[name].equals(others[name]) for name in tables)
