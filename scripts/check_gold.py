#!/usr/bin/env python3
"""Holds every statistic of a lake's gold tables against numpy, pandas, scipy, statsmodels and scikit-learn.

    python3 scripts/check_gold.py LAKE [TABLE...]      (needs: pip install -r scripts/requirements.txt)

Each table is computed anew from silver of the same lake, by other programs and from the definitions in the documentation, and
compared row by row and column by column; what has to be true of every row is looked at as well. Prints one line a table and
statistic: values compared, the worst difference, the tolerance. Exits 1 when anything disagrees or a table is not there.
"""

import os
import sys

# One thread: libraries of linear algebra would otherwise take all there are.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from gold_checks import drivers, forecast, moods, recommendations, source, temporal, wellbeing
from gold_checks.compare import Report

CHECKS = {
    "mood_clusters": moods.mood_clusters,
    "mood_cluster_profiles": moods.mood_cluster_profiles,
    "play_moods": moods.play_moods,
    "mood_circumplex": moods.mood_circumplex,
    "temporal_patterns": temporal.temporal_patterns,
    "listening_sessions": temporal.listening_sessions,
    "listening_streaks": temporal.listening_streaks,
    "top_items": temporal.top_items,
    "wellbeing_indicators": wellbeing.wellbeing_indicators,
    "mood_drivers": drivers.mood_drivers,
    "mood_forecast": forecast.mood_forecast,
    "forecast_backtests": forecast.forecast_backtests,
    "track_recommendations": recommendations.track_recommendations,
}


def check(lake, table, report):
    found = lake.table("gold", table)
    if found is None:
        return report.failed(table, "there is no such table")
    try:
        made_from = lake.note(table).get("inputs", {}).get("silver", {}).get("version", lake.silver_version())
        report.equal(table, "made from the newest silver", made_from, lake.silver_version())
        listening = lake.listening(table)
        source.rests_on(listening, table, found, report)
        CHECKS[table](listening, found, report)
    except Exception:
        report.crashed(table)


def main(root, tables):
    unknown = set(tables) - set(CHECKS)
    if unknown:
        sys.exit(f"there is no check of {', '.join(sorted(unknown))}; there is one of {', '.join(CHECKS)}")
    lake, report = source.Lake(root), Report()
    if lake.silver is None:
        sys.exit(f"{root} has no silver")
    for table in tables or CHECKS:
        check(lake, table, report)
    print(f"{report.lines} statistics, {report.failures} disagree")
    sys.exit(1 if report.failures else 0)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
