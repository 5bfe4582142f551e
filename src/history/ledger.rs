//! Sightings in their order → what is known before each of them.

use super::generations::Generations;
use super::note::{Mark, Note};
use super::sighting::{Act, Day, Length, Letter, Reach, Sighting};
use super::{Past, Salt};

/// What is remembered of one identity of a person: counts and days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Record {
    /// Day of the first sighting.
    pub first: Day,
    /// Messages they wrote.
    pub messages: u32,
    /// Of these, those since the last answer.
    pub unanswered: u32,
    /// Day on which the connection was accepted.
    pub accepted: Option<Day>,
    /// Newsletters since then.
    pub newsletters: u32,
    /// The last day with a long mail.
    pub long_day: Day,
    /// Long mails on that day without an answer.
    pub long_mails: u32,
}

impl Record {
    fn new(day: Day) -> Record {
        Record {
            first: day,
            ..Record::default()
        }
    }

    /// One record of two of the same person. An answer that only one of them saw counts.
    fn merged(self, other: Record) -> Record {
        let long_day = self.long_day.max(other.long_day);
        let long_mails = [self, other]
            .iter()
            .filter(|record| record.long_day == long_day)
            .map(|record| record.long_mails)
            .min();
        Record {
            first: self.first.min(other.first),
            messages: self.messages.max(other.messages),
            unanswered: self.unanswered.min(other.unanswered),
            accepted: self.accepted.into_iter().chain(other.accepted).min(),
            newsletters: self.newsletters.max(other.newsletters),
            long_day,
            long_mails: long_mails.unwrap_or_default(),
        }
    }

    /// What is known on a day, before what happens on it is noted.
    fn past(&self, day: Day) -> Past {
        Past {
            messages: self.messages,
            unanswered: self.unanswered,
            known_days: day.since(self.first),
            accepted_days: self
                .accepted
                .filter(|accepted| *accepted <= day)
                .map(|accepted| day.since(accepted)),
            newsletters: self.newsletters,
            long_mails_today: if self.long_day == day {
                self.long_mails
            } else {
                0
            },
            copies: 0,
        }
    }

    fn note(&mut self, act: Act, day: Day) {
        match act {
            Act::Connected => self.accept(day),
            Act::Answered => self.answer(),
            Act::Wrote(letter) => self.write(letter, day),
        }
    }

    fn accept(&mut self, day: Day) {
        self.accepted = Some(self.accepted.map_or(day, |earlier| earlier.min(day)));
    }

    fn answer(&mut self) {
        self.unanswered = 0;
        self.long_mails = 0;
    }

    fn write(&mut self, letter: Letter, day: Day) {
        self.messages = self.messages.saturating_add(1);
        self.unanswered = self.unanswered.saturating_add(1);
        if letter.thanks {
            self.accept(day);
        }
        if letter.length == Length::Long {
            if self.long_day != day {
                self.long_mails = 0;
            }
            self.long_day = day;
            self.long_mails = self.long_mails.saturating_add(1);
        }
        let is_connected = self.accepted.is_some_and(|accepted| accepted <= day);
        if letter.reach == Reach::Many && is_connected {
            self.newsletters = self.newsletters.saturating_add(1);
        }
    }
}

/// How much is remembered before the oldest is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Identities of people.
    pub people: usize,
    /// Messages.
    pub messages: usize,
    /// Notes.
    pub notes: usize,
}

/// Candidates of one band; more is a collision somebody made.
const NOTES_OF_A_BAND: usize = 4;

/// Everything remembered, in memory.
#[derive(Debug, Clone)]
pub struct Ledger {
    salt: Salt,
    people: Generations<Record>,
    messages: Generations<Past>,
    notes: Generations<Note>,
    bands: Generations<Vec<u64>>,
    /// Day of the last sighting that had a date.
    today: Day,
    next_note: u64,
}

/// What a [`Ledger`] holds, to be kept elsewhere.
#[derive(Debug)]
pub struct Entries {
    /// By identity.
    pub people: Vec<(u64, Record)>,
    /// By message.
    pub messages: Vec<(u64, Past)>,
    /// By number.
    pub notes: Vec<(u64, Note)>,
    /// Numbers of notes, by band.
    pub bands: Vec<(u64, Vec<u64>)>,
    /// Day of the last sighting that had a date.
    pub today: Day,
}

