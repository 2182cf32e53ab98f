"""What a browser makes of a page: each `find_` returns what is wrong, in words, and nothing where all is well."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

COMMANDS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
NO_BROWSER = (
    "these tests need Chromium or Google Chrome, and none of the commands "
    f"{', '.join(COMMANDS)} was found: on Debian or Ubuntu, apt-get install chromium; elsewhere, install Google Chrome"
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE, DESK = 390, 1280
GRAVE = ("serious", "critical")

# Elements of a page that reach beyond its right edge, but for those within a box that scrolls by itself.
BEYOND = """() => {
  const scrolls = element => ['auto', 'scroll', 'hidden'].includes(getComputedStyle(element).overflowX);
  const inBox = element => {
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement) {
      if (scrolls(box) && box.getBoundingClientRect().right <= innerWidth + 1) return true;
    }
    return false;
  };
  const said = document.documentElement.scrollWidth > innerWidth
    ? [`the page is ${document.documentElement.scrollWidth} px wide in a window of ${innerWidth} px`] : [];
  for (const element of document.body.querySelectorAll('*')) {
    const place = element.getBoundingClientRect();
    if (place.width && place.right > innerWidth + 1 && !inBox(element)) {
      const name = `<${element.localName} class="${element.getAttribute('class') || ''}">`;
      said.push(`${name} ends at ${Math.round(place.right)} px of ${innerWidth}`);
    }
  }
  return said;
}"""
# Boxes that scroll sideways: whoever has no mouse must reach them, and must be told what they are.
UNREACHABLE = """() => [...document.body.querySelectorAll('*')]
  .filter(box => ['auto', 'scroll'].includes(getComputedStyle(box).overflowX))
  .filter(box => box.scrollWidth > box.clientWidth + 1)
  .filter(box => box.tabIndex < 0 || (box.localName !== 'pre' && !box.getAttribute('aria-label')))
  .map(box => `<${box.localName} class="${box.className}"> scrolls, without a name or out of reach of the keyboard`)"""
WITHOUT_TEXT = """() => [...document.querySelectorAll('img, svg, [role=img]')]
  .filter(picture => !picture.closest('[role=img], [aria-hidden=true]') || picture.matches('[role=img]'))
  .filter(picture => !(picture.getAttribute('alt') || picture.getAttribute('aria-label') || '').trim())
  .map(picture => `a picture without text: ${picture.outerHTML.slice(0, 80)}`)"""
UNLOADED = """() => [...document.images].filter(image => !image.complete || !image.naturalWidth)
  .map(image => `a picture that does not show: ${image.outerHTML.slice(0, 80)}`)"""
LINKS = "() => [...document.querySelectorAll('a[href]')].map(link => link.getAttribute('href'))"
NAMES = "() => [...document.querySelectorAll('[id]')].map(element => element.id)"


@dataclass
class OpenPage:
    """A page in a window, and what it said and asked for since it was opened."""

    page: Page
    file: Path
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


def find_browser() -> str:
    """The command of an installed browser; without one, the tests fail and say what to install."""
    found = next((path for command in COMMANDS if (path := shutil.which(command))), None)
    assert found, NO_BROWSER
    return found


@contextmanager
def start_browser() -> Iterator[Browser]:
    """A headless browser with an empty profile of its own."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as downloads:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS, downloads_path=downloads)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_page(browser: Browser, file: Path, width: int, height: int = 900) -> Iterator[OpenPage]:
    """Open a file in a window of a given size, without network."""
    page = browser.new_page(viewport={"width": width, "height": height}, offline=True)
    opened = OpenPage(page, file.resolve())
    page.on("console", lambda message: opened.said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: opened.said.append(f"error: {error}"))
    page.on("request", lambda request: opened.asked.append(request.url))
    try:
        page.goto(opened.file.as_uri(), wait_until="load")
        page.evaluate("() => document.fonts.ready.then(() => null)")
        yield opened
    finally:
        page.close()


def find_messages(opened: OpenPage) -> list[str]:
    """Errors and warnings on the console."""
    return [text for text in opened.said if text.startswith(("error", "warning"))]


def find_requests(opened: OpenPage) -> list[str]:
    """Whatever was asked for beside the file itself."""
    own = opened.file.as_uri()
    others = [url for url in opened.asked if url.partition("#")[0] != own and not url.startswith(("data:", "blob:"))]
    return [f"asks for {url}" for url in others]


def find_pictures_without_text(opened: OpenPage) -> list[str]:
    """Figures that say nothing to whoever cannot see them, or that do not show at all."""
    return [*opened.page.evaluate(WITHOUT_TEXT), *opened.page.evaluate(UNLOADED)]


def find_broken_links(opened: OpenPage) -> list[str]:
    """Links to a place or a file that is not there, and names that two places share."""
    names = opened.page.evaluate(NAMES)
    broken = [f"two elements are named {name}" for name in sorted({name for name in names if names.count(name) > 1})]
    for link in sorted(set(opened.page.evaluate(LINKS))):
        path, _, place = link.partition("#")
        if link.startswith(("https://", "mailto:")):
            continue
        if path and not (opened.file.parent / path).is_file():
            broken.append(f"link to a file that is not there: {link}")
        if not path and place not in names:
            broken.append(f"link to a place that is not there: {link}")
    return broken


def find_violations(opened: OpenPage) -> list[str]:
    """What axe-core calls a serious or critical violation of WCAG or of good practice."""
    found = Axe().run(opened.page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{violation['impact']}, {violation['id']}: {node['html'][:120]}"
        for violation in found
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]


def find_overflow(opened: OpenPage) -> list[str]:
    """What sticks out of the window, and what scrolls out of reach of the keyboard."""
    return [*opened.page.evaluate(BEYOND), *opened.page.evaluate(UNREACHABLE)]


CHECKS = (
    find_messages,
    find_requests,
    find_pictures_without_text,
    find_broken_links,
    find_violations,
    find_overflow,
)


def inspect(browser: Browser, file: Path, width: int) -> list[str]:
    """All checks of a page in a window of the given width."""
    with open_page(browser, file, width) as opened:
        return [fault for check in CHECKS for fault in check(opened)]
