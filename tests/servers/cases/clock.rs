use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::harness::account::{Setup, Writer, folder_of};
use crate::harness::clock::{WallClock, now};
use crate::harness::daemon::{Daemon, wait_until};
use crate::harness::mails::{Mail, mails};
use crate::harness::proxy::Ending;
use crate::harness::server::{Mailbox, Server};
use crate::harness::snapshot::Snapshot;
use crate::harness::valve::Valve;

const YEAR: i64 = 365 * 24 * 3600;

/// The tests' certificates are good for ten years from the day they were made: none is good then.
const TOO_LATE: i64 = 10 * YEAR;

/// Nor then.
const TOO_EARLY: i64 = -11 * YEAR;

/// How far the clock may be from where it was set when the daemon looks at it.
const SLACK: i64 = 300;

const SOON: Duration = Duration::from_secs(60);

/// A daemon whose clock jumps, and what its mailbox got.
struct Life<'m> {
    mailbox: &'m Mailbox<'m>,
    setup: &'m Setup,
    clock: WallClock,
    daemon: Daemon,
    to_come: Vec<Mail>,
    got: usize,
    /// Where the owner put messages.
    put: BTreeMap<String, String>,
}

impl<'m> Life<'m> {
    fn begin(mailbox: &'m Mailbox<'m>, setup: &'m Setup) -> Life<'m> {
        let clock = WallClock::right(setup);
        Life {
            mailbox,
            setup,
            daemon: setup.daemon_by(&clock, "info"),
            clock,
            to_come: mails(40),
            got: 0,
            put: BTreeMap::new(),
        }
    }

    /// Four messages come, one a label.
    fn receives(&mut self) -> Vec<Mail> {
        let come: Vec<Mail> = self.to_come.drain(..4).collect();
        self.mailbox.deliver(come.iter().map(|mail| &*mail.bytes));
        self.got += come.len();
        come
    }

    fn files(&mut self) {
        wait_until("mail to be filed", SOON, || {
            self.daemon.assert_running();
            self.mailbox.client().count("INBOX") == 0
        });
    }

    /// New mail is filed, and what the owner does is learned, with the clock so far ahead.
    fn goes_on_with_the_clock(&mut self, ahead: i64) {
        self.clock.set(ahead);
        let come = self.receives();
        self.files();
        let off = newest_move(self.setup) - now() - ahead;
        assert!(off.abs() < SLACK, "{ahead}: the clock is {off} s off");
        let pitch = come.iter().find(|mail| mail.label == "pitch").unwrap();
        self.owner_moves(pitch, folder_of("spam"));
        wait_until("it to be learned", SOON, || {
            self.daemon.assert_running();
            super::corrections::lessons(self.setup) == [("spam".to_owned(), self.moves())].into()
        });
    }

    fn owner_moves(&mut self, mail: &Mail, to: &str) {
        let snapshot = Snapshot::of(self.mailbox);
        let from = &snapshot.homes()[&mail.id];
        assert_ne!(from, to);
        let uid = snapshot.uids(from)[&mail.id];
        self.mailbox.client().move_to(from, &[uid], to);
        self.put.insert(mail.id.clone(), to.to_owned());
    }

    fn moves(&self) -> u32 {
        u32::try_from(self.put.len()).unwrap()
    }

    /// Every message is in one place and was moved once; another start changes nothing.
    fn ends_well(mut self) {
        let (status, _) = self.daemon.terminate();
        assert!(status.success(), "{status}\n{}", self.daemon.logged());
        let after = Snapshot::of(self.mailbox);
        let homes = after.homes();
        assert_eq!(homes.len(), self.got);
        for (id, folder) in &self.put {
            assert_eq!(&homes[id], folder, "{id}");
        }
        assert_eq!(moves(self.setup), [1].repeat(self.got));
        self.setup.once();
        assert_eq!(Snapshot::of(self.mailbox), after);
        assert_eq!(moves(self.setup), [1].repeat(self.got));
    }
}

/// When the newest move began, by the daemon's clock.
fn newest_move(setup: &Setup) -> i64 {
    let newest = "SELECT began FROM operation ORDER BY id DESC LIMIT 1";
    store(setup)
        .query_row(newest, [], |row| row.get(0))
        .unwrap()
}

/// How many times each message was moved.
fn moves(setup: &Setup) -> Vec<u32> {
    let store = store(setup);
    let mut query = store
        .prepare("SELECT count(*) FROM operation GROUP BY fingerprint")
        .unwrap();
    let found = query.query_map([], |row| row.get(0)).unwrap();
    found.map(Result::unwrap).collect()
}

fn store(setup: &Setup) -> Connection {
    Connection::open(setup.state.join("state.sqlite")).unwrap()
}

#[test]
#[ignore = "takes long: scripts/test-servers runs it"]
fn a_clock_that_jumps_while_it_is_connected_disturbs_nothing() {
    let mailbox = Server::dovecot().mailbox();
    let setup = Writer::new(&mailbox).write();
    let mut life = Life::begin(&mailbox, &setup);
    for ahead in [0, -YEAR, 0, 10 * YEAR, -YEAR, 10 * YEAR, 0] {
        life.goes_on_with_the_clock(ahead);
    }
    let log = life.daemon.logged();
    assert!(!log.contains("ERROR") && !log.contains("rests"), "{log}");
    println!("{} messages, {} moves learned", life.got, life.moves());
    life.ends_well();
}

#[test]
#[ignore = "takes long: scripts/test-servers runs it"]
fn a_certificate_is_judged_by_a_wrong_clock_and_waits_are_not() {
    let server = Server::dovecot();
    let mailbox = server.mailbox();
    let valve = Valve::before(server.imaps);
    let setup = Writer::new(&mailbox).port(valve.port).write();
    let mut life = Life::begin(&mailbox, &setup);
    life.receives();
    life.files();

    life.clock.set(TOO_LATE);
    valve.cut(0, Ending::Close);
    life.receives();
    let mut worst = Duration::ZERO;
    for (n, ahead) in [TOO_EARLY, TOO_LATE, TOO_EARLY, TOO_LATE]
        .into_iter()
        .enumerate()
    {
        let (said, rested) = rests(&mut life, n, ahead);
        worst = worst.max(said.abs_diff(rested));
    }
    println!("4 waits with a jump in each, {worst:?} from what was said at most");
    assert!(worst < Duration::from_secs(1), "{}", life.daemon.logged());
    let log = life.daemon.logged();
    assert!(log.contains("has expired"), "{log}");
    assert!(log.contains("is not valid yet"), "{log}");
    assert_eq!(mailbox.client().count("INBOX"), 4);

    life.clock.set(0);
    life.files();
    life.ends_well();
}

/// The n-th wait, in which the clock jumps: how long it was to be, and how long it was.
fn rests(life: &mut Life<'_>, n: usize, ahead: i64) -> (Duration, Duration) {
    let lines = |daemon: &Daemon, what: &str| -> Vec<String> {
        let log = daemon.logged();
        let found = log.lines().filter(|line| line.contains(what));
        found.map(str::to_owned).collect()
    };
    wait_until("a wait to begin", SOON, || {
        lines(&life.daemon, " rests").len() > n
    });
    let began = Instant::now();
    let line = lines(&life.daemon, " rests").swap_remove(n);
    life.clock.set(ahead);
    wait_until("it to be over", SOON, || {
        life.daemon.assert_running();
        lines(&life.daemon, "ERROR").len() > n + 1
    });
    let rested = began.elapsed();
    let (_, seconds) = line.split_once("seconds=").unwrap();
    let seconds = seconds.split(' ').next().unwrap().parse().unwrap();
    (Duration::from_secs_f32(seconds), rested)
}
