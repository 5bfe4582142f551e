//! The journal by itself.

use super::*;
use crate::filing::{Cause, Step, Withdrawal};
use crate::label::Label;

impl State {
    /// Lets every write to the journal fail after so many rows, as if the disk were full.
    pub(crate) fn fail_after(&self, rows: u32) {
        self.connection
            .execute_batch(
                "CREATE TEMP TABLE rows_left (n INTEGER);
                 CREATE TEMP TRIGGER inserted BEFORE INSERT ON operation BEGIN
                     SELECT raise(ABORT, 'full') WHERE (SELECT n FROM rows_left) = 0;
                     UPDATE rows_left SET n = n - 1;
                 END;
                 CREATE TEMP TRIGGER updated BEFORE UPDATE ON operation BEGIN
                     SELECT raise(ABORT, 'full') WHERE (SELECT n FROM rows_left) = 0;
                     UPDATE rows_left SET n = n - 1;
                 END;",
            )
            .unwrap();
        self.connection
            .execute("INSERT INTO rows_left VALUES (?1)", [rows])
            .unwrap();
    }
}

fn account() -> AccountName {
    AccountName::new("work").unwrap()
}

fn intent(uid: u32, cause: Cause) -> Intent {
    Intent {
        source: Place {
            mailbox: MailboxName::inbox(),
            uid_validity: UidValidity(u32::MAX),
            uid: Uid(uid),
        },
        target: MailboxName::new("a'); DROP TABLE operation; --").unwrap(),
        target_uid_validity: UidValidity(7),
        watermark: Uid(3),
        fingerprint: Fingerprint::of(b"x", uid),
        cause,
    }
}

#[test]
fn operations_come_back_as_they_were_written() {
    let mut state = State::in_memory().unwrap();
    let causes = [
        Cause::Filed(Label::GenericInvite),
        Cause::Undone(OperationId(1)),
        Cause::TakenBack,
    ];
    let intents: Vec<Intent> = (1..)
        .zip(causes)
        .map(|(uid, cause)| intent(uid, cause))
        .collect();
    let mark = Mark {
        mailbox: MailboxName::new("x").unwrap(),
        uid_validity: UidValidity(1),
        uid_next: Uid(u32::MAX),
    };
    let planned = state
        .plan_moves(&account(), &intents, std::slice::from_ref(&mark), 50)
        .unwrap();
    assert_eq!(state.open_operations(&account()).unwrap(), planned);
    assert_eq!(state.marks(planned[0].round).unwrap(), [mark]);
    let steps = [
        Step::Copied(Uid(9)),
        Step::Done(Uid(8)),
        Step::Withdrawn(Withdrawal::NotVerified),
    ];
    let mut further: Vec<Operation> = planned
        .iter()
        .zip(steps)
        .map(|(operation, step)| Operation {
            step,
            ..operation.clone()
        })
        .collect();
    state.advance(&further, 60).unwrap();
    further[1].ended = Some(60);
    further[2].ended = Some(60);
    assert_eq!(state.operations(&account(), Which::All).unwrap(), further);
    assert_eq!(state.open_operations(&account()).unwrap(), further[..1]);
    let since = |began| state.operations(&account(), Which::Since(began)).unwrap();
    assert_eq!((since(50).len(), since(51).len()), (3, 0));
    let ids = [further[2].id, OperationId(99), further[1].id];
    let found = state.operations(&account(), Which::Ids(&ids)).unwrap();
    assert_eq!(found, further[1..]);
    let on = state.operations_on(&account(), &further[1].fingerprint);
    assert_eq!(on.unwrap(), further[1..2]);
    let other = AccountName::new("other").unwrap();
    assert!(state.operations(&other, Which::All).unwrap().is_empty());
}

#[test]
fn one_message_has_one_open_operation() {
    let mut state = State::in_memory().unwrap();
    let filed = intent(1, Cause::Filed(Label::Spam));
    let twice = [filed.clone(), filed.clone()];
    assert!(state.plan_moves(&account(), &twice, &[], 0).is_err());
    assert!(state.open_operations(&account()).unwrap().is_empty());
    let mut one = state
        .plan_moves(&account(), std::slice::from_ref(&filed), &[], 0)
        .unwrap();
    one[0].step = Step::Gone;
    state.advance(&one, 0).unwrap();
    state.plan_moves(&account(), &[filed], &[], 0).unwrap();
}

#[test]
fn what_is_old_goes_unless_it_is_open_or_the_clock_jumped() {
    let mut state = State::in_memory().unwrap();
    let many = u32::try_from(limits::JOURNAL_FLOOR).unwrap() + 10;
    let intents: Vec<Intent> = (0..many)
        .map(|uid| intent(uid, Cause::Filed(Label::Spam)))
        .collect();
    let mut planned = state.plan_moves(&account(), &intents, &[], 0).unwrap();
    let open = planned.remove(0);
    planned
        .iter_mut()
        .for_each(|operation| operation.step = Step::Gone);
    state.advance(&planned, 0).unwrap();
    let later = limits::JOURNAL_SECONDS + 1;
    let one = intent(many, Cause::TakenBack);
    state.plan_moves(&account(), &[one], &[], later).unwrap();
    let left = state.operations(&account(), Which::All).unwrap();
    let kept = usize::try_from(limits::JOURNAL_FLOOR).unwrap();
    assert_eq!((left.len(), left[0].id), (kept + 1, open.id));
}
