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
# # Duration of response and survival {#sec-survival}
#
# **Question.** How long do remissions last, and how long do patients live?
#
# **Method.** Kaplan–Meier curves with pointwise intervals; follow-up by the reverse curve. Where the source gives no
# times by patient, the endpoint is not derivable: its printed values are shown beside that statement, and nothing is
# reconstructed.

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
# ## Marrow response {#sec-dor}
#
# The listing gives, for each responder, how long the bone marrow stayed in remission. A relapse outside the marrow does
# not end a marrow response.

# %%
#| echo: false
sentences.describe_time_to_event(data, "DOR")

# %%
#| label: fig-dor
#| fig-cap: Duration of marrow response. Steps are the Kaplan–Meier estimate, the band its interval, ticks mark censored patients; the table counts patients at risk, and events and censored patients before each time.
figures.plot_survival(data, "DOR")

# %% [markdown]
# ## Response until relapse at any site {#sec-dorany}
#
# Counting relapses outside the marrow as events gives the duration of response in the stricter sense. Their dates are
# not printed; the duration of the marrow response, read as the last that is known of the patient, stands in for them.
# They may have come earlier. @fig-dorany is therefore an approximation: too high before such a relapse, and possibly
# too low after it.

# %%
#| echo: false
sentences.describe_time_to_event(data, "DORANY")

# %%
#| label: fig-dorany
#| fig-cap: Duration of response until relapse at any site, an approximation. Marks as in @fig-dor.
figures.plot_survival(data, "DORANY")

# %%
#| label: tbl-medians
#| tbl-cap: Median duration of response and follow-up
tables.make_table_medians(data, ["DOR", "DORANY"])

# %%
#| label: tbl-at-times
#| tbl-cap: Patients without the event at given times
tables.make_table_at_times(data, ["DOR", "DORANY"])

# %% [markdown]
# ## Patient by patient {#sec-swimmer}
#
# @fig-swimmer shows every patient. The mark at the end of a bar says whether the marrow response ended there; the columns
# on the right say who relapsed outside the marrow, who died and who had graft-versus-host disease. Their times are not
# printed.

# %%
#| label: fig-swimmer
#| fig-cap: Duration of marrow response of each patient, coloured by the disease treated. Dots on the right mark patients who relapsed outside the marrow (EM), died, or had graft-versus-host disease (GVHD), at any time.
figures.plot_swimmer(data)

# %% [markdown]
# ## Overall and relapse-free survival {#sec-os}

# %%
#| echo: false
sentences.list_not_derivable(data)

# %%
#| label: tbl-printed-survival
#| tbl-cap: Printed values of endpoints that cannot be derived
tables.make_table_printed_survival(data)

# %%
#| echo: false
sentences.reconcile_time_to_event(data)

# %%
#| echo: false
sentences.conclude_survival(data)
