//! Why a message got its verdict, in words a reader understands.

mod explanation;
mod grounds;
mod then_and_now;
mod tipping;

use serde::Serialize;

use crate::classify::TextKnown;
use crate::decide::{Decision, Verdict, Why};
use crate::extract::{Forgery, Platform, Rule, Standing};
use crate::history::Fact;
use crate::label::Label;
use crate::model::Model;
use crate::owner::{Relation, RuleHit};
use crate::triage::Triage;

pub(crate) use explanation::runner_up;
pub use explanation::{Evidence, Explanation, LabelEvidence, RunnerUp};
pub use grounds::{DecidedBy, Grounds, KeptPolicy, Recorder, Weighed};
pub use then_and_now::{Difference, ModelThen, ReasonThen, ThenAndNow, TippingThen, Versions};
pub use tipping::{Tipping, tipping};

/// Which way a reason pulls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Pull {
    /// Towards the label.
    For,
    /// Away from it.
    Against,
}

/// One reason for or against the likeliest label.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// What was found, in words.
    pub what: String,
    /// Which way it pulls.
    pub pull: Pull,
    /// The label it pulls to or from.
    pub label: Label,
    /// How strongly: calibrated log-odds; 0 for a rule or a fact of the sender's past, which are
    /// said whatever they weigh.
    pub weight: f64,
    /// Hash of the event's name; none for a rule or a fact of the sender's past.
    #[serde(skip)]
    pub event: Option<u64>,
}

/// The strongest reasons for and against the likeliest label: first what decided by rule, then
/// evidence by strength, at most `limit` on each side.
pub fn reasons(triage: &Triage, model: &Model, limit: usize) -> Vec<Reason> {
    let label = crate::decide::likeliest(&triage.probabilities);
    reasons_about(triage, model, label, limit)
}

/// The strongest reasons for and against a label: first the rule that gives it, if one does, then
/// evidence by strength, at most `limit` on each side.
pub fn reasons_about(triage: &Triage, model: &Model, label: Label, limit: usize) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let ruled = match &triage.decision.why {
        Why::Rule(rule) => Some((rule.describe().into_owned(), rule.label())),
        Why::OwnerRule(
            hit @ RuleHit {
                label: Some(label), ..
            },
        ) => Some((hit.describe(), *label)),
        _ => None,
    };
    let ruled = ruled.filter(|(_, given)| *given == label);
    reasons.extend(ruled.map(|(what, label)| Reason {
        what,
        pull: Pull::For,
        label,
        weight: 0.0,
        event: None,
    }));
    reasons.extend(past_reasons(triage, label));
    let Some(class) = model
        .metadata
        .labels
        .iter()
        .position(|known| *known == label)
    else {
        return reasons;
    };
    let mut strongest = [
        Strongest::new(Pull::For, limit),
        Strongest::new(Pull::Against, limit),
    ];
    for (position, weight) in model
        .classifier()
        .pulls(&triage.features, &triage.posterior, class)
    {
        if triage.features.name(position).starts_with("past:") {
            continue;
        }
        strongest[usize::from(weight < 0.0)].add(position, weight.abs());
    }
    for side in strongest {
        reasons.extend(side.found.into_iter().map(|(position, weight)| Reason {
            what: phrase(triage.features.name(position)),
            pull: side.pull,
            label,
            weight: round(weight),
            event: Some(triage.features.events[position].key),
        }));
    }
    reasons
}

/// What is known of the sender's past, most telling first.
fn past_reasons(triage: &Triage, label: Label) -> impl Iterator<Item = Reason> {
    let said = match triage.decision.why {
        Why::Rule(Rule::CopiedNote(others)) => Some(Fact::Copied(others)),
        _ => None,
    };
    let facts = triage.past.facts().filter(move |fact| Some(*fact) != said);
    facts.map(move |fact| Reason {
        what: fact.describe().into_owned(),
        pull: if fact.leans_to() == label {
            Pull::For
        } else {
            Pull::Against
        },
        label,
        weight: 0.0,
        event: None,
    })
}

