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
# # Since the last data cut {#sec-since}
#
# **Question.** What is new, and why did each number move?
#
# **Method.** The program goes from the last cut to this one in steps, each with one cause, and derives and analyses
# everything again after each: the last report as it was; its data with today's method and program; its data with the
# values corrected since; the same events with longer follow-up; all events of the same patients; all patients. What a
# step changes is the effect of its cause, given the steps before it, and the causes add up to the whole change.

# %% tags=["parameters"]
#| include: false
study = "zhengzhou"
cut = "2026-06-30"
audience = "coauthors"

# %%
#| include: false
from helpers.display import figures, sentences, tables
from helpers.results.changes import compare_with_last
from helpers.results.cut import open_cut

# %%
#| include: false
data = open_cut(study, cut, audience)
changes = compare_with_last(data)

# %%
#| echo: false
sentences.describe_changes(changes)

# %% [markdown]
# ## Patients {#sec-since-patients}

# %%
#| label: tbl-since-new
#| tbl-cap: Patients who are new, or treated only now
tables.make_table_new_patients(changes)

# %% [markdown]
# What happened to those who were there at the last cut is told patient by patient in @tbl-since-patients. What a
# changed method or a corrected value did comes first, then what longer follow-up alone decides, then what happened
# since. An event from before the last cut that was entered after it is a correction; one that only later days could
# decide is not.

# %%
#| label: tbl-since-patients
#| tbl-cap: What happened to the patients of the last cut
tables.make_table_patient_changes(changes)

# %% [markdown]
# ## Why the numbers moved {#sec-since-numbers}
#
# Each row of the following tables leads from the last cut, on the left, to this one, on the right; what did not change
# is left out.

# %%
#| label: tbl-since-counts
#| tbl-cap: Numbers of patients, with the causes of their change
tables.make_table_changed_numbers(changes, "patients")

# %%
#| label: tbl-since-response
#| tbl-cap: Responses and outcomes, with the causes of their change
tables.make_table_changed_numbers(changes, "response")

# %% [markdown]
# Longer follow-up and new events are two halves of one story: patients who stay without an event for longer raise a
# survival curve, and the events since then bring it down. Only their sum is news about the patients of the last cut.
# The same holds, upside down, for a cumulative incidence.

# %%
#| label: tbl-since-survival
#| tbl-cap: Survival, with the causes of its change
tables.make_table_changed_numbers(changes, "survival")

# %%
#| label: tbl-since-incidence
#| tbl-cap: Cumulative incidence with competing events, with the causes of its change
tables.make_table_changed_numbers(changes, "incidence")

# %%
#| label: tbl-since-safety
#| tbl-cap: Adverse events by patient, with the causes of their change
tables.make_table_changed_numbers(changes, "safety")

# %% [markdown]
# ## Curves, old behind new {#sec-since-curves}
#
# Where the dashed curve of the last cut leaves the band of the new one, the picture of then was another one. The end
# of the old curve rested on few patients, as the numbers below it show.

# %%
#| label: fig-since-os
#| fig-cap: "{{OS}} at the last cut and at this one"
figures.plot_changed_curves(changes, "OS")

# %%
#| label: fig-since-dfs
#| fig-cap: "{{DFS}} at the last cut and at this one"
figures.plot_changed_curves(changes, "DFS")

# %%
#| label: fig-since-cir
#| fig-cap: "Cumulative incidence of {{CIR within}} at the last cut and at this one"
figures.plot_changed_curves(changes, "CIR")

# %% [markdown]
# ## What was corrected {#sec-since-source}
#
# Only what the last cut could know is compared: both extractions of the raw tables, as of the day of the last cut.

# %%
#| label: tbl-since-source
#| tbl-cap: Corrected source values
tables.make_table_source_values(changes)

# %%
#| label: tbl-since-method
#| tbl-cap: Changes of declarations, program and packages
tables.make_table_method_changes(changes)

# %%
#| echo: false
sentences.reconcile_changes(changes)

# %%
#| echo: false
sentences.conclude_changes(changes, ["CR", "OS", "DFS", "CIR"])
