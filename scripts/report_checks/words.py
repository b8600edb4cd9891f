"""How a value reads on the page: the same numbers, days and names that the report's words are made by.

Both sides round the same double to the same decimals, so the texts are compared as they are.
"""

import math
import unicodedata

import pandas as pd

NONE = "–"
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
# Characters of a name that are shown, and characters without width that may follow one another.
LONGEST_NAME, MARKS_IN_A_ROW = 300, 3


def count(value):
    return f"{int(value):,}"


def counted(value, noun):
    return f"{count(value)} {noun}{'' if value == 1 else 's'}"


def decimal(value, places):
    if pd.isna(value) or math.isinf(value):
        return NONE
    text = f"{abs(value):,.{places}f}"
    is_zero = not text.strip("0.,")
    return text if value >= 0 or is_zero else f"−{text}"


def signed(value, places):
    text = decimal(value, places)
    return f"+{text}" if value > 0 and text.strip("0.,") else text


def share(value):
    percent = 100 * value
    text = decimal(percent, 1 if percent != 0 and abs(percent) < 9.95 else 0)
    return text if text == NONE else f"{text}\u00a0%"


def whole(value):
    """The nearest whole number, halves away from zero."""
    return int(math.copysign(math.floor(abs(value) + 0.5), value))


def minutes(value):
    if pd.isna(value):
        return NONE
    hours, rest = divmod(whole(value), 60)
    return f"{rest} min" if not hours else f"{count(hours)} h" + (f" {rest} min" if rest else "")


def between(low, high, places, to="–"):
    return NONE if pd.isna(low) or pd.isna(high) else f"{decimal(low, places)}{to}{decimal(high, places)}"


def day(date):
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def weekday_day(date):
    return f"{WEEKDAYS[date.weekday()]} {day(date)}"


def plain(identifier):
    return clean(identifier.replace("_", " "))


def capital(text):
    return text[:1].upper() + text[1:]


def clean(name):
    """A name without what could steer a terminal or break a document."""
    out, kept, marks = "", 0, 0
    for letter in name:
        if letter == "\u2800" or (letter.isspace() and not "\x1c" <= letter <= "\x1f"):
            letter = " "
        if is_unfit(letter) or (letter == " " and (not out or out.endswith(" "))):
            continue
        marks = marks + 1 if unicodedata.category(letter) in ("Mn", "Me", "Cf") else 0
        if marks > MARKS_IN_A_ROW:
            continue
        if kept == LONGEST_NAME:
            out += "…"
            break
        out, kept = out + letter, kept + 1
    return out.rstrip(" ") or "(no name)"


def is_unfit(letter):
    code = ord(letter)
    directions = code in (0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F) or 0x202A <= code <= 0x202E or 0x2060 <= code <= 0x206F
    others = 0xFDD0 <= code <= 0xFDEF or code == 0xFEFF or 0xFFF0 <= code <= 0xFFFB or 0xE0000 <= code <= 0xE0FFF
    return unicodedata.category(letter) == "Cc" or directions or others or code & 0xFFFE == 0xFFFE


def basis(plays, covered=None, authentic=None, gap_days=0, note=None):
    """What a chart rests on, as a sentence."""
    said = [counted(plays, "play")]
    if covered is not None:
        said.append(f"{count(covered)} of them with the data needed" + (f" ({share(covered / plays)})" if plays else ""))
    if authentic is not None and not pd.isna(authentic):
        said.append(f"{share(authentic)} with authentic features")
    on = counted(gap_days, "day") + " on which plays may be missing"
    said.append(on if gap_days else "no days with plays known to be missing")
    return f"Rests on {'; '.join(said)}." + (f" {capital(clean(note))}" if note else "")
