//! Every bound on what a message may cost, in one place, each with its reason.
//!
//! The input is written by strangers. A bound that is reached is recorded as a defect; it never
//! ends a run.

use std::time::Duration;

use crate::history::Bounds;

/// Bytes of a message that are parsed. Real mail says what it wants in far less; the cap keeps
/// memory and time of one message independent of its size.
pub const MESSAGE_BYTES: usize = 1 << 20;

/// Bytes of a message's header that are fetched to recognise it by: far more than real mail has.
pub const HEAD_BYTES: usize = 256 << 10;

/// Longest a connection to a mail server may take to stand, looking up its name included.
pub const CONNECT: Duration = Duration::from_secs(10);

/// Longest wait for a greeting, a handshake or a login. Servers hold back the answer to a wrong
/// password for three to six seconds.
pub const LOGIN: Duration = Duration::from_secs(30);

/// Longest a mail server may be silent within one command; no byte of the answer counts for more
/// than its share of [`SLOWEST`], so that a drip does not keep a command alive.
pub const COMMAND: Duration = Duration::from_secs(60);

/// Bytes a second on the slowest line that is still of use; each byte received puts the end of
/// [`COMMAND`] off by its share.
pub const SLOWEST: u64 = 16 << 10;

/// Bytes of an answer that holds no mail: a listing of fifty thousand folders.
pub const ANSWER_BYTES: usize = 4 << 20;

/// Bytes of the answer to a search: 1.4 million messages.
pub const SEARCH_BYTES: usize = 16 << 20;

/// Bytes of an answer a message on top of what was asked of it.
pub const ANSWER_SLACK: usize = 64 << 10;

/// Headers of messages that are asked for at once: with every header at its longest, 16 MB.
pub const HEADS_AT_ONCE: usize = 50;

/// Messages that are asked for at once. Whoever asks keeps what it asks for within some MB by the
/// sizes; a server that sends more than it said is let go at a MiB for each.
pub const LETTERS_AT_ONCE: usize = 100;

/// UIDs in one command. Servers refuse lines of more than 8,000 bytes; these take 5,500 at most, and
/// a folder's name 1,600.
pub const UIDS_IN_A_COMMAND: usize = 500;

/// Bytes of a user name, a password or a token; tokens of large services have some thousands.
pub const SECRET_BYTES: usize = 16 << 10;

/// Time between two looks where the server cannot say that something happened.
pub const POLL: Duration = Duration::from_secs(30);

/// Bytes of one logical `Content-*` header line. mailparse decodes RFC 2231 parameters in
/// quadratic time inside `parse_mail` (389 kB took 1.2 s), so longer lines are cut before it.
pub const CONTENT_HEADER_BYTES: usize = 4 << 10;

/// Raw bytes of one header that is decoded. Encoded words decode in quadratic time (560 kB took
/// 1.3 s); a longer header is kept undecoded and noted.
pub const HEADER_BYTES: usize = 8 << 10;

/// Steps of decoding the encoded words of one header. Those of 8 KiB of words take a million, a
/// few milliseconds; 8 KiB of beginnings and ends that do not belong together took 16 s.
pub const HEADER_STEPS: usize = 2 << 20;

/// The same of a `Content-*` header line, of which every part may have some: a file name in ten words
/// takes ten thousand.
pub const CONTENT_HEADER_STEPS: usize = 32 << 10;

/// Raw bytes of all headers that are kept.
pub const HEADERS_BYTES: usize = 64 << 10;

/// Top-level header fields that are kept; beyond it nothing a reader sees is left.
pub const HEADER_FIELDS: usize = 1_000;

/// `Authentication-Results` fields that are looked at for one of the owner's own server. It is among
/// the first few: each server on the way puts its own on top.
pub const AUTH_RESULTS: usize = 32;

/// MIME parts that are visited. A 4 MB message can hold a million empty ones.
pub const PARTS: usize = 1_000;

/// Forwarded messages inside a message that are opened. Each is parsed anew, so nesting them
/// would cost their product.
pub const FORWARDED: usize = 8;

/// Bytes of decoded text kept over all parts.
pub const TEXT_BYTES: usize = 512 << 10;

/// Bytes of one HTML part that are read.
pub const HTML_BYTES: usize = 256 << 10;

/// Links kept of one message.
pub const LINKS: usize = 500;

/// Bytes of a link in plain text that are read. Its host is at its start; each of many links inside
/// one long link would else be read to the end of it (1.1 MB took 1.5 s).
pub const LINK_BYTES: usize = 2 << 10;

