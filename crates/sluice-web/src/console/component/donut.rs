//! A ring of shares with the figure that matters in its middle.

use askama::Template;

use super::chip::Tone;
use super::number::percent_of;

/// One share of a ring and its line in the legend.
pub struct Share {
    pub tone: Tone,
    pub label: String,
    pub number: u64,
    /// The list it counts.
    pub href: String,
}

/// A ring with its legend.
#[derive(Template)]
#[template(path = "components/donut.html")]
pub struct Donut {
    /// The whole thing in a sentence.
    label: String,
    /// Share of the first part, for the middle.
    percent: Option<u8>,
    middle: String,
    arcs: Vec<Arc>,
    legend: Vec<Share>,
}

struct Arc {
    tone: Tone,
    /// Length and start in thousandths of the ring.
    length: u64,
    start: u64,
}

super::escapes_itself!(Donut);

impl Donut {
    /// Shares in their order; the first is the one the middle speaks of.
    pub fn new(label: impl ToString, middle: impl ToString, shares: Vec<Share>) -> Self {
        let whole = shares.iter().fold(0_u64, |sum, share| sum.saturating_add(share.number));
        let place = |n: u64| u64::try_from(u128::from(n) * 1000 / u128::from(whole.max(1))).unwrap_or(1000);
        let mut before = 0_u64;
        let mut arcs = Vec::with_capacity(shares.len());
        for share in shares.iter().filter(|share| share.number > 0) {
            let start = place(before);
            before = before.saturating_add(share.number);
            arcs.push(Arc { tone: share.tone, length: place(before) - start, start });
        }
        Self {
            label: label.to_string(),
            percent: shares.first().and_then(|share| percent_of(share.number, whole)),
            middle: middle.to_string(),
            arcs,
            legend: shares,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arcs_close_the_ring() {
        let share = |tone, number| Share { tone, label: String::new(), number, href: String::new() };
        let ring = Donut::new("", "", vec![share(Tone::Good, 2), share(Tone::Warn, 1), share(Tone::Quiet, 0)]);
        assert_eq!(ring.percent, Some(66));
        assert_eq!(ring.arcs.iter().map(|arc| arc.length).sum::<u64>(), 1000);
        assert!(Donut::new("", "", vec![share(Tone::Good, 0)]).percent.is_none());
    }
}
