//! What the owner's own mail server found out about a sender: `Authentication-Results`, RFC 8601.
//!
//! Anybody can write such a field. Only the topmost one that names one of the owner's servers
//! counts: servers put theirs above everything they received, and remove those that use their own
//! name (section 5). ARC seals and `Received-SPF` are other people's word and are not read.

use std::iter::Peekable;
use std::str::Chars;

use super::registrable;
use crate::limits;
use crate::message::Message;
use crate::owner::Owner;

/// One method's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Pass,
    Fail,
    /// `none`, `neutral`, an error: nothing was found out.
    Open,
}

/// One result for one domain; none if the field does not say which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    outcome: Outcome,
    domain: Option<String>,
}

/// What one trusted field says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct AuthResults {
    dkim: Vec<Finding>,
    dmarc: Option<Finding>,
}

impl AuthResults {
    /// The results of the owner's own server; none if it left none, or is not known.
    pub(super) fn trusted(message: &Message, owner: &Owner) -> Option<AuthResults> {
        if owner.authserv_ids.is_empty() {
            return None;
        }
        message
            .headers
            .named("authentication-results")
            .take(limits::AUTH_RESULTS)
            .filter(|field| field.raw().len() <= limits::HEADER_BYTES)
            .map(|field| statements(&field.text()))
            .find(|statements| is_from(statements, &owner.authserv_ids))
            .map(|statements| AuthResults::of(&statements[1..]))
    }

    fn of(statements: &[Vec<String>]) -> AuthResults {
        let mut results = AuthResults::default();
        for statement in statements {
            let Some((method, outcome)) = method(statement) else {
                continue;
            };
            let domain_of = |names: &[&str]| {
                names
                    .iter()
                    .find_map(|name| property(statement, name))
                    .map(domain)
            };
            match method.as_str() {
                "dkim" => results.dkim.push(Finding {
                    outcome,
                    domain: domain_of(&["header.d", "header.i"]),
                }),
                "dmarc" if results.dmarc.is_none() => {
                    results.dmarc = Some(Finding {
                        outcome,
                        domain: domain_of(&["header.from"]),
                    });
                }
                _ => {}
            }
        }
        results
    }

    /// True if a signature of a domain for which `is_theirs` holds was found good.
    pub(super) fn is_signed_by(&self, is_theirs: impl Fn(&str) -> bool) -> bool {
        self.dkim.iter().any(|finding| {
            finding.outcome == Outcome::Pass && finding.domain.as_deref().is_some_and(&is_theirs)
        })
    }

    /// DMARC's outcome for the domain in `From`; [`Outcome::Open`] if it is about another one.
    pub(super) fn dmarc_of(&self, from: &str) -> Outcome {
        match &self.dmarc {
            Some(Finding { outcome, domain })
                if domain
                    .as_deref()
                    .is_none_or(|domain| registrable(domain) == registrable(from)) =>
            {
                *outcome
            }
            _ => Outcome::Open,
        }
    }
}

/// True if a field's first statement is one of these names, with or without a version.
fn is_from(statements: &[Vec<String>], ids: &[String]) -> bool {
    statements.first().is_some_and(|first| {
        let versioned = match first.get(1) {
            None => true,
            Some(version) => version.bytes().all(|b| b.is_ascii_digit()),
        };
        let id = first.first().map(String::as_str).unwrap_or_default();
        versioned && first.len() <= 2 && ids.iter().any(|known| known.eq_ignore_ascii_case(id))
    })
}

/// `dkim=pass` or `dkim/1=pass`, the first word of a statement.
fn method(statement: &[String]) -> Option<(String, Outcome)> {
    let (method, outcome) = statement.first()?.split_once('=')?;
    let method = method.split('/').next().unwrap_or_default();
    let outcome = match outcome.to_ascii_lowercase().as_str() {
        "pass" => Outcome::Pass,
        "fail" => Outcome::Fail,
        _ => Outcome::Open,
    };
    Some((method.to_ascii_lowercase(), outcome))
}

fn property<'a>(statement: &'a [String], name: &str) -> Option<&'a str> {
    statement.iter().skip(1).find_map(|word| {
        let (key, value) = word.split_once('=')?;
        key.eq_ignore_ascii_case(name).then_some(value)
    })
}

/// The domain of `linkedin.com`, `@linkedin.com` or `a@linkedin.com`, lower case.
fn domain(value: &str) -> String {
    let domain = value.rsplit('@').next().unwrap_or_default();
    domain.trim_end_matches('.').to_ascii_lowercase()
}

