"""Take the pictures of README.md and docs/editing.md: of the built reports, and of JupyterLab on copied chapters.

    python docs/images/make_images.py [--reports FOLDER] [NAME ...]

without a name, all of them. The reports must be built (`make report`), JupyterLab installed (`make lab`).
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PUBLISHED = "tsvetkova2022/published/report.html"
PROTOCOL = "zhengzhou/2026-06-30/report.html"
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
DESK, PHONE = (1280, 860), (390, 780)
COLOURS = 128
MOST_BYTES = 250_000
PORT, TOKEN = 18_923, "pictures"
LAB_SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}
SENTENCE = "Adults and children are counted together."


@contextmanager
def open_page(browser: Browser, file: Path, size: tuple[int, int], place: str = "", above: int = 40) -> Iterator[Page]:
    """A page, a named element of it at the top of the window or somewhat below."""
    if not file.is_file():
        sys.exit(f"{file} is missing: build the reports first (make report)")
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, offline=True, reduced_motion="reduce")
    page.goto(file.as_uri())
    if place:
        # where the script of the page has marked the section, and the notice covers nothing
        page.evaluate(
            "([id, above]) => window.scrollTo(0, document.getElementById(id).getBoundingClientRect().top - above)",
            [place, above],
        )
    page.wait_for_timeout(300)
    yield page
    page.close()


def shoot(browser: Browser, file: Path, size: tuple[int, int], place: str = "", above: int = 40) -> Image.Image:
    """A picture of a page."""
    with open_page(browser, file, size, place, above) as page:
        return to_image(page)


def to_image(page: Page) -> Image.Image:
    """What the window shows."""
    return Image.open(BytesIO(page.screenshot())).convert("RGB")


def shoot_phone(browser: Browser, reports: Path) -> Image.Image:
    """Three screens of a phone: the head of a report, its contents unfolded, a wide table."""
    report = reports / PROTOCOL
    with open_page(browser, report, PHONE, "sec-survival", 120) as page:
        page.locator("#TOC summary").click()
        page.wait_for_timeout(200)
        contents = to_image(page)
    screens = [shoot(browser, report, PHONE), contents, shoot(browser, report, PHONE, "tbl-baseline", 90)]
    gap = 24
    whole = Image.new("RGB", (len(screens) * (PHONE[0] + gap) + gap, PHONE[1] + 2 * gap), "#d5dae0")
    for number, screen in enumerate(screens):
        whole.paste(screen, (gap + number * (PHONE[0] + gap), gap))
    return whole


@contextmanager
def start_lab() -> Iterator[str]:
    """JupyterLab in the folder of the chapters, as `make lab` starts it, on a copy of them."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        shutil.copytree(ROOT / "notebooks", project / "notebooks", ignore=shutil.ignore_patterns(".*", "__pycache__"))
        shutil.copy(ROOT / "jupytext.toml", project)
        settings = {f"JUPYTER_{kind}_DIR": str(project / kind.lower()) for kind in ("CONFIG", "RUNTIME")}
        settings["JUPYTERLAB_SETTINGS_DIR"] = str(project / "settings")
        for plugin, setting in LAB_SETTINGS.items():
            file = project / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(setting), encoding="utf-8")
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
        command += [f"--ServerApp.port={PORT}", f"--IdentityProvider.token={TOKEN}"]
        running = subprocess.Popen(
            command,
            cwd=project / "notebooks",
            env={**os.environ, **settings, "JUPYTER_PREFER_ENV_PATH": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        address = f"http://127.0.0.1:{PORT}"
        try:
            while True:
                if running.poll() is not None:
                    sys.exit("JupyterLab does not start; is it installed? (make lab)")
                try:
                    urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=10).close()
                except (urllib.error.URLError, ConnectionError):
                    time.sleep(0.5)
                else:
                    break
            yield address
        finally:
            running.terminate()
            running.wait(timeout=30)


@contextmanager
def open_chapter(browser: Browser, address: str) -> Iterator[Page]:
    """A chapter open in JupyterLab, its kernel ready."""
    page = browser.new_page(viewport={"width": DESK[0], "height": DESK[1]})
    page.goto(f"{address}/lab/tree/03_cohort.ipynb?token={TOKEN}")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
    page.wait_for_selector("text=Python 3 (ipykernel) | Idle", timeout=90_000)
    page.wait_for_timeout(3000)
    yield page
    page.close()


def shoot_lab_edit(browser: Browser, reports: Path) -> Image.Image:  # noqa: ARG001 - called as the others are
    """A sentence typed into the prose of a chapter."""
    with start_lab() as address, open_chapter(browser, address) as page:
        page.locator(".jp-MarkdownCell .jp-MarkdownOutput").first.dblclick()
        page.locator(".jp-MarkdownCell .cm-content").first.click()
        page.keyboard.press("Control+End")
        page.keyboard.type(f" {SENTENCE}")
        page.wait_for_timeout(500)
        return to_image(page)


def shoot_lab_run(browser: Browser, reports: Path) -> Image.Image:  # noqa: ARG001 - called as the others are
    """All cells run, a table below the cell that made it."""
    with start_lab() as address, open_chapter(browser, address) as page:
        page.locator("text=Run").first.click()
        page.locator("text=Run All Cells").first.click()
        table = page.locator(".jp-CodeCell:has-text('tbl-baseline')")
        table.locator("table").wait_for(timeout=300_000)
        page.wait_for_selector("text=Python 3 (ipykernel) | Idle", timeout=300_000)
        table.locator(".jp-InputArea").scroll_into_view_if_needed()
        table.evaluate("cell => cell.scrollIntoView({block: 'start'})")
        page.wait_for_timeout(500)
        return to_image(page)


Shot = Callable[[Browser, Path], Image.Image]
PICTURES: dict[str, Shot] = {
    "summary": lambda browser, reports: shoot(browser, reports / PUBLISHED, DESK),
    "survival": lambda browser, reports: shoot(browser, reports / PROTOCOL, DESK, "fig-os", 130),
    "table": lambda browser, reports: shoot(browser, reports / PROTOCOL, DESK, "tbl-baseline", 130),
    "safety": lambda browser, reports: shoot(browser, reports / PROTOCOL, DESK, "fig-terms", 130),
    "phone": shoot_phone,
    "index": lambda browser, reports: shoot(browser, reports / "index.html", DESK),
    "lab-edit": shoot_lab_edit,
    "lab-run": shoot_lab_run,
}


def keep(picture: Image.Image, file: Path) -> None:
    """Write a picture with few colours, so that it is small."""
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    if file.stat().st_size > MOST_BYTES:
        sys.exit(f"{file} has {file.stat().st_size} bytes, more than {MOST_BYTES}")


def main() -> None:
    """Take the pictures asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PICTURES)}")
    parser.add_argument("--reports", type=Path, default=ROOT / "reports")
    asked = parser.parse_args()
    unknown = set(asked.names) - set(PICTURES)
    if unknown:
        parser.error(f"no such picture: {', '.join(sorted(unknown))}")
    command = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if command is None:
        sys.exit("Chromium or Google Chrome is needed (make browser)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=command, args=["--no-sandbox", "--disable-gpu"])
        for name in asked.names or PICTURES:
            keep(PICTURES[name](browser, asked.reports.resolve()), HERE / f"{name}.png")
            sys.stdout.write(f"docs/images/{name}.png\n")
        browser.close()


if __name__ == "__main__":
    main()
