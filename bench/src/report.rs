//! The report: one line for each figure.

/// What a figure must not exceed.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    pub value: f64,
    pub unit: &'static str,
    /// What it is, for people: `2 x apt-get update`.
    pub what: &'static str,
}

/// Lines so far.
#[derive(Default)]
pub struct Report {
    missed: Vec<String>,
    kept: usize,
}

impl Report {
    /// Begins a group of lines.
    pub fn heading(&mut self, text: &str) {
        println!("\n{text}");
    }

    /// A figure with a limit.
    pub fn line(&mut self, name: &str, figure: f64, limit: Limit) {
        let ok = figure <= limit.value;
        let verdict = if ok { "ok" } else { "MISS" };
        println!(
            "  {name:<58} {:>12}  {:>6.2} x of {} ({})  {verdict}",
            shown(figure, limit.unit),
            figure / limit.value,
            limit.what,
            shown(limit.value, limit.unit),
        );
        if ok {
            self.kept += 1;
        } else {
            self.missed.push(name.to_owned());
        }
    }

    /// A figure with something it must reach at least.
    pub fn at_least(&mut self, name: &str, figure: f64, limit: Limit) {
        let ok = figure >= limit.value;
        let verdict = if ok { "ok" } else { "MISS" };
        println!(
            "  {name:<58} {:>12}  {:>6.2} x of at least {} ({})  {verdict}",
            shown(figure, limit.unit),
            figure / limit.value,
            limit.what,
            shown(limit.value, limit.unit),
        );
        if ok {
            self.kept += 1;
        } else {
            self.missed.push(name.to_owned());
        }
    }

    /// A figure without one.
    pub fn note(&mut self, name: &str, figure: f64, unit: &'static str) {
        println!("  {name:<58} {:>12}", shown(figure, unit));
    }

    /// The end.
    pub fn summary(&self) {
        println!("\n{} of {} targets met", self.kept, self.kept + self.missed.len());
        for missed in &self.missed {
            println!("  missed: {missed}");
        }
    }
}

fn shown(figure: f64, unit: &str) -> String {
    let digits = match figure.abs() {
        x if x >= 100.0 => 0,
        x if x >= 10.0 => 1,
        x if x >= 1.0 => 2,
        _ => 3,
    };
    format!("{figure:.digits$} {unit}").trim_end().to_owned()
}
