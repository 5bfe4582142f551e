//! Rows of lessons and of the journal that the program did not write: read or refused.
#![no_main]

use std::cell::RefCell;

use anteroom::account::AccountName;
use anteroom::classify::Counts;
use anteroom::label::Label;
use anteroom::learn::example;
use anteroom::state::{State, Which};
use libfuzzer_sys::fuzz_target;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// The columns of a table, with a row that makes sense.
struct Table {
    name: &'static str,
    columns: &'static [(&'static str, &'static str)],
}

const LESSONS: Table = Table {
    name: "lessons",
    columns: &[
        ("identity", "x'000102030405060708090a0b0c0d0e0f'"),
        ("label", "'pitch'"),
        ("learned", "1700000000"),
        ("origin", "'command'"),
        ("relabelled", "0"),
        ("suspended", "0"),
        ("features", "3"),
        ("sender", "x'0001020304050607'"),
        ("signature", "NULL"),
        ("events", "x'000102030405060701000000'"),
    ],
};

const JOURNAL: Table = Table {
    name: "operation",
    columns: &[
        ("round", "1"),
        ("account", "'own'"),
        ("source", "'INBOX'"),
        ("source_validity", "7"),
        ("source_uid", "5"),
        ("target", "'Anteroom/Pitches'"),
        ("target_validity", "8"),
        ("watermark", "1"),
        ("fingerprint", "zeroblob(32)"),
        ("cause", "'filed'"),
        ("label", "'pitch'"),
        ("undoes", "NULL"),
        ("step", "'done'"),
        ("target_uid", "3"),
        ("reason", "NULL"),
        ("began", "1700000000"),
        ("ended", "1700000001"),
    ],
};

/// The store as the program has it open, and as another program has.
struct Store {
    state: State,
    other: Connection,
    account: AccountName,
    _place: tempfile::TempDir,
}

thread_local!(static STORE: RefCell<Store> = RefCell::new(Store::new()));

fuzz_target!(|bytes: &[u8]| {
    STORE.with_borrow_mut(|store| anteroom_fuzz::measured(bytes, |bytes| store.read(bytes)));
});

impl Store {
    fn new() -> Store {
        let place = tempfile::tempdir().expect("a temporary directory");
        let state = State::open(place.path()).expect("a new store");
        let other = Connection::open(State::file(place.path())).expect("the store's file");
        other
            .pragma_update(None, "synchronous", "OFF")
            .expect("a setting");
        let account = AccountName::new("own").expect("a name");
        Store {
            state,
            other,
            account,
            _place: place,
        }
    }

    fn read(&mut self, bytes: &[u8]) {
        let mut input = Input(bytes);
        for table in [&LESSONS, &JOURNAL] {
            self.other
                .execute(&format!("DELETE FROM {}", table.name), [])
                .expect("empty");
            for _ in 0..1 + input.byte() % 3 {
                self.insert(table, &mut input);
            }
        }
        if let Ok(lessons) = self.state.lessons() {
            let book = self.state.lesson_book().expect("nobody else has it");
            for lesson in &lessons {
                let found = book.find(lesson.identity).expect("it was read before");
                assert_eq!(found.as_ref(), Some(lesson));
                book.append(lesson).expect("what was read can be written");
                let example = example(lesson, &Label::ALL);
                let mut counts = Counts::new(Label::ALL.len());
                if counts.learn(example.class, &example.counted()).is_ok() {
                    let taken = counts.unlearn(example.class, &example.counted());
                    taken.expect("what was learned can be unlearned");
                }
            }
        }
        let _ = self.state.open_operations(&self.account);
        let _ = self.state.count_moves(&self.account);
        if let Ok(found) = self.state.operations(&self.account, Which::All) {
            // Rows that contradict each other cannot be written back: that is refused, too.
            let _ = self.state.advance(&found, 1_700_000_002);
        }
    }

    /// A row, of which the store's own rules may refuse the one or other.
    fn insert(&self, table: &Table, input: &mut Input<'_>) {
        let (mut places, mut values) = (Vec::new(), Vec::new());
        for (_, sound) in table.columns {
            match input.value() {
                None => places.push((*sound).to_owned()),
                Some(value) => {
                    values.push(value);
                    places.push(format!("?{}", values.len()));
                }
            }
        }
        let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
        let (names, places) = (names.join(", "), places.join(", "));
        let sql = format!("INSERT INTO {} ({names}) VALUES ({places})", table.name);
        let mut statement = self.other.prepare_cached(&sql).expect("a statement");
        let _ = statement.execute(params_from_iter(values));
    }
}

/// Bytes as values; at the end there are only sound ones.
struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or_default()
    }

    fn take(&mut self, most: usize) -> Vec<u8> {
        let (head, tail) = self.0.split_at(most.min(self.0.len()));
        self.0 = tail;
        head.to_vec()
    }

    /// A value of any type; none for the sound one of its column.
    fn value(&mut self) -> Option<Value> {
        match self.byte() {
            b'n' => Some(Value::Null),
            b'i' => {
                let mut number = [0; 8];
                let bytes = self.take(8);
                number[..bytes.len()].copy_from_slice(&bytes);
                Some(Value::Integer(i64::from_le_bytes(number)))
            }
            b'r' => Some(Value::Real(f64::from(self.byte()) / 3.0)),
            b't' => {
                let length = self.byte();
                let text = self.take(usize::from(length));
                Some(Value::Text(String::from_utf8_lossy(&text).into_owned()))
            }
            b'b' => {
                let length = self.byte();
                Some(Value::Blob(self.take(usize::from(length))))
            }
            _ => None,
        }
    }
}
