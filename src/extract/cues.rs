//! What a sender wants, and how they say it, in any of the languages people write to each other.
//!
//! A few phrases a cue and language, one file a language or family in `cues/`, noted from memory of
//! such mails. They make evidence that crosses languages: what is learned of "the offer" from
//! English mail helps with Finnish. A cue is evidence like a word, never a verdict.

mod fold;
mod phrases;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use self::fold::Folded;
use super::phrases::PhraseIndex;

/// What a sender wants from the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Ask {
    Connect,
    Job,
    Referral,
    Recommendation,
    Endorsement,
    RatingOrVote,
    MoneyOrInvestment,
    SaleOrDemo,
    SeoOrGuestPost,
    Recruiting,
    Event,
    Newsletter,
    MeetingOrCall,
    Advice,
    QuestionAboutOwnersWork,
    Congratulation,
}

/// How a sender speaks: not what they want, but telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "described below")]
pub(crate) enum Manner {
    Stranger,
    Follow,
    CompanyVoice,
    OwnersWork,
    SharedPast,
    Promise,
    Introduction,
    Answer,
    Trouble,
    Bump,
    Optout,
    MassAddress,
    Credentials,
    /// The same words where only the sender's own site could take a secret: no phrases of its own.
    CredentialsSpokenOf,
    Urgency,
    Trading,
    Windfall,
    UpfrontFee,
    Messenger,
    Affection,
    Threat,
    Vice,
    Bait,
}

/// What a phrase shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Cue {
    /// A wish.
    Ask(Ask),
    /// A manner of speaking.
    Manner(Manner),
}

/// Every cue: its name in phrase files and features, and what it means for a reader.
const CUES: &[(Cue, &str, &str)] = &[
    (Cue::Ask(Ask::Connect), "connect", "it asks to connect"),
    (
        Cue::Ask(Ask::Job),
        "job",
        "it is about a job for the sender",
    ),
    (
        Cue::Ask(Ask::Referral),
        "referral",
        "it asks for a referral",
    ),
    (
        Cue::Ask(Ask::Recommendation),
        "recommendation",
        "it asks for a recommendation",
    ),
    (
        Cue::Ask(Ask::Endorsement),
        "endorsement",
        "it asks for an endorsement",
    ),
    (
        Cue::Ask(Ask::RatingOrVote),
        "rating-or-vote",
        "it asks for a vote, a rating or a survey",
    ),
    (
        Cue::Ask(Ask::MoneyOrInvestment),
        "money-or-investment",
        "it asks for money or an investment",
    ),
    (
        Cue::Ask(Ask::SaleOrDemo),
        "sale-or-demo",
        "it offers a product or service",
    ),
    (
        Cue::Ask(Ask::SeoOrGuestPost),
        "seo-or-guest-post",
        "it is about search ranking, links or lead lists",
    ),
    (Cue::Ask(Ask::Recruiting), "recruiting", "it recruits"),
    (Cue::Ask(Ask::Event), "event", "it invites to an event"),
    (
        Cue::Ask(Ask::Newsletter),
        "newsletter",
        "it is a newsletter or webinar",
    ),
    (
        Cue::Ask(Ask::MeetingOrCall),
        "meeting-or-call",
        "it asks for a call or meeting",
    ),
    (Cue::Ask(Ask::Advice), "advice", "it asks for your advice"),
    (
        Cue::Ask(Ask::QuestionAboutOwnersWork),
        "question-about-owners-work",
        "it points into something of yours",
    ),
    (
        Cue::Ask(Ask::Congratulation),
        "congratulation",
        "it congratulates you",
    ),
    (
        Cue::Manner(Manner::Stranger),
        "stranger",
        "it comes from a stranger by its own words",
    ),
    (
        Cue::Manner(Manner::Follow),
        "follow",
        "it asks to follow or join",
    ),
    (
        Cue::Manner(Manner::CompanyVoice),
        "company-voice",
        "a company speaks",
    ),
    (
        Cue::Manner(Manner::OwnersWork),
        "owners-work",
        "it speaks of something you made or said",
    ),
    (
        Cue::Manner(Manner::SharedPast),
        "shared-past",
        "it speaks of something you shared",
    ),
    (
        Cue::Manner(Manner::Promise),
        "promise",
        "it brings something promised or asked for",
    ),
    (
        Cue::Manner(Manner::Introduction),
        "introduction",
        "someone introduces or sent them",
    ),
    (
        Cue::Manner(Manner::Answer),
        "answer",
        "it answers something of yours",
    ),
    (
        Cue::Manner(Manner::Trouble),
        "trouble",
        "it reports trouble with something",
    ),
    (Cue::Manner(Manner::Bump), "bump", "it follows up on itself"),
    (
        Cue::Manner(Manner::Optout),
        "optout",
        "it offers a way to say no",
    ),
    (
        Cue::Manner(Manner::MassAddress),
        "mass-address",
        "it addresses anybody",
    ),
    (
        Cue::Manner(Manner::Credentials),
        "credentials",
        "it talks of accounts to confirm or payments to make",
    ),
    (
        Cue::Manner(Manner::CredentialsSpokenOf),
        "credentials-spoken-of",
        "it speaks of accounts or passwords, with nowhere to type them but the sender's own site",
    ),
    (Cue::Manner(Manner::Urgency), "urgency", "it hurries you"),
    (Cue::Manner(Manner::Trading), "trading", "it promises gains"),
    (
        Cue::Manner(Manner::Windfall),
        "windfall",
        "it promises a windfall",
    ),
    (
        Cue::Manner(Manner::UpfrontFee),
        "upfront-fee",
        "it wants a fee or papers in advance",
    ),
    (
        Cue::Manner(Manner::Messenger),
        "messenger",
        "it wants to move to a messenger",
    ),
    (
        Cue::Manner(Manner::Affection),
        "affection",
        "it is oddly affectionate",
    ),
    (Cue::Manner(Manner::Threat), "threat", "it threatens"),
    (
        Cue::Manner(Manner::Vice),
        "vice",
        "it sells pills, bets, loans or papers",
    ),
    (Cue::Manner(Manner::Bait), "bait", "it baits a click"),
];

