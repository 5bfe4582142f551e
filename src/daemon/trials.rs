//! Rounds on a simulated server.

use std::sync::Arc;
use std::time::Instant;

use super::board::Board;
use super::cycle::{Cycle, now};
use super::layout::Layout;
use super::mind::Mind;
use super::told::Told;
use super::trouble::Trouble;
use crate::account::{Account, Backlog, Mode};
use crate::decide::{Policy, Verdict};
use crate::filing::{Filer, Place};
use crate::imap::{Interrupt, Namespace};
use crate::label::Label;
use crate::limits;
use crate::mailstore::simulated::{Death, Quirk, Server};
use crate::mailstore::{Ability, MailStore, MailboxName, RefusalCode, Uid};
use crate::model::Model;
use crate::owner::Owner;
use crate::state::{Attempt, Health, Phase, State};

/// A platform's reminder of an invitation, which needs no classifier.
fn reminder(number: usize) -> Vec<u8> {
    format!(
        "From: Ann {number} via LinkedIn <invitations@linkedin.com>\r\n\
         Subject: Ann {number}'s invitation is waiting for your response\r\n\
         Message-ID: <{number}@linkedin.com>\r\n\r\n\
         I'd like to add you to my professional network on LinkedIn.\r\n\r\n\
         Accept: https://www.linkedin.com/e/accept/{number}\r\n"
    )
    .into_bytes()
}

/// An account that files everything there is, with what it remembers.
struct House {
    account: Account,
    layout: Layout,
    state: State,
    mind: Mind,
    filer: Filer,
    board: Board,
    unfinished: Vec<Place>,
    start: Instant,
}

impl House {
    fn new() -> House {
        House::with(State::in_memory().unwrap())
    }

    fn with(state: State) -> House {
        let mut account = Account::example();
        account.mode = Mode::File;
        account.pace.backlog = Backlog::Judge;
        account.pace.moves_per_hour = 1_000;
        let namespace = Namespace {
            prefix: String::new(),
            delimiter: Some('/'),
        };
        let layout = Layout::new(&account, &namespace).unwrap();
        let start = Instant::now();
        let clocks = (&state, now(start));
        let filer = Filer::new(account.name.clone(), layout.managed(), 1_000, clocks).unwrap();
        let model = Model::shipped().unwrap();
        let mind = Mind::new(
            Owner::default(),
            model.clone(),
            (model, None),
            Policy::default(),
        );
        House {
            board: Board::new(std::iter::once(account.name.clone())),
            account,
            layout,
            state,
            mind,
            filer,
            unfinished: Vec::new(),
            start,
        }
    }

    fn target(&self, label: Label) -> MailboxName {
        self.layout.target(label).unwrap().clone()
    }

    fn round(&mut self, server: &Server) {
        assert!(self.ends(server).is_none());
    }

    /// A round, and what trouble it had with a single folder.
    fn ends(&mut self, server: &Server) -> Option<Trouble> {
        self.tries(server).unwrap()
    }

    fn tries(&mut self, server: &Server) -> Result<Option<Trouble>, Trouble> {
        let mut cycle = Cycle {
            account: &self.account,
            layout: &self.layout,
            mind: &mut self.mind,
            state: &mut self.state,
            filer: &mut self.filer,
            interrupt: &Arc::new(Interrupt::new()),
            board: &self.board,
            told: &mut Told::default(),
            unfinished: &mut self.unfinished,
            start: self.start,
        };
        cycle.run(&mut server.connect())
    }

    /// As the worker does before the first round, so that there is something to note trouble in.
    fn keep_health(&mut self) {
        let health = Health {
            phase: Phase::Working,
            since: 0,
            trouble: None,
            backlog: 0,
        };
        self.state.keep_health(&self.account.name, &health).unwrap();
    }

    /// The trouble that was noted for the owner.
    fn trouble(&self) -> Option<String> {
        let health = self.state.health(&self.account.name).unwrap()?;
        health.trouble.map(|(trouble, _)| trouble)
    }

