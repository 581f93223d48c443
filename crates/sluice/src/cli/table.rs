//! Tables for people: as wide as the terminal, numbers to the right.

use super::view::{Style, View, clean};

/// Space between columns.
const GAP: usize = 2;

/// A column narrower than this says nothing any more.
const NARROWEST: usize = 8;

/// Columns of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    title: &'static str,
    number: bool,
    shrinks: bool,
}

impl Column {
    /// Words that are cut when the terminal is too narrow.
    #[must_use]
    pub fn text(title: &'static str) -> Self {
        Self { title, number: false, shrinks: true }
    }

    /// Words that are never cut: identities, states, times.
    #[must_use]
    pub fn word(title: &'static str) -> Self {
        Self { title, number: false, shrinks: false }
    }

    /// Numbers.
    #[must_use]
    pub fn number(title: &'static str) -> Self {
        Self { title, number: true, shrinks: false }
    }
}

/// A cell.
#[derive(Clone, Debug)]
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// A cell in a colour.
    pub fn styled(text: impl AsRef<str>, style: Style) -> Self {
        Self { text: clean(text.as_ref()), style }
    }

    /// A count that is coloured when it is not zero.
    #[must_use]
    pub fn count(count: u64, style: Style) -> Self {
        Self::styled(count.to_string(), if count == 0 { Style::Plain } else { style })
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::styled(text, Style::Plain)
    }
}

/// A table with `N` columns.
#[derive(Clone, Debug)]
pub struct Table<const N: usize> {
    columns: [Column; N],
    rows: Vec<[Cell; N]>,
    empty: &'static str,
}

impl<const N: usize> Table<N> {
    /// An empty table; `empty` is the sentence shown when it stays so.
    #[must_use]
    pub fn new(columns: [Column; N], empty: &'static str) -> Self {
        Self { columns, rows: Vec::new(), empty }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: [Cell; N]) {
        self.rows.push(cells);
    }

    /// The text of the table.
    #[must_use]
    pub fn render(&self, view: &View) -> String {
        if self.rows.is_empty() {
            return format!("{}\n", self.empty);
        }
        let widths = self.widths(view.columns);
        let mut text = String::new();
        let titles = self.columns.map(|column| Cell::styled(column.title, Style::Head));
        for row in std::iter::once(&titles).chain(&self.rows) {
            self.line(row, &widths, view, &mut text);
        }
        text
    }

    fn widths(&self, available: Option<usize>) -> [usize; N] {
        let mut widths = self.columns.map(|column| column.title.chars().count());
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.text.chars().count());
            }
        }
        let Some(available) = available else { return widths };
        let gaps = GAP * N.saturating_sub(1);
        let mut excess = (widths.iter().sum::<usize>() + gaps).saturating_sub(available);
        while excess > 0 {
            // The widest gives first, so that the others keep what they have as long as possible.
            let widest = widths
                .iter_mut()
                .zip(&self.columns)
                .filter(|(width, column)| column.shrinks && **width > NARROWEST)
                .max_by_key(|(width, _)| **width);
            let Some((width, _)) = widest else { break };
            *width -= 1;
            excess -= 1;
        }
        widths
    }

    fn line(&self, row: &[Cell; N], widths: &[usize; N], view: &View, text: &mut String) {
        let last = N.saturating_sub(1);
        for (place, ((cell, column), width)) in row.iter().zip(&self.columns).zip(widths).enumerate() {
            let shown = cut(&cell.text, *width);
            let space = " ".repeat(width.saturating_sub(shown.chars().count()));
            let painted = view.paint(&shown, cell.style);
            match (column.number, place == last) {
                (true, _) => text.extend([space.as_str(), &painted]),
                (false, true) => text.push_str(&painted),
                (false, false) => text.extend([painted.as_str(), &space]),
            }
            text.push_str(if place == last { "\n" } else { "  " });
        }
    }
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut shown: String = text.chars().take(width.saturating_sub(1)).collect();
    shown.push('…');
    shown
}

/// Labelled facts, one on a line. A fact with several lines continues below itself.
#[must_use]
pub fn facts(view: &View, facts: &[(&str, String)]) -> String {
    let width = facts.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0) + 1;
    let mut text = String::new();
    for (label, fact) in facts {
        let mut lines = fact.lines();
        let label = format!("{:width$}", format!("{label}:"));
        text.extend([&view.paint(&label, Style::Head), "  ", &clean(lines.next().unwrap_or("-")), "\n"]);
        for line in lines {
            text.extend([&" ".repeat(width + GAP), clean(line).as_str(), "\n"]);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table<3> {
        let columns = [Column::text("TITLE"), Column::number("REQUIRED"), Column::word("STATE")];
        let mut table = Table::new(columns, "There are none.");
        table.row(["openssl 3.0.17-1~deb12u2, a rather long title".into(), "7".into(), "required".into()]);
        table.row(["b\u{1b}ase".into(), "12345".into(), "ok".into()]);
        table
    }

    #[test]
    fn as_wide_as_it_takes() {
        insta::assert_snapshot!(table().render(&View::plain()), @r"
        TITLE                                          REQUIRED  STATE
        openssl 3.0.17-1~deb12u2, a rather long title         7  required
        b�ase                                             12345  ok
        ");
    }

    #[test]
    fn as_wide_as_the_terminal() {
        let view = View { columns: Some(40), ..View::plain() };
        let text = table().render(&view);
        insta::assert_snapshot!(text, @r"
        TITLE                 REQUIRED  STATE
        openssl 3.0.17-1~de…         7  required
        b�ase                    12345  ok
        ");
        assert!(text.lines().all(|line| line.chars().count() <= 40));
    }

    #[test]
    fn empty_tables_and_facts() {
        let none = Table::new([Column::text("NAME")], "There are none.");
        assert_eq!(none.render(&View::plain()), "There are none.\n");
        insta::assert_snapshot!(facts(&View::plain(), &[("Name", "a".into()), ("Packages", "b\nc".into())]), @r"
        Name:      a
        Packages:  b
                   c
        ");
    }

    #[test]
    fn colours_do_not_move_columns() {
        let mut table = Table::new([Column::word("STATE"), Column::number("N")], "");
        table.row([Cell::styled("bad", Style::Bad), Cell::count(0, Style::Bad)]);
        let view = View { colour: true, ..View::plain() };
        assert_eq!(table.render(&view), "\u{1b}[1mSTATE\u{1b}[0m  \u{1b}[1mN\u{1b}[0m\n\u{1b}[31mbad\u{1b}[0m    0\n");
    }
}
