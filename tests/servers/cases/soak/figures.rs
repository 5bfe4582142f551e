use std::fmt;
use std::time::{Duration, Instant};

use crate::harness::daemon::Daemon;

/// The most that memory may grow, in KiB an hour, beyond doubt: two standard errors.
const SLOPE: f64 = 1024.0;

/// The most that the number of open files may differ from minute to minute.
const DESCRIPTORS: usize = 2;

/// In a window of time the least counts: what is held while a model is made is no growth.
const WINDOW: Duration = Duration::from_secs(120);

/// A life that is shorter says nothing about its slope.
const ENOUGH: Duration = Duration::from_secs(8 * 60);

#[derive(Debug, Clone, Copy)]
struct Sample {
    at: Duration,
    kibibytes: u64,
    descriptors: usize,
}

/// What the process held, second by second.
pub(super) struct Figures {
    lives: Vec<(Instant, Vec<Sample>)>,
}

impl Figures {
    pub(super) fn new() -> Figures {
        Figures {
            lives: vec![(Instant::now(), Vec::new())],
        }
    }

    /// Another process, from now on.
    pub(super) fn begin_life(&mut self) {
        self.lives.push((Instant::now(), Vec::new()));
    }

    pub(super) fn sample(&mut self, daemon: &Daemon) {
        let Some((start, samples)) = self.lives.last_mut() else {
            return;
        };
        let at = start.elapsed();
        if let (Some(kibibytes), Some(descriptors)) = (daemon.memory(), daemon.descriptors()) {
            samples.push(Sample {
                at,
                kibibytes,
                descriptors,
            });
        }
    }

    /// What the longest life held once it was warm: after its first third.
    pub(super) fn of_longest_life(&self) -> Held {
        let samples = self.lives.iter().map(|(_, samples)| samples);
        let longest = samples.max_by_key(|samples| samples.len()).unwrap();
        let whole = longest.last().map_or(Duration::ZERO, |last| last.at);
        let warm: Vec<Sample> = longest
            .iter()
            .filter(|sample| sample.at > whole / 3)
            .copied()
            .collect();
        if let Ok(path) = std::env::var("SOAK_SAMPLES") {
            let line = |s: &Sample| {
                format!(
                    "{:.1} {} {}\n",
                    s.at.as_secs_f64(),
                    s.kibibytes,
                    s.descriptors
                )
            };
            std::fs::write(path, longest.iter().map(line).collect::<String>()).unwrap();
        }
        Held {
            time: whole - whole / 3,
            slope: slope(&warm, WINDOW),
            most: warm
                .iter()
                .map(|sample| sample.kibibytes)
                .max()
                .unwrap_or(0),
            descriptors: by_minute(&warm),
        }
    }
}

/// What a process held in a part of its life.
pub(super) struct Held {
    time: Duration,
    /// KiB an hour, and its standard error.
    slope: (f64, f64),
    most: u64,
    /// The median of each minute.
    descriptors: Vec<usize>,
}

impl Held {
    pub(super) fn assert_constant(&self) {
        let (least, most) = self.descriptor_range();
        assert!(
            most - least <= DESCRIPTORS,
            "open files: {:?}",
            self.descriptors
        );
        if self.time >= ENOUGH {
            let (slope, error) = self.slope;
            let least = slope - 2.0 * error;
            assert!(least <= SLOPE, "memory grows by {least:.0} KiB/h or more");
        }
    }

    fn descriptor_range(&self) -> (usize, usize) {
        let of = |best: Option<&usize>| best.copied().unwrap_or(0);
        (
            of(self.descriptors.iter().min()),
            of(self.descriptors.iter().max()),
        )
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, most) = self.descriptor_range();
        let minutes = self.time.as_secs_f64() / 60.0;
        write!(
            f,
            "one process over {minutes:.1} min once warm: memory {:+.2} ± {:.2} MiB/h, at most {:.1} MiB; {least} to {most} open files",
            self.slope.0 / 1024.0,
            self.slope.1 / 1024.0,
            self.most as f64 / 1024.0,
        )?;
        match self.time >= ENOUGH {
            true => Ok(()),
            false => write!(f, " (too short for a slope)"),
        }
    }
}

/// KiB an hour and its standard error, by least squares over the least of every window.
fn slope(samples: &[Sample], window: Duration) -> (f64, f64) {
    let number = |sample: &Sample| sample.at.as_secs() / window.as_secs();
    let points: Vec<(f64, f64)> = samples
        .chunk_by(|a, b| number(a) == number(b))
        .filter_map(|chunk| {
            let least = chunk.iter().min_by_key(|sample| sample.kibibytes)?;
            Some((least.at.as_secs_f64() / 3600.0, least.kibibytes as f64))
        })
        .collect();
    let count = points.len() as f64;
    if count < 3.0 {
        return (0.0, f64::INFINITY);
    }
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (time, memory) = (mean(|p| p.0), mean(|p| p.1));
    let both: f64 = points.iter().map(|p| (p.0 - time) * (p.1 - memory)).sum();
    let square: f64 = points.iter().map(|p| (p.0 - time).powi(2)).sum();
    let slope = both / square;
    let rest = |p: &(f64, f64)| (p.1 - memory - slope * (p.0 - time)).powi(2);
    let error = points.iter().map(rest).sum::<f64>() / (count - 2.0) / square;
    (slope, error.sqrt())
}

fn by_minute(samples: &[Sample]) -> Vec<usize> {
    samples
        .chunks(60)
        .map(|chunk| {
            let mut numbers: Vec<usize> = chunk.iter().map(|sample| sample.descriptors).collect();
            numbers.sort_unstable();
            numbers[numbers.len() / 2]
        })
        .collect()
}

#[test]
fn a_slope_is_found() {
    let sample = |second: u64| Sample {
        at: Duration::from_secs(second),
        kibibytes: 20_000 + second + if second % 10 == 3 { 9_000 } else { 0 },
        descriptors: 12 + usize::from(second.is_multiple_of(7)),
    };
    let samples: Vec<Sample> = (0..600).map(sample).collect();
    let (slope, error) = slope(&samples, Duration::from_secs(20));
    assert!(
        (slope - 3600.0).abs() < 1.0 && error < 1.0,
        "{slope} {error}"
    );
    assert_eq!(by_minute(&samples), [12; 10]);
}
