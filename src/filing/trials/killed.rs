//! Dying at every call and at every write.

use super::*;
use crate::mailstore::Uid;
use crate::mailstore::simulated::Death;

const DEATHS: [Death; 3] = [Death::Before, Death::Halfway, Death::After];

/// Lives until one ends well.
fn live_on(server: &Server, journal: &mut State) {
    let ended_well = (0..10).any(|_| life(server, journal).is_ok());
    assert!(ended_well);
}

fn undisturbed(abilities: &[Ability]) -> (Contents, u64) {
    let server = twenty(abilities);
    life(&server, &mut State::in_memory().unwrap()).unwrap();
    let filed = contents(&server);
    let sizes: Vec<usize> = filed.values().map(Vec::len).collect();
    // Fives of each label, but that the twins are of other labels than those they replace.
    assert_eq!(sizes.iter().sum::<usize>(), 20, "{sizes:?}");
    assert_eq!(filed[&MailboxName::inbox()].len(), 5);
    assert!(filed.values().flatten().all(|(_, flags)| flags.is_empty()));
    (filed, server.calls())
}

fn sweep_calls(abilities: &[Ability]) {
    let (expected, calls) = undisturbed(abilities);
    for call in 1..=calls {
        for death in DEATHS {
            let server = twenty(abilities);
            let mut journal = State::in_memory().unwrap();
            server.die_at(call, death);
            assert!(life(&server, &mut journal).is_err(), "{call} {death:?}");
            live_on(&server, &mut journal);
            assert_eq!(contents(&server), expected, "{call} {death:?}");
            assert!(journal.open_operations(&account()).unwrap().is_empty());
            let effects = server.effects().len();
            live_on(&server, &mut journal);
            assert_eq!(server.effects().len(), effects, "{call} {death:?}");
        }
    }
}

#[test]
fn dying_at_any_call_loses_and_doubles_nothing_with_move() {
    sweep_calls(MOVES);
}

#[test]
fn dying_at_any_call_loses_and_doubles_nothing_without_move() {
    sweep_calls(COPIES);
}

/// Dies a second time, in the recovery.
#[test]
fn dying_again_while_settling_changes_nothing() {
    let (expected, calls) = undisturbed(COPIES);
    for first in (1..=calls).step_by(3) {
        for second in 1..=24 {
            let server = twenty(COPIES);
            let mut journal = State::in_memory().unwrap();
            server.die_at(first, Death::After);
            assert!(life(&server, &mut journal).is_err());
            server.die_at(second, DEATHS[second as usize % 3]);
            live_on(&server, &mut journal);
            server.live();
            live_on(&server, &mut journal);
            assert_eq!(contents(&server), expected, "{first} {second}");
        }
    }
}

/// The process dies at a write: what is left is the file.
fn sweep_writes(abilities: &[Ability]) {
    let (expected, _) = undisturbed(abilities);
    for writes in 0.. {
        let server = twenty(abilities);
        let place = tempfile::tempdir().unwrap();
        let mut journal = State::open(place.path()).unwrap();
        journal.fail_after(writes);
        let survived = life(&server, &mut journal).is_ok();
        drop(journal);
        let mut journal = State::open(place.path()).unwrap();
        live_on(&server, &mut journal);
        assert_eq!(contents(&server), expected, "{writes}");
        if survived {
            assert!(writes > 20, "{writes}");
            break;
        }
    }
}

#[test]
fn dying_at_any_write_loses_and_doubles_nothing() {
    sweep_writes(MOVES);
    sweep_writes(COPIES);
}

/// Of a folder that is there because of us, all mail is known to have come since.
#[test]
fn a_folder_is_known_to_be_new_whenever_its_maker_dies() {
    let pitches = folder(Label::Pitch);
    let mut made = 0;
    for call in 1.. {
        let server = Server::new(MOVES);
        server.deliver(&MailboxName::inbox(), &letter(Label::Pitch, 1));
        let mut journal = State::in_memory().unwrap();
        server.die_at(call, Death::After);
        let survived = life(&server, &mut journal).is_ok();
        server.live();
        if server.connect().status(&pitches).is_ok() {
            let record = journal.folder(&account(), &pitches).unwrap().unwrap();
            assert_eq!(record.first_new, Some(Uid(1)), "{call}");
            made += 1;
        }
        if survived {
            break;
        }
    }
    assert!(made > 2, "{made}");
}

/// The same without memory: so these tests can see a message twice.
#[test]
fn without_a_journal_messages_are_doubled() {
    let (expected, calls) = undisturbed(COPIES);
    let mut doubled = 0;
    for call in 1..=calls {
        let server = twenty(COPIES);
        server.die_at(call, Death::After);
        assert!(life(&server, &mut State::in_memory().unwrap()).is_err());
        live_on(&server, &mut State::in_memory().unwrap());
        doubled += usize::from(contents(&server) != expected);
    }
    assert!(doubled > 0);
}