impl Cue {
    /// The cue's name in phrase files and features.
    pub(crate) fn name(self) -> &'static str {
        CUES.iter()
            .find(|(cue, ..)| *cue == self)
            .map_or("", |(_, name, _)| name)
    }

    fn of_name(name: &str) -> Option<Cue> {
        CUES.iter()
            .find(|(_, known, _)| *known == name)
            .map(|(cue, ..)| *cue)
    }
}

/// What a cue means, by its name; none for a name that is no cue.
pub(crate) fn describe(name: &str) -> Option<&'static str> {
    CUES.iter()
        .find(|(_, known, _)| *known == name)
        .map(|(.., meaning)| *meaning)
}

impl Ask {
    /// The ask as JSON spells it.
    pub fn name(self) -> &'static str {
        Cue::Ask(self).name()
    }

    /// The ask in words for the owner.
    pub fn describe(self) -> &'static str {
        describe(self.name()).unwrap_or_default()
    }
}

/// An ask and the words that show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskFound {
    /// What is wanted.
    pub ask: Ask,
    /// The first words that show it, as the sender wrote them.
    pub words: String,
}

/// A cue, where it first shows, and how many different phrases of it a text holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CueFound {
    pub(crate) cue: Cue,
    pub(crate) words: String,
    pub(crate) phrases: usize,
}

/// Bytes searched at the start of a text: what a stranger wants stands in the first screen…
const HEAD_BYTES: usize = 1536;

/// …or, after a warm opening, at the end.
const TAIL_BYTES: usize = 768;

/// All phrases of all cues.
struct Finder {
    index: PhraseIndex,
    phrases: Vec<phrases::Phrase>,
}

