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
