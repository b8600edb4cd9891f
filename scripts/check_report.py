#!/usr/bin/env python3
"""Opens a report in Chromium and checks that it works, is legible, loads nothing, and says what its tables say.

    python3 scripts/check_report.py REPORT.html [LAKE] [--screenshots DIR]
                                    (needs: pip install -r scripts/requirements.txt; Chromium and chromedriver)

Checked: no line in the console; no request but the file; every chart's marks against the table behind it; that nothing lies between
the pointer and a mark; the tooltip under the pointer, after a tap and by keyboard, and its announcement; Escape; the theme button;
the toggles; details open; no sideways scrolling at 360 and 390 pixels; WCAG AA contrast of every visible text in both themes;
paper. With LAKE, every table and figure of the page against the Delta tables that it is from: one line a table says how many texts
were compared and how many differ. Prints how long the page took to load. Exits 1 when something does not hold.
"""

import argparse
import base64
import json
import sys
import tempfile
import time
from pathlib import Path

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from report_checks import analyses, listening, mood
from report_checks.browser import READ_MARKS, READ_TABLES, READ_WORDS, SIZES, Check, dress, resize, start
from report_checks.handling import check_controls, check_keyboard, check_paper, check_pointer, check_reach, check_tap, check_widths
from report_checks.lake import Lake, compare
from report_checks.legible import check_contrast
from report_checks.marks import check_marks


def check_loading(driver, address, check):
    timings = []
    # The best of some times: the machine may have other things to do.
    for _ in range(5):
        driver.get("about:blank")
        driver.get_log("performance")
        driver.get(address)
        time.sleep(0.5)
        timings.append(driver.execute_script("""
          const at = performance.getEntriesByType('navigation')[0];
          const paint = performance.getEntriesByName('first-contentful-paint')[0];
          return [at.domContentLoadedEventEnd, at.loadEventEnd, paint ? paint.startTime : -1];"""))
    timing = min(timings)
    print(f"loaded: DOMContentLoaded after {timing[0]:.0f} ms, load {timing[1]:.0f} ms, first paint {timing[2]:.0f} ms")
    check.that(0 < timing[0] < 1000 and timing[2] < 1000, "the page takes longer than a second")
    requests = []
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent" and message["params"].get("documentURL") == address:
            requests.append(message["params"]["request"]["url"])
    others = [url for url in requests if url != address and not url.startswith("data:")]
    check.that(not others, f"requests other than the file: {others[:5]}")
    ActionChains(driver, duration=0).send_keys(Keys.TAB).perform()
    skip = driver.execute_script("const at = document.activeElement; return [at.className, at.getBoundingClientRect().width > 50]")
    check.that(skip == ["skip", True], f"the keyboard's first stop is {skip}")
    print(f"requests: {len(requests)}")


def check_console(driver, check):
    lines = [line["message"] for line in driver.get_log("browser")]
    check.that(not lines, f"the console says: {lines[:5]}")


def compare_with_lake(tables, page, root, check):
    """Every table and every figure of the page against the lake's Delta tables."""
    lake = Lake(root, page["listener"])
    if lake.missing:
        return check.that(False, f"there is nothing to compare with: the lake lacks {lake.missing}")
    if lake.listener is None:
        return check.that(False, f"the lake knows no listener {page['listener']!r}")
    found = {**tables, **listening.found(tables, page), **mood.found(page), **analyses.found(page)}
    found["what charts rest on"] = sorted(page["bases"])
    expected, bases = {}, {}
    for section in (listening, mood, analyses):
        own = section.expected(lake)
        expected |= own
        bases |= section.bases(lake, own)
    expected["what charts rest on"] = sorted([place, basis] for place, basis in bases.items())
    compare(found, expected, check)


def take_screenshots(driver, folder, stem):
    folder.mkdir(parents=True, exist_ok=True)
    for name, size in SIZES.items():
        resize(driver, size)
        driver.refresh()
        for scheme in ["light", "dark"]:
            dress(driver, scheme)
            driver.execute_script("window.scrollTo(0, 0)")
            time.sleep(0.3)
            height = driver.execute_script("return document.documentElement.scrollHeight")
            picture = driver.execute_cdp_cmd("Page.captureScreenshot", {
                "captureBeyondViewport": True, "format": "png",
                "clip": {"x": 0, "y": 0, "width": size[0], "height": height, "scale": 1}})
            (folder / f"{stem}-{name}-{scheme}.png").write_bytes(base64.b64decode(picture["data"]))
    resize(driver, SIZES["desktop"])
    dress(driver, "dark")
    paper = driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True, "paperWidth": 8.27, "paperHeight": 11.69})
    (folder / f"{stem}.pdf").write_bytes(base64.b64decode(paper["data"]))
    print(f"pictures are in {folder}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("report", type=Path)
    arguments.add_argument("lake", nargs="?")
    arguments.add_argument("--screenshots", type=Path)
    given = arguments.parse_args()
    check = Check()
    print(f"{given.report}: {given.report.stat().st_size:,} bytes")
    with tempfile.TemporaryDirectory() as profile:
        driver = start(profile, SIZES["desktop"], "light")
        try:
            check_loading(driver, given.report.resolve().as_uri(), check)
            tables, marks, page = (driver.execute_script(read) for read in (READ_TABLES, READ_MARKS, READ_WORDS))
            check_marks(tables, marks, check)
            check_reach(driver, check)
            check_pointer(driver, check)
            check_keyboard(driver, check)
            check_controls(driver, check)
            check_contrast(driver, check)
            check_paper(driver, check)
            check_widths(driver, check)
            resize(driver, SIZES["phone"])
            check_tap(driver, check)
            if given.lake:
                compare_with_lake(tables, page, given.lake, check)
            check_console(driver, check)
            if given.screenshots:
                take_screenshots(driver, given.screenshots, given.report.stem)
        finally:
            driver.quit()
    if check.failures:
        sys.exit(f"{len(check.failures)} checks failed")
    print("all checks hold")


if __name__ == "__main__":
    main()
