//! Labelled mail, walked in the order it came: every message is judged, then learned.
//!
//! What an owner would have seen, had the program stood at the door from the first message on and
//! had every verdict been corrected the same evening. Pure: nothing is written anywhere.

mod calendar;
mod learner;
mod walk;

pub use calendar::{Period, Step};
pub use learner::{Learner, Opinion, Start};
pub use walk::{Replay, SCHEMA, Tally, Truth, Waiting, replay};