impl Ledger {
    /// An empty ledger. `today` is the day of a first message without a date, `next_note` the
    /// number of the first new note.
    pub fn new(salt: Salt, bounds: Bounds, today: Day, next_note: u64) -> Ledger {
        Ledger {
            salt,
            people: Generations::new(bounds.people),
            messages: Generations::new(bounds.messages),
            notes: Generations::new(bounds.notes),
            bands: Generations::new(bounds.notes * crate::shingles::BANDS),
            today,
            next_note,
        }
    }

    /// What sightings for this ledger are hashed with.
    pub fn salt(&self) -> Salt {
        self.salt
    }

    /// Puts back what was kept elsewhere.
    pub fn recall(&mut self, entries: Entries) {
        for (key, record) in entries.people {
            *self.people.touch(key, Record::default) = record;
        }
        for (key, past) in entries.messages {
            *self.messages.touch(key, Past::default) = past;
        }
        for (number, note) in entries.notes {
            self.notes.touch(number, || note);
        }
        for (band, numbers) in entries.bands {
            self.bands.touch(band, || numbers);
        }
        self.today = entries.today;
    }

    /// Everything, to be kept elsewhere.
    pub fn into_entries(self) -> Entries {
        Entries {
            people: self.people.into_entries().collect(),
            messages: self.messages.into_entries().collect(),
            notes: self.notes.into_entries().collect(),
            bands: self.bands.into_entries().collect(),
            today: self.today,
        }
    }

    /// What is known before a message; the message is not noted.
    pub fn past(&self, sighting: &Sighting) -> Past {
        if let Some(past) = self.messages.get(sighting.message) {
            return *past;
        }
        let day = sighting.day.unwrap_or(self.today);
        let record = self.record(sighting);
        let mut past = record.map_or(Past::default(), |record| record.past(day));
        if let Act::Wrote(Letter { thanks: true, .. }) = sighting.act {
            past.accepted_days = past.accepted_days.or(Some(0));
        }
        past.copies = sighting
            .note
            .and_then(|mark| self.nearest(&mark, &sighting.who))
            .map_or(0, |(_, others)| others);
        past
    }

    /// Notes a message and says what was known before it. A message that was noted is not noted
    /// again: it gets the past it had then.
    pub fn note(&mut self, sighting: &Sighting) -> Past {
        let past = self.past(sighting);
        if self.messages.get(sighting.message).is_some() {
            return past;
        }
        self.messages.touch(sighting.message, || past);
        let day = sighting.day.unwrap_or(self.today);
        self.today = day;
        match sighting.act {
            // Each of the people the owner wrote to is another.
            Act::Answered => {
                for &key in &sighting.who {
                    let record = self.people.touch(key, || Record::new(day));
                    record.note(sighting.act, day);
                }
            }
            _ => self.note_person(sighting, day),
        }
        if let Some(mark) = &sighting.note {
            self.note_copy(mark, &sighting.who);
        }
        past
    }

    /// Every identity of one person remembers the same.
    fn note_person(&mut self, sighting: &Sighting, day: Day) {
        let mut record = self.record(sighting).unwrap_or_else(|| Record::new(day));
        record.first = record.first.min(day);
        record.note(sighting.act, day);
        for &key in &sighting.who {
            *self.people.touch(key, Record::default) = record;
        }
    }

    /// The one record of the person behind a sighting. A message that answers none of their own
    /// answers the owner's.
    fn record(&self, sighting: &Sighting) -> Option<Record> {
        let known = sighting.who.iter().filter_map(|key| self.people.get(*key));
        let mut record = known.copied().reduce(Record::merged)?;
        let answers = sighting
            .bumps
            .is_some_and(|own| self.messages.get(own).is_none());
        if answers && matches!(sighting.act, Act::Wrote(_)) {
            record.answer();
        }
        Some(record)
    }

    /// The remembered note nearest to a mark by how many others sent it.
    fn nearest(&self, mark: &Mark, who: &[u64]) -> Option<(u64, u32)> {
        let numbers = mark.bands.iter().filter_map(|band| self.bands.get(*band));
        numbers
            .flatten()
            .filter_map(|&number| {
                let others = self.notes.get(number)?.others(mark, who)?;
                Some((number, others))
            })
            // Of equals, the older note.
            .max_by_key(|&(number, others)| (others, std::cmp::Reverse(number)))
    }

