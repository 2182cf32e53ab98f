"""The populations of the analyses and how many patients belong to each."""

import pandas as pd

from helpers.display.absence import NotDerivableError
from helpers.display.formatting import capitalise, format_number
from helpers.display.lookup import count_patients, get
from helpers.display.table import Table, make_table
from helpers.display.tables.cells import show_absence
from helpers.results.cut import CutData


def make_table_populations(data: CutData) -> Table:
    """Populations as declared, with their numbers of patients at the cut."""
    rows = [
        {
            "Code": population.name,
            "Population": capitalise(population.label),
            "Patients": _count(data, population.name),
        }
        for population in data.study.populations
    ]
    return make_table(pd.DataFrame(rows), "populations", stub="Code", left=["Population"])


def _count(data: CutData, name: str) -> str:
    try:
        return format_number(count_patients(data, name))
    except NotDerivableError:
        return show_absence(get(data, "count", population=name, variable=name))