/// Lines of a platform's mail that are read. The frame and the longest note a platform lets its
/// users write take a tenth of it; every line is held against lists of words.
pub const FRAME_LINES: usize = 200;

/// Bytes of a platform's mail that are read, for the same reason.
pub const FRAME_BYTES: usize = 32 << 10;

/// Lines of a mail in which quoted history is looked for; what lies beyond stays as it is. Four
/// pages of it become words, and those are a few hundred lines.
pub const HISTORY_LINES: usize = 4_000;

/// Bytes of visible text that become words: four pages. The start is what a reader sees, and a
/// long tail of copied prose is how filters are talked round.
pub const WORDS_BYTES: usize = 8 << 10;

/// Distinct words of one message that count.
pub const DISTINCT_WORDS: usize = 4_000;

/// Characters of one word; a longer run is counted by its shape.
pub const WORD_CHARS: usize = 40;

/// Bytes of a decompressed stream per compressed byte before it is taken for a bomb, once
/// [`INFLATED_BYTES`] are out.
pub const INFLATE_RATIO: u64 = 200;

/// Decompressed bytes below which no ratio is judged.
pub const INFLATED_BYTES: u64 = 64 << 20;

/// Bytes of one vCard property that are kept; an address has far fewer, a photograph far more.
pub const CARD_PROPERTY_BYTES: usize = 4 << 10;

/// Addresses, names and Message-IDs that are remembered of the owner's relations: twenty years of
/// busy correspondence are a tenth of it, and it takes about 100 MB.
pub const RELATIONS: usize = 1_000_000;

/// Bytes of all tables of a data export, unpacked. They are held in memory, since what one row
/// means is told by others of its conversation; a hundred thousand long messages are half of it.
pub const EXPORT_BYTES: u64 = 128 << 20;

/// Entries of a zip archive; LinkedIn's exports have about fifty.
pub const ARCHIVE_ENTRIES: usize = 10_000;

/// Lines above the header of a table; LinkedIn writes three.
pub const TABLE_PREAMBLE: usize = 10;

/// Rows of an export that make no sense and are told one by one; finding the line of one takes as
/// long as its table is. The others are counted.
pub const ODD_ROWS: usize = 20;

/// Files that cannot be read and are told one by one; the others are counted.
pub const UNREADABLE_SHOWN: usize = 20;

/// Stack of a thread that parses. 100 levels of nesting, mailparse's own limit, need 96 KiB in
/// release and 384 KiB in debug builds.
pub const PARSE_STACK_BYTES: usize = 2 << 20;

/// Identities of one sender that are remembered: name, address, profile and a firm or two.
pub const IDENTITIES: usize = 6;

/// Senders of one note that are told apart; a count that high says "30 others or more".
pub const SENDERS_OF_A_NOTE: usize = 30;

/// The last day a message may claim, 2100-01-01: a date in the far future would make all mail
/// that has none as late.
pub const LAST_DAY: i32 = 47_482;

/// What a run without a state store remembers: some 20 MB, whatever the size of the mailbox.
pub const MEMORY: Bounds = Bounds {
    people: 100_000,
    messages: 100_000,
    notes: 20_000,
};

/// What a state store remembers: some 150 MB on disk at most. A message that was forgotten is
/// counted again when it is read again, so messages are remembered longest.
pub const STORE: Bounds = Bounds {
    people: 300_000,
    messages: 1_000_000,
    notes: 100_000,
};

/// Decisions of which a state store remembers how they came about, the newest: some 500 bytes each.
/// Nobody asks after a year why a mail was filed, and this many are years of busy mail.
pub const GROUNDS: usize = 100_000;

/// Events on each side that are remembered of how a decision came about: what a reader takes in.
pub const GROUNDS_EVENTS: usize = 8;

/// Lessons of one sender that count. One campaign, or one stranger who writes a lot, must not
/// decide what words mean; twenty examples say all there is to say about a sender.
pub const LESSONS_PER_SENDER: usize = 20;

/// Lessons of one day that count. A person corrects a few dozen at most; more is a rule or a
/// script gone wrong, and it must not outweigh years of lessons before somebody looks.
pub const LESSONS_PER_DAY: usize = 200;

