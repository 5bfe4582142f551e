//! What a server will not do.

use super::*;
use crate::filing::{CannotFile, Cause, Step};
use crate::mailstore::RefusalCode;
use crate::mailstore::simulated::Quirk;
use crate::state::Which;

fn one_pitch(abilities: &[Ability]) -> Server {
    let server = Server::new(abilities);
    server.deliver(&MailboxName::inbox(), &letter(Label::Pitch, 1));
    server
}

fn pitches() -> MailboxName {
    folder(Label::Pitch)
}

#[test]
fn without_uidplus_or_on_gmail_nothing_is_touched_and_the_reason_is_told_once() {
    let gmail: &[Ability] = &[Ability::Move, Ability::UidPlus, Ability::GmailLabels];
    for (abilities, why) in [
        (&[][..], CannotFile::NoUidPlus),
        (&[Ability::Move][..], CannotFile::NoUidPlus),
        (gmail, CannotFile::GmailLabels),
    ] {
        let server = one_pitch(abilities);
        let mut journal = State::in_memory().unwrap();
        let mut filer = filer(&journal, now());
        let report = file(&server, &mut journal, &mut filer, now());
        assert_eq!(stays(&report), [Stay::CannotFile(why.clone())]);
        assert_eq!(report.news, [why]);
        let again = file(&server, &mut journal, &mut filer, now());
        assert!(again.news.is_empty());
        assert!(server.effects().is_empty() && server.mail(&pitches()).is_empty());
    }
}

#[test]
fn a_full_mailbox_is_not_copied_into_and_is_tried_six_times_an_hour_at_most() {
    let server = one_pitch(MOVES);
    server.make(&pitches());
    server.refuse(&pitches(), RefusalCode::OverQuota);
    let mut journal = State::in_memory().unwrap();
    let mut filer = filer(&journal, now());
    let mut news = Vec::new();
    for minute in 0..60 {
        news.extend(file(&server, &mut journal, &mut filer, at(minute * 60)).news);
    }
    assert_eq!(news, [CannotFile::Quota(pitches())]);
    let tries = server.effects();
    assert!((2..=6).contains(&tries.len()), "{tries:?}");
    assert!(tries.iter().all(|command| command.starts_with("UID MOVE")));
    let mut restarted = super::filer(&journal, at(3600));
    let report = file(&server, &mut journal, &mut restarted, at(3600));
    assert_eq!(stays(&report), [Stay::Waiting]);
    server.accept(&pitches());
    file(&server, &mut journal, &mut restarted, at(3 * 3600));
    assert_eq!(server.mail(&pitches()).len(), 1);
}

#[test]
fn a_folder_that_has_no_uidvalidity_yet_is_opened_first() {
    for make in [|_: &Server| {}, |server: &Server| server.make(&pitches())] {
        let server = one_pitch(MOVES);
        make(&server);
        server.quirk(&pitches(), Quirk::UnnumberedUntilOpened);
        let mut journal = State::in_memory().unwrap();
        let mut filer = filer(&journal, now());
        let report = file(&server, &mut journal, &mut filer, now());
        assert!(report.news.is_empty(), "{report:?}");
        assert_eq!(server.mail(&pitches()).len(), 1);
    }
}

#[test]
fn what_cannot_be_removed_is_not_copied() {
    for (abilities, quirk, why) in [
        (
            MOVES,
            Quirk::ReadOnly,
            CannotFile::ReadOnly(MailboxName::inbox()),
        ),
        (
            COPIES,
            Quirk::ReadOnly,
            CannotFile::ReadOnly(MailboxName::inbox()),
        ),
        (
            COPIES,
            Quirk::KeepsNoDeleted,
            CannotFile::CannotDelete(MailboxName::inbox()),
        ),
    ] {
        let server = one_pitch(abilities);
        server.quirk(&MailboxName::inbox(), quirk);
        let mut journal = State::in_memory().unwrap();
        let mut filer = filer(&journal, now());
        let report = file(&server, &mut journal, &mut filer, now());
        assert_eq!(stays(&report), [Stay::CannotFile(why)]);
        assert!(server.effects().is_empty());
    }
}

#[test]
fn a_server_that_does_not_expunge_gets_its_copy_back_and_keeps_the_mail() {
    let server = one_pitch(COPIES);
    server.quirk(&MailboxName::inbox(), Quirk::NeverExpunges);
    let mut journal = State::in_memory().unwrap();
    let mut filer = filer(&journal, now());
    let report = file(&server, &mut journal, &mut filer, now());
    let why = CannotFile::CannotDelete(MailboxName::inbox());
    assert_eq!(stays(&report), [Stay::CannotFile(why)]);
    let left: Vec<_> = server.mail(&MailboxName::inbox()).into_values().collect();
    assert!(left.len() == 1 && left[0].flags.is_empty(), "{left:?}");
    assert!(server.mail(&pitches()).is_empty());
    let all = journal.operations(&account(), Which::All).unwrap();
    assert!(all.iter().any(|one| one.cause == Cause::TakenBack));
    assert!(all.iter().all(|one| one.step.is_closed()));
}

