//! [`Posterior`] + [`Policy`] → [`Decision`]: what to do with a message, and the reason for it,
//! also when the answer is to leave it alone.

mod guard;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use guard::{Guard, MAX_BUDGET};

use crate::classify::{Posterior, TextKnown};
use crate::extract::{Contact, Forgery, OutOfScope, Rule, Scope, Standing};
use crate::features::Evidence;
use crate::history::Past;
use crate::label::Label;
use crate::message::{Defect, Message};
use crate::owner::{Relation, RuleHit, Rules};

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It belongs under this label.
    Label(Label),
    /// From somebody the owner knows, or always keeps: it stays where it is.
    Known,
    /// Not certain enough to touch it: it stays where it is.
    Unsure,
    /// Not an inbound contact: it stays where it is.
    OutOfScope,
}

impl Verdict {
    /// All verdicts in the order tables show them.
    pub const ALL: [Verdict; 7] = [
        Verdict::Label(Label::Genuine),
        Verdict::Label(Label::GenericInvite),
        Verdict::Label(Label::Pitch),
        Verdict::Label(Label::Spam),
        Verdict::Known,
        Verdict::Unsure,
        Verdict::OutOfScope,
    ];

    /// The verdict as files, JSON and tables spell it.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Label(label) => label.name(),
            Verdict::Known => "known",
            Verdict::Unsure => "unsure",
            Verdict::OutOfScope => "out-of-scope",
        }
    }

    /// The verdict of a name.
    pub fn named(name: &str) -> Option<Verdict> {
        Verdict::ALL
            .into_iter()
            .find(|verdict| verdict.name() == name)
    }
}

/// Which messages get a label at all.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum ScopePolicy {
    /// Only inbound contact; everything else is out of scope.
    Contact,
    /// Every message, as public spam collections are scored.
    All,
}

impl ScopePolicy {
    /// What a model for these messages counts.
    pub fn evidence(self) -> Evidence {
        match self {
            ScopePolicy::Contact => Evidence::Contact,
            ScopePolicy::All => Evidence::Mail,
        }
    }
}

/// What becomes of messages from people the owner knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KnownPolicy {
    /// They are left where they are.
    Leave,
    /// They are judged like others; the relation is evidence.
    Judge,
}

/// How sure is sure enough, and what needs no judgement.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Which messages get a label.
    pub scope: ScopePolicy,
    /// Largest share of genuine mail the owner accepts to see filed away, in 0..=0.05.
    pub error_budget: f64,
    /// Probability a label other than spam needs.
    pub file_at: f64,
    /// Probability spam needs: a person lost there is the worst error.
    pub spam_at: f64,
    /// Share of the words of a text that must be known for it to be filed away.
    pub min_known_words: f64,
    /// What becomes of messages from people the owner knows.
    pub known: KnownPolicy,
    /// The owner's own rules; they go before everything else.
    pub rules: Rules,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            scope: ScopePolicy::Contact,
            error_budget: 0.02,
            file_at: 0.5,
            spam_at: 0.98,
            min_known_words: 1.0 / 3.0,
            known: KnownPolicy::Leave,
            rules: Rules::default(),
        }
    }
}

/// Words of a text below which its facts speak for it: the shortest are courtesies in any language.
const FEW_WORDS: usize = 8;

impl Policy {
    /// True if so little of a text is known that it cannot be told what it says.
    pub fn knows_too_little(&self, text_known: TextKnown) -> bool {
        let TextKnown { known, words } = text_known;
        words >= FEW_WORDS && (known as f64) < self.min_known_words * words as f64
    }
}

/// Why a message got its verdict.
#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    /// It is not inbound contact.
    OutOfScope(OutOfScope),
    /// It could not be read.
    Unreadable(Defect),
    /// A rule of the owner's decides it.
    OwnerRule(RuleHit),
    /// The owner knows the sender.
    Known {
        /// How.
        relation: Relation,
        /// What is known of the claim to be that sender.
        standing: Standing,
    },
    /// A rule of the guide decides it, whatever the words are.
    Rule(Rule),
    /// It is not from whom it says, and this shows it: spam or nothing.
    Forged(Forgery),
    /// As a whole it reads like genuine mail, but its beginning or its end does not.
    OfTwoPieces,
    /// It is a message to the owner that says nothing, so it asks for nothing either.
    SaysNothing,
    /// The probability is high enough.
    Confident,
    /// Too few of its words are known.
    FewKnownWords(TextKnown),
    /// Too few genuine examples to keep within the error budget.
    TooFewExamples(usize),
    /// It looks like filing away, but too many genuine messages looked like this.
    MayBeGenuine {
        /// P(genuine) of this message.
        probability: f64,
        /// What it would have to stay below.
        limit: f64,
    },
    /// No label reaches the probability it needs.
    NotSureEnough {
        /// The likeliest label.
        label: Label,
        /// Its probability.
        probability: f64,
        /// What it needs.
        needed: f64,
    },
}

/// A verdict with its reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What becomes of the message.
    pub verdict: Verdict,
    /// Why.
    pub why: Why,
}

