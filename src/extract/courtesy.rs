//! Greetings, thanks and sign-offs: what a note can hold without saying anything.

use super::defaults::normalised;
use crate::message::lower_case;

/// True for a word that greets, or addresses without a name.
pub(super) fn is_greeting_word(word: &str) -> bool {
    let word = normalised(word);
    GREETINGS.contains(&word.as_str())
        || matches!(
            word.as_str(),
            "sir" | "madam" | "respected" | "there" | "mam" | "hii" | "hiii"
        )
}

/// True for a line that only greets or names whom it addresses: "Hi Anna,", "Anna,".
pub(super) fn is_greeting(line: &str) -> bool {
    let n_words = line.split_whitespace().count();
    let line = line.trim();
    let is_address = n_words <= 3
        && line.ends_with([',', '，', '、', '،', ':', '：'])
        && line
            .split_whitespace()
            .all(|word| !word.starts_with(char::is_lowercase) || word.contains('@'));
    // "Hi octocat!": platforms address accounts by their handles.
    let is_handle = n_words == 2
        && line.ends_with(['!', ','])
        && line.split_whitespace().next().is_some_and(is_greeting_word);
    (1..=5).contains(&n_words)
        && line.chars().count() <= 40
        && (is_address || is_handle || only_greets(line))
}

/// True for a line that only greets, thanks or signs.
pub(super) fn is_courtesy(line: &str, name: Option<&str>) -> bool {
    let words = normalised(line);
    if words.is_empty() {
        return true;
    }
    let n_words = words.split(' ').count();
    if name.is_some_and(|name| {
        let name = normalised(name);
        words
            .split(' ')
            .all(|word| name.split(' ').any(|part| part == word))
    }) {
        return true;
    }
    let is_greeting = n_words <= 5 && words.chars().count() <= 40 && only_greets(line);
    let is_address = line.trim_end().ends_with([',', '，', '、', '،', ':', '：']) && n_words <= 3
        || n_words == 1
            && ["さん", "様", "さま", "님", "先生", "女士"]
                .iter()
                .any(|title| words.ends_with(title));
    let is_sign_off = starts_sign_off(&words);
    let is_signature = line.trim_start().starts_with(['-', '–', '—']) && n_words <= 3;
    is_greeting || is_address || is_sign_off || is_signature
}

/// True for a line that only signs off: "Best regards,".
pub(super) fn is_sign_off(line: &str) -> bool {
    line.len() <= 80 && starts_sign_off(&normalised(line))
}

fn starts_sign_off(words: &str) -> bool {
    words.split(' ').count() <= 4 && SIGN_OFFS.iter().any(|sign| words.starts_with(sign))
}

/// True if a line holds a greeting and beside it only names, which start with a capital or are
/// written in a script without capitals.
fn only_greets(line: &str) -> bool {
    let mut greets = false;
    for word in line.split(|c: char| !(c.is_alphanumeric() || c == '\'')) {
        let lower = lower_case(word);
        if GREETINGS.contains(&lower.as_str()) {
            greets = true;
        } else if word.starts_with(char::is_lowercase) && !ADDRESSED.contains(&lower.as_str()) {
            return false;
        }
    }
    greets
}

/// Whom a greeting may name without a capital.
const ADDRESSED: &[&str] = &[
    "there", "sir", "madam", "all", "everyone", "mam", "bro", "you", "à", "a", "tutti", "dia",
    "dias", "tag", "ji",
];

const GREETINGS: &[&str] = &[
    "hi",
    "hello",
    "hey",
    "dear",
    "hallo",
    "liebe",
    "lieber",
    "guten",
    "bonjour",
    "salut",
    "cher",
    "chère",
    "hola",
    "estimado",
    "estimada",
    "buenos",
    "buenas",
    "olá",
    "oi",
    "caro",
    "cara",
    "prezado",
    "prezada",
    "ciao",
    "salve",
    "gentile",
    "beste",
    "dag",
    "cześć",
    "witam",
    "dzień",
    "dobrý",
    "ahoj",
    "здравствуйте",
    "привет",
    "добрый",
    "вітаю",
    "merhaba",
    "selam",
    "halo",
    "hej",
    "moi",
    "kedves",
    "szia",
    "bună",
    "γεια",
    "xin",
    "chào",
    "namaste",
    "नमस्ते",
    "hai",
    "salam",
    "مرحبا",
    "السلام",
    "שלום",
    "您好",
    "你好",
    "안녕하세요",
    "こんにちは",
    "greetings",
];

