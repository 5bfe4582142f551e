//! `anteroom.evaluation/1`: everything one evaluation found out.
//!
//! Fields are added, never renamed or removed, while the number stays.

use std::collections::HashMap;

use serde::Serialize;

use super::{
    Channel, Evaluation, Method, Misled, Prediction, ReliabilityBin, RiskPoint, Split, Task,
    Vocabulary, by_time, draws, fixed, grouped_folds, reliability, risk_coverage, summarise,
};
use crate::learn::LearnError;

/// Name and version of the schema.
pub const SCHEMA: &str = "anteroom.evaluation/1";

/// Examples a class along the learning curve.
const CURVE: [usize; 4] = [20, 50, 100, 300];

/// Misleading events that are reported.
const MISLEADING: usize = 20;

/// Everything one evaluation found out.
#[derive(Debug, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Names of the classes; rows and columns of every confusion matrix.
    pub labels: Vec<String>,
    /// Labelled messages.
    pub messages: usize,
    /// Those that the program would leave alone as no inbound contact; judged here all the same.
    pub out_of_scope: usize,
    /// Share of genuine mail that may be filed away.
    pub error_budget: f64,
    /// One entry a way of splitting, and again for platform mail alone if extraction is ablated.
    pub splits: Vec<SplitReport>,
    /// Figures of the program by number of examples; empty for a fixed split.
    pub learning_curve: Vec<CurvePoint>,
    /// Confidence against accuracy of the program on the first split.
    pub reliability: Vec<ReliabilityBin>,
    /// Share wrong among the surest, of the program on the first split.
    pub risk_coverage: Vec<RiskPoint>,
    /// What pulled most towards wrong labels on the first split.
    pub misleading: Vec<Misleading>,
}

/// All methods on one split.
#[derive(Debug, Serialize)]
pub struct SplitReport {
    /// How the messages were split.
    pub split: SplitKind,
    /// True if only notifications of platforms are counted; learned from are all.
    pub platform_mail_only: bool,
    /// Messages learned from, on average over the folds.
    pub train: usize,
    /// Messages judged.
    pub test: usize,
    /// Messages in neither, for want of a date.
    pub left_out: usize,
    /// Why this split could not be judged; null if it was.
    pub skipped: Option<String>,
    /// One entry a method, the program first.
    pub methods: Vec<MethodReport>,
}

/// How messages are split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SplitKind {
    /// Five folds; messages of one sender or of nearly the same text lie in one.
    GroupedFolds,
    /// The first 70 % by date teach.
    Time,
    /// As the user split them.
    Fixed,
}

/// One method on one split.
#[derive(Debug, Serialize)]
pub struct MethodReport {
    /// The method.
    pub method: &'static str,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Evaluation,
}

/// The program after learning from so many messages of every class.
#[derive(Debug, Serialize)]
pub struct CurvePoint {
    /// Wanted of every class.
    pub per_class: usize,
    /// Fewest messages learned from by any seed; less than wanted if a class has no more.
    pub train: usize,
    /// Draws averaged over.
    pub seeds: usize,
    /// Share whose likeliest label is right.
    pub accuracy: Spread,
    /// Mean of the labels' F1.
    pub macro_f1: Spread,
    /// Mean negative log-probability of the right label, in nats.
    pub log_loss: Spread,
}

/// A figure over the seeds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Lowest.
    pub lowest: f64,
    /// Highest.
    pub highest: f64,
}

/// An event that misled.
#[derive(Debug, Serialize)]
pub struct Misleading {
    /// Name of the event, as the classifier counts it.
    pub event: String,
    /// The same in words.
    pub what: String,
    /// The label most often missed.
    pub truth: String,
    /// The label it pulled to.
    pub towards: String,
    /// Wrongly judged messages it is in.
    pub messages: usize,
    /// Sum of its pulls there: calibrated log-odds.
    pub pull: f64,
}

/// How a collection is to be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Grouped folds, by time, and the learning curve.
    Collection,
    /// The first so many messages teach, the others are judged.
    Fixed {
        /// Messages that teach.
        train: usize,
    },
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The program and what a user might try instead.
    Baselines,
    /// The program and its classifier without extraction.
    Extraction,
}

impl Report {
    /// Judges a collection; also gives the program's predictions on the first split.
    ///
    /// # Errors
    /// If the first split leaves fewer than two classes to learn from.
    pub fn make(
        task: &Task<'_>,
        plan: Plan,
        comparison: Comparison,
        vocabulary: &Vocabulary,
    ) -> Result<(Report, Vec<Prediction>), LearnError> {
        let n = task.cases.len();
        let first = match plan {
            Plan::Collection => (SplitKind::GroupedFolds, grouped_folds(task.cases)),
            Plan::Fixed { train } => (SplitKind::Fixed, vec![fixed(train, n)]),
        };
        let judged = judge(task, comparison, &first.1)?;
        let mut splits = split_reports(task, comparison, first.0, &first.1, &judged);
        let mut learning_curve = Vec::new();
        if plan == Plan::Collection {
            splits.extend(time_reports(task, comparison));
            learning_curve = curve(task)?;
        }
        let misled = task.misled(&first.1)?;
        let program = judged.into_iter().next().map_or(Vec::new(), |(_, own)| own);
        let report = Report {
            schema: SCHEMA,
            labels: task.names.to_vec(),
            messages: n,
            out_of_scope: task.cases.iter().filter(|case| !case.in_scope).count(),
            error_budget: task.policy.error_budget,
            splits,
            learning_curve,
            reliability: reliability(&program),
            risk_coverage: risk_coverage(&program),
            misleading: misleading(&misled, task.names, vocabulary),
        };
        Ok((report, program))
    }
}

