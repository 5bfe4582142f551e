//! The language of a note.

use whatlang::Lang;

/// Letters below which a guess is no better than a coin.
const MIN_LETTERS: usize = 20;

/// Bytes looked at: a language shows in the first sentences.
const LOOKED_AT: usize = 320;

/// ISO 639-1 code of the language a text is written in; none if there is too little of it, or if
/// nothing is sure about it.
pub(super) fn of(text: &str) -> Option<&'static str> {
    let text = &text[..text.floor_char_boundary(LOOKED_AT)];
    let is_enough = text
        .chars()
        .filter(|c| c.is_alphabetic())
        .nth(MIN_LETTERS - 1)
        .is_some();
    let found = is_enough.then(|| whatlang::detect(text)).flatten();
    found
        .filter(|found| found.is_reliable())
        .and_then(|found| code(found.lang()))
        .or_else(|| of_script(text))
        .or_else(|| of_small_words(text))
}

/// For scripts that few languages share, by their letters; short notes are enough.
fn of_script(text: &str) -> Option<&'static str> {
    let has = |letters: &str| text.contains(|c: char| letters.contains(c));
    let n_of =
        |range: std::ops::RangeInclusive<char>| text.chars().filter(|c| range.contains(c)).count();
    let n_letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let most = |n: usize| n >= 4 && 2 * n > n_letters;
    if n_of('\u{3040}'..='\u{30ff}') >= 3 {
        return Some("ja");
    }
    let scripts = [
        ('\u{ac00}'..='\u{d7a3}', "ko"),
        ('\u{4e00}'..='\u{9fff}', "zh"),
        ('\u{5d0}'..='\u{5ea}', "he"),
        ('\u{e01}'..='\u{e3a}', "th"),
        ('\u{370}'..='\u{3ff}', "el"),
        ('\u{900}'..='\u{97f}', "hi"),
        ('\u{980}'..='\u{9ff}', "bn"),
    ];
    if let Some((_, language)) = scripts
        .into_iter()
        .find(|(range, _)| most(n_of(range.clone())))
    {
        return Some(language);
    }
    if most(n_of('\u{400}'..='\u{45f}')) {
        return if has("іїєґ") {
            Some("uk")
        } else if has("ыэё") {
            Some("ru")
        } else {
            None
        };
    }
    let is_arabic = most(n_of('\u{620}'..='\u{6d3}'));
    match is_arabic {
        true if has("ٹڈڑںے") => Some("ur"),
        true if has("پچژگ") => Some("fa"),
        true if has("ةىأإ") => Some("ar"),
        _ => None,
    }
}

/// For Latin script: the language whose small words are more than any other's.
fn of_small_words(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !(c.is_alphabetic() || c == '\''))
        .filter(|word| !word.is_empty())
        .take(60)
        .collect();
    let score = |small: &str| {
        let small = || small.split(' ');
        words
            .iter()
            .filter(|word| small().any(|own| own == **word))
            .count()
    };
    let mut best = (0, None);
    let mut second = 0;
    for (language, small) in SMALL_WORDS {
        let n = score(small);
        if n > best.0 {
            second = best.0;
            best = (n, Some(*language));
        } else if n > second {
            second = n;
        }
    }
    let is_clear = best.0 >= 2 && best.0 > second && 5 * best.0 >= words.len();
    best.1.filter(|_| is_clear)
}

/// Words a short note can hardly do without, those that neighbours share left out.
const SMALL_WORDS: &[(&str, &str)] = &[
    (
        "en",
        "the and you your for with i'm i'd my are was this that have would love thanks from let's we hi please",
    ),
    (
        "de",
        "und ich sie mich mit für der das ist nicht ihr ihre über freue danke wir auf einen",
    ),
    (
        "fr",
        "je vous et les des pour mon votre avec une est dans nous merci bonjour sur au",
    ),
    (
        "es",
        "y usted con mi para una los gracias hola muy su por tu me gustaría estoy nos",
    ),
    (
        "pt",
        "você com uma meu minha não obrigado olá muito seu sua em para rede vamos oi",
    ),
    (
        "it",
        "di che per il con una mio mia sono grazie ciao la sua mi della tra",
    ),
    (
        "nl",
        "ik je een het en met voor mijn op graag van bedankt dat niet wij groet",
    ),
    (
        "sv",
        "jag och att det är på för med din mitt hej tack inte dig",
    ),
    ("da", "jeg og det er på til med din hej tak ikke dig af mit"),
    (
        "no",
        "jeg og det er på til med din hei takk ikke deg av mitt",
    ),
    (
        "fi",
        "olen ja on että kanssa sinun minun kiitos hei olisi en",
    ),
    (
        "pl",
        "się na jest nie dzień dobry dziękuję mnie w z do pan pani",
    ),
    ("cs", "jsem se na je dobrý den děkuji vás s že a"),
    ("hu", "és a az hogy nem köszönöm egy üdv vagyok szeretném"),
    ("ro", "și să în cu este bună mulțumesc aș vă o"),
    ("tr", "ve bir için ile merhaba teşekkürler bu çok iyi"),
    (
        "id",
        "saya dan yang untuk dengan anda terima kasih ini pak di",
    ),
    ("vi", "tôi và bạn của em chị anh cảm ơn được với"),
];

/// The two-letter code of a language people write such notes in.
fn code(lang: Lang) -> Option<&'static str> {
    Some(match lang {
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Spa => "es",
        Lang::Ita => "it",
        Lang::Por => "pt",
        Lang::Nld => "nl",
        Lang::Swe => "sv",
        Lang::Dan => "da",
        Lang::Nob => "no",
        Lang::Fin => "fi",
        Lang::Pol => "pl",
        Lang::Ces => "cs",
        Lang::Slk => "sk",
        Lang::Hun => "hu",
        Lang::Ron => "ro",
        Lang::Bul => "bg",
        Lang::Hrv => "hr",
        Lang::Srp => "sr",
        Lang::Slv => "sl",
        Lang::Ell => "el",
        Lang::Tur => "tr",
        Lang::Rus => "ru",
        Lang::Ukr => "uk",
        Lang::Ara => "ar",
        Lang::Pes => "fa",
        Lang::Urd => "ur",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Ben => "bn",
        Lang::Tam => "ta",
        Lang::Tel => "te",
        Lang::Mar => "mr",
        Lang::Tha => "th",
        Lang::Vie => "vi",
        Lang::Ind => "id",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Cmn => "zh",
        Lang::Cat => "ca",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_notes_have_a_language() {
        for (language, note) in [
            ("en", "Thanks for the add!"),
            ("de", "Danke und Gruß, ich freue mich"),
            ("ko", "안녕하세요"),
            ("he", "אשמח להתחבר"),
            ("ja", "よろしくお願いします"),
            ("uk", "Дякую за зустріч у Києві"),
        ] {
            assert_eq!(of(note), Some(language), "{note}");
        }
        assert_eq!(of("OK"), None);
        assert_eq!(of("Ann Lee"), None);
    }
}
