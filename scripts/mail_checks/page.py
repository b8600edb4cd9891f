"""The HTML of a mail in Chromium, as wide as a mail program and as narrow as a phone."""

import base64
import tempfile
import time

from report_checks.browser import resize, start

WIDTHS = (600, 360)

READ = """
const wide = document.documentElement;
return {
  overflow: wide.scrollWidth - wide.clientWidth,
  broken: [...document.images].filter((one) => !one.complete || !one.naturalWidth).map((one) => one.alt),
  cut: [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > wide.clientWidth + 1)
    .map((one) => one.tagName).slice(0, 5),
  nameless: [...document.images].filter((one) => !one.hasAttribute('alt')).length,
};
"""


def look(letter, folder):
    """What is wrong with how it looks; pictures of it are left in the folder, if there is one."""
    wrong = []
    with tempfile.TemporaryDirectory() as work:
        path = f"{work}/mail.html"
        with open(path, "w", encoding="utf-8") as file:
            file.write(letter.offline())
        driver = start(f"{work}/profile", (WIDTHS[0], 900), "light")
        try:
            for width in WIDTHS:
                resize(driver, (width, 900))
                driver.get(f"file://{path}")
                time.sleep(0.5)
                seen = driver.execute_script(READ)
                wrong += [f"at {width} pixels: {what} {found}" for what, found in seen.items() if found and (what != "overflow" or found > 0)]
                if folder:
                    folder.mkdir(parents=True, exist_ok=True)
                    height = driver.execute_script("return document.documentElement.scrollHeight")
                    shot = driver.execute_cdp_cmd("Page.captureScreenshot", {
                        "captureBeyondViewport": True, "format": "png",
                        "clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}})
                    (folder / f"recap-mail-{width}.png").write_bytes(base64.b64decode(shot["data"]))
        finally:
            driver.quit()
    return wrong
