//! The tables of an export as rows: invitations, messages, connections, in every layout seen
//! since 2018.

use std::io::Read;

use super::date;
use super::table::{Row, Table};
use crate::owner::profile_slug;
use crate::source::{OddRows, SourceError};

/// One row of an export that is an inbound contact.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportRow {
    /// What it is.
    pub kind: RowKind,
    /// Who sent it.
    pub from: Person,
    /// Subject of a message; mostly empty.
    pub subject: String,
    /// The note or message as exported: plain text or HTML.
    pub text: String,
    /// When it was sent, in seconds since 1970.
    pub sent: Option<i64>,
    /// The owner's part in the conversation.
    pub owner_wrote: OwnerWrote,
    /// True if the export lists the sender among the owner's connections.
    pub is_connection: bool,
}

/// What a row of an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// A request to connect.
    Invitation,
    /// A message.
    Message,
    /// An advertisement that LinkedIn was paid to deliver as a message.
    Sponsored,
}

/// Whether the owner wrote in a row's conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerWrote {
    /// They did not.
    Nothing,
    /// After this row.
    Later,
    /// Before this row.
    Earlier,
}

/// A person as an export names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Full name.
    pub name: String,
    /// Link to their profile; none if it is empty or the layout has no such column.
    pub profile: Option<String>,
}

/// A row of `Connections.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// First and last name.
    pub name: String,
    /// Name in the link to their profile, see [`profile_slug`].
    pub slug: Option<String>,
    /// Their address, if they show it to connections.
    pub email: Option<String>,
}

/// A row with what its table says about its place.
pub(super) struct Placed {
    pub(super) row: ExportRow,
    /// File the row is in, by position in [`Tables::names`].
    pub(super) table: usize,
    /// Position in it, from 0.
    pub(super) index: u64,
    /// Who it was sent to.
    pub(super) to: Vec<Person>,
    /// Which conversation; empty in the layout of 2018.
    pub(super) conversation: String,
    /// What the table says of its direction, if it does.
    pub(super) direction: Option<Direction>,
}

/// Which way a row went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Incoming,
    Outgoing,
}

/// Everything read from the tables of an export.
#[derive(Default)]
pub(super) struct Tables {
    /// Names of the files.
    pub(super) names: Vec<String>,
    pub(super) invitations: Vec<Placed>,
    /// Messages without drafts.
    pub(super) messages: Vec<Placed>,
    pub(super) connections: Vec<Connection>,
    /// True if there was a table of invitations or messages.
    pub(super) has_contacts: bool,
    /// True if there was a table of connections.
    pub(super) has_connections: bool,
    /// Rows that make no sense, of all tables.
    pub(super) odd: OddRows,
    /// Those of connections.
    pub(super) odd_connections: OddRows,
}

impl Tables {
    /// Reads one table; which one, its columns tell. Rows that make no sense are passed over.
    ///
    /// # Errors
    /// If it cannot be read to its end, is of no known kind, or has no row that makes sense.
    pub(super) fn read(&mut self, name: &str, stream: impl Read) -> Result<(), SourceError> {
        let mut table = Table::open(name, stream)?;
        let has = |column: &str| table.column(&[column]).is_some();
        let mut odd = OddRows::default();
        self.names.push(name.to_owned());
        if has("from") && has("content") && has("date") {
            self.has_contacts = true;
            self.read_messages(&mut table, &mut odd)?;
        } else if has("from") && has("message") && has("direction") {
            self.has_contacts = true;
            self.read_invitations(&mut table, &mut odd)?;
        } else if has("first name") && has("last name") {
            self.has_connections = true;
            self.read_connections(&mut table, &mut odd)?;
            self.odd_connections.join(table.with_sense(odd)?);
            return Ok(());
        } else {
            return Err(table.error(
                table.header_at,
                "columns of no known table; expected those of Invitations.csv (From, To, Sent At, Message, Direction), messages.csv (FROM, TO, DATE, SUBJECT, CONTENT) or Connections.csv (First Name, Last Name)".to_owned(),
            ));
        }
        self.odd.join(table.with_sense(odd)?);
        Ok(())
    }

    fn read_invitations(
        &mut self,
        table: &mut Table,
        odd: &mut OddRows,
    ) -> Result<(), SourceError> {
        let [from, to, sent, message, direction] = [
            table.column(&["from"]),
            table.column(&["to"]),
            table.column(&["sent at", "date sent"]),
            table.column(&["message"]),
            table.column(&["direction"]),
        ];
        let inviter = table.column(&["inviterprofileurl"]);
        let invitee = table.column(&["inviteeprofileurl"]);
        while let Some(row) = table.next_row(odd)? {
            let Some(way) = way(&row.text(direction)) else {
                let found = crate::message::clean_text(&row.text(direction));
                let (at, shown) = (row.at, found);
                let what = format!("Direction is '{shown}'; expected INCOMING or OUTGOING");
                odd.add(|| table.error(at, what));
                continue;
            };
            self.invitations.push(Placed {
                row: ExportRow {
                    kind: RowKind::Invitation,
                    from: Person::new(&row.text(from), &row.text(inviter)),
                    subject: String::new(),
                    text: row.text(message),
                    sent: date::seconds(&row.text(sent)),
                    owner_wrote: OwnerWrote::Nothing,
                    is_connection: false,
                },
                table: self.names.len() - 1,
                index: row.index,
                to: vec![Person::new(&row.text(to), &row.text(invitee))],
                conversation: String::new(),
                direction: Some(way),
            });
        }
        Ok(())
    }

