//! The platforms' stock sentences, and what is left of a note without them.

use unicode_normalization::char::is_combining_mark;

/// A note without its stock sentence.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stripped {
    /// Language of the stock sentence found.
    pub(super) language: Option<&'static str>,
    /// The human's own words; none if only greeting and sign-off are left.
    pub(super) rest: Option<String>,
}

/// A stock sentence as letters and single spaces, lower case.
struct Stock {
    language: &'static str,
    words: &'static str,
}

const fn seen(language: &'static str, words: &'static str) -> Stock {
    Stock { language, words }
}

/// Wording from memory of the platform's interface, not met in a real mail.
const fn unverified(language: &'static str, words: &'static str) -> Stock {
    Stock { language, words }
}

const STOCK: &[Stock] = &[
    seen("en", "i'd like to add you to my professional network"),
    seen("en", "i would like to add you to my professional network"),
    seen("en", "i'd like to join your linkedin network"),
    seen("en", "i would like to connect with you on linkedin"),
    seen("en", "i'd like to connect with you on linkedin"),
    unverified("en", "i'd like to add you as a friend"),
    seen(
        "fr",
        "j'aimerais vous inviter à rejoindre mon réseau professionnel en ligne sur le site linkedin",
    ),
    unverified(
        "fr",
        "j'aimerais vous inviter à rejoindre mon réseau professionnel",
    ),
    unverified("fr", "je souhaite vous ajouter à mon réseau professionnel"),
    seen("es", "me gustaría añadirte a mi red profesional"),
    unverified("es", "me gustaría unirme a tu red de linkedin"),
    unverified("es", "me gustaría agregarte a mi red profesional"),
    seen("ar", "أرغب في إضافتك إلى شبكتي الاحترافية"),
    unverified("it", "vorrei aggiungerti alla mia rete professionale"),
    unverified("it", "desidero aggiungerti alla mia rete professionale"),
    unverified(
        "de",
        "ich möchte sie gerne zu meinem beruflichen netzwerk hinzufügen",
    ),
    unverified(
        "de",
        "ich möchte sie zu meinem beruflichen netzwerk hinzufügen",
    ),
    unverified("de", "ich möchte dich zu meinem beruflichen netzwerk"),
    unverified("de", "ich würde sie gerne zu meinem beruflichen netzwerk"),
    unverified("pt", "gostaria de adicioná-lo à minha rede profissional"),
    unverified("pt", "gostaria de adicioná lo à minha rede profissional"),
    unverified("pt", "gostaria de adicioná la à minha rede profissional"),
    unverified("pt", "eu gostaria de adicioná lo à minha rede profissional"),
    unverified("pt", "gostaria de fazer parte da sua rede do linkedin"),
    unverified(
        "nl",
        "ik wil je graag toevoegen aan mijn professionele netwerk",
    ),
    unverified(
        "nl",
        "ik wil u graag toevoegen aan mijn professionele netwerk",
    ),
    unverified(
        "nl",
        "ik zou je graag toevoegen aan mijn professionele netwerk",
    ),
    unverified(
        "sv",
        "jag vill gärna lägga till dig i mitt professionella nätverk",
    ),
    unverified(
        "sv",
        "jag skulle vilja lägga till dig i mitt professionella nätverk",
    ),
    unverified(
        "da",
        "jeg vil gerne tilføje dig til mit professionelle netværk",
    ),
    unverified(
        "no",
        "jeg vil gjerne legge deg til i mitt profesjonelle nettverk",
    ),
    unverified("fi", "haluaisin lisätä sinut ammatilliseen verkostooni"),
    unverified("pl", "chciałbym dodać cię do mojej sieci zawodowej"),
    unverified("pl", "chcę dodać cię do mojej sieci kontaktów"),
    unverified("cs", "rád bych vás přidal do své profesní sítě"),
    unverified("cs", "chci si vás přidat do své profesní sítě"),
    unverified("hu", "szeretném felvenni önt a szakmai hálózatomba"),
    unverified("hu", "szeretnélek felvenni a szakmai hálózatomba"),
    unverified("ro", "aș dori să vă adaug la rețeaua mea profesională"),
    unverified("tr", "sizi profesyonel ağıma eklemek istiyorum"),
    unverified("ru", "я хотел бы добавить вас в свою профессиональную сеть"),
    unverified(
        "ru",
        "приглашаю вас присоединиться к моей профессиональной сети",
    ),
    unverified("uk", "я хочу додати вас до своєї професійної мережі"),
    unverified(
        "el",
        "θα ήθελα να σας προσθέσω στο επαγγελματικό μου δίκτυο",
    ),
    unverified(
        "id",
        "saya ingin menambahkan anda ke jaringan profesional saya",
    ),
    unverified(
        "ms",
        "saya ingin menambah anda ke rangkaian profesional saya",
    ),
    unverified(
        "vi",
        "tôi muốn thêm bạn vào mạng lưới chuyên nghiệp của tôi",
    ),
    unverified(
        "ja",
        "linkedinで私のプロフェッショナルネットワークに追加させてください",
    ),
    unverified("ja", "私の職業ネットワークにご参加ください"),
    unverified("ja", "つながりをリクエストしました"),
    unverified("ja", "linkedinであなたとつながりたいです"),
    unverified("ko", "회원님을 제 1촌으로 추가하고 싶습니다"),
    unverified("ko", "링크드인에서 1촌을 맺고 싶습니다"),
    unverified("ko", "회원님을 제 linkedin 인맥에 추가하고 싶습니다"),
    unverified("zh", "我想在领英上把您加为联系人"),
    unverified("zh", "我想在领英上加您为好友"),
    unverified("zh", "我希望把您加入我的领英人脉网络"),
    unverified("zh", "我想將您加入我的專業人脈網絡"),
    unverified("he", "אשמח להוסיף אותך לרשת המקצועית שלי"),
    unverified("hi", "मैं आपके linkedin नेटवर्क से जुड़ना चाहूँगा"),
    unverified("id", "saya ingin bergabung dengan jaringan linkedin anda"),
    unverified("tr", "linkedin ağınıza katılmak istiyorum"),
    unverified("hi", "मैं आपको अपने पेशेवर नेटवर्क में जोड़ना चाहता हूँ"),
];

