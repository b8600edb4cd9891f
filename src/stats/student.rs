//! Student's t distribution: the two-sided p value and the quantile, for degrees of freedom that need not be whole.
//!
//! Owns the one distribution behind the intervals of `effects`. Computed here and not taken from a crate: those at hand call the
//! platform's `ln` and `exp` as soon as any other crate of the program turns on the standard library in `num-traits`, and then
//! give other bits on another machine. Here only `libm`, `+ - * /` and the square root are used. Refuses degrees of freedom that
//! are not above 0 and probabilities outside of 0 to 1. Peers for every figure: `scipy.stats.t`.

/// Degrees of freedom above this are taken as this many: the distribution is then the normal one for every purpose here (97.5 %
/// quantiles 1.959966 and 1.959964), and the continued fraction needs ever more steps beyond.
const FREEDOM_MAX: f64 = 1e6;

/// The continued fraction has converged long before: it was seen to need 81 steps at most, at 10,000 degrees of freedom.
const STEPS_MAX: u32 = 5_000;

/// The probability of a value at least as far from 0 as `t`, on either side; `None` when `t` is NaN or the degrees of freedom
/// are not a number above 0.
#[must_use]
pub fn two_sided_p(t: f64, degrees_of_freedom: f64) -> Option<f64> {
    if t.is_nan() || degrees_of_freedom.is_nan() || degrees_of_freedom <= 0.0 {
        return None;
    }
    Some(both_tails(t.abs(), degrees_of_freedom.min(FREEDOM_MAX)))
}

/// The value below which lies this share of the distribution; `None` when the share is not inside of 0 to 1 or the degrees of
/// freedom are not a number above 0.
#[must_use]
pub fn quantile(share: f64, degrees_of_freedom: f64) -> Option<f64> {
    let usable = share > 0.0 && share < 1.0 && degrees_of_freedom > 0.0;
    usable.then(|| {
        // 1 − share loses no digit above one half (Sterbenz), and below it the share itself is at hand.
        let (tails, sign) = if share < 0.5 { (2.0 * share, -1.0) } else { (2.0 * (1.0 - share), 1.0) };
        sign * distance_with(tails, degrees_of_freedom.min(FREEDOM_MAX))
    })
}

/// The distance from 0 that leaves this probability outside, both sides together.
fn distance_with(tails: f64, freedom: f64) -> f64 {
    let scale = 1.0 / (freedom.sqrt() * beta_with_half(freedom / 2.0));
    let mut distance = 0.0_f64;
    // Newton's method from 0. The probability falls ever less steeply, so no step goes beyond the solution, and each step gets
    // closer; in the far tail of few degrees of freedom a step at least doubles the distance, hence the bound.
    for _ in 0..1_100 {
        let square = distance * distance / freedom;
        let density = scale * libm::exp(-0.5 * (freedom + 1.0) * libm::log1p(square));
        let next = distance + (both_tails(distance, freedom) - tails) / (2.0 * density);
        // Rounding makes the last step go nowhere or back.
        if !next.is_finite() || next <= distance {
            break;
        }
        distance = next;
    }
    distance
}

/// The regularized incomplete beta function of ν / (ν + t²) with the parameters ν / 2 and 1 / 2, which is the probability
/// outside.
fn both_tails(distance: f64, freedom: f64) -> f64 {
    let (a, b) = (freedom / 2.0, 0.5);
    let square = distance * distance / freedom;
    if square == f64::INFINITY {
        return 0.0;
    }
    // Both arguments from the square itself: one minus the other would lose the digits of a small distance.
    let (inside, outside) = (square / (1.0 + square), 1.0 / (1.0 + square));
    let front = libm::exp(-a * libm::log1p(square)) * inside.sqrt() / beta_with_half(a);
    if outside < (a + 1.0) / (a + b + 2.0) {
        front * continued_fraction(a, b, outside) / a
    } else {
        1.0 - front * continued_fraction(b, a, inside) / b
    }
}

/// The beta function with 1 / 2 as its second parameter: √π · Γ(a) / Γ(a + 1/2).
fn beta_with_half(a: f64) -> f64 {
    // Γ(a) / Γ(a + 1/2) = Γ(a + 1) / Γ(a + 3/2) · (a + 1/2) / a, until the series below is exact to the last digit.
    let (mut at, mut ratio) = (a, 1.0);
    while at < 30.0 {
        ratio *= (at + 0.5) / at;
        at += 1.0;
    }
    // ln Γ(a + 1/2) − ln Γ(a), less half of ln a (Tricomi and Erdélyi, 1951).
    let inverse = 1.0 / (at * at);
    let series = (-1.0 / 8.0 + inverse * (1.0 / 192.0 - inverse * (1.0 / 640.0 - inverse * 17.0 / 14_336.0))) / at;
    std::f64::consts::PI.sqrt() * ratio * libm::exp(-series) / at.sqrt()
}

