//! The smallest set of evidence without which the verdict would be another.
//!
//! Between two labels the scores are a sum over the evidence, so the fewest pieces that turn them
//! are the strongest ones: they are taken away one by one, strongest first. A verdict also depends
//! on the other labels, the calibration, the guard and the thresholds, so the pieces are taken away
//! in the order of every pair of labels, after each the whole decision is made again, and the
//! shortest way counts. A set found is sufficient; a smaller one that mixes pairs may exist.

use std::cell::OnceCell;

use serde::Serialize;

use super::{Evidence, phrase, round};
use crate::classify::Posterior;
use crate::decide::{Belief, Decision, Policy, Verdict, Why, decide_by_evidence, doubt_pieces};
use crate::label::Label;
use crate::model::Model;
use crate::triage::{Triage, is_of_one_piece};

/// A set of this size is no explanation any more.
const TOO_MANY: usize = 12;

/// What tipped the balance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tipping {
    /// The pieces of evidence that have to go, strongest first; empty if there is no such set of
    /// fewer than 12, or if the verdict does not rest on evidence.
    pub evidence: Vec<Evidence>,
    /// What the verdict would be without them; null if there is no such set.
    pub verdict_without: Option<&'static str>,
    /// The same in one sentence.
    pub because: String,
}

/// Finds what tipped the balance.
pub fn tipping(triage: &Triage, model: &Model, policy: &Policy) -> Tipping {
    let decide_anew = Anew::new(triage, model, policy);
    match &triage.decision.why {
        Why::OutOfScope(_) | Why::Unreadable(_) => {
            nothing("it rests on the form of the mail, not on evidence")
        }
        Why::OwnerRule(_) => nothing("it rests on a rule of yours, not on evidence"),
        Why::Known { .. } => nothing("it rests on who the sender is to you, not on evidence"),
        Why::OfTwoPieces => nothing(
            "it rests on its beginning and its end by themselves, not on single pieces of evidence",
        ),
        Why::Rule(rule) => {
            let without = decide_anew.without(&[]).verdict.name();
            Tipping {
                evidence: vec![Evidence {
                    what: rule.describe().into_owned(),
                    weight: 0.0,
                    event: None,
                }],
                verdict_without: Some(without),
                because: format!("a rule decides; without the rule the verdict would be {without}"),
            }
        }
        _ => decide_anew.shortest().map_or_else(
            || nothing("no fewer than 12 pieces of evidence would change it"),
            |found| decide_anew.told(&found),
        ),
    }
}

fn nothing(because: &str) -> Tipping {
    Tipping {
        evidence: Vec::new(),
        verdict_without: None,
        because: because.to_owned(),
    }
}

/// Decides again with less evidence. Scope, rules and relations have had their say.
struct Anew<'a> {
    triage: &'a Triage,
    model: &'a Model,
    policy: &'a Policy,
    /// Whether its beginning and its end read like genuine mail too; found out when it matters.
    one_piece: OnceCell<bool>,
    /// Score of every class of the model.
    scores: Vec<f64>,
    /// By known event, its share of every class's score, less what is common to all classes.
    shares: Vec<Vec<f64>>,
    /// What a unit of each class's score is worth in calibrated log-odds.
    slopes: Vec<f64>,
}

/// Events to take away, by their place among the known ones, and what that leads to.
struct Way {
    events: Vec<(usize, f64)>,
    decision: Decision,
}

