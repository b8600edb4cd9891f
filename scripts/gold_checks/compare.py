"""What was compared, how far apart it was, and whether that is too far.

A difference is |found - expected|, divided by |expected| where that is above 1. Nulls have to stand in the same rows. Texts,
whole numbers, dates and truths have to be equal; then the difference is the number of rows in which they are not.
"""

import sys
import traceback

import numpy as np
import pandas as pd

# Doubles made of whole numbers, or by the same formula from the same doubles: nothing but the order of additions differs.
ROUNDING = 1e-9
# Gold adds up valence and energy in whole millionths, so that the order of rows cannot show; here they are added up as they are.
MILLIONTHS = 1e-6


class Report:
    """Prints one line a table and statistic, and remembers what disagreed."""

    def __init__(self):
        self.lines = 0
        self.failures = 0

    def line(self, table, statistic, compared, worst, tolerance, remark=""):
        agrees = bool(worst <= tolerance) and not remark
        self.lines += 1
        self.failures += not agrees
        word = "ok  " if agrees else "FAIL"
        print(f"{word} {table:22} {statistic:34} {compared:>8} compared, worst {worst:<8.3g} of {tolerance:<7.3g} {remark}".rstrip())

    def failed(self, table, what):
        self.line(table, "table", 0, np.inf, 0, what)

    def crashed(self, table):
        """What stands in the lake could not even be compared: a column or a type is not there."""
        self.failed(table, f"cannot be compared: {sys.exception()!r}")
        traceback.print_exc(file=sys.stderr)

    def holds(self, table, statistic, truths):
        """Something that is true of every row."""
        truths = np.asarray(truths, dtype=bool)
        self.line(table, statistic, truths.size, int((~truths).sum()), 0)

    def equal(self, table, statistic, found, expected):
        self.line(table, statistic, 1, 0 if found == expected else 1, 0, "" if found == expected else f"{found} is not {expected}")

    def values(self, table, statistic, found, expected, tolerance=0, keys=None):
        """Two columns in the same order of rows; `keys` tell the rows."""
        found, expected = pd.Series(found).reset_index(drop=True), pd.Series(expected).reset_index(drop=True)
        both = found.notna() & expected.notna()
        # Rows that disagree in being null are infinitely far apart.
        apart = pd.Series(np.where(found.isna() != expected.isna(), np.inf, 0.0))
        if tolerance:
            there = expected[both].astype(float)
            apart[both] = (found[both].astype(float) - there).abs() / there.abs().clip(lower=1)
        else:
            apart[both] = (found[both].to_numpy(object) != expected[both].to_numpy(object)).astype(float)
        wrong = apart[apart > tolerance]
        remark = ""
        if len(wrong):
            row = wrong.idxmax()
            where = ", ".join(str(value) for value in keys.iloc[row]) if keys is not None else f"row {row}"
            remark = f"{len(wrong)} rows differ, as {where}: {found[row]} is not {expected[row]}"
        self.line(table, statistic, int(both.sum()), float(apart.max()) if len(apart) else 0, tolerance, remark)

    def frames(self, table, found, expected, keys, tolerance=ROUNDING, tolerances=None, label=""):
        """Two tables with the same keys: every column of the expected one. Returns the rows side by side."""
        for side, frame in [("found", found), ("expected", expected)]:
            if frame.duplicated(keys).any():
                self.line(table, f"{label}key", len(frame), int(frame.duplicated(keys).sum()), 0, f"twice in what is {side}")
        columns = [name for name in expected.columns if name not in keys]
        sides = found[keys + columns].merge(expected, on=keys, how="outer", suffixes=(" found", ""), indicator="side")
        alone = sides["side"].value_counts()
        both = int(alone["both"])
        remark = f"only in the table {alone['left_only']}, missing {alone['right_only']}" if len(sides) > both else ""
        self.line(table, f"{label}rows", both, len(sides) - both, 0, remark)
        sides = sides[sides["side"] == "both"].reset_index(drop=True)
        for name in columns:
            is_double = pd.api.types.is_float_dtype(found[name]) and name not in WHOLE
            allowed = (tolerances or {}).get(name, tolerance) if is_double else 0
            self.values(table, label + name, sides[f"{name} found"], sides[name], allowed, sides[keys])
        return sides


# Whole numbers that pandas turns into doubles where some are null.
WHOLE = {"cluster_id", "key", "mode", "time_signature", "popularity"}
