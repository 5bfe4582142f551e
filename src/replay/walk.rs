//! The walk through the mail, and what it showed.

use std::ops::Range;

use serde::Serialize;

use super::calendar::{Period, Step, day};
use super::{Learner, Start};
use crate::classify::{Posterior, TextKnown};
use crate::decide::{
    Belief, Decision, Guard, Policy, ScopePolicy, Verdict, Why, decide, likeliest,
};
use crate::evaluate::upper_bound;
use crate::extract::Contact;
use crate::features::{Event, Evidence, features};
use crate::history::Past;
use crate::label::Label;
use crate::learn::LearnError;
use crate::message::Message;
use crate::owner::Owner;
use crate::source::Content;

/// Name and version of the schema.
pub const SCHEMA: &str = "anteroom.replay/1";

/// What a message really is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It belongs under this label.
    Label(Label),
    /// No inbound contact: to be left alone, and nothing to learn from.
    OutOfScope,
}

/// A message that waits for its turn.
#[derive(Debug)]
pub struct Waiting {
    date: i64,
    truth: Truth,
    events: Vec<Event>,
    /// Which of them are the words of its text.
    text: Range<usize>,
    /// The decision, where it does not depend on what was learned.
    settled: Option<Decision>,
}

impl Waiting {
    /// Reads a message; none if it has no date.
    pub fn read(
        content: &Content,
        owner: &Owner,
        truth: Truth,
        (policy, evidence): (&Policy, Evidence),
    ) -> Option<Waiting> {
        let (message, contact) = crate::triage::read(content, owner);
        let found = features(&message, &contact, evidence);
        // What is no date at all reads as the first second of 1970.
        let date = message.date().filter(|date| *date > 0)?;
        Some(Waiting {
            date,
            truth,
            events: found.events,
            text: found.text,
            settled: settled(&message, &contact, policy),
        })
    }
}

/// The decision that stands whatever a classifier believes.
fn settled(message: &Message, contact: &Contact, policy: &Policy) -> Option<Decision> {
    let nothing = Posterior {
        probabilities: vec![0.25; Label::ALL.len()],
        known: Vec::new(),
        text: TextKnown::default(),
    };
    let belief = Belief {
        probabilities: [0.25; 4],
        posterior: &nothing,
        guard: &Guard::default(),
    };
    let decision = decide(message, contact, &Past::default(), &belief, policy);
    let stands = matches!(
        decision.why,
        Why::OutOfScope(_) | Why::Unreadable(_) | Why::Rule(_)
    );
    stands.then_some(decision)
}

/// What happened to the messages of a period.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Tally {
    /// The Monday of a week, or the month or year; empty for the total.
    pub period: String,
    /// Messages that came.
    pub messages: usize,
    /// Verdicts that were right: filed under the right label, or left out of scope rightly.
    pub right: usize,
    /// Filed under a wrong label.
    pub wrong: usize,
    /// Left alone for want of certainty.
    pub unsure: usize,
    /// Left alone as no inbound contact, though it is.
    pub passed_over: usize,
    /// Genuine messages.
    pub genuine: usize,
    /// Those filed under another label.
    pub genuine_filed_away: usize,
    /// Those filed as spam.
    pub genuine_as_spam: usize,
    /// Spam.
    pub spam: usize,
    /// That filed as spam.
    pub spam_caught: usize,
    /// Of all messages up to here that were judged by their words or a rule, the share whose
    /// likeliest label was right.
    pub accuracy_so_far: f64,
}

/// What a walk through labelled mail showed.
#[derive(Debug, Serialize)]
pub struct Replay {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Messages that the model it started with has seen, by all signs: it has counted every single
    /// thing in them. It knows what they are, so nothing about unknown mail follows from them.
    pub seen_before: usize,
    /// Share of genuine mail that may be filed away.
    pub error_budget: f64,
    /// By week, month or year, in order; those without mail are left out.
    pub periods: Vec<Tally>,
    /// All of them.
    pub total: Tally,
    /// One-sided 95 % upper bound of the share of genuine mail filed away (Clopper–Pearson).
    pub filed_away_upper: f64,
    /// The same for genuine mail filed as spam.
    pub as_spam_upper: f64,
}

