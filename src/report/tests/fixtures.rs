//! Reports to render: a rich one with hostile names, one of ten years, one of synthetic features only, an empty one.
//!
//! Owns made-up values that look like a listener's. They come from a fixed sequence of numbers, so that every run has the same.

use chrono::{Datelike, Days, NaiveDate};

use crate::report::data::*;

/// Names that break what does not escape, measure or clean them.
pub(crate) const HOSTILE: [&str; 8] = [
    "</script><script>alert(\"1\")</script>",
    "\"quoted\" & 'single' <b>bold</b>",
    "\u{1b}[31mred\u{1b}[0m\u{7}\u{0}\u{9b}2J",
    "مرحبا \u{202e}desrever\u{202c} \u{200f}",
    "👩‍👩‍👧‍👦 ❤️‍🔥 party 🏳️‍🌈",
    "日本語の歌の名前がとても長い場合にはどうなるのか",
    "z\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{309}\u{30a}algo \u{ffff}\u{fffe}",
    "javascript:alert(1)//--><svg/onload=alert(1)>]]>",
];

/// Numbers in 0–1 from a fixed sequence.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / (1_u64 << 24) as f64
    }

    /// Between the two, most often near the middle.
    fn around(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() + self.next() + self.next()) / 3.0
    }
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn long_name() -> String {
    "An endless title that never comes to its end ".repeat(8).chars().take(300).collect()
}

fn basis(plays: u64, gap_days: u32) -> Basis {
    Basis { plays, covered: Some(plays * 93 / 100), authentic_share: Some(0.926), gap_days, note: None }
}

pub(crate) fn empty() -> Report {
    Report {
        listener: "me".to_owned(),
        zone: "Europe/Madrid".to_owned(),
        version: "0.1.0".to_owned(),
        forecast: Forecast { why_none: Some("there are no days with plays.".to_owned()), ..Forecast::default() },
        ..Report::default()
    }
}

/// Ninety days, of which no feature is real.
pub(crate) fn synthetic() -> Report {
    let mut report = listener(date(2025, 12, 1), date(2026, 2, 28), "day", 30.0);
    report.listener = "synthetic".to_owned();
    report.warnings = vec![
        "All audio features in this lake are synthetic. They say nothing about the songs; moods and indicators here are made up."
            .to_owned(),
    ];
    for basis in bases(&mut report) {
        basis.authentic_share = basis.authentic_share.map(|_| 0.0);
    }
    report.drivers.rows.iter_mut().for_each(|row| row.is_driver = false);
    report.recommendations = Vec::new();
    report
}

/// Fourteen months of days, with names that try to break out.
pub(crate) fn rich() -> Report {
    let mut report = listener(date(2025, 1, 20), date(2026, 3, 14), "day", 46.0);
    report.listener = "ana <marker> \u{202e}& co".to_owned();
    report.others = vec!["ben".to_owned(), HOSTILE[0].to_owned()];
    report.warnings = vec![
        "On 12 days plays may be missing: nothing was fetched from 3 to 14 August 2025.".to_owned(),
        format!("The last import rejected 50 rows of {}.", HOSTILE[1]),
    ];
    for (bar, name) in report.top.tracks.iter_mut().zip(HOSTILE) {
        name.clone_into(&mut bar.name);
    }
    report.top.tracks[2].detail = Some(HOSTILE[3].to_owned());
    report.top.artists[1].name = long_name();
    report.top.artists[3].name = HOSTILE[5].to_owned();
    report.top.genres[2].name = "c".repeat(300);
    report.drivers.rows[1].subject = HOSTILE[0].to_owned();
    report.drivers.rows[1].words = format!("{} is played more on weekends (0.12 against 0.05)", HOSTILE[0]);
    report.mood_map.clusters[1].mood = "intense <&>".to_owned();
    for (track, name) in report.recommendations[0].tracks.iter_mut().zip(HOSTILE) {
        name.clone_into(&mut track.track_name);
    }
    report.recommendations[0].tracks[1].artist_name = long_name();
    report.recommendations[0].tracks[2].track_id = "\"><script>alert(1)</script>".to_owned();
    report
}

/// Ten years in weeks.
pub(crate) fn ten_years() -> Report {
    let mut report = listener(date(2016, 3, 21), date(2026, 3, 14), "week", 38.0);
    report.listener = "ten-years".to_owned();
    report
}

