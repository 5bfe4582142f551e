//! Wrong but bearable things about a message.

use serde::{Deserialize, Serialize};

/// Something wrong with a message that did not keep it from being read, or did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Defect {
    /// No bytes but white space.
    Empty,
    /// Longer than the cap; the rest was not read.
    Truncated,
    /// The MIME structure could not be read.
    Unparsable,
    /// Not one header field.
    NoHeaders,
    /// A header longer than the cap, or too many.
    OversizedHeader,
    /// More parts than the cap.
    TooManyParts,
    /// More text than the cap.
    TooMuchText,
    /// Base64 with symbols that do not belong there.
    BrokenBase64,
    /// A Content-Transfer-Encoding that had to be guessed.
    OddTransferEncoding,
    /// A multipart whose boundary never comes.
    MissingBoundary,
    /// A charset nobody knows.
    UnknownCharset,
    /// A platform's mail in a layout that is not known here.
    UnknownLayout,
    /// Reading this message panicked: a bug, reported as such.
    Fault,
}

impl Defect {
    /// True if the message could not be judged by what it says.
    pub fn is_unreadable(self) -> bool {
        matches!(
            self,
            Defect::Empty | Defect::Unparsable | Defect::NoHeaders | Defect::Fault
        )
    }

    /// What went wrong, in words for the owner.
    pub fn describe(self) -> &'static str {
        match self {
            Defect::Empty => "the message is empty",
            Defect::Truncated => "only the first MiB was read",
            Defect::Unparsable => "the structure of the message cannot be read",
            Defect::NoHeaders => "the message has no headers",
            Defect::OversizedHeader => "a header is larger than any honest one",
            Defect::TooManyParts => "the message has more parts than any honest one",
            Defect::TooMuchText => "only the first 512 KiB of text were read",
            Defect::BrokenBase64 => "the base64 encoding is broken",
            Defect::OddTransferEncoding => "the transfer encoding is malformed",
            Defect::MissingBoundary => "the part boundary never comes",
            Defect::UnknownCharset => "the character set is unknown",
            Defect::UnknownLayout => "a platform mail in an unknown layout",
            Defect::Fault => "reading this message failed inside anteroom; please report it",
        }
    }
}
