//! A stored decision beside today's, for people.

use std::io::Write;

use crate::commands::{CommandError, table};
use crate::explain::{Difference, Pull, ThenAndNow, sentence};
use crate::triage::Triage;

/// Characters of a checksum that tell models apart.
const SHORT: usize = 12;

/// Prints what was decided, what would be today, and what differs.
pub(super) fn print(
    out: &mut impl Write,
    decided: &ThenAndNow,
    triage: &Triage,
) -> Result<(), CommandError> {
    writeln!(
        out,
        "as decided on {} by {}: {}: {}",
        table::date(decided.decided_at),
        model(&decided.model.sha256, decided.model.version),
        decided.verdict,
        decided.because
    )?;
    writeln!(
        out,
        "today's model would say: {}: {}",
        triage.decision.verdict.name(),
        sentence(&triage.decision)
    )?;
    if decided.differs.is_empty() {
        return Ok(writeln!(out, "nothing differs")?);
    }
    writeln!(out, "\nwhat differs:")?;
    for one in &decided.differs {
        writeln!(out, "  {:15} {}", one.what, change(one))?;
    }
    evidence(out, decided)
}

/// The evidence as it was weighed, and its weight today.
fn evidence(out: &mut impl Write, decided: &ThenAndNow) -> Result<(), CommandError> {
    for (pull, title) in [(Pull::For, "for"), (Pull::Against, "against")] {
        let mut side = decided.reasons.iter().filter(|one| one.pull == pull);
        let Some(first) = side.next() else { continue };
        writeln!(out, "\n{title} {} then, and today:", decided.label)?;
        for one in std::iter::once(first).chain(side) {
            let today = match pull {
                Pull::For => one.weight_today,
                Pull::Against => -one.weight_today,
            };
            // Adding 0 makes -0 0.
            let today = today + 0.0;
            writeln!(
                out,
                "  {:6.2} {today:7.2}  {}",
                one.weight,
                words(&one.what)
            )?;
        }
    }
    if let Some(without) = decided.tipping.verdict_without {
        let tipped: Vec<&str> = decided.tipping.evidence.iter().map(words).collect();
        let told = match tipped.is_empty() {
            true => "the rule".to_owned(),
            false => tipped.join(", "),
        };
        writeln!(out, "\nwithout {told} it would have been {without}")?;
    }
    Ok(())
}

fn words(what: &Option<String>) -> &str {
    what.as_deref().unwrap_or("something no longer read in it")
}

/// "pitch, today genuine"
fn change(one: &Difference) -> String {
    let shown = |text: &str| match one.what {
        "model" => model(text, None),
        _ => text.to_owned(),
    };
    match (&one.then, &one.today) {
        (Some(then), Some(today)) => format!("{}, today {}", shown(then), shown(today)),
        (Some(then), None) => format!("no longer: {then}"),
        (None, Some(today)) => format!("new: {today}"),
        (None, None) => String::new(),
    }
}

/// "model 3f2a91c80b12 (version 2)"
fn model(sha256: &str, version: Option<i64>) -> String {
    let short: String = sha256.chars().take(SHORT).collect();
    match version {
        Some(version) => format!("model {short} (version {version})"),
        None => format!("model {short}"),
    }
}
