//! Two hundred random moves, with looks, restarts and dying connections in between.

use std::collections::BTreeMap;

use super::desk::{Desk, archive, inbox, invites, pitch, spam};
use crate::label::Label;
use crate::mailstore::simulated::Death;
use crate::mailstore::{MailboxName, Uid};

const MESSAGES: usize = 40;
const MOVES: usize = 200;

/// xorshift64*: the same moves for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % n
    }
}

fn label_of(folder: &MailboxName) -> Option<Label> {
    let labels = [
        (pitch(), Label::Pitch),
        (spam(), Label::Spam),
        (invites(), Label::GenericInvite),
    ];
    let found = labels.into_iter().find(|(name, _)| name == folder);
    found.map(|(_, label)| label)
}

/// What should be known of a message, told from where it was at each look.
#[derive(Default, Clone)]
struct Expected {
    seen: Option<(MailboxName, Uid)>,
    was_filed: bool,
    waiting: Option<Label>,
    lesson: Option<Label>,
    learned: usize,
}

impl Expected {
    fn look(&mut self, place: Option<(MailboxName, Uid)>) {
        if place == self.seen {
            if let Some(label) = self.waiting.take()
                && self.lesson != Some(label)
            {
                self.lesson = Some(label);
                self.learned += 1;
            }
            return;
        }
        self.waiting = place
            .as_ref()
            .and_then(|(folder, _)| match label_of(folder) {
                Some(label) => Some(label),
                None if *folder == inbox() && self.was_filed => Some(Label::Genuine),
                None => None,
            });
        self.was_filed |= place
            .as_ref()
            .is_some_and(|(folder, _)| label_of(folder).is_some());
        self.seen = place;
    }
}

fn run(seed: u64) {
    let mut dice = Dice(seed);
    let mut desk = Desk::new();
    desk.passes(1);
    let mut places: BTreeMap<usize, Option<(MailboxName, Uid)>> = (0..MESSAGES)
        .map(|n| (n, Some((inbox(), desk.deliver(&inbox(), n)))))
        .collect();
    desk.passes(1);
    let mut expected = vec![Expected::default(); MESSAGES];
    let folders = [inbox(), pitch(), spam(), invites(), archive()];
    let look = |expected: &mut Vec<Expected>, places: &BTreeMap<_, Option<(MailboxName, Uid)>>| {
        for (n, expected) in expected.iter_mut().enumerate() {
            // What is in no managed folder is nowhere.
            let place = places[&n].clone();
            expected.look(place.filter(|(folder, _)| *folder != archive()));
        }
    };
    look(&mut expected, &places);
    for step in 0..MOVES {
        let n = dice.below(MESSAGES);
        if let Some((from, uid)) = places[&n].clone() {
            let to = folders[dice.below(folders.len())].clone();
            let place = match dice.below(25) {
                0 => {
                    desk.server.user_deletes(&from, uid);
                    None
                }
                _ => Some((to.clone(), desk.server.user_moves(&from, uid, &to))),
            };
            places.insert(n, place);
        }
        if dice.below(6) == 0 || step + 1 == MOVES {
            if dice.below(2) == 0 {
                let death = [Death::Before, Death::Halfway, Death::After][dice.below(3)];
                desk.server.die_at(1 + dice.below(12) as u64, death);
            }
            desk.passes(1);
            desk.server.live();
            look(&mut expected, &places);
        }
    }
    desk.passes(1);
    look(&mut expected, &places);
    let lessons: BTreeMap<usize, Label> = desk.lessons().into_iter().collect();
    for (n, expected) in expected.iter().enumerate() {
        assert_eq!(
            lessons.get(&n),
            expected.lesson.as_ref(),
            "message {n}, seed {seed}"
        );
        if let Some((folder, _)) = &expected.seen {
            let last = label_of(folder).or(expected.was_filed.then_some(Label::Genuine));
            assert_eq!(expected.lesson, last, "message {n}, seed {seed}");
        }
    }
    let learned: usize = expected.iter().map(|one| one.learned).sum();
    assert_eq!(desk.learned, learned, "seed {seed}");
    assert!(learned > MESSAGES / 2, "{learned}");
}

#[test]
fn two_hundred_random_moves_are_learned_once_each_and_the_last_folder_wins() {
    for seed in [0x5eed, 0xacc0_1ade] {
        run(seed);
    }
}
