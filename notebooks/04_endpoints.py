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
# # Response and relapse {#sec-endpoints}
#
# **Question.** How many patients responded, and how did they relapse?
#
# **Method.** Response and relapse are proportions of patients with exact intervals; what counts as which is said in
# @sec-definitions. Times to an event follow in @sec-survival.

# %% tags=["parameters"]
#| include: false
study = "tsvetkova2022"
cut = "published"
audience = "coauthors"

# %%
#| include: false
from helpers.display import figures, sentences, tables
from helpers.results.cut import open_cut

# %%
#| include: false
data = open_cut(study, cut, audience)

# %% [markdown]
# ## Response {#sec-response}

# %%
#| echo: false
sentences.describe_response(data)

# %%
#| label: tbl-response
#| tbl-cap: Response
tables.make_table_response(data)

# %%
#| label: fig-response
#| fig-cap: Response, overall and by stratum. Squares are proportions, lines exact intervals.
figures.plot_response(data)

# %% [markdown]
# The lines of @fig-response show what the numbers of patients can exclude, and what not. Strata whose intervals overlap
# are not thereby shown to be alike.
#
# ## Response in subgroups {#sec-subgroups}
#
# The subgroups of @fig-subgroups are described, not tested. With so many of them, some differ by chance alone, and in a
# small one the interval is too wide to say much.

# %%
#| label: fig-subgroups
#| fig-cap: "Response in all patients and in subgroups. Squares are proportions, lines exact intervals; the dashed line is the proportion of all patients."
figures.plot_subgroups(data, "CR")

# %% [markdown]
# ## Beside published figures {#sec-benchmarks}
#
# The comparison of @tbl-benchmarks and @fig-benchmarks is naive: other patients, treated elsewhere, at another time. It is
# no evidence of a better treatment.

# %%
#| label: tbl-benchmarks
#| tbl-cap: Results beside published figures of blinatumomab alone, a naive comparison
tables.make_table_benchmarks(data)

# %%
#| label: fig-benchmarks
#| fig-cap: A naive comparison with published figures of blinatumomab alone, neither adjusted nor tested. Squares are this study's estimates, lines their intervals, an arrow an interval without an upper limit (NR, not reached); diamonds are published figures of other patients.
figures.plot_benchmarks(data)

# %% [markdown]
# ## Relapse after response {#sec-relapse}
#
# Only a patient who responded can relapse. @tbl-relapse gives each share under its own denominator.

# %%
#| label: tbl-relapse
#| tbl-cap: Relapse by site
tables.make_table_outcomes(data, ["RELAPSE", "RELBM", "RELCOMB", "RELEM", "RELEMANY"], "relapse")

# %%
#| echo: false
sentences.describe_outcome(data, "RELAPSE")

# %% [markdown]
# ## The patients one by one {#sec-swimmer}
#
# In @fig-swimmer, the longest bar stands on top. What the length of a bar means is said below its axis.

# %%
#| label: fig-swimmer
#| fig-cap: The patients one by one, coloured by stratum. One bar is one patient, with the marks of the legend; dots to the right of all bars, where there are any, mark what happened at any time (EM, relapse outside the marrow; GVHD, graft-versus-host disease).
figures.plot_swimmer(data)

# %% [markdown]
# ## In short {#sec-endpoints-short}

# %%
#| echo: false
sentences.reconcile_outcomes(data, "RELAPSE", ["RELBM", "RELCOMB", "RELEM"])

# %%
#| echo: false
sentences.conclude_endpoints(data)
