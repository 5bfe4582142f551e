//! A model of the loop of one account: scan, learn, judge and file, on a state store on disk that
//! is opened anew for every pass, as after a restart.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::Duration;

use tempfile::TempDir;

use crate::account::AccountName;
use crate::corrections::{CorrectionError, Learned, Managed, Part, Scan, Teacher, learn, scan};
use crate::filing::{Fingerprint, Place};
use crate::label::Label;
use crate::learn::Identity;
use crate::mailstore::simulated::{Connection, Server};
use crate::mailstore::{Ability, Access, FlagChange, MailStore, MailboxName, Query, Uid, UidSet};
use crate::model::Model;
use crate::owner::Owner;
use crate::school::Outcome;
use crate::state::{Deed, Noted, State};

pub(super) const GRACE: Duration = Duration::from_secs(60);

static BASE: LazyLock<Model> = LazyLock::new(|| Model::shipped().unwrap());

/// Words in a mail that this loop files as a pitch.
const TO_BE_FILED: &str = "file this away";

pub(super) fn inbox() -> MailboxName {
    MailboxName::inbox()
}

pub(super) fn pitch() -> MailboxName {
    MailboxName::new("Anteroom/pitch").unwrap()
}

pub(super) fn spam() -> MailboxName {
    MailboxName::new("Anteroom/spam").unwrap()
}

pub(super) fn invites() -> MailboxName {
    MailboxName::new("Anteroom/generic-invite").unwrap()
}

pub(super) fn archive() -> MailboxName {
    MailboxName::new("Archive").unwrap()
}

/// What the managed folders are for.
pub(super) fn managed() -> Vec<Managed> {
    let verdict = |mailbox, label| Managed {
        mailbox,
        part: Part::Verdict(label),
    };
    vec![
        Managed {
            mailbox: inbox(),
            part: Part::Watched,
        },
        verdict(pitch(), Label::Pitch),
        verdict(spam(), Label::Spam),
        verdict(invites(), Label::GenericInvite),
    ]
}

/// When the n-th message was sent.
pub(super) fn date(n: usize) -> i64 {
    1_700_000_000 + 86_400 * n as i64
}

fn letter(n: usize, words: &str) -> Vec<u8> {
    // Words of its own, so that what it teaches says nothing about other mail.
    let own: Vec<String> = (0..12).map(|k| format!("w{n}x{k}q")).collect();
    let day = 14 + n % 14;
    format!(
        "From: p{n}@a{n}.example\r\nMessage-ID: <{n}@x.example>\r\nSubject: s{n}\r\n\
         Date: {}\r\nX-Day: {day}\r\n\r\n{} {words}\r\n",
        rfc2822(date(n)),
        own.join(" ")
    )
    .into_bytes()
}

/// A date as mail has it, all of November 2023 and later, by counting days.
fn rfc2822(date: i64) -> String {
    let days = date.div_euclid(86_400) - 19_675;
    let (months, mut day) = ([30, 31, 31, 29, 31, 30, 31, 31, 30, 31, 30, 31], days + 14);
    let names = [
        "Nov 2023", "Dec 2023", "Jan 2024", "Feb 2024", "Mar 2024", "Apr 2024", "May 2024",
        "Jun 2024",
    ];
    for (length, name) in months.iter().zip(names) {
        if day <= *length {
            let second = date.rem_euclid(86_400);
            let (hour, minute) = (second / 3_600, second / 60 % 60);
            return format!(
                "{day} {name} {hour:02}:{minute:02}:{:02} +0000",
                second % 60
            );
        }
        day -= length;
    }
    unreachable!("too late a day")
}

pub(super) fn bytes(n: usize) -> Vec<u8> {
    letter(n, "")
}

pub(super) fn fingerprint(n: usize) -> Fingerprint {
    fingerprint_of(&bytes(n))
}

fn fingerprint_of(bytes: &[u8]) -> Fingerprint {
    let end = memchr::memmem::find(bytes, b"\r\n\r\n").unwrap();
    Fingerprint::of(&bytes[..end], u32::try_from(bytes.len()).unwrap())
}

fn identity(n: usize) -> Identity {
    Identity::of_message_id(&format!("{n}@x.example"))
}

pub(super) struct Desk<'a> {
    pub(super) server: Server,
    pub(super) account: AccountName,
    pub(super) in_flight: BTreeSet<Fingerprint>,
    pub(super) now: i64,
    /// Messages that were learned or relabelled, over all passes.
    pub(super) learned: usize,
    base: &'a Model,
    dir: TempDir,
    watermark: Uid,
}

impl Desk<'static> {
    pub(super) fn new() -> Desk<'static> {
        Desk::with(&BASE)
    }
}

