#!/usr/bin/env python3
"""Opens a report in Chromium and checks that it works, is legible, loads nothing, and says what its tables say.

    python3 scripts/check_report.py REPORT.html [LAKE] [--screenshots DIR]
                                    (needs: pip install selenium deltalake pyarrow; Chromium and chromedriver)

Checked: no line in the console; no request but the file; every chart's marks against the table behind it; the tooltip under the
pointer, after a tap and by keyboard, and its announcement; Escape; the theme button; the toggles; details open; no sideways
scrolling at 360 and 390 pixels; WCAG AA contrast of every visible text in both themes; paper. With LAKE, figures of the page against
the Delta tables. Prints how long the page took to load. Exits 1 when something does not hold.
"""

import argparse
import base64
import json
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions",
         "--force-color-profile=srgb", "--hide-scrollbars"]
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}

# Every table behind a chart or on the page: caption, headings of the columns, and each row's heading with its cells.
READ_TABLES = """
const text = (node) => node.textContent.trim();
return Object.fromEntries([...document.querySelectorAll('table[data-table]')].map((table) => [table.dataset.table, {
  caption: text(table.caption),
  columns: [...table.tHead.rows[0].cells].slice(1).map(text),
  rows: [...table.tBodies[0].rows].map((row) => [text(row.cells[0]), [...row.cells].slice(1).map(text)]),
}]));
"""

# Every mark by the id of its chart's title.
READ_MARKS = """
return Object.fromEntries([...document.querySelectorAll('svg[aria-labelledby]')].map((svg) => [
  svg.getAttribute('aria-labelledby').split(' ')[0].slice(2),
  [...svg.querySelectorAll('[data-v]')].map((mark) => mark.dataset.v),
]));
"""

# Contrast of every visible text with what is painted behind it.
READ_CONTRAST = """
const parse = (colour) => {
  const parts = (colour.match(/[\\d.]+/g) || []).map(Number);
  if (colour === 'none' || colour === 'transparent' || parts.length < 3) return [0, 0, 0, 0];
  return [parts[0], parts[1], parts[2], parts.length > 3 ? parts[3] : 1];
};
const over = (top, ground) => top.slice(0, 3).map((value, i) => value * top[3] + ground[i] * (1 - top[3])).concat(1);
const luminance = (colour) => colour.slice(0, 3).map((value) => {
  value /= 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}).reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
const ratio = (a, b) => {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
};
const groundOf = (node) => {
  const layers = [];
  for (let at = node; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
  return layers.reverse().reduce((ground, layer) => over(layer, ground), [255, 255, 255, 1]);
};
const shapes = new Map();
const paintBehind = (text) => {
  const svg = text.ownerSVGElement;
  if (!shapes.has(svg)) {
    shapes.set(svg, [...svg.querySelectorAll('path,rect,circle')].filter((shape) => !shape.closest('defs')).map((shape) => {
      const style = getComputedStyle(shape);
      const fill = parse(style.fill);
      fill[3] *= Number(style.fillOpacity);
      return { shape, fill, box: shape.getBoundingClientRect() };
    }).filter((one) => one.fill[3] > 0 && one.box.width > 0));
  }
  const box = text.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  let ground = groundOf(svg);
  for (const one of shapes.get(svg)) {
    const before = one.shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
    const inside = one.box.left <= x && x <= one.box.right && one.box.top <= y && y <= one.box.bottom;
    if (before && inside) ground = over(one.fill, ground);
  }
  return ground;
};
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode;
  const element = node.parentElement;
  if (!node.textContent.trim() || ['SCRIPT', 'STYLE', 'TITLE', 'DESC', 'desc', 'title'].includes(element.tagName)) continue;
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  if (box.width < 2 || box.height < 2 || style.visibility !== 'visible' || style.clipPath !== 'none') continue;
  const isSvg = !!element.ownerSVGElement;
  const halo = isSvg && style.paintOrder.startsWith('stroke');
  const ground = halo ? parse(style.stroke) : isSvg ? paintBehind(element) : groundOf(element);
  const ink = over(parse(isSvg ? style.fill : style.color), ground);
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  found.push([Math.round(ratio(ink, ground) * 100) / 100, large ? 3 : 4.5, node.textContent.trim().slice(0, 40), element.className.baseVal || element.className || element.tagName]);
}
return found;
"""