/// A field cut at its semicolons, each piece into words: comments removed, quotes undone, no space
/// around `=`. What a sender had quoted (an envelope address) stays one word of one piece.
fn statements(field: &str) -> Vec<Vec<String>> {
    let mut statements = vec![Vec::new()];
    let mut word = String::new();
    let mut chars = field.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '(' => skip_comment(&mut chars),
            '"' => quoted(&mut chars, &mut word),
            ';' => {
                end_word(&mut statements, &mut word);
                statements.push(Vec::new());
            }
            '=' => {
                rejoin(&mut statements, &mut word);
                word.push('=');
                while chars.next_if(|c| c.is_whitespace()).is_some() {}
            }
            c if c.is_whitespace() => end_word(&mut statements, &mut word),
            c => word.push(c),
        }
    }
    end_word(&mut statements, &mut word);
    statements
}

fn end_word(statements: &mut [Vec<String>], word: &mut String) {
    if let (false, Some(last)) = (word.is_empty(), statements.last_mut()) {
        last.push(std::mem::take(word));
    }
}

/// Takes back the word before a lone `=`.
fn rejoin(statements: &mut [Vec<String>], word: &mut String) {
    if word.is_empty()
        && let Some(before) = statements.last_mut().and_then(Vec::pop)
    {
        *word = before;
    }
}

/// Skips to the end of a comment; comments nest, and one that never ends takes the rest.
fn skip_comment(chars: &mut Peekable<Chars<'_>>) {
    let mut depth = 1;
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

/// Adds a quoted string to the word; one that never ends takes the rest.
fn quoted(chars: &mut Peekable<Chars<'_>>, word: &mut String) {
    while let Some(c) = chars.next() {
        match c {
            '"' => return,
            '\\' => word.extend(chars.next()),
            c => word.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(fields: &str) -> Option<AuthResults> {
        let owner = Owner {
            authserv_ids: vec!["mx.own.example".to_owned()],
            ..Owner::default()
        };
        AuthResults::trusted(
            &Message::parse(format!("{fields}\nFrom: a@x.example\n\nx").as_bytes()),
            &owner,
        )
    }

    fn dmarc(field: &str) -> Option<Outcome> {
        results(&format!("Authentication-Results: {field}"))
            .map(|results| results.dmarc_of("x.example"))
    }

    #[test]
    fn names_versions_comments_quotes_and_folding() {
        for field in [
            "mx.own.example; dmarc=pass",
            "MX.Own.Example 1; dmarc=pass",
            "(by us) \"mx.own.example\" (v) 1 ; dmarc=pass (p=reject; dis=(none)) header.from=x.example",
            "mx.own.example;\n\tspf=pass smtp.mailfrom=\"a; dmarc=fail \\\"b\"@x.example;\n dmarc/1 = pass header.from = X.Example",
        ] {
            assert_eq!(dmarc(field), Some(Outcome::Pass), "{field}");
        }
        for field in [
            "mx.own.example; none",
            "mx.own.example",
            "mx.own.example; dmarc=pass header.from=other.example",
            "mx.own.example; (dmarc=pass)",
            "mx.own.example; spf=fail smtp.mailfrom=\"; dmarc=pass",
            "mx.own.example; spf=fail (dmarc=pass; dmarc=pass",
        ] {
            assert_eq!(dmarc(field), Some(Outcome::Open), "{field}");
        }
        for field in [
            "mx.own.example.evil.example; dmarc=pass",
            "evil.example mx.own.example; dmarc=pass",
            "mx.own.example x; dmarc=pass",
            "dmarc=pass; mx.own.example",
            "(mx.own.example) other.example; dmarc=pass",
            "",
        ] {
            assert_eq!(dmarc(field), None, "{field}");
        }
    }

    #[test]
    fn the_topmost_field_of_ours_counts() {
        let signed = |fields: &str| {
            results(fields)
                .is_some_and(|results| results.is_signed_by(|domain| domain == "x.example"))
        };
        let ours = "Authentication-Results: mx.own.example; dkim=fail header.d=x.example";
        let forged = "Authentication-Results: mx.own.example; dkim=pass header.i=a@X.example";
        let theirs = "Authentication-Results: mx.other.example; dkim=pass header.d=x.example";
        assert!(signed(forged) && !signed(ours) && !signed(theirs));
        assert!(!signed(&format!("{ours}\n{forged}")));
        assert!(!signed(&format!("{theirs}\n{ours}\n{forged}")));
        assert!(!signed(
            "ARC-Authentication-Results: i=1; mx.own.example; dkim=pass header.d=x.example"
        ));
        assert!(signed(
            "Authentication-Results: mx.own.example; dkim=fail header.d=x.example; dkim=pass header.d=x.example"
        ));
        assert!(!signed("Authentication-Results: mx.own.example; dkim=pass"));
    }
}
