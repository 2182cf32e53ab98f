"""The delivered pages as a browser shows them: on a phone and on a desk, to the eye, the keyboard and the ear."""

import re
from pathlib import Path

import pytest

from delivery import browser as checks
from delivery.browser import DESK, PHONE, inspect, open_page
from helpers.delivery.index import write_index
from helpers.study.reading import read_study

WIDTHS = (PHONE, DESK)


@pytest.fixture(scope="module")
def browser():
    with checks.start_browser() as started:
        yield started


@pytest.fixture(scope="module")
def index(published_report: Path, protocol_report: Path, tmp_path_factory) -> Path:
    """An index of both studies, each with a delivered cut."""
    out = tmp_path_factory.mktemp("index")
    for report in (published_report, protocol_report):
        study = report.parent
        (out / study.name).symlink_to(study, target_is_directory=True)
    return write_index(out, [read_study("tsvetkova2022"), read_study("zhengzhou")])


@pytest.mark.parametrize("width", WIDTHS)
def test_report_of_the_published_cohort(browser, published_report, width):
    assert inspect(browser, published_report / "report.html", width) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_report_of_the_protocol_study(browser, protocol_report, width):
    assert inspect(browser, protocol_report / "report.html", width) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_index(browser, index, width):
    assert inspect(browser, index, width) == []


# What the reader does.


def test_contents_follow_the_reader(browser, protocol_report):
    with open_page(browser, protocol_report / "report.html", DESK) as opened:
        page = opened.page
        assert page.locator("#TOC a[aria-current]").count() == 1
        page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
        for link in page.locator("#TOC a").all()[1:8:3]:
            link.click()
            page.wait_for_function(
                "href => document.querySelector('#TOC a[aria-current]').getAttribute('href') === href",
                arg=link.get_attribute("href"),
            )
        assert page.locator("#TOC a[aria-current]").count() == 1


def test_contents_are_folded_on_a_phone_and_open_by_keyboard(browser, protocol_report):
    with open_page(browser, protocol_report / "report.html", PHONE) as opened:
        page = opened.page
        page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
        last = page.locator("#TOC a").last
        assert not last.is_visible()
        page.locator("#TOC summary").focus()
        page.keyboard.press("Enter")
        assert last.is_visible()
        page.keyboard.press("Escape")
        assert not last.is_visible()
        page.keyboard.press("Enter")
        last.click()
        assert not last.is_visible()
        assert page.evaluate("window.scrollY") > 1000


def test_first_key_leads_past_the_contents(browser, published_report):
    with open_page(browser, published_report / "report.html", DESK) as opened:
        opened.page.keyboard.press("Tab")
        assert opened.page.evaluate("document.activeElement.textContent") == "Skip to the text"
        opened.page.keyboard.press("Enter")
        assert opened.page.evaluate("document.activeElement.localName") == "main"


def test_code_is_folded_away(browser, published_report):
    with open_page(browser, published_report / "report.html", DESK) as opened:
        code = opened.page.locator("details.code-fold pre")
        assert code.count() > 10
        assert not any(block.is_visible() for block in code.all())
        opened.page.locator("details.code-fold summary").first.click()
        assert code.first.is_visible()


def test_page_of_a_wide_table_is_read_by_keyboard(browser, protocol_report):
    with open_page(browser, protocol_report / "report.html", PHONE) as opened:
        region = opened.page.locator("[role=region][tabindex='0']").first
        region.focus()
        opened.page.keyboard.press("ArrowRight")
        opened.page.wait_for_function("document.activeElement.scrollLeft > 0")
        assert re.fullmatch(r"Table \d+", region.get_attribute("aria-label"))


def test_report_can_be_read_without_scripts(browser, protocol_report):
    page = browser.new_page(viewport={"width": PHONE, "height": 900}, java_script_enabled=False, offline=True)
    page.goto((protocol_report / "report.html").as_uri())
    assert page.locator("#TOC a").last.is_visible()
    assert (
        page.locator("#TOC").bounding_box()["y"] + page.locator("#TOC").bounding_box()["height"]
        <= (page.locator("main").bounding_box()["y"])
    )
    page.close()


