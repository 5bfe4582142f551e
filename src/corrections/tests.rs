//! Learning from moves, against a simulated server and a user who moves mail behind its back.

mod chaos;
mod desk;

use std::time::Duration;

use desk::{Desk, GRACE, archive, inbox, pitch, spam};

use super::{Learned, import};
use crate::features::Evidence;
use crate::label::Label;
use crate::learn::Origin;
use crate::mailstore::MailboxName;
use crate::mailstore::simulated::Death;
use crate::owner::Owner;
use crate::school::Outcome;

#[test]
fn what_lies_there_at_the_first_look_teaches_nothing() {
    let mut desk = Desk::new();
    for n in 0..5 {
        desk.deliver(&pitch(), n);
        desk.deliver(&inbox(), 10 + n);
    }
    desk.passes(3);
    assert!(desk.lessons().is_empty());
    let uid = desk.uid_of(&pitch(), 2);
    desk.server.user_moves(&pitch(), uid, &inbox());
    desk.passes(2);
    assert_eq!(desk.lessons(), [(2, Label::Genuine)]);
    assert!(desk.is_pinned(2) && !desk.is_pinned(1));
}

#[test]
fn what_lies_in_a_folder_that_was_not_there_is_a_lesson_at_the_first_look() {
    let mut desk = Desk::new();
    desk.open().note_absent(&desk.account, &spam()).unwrap();
    desk.deliver(&spam(), 7);
    desk.deliver(&pitch(), 8);
    desk.passes(2);
    assert_eq!(desk.lessons(), [(7, Label::Spam)]);
    assert_eq!(desk.passes(2).count(Outcome::Learned), 0);
}

#[test]
fn a_move_into_a_verdict_folder_is_a_lesson_once_it_has_stood() {
    let mut desk = Desk::new();
    desk.passes(1);
    let uid = desk.deliver(&inbox(), 1);
    desk.passes(1);
    desk.server.user_moves(&inbox(), uid, &pitch());
    desk.pass(Duration::ZERO);
    assert!(desk.lessons().is_empty(), "the grace period has just begun");
    desk.pass(GRACE / 2);
    assert!(desk.lessons().is_empty());
    desk.pass(GRACE / 2);
    assert_eq!(desk.lessons(), [(1, Label::Pitch)]);
    let lessons = desk.open().lessons().unwrap();
    assert_eq!(lessons[0].origin, Origin::Moved);
    assert_eq!(desk.passes(3).count(Outcome::Learned), 0);
}

#[test]
fn mail_nobody_knows_that_is_dropped_into_a_folder_is_a_lesson_too() {
    let mut desk = Desk::new();
    desk.passes(1);
    desk.deliver(&spam(), 7);
    desk.passes(2);
    assert_eq!(desk.lessons(), [(7, Label::Spam)]);
}

#[test]
fn the_last_correction_wins_any_number_of_times() {
    let mut desk = Desk::new();
    desk.passes(1);
    let mut at = (pitch(), desk.deliver(&pitch(), 1));
    desk.passes(2);
    for round in 0..6 {
        let to = [inbox(), spam(), pitch()][round % 3].clone();
        at.1 = desk.server.user_moves(&at.0, at.1, &to);
        at.0 = to;
        desk.passes(2);
        let label = [Label::Genuine, Label::Spam, Label::Pitch][round % 3];
        assert_eq!(desk.lessons(), [(1, label)]);
        let state = desk.open();
        let standings = crate::learn::standings(&state.lessons().unwrap(), Evidence::Contact);
        assert_eq!(standings, [crate::learn::Standing::Counts]);
    }
}

