//! [`Message`] → [`Contact`]: who wants something from the owner, over which platform, and the
//! words the human wrote, without the platform's wrapping.
//!
//! Pure: what cannot be found is left empty. The frame of a notification is in the recipient's
//! language and the note in the sender's, so frames are cut on structure (rulers, links,
//! signatures), not on English words.

mod acceptance;
mod asks;
mod auth_results;
mod authenticity;
mod boilerplate;
mod courtesy;
pub(crate) mod cues;
mod defaults;
mod direct;
mod export;
mod form;
mod frame;
mod history;
mod host;
mod language;
mod layout;
mod links;
mod look_alike;
mod phrases;
mod platform;
mod relation;
mod relay;
mod rule;
mod scope;
mod signature;
mod vocabulary;

use serde::{Deserialize, Serialize};

use self::links::Links;
use self::platform::Claim;
use crate::message::{Defect, LINK_MARK, Message};
use crate::owner::{Owner, Relation};

pub use authenticity::{Authenticity, Forgery, Standing};
pub use cues::{Ask, AskFound};
pub use export::extract_row;
pub use host::{host_of, registrable};
pub use language::Language;
pub use platform::Platform;
pub(crate) use relay::form_writer;
pub use rule::Rule;
pub use scope::{OutOfScope, Scope};

/// Builds what the search for phrases needs, which the first message would else wait for.
pub fn prepare() {
    cues::prepare();
}

/// What kind of contact a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A request to connect.
    Invitation,
    /// A platform's reminder of one.
    InvitationReminder,
    /// A message relayed by a platform.
    PlatformMessage,
    /// A paid message to a stranger, relayed by LinkedIn.
    Inmail,
    /// A request for a recommendation.
    RecommendationRequest,
    /// A request for an endorsement, a rating or a vote.
    EndorsementRequest,
    /// An invitation to an event, a group, a page or a team.
    EventOrGroupInvite,
    /// Mail from one person to another.
    DirectMessage,
    /// A newsletter or offer sent to many.
    NewsletterOrOffer,
    /// Something a platform or a machine reports; not inbound contact.
    Notice,
}

impl Kind {
    /// The kind as JSON spells it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Invitation => "invitation",
            Kind::InvitationReminder => "invitation-reminder",
            Kind::PlatformMessage => "platform-message",
            Kind::Inmail => "inmail",
            Kind::RecommendationRequest => "recommendation-request",
            Kind::EndorsementRequest => "endorsement-request",
            Kind::EventOrGroupInvite => "event-or-group-invite",
            Kind::DirectMessage => "direct-message",
            Kind::NewsletterOrOffer => "newsletter-or-offer",
            Kind::Notice => "notice",
        }
    }
}

/// The person or firm behind a contact, as the message presents them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// Display name.
    pub name: Option<String>,
    /// Address in `From`; a platform's own for most notifications.
    pub email: Option<String>,
    /// Occupation line of a profile.
    pub headline: Option<String>,
    /// Place line of a profile.
    pub location: Option<String>,
    /// Link to the profile, tracking removed.
    pub profile: Option<String>,
}

/// How a message stands in a conversation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// `In-Reply-To` or `References` name an earlier message.
    pub is_reply: bool,
    /// The text quotes an earlier message.
    pub quotes: bool,
    /// What it answers was written by the owner.
    pub answers_owner: bool,
}

/// Contacts that the sender and the owner share, as the platform says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mutual {
    /// How many, if said.
    pub count: Option<u32>,
    /// Those it names.
    pub names: Vec<String>,
}

/// What was set aside as not the sender's own new words. It is evidence of the message's form and
/// never of what the sender says: a footer's "unsubscribe" is the platform's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    /// Lines of the platform's footer and legal text.
    pub footer_lines: u32,
    /// Lines of quoted history.
    pub history_lines: u32,
    /// The signature block under the words.
    #[serde(serialize_with = "without_marks")]
    pub signature: Option<String>,
    /// Links that are the platform's own.
    pub platform_links: u32,
}

/// An inbound contact. As JSON it is the `contact` object of `anteroom.verdict/1`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contact {
    /// Where it comes from.
    pub platform: Platform,
    /// What it is.
    pub kind: Kind,
    /// Whether it is inbound contact at all.
    pub scope: Scope,
    /// Who it is from.
    pub sender: Sender,
    /// Contacts the two share, if the message says so.
    pub mutual: Option<Mutual>,
    /// The human's words in a platform's mail; none if they wrote nothing of their own. For
    /// direct mail, the text without quoted history and signature.
    #[serde(serialize_with = "without_marks")]
    pub note: Option<String>,
    /// Language of the stock sentence that was found and removed from the note.
    pub default_sentence: Option<&'static str>,
    /// Language of the note; as JSON its ISO 639-1 code, null if there are too few words to tell.
    pub language: Language,
    /// What the sender wants, each once and with the words that show it: what the kind asks for,
    /// then what the words do.
    pub asks: Vec<AskFound>,
    /// Everything the words show of wishes and manners; evidence for the classifier.
    #[serde(skip)]
    pub(crate) cues: Vec<cues::CueFound>,
    /// How it stands in a conversation.
    pub thread: Thread,
    /// Whether the sender is who the message says.
    pub authenticity: Authenticity,
    /// How the owner knows the sender; none for strangers and for forged senders.
    pub relation: Option<Relation>,
    /// What was set aside as not the sender's new words.
    pub aside: Aside,
    /// Registrable domains of the sender's own links, each once; of a forged mail those of all its
    /// links, which are the forger's.
    pub link_hosts: Vec<String>,
    /// True if the subject line is the human's, not the platform's.
    pub own_subject: bool,
    /// Things wrong with the message's layout.
    pub defects: Vec<Defect>,
}

