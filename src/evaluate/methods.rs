//! What is compared, and how each judges the messages of a split.

use rayon::prelude::*;

use super::judge::{only_spam, position, settled};
use super::plain::Plain;
use super::{Case, Form, Judge, Misled, Prediction, Split};
use crate::decide::Policy;
use crate::label::Label;
use crate::learn::{Example, LearnError};

/// Something that judges messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The program: extraction, rules, classifier, guard.
    Anteroom,
    /// The same without the rules of the guide.
    Classifier,
    /// The same classifier on subject and visible text, with the facts that need no extraction.
    WholeText,
    /// The same classifier on the words of subject and visible text alone.
    WholeWords,
    /// linfa-bayes on raw word counts, as a user would first try it.
    PlainLinfa,
    /// The rules of the guide, and unsure where none applies.
    Rules,
    /// Always the most frequent class.
    Majority,
}

impl Method {
    /// The method as tables and JSON call it.
    pub fn name(self) -> &'static str {
        match self {
            Method::Anteroom => "anteroom",
            Method::Classifier => "classifier without rules",
            Method::WholeText => "whole text and facts",
            Method::WholeWords => "whole text, words only",
            Method::PlainLinfa => "plain linfa-bayes",
            Method::Rules => "rules alone",
            Method::Majority => "majority",
        }
    }
}

/// The messages, the labels and the policy that all methods share.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    /// Messages.
    pub cases: &'a [Case],
    /// Names of the classes, in their order.
    pub names: &'a [String],
    /// When is sure sure enough.
    pub policy: &'a Policy,
}

impl Task<'_> {
    /// Judges the test messages of every split by what the training messages of that split
    /// teach; in the order of the splits.
    ///
    /// # Errors
    /// If the training messages of a split are of fewer than two classes.
    pub fn predict(&self, method: Method, splits: &[Split]) -> Result<Vec<Prediction>, LearnError> {
        let by_split: Result<Vec<Vec<Prediction>>, LearnError> = splits
            .par_iter()
            .map(|split| match method {
                Method::Anteroom => Ok(self.with_rules(self.classify(Form::Extracted, split)?)),
                Method::Classifier => self.classify(Form::Extracted, split),
                Method::WholeText => self.classify(Form::WholeText, split),
                Method::WholeWords => self.classify(Form::WholeWords, split),
                Method::PlainLinfa => self.plain(split),
                Method::Rules => Ok(self.rules(split)),
                Method::Majority => Ok(self.majority(split)),
            })
            .collect();
        Ok(by_split?.concat())
    }

    /// Predictions of the classifier with those a rule settles put in their place.
    pub fn with_rules(&self, predictions: Vec<Prediction>) -> Vec<Prediction> {
        predictions
            .into_iter()
            .map(|prediction| {
                let case = &self.cases[prediction.case];
                match case.rule {
                    Some(rule) => settled(&prediction, rule, self.names),
                    None if case.is_forged => only_spam(prediction, self.names),
                    None => prediction,
                }
            })
            .collect()
    }

    /// Whether a rule of the guide can give one of the labels.
    pub fn has_rules(&self) -> bool {
        let given = |case: &Case| case.rule.and_then(|rule| position(self.names, rule));
        self.cases.iter().any(|case| given(case).is_some())
    }

    /// What misled the classifier in every message of the splits that it judged wrongly.
    ///
    /// # Errors
    /// If the training messages of a split are of fewer than two classes.
    pub fn misled(&self, splits: &[Split]) -> Result<Vec<Misled>, LearnError> {
        let by_split: Result<Vec<Vec<Misled>>, LearnError> = splits
            .par_iter()
            .map(|split| {
                let judge = self.judge(Form::Extracted, split)?;
                let misled = |index: &usize| {
                    let example = &self.cases[*index].example;
                    let prediction = judge.predict(*index, example, self.policy);
                    (!prediction.is_right()).then(|| judge.misled(example, prediction.best()))
                };
                Ok(split.test.iter().filter_map(misled).flatten().collect())
            })
            .collect();
        Ok(by_split?.concat())
    }

    fn judge(&self, form: Form, split: &Split) -> Result<Judge, LearnError> {
        let train: Vec<Example> = split
            .train
            .iter()
            .map(|index| self.cases[*index].example_as(form))
            .collect();
        Judge::fit(&train, self.names)
    }

    fn classify(&self, form: Form, split: &Split) -> Result<Vec<Prediction>, LearnError> {
        let judge = self.judge(form, split)?;
        let predict = |index: &usize| {
            judge.predict(*index, &self.cases[*index].example_as(form), self.policy)
        };
        Ok(split.test.iter().map(predict).collect())
    }

    fn plain(&self, split: &Split) -> Result<Vec<Prediction>, LearnError> {
        let messages = split.train.iter().map(|index| {
            let case = &self.cases[*index];
            (case.words.as_slice(), case.example.class)
        });
        let plain = Plain::fit(messages, self.names.len())?;
        let predict =
            |index: &usize| self.sure(*index, plain.probabilities(&self.cases[*index].words));
        Ok(split.test.iter().map(predict).collect())
    }

    fn majority(&self, split: &Split) -> Vec<Prediction> {
        let shares = self.shares(split);
        let predict = |index: &usize| self.sure(*index, shares.clone());
        split.test.iter().map(predict).collect()
    }

    fn rules(&self, split: &Split) -> Vec<Prediction> {
        let shares = self.shares(split);
        let unsure = |index: &usize| Prediction {
            filed: None,
            ..self.sure(*index, shares.clone())
        };
        self.with_rules(split.test.iter().map(unsure).collect())
    }

    /// A prediction of a method that is always sure.
    fn sure(&self, case: usize, probabilities: Vec<f64>) -> Prediction {
        let mut prediction = Prediction {
            case,
            truth: self.cases[case].example.class,
            probabilities,
            filed: None,
        };
        prediction.filed = Some(prediction.best());
        prediction
    }

    /// The share of each class among the training messages.
    fn shares(&self, split: &Split) -> Vec<f64> {
        let mut shares = vec![0.0; self.names.len()];
        for index in &split.train {
            shares[self.cases[*index].example.class] += 1.0 / split.train.len() as f64;
        }
        shares
    }

    /// Where the label `genuine` stands, if it does.
    pub fn genuine(&self) -> Option<usize> {
        position(self.names, Label::Genuine)
    }
}
