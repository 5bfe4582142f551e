use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::harness::disk::SmallDisk;
use crate::harness::mails::Dice;
use crate::harness::proxy::Ending;
use crate::harness::server::Server;
use crate::harness::valve::Valve;

/// What can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    /// The connection ends, at once or in the middle of something.
    Cut,
    /// The connection is silent, for seconds or for longer than anybody waits.
    Stall,
    /// The server says BYE.
    Bye,
    /// The server's process that holds the connection is killed.
    LoginKilled,
    /// The daemon is killed, and started again.
    Kill,
    /// There is no room on the disk for some seconds.
    NoRoom,
    /// The daemon is told to read its configuration anew.
    HangUp,
    /// The server is stopped and started.
    Restart,
}

/// How often each comes, among all.
const WEIGHTS: [(Fault, usize); 8] = [
    (Fault::Cut, 5),
    (Fault::Stall, 3),
    (Fault::Bye, 2),
    (Fault::LoginKilled, 1),
    (Fault::Kill, 5),
    (Fault::NoRoom, 2),
    (Fault::HangUp, 2),
    (Fault::Restart, 1),
];

/// Breaks things, mends them in time, and counts.
pub(super) struct Breakage<'a> {
    server: &'a Server,
    valve: &'a Valve,
    disk: Option<&'a SmallDisk>,
    full_until: Option<Instant>,
    counts: BTreeMap<Fault, usize>,
}

impl<'a> Breakage<'a> {
    pub(super) fn new(
        server: &'a Server,
        valve: &'a Valve,
        disk: Option<&'a SmallDisk>,
    ) -> Breakage<'a> {
        Breakage {
            server,
            valve,
            disk,
            full_until: None,
            counts: BTreeMap::new(),
        }
    }

    /// All faults, each as often as its weight.
    pub(super) fn all(&self) -> Vec<Fault> {
        WEIGHTS
            .iter()
            .filter(|(fault, _)| *fault != Fault::NoRoom || self.disk.is_some())
            .flat_map(|(fault, weight)| std::iter::repeat_n(*fault, *weight))
            .collect()
    }

    /// Those that the process must live through.
    pub(super) fn survived(&self) -> Vec<Fault> {
        let mut faults = self.all();
        faults.retain(|fault| *fault != Fault::Kill);
        faults
    }

    pub(super) fn note(&mut self, fault: Fault) {
        *self.counts.entry(fault).or_default() += 1;
    }

    /// Breaks something that is not the daemon.
    pub(super) fn strike(&mut self, fault: Fault, dice: &mut Dice) {
        self.note(fault);
        match fault {
            Fault::Cut => {
                let after = [0, dice.below(300), dice.below(6000)][dice.below(3)];
                let ending = [Ending::Close, Ending::Reset][dice.below(2)];
                self.valve.cut(after, ending);
            }
            Fault::Stall => {
                let seconds = [1, 4, 9, 90][dice.below(4)];
                self.valve.stall(Duration::from_secs(seconds));
            }
            Fault::Bye => drop(self.server.signal("imap", Signal::TERM)),
            Fault::LoginKilled => drop(self.server.signal("imap-login", Signal::KILL)),
            Fault::NoRoom => {
                if let Some(disk) = self.disk {
                    disk.fill();
                    let time = Duration::from_millis(1000 + dice.below(7000) as u64);
                    self.full_until = Some(Instant::now() + time);
                }
            }
            Fault::Restart => self.server.restart(),
            Fault::Kill | Fault::HangUp => unreachable!("these are the daemon's"),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.full_until.is_some()
    }

    /// Mends what has been broken long enough.
    pub(super) fn tick(&mut self) {
        if self.full_until.is_some_and(|until| Instant::now() > until) {
            self.make_room();
        }
    }

    /// Mends everything.
    pub(super) fn mend(&mut self) {
        self.make_room();
        self.valve.open();
    }

    fn make_room(&mut self) {
        self.full_until = None;
        if let Some(disk) = self.disk {
            disk.heal();
        }
    }
}

impl fmt::Display for Breakage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} faults:", self.counts.values().sum::<usize>())?;
        for (fault, _) in WEIGHTS {
            let count = self.counts.get(&fault).copied().unwrap_or(0);
            write!(f, " {fault:?} {count}")?;
        }
        match self.disk {
            Some(_) => Ok(()),
            None => write!(f, " (no disk was filled: may not mount here)"),
        }
    }
}
