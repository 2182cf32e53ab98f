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
# # Methods {#sec-methods}
#
# **Question.** How was the study done, and how was each number of this report made?
#
# **Method.** This chapter is written from the study file, which declares everything before it is analysed: who is
# counted, what was planned, what is an event, which conventions hold. What only the authors can say stands in their
# words.
#
# ## Design and setting {#sec-design}

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

# %%
#| echo: false
sentences.describe_design(data)

# %% [markdown]
# ## Data and data cut {#sec-data}

# %%
#| echo: false
sentences.describe_source(data)

# %% [markdown]
# ## Eligibility criteria {#sec-eligibility}

# %%
#| echo: false
sentences.describe_eligibility(data)

# %% [markdown]
# ## Treatment plan {#sec-plan}

# %%
#| echo: false
sentences.describe_plan(data)

# %% [markdown]
# ## Populations and response {#sec-definitions}
#
# Every number of this report names its population; @tbl-populations says who belongs to each.

# %%
#| label: tbl-populations
#| tbl-cap: Populations of the analyses
tables.make_table_populations(data)

# %%
#| echo: false
sentences.describe_response_rules(data)

# %% [markdown]
# ## Times to an event {#sec-declared}
#
# Each endpoint has an origin, events in order of precedence, and censoring times. The earliest event of a patient
# decides; without any, the latest censoring time does. An endpoint of @tbl-endpoints whose raw data do not exist is not
# derivable, and nothing is reconstructed in its place.

# %%
#| label: tbl-endpoints
#| tbl-cap: Time-to-event endpoints as declared, and whether the data support them
tables.make_table_endpoints(data)

# %% [markdown]
# ## Harms {#sec-harms}

# %%
#| echo: false
sentences.describe_safety_rules(data)

# %% [markdown]
# ## Statistical analysis {#sec-statistics}

# %%
#| echo: false
sentences.describe_conventions(data)

# %%
#| echo: false
sentences.describe_missing_data(data)

# %% [markdown]
# ## Software {#sec-software}
#
# The report was rendered with {{< meta rendered-with >}}.

# %%
#| echo: false
sentences.describe_software(data)

# %%
#| echo: false
sentences.reconcile_methods(data)

# %%
#| echo: false
sentences.conclude_methods(data)
