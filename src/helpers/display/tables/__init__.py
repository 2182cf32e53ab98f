"""The tables of the report; each takes the data of a cut and returns what a chapter displays."""

from helpers.display.tables.benchmarks import make_table_benchmarks
from helpers.display.tables.changed_numbers import make_table_changed_numbers
from helpers.display.tables.changes import (
    make_table_method_changes,
    make_table_new_patients,
    make_table_patient_changes,
    make_table_source_values,
)
from helpers.display.tables.claims import make_table_all_claims, make_table_contradicted, make_table_verdicts
from helpers.display.tables.cohort import make_table_baseline, make_table_eligibility, make_table_reported
from helpers.display.tables.endpoints import (
    make_table_candidates,
    make_table_decisions,
    make_table_endpoints,
    make_table_reconciliation,
)
from helpers.display.tables.exposure import make_table_adherence, make_table_exposure
from helpers.display.tables.findings import make_table_findings
from helpers.display.tables.incidence import make_table_incidence
from helpers.display.tables.key_results import make_table_key_results
from helpers.display.tables.later_states import make_table_later_states
from helpers.display.tables.listing import make_table_listing
from helpers.display.tables.maturity import make_table_maturity
from helpers.display.tables.occurrences import make_table_outcomes, make_table_response, make_table_safety
from helpers.display.tables.populations import make_table_populations
from helpers.display.tables.safety import make_table_adverse_events, make_table_gvhd, make_table_never_seen
from helpers.display.tables.survival import make_table_at_times, make_table_medians, make_table_printed_survival
from helpers.display.tables.terms import make_table_terms

__all__ = [
    "make_table_adherence",
    "make_table_adverse_events",
    "make_table_all_claims",
    "make_table_at_times",
    "make_table_baseline",
    "make_table_benchmarks",
    "make_table_candidates",
    "make_table_changed_numbers",
    "make_table_contradicted",
    "make_table_decisions",
    "make_table_eligibility",
    "make_table_endpoints",
    "make_table_exposure",
    "make_table_findings",
    "make_table_gvhd",
    "make_table_incidence",
    "make_table_key_results",
    "make_table_later_states",
    "make_table_listing",
    "make_table_maturity",
    "make_table_medians",
    "make_table_method_changes",
    "make_table_never_seen",
    "make_table_new_patients",
    "make_table_outcomes",
    "make_table_patient_changes",
    "make_table_populations",
    "make_table_printed_survival",
    "make_table_reconciliation",
    "make_table_reported",
    "make_table_response",
    "make_table_safety",
    "make_table_source_values",
    "make_table_terms",
    "make_table_verdicts",
]
