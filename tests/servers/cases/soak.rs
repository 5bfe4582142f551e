//! The daemon on Dovecot for a long time: mail comes, the owner moves it, and every few seconds
//! something breaks. In the end every message is accounted for.

/// What became of every message.
mod account;
/// What breaks.
mod faults;
/// Memory and open files.
mod figures;
/// The owner with another mail program, and what they did.
mod owner;

use std::time::{Duration, Instant};

use crate::harness::account::{Setup, Writer};
use crate::harness::daemon::{Daemon, wait_until};
use crate::harness::disk::SmallDisk;
use crate::harness::mails::Dice;
use crate::harness::server::{Kind, Mailbox, Server};
use crate::harness::valve::Valve;
use faults::{Breakage, Fault};
use figures::Figures;
use owner::{Habit, Owner};

/// Between two faults.
const FAULT: Duration = Duration::from_secs(5);

/// Between two looks of the test at its own affairs.
const TICK: Duration = Duration::from_millis(200);

/// How long mail may take to come to rest in the end.
const REST: Duration = Duration::from_secs(300);

/// Something that is done over and over.
struct Due {
    next: Instant,
    every: Duration,
}

impl Due {
    fn every(every: Duration) -> Due {
        Due {
            next: Instant::now() + every,
            every,
        }
    }

    /// True if it is time; the next time is counted from now on.
    fn is_now(&mut self) -> bool {
        let is_now = Instant::now() >= self.next;
        if is_now {
            self.next = Instant::now() + self.every;
        }
        is_now
    }
}

struct Soak<'a> {
    mailbox: &'a Mailbox<'a>,
    setup: &'a Setup,
    breakage: Breakage<'a>,
    daemon: Daemon,
    /// Whether the disk was full when it was started.
    started_full: bool,
    owner: Owner<'a>,
    figures: Figures,
    dice: Dice,
    refused_to_start: usize,
}

impl Soak<'_> {
    /// Lets things happen until then.
    fn go_on(&mut self, until: Instant, faults: &[Fault]) {
        let mut deliveries = Due::every(self.owner.pace(until));
        let mut moves = Due::every(Duration::from_secs(4));
        let mut breaks = Due::every(FAULT);
        let mut samples = Due::every(Duration::from_secs(1));
        while Instant::now() < until {
            std::thread::sleep(TICK);
            self.breakage.tick();
            self.look_after_daemon();
            if deliveries.is_now() {
                self.owner.receives(1 + self.dice.below(3));
            }
            if moves.is_now() {
                self.owner.moves_one(&mut self.dice);
            }
            if breaks.is_now() {
                let which = self.dice.below(faults.len());
                self.breaks(faults[which]);
            }
            if samples.is_now() {
                self.figures.sample(&self.daemon);
            }
        }
    }

    /// Half of the faults meet it at work on new mail.
    fn breaks(&mut self, fault: Fault) {
        if self.dice.below(2) == 0 {
            self.owner.receives(1 + self.dice.below(4));
            let pause = self.dice.below(1200) as u64;
            std::thread::sleep(Duration::from_millis(pause));
        }
        match fault {
            Fault::Kill => {
                self.breakage.note(fault);
                self.daemon.kill();
                self.start();
            }
            Fault::HangUp => {
                self.breakage.note(fault);
                self.daemon.hang_up();
            }
            other => self.breakage.strike(other, &mut self.dice),
        }
    }

    fn start(&mut self) {
        self.started_full = self.breakage.is_full();
        self.daemon = self.setup.daemon("info");
        self.figures.begin();
    }

    /// It ends by itself only if it cannot begin, for want of room.
    fn look_after_daemon(&mut self) {
        if let Some(status) = self.daemon.ended() {
            let said = self.daemon.logged();
            let last: Vec<&str> = said.lines().rev().take(12).collect();
            assert!(
                self.started_full,
                "the daemon ended: {status}\n{}",
                last.join("\n")
            );
            self.refused_to_start += 1;
            std::thread::sleep(Duration::from_millis(500));
            self.start();
        }
    }

    /// Nothing breaks any more. A start, and all there is to do is done.
    fn comes_to_rest(&mut self) {
        self.breakage.mend();
        self.look_after_daemon();
        let (status, took) = self.daemon.terminate();
        assert!(status.success(), "{status}\n{}", self.daemon.logged());
        println!("asked to end, it ended after {took:?}");
        self.start();
        let mut before = self.owner.places();
        let mut since = Instant::now();
        wait_until("the mail to come to rest", REST, || {
            self.daemon.assert_running();
            std::thread::sleep(Duration::from_millis(500));
            let now = self.owner.places();
            if now != before || account::is_busy(&self.setup.state) {
                (before, since) = (now, Instant::now());
            }
            since.elapsed() > Duration::from_secs(8)
        });
        let (status, _) = self.daemon.terminate();
        assert!(status.success(), "{status}\n{}", self.daemon.logged());
        // A second round finds nothing to do.
        self.setup.once();
        assert_eq!(self.owner.places(), before);
    }
}

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
}

#[test]
#[ignore = "takes half an hour: scripts/soak runs it"]
fn everything_at_once() {
    let minutes = number("SOAK_MINUTES").unwrap_or(30);
    let clock =
        || u64::from(std::process::id()) ^ std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let seed = number("SOAK_SEED").unwrap_or_else(clock);
    println!("soak of {minutes} min, seed {seed}");
    let server = Server::start(Kind::Dovecot, &[]);
    let mailbox = server.mailbox();
    let disk = SmallDisk::mount();
    let valve = Valve::before(server.imaps);
    let mut writer = Writer::new(&mailbox).port(valve.port);
    if let Some(disk) = &disk {
        writer = writer.state(disk.path().join("state"));
    }
    let setup = writer.write();
    let owner = Owner::new(&mailbox, seed);
    // Makes the folders.
    setup.once();
    let mut soak = Soak {
        mailbox: &mailbox,
        daemon: setup.daemon("info"),
        started_full: false,
        owner,
        figures: Figures::new(),
        dice: Dice::new(seed),
        refused_to_start: 0,
        breakage: Breakage::new(&server, &valve, disk.as_ref()),
        setup: &setup,
    };
    let begin = Instant::now();
    let whole = Duration::from_secs(60 * minutes);
    soak.go_on(begin + whole / 4, &soak.breakage.all());
    // From here on the process lives.
    soak.breakage.mend();
    soak.look_after_daemon();
    soak.go_on(begin + whole / 2, &soak.breakage.survived());
    // And from here on what it holds is measured. A lesson about another message makes the model
    // larger, which is no leak; one that says otherwise about the same does not.
    soak.owner.habit = Habit::ChangesMind;
    soak.figures.begin();
    soak.go_on(begin + whole, &soak.breakage.survived());
    let figures = soak.figures.held();
    soak.comes_to_rest();
    println!(
        "{}; could not start on a full disk {} times",
        soak.breakage, soak.refused_to_start
    );
    let account = account::of(soak.mailbox, soak.setup, &soak.owner);
    println!("{account}\n{figures}");
    let log = std::fs::read(&soak.daemon.log).unwrap();
    account::assert_silent(&log, &soak.owner);
    account.assert_all_is_well();
    figures.assert_constant();
}