static FINDER: LazyLock<Finder> = LazyLock::new(|| {
    let phrases = phrases::all();
    let index = PhraseIndex::new(phrases.iter().map(|phrase| phrase.text.as_str()));
    Finder { index, phrases }
});

/// A phrase in a text, in the order in which phrases show: by where they end, the longer first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    end: usize,
    start: usize,
    phrase: usize,
}

impl Finder {
    /// Every phrase that stands between word ends.
    fn hits(&self, text: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        for start in fold::beginnings(text) {
            for found in self.index.at(text, start) {
                let phrase = found.id;
                if fold::may_end(text, found.end, self.phrases[phrase].ending) {
                    let end = found.end;
                    hits.push(Hit { end, start, phrase });
                }
            }
        }
        hits.sort_unstable();
        hits
    }
}

/// Builds the index now rather than at the first search.
pub(super) fn prepare() {
    LazyLock::force(&FINDER);
}

/// The cues of a text, in the order they first show.
pub(crate) fn find(text: &str) -> Vec<CueFound> {
    let finder = &*FINDER;
    let mut found: Vec<CueFound> = Vec::new();
    let mut seen: Vec<usize> = Vec::new();
    for piece in head_and_tail(text) {
        let folded = Folded::new(piece);
        for hit in finder.hits(folded.text()) {
            if seen.contains(&hit.phrase) {
                continue;
            }
            seen.push(hit.phrase);
            let cue = finder.phrases[hit.phrase].cue;
            match found.iter_mut().find(|known| known.cue == cue) {
                Some(known) => known.phrases += 1,
                None => found.push(CueFound {
                    cue,
                    words: folded.original(piece, hit.start..hit.end).to_owned(),
                    phrases: 1,
                }),
            }
        }
    }
    found
}

fn head_and_tail(text: &str) -> [&str; 2] {
    if text.len() <= HEAD_BYTES + TAIL_BYTES {
        return [text, ""];
    }
    let tail = text.ceil_char_boundary(text.len() - TAIL_BYTES);
    [&text[..text.floor_char_boundary(HEAD_BYTES)], &text[tail..]]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&'static str> {
        let mut names: Vec<_> = find(text).iter().map(|found| found.cue.name()).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn every_cue_has_one_name_and_one_meaning() {
        for (position, (cue, name, meaning)) in CUES.iter().enumerate() {
            assert_eq!(Cue::of_name(name), Some(*cue));
            assert_eq!(cue.name(), *name);
            assert_eq!(describe(name), Some(*meaning));
            assert!(CUES[..position].iter().all(|(other, ..)| other != cue));
        }
    }

    #[test]
    fn asks_show_in_many_languages() {
        for (text, ask) in [
            ("Please find my CV attached", "job"),
            ("anbei mein Lebenslauf", "job"),
            ("ci joint mon CV, je cherche un poste", "job"),
            ("lütfen özgeçmişimi inceleyin", "job"),
            ("我在找工作", "job"),
            ("Могу я узнать ваше мнение?", "advice"),
            ("votez pour moi", "rating-or-vote"),
            ("15分ほどお電話", "meeting-or-call"),
            ("וגם הנחה מיוחדת", "sale-or-demo"),
        ] {
            assert!(names(text).contains(&ask), "{text}: {:?}", names(text));
        }
    }

    #[test]
    fn words_are_as_the_sender_wrote_them() {
        let found = find("Würden Sie meine BEWÉRBUNG ansehen?");
        let job = found.iter().find(|f| f.cue == Cue::Ask(Ask::Job)).unwrap();
        assert_eq!(job.words, "BEWÉRBUNG");
    }

    #[test]
    fn a_phrase_counts_only_between_word_ends() {
        assert!(!names("the jobbing scvs").contains(&"job"));
        assert!(names("Internships?").contains(&"job"));
        assert!(names("Mit dem linken Knie wird es besser").is_empty());
        assert!(names("a jar of honey from our bees, and a beautiful morning").is_empty());
        assert!(names("Hello beautiful, how are you").contains(&"affection"));
        assert_eq!(names(""), Vec::<&str>::new());
    }
}