/// The strongest evidence of one side, strongest first; of equals, what came first.
struct Strongest {
    pull: Pull,
    limit: usize,
    found: Vec<(usize, f64)>,
}

impl Strongest {
    fn new(pull: Pull, limit: usize) -> Strongest {
        Strongest {
            pull,
            limit,
            found: Vec::with_capacity(limit + 1),
        }
    }

    fn add(&mut self, position: usize, weight: f64) {
        // Weaker evidence than this shows as 0.00.
        let weakest = match self.found.last() {
            Some(last) if self.found.len() == self.limit => last.1,
            _ => 0.005,
        };
        if weight > weakest {
            let rank = self
                .found
                .partition_point(|(_, stronger)| *stronger >= weight);
            self.found.insert(rank, (position, weight));
            self.found.truncate(self.limit);
        }
    }
}

fn round(weight: f64) -> f64 {
    (weight * 1000.0).round() / 1000.0
}

/// One sentence: the verdict's reason.
pub fn sentence(decision: &Decision) -> String {
    match (&decision.why, decision.verdict) {
        (Why::OutOfScope(reason), _) => format!("not inbound contact: {}", reason.describe()),
        (Why::Unreadable(defect), _) => format!("left alone: {}", defect.describe()),
        (Why::OwnerRule(hit), _) => hit.describe(),
        (Why::Known { relation, standing }, _) => {
            let doubt = match standing {
                Standing::Authentic => "",
                Standing::Unproven | Standing::Forged => " (unproven sender)",
            };
            format!("left alone: {}{doubt}", relation.describe())
        }
        (Why::Rule(rule), _) => rule.describe().into_owned(),
        (Why::Confident, Verdict::Label(label)) => {
            format!("the evidence for {label} is strong enough")
        }
        (Why::Confident, _) => String::new(),
        (Why::SaysNothing, _) => {
            "left alone: a message that says nothing does not ask to connect".to_owned()
        }
        (Why::OfTwoPieces, _) => {
            "left alone: it reads like genuine mail, but its beginning or its end does not"
                .to_owned()
        }
        (Why::Forged(sign), _) => {
            format!(
                "left alone: it is not from whom it says: {}",
                sign.describe()
            )
        }
        (Why::FewKnownWords(TextKnown { known, words }), _) => {
            format!("left alone: of its {words} different words only {known} are known")
        }
        (Why::TooFewExamples(n), _) => {
            format!("left alone: {n} genuine examples are too few to keep within the error budget")
        }
        (Why::MayBeGenuine { probability, limit }, _) => format!(
            "left alone: it may be genuine ({probability:.3}; to be filed it must stay below {limit:.3})"
        ),
        (
            Why::NotSureEnough {
                label,
                probability,
                needed,
            },
            _,
        ) => format!("left alone: {label} at {probability:.2} does not reach {needed:.2}"),
    }
}

