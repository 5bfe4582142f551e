//! Words by which machine mail is told where no header says it, by language.

mod codes;
mod newsletters;
mod transactions;

pub(super) use codes::CODES;
pub(super) use newsletters::{BY_CONNECTION, SUBSCRIBED};
pub(super) use transactions::TRANSACTIONS;

/// Phrases by language, lower case, separated by `|`; `$` at the end asks for the end of a word.
/// Stems do: "rechnung" finds "Rechnungen".
pub(super) struct Phrases(&'static [(&'static str, &'static str)]);

impl Phrases {
    /// True if a lower-case text holds one of the phrases. Where words are set apart by spaces a
    /// phrase begins where a word begins; "order" is not in "border".
    pub(super) fn are_in(&self, text: &str) -> bool {
        self.each().any(|phrase| {
            let (phrase, whole) = match phrase.strip_suffix('$') {
                Some(word) => (word, true),
                None => (phrase, false),
            };
            text.match_indices(phrase).any(|(at, _)| {
                let before = text[..at].chars().next_back();
                let after = text[at + phrase.len()..].chars().next();
                begins_word(phrase, before) && !(whole && after.is_some_and(char::is_alphanumeric))
            })
        })
    }

    /// True if a lower-case text starts with one of the phrases.
    pub(super) fn begin(&self, text: &str) -> bool {
        self.each()
            .any(|phrase| text.starts_with(phrase.trim_end_matches('$')))
    }

    fn each(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().flat_map(|(_, phrases)| phrases.split('|'))
    }
}

/// True if a phrase may begin behind this character. Arabic and Hebrew glue articles to words,
/// and scripts without spaces show no words at all.
fn begins_word(phrase: &str, before: Option<char>) -> bool {
    let needs_edge = phrase
        .chars()
        .next()
        .is_some_and(|c| c.is_alphabetic() && c < '\u{530}');
    !needs_edge || !before.is_some_and(char::is_alphanumeric)
}

/// How calendars begin the subject of an answer, a change or a withdrawal.
pub(super) const ANSWERED: Phrases = Phrases(&[
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
    ("ja", "承諾:|辞退:|更新:"),
]);

/// Meetings only a team holds; a stranger calls it a chat.
pub(super) const TEAM_MEETINGS: Phrases = Phrases(&[
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
pub(super) const BOUNCES: Phrases = Phrases(&[
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
pub(super) const AUTO_REPLIES: Phrases = Phrases(&[
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
pub(super) const ABSENCES: Phrases = Phrases(&[
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
pub(super) const REPORTS: Phrases = Phrases(&[
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
pub(super) const THREATS: Phrases = Phrases(&[
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
pub(super) const REQUESTS: Phrases = Phrases(&[
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
            ANSWERED,
            TEAM_MEETINGS,
            BOUNCES,
            AUTO_REPLIES,
            ABSENCES,
            REPORTS,
            THREATS,
            REQUESTS,
            CODES,
            TRANSACTIONS,
            SUBSCRIBED,
            BY_CONNECTION,
        ] {
            for phrase in table.each() {
                assert!(
                    phrase.trim().len() >= 3 && phrase == phrase.to_lowercase(),
                    "{phrase:?}"
                );
            }
        }
    }
}
