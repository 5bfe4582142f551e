//! Many phrases looked for in one pass.

use aho_corasick::AhoCorasick;

/// A matcher for all of these phrases. The lists are ours and well within what the matcher can
/// hold; should that change, nothing is found and the tests say so.
pub(super) fn matcher(phrases: impl IntoIterator<Item = &'static str>) -> Option<AhoCorasick> {
    AhoCorasick::new(phrases).ok()
}

/// True if one of the phrases is in the text.
pub(super) fn found_in(matcher: &Option<AhoCorasick>, text: &str) -> bool {
    matcher
        .as_ref()
        .is_some_and(|matcher| matcher.is_match(text))
}
