//! What the sender of a contact wants, from the kind of the contact and from their words.

use super::cues::{Cue, Manner};
use super::{Ask, AskFound, Contact, Kind, Platform};
use crate::message::Message;

/// What a contact wants, each ask once. A platform's mail without a word of the sender's asks for
/// what its kind does and no more: an "unsubscribe" in a frame is nobody's wish, in a forged frame
/// neither.
pub(super) fn of(contact: &Contact, message: &Message) -> Vec<AskFound> {
    let mut asks: Vec<AskFound> = of_kind(contact.kind, message).into_iter().collect();
    if contact.platform != Platform::Direct && contact.note.is_none() {
        return asks;
    }
    for found in &contact.cues {
        if let Cue::Ask(ask) = found.cue
            && asks.iter().all(|known| known.ask != ask)
        {
            asks.push(AskFound {
                ask,
                words: found.words.clone(),
            });
        }
    }
    if asks.iter().all(|found| leaves_room(found.ask)) {
        asks.extend(question(contact, message));
    }
    asks
}

/// What a contact of this kind asks for, whatever its words are.
fn of_kind(kind: Kind, message: &Message) -> Option<AskFound> {
    let ask = match kind {
        Kind::Invitation | Kind::InvitationReminder => Ask::Connect,
        Kind::RecommendationRequest => Ask::Recommendation,
        Kind::EndorsementRequest => Ask::Endorsement,
        Kind::EventOrGroupInvite => Ask::Event,
        Kind::NewsletterOrOffer => Ask::Newsletter,
        Kind::PlatformMessage | Kind::Inmail | Kind::DirectMessage | Kind::Notice => return None,
    };
    let words = std::iter::once(message.subject.as_str())
        .chain(message.visible_text().lines())
        .map(str::trim)
        .find(|words| !words.is_empty())?;
    Some(AskFound {
        ask,
        words: words.to_owned(),
    })
}

/// True for what someone with a question about the owner's work may want beside the answer. Where
/// something is sold, praise of the work is the way there.
fn leaves_room(ask: Ask) -> bool {
    matches!(ask, Ask::Connect | Ask::Advice | Ask::Congratulation)
}

/// A question in a text that speaks of the owner's work.
fn question(contact: &Contact, message: &Message) -> Option<AskFound> {
    let work = contact
        .cues
        .iter()
        .find(|found| found.cue == Cue::Manner(Manner::OwnersWork))?;
    let asks = QUESTIONS
        .iter()
        .any(|end| contact.words(message).contains(end));
    asks.then(|| AskFound {
        ask: Ask::QuestionAboutOwnersWork,
        words: work.words.clone(),
    })
}

/// How questions end. A Greek one looks like any other half sentence and is left out.
const QUESTIONS: &[&str] = &["?", "？", "؟", "か。"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::owner::Owner;

    fn asks(mail: &str) -> Vec<(Ask, String)> {
        Contact::extract(&Message::parse(mail.as_bytes()), &Owner::default())
            .asks
            .into_iter()
            .map(|found| (found.ask, found.words))
            .collect()
    }

    #[test]
    fn a_question_beside_the_owners_work_is_about_it_unless_something_else_is_wanted() {
        let mail = |words: &str| format!("From: a@x.example\nSubject: y\n\n{words}");
        assert_eq!(
            asks(&mail("I read your article. Does it hold under ice?")),
            [(Ask::QuestionAboutOwnersWork, "I read your".to_owned())]
        );
        assert!(asks(&mail("I read your article, thank you.")).is_empty());
        let sold = asks(&mail("I read your article. Want a free trial?"));
        assert_eq!(sold, [(Ask::SaleOrDemo, "free trial".to_owned())]);
    }

    #[test]
    fn a_kind_asks_in_the_first_words_there_are() {
        let bare =
            "From: Ann <invitations@linkedin.com>\n\nAnn\n\nAccept: https://www.linkedin.com/a";
        assert_eq!(asks(bare), [(Ask::Connect, "Ann".to_owned())]);
    }
}
