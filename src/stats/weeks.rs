//! Does the recent week differ by more than this listener's weeks usually do?
//!
//! Owns the test of one week against those before. What a mean of many weeks would be says little about one week, so the spread
//! comes from the listener's own past: each earlier week is compared with the weeks before it in the very same way, and the
//! recent contrast is held against theirs. Moods that last for days and slow drifts are in those contrasts as well, so neither
//! makes a finding; held against the mean and spread of all weeks, a random walk of simulated weeks nearly doubled the false
//! ones. Refuses short histories and histories without any spread. Effects go to `gold`.

use super::describe::mean;
use super::effects::{Effect, UNITS_MIN, t_test};
use super::student::quantile;

/// Weeks before this many are not looked at: half a year is what "usual" means here.
pub const WEEKS_MAX: usize = 26;

/// The fewest and most weeks that a week is compared with. Few follow a drift, many have a steadier mean; a third of those at
/// hand leaves two thirds as contrasts.
const BASE: (usize, usize) = (4, 8);

/// Fewer weeks before the recent one have no effect: four to compare with and eight contrasts.
pub const WEEKS_MIN: usize = BASE.0 + UNITS_MIN;

/// Anscombe's (1948) 3/8, by which counts are pulled off 0 and off all before the square root.
const PULL: f64 = 0.375;

/// Seven days of plays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Week {
    /// Mean over the plays; for something that a play has or has not, its share in 0 to 1.
    pub mean: f64,
    /// How many plays the mean rests on.
    pub plays: u64,
}

/// The recent week less the mean of the weeks just before it (a third of those at hand, four to eight).
///
/// `before` begins with the latest, and its units are the contrasts of earlier weeks; `usual_sd` is as in
/// [`paired`](super::effects::paired). A recent week with fewer plays than usual has a wider interval. `None` under [`WEEKS_MIN`]
/// weeks with plays before, without plays in the recent one, when earlier weeks do not differ at all, or when a mean is not
/// finite.
#[must_use]
pub fn against_weeks(recent: Week, before: &[Week], usual_sd: f64) -> Option<Effect> {
    let contrast = Contrast::of(recent, before, |week| week.mean)?;
    let ends = contrast.ends(|difference, _| difference)?;
    Effect::new(ends, contrast.p_value()?, contrast.past, contrast.past as f64, usual_sd)
}

/// As [`against_weeks`] for shares (0 to 1) such as those of a genre, which are skewed: most weeks have little and a few have
/// much.
///
/// Compared are arcsines of square roots, which vary as much at small shares as at large ones (Anscombe 1948); the difference and
/// its ends are turned back into shares, so the usual share is that of the mean arcsine, which one week of excess moves less than
/// the mean. Plain shares of simulated genres heard on one or two days a week gave thirty times the false findings that
/// p < .00025 allows.
#[must_use]
pub fn share_against_weeks(recent: Week, before: &[Week], usual_sd: f64) -> Option<Effect> {
    let contrast = Contrast::of(recent, before, angle)?;
    // Turns the angle of the recent week into its share exactly, and that of the usual one as if it had as many plays.
    let plays = recent.plays as f64;
    let share = |angle: f64| {
        let sine = libm::sin(angle.clamp(0.0, std::f64::consts::FRAC_PI_2));
        ((sine * sine * (plays + 2.0 * PULL) - PULL) / plays).clamp(0.0, 1.0)
    };
    let ends = contrast.ends(|difference, base| share(base + difference) - share(base))?;
    Effect::new(ends, contrast.p_value()?, contrast.past, contrast.past as f64, usual_sd)
}

/// The arcsine of the square root of a share, pulled a little off 0 and 1 so that weeks without any vary as the others do.
fn angle(week: &Week) -> f64 {
    let plays = week.plays as f64;
    libm::asin(((week.mean.clamp(0.0, 1.0) * plays + PULL) / (plays + 2.0 * PULL)).sqrt())
}

/// A recent week held against earlier ones.
struct Contrast {
    /// The mean it is compared with.
    base: f64,
    /// The recent week less that.
    difference: f64,
    /// How large such a difference usually is: the root of the mean square of the past ones, with as many plays as this one.
    error: f64,
    /// How many past ones there are.
    past: usize,
}

impl Contrast {
    fn of(recent: Week, before: &[Week], scale: impl Fn(&Week) -> f64) -> Option<Self> {
        let played: Vec<&Week> = before.iter().filter(|week| week.plays > 0).take(WEEKS_MAX).collect();
        if recent.plays == 0 || played.len() < WEEKS_MIN {
            return None;
        }
        // Weeks that never differed say nothing of how much weeks may differ: the first play of a genre is no finding. Asked of
        // the means, as angles of the same share differ with the number of plays.
        if played.windows(2).all(|pair| pair[0].mean.total_cmp(&pair[1].mean).is_eq()) {
            return None;
        }
        let size = (played.len() / 3).clamp(BASE.0, BASE.1);
        let values: Vec<f64> = std::iter::once(&recent).chain(played.iter().copied()).map(scale).collect();
        let contrasts: Vec<f64> = values.windows(size + 1).filter_map(|weeks| Some(weeks[0] - mean(&weeks[1..])?)).collect();
        let (difference, past) = contrasts.split_first()?;
        let usual = past.iter().map(|contrast| contrast * contrast).sum::<f64>() / past.len() as f64;
        // At worst all the spread between weeks comes from their plays being few, and is then inverse to their number. A recent
        // week with 40 % of the usual plays gave 13 times the false findings at p < .00025 without this.
        let usual_plays = played.len() as f64 / played.iter().map(|week| 1.0 / week.plays as f64).sum::<f64>();
        let error = (usual * (usual_plays / recent.plays as f64).max(1.0)).sqrt();
        let found = Self { base: mean(&values[1..=size])?, difference: *difference, error, past: past.len() };
        (error > 0.0).then_some(found)
    }