/// Every basis of a report.
pub(crate) fn bases(report: &mut Report) -> Vec<&mut Basis> {
    let mut all = vec![
        &mut report.rests_on,
        &mut report.hours.basis,
        &mut report.mood_map.basis,
        &mut report.mood_over_time.basis,
        &mut report.wellbeing.basis,
        &mut report.drivers.basis,
        &mut report.forecast.basis,
    ];
    all.extend(report.recommendations.iter_mut().map(|goal| &mut goal.basis));
    all
}

fn listener(first: NaiveDate, last: NaiveDate, grain: &str, plays_a_day: f64) -> Report {
    let mut numbers = Numbers(7);
    let days = (last - first).num_days() as f64 + 1.0;
    let plays = (days * plays_a_day) as u64;
    let note = Some("A day counts as lacking plays when it lies between two fetches with a gap.".to_owned());
    let counted = Basis { plays, covered: None, authentic_share: None, gap_days: 12, note };
    Report {
        zone: "Europe/Madrid".to_owned(),
        made_at: "on 14 March 2026 at 18:46 UTC".to_owned(),
        version: "0.1.0".to_owned(),
        span: Some((first, last)),
        headline: headline(plays, days),
        rests_on: basis(plays, 12),
        calendar: calendar(&mut numbers, first, last, plays_a_day, counted.clone()),
        hours: hours(&mut numbers, days, basis(plays, 12)),
        mood_map: mood_map(&mut numbers, plays),
        mood_over_time: mood_over_time(&mut numbers, first, last, grain, basis(plays, 12)),
        wellbeing: wellbeing(&mut numbers, last, basis(plays / 4, 12)),
        top: top(&mut numbers, plays, &counted),
        drivers: drivers(&mut numbers, basis(plays, 12)),
        forecast: forecast(&mut numbers, last, basis(plays / 5, 0)),
        recommendations: recommendations(&mut numbers, plays),
        ..Report::default()
    }
}

fn headline(plays: u64, days: f64) -> Vec<Figure> {
    let figure =
        |value: String, label: &str, note: Option<&str>| Figure { value, label: label.to_owned(), note: note.map(str::to_owned) };
    vec![
        figure(format!("{},{:03}", plays / 1000, plays % 1000), "plays", None),
        figure("1,204 h".to_owned(), "listened", Some("39,990 plays tell for how long")),
        figure("2,918".to_owned(), "tracks", None),
        figure("804".to_owned(), "artists", None),
        figure(format!("{days:.0}"), "days", Some("12 of them may lack plays")),
        figure("party".to_owned(), "most frequent mood", Some("34 % of the plays with a mood")),
    ]
}

fn calendar(numbers: &mut Numbers, first: NaiveDate, last: NaiveDate, a_day: f64, basis: Basis) -> Calendar {
    let mut calendar = Calendar { basis, ..Calendar::default() };
    let shown_from = last.checked_sub_days(Days::new(52 * 7 + 5)).unwrap().max(first);
    for date in first.iter_days().take_while(|date| *date <= last) {
        let weekend = if date.weekday().number_from_monday() > 5 { 1.5 } else { 1.0 };
        let in_gap = date.month() == 8 && (3..15).contains(&date.day()) && date.year() == 2025;
        let plays =
            if in_gap { 0 } else { (a_day * weekend * numbers.around(0.0, 2.0) * (numbers.next() * 12.0).min(1.0)) as u32 };
        let minutes = f64::from(plays) * 3.4;
        if date >= shown_from {
            calendar.days.push(CalendarDay { date, plays, minutes, in_gap });
        }
        match calendar.months.last_mut() {
            Some(month) if (month.year, month.month) == (date.year(), date.month()) => {
                month.plays += plays;
                month.minutes += minutes;
            }
            _ => calendar.months.push(CalendarMonth { year: date.year(), month: date.month(), plays, minutes }),
        }
    }
    calendar
}

