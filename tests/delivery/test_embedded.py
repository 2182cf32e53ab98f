import io
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import great_tables as gt
import nbformat
import pandas as pd
import pypdf
import pytest
import yaml
from docx import Document
from docx.oxml.ns import qn

from delivery.sample_report import (
    claims_table,
    code,
    figure_output,
    markdown,
    table_output,
    write_project,
)
from helpers.delivery.embedded import EmbeddedRenderer
from helpers.delivery.rendering import RenderError

FORMATS = ("html", "pdf", "docx")
MARGIN = 56  # points: a little less than the two centimetres of _quarto.yml


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    project = write_project(tmp_path_factory.mktemp("sample") / "project")
    written = EmbeddedRenderer().render(project, FORMATS)
    assert sorted(path.name for path in project.iterdir()) == sorted(
        ["_quarto.yml", "references.bib", "report.ipynb", "src", "report.html", "report.pdf", "report.docx"]
    ), "nothing but the documents is left behind"
    return written


@pytest.fixture(scope="module")
def html(rendered: dict[str, Path]) -> str:
    return rendered["html"].read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pdf(rendered: dict[str, Path]) -> str:
    return pdf_text(rendered["pdf"])


@pytest.fixture(scope="module")
def word(rendered: dict[str, Path]) -> Any:
    return Document(str(rendered["docx"]))


def pdf_text(path: Path) -> str:
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    return re.sub(r"\s+", " ", text.replace("\u2060", ""))


