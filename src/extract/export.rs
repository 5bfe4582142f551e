//! A row of LinkedIn's data export → [`Message`] and [`Contact`].
//!
//! There is no frame to take off: a row holds the human's words alone. It comes from LinkedIn
//! itself, so its sender is as authentic as LinkedIn's own records.

use super::{Authenticity, Contact, Kind, Language, Platform, Standing, defaults, links, relation};
use crate::limits;
use crate::message::{Address, HtmlText, LINK_MARK, Message, clean_text, html_to_text};
use crate::owner::{Owner, Relation};
use crate::source::{ExportRow, OwnerWrote, RowKind};

/// Reads a contact out of a row.
pub fn extract_row(row: &ExportRow, owner: &Owner) -> (Message, Contact) {
    let message = message(row);
    let kind = match row.kind {
        RowKind::Invitation => Kind::Invitation,
        RowKind::Message => Kind::PlatformMessage,
        RowKind::Sponsored => Kind::NewsletterOrOffer,
    };
    let mut contact = Contact::blank(&message, Platform::Linkedin, kind);
    contact.sender.profile = row.from.profile.as_deref().map(clean_text);
    contact.authenticity = Authenticity {
        standing: Standing::Authentic,
        signs: Vec::new(),
    };
    let words = Some(message.visible_text().trim())
        .filter(|words| !words.trim_matches(LINK_MARK).trim().is_empty());
    contact.note = words.map(str::to_owned);
    if let (RowKind::Invitation, Some(words)) = (row.kind, words) {
        let stripped = defaults::remove(words, contact.sender.name.as_deref());
        contact.default_sentence = stripped.language;
        contact.note = stripped.rest;
    }
    contact.thread.answers_owner = row.owner_wrote == OwnerWrote::Earlier;
    contact.thread.is_reply = contact.thread.answers_owner;
    contact.relation = relation_of(row, &contact, owner);
    contact.link_hosts = links::own_links(&message, &contact, &links::Links::of(&message));
    contact.find_cues(&message);
    contact.language = Language::of(contact.note.as_deref());
    (message, contact)
}

/// An answer of the owner's makes a correspondent, also for what came before it.
fn relation_of(row: &ExportRow, contact: &Contact, owner: &Owner) -> Option<Relation> {
    match row.owner_wrote {
        OwnerWrote::Earlier => Some(Relation::Thread),
        OwnerWrote::Later => Some(Relation::Correspondent),
        OwnerWrote::Nothing if row.is_connection => Some(Relation::Connection),
        OwnerWrote::Nothing => relation::relation(contact, owner),
    }
}

/// The row as a message without headers.
fn message(row: &ExportRow) -> Message {
    let name = clean_text(&row.from.name);
    let html = read_html(&row.text);
    let plain = match html {
        Some(_) => String::new(),
        None => clean_text(start_of(&row.text, limits::TEXT_BYTES)),
    };
    Message {
        from: Some(Address {
            name: (!name.is_empty()).then_some(name),
            email: String::new(),
        }),
        subject: clean_text(start_of(&row.subject, limits::HEADER_BYTES)),
        plain,
        html,
        sent: row.sent,
        ..Message::default()
    }
}

/// The text of a message written in LinkedIn's editor; none if it is plain.
fn read_html(text: &str) -> Option<HtmlText> {
    let is_html = ["<p>", "<p ", "<br", "<a ", "<div", "<span", "</"]
        .iter()
        .any(|tag| text.contains(tag));
    is_html.then(|| html_to_text(start_of(text, limits::HTML_BYTES)))
}

fn start_of(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Person;

    fn row(kind: RowKind, text: &str) -> ExportRow {
        ExportRow {
            kind,
            from: Person {
                name: "Ann Lee".to_owned(),
                profile: Some("https://www.linkedin.com/in/ann-lee".to_owned()),
            },
            subject: String::new(),
            text: text.to_owned(),
            sent: Some(1_700_000_000),
            owner_wrote: OwnerWrote::Nothing,
            is_connection: false,
        }
    }

    fn contact(row: &ExportRow) -> Contact {
        extract_row(row, &Owner::default()).1
    }

    #[test]
    fn invitations_lose_their_stock_sentence() {
        let silent = contact(&row(RowKind::Invitation, ""));
        assert_eq!((silent.kind, silent.note), (Kind::Invitation, None));
        let stock = contact(&row(
            RowKind::Invitation,
            "I'd like to join your LinkedIn network.",
        ));
        assert_eq!((stock.default_sentence, stock.note), (Some("en"), None));
        let own = contact(&row(
            RowKind::Invitation,
            "We met at the bridge conference in Porto",
        ));
        assert_eq!(
            own.note.as_deref(),
            Some("We met at the bridge conference in Porto")
        );
        assert_eq!(own.sender.name.as_deref(), Some("Ann Lee"));
    }

    #[test]
    fn rows_want_what_their_words_say() {
        let asks = |kind, text| {
            let contact = contact(&row(kind, text));
            let asks: Vec<&str> = contact.asks.iter().map(|found| found.ask.name()).collect();
            asks.join(" ")
        };
        assert_eq!(asks(RowKind::Message, "Please find my CV attached"), "job");
        assert_eq!(
            asks(RowKind::Invitation, "Votre article m'a plu : pourquoi ?"),
            "connect question-about-owners-work"
        );
        // No subject, no words: nothing that could show it.
        assert_eq!(asks(RowKind::Invitation, ""), "");
    }

    #[test]
    fn html_is_read_and_its_links_kept() {
        let text = "<p class=\"spinmail-quill-editor__spin-break\">Hi %FIRSTNAME%,</p><p>See <a href=\"https://shop.example/x\">our shop</a></p>";
        let (message, contact) = extract_row(&row(RowKind::Sponsored, text), &Owner::default());
        assert_eq!(contact.kind, Kind::NewsletterOrOffer);
        assert_eq!(contact.link_hosts, ["shop.example"]);
        assert!(message.visible_text().contains("Hi %FIRSTNAME%,"));
        assert_eq!(message.date(), Some(1_700_000_000));
        let plain = contact_note("a < b and <3, see https://x.example/?a=1&b=2");
        assert_eq!(plain, "a < b and <3, see https://x.example/?a=1&b=2");
    }

    fn contact_note(text: &str) -> String {
        contact(&row(RowKind::Message, text)).note.unwrap()
    }

    #[test]
    fn the_owners_part_makes_the_relation() {
        let mut row = row(RowKind::Message, "hello");
        assert_eq!(contact(&row).relation, None);
        row.is_connection = true;
        assert_eq!(contact(&row).relation, Some(Relation::Connection));
        row.owner_wrote = OwnerWrote::Later;
        assert_eq!(contact(&row).relation, Some(Relation::Correspondent));
        row.owner_wrote = OwnerWrote::Earlier;
        assert_eq!(contact(&row).relation, Some(Relation::Thread));
    }
}