    /// The difference and the ends of its interval, each turned into the unit of the values.
    fn ends(&self, turn: impl Fn(f64, f64) -> f64) -> Option<[f64; 3]> {
        let reach = quantile(0.975, self.past as f64)? * self.error;
        Some([self.difference, self.difference - reach, self.difference + reach].map(|end| turn(end, self.base)))
    }

    fn p_value(&self) -> Option<f64> {
        t_test(self.difference, self.error, self.past as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Thirteen weeks of plays, the latest first.
    fn weeks() -> (Week, Vec<Week>) {
        let means = [0.52, 0.41, 0.44, 0.39, 0.47, 0.42, 0.4, 0.45, 0.43, 0.38, 0.46, 0.41, 0.44];
        let all = means.map(|mean| Week { mean, plays: 80 });
        (all[0], all[1..].to_vec())
    }

    fn close(found: Effect, expected: [f64; 4]) {
        for (found, expected) in [found.difference, found.low, found.high, found.p_value].into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
        }
        assert_eq!((found.units, found.degrees_of_freedom.to_bits()), (8, 8.0_f64.to_bits()));
    }

    // The expected figures are computed with numpy and scipy.stats.t in check_effects.py.

    #[test]
    fn a_week_is_held_against_past_contrasts() {
        let (recent, before) = weeks();
        let found = against_weeks(recent, &before, 0.2).unwrap();
        close(found, [0.092_500_000_000_000_03, 0.025_609_730_060_564_717, 0.159_390_269_939_435_34, 0.012_824_879_513_822_596]);
        assert_eq!(found.effect, Some(found.difference / 0.2));
    }

    #[test]
    fn a_share_is_held_against_past_contrasts_of_angles() {
        let (recent, before) = weeks();
        close(
            share_against_weeks(recent, &before, 0.5).unwrap(),
            [0.092_630_431_517_680_47, 0.025_077_139_198_761_04, 0.159_825_129_743_992_35, 0.013_248_447_039_357_01],
        );
    }

    #[test]
    fn a_week_with_few_plays_has_a_wider_interval() {
        let (recent, before) = weeks();
        let width = |plays| {
            let found = against_weeks(Week { plays, ..recent }, &before, 0.2).unwrap();
            found.high - found.low
        };
        assert!((width(20) / width(80) - 2.0).abs() < 1e-12);
        assert_eq!(width(800).to_bits(), width(80).to_bits());
    }

    #[test]
    fn only_weeks_with_plays_and_of_the_last_half_year_count() {
        let (recent, before) = weeks();
        let holes: Vec<Week> = before.iter().flat_map(|week| [Week { mean: 9.0, plays: 0 }, *week]).collect();
        assert_eq!(against_weeks(recent, &holes, 0.2), against_weeks(recent, &before, 0.2));
        let long: Vec<Week> = before.iter().cycle().take(WEEKS_MAX).copied().collect();
        let longer: Vec<Week> = long.iter().copied().chain([Week { mean: 9.0, plays: 80 }]).collect();
        let found = against_weeks(recent, &longer, 0.2);
        assert_eq!((found, found.unwrap().units), (against_weeks(recent, &long, 0.2), WEEKS_MAX - 8));
    }

    #[test]
    fn short_empty_and_steady_histories_have_no_effect() {
        let (recent, before) = weeks();
        let steady: Vec<Week> = (40..60).map(|plays| Week { mean: 0.0, plays }).collect();
        for (recent, before) in [(recent, &before[..11]), (Week { plays: 0, ..recent }, &before[..]), (recent, &steady[..])] {
            assert_eq!(against_weeks(recent, before, 0.2), None);
            assert_eq!(share_against_weeks(recent, before, 0.2), None);
        }
        for hostile in [f64::NAN, f64::INFINITY, 1e300] {
            let mut before = before.clone();
            before[6].mean = hostile;
            assert_eq!(against_weeks(recent, &before, 0.2), None);
        }
    }

    #[test]
    fn a_share_stays_a_share() {
        let (recent, before) = weeks();
        let found = share_against_weeks(Week { mean: 1.0, ..recent }, &before, 0.5).unwrap();
        assert!(found.low > 0.0 && found.high <= 1.0 && found.difference <= found.high, "{found:?}");
        let none = share_against_weeks(Week { mean: 0.0, ..recent }, &before, 0.5).unwrap();
        assert!(none.low >= -1.0 && none.high < 0.0 && none.low <= none.difference, "{none:?}");
    }
}
