//! Who wants what: verdicts by month and platform, the genuine by name, and what senders ask for.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::decide::Verdict;
use crate::history::Day;
use crate::label::Label;
use crate::triage::Triage;

/// Name and version of the schema.
pub const SCHEMA: &str = "anteroom.report/1";

/// A name the program gives to a platform or a want.
pub type Name = Cow<'static, str>;

/// What the report keeps of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `2024-03`, by the message's own date; none if it has no believable one.
    pub month: Option<String>,
    /// Where it comes from.
    pub platform: Name,
    /// What became of it.
    pub verdict: Verdict,
    /// What its sender wants, if it is inbound contact.
    pub wants: Vec<Name>,
    /// Tells the sender from others.
    pub sender: u64,
    /// How the message is listed; none if only its decision is known.
    pub listed: Option<Listed>,
}

/// A message in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
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
        let from = sender.name.as_ref().or(sender.email.as_ref());
        let from = from.cloned().unwrap_or_default();
        Entry {
            month: triage.message.date().and_then(Day::of).map(month),
            platform: triage.contact.platform.name().into(),
            verdict,
            wants: match verdict {
                Verdict::OutOfScope => Vec::new(),
                _ => wants(triage).into_iter().map(Name::from).collect(),
            },
            sender: crate::features::key_of(&from),
            listed: Some(Listed {
                from,
                subject: triage.message.subject.clone(),
            }),
        }
    }
}

/// What the sender wants, by the names of the asks; [`NOTHING`] if no ask was found.
pub fn wants(triage: &Triage) -> Vec<&'static str> {
    let asks = &triage.contact.asks;
    if asks.is_empty() {
        return vec![NOTHING];
    }
    asks.iter().map(|found| found.ask.name()).collect()
}

/// Stands for the wants of a sender who asks for nothing that is recognised.
pub const NOTHING: &str = "no-ask-found";

/// `2024-03` for a day in it.
pub fn month(day: Day) -> String {
    // Days to civil date: Howard Hinnant, chrono-Compatible Low-Level Date Algorithms.
    let shifted = day.0 + 719_468;
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
    format!("{year:04}-{month:02}")
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
    pub platform: Name,
    /// Messages by verdict; verdicts that did not occur are left out.
    pub verdicts: BTreeMap<&'static str, usize>,
    /// What is wanted most, and how many messages want it, most first.
    pub top: Vec<(Name, usize)>,
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
    pub platform: Name,
}

/// One thing that senders want.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Want {
    /// What.
    pub what: Name,
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
    months: BTreeMap<(bool, Option<String>, Name), Cell>,
    genuine: Vec<Person>,
    wants: BTreeMap<Name, Askers>,
}

#[derive(Debug, Default)]
struct Cell {
    verdicts: BTreeMap<Verdict, usize>,
    wants: BTreeMap<Name, usize>,
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
        let key = (
            entry.month.is_none(),
            entry.month.clone(),
            entry.platform.clone(),
        );
        let cell = self.months.entry(key).or_default();
        *cell.verdicts.entry(entry.verdict).or_default() += 1;
        for want in entry.wants {
            *cell.wants.entry(want.clone()).or_default() += 1;
            let askers = self.wants.entry(want).or_default();
            askers.senders.insert(entry.sender);
            *askers.verdicts.entry(entry.verdict).or_default() += 1;
        }
        if let Some(listed) = entry.listed
            && entry.verdict == Verdict::Label(Label::Genuine)
        {
            self.genuine.push(Person {
                month: entry.month,
                from: listed.from,
                subject: listed.subject,
                platform: entry.platform,
            });
        }
    }

    /// The report on what was added.
    pub fn finish(self) -> Report {
        let months = self.months.into_iter().map(|((_, month, platform), cell)| {
            let mut top: Vec<_> = cell.wants.into_iter().collect();
            top.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
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
        wants.sort_by(|a, b| (b.senders, &a.what).cmp(&(a.senders, &b.what)));
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
        let month = |seconds| Day::of(seconds).map(month);
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
            platform: "direct".into(),
            verdict,
            wants: vec!["direct-message".into()],
            sender: crate::features::key_of(from),
            listed: Some(Listed {
                from: from.to_owned(),
                subject: "Hello".to_owned(),
            }),
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