/// An event's name in words.
pub fn phrase(name: &str) -> String {
    let (prefix, rest) = name.split_once(':').unwrap_or(("", name));
    match prefix {
        "word" | "pair" => format!("\"{rest}\""),
        "field" => format!("a header field {rest}"),
        "head" => match rest.split_once(':') {
            Some((field, words)) => format!("\"{words}\" in the header field {field}"),
            None => rest.to_owned(),
        },
        "subject" => format!("\"{rest}\" in the subject"),
        "link" => format!("a link to {rest}"),
        "mailto" => format!("an address at {rest}"),
        "from" => format!("sent from {rest}"),
        "file" => format!("an attached {rest} file"),
        "kind" => format!("it is {}", article(&rest.replace('-', " "))),
        "platform" => format!("it comes from {}", platform_name(rest)),
        "forged" => forgery_phrase(rest),
        "relation" => relation_phrase(rest).to_owned(),
        "past" => format!("of the sender's past: {}", rest.replace('-', " ")),
        "number" => number_phrase(rest).to_owned(),
        "mark" => format!("the mark \"{rest}\""),
        "cue" => crate::extract::cues::describe(rest)
            .unwrap_or(rest)
            .to_owned(),
        "shape" => shape_phrase(rest).to_owned(),
        "fact" => fact_phrase(rest).to_owned(),
        "length" => range(
            "words",
            rest,
            &[
                "up to 3",
                "4 to 8",
                "9 to 16",
                "17 to 32",
                "33 to 64",
                "65 to 128",
                "129 to 256",
                "257 to 512",
                "more than 512",
            ],
        ),
        "links" => range(
            "links",
            rest,
            &["no", "one", "2 or 3", "4 to 10", "more than 10"],
        ),
        "questions" => range("questions", rest, &["no", "one", "2 or 3", "more than 3"]),
        "images" => range(
            "images",
            rest,
            &["no", "one", "2 to 4", "5 to 12", "more than 12"],
        ),
        "capitals" => range(
            "capital letters",
            rest,
            &["hardly any", "few", "some", "many", "mostly"],
        ),
        _ => name.to_owned(),
    }
}

fn range(what: &str, bin: &str, names: &[&str]) -> String {
    let position = bin
        .bytes()
        .next()
        .map_or(0, |letter| usize::from(letter.saturating_sub(b'a')));
    format!("{} {what}", names.get(position).copied().unwrap_or("many"))
}

fn article(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o']);
    format!("{} {noun}", if vowel { "an" } else { "a" })
}

fn platform_name(name: &str) -> &str {
    Platform::named(name).map_or(name, |platform| platform.title())
}

fn forgery_phrase(name: &str) -> String {
    Forgery::ALL
        .into_iter()
        .find(|sign| sign.name() == name)
        .map_or_else(|| name.to_owned(), |sign| sign.describe().to_owned())
}

fn relation_phrase(name: &str) -> &str {
    [
        Relation::Thread,
        Relation::Correspondent,
        Relation::AddressBook,
        Relation::Connection,
    ]
    .into_iter()
    .find(|relation| relation.name() == name)
    .map_or(name, |relation| relation.describe())
}

fn number_phrase(name: &str) -> &str {
    match name {
        "money" => "an amount of money",
        "percent" => "a percentage",
        "year" => "a year",
        "phone" => "a phone number",
        "digit" => "a one-digit number",
        "2-digits" => "a two-digit number",
        "3-digits" => "a three-digit number",
        "4-digits" => "a four-digit number",
        "sign" => "a currency sign",
        _ => "a long number",
    }
}

fn shape_phrase(name: &str) -> &str {
    match name {
        "emoji" => "an emoji",
        "mixed-scripts" => "a word of mixed alphabets",
        "wallet" => "the address of a wallet",
        _ => "an over-long word",
    }
}

fn fact_phrase(name: &str) -> &str {
    match name {
        "no-note" => "no words of the sender's own",
        "stock-sentence" => "the platform's stock sentence",
        "reply" => "it answers an earlier mail",
        "quotes" => "it quotes an earlier mail",
        "nameless" => "the sender gives no name",
        "to-itself" => "it bears the receiver's own address as the sender's",
        "answers-go-elsewhere" => "answers go to another domain",
        "form" => "it was written into a form",
        "bulk" => "it is sent to many",
        "html-only" => "it has no plain-text part",
        "hidden-text" => "it hides text from the reader",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_words() {
        assert_eq!(phrase("word:offer"), "\"offer\"");
        assert_eq!(phrase("kind:invitation"), "it is an invitation");
        assert_eq!(phrase("length:a"), "up to 3 words");
        assert_eq!(phrase("links:e"), "more than 10 links");
        assert_eq!(phrase("number:money"), "an amount of money");
    }
}
