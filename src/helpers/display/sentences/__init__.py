"""Results as English sentences; each takes the data of a cut and returns Markdown that displays itself."""

from helpers.display.sentences.appendices import conclude_appendices, describe_findings
from helpers.display.sentences.changes import conclude_changes, describe_changes, reconcile_changes
from helpers.display.sentences.claims import conclude_audit, describe_audit, reconcile_audit
from helpers.display.sentences.cohort import conclude_cohort, describe_cohort, reconcile_strata
from helpers.display.sentences.comparisons import compare_endpoint, describe_incidence, describe_later_states
from helpers.display.sentences.endpoints import (
    conclude_endpoints,
    conclude_survival,
    describe_outcome,
    describe_response,
    describe_time_to_event,
    reconcile_time_to_event,
)
from helpers.display.sentences.maturity import describe_curve, describe_maturity
from helpers.display.sentences.methods import (
    conclude_methods,
    describe_conventions,
    describe_missing_data,
    describe_software,
    reconcile_methods,
)
from helpers.display.sentences.protocol import (
    describe_design,
    describe_eligibility,
    describe_plan,
    describe_response_rules,
    describe_safety_rules,
    describe_source,
)
from helpers.display.sentences.reconciliation import reconcile_outcomes
from helpers.display.sentences.safety import (
    conclude_safety,
    describe_never_seen,
    describe_occurrences,
    describe_topic,
    reconcile_severities,
)
from helpers.display.sentences.summary import (
    conclude_summary,
    describe_background,
    describe_key_harms,
    describe_key_response,
    describe_key_survival,
    describe_limitations,
    describe_methods,
    describe_patients,
    reconcile_summary,
)
from helpers.display.sentences.treatment import describe_adherence, describe_exposure, describe_flow

__all__ = [
    "compare_endpoint",
    "conclude_appendices",
    "conclude_audit",
    "conclude_changes",
    "conclude_cohort",
    "conclude_endpoints",
    "conclude_methods",
    "conclude_safety",
    "conclude_summary",
    "conclude_survival",
    "describe_adherence",
    "describe_audit",
    "describe_background",
    "describe_changes",
    "describe_cohort",
    "describe_conventions",
    "describe_curve",
    "describe_design",
    "describe_eligibility",
    "describe_exposure",
    "describe_findings",
    "describe_flow",
    "describe_incidence",
    "describe_key_harms",
    "describe_key_response",
    "describe_key_survival",
    "describe_later_states",
    "describe_limitations",
    "describe_maturity",
    "describe_methods",
    "describe_missing_data",
    "describe_never_seen",
    "describe_occurrences",
    "describe_outcome",
    "describe_patients",
    "describe_plan",
    "describe_response",
    "describe_response_rules",
    "describe_safety_rules",
    "describe_software",
    "describe_source",
    "describe_time_to_event",
    "describe_topic",
    "reconcile_audit",
    "reconcile_changes",
    "reconcile_methods",
    "reconcile_outcomes",
    "reconcile_severities",
    "reconcile_strata",
    "reconcile_summary",
    "reconcile_time_to_event",
]