    /// From now on so many moves are allowed in an hour.
    fn allow(&mut self, moves: u32) {
        let clocks = (&self.state, now(self.start));
        let name = self.account.name.clone();
        self.filer = Filer::new(name, self.layout.managed(), moves, clocks).unwrap();
    }

    /// How many messages of the inbox wait to be filed.
    fn waiting(&self, server: &Server) -> usize {
        let inbox = MailboxName::inbox();
        let uid_validity = server.connect().status(&inbox).unwrap().uid_validity;
        let name = &self.account.name;
        let waiting = self.state.deferred(name, &inbox, uid_validity);
        waiting.unwrap().len()
    }

    /// How many messages were judged so far.
    fn judged(&self) -> u64 {
        self.board.lines()[&self.account.name].counts.judged
    }

    fn judged_up_to(&self, mailbox: &MailboxName) -> Uid {
        let mark = self.state.watermark(&self.account.name, mailbox).unwrap();
        mark.unwrap().next
    }

    /// Watches another folder too, before the inbox.
    fn watch(&mut self, mailbox: &MailboxName) {
        self.layout.watched.insert(0, mailbox.clone());
    }
}

/// What is not proven is looked for in the folder it went to; the next batch is in the inbox.
#[test]
fn every_batch_is_read_from_the_folder_it_is_in() {
    for abilities in [
        &[Ability::Move, Ability::UidPlus][..],
        &[Ability::UidPlus][..],
    ] {
        let server = Server::new(abilities);
        for number in 0..2 * limits::BATCH + 10 {
            server.deliver(&MailboxName::inbox(), &reminder(number));
        }
        let mut house = House::new();
        let target = house.target(Label::GenericInvite);
        server.make(&target);
        server.quirk(&target, Quirk::ProvesNothing);
        house.round(&server);
        assert_eq!(server.mail(&target).len(), 2 * limits::BATCH + 10);
        assert!(server.mail(&MailboxName::inbox()).is_empty());
    }
}

/// Without MOVE the owner's mail program copies a message and then removes it; between the two it
/// is filed.
#[test]
fn a_copy_of_the_owners_that_came_before_ours_wins_too() {
    let server = Server::new(&[Ability::UidPlus]);
    let mut house = House::new();
    let (ours, theirs) = (
        house.target(Label::GenericInvite),
        house.target(Label::Spam),
    );
    server.make(&ours);
    server.make(&theirs);
    house.round(&server);
    server.deliver(&theirs, &reminder(1));
    server.deliver(&MailboxName::inbox(), &reminder(1));
    house.round(&server);
    let left = |mailbox: &MailboxName| server.mail(mailbox).len();
    assert_eq!(
        (left(&MailboxName::inbox()), left(&ours), left(&theirs)),
        (0, 0, 1)
    );
}

/// What two processes leave behind that died over the first message: it stays where it is and is told,
/// and the next hundred are filed. After one death it gets another try, by itself.
#[test]
fn a_mail_that_ended_the_program_twice_is_left_alone_and_the_others_are_filed() {
    for (deaths, left) in [(1, 0), (2, 1)] {
        let server = Server::new(&[Ability::Move, Ability::UidPlus]);
        let inbox = MailboxName::inbox();
        let uid = server.deliver(&inbox, &reminder(0));
        for number in 1..=100 {
            server.deliver(&inbox, &reminder(number));
        }
        let mut house = House::new();
        let uid_validity = server.connect().status(&inbox).unwrap().uid_validity;
        let place = Place {
            mailbox: inbox.clone(),
            uid_validity,
            uid,
        };
        for _ in 0..deaths {
            // A second time it is begun alone.
            let begun = house
                .state
                .begin(&house.account.name, std::slice::from_ref(&place));
            assert_eq!(begun.unwrap(), [Attempt::Go]);
        }
        house.round(&server);
        let stayed: Vec<_> = server.mail(&inbox).into_keys().collect();
        assert_eq!(stayed, vec![uid; left]);
        let filed = server.mail(&house.target(Label::GenericInvite));
        assert_eq!(filed.len(), 101 - left);
        let alone = house.state.left_alone(&house.account.name).unwrap();
        assert_eq!(alone, left as u64);
    }
}