fn hours(numbers: &mut Numbers, days: f64, basis: Basis) -> Hours {
    let weight = |hour: u32| match hour {
        0 => 0.5,
        1 => 0.1,
        2..=6 => 0.01,
        7..=9 => 0.8,
        10..=16 => 0.6,
        17..=22 => 1.6,
        _ => 1.0,
    };
    let mut cells = Vec::new();
    for (weekday, hour) in (1..=7).flat_map(|weekday| (0..24).map(move |hour| (weekday, hour))) {
        let plays = (days / 7.0 * 3.0 * weight(hour) * numbers.around(0.5, 1.5)) as u32;
        let known = plays >= 20;
        let evening = if (4..20).contains(&hour) { 0.02 } else { -0.06 };
        cells.push(HourCell {
            weekday,
            hour,
            plays,
            valence: known.then(|| 0.5 + evening + numbers.around(-0.08, 0.08)),
            energy: known.then(|| 0.6 + evening * 1.5 + numbers.around(-0.08, 0.08)),
        });
    }
    let parts = ["night", "morning", "afternoon", "evening"];
    let part = |(place, (part, is_weekend)): (usize, (&str, bool))| PartOfDay {
        part: part.to_owned(),
        is_weekend,
        plays: 120 + 731 * place as u32,
        valence: (place > 0).then_some(0.41 + 0.03 * place as f64),
        energy: (place > 0).then_some(0.52 + 0.02 * place as f64),
        skip_rate: Some(0.08 + 0.02 * place as f64),
        finish_rate: Some(0.81 - 0.02 * place as f64),
    };
    let parts = parts.into_iter().flat_map(|part| [(part, false), (part, true)]).enumerate().map(part).collect();
    Hours { cells, parts, basis }
}

fn mood_map(numbers: &mut Numbers, plays: u64) -> MoodMap {
    let centres =
        [("party", 0.702, 0.755), ("intense", 0.293, 0.799), ("mellow-acoustic", 0.537, 0.475), ("sombre", 0.202, 0.235)];
    let mut cells = Vec::new();
    for (valence_bin, energy_bin) in (0..20_u32).flat_map(|valence| (0..20_u32).map(move |energy| (valence, energy))) {
        let (valence, energy) = (f64::from(valence_bin) / 20.0, f64::from(energy_bin) / 20.0);
        let near: f64 = centres.iter().map(|(_, v, e)| 1.0 / (0.02 + (v - valence).powi(2) + (e - energy).powi(2))).sum();
        let count = (near * near * numbers.around(0.2, 1.8) / 60.0 - 8.0).max(0.0) as u32;
        if count > 0 {
            cells.push(MoodCell { valence_bin, energy_bin, plays: count });
        }
    }
    let shares = [0.34, 0.26, 0.28, 0.12];
    let cluster = |((mood, valence, energy), share): ((&str, f64, f64), f64)| MoodCluster {
        mood: mood.to_owned(),
        valence,
        energy,
        plays: (plays as f64 * share) as u64,
        share,
    };
    let quadrants =
        [("happy", 0.37, 0.29), ("tense", 0.34, 0.21), ("sad", 0.12, 0.27), ("calm", 0.06, 0.2), ("neutral", 0.11, 0.03)];
    let quadrant = |(quadrant, share, share_own): (&str, f64, f64)| Quadrant { quadrant: quadrant.to_owned(), share, share_own };
    MoodMap {
        bins: 20,
        cells,
        clusters: centres.into_iter().zip(shares).map(cluster).collect(),
        median: Some((0.468, 0.641)),
        quadrants: quadrants.into_iter().map(quadrant).collect(),
        basis: basis(plays, 12),
    }
}

fn mood_over_time(numbers: &mut Numbers, first: NaiveDate, last: NaiveDate, grain: &str, basis: Basis) -> MoodOverTime {
    let step = if grain == "week" { 7 } else { 1 };
    let mut points = Vec::new();
    let (mut valence, mut energy) = (0.5, 0.62);
    for (index, date) in first.iter_days().step_by(step).take_while(|date| *date <= last).enumerate() {
        let (old, in_gap) = (index * step >= 28, date.month() == 8 && date.year() == 2025 && (3..15).contains(&date.day()));
        valence += numbers.around(-0.012, 0.012) + (0.5 - valence) * 0.02;
        energy += numbers.around(-0.012, 0.012) + (0.62 - energy) * 0.02;
        let known = !in_gap && numbers.next() > 0.06;
        let (low, high) = (0.05 + 0.01 * numbers.next(), 0.05);
        points.push(MoodPoint {
            date,
            valence: known.then(|| valence + numbers.around(-0.14, 0.14)),
            energy: known.then(|| energy + numbers.around(-0.14, 0.14)),
            valence_28d: (old && !in_gap).then_some(valence),
            energy_28d: (old && !in_gap).then_some(energy),
            valence_band: (old && !in_gap).then_some((valence - low, valence + high)),
            energy_band: (old && !in_gap).then_some((energy - low, energy + high)),
            plays: if known { 43 } else { 3 },
            in_gap,
        });
    }
    MoodOverTime { points, grain: grain.to_owned(), basis }
}

