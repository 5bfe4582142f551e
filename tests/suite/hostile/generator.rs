//! Mail made to break readers: every kind at any size, the same bytes each time.

mod bodies;
mod fields;
mod files;
mod markup;
mod structure;
mod words;

/// What a kind is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// One message.
    Mail,
    /// A file of this name with as many messages, rows or cards as its size.
    Many(&'static str),
}

/// A kind of hostile input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    /// The input with so many of what it is a flood of.
    pub(crate) make: fn(usize) -> Vec<u8>,
}

impl Kind {
    const fn mail(name: &'static str, make: fn(usize) -> Vec<u8>) -> Kind {
        Kind {
            name,
            form: Form::Mail,
            make,
        }
    }

    /// The name its file is to have.
    pub(crate) fn file_name(&self) -> &'static str {
        match self.form {
            Form::Mail => "m.eml",
            Form::Many(name) => name,
        }
    }
}

/// Every kind.
pub(crate) fn kinds() -> impl Iterator<Item = Kind> {
    let groups = [
        structure::KINDS,
        fields::KINDS,
        bodies::KINDS,
        markup::KINDS,
        words::KINDS,
        files::KINDS,
    ];
    groups.into_iter().flatten().copied()
}

/// A message of these header lines and this body.
fn message(header: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let mut bytes = format!("{header}\n\n").into_bytes();
    bytes.extend_from_slice(body.as_ref());
    bytes.push(b'\n');
    bytes
}

/// A message that has nothing odd but one header field.
fn with_field(field: &str) -> Vec<u8> {
    message(
        &format!("From: Ann <ann@a.example>\n{field}\nX-After: x"),
        "hello",
    )
}

/// `unit(0) unit(1) …`, so many of them.
fn each(n: usize, unit: impl Fn(usize) -> String) -> String {
    (0..n).map(unit).collect()
}

/// Numbers that look random and are the same each time (xorshift64).
struct Numbers(u64);

impl Iterator for Numbers {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Some(self.0)
    }
}

fn numbers(n: usize) -> Numbers {
    Numbers(0x9E37_79B9_7F4A_7C15 ^ n as u64)
}
