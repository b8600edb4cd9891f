"""A mail as it arrived: its parts, and what is wrong with them."""

import base64
import re
from email import message_from_bytes, policy
from html.parser import HTMLParser

PNG = b"\x89PNG\r\n\x1a\n"
LINE_MAX = 998
HEADERS = {"from", "to", "subject", "date", "message-id", "list-unsubscribe", "auto-submitted", "mime-version", "content-type"}
# Those that a server adds.
ADDED = {"received", "x-peer", "x-mailfrom", "x-rcptto"}
STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff]")
# Where a link or a picture of the mail may lead to.
OWN = re.compile(r"https://open[.]spotify[.]com/\S*|cid:[a-z0-9_.-]+|mailto:\S+|https://\S+|#[a-z0-9-]*")
NUMBER = re.compile(r"\d+(?:[,.\u00a0\u202f\u2009 ]?\d{3})*(?:[.,]\d+)?")


class Letter:
    def __init__(self, raw):
        self.raw, self.mail = raw, message_from_bytes(raw, policy=policy.default)
        leaves = [part for part in self.mail.walk() if not part.is_multipart()]
        words = {part.get_content_type(): part.get_content().replace("\r\n", "\n") for part in leaves if part.get_content_maintype() == "text"}
        self.text, self.html = words.get("text/plain", ""), words.get("text/html", "")
        self.pictures = {str(part["Content-ID"]).strip("<> "): part for part in leaves if part.get_content_maintype() == "image"}

    @property
    def id(self):
        return str(self.mail["Message-ID"])

    def says(self):
        """What is the same in a mail that was sent again, or only written."""
        return (self.text, self.html, {name: part.get_content() for name, part in self.pictures.items()},
                str(self.mail["Subject"]), self.id)

    def shape(self, part=None):
        part = part or self.mail
        inner = [self.shape(one) for one in part.iter_parts()] if part.is_multipart() else []
        return part.get_content_type() + (f"({', '.join(inner)})" if inner else "")

    def wrong(self):
        """Everything that does not hold of any mail."""
        found = [f"a defect: {defect!r}" for part in self.mail.walk() for defect in part.defects]
        names = [name.lower() for name in self.mail.keys()]
        found += [f"the header {name} is there twice" for name in set(names) if names.count(name) > 1]
        found += [f"the header {name} is missing" for name in HEADERS - set(names)]
        found += [f"there is a header {name}" for name in set(names) - HEADERS - ADDED]
        shape = re.sub("(, image/png)+", ", image/png", self.shape())
        if shape != "multipart/alternative(text/plain, multipart/related(text/html, image/png))":
            found.append(f"its parts are {shape}")
        if not self.raw.isascii():
            found.append("there are bytes that are not ASCII")
        found += [f"a line has {len(line)} bytes" for line in self.raw.split(b"\r\n") if len(line) > LINE_MAX][:1]
        if re.search(b"(?<!\r)\n|\r(?!\n)", self.raw):
            found.append("there are lines that do not end as mail's do")
        found += [f"a line of the text has {len(line)} letters" for line in self.text.splitlines() if len(line.encode()) > LINE_MAX][:1]
        for part in self.mail.walk():
            if part.get_content_maintype() == "text" and part.get_content_charset() != "utf-8":
                found.append(f"{part.get_content_type()} is in {part.get_content_charset()}")
        if STEERS.search(self.text) or STEERS.search(str(self.mail["Subject"])):
            found.append("there are characters that steer")
        if not self.mail["Date"].datetime or "<" not in str(self.mail["List-Unsubscribe"]):
            found.append("Date or List-Unsubscribe cannot be read")
        return found + self.wrong_pictures() + Html(self.html).wrong

    def wrong_pictures(self):
        asked, found = set(re.findall(r"cid:([^\"')\s>]+)", self.html)), []
        if asked != set(self.pictures):
            found.append(f"the HTML asks for {sorted(asked)}, and there are {sorted(self.pictures)}")
        for name, part in self.pictures.items():
            if not part.get_content().startswith(PNG) or part.get_content()[-8:-4] != b"IEND":
                found.append(f"{name} is no PNG")
            if part.get_content_disposition() != "inline" or not part.get_filename():
                found.append(f"{name} is not inline, or has no name")
        return found

    def figures(self):
        """The numbers of the text that the HTML lacks, and the other way round."""
        text, html = (set(numbers(words)) for words in (self.text, Html(self.html).words))
        return sorted(text - html), sorted(html - text)

    def offline(self):
        """The HTML with its pictures in it, as a browser can show it."""
        page = self.html
        # The longest name first: another may begin it.
        for name, part in sorted(self.pictures.items(), key=lambda one: -len(one[0])):
            page = page.replace(f"cid:{name}", f"data:image/png;base64,{base64.b64encode(part.get_content()).decode()}")
        return page


def numbers(words):
    return [re.sub(r"[^\d]", "", found) for found in NUMBER.findall(words)]


class Html(HTMLParser):
    """The words that a reader sees, those of pictures too, and what no mail should hold."""

    def __init__(self, text):
        super().__init__()
        self.wrong, self.words, self.hidden = [], "", 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.hidden += tag in ("style", "title", "script")
        if tag in ("script", "iframe", "object", "embed", "form", "link", "base") or "evil" in tag:
            self.wrong.append(f"there is an element <{tag}>")
        for name, value in attributes:
            if name.startswith("on") or "evil" in name:
                self.wrong.append(f"<{tag}> has the attribute {name}")
            if name in ("href", "src") and not OWN.fullmatch(value or ""):
                self.wrong.append(f"<{tag}> leads to {value!r}"[:200])
            if name == "src" and not (value or "").startswith("cid:"):
                self.wrong.append(f"<{tag}> loads {value!r}"[:200])
            if name == "alt":
                self.words += f" {value} "
        self.words += " "

    def handle_data(self, data):
        self.words += "" if self.hidden else data

    def handle_endtag(self, tag):
        self.hidden -= tag in ("style", "title", "script")
        self.words += " "
