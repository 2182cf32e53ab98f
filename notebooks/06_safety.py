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
# **Question.** Which harms occurred under treatment, and how often? How common may those be that nobody had?
#
# **Method.** Patients, not episodes, are counted, each by the worst grade; every proportion has its exact interval.
# Events are counted whether or not they were thought related to treatment, and graded by CTCAE [@ctcae5]. A patient
# with an acute and a chronic form of graft-versus-host disease (GVHD) counts once as a patient with GVHD.
#
# ## All of it at a glance {#sec-safety-overview}

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

# %%
#| label: fig-safety
#| fig-cap: Harms. Squares are proportions of all treated patients, lines exact intervals.
harms = ["AE3", "CRS", "ICANS", "INFECT", "INFECT3", "HAEM3"]
gvhd = ["GVHDANY", "AGVHD", "CGVHD", "CGVHDMILD", "CGVHDMOD", "CGVHDSEV"]
figures.plot_safety(data, [*harms, *gvhd])

# %% [markdown]
# ## Adverse events {#sec-ae}
#
# The terms of an adverse event can overlap in one patient. A row for any event is therefore not the sum of the others.

# %%
#| echo: false
sentences.describe_topic(data, "AE")

# %%
#| label: tbl-adverse-events
#| tbl-cap: Adverse events of grade three or higher, by term and grade
tables.make_table_adverse_events(data)

# %%
#| label: tbl-terms
#| tbl-cap: Adverse events and low blood counts by term and worst grade
#| classes: small
tables.make_table_terms(data)

# %%
#| label: fig-terms
#| fig-cap: Adverse events and low blood counts by term and worst grade
figures.plot_terms(data)

# %% [markdown]
# ## Cytokine release, neurotoxicity, infections, low blood counts {#sec-special}

# %%
#| label: tbl-special
#| tbl-cap: Adverse events of special interest, overall and by stratum
tables.make_table_safety(data, ["AE", "CRS", "INFECT", "HAEM"], "special")

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
sentences.describe_never_seen(data, {"CRS": "Cytokine release syndrome", "AE5": "A fatal adverse event"})

# %% [markdown]
# ## Graft-versus-host disease {#sec-gvhd}
#
# The severities of chronic GVHD in @tbl-gvhd are the patient's worst and add up; acute and chronic forms do not.

# %%
#| label: tbl-gvhd
#| tbl-cap: Graft-versus-host disease after treatment
tables.make_table_gvhd(
    data, ["GVHDANY", "AGVHD", "AGVHD24", "AGVHD34", "CGVHD", "CGVHDMILD", "CGVHDMOD", "CGVHDSEV", "CGVHDMS"]
)

# %%
#| label: fig-agvhd
#| fig-cap: "Cumulative incidence of acute GVHD from the {{AGVHD24 origin}}"
figures.plot_incidence(data, ["AGVHD24", "AGVHD34"])

# %%
#| label: fig-cgvhd
#| fig-cap: "Cumulative incidence of chronic GVHD from the {{CGVHD origin}}"
figures.plot_incidence(data, ["CGVHD", "CGVHDMS"])

# %%
#| label: tbl-gvhd-at-times
#| tbl-cap: "GVHD at given times after the {{CGVHD origin}}"
tables.make_table_incidence(data, ["AGVHD24", "AGVHD34", "CGVHD", "CGVHDMS"])

# %%
#| label: fig-grfs
#| fig-cap: "{{GRFS}}, from the {{GRFS origin}}"
figures.plot_survival(data, "GRFS")

# %%
#| echo: false
sentences.describe_later_states(data)

# %%
#| label: tbl-later-states
#| tbl-cap: GVHD as it begins, as a factor for relapse
tables.make_table_later_states(data)

# %%
#| echo: false
sentences.reconcile_severities(data, "CGVHD", ["CGVHDMILD", "CGVHDMOD", "CGVHDSEV"])

# %%
#| echo: false
sentences.conclude_safety(data, ["AE3", "CRS", "INFECT3", "HAEM3", "GVHDANY", "AGVHD", "CGVHD"])
