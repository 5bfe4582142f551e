use std::fmt;
use std::time::{Duration, Instant};

use crate::harness::daemon::Daemon;

/// The most that memory may grow, in KiB an hour, beyond doubt: two standard errors.
const SLOPE: f64 = 1024.0;

/// The most that the number of open files may differ from minute to minute.
const DESCRIPTORS: usize = 2;

/// In a window of time the least counts: what is held while a model is made is no growth.
const WINDOW: Duration = Duration::from_secs(180);

/// A shorter time says nothing about a slope.
const ENOUGH: Duration = Duration::from_secs(12 * 60);

#[derive(Debug, Clone, Copy)]
struct Sample {
    at: Duration,
    kibibytes: u64,
    descriptors: usize,
}

/// What the process held, second by second.
pub(super) struct Figures {
    start: Instant,
    samples: Vec<Sample>,
}

impl Figures {
    pub(super) fn new() -> Figures {
        Figures {
            start: Instant::now(),
            samples: Vec::new(),
        }
    }

    /// Another process, or the same, which is warm: only what it holds from now on counts.
    pub(super) fn begin(&mut self) {
        *self = Figures::new();
    }

    pub(super) fn sample(&mut self, daemon: &Daemon) {
        let at = self.start.elapsed();
        if let (Some(kibibytes), Some(descriptors)) = (daemon.memory(), daemon.descriptors()) {
            self.samples.push(Sample {
                at,
                kibibytes,
                descriptors,
            });
        }
    }

    /// What the process held since the beginning.
    pub(super) fn held(&self) -> Held {
        if let Ok(path) = std::env::var("SOAK_SAMPLES") {
            std::fs::write(path, self.table()).unwrap();
        }
        let kibibytes = self.samples.iter().map(|sample| sample.kibibytes);
        Held {
            time: self.samples.last().map_or(Duration::ZERO, |last| last.at),
            slope: slope(&self.samples, WINDOW),
            most: kibibytes.max().unwrap_or(0),
            descriptors: by_minute(&self.samples),
        }
    }

    /// Seconds, KiB and open files, a line a sample.
    fn table(&self) -> String {
        let line = |s: &Sample| {
            let seconds = s.at.as_secs_f64();
            format!("{seconds:.1} {} {}\n", s.kibibytes, s.descriptors)
        };
        self.samples.iter().map(line).collect()
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
