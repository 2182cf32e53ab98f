"""A project folder as the runner leaves it: a small executed report that uses everything the renderers know."""

import base64
import io
import shutil
from pathlib import Path
from typing import Any

import great_tables as gt
import matplotlib as mpl
import nbformat
import pandas as pd
from matplotlib.figure import Figure

REPOSITORY = Path(__file__).parents[2]
THEME = Path("src/helpers/delivery/theme")

FRONT_MATTER = """\
---
title: "Blinatumomab and donor lymphocytes: a sample"
subtitle: "Published cohort, data cut of the sample"
author:
  - First Author
  - Second Author
date: "Data cut 2021-06-30"
lang: en
abstract: |
  Seventeen patients, two figures and some tables, all invented.
---"""

BIBLIOGRAPHY = """\
@article{kaplan1958,
  author = {Kaplan, Edward L. and Meier, Paul},
  title = {Nonparametric estimation from incomplete observations},
  journal = {Journal of the American Statistical Association},
  year = {1958}, volume = {53}, number = {282}, pages = {457--481}, doi = {10.1080/01621459.1958.10501452}
}
@article{clopper1934,
  author = {Clopper, C. J. and Pearson, E. S.},
  title = {The use of confidence or fiducial limits illustrated in the case of the binomial},
  journal = {Biometrika}, year = {1934}, volume = {26}, number = {4}, pages = {404--413}
}
"""

CLAIM = "The printed value of the complete remissions agrees after rounding with the patients listed in the third table"


def figure_output() -> dict[str, str]:
    """MIME bundle of one curve, the same bytes every time."""
    mpl.rcParams["svg.hashsalt"] = "sample"
    figure = Figure(figsize=(5.6, 3.2), layout="constrained")
    axes = figure.subplots()
    axes.step([0, 3, 8, 14, 24], [1, 0.9, 0.7, 0.55, 0.5], where="post")
    axes.set(xlabel="Months", ylabel="Survival", ylim=(0, 1.02))
    svg, png = io.StringIO(), io.BytesIO()
    figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    figure.savefig(png, format="png", dpi=150, metadata={"Software": None})
    return {
        "image/svg+xml": svg.getvalue(),
        "image/png": base64.b64encode(png.getvalue()).decode(),
        "text/plain": "<Figure size 560x320 with 1 Axes>",
    }


def table_output(table: gt.GT) -> dict[str, str]:
    return {"text/html": table.as_raw_html(), "text/csv": "a,b\nCSVDUMP,2\n", "text/plain": "GT(PLAINDUMP)"}


def baseline_table() -> gt.GT:
    frame = pd.DataFrame(
        {
            "part": ["Age, years", "Age, years", "Sex, n (%)", "Sex, n (%)"],
            "what": ["Median", "Range", "Female", "Male"],
            "cr": ["41", "19–67", "7 (47)", "8 (53)"],
            "none": ["38", "30–46", "1 (50)", "1 (50)"],
            "all": ["40", "19–67", "8 (47)", "9 (53)"],
        }
    )
    return (
        gt.GT(frame, rowname_col="what", groupname_col="part", id="baseline")
        .tab_stubhead("Characteristic")
        .tab_spanner("Response after two cycles", ["cr", "none"])
        .cols_label(cr="CR (N = 15)", none=gt.html("No CR<br>(N = 2)"), all=gt.html("All<sup>a</sup> (N = 17)"))
        .cols_align("right", ["cr", "none", "all"])
        .tab_style(gt.style.text(weight="bold"), gt.loc.body(columns="all", rows=[0]))
        .tab_source_note("CR, complete remission; percentages of the column's N.")
        .tab_footnote("At the start of treatment.", gt.loc.body(columns="cr", rows=[1]))
    )


def claims_table(rows: int = 130) -> gt.GT:
    frame = pd.DataFrame(
        {
            "no": range(1, rows + 1),
            "place": [f"Results, paragraph {1 + i // 9}" for i in range(rows)],
            "printed": [f"{i % 17}/17 ({100 * (i % 17) / 17:.0f}%)" for i in range(rows)],
            "recomputed": [f"{i % 17}/17 ({100 * (i % 17) / 17:.1f}%)" for i in range(rows)],
            "verdict": [("agrees", "agrees after rounding", "internally inconsistent")[i % 3] for i in range(rows)],
            "reason": [f"{CLAIM}; claim number {i + 1}." for i in range(rows)],
        }
    )
    table = gt.GT(frame, id="claims").cols_label(no="No.", place="Place in the paper", printed="Printed")
    return table.cols_align("left")