/// `status` shows what still waits when a connection breaks in the middle of it.
#[test]
fn what_waits_is_remembered_until_it_is_judged() {
    let server = Server::new(&[Ability::Move, Ability::UidPlus]);
    let mut house = House::new();
    let name = house.account.name.clone();
    house.state.keep_health(&name, &Health::default()).unwrap();
    let waiting = |house: &House| house.state.health(&name).unwrap().unwrap().backlog;
    for number in 0..2 * limits::BATCH {
        server.deliver(&MailboxName::inbox(), &reminder(number));
    }
    server.make(&house.target(Label::GenericInvite));
    // Some calls further on there is a batch that was begun.
    let broken = (1..50).find(|call| {
        server.die_at(*call, Death::Before);
        house.tries(&server).unwrap_err();
        waiting(&house) > 0
    });
    assert!(broken.is_some());
    server.live();
    house.round(&server);
    assert_eq!(waiting(&house), 0);
}

/// What came into the other folders is filed, and what the owner moved is looked at.
#[test]
fn a_watched_folder_that_is_gone_keeps_no_other_from_being_read() {
    let server = Server::new(&[Ability::Move, Ability::UidPlus]);
    let inbox = MailboxName::inbox();
    server.deliver(&inbox, &reminder(1));
    let mut house = House::new();
    let gone = MailboxName::new("gone").unwrap();
    house.watch(&gone);
    house.keep_health();
    let trouble = house.ends(&server).unwrap().to_string();
    assert!(trouble.starts_with("gone: "), "{trouble}");
    assert_eq!(house.trouble().as_deref(), Some(&*trouble));
    assert!(server.mail(&inbox).is_empty());
    let looked_at = house.state.folder(&house.account.name, &inbox).unwrap();
    assert!(looked_at.is_some_and(|folder| folder.first_new.is_some()));
    server.make(&gone);
    house.round(&server);
}

/// Without an end to the first batch, the second would never come.
#[test]
fn a_refused_keyword_keeps_no_mail_from_being_judged() {
    let server = Server::new(&[Ability::Move, Ability::UidPlus]);
    let inbox = MailboxName::inbox();
    for number in 0..limits::BATCH + 1 {
        server.deliver(&inbox, &reminder(number));
    }
    server.quirk(&inbox, Quirk::RefusesFlags);
    let mut house = House::new();
    house.account.mode = Mode::Tag;
    house.keep_health();
    house.round(&server);
    let trouble = house.trouble().unwrap();
    let keyword = Label::GenericInvite.keyword();
    assert!(trouble.contains("INBOX") && trouble.contains(&*keyword));
    assert_eq!(house.judged_up_to(&inbox), Uid(limits::BATCH as u32 + 2));
}

/// Three rounds with a store that cannot keep the decision, and one when it can again.
#[test]
fn trouble_with_the_store_does_not_count_against_the_mail() {
    let dir = tempfile::tempdir().unwrap();
    let mut house = House::with(State::open(dir.path()).unwrap());
    let hand = rusqlite::Connection::open(State::file(dir.path())).unwrap();
    let full = "CREATE TRIGGER full BEFORE INSERT ON decision
                BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END";
    hand.execute_batch(full).unwrap();
    let server = Server::new(&[Ability::Move, Ability::UidPlus]);
    for number in 0..3 {
        server.deliver(&MailboxName::inbox(), &reminder(number));
    }
    for _ in 0..3 {
        let trouble = house.tries(&server);
        assert!(matches!(trouble, Err(Trouble::State(_))), "{trouble:?}");
        let begun = "SELECT count(*) FROM attempt";
        let begun: i64 = hand.query_one(begun, [], |row| row.get(0)).unwrap();
        assert_eq!(begun, 0);
    }
    hand.execute_batch("DROP TRIGGER full").unwrap();
    house.round(&server);
    assert!(server.mail(&MailboxName::inbox()).is_empty());
}