/// True for what a machine reports to one person.
fn is_report(scope: Scope) -> bool {
    matches!(
        scope,
        Scope::Out(
            OutOfScope::Bounce
                | OutOfScope::AutoReply
                | OutOfScope::Transaction
                | OutOfScope::Code
                | OutOfScope::Machine
        )
    )
}

/// A text as people read it: without the marks that stand for links.
fn without_marks<S: serde::Serializer>(
    text: &Option<String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let text = text.as_ref().map(|text| text.replace(LINK_MARK, ""));
    text.serialize(serializer)
}

/// Reads the notice of a platform that no list knows; what does not look like one is direct mail.
fn of_another_platform(message: &Message, claim: &Claim, links: &Links<'_>) -> Contact {
    let mut contact = frame::extract(message, claim, links);
    let is_contact = match contact.kind {
        Kind::Invitation | Kind::InvitationReminder | Kind::EventOrGroupInvite => true,
        Kind::PlatformMessage => contact.note.is_some(),
        _ => false,
    };
    if !is_contact {
        return direct::extract(message);
    }
    contact.own_subject = contact.note.is_none();
    contact
}

impl Contact {
    /// Reads a contact out of a message.
    pub fn extract(message: &Message, owner: &Owner) -> Contact {
        let links = Links::of(message);
        let claim = platform::claim(message, &links);
        let mut contact = match claim.platform {
            Platform::Direct => direct::extract(message),
            Platform::Other => of_another_platform(message, &claim, &links),
            _ => frame::extract(message, &claim, &links),
        };
        contact.authenticity = authenticity::authenticity(message, &claim, owner, &links);
        if contact.newly_connected(message).is_some() {
            contact.kind = Kind::Notice;
        }
        contact.thread.answers_owner = relation::answers_owner(message, owner);
        contact.relation = relation::relation(&contact, owner);
        contact.scope = scope::scope(message, &contact);
        if contact.platform == Platform::Direct && is_report(contact.scope) {
            contact.kind = Kind::Notice;
        }
        contact.link_hosts = links::own_links(message, &contact, &links);
        contact.find_cues(message);
        contact.language = Language::of(contact.note.as_deref());
        contact
    }

    /// An empty contact of a platform, to be filled in.
    fn blank(message: &Message, platform: Platform, kind: Kind) -> Contact {
        let from = message.from.as_ref();
        Contact {
            platform,
            kind,
            scope: Scope::In,
            sender: Sender {
                name: from.and_then(|from| from.name.clone()),
                email: from
                    .map(|from| from.email.clone())
                    .filter(|email| !email.is_empty()),
                ..Sender::default()
            },
            mutual: None,
            note: None,
            default_sentence: None,
            language: Language::default(),
            asks: Vec::new(),
            cues: Vec::new(),
            thread: direct::thread(message),
            authenticity: Authenticity::default(),
            relation: None,
            aside: Aside::default(),
            link_hosts: Vec::new(),
            own_subject: true,
            defects: Vec::new(),
        }
    }

    /// True if the address in `From` is a platform's and not the person's.
    pub(crate) fn is_relayed(&self) -> bool {
        let email = self.sender.email.as_deref().unwrap_or_default();
        let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
        match self.platform {
            Platform::Direct => false,
            Platform::Other => true,
            _ => Platform::of_host(domain).is_some(),
        }
    }

    /// The person the owner is now connected with, lower case, if an unforged platform that is known
    /// reports it.
    pub fn newly_connected(&self, message: &Message) -> Option<String> {
        let is_known = !matches!(self.platform, Platform::Direct | Platform::Other);
        let is_believed = is_known && self.authenticity.signs.is_empty();
        is_believed
            .then(|| acceptance::connected_with(&message.subject))
            .flatten()
    }

    /// True if the note, relayed by an unforged platform, thanks for an accepted connection.
    pub fn thanks_for_connecting(&self) -> bool {
        self.kind == Kind::PlatformMessage
            && self.authenticity.signs.is_empty()
            && self.note.as_deref().is_some_and(courtesy::thanks_first)
    }

    /// This contact as if these had been the sender's words.
    pub(crate) fn with_words(&self, words: &str, message: &Message) -> Contact {
        let mut contact = Contact {
            note: Some(words.to_owned()),
            asks: Vec::new(),
            cues: Vec::new(),
            ..self.clone()
        };
        contact.find_cues(message);
        contact
    }

    /// Looks for what the sender wants. Lists and receipts want nothing.
    fn find_cues(&mut self, message: &Message) {
        if self.scope != Scope::In {
            return;
        }
        self.cues = cues::find(self.words(message));
        for found in cues::find(self.subject_words(message)) {
            match self.cues.iter_mut().find(|known| known.cue == found.cue) {
                Some(known) => known.phrases += found.phrases,
                None => self.cues.push(found),
            }
        }
        self.asks = asks::of(self, message);
    }

    /// The words to judge: the human's, or all that is visible where they cannot be told apart.
    pub fn words<'a>(&'a self, message: &'a Message) -> &'a str {
        match &self.note {
            Some(note) => note,
            None if matches!(self.platform, Platform::Direct | Platform::Other)
                || self.kind == Kind::Notice
                || !self.authenticity.signs.is_empty() =>
            {
                message.visible_text()
            }
            None => "",
        }
    }

    /// The subject's words where the human wrote them, else none.
    pub fn subject_words<'a>(&self, message: &'a Message) -> &'a str {
        if self.own_subject || !self.authenticity.signs.is_empty() {
            &message.subject
        } else {
            ""
        }
    }
}
