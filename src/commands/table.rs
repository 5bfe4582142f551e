//! Tables for people.

use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table, presets};

use crate::decide::Verdict;
use crate::label::Label;

/// An empty table that fits the terminal, or is plain where there is none.
pub(super) fn new(header: &[&str]) -> Table {
    let mut table = Table::new();
    // Colour is decided where it is printed, not where it is made.
    table
        .enforce_styling()
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(
            header
                .iter()
                .map(|title| Cell::new(title).add_attribute(Attribute::Bold)),
        );
    table
}

/// A cell that is right-aligned.
pub(super) fn number(text: impl ToString) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

/// A verdict in its colour.
pub(super) fn verdict(verdict: Verdict) -> Cell {
    let cell = Cell::new(verdict.name());
    match verdict {
        Verdict::Label(Label::Genuine) => cell.fg(Color::Green).add_attribute(Attribute::Bold),
        Verdict::Label(Label::GenericInvite) => cell.fg(Color::Blue),
        Verdict::Label(Label::Pitch) => cell.fg(Color::Yellow),
        Verdict::Label(Label::Spam) => cell.fg(Color::Red),
        Verdict::Known => cell.fg(Color::Green),
        Verdict::Unsure => cell.fg(Color::Cyan),
        Verdict::OutOfScope => cell.add_attribute(Attribute::Dim),
    }
}

/// A text cut to a width, with an ellipsis where something is missing.
pub(super) fn cut(text: &str, width: usize) -> String {
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= width {
        return flat;
    }
    flat.chars()
        .take(width.saturating_sub(1))
        .chain(['…'])
        .collect()
}

/// A day as `YYYY-MM-DD`, in UTC. Days to date as in Howard Hinnant's "chrono-Compatible
/// Low-Level Date Algorithms" (`civil_from_days`).
pub(super) fn date(seconds: i64) -> String {
    let days = seconds.div_euclid(24 * 60 * 60) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(951_782_400), "2000-02-29");
        assert_eq!(date(-1), "1969-12-31");
        assert_eq!(date(1_795_645_862), "2026-11-25");
    }
}
