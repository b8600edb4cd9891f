#!/usr/bin/env python3
"""Recomputes the known values in the tests of `stats` with scipy, statsmodels and numpy, and compares them with the source.

    python check_effects.py [folder of the sources, default src/stats]

Prints one line for each figure; exits with 1 when one does not stand in the source named beside it. mpmath, where installed,
gives the figures of the t distribution to more digits than scipy.
"""

import math
import pathlib
import re
import sys

import numpy as np
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.multitest import multipletests

FOLDER = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "src/stats")
NUMBER = re.compile(r"(?<![\w.])-?\d[\d_]*\.\d[\d_]*(?:e-?\d+)?(?![\w.])")
missing = 0


def numbers(file):
    return [float(found.replace("_", "")) for found in NUMBER.findall((FOLDER / file).read_text())]


def check(file, name, values, relative=1e-12):
    """Every value has to stand in the tests of the file."""
    global missing
    known = np.array(numbers(file))
    for value in np.atleast_1d(np.asarray(values, dtype=float)):
        good = bool(np.any(np.abs(known - value) <= relative * max(abs(value), 1e-300)))
        missing += not good
        print(f"{'ok     ' if good else 'MISSING'} {file:15} {name:38} {value!r}")


# student.rs
for t, freedom in [(0.01, 2.5), (0.5, 7.0), (2.0, 18.0), (4.3, 25.0), (1.0, 100.3), (12.0, 60.0), (60.0, 7.0)]:
    check("student.rs", f"p of {t} at {freedom}", 2 * stats.t.sf(t, freedom))
for share, freedom in [(0.01, 2.5), (0.6, 7.0), (0.975, 18.0), (0.975, 8.0), (0.99999, 25.0), (0.995, 100.3), (0.975, 0.3)]:
    check("student.rs", f"quantile {share} at {freedom}", stats.t.ppf(share, freedom))

# describe.rs
values = np.array([0.31, 0.72, 0.15, 0.9, 0.44, 0.44, 0.08])
check("describe.rs", "mean, sd", [values.mean(), values.std(ddof=1)])
check("describe.rs", "quantiles", np.quantile(values, [0.0, 0.1, 0.25, 0.5, 0.9, 1.0]))

# diversity.rs
for counts in [[5, 3, 2], [99, 1], [7, 7, 1, 1, 1, 40]]:
    check("diversity.rs", f"entropy of {counts}", stats.entropy(counts) / math.log(len(counts)))

# correlation.rs
check("correlation.rs", "autocorrelation", np.corrcoef([3, 4, 1.5, 2], [1, 2, 4, 3])[0, 1])

# multiple.rs
p_values = [0.04, 0.0007, 0.9, 0.012, 0.04, 0.0, 0.011, 1.0]
check("multiple.rs", "holm", multipletests(p_values, method="holm")[1])
check("multiple.rs", "benjamini-hochberg", multipletests(p_values, method="fdr_bh")[1])

# effects.rs
differences = np.array([0.05, -0.02, 0.11, 0.07, 0.0, 0.13, 0.04, -0.05, 0.08])
test = stats.ttest_1samp(differences, 0)
interval = test.confidence_interval(0.95)
check("effects.rs", "paired", [differences.mean(), interval.low, interval.high, test.pvalue, test.df])

days = [
    (3, 0.05), (3, 0.11), (4, -0.02), (5, 0.09), (5, 0.04), (5, 0.12), (7, 0.0),
    (8, 0.13), (8, 0.1), (9, -0.05), (9, -0.03), (11, 0.08), (12, 0.06), (12, 0.01),
]  # fmt: skip
number, value = np.array(days).T
cluster = {"groups": number.astype(int), "use_correction": False}
fit = sm.OLS(value, np.ones_like(value)).fit(cov_type="cluster", cov_kwds=cluster)
worth = len(days) ** 2 / (np.unique(number, return_counts=True)[1] ** 2).sum()
error = fit.bse[0] * math.sqrt(worth / (worth - 1))
reach = stats.t.ppf(0.975, worth - 1) * error
p_value = 2 * stats.t.sf(abs(value.mean()) / error, worth - 1)
check("effects.rs", "in weeks", [value.mean(), value.mean() - reach, value.mean() + reach, p_value, worth - 1])

# weeks.rs
means = np.array([0.52, 0.41, 0.44, 0.39, 0.47, 0.42, 0.4, 0.45, 0.43, 0.38, 0.46, 0.41, 0.44])


def week(series):
    contrasts = np.array([series[at] - series[at + 1 : at + 5].mean() for at in range(9)])
    error = math.sqrt((contrasts[1:] ** 2).mean())
    reach = stats.t.ppf(0.975, 8) * error
    ends = contrasts[0] + np.array([0, -reach, reach])
    return ends, 2 * stats.t.sf(abs(contrasts[0]) / error, 8), series[1:5].mean()


ends, p_value, _ = week(means)
check("weeks.rs", "week", [*ends, p_value])
plays, pull = 80, 0.375
ends, p_value, base = week(np.arcsin(np.sqrt((means * plays + pull) / (plays + 2 * pull))))
shares = (np.sin(base + ends) ** 2 - np.sin(base) ** 2) * (plays + 2 * pull) / plays
check("weeks.rs", "share", [*shares, p_value])

print("all figures stand in the source" if not missing else f"{missing} figures do not")
sys.exit(1 if missing else 0)
