# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,-all
#     formats: ipynb,py:percent
#     notebook_metadata_filter: kernelspec,jupytext,-all
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Appendices {#sec-appendices}
#
# **Question.** What stands behind the numbers, record by record?
#
# **Method.** What the checks of the raw tables found, the patients one by one, the record that decided each time to an
# event, and the proof that events and censored patients make up every population.

# %% tags=["parameters"]
#| include: false
study = "tsvetkova2022"
cut = "published"
audience = "coauthors"

# %%
#| include: false
from helpers.display import sentences, tables
from helpers.results.cut import open_cut

# %%
#| include: false
data = open_cut(study, cut, audience)

# %% [markdown]
# ## Appendix: Findings in the data {#sec-findings}

# %%
#| echo: false
sentences.describe_findings(data)

# %%
#| label: tbl-findings
#| tbl-cap: Findings in the raw tables
#| classes: small
tables.make_table_findings(data)

# %% [markdown]
# The rows of @tbl-findings are for the data manager: each names the place where the data contradict the dictionary or
# themselves.

# %% [markdown]
# ## Appendix: Patient listing {#sec-listing}
#
# One patient a row, with the codes of the source.

# %%
#| label: tbl-listing
#| tbl-cap: Patient listing
tables.make_table_listing(data)

# %% [markdown]
# A dash in @tbl-listing marks what the source leaves empty, or what was not known yet at the cut.

# %% [markdown]
# ## Appendix: How each time was decided {#sec-decisions}

# %%
#| label: tbl-decisions
#| tbl-cap: "The record that decided each patient's time to an event ({{DOR within}})"
tables.make_table_decisions(data, "DOR")

# %% [markdown]
# @tbl-candidates opens one patient: the candidates that were considered and the one that decided.

# %%
#| label: tbl-candidates
#| tbl-cap: "Candidates for one patient, the chosen one and those that lost ({{DOR within}})"
tables.make_table_candidates(data, "DOR")

# %% [markdown]
# ## Appendix: Reconciliation {#sec-reconciliation}

# %%
#| label: tbl-reconciliation
#| tbl-cap: Events, competing events and censored make up every population
tables.make_table_reconciliation(data)

# %%
#| echo: false
sentences.reconcile_time_to_event(data)

# %%
#| echo: false
sentences.conclude_appendices(data)
