//! `anteroom classify`

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::{CommandError, Judge, Notes, count_of, inputs, table};
use crate::cli::Classify;
use crate::decide::{Verdict, Why};
use crate::explain::{Pull, Reason, reasons, sentence};
use crate::message::Defect;
use crate::model::Model;
use crate::neutral::neutral;
use crate::source::{Content, RawMessage, Rest};
use crate::triage::Triage;
use crate::verdict::VerdictRecord;

/// Rows after which a table is printed and a new one begun, so that a large mailbox shows
/// results at once and does not fill the memory.
const TABLE_ROWS: usize = 200;

pub(super) fn run(args: &Classify, judge: &Judge, notes: Notes) -> Result<(), CommandError> {
    let detail = if args.explain {
        Detail::Reasons
    } else {
        Detail::OneLine
    };
    if args.json {
        let mut out = BufWriter::new(io::stdout().lock());
        let unread = inputs::judge_each(
            &args.paths,
            Rest::Skip,
            (judge, notes),
            |raw, triage| json_line(raw, &triage, judge, detail),
            |_, line| Ok(out.write_all(&line?)?),
        )?;
        out.flush()?;
        return unread.complete();
    }
    let mut page = Page::new(detail);
    let unread = inputs::judge_each(
        &args.paths,
        Rest::Skip,
        (judge, notes),
        |_, triage| Row::new(&triage, &judge.model),
        |raw, row| page.add(&raw, row),
    )?;
    page.finish(unread.odd_rows)?;
    unread.complete()
}

/// A message's record as a line of JSON.
fn json_line(
    raw: &RawMessage,
    triage: &Triage,
    judge: &Judge,
    detail: Detail,
) -> Result<Vec<u8>, CommandError> {
    let mut record = VerdictRecord::new(raw, triage, &judge.model);
    if detail == Detail::Reasons {
        record = record.explained(triage, &judge.model, &judge.policy);
    }
    line_of(&record)
}

/// A record as a line of JSON.
pub(super) fn line_of(record: &VerdictRecord<'_>) -> Result<Vec<u8>, CommandError> {
    let mut line =
        serde_json::to_vec(record).map_err(|error| CommandError::Internal(error.to_string()))?;
    line.push(b'\n');
    Ok(line)
}

/// What one message shows in the table.
struct Row {
    from: String,
    subject: String,
    verdict: Verdict,
    probability: Option<f64>,
    because: String,
    reasons: Vec<Reason>,
    has_unknown_layout: bool,
}

impl Row {
    fn new(triage: &Triage, model: &Model) -> Row {
        let verdict = triage.decision.verdict;
        let contact = &triage.contact;
        let sender = contact
            .sender
            .name
            .as_ref()
            .or(contact.sender.email.as_ref());
        let reasons = match verdict {
            Verdict::OutOfScope => Vec::new(),
            _ => reasons(triage, model, 3),
        };
        let strongest: Vec<&str> = reasons
            .iter()
            .filter(|reason| reason.pull == Pull::For)
            .take(3)
            .map(|reason| reason.what.as_str())
            .collect();
        let because = match verdict {
            Verdict::Label(_) if triage.decision.why == Why::Confident => strongest.join(", "),
            _ => sentence(&triage.decision),
        };
        let likeliest = crate::decide::likeliest(&triage.probabilities);
        Row {
            from: sender.cloned().unwrap_or_default(),
            subject: triage.message.subject.clone(),
            verdict,
            probability: (!matches!(verdict, Verdict::OutOfScope | Verdict::Known))
                .then(|| triage.probabilities[likeliest.index()]),
            because,
            reasons,
            has_unknown_layout: contact.defects.contains(&Defect::UnknownLayout),
        }
    }
}

/// How much is said of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    OneLine,
    Reasons,
}

/// The table as it grows, and the counts under it.
struct Page {
    detail: Detail,
    table: comfy_table::Table,
    rows: usize,
    counts: BTreeMap<Verdict, usize>,
    unknown_layouts: usize,
}

impl Page {
    fn new(detail: Detail) -> Page {
        Page {
            detail,
            table: table::new(&["#", "from", "subject", "verdict", "sure", "because"]),
            rows: 0,
            counts: BTreeMap::new(),
            unknown_layouts: 0,
        }
    }

    fn add(&mut self, raw: &RawMessage, row: Row) -> Result<(), CommandError> {
        *self.counts.entry(row.verdict).or_default() += 1;
        self.unknown_layouts += usize::from(row.has_unknown_layout);
        let sure = row.probability.map_or(String::new(), |p| format!("{p:.2}"));
        let mut because = row.because;
        if self.detail == Detail::Reasons {
            for reason in &row.reasons {
                let sign = if reason.pull == Pull::For { '+' } else { '-' };
                because.push_str(&format!("\n{sign}{:.2} {}", reason.weight, reason.what));
            }
        } else {
            because = table::cut(&because, 70);
        }
        self.table.add_row(vec![
            place(raw),
            comfy_table::Cell::new(table::cut(&row.from, 24)),
            comfy_table::Cell::new(table::cut(&row.subject, 36)),
            table::verdict(row.verdict),
            table::number(sure),
            comfy_table::Cell::new(because),
        ]);
        self.rows += 1;
        if self.rows == TABLE_ROWS {
            self.print()?;
        }
        Ok(())
    }

    fn print(&mut self) -> Result<(), CommandError> {
        if self.rows > 0 {
            print(&self.table)?;
            let next = Page {
                counts: std::mem::take(&mut self.counts),
                unknown_layouts: self.unknown_layouts,
                ..Page::new(self.detail)
            };
            *self = next;
        }
        Ok(())
    }

    fn finish(mut self, odd_rows: usize) -> Result<(), CommandError> {
        self.print()?;
        let total: usize = self.counts.values().sum();
        let parts: Vec<String> = Verdict::ALL
            .iter()
            .filter_map(|verdict| {
                let count = self.counts.get(verdict)?;
                Some(format!("{count} {}", verdict.name()))
            })
            .collect();
        let mut out = anstream::stdout().lock();
        // A platform that changed its mails should be noticed before its notes are missed.
        let unknown = match self.unknown_layouts {
            0 => String::new(),
            n => format!(" {n} in a platform's layout that is not known."),
        };
        writeln!(
            out,
            "\n{}{}{}.{unknown}{} Nothing was changed.",
            count_of(total, "message"),
            if parts.is_empty() { "" } else { ": " },
            parts.join(", "),
            inputs::passed_over(odd_rows)
        )?;
        Ok(())
    }
}

/// Which message it is: its number in a mailbox, or the file that holds nothing else.
fn place(raw: &RawMessage) -> comfy_table::Cell {
    let is_whole_file = raw.separator.is_none() && matches!(raw.content, Content::Mail(_));
    let name = Path::new(&*raw.source)
        .file_name()
        .filter(|name| is_whole_file && *name != "-");
    match name {
        Some(name) => comfy_table::Cell::new(table::cut(&neutral(&name.to_string_lossy()), 24)),
        None => table::number(raw.index),
    }
}

/// Prints a table without the blanks at its line ends.
pub(super) fn print(table: &comfy_table::Table) -> Result<(), CommandError> {
    let mut out = anstream::stdout().lock();
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
