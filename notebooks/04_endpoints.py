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
# # Response and endpoints {#sec-endpoints}
#
# **Question.** How many patients responded, how did they relapse, and how was each patient's time to an event decided?
#
# **Method.** Response and relapse are proportions of patients. Time-to-event endpoints are declared in the study file:
# an origin, events in order of precedence, and censoring times. The earliest event of a patient decides; without any,
# the latest censoring time does. Every row keeps the raw record that decided it.

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
# The conventions below hold for the whole report.

# %%
#| echo: false
sentences.describe_conventions(data)

# %% [markdown]
# ## Response within two cycles {#sec-response}

# %%
#| echo: false
sentences.describe_response(data)

# %%
#| label: tbl-response
#| tbl-cap: Response within two cycles
tables.make_table_response(data)

# %%
#| label: fig-response
#| fig-cap: Response within two cycles, overall and by stratum. Squares are proportions, lines exact intervals.
figures.plot_response(data)

# %% [markdown]
# The lines of @fig-response show what the numbers of patients can exclude, and what not. Strata whose intervals overlap
# are not thereby shown to be alike.
#
# ## Beside published figures {#sec-benchmarks}
#
# The comparison of @tbl-benchmarks is naive: other patients, treated elsewhere, at another time. It is no evidence of a
# better treatment.

# %%
#| label: tbl-benchmarks
#| tbl-cap: Results beside published figures of blinatumomab alone, a naive comparison
tables.make_table_benchmarks(data)

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

# %%
#| label: fig-swimmer
#| fig-cap: Duration of marrow response of each patient, coloured by stratum. The mark at the end of a bar says whether the marrow response ended there. Dots on the right mark patients who relapsed outside the marrow (EM), died, or had graft-versus-host disease (GVHD), at any time.
figures.plot_swimmer(data)

# %% [markdown]
# ## Endpoints as declared {#sec-declared}
#
# @tbl-endpoints is printed from the study file. An endpoint whose raw data do not exist is not derivable, and says what
# is missing.

# %%
#| label: tbl-endpoints
#| tbl-cap: Time-to-event endpoints and whether the data support them
tables.make_table_endpoints(data)

# %% [markdown]
# ## How each time was decided {#sec-decisions}

# %%
#| label: tbl-decisions
#| tbl-cap: The record that decided the duration of each marrow response
tables.make_table_decisions(data, "DOR")

# %% [markdown]
# @tbl-candidates opens one patient: the candidates that were considered and the one that decided.

# %%
#| label: tbl-candidates
#| tbl-cap: Candidates for one patient, the chosen one and those that lost
tables.make_table_candidates(data, "DOR")

# %%
#| label: tbl-reconciliation
#| tbl-cap: Events, competing events and censored make up every population
tables.make_table_reconciliation(data)

# %%
#| echo: false
sentences.reconcile_time_to_event(data)

# %%
#| echo: false
sentences.conclude_endpoints(data)
