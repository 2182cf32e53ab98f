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
# # Summary {#sec-summary}
#
# **Question.** What was asked, what was done, and what was found?
#
# **Method.** The paragraphs of a journal's abstract. Every number is taken from the results of this data cut; the
# chapters that follow show where it comes from.

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
sentences.describe_background(data)

# %%
#| echo: false
sentences.describe_patients(data)

# %%
#| echo: false
sentences.describe_methods(data)

# %%
#| echo: false
sentences.describe_key_response(data)

# %%
#| echo: false
sentences.describe_key_survival(data, ["OS", "DFS", "RFS", "DOR", "CIR", "NRM"])

# %%
#| echo: false
sentences.describe_key_harms(data, ["AE3", "CRS", "CRS3", "AGVHD", "AGVHD24", "CGVHD"])

# %% [markdown]
# @tbl-key-results gives the same numbers and a few more, each with its numerator and its denominator.

# %%
#| label: tbl-key-results
#| tbl-cap: Key results
endpoints = ["OS", "DFS", "RFS", "DOR", "CIR", "NRM", "GRFS"]
harms = ["AE3", "CRS", "CRS3", "ICANS", "INFECT3", "HAEM3"]
gvhd = ["GVHDANY", "AGVHD", "AGVHD24", "AGVHD34", "CGVHD", "CGVHDMS"]
tables.make_table_key_results(data, endpoints, [*harms, *gvhd])

# %% [markdown]
# Who the patients are is told in @sec-cohort, response in @sec-endpoints, survival and relapse in @sec-survival, harms in
# @sec-safety; how each number was made is told in @sec-methods.

# %%
#| echo: false
sentences.describe_limitations(data)

# %%
#| echo: false
sentences.reconcile_summary(data)

# %%
#| echo: false
sentences.conclude_summary(data)
