"""Contrast of texts and drawn colours, as WCAG measures it."""

from .browser import dress

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
  const name = element.className.baseVal || element.className || element.tagName;
  found.push([Math.round(ratio(ink, ground) * 100) / 100, large ? 3 : 4.5, node.textContent.trim().slice(0, 40), name]);
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


def check_contrast(driver, check):
    for scheme in ["light", "dark"]:
        dress(driver, scheme)
        driver.execute_script("document.documentElement.removeAttribute('data-theme')")
        driver.execute_script("document.querySelectorAll('details').forEach((one) => one.open = true)")
        found = driver.execute_script(READ_CONTRAST)
        for ratio, needed, text, kind in found:
            check.that(ratio >= needed, f"{scheme}: contrast {ratio} of {text!r} ({kind})")
        graphics = driver.execute_script(READ_GRAPHICS)
        for ratio, name in graphics:
            check.that(ratio >= 3, f"{scheme}: {name} has a contrast of {ratio} with the charts' ground")
        driver.execute_script("document.querySelectorAll('details').forEach((one) => one.open = false)")
        lowest = min(found)
        print(f"contrast, {scheme}: {len(found)} texts, lowest {lowest[0]} ({lowest[2]!r}); drawn colours from {min(graphics)[0]}")