impl<'a> Desk<'a> {
    pub(super) fn with(base: &'a Model) -> Desk<'a> {
        let server = Server::new(&[Ability::Move, Ability::UidPlus]);
        for folder in [pitch(), spam(), invites(), archive()] {
            server.make(&folder);
        }
        Desk {
            server,
            account: AccountName::new("work").unwrap(),
            in_flight: BTreeSet::new(),
            now: 1_750_000_000,
            learned: 0,
            base,
            dir: tempfile::tempdir().unwrap(),
            watermark: Uid(1),
        }
    }

    pub(super) fn open(&self) -> State {
        State::open(self.dir.path()).unwrap()
    }

    pub(super) fn deliver(&self, folder: &MailboxName, n: usize) -> Uid {
        self.server.deliver(folder, &bytes(n))
    }

    pub(super) fn deliver_to_be_filed(&self, n: usize) -> Uid {
        self.server.deliver(&inbox(), &letter(n, TO_BE_FILED))
    }

    /// Judges all of the inbox again, as if it were new.
    pub(super) fn forget_watermark(&mut self) {
        self.watermark = Uid(1);
    }

    /// As many passes, one grace period apart.
    pub(super) fn passes(&mut self, n: usize) -> Learned {
        let mut last = Learned::default();
        for _ in 0..n {
            last = self.pass(GRACE);
        }
        last
    }

    /// One pass after some time; if the connection dies, a new one begins it again.
    pub(super) fn pass(&mut self, later: Duration) -> Learned {
        self.now += i64::try_from(later.as_secs()).unwrap();
        loop {
            match self.try_pass() {
                Ok(learned) => return learned,
                Err(CorrectionError::Mail(_)) => {}
                Err(other) => panic!("{other}"),
            }
        }
    }

    fn try_pass(&mut self) -> Result<Learned, CorrectionError> {
        let (mut connection, mut state) = (self.server.connect(), self.open());
        let (managed, owner) = (managed(), Owner::default());
        let look = Scan {
            account: &self.account,
            managed: &managed,
            in_flight: &self.in_flight,
            now: self.now,
        };
        scan(&mut connection, &mut state, &look)?;
        let teacher = Teacher {
            account: &self.account,
            owner: &owner,
            base: self.base,
            grace: GRACE,
        };
        let mut learned;
        loop {
            learned = learn(&mut connection, &mut state, &teacher, self.now)?;
            assert!(learned.refused.is_empty(), "{:?}", learned.refused);
            self.learned += learned.count(Outcome::Learned) + learned.count(Outcome::Relabelled);
            if learned.rest == crate::corrections::Rest::None {
                break;
            }
        }
        self.file(&mut connection, &mut state)?;
        Ok(learned)
    }

    /// Judges what is new in the inbox and files what says so.
    fn file(
        &mut self,
        connection: &mut Connection,
        state: &mut State,
    ) -> Result<(), CorrectionError> {
        let selected = connection.select(&inbox(), Access::ReadWrite)?;
        let uids: UidSet = connection
            .uids(&Query::PresentFrom(self.watermark))?
            .into_iter()
            .collect();
        for letter in connection.letters(&uids)? {
            let fingerprint = fingerprint_of(&letter.bytes);
            let place = Place {
                mailbox: inbox(),
                uid_validity: selected.uid_validity,
                uid: letter.uid,
            };
            let is_new = !state.is_known(&self.account, &place, &fingerprint)?
                && !state.is_pinned(&self.account, &fingerprint)?;
            let noted = |place, deed| Noted {
                place,
                fingerprint,
                deed,
            };
            if is_new {
                state.note_own(&self.account, &[noted(place, Deed::Judged)])?;
            }
            let is_filed = memchr::memmem::find(&letter.bytes, TO_BE_FILED.as_bytes()).is_some();
            if is_new && is_filed {
                // The journal would tell after a crash where our own moves went.
                let to = self.server.clone();
                let before: BTreeSet<Uid> = to.mail(&pitch()).into_keys().collect();
                let moved = connection.transfer(&UidSet::from(letter.uid), &pitch());
                for uid in to.mail(&pitch()).into_keys() {
                    if !before.contains(&uid) {
                        let place = self.place(&pitch(), uid);
                        state.note_own(&self.account, &[noted(place, Deed::Moved)])?;
                    }
                }
                match moved {
                    // Refused: it stays where it is.
                    Err(error) if !error.ends_session() => {}
                    moved => drop(moved?),
                }
            }
            self.watermark = Uid(letter.uid.0 + 1);
        }
        Ok(())
    }

    pub(super) fn place(&self, folder: &MailboxName, uid: Uid) -> Place {
        let uid_validity = self
            .server
            .connect()
            .select(folder, Access::ReadOnly)
            .unwrap()
            .uid_validity;
        Place {
            mailbox: folder.clone(),
            uid_validity,
            uid,
        }
    }

    /// The lessons, as the numbers of their messages.
    pub(super) fn lessons(&self) -> Vec<(usize, Label)> {
        let lessons = self.open().lessons().unwrap();
        let number = |wanted| (0..1_000).find(|n| identity(*n) == wanted).unwrap();
        let mut found: Vec<(usize, Label)> = lessons
            .iter()
            .map(|lesson| (number(lesson.identity), lesson.label))
            .collect();
        found.sort();
        found
    }

    pub(super) fn is_pinned(&self, n: usize) -> bool {
        self.open()
            .is_pinned(&self.account, &fingerprint(n))
            .unwrap()
    }

    /// Where a message lies, whichever of the two kinds it is.
    pub(super) fn places_of(&self, n: usize) -> Vec<MailboxName> {
        let letters = [bytes(n), letter(n, TO_BE_FILED)];
        let places = letters
            .iter()
            .flat_map(|bytes| self.server.places_of(bytes));
        places.map(|(mailbox, _)| mailbox).collect()
    }

    pub(super) fn uid_of(&self, folder: &MailboxName, n: usize) -> Uid {
        let letters = [bytes(n), letter(n, TO_BE_FILED)];
        let mut mail = self.server.mail(folder).into_iter();
        let found = mail.find(|(_, stored)| letters.contains(&stored.bytes));
        found.unwrap().0
    }

    pub(super) fn mark_deleted(&self, folder: &MailboxName, uid: Uid) {
        let mut user = self.server.connect();
        user.select(folder, Access::ReadWrite).unwrap();
        user.flag(&UidSet::from(uid), FlagChange::Add, "\\Deleted")
            .unwrap();
    }
}
