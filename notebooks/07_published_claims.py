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
# # Published claims {#sec-claims}
#
# **Question.** Which numbers of the source can be recomputed, and do they hold?
#
# **Method.** Every numeric claim the source makes about its own patients was transcribed with its place. Claims that
# the patient listing can answer are recomputed and compared at the printed precision. The others are checked against
# the paper itself: a percentage against its count and denominator, parts against their sum, a statement against the
# same statement elsewhere, an interval against its estimate. Each claim gets one verdict:
#
# - *agrees*, or *agrees after rounding* to the printed digits;
# - *differs* from what the listing gives;
# - *internally inconsistent*: it contradicts its own sentence or another place of the paper;
# - *not derivable*: the source does not print what would be needed; its arithmetic is checked all the same.

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
# ## Summary {#sec-verdicts}

# %%
#| echo: false
sentences.describe_audit(data)

# %%
#| label: fig-verdicts
#| fig-cap: Printed claims by place in the source and verdict
figures.plot_verdicts(data)

# %%
#| label: tbl-verdicts
#| tbl-cap: Printed claims by place in the source and verdict
tables.make_table_verdicts(data)

# %% [markdown]
# @tbl-verdicts is read by rows: the verdicts of a row add up to the claims of that place. A claim that is not derivable
# is not doubtful; the source gives counts where a check would need patients.

# %% [markdown]
# ## Claims that do not hold {#sec-contradicted}
#
# A contradiction is not a reproach. Each row of @tbl-contradicted gives the reading under which the printed number may
# have come about, where one was found.

# %%
#| label: tbl-contradicted
#| tbl-cap: Claims that differ from the patient listing or contradict the paper itself
tables.make_table_contradicted(data)

# %% [markdown]
# ## All claims {#sec-all-claims}
#
# @tbl-all-claims lists every claim in the order of the source. *Recomputed* stands only where the patient listing gives
# the value; the reason says what was compared, what was tried besides, and what would be needed.

# %%
#| label: tbl-all-claims
#| tbl-cap: All printed claims with their verdicts
tables.make_table_all_claims(data)

# %%
#| echo: false
sentences.reconcile_audit(data)

# %%
#| echo: false
sentences.conclude_audit(data)
