//! The language of a note.

use whatlang::Lang;

/// Letters below which a guess is no better than a coin.
const MIN_LETTERS: usize = 20;

/// Bytes looked at: a language shows in the first sentences.
const LOOKED_AT: usize = 1 << 10;

/// ISO 639-1 code of the language a text is written in; none if there is too little of it, or if
/// the detector is unsure.
pub(super) fn of(text: &str) -> Option<&'static str> {
    let text = &text[..text.floor_char_boundary(LOOKED_AT)];
    // Ends here if there are too few letters.
    text.chars()
        .filter(|c| c.is_alphabetic())
        .nth(MIN_LETTERS - 1)?;
    let found = whatlang::detect(text)?;
    found.is_reliable().then(|| code(found.lang())).flatten()
}

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
