"""Comparisons of the protocol study beside R's (tests/reference/protocol_study.R), from the same analysis datasets.

The datasets were exported once, so that R's answers hold whatever becomes of the synthetic raw tables.
"""

import pandas as pd
import pytest

from helpers.datasets.adtte import TimeToEvent
from helpers.results.comparisons import compare_strata
from helpers.results.later_states import analyse_later_states
from helpers.results.schema import Rows
from helpers.study.analysis_columns import describe_columns
from helpers.study.reading import read_study
from reference.answers import FROZEN, read_frozen

KEYS = ["analysis", "param", "population", "variable", "stat"]
ANSWERS = read_frozen("protocol_study").fillna({"param": "", "variable": ""}).set_index(KEYS)["value"]
#: Iterated fits agree to the tolerance of the iteration, crr's being the coarsest; tests to the last digits.
TOLERANCE = {"finegray": 1e-5, "cox": 1e-6}


def read_dataset(name: str) -> pd.DataFrame:
    frame = pd.read_csv(FROZEN / f"protocol_study_{name}.csv", float_precision="round_trip")
    dates = [column for column in frame if column.endswith("DT")]
    return frame.assign(**{column: pd.to_datetime(frame[column]) for column in dates})


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    declared = read_study("zhengzhou")
    params = ("OS", "RFS", "CIR", "NRM", "CGVHD")
    study = declared.model_copy(update={
        "endpoints": tuple(endpoint for endpoint in declared.endpoints if endpoint.param in params),
        "responses": tuple(response for response in declared.responses if response.param in {"CR", "MRDRESP"}),
        "outcomes": (), "occurrences": (),
        "variables": tuple(v for v in declared.variables if v.name in {"DISSTAT", "HSCTMO", "EMFL"}),
    })  # fmt: skip
    adsl, adtte = read_dataset("adsl"), read_dataset("adtte")
    derived = {param: TimeToEvent(adtte[adtte["PARAMCD"] == param], pd.DataFrame()) for param in params}
    occurred = {param: adsl[param] == "Y" for param in ("CR", "MRDRESP")}
    # only GVHD is read from its records; of the other tables nothing but the columns is asked
    sources = {name: pd.DataFrame(columns=list(columns)) for name, columns in describe_columns().items()}
    sources["ADGVHD"] = read_dataset("adgvhd")
    made: Rows = compare_strata(adsl, occurred, derived, sources, study)
    made += analyse_later_states(derived, sources, study)
    return pd.DataFrame(made).set_index(KEYS).sort_index()


@pytest.mark.parametrize("key", list(ANSWERS.index), ids=" ".join)
def test_as_r(rows, key):
    found = rows.loc[[key], "value"]
    assert len(found) == 1
    assert found.iloc[0] == pytest.approx(ANSWERS[key], rel=TOLERANCE.get(key[0], 1e-9))


def test_a_hazard_ratio_needs_5_events_in_each_group(rows):
    """NRM has 4 deaths, all of MRD-positive patients (DESIGN section 7)."""
    (ratio,) = rows.loc[[("finegray", "NRM", "RESPFL", "", "hr")]].to_dict(orient="records")
    assert pd.isna(ratio["value"])
    events = "MRD-positive: 4 events; Haematological relapse: 0 events"
    assert ratio["note"] == f"{events}; a hazard ratio needs at least 5 in each"


def test_every_other_test_has_its_answer_of_r(rows):
    assert set(rows.index[rows["value"].notna()]) == set(ANSWERS.index)
