"""The Cox model without a penalty, fitted by lifelines and held to its score equation.

Left to its own settings lifelines stops when the log likelihood no longer changes in the ninth digit, and calls a
likelihood that rises for ever "converged". Here it goes on until nothing moves, and whether the result is a maximum is
judged by the score and the information at it (`partial_likelihood`).

References
----------
Davidson-Pilon C. J Open Source Softw 2019;4:1317 (lifelines). Efron B. J Am Stat Assoc 1977;72:557-565.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from .partial_likelihood import CoxData, Fit, compute_terms, is_informative

#: Newton's steps until nothing moves.
SETTINGS = {"precision": 1e-20, "r_precision": 1e-20, "max_steps": 500}

#: A Newton step from the result longer than this, in standard deviations of the covariates, means: no maximum.
LONGEST_STEP = 1e-8


def fit_cox(data: CoxData) -> Fit:
    """Fit a Cox model with Efron's ties.

    Parameters
    ----------
    data : CoxData
        Rows at risk, with at least one event.

    Returns
    -------
    Fit
        `converged` is False where there is no finite estimate: monotone likelihood, covariates that cannot be told
        apart.
    """
    from lifelines import CoxPHFitter  # slow to import: only once a model is asked for
    from lifelines.exceptions import ConvergenceError

    rows = pd.DataFrame(data.covariates).rename(columns="x{}".format).assign(exit=data.exit, event=data.event)
    columns: dict[str, object] = {}
    if np.isfinite(data.entry).any():
        rows["entry"], columns["entry_col"] = data.entry, "entry"
    if np.ptp(data.stratum) > 0:
        rows["stratum"], columns["strata"] = data.stratum, ["stratum"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # lifelines warns of what is judged below
        try:
            fitter = CoxPHFitter().fit(rows, "exit", "event", fit_options=SETTINGS, **columns)
        except ConvergenceError:
            nothing = np.full(data.covariates.shape[1], np.nan)
            return Fit(nothing, np.diag(nothing), float("nan"), False)
    coefficients = fitter.params_.to_numpy()
    terms = compute_terms(data, coefficients)
    information, score = terms.information.sum(axis=0), terms.residuals.sum(axis=0)
    converged = is_informative(information, float(data.event.sum()))
    if converged:
        converged = bool(np.max(np.abs(np.linalg.solve(information, score))) < LONGEST_STEP)
    return Fit(coefficients, information, terms.log_likelihood, converged)
