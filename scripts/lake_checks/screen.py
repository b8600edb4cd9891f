"""What reaches a person's eyes: bytes on a terminal, elements of a page, lines of a check."""

import os
import pty
import re
from html.parser import HTMLParser

# What steers a terminal or a viewer: C0 but tab and newline, DEL and C1, marks and overrides of direction, separators of lines.
STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff]")
# What a spreadsheet takes for a formula, at the beginning of a cell or behind a separator of other places.
FORMULA = re.compile("^[\t\r\n]|(^|[;\t\n]\"*)[=+\\-@\uff1d\uff0b\uff0d\uff20]")
# What the program itself sends to a terminal: colours and styles, and a terminal's line ends.
STYLES = re.compile(r"\x1b\[[0-9;]*m|\r\n")
# Tracks at Spotify, the sources of the data, places on the page, and pictures that are part of it.
OWN_LINK = re.compile(
    "https://(open[.]spotify[.]com/track/[0-9A-Za-z]{22}|www[.]kaggle[.]com/datasets/.*|opendatacommons[.]org/.*)|#[a-z0-9-]+|data:.*"
)


class Probe:
    def __init__(self):
        self.failed = 0

    def __call__(self, what, wrong):
        """`wrong` lists what is wrong; an empty list is fine."""
        self.failed += bool(wrong)
        print(f"{'FAILED' if wrong else 'ok    '}  {what}", flush=True)
        for text in wrong[:6]:
            print(f"          {text}", flush=True)

    def told(self, what):
        print(f"told    {what}", flush=True)


def steering(where, raw, by_terminal=False):
    """Where control characters stand in what a terminal would be given."""
    text = raw.decode(errors="replace")
    text = STYLES.sub("\n", text) if by_terminal else text
    return [f"{where}: …{text[max(found.start() - 30, 0) : found.end() + 15]!r}…" for found in list(STEERS.finditer(text))[:2]]


def on_a_terminal(program, lake, *arguments):
    """What a command writes when stdout and stderr are a terminal."""
    ours, theirs = pty.openpty()
    written = b""
    with program.start(lake, *arguments, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        try:
            while piece := os.read(ours, 65536):
                written += piece
        except OSError:  # Linux tells the end of a terminal this way.
            pass
    os.close(ours)
    return process.returncode, written


class Page(HTMLParser):
    """Elements, attributes and scripts of a page, as far as they are not its own."""

    def __init__(self, text):
        super().__init__()
        self.wrong, self.within = [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.within = tag
        for name, value in attributes:
            if name.startswith("on") or "evil" in name or (name in ("href", "src") and not OWN_LINK.fullmatch(value or "")):
                self.wrong.append(f"<{tag}> has the attribute {name}={value!r}"[:200])
        if "evil" in tag or tag in ("img", "iframe", "object", "embed", "b"):
            self.wrong.append(f"there is an element <{tag}>")

    def handle_data(self, data):
        if self.within in ("script", "style") and "evil()" in data and "<" in data:
            self.wrong.append(f"<{self.within}> holds {data[:80]!r}")

    def handle_endtag(self, tag):
        self.within = None