def listing_table() -> gt.GT:
    names = ["Patient", "Age", "Sex", "Karyotype", "Donor", "Cycles", "DLI, n", "Response", "MRD", "GVHD", "Outcome"]
    rows = [
        [f"P{i:02d}", 20 + i, "FM"[i % 2], "t(9;22)(q34;q11)", "Matched unrelated", i % 5, i % 4, "CR", "negative",
         "chronic, moderate", "Alive in remission"]
        for i in range(1, 18)
    ]  # fmt: skip
    return gt.GT(pd.DataFrame(rows, columns=names), id="listing")


def markdown(source: str) -> Any:
    return nbformat.v4.new_markdown_cell(source)


def code(source: str, *outputs: dict[str, str], tags: tuple[str, ...] = ()) -> Any:
    made = [nbformat.v4.new_output("display_data", data=data) for data in outputs]
    return nbformat.v4.new_code_cell(source, outputs=made, metadata={"tags": list(tags)})


def sample_cells() -> list[Any]:
    """All cells of the sample, the raw cell with the front matter first."""
    return [
        nbformat.v4.new_raw_cell(FRONT_MATTER),
        markdown("# Cohort {#sec-cohort}\n\nWho was treated, as in @tbl-baseline; survival is in @sec-survival."),
        code("#| include: false\nstudy = 'HIDDENPARAMETER'", tags=("parameters",)),
        code(
            "#| label: tbl-baseline\n#| tbl-cap: Patients at the start of treatment, after @kaplan1958.\n"
            "show(tables.make_baseline(adsl))  # CODEDUMP",
            table_output(baseline_table()),
        ),
        markdown("The median age has a note.[^age]\n\n[^age]: FOOTNOTETEXT in years completed.\n\n## Listing"),
        code(
            "#| label: tbl-listing\n#| tbl-cap: All patients.\n#| classes: small\ntables.make_listing(adsl)",
            table_output(listing_table()),
        ),
        markdown("# Survival {#sec-survival}\n\n## Overall {#sec-overall}\n\nSee [-@fig-survival], or @fig-survival."),
        code(
            "#| label: fig-survival\n#| fig-cap: Survival from the first infusion; see also @tbl-baseline.\n"
            '#| fig-alt: A step function that falls from 1 to "one half" in 24 months.\nfigures.plot_survival(adtte)',
            figure_output(),
        ),
        code(
            "sentences.say_survival(results)",
            {"text/markdown": "SENTENCE: at 24 months **50%** were alive [@clopper1934].", "text/plain": "<Markdown>"},
        ),
        markdown("::: {.callout-warning}\n## Not derivable\nThe paper prints CALLOUTTEXT, no times.\n:::"),
        markdown(
            "| Grade | n |\n|:------|--:|\n| 3 | 4 |\n\n: Toxicity in Markdown. {#tbl-toxicity}\n\n"
            "Toxicity is in [@tbl-toxicity; @fig-survival] and in [see @sec-overall]."
        ),
        markdown("# Claims\n\nEach claim, in @tbl-claims."),
        code("#| label: tbl-claims\n#| tbl-cap: Claims.\ntables.make_claims(claims)", table_output(claims_table())),
        markdown("# Provenance {.unnumbered}\n\nRendered with {{< meta rendered-with >}}."),
    ]


def write_project(folder: Path, cells: list[Any] | None = None) -> Path:
    """Write a project folder: the repository's own options and theme, the sample notebook and its bibliography."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(REPOSITORY / "_quarto.yml", folder / "_quarto.yml")
    shutil.copytree(REPOSITORY / THEME, folder / THEME, dirs_exist_ok=True)
    (folder / "references.bib").write_text(BIBLIOGRAPHY, encoding="utf-8")
    notebook = nbformat.v4.new_notebook(cells=sample_cells() if cells is None else cells)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    nbformat.write(notebook, folder / "report.ipynb")
    return folder
