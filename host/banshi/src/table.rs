//! Tables in a terminal: columns aligned by the width that a terminal gives each character (Chinese: two).

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::output::plain_line;

/// A table with a heading. Cells are made safe for the terminal.
#[derive(Debug, Clone)]
pub struct Table {
    rows: Vec<Vec<String>>,
    widest: usize,
}

impl Table {
    /// With these column headings.
    pub fn new(headings: &[&str]) -> Self {
        Self { rows: vec![headings.iter().map(|&h| h.to_owned()).collect()], widest: 60 }
    }

    /// No cell is shown wider than this; the rest of it becomes `…`. The default is 60.
    pub fn widest(mut self, columns: usize) -> Self {
        self.widest = columns;
        self
    }

    /// Adds a row.
    pub fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) -> &mut Self {
        self.rows.push(cells.into_iter().map(|cell| cut(&plain_line(cell.as_ref()), self.widest)).collect());
        self
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.len() < 2
    }

    /// The text: heading, a line, the rows; every line ends with a line feed.
    pub fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0)
            })
            .collect();
        let mut text = String::new();
        for (number, row) in self.rows.iter().enumerate() {
            text.push_str(aligned(row, &widths).trim_end());
            text.push('\n');
            if number == 0 {
                let rules: Vec<String> = widths.iter().map(|&width| "─".repeat(width)).collect();
                text.push_str(&rules.join("  "));
                text.push('\n');
            }
        }
        text
    }
}

fn aligned(row: &[String], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths).map(|(cell, &width)| pad(cell, width));
    cells.collect::<Vec<_>>().join("  ")
}

/// `text` filled with spaces to a width.
pub fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// `text` cut to a width, with `…` where something is missing.
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut used = 0;
    let kept = text.chars().take_while(|c| {
        used += c.width().unwrap_or(0);
        used < width
    });
    kept.chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_and_latin_cells_stand_under_each_other() {
        let mut table = Table::new(&["事项", "天"]);
        table.row(["便利店", "5"]).row(["P01", "20"]);
        assert_eq!(table.render(), "事项    天\n──────  ──\n便利店  5\nP01     20\n");
    }

    #[test]
    fn a_long_cell_is_cut_to_its_width() {
        assert_eq!(cut("食品经营许可", 12), "食品经营许可");
        assert_eq!(cut("食品经营许可", 11), "食品经营许…");
        assert_eq!(cut("食品经营许可", 10), "食品经营…");
        assert_eq!(cut("abc", 1), "…");
    }

    #[test]
    fn a_cell_keeps_to_its_line() {
        let mut table = Table::new(&["a"]);
        table.row(["x\ny\u{1b}[1m"]);
        assert_eq!(table.render().lines().count(), 3);
        assert!(!table.render().contains('\u{1b}'));
    }
}
