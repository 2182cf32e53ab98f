"""Results as English sentences; each takes the data of a cut and returns Markdown that displays itself."""

from helpers.display.sentences.claims import conclude_audit, describe_audit, reconcile_audit
from helpers.display.sentences.cohort import (
    conclude_cohort,
    describe_cohort,
    describe_conventions,
    describe_findings,
    describe_study,
    reconcile_strata,
)
from helpers.display.sentences.endpoints import (
    conclude_endpoints,
    conclude_survival,
    describe_outcome,
    describe_response,
    describe_time_to_event,
    list_not_derivable,
    reconcile_time_to_event,
)
from helpers.display.sentences.safety import (
    conclude_safety,
    describe_never_seen,
    describe_occurrences,
    reconcile_severities,
)

__all__ = [
    "conclude_audit",
    "conclude_cohort",
    "conclude_endpoints",
    "conclude_safety",
    "conclude_survival",
    "describe_audit",
    "describe_cohort",
    "describe_conventions",
    "describe_findings",
    "describe_never_seen",
    "describe_occurrences",
    "describe_outcome",
    "describe_response",
    "describe_study",
    "describe_time_to_event",
    "list_not_derivable",
    "reconcile_audit",
    "reconcile_severities",
    "reconcile_strata",
    "reconcile_time_to_event",
]