class Elements(HTMLParser):
    """Every start tag with its attributes, and the text outside style and script."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._silent = 0
        self.feed(source)
        self.text = re.sub(r"\s+", " ", self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._silent += tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.text += data


def visible(html: str) -> str:
    return Elements(html).text.replace("\u00a0", " ")


def render_cells(folder: Path, cells: list[Any], *formats: str) -> dict[str, Path]:
    return EmbeddedRenderer().render(write_project(folder, cells), formats)


# Numbers and references


def test_references_and_captions_are_numbered_alike_in_every_format(html: str, pdf: str, word: Any) -> None:
    paragraphs = "\n".join(paragraph.text for paragraph in word.paragraphs).replace("\u00a0", " ")
    for text in (visible(html), pdf.replace("\u00a0", " "), paragraphs):
        assert "as in Table 1; survival is in Section 2" in text
        assert "See 1, or Figure 1." in text
        assert "Each claim, in Table 4." in text
        assert "Toxicity is in Table 3, Figure 1 and in see 2.1." in text
        assert "Table 1. Patients at the start of treatment, after [1]." in text
        assert "Figure 1. Survival from the first infusion; see also Table 1." in text
        assert "Table 3. Toxicity in Markdown." in text
        assert "@" not in text.replace("@media", "")


def test_references_lead_to_their_targets(html: str, word: Any) -> None:
    elements = Elements(html)
    identifiers = [attributes["id"] for _, attributes in elements.tags if attributes.get("id")]
    links = [attributes["href"] for tag, attributes in elements.tags if tag == "a" and attributes.get("href")]
    internal = {link[1:] for link in links if link and link.startswith("#")}
    assert {"tbl-baseline", "fig-survival", "sec-survival", "tbl-claims", "tbl-toxicity"} <= internal
    assert internal <= set(identifiers)
    assert len(identifiers) == len(set(identifiers))
    body = word.element.body
    bookmarks = {mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))}
    anchors = {link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink")) if link.get(qn("w:anchor"))}
    assert anchors <= bookmarks


def test_an_unknown_reference_is_an_error_that_names_it(tmp_path: Path) -> None:
    for to in FORMATS:
        with pytest.raises(RenderError, match="unknown cross-reference @fig-nowhere") as caught:
            render_cells(tmp_path / to, [markdown("See @fig-nowhere.")], to)
        assert caught.value.format == to
        assert "traceback" not in caught.value.message


def test_an_unknown_citation_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="nobody1999"):
        render_cells(tmp_path, [markdown("As shown [@nobody1999].")], "html")


def test_a_label_used_twice_is_an_error(tmp_path: Path) -> None:
    cells = [code("#| label: fig-a\n#| fig-cap: A.\nplot()", figure_output()) for _ in range(2)]
    with pytest.raises(RenderError, match="fig-a is used twice"):
        render_cells(tmp_path, cells, "html")


def test_a_footnote_mark_used_twice_is_an_error(tmp_path: Path) -> None:
    cells = [markdown("One.[^a]\n\n[^a]: First."), markdown("Two.[^a]\n\n[^a]: Second.")]
    with pytest.raises(RenderError, match=r"[Dd]uplicate note"):
        render_cells(tmp_path, cells, "html")


def test_unnumbered_sections_do_not_count(tmp_path: Path) -> None:
    cells = [markdown("# First {.unnumbered}\n\n# Second {#sec-second}\n\nSee @sec-second.")]
    written = render_cells(tmp_path, cells, "html", "docx")
    assert "See Section 1." in visible(written["html"].read_text(encoding="utf-8"))
    assert "See Section\u00a01." in [paragraph.text for paragraph in Document(str(written["docx"])).paragraphs]


def test_citations_are_numbered_and_listed(html: str, pdf: str, word: Any) -> None:
    entry = "Clopper CJ, Pearson ES. The use of confidence or fiducial limits"
    paragraphs = [paragraph.text for paragraph in word.paragraphs]
    assert entry in visible(html)
    assert entry in pdf
    assert any(entry in text for text in paragraphs)
    assert "References" in paragraphs
    assert "1958;53(282):457–81" in visible(html)


# Tables


def test_word_tables_hold_the_cells_of_the_html_tables(word: Any) -> None:
    baseline = [[cell.text for cell in row.cells] for row in word.tables[0].rows]
    assert baseline == [
        ["Characteristic", "Response after two cycles", "Response after two cycles", "Alla (N = 17)"],
        ["Characteristic", "CR (N = 15)", "No CR\n(N = 2)", "Alla (N = 17)"],
        ["Age, years"] * 4,
        ["Median", "41", "38", "40"],
        ["Range", "19–671", "30–46", "19–67"],
        ["Sex, n (%)"] * 4,
        ["Female", "7 (47)", "1 (50)", "8 (47)"],
        ["Male", "8 (53)", "1 (50)", "9 (53)"],
        ["CR, complete remission; percentages of the column's N.\n1 At the start of treatment."] * 4,
    ]
    claims = word.tables[3]
    assert (len(claims.rows), len(claims.columns)) == (131, 6)
    assert [cell.text for cell in claims.rows[130].cells][:4] == [
        "130",
        "Results, paragraph 15",
        "10/17 (59%)",
        "10/17 (58.8%)",
    ]


def test_word_tables_repeat_their_header_and_keep_rows_whole(word: Any) -> None:
    for table, headers in zip(word.tables, (2, 1, 1, 1), strict=True):
        assert table.style.name == "Table"
        repeated = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
        assert repeated == [True] * headers + [False] * (len(repeated) - headers)
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def test_word_captions_have_the_caption_style_and_a_field(word: Any) -> None:
    captions = {
        paragraph.text.replace("\u00a0", " ").split(".")[0]: paragraph.style
        for paragraph in word.paragraphs
        if paragraph.style.name in ("Table Caption", "Image Caption")
    }
    assert list(captions) == ["Table 1", "Table 2", "Figure 1", "Table 3", "Table 4"]
    assert all(style.base_style.name == "Caption" for style in captions.values())
    instructions = [field.text for field in word.element.body.iter(qn("w:instrText"))]
    assert sum("SEQ Table" in text for text in instructions) == 4
    assert sum("SEQ Figure" in text for text in instructions) == 1


def test_word_contents_are_filled_in(word: Any) -> None:
    entries = [paragraph.text for paragraph in word.paragraphs if re.fullmatch(r"TOC \d|toc \d", paragraph.style.name)]
    assert entries == [
        "1  Cohort",
        "1.1  Listing",
        "2  Survival",
        "2.1  Overall",
        "3  Claims",
        "Provenance",
        "References",
    ]


def test_pdf_holds_every_row_of_a_long_table_and_its_header_on_each_page(rendered: dict[str, Path], pdf: str) -> None:
    for number in range(1, 131):
        assert f"claim number {number}." in pdf
    pages = [re.sub(r"\s+", " ", page.extract_text()) for page in pypdf.PdfReader(rendered["pdf"]).pages]
    holding = [page for page in pages if "claim number" in page]
    assert len(holding) > 3
    assert all("Place in the paper" in page for page in holding)


def test_nothing_in_the_pdf_lies_outside_the_margins(rendered: dict[str, Path]) -> None:
    for page in pypdf.PdfReader(rendered["pdf"]).pages:
        assert [round(float(side)) for side in page.mediabox] == [0, 0, 595, 842]
        starts: list[float] = []
        ends: list[float] = []

        def note(text: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
            if text.strip():
                starts.append(tm[4] * cm[0] + tm[5] * cm[2] + cm[4])  # noqa: B023
                ends.append(starts[-1] + 0.3 * size * len(text.strip()))  # noqa: B023  # no letter is that narrow

        page.extract_text(visitor_text=note)
        assert starts, "no page is empty"
        assert min(starts) > MARGIN
        assert max(ends) < 595 - MARGIN


def test_html_tables_are_the_ones_that_great_tables_wrote(html: str) -> None:
    elements = Elements(html)
    tables = [attributes for tag, attributes in elements.tags if tag == "table"]
    assert sum("gt_table" in (attributes.get("class") or "") for attributes in tables) == 3
    floats = {attributes.get("id") for tag, attributes in elements.tags if tag == "figure"}
    assert floats == {"tbl-baseline", "tbl-listing", "fig-survival", "tbl-toxicity", "tbl-claims"}


def test_dumps_give_way_to_richer_outputs(html: str, pdf: str, word: Any) -> None:
    everything = [html, pdf, "\n".join(p.text for p in word.paragraphs)]
    for text in everything:
        for dump in ("PLAINDUMP", "CSVDUMP", "<Markdown>", "Figure size", "HIDDENPARAMETER"):
            assert dump not in text


# Code, callouts, sentences


def test_code_is_folded_in_html_and_absent_elsewhere(html: str, pdf: str, word: Any) -> None:
    assert html.count('<details class="code-fold"><summary>Code</summary>') == 5
    assert "CODEDUMP" in html
    assert "#|" not in visible(html)
    assert "CODEDUMP" not in pdf
    assert "make_baseline" not in pdf
    assert not any("CODEDUMP" in paragraph.text for paragraph in word.paragraphs)


def test_sentences_callouts_footnotes_and_front_matter_are_in_every_format(html: str, pdf: str, word: Any) -> None:
    paragraphs = "\n".join(paragraph.text for paragraph in word.paragraphs)
    for text in (visible(html), pdf, paragraphs):
        assert "SENTENCE: at 24 months 50% were alive [2]." in text
        assert "Not derivable" in text
        assert "CALLOUTTEXT" in text
        assert "Blinatumomab and donor lymphocytes: a sample" in text
        assert "Second Author" in text
        assert "Data cut 2021-06-30" in text
        assert f"Rendered with {EmbeddedRenderer().version}" in text
    assert "FOOTNOTETEXT" in visible(html)
    assert "FOOTNOTETEXT" in pdf


# One file, readable by everyone


def test_html_loads_nothing(html: str) -> None:
    loading = {"script": "src", "link": "href", "img": "src", "iframe": "src", "object": "data", "source": "src"}
    for tag, attributes in Elements(html).tags:
        address = attributes.get(loading.get(tag, ""), "") or ""
        assert not address or address.startswith("data:"), (tag, address)
    assert "@import" not in html
    assert not re.search(r"url\(\s*['\"]?(?!data:|#)", html)


def test_html_has_a_language_and_alternative_texts(html: str) -> None:
    elements = Elements(html)
    assert dict(elements.tags)["html"].get("lang") == "en"
    images = [attributes for tag, attributes in elements.tags if tag == "img"]
    assert [image.get("alt") for image in images] == ['A step function that falls from 1 to "one half" in 24 months.']
    assert str(images[0].get("src")).startswith("data:image/svg+xml")


def test_word_images_have_alternative_texts(word: Any) -> None:
    described = [shape.get("descr") for shape in word.element.body.iter(qn("wp:docPr"))]
    assert described == ['A step function that falls from 1 to "one half" in 24 months.']


def test_the_pdf_is_tagged_titled_and_in_a_language(rendered: dict[str, Path]) -> None:
    reader = pypdf.PdfReader(rendered["pdf"])
    assert reader.metadata is not None
    assert reader.metadata.title == "Blinatumomab and donor lymphocytes: a sample"
    catalogue = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"] is True or bool(catalogue["/MarkInfo"]["/Marked"])
    assert catalogue["/Lang"].startswith("en")


# The same bytes


def test_documents_are_the_same_again_and_elsewhere(rendered: dict[str, Path], tmp_path: Path) -> None:
    elsewhere = write_project(tmp_path / "another" / "folder, with a comma")
    again = EmbeddedRenderer().render(elsewhere, FORMATS)
    twice = {to: path.read_bytes() for to, path in EmbeddedRenderer().render(elsewhere, FORMATS).items()}
    for to in FORMATS:
        assert again[to].read_bytes() == rendered[to].read_bytes(), to
        assert twice[to] == rendered[to].read_bytes(), to
        assert str(tmp_path).encode() not in twice[to]


def test_the_users_own_pandoc_and_clock_settings_change_nothing(
    rendered: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "share" / "pandoc"
    (own / "templates").mkdir(parents=True)
    (own / "templates" / "default.html5").write_text("mine: $body$")
    shutil.copy(rendered["docx"], own / "reference.docx")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    again = EmbeddedRenderer().render(write_project(tmp_path / "project"), FORMATS)
    for to in FORMATS:
        assert again[to].read_bytes() == rendered[to].read_bytes(), to


# Options are read, not repeated


def change_options(project: Path, **changes: Any) -> None:
    path = project / "_quarto.yml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | changes, sort_keys=False))


def test_a_change_in_quarto_yml_shows(tmp_path: Path) -> None:
    project = write_project(tmp_path)
    change_options(
        project, **{"number-sections": False, "toc": False, "crossref": {"tbl-title": "Tab", "title-delim": ":"}}
    )
    written = EmbeddedRenderer().render(project, FORMATS)
    html = written["html"].read_text(encoding="utf-8")
    assert 'id="TOC"' not in html
    assert 'class="header-section-number"' not in html
    assert "Tab 2: All patients." in visible(html)
    assert "Tab 2: All patients." in pdf_text(written["pdf"]).replace("\u00a0", " ")
    styles = {paragraph.style.name for paragraph in Document(str(written["docx"])).paragraphs}
    assert "TOC Heading" not in styles


def test_code_can_be_shown_or_hidden_by_the_cell(tmp_path: Path) -> None:
    cells = [
        code("#| echo: true\nSHOWN = 1"),
        code("#| echo: false\nHIDDEN = 1"),
        code("#| output: false\nMUTE", {"text/plain": "SILENT"}),
    ]
    written = render_cells(tmp_path, cells, "html", "pdf")
    html = written["html"].read_text(encoding="utf-8")
    assert "SHOWN" in html
    assert "HIDDEN" not in html
    assert "SILENT" not in html
    assert "SHOWN" in pdf_text(written["pdf"])


def test_columns_too_wide_for_the_page_keep_their_words_apart(tmp_path: Path) -> None:
    names = ["Code", "Population", "Endpoint", "Definition"]
    row = ["DORANYSITE", "patients in remission", "Duration of response " * 3, "From the first dose " * 12]
    frame = pd.DataFrame([row], columns=names)
    cells = [code("#| label: tbl-a\n#| tbl-cap: A.\nshow()", table_output(gt.GT(frame, id="a")))]
    written = render_cells(tmp_path, cells, "pdf", "docx")
    grid = Document(str(written["docx"])).tables[0]._tbl.tblGrid.findall(qn("w:gridCol"))
    widths = [int(column.get(qn("w:w"))) for column in grid]
    assert widths[1:] == sorted(widths[1:]), "the longer the text, the wider the column"
    assert widths[0] > 8 * 20 * 0.6 * len("DORANYSITE"), "in twentieths of a point, at 8 points"
    text = pypdf.PdfReader(written["pdf"]).pages[0].extract_text(extraction_mode="layout")
    assert re.search(r"DORANYSITE +patients", text)


def test_indentation_and_weight_of_cells_survive(tmp_path: Path) -> None:
    frame = pd.DataFrame({"what": ["Sex", "Female"], "n": ["17", "8"]})
    table = (
        gt.GT(frame, rowname_col="what", id="a")
        .tab_style(gt.style.css("padding-left: 1.5em;"), gt.loc.stub(rows=[1]))
        .tab_style(gt.style.text(weight="bold"), gt.loc.body(rows=[0]))
    )
    written = render_cells(tmp_path, [code("show()", table_output(table))], "docx")
    (made,) = Document(str(written["docx"])).tables
    assert made.rows[2].cells[0].text == "\u2003\u2003Female"
    assert [cell.paragraphs[0].runs[-1].bold for cell in made.columns[1].cells[1:]] == [True, None]


def test_alternative_text_may_come_with_the_output(tmp_path: Path) -> None:
    cell = code("plot()", figure_output())
    cell.outputs[0]["metadata"] = {"image/svg+xml": {"alt": "As drawn."}, "image/png": {"alt": "As drawn."}}
    written = render_cells(tmp_path, [cell], "html", "docx")
    assert 'alt="As drawn."' in written["html"].read_text(encoding="utf-8")
    shapes = Document(str(written["docx"])).element.body.iter(qn("wp:docPr"))
    assert [shape.get("descr") for shape in shapes] == ["As drawn."]


def test_a_landscape_cell_turns_its_page(tmp_path: Path) -> None:
    table = code("#| label: tbl-a\n#| tbl-cap: A.\n#| classes: landscape\nshow()", table_output(claims_table(3)))
    written = render_cells(tmp_path, [markdown("Before."), table, markdown("After.")], "pdf", "docx")
    turned = [page.mediabox.width > page.mediabox.height for page in pypdf.PdfReader(written["pdf"]).pages]
    assert turned == [False, True, False]
    sections = Document(str(written["docx"])).sections
    assert [section.page_width > section.page_height for section in sections] == [False, True, False]
    assert len({section.footer.paragraphs[0].text for section in sections}) == 1
    assert not any(section.footer.is_linked_to_previous for section in sections)


# What must not pass


def test_a_cell_that_failed_is_not_delivered(tmp_path: Path) -> None:
    cell = code("1 / 0")
    cell.outputs = [nbformat.v4.new_output("error", ename="ZeroDivisionError", evalue="division by zero")]
    with pytest.raises(RenderError, match="cell 1 holds an error: ZeroDivisionError"):
        render_cells(tmp_path, [cell], "html")


def test_options_that_are_not_yaml_name_the_cell(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="cell 2: its options are not valid YAML"):
        render_cells(tmp_path, [markdown("One."), code("#| fig-cap: a: b: c\nplot()")], "html")


def test_a_missing_image_is_an_error(tmp_path: Path) -> None:
    for to in FORMATS:
        with pytest.raises(RenderError, match="gone"):
            render_cells(tmp_path / to, [markdown("![A figure](gone.png)")], to)


def test_broken_typst_is_reported(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="nonsense") as caught:
        render_cells(tmp_path, [markdown("```{=typst}\n#nonsense()\n```")], "pdf")
    assert caught.value.format == "pdf"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["_quarto.yml", "references.bib", "report.ipynb", "src"]


def test_a_folder_without_options_is_an_error(tmp_path: Path) -> None:
    project = write_project(tmp_path)
    (project / "_quarto.yml").unlink()
    with pytest.raises(RenderError, match=r"no _quarto\.yml"):
        EmbeddedRenderer().render(project, ["html"])


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="'epub'; one of html, pdf, docx"):
        EmbeddedRenderer().render(write_project(tmp_path), ["epub"])


def test_the_reference_document_is_what_its_script_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import runpy

    from delivery.sample_report import REPOSITORY, THEME

    script = REPOSITORY / THEME / "make_reference_docx.py"
    made = runpy.run_path(str(script))
    target = tmp_path / "reference.docx"
    monkeypatch.setitem(made["main"].__globals__, "TARGET", target)
    made["main"]()
    new, kept = (Document(io.BytesIO(path.read_bytes())) for path in (target, script.with_name("reference.docx")))
    assert new.styles.element.xml == kept.styles.element.xml