    fn read_messages(&mut self, table: &mut Table, odd: &mut OddRows) -> Result<(), SourceError> {
        let columns = MessageColumns::of(table);
        while let Some(row) = table.next_row(odd)? {
            if !columns.is_draft(&row) {
                self.messages
                    .push(columns.placed(&row, self.names.len() - 1));
            }
        }
        Ok(())
    }

    fn read_connections(
        &mut self,
        table: &mut Table,
        odd: &mut OddRows,
    ) -> Result<(), SourceError> {
        let first = table.column(&["first name"]);
        let last = table.column(&["last name"]);
        let url = table.column(&["url", "profile url"]);
        let email = table.column(&["email address"]);
        while let Some(row) = table.next_row(odd)? {
            let email = row.text(email).trim().to_owned();
            self.connections.push(Connection {
                name: one_spelling(&format!("{} {}", row.text(first), row.text(last))),
                slug: profile_slug(&row.text(url)),
                email: email.contains('@').then_some(email),
            });
        }
        Ok(())
    }
}

/// Where the columns of a table of messages are.
struct MessageColumns {
    conversation: Option<usize>,
    from: Option<usize>,
    profile: Option<usize>,
    to: Option<usize>,
    to_profiles: Option<usize>,
    date: Option<usize>,
    subject: Option<usize>,
    content: Option<usize>,
    direction: Option<usize>,
    drafts: [Option<usize>; 2],
}

impl MessageColumns {
    fn of(table: &Table) -> MessageColumns {
        let column = |name: &str| table.column(&[name]);
        MessageColumns {
            conversation: column("conversation id"),
            from: column("from"),
            profile: column("sender profile url"),
            to: column("to"),
            to_profiles: column("recipient profile urls"),
            date: column("date"),
            subject: column("subject"),
            content: column("content"),
            direction: column("direction"),
            drafts: [column("is message draft"), column("is conversation draft")],
        }
    }

    fn is_draft(&self, row: &Row<'_>) -> bool {
        self.drafts.iter().any(|column| {
            matches!(
                row.text(*column).trim().to_lowercase().as_str(),
                "yes" | "true"
            )
        })
    }

    fn placed(&self, row: &Row<'_>, table: usize) -> Placed {
        let from = Person::new(&row.text(self.from), &row.text(self.profile));
        let text = row.text(self.content);
        let subject = row.text(self.subject);
        // A member's message has their profile beside it, wherever the layout has a place for it.
        let has_no_member = self.profile.is_some() && from.profile.is_none();
        let is_sponsored = has_no_member || is_advertisement(&text) || is_advertisement(&subject);
        Placed {
            row: ExportRow {
                kind: match is_sponsored {
                    true => RowKind::Sponsored,
                    false => RowKind::Message,
                },
                from,
                subject,
                text,
                sent: date::seconds(&row.text(self.date)),
                owner_wrote: OwnerWrote::Nothing,
                is_connection: false,
            },
            table,
            index: row.index,
            to: recipients(&row.text(self.to), &row.text(self.to_profiles)),
            conversation: row.text(self.conversation),
            direction: way(&row.text(self.direction)),
        }
    }
}

/// Marks of LinkedIn's tool for advertisements: a field nobody filled in, the class of its editor.
fn is_advertisement(text: &str) -> bool {
    ["%FIRSTNAME%", "%LASTNAME%", "spinmail-quill-editor"]
        .iter()
        .any(|mark| text.contains(mark))
}

fn way(text: &str) -> Option<Direction> {
    match text.trim().to_ascii_uppercase().as_str() {
        "INCOMING" => Some(Direction::Incoming),
        "OUTGOING" => Some(Direction::Outgoing),
        _ => None,
    }
}

/// Recipients of a message: names and links, each list separated by commas. A name may hold a
/// comma itself, so the list as a whole is one more candidate.
fn recipients(names: &str, links: &str) -> Vec<Person> {
    let list = |text: &str| -> Vec<String> {
        text.split(',')
            .map(one_spelling)
            .filter(|part| !part.is_empty())
            .collect()
    };
    let links = list(links);
    let parts = list(names);
    if links.len() <= 1 || links.len() != parts.len() {
        let whole = Person::new(names, links.first().map_or("", String::as_str));
        let rest = links.iter().skip(1).map(|link| Person::new("", link));
        let parts = parts.iter().filter(|_| parts.len() > 1);
        let parts = parts.map(|name| Person::new(name, ""));
        return std::iter::once(whole).chain(rest).chain(parts).collect();
    }
    parts
        .iter()
        .zip(&links)
        .map(|(name, link)| Person::new(name, link))
        .collect()
}

impl Person {
    fn new(name: &str, profile: &str) -> Person {
        let profile = profile.trim();
        Person {
            name: one_spelling(name),
            profile: (!profile.is_empty()).then(|| profile.to_owned()),
        }
    }

    /// Name in the link to their profile.
    pub(super) fn slug(&self) -> Option<String> {
        self.profile.as_deref().and_then(profile_slug)
    }
}

/// A name with single spaces.
fn one_spelling(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}