/// Walks through the messages by date: the messages of a day are judged before any of them is
/// learned.
///
/// # Errors
/// If counts no longer fit, or the estimator refuses them.
pub fn replay(
    mut messages: Vec<Waiting>,
    start: &Start<'_>,
    policy: &Policy,
) -> Result<Replay, LearnError> {
    messages.sort_by_key(|message| message.date);
    let seen_before = seen_before(&messages, start);
    let step = match (messages.first(), messages.last()) {
        (Some(first), Some(last)) => Step::for_span(first.date, last.date),
        _ => Step::Week,
    };
    let mut walk = Walk {
        learner: Learner::new(start, policy.error_budget)?,
        policy: Policy {
            // What scope and rules settle was settled when the message was read.
            scope: ScopePolicy::All,
            ..policy.clone()
        },
        judged: 0,
        likeliest_right: 0,
        total: Tally::default(),
    };
    let mut periods: Vec<Tally> = Vec::new();
    let mut today = i64::MIN;
    for message in &messages {
        if day(message.date) != today {
            today = day(message.date);
            walk.learner.settle()?;
        }
        let period = Period::of(message.date, step).to_string();
        if periods.last().is_none_or(|last| last.period != period) {
            periods.push(Tally {
                period,
                ..Tally::default()
            });
        }
        if let Some(tally) = periods.last_mut() {
            walk.meet(message, tally)?;
        }
    }
    let total = walk.total;
    Ok(Replay {
        schema: SCHEMA,
        seen_before,
        error_budget: policy.error_budget,
        periods,
        filed_away_upper: upper_bound(total.genuine_filed_away, total.genuine),
        as_spam_upper: upper_bound(total.genuine_as_spam, total.genuine),
        total,
    })
}

/// Events from which on a message is not made of common ones alone: of 2,031 labelled examples with
/// so many, none looks seen to a model of four fifths of the examples that it is not among, and all
/// look so to a model that it was counted in.
const TELLING: usize = 20;

fn seen_before(messages: &[Waiting], start: &Start<'_>) -> usize {
    let Start::From(model) = start else { return 0 };
    let telling = messages
        .iter()
        .map(|message| message.events.as_slice())
        .filter(|events| events.len() >= TELLING);
    model.counts.holding(telling)
}

struct Walk {
    learner: Learner,
    policy: Policy,
    judged: usize,
    likeliest_right: usize,
    total: Tally,
}

impl Walk {
    /// Judges a message, books the verdict, and learns.
    fn meet(&mut self, message: &Waiting, tally: &mut Tally) -> Result<(), LearnError> {
        let opinion = self.learner.judge(&message.events, &message.text);
        let belief = Belief {
            probabilities: opinion.probabilities,
            posterior: &opinion.posterior,
            guard: self.learner.guard(),
        };
        let decision = match &message.settled {
            Some(decision) => decision.clone(),
            None => decide(
                &Message::default(),
                &nobody(),
                &Past::default(),
                &belief,
                &self.policy,
            ),
        };
        if let (Truth::Label(truth), true) =
            (message.truth, decision.verdict != Verdict::OutOfScope)
        {
            let said = match decision.why {
                Why::Rule(rule) => rule.label(),
                _ => likeliest(&opinion.probabilities),
            };
            self.judged += 1;
            self.likeliest_right += usize::from(said == truth);
        }
        let accuracy = self.likeliest_right as f64 / self.judged.max(1) as f64;
        for tally in [tally, &mut self.total] {
            tally.book(message.truth, decision.verdict);
            tally.accuracy_so_far = accuracy;
        }
        match message.truth {
            Truth::Label(label) => self.learner.learn(&message.events, opinion, label),
            Truth::OutOfScope => Ok(()),
        }
    }
}

