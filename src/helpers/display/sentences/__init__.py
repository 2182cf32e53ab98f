"""Results as English sentences; each takes the data of a cut and returns Markdown that displays itself."""

from helpers.display.sentences.changes import conclude_changes, describe_changes, reconcile_changes
from helpers.display.sentences.claims import conclude_audit, describe_audit, reconcile_audit
from helpers.display.sentences.cohort import (
    conclude_cohort,
    describe_cohort,
    describe_conventions,
    describe_findings,
    describe_study,
    reconcile_strata,
)
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
from helpers.display.sentences.safety import (
    conclude_safety,
    describe_never_seen,
    describe_occurrences,
    describe_topic,
    reconcile_severities,
)
from helpers.display.sentences.treatment import describe_adherence, describe_exposure, describe_flow

__all__ = [
    "compare_endpoint",
    "conclude_audit",
    "conclude_changes",
    "conclude_cohort",
    "conclude_endpoints",
    "conclude_safety",
    "conclude_survival",
    "describe_adherence",
    "describe_audit",
    "describe_changes",
    "describe_cohort",
    "describe_conventions",
    "describe_curve",
    "describe_exposure",
    "describe_findings",
    "describe_flow",
    "describe_incidence",
    "describe_later_states",
    "describe_maturity",
    "describe_never_seen",
    "describe_occurrences",
    "describe_outcome",
    "describe_response",
    "describe_study",
    "describe_time_to_event",
    "describe_topic",
    "reconcile_audit",
    "reconcile_changes",
    "reconcile_severities",
    "reconcile_strata",
    "reconcile_time_to_event",
]