#[test]
fn a_copy_that_cannot_be_taken_back_is_not_made_again() {
    let server = one_pitch(COPIES);
    server.make(&pitches());
    server.quirk(&MailboxName::inbox(), Quirk::NeverExpunges);
    server.quirk(&pitches(), Quirk::NeverExpunges);
    let mut journal = State::in_memory().unwrap();
    let mut filer = filer(&journal, now());
    for hour in 0..5 {
        file(&server, &mut journal, &mut filer, at(hour * 3600));
    }
    assert_eq!(server.mail(&pitches()).len(), 1);
    assert_eq!(server.mail(&MailboxName::inbox()).len(), 1);
}

#[test]
fn a_server_that_lies_of_new_uids_is_looked_at() {
    for abilities in [MOVES, COPIES] {
        let server = one_pitch(abilities);
        server.make(&pitches());
        server.quirk(&pitches(), Quirk::LiesOfUids);
        let mut journal = State::in_memory().unwrap();
        life(&server, &mut journal).unwrap();
        life(&server, &mut journal).unwrap();
        let places = server.places_of(&letter(Label::Pitch, 1));
        assert_eq!(places.len(), 1, "{abilities:?} {places:?}");
    }
}

#[test]
fn another_message_under_the_uid_stays() {
    let server = one_pitch(MOVES);
    let mut journal = State::in_memory().unwrap();
    let mut filer = filer(&journal, now());
    let mut connection = server.connect();
    let mut batch = inbox(&mut connection).unwrap();
    batch.mail[0].fingerprint = Fingerprint::of(b"another", 7);
    let report = filer.file(&mut desk(&mut connection, &mut journal), &batch);
    assert_eq!(stays(&report.unwrap()), [Stay::Mismatch]);
    assert!(server.effects().is_empty());
}

#[test]
fn new_uids_of_the_source_stop_the_batch() {
    let server = one_pitch(MOVES);
    let mut journal = State::in_memory().unwrap();
    let mut filer = filer(&journal, now());
    let mut connection = server.connect();
    let batch = inbox(&mut connection).unwrap();
    server.renumber(&MailboxName::inbox());
    let report = filer.file(&mut desk(&mut connection, &mut journal), &batch);
    assert_eq!(stays(&report.unwrap()), [Stay::Renumbered]);
    assert!(server.effects().is_empty());
}

#[test]
fn a_renamed_folder_is_asked_about_and_a_deleted_one_is_made_once() {
    let server = one_pitch(MOVES);
    let mut journal = State::in_memory().unwrap();
    let mut filer = filer(&journal, now());
    file(&server, &mut journal, &mut filer, now());
    let renamed = MailboxName::new("Bettelbriefe").unwrap();
    server.rename(&pitches(), &renamed);
    server.deliver(&MailboxName::inbox(), &letter(Label::Pitch, 2));
    let report = file(&server, &mut journal, &mut filer, now());
    let why = CannotFile::Renamed {
        from: pitches(),
        to: renamed.clone(),
    };
    assert_eq!(report.news, [why]);
    assert!(server.mail(&pitches()).is_empty());
    server.rename(&renamed, &pitches());
    let report = file(&server, &mut journal, &mut filer, at(3600));
    assert!(stays(&report).is_empty());
    // Then the folder is deleted with all that is in it.
    for uid in server.mail(&pitches()).into_keys() {
        server.user_deletes(&pitches(), uid);
    }
    server.rename(&pitches(), &MailboxName::new("Trash/x").unwrap());
    server.deliver(&MailboxName::inbox(), &letter(Label::Pitch, 3));
    let report = file(&server, &mut journal, &mut filer, at(7200));
    assert_eq!(report.news, [CannotFile::Missing(pitches())]);
    let mut next_run = super::filer(&journal, at(2 * 7200));
    file(&server, &mut journal, &mut next_run, at(2 * 7200));
    assert_eq!(server.mail(&pitches()).len(), 1);
}

#[test]
fn the_cap_stops_a_run_away() {
    let server = twenty(MOVES);
    let mut journal = State::in_memory().unwrap();
    let mut filer = Filer::new(account(), managed(), 4, (&journal, now())).unwrap();
    let report = file(&server, &mut journal, &mut filer, now());
    let capped = stays(&report)
        .iter()
        .filter(|why| **why == Stay::Cap)
        .count();
    assert_eq!(capped, 11);
    let mut restarted = Filer::new(account(), managed(), 4, (&journal, at(60))).unwrap();
    file(&server, &mut journal, &mut restarted, at(60));
    let done = |one: &crate::filing::Operation| matches!(one.step, Step::Done(_));
    let all = journal.operations(&account(), Which::All).unwrap();
    assert_eq!(all.iter().filter(|one| done(one)).count(), 4);
    file(&server, &mut journal, &mut restarted, at(3700));
    let all = journal.operations(&account(), Which::All).unwrap();
    assert_eq!(all.iter().filter(|one| done(one)).count(), 8);
}