fn wellbeing(numbers: &mut Numbers, last: NaiveDate, basis: Basis) -> Wellbeing {
    let mut indicator =
        |name: &str, explained: &str, value: Option<&str>, usual: &str, note: &str, low: f64, high: f64| Indicator {
            name: name.to_owned(),
            explained: explained.to_owned(),
            value: value.map(str::to_owned),
            usual: Some(usual.to_owned()),
            note: note.to_owned(),
            line: (0..53).map(|week| (week != 29 && week != 30).then(|| numbers.around(low, high))).collect(),
        };
    let indicators = vec![
        indicator(
            "valence, 28 days",
            "Mean valence of the plays, weighted by listening time where it is known.",
            Some("0.48"),
            "0.51",
            "1,204 plays on 27 days.",
            0.4,
            0.6,
        ),
        indicator(
            "energy, 28 days",
            "Mean energy of the plays, weighted by listening time.",
            Some("0.61"),
            "0.62",
            "1,204 plays on 27 days.",
            0.5,
            0.7,
        ),
        indicator(
            "valence shift",
            "How far the last 7 days are from the last 56, in standard deviations of the daily means.",
            None,
            "+0.1",
            "only 3 of the last 7 days have at least 5 plays with features.",
            -1.0,
            1.0,
        ),
        indicator(
            "sad-music share",
            "Share of the plays with low valence and low energy.",
            Some("12 %"),
            "11 %",
            "1,204 plays on 27 days.",
            0.05,
            0.2,
        ),
        indicator(
            "repetitiveness",
            "1 minus unique tracks by plays, over 28 days.",
            Some("0.37"),
            "0.41",
            "1,290 plays.",
            0.3,
            0.5,
        ),
        indicator(
            "diversity",
            "Normalised entropy over artists, over 28 days: 1 when all are played equally.",
            Some("0.88"),
            "0.86",
            "1,290 plays.",
            0.8,
            0.92,
        ),
        indicator(
            "late-night share",
            "Share of the plays between 0 and 5 o’clock local time.",
            Some("4.1 %"),
            "3.2 %",
            "1,290 plays.",
            0.0,
            0.08,
        ),
        indicator(
            "rest regularity",
            "The longest daily pause against its usual of 30 days.",
            Some("9.4 h"),
            "9.1 h",
            "28 days.",
            7.0,
            11.0,
        ),
        indicator(
            "sessions a day",
            "Stretches of listening without a pause of 30 minutes.",
            Some("2.9"),
            "3.1",
            "81 sessions.",
            2.0,
            4.0,
        ),
    ];
    Wellbeing { indicators, as_of: Some(last), basis }
}

fn top(numbers: &mut Numbers, plays: u64, counted: &Basis) -> Top {
    let mut bars = |names: &[&str], of: u64, detail: Option<&str>| -> Vec<Bar> {
        let mut left = of as f64 * 0.14;
        let mut bar = |name: &&str| {
            left *= numbers.around(0.75, 0.98);
            Bar { name: (*name).to_owned(), detail: detail.map(str::to_owned), plays: left as u64, minutes: Some(left * 3.3) }
        };
        names.iter().map(&mut bar).collect()
    };
    let genres = [
        "indie rock",
        "ambient",
        "flamenco",
        "electronic",
        "jazz",
        "folk",
        "hip-hop",
        "classical",
        "soul",
        "punk",
        "disco",
        "house",
    ];
    let artists = [
        "Rosalía",
        "Röyksopp",
        "Nils Frahm",
        "Björk",
        "Σtella",
        "Земфира",
        "Camarón de la Isla",
        "Boards of Canada",
        "Khruangbin",
        "Nina Simone",
        "Los Planetas",
        "Sigur Rós",
    ];
    let tracks = [
        "Malamente",
        "Eple",
        "Says",
        "Jóga",
        "Going Sane",
        "Хочешь?",
        "Volando voy",
        "Roygbiv",
        "Time (You and I)",
        "Sinnerman",
        "Un buen día",
        "Hoppípolla",
    ];
    Top {
        genres: bars(&genres, plays, None),
        artists: bars(&artists, plays / 2, None),
        tracks: bars(&tracks, plays / 8, Some("An artist")),
        genres_basis: Basis {
            covered: Some(plays * 81 / 100),
            note: Some("Genres are the catalogue’s.".to_owned()),
            ..counted.clone()
        },
        artists_basis: counted.clone(),
        tracks_basis: counted.clone(),
    }
}

