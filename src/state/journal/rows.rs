//! Operations as rows.

use rusqlite::types::Type;
use rusqlite::{Row, Transaction, params};

use crate::account::AccountName;
use crate::filing::{Cause, Fingerprint, Intent, Operation, OperationId, Place, Step, Withdrawal};
use crate::mailstore::{MailboxName, Uid, UidValidity};
use crate::state::residents::note_own;
use crate::state::{Deed, Noted};

/// Writes an intent down, of a round and a time.
pub(super) fn insert(
    batch: &Transaction<'_>,
    account: &AccountName,
    intent: &Intent,
    (round, began): (i64, i64),
) -> rusqlite::Result<Operation> {
    let (cause, label, undoes) = match intent.cause {
        Cause::Filed(label) => ("filed", Some(label.name()), None),
        Cause::Undone(id) => ("undone", None, Some(id.0)),
        Cause::TakenBack => ("taken-back", None, None),
    };
    batch
        .prepare_cached(
            "INSERT INTO operation (round, account, source, source_validity, source_uid, target,
                target_validity, watermark, fingerprint, cause, label, undoes, step, began)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'planned', ?13)",
        )?
        .execute(params![
            round,
            account.as_str(),
            intent.source.mailbox.as_str(),
            intent.source.uid_validity.0,
            intent.source.uid.0,
            intent.target.as_str(),
            intent.target_uid_validity.0,
            intent.watermark.0,
            intent.fingerprint.0,
            cause,
            label,
            undoes,
            began,
        ])?;
    Ok(Operation {
        id: OperationId(batch.last_insert_rowid()),
        round,
        account: account.clone(),
        source: intent.source.clone(),
        target: intent.target.clone(),
        target_uid_validity: intent.target_uid_validity,
        watermark: intent.watermark,
        fingerprint: intent.fingerprint,
        cause: intent.cause,
        step: Step::Planned,
        began,
        ended: None,
    })
}

/// Writes down how far an operation has come.
pub(super) fn update(
    batch: &Transaction<'_>,
    operation: &Operation,
    at: i64,
) -> rusqlite::Result<()> {
    let (uid, reason) = match operation.step {
        Step::Copied(uid) | Step::Done(uid) => (Some(uid.0), None),
        Step::Withdrawn(why) => (None, Some(why.name())),
        Step::Planned | Step::Gone => (None, None),
    };
    batch
        .prepare_cached(
            "UPDATE operation SET source_validity = ?2, source_uid = ?3, target_validity = ?4,
                step = ?5, target_uid = ?6, reason = ?7, ended = ?8, target = ?9 WHERE id = ?1",
        )?
        .execute(params![
            operation.id.0,
            operation.source.uid_validity.0,
            operation.source.uid.0,
            operation.target_uid_validity.0,
            operation.step.name(),
            uid,
            reason,
            operation.step.is_closed().then_some(at),
            operation.target.as_str(),
        ])?;
    match (operation.step, operation.cause) {
        (_, Cause::TakenBack) => Ok(()),
        (Step::Copied(uid) | Step::Done(uid), _) => {
            note_own(batch, &operation.account, &[brought(operation, uid)])
        }
        _ => Ok(()),
    }
}

/// That this program brought the message there: in the same transaction, lest a move of its own be
/// taken for the owner's after a crash between the two.
fn brought(operation: &Operation, uid: Uid) -> Noted {
    Noted {
        place: Place {
            mailbox: operation.target.clone(),
            uid_validity: operation.target_uid_validity,
            uid,
        },
        fingerprint: operation.fingerprint,
        deed: Deed::Moved,
    }
}

/// Reads an operation, its columns in the order of the table.
pub(super) fn operation_of(row: &Row<'_>) -> rusqlite::Result<Operation> {
    let account: String = row.get(2)?;
    Ok(Operation {
        id: OperationId(row.get(0)?),
        round: row.get(1)?,
        account: AccountName::new(&account).ok_or_else(|| nonsense(2, "an account"))?,
        source: Place {
            mailbox: mailbox(row, 3)?,
            uid_validity: UidValidity(row.get(4)?),
            uid: Uid(row.get(5)?),
        },
        target: mailbox(row, 6)?,
        target_uid_validity: UidValidity(row.get(7)?),
        watermark: Uid(row.get(8)?),
        fingerprint: Fingerprint(row.get(9)?),
        cause: cause_of(row)?,
        step: step_of(row)?,
        began: row.get(16)?,
        ended: row.get(17)?,
    })
}

fn cause_of(row: &Row<'_>) -> rusqlite::Result<Cause> {
    let label: Option<String> = row.get(11)?;
    let undoes: Option<i64> = row.get(12)?;
    let cause: String = row.get(10)?;
    match (cause.as_str(), label, undoes) {
        ("filed", Some(label), _) => label
            .parse()
            .map(Cause::Filed)
            .map_err(|_| nonsense(11, "a label")),
        ("undone", _, Some(id)) => Ok(Cause::Undone(OperationId(id))),
        ("taken-back", _, _) => Ok(Cause::TakenBack),
        _ => Err(nonsense(10, "a cause")),
    }
}

fn step_of(row: &Row<'_>) -> rusqlite::Result<Step> {
    let uid = row.get::<_, Option<u32>>(14)?.map(Uid);
    let reason: Option<String> = row.get(15)?;
    let named = |name: &str| Withdrawal::ALL.into_iter().find(|why| why.name() == name);
    let step: String = row.get(13)?;
    match (step.as_str(), uid, reason.as_deref().and_then(named)) {
        ("planned", _, _) => Ok(Step::Planned),
        ("copied", Some(uid), _) => Ok(Step::Copied(uid)),
        ("done", Some(uid), _) => Ok(Step::Done(uid)),
        ("gone", _, _) => Ok(Step::Gone),
        ("withdrawn", _, Some(why)) => Ok(Step::Withdrawn(why)),
        _ => Err(nonsense(13, "a step")),
    }
}

/// A folder's name in a column.
pub(in crate::state) fn mailbox(row: &Row<'_>, column: usize) -> rusqlite::Result<MailboxName> {
    let name: String = row.get(column)?;
    MailboxName::new(&name).map_err(|_| nonsense(column, "a folder"))
}

fn nonsense(column: usize, expected: &str) -> rusqlite::Error {
    let what = format!("a damaged operation; expected {expected}");
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, what.into())
}