/// A contact that settles nothing.
fn nobody() -> Contact {
    Contact::extract(&Message::default(), &Owner::default())
}

impl Tally {
    fn book(&mut self, truth: Truth, verdict: Verdict) {
        self.messages += 1;
        match (truth, verdict) {
            (Truth::OutOfScope, Verdict::OutOfScope) => self.right += 1,
            (Truth::Label(label), Verdict::Label(filed)) if label == filed => self.right += 1,
            (_, Verdict::Label(_)) => self.wrong += 1,
            (_, Verdict::Unsure) => self.unsure += 1,
            (_, Verdict::Known) | (Truth::Label(_), Verdict::OutOfScope) => self.passed_over += 1,
        }
        let filed = |label| usize::from(verdict == Verdict::Label(label));
        match truth {
            Truth::Label(Label::Genuine) => {
                self.genuine += 1;
                let away = [Label::GenericInvite, Label::Pitch, Label::Spam];
                self.genuine_filed_away += away.map(filed).iter().sum::<usize>();
                self.genuine_as_spam += filed(Label::Spam);
            }
            Truth::Label(Label::Spam) => {
                self.spam += 1;
                self.spam_caught += filed(Label::Spam);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;

    /// Spam by turns.
    fn waiting(n: usize) -> Waiting {
        let (label, words) = match n % 2 {
            0 => (
                Label::Spam,
                "cheap pills casino bonus win money now claim prize lottery",
            ),
            _ => (
                Label::Genuine,
                "your talk on arches in Turin helped our seminar thank you again",
            ),
        };
        let own: String = (0..6).map(|k| format!(" w{n}x{k}")).collect();
        let mail = format!(
            "From: p{n}@x{n}.example\nSubject: n{n}\nDate: {} Feb 2024 {:02}:00:00 +0000\n\n{words}{own}\n",
            1 + n % 28,
            n / 28
        );
        Waiting::read(
            &mail.as_str().into(),
            &Owner::default(),
            Truth::Label(label),
            (&Policy::default(), Evidence::Contact),
        )
        .unwrap()
    }

    #[test]
    fn from_nothing_it_learns_and_at_first_leaves_all_alone() {
        let messages: Vec<Waiting> = (0..280).map(waiting).collect();
        let replay = replay(
            messages,
            &Start::Empty(Evidence::Contact),
            &Policy::default(),
        )
        .unwrap();
        let first = &replay.periods[0];
        assert_eq!(first.period, "2024-01-29");
        assert_eq!(first.spam_caught, 0, "{first:?}");
        let last = replay.periods.last().unwrap();
        assert!(last.spam_caught == last.spam && last.spam > 0, "{last:?}");
        let total = &replay.total;
        assert_eq!((total.messages, total.genuine, total.spam), (280, 140, 140));
        assert_eq!(
            total.messages,
            total.right + total.wrong + total.unsure + total.passed_over
        );
        assert!(total.accuracy_so_far > 0.9, "{total:?}");
    }

    /// Other labels do not change what is said about the mail of the same day.
    #[test]
    fn nothing_is_learned_before_it_is_judged() {
        let model = Model::shipped().unwrap();
        let walk = |turn: fn(Truth) -> Truth| -> Replay {
            let messages = (0..20).map(|n| {
                let mut message = waiting(n);
                // All on one day: nothing may be learned until it is over.
                message.date = 1_700_000_000 + n as i64;
                message.truth = turn(message.truth);
                message
            });
            replay(messages.collect(), &Start::From(&model), &Policy::default()).unwrap()
        };
        let (honest, turned) = (walk(|truth| truth), walk(|_| Truth::Label(Label::Pitch)));
        assert_eq!(honest.total.unsure, turned.total.unsure);
        assert_eq!(
            honest.total.right + honest.total.wrong,
            turned.total.right + turned.total.wrong
        );
    }
}