impl Decision {
    fn new(verdict: Verdict, why: Why) -> Decision {
        Decision { verdict, why }
    }
}

/// Probabilities of the four labels, in [`Label::ALL`]'s order; labels the model lacks have 0.
pub type LabelProbabilities = [f64; 4];

/// Decides on a message.
pub fn decide(
    message: &Message,
    contact: &Contact,
    past: &Past,
    belief: &Belief<'_>,
    policy: &Policy,
) -> Decision {
    if let Some(defect) = message.defects.iter().find(|defect| defect.is_unreadable()) {
        return Decision::new(Verdict::Unsure, Why::Unreadable(*defect));
    }
    if let Some(hit) = policy.rules.hit(contact) {
        let verdict = hit.label.map_or(Verdict::Known, Verdict::Label);
        return Decision::new(verdict, Why::OwnerRule(hit));
    }
    if policy.scope == ScopePolicy::Contact
        && let Scope::Out(reason) = contact.scope
    {
        return Decision::new(Verdict::OutOfScope, Why::OutOfScope(reason));
    }
    if let Some(decision) = recognise(contact, policy) {
        return decision;
    }
    let copied = || past.rule(contact, belief.likeliest());
    if policy.scope == ScopePolicy::Contact
        && let Some(rule) = contact.rule().or_else(copied)
    {
        return Decision::new(Verdict::Label(rule.label()), Why::Rule(rule));
    }
    decide_by_evidence(contact, belief, policy)
}

/// Decides on a message that nothing but its evidence settles: no rule, no relation, no form.
pub fn decide_by_evidence(contact: &Contact, belief: &Belief<'_>, policy: &Policy) -> Decision {
    let decision = match weigh(belief, policy) {
        decision if policy.scope == ScopePolicy::Contact && contact.says_nothing() => {
            no_request(decision)
        }
        decision => decision,
    };
    match (
        contact.authenticity.standing,
        contact.authenticity.signs.first(),
    ) {
        (Standing::Forged, Some(sign)) => only_spam(decision, *sign),
        _ => decision,
    }
}

/// Takes back that a mail is genuine, because its beginning or its end is not.
pub fn doubt_pieces(decision: Decision) -> Decision {
    match (decision.verdict, &decision.why) {
        (Verdict::Label(Label::Genuine), Why::Confident) => {
            Decision::new(Verdict::Unsure, Why::OfTwoPieces)
        }
        _ => decision,
    }
}

/// Takes back that a message without words of its own is a request to connect: pictures or a file
/// from a friend look the same.
fn no_request(decision: Decision) -> Decision {
    match decision.verdict {
        Verdict::Label(Label::GenericInvite) => Decision::new(Verdict::Unsure, Why::SaysNothing),
        _ => decision,
    }
}

/// A forged mail is spam if the evidence reaches what spam needs. Its words were chosen by the
/// forger, so it is nothing else, however it reads.
fn only_spam(decision: Decision, sign: Forgery) -> Decision {
    match decision.verdict {
        Verdict::Label(Label::Spam) => decision,
        Verdict::Label(_) => Decision::new(Verdict::Unsure, Why::Forged(sign)),
        _ => decision,
    }
}

/// What a relation decides: an answer to the owner is genuine, and people they know are left
/// alone unless the policy says otherwise.
fn recognise(contact: &Contact, policy: &Policy) -> Option<Decision> {
    let relation = contact.relation?;
    match (relation, policy.known) {
        (Relation::Thread, _) => {
            let rule = Rule::AnswersOwner;
            Some(Decision::new(Verdict::Label(rule.label()), Why::Rule(rule)))
        }
        (_, KnownPolicy::Leave) => {
            let standing = contact.authenticity.standing;
            Some(Decision::new(
                Verdict::Known,
                Why::Known { relation, standing },
            ))
        }
        (_, KnownPolicy::Judge) => None,
    }
}

/// What the classifier believes, and the guard its model carries.
#[derive(Debug)]
pub struct Belief<'a> {
    /// Probabilities of the four labels.
    pub probabilities: LabelProbabilities,
    /// The classifier's own answer.
    pub posterior: &'a Posterior,
    /// Held-out probabilities of genuine mail.
    pub guard: &'a Guard,
}

impl Belief<'_> {
    /// The likeliest label; of equals, the first.
    pub fn likeliest(&self) -> Label {
        likeliest(&self.probabilities)
    }
}

/// The likeliest label; of equals, the first.
pub fn likeliest(probabilities: &LabelProbabilities) -> Label {
    let mut best = Label::Genuine;
    for label in Label::ALL {
        if probabilities[label.index()] > probabilities[best.index()] {
            best = label;
        }
    }
    best
}

/// Probability of a rule's label. The rules are right on all 247 of the labelled examples they
/// settle, which the rule of succession makes 248 in 249; but their tables were written beside those
/// examples, so they are believed less.
const RULE_PROBABILITY: f64 = 0.98;

