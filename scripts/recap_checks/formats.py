"""What a recap says to people, in text, Markdown and HTML: the same headline figures, and that there are none or too few."""

import html
import math
import re

FORMATS = ("text", "markdown", "html")


def length(minutes):
    """`H h M min`, less what is 0 of the two."""
    hours, minutes = divmod(math.floor(minutes + 0.5), 60)
    return " ".join(([f"{hours} h"] if hours else []) + ([f"{minutes} min"] if minutes or not hours else []))


def words(text, form):
    """What is read of it, without marks, in one line."""
    if form == "html":
        text = html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"(?s)<(style|script|title)\b.*?</\1>", " ", text)))
    if form == "markdown":
        text = html.unescape(re.sub(r"\\([!-/:-@[-`{-~])", r"\1", text)).replace("**", "")
    return " ".join(text.split())


def faults(expected, text, form):
    """What the text should say and does not."""
    said = words(text, form)
    if not expected["plays"]:
        if not re.search(r"\b(no plays|nothing|no music)\b", said, re.IGNORECASE):
            yield "does not say that the week is empty"
    else:
        if not re.search(rf"(?<![\d,.]){expected['plays']:,} plays?\b", said):
            yield f"lacks the {expected['plays']} plays"
        if expected["minutes"] and length(expected["minutes"]) not in said:
            yield f"lacks {length(expected['minutes'])}"
        top = expected["top"]["tracks"]
        if top and top[0]["name"] and " ".join(top[0]["name"].split()) not in said:
            yield f"lacks {top[0]['name']!r}"
    if expected["gap_days"] and "missing" not in said.lower():
        yield "does not say that plays may be missing"
    if "\x1b" in text:
        yield "has colours where nobody looks"
