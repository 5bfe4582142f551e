//! What the program is built of, from `cargo metadata` and the sources themselves.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::process::Command;

use serde_json::Value;

use super::support::{files_below, root};

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Licences that ask for no more than a notice, or for the source of the library itself.
const LICENCES: [&str; 11] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// No mail text leaves the machine: nothing that speaks HTTP, no second TLS.
const BANNED: [&str; 18] = [
    "attohttpc",
    "awc",
    "curl",
    "curl-sys",
    "h2",
    "hyper",
    "hyper-util",
    "isahc",
    "minreq",
    "native-tls",
    "oauth2",
    "openssl",
    "openssl-sys",
    "reqwest",
    "surf",
    "tonic",
    "ureq",
    "xh",
];

/// Crates that are in the program in more than one version, since what needs the older one has no
/// newer release: linfa (approx, rand, rand_core, getrandom, thiserror, indexmap), statrs (glam),
/// postcard (embedded-io), procedural macros (syn), and tables that hash differently.
const TWICE: [&str; 14] = [
    "approx",
    "embedded-io",
    "foldhash",
    "getrandom",
    "glam",
    "hashbrown",
    "heck",
    "indexmap",
    "rand",
    "rand_core",
    "syn",
    "thiserror",
    "thiserror-impl",
    "windows-sys",
];

/// The dependencies of a build, as cargo resolved them from the lock file.
struct Graph {
    packages: HashMap<String, Value>,
    built_in: HashSet<String>,
}

impl Graph {
    fn load() -> Graph {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(root())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let list = |value: &Value| value.as_array().unwrap().clone();
        let packages = list(&metadata["packages"])
            .into_iter()
            .map(|package| (text(&package["id"]), package))
            .collect();
        let nodes: HashMap<String, Vec<Value>> = list(&metadata["resolve"]["nodes"])
            .iter()
            .map(|node| (text(&node["id"]), list(&node["deps"])))
            .collect();
        let mut built_in = HashSet::new();
        let mut open = vec![text(&metadata["resolve"]["root"])];
        while let Some(id) = open.pop() {
            if !built_in.insert(id.clone()) {
                continue;
            }
            let normal = nodes[&id].iter().filter(|dependency| {
                list(&dependency["dep_kinds"])
                    .iter()
                    .any(|kind| kind["kind"].is_null())
            });
            open.extend(normal.map(|dependency| text(&dependency["pkg"])));
        }
        Graph { packages, built_in }
    }

    /// Everything the build downloads, test and build tools too.
    fn foreign(&self) -> impl Iterator<Item = &Value> {
        self.packages
            .values()
            .filter(|package| package["name"] != "anteroom")
    }

    /// What is linked into the program.
    fn built_in(&self) -> impl Iterator<Item = &Value> {
        self.built_in.iter().map(|id| &self.packages[id])
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// True if one may choose among the licences of an expression so that all of them are known. The
/// slash is the older spelling of OR; AND binds more tightly, parentheses enclose alternatives.
fn is_allowed(expression: &str) -> bool {
    let plain = expression.replace('/', " OR ");
    if !plain.contains('(') {
        return plain.split(" OR ").any(|choice| {
            choice
                .split(" AND ")
                .all(|name| LICENCES.contains(&name.trim()))
        });
    }
    // Cargo's own crates nest once at most: `(A OR B) AND C`.
    plain.split(" AND ").all(|part| {
        let inner = part.trim().trim_start_matches('(').trim_end_matches(')');
        !inner.contains('(') && is_allowed(inner)
    })
}

#[test]
fn everything_comes_from_one_registry_under_known_licences() {
    let graph = Graph::load();
    assert!(graph.foreign().count() > 50);
    for package in graph.foreign() {
        assert_eq!(package["source"], REGISTRY, "{}", package["id"]);
        let licence = package["license"].as_str().unwrap_or("none");
        assert!(is_allowed(licence), "{}: {licence}", package["id"]);
    }
}

#[test]
fn licence_expressions_are_read() {
    assert!(is_allowed("GPL-3.0/MIT"));
    assert!(is_allowed("(GPL-3.0 OR MIT) AND Unicode-3.0"));
    assert!(!is_allowed("MIT AND GPL-3.0"));
    assert!(!is_allowed("(MIT OR Apache-2.0) AND GPL-3.0"));
    assert!(!is_allowed("none"));
}

#[test]
fn nothing_in_the_program_speaks_http_or_is_there_twice() {
    let graph = Graph::load();
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in graph.built_in() {
        let name = text(&package["name"]);
        assert!(!BANNED.contains(&name.as_str()), "{name}");
        versions
            .entry(name)
            .or_default()
            .insert(text(&package["version"]));
    }
    assert!(versions["mailparse"].len() == 1 && versions["ndarray"].len() == 1);
    for (name, versions) in versions {
        assert!(
            versions.len() == 1 || TWICE.contains(&name.as_str()),
            "{name}: {versions:?}"
        );
    }
}

/// Every Rust source of the program.
fn sources() -> Vec<(std::path::PathBuf, String)> {
    let read = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path, text)
    };
    files_below("src", "rs").into_iter().map(read).collect()
}

#[test]
fn the_build_is_safe_and_a_panic_can_be_caught() {
    let manifest: toml::Table = std::fs::read_to_string(root().join("Cargo.toml"))
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(
        manifest["lints"]["rust"]["unsafe_code"].as_str(),
        Some("forbid")
    );
    for (name, profile) in manifest["profile"].as_table().unwrap() {
        let panic = profile.get("panic").and_then(toml::Value::as_str);
        assert_ne!(panic, Some("abort"), "profile {name}");
    }
    for (path, text) in sources() {
        assert!(!text.contains("unsafe {"), "{}", path.display());
    }
}

/// What may stand in a statement that is put together: names of our own tables and columns, which
/// are constants of the source.
const OWN_NAMES: [&str; 2] = ["table", "key"];

/// What a mail says reaches the store by bound parameters only.
#[test]
fn no_statement_is_put_together_from_a_mail() {
    let sources = sources();
    assert!(sources.len() > 100);
    let mut seen = 0;
    for (path, text) in sources {
        let calls = text.split("format!(").skip(1);
        for literal in calls.filter_map(|call| call.split('"').nth(1)) {
            if !["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "PRAGMA "]
                .iter()
                .any(|verb| literal.contains(verb))
            {
                continue;
            }
            for name in literal.split('{').skip(1) {
                let name = name.split('}').next().unwrap_or_default();
                assert!(OWN_NAMES.contains(&name), "{}: {literal}", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 0, "none was looked at");
}
