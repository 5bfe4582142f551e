//! The language of a note.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Serialize, Serializer};
use whatlang::Lang;

/// Letters below which a guess is no better than a coin.
const MIN_LETTERS: usize = 20;

/// Bytes looked at: a language shows in the first sentences.
const LOOKED_AT: usize = 256;

/// The language a note is written in, found out when it is asked for: that can take longer than
/// the rest of extraction together, and only who prints a contact wants to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Language {
    beginning: String,
}

impl Language {
    pub(super) fn of(note: Option<&str>) -> Language {
        let note = note.unwrap_or_default();
        Language {
            beginning: note[..note.floor_char_boundary(LOOKED_AT)].to_owned(),
        }
    }

    /// Its ISO 639-1 code; none if there are too few words to tell.
    pub fn code(&self) -> Option<&'static str> {
        code_of(&self.beginning)
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.code().serialize(serializer)
    }
}

/// ISO 639-1 code of the language a text is written in; none if there is too little of it, or if
/// nothing is sure about it. The cheap and telling signs come first.
fn code_of(text: &str) -> Option<&'static str> {
    let text = &without_links(text);
    of_script(text)
        .or_else(|| of_small_words(text, Clarity::Plain))
        .or_else(|| detected(text))
        .or_else(|| of_small_words(text, Clarity::Enough))
}

/// Addresses of pages are in no language.
fn without_links(text: &str) -> Cow<'_, str> {
    if !text.contains("://") {
        return text.into();
    }
    let without_link = |word| match str::find(word, "http") {
        Some(at) => &word[..at],
        None => word,
    };
    let words: Vec<&str> = text.split_whitespace().map(without_link).collect();
    words.join(" ").into()
}

/// What the detector is sure of.
fn detected(text: &str) -> Option<&'static str> {
    // Ends here if there are too few letters.
    text.chars()
        .filter(|c| c.is_alphabetic())
        .nth(MIN_LETTERS - 1)?;
    let found = whatlang::detect(text)?;
    found.is_reliable().then(|| code(found.lang())).flatten()
}

/// For scripts that few languages share, by their letters; short notes are enough.
fn of_script(text: &str) -> Option<&'static str> {
    if text.is_ascii() {
        return None;
    }
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

/// How far ahead a language must be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clarity {
    /// Half as many words again as the next, and three at least.
    Plain,
    /// More words than the next, and two at least.
    Enough,
}

/// For Latin script: the language whose small words are more than any other's.
fn of_small_words(text: &str, clarity: Clarity) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let mut scores = [0_usize; SMALL_WORDS.len()];
    let mut n_words = 0;
    let words = lower.split(|c: char| !(c.is_alphabetic() || c == '\''));
    for word in words.filter(|word| !word.is_empty()) {
        n_words += 1;
        for &language in LANGUAGES_OF.get(word).into_iter().flatten() {
            scores[language] += 1;
        }
    }
    let best = (0..scores.len()).max_by_key(|&language| scores[language])?;
    let most = scores[best];
    let second = (0..scores.len())
        .filter(|&language| language != best)
        .map(|language| scores[language])
        .max()
        .unwrap_or(0);
    let is_clear = match clarity {
        Clarity::Plain => most >= 3 && 2 * most >= 3 * second,
        Clarity::Enough => most >= 2 && most > second,
    };
    (is_clear && 5 * most >= n_words).then_some(SMALL_WORDS[best].0)
}

/// The languages, by their place in the list, that a small word belongs to.
static LANGUAGES_OF: LazyLock<HashMap<&'static str, Vec<usize>>> = LazyLock::new(|| {
    let mut languages: HashMap<&str, Vec<usize>> = HashMap::new();
    for (language, (_, words)) in SMALL_WORDS.iter().enumerate() {
        for word in words.split(' ') {
            languages.entry(word).or_default().push(language);
        }
    }
    languages
});

/// Words a short note can hardly do without, those that neighbours share left out.
const SMALL_WORDS: &[(&str, &str)] = &[
    (
        "en",
        "of to in it be at have our as on an by is not but if can there here they it's you're we're which just the and you your for with i'm i'd my are was this that would love thanks from let's we hi please",
    ),
    (
        "de",
        "den dem zu von bei haben wir es sind als auch hat um nach noch und ich sie mich mit für der das ist nicht ihr ihre über freue danke auf einen ihnen am",
    ),
    (
        "fr",
        "le la de à du que qui ce ne pas en nos notre par plus je vous et les des pour mon votre avec une est dans nous merci bonjour sur au",
    ),
    (
        "es",
        "el la de que en los se lo es un más como le y usted con mi para una gracias hola muy su por tu me gustaría estoy nos",
    ),
    (
        "pt",
        "o de que em os se um mais como na no do da ao você com uma meu minha não obrigado olá muito seu sua para rede vamos oi",
    ),
    (
        "it",
        "il la un e non in le si da più come al dei di che per con una mio mia sono grazie ciao sua mi della tra",
    ),
    (
        "nl",
        "de het te van dat die in is om bij aan over naar ik je een en met voor zijn leuk tot daar ook mijn op graag bedankt niet wij groet",
    ),
    (
        "sv",
        "en ett som av jag vi har var till från om och att det är på för med din mitt hej tack inte dig",
    ),
    (
        "da",
        "en et som af vi har var fra om at den jeg og det er på til med din hej tak ikke dig mit du denne alle kun uge",
    ),
    (
        "no",
        "en et som av vi har var fra om at den jeg og det er på til med din hei takk ikke deg mitt du dere denne alle",
    ),
    (
        "fi",
        "olen ja on että kanssa sinun minun kiitos hei olisi en",
    ),
    (
        "pl",
        "i o za ale jak po od czy są się na jest nie dzień dobry dziękuję mnie w z do pan pani",
    ),
    ("cs", "jsem se na je dobrý den děkuji vás s že a"),
    ("hu", "és a az hogy nem köszönöm egy üdv vagyok szeretném"),
    ("ro", "și să în cu este bună mulțumesc aș vă o"),
    (
        "tr",
        "da de o ne bu çok var daha kadar olarak ve bir için ile merhaba teşekkürler iyi",
    ),
    (
        "id",
        "saya dan yang untuk dengan anda terima kasih ini pak di dari ibu bu halo tetapi apakah selalu tidak kami kita bapak",
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
    fn a_small_word_counts_once() {
        for (language, words) in SMALL_WORDS {
            let mut words: Vec<&str> = words.split(' ').collect();
            let n_words = words.len();
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), n_words, "{language}");
        }
    }

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
            assert_eq!(code_of(note), Some(language), "{note}");
        }
        assert_eq!(code_of("OK"), None);
        assert_eq!(code_of("Ann Lee"), None);
    }
}
