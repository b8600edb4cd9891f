"""The page under a pointer, a finger and a keyboard, on narrow screens and on paper."""

import time

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from .browser import SIZES, dress, resize

# The middle of every mark that is seen, and four points around it: each has to lead to a mark.
READ_SILENT = """
const silent = [];
let points = 0;
for (const svg of document.querySelectorAll('svg[tabindex]')) {
  const seen = svg.closest('.scroll').getBoundingClientRect();
  for (const mark of svg.querySelectorAll('[data-v]')) {
    const box = mark.getBoundingClientRect();
    for (const [right, down] of [[.5, .5], [.25, .25], [.75, .25], [.25, .75], [.75, .75]]) {
      const [x, y] = [box.left + right * box.width, box.top + down * box.height];
      if (box.width === 0 || x < seen.left || x > seen.right) continue;
      const on = document.elementFromPoint(x, y);
      points += 1;
      if (!on || !on.closest('[data-v]')) silent.push([mark.dataset.v, on ? on.outerHTML.slice(0, 80) : 'nothing']);
    }
  }
}
return [points, silent];
"""
MARKS_OF = "return [...arguments[0].querySelectorAll('[data-v]')].map((mark) => mark.dataset.v)"
# Opening all of them by the pointer would take the browser a minute of drawing.
READ_CLOSED = """
return [...document.querySelectorAll('details')].filter((one) => {
  const summary = one.querySelector('summary'), table = one.querySelector('table');
  summary.click();
  const opens = one.open && table.checkVisibility() && table.getBoundingClientRect().height > 0;
  summary.click();
  return !opens || one.open;
}).map((one) => one.querySelector('table').dataset.table);
"""
ANNOUNCED = """
const tip = document.getElementById('tip');
return [document.getElementById('live').textContent, tip.textContent, !tip.hidden];
"""


def check_reach(driver, check):
    """No line, label or sign lies between the pointer and a mark."""
    reached = 0
    choices = driver.find_elements(By.CSS_SELECTOR, "input[type=radio]")
    for choice in choices or [None]:
        if choice:
            choice.click()
        # A point outside of the window is nobody's; in a window as high as the page there is none.
        resize(driver, (SIZES["desktop"][0], driver.execute_script("return document.documentElement.scrollHeight")))
        points, silent = driver.execute_script(READ_SILENT)
        resize(driver, SIZES["desktop"])
        reached += points
        check.that(not silent, f"{len(silent)} points of marks say nothing, as {silent[:3]}")
    for first in choices[:1]:
        first.click()
    print(f"reach: {reached} points of marks lead to a mark")


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
            said.append(driver.execute_script(ANNOUNCED))
        marks = driver.execute_script(MARKS_OF, svg)
        name = svg.get_attribute("aria-labelledby")
        announced = all(shown and spoken == tip.replace("\n", ", ") for spoken, tip, shown in said)
        check.that(announced, f"{name}: keys do not announce: {said}")
        check.that(len(marks) == 1 or len({tip for _, tip, _ in said}) > 1, f"{name}: the arrow keys do not move")
        check.that(said[-2][1] == marks[-1] and said[-1][1] == marks[0], f"{name}: End and Home do not reach the ends")
        ActionChains(driver, duration=0).send_keys(Keys.ESCAPE).perform()
        closed = driver.execute_script("return document.getElementById('tip').hidden && !document.querySelector('.on')")
        check.that(closed, f"{name}: Escape does not close")
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
    shown = """return [...document.querySelectorAll('.choice > [class^=shows]')]
      .filter((one) => one.offsetHeight > 0).map((one) => one.className)"""
    for radio in driver.find_elements(By.CSS_SELECTOR, "input[type=radio]"):
        radio.click()
        name = radio.get_attribute("value")
        check.that(driver.execute_script(shown) == [f"shows-{name}"], f"{name} does not show alone")
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
    for one in details[:1]:
        one.find_element(By.TAG_NAME, "summary").click()
        check.that(one.find_element(By.TAG_NAME, "table").is_displayed(), "a table does not open under the pointer")
        one.find_element(By.TAG_NAME, "summary").click()
    closed = driver.execute_script(READ_CLOSED)
    check.that(not closed, f"tables that do not open and close: {closed}")
    print(f"controls: theme button, {len(details)} details opened")


def check_tap(driver, check):
    """A tap on a small screen shows the tooltip; a tap beside the charts closes it."""
    marks = driver.find_elements(By.CSS_SELECTOR, "svg[tabindex] [data-v]")
    mark = next((one for one in marks if one.is_displayed()), None)
    if mark is None:
        return
    driver.execute_script("arguments[0].scrollIntoView({block: 'center', inline: 'center'})", mark)
    middle = "const box = arguments[0].getBoundingClientRect(); return [box.left + box.width / 2, box.top + box.height / 2]"
    x, y = driver.execute_script(middle, mark)
    driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    for x, y, expected in [(x, y, True), (2, 2, False)]:
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


def check_paper(driver, check):
    dress(driver, "dark", media="print")
    ground = driver.execute_script("return getComputedStyle(document.documentElement).backgroundColor")
    check.that(ground == "rgb(255, 255, 255)", f"paper has the ground {ground}")
    gone = driver.execute_script("""return [...document.querySelectorAll('button, nav, details, .controls, .skip')]
      .filter((one) => one.offsetHeight > 0).length""")
    check.that(gone == 0, f"{gone} controls or tables are printed")
    dress(driver, "light")
