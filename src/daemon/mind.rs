//! What messages are judged by.

use std::sync::Arc;

use crate::decide::Policy;
use crate::explain::{DecidedBy, Recorder};
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
    version: Option<i64>,
    /// The base's id, which takes a while to work out.
    base_id: String,
    /// How decisions name the model and the policy; the same holds.
    decided_by: DecidedBy,
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
    /// A mind with a model that was taught from the base and has this number in the store; none for
    /// the base itself.
    pub fn new(
        owner: Owner,
        base: Model,
        (model, version): (Model, Option<i64>),
        policy: Policy,
    ) -> Mind {
        Mind {
            owner: Arc::new(owner),
            base_id: base.id(),
            decided_by: DecidedBy::of(&model, &policy),
            base: Arc::new(base),
            model: Arc::new(model),
            policy,
            version,
        }
    }

    /// Takes down decisions made now, in seconds since 1970.
    pub(super) fn recorder(&self, now: i64) -> Recorder<'_> {
        Recorder::known_as(&self.model, &self.policy, self.decided_by.clone(), now)
    }

    /// Takes up the model that is in place, if somebody taught or brought back another one since:
    /// this account, another, or a command.
    pub(super) fn refresh(&mut self, state: &State) -> Result<(), MindError> {
        let Some(place) = state.in_place()? else {
            return Ok(());
        };
        if self.version == Some(place.version) || place.base != self.base_id {
            return Ok(());
        }
        self.model = Arc::new(state.load_version(place.version)?);
        self.version = Some(place.version);
        self.decided_by = DecidedBy::of(&self.model, &self.policy);
        tracing::info!(version = place.version, "another model judges from now on");
        Ok(())
    }
}
