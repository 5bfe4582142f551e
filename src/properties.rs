//! How often a property is tried.

use proptest::prelude::ProptestConfig;

/// So many cases in an ordinary run; as many as `PROPTEST_CASES` says where it is set, as
/// `scripts/properties` does.
pub(crate) fn cases(usually: u32) -> ProptestConfig {
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default(),
        None => ProptestConfig::with_cases(usually),
    }
}