def test_printed_contents_are_open_and_notice_is_on_every_page(browser, protocol_report, tmp_path):
    import pypdf

    with open_page(browser, protocol_report / "report.html", PHONE) as opened:
        opened.page.pdf(path=tmp_path / "printed.pdf", prefer_css_page_size=True)
        contents = opened.page.locator("#TOC li").count()
    pages = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "printed.pdf").pages]
    assert all("SYNTHETIC DATA" in text for text in pages)
    assert contents > 10
    assert all("Software and provenance" in re.sub(r"\s+", " ", text) for text in (pages[0], " ".join(pages[1:])))


# The checks must be able to fail: each is shown a page with its fault, and the same page without it.

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>A page</title><style>body { color: #222; background: #fff; }</style>
</head><body><main><h1 id="top">Heading</h1><p><a href="#top">Up</a></p>%s</main></body></html>
"""
DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
FAULTS = {
    "console": ("<script>console.error('lost')</script>", "error: lost"),
    "exception": ("<script>undeclared()</script>", "error: undeclared is not defined"),
    "remote picture": ('<img alt="A dot" src="http://example.org/a.png">', "asks for http://example.org/a.png"),
    "file beside it": ('<script src="beside.js"></script>', "asks for file://"),
    "picture that fails": ('<img alt="A dot" src="data:image/png;base64,AAAA">', "a picture that does not show"),
    "no alt": (f'<img src="{DOT}">', "a picture without text"),
    "empty alt": (f'<img alt=" " src="{DOT}">', "a picture without text"),
    "drawing without name": ('<svg role="img" width="9" height="9"></svg>', "a picture without text"),
    "anchor": ('<p><a href="#nowhere">There</a></p>', "link to a place that is not there: #nowhere"),
    "file": ('<p><a href="gone.csv">There</a></p>', "link to a file that is not there: gone.csv"),
    "plain http": ('<p><a href="http://example.org">There</a></p>', "link to a file that is not there"),
    "two names": ('<p id="top">Again</p>', "two elements are named top"),
    "wide element": ('<div style="width: 2000px; height: 1em">Wide</div>', "the page is"),
    "cut off": ('<p style="overflow: hidden; width: 2000px">Wide</p>', "ends at"),
    "out of reach": (
        '<div style="overflow-x: auto"><p style="width: 2000px">Wide</p></div>',
        "scrolls, without a name",
    ),
    "contrast": ('<p style="color: #999">Pale</p>', "serious, color-contrast"),
    "colour alone": (
        '<p>Text <a href="#top" style="text-decoration: none; color: #333">link</a> text</p>',
        "serious, link-in-text-block",
    ),
    "no name": ('<p><a href="#top"></a></p>', "serious, link-name"),
    "control without name": ("<p><button></button></p>", "critical, button-name"),
    "list": ("<ul><p>No item</p></ul>", "serious, list"),
}


def write(folder: Path, inner: str) -> Path:
    file = folder / "page.html"
    file.write_text(PAGE % inner, encoding="utf-8")
    return file


@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_without_fault_passes(browser, tmp_path, width):
    assert inspect(browser, write(tmp_path, f'<p><img alt="A dot" src="{DOT}"></p>'), width) == []


@pytest.mark.parametrize(("inner", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found(browser, tmp_path, inner, fault):
    found = inspect(browser, write(tmp_path, inner), DESK)
    assert any(fault in text for text in found), found


def test_a_report_spoilt_afterwards_is_noticed(browser, published_report, tmp_path):
    """The checks also see a fault in a page as long as the report."""
    html = (published_report / "report.html").read_text(encoding="utf-8")
    spoilt = tmp_path / "report.html"
    spoilt.write_text(html.replace('role="region"', 'role="region" style="min-width: 60rem"', 1), encoding="utf-8")
    assert any("the page is" in fault for fault in inspect(browser, spoilt, PHONE))


def test_without_a_browser_the_test_fails_and_says_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(AssertionError, match="apt-get install chromium"):
        checks.find_browser()
