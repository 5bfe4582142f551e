//! Words by which machine mail is told where no header says it, by language.

mod codes;
mod newsletters;
mod transactions;

use std::sync::OnceLock;

use crate::extract::phrases::PhraseIndex;

pub(super) use codes::CODES;
pub(super) use newsletters::{BY_CONNECTION, SUBSCRIBED};
pub(super) use transactions::TRANSACTIONS;

/// Phrases by language, lower case, separated by `|`; `$` at the end asks for the end of a word.
/// Stems do: "rechnung" finds "Rechnungen".
pub(super) struct Phrases {
    by_language: &'static [(&'static str, &'static str)],
    /// Made when they are first looked for.
    index: OnceLock<(PhraseIndex, Vec<Ending>)>,
}

/// Whether a phrase must end where a word ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Anywhere,
    AtWordEnd,
}

impl Phrases {
    const fn new(by_language: &'static [(&'static str, &'static str)]) -> Phrases {
        Phrases {
            by_language,
            index: OnceLock::new(),
        }
    }

    /// True if a lower-case text holds one of the phrases. Where words are set apart by spaces a
    /// phrase begins where a word begins; "order" is not in "border".
    pub(super) fn are_in(&self, text: &str) -> bool {
        let (index, endings) = self.index();
        let mut follows_word = false;
        text.char_indices().any(|(at, c)| {
            let is_inside = follows_word && needs_edge(c);
            follows_word = c.is_alphanumeric();
            !is_inside
                && index.at(text, at).any(|found| {
                    endings[found.id] == Ending::Anywhere
                        || !text[found.end..].starts_with(char::is_alphanumeric)
                })
        })
    }

    /// True if a lower-case text starts with one of the phrases.
    pub(super) fn begin(&self, text: &str) -> bool {
        self.index().0.at(text, 0).next().is_some()
    }

    fn index(&self) -> &(PhraseIndex, Vec<Ending>) {
        self.index.get_or_init(|| {
            let endings = self.each().map(|(_, ending)| ending).collect();
            (PhraseIndex::new(self.each().map(|(text, _)| text)), endings)
        })
    }

    fn each(&self) -> impl Iterator<Item = (&'static str, Ending)> {
        let phrases = self.by_language.iter();
        let phrases = phrases.flat_map(|(_, phrases)| phrases.split('|'));
        phrases.map(|phrase| match phrase.strip_suffix('$') {
            Some(word) => (word, Ending::AtWordEnd),
            None => (phrase, Ending::Anywhere),
        })
    }
}

/// True if a phrase that begins with this character begins a word. Arabic and Hebrew glue articles
/// to words, and scripts without spaces show no words at all.
fn needs_edge(first: char) -> bool {
    first.is_alphabetic() && first < '\u{530}'
}

/// How calendars begin the subject of an answer, a change or a withdrawal.
pub(super) static ANSWERED: Phrases = Phrases::new(&[
    (
        "en",
        "accepted:|declined:|tentative|updated:|updated invitation|cancelled:|canceled:",
    ),
    (
        "de",
        "zugesagt:|angenommen:|abgelehnt:|abgesagt:|aktualisiert:|mit vorbehalt",
    ),
    ("fr", "accepté|refusé|annulé|mise à jour :|mis à jour :"),
    (
        "es",
        "aceptado:|aceptada:|rechazado:|cancelado:|actualizado:|actualizada:",
    ),
    ("pt", "aceito:|recusado:|cancelado:|atualizado:"),
    ("it", "accettato:|rifiutato:|annullato:|aggiornato:"),
    ("nl", "geaccepteerd:|geweigerd:|geannuleerd:|bijgewerkt:"),
    ("pl", "zaakceptowano:|odrzucono:|anulowano:|zaktualizowano:"),
    ("ru", "принято:|отклонено:|отменено:|обновлено:"),
    ("sv", "accepterat:|avböjt:|avbokat:|uppdaterad:"),
    ("cs", "přijato:|odmítnuto:|zrušeno:"),
    ("sk", "prijaté:|odmietnuté:|zrušené:"),
    ("ja", "承諾:|辞退:|更新:"),
]);

/// Meetings only a team holds; a stranger calls it a chat.
pub(super) static TEAM_MEETINGS: Phrases = Phrases::new(&[
    (
        "*",
        "sprint|retro$|retrospe|standup|stand-up|stand up$|backlog|1:1|one-on-one",
    ),
    (
        "en",
        "weekly sync|team sync|all hands|team meeting|staff meeting|planning poker",
    ),
    (
        "de",
        "jour fixe|teamrunde|teambesprechung|dienstbesprechung|mitarbeitergespräch",
    ),
    ("fr", "réunion d'équipe|point hebdo"),
    ("es", "reunión de equipo"),
    ("nl", "teamoverleg|werkoverleg"),
]);

/// Subjects of delivery reports.
pub(super) static BOUNCES: Phrases = Phrases::new(&[
    (
        "en",
        "undeliver|delivery status|delivery failure|returned mail|mail delivery|failure notice",
    ),
    ("de", "unzustellbar|nicht zustellbar"),
    ("fr", "non remis|échec de remise|non distribué"),
    ("es", "no se puede entregar|no entregado"),
    ("it", "mancato recapito|recapito non riuscito"),
    ("pt", "não entregue|falha na entrega"),
    ("pl", "nie dostarczono|niedostarczon"),
    ("ru", "не доставлено|недоставленн"),
    ("ja", "配信不能|配信エラー"),
    ("zh", "退信|无法投递"),
]);

