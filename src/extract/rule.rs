//! What the guide settles by a contact's form, whatever a classifier makes of the words.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::boilerplate::{self, Substance};
use super::{Ask, Contact, Kind, Platform, courtesy};
use crate::label::Label;
use crate::message::Defect;
use crate::owner::Relation;

/// A case the guide settles whatever the words are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// An invitation without a word of the sender's own.
    EmptyNote,
    /// An invitation with nothing but the platform's stock sentence.
    DefaultSentence,
    /// The platform's own reminder of an invitation.
    Reminder,
    /// An invitation to an event, a group or a page with no personal reason.
    BareGroupInvite,
    /// Thanks for a connection and nothing else.
    OnlyThanks,
    /// A request to connect in words that would fit anyone.
    Boilerplate,
    /// An invitation whose note came from this many other people too.
    CopiedNote(u32),
    /// An answer to something the owner wrote.
    AnswersOwner,
    /// Thanks for the owner's own request to connect and little else.
    AnswersRequest,
}

impl Rule {
    /// The label this rule gives.
    pub fn label(self) -> Label {
        match self {
            Rule::EmptyNote
            | Rule::DefaultSentence
            | Rule::Reminder
            | Rule::BareGroupInvite
            | Rule::OnlyThanks
            | Rule::Boilerplate
            | Rule::CopiedNote(_) => Label::GenericInvite,
            Rule::AnswersOwner | Rule::AnswersRequest => Label::Genuine,
        }
    }

    /// The rule's name as it is stored and as JSON spells it.
    pub fn name(self) -> &'static str {
        match self {
            Rule::EmptyNote => "empty-note",
            Rule::DefaultSentence => "default-sentence",
            Rule::Reminder => "reminder",
            Rule::BareGroupInvite => "bare-group-invite",
            Rule::OnlyThanks => "only-thanks",
            Rule::Boilerplate => "boilerplate",
            Rule::CopiedNote(_) => "copied-note",
            Rule::AnswersOwner => "answers-owner",
            Rule::AnswersRequest => "answers-request",
        }
    }

    /// The rule in words for the owner.
    pub fn describe(self) -> Cow<'static, str> {
        let words = match self {
            Rule::CopiedNote(others) => return crate::history::copied(others).into(),
            Rule::EmptyNote => "an invitation without a note",
            Rule::DefaultSentence => "nothing but the platform's stock sentence",
            Rule::Reminder => "the platform's reminder of an invitation",
            Rule::BareGroupInvite => {
                "an invitation to a group, page or event without a personal word"
            }
            Rule::OnlyThanks => "thanks for connecting and nothing else",
            Rule::Boilerplate => "a request to connect in words that would fit anyone",
            Rule::AnswersOwner => Relation::Thread.describe(),
            Rule::AnswersRequest => "it thanks you for your request to connect",
        };
        words.into()
    }
}

impl Contact {
    /// The rule of the guide that settles this contact without a classifier, if one does.
    pub fn rule(&self) -> Option<Rule> {
        if !self.authenticity.signs.is_empty() {
            return None;
        }
        if self.relation == Some(Relation::Thread) {
            return Some(Rule::AnswersOwner);
        }
        // What was not understood is not judged by its form, and anybody can look like a platform.
        if self.platform == Platform::Other || self.defects.contains(&Defect::UnknownLayout) {
            return None;
        }
        let silent = self.note.is_none();
        match self.kind {
            Kind::InvitationReminder if silent => Some(Rule::Reminder),
            Kind::Invitation if silent && self.default_sentence.is_some() => {
                Some(Rule::DefaultSentence)
            }
            Kind::Invitation if silent => Some(Rule::EmptyNote),
            Kind::EventOrGroupInvite if silent => Some(Rule::BareGroupInvite),
            Kind::PlatformMessage
                if !self.thread.is_reply
                    && self
                        .note
                        .as_deref()
                        .is_some_and(courtesy::only_thanks_for_connecting) =>
            {
                Some(Rule::OnlyThanks)
            }
            Kind::PlatformMessage if self.answers_request() => Some(Rule::AnswersRequest),
            _ if self.fits_anyone() => Some(Rule::Boilerplate),
            _ => None,
        }
    }

    /// True if the note thanks for the owner's request and asks for nothing.
    fn answers_request(&self) -> bool {
        let wants_nothing = self
            .asks
            .iter()
            .all(|hit| matches!(hit.ask, Ask::Connect | Ask::Event));
        wants_nothing
            && self
                .note
                .as_deref()
                .is_some_and(courtesy::only_thanks_for_request)
    }

    /// True if the note says nothing but that the sender would like to connect. In a message the
    /// wish must be there: "How are you" alone is undecidable.
    fn fits_anyone(&self) -> bool {
        let Some(note) = &self.note else { return false };
        let substance = || boilerplate::substance(note, self.sender.name.as_deref());
        match self.kind {
            Kind::Invitation | Kind::InvitationReminder | Kind::EventOrGroupInvite => {
                substance() != Substance::Own
            }
            Kind::PlatformMessage | Kind::Inmail => {
                !self.thread.is_reply && substance() == Substance::Connect
            }
            _ => false,
        }
    }

    /// True of a message to the owner that only greets, or has no words at all.
    pub fn says_nothing(&self) -> bool {
        let name = self.sender.name.as_deref();
        matches!(self.kind, Kind::DirectMessage | Kind::PlatformMessage)
            && self
                .note
                .as_deref()
                .is_none_or(|note| boilerplate::substance(note, name) == Substance::Courtesy)
    }
}