const SIGN_OFFS: &[&str] = &[
    "regards",
    "best",
    "kind regards",
    "warm regards",
    "thanks",
    "thank you",
    "cheers",
    "sincerely",
    "yours",
    "mit freundlichen",
    "viele grüße",
    "vielen dank",
    "liebe grüße",
    "beste grüße",
    "gruß",
    "cordialement",
    "bien cordialement",
    "med venlig hilsen",
    "venlig hilsen",
    "med vennlig hilsen",
    "vennlig hilsen",
    "med vänliga hälsningar",
    "cu stimă",
    "με εκτίμηση",
    "з повагою",
    "in fede",
    "distinti saluti",
    "un cordiale saluto",
    "un cordial saludo",
    "saludos cordiales",
    "bien à vous",
    "merci",
    "saludos",
    "un saludo",
    "gracias",
    "atentamente",
    "abraço",
    "obrigado",
    "obrigada",
    "atenciosamente",
    "cordiali saluti",
    "saluti",
    "grazie",
    "groet",
    "met vriendelijke",
    "bedankt",
    "pozdrawiam",
    "s pozdravem",
    "с уважением",
    "спасибо",
    "saygılarımla",
    "teşekkürler",
    "salam",
    "terima kasih",
    "üdvözlettel",
    "vänliga",
    "hälsningar",
    "谢谢",
    "감사합니다",
    "よろしくお願いします",
    "شكرا",
    "תודה",
];

/// True for a message that thanks for a connection and says nothing else.
pub(super) fn only_thanks_for_connecting(note: &str) -> bool {
    says_little(note, THANKS)
}

/// True for a message that thanks for the owner's request to connect and says nothing else.
pub(super) fn only_thanks_for_request(note: &str) -> bool {
    says_little(note, THANKS_FOR_REQUEST)
}

/// True for a short text without a question or a link that holds one of the phrases.
fn says_little(note: &str, phrases: &[&str]) -> bool {
    let words = normalised(note);
    let n_words = words.split(' ').count();
    // Scripts without spaces count by characters.
    let longest = match words.contains(|c: char| c > '\u{2e80}') {
        true => 24,
        false => 100,
    };
    n_words <= 14
        && words.chars().count() <= longest
        && !note.contains(['?', '？', '؟', '%'])
        && !note.contains("http")
        && phrases.iter().any(|phrase| words.contains(phrase))
}

/// True if a note begins with thanks for a connection, whatever else it says.
pub(super) fn thanks_first(note: &str) -> bool {
    const BEGINNING: usize = 200;
    let words = normalised(&note[..note.floor_char_boundary(BEGINNING)]);
    THANKS.iter().any(|thanks| words.contains(thanks))
}

const THANKS: &[&str] = &[
    "thanks for connecting",
    "thank you for connecting",
    "thanks for the connection",
    "thanks for the connect",
    "thank you for the connection",
    "thanks for accepting",
    "thank you for accepting",
    "thx for connecting",
    "thanks for adding me",
    "thank you for adding me",
    "thanks for the add",
    "danke fürs vernetzen",
    "danke für die vernetzung",
    "danke für die annahme",
    "danke für die kontaktannahme",
    "merci pour la connexion",
    "merci d'avoir accepté",
    "merci pour l'ajout",
    "gracias por conectar",
    "gracias por aceptar",
    "gracias por la conexión",
    "obrigado por aceitar",
    "obrigada por aceitar",
    "obrigado por conectar",
    "obrigado pela conexão",
    "obrigada pela conexão",
    "grazie per il collegamento",
    "grazie per aver accettato",
    "bedankt voor het connecten",
    "bedankt voor de connectie",
    "bedankt voor het accepteren",
    "dzięki za przyjęcie",
    "dziękuję za przyjęcie",
    "děkuji za přijetí",
    "спасибо что приняли",
    "спасибо за добавление",
    "tack för att du",
    "tak for connect",
    "terima kasih sudah menerima",
    "terima kasih sudah connect",
    "bağlantı için teşekkür",
    "kabul ettiğiniz için teşekkür",
    "感谢通过",
    "谢谢通过",
    "感謝加入",
    "承認ありがとう",
    "수락 감사",
    "수락해 주셔서",
    "شكرا لقبول",
    "شكرًا لقبول",
    "תודה על האישור",
    "cảm ơn đã kết nối",
    "cảm ơn đã chấp nhận",
];