# Contrast of what is drawn with the ground of the charts; 3 is what WCAG asks for graphics that carry meaning.
READ_GRAPHICS = """
const parse = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
const luminance = (colour) => colour.map((value) => {
  value /= 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}).reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
const probe = document.body.appendChild(document.createElement('i'));
const colour = (name) => { probe.style.color = 'var(--' + name + ')'; return luminance(parse(getComputedStyle(probe).color)); };
const ground = colour('surface');
const found = ['valence', 'energy', 'plays', 'faint', 'focus', 'axis', 's5', 's6', 's7', 'd0', 'd1', 'd7', 'd8'].map((name) => {
  const [x, y] = [colour(name), ground].sort((p, q) => q - p);
  return [Math.round((x + 0.05) / (y + 0.05) * 100) / 100, name];
});
probe.remove();
return found;
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


def check_marks(tables, marks, check):
    """Holds the marks of the charts against the tables behind them."""
    compared = 0
    hours = [("hours-plays", "weekday-hour", lambda said: re.search(r"\n([\d,]+) play", said)[1]),
             ("hours-valence", "weekday-hour-valence", lambda said: said_of(r"valence (\S+)$", said)),
             ("hours-energy", "weekday-hour-energy", lambda said: said_of(r"energy (\S+)$", said))]
    for table, chart, value in hours:
        cells = [cell for _, row in tables.get(table, {"rows": []})["rows"] for cell in row]
        drawn = [value(said) for said in marks.get(chart, [])]
        if drawn or cells:
            compared += len(cells)
            check.that(cells == drawn, f"{chart}: marks and table differ")
    for table, chart in [("calendar", "calendar"), ("calendar-months", "calendar-months"), ("mood-map", "mood-map")]:
        cells = [cell for _, row in tables.get(table, {"rows": []})["rows"] for cell in row if cell]
        plays = [re.search(r"(?:^|\n)([\d,]+) play", said)[1] + ("*" if "missing" in said else "")
                 for said in marks.get(chart, []) if not re.search(r"mood\n", said)]
        compared += len(cells)
        check.that(sorted(cells) == sorted(plays), f"{chart}: marks and table differ")
    for index, (_, row) in enumerate(tables.get("mood-over-time", {"rows": []})["rows"]):
        said = marks["mood-over-time"][index]
        plays, valence, valence_28, _, energy, energy_28 = row[:6]
        expected = f"\n{plays} play{'' if plays == '1' else 's'}\nvalence {valence}, 28 days {valence_28}\nenergy {energy}, 28 days {energy_28}"
        check.that(expected in said, f"mood over time: {said!r} is not {row}")
        compared += 6
    for name in [name for name in tables if re.fullmatch(r"forecast-\d+", name)]:
        said = marks[name]
        rows = [(day, ["was " + cells[0] if cells[0] != "–" else "no value"]) for day, cells in tables[f"{name}-history"]["rows"]]
        rows += [(day, [f"forecast {cells[0]}", *cells[1:]]) for day, cells in tables[name]["rows"]]
        check.that(len(said) == len(rows), f"{name}: {len(said)} marks, {len(rows)} rows")
        for one, (day, cells) in zip(said, rows):
            check.that(one.startswith(day) and all(cell in one for cell in cells if cell != "–"), f"{name}: {one!r} is not {cells}")
            compared += len(cells)
    for kind in ["genres", "artists", "tracks"]:
        for said, (name, cells) in zip(marks.get(f"top-{kind}", []), tables.get(f"top-{kind}", {"rows": []})["rows"]):
            plays = cells[1] if kind == "tracks" else cells[0]
            check.that(said.startswith(name) and f"\n{plays} play" in said, f"top {kind}: {said!r} is not {name}: {plays}")
            compared += 1
    effects = [row for row in tables.get("drivers", {"rows": []})["rows"] if row[1][1] != "–"]
    for said, (subject, cells) in zip(marks.get("drivers", []), effects):
        numbers = re.search(r"\neffect (\S+) \((\S+) to (\S+)\)", said)
        drawn = [number.lstrip("+") for number in numbers.groups()] if numbers else []
        check.that(drawn == cells[1:4] or not numbers, f"drivers: {said!r} is not {subject} {cells}")
        check.that(said.endswith(cells[-1]), f"drivers: {said!r} is not {cells[-1]}")
        compared += 4
    print(f"marks: {sum(map(len, marks.values()))} in {len(marks)} charts, {compared} figures held against the tables")


def said_of(pattern, said):
    found = re.search(pattern, said)
    return found[1] if found else "–"


def check_pointer(driver, check):
    """Hovers over some marks of every visible chart."""
    seen = 0
    for svg in driver.find_elements(By.CSS_SELECTOR, "svg[tabindex]"):
        if not svg.is_displayed():
            continue
        marks = svg.find_elements(By.CSS_SELECTOR, "[data-v]")
        for mark in {marks[0].id: marks[0], marks[len(marks) // 2].id: marks[len(marks) // 2], marks[-1].id: marks[-1]}.values():
            driver.execute_script("arguments[0].scrollIntoView({block: 'center', inline: 'center'})", mark)
            ActionChains(driver, duration=0).move_to_element(mark).perform()
            state = driver.execute_script("""
              const tip = document.getElementById('tip'), box = tip.getBoundingClientRect();
              const on = document.querySelector('.on');
              return [!tip.hidden, tip.textContent, on && on.dataset.v, box.left >= 0 && box.top >= 0
                && box.right <= innerWidth && box.bottom <= innerHeight];""")
            said = mark.get_attribute("data-v")
            # A mood's centre may lie above its cell: whatever is on top speaks.
            check.that(state[0] and state[1] == state[2], f"no tooltip over {said!r}: {state}")
            check.that(state[3], f"the tooltip of {said!r} leaves the window")
            seen += state[1] == said
    check.that(seen > 0 or not driver.find_elements(By.CSS_SELECTOR, "svg[tabindex]"), "no tooltip tells its own mark")
    print(f"pointer: {seen} tooltips told their marks")


def check_keyboard(driver, check):
    """Walks through every visible chart with the arrow keys."""
    told = 0
    for svg in driver.find_elements(By.CSS_SELECTOR, "svg[tabindex]"):
        if not svg.is_displayed():
            continue
        driver.execute_script("arguments[0].focus()", svg)
        said = []
        for key in [Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.END, Keys.HOME]:
            ActionChains(driver, duration=0).send_keys(key).perform()
            said.append(driver.execute_script("return [document.getElementById('live').textContent, document.getElementById('tip').textContent,"
                                              " !document.getElementById('tip').hidden]"))
        marks = [mark.get_attribute("data-v") for mark in svg.find_elements(By.CSS_SELECTOR, "[data-v]")]
        name = svg.get_attribute("aria-labelledby")
        check.that(all(shown and spoken == tip.replace("\n", ", ") for spoken, tip, shown in said), f"{name}: keys do not announce: {said}")
        check.that(len(marks) == 1 or len({tip for _, tip, _ in said}) > 1, f"{name}: the arrow keys do not move")
        check.that(said[-2][1] == marks[-1] and said[-1][1] == marks[0], f"{name}: End and Home do not reach the ends")
        ActionChains(driver, duration=0).send_keys(Keys.ESCAPE).perform()
        check.that(driver.execute_script("return document.getElementById('tip').hidden && !document.querySelector('.on')"), f"{name}: Escape does not close")
        told += len(said)
    print(f"keyboard: {told} steps announced")


def check_controls(driver, check):
    """Theme button, toggles, details, focus."""
    background = "return getComputedStyle(document.documentElement).backgroundColor"
    button = driver.find_element(By.ID, "theme")
    seen = []
    for _ in range(3):
        seen.append((button.text, driver.execute_script(background)))
        button.click()
    check.that([name for name, _ in seen] == ["Theme: auto", "Theme: light", "Theme: dark"], f"the theme button says {seen}")
    check.that(seen[1][1] != seen[2][1], f"light and dark have the same ground: {seen}")
    shown = "return [...document.querySelectorAll('.choice > [class^=shows]')].filter((one) => one.offsetHeight > 0).map((one) => one.className)"
    for radio in driver.find_elements(By.CSS_SELECTOR, "input[type=radio]"):
        radio.click()
        check.that(driver.execute_script(shown) == [f"shows-{radio.get_attribute('value')}"], f"{radio.get_attribute('value')} does not show alone")
    for first in driver.find_elements(By.CSS_SELECTOR, "input[type=radio]")[:1]:
        first.click()
    for box in driver.find_elements(By.CSS_SELECTOR, "input[type=checkbox]"):
        layer = box.get_attribute("name").removeprefix("layer-")
        hidden = f"return [...document.querySelectorAll('.is-{layer}')].every((one) => getComputedStyle(one).display === 'none')"
        box.click()
        check.that(driver.execute_script(hidden), f"{layer} does not hide")
        box.click()
        check.that(not driver.execute_script(hidden), f"{layer} does not come back")
    details = driver.find_elements(By.TAG_NAME, "details")
    for one in details:
        driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", one)
        one.find_element(By.TAG_NAME, "summary").click()
        check.that(one.get_attribute("open") is not None and one.find_element(By.TAG_NAME, "table").is_displayed(), "a table does not open")
        one.find_element(By.TAG_NAME, "summary").click()
    print(f"controls: theme button, {len(details)} details opened")


def check_tap(driver, check):
    """A tap on a small screen shows the tooltip; a tap beside the charts closes it."""
    marks = driver.find_elements(By.CSS_SELECTOR, "svg[tabindex] [data-v]")
    if not marks:
        return
    mark = marks[len(marks) // 3]
    mark = next(one for one in marks if one.is_displayed())
    driver.execute_script("arguments[0].scrollIntoView({block: 'center', inline: 'center'})", mark)
    box = driver.execute_script("const box = arguments[0].getBoundingClientRect(); return [box.left + box.width / 2, box.top + box.height / 2]", mark)
    driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    for x, y, expected in [(box[0], box[1], True), (2, 2, False)]:
        driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        time.sleep(0.4)
        shown = driver.execute_script("return !document.getElementById('tip').hidden")
        check.that(shown == expected, f"after a tap the tooltip is {'shown' if shown else 'hidden'}")
    driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})
    print("touch: tap shows, tap elsewhere closes")


def check_widths(driver, check):
    for width in [360, 390, 768, 1280]:
        resize(driver, (width, 844))
        time.sleep(0.2)
        wide, inner = driver.execute_script("return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        check.that(wide <= inner, f"at {width} pixels the page is {wide} wide")
    print("widths: no sideways scrolling at 360, 390, 768 and 1280 pixels")


def check_contrast(driver, check):
    for scheme in ["light", "dark"]:
        dress(driver, scheme)
        driver.execute_script("document.documentElement.removeAttribute('data-theme'); document.querySelectorAll('details').forEach((one) => one.open = true)")
        found = driver.execute_script(READ_CONTRAST)
        for ratio, needed, text, kind in found:
            check.that(ratio >= needed, f"{scheme}: contrast {ratio} of {text!r} ({kind})")
        graphics = driver.execute_script(READ_GRAPHICS)
        for ratio, name in graphics:
            check.that(ratio >= 3, f"{scheme}: {name} has a contrast of {ratio} with the charts' ground")
        driver.execute_script("document.querySelectorAll('details').forEach((one) => one.open = false)")
        lowest = min(found)
        print(f"contrast, {scheme}: {len(found)} texts, lowest {lowest[0]} ({lowest[2]!r}); drawn colours from {min(graphics)[0]}")


def compare_with_lake(tables, lake):
    """Figures of the page against the Delta tables; returns what differs.

    `tables` is what READ_TABLES gives. Add a line to COMPARISONS for a table of the page: a function that takes the rows of the page and
    the lake and returns messages.
    """
    messages = []
    for name, compare in COMPARISONS.items():
        if name in tables:
            found = compare(tables[name], lake)
            print(f"lake: {name}: {'the same' if not found else f'{len(found)} differ'}")
            messages += [f"{name}: {message}" for message in found]
    return messages


def plays_of(lake, columns):
    from deltalake import DeltaTable
    return DeltaTable(f"{lake}/silver/listening_with_features").to_pyarrow_table(columns=columns).to_pylist()


def compare_hours(table, lake):
    counted = {}
    for play in plays_of(lake, ["day_of_week", "hour_of_day"]):
        if play["hour_of_day"] is not None:
            key = (play["day_of_week"], play["hour_of_day"])
            counted[key] = counted.get(key, 0) + 1
    shown = {(weekday + 1, hour): int(cell.replace(",", ""))
             for weekday, (_, cells) in enumerate(table["rows"]) for hour, cell in enumerate(cells)}
    return [f"weekday {key[0]}, hour {key[1]}: page {plays}, lake {counted.get(key, 0)}"
            for key, plays in shown.items() if plays != counted.get(key, 0)]


def compare_artists(table, lake):
    counted = {}
    for play in plays_of(lake, ["artist_name"]):
        counted[play["artist_name"]] = counted.get(play["artist_name"], 0) + 1
    return [f"{name}: page {cells[0]}, lake {counted.get(name)}" for name, cells in table["rows"]
            if int(cells[0].replace(",", "")) != counted.get(name)]


COMPARISONS = {"hours-plays": compare_hours, "top-artists": compare_artists}


def take_screenshots(driver, folder, stem):
    folder.mkdir(parents=True, exist_ok=True)
    for name, size in SIZES.items():
        resize(driver, size)
        driver.refresh()
        for scheme in ["light", "dark"]:
            dress(driver, scheme)
            driver.execute_script("window.scrollTo(0, 0)")
            time.sleep(0.3)
            picture = driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "format": "png", "clip": {
                "x": 0, "y": 0, "width": size[0], "height": driver.execute_script("return document.documentElement.scrollHeight"), "scale": 1}})
            (folder / f"{stem}-{name}-{scheme}.png").write_bytes(base64.b64decode(picture["data"]))
    resize(driver, SIZES["desktop"])
    dress(driver, "dark")
    paper = driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True, "paperWidth": 8.27, "paperHeight": 11.69})
    (folder / f"{stem}.pdf").write_bytes(base64.b64decode(paper["data"]))
    print(f"pictures are in {folder}")


def check_paper(driver, check):
    dress(driver, "dark", media="print")
    ground = driver.execute_script("return getComputedStyle(document.documentElement).backgroundColor")
    check.that(ground == "rgb(255, 255, 255)", f"paper has the ground {ground}")
    gone = driver.execute_script("return [...document.querySelectorAll('button, nav, details, .controls, .skip')].filter((one) => one.offsetHeight > 0).length")
    check.that(gone == 0, f"{gone} controls or tables are printed")
    dress(driver, "light")


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
            tables, marks = driver.execute_script(READ_TABLES), driver.execute_script(READ_MARKS)
            check_marks(tables, marks, check)
            check_pointer(driver, check)
            check_keyboard(driver, check)
            check_controls(driver, check)
            check_contrast(driver, check)
            check_paper(driver, check)
            check_widths(driver, check)
            resize(driver, SIZES["phone"])
            check_tap(driver, check)
            if given.lake:
                for message in compare_with_lake(tables, given.lake):
                    check.that(False, message)
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
