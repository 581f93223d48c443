//! Bars, drawn at the server as SVG: widths are attributes, so no style is needed inline.

use askama::Template;

use super::chip::Tone;

/// A share done. Without a percentage: going on, end unknown.
#[derive(Template)]
#[template(path = "components/bar.html")]
pub struct Bar {
    percent: Option<u8>,
    tone: Tone,
    label: String,
    /// The percentage stands beside it.
    figure: bool,
}

super::escapes_itself!(Bar, Stacked);

impl Bar {
    /// Progress of something that runs.
    pub fn progress(percent: Option<u8>, label: impl ToString) -> Self {
        Self { percent, tone: Tone::Busy, label: label.to_string(), figure: false }
    }

    /// Share of devices that comply, with the figure beside it.
    pub fn compliance(percent: Option<u8>, label: impl ToString) -> Self {
        Self { percent, tone: Tone::Good, label: label.to_string(), figure: true }
    }
}

/// Several shares of one whole in one bar.
#[derive(Template)]
#[template(path = "components/stacked.html")]
pub struct Stacked {
    label: String,
    parts: Vec<Part>,
}

struct Part {
    tone: Tone,
    /// Percent from the left, with one decimal.
    x: String,
    width: String,
}

impl Stacked {
    /// Shares in their order, with the sentence that says the same in words.
    pub fn new(label: impl ToString, shares: &[(Tone, u64)]) -> Self {
        let whole: u64 = shares.iter().fold(0, |sum, (_, n)| sum.saturating_add(*n));
        let tenths = |n: u64| u128::from(n).saturating_mul(1000).checked_div(u128::from(whole)).unwrap_or(0);
        let decimal = |tenths: u128| format!("{}.{}", tenths / 10, tenths % 10);
        let mut before = 0_u64;
        let mut parts = Vec::with_capacity(shares.len());
        for (tone, n) in shares.iter().filter(|(_, n)| *n > 0) {
            let (from, to) = (tenths(before), tenths(before.saturating_add(*n)));
            parts.push(Part { tone: *tone, x: decimal(from), width: decimal(to.saturating_sub(from)) });
            before = before.saturating_add(*n);
        }
        Self { label: label.to_string(), parts }
    }

    /// One share of a whole.
    pub fn of(label: impl ToString, tone: Tone, part: u64, whole: u64) -> Self {
        let mut bar = Self::new(label, &[(tone, part.min(whole)), (Tone::Quiet, whole.saturating_sub(part))]);
        bar.parts.retain(|part| part.tone == tone);
        bar
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_fill_the_bar_without_gaps() {
        let bar = Stacked::new("x", &[(Tone::Good, 1), (Tone::Warn, 0), (Tone::Bad, 2)]);
        let drawn: Vec<_> = bar.parts.iter().map(|p| (p.x.as_str(), p.width.as_str())).collect();
        assert_eq!(drawn, [("0.0", "33.3"), ("33.3", "66.7")]);
        assert!(Stacked::new("x", &[(Tone::Good, 0)]).parts.is_empty());
        assert_eq!(Stacked::new("x", &[(Tone::Good, u64::MAX), (Tone::Bad, 1)]).parts.len(), 2);
    }

    #[test]
    fn labels_are_escaped() {
        let bar = Bar::compliance(Some(3), "\"><script>").to_string();
        assert!(!bar.contains("<script"), "{bar}");
    }
}
