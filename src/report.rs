//! Who wants what: verdicts by month and platform, the genuine by name, and what senders ask for.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::decide::Verdict;
use crate::label::Label;
use crate::triage::Triage;

/// Name and version of the schema.
pub const SCHEMA: &str = "anteroom.report/1";

/// What the report keeps of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `2024-03`, by the message's own date; none if it has no believable one.
    pub month: Option<String>,
    /// Where it comes from.
    pub platform: &'static str,
    /// What became of it.
    pub verdict: Verdict,
    /// What its sender wants, if it is inbound contact.
    pub wants: Vec<&'static str>,
    /// The sender's name, else their address.
    pub from: String,
    /// As in the header.
    pub subject: String,
}

impl Entry {
    /// Takes what the report needs from a judged message.
    pub fn of(triage: &Triage) -> Entry {
        let sender = &triage.contact.sender;
        let verdict = triage.decision.verdict;
        Entry {
            month: triage.message.date().and_then(month),
            platform: triage.contact.platform.name(),
            verdict,
            wants: match verdict {
                Verdict::OutOfScope => Vec::new(),
                _ => wants(triage),
            },
            from: sender
                .name
                .clone()
                .or_else(|| sender.email.clone())
                .unwrap_or_default(),
            subject: triage.message.subject.clone(),
        }
    }
}

/// What the sender wants, most telling first: by the form of the contact.
fn wants(triage: &Triage) -> Vec<&'static str> {
    vec![triage.contact.kind.name()]
}

/// `2024-03` for a time in seconds since 1970; none outside 1970 to 2100.
fn month(seconds: i64) -> Option<String> {
    let days = crate::history::Day::of(seconds)?.0;
    // Days to civil date: Howard Hinnant, chrono-Compatible Low-Level Date Algorithms.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + i32::from(month <= 2);
    Some(format!("{year:04}-{month:02}"))
}

/// The report. As JSON it is `anteroom.report/1`.
#[derive(Debug, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Messages read.
    pub messages: usize,
    /// By month and platform, in that order; messages without a date last.
    pub months: Vec<Month>,
    /// The genuine, in the order they were read.
    pub genuine: Vec<Person>,
    /// What senders want, the most senders first.
    pub wants: Vec<Want>,
}

/// Messages of one platform in one month.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Month {
    /// `2024-03`, or null.
    pub month: Option<String>,
    /// The platform.
    pub platform: &'static str,
    /// Messages by verdict; verdicts that did not occur are left out.
    pub verdicts: BTreeMap<&'static str, usize>,
    /// What is wanted most, and how many messages want it, most first.
    pub top: Vec<(&'static str, usize)>,
}

/// One genuine message.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// `2024-03`, or null.
    pub month: Option<String>,
    /// Their name, else their address.
    pub from: String,
    /// The subject.
    pub subject: String,
    /// Where it comes from.
    pub platform: &'static str,
}

/// One thing that senders want.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Want {
    /// What.
    pub what: &'static str,
    /// How many different senders want it.
    pub senders: usize,
    /// In how many messages.
    pub messages: usize,
    /// The messages by verdict.
    pub verdicts: BTreeMap<&'static str, usize>,
}

/// Things named for one month and platform.
const TOP: usize = 3;

/// Adds entries up.
#[derive(Debug, Default)]
pub struct Tally {
    messages: usize,
    /// Undated months sort last: `false` comes before `true`.
    months: BTreeMap<(bool, Option<String>, &'static str), Cell>,
    genuine: Vec<Person>,
    wants: BTreeMap<&'static str, Askers>,
}

#[derive(Debug, Default)]
struct Cell {
    verdicts: BTreeMap<Verdict, usize>,
    wants: BTreeMap<&'static str, usize>,
}

#[derive(Debug, Default)]
struct Askers {
    senders: BTreeSet<u64>,
    verdicts: BTreeMap<Verdict, usize>,
}

impl Tally {
    /// Adds one message.
    pub fn add(&mut self, entry: Entry) {
        self.messages += 1;
        let key = (entry.month.is_none(), entry.month.clone(), entry.platform);
        let cell = self.months.entry(key).or_default();
        *cell.verdicts.entry(entry.verdict).or_default() += 1;
        for want in &entry.wants {
            *cell.wants.entry(want).or_default() += 1;
            let askers = self.wants.entry(want).or_default();
            askers.senders.insert(crate::features::key_of(&entry.from));
            *askers.verdicts.entry(entry.verdict).or_default() += 1;
        }
        if entry.verdict == Verdict::Label(Label::Genuine) {
            self.genuine.push(Person {
                month: entry.month,
                from: entry.from,
                subject: entry.subject,
                platform: entry.platform,
            });
        }
    }

    /// The report on what was added.
    pub fn finish(self) -> Report {
        let months = self.months.into_iter().map(|((_, month, platform), cell)| {
            let mut top: Vec<_> = cell.wants.into_iter().collect();
            top.sort_by_key(|(what, n)| (std::cmp::Reverse(*n), *what));
            top.truncate(TOP);
            Month {
                month,
                platform,
                verdicts: named(&cell.verdicts),
                top,
            }
        });
        let mut wants: Vec<Want> = self
            .wants
            .into_iter()
            .map(|(what, askers)| Want {
                what,
                senders: askers.senders.len(),
                messages: askers.verdicts.values().sum(),
                verdicts: named(&askers.verdicts),
            })
            .collect();
        wants.sort_by_key(|want| (std::cmp::Reverse(want.senders), want.what));
        Report {
            schema: SCHEMA,
            messages: self.messages,
            months: months.collect(),
            genuine: self.genuine,
            wants,
        }
    }
}

fn named(verdicts: &BTreeMap<Verdict, usize>) -> BTreeMap<&'static str, usize> {
    verdicts
        .iter()
        .map(|(verdict, n)| (verdict.name(), *n))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_the_calendar() {
        assert_eq!(month(0).as_deref(), Some("1970-01"));
        assert_eq!(month(951_782_400).as_deref(), Some("2000-02"));
        assert_eq!(month(951_868_800).as_deref(), Some("2000-03"));
        assert_eq!(month(1_735_689_599).as_deref(), Some("2024-12"));
        assert_eq!(month(1_735_689_600).as_deref(), Some("2025-01"));
        assert_eq!(month(-1), None);
    }

    #[test]
    fn counts_add_up_and_the_undated_come_last() {
        let entry = |month: Option<&str>, from: &str, verdict| Entry {
            month: month.map(str::to_owned),
            platform: "direct",
            verdict,
            wants: vec!["direct-message"],
            from: from.to_owned(),
            subject: "Hello".to_owned(),
        };
        let mut tally = Tally::default();
        tally.add(entry(None, "A", Verdict::Label(Label::Pitch)));
        tally.add(entry(Some("2024-03"), "A", Verdict::Label(Label::Pitch)));
        tally.add(entry(Some("2024-03"), "B", Verdict::Label(Label::Genuine)));
        let report = tally.finish();
        assert_eq!(report.messages, 3);
        let months: Vec<_> = report.months.iter().map(|m| m.month.as_deref()).collect();
        assert_eq!(months, [Some("2024-03"), None]);
        assert_eq!(report.months[0].verdicts["genuine"], 1);
        assert_eq!(report.genuine.len(), 1);
        assert_eq!((report.wants[0].senders, report.wants[0].messages), (2, 3));
    }
}
