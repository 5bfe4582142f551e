//! The model to judge by: one that was loaded, with the owner's lessons.

use super::{CommandError, Notes, count_of};
use crate::config::StatePlace;
use crate::learn::{Standing, counting, standings, teach};
use crate::model::Model;
use crate::state::State;

/// The model with the lessons of the state store, if there are any.
pub(super) fn model(
    base: Model,
    place: Option<&StatePlace>,
    notes: Notes,
) -> Result<Model, CommandError> {
    let Some(place) = place else {
        return Ok(base);
    };
    let Some(state) = State::look(place.path())? else {
        return Ok(base);
    };
    let Some(in_place) = state.in_place()? else {
        return Ok(base);
    };
    let version = state
        .versions()?
        .into_iter()
        .find(|version| version.version == in_place.version);
    if in_place.base == base.id()
        && let Some(version) = version
    {
        match state.load_version(version.version) {
            Ok(model) => {
                announce(place, version.lessons, notes);
                return Ok(model);
            }
            Err(error) => notes.say(&format!(
                "anteroom: {error}\nanteroom: put together again from the lessons"
            )),
        }
    }
    put_together(&base, &state, place, notes)
}

/// Teaches the lessons anew: the base is another one than they were taught to, or the file of the
/// taught model is damaged.
fn put_together(
    base: &Model,
    state: &State,
    place: &StatePlace,
    notes: Notes,
) -> Result<Model, CommandError> {
    let lessons = state.lessons()?;
    let evidence = base.counts.evidence();
    let standings = standings(&lessons, evidence);
    for useless in [Standing::Outdated, Standing::OtherEvidence] {
        let found = standings.iter().filter(|one| **one == useless).count();
        if found > 0 {
            notes.say(&format!(
                "anteroom: {} in {} not counted: {}",
                count_of(found, "lesson"),
                place.path().display(),
                useless.describe()
            ));
        }
    }
    let lessons = counting(&lessons, evidence);
    announce(place, lessons.len() as u64, notes);
    teach(base, &lessons).map_err(|error| CommandError::Data(error.to_string()))
}

/// Says that lessons are used where nobody asked for them on this command line.
fn announce(place: &StatePlace, lessons: u64, notes: Notes) {
    if let (StatePlace::Usual(path), 1..) = (place, lessons) {
        notes.say(&format!(
            "anteroom: judging with your {} in {}",
            count_of(lessons as usize, "lesson"),
            path.display()
        ));
    }
}
