"""Chromium without a window, and what is read from the page."""

import shutil

from selenium import webdriver

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
         "--disable-extensions", "--force-color-profile=srgb", "--hide-scrollbars"]
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}

# Every table behind a chart or on the page: each row's heading with its cells.
READ_TABLES = """
const text = (node) => node.textContent.trim();
return Object.fromEntries([...document.querySelectorAll('table[data-table]')].map((table) => [
  table.dataset.table, [...table.tBodies[0].rows].map((row) => [text(row.cells[0]), ...[...row.cells].slice(1).map(text)]),
]));
"""

# Every mark by the id of its chart's title.
READ_MARKS = """
return Object.fromEntries([...document.querySelectorAll('svg[aria-labelledby]')].map((svg) => [
  svg.getAttribute('aria-labelledby').split(' ')[0].slice(2),
  [...svg.querySelectorAll('[data-v]')].map((mark) => mark.dataset.v),
]));
"""

# What the page says outside of tables; what every chart rests on by the figure, the section or the goal that it stands in.
READ_WORDS = """
const text = (node) => node ? node.textContent.trim() : null;
const all = (from, what) => [...from.querySelectorAll(what)];
const own = (node) => [...node.childNodes].filter((one) => one.nodeType === 3).map((one) => one.data).join('').trim();
const place = (basis) => {
  const [figure, around] = [basis.closest('figure[id]'), basis.parentElement];
  return figure ? figure.id : around.matches('section') ? around.id || 'headline' : text(around.querySelector('h3'));
};
return {
  listener: text(document.querySelector('h1 bdi')),
  span: text(document.querySelector('.span')),
  warnings: all(document, '.warning p').map(text),
  figures: all(document, '.figures > div').map((one) => ['dt', '.value', '.note'].map((part) => text(one.querySelector(part)))),
  cards: all(document, '.card').map((one) => [
    text(one.querySelector('h3')), own(one.querySelector('.value')), text(one.querySelector('.usual'))]),
  comparisons: all(document, '#drivers > p strong').map(text),
  findings: all(document, '.findings li').map((one) => [text(one.querySelector('bdi')), text(one.querySelector('.effect'))]),
  forecasts: all(document, '#forecast h3').map((one) => [text(one), text(one.nextElementSibling)]),
  goals: all(document, '#recommendations .columns > div').map((goal) => [text(goal.querySelector('h3')),
    all(goal, 'li').map((one) => [String(one.value), text(one.querySelector('.track bdi')), text(one.querySelector('.artist')),
      (one.querySelector('a') || {}).href || null, text(one.querySelector('.why')), text(one.querySelector('.figures-line'))])]),
  bases: all(document, 'p.basis').filter((one) => !one.closest('.card')).map((one) => [place(one), text(one)]),
};
"""


class Check:
    """Collects what does not hold."""

    def __init__(self):
        self.failures = []

    def that(self, holds, message):
        if not holds:
            self.failures.append(message)
            print(f"  FAILED: {message}")


def start(profile, size, scheme):
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    for flag in [*FLAGS, f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    driver.execute_cdp_cmd("Network.enable", {})
    resize(driver, size)
    dress(driver, scheme)
    return driver


def resize(driver, size):
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size[0] < 500})


def dress(driver, scheme, media=""):
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": [
        {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}]})
