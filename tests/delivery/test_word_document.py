"""What Word shows and a screen reader says, in the delivered report."""

import re
import zipfile
from pathlib import Path

import docx
import pypdf
import pytest
from docx.oxml.ns import qn
from lxml import etree


@pytest.fixture(scope="module")
def document(protocol_report: Path) -> docx.document.Document:
    return docx.Document(str(protocol_report / "report.docx"))


@pytest.fixture(scope="module")
def xml(protocol_report: Path) -> str:
    with zipfile.ZipFile(protocol_report / "report.docx") as archive:
        return archive.read("word/document.xml").decode("utf-8")


def test_every_part_is_well_formed(protocol_report):
    with zipfile.ZipFile(protocol_report / "report.docx") as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(name))


def test_title_authors_and_language_are_set(document):
    properties = document.core_properties
    assert properties.title.startswith("Blinatumomab followed by")
    assert "Zhilei Bian" in properties.author
    assert properties.language == "en-GB"
    assert 'w:lang w:bidi="ar-SA" w:eastAsia="zh-CN" w:val="en-GB"' in etree.tostring(document.styles.element).decode()


def test_every_picture_says_in_words_what_it_shows(xml):
    said = re.findall(r'<wp:docPr descr="([^"]*)"', xml)
    assert len(said) == len(re.findall("<wp:docPr ", xml)) > 10
    assert all(len(text) > 40 for text in said)


def test_captions_are_numbered_by_word_and_references_lead_to_them(document, xml):
    captions = [text for text in document.paragraphs if text.style.name in ("Table Caption", "Image Caption")]
    assert len(captions) > 40
    assert len(re.findall(r"SEQ (?:Table|Figure) ", xml)) == len(captions)
    targets = set(re.findall(r'<w:hyperlink w:anchor="([^"]+)"', xml))
    marks = set(re.findall(r'<w:bookmarkStart [^>]*w:name="([^"]+)"', xml))
    assert len(targets) > 40
    assert targets <= marks


def test_headings_are_headings_and_headers_of_tables_repeat(document):
    levels = {text.style.name for text in document.paragraphs if text.style.name.startswith("Heading")}
    assert {"Heading 1", "Heading 2"} <= levels
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_elements_of_a_cell_are_in_the_order_of_the_schema(xml):
    """ISO/IEC 29500-1, CT_TcPr: width, span, merge, borders, shading, margins, direction, alignment."""
    order = ["tcW", "gridSpan", "vMerge", "tcBorders", "shd", "noWrap", "tcMar", "textDirection", "vAlign"]
    for cell in re.findall(r"<w:tcPr>(.*?)</w:tcPr>", xml, re.DOTALL):
        names = re.findall(r"<w:(\w+)", re.sub(r"<w:tcBorders>.*?</w:tcBorders>", "<w:tcBorders/>", cell))
        assert names == sorted(names, key=order.index)


def test_an_empty_cell_is_no_higher_than_the_others(document):
    """Its paragraph has the style of the table's text."""
    empty = [cell for table in document.tables for row in table.rows for cell in row.cells if not cell.text]
    assert empty
    assert {paragraph.style.name for cell in empty for paragraph in cell.paragraphs} <= {
        "Table Text",
        "Table Text Small",
    }


def test_the_pdf_is_tagged_and_names_its_title_authors_and_language(protocol_report):
    reader = pypdf.PdfReader(protocol_report / "report.pdf")
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert reader.metadata.title.startswith("Blinatumomab followed by")
    assert "Zhilei Bian" in reader.metadata.author
    assert len(root["/Outlines"]) > 0
