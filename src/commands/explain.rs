//! `anteroom explain`

mod decided;
mod pick;

use std::io::Write;

use super::{CommandError, Judge, Notes, classify};
use crate::cli::Explain;
use crate::explain::{DecidedBy, Explanation, Pull, ThenAndNow, Versions, reasons, sentence};
use crate::extract::{Aside, Mutual, Thread};
use crate::history::{Past, Sighting};
use crate::label::Label;
use crate::message::LINK_MARK;
use crate::source::Content;
use crate::triage::{Triage, read};
use crate::verdict::{VerdictRecord, all_defects};

/// Reasons shown on each side.
const REASONS: usize = 10;

/// The same for the labels that the message did not get.
const OTHERS: usize = 3;

pub(super) fn run(args: &Explain, judge: &Judge, notes: Notes) -> Result<(), CommandError> {
    let raw = pick::pick(args, notes)?;
    let (triage, decided) = look(&raw.content, judge)?;
    if args.json {
        let record = VerdictRecord::new(&raw, &triage, &judge.model)
            .explained(&triage, &judge.model, &judge.policy)
            .beside(decided);
        let line = classify::line_of(&record)?;
        return Ok(anstream::stdout().lock().write_all(&line)?);
    }
    let mut out = anstream::stdout().lock();
    match &decided {
        Some(decided) => decided::print(&mut out, decided, &triage)?,
        None => writeln!(
            out,
            "{}: {}",
            triage.decision.verdict.name(),
            sentence(&triage.decision)
        )?,
    }
    contact(&mut out, &triage)?;
    writeln!(out)?;
    for label in Label::ALL {
        writeln!(
            out,
            "  {label:15} {:.3}",
            triage.probabilities[label.index()]
        )?;
    }
    for (pull, title) in [(Pull::For, "for"), (Pull::Against, "against")] {
        let side: Vec<_> = reasons(&triage, &judge.model, REASONS)
            .into_iter()
            .filter(|reason| reason.pull == pull)
            .collect();
        let Some(first) = side.first() else { continue };
        writeln!(out, "\n{title} {}:", first.label)?;
        for reason in &side {
            writeln!(out, "  {:6.2}  {}", reason.weight, reason.what)?;
        }
    }
    others(
        &mut out,
        &Explanation::of(&triage, &judge.model, &judge.policy, OTHERS),
    )
}

/// The labels that the message did not get, and what tipped the balance.
fn others(out: &mut impl Write, explanation: &Explanation) -> Result<(), CommandError> {
    let Some(runner_up) = explanation.runner_up else {
        return Ok(());
    };
    writeln!(
        out,
        "\nrunner-up: {} at {:.3}",
        runner_up.label, runner_up.probability
    )?;
    let mut by_chance: Vec<_> = explanation.labels.iter().collect();
    by_chance.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    for evidence in by_chance.into_iter().skip(1) {
        for (side, found) in [
            ("for", &evidence.supporting),
            ("against", &evidence.opposing),
        ] {
            let told: Vec<String> = found
                .iter()
                .map(|one| format!("{} {:.2}", one.what, one.weight))
                .collect();
            if !told.is_empty() {
                writeln!(out, "  {side} {}: {}", evidence.label, told.join("; "))?;
            }
        }
    }
    writeln!(out, "\n{}", explanation.tipping.because)?;
    for one in &explanation.tipping.evidence {
        writeln!(out, "  {:6.2}  {}", one.weight, one.what)?;
    }
    Ok(())
}

/// Judges the message, knowing what the state store knows, and looks up what was decided on it; to
/// look at a message is not to meet it, so it is not noted.
fn look(content: &Content, judge: &Judge) -> Result<(Triage, Option<ThenAndNow>), CommandError> {
    let mut memory = judge.memory()?;
    let (message, contact) = read(content, &judge.owner);
    let sighting = Sighting::of(&message, &contact, &judge.owner, &memory.salt()?);
    let (past, grounds) = match &sighting {
        Some(sighting) => (memory.past(sighting)?, memory.grounds(sighting)?),
        None => (Past::default(), None),
    };
    let triage = judge.judge((message, contact), past);
    let Some(grounds) = grounds else {
        return Ok((triage, None));
    };
    let by = DecidedBy::of(&judge.model, &judge.policy);
    let kept = memory.taught_models()?;
    let versions = Versions { kept: &kept };
    let decided = ThenAndNow::of(&grounds, &triage, &judge.model, &by, versions);
    Ok((triage, Some(decided)))
}

/// The contact as a reader's summary.
fn contact(out: &mut impl Write, triage: &Triage) -> Result<(), CommandError> {
    let contact = &triage.contact;
    writeln!(out)?;
    let sender = &contact.sender;
    let fields = [
        ("from", sender.name.clone()),
        ("address", sender.email.clone()),
        ("headline", sender.headline.clone()),
        ("location", sender.location.clone()),
        ("profile", sender.profile.clone()),
        ("platform", Some(contact.platform.name().to_owned())),
        ("kind", Some(contact.kind.name().to_owned())),
        (
            "stock sentence",
            contact
                .default_sentence
                .map(|language| format!("yes ({language})")),
        ),
        ("language", contact.language.code().map(str::to_owned)),
        ("shared contacts", contact.mutual.as_ref().map(shared)),
        ("conversation", conversation(contact.thread)),
        ("set aside", set_aside(&contact.aside)),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            // A name of several lines could pass for what is said about the message.
            let line: Vec<&str> = value.split_whitespace().collect();
            writeln!(out, "  {name:15} {}", line.join(" "))?;
        }
    }
    if let Some(relation) = contact.relation {
        writeln!(out, "  {:15} {}", "known", relation.describe())?;
    }
    for sign in &contact.authenticity.signs {
        writeln!(out, "  {:15} {}", "forged", sign.describe())?;
    }
    for fact in triage.past.facts() {
        writeln!(out, "  {:15} {}", "past", fact.describe())?;
    }
    for defect in all_defects(triage) {
        writeln!(out, "  {:15} {}", "defect", defect.describe())?;
    }
    block(out, "words", contact.note.as_deref())?;
    block(out, "signature", contact.aside.signature.as_deref())
}

/// A text of several lines under its name.
fn block(out: &mut impl Write, name: &str, text: Option<&str>) -> Result<(), CommandError> {
    if let Some(text) = text {
        writeln!(out, "  {name}")?;
        for line in text.lines().map(|line| line.replace(LINK_MARK, "")) {
            writeln!(out, "    | {}", line.trim_end())?;
        }
    }
    Ok(())
}

/// "5: Anna Berg, Tom Hale and others".
fn shared(mutual: &Mutual) -> String {
    let count = mutual.count.map(|count| count.to_string());
    let names = (!mutual.names.is_empty()).then(|| mutual.names.join(", "));
    [count, names]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(": ")
}

fn conversation(thread: Thread) -> Option<String> {
    let parts = [
        (thread.is_reply, "a reply"),
        (thread.quotes, "quotes an earlier message"),
        (thread.answers_owner, "answers you"),
    ];
    let said: Vec<&str> = parts
        .into_iter()
        .filter_map(|(is_so, words)| is_so.then_some(words))
        .collect();
    (!said.is_empty()).then(|| said.join(", "))
}

fn set_aside(aside: &Aside) -> Option<String> {
    let parts = [
        (aside.footer_lines, "footer lines"),
        (aside.history_lines, "quoted lines"),
        (aside.platform_links, "links of the platform"),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    (!said.is_empty()).then(|| said.join(", "))
}