/// Weight of all events of one lesson together, in units of one plain word: about what a message
/// of twenty words has. A long one counts as much, spread over its words, so that a mail full of
/// dictionary teaches no more than another. Lessons are also worth more on other mail this way:
/// twenty of them bring log loss on one mailbox from 0.391 to 0.385.
pub const LESSON_UNITS: u32 = 50;

/// Messages of one command that moves or copies: one by one a server moves 30 in a second, by two
/// hundred some thousands, and the command's line stays far below the 8 kB servers read.
pub const MOVES_PER_COMMAND: usize = 200;

/// Newest messages of a folder that are looked through for one whose UID is no longer known. It
/// happens when a folder was renumbered or when a move is taken back; the headers of so many are
/// read in seconds.
pub const SEARCHED_MESSAGES: usize = 20_000;

/// Folders that are looked at for one that was renamed.
pub const SEARCHED_FOLDERS: usize = 500;

/// Seconds after which a closed operation is forgotten: a year of undoing.
pub const JOURNAL_SECONDS: i64 = 365 * 24 * 3600;

/// Operations that are kept whatever their age says, lest a clock that jumps ahead empties the
/// journal.
pub const JOURNAL_FLOOR: i64 = 10_000;

/// Rounds of operations of which it is remembered where the folders stood before, some 3 MB. A round
/// takes a server many milliseconds, and what was filed is watched for ten minutes.
pub const JOURNAL_ROUNDS: i64 = 20_000;

/// Operations that are kept at most, some 60 MB; open ones always are.
pub const JOURNAL_ROWS: i64 = 200_000;

/// Messages fetched at once to learn from: at most 4 MiB.
pub const LESSONS_AT_ONCE: usize = 4;

/// Messages of one folder that are known by their fingerprints, the newest: some 15 MB in the state
/// store.
pub const RESIDENTS: usize = 200_000;

/// Messages of one account that are still known after they left all managed folders. One that is
/// forgotten and comes back is taken for new mail.
pub const DEPARTED: usize = 100_000;

/// Messages of one account that were put back and are never filed again. A person puts back a few a
/// day at most: this is a life.
pub const PINS: usize = 100_000;

/// Moves of one account that wait to be learned. No hand moves more within a grace period; beyond it
/// the oldest teach nothing, and `anteroom learn --from-folder` is for whole folders.
pub const CORRECTIONS: usize = 1_000;

/// Moves that are learned at once. A new model is made for all of them together, and if it is
/// refused, for each half, down to the one that does the harm.
pub const CORRECTIONS_AT_ONCE: usize = 16;

/// Messages that are learned of a folder that is imported, the newest: they bring a model as far as
/// lessons can, and all of them are taught anew with every later lesson.
pub const IMPORTED: usize = 1_000;

/// Times a message may be begun and not finished before it is left alone. The first time the cause
/// may have been another message of its batch, or the power; it is then tried by itself.
pub const BEGUN: u32 = 2;

/// Messages that were begun and not finished that are remembered.
pub const ATTEMPTS: usize = 10_000;

/// New messages that are fetched, judged and filed together: one by one a server answers a quarter
/// as fast, and more at once is not faster. What a crash interrupts is one batch.
pub const BATCH: usize = 100;

/// Bytes of one batch of new messages, unless one alone is larger.
pub const BATCH_BYTES: usize = 4 << 20;

/// Times filing a message may be begun and broken off, one time after the other, before it is left
/// where it is. The first time it may have been any message of its batch; then each is filed by itself.
pub const FILINGS_BEGUN: u32 = 3;

/// Messages that wait to be filed because a server refuses. A hundred days of a busy mailbox.
pub const DEFERRED: usize = 10_000;

/// Bytes of a file or of a program's output that a secret is looked for in. Tokens have a few
/// thousand; more is the wrong file.
pub const SECRET_FILE_BYTES: usize = 64 << 10;

/// How long a program may take to print a secret: time to unlock a key ring by hand, and no login
/// waits longer.
pub const SECRET_TIME: Duration = Duration::from_secs(30);

/// Bytes of a model file. The shipped one has 3.4 MB, one of 5,853 public mails 11 MB.
pub const MODEL_BYTES: u64 = 4 << 30;

/// Bytes of a configuration; with every key and all comments it has 7 kB.
pub const SETTINGS_BYTES: u64 = 1 << 20;

/// Bytes of a file of certificate authorities; those of a whole system have 220 kB.
pub const AUTHORITIES_BYTES: u64 = 16 << 20;

/// Bytes of a file of labels: some three million lines.
pub const LABELS_BYTES: u64 = 256 << 20;