/// Removes stock sentences, and the note altogether if only courtesies remain.
pub(super) fn remove(note: &str, name: Option<&str>) -> Stripped {
    let mut language = None;
    let mut rest = String::with_capacity(note.len());
    for line in note.lines() {
        for sentence in sentences(line) {
            match stock_language(sentence) {
                Some(found) => language = Some(found),
                None => rest.push_str(sentence),
            }
        }
        rest.push('\n');
    }
    let rest = rest.trim();
    let has_words = rest.lines().any(|line| !is_courtesy(line, name));
    Stripped {
        language,
        rest: has_words.then(|| rest.to_owned()),
    }
}

/// Pieces of a line that end at a full stop, mark or dash, with their ends.
fn sentences(line: &str) -> impl Iterator<Item = &str> {
    line.split_inclusive(['.', '!', '?', '。', '！', ';'])
}

/// True for a stock sentence.
pub(super) fn is_stock(sentence: &str) -> bool {
    stock_language(sentence).is_some()
}

/// True for a word that greets, or addresses without a name.
pub(super) fn is_greeting_word(word: &str) -> bool {
    let word = normalised(word);
    GREETINGS.contains(&word.as_str())
        || matches!(
            word.as_str(),
            "sir" | "madam" | "respected" | "there" | "mam" | "hii" | "hiii"
        )
}

fn stock_language(sentence: &str) -> Option<&'static str> {
    let words = normalised(sentence);
    STOCK
        .iter()
        .find(|stock| {
            words.find(stock.words).is_some_and(|at| {
                let around = words.len() - stock.words.len();
                // "… on LinkedIn - NAME", "Hi NAME, …": a few words around it are not a reason.
                at < 40 && around < 60 && words[at + stock.words.len()..].split(' ').count() <= 6
            })
        })
        .map(|stock| stock.language)
}

/// Letters, digits and apostrophes, lower case, one space between words.
pub(super) fn normalised(sentence: &str) -> String {
    let mut out = String::with_capacity(sentence.len());
    for c in sentence.chars() {
        match c {
            '\u{2019}' | '\u{2bc}' | '`' => out.push('\''),
            c if c.is_alphanumeric() || c == '\'' || is_combining_mark(c) => {
                out.extend(c.to_lowercase());
            }
            _ if out.ends_with(' ') || out.is_empty() => {}
            _ => out.push(' '),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// True for a line that only greets or names whom it addresses: "Hi Anna,", "Anna,".
pub(super) fn is_greeting(line: &str) -> bool {
    let n_words = line.split_whitespace().count();
    let line = line.trim();
    let is_address = n_words <= 3
        && line.ends_with([',', '，', '、', '،', ':', '：'])
        && line
            .split_whitespace()
            .all(|word| !word.starts_with(char::is_lowercase));
    (1..=5).contains(&n_words) && line.chars().count() <= 40 && (is_address || only_greets(line))
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
        let lower = word.to_lowercase();
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
    let words = normalised(note);
    let n_words = words.split(' ').count();
    // Scripts without spaces count by characters.
    let longest = 20 + 6 * n_words;
    n_words <= 14
        && words.chars().count() <= longest
        && !note.contains(['?', '？', '؟', '%'])
        && !note.contains("http")
        && THANKS.iter().any(|thanks| words.contains(thanks))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(note: &str) -> Option<String> {
        remove(note, Some("Ann Lee")).rest
    }

    #[test]
    fn the_stock_sentence_alone_leaves_nothing() {
        for note in [
            "I'd like to add you to my professional network on LinkedIn.",
            "Hi Bob,\n\nI’d like to add you to my professional network on LinkedIn\n\n- Ann",
            "I'd like to join your LinkedIn network.",
            "Hi Bob, I'd like to add you to my professional network. - Ann Lee",
            "J'aimerais vous inviter à rejoindre mon réseau professionnel en ligne, sur le site LinkedIn.\nAnn Lee",
            "أرغب في إضافتك إلى شبكتي الاحترافية على LinkedIn.",
        ] {
            let stripped = remove(note, Some("Ann Lee"));
            assert_eq!(
                (stripped.rest, stripped.language.is_some()),
                (None, true),
                "{note}"
            );
        }
        assert_eq!(rest("Hi Bob,\nBest regards,\nAnn"), None);
        assert_eq!(rest("Hello there"), None);
        assert!(rest("hi need job").is_some());
        assert_eq!(rest(""), None);
    }

    #[test]
    fn a_reason_beside_it_stays() {
        let note = "It was a pleasure at the Forum. I'd like to add you to my professional network on LinkedIn.";
        assert_eq!(
            rest(note).as_deref(),
            Some("It was a pleasure at the Forum.")
        );
    }
}
