"""The marks of the charts against the tables behind them: what a tooltip says is what the table says, in the same order."""

import re
from itertools import zip_longest

NONE = "–"


def check_marks(tables, marks, check):
    compared = 0
    for chart, pairs in [*hours(tables, marks), *calendars(tables, marks), *map_of_moods(tables, marks),
                         *over_time(tables, marks), *sparks(tables, marks), *forecasts(tables, marks),
                         *lists(tables, marks), *effects(tables, marks)]:
        wrong = [(drawn, written) for drawn, written in pairs if drawn != written]
        check.that(not wrong, f"{chart}: {len(wrong)} marks differ from the table, as {wrong[:1]}")
        compared += len(pairs)
    print(f"marks: {sum(map(len, marks.values()))} in {len(marks)} charts, {compared} held against the tables")


def beside(drawn, written):
    return list(zip_longest(drawn, written))


def found(pattern, said, default=NONE):
    match = re.search(pattern, said)
    return match[1] if match else default


def plays(said):
    return found(r"(?:^|\n)([\d,]+) plays?\b", said)


def hours(tables, marks):
    for table, chart, value in [("hours-plays", "weekday-hour", plays),
                                ("hours-valence", "weekday-hour-valence", lambda said: found(r"valence (\S+)$", said)),
                                ("hours-energy", "weekday-hour-energy", lambda said: found(r"energy (\S+)$", said))]:
        cells = [cell for row in tables.get(table, []) for cell in row[1:]]
        yield chart, beside(map(value, marks.get(chart, [])), cells)


def calendars(tables, marks):
    for chart in ["calendar", "calendar-months"]:
        cells = [cell for row in tables.get(chart, []) for cell in row[1:] if cell]
        yield chart, beside((plays(said) + "*" * ("missing" in said) for said in marks.get(chart, [])), cells)


def map_of_moods(tables, marks):
    cells, centres = {}, []
    for said in marks.get("mood-map", []):
        if place := re.search(r"\nvalence (\S+)–\S+, energy (\S+)–", said):
            cells[place[2], place[1]] = plays(said)
        else:
            centres.append(list(re.match(r"(.*)\n(\S+) plays?, (.*?) of the .*\nvalence (\S+), energy (\S+)$", said).groups()))
    rows = tables.get("mood-map", [])
    written = {(row[0], f"{column / (len(row) - 1):.2f}"): cell for row in rows for column, cell in enumerate(row[1:]) if cell}
    yield "mood-map", [(cells.get(place), written.get(place)) for place in cells | written]
    yield "moods", beside(centres, tables.get("moods", []) if rows else [])


def over_time(tables, marks):
    shape = r"\n(\S+) plays?\nvalence (\S+), 28 days (\S+)\nenergy (\S+), 28 days ([^\s]+)"
    drawn = [[*re.search(shape, said).groups(), "missing" in said] for said in marks.get("mood-over-time", [])]
    rows = tables.get("mood-over-time", [])
    yield "mood-over-time", beside(drawn, ([row[place] for place in (1, 2, 3, 5, 6)] + [row[0].endswith("*")] for row in rows))


def sparks(tables, marks):
    for name in [name for name in tables if name.startswith("indicator-")]:
        drawn = [said.replace("no value", NONE).split("\n") for said in marks.get(name.replace("indicator", "spark"), [])]
        yield name, beside(drawn, tables[name])


def forecasts(tables, marks):
    for name in [name for name in tables if re.fullmatch(r"forecast-\d+", name)]:
        rows = [f"{day}\n{'no value' if value == NONE else f'was {value}'}" for day, value in tables[f"{name}-history"]]
        for day, value, *intervals in tables[name]:
            known = [f"\n{level} %: {interval}" for level, interval in zip((80, 95), intervals) if interval != NONE]
            rows.append(f"{day}\nforecast {value}{''.join(known)}")
        yield name, beside(marks.get(name, []), rows)


def lists(tables, marks):
    for chart in ["top-genres", "top-artists", "top-tracks"]:
        # A track's artist stands between its name and its plays, or an empty cell.
        written = [(" · ".join(filter(None, row[:-2])), row[-2], row[-1]) for row in tables.get(chart, [])]
        drawn = [(said.split("\n")[0], plays(said), found(r", ([^,\n]+)$", said)) for said in marks.get(chart, [])]
        yield chart, beside(drawn, written)


def effects(tables, marks):
    shape = r"\neffect (\S+)(?: \((\S+) to (\S+)\))?\nadjusted p (.*), (\S+) units compared\n(.*)$"
    drawn = [[part.lstrip("+") if part else NONE for part in re.search(shape, said).groups()] for said in marks.get("drivers", [])]
    yield "drivers", beside(drawn, (row[2:5] + row[7:] for row in tables.get("drivers", []) if row[2] != NONE))