/// Of three messages one may be moved at once; the others wait, and nothing is read of them until
/// there is room. Then the owner's new rule holds for them.
#[test]
fn what_waits_is_judged_again_when_its_turn_comes() {
    for (rule, stay) in [(None, 0), (Some("invitations@linkedin.com"), 2)] {
        let server = Server::new(&[Ability::Move, Ability::UidPlus]);
        let inbox = MailboxName::inbox();
        for number in 0..3 {
            server.deliver(&inbox, &reminder(number));
        }
        let mut house = House::new();
        house.allow(1);
        for _ in 0..2 {
            house.round(&server);
            let left = (server.mail(&inbox).len(), house.waiting(&server));
            assert_eq!((left, house.judged()), ((2, 2), 3));
        }
        let pattern = rule.map(|rule| rule.parse().unwrap());
        house.mind.policy.rules.always_keep.extend(pattern);
        house.allow(1_000);
        house.round(&server);
        assert_eq!(server.mail(&inbox).len(), stay);
        assert_eq!(house.waiting(&server), 0);
        let decisions = house.state.decisions().unwrap();
        let kept = decisions.iter().filter(|one| one.verdict == Verdict::Known);
        assert_eq!(kept.count(), stay);
    }
}

/// A server that refuses is not asked for what waits for it, until it may be tried again.
#[test]
fn what_the_server_refused_is_not_fetched_at_every_look() {
    let server = Server::new(&[Ability::Move, Ability::UidPlus]);
    let mut house = House::new();
    let target = house.target(Label::GenericInvite);
    server.make(&target);
    server.refuse(&target, RefusalCode::OverQuota);
    server.deliver(&MailboxName::inbox(), &reminder(1));
    for _ in 0..3 {
        house.round(&server);
        assert_eq!((house.judged(), house.waiting(&server)), (1, 1));
    }
}

/// At whatever command the connection breaks: what was to be filed is filed once, and nothing waits.
#[test]
fn what_a_broken_connection_left_is_filed_by_the_next() {
    for abilities in [
        &[Ability::Move, Ability::UidPlus][..],
        &[Ability::UidPlus][..],
    ] {
        for death in [Death::Before, Death::Halfway, Death::After] {
            for call in 1.. {
                let server = Server::new(abilities);
                for number in 0..4 {
                    server.deliver(&MailboxName::inbox(), &reminder(number));
                }
                let mut house = House::new();
                server.die_at(call, death);
                // Of some commands it is no matter that nobody heard the answer.
                let _ = house.tries(&server);
                if server.live() {
                    break;
                }
                house.round(&server);
                house.round(&server);
                let filed = server.mail(&house.target(Label::GenericInvite)).len();
                let left = server.mail(&MailboxName::inbox()).len();
                let waiting = house.waiting(&server);
                assert_eq!((filed, left, waiting), (4, 0, 0), "{death:?} at {call}");
            }
        }
    }
}

/// A message whose move the server answers by hanging up is given up, and told; the others are filed.
#[test]
fn a_mail_that_always_breaks_the_connection_is_left_and_the_others_are_filed() {
    let server = Server::new(&[Ability::Move, Ability::UidPlus]);
    let inbox = MailboxName::inbox();
    let uids: Vec<Uid> = (0..3)
        .map(|n| server.deliver(&inbox, &reminder(n)))
        .collect();
    let mut house = House::new();
    house.keep_health();
    let target = house.target(Label::GenericInvite);
    server.make(&target);
    server.quirk(&target, Quirk::BreaksOver(uids[1]));
    for _ in 0..limits::FILINGS_BEGUN {
        house.tries(&server).unwrap_err();
    }
    for _ in 0..2 {
        house.round(&server);
        let stayed: Vec<Uid> = server.mail(&inbox).into_keys().collect();
        assert_eq!((stayed, house.waiting(&server)), (vec![uids[1]], 0));
    }
    assert!(
        house
            .trouble()
            .is_some_and(|what| what.contains("message 2 in INBOX"))
    );
}
