//! Waiting for something to happen: IDLE where the server has it, looking now and then elsewhere.

use std::time::{Duration, Instant};

use super::{Session, command};
use crate::limits;
use crate::mailstore::{Ability, MailError, Woken};

/// Waits; what ended it is a hint only. Before it reports that the time is over or that this program
/// was woken, the server has answered, so the link is alive.
pub(super) fn wait(session: &mut Session, limit: Duration) -> Result<Woken, MailError> {
    if std::mem::take(&mut session.news) {
        return Ok(Woken::Server);
    }
    let woken = match session.abilities.contains(&Ability::Idle) {
        true => idle(session, limit)?,
        false => poll(session, limit)?,
    };
    session.news = false;
    Ok(woken)
}

fn idle(session: &mut Session, limit: Duration) -> Result<Woken, MailError> {
    let began = Instant::now();
    match session.ask_idle(limit) {
        Ok(_) => {}
        Err(MailError::Refused { text, .. }) => {
            tracing::info!(reason = %text, "the server refuses IDLE; looking now and then");
            session.abilities.remove(&Ability::Idle);
            return poll(session, limit.saturating_sub(began.elapsed()));
        }
        Err(error) => return Err(error),
    }
    match session.watch.woken().unwrap_or(Woken::Server) {
        // There are servers that offer IDLE and never say anything.
        Woken::Time => look(session, Woken::Time),
        woken => Ok(woken),
    }
}

fn poll(session: &mut Session, limit: Duration) -> Result<Woken, MailError> {
    let ends = Instant::now() + limit;
    loop {
        let left = ends.saturating_duration_since(Instant::now());
        let slept = session.watch.sleep(left.min(session.patience.poll));
        let slept = slept.map_err(|error| session.lost(&error.to_string()))?;
        let woken = look(session, slept)?;
        if woken != Woken::Time || Instant::now() >= ends {
            return Ok(woken);
        }
    }
}

/// Asks the server whether something happened, which also proves that it is there.
fn look(session: &mut Session, woken: Woken) -> Result<Woken, MailError> {
    session.ask(command::NOOP, limits::ANSWER_BYTES)?;
    match session.news {
        true => Ok(Woken::Server),
        false => Ok(woken),
    }
}