/// Probabilities after a rule has settled on a label: the others share what is left as before.
pub fn settle(mut probabilities: LabelProbabilities, label: Label) -> LabelProbabilities {
    let others = 1.0 - probabilities[label.index()];
    for other in Label::ALL {
        let share = &mut probabilities[other.index()];
        *share = match other == label {
            true => RULE_PROBABILITY,
            false if others > 0.0 => *share / others * (1.0 - RULE_PROBABILITY),
            false => (1.0 - RULE_PROBABILITY) / 3.0,
        };
    }
    probabilities
}

fn weigh(belief: &Belief<'_>, policy: &Policy) -> Decision {
    let unsure = |why| Decision::new(Verdict::Unsure, why);
    let label = belief.likeliest();
    let probability = belief.probabilities[label.index()];
    let needed = match label {
        Label::Spam => policy.spam_at,
        _ => policy.file_at,
    };
    if label != Label::Genuine {
        let genuine = belief.probabilities[Label::Genuine.index()];
        match belief.guard.threshold(policy.error_budget) {
            None => return unsure(Why::TooFewExamples(belief.guard.n_genuine)),
            Some(limit) if genuine >= limit => {
                return unsure(Why::MayBeGenuine {
                    probability: genuine,
                    limit,
                });
            }
            Some(_) => {}
        }
        let text_known = belief.posterior.text;
        if policy.knows_too_little(text_known) {
            return unsure(Why::FewKnownWords(text_known));
        }
    }
    if probability < needed {
        return unsure(Why::NotSureEnough {
            label,
            probability,
            needed,
        });
    }
    Decision::new(Verdict::Label(label), Why::Confident)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(probabilities: LabelProbabilities, guard: &Guard) -> Decision {
        verdict_on(TextKnown::default(), probabilities, guard)
    }

    fn verdict_on(text: TextKnown, probabilities: LabelProbabilities, guard: &Guard) -> Decision {
        let posterior = Posterior {
            probabilities: probabilities.to_vec(),
            known: Vec::new(),
            text,
        };
        let belief = Belief {
            probabilities,
            posterior: &posterior,
            guard,
        };
        weigh(&belief, &Policy::default())
    }

    fn guard(n: usize) -> Guard {
        Guard::from_held_out((0..n).map(|k| 0.1 + k as f64 / 1000.0).collect())
    }

    #[test]
    fn a_rule_settles_and_the_sum_stays_one() {
        for before in [[0.7, 0.1, 0.1, 0.1], [0.0, 1.0, 0.0, 0.0]] {
            let after = settle(before, Label::GenericInvite);
            assert_eq!(likeliest(&after), Label::GenericInvite);
            assert!((after.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{after:?}");
        }
    }

    #[test]
    fn what_is_forged_is_spam_or_nothing() {
        for label in Label::ALL {
            let decision = Decision::new(Verdict::Label(label), Why::Confident);
            let after = only_spam(decision.clone(), Forgery::BorrowedName);
            match label {
                Label::Spam => assert_eq!(after, decision),
                _ => assert_eq!(
                    after,
                    Decision::new(Verdict::Unsure, Why::Forged(Forgery::BorrowedName))
                ),
            }
        }
    }

    #[test]
    fn what_is_hardly_understood_is_not_filed_away() {
        let guard = guard(99);
        let invite = [0.01, 0.97, 0.01, 0.01];
        for (known, words, is_filed) in [
            (0, 0, true),
            (0, 7, true),
            (2, 8, false),
            (3, 8, true),
            (9, 28, false),
        ] {
            let text = TextKnown { known, words };
            let decision = verdict_on(text, invite, &guard);
            let expected = match is_filed {
                true => (Verdict::Label(Label::GenericInvite), Why::Confident),
                false => (Verdict::Unsure, Why::FewKnownWords(text)),
            };
            assert_eq!((decision.verdict, decision.why), expected);
            let genuine = verdict_on(text, [0.9, 0.1, 0.0, 0.0], &guard);
            assert_eq!(genuine.verdict, Verdict::Label(Label::Genuine));
        }
    }

    #[test]
    fn doubt_stays_in_the_inbox() {
        let guard = guard(99);
        assert_eq!(
            verdict([0.05, 0.0, 0.9, 0.05], &guard).verdict,
            Verdict::Label(Label::Pitch)
        );
        assert_eq!(
            verdict([0.2, 0.0, 0.75, 0.05], &guard).verdict,
            Verdict::Unsure
        );
        assert_eq!(
            verdict([0.05, 0.0, 0.1, 0.85], &guard).verdict,
            Verdict::Unsure
        );
        assert_eq!(
            verdict([0.01, 0.0, 0.01, 0.98], &guard).verdict,
            Verdict::Label(Label::Spam)
        );
        assert_eq!(
            verdict([0.6, 0.0, 0.4, 0.0], &guard).verdict,
            Verdict::Label(Label::Genuine)
        );
        assert_eq!(
            verdict([0.0, 0.0, 1.0, 0.0], &Guard::default()).why,
            Why::TooFewExamples(0)
        );
    }
}
