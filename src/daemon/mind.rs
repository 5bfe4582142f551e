//! What messages are judged by.

use std::sync::Arc;

use crate::decide::Policy;
use crate::model::{Model, ModelError};
use crate::owner::Owner;
use crate::state::{State, StateError};

/// What messages are judged by. Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct Mind {
    /// Whose mail it is.
    pub owner: Arc<Owner>,
    /// The model lessons are taught to.
    pub base: Arc<Model>,
    /// The model to judge by.
    pub model: Arc<Model>,
    /// Thresholds and rules.
    pub policy: Policy,
    /// Number of the taught model in the store; none for the base.
    pub version: Option<i64>,
}

/// Why the model that is in place cannot be taken up.
#[derive(Debug, thiserror::Error)]
pub(super) enum MindError {
    /// The store.
    #[error(transparent)]
    State(#[from] StateError),
    /// The file.
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl Mind {
    /// Takes up the model that is in place, if somebody taught or brought back another one since:
    /// this account, another, or a command.
    pub(super) fn refresh(&mut self, state: &State) -> Result<(), MindError> {
        let Some(place) = state.in_place()? else {
            return Ok(());
        };
        if self.version == Some(place.version) || place.base != self.base.id() {
            return Ok(());
        }
        self.model = Arc::new(state.load_version(place.version)?);
        self.version = Some(place.version);
        tracing::info!(version = place.version, "another model judges from now on");
        Ok(())
    }
}
