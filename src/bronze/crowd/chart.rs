//! Which tracks are popular: Zipf's law.
//!
//! Owns the weights. The second track of a chart is heard half as often as the first, the third a third as often, and so on, as
//! counts of plays are found to be distributed, near enough.

/// Tracks in the order of their popularity.
pub struct Chart {
    places: Vec<usize>,
    /// Weights of all tracks up to each.
    sums: Vec<f64>,
}

impl Chart {
    /// A chart of tracks, the most popular first.
    pub fn of(places: Vec<usize>) -> Self {
        let mut sum = 0.0;
        let sums = (1..=places.len()).map(|rank| {
            sum += 1.0 / rank as f64;
            sum
        });
        Self { sums: sums.collect(), places }
    }

    /// The track that a number from 0 to 1 falls on; none of an empty chart.
    pub fn at(&self, fraction: f64) -> Option<usize> {
        let wanted = fraction * self.sums.last()?;
        let rank = self.sums.partition_point(|&sum| sum <= wanted).min(self.places.len() - 1);
        self.places.get(rank).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::Chart;

    #[test]
    fn the_second_is_heard_half_as_often_as_the_first() {
        let chart = Chart::of(vec![7, 5, 3]);
        let mut heard = [0_u32; 8];
        for step in 0..1_100 {
            heard[chart.at((f64::from(step) + 0.5) / 1_100.0).unwrap()] += 1;
        }
        assert_eq!([heard[7], heard[5], heard[3]], [600, 300, 200]);
        assert_eq!(chart.at(1.0), Some(3));
        assert_eq!(Chart::of(Vec::new()).at(0.5), None);
    }
}
