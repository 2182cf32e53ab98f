"""The chapters serve every study (DESIGN 2, 8): what a study does not have is said in a sentence, not crashed on.

The cells are run here in one process; that they run in kernels of their own is seen in tests/delivery/test_report.py.
"""

import jupytext
import pytest

from helpers.display.figures.style import Figure
from helpers.display.prose import Prose
from helpers.display.table import Table
from helpers.study.paths import NOTEBOOKS

SCRIPTS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.py"))

OS = {
    "param": "OS",
    "label": "Overall survival",
    "definition": "From the first dose to death.",
    "population": "SAFFL",
    "origin": {"label": "first dose", "date": "blinatumomab.start_date"},
    "events": [{"label": "Death", "date": "followup.death_date"}],
    "censoring": [{"label": "Last contact", "date": "followup.last_contact_date"}],
}
RELAPSE = {
    "param": "RELAPSE",
    "label": "Relapse",
    "when": [{"column": "patient_listing.relapse_site", "any_of": ["Combined"]}],
}
PATIENTS = {"patient_listing": [{"patient": "1", "relapse_site": "Combined"}, {"patient": "2", "relapse_site": "No"}]}
DATED = {
    **PATIENTS,
    "blinatumomab": [{"patient": p, "start_date": "2020-01-01"} for p in "12"],
    "followup": [
        {"patient": "1", "last_contact_date": "2020-06-01", "death_date": "2020-06-01"},
        {"patient": "2", "last_contact_date": "2021-01-01", "death_date": ""},
    ],
}
STUDIES = {
    "nothing but patients": ({"patient_listing": [{"patient": "1"}]}, {}),
    "an endpoint without data": (PATIENTS, {"endpoints": [OS]}),
    "survival by dates": (DATED, {"endpoints": [OS], "outcomes": [RELAPSE]}),
}


def displayed(script, study, cut):
    """What the code cells of a chapter display, run with other parameters than the chapter's own."""
    names = {}
    for cell in jupytext.read(script, fmt="py:percent").cells:
        if cell.cell_type != "code":
            continue
        if "parameters" in cell.metadata.get("tags", []):
            names |= {"study": study, "cut": cut, "audience": "coauthors"}
            continue
        code = cell.source
        last = code.splitlines()[-1]
        if last.startswith(("sentences.", "tables.", "figures.")):
            exec("\n".join(code.splitlines()[:-1]), names)
            yield eval(last, names)
        else:
            exec(code, names)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
@pytest.mark.parametrize(("raw", "declared"), STUDIES.values(), ids=STUDIES)
def test_every_chapter_serves_every_study(write_study, script, raw, declared):
    folder = write_study(raw, **declared)
    shown = list(displayed(script, str(folder), "first"))
    assert len(shown) >= 4
    assert all(isinstance(item, Table | Figure | Prose) for item in shown)
    for item in shown:
        if isinstance(item, Table | Figure):
            assert item._repr_mimebundle_()


def test_what_is_missing_is_said(write_study):
    """A study without a listing of durations has no curve of response, and says so in one sentence."""
    folder = write_study(PATIENTS, endpoints=[OS])
    shown = list(displayed(NOTEBOOKS / "03_survival.py", str(folder), "first"))
    assert "*This study declares no endpoint DOR.*" in shown
    assert "*This study declares no swimmer plot.*" in shown
    assert any("Overall survival is not derivable (missing raw tables" in str(text) for text in shown)


def test_the_published_cohort_shows_everything():
    for script in SCRIPTS:
        shown = list(displayed(script, "tsvetkova2022", "published"))
        assert not any(str(item).startswith("*This study") for item in shown if isinstance(item, Prose))