fn drivers(numbers: &mut Numbers, basis: Basis) -> Drivers {
    let stretches = ["evening", "weekend", "last 7 days", "night", "morning"];
    let subjects = [
        ("valence", "feature"),
        ("ambient", "genre"),
        ("energy", "feature"),
        ("Nils Frahm", "artist"),
        ("danceability", "feature"),
    ];
    let mut rows = Vec::new();
    for (place, (stretch, (subject, kind))) in
        stretches.iter().flat_map(|stretch| subjects.map(|subject| (*stretch, subject))).enumerate()
    {
        let sign = if place % 3 == 0 { -1.0 } else { 1.0 };
        let effect = sign * (1.1 - place as f64 * 0.042).max(0.02);
        let half = numbers.around(0.2, 0.45);
        let is_driver = effect.abs() > half + 0.15;
        rows.push(Driver {
            stretch: stretch.to_owned(),
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            effect: (place != 23).then_some(effect),
            effect_low: (place != 23).then_some(effect - half),
            effect_high: (place != 23).then_some(effect + half),
            inside: 0.41,
            outside: 0.49,
            p_adjusted: if is_driver { 0.0004 * place as f64 } else { 0.2 + 0.01 * place as f64 },
            is_driver,
            units: 61,
            words: format!("{subject} is {} in the {stretch} (0.41 against 0.49)", if sign < 0.0 { "lower" } else { "higher" }),
        });
    }
    Drivers { rows, comparisons: 148, basis }
}

fn forecast(numbers: &mut Numbers, last: NaiveDate, basis: Basis) -> Forecast {
    let mut target = |target: &str, baseline_wins: bool, middle: f64, spread: f64| {
        let history = (0..56).map(|day| {
            let date = last.checked_sub_days(Days::new(55 - day)).unwrap();
            (date, (day % 13 != 5).then(|| middle + numbers.around(-spread, spread) * 1.6))
        });
        let history = history.collect();
        let days = (1..=14_u32).map(|day| {
            let value = middle + numbers.around(-spread, spread) * 0.4;
            let (narrow, wide) = (spread * (0.7 + 0.02 * f64::from(day)), spread * (1.1 + 0.03 * f64::from(day)));
            ForecastDay {
                date: last + Days::new(u64::from(day)),
                value,
                interval_80: Some((value - narrow, value + narrow)),
                interval_95: Some(((value - wide).max(0.0), value + wide)),
            }
        });
        let days = days.collect();
        let backtest = |method: &str, is_baseline: bool, is_chosen: bool, mae: f64| Backtest {
            method: method.to_owned(),
            is_baseline,
            is_chosen,
            mae: Some(mae),
            coverage_80: Some(0.79),
            coverage_95: Some(0.94),
            forecasts: 364,
        };
        Target {
            target: target.to_owned(),
            method: if baseline_wins { "seasonal_naive" } else { "weekday_mean" }.to_owned(),
            verdict: if baseline_wins {
                "the baseline was not beaten: it is what is shown."
            } else {
                "the weekday mean was 14 % closer than the baseline."
            }
            .to_owned(),
            baseline_wins,
            history,
            days,
            backtests: vec![
                backtest("seasonal_naive", true, baseline_wins, spread * 0.42),
                backtest("weekday_mean", false, !baseline_wins, spread * 0.36),
                backtest("exponential_smoothing", false, false, spread * 0.4),
            ],
        }
    };
    let targets =
        vec![target("valence", true, 0.49, 0.11), target("energy", false, 0.61, 0.1), target("plays", false, 46.0, 31.0)];
    Forecast { targets, basis, why_none: None }
}

fn recommendations(numbers: &mut Numbers, plays: u64) -> Vec<Goal> {
    let goals = [
        ("more_of_the_same", "Tracks that sound like what you played most in the last 28 days."),
        ("lift", "From where you are now, step by step towards more positive tracks."),
        ("calm", "Less energy at the valence you are used to."),
    ];
    let mut goal = |(goal, explained): (&str, &str)| Goal {
        goal: goal.to_owned(),
        explained: explained.to_owned(),
        tracks: (1..=10)
            .map(|rank| Recommended {
                rank,
                track_id: format!("4uLU6hMCjMI75M1A2tKU{rank:02}"),
                track_name: format!("A fitting track, number {rank}"),
                artist_name: "Somebody".to_owned(),
                genre: (rank % 3 > 0).then(|| "indie rock".to_owned()),
                valence: numbers.around(0.3, 0.8),
                energy: numbers.around(0.3, 0.8),
                similarity: 0.98 - f64::from(rank) * 0.01,
                reason: "as positive as your evenings, a little calmer; close to “Says” by Nils Frahm.".to_owned(),
            })
            .collect(),
        basis: basis(plays / 8, 0),
    };
    goals.into_iter().map(&mut goal).collect()
}
