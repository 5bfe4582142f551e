//! What is found after an interruption, when the owner was not idle either.

use super::*;
use crate::filing::{Operation, Step};
use crate::mailstore::Uid;
use crate::mailstore::simulated::Death;
use crate::state::Which;

fn pitches() -> MailboxName {
    folder(Label::Pitch)
}

/// A server with one pitch in its inbox, and a life that died at the first call whose effect is
/// this one.
fn dies_at(abilities: &[Ability], effect: &str, death: Death) -> (Server, State) {
    for call in 1.. {
        let server = Server::new(abilities);
        managed().iter().for_each(|mailbox| server.make(mailbox));
        server.deliver(&MailboxName::inbox(), &letter(Label::Pitch, 1));
        let mut journal = State::in_memory().unwrap();
        server.die_at(call, death);
        assert!(life(&server, &mut journal).is_err(), "{effect} never came");
        if server.effects().iter().any(|one| one.starts_with(effect)) {
            return (server, journal);
        }
    }
    unreachable!()
}

fn settle(server: &Server, journal: &mut State) -> Vec<Operation> {
    let mut connection = server.connect();
    let mut filer = filer(journal, now());
    filer
        .reconcile(&mut desk(&mut connection, journal))
        .unwrap()
}

fn places(server: &Server) -> Vec<MailboxName> {
    let places = server.places_of(&letter(Label::Pitch, 1));
    places.into_iter().map(|(mailbox, _)| mailbox).collect()
}

#[test]
fn a_message_the_owner_moved_meanwhile_is_found_and_never_made_again() {
    let (server, mut journal) = dies_at(MOVES, "UID MOVE", Death::After);
    let (mailbox, uid) = server.places_of(&letter(Label::Pitch, 1))[0].clone();
    server.user_moves(&mailbox, uid, &folder(Label::Spam));
    let settled = settle(&server, &mut journal);
    assert_eq!(settled[0].step, Step::Gone);
    assert_eq!(places(&server), [folder(Label::Spam)]);
}

#[test]
fn a_copy_the_owner_moved_meanwhile_is_the_copy_all_the_same() {
    let (server, mut journal) = dies_at(COPIES, "UID STORE", Death::Before);
    // The flag never arrived; the copy was written down.
    let copy = server.places_of(&letter(Label::Pitch, 1));
    let (mailbox, uid) = copy
        .into_iter()
        .find(|(name, _)| *name == pitches())
        .unwrap();
    server.user_moves(&mailbox, uid, &folder(Label::Spam));
    settle(&server, &mut journal);
    assert_eq!(places(&server), [folder(Label::Spam)]);
}

#[test]
fn an_original_the_owner_moved_meanwhile_wins_over_our_copy() {
    let (server, mut journal) = dies_at(COPIES, "UID COPY", Death::After);
    server.user_moves(&MailboxName::inbox(), Uid(1), &folder(Label::Spam));
    let moved = life(&server, &mut journal).unwrap();
    assert_eq!(moved.len(), 1);
    assert_eq!(moved[0].to.mailbox, folder(Label::Spam));
    assert_eq!(places(&server), [folder(Label::Spam)]);
}

#[test]
fn new_uids_do_not_hide_what_was_begun() {
    for abilities in [MOVES, COPIES] {
        for renumbered in [MailboxName::inbox(), pitches()] {
            let effect = match abilities.contains(&Ability::Move) {
                true => "UID MOVE",
                false => "UID STORE",
            };
            let (server, mut journal) = dies_at(abilities, effect, Death::After);
            server.renumber(&renumbered);
            settle(&server, &mut journal);
            let places = places(&server);
            // Without MOVE and with new UIDs in the target nothing proves the copy: both stay.
            let in_doubt = abilities == COPIES && renumbered == pitches();
            assert_eq!(places.len(), 1 + usize::from(in_doubt), "{renumbered}");
            assert!(journal.open_operations(&account()).unwrap().is_empty());
        }
    }
}

#[test]
fn a_target_that_is_gone_leaves_the_mail_where_it_is() {
    let (server, mut journal) = dies_at(COPIES, "UID COPY", Death::Halfway);
    server.rename(&pitches(), &MailboxName::new("Old").unwrap());
    settle(&server, &mut journal);
    assert_eq!(places(&server), [MailboxName::inbox()]);
    let all = journal.operations(&account(), Which::All).unwrap();
    assert!(all.iter().all(|one| one.step.is_closed()));
}