/// The continued fraction of the incomplete beta function (DLMF 8.17.22) by the method of Lentz, as modified by Thompson and
/// Barnett (1986).
fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    // Stands for 0 where a division by 0 would follow.
    let away_from_zero = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut ratio = 1.0;
    let mut inverse = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = inverse;
    for step in 1..STEPS_MAX {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for part in [even, odd] {
            inverse = 1.0 / away_from_zero(1.0 + part * inverse);
            ratio = away_from_zero(1.0 + part / ratio);
            change = inverse * ratio;
            fraction *= change;
        }
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Option<f64>, expected: f64) {
        assert!((found.unwrap() / expected - 1.0).abs() < 1e-13, "{found:?} is not {expected:e}");
    }

    // The expected figures are those of scipy.stats.t, recomputed by check_effects.py.

    #[test]
    fn p_values_are_those_of_scipy() {
        for (t, freedom, expected) in [
            (0.01, 2.5, 0.992_763_994_357_908_3),
            (0.5, 7.0, 0.632_407_135_689_284_4),
            (2.0, 18.0, 0.060_821_465_669_332_435),
            (4.3, 25.0, 0.000_228_597_448_566_417_63),
            (1.0, 100.3, 0.319_716_954_597_42),
            (12.0, 60.0, 1.378_632_264_181_775e-17),
            (60.0, 7.0, 9.377_600_658_329_014e-11),
        ] {
            close(two_sided_p(t, freedom), expected);
            assert_eq!(two_sided_p(-t, freedom), two_sided_p(t, freedom));
        }
    }

    #[test]
    fn quantiles_are_those_of_scipy() {
        for (share, freedom, expected) in [
            (0.01, 2.5, -5.353_111_173_030_874),
            (0.6, 7.0, 0.263_166_861_352_022_9),
            (0.975, 18.0, 2.100_922_040_241_038_2),
            (0.975, 8.0, 2.306_004_135_204_166),
            (0.999_99, 25.0, 5.241_042_999_545_116),
            (0.995, 100.3, 2.625_738_078_982_793),
            (0.975, 0.3, 6_582.035_699_400_752_5),
        ] {
            close(quantile(share, freedom), expected);
        }
    }

    #[test]
    fn one_and_two_degrees_of_freedom_have_closed_forms() {
        // Cauchy's distribution, and t / √(2 + t²).
        close(two_sided_p(3.0, 1.0), 1.0 - 2.0 * libm::atan(3.0) / std::f64::consts::PI);
        close(two_sided_p(3.0, 2.0), 1.0 - 3.0 / 11.0_f64.sqrt());
    }

    #[test]
    fn quantiles_and_p_values_undo_each_other() {
        for freedom in [0.5, 1.0, 3.7, 8.0, 25.0, 300.0, 1e5] {
            for share in [0.6, 0.9, 0.975, 0.9999, 1.0 - 1e-9] {
                let back = two_sided_p(quantile(share, freedom).unwrap(), freedom).unwrap();
                assert!((back / (2.0 * (1.0 - share)) - 1.0).abs() < 1e-11, "{share} at {freedom}: {back}");
                assert!((quantile(1.0 - share, freedom).unwrap() / quantile(share, freedom).unwrap() + 1.0).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn the_ends_are_reached() {
        assert_eq!(
            (two_sided_p(0.0, 5.0), two_sided_p(f64::INFINITY, 5.0), quantile(0.5, 5.0)),
            (Some(1.0), Some(0.0), Some(0.0))
        );
        let normal = two_sided_p(1.959_963_984_540_054, f64::INFINITY).unwrap();
        assert!((normal - 0.05).abs() < 1e-6, "{normal}");
        // The true value, 10 to the power of 30,000, is no `f64`.
        assert!(quantile(1e-300, 0.01).is_some_and(|far| far.is_finite() && far < -1e100));
    }

    #[test]
    fn what_is_no_distribution_and_no_share_is_refused() {
        for freedom in [0.0, -3.0, f64::NAN] {
            assert_eq!((two_sided_p(1.0, freedom), quantile(0.9, freedom)), (None, None));
        }
        assert_eq!((two_sided_p(f64::NAN, 5.0), quantile(f64::NAN, 5.0)), (None, None));
        assert_eq!((quantile(0.0, 5.0), quantile(1.0, 5.0), quantile(-0.1, 5.0)), (None, None, None));
    }
}
