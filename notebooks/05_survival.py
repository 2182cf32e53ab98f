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
# # Survival and relapse {#sec-survival}
#
# **Question.** How long do patients live, how long do remissions last, and how do they end?
#
# **Method.** Kaplan–Meier curves with pointwise intervals; follow-up by the reverse curve; cumulative incidence where one
# event forestalls another. Where the source gives no times by patient, the endpoint is not derivable, and nothing is
# reconstructed. In every figure, steps are the estimate, the band its interval, ticks mark censored patients; the table
# counts patients at risk, and events and censored patients before each time.
#
# A curve is drawn faint from where one more event would move it by more than the declared amount, because it rests on
# too few patients there. @tbl-maturity says how far each curve can be trusted.
#
# ## Survival of all patients {#sec-os}

# %% tags=["parameters"]
#| include: false
study = "tsvetkova2022"
cut = "published"
audience = "coauthors"

# %%
#| include: false
from helpers.display import figures, sentences, tables
from helpers.results.cut import open_cut

data = open_cut(study, cut, audience)

# %%
#| label: fig-os
#| fig-cap: "{{OS}}, from the {{OS origin}}"
figures.plot_survival(data, "OS")

# %%
#| echo: false
sentences.describe_curve(data, "OS")

# %% [markdown]
# ## Survival in remission {#sec-dfs}

# %%
#| label: fig-dfs
#| fig-cap: "{{DFS}}, from the {{DFS origin}}"
figures.plot_survival(data, "DFS")

# %%
#| echo: false
sentences.describe_curve(data, "DFS")

# %%
#| label: fig-rfs
#| fig-cap: "{{RFS}}, from the {{RFS origin}}"
figures.plot_survival(data, "RFS")

# %% [markdown]
# ## Duration of response {#sec-dor}
#
# A relapse outside the marrow does not end a marrow response. How each duration is counted is declared in
# @tbl-endpoints.

# %%
#| label: fig-dor
#| fig-cap: "{{DOR}}, from the {{DOR origin}}"
figures.plot_survival(data, "DOR")

# %%
#| label: fig-dorany
#| fig-cap: "{{DORANY}} (how it is counted is said in @tbl-endpoints)"
figures.plot_survival(data, "DORANY")

# %% [markdown]
# ## Relapse and death without relapse {#sec-cir}
#
# Who dies in remission can no longer relapse, and who has relapsed can no longer die in remission: the two are analysed
# together.

# %%
#| echo: false
sentences.describe_incidence(data, ["CIR", "NRM"])

# %%
#| label: fig-cir
#| fig-cap: "Cumulative incidence of {{CIR within}} and of {{NRM within}}, from the {{CIR origin}}"
figures.plot_incidence(data, ["CIR", "NRM"])

# %%
#| label: fig-states
#| fig-cap: "What became of the patients over time: {{CIR within}}, {{NRM within}}, or neither. At any time the areas add up to all patients; the intervals of both are those of @fig-cir."
figures.plot_stacked_incidence(data, ["CIR", "NRM"], "Alive in remission")

# %% [markdown]
# ## Printed values that cannot be recomputed {#sec-printed}

# %%
#| label: tbl-printed-survival
#| tbl-cap: Printed values of endpoints that cannot be derived
tables.make_table_printed_survival(data)

# %% [markdown]
# ## Maturity, medians and probabilities {#sec-medians}
#
# The more patients are still followed without an event, the more the next data cut can change.

# %%
#| label: tbl-maturity
#| tbl-cap: Maturity of the data, events so far, patients still followed, and how far each curve can be trusted
tables.make_table_maturity(data, ["OS", "RFS", "DFS", "DOR", "DORANY", "CLFS", "CIR", "NRM"])

# %%
#| label: tbl-medians
#| tbl-cap: Median times and follow-up
tables.make_table_medians(data, ["OS", "RFS", "DFS", "DOR", "DORANY", "CLFS"])

# %%
#| label: tbl-at-times
#| tbl-cap: Patients without the event at given times
tables.make_table_at_times(data, ["OS", "RFS", "DFS", "DOR", "DORANY", "CLFS"])

# %%
#| label: tbl-cir-at-times
#| tbl-cap: "{{CIR}} and {{NRM within}} at given times"
tables.make_table_incidence(data, ["CIR", "NRM"])

# %%
#| echo: false
sentences.reconcile_time_to_event(data, ["OS", "RFS", "DFS", "DOR", "DORANY", "CLFS", "CIR", "NRM"])

# %%
#| echo: false
sentences.conclude_survival(data, ["OS", "RFS", "DFS", "DOR", "DORANY", "CLFS", "CIR", "NRM"])
