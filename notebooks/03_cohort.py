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
# # Cohort {#sec-cohort}
#
# **Question.** Who was treated, with what, and what is known of each patient?
#
# **Method.** Patients are counted from screening to the populations of the analyses (see @sec-definitions). Continuous
# characteristics are described by median and range, categorical ones by counts and percentages of all patients.

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
# ## Flow of patients {#sec-flow}

# %%
#| echo: false
sentences.describe_flow(data)

# %%
#| label: fig-flow
#| fig-cap: Flow of patients from screening to the populations of the analyses
figures.plot_flow(data)

# %%
#| label: tbl-eligibility
#| tbl-cap: Eligibility, criterion by criterion
tables.make_table_eligibility(data)

# %% [markdown]
# Of @tbl-eligibility each row stands for itself: a patient may fail several criteria.
#
# ## Patients treated {#sec-patients}
#
# Only characteristics that the data hold patient by patient can be described and split by stratum.

# %%
#| echo: false
sentences.describe_cohort(data)

# %%
#| label: tbl-baseline
#| tbl-cap: Characteristics of the patients before treatment
tables.make_table_baseline(data)

# %% [markdown]
# Read @tbl-baseline by columns: each percentage refers to the number at the head of its column. Groups that were not
# randomised differ in more than their name; a difference between them is no evidence of an effect.
#
# ## Exposure and adherence {#sec-exposure}

# %%
#| echo: false
sentences.describe_exposure(data)

# %%
#| label: tbl-exposure
#| tbl-cap: Treatment given
tables.make_table_exposure(data)

# %%
#| echo: false
sentences.describe_adherence(data)

# %%
#| label: tbl-adherence
#| tbl-cap: Adherence to the treatment plan, with each deviation named
tables.make_table_adherence(data)

# %% [markdown]
# ## Characteristics known only from print {#sec-reported}
#
# Some facts about the same patients exist only as counts in the source. They are repeated here as printed. Without
# patient-level data they can be neither recomputed nor split.

# %%
#| label: tbl-reported
#| tbl-cap: Characteristics known only as printed counts
tables.make_table_reported(data)

# %% [markdown]
# The percentages of @tbl-reported follow from the printed counts; whether the source prints the same ones is asked
# in @sec-claims.
#
# ## In short {#sec-cohort-short}

# %%
#| echo: false
sentences.reconcile_strata(data)

# %%
#| echo: false
sentences.conclude_cohort(data)
