//! Messages through a pure function on all cores, in their order, with bounded memory.

use rayon::prelude::*;

use super::{RawMessage, Source, SourceError};

/// Messages of one batch.
const BATCH_MESSAGES: usize = 128;

/// Bytes after which a batch is full.
const BATCH_BYTES: usize = 512 << 10;

/// Maps every message of a source and hands the results to `sink` in the messages' order. While
/// one batch is mapped, the next is read and the one before goes to the sink.
///
/// # Errors
/// Those of the source, and those of `sink`, which end the run.
pub fn map_in_order<T, E>(
    source: &mut Source,
    map: impl Fn(&RawMessage) -> T + Sync,
    sink: impl FnMut(RawMessage, T) -> Result<(), E>,
) -> Result<(), E>
where
    T: Send,
    E: From<SourceError> + Send,
{
    map_batches(
        source,
        |batch| Ok(batch.par_iter().map(&map).collect()),
        sink,
    )
}

/// As [`map_in_order`], for a function that maps a whole batch, one result a message. Batches
/// come to it in their order, one at a time.
///
/// # Errors
/// Those of the source, of `map` and of `sink`, which end the run.
pub fn map_batches<T, E>(
    source: &mut Source,
    mut map: impl FnMut(&[RawMessage]) -> Result<Vec<T>, E> + Send,
    mut sink: impl FnMut(RawMessage, T) -> Result<(), E>,
) -> Result<(), E>
where
    T: Send,
    E: From<SourceError> + Send,
{
    let mut batch = read_batch(source)?;
    let mut mapped: Vec<(RawMessage, T)> = Vec::new();
    while !batch.is_empty() {
        let (next, results) = std::thread::scope(|scope| {
            let work = scope.spawn(|| rayon::join(|| read_batch(source), || map(&batch)));
            for (message, result) in mapped.drain(..) {
                sink(message, result)?;
            }
            // A panic of the mapping is one here too.
            let done = work
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            Ok::<_, E>(done)
        })?;
        mapped.extend(batch.into_iter().zip(results?));
        batch = next?;
    }
    mapped
        .into_iter()
        .try_for_each(|(message, result)| sink(message, result))
}

fn read_batch(source: &mut Source) -> Result<Vec<RawMessage>, SourceError> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    while batch.len() < BATCH_MESSAGES && bytes < BATCH_BYTES {
        let Some(message) = source.next_message()? else {
            break;
        };
        bytes += message.content.size();
        batch.push(message);
    }
    Ok(batch)
}
