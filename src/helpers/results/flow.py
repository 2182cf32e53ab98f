"""The flow of patients: screened, excluded by criterion, treated."""

import pandas as pd

from helpers.results.schema import Key, Rows, make_rows
from helpers.study.model import TREATED as TREATED_POPULATION
from helpers.study.model import Study

SCREENED, EXCLUDED, ELIGIBLE, WAITING, TREATED, DEVIATION = (
    f"FLOW={step}" for step in ("screened", "excluded", "eligible", "untreated", "treated", "treated-ineligible")
)


def count_flow(adsl: pd.DataFrame, study: Study) -> Rows:
    """Count the patients at each step, and those whom each criterion excludes.

    A patient may fail several criteria and is then counted at each of them, but only once among the excluded. A
    criterion that is not recorded excludes nobody.
    """
    if not study.eligibility or study.clinical is None:
        return []
    excluded, treated = adsl["ELIGFL"] == "N", adsl[TREATED_POPULATION] == "Y"
    numbers = {
        SCREENED: len(adsl),
        EXCLUDED: int((excluded & ~treated).sum()),
        ELIGIBLE: int((~excluded).sum()),
        WAITING: int((~excluded & ~treated).sum()),
        TREATED: int(treated.sum()),
        DEVIATION: int((excluded & treated).sum()),
    }
    for criterion in study.eligibility:
        fails = adsl[criterion.name] == "N"
        numbers[f"FLOW=excluded {criterion.name}"] = int((fails & ~treated).sum())
        numbers[f"FLOW=treated-ineligible {criterion.name}"] = int((fails & treated).sum())
        numbers[f"FLOW=not recorded {criterion.name}"] = int(adsl[criterion.name].isna().sum())
    rows: Rows = []
    for name, n in numbers.items():
        rows += make_rows({"n": n}, "count", Key(variable=name), method="number of patients")
    return rows