/// Words of automatic replies wherever they stand in the subject.
pub(super) static AUTO_REPLIES: Phrases = Phrases::new(&[
    (
        "en",
        "automatic reply|auto-reply|auto reply:|autoreply|automated reply|autoresponder",
    ),
    (
        "de",
        "automatische antwort|abwesenheitsnotiz|abwesenheitsassistent",
    ),
    ("fr", "réponse automatique"),
    ("es", "respuesta automática"),
    ("pt", "resposta automática"),
    ("it", "risposta automatica"),
    ("nl", "automatisch antwoord"),
    ("pl", "automatyczna odpowiedź|autoodpowiedź"),
    ("cs", "automatická odpověď"),
    ("hu", "automatikus válasz"),
    ("ro", "răspuns automat"),
    ("sv", "automatiskt svar|autosvar"),
    ("da", "automatisk svar|autosvar"),
    ("fi", "automaattinen vastaus"),
    ("tr", "otomatik yanıt|otomatik cevap"),
    ("el", "αυτόματη απάντηση"),
    ("ru", "автоответ|автоматический ответ"),
    ("uk", "автоматична відповідь|автовідповід"),
    ("ar", "رد تلقائي"),
    ("he", "מענה אוטומטי|תשובה אוטומטית"),
    ("ja", "自動返信|自動応答"),
    ("zh", "自动回复|自動回覆"),
    ("ko", "자동 응답|자동 회신|부재중"),
    ("vi", "trả lời tự động"),
]);

/// How the subject of an absence note begins; further in, people write about absences too.
pub(super) static ABSENCES: Phrases = Phrases::new(&[
    (
        "en",
        "out of office|out of the office|ooo:|away from office|on leave:|on vacation",
    ),
    ("de", "abwesenheit|abwesend"),
    ("fr", "absence|absent"),
    ("es", "fuera de la oficina|ausencia"),
    ("pt", "fora do escritório|ausência"),
    ("it", "fuori ufficio|fuori sede|assenza"),
    ("nl", "afwezig"),
    ("pl", "poza biurem|nieobecność"),
    ("hu", "szabadság|házon kívül"),
    ("sv", "frånvaro"),
    ("fi", "poissa"),
    ("ja", "不在"),
]);

/// Subjects of what builds, monitors and trackers report.
pub(super) static REPORTS: Phrases = Phrases::new(&[
    (
        "*",
        "run failed|run cancelled|build failed|build passed|build success|build broken",
    ),
    (
        "*",
        "build #|pipeline|deploy failed|deployed|job failed|cron|backup|[alert|[firing|[resolved",
    ),
    (
        "*",
        "down:|up:|recovered|is down$|is up$|monitor|uptime|disk space|cpu|scan report|log report",
    ),
    ("de", "sicherung|störung|überwachung"),
    ("fr", "sauvegarde|supervision"),
    ("es", "copia de seguridad"),
]);

/// Threats by which a stranger's bill or account notice presses; a shop that is paid has no need.
pub(super) static THREATS: Phrases = Phrases::new(&[
    (
        "en",
        "final notice|action required|will be suspended|will be closed|last warning|update required|on hold$",
    ),
    ("de", "letzte mahnung|wird gesperrt|handeln sie jetzt"),
    ("fr", "dernier avis|sera suspendu|action requise"),
    ("es", "último aviso|será suspendid|acción requerida"),
    ("pt", "último aviso|será suspens|ação necessária"),
    ("it", "ultimo avviso|sarà sospes|azione richiesta"),
    ("ja", "問題があります|利用制限|利用停止"),
]);

/// Subjects in which somebody asks for something through a platform that otherwise reports.
pub(super) static REQUESTS: Phrases = Phrases::new(&[
    (
        "en",
        "requested to follow|wants to follow|wants to connect|invites you|invited you",
    ),
    ("en", "friend request|connection request|new meetup:"),
]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_begin_words_where_there_are_words() {
        assert!(TRANSACTIONS.are_in("ihre rechnung nr. 5") && CODES.are_in("您的验证码是"));
        assert!(!TRANSACTIONS.are_in("a possibility across the border in good order"));
        assert!(REPORTS.are_in("shop is down") && !REPORTS.are_in("the house is downtown"));
        assert!(ABSENCES.begin("out of office: re: hello"));
    }

    #[test]
    fn every_phrase_can_match() {
        for table in [
            &ANSWERED,
            &TEAM_MEETINGS,
            &BOUNCES,
            &AUTO_REPLIES,
            &ABSENCES,
            &REPORTS,
            &THREATS,
            &REQUESTS,
            &CODES,
            &TRANSACTIONS,
            &SUBSCRIBED,
            &BY_CONNECTION,
        ] {
            for (phrase, _) in table.each() {
                assert!(
                    phrase.trim().len() >= 3 && phrase == phrase.to_lowercase(),
                    "{phrase:?}"
                );
            }
        }
    }
}
