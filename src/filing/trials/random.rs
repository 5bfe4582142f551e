//! Random days: mail comes, the daemon dies, the owner moves and deletes.

use proptest::prelude::*;

use super::*;
use crate::mailstore::simulated::Death;

#[derive(Debug, Clone)]
enum Event {
    Arrives(usize),
    /// The daemon lives, and dies at this call.
    Lives(u64, u8),
    /// The owner moves some message to some folder.
    Moves(usize, usize),
    Deletes(usize),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (0..4usize).prop_map(Event::Arrives),
        4 => (1..60u64, 0..3u8).prop_map(|(call, death)| Event::Lives(call, death)),
        2 => (any::<usize>(), 0..5usize).prop_map(|(one, to)| Event::Moves(one, to)),
        1 => any::<usize>().prop_map(Event::Deletes),
    ]
}

/// One of the messages that lie in one place. The owner does not touch what is being moved in the
/// very moment: those cases have tests of their own.
fn place_of(
    server: &Server,
    mail: &[Vec<u8>],
    pick: usize,
) -> Option<(MailboxName, crate::mailstore::Uid)> {
    let settled: Vec<_> = mail
        .iter()
        .map(|bytes| server.places_of(bytes))
        .filter(|places| places.len() == 1)
        .collect();
    let places = settled.get(pick % settled.len().max(1))?;
    places.first().cloned()
}

fn check(abilities: &[Ability], events: &[Event]) -> Result<(), TestCaseError> {
    let server = Server::new(abilities);
    managed().iter().for_each(|mailbox| server.make(mailbox));
    let mut journal = State::in_memory().unwrap();
    let mut mail: Vec<Vec<u8>> = Vec::new();
    let mut number = 0;
    for event in events {
        match event {
            Event::Arrives(label) => {
                number += 1;
                let bytes = letter(Label::ALL[*label], number);
                server.deliver(&MailboxName::inbox(), &bytes);
                mail.push(bytes);
            }
            Event::Lives(call, death) => {
                let deaths = [Death::Before, Death::Halfway, Death::After];
                server.die_at(*call, deaths[*death as usize]);
                life(&server, &mut journal).map(drop).unwrap_or_default();
                server.live();
            }
            Event::Moves(pick, to) => {
                let to = &managed()[*to];
                if let Some((from, uid)) = place_of(&server, &mail, *pick)
                    && from != *to
                {
                    server.user_moves(&from, uid, to);
                }
            }
            Event::Deletes(pick) => {
                if let Some((from, uid)) = place_of(&server, &mail, *pick) {
                    let gone = server.mail(&from)[&uid].bytes.clone();
                    server.user_deletes(&from, uid);
                    mail.retain(|bytes| *bytes != gone);
                }
            }
        }
    }
    life(&server, &mut journal).unwrap();
    for bytes in &mail {
        prop_assert_eq!(server.places_of(bytes).len(), 1);
    }
    let all: usize = managed().iter().map(|one| server.mail(one).len()).sum();
    prop_assert_eq!(all, mail.len());
    let flagged = managed()
        .into_iter()
        .flat_map(|one| server.mail(&one).into_values())
        .filter(|stored| !stored.flags.is_empty());
    prop_assert_eq!(flagged.count(), 0);
    let effects = server.effects();
    life(&server, &mut journal).unwrap();
    prop_assert_eq!(server.effects(), effects);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_message_is_in_exactly_one_place(
        events in proptest::collection::vec(event(), 1..24),
        with_move: bool,
    ) {
        let abilities = match with_move {
            true => MOVES,
            false => COPIES,
        };
        check(abilities, &events)?;
    }
}
