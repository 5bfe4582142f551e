//! A whole session over every transcript that differs a little from one that is understood.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use super::transcript::play;

/// What a server says in a session that uses every call.
const TRANSCRIPT: &str = include_str!("transcript.txt");

#[test]
fn the_transcript_is_understood_to_its_end() {
    let bytes = TRANSCRIPT.replace('\n', "\r\n").into_bytes();
    assert_eq!(play(bytes), 14);
}

/// Every byte by every other, every end, every line dropped, doubled and moved.
fn mutants(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let with = move |at: usize, byte: u8| {
        let mut mutant = bytes.to_vec();
        mutant[at] = byte;
        mutant
    };
    let other = (0..bytes.len()).flat_map(move |at| {
        (0..=255_u8)
            .filter(move |byte| *byte != bytes[at])
            .map(move |byte| with(at, byte))
    });
    let cut = (0..bytes.len()).map(|end| bytes[..end].to_vec());
    let lines: Vec<Vec<u8>> = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    let count = lines.len();
    let pairs = (0..count).flat_map(move |from| (0..count).map(move |to| (from, to)));
    let moved = pairs.flat_map(move |(from, to)| {
        let mut swapped = lines.clone();
        swapped.swap(from, to);
        let mut doubled = lines.clone();
        doubled.insert(to, lines[from].clone());
        [swapped.concat(), doubled.concat()]
    });
    other.chain(cut).chain(moved)
}

#[test]
fn no_transcript_takes_a_session_with_it() {
    let bytes = TRANSCRIPT.replace('\n', "\r\n").into_bytes();
    let (mut tried, mut slowest) = (0_usize, Duration::ZERO);
    for mutant in mutants(&bytes) {
        let began = Instant::now();
        let shown = String::from_utf8_lossy(&mutant).into_owned();
        let survived = catch_unwind(AssertUnwindSafe(|| play(mutant)));
        assert!(survived.is_ok(), "a panic after {shown}");
        slowest = slowest.max(began.elapsed());
        tried += 1;
    }
    println!("{tried} mutants, the slowest took {slowest:?}");
    assert!(tried >= 200_000, "only {tried}");
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
}
