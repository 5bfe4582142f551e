use std::process::Command;

use super::support::{Workspace, root};

/// One command of a `console` block and what it prints; empty if the README does not show it.
struct Shown {
    command: String,
    output: String,
}

fn shown(readme: &str) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    let mut is_inside = false;
    for line in readme.lines() {
        if line.starts_with("```") {
            is_inside = line == "```console";
        } else if is_inside && let Some(command) = line.strip_prefix("$ ") {
            all.push(Shown {
                command: command.to_owned(),
                output: String::new(),
            });
        } else if is_inside && let Some(last) = all.last_mut() {
            last.output.push_str(line);
            last.output.push('\n');
        }
    }
    all
}

fn run(here: &Workspace, command: &str) -> String {
    let binary = assert_cmd::cargo::cargo_bin("anteroom");
    let programs = binary.parent().unwrap().display().to_string();
    let path = format!("{programs}:{}", std::env::var("PATH").unwrap());
    let output = Command::new("bash")
        .args(["-c", command])
        .current_dir(here.path(""))
        .env("PATH", &path)
        .env("XDG_CONFIG_HOME", here.path("none"))
        .env("XDG_STATE_HOME", here.path("none"))
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "$ {command}\n{complaint}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs the README's commands in order, in a directory with the files they read, and compares
/// what they print. Scripts are not run in here: they are what runs this. With ANTEROOM_BLESS set,
/// the README is given the new output instead.
#[test]
fn the_commands_print_what_the_readme_shows() {
    let here = Workspace::new();
    for name in ["examples", "training-data", "models", "config.example.toml"] {
        std::os::unix::fs::symlink(root().join(name), here.path(name)).unwrap();
    }
    let mut readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let is_blessed = std::env::var_os("ANTEROOM_BLESS").is_some();
    let mut ran = 0;
    for Shown { command, output } in shown(&readme.clone()) {
        if command.starts_with("scripts/") || command.starts_with("benches/") {
            assert!(
                root().join(command.split(' ').next().unwrap()).exists(),
                "{command}"
            );
            continue;
        }
        if command.starts_with("git ") || command.starts_with("cargo ") {
            continue;
        }
        ran += 1;
        let printed = run(&here, &command);
        if output.trim().is_empty() || printed.trim_end() == output.trim_end() {
            continue;
        }
        assert!(
            is_blessed,
            "$ {command}\nprints\n{printed}\nthe README shows\n{output}"
        );
        let old = format!("$ {command}\n{output}");
        readme = readme.replace(&old, &format!("$ {command}\n{}\n", printed.trim_end()));
    }
    assert!(ran >= 4, "only {ran} commands were run");
    if is_blessed {
        std::fs::write(root().join("README.md"), readme).unwrap();
    }
}
