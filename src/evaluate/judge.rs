//! A trained classifier over any labels, deciding as the program does.

use super::Prediction;
use crate::classify::{Calibration, Estimate};
use crate::decide::{Guard, LabelProbabilities, Policy, settle};
use crate::features::WEIGHT_UNIT;
use crate::label::Label;
use crate::learn::{Example, LearnError, fit};

/// A trained classifier over any labels, with the decision's guard where there are genuine ones.
#[derive(Debug)]
pub struct Judge {
    estimate: Estimate,
    calibration: Calibration,
    guard: Guard,
    genuine: Option<usize>,
    spam: Option<usize>,
}

/// An event that pulled a message towards a wrong class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Misled {
    /// The event.
    pub key: u64,
    /// The right class.
    pub truth: usize,
    /// The class it pulled to.
    pub towards: usize,
    /// How strongly: log-odds between the two, as if there were no other evidence.
    pub pull: f64,
}

impl Judge {
    /// Learns, calibrates and guards on these examples alone.
    ///
    /// # Errors
    /// If fewer than two classes have examples.
    pub fn fit(train: &[Example], names: &[String]) -> Result<Judge, LearnError> {
        let fitted = fit(train, names.len())?;
        let genuine = position(names, Label::Genuine);
        let held_out = fitted
            .held_out
            .iter()
            .filter(|(_, truth)| Some(*truth) == genuine);
        let guard = Guard::from_held_out(
            held_out
                .map(|(scores, truth)| fitted.calibration.probabilities(scores)[*truth])
                .collect(),
        );
        Ok(Judge {
            estimate: Estimate::fit(&fitted.counts, fitted.counts.evidence().alpha())?,
            calibration: fitted.calibration,
            guard,
            genuine,
            spam: position(names, Label::Spam),
        })
    }

    /// Judges a message by its words and facts, without the rules of the guide.
    pub fn predict(&self, case: usize, example: &Example, policy: &Policy) -> Prediction {
        let (known, text_known) = self.estimate.recognise(&example.events, &example.text);
        let scores = self.estimate.sum(&example.events, &known);
        let mut prediction = Prediction {
            case,
            truth: example.class,
            probabilities: self.calibration.probabilities(&scores),
            filed: None,
        };
        let best = prediction.best();
        let needed = if Some(best) == self.spam {
            policy.spam_at
        } else {
            policy.file_at
        };
        let safe = match self.genuine {
            Some(genuine) if genuine != best => self
                .guard
                .threshold(policy.error_budget)
                .is_some_and(|limit| {
                    prediction.probabilities[genuine] < limit
                        && !policy.knows_too_little(text_known)
                }),
            _ => true,
        };
        if safe && prediction.probabilities[best] >= needed {
            prediction.filed = Some(best);
        }
        prediction
    }

    /// What pulled a wrongly judged message towards the class it was taken for.
    pub fn misled(&self, example: &Example, taken_for: usize) -> Vec<Misled> {
        let scale = self.calibration.scale * WEIGHT_UNIT;
        self.estimate
            .known(&example.events)
            .iter()
            .map(|known| {
                let odds = self.estimate.log_odds(known);
                let event = example.events[known.position as usize];
                Misled {
                    key: event.key,
                    truth: example.class,
                    towards: taken_for,
                    pull: f64::from(event.weight) * scale * (odds[taken_for] - odds[example.class]),
                }
            })
            .filter(|misled| misled.pull > 0.0)
            .collect()
    }
}

/// Where a label stands among the names.
pub(super) fn position(names: &[String], label: Label) -> Option<usize> {
    names.iter().position(|name| name == label.name())
}

/// A prediction after a rule of the guide has spoken, as the program does it; unchanged if the
/// rule's label is none of the names.
pub(super) fn settled(prediction: &Prediction, rule: Label, names: &[String]) -> Prediction {
    let places = Label::ALL.map(|label| position(names, label));
    let Some(class) = places[rule.index()] else {
        return prediction.clone();
    };
    let before: LabelProbabilities =
        places.map(|place| place.map_or(0.0, |place| prediction.probabilities[place]));
    let after = settle(before, rule);
    let mut probabilities = vec![0.0; names.len()];
    for (place, p) in places.iter().zip(after) {
        if let Some(place) = place {
            probabilities[*place] = p;
        }
    }
    Prediction {
        probabilities,
        filed: Some(class),
        ..prediction.clone()
    }
}

/// A prediction for a forged mail, as the program decides it: spam, or nothing is done.
pub(super) fn only_spam(prediction: Prediction, names: &[String]) -> Prediction {
    let spam = position(names, Label::Spam);
    Prediction {
        filed: prediction.filed.filter(|class| Some(*class) == spam),
        ..prediction
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::Posterior;
    use crate::decide::{Belief, ScopePolicy, Verdict, decide};
    use crate::features::{Event, key_of};
    use crate::message::Message;

    fn event(name: &str, weight: u32) -> Event {
        Event {
            key: key_of(name),
            weight,
        }
    }

    fn example(class: usize, n: usize) -> Example {
        let mail = format!("From: p{class}-{n}@x.example\n\nhello\n");
        let read = Example::read(
            &mail.as_str().into(),
            &crate::owner::Owner::default(),
            class,
        );
        Example {
            events: vec![
                event(&format!("word:own-{class}"), 900 + 40 * (n as u32 % 7)),
                event(&format!("word:shared-{}", n % 5), 700),
                event(&format!("word:of-{}", (class + n) % 4), 900),
            ],
            ..read
        }
    }

    /// The decision here is the program's own, whatever the labels are called.
    #[test]
    fn it_decides_as_the_program_does() {
        let names: Vec<String> = Label::ALL.iter().map(ToString::to_string).collect();
        let examples: Vec<Example> = (0..400).map(|n| example(n % 4, n)).collect();
        let judge = Judge::fit(&examples, &names).unwrap();
        let policy = Policy {
            scope: ScopePolicy::All,
            ..Policy::default()
        };
        let message = Message::parse(b"From: a@x.example\n\nhello there\n");
        let contact = crate::extract::Contact::extract(&message, &Default::default());
        let mut verdicts = std::collections::BTreeSet::new();
        for n in 0..400 {
            let mut asked = example(n % 4, n);
            asked.events[0].weight = 1 + 13 * n as u32;
            asked.events.truncate(2 + n % 3);
            // Of every fifth some words are unknown.
            asked.text = 0..2 + 10 * usize::from(n % 5 == 0);
            let prediction = judge.predict(n, &asked, &policy);
            let (known, text) = judge.estimate.recognise(&asked.events, &asked.text);
            let posterior = Posterior {
                probabilities: prediction.probabilities.clone(),
                known,
                text,
            };
            let belief = Belief {
                probabilities: prediction.probabilities.clone().try_into().unwrap(),
                posterior: &posterior,
                guard: &judge.guard,
            };
            let verdict = decide(&message, &contact, &Default::default(), &belief, &policy).verdict;
            let filed = prediction
                .filed
                .map(|class| Verdict::Label(Label::ALL[class]));
            assert_eq!(filed.unwrap_or(Verdict::Unsure), verdict);
            verdicts.insert(verdict);
        }
        assert!(verdicts.len() >= 4, "{verdicts:?}");
    }
}
