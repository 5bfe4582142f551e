//! What happens on a good day, and taking it back.

use super::*;
use crate::filing::{OperationId, PutBack};
use crate::mailstore::Uid;
use crate::state::Which;

fn pitches() -> MailboxName {
    folder(Label::Pitch)
}

fn filed(abilities: &[Ability], numbers: &[usize]) -> (Server, State) {
    let server = Server::new(abilities);
    managed().iter().for_each(|mailbox| server.make(mailbox));
    for number in numbers {
        server.deliver(&MailboxName::inbox(), &letter(Label::Pitch, *number));
    }
    let mut journal = State::in_memory().unwrap();
    life(&server, &mut journal).unwrap();
    (server, journal)
}

fn post_check(server: &Server, journal: &mut State, now: Now) -> Vec<UserMoved> {
    let mut connection = server.connect();
    let mut desk = Desk {
        store: &mut connection,
        journal,
        now,
    };
    filer(desk.journal, now).post_check(&mut desk).unwrap()
}

fn undo(server: &Server, journal: &mut State) -> Vec<PutBack> {
    let mut connection = server.connect();
    let all = journal.operations(&account(), Which::All).unwrap();
    let ids: Vec<OperationId> = all.iter().map(|one| one.id).collect();
    let mut filer = filer(journal, now());
    let undone = filer.undo(&mut desk(&mut connection, journal), &ids);
    undone.unwrap().into_iter().map(|one| one.outcome).collect()
}

#[test]
fn one_command_for_each_folder_and_nothing_else() {
    let (server, _) = filed(MOVES, &[1, 2, 3]);
    assert_eq!(server.effects(), ["UID MOVE 1:3 Anteroom/pitch"]);
    let (server, _) = filed(COPIES, &[1, 2, 3]);
    assert_eq!(
        server.effects(),
        [
            "UID COPY 1:3 Anteroom/pitch",
            "UID STORE 1:3 Add \\Deleted",
            "UID EXPUNGE 1:3"
        ]
    );
}

#[test]
fn the_owners_copy_wins_and_ours_goes() {
    let (server, mut journal) = filed(MOVES, &[1]);
    server.deliver(&folder(Label::Spam), &letter(Label::Pitch, 1));
    let moved = post_check(&server, &mut journal, at(30));
    assert_eq!(moved.len(), 1);
    assert_eq!(moved[0].to.mailbox, folder(Label::Spam));
    let places = server.places_of(&letter(Label::Pitch, 1));
    assert_eq!(places, [(folder(Label::Spam), Uid(1))]);
    let effects = server.effects();
    assert!(post_check(&server, &mut journal, at(60)).is_empty());
    assert_eq!(server.effects(), effects);
}

#[test]
fn the_owners_copy_in_the_very_folder_wins_too() {
    for abilities in [MOVES, COPIES] {
        let (server, mut journal) = filed(abilities, &[1, 2]);
        server.deliver(&pitches(), &letter(Label::Pitch, 1));
        let moved = post_check(&server, &mut journal, at(30));
        assert_eq!(moved.len(), 1);
        let places = server.places_of(&letter(Label::Pitch, 1));
        assert_eq!(places, [(pitches(), Uid(3))]);
        assert_eq!(server.places_of(&letter(Label::Pitch, 2)).len(), 1);
        let effects = server.effects();
        assert!(post_check(&server, &mut journal, at(60)).is_empty());
        assert_eq!(server.effects(), effects);
    }
}

#[test]
fn a_copy_is_not_taken_back_late_nor_for_another_text_nor_for_a_twin() {
    let (server, mut journal) = filed(MOVES, &[1]);
    server.deliver(&folder(Label::Spam), &letter(Label::Pitch, 1));
    assert!(post_check(&server, &mut journal, at(601)).is_empty());
    let (server, mut journal) = filed(MOVES, &[1]);
    let mut other = letter(Label::Pitch, 1);
    let last = other.len() - 3;
    other[last] = b'x';
    server.deliver(&folder(Label::Spam), &other);
    assert!(post_check(&server, &mut journal, at(30)).is_empty());
    // Two of one kind were filed, and the owner moves one of them on.
    let (server, mut journal) = filed(MOVES, &[1, 1]);
    server.user_moves(&pitches(), Uid(1), &folder(Label::Spam));
    assert!(post_check(&server, &mut journal, at(30)).is_empty());
    assert_eq!(server.places_of(&letter(Label::Pitch, 1)).len(), 2);
}

#[test]
fn undo_puts_mail_back_wherever_it_is() {
    for abilities in [MOVES, COPIES] {
        let (server, mut journal) = filed(abilities, &[1, 2, 3, 4]);
        server.user_moves(&pitches(), Uid(2), &folder(Label::Spam));
        server.user_moves(&pitches(), Uid(3), &MailboxName::inbox());
        server.user_deletes(&pitches(), Uid(4));
        let undone = undo(&server, &mut journal);
        assert!(matches!(undone[0], PutBack::Back { .. }), "{undone:?}");
        assert!(matches!(undone[1], PutBack::Back { .. }), "{undone:?}");
        assert!(matches!(undone[2], PutBack::Already(_)), "{undone:?}");
        assert_eq!(undone[3], PutBack::NotFound);
        assert_eq!(server.mail(&MailboxName::inbox()).len(), 3);
        let effects = server.effects();
        let again = undo(&server, &mut journal);
        assert!(matches!(again[0], PutBack::Already(_)), "{again:?}");
        assert_eq!(again.last(), Some(&PutBack::NothingFiled));
        assert_eq!(server.effects(), effects);
    }
}

#[test]
fn undo_that_dies_is_settled_like_any_move() {
    use crate::mailstore::simulated::Death;
    for abilities in [MOVES, COPIES] {
        for call in 1..30 {
            for death in [Death::Before, Death::Halfway, Death::After] {
                let (server, mut journal) = filed(abilities, &[1, 2]);
                server.die_at(call, death);
                let mut connection = server.connect();
                let mut filer = filer(&journal, now());
                let ids = [OperationId(1), OperationId(2)];
                let died = filer
                    .undo(&mut desk(&mut connection, &mut journal), &ids)
                    .is_err();
                server.live();
                let mut connection = server.connect();
                let mut desk = desk(&mut connection, &mut journal);
                filer.reconcile(&mut desk).unwrap();
                filer.undo(&mut desk, &ids).unwrap();
                assert_eq!(server.mail(&MailboxName::inbox()).len(), 2, "{call}");
                assert!(server.mail(&pitches()).is_empty(), "{call}");
                assert!(died || call > 8);
            }
        }
    }
}
