//! How good is it, on messages it did not learn from?
//!
//! Methods (the program, its parts, and what a user might try instead) judge the same messages in
//! the same [`Split`]s; [`summarise`] turns their predictions into figures. Pure: the messages
//! come as [`Case`]s, the figures go out as a [`Report`].

mod bounds;
mod case;
mod charts;
mod curves;
mod figures;
mod judge;
mod methods;
mod page;
mod plain;
mod prediction;
mod ranking;
mod report;
mod split;

pub use bounds::upper_bound;
pub use case::{Case, Channel, Form, Forms, Vocabulary};
pub use charts::ChartError;
pub use curves::{ReliabilityBin, RiskPoint, reliability, risk_coverage};
pub use figures::{Bounded, Evaluation, LabelFigures, summarise};
pub use judge::{Judge, Misled};
pub use methods::{Method, Task};
pub use page::page;
pub use prediction::Prediction;
pub use ranking::{Ranking, ranking};
pub use report::{
    Comparison, CurvePoint, MethodReport, Misleading, Plan, Report, SCHEMA, SplitKind, SplitReport,
    Spread,
};
pub use split::{FOLDS, Split, by_time, draws, fixed, grouped_folds};
