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
# # Safety {#sec-safety}
#
# **Question.** Which harms did treatment cause, how often, and how often could harms that nobody had still occur?
#
# **Method.** Patients, not episodes, are counted; every proportion has its exact interval. Adverse events are printed
# counts graded by CTCAE [@ctcae5]. Graft-versus-host disease (GVHD) is counted by patient from the listing, so that a
# patient with an acute and a chronic form counts once.

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
# ## Adverse events of grade three or higher {#sec-ae}
#
# The terms of @tbl-adverse-events can overlap in one patient. The row for any event is therefore not their sum.

# %%
#| label: tbl-adverse-events
#| tbl-cap: Adverse events of grade three or higher, by term and grade
tables.make_table_adverse_events(data)

# %% [markdown]
# ## Events that nobody had {#sec-never}
#
# That an event was not seen in a small study does not make it impossible. The upper limit of its interval says how
# common it may still be.

# %%
#| label: tbl-never-seen
#| tbl-cap: Events that nobody had, with the exact upper limit of their frequency
tables.make_table_never_seen(data)

# %%
#| echo: false
sentences.describe_never_seen(data, "CRS", "Cytokine release syndrome")

# %%
#| echo: false
sentences.describe_never_seen(data, "AE5", "A fatal adverse event")

# %% [markdown]
# ## Graft-versus-host disease {#sec-gvhd}

# %%
#| label: tbl-gvhd
#| tbl-cap: Graft-versus-host disease after treatment
tables.make_table_gvhd(data, ["GVHDANY", "AGVHD", "CGVHD", "CGVHDMILD", "CGVHDMOD", "CGVHDSEV", "CGVHDMS"])

# %% [markdown]
# The severities of chronic GVHD in @tbl-gvhd are the patient's worst and add up; acute and chronic forms do not.
#
# ## All of it at a glance {#sec-safety-overview}

# %%
#| label: fig-safety
#| fig-cap: Adverse events and graft-versus-host disease. Squares are proportions of all treated patients, lines exact intervals.
figures.plot_safety(data, ["GVHDANY", "AGVHD", "CGVHD", "CGVHDMILD", "CGVHDMOD", "CGVHDSEV"])

# %%
#| echo: false
sentences.reconcile_severities(data, "CGVHD", ["CGVHDMILD", "CGVHDMOD", "CGVHDSEV"])

# %%
#| echo: false
sentences.conclude_safety(data, ["GVHDANY", "AGVHD", "CGVHD"])