    fn note_copy(&mut self, mark: &Mark, who: &[u64]) {
        let number = match self.nearest(mark, who) {
            Some((number, _)) => number,
            None => {
                self.next_note += 1;
                self.next_note - 1
            }
        };
        let note = self.notes.touch(number, || Note {
            values: mark.values,
            senders: Vec::new(),
        });
        note.add(who);
        for band in mark.bands {
            let numbers = self.bands.touch(band, Vec::new);
            if !numbers.contains(&number) {
                numbers.push(number);
                if numbers.len() > NOTES_OF_A_BAND {
                    numbers.remove(0);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits;
    use proptest::prelude::*;

    fn ledger() -> Ledger {
        Ledger::new(Salt::default(), limits::MEMORY, Day(0), 0)
    }

    fn wrote(message: u64, person: u64, day: i32, letter: Letter) -> Sighting {
        Sighting {
            message,
            who: vec![person],
            act: Act::Wrote(letter),
            day: Some(Day(day)),
            bumps: None,
            note: None,
        }
    }

    const SHORT: Letter = Letter {
        length: Length::Short,
        reach: Reach::One,
        thanks: false,
    };
    const LONG: Letter = Letter {
        length: Length::Long,
        ..SHORT
    };
    const NEWS: Letter = Letter {
        reach: Reach::Many,
        ..SHORT
    };

    #[test]
    fn what_follows_an_acceptance_is_counted_from_it() {
        let mut ledger = ledger();
        let connected = Sighting {
            act: Act::Connected,
            ..wrote(1, 7, 10, SHORT)
        };
        assert_eq!(ledger.note(&connected), Past::default());
        assert_eq!(ledger.note(&wrote(2, 7, 13, NEWS)).accepted_days, Some(3));
        let past = ledger.note(&wrote(3, 7, 20, SHORT));
        assert_eq!((past.accepted_days, past.newsletters), (Some(10), 1));
        assert_eq!((past.messages, past.unanswered), (1, 1));
        // Mail from before the acceptance does not follow from it.
        assert_eq!(ledger.note(&wrote(4, 7, 9, SHORT)).accepted_days, None);
    }

    #[test]
    fn an_answer_ends_the_count() {
        let mut ledger = ledger();
        for message in 0..3 {
            ledger.note(&wrote(message, 7, 1, LONG));
        }
        assert_eq!(ledger.past(&wrote(9, 7, 1, LONG)).long_mails_today, 3);
        let bump = Sighting {
            bumps: Some(2),
            ..wrote(9, 7, 2, SHORT)
        };
        assert_eq!(ledger.past(&bump).unanswered, 3);
        let reply = Sighting {
            bumps: Some(1_000),
            ..bump
        };
        assert_eq!(ledger.past(&reply).unanswered, 0);
        ledger.note(&Sighting {
            act: Act::Answered,
            ..wrote(10, 7, 1, SHORT)
        });
        let past = ledger.note(&wrote(11, 7, 1, LONG));
        assert_eq!((past.unanswered, past.long_mails_today), (0, 0));
        assert_eq!(past.messages, 3);
    }

    #[test]
    fn a_message_is_noted_once_and_keeps_its_past() {
        let mut ledger = ledger();
        ledger.note(&wrote(1, 7, 1, SHORT));
        let second = wrote(2, 7, 2, SHORT);
        let before = ledger.note(&second);
        assert_eq!(ledger.note(&second), before);
        assert_eq!(ledger.note(&wrote(3, 7, 2, SHORT)).messages, 2);
    }

    fn acts() -> impl Strategy<Value = Act> {
        prop_oneof![
            Just(Act::Connected),
            Just(Act::Answered),
            Just(Act::Wrote(SHORT)),
            Just(Act::Wrote(LONG)),
            Just(Act::Wrote(NEWS)),
        ]
    }

    proptest! {
        /// However the mail of unrelated senders is interleaved, each gets the same past.
        #[test]
        fn the_order_of_unrelated_senders_does_not_matter(
            events in prop::collection::vec((0u64..4, 0i32..5, acts()), 0..60),
        ) {
            let sightings: Vec<Sighting> = (0..).zip(&events).map(|(message, &(person, day, act))| {
                Sighting { act, ..wrote(message, person, day, SHORT) }
            }).collect();
            let mut together = ledger();
            let mixed: Vec<Past> = sightings.iter().map(|one| together.note(one)).collect();
            let mut apart = ledger();
            for person in (0..4).rev() {
                for (sighting, expected) in sightings.iter().zip(&mixed) {
                    if sighting.who == [person] {
                        prop_assert_eq!(apart.note(sighting), *expected);
                    }
                }
            }
        }
    }
}