#[test]
fn archive_trash_and_deletion_teach_nothing() {
    let mut desk = Desk::new();
    desk.passes(1);
    let uids: Vec<_> = (0..4).map(|n| desk.deliver(&inbox(), n)).collect();
    desk.passes(1);
    desk.server.user_moves(&inbox(), uids[0], &archive());
    desk.server.user_deletes(&inbox(), uids[1]);
    let in_pitch = desk.server.user_moves(&inbox(), uids[2], &pitch());
    let also = desk.server.user_moves(&inbox(), uids[3], &pitch());
    desk.pass(Duration::ZERO);
    // Both leave again within the grace period.
    desk.server.user_deletes(&pitch(), in_pitch);
    desk.server.user_moves(&pitch(), also, &archive());
    desk.passes(4);
    assert!(desk.lessons().is_empty(), "{:?}", desk.lessons());
    // Out of the archive into the inbox: known, and no lesson, since it was never filed.
    let uid = desk.uid_of(&archive(), 0);
    desk.server.user_moves(&archive(), uid, &inbox());
    desk.passes(3);
    assert!(desk.lessons().is_empty() && !desk.is_pinned(0));
    // By way of the archive, out of a verdict folder: put back all the same.
    let uid = desk.uid_of(&archive(), 3);
    desk.server.user_moves(&archive(), uid, &inbox());
    desk.passes(2);
    assert_eq!(desk.lessons(), [(3, Label::Genuine)]);
}

#[test]
fn what_is_marked_as_deleted_in_the_grace_period_teaches_nothing() {
    let mut desk = Desk::new();
    desk.passes(1);
    let uid = desk.deliver(&pitch(), 1);
    desk.pass(Duration::ZERO);
    desk.mark_deleted(&pitch(), uid);
    let learned = desk.pass(GRACE);
    assert!(learned.tally.is_empty() && desk.lessons().is_empty());
}

#[test]
fn mail_the_program_files_is_no_lesson_and_put_back_it_is_never_filed_again() {
    let mut desk = Desk::new();
    desk.passes(1);
    desk.deliver_to_be_filed(1);
    desk.passes(3);
    let filed = desk.uid_of(&pitch(), 1);
    assert!(desk.lessons().is_empty(), "its own filing is no lesson");
    desk.server.user_moves(&pitch(), filed, &inbox());
    for _ in 0..10 {
        desk.forget_watermark();
        desk.passes(1);
        assert_eq!(desk.places_of(1), [inbox()]);
    }
    assert_eq!(desk.lessons(), [(1, Label::Genuine)]);
    let moves = desk.server.effects();
    assert_eq!(moves.len(), 1, "{moves:?}");
}

#[test]
fn new_uids_are_recognised_and_teach_nothing() {
    let mut desk = Desk::new();
    desk.passes(1);
    desk.deliver_to_be_filed(1);
    desk.deliver(&inbox(), 2);
    desk.passes(1);
    let late = desk.deliver(&inbox(), 3);
    desk.server.user_moves(&inbox(), late, &spam());
    desk.pass(Duration::ZERO);
    for folder in [inbox(), pitch(), spam()] {
        desk.server.renumber(&folder);
    }
    desk.forget_watermark();
    desk.passes(3);
    assert_eq!(desk.lessons(), [(3, Label::Spam)], "it waited through it");
    assert_eq!(desk.places_of(2), [inbox()]);
    let filed = desk.uid_of(&pitch(), 1);
    desk.server.user_moves(&pitch(), filed, &inbox());
    desk.passes(2);
    assert!(desk.lessons().contains(&(1, Label::Genuine)));
}

#[test]
fn a_move_of_this_program_that_is_still_open_is_looked_at_later() {
    let mut desk = Desk::new();
    desk.passes(1);
    desk.deliver(&pitch(), 1);
    desk.in_flight.insert(desk::fingerprint(1));
    desk.passes(3);
    assert!(desk.lessons().is_empty());
    desk.in_flight.clear();
    desk.passes(2);
    assert_eq!(desk.lessons(), [(1, Label::Pitch)]);
}

#[test]
fn a_folder_that_does_not_open_delays_only_what_is_in_it() {
    let mut desk = Desk::new();
    desk.passes(1);
    desk.deliver(&pitch(), 1);
    desk.deliver(&spam(), 2);
    desk.pass(Duration::ZERO);
    desk.server.rename(&pitch(), &archive_of("pitch"));
    desk.passes(3);
    assert_eq!(desk.lessons(), [(2, Label::Spam)]);
    desk.server.rename(&archive_of("pitch"), &pitch());
    desk.passes(3);
    assert_eq!(desk.lessons(), [(1, Label::Pitch), (2, Label::Spam)]);
}

