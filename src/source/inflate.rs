//! gzip with a bound on what may come out of it.

use std::io::{self, BufRead, Read};

use flate2::bufread::MultiGzDecoder;

use crate::limits;

/// Why decompression stopped.
#[derive(Debug, thiserror::Error)]
pub(super) enum InflateError {
    #[error("decompression bomb")]
    Bomb { packed: u64, inflated: u64 },
    #[error("too large")]
    TooLarge,
    #[error("damaged gzip: {cause}")]
    Damaged { inflated: u64, cause: io::Error },
}

/// A gzip stream that refuses to unpack a bomb.
pub(super) struct Inflate {
    decoder: MultiGzDecoder<Counted>,
    inflated: u64,
}

impl Inflate {
    pub(super) fn new(packed: Box<dyn BufRead + Send>) -> Inflate {
        let counted = Counted {
            inner: packed,
            consumed: 0,
        };
        Inflate {
            decoder: MultiGzDecoder::new(counted),
            inflated: 0,
        }
    }
}

impl Read for Inflate {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let inflated = self.inflated;
        let n = self
            .decoder
            .read(buffer)
            .map_err(|cause| io::Error::other(InflateError::Damaged { inflated, cause }))?;
        self.inflated += n as u64;
        let packed = self.decoder.get_ref().consumed;
        if self.inflated > limits::INFLATED_BYTES && self.inflated / limits::INFLATE_RATIO > packed
        {
            return Err(io::Error::other(InflateError::Bomb {
                packed,
                inflated: self.inflated,
            }));
        }
        Ok(n)
    }
}

/// Counts the compressed bytes that were used.
struct Counted {
    inner: Box<dyn BufRead + Send>,
    consumed: u64,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.consumed += n as u64;
        Ok(n)
    }
}

impl BufRead for Counted {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.consumed += n as u64;
        self.inner.consume(n);
    }
}
