//! A platform's notice that two people are now connected: whom it names.

use std::sync::LazyLock;

use super::phrases::PhraseIndex;

/// What stands before and after the name in the subject of such a notice, lower case. The notice
/// may address the owner first ("Mara, start a conversation …"). The English ones are quoted by
/// others, the rest are unverified; a miss costs a fact about the past and nothing else.
const NOTICES: &[(&str, &str)] = &[
    ("you are now connected to ", ""),
    ("you are now connected with ", ""),
    ("you're now connected to ", ""),
    ("you're now connected with ", ""),
    ("start a conversation with your new connection, ", ""),
    // The longer ending first: else "has" were part of the name.
    ("", " has accepted your invitation"),
    ("", " accepted your invitation"),
    ("", " accepted your connection request"),
    ("", " is now a connection"),
    ("", " is now part of your network"),
    ("", " accepted your friend request"),
    ("", " confirmed you as a friend"),
    ("", " hat ihre einladung angenommen"),
    ("", " hat deine einladung angenommen"),
    ("", " hat ihre kontaktanfrage bestätigt"),
    ("", " hat deine kontaktanfrage bestätigt"),
    ("", " a accepté votre invitation"),
    ("vous êtes maintenant en relation avec ", ""),
    ("", " ha aceptado tu invitación"),
    ("", " aceptó tu invitación"),
    ("ahora estás conectado con ", ""),
    ("", " aceitou seu convite"),
    ("", " aceitou o seu convite"),
    ("", " ha accettato il tuo invito"),
    ("", " heeft uw uitnodiging geaccepteerd"),
    ("", " heeft je uitnodiging geaccepteerd"),
    ("", " har accepterat din inbjudan"),
    ("", " har accepteret din invitation"),
    ("", " przyjął twoje zaproszenie"),
    ("", " przyjęła twoje zaproszenie"),
];

/// The notices by their words.
static INDEX: LazyLock<PhraseIndex> = LazyLock::new(|| {
    let words = NOTICES.iter().map(|(before, after)| match *before {
        "" => *after,
        before => before,
    });
    PhraseIndex::new(words)
});

/// Characters of a name, at most; more is a sentence.
const NAME_CHARS: usize = 80;

/// The name of the person a notice says the owner is now connected with, lower case; none if the
/// subject is not such a notice's.
pub(crate) fn connected_with(subject: &str) -> Option<String> {
    let subject = subject.trim().trim_end_matches(['.', '!']).to_lowercase();
    INDEX.held_by(&subject).into_iter().find_map(|notice| {
        let (before, after) = NOTICES[notice];
        let rest = match before {
            "" => &subject[..],
            before => &subject[subject.find(before)? + before.len()..],
        };
        let end = match after {
            "" => rest.len(),
            after => rest.find(after)?,
        };
        // "Mara, Anna Lee accepted …": the owner is addressed first.
        let name = rest[..end].rsplit(", ").next().unwrap_or_default().trim();
        let is_name = !name.is_empty() && name.chars().count() <= NAME_CHARS;
        is_name.then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_name_whom_they_are_about() {
        for subject in [
            "Anna Lee accepted your invitation",
            "Mara, Anna Lee has accepted your invitation!",
            "You are now connected to Anna Lee",
            "Mara, start a conversation with your new connection, Anna Lee",
            "Anna Lee hat Ihre Einladung angenommen",
        ] {
            assert_eq!(
                connected_with(subject).as_deref(),
                Some("anna lee"),
                "{subject}"
            );
        }
        assert_eq!(connected_with("Mara, please add me to your network"), None);
        assert_eq!(connected_with(" accepted your invitation"), None);
    }
}
