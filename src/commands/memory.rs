//! What a command remembers of senders: for this run, or in the state store.

use std::path::Path;

use crate::explain::Grounds;
use crate::history::{Day, Ledger, Past, Salt, Sighting};
use crate::limits;
use crate::state::{Decided, State, StateError};

/// Where sightings are noted.
pub(super) enum Memory {
    /// For this run: the order of the mail itself is the past.
    Run(Ledger),
    /// Between runs.
    Kept(State),
}

impl Memory {
    /// Opens the state store, or starts with nothing.
    pub(super) fn open(state: Option<&Path>) -> Result<Memory, StateError> {
        match state {
            Some(directory) => State::open(directory).map(Memory::Kept),
            None => {
                let ledger = Ledger::new(Salt::default(), limits::MEMORY, Day(0), 0);
                Ok(Memory::Run(ledger))
            }
        }
    }

    /// What sightings are hashed with.
    pub(super) fn salt(&self) -> Result<Salt, StateError> {
        match self {
            Memory::Run(ledger) => Ok(ledger.salt()),
            Memory::Kept(state) => state.salt(),
        }
    }

    /// Notes sightings in their order, and says what was known before each.
    pub(super) fn note(&mut self, sightings: &[Option<Sighting>]) -> Result<Vec<Past>, StateError> {
        match self {
            Memory::Run(ledger) => Ok(sightings
                .iter()
                .map(|sighting| sighting.as_ref().map(|sighting| ledger.note(sighting)))
                .map(Option::unwrap_or_default)
                .collect()),
            Memory::Kept(state) => state.note(sightings),
        }
    }

    /// True if what is decided is remembered longer than this run.
    pub(super) fn keeps_decisions(&self) -> bool {
        matches!(self, Memory::Kept(_))
    }

    /// How the decision on a message came about, if it is remembered.
    pub(super) fn grounds(&self, sighting: &Sighting) -> Result<Option<Grounds>, StateError> {
        match self {
            Memory::Run(_) => Ok(None),
            Memory::Kept(state) => state.grounds(sighting.message),
        }
    }

    /// Number and checksum of the taught models that are kept.
    pub(super) fn taught_models(&self) -> Result<Vec<(i64, String)>, StateError> {
        let versions = match self {
            Memory::Run(_) => Vec::new(),
            Memory::Kept(state) => state.versions()?,
        };
        let numbered = versions.into_iter();
        Ok(numbered.map(|one| (one.version, one.sha256)).collect())
    }

    /// Keeps what was decided, if there is a store.
    pub(super) fn keep(&mut self, decisions: &[Option<Decided>]) -> Result<(), StateError> {
        match self {
            Memory::Run(_) => Ok(()),
            Memory::Kept(state) => state.keep_decisions(decisions),
        }
    }

    /// What is known before a message, which is not noted.
    pub(super) fn past(&mut self, sighting: &Sighting) -> Result<Past, StateError> {
        match self {
            Memory::Run(ledger) => Ok(ledger.past(sighting)),
            Memory::Kept(state) => state.past(sighting),
        }
    }
}