#[test]
fn a_refused_move_leaves_no_trace() {
    let mut desk = Desk::new();
    desk.passes(1);
    let code = crate::mailstore::RefusalCode::OverQuota;
    desk.server.refuse(&pitch(), code);
    desk.deliver_to_be_filed(1);
    desk.passes(4);
    assert_eq!((desk.places_of(1), desk.lessons()), (vec![inbox()], vec![]));
    assert_eq!(desk.server.effects().len(), 1);
}

#[test]
fn where_nothing_happens_only_the_inbox_is_opened() {
    let mut desk = Desk::new();
    for n in 0..20 {
        desk.deliver(&pitch(), n);
        desk.deliver(&inbox(), 20 + n);
    }
    desk.passes(2);
    let before = desk.server.calls();
    desk.passes(1);
    // The inbox is opened and searched, three folders tell their status; then the loop of this
    // test opens the inbox again, searches it and fetches nothing.
    assert_eq!(desk.server.calls() - before, 2 + 3 + 3);
}

fn archive_of(name: &str) -> MailboxName {
    MailboxName::new(&format!("Archive/{name}")).unwrap()
}

#[test]
fn a_clock_that_is_set_back_delays_a_lesson_by_one_grace_period_at_most() {
    let mut desk = Desk::new();
    desk.passes(1);
    desk.deliver(&pitch(), 1);
    desk.pass(Duration::ZERO);
    desk.now -= 10 * 365 * 24 * 3600;
    desk.pass(Duration::ZERO);
    assert!(desk.lessons().is_empty());
    desk.pass(GRACE);
    assert_eq!(desk.lessons(), [(1, Label::Pitch)]);
}

#[test]
fn a_move_found_while_filing_is_the_same_move() {
    let mut desk = Desk::new();
    desk.passes(1);
    let uid = desk.deliver(&spam(), 1);
    let place = desk.place(&spam(), uid);
    let now = desk.now;
    let note = |desk: &mut Desk| {
        let account = desk.account.clone();
        let mut state = desk.open();
        state
            .note_user_move(&account, desk::fingerprint(1), &place, now)
            .unwrap();
    };
    note(&mut desk);
    let mut all = Learned::default();
    for _ in 0..3 {
        note(&mut desk);
        let learned = desk.passes(1);
        *all.tally.entry(Outcome::Learned).or_default() += learned.count(Outcome::Learned);
    }
    assert_eq!(all.count(Outcome::Learned), 1);
    assert_eq!(desk.lessons(), [(1, Label::Spam)]);
}

#[test]
fn a_connection_that_dies_at_any_call_costs_no_lesson_and_makes_none() {
    let base = crate::model::Model::shipped().unwrap();
    let (mut calls, mut deaths) = (1, 0);
    loop {
        let mut desk = Desk::with(&base);
        desk.passes(1);
        desk.deliver_to_be_filed(1);
        let second = desk.deliver(&inbox(), 2);
        desk.passes(1);
        let filed = desk.uid_of(&pitch(), 1);
        desk.server.user_moves(&pitch(), filed, &inbox());
        desk.server.user_moves(&inbox(), second, &spam());
        let death = [Death::Before, Death::Halfway, Death::After][calls as usize % 3];
        desk.server.die_at(calls, death);
        desk.passes(5);
        assert_eq!(
            desk.lessons(),
            [(1, Label::Genuine), (2, Label::Spam)],
            "died at call {calls}"
        );
        assert_eq!((desk.places_of(1), desk.learned), (vec![inbox()], 2));
        if desk.server.live() {
            break;
        }
        (calls, deaths) = (calls + 1, deaths + 1);
    }
    assert!(deaths > 20, "{deaths}");
}

#[test]
fn a_sorted_folder_is_imported_with_the_days_of_its_mail() {
    let desk = Desk::new();
    for n in 0..30 {
        desk.deliver(&pitch(), n);
    }
    let mut connection = desk.server.connect();
    let (owner, mut heard) = (Owner::default(), 0);
    let with = (Evidence::Contact, &owner, desk.now);
    let imported = import(&mut connection, &pitch(), Label::Pitch, with, |n| {
        heard += n
    })
    .unwrap();
    assert_eq!((imported.lessons.len(), heard), (30, 30));
    assert_eq!(imported.lessons[3].learned, desk::date(3));
    assert!(desk.server.effects().is_empty());
}
