"""The figures of the report; each takes the data of a cut and returns what a chapter displays."""

from helpers.display.figures.benchmarks import plot_benchmarks
from helpers.display.figures.changes import plot_changed_curves
from helpers.display.figures.claims import plot_verdicts
from helpers.display.figures.flow import plot_flow
from helpers.display.figures.incidence import plot_incidence
from helpers.display.figures.proportions import plot_response, plot_safety, plot_subgroups
from helpers.display.figures.stacked import plot_stacked_incidence
from helpers.display.figures.survival import plot_survival
from helpers.display.figures.swimmer import plot_swimmer
from helpers.display.figures.terms import plot_terms

__all__ = [
    "plot_benchmarks",
    "plot_changed_curves",
    "plot_flow",
    "plot_incidence",
    "plot_response",
    "plot_safety",
    "plot_stacked_incidence",
    "plot_subgroups",
    "plot_survival",
    "plot_swimmer",
    "plot_terms",
    "plot_verdicts",
]