type Judged = Vec<(Method, Vec<Prediction>)>;

/// Judges one split by every method, the program first.
fn judge(task: &Task<'_>, comparison: Comparison, splits: &[Split]) -> Result<Judged, LearnError> {
    let classifier = task.predict(Method::Classifier, splits)?;
    let mut judged = vec![(Method::Anteroom, task.with_rules(classifier.clone()))];
    let mut others = match comparison {
        Comparison::Baselines => vec![Method::PlainLinfa, Method::Majority],
        Comparison::Extraction => vec![Method::WholeText, Method::WholeWords],
    };
    if task.has_rules() {
        judged.push((Method::Classifier, classifier));
        if comparison == Comparison::Baselines {
            others.insert(1, Method::Rules);
        }
    }
    for method in others {
        judged.push((method, task.predict(method, splits)?));
    }
    Ok(judged)
}

fn split_reports(
    task: &Task<'_>,
    comparison: Comparison,
    kind: SplitKind,
    splits: &[Split],
    judged: &Judged,
) -> Vec<SplitReport> {
    let report = |platform_mail_only: bool| {
        let counted = |one: &&Prediction| {
            !platform_mail_only || task.cases[one.case].channel == Channel::Platform
        };
        let methods: Vec<MethodReport> = judged
            .iter()
            .map(|(method, predictions)| {
                let counted: Vec<_> = predictions.iter().filter(counted).cloned().collect();
                MethodReport {
                    method: method.name(),
                    figures: summarise(&counted, task.names),
                }
            })
            .collect();
        SplitReport {
            split: kind,
            platform_mail_only,
            train: splits.iter().map(|split| split.train.len()).sum::<usize>()
                / splits.len().max(1),
            test: methods.first().map_or(0, |own| own.figures.messages),
            left_out: 0,
            skipped: None,
            methods,
        }
    };
    match comparison {
        Comparison::Baselines => vec![report(false)],
        Comparison::Extraction => vec![report(false), report(true)],
    }
}

fn time_reports(task: &Task<'_>, comparison: Comparison) -> Vec<SplitReport> {
    let (split, left_out) = by_time(task.cases);
    let splits = [split];
    let mut reports = match judge(task, comparison, &splits) {
        Ok(judged) => split_reports(task, comparison, SplitKind::Time, &splits, &judged),
        Err(error) => vec![SplitReport {
            split: SplitKind::Time,
            platform_mail_only: false,
            train: splits[0].train.len(),
            test: splits[0].test.len(),
            left_out: 0,
            skipped: Some(format!("the past is too small: {error}")),
            methods: Vec::new(),
        }],
    };
    for report in &mut reports {
        report.left_out = left_out;
    }
    reports
}

/// The learning curve, up to the first point at which every message is learned from.
fn curve(task: &Task<'_>) -> Result<Vec<CurvePoint>, LearnError> {
    let mut points: Vec<CurvePoint> = Vec::new();
    for per_class in CURVE {
        let splits = draws(task.cases, task.names.len(), per_class);
        let train = splits.iter().map(|split| split.train.len()).min();
        if points.last().map(|point| point.train) == train {
            break;
        }
        let mut figures = Vec::new();
        for split in &splits {
            let predictions = task.predict(Method::Anteroom, std::slice::from_ref(split))?;
            figures.push(summarise(&predictions, task.names));
        }
        points.push(CurvePoint {
            per_class,
            train: train.unwrap_or_default(),
            seeds: splits.len(),
            accuracy: Spread::of(figures.iter().map(|one| one.accuracy)),
            macro_f1: Spread::of(figures.iter().map(|one| one.macro_f1)),
            log_loss: Spread::of(figures.iter().map(|one| one.log_loss)),
        });
    }
    Ok(points)
}

impl Spread {
    fn of(values: impl Iterator<Item = f64> + Clone) -> Spread {
        let n = values.clone().count().max(1) as f64;
        Spread {
            mean: values.clone().sum::<f64>() / n,
            lowest: values.clone().fold(f64::INFINITY, f64::min),
            highest: values.fold(f64::NEG_INFINITY, f64::max),
        }
    }
}

/// The events that pulled most towards wrong labels, strongest first.
fn misleading(misled: &[Misled], names: &[String], vocabulary: &Vocabulary) -> Vec<Misleading> {
    let mut sums: HashMap<(u64, usize, usize), (usize, f64)> = HashMap::new();
    for one in misled {
        let sum = sums.entry((one.key, one.truth, one.towards)).or_default();
        sum.0 += 1;
        sum.1 += one.pull;
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by(|a, b| b.1.1.total_cmp(&a.1.1).then(a.0.cmp(&b.0)));
    sums.into_iter()
        .filter_map(|((key, truth, towards), (messages, pull))| {
            let event = vocabulary.name(key)?;
            Some(Misleading {
                event: event.to_owned(),
                what: crate::explain::phrase(event),
                truth: names[truth].clone(),
                towards: names[towards].clone(),
                messages,
                pull,
            })
        })
        .take(MISLEADING)
        .collect()
}