/// Thanks for what the owner sent, not for what the owner accepted.
const THANKS_FOR_REQUEST: &[&str] = &[
    "thanks for your request",
    "thank you for your request",
    "thanks for the request",
    "thank you for the request",
    "thanks for your invit",
    "thank you for your invit",
    "thanks for the invit",
    "thank you for the invit",
    "thanks for your connection request",
    "thank you for your connection request",
    "dank für ihre anfrage",
    "dank für deine anfrage",
    "danke für die anfrage",
    "danke für ihre anfrage",
    "danke für deine anfrage",
    "danke für die einladung",
    "danke für ihre einladung",
    "danke für deine einladung",
    "dank für die einladung",
    "dank für ihre einladung",
    "danke für die kontaktanfrage",
    "merci pour votre demande",
    "merci de votre demande",
    "merci pour ta demande",
    "merci pour votre invitation",
    "merci de votre invitation",
    "merci pour ton invitation",
    "merci pour l'invitation",
    "gracias por su solicitud",
    "gracias por tu solicitud",
    "gracias por la solicitud",
    "gracias por la invitación",
    "gracias por tu invitación",
    "gracias por su invitación",
    "grazie per la richiesta",
    "grazie per la tua richiesta",
    "grazie per la sua richiesta",
    "grazie della richiesta",
    "grazie per l'invito",
    "grazie dell'invito",
    "obrigado pelo pedido",
    "obrigada pelo pedido",
    "obrigado pelo convite",
    "obrigada pelo convite",
    "obrigado pelo seu",
    "obrigada pelo seu",
    "obrigado pela solicitação",
    "obrigada pela solicitação",
    "bedankt voor je uitnodiging",
    "bedankt voor uw uitnodiging",
    "bedankt voor de uitnodiging",
    "bedankt voor je verzoek",
    "bedankt voor uw verzoek",
    "bedankt voor het verzoek",
    "dank voor je uitnodiging",
    "dank voor uw uitnodiging",
    "dank voor de uitnodiging",
    "dziękuję za zaproszenie",
    "dzięki za zaproszenie",
    "tack för din förfrågan",
    "tack för förfrågan",
    "tack för inbjudan",
    "tack för din inbjudan",
    "tak for din invitation",
    "tak for invitationen",
    "tak for anmodningen",
    "takk for forespørselen",
    "takk for invitasjonen",
    "kiitos kutsusta",
    "kiitos pyynnöstä",
    "davetiniz için",
    "davetin için",
    "isteğiniz için",
    "isteğin için",
    "спасибо за приглашение",
    "спасибо за запрос",
    "дякую за запрошення",
    "дякую за запит",
    "děkuji za pozvání",
    "díky za pozvání",
    "köszönöm a meghívás",
    "mulțumesc pentru invitație",
    "感谢您的邀请",
    "谢谢您的邀请",
    "謝謝您的邀請",
    "谢谢邀请",
    "感谢邀请",
    "招待ありがとう",
    "リクエストありがとう",
    "申請ありがとう",
    "초대 감사",
    "신청 감사",
    "요청 감사",
    "شكرا على دعوتك",
    "شكرا لدعوتك",
    "شكرا على طلبك",
    "terima kasih atas undangan",
    "terima kasih atas permintaan",
    "cảm ơn lời mời",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thanks_and_nothing_else() {
        for note in [
            "Thanks for connecting, Owen!",
            "Bağlantı isteğimi kabul ettiğiniz için teşekkürler",
            "老师好，感谢通过。",
        ] {
            assert!(only_thanks_for_connecting(note), "{note}");
        }
        for note in [
            "Thanks for connecting! Do you need a website?",
            "老师好，感谢通过。我们提供SCI论文润色、查重、图表美化及期刊推荐。",
        ] {
            assert!(!only_thanks_for_connecting(note), "{note}");
        }
    }

    #[test]
    fn thanks_for_a_request_are_no_thanks_for_a_connection() {
        for note in [
            "Thanks for your request Ilka, accepted!",
            "Bedankt voor je uitnodiging Ottilie, natuurlijk! Groet uit Ootmarsum",
            "Vielen Dank für Ihre Anfrage, gern.",
        ] {
            assert!(only_thanks_for_request(note), "{note}");
            assert!(!only_thanks_for_connecting(note), "{note}");
        }
        for note in [
            "Thanks for accepting my request!",
            "Thanks for your request. Can I show you our tool?",
            "Thanks for connecting",
        ] {
            assert!(!only_thanks_for_request(note), "{note}");
        }
    }
}
