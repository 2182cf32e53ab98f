"""How executed chapters become one document: captions filled, appendices lettered, the last appendices added."""

import nbformat
import pandas as pd
import pytest
import yaml

from helpers.delivery.captions import fill_captions
from helpers.delivery.document import extract_displays, write_document
from helpers.delivery.provenance import Provenance
from helpers.display.absence import NOT_DECLARED
from helpers.study.reading import read_study

PROVENANCE = Provenance("1.0", dict.fromkeys(("Python", "a", "b"), "2.0"), {}, {"data/x.csv": "0" * 64})


def chapter(folder, name, *cells):
    file = folder / f"{name}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), file)
    return file


def shown(source, **metadata):
    output = nbformat.v4.new_output("execute_result", data={"text/markdown": "shown"}, metadata=metadata)
    return nbformat.v4.new_code_cell(source, outputs=[output])


@pytest.fixture
def chapters(tmp_path):
    prose = nbformat.v4.new_markdown_cell
    first = chapter(
        tmp_path, "01", prose("# One {#sec-summary}"), shown('#| label: fig-dor\n#| fig-cap: "{{DOR}}"\nf()')
    )
    appendices = [
        *(prose("# Appendices {#sec-appendices}"), prose("## Appendix: First {#sec-first}"), shown("a()")),
        *(prose("## Appendix: Left out {#sec-out}"), shown("b()", **{NOT_DECLARED: True})),
        *(prose("## Appendix: Second {#sec-second}"), shown("c()")),
    ]
    return [first, chapter(tmp_path, "09", *appendices)]


def join(chapters, data, folder):
    write_document(chapters, data, PROVENANCE, folder / "report.ipynb")
    return [cell.source for cell in nbformat.read(folder / "report.ipynb", as_version=4).cells]


def test_appendices_have_their_letters_in_the_order_of_the_report(chapters, cohort, tmp_path):
    """Those that are left out take none; checklist and provenance are the last."""
    sources = join(chapters, cohort, tmp_path)
    headings = [source.splitlines()[0] for source in sources if source.startswith("#") and not source.startswith("#|")]
    assert headings == [
        "# One {#sec-summary}",
        "# Appendices {#sec-appendices}",
        "## Appendix A: First {#sec-first}",
        "## Appendix B: Second {#sec-second}",
        "## Appendix C: STROBE checklist {#sec-strobe}",
        "## Appendix D: Software and provenance {#sec-provenance}",
    ]


def test_without_a_chapter_of_appendices_they_have_their_heading_all_the_same(chapters, cohort, tmp_path):
    sources = join(chapters[:1], cohort, tmp_path)
    assert sources.index("# Appendices {#sec-appendices}") < next(
        number for number, source in enumerate(sources) if source.startswith("## Appendix A: STROBE")
    )


def test_captions_say_what_study_yml_declares(chapters, cohort, tmp_path):
    assert any('#| fig-cap: "Duration of marrow response"' in source for source in join(chapters, cohort, tmp_path))


def test_the_checklist_refers_only_to_what_is_in_the_document(chapters, cohort, tmp_path):
    """Here a summary, and no methods: the background is printed there, the setting nowhere."""
    table = next(source for source in join(chapters, cohort, tmp_path) if source.startswith("| Item |"))
    assert "| 2 | Background | Say why the study was done, and what is known | @sec-summary |" in table
    assert "@sec-design" not in table
    extract_displays(chapters, tmp_path, cohort.study)
    delivered = pd.read_csv(tmp_path / "tables" / "strobe.csv", dtype=str, keep_default_na=False)
    assert set(" ".join(delivered["Places"]).split()) == {"sec-summary"}


def test_a_package_stands_once_in_a_compact_table():
    cells = PROVENANCE.make_table_software().cells
    assert cells.to_numpy().tolist() == [["Python", "2.0", "b", "2.0"], ["a", "2.0", "", ""]]


@pytest.fixture(scope="module")
def study():
    return read_study("zhengzhou")


@pytest.mark.parametrize(
    ("caption", "filled"),
    [
        ('"{{OS}}, from the {{OS origin}}"', "Overall survival, from the first dose of blinatumomab"),
        ('"Incidence of {{NRM within}}"', "Incidence of non-relapse mortality"),
        ('"{{NOSUCH}}"', "NOSUCH"),
        ("Plain, see @tbl-x", "Plain, see @tbl-x"),
    ],
)
def test_a_caption_is_filled_from_the_endpoints(study, caption, filled):
    source = fill_captions(f"#| fig-cap: {caption}\nplot('{{{{OS}}}}')", study)
    option, code = source.splitlines()
    assert yaml.safe_load(option.removeprefix("#| ")) == {"fig-cap": filled}
    assert code == "plot('{{OS}}')"


def test_a_label_cannot_end_a_caption_or_mean_markup(study):
    endpoint = study.endpoints[0].model_copy(update={"label": 'Life: "all" *of* it'})
    changed = study.model_copy(update={"endpoints": (endpoint,)})
    option = fill_captions('#| fig-cap: "{{OS}}"', changed)
    assert yaml.safe_load(option.removeprefix("#| ")) == {"fig-cap": 'Life: \\"all\\" \\*of\\* it'}