impl<'a> Anew<'a> {
    fn new(triage: &'a Triage, model: &'a Model, policy: &'a Policy) -> Anew<'a> {
        let classifier = model.classifier();
        let scores = classifier.scores(&triage.features, &triage.posterior);
        Anew {
            triage,
            model,
            policy,
            one_piece: OnceCell::new(),
            shares: classifier
                .shares(&triage.features, &triage.posterior)
                .collect(),
            slopes: model.metadata.calibration.slopes(&scores),
            scores,
        }
    }

    /// The decision without these known events.
    fn without(&self, events: &[(usize, f64)]) -> Decision {
        let mut known = self.triage.posterior.known.clone();
        known.truncate(known.len() - events.len());
        let posterior = Posterior {
            probabilities: self.probabilities_without(events),
            known,
            text: self.triage.posterior.text,
        };
        let belief = Belief {
            probabilities: self.model.label_probabilities(&posterior),
            posterior: &posterior,
            guard: &self.model.metadata.guard,
        };
        let decision = decide_by_evidence(&self.triage.contact, &belief, self.policy);
        match decision.verdict {
            Verdict::Label(Label::Genuine) if !self.is_of_one_piece() => doubt_pieces(decision),
            _ => decision,
        }
    }

    fn is_of_one_piece(&self) -> bool {
        let (message, contact) = (&self.triage.message, &self.triage.contact);
        *self
            .one_piece
            .get_or_init(|| is_of_one_piece(message, contact, self.model))
    }

    fn probabilities_without(&self, events: &[(usize, f64)]) -> Vec<f64> {
        let mut scores = self.scores.clone();
        for (event, _) in events {
            for (score, share) in scores.iter_mut().zip(&self.shares[*event]) {
                *score -= share;
            }
        }
        self.model.metadata.calibration.probabilities(&scores)
    }

    /// The shortest way to another verdict; of equals, the first.
    fn shortest(&self) -> Option<Way> {
        let n = self.model.metadata.labels.len();
        let pairs = (0..n).flat_map(|from| (0..n).map(move |to| (from, to)));
        let mut best: Option<Way> = None;
        for (from, to) in pairs.filter(|(from, to)| from != to) {
            let limit = best.as_ref().map_or(TOO_MANY, |way| way.events.len());
            best = self.way(from, to, limit).or(best);
        }
        best
    }

    /// Takes away what speaks most for one class and against another, until the verdict changes;
    /// none if that takes `limit` pieces.
    fn way(&self, from: usize, to: usize, limit: usize) -> Option<Way> {
        let mut strongest: Vec<(usize, f64)> = self
            .shares
            .iter()
            .map(|share| share[from] * self.slopes[from] - share[to] * self.slopes[to])
            .enumerate()
            .filter(|(_, pull)| *pull > 0.0)
            .collect();
        strongest.sort_by(|a, b| b.1.total_cmp(&a.1));
        (1..limit.min(strongest.len() + 1)).find_map(|taken| {
            let events = &strongest[..taken];
            let decision = self.without(events);
            (decision.verdict != self.triage.decision.verdict).then(|| Way {
                events: events.to_vec(),
                decision,
            })
        })
    }

    fn told(&self, way: &Way) -> Tipping {
        let evidence: Vec<Evidence> = way
            .events
            .iter()
            .map(|(event, pull)| Evidence {
                what: phrase(self.triage.features.name(self.position(*event))),
                weight: round(*pull),
                event: Some(self.triage.features.events[self.position(*event)].key),
            })
            .collect();
        let without = way.decision.verdict.name();
        let pieces = match evidence.len() {
            1 => "this one piece of evidence".to_owned(),
            n => format!("these {n} pieces of evidence"),
        };
        Tipping {
            evidence,
            verdict_without: Some(without),
            because: format!("without {pieces} the verdict would be {without}"),
        }
    }

    fn position(&self, event: usize) -> usize {
        self.triage.posterior.known[event].position as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::owner::{Owner, Relations, Rules, SentMail};
    use crate::triage::triage;

    fn judged(mail: &str) -> (Triage, Model, Policy) {
        judged_by(mail, &Owner::default(), Policy::default())
    }

    fn judged_by(mail: &str, owner: &Owner, policy: Policy) -> (Triage, Model, Policy) {
        let model = Model::shipped().unwrap();
        let triage = triage(&mail.into(), owner, &model, &policy);
        (triage, model, policy)
    }

    const PITCH: &str = "From: Max <max@seo-firm.example>\nSubject: Quick question about your website\n\nHi, we help companies like yours rank first on Google. Our SEO packages start at $299 a month. Can we book a quick call this week? Best, Max\n";

    /// A pitch that a few words make one.
    const MILD: &str = "From: Max <max@studio.example>\nSubject: Friday\n\nHello, our studio has a free slot on Friday and we offer it at half price. Shall we have a quick call? Max\n";

    /// Somebody who has written to whom the pitch is from.
    fn acquainted() -> Owner {
        let mut relations = Relations::default();
        relations.add_sent(SentMail {
            recipients: vec!["max@seo-firm.example".to_owned()],
            message_id: Some("mine@home.example".to_owned()),
            ..SentMail::default()
        });
        Owner {
            relations,
            ..Owner::default()
        }
    }

    #[test]
    fn taking_nothing_away_changes_nothing() {
        let (triage, model, policy) = judged(PITCH);
        let anew = Anew::new(&triage, &model, &policy);
        assert_eq!(anew.without(&[]), triage.decision);
    }

    /// The probabilities without an event are those of the message without it.
    #[test]
    fn less_evidence_is_what_the_classifier_says_without_it() {
        let (triage, model, policy) = judged(PITCH);
        let anew = Anew::new(&triage, &model, &policy);
        let estimate = crate::classify::Estimate::fit(&model.counts, model.metadata.alpha).unwrap();
        let gone = triage.posterior.known[3].position as usize;
        let mut events = triage.features.events.clone();
        events.remove(gone);
        let exact = model
            .metadata
            .calibration
            .probabilities(&estimate.scores(&events));
        let found = anew.probabilities_without(&[(3, 0.0)]);
        for (found, exact) in found.iter().zip(exact) {
            assert!((found - exact).abs() < 1e-9, "{found} {exact}");
        }
    }

    #[test]
    fn no_smaller_set_turns_a_verdict() {
        let (triage, model, policy) = judged(MILD);
        let found = tipping(&triage, &model, &policy);
        let n = found.evidence.len();
        assert!(n > 0 && n < TOO_MANY, "{found:?}");
        assert_ne!(found.verdict_without, Some(triage.decision.verdict.name()));
        assert!(found.because.contains("the verdict would be"), "{found:?}");
        // Every single piece, and where two are said to be needed, no one of them is enough.
        let anew = Anew::new(&triage, &model, &policy);
        if n > 1 {
            for event in 0..triage.posterior.known.len() {
                let decision = anew.without(&[(event, 0.0)]);
                assert_eq!(decision.verdict, triage.decision.verdict);
            }
        }
        if n > 2 {
            for a in 0..triage.posterior.known.len() {
                for b in 0..a {
                    let decision = anew.without(&[(a, 0.0), (b, 0.0)]);
                    assert_eq!(decision.verdict, triage.decision.verdict);
                }
            }
        }
    }

    #[test]
    fn a_rule_and_the_form_speak_for_themselves() {
        let (triage, model, policy) = judged(
            "From: LinkedIn <invitations@linkedin.com>\nSubject: Ann Lee wants to connect\n\nAnn Lee would like to connect on LinkedIn.\n\nI'd like to add you to my professional network on LinkedIn.\n",
        );
        assert!(
            matches!(triage.decision.why, Why::Rule(_)),
            "{:?}",
            triage.decision
        );
        let found = tipping(&triage, &model, &policy);
        assert_eq!(found.evidence.len(), 1);
        assert!(found.because.contains("a rule decides"));
        let (triage, model, policy) = judged(
            "From: no-reply@bank.example\nSubject: Your one-time code\nAuto-Submitted: auto-generated\n\nYour verification code is 123456.\n",
        );
        assert_eq!(triage.decision.verdict, Verdict::OutOfScope);
        let found = tipping(&triage, &model, &policy);
        assert_eq!((found.evidence.len(), found.verdict_without), (0, None));
    }

    /// A greeting in a platform's message.
    const SAYS_NOTHING: &str = "From: Ann Lee via LinkedIn <messaging-digest-noreply@linkedin.com>\nSubject: Ann Lee just messaged you\n\nHi Max,\n";

    /// Words of ordinary mail behind a pitch: as a whole it reads like genuine mail.
    const TWO_PIECES: &str = "From: Max <max@studio.example>\nSubject: Hello\n\nHello, our studio has a free slot on Friday and we offer it at half price. Shall we have a quick call?\n\nI read your article about the tides in the harbour with my daughter, and we went out on Sunday to look at the marks you describe. She drew all of them in her notebook. My father kept a boat there when I was small, and your picture of the old crane made me think of him. Would you mind if she sends you her drawing? She is nine and very proud of it. Thank you for writing it down, it made our weekend, and please say hello to the people of the museum from both of us. Mia still talks of the seal that you saw.\n";

    #[test]
    fn no_piece_of_evidence_tips_a_mail_of_two_pieces() {
        let (triage, model, policy) = judged(TWO_PIECES);
        assert_eq!(triage.decision.why, Why::OfTwoPieces);
        let found = tipping(&triage, &model, &policy);
        assert_eq!((found.evidence.len(), found.verdict_without), (0, None));
        assert!(
            found.because.contains("its beginning and its end"),
            "{found:?}"
        );
        let anew = Anew::new(&triage, &model, &policy);
        assert_eq!(anew.without(&[]), triage.decision);
    }

    #[test]
    fn a_message_that_says_nothing_is_decided_anew_like_that() {
        let (triage, model, policy) = judged(SAYS_NOTHING);
        assert_eq!(triage.decision.why, Why::SaysNothing);
        let anew = Anew::new(&triage, &model, &policy);
        assert_eq!(anew.without(&[]), triage.decision);
    }

    #[test]
    fn what_the_owner_settled_rests_on_no_evidence() {
        let rules = Rules {
            always_keep: vec!["@seo-firm.example".parse().unwrap()],
            ..Rules::default()
        };
        let policy = Policy {
            rules,
            ..Policy::default()
        };
        let (triage, model, policy) = judged_by(PITCH, &Owner::default(), policy);
        let ruled = tipping(&triage, &model, &policy);
        assert_eq!((ruled.evidence.len(), ruled.verdict_without), (0, None));
        assert!(ruled.because.contains("a rule of yours"), "{ruled:?}");

        let owner = acquainted();
        let (triage, model, policy) = judged_by(PITCH, &owner, Policy::default());
        assert_eq!(triage.decision.verdict, Verdict::Known);
        let known = tipping(&triage, &model, &policy);
        assert_eq!((known.evidence.len(), known.verdict_without), (0, None));
        assert!(known.because.contains("who the sender is"), "{known:?}");
    }

    /// An answer to the owner is genuine by rule; without the rule its words decide.
    #[test]
    fn without_the_rule_an_answer_is_judged_by_its_words() {
        let answer = PITCH.replacen("Subject:", "In-Reply-To: <mine@home.example>\nSubject:", 1);
        let (triage, model, policy) = judged_by(&answer, &acquainted(), Policy::default());
        assert!(
            matches!(triage.decision.why, Why::Rule(_)),
            "{:?}",
            triage.decision
        );
        let found = tipping(&triage, &model, &policy);
        assert_ne!(found.verdict_without, Some("genuine"), "{found:?}");
    }
}
