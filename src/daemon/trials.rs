//! Rounds on a simulated server.

use std::sync::Arc;
use std::time::Instant;

use super::board::Board;
use super::cycle::{Cycle, now};
use super::layout::Layout;
use super::mind::Mind;
use super::told::Told;
use crate::account::{Account, Backlog, Mode};
use crate::decide::Policy;
use crate::filing::Filer;
use crate::imap::{Interrupt, Namespace};
use crate::label::Label;
use crate::limits;
use crate::mailstore::simulated::{Quirk, Server};
use crate::mailstore::{Ability, MailboxName};
use crate::model::Model;
use crate::owner::Owner;
use crate::state::State;

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

/// One round of an account that files everything there is.
fn round(server: &Server) {
    let mut account = Account::example();
    account.mode = Mode::File;
    account.pace.backlog = Backlog::Judge;
    account.pace.moves_per_hour = 1_000;
    let layout = layout(&account);
    let mut state = State::in_memory().unwrap();
    let start = Instant::now();
    let managed = layout.managed();
    let most = account.pace.moves_per_hour;
    let mut filer = Filer::new(account.name.clone(), managed, most, (&state, now(start))).unwrap();
    let model = Model::shipped().unwrap();
    let mut mind = Mind::new(
        Owner::default(),
        model.clone(),
        (model, None),
        Policy::default(),
    );
    let interrupt = Arc::new(Interrupt::new());
    let board = Board::new(std::iter::once(account.name.clone()));
    let mut cycle = Cycle {
        account: &account,
        layout: &layout,
        mind: &mut mind,
        state: &mut state,
        filer: &mut filer,
        interrupt: &interrupt,
        board: &board,
        told: &mut Told::default(),
        start,
    };
    cycle.run(&mut server.connect()).unwrap();
}

fn layout(account: &Account) -> Layout {
    let namespace = Namespace {
        prefix: String::new(),
        delimiter: Some('/'),
    };
    Layout::new(account, &namespace).unwrap()
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
        let layout = layout(&Account::example());
        let target = layout.target(Label::GenericInvite).unwrap();
        server.make(target);
        server.quirk(target, Quirk::ProvesNothing);
        round(&server);
        assert_eq!(server.mail(target).len(), 2 * limits::BATCH + 10);
        assert!(server.mail(&MailboxName::inbox()).is_empty());
    }
}
