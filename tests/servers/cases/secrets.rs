use std::path::Path;
use std::time::Duration;

use crate::harness::account::{Setup, Writer, folder_of};
use crate::harness::daemon::wait_until;
use crate::harness::mails::mails;
use crate::harness::server::{Kind, Mailbox, Server, permissions};
use crate::harness::snapshot::Snapshot;

const CANARY: &str = "Zq7canary31Wk";

fn holds_canary(bytes: &[u8]) -> bool {
    bytes
        .windows(CANARY.len())
        .any(|window| window == CANARY.as_bytes())
}

/// A program that prints the password, and notes with which arguments and environment it was run.
fn helper(directory: &Path) -> (std::path::PathBuf, std::path::PathBuf) {
    let helper = directory.join("print-password");
    let notes = directory.join("notes");
    let text = format!(
        "#!/bin/sh\ncat /proc/$$/cmdline /proc/$$/environ >> '{}'\ncat '{}'\n",
        notes.display(),
        directory.join("password").display()
    );
    std::fs::write(directory.join("password"), format!("{CANARY}\n")).unwrap();
    std::fs::write(&helper, text).unwrap();
    std::fs::set_permissions(&helper, permissions(0o700)).unwrap();
    (helper, notes)
}

fn run_at_trace_level(mailbox: &Mailbox<'_>, setup: &Setup) {
    let before = Snapshot::of(mailbox).count("INBOX");
    let mut daemon = setup.daemon("trace");
    mailbox.deliver(mails(4).iter().map(|mail| &*mail.bytes));
    wait_until("mail to be filed", Duration::from_secs(60), || {
        daemon.assert_running();
        Snapshot::of(mailbox).count("INBOX") == before
    });
    owner_teaches(mailbox, setup);
    // While it runs: what is written ahead is gone when it has ended.
    let kept = nowhere_in_the_state(setup);
    for part in ["state.sqlite-wal", "models/"] {
        assert!(kept.iter().any(|path| path.contains(part)), "{kept:?}");
    }
    for name in ["cmdline", "environ"] {
        let path = format!("/proc/{}/{name}", daemon.id());
        assert!(!holds_canary(&std::fs::read(&path).unwrap()), "{path}");
    }
    daemon.terminate();
    let log = std::fs::read(&daemon.log).unwrap();
    assert!(!log.is_empty(), "a log at trace level says something");
    assert!(!holds_canary(&log), "the log: {}", daemon.log.display());
    nowhere_in_the_state(setup);
    let status = setup.status(&["--json"]);
    assert!(!holds_canary(status.as_bytes()));
}

/// Moves one message, so that there is a model of the account's own.
fn owner_teaches(mailbox: &Mailbox<'_>, setup: &Setup) {
    let (pitch, spam) = (folder_of("pitch"), folder_of("spam"));
    let filed = Snapshot::of(mailbox).uids(pitch);
    let uid = filed.into_values().next().expect("a pitch was filed");
    mailbox.client().move_to(pitch, &[uid], spam);
    wait_until("it to be learned", Duration::from_secs(60), || {
        super::corrections::lessons(setup) == [("spam".to_owned(), 1)].into()
    });
}

/// Panics if a file of the state holds it, or is open to others; gives back the files' names.
fn nowhere_in_the_state(setup: &Setup) -> Vec<String> {
    let files = setup.state_files();
    assert!(!files.is_empty());
    for path in &files {
        assert!(
            !holds_canary(&std::fs::read(path).unwrap()),
            "{}",
            path.display()
        );
        let mode = std::fs::metadata(path).unwrap().permissions();
        let mode = std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777;
        assert_eq!(mode & 0o077, 0, "{} is {mode:o}", path.display());
    }
    files
        .iter()
        .map(|path| path.display().to_string())
        .collect()
}

#[test]
fn a_password_is_nowhere_but_where_it_was_put() {
    let server = Server::start(Kind::Dovecot, &[("PASSWORD", CANARY)]);
    let mailbox = server.mailbox();
    // The search itself finds what is there.
    let directory = tempfile::tempdir().unwrap();
    let (helper, notes) = helper(directory.path());
    assert!(holds_canary(
        &std::fs::read(directory.path().join("password")).unwrap()
    ));

    let from_file = Writer::new(&mailbox).write();
    run_at_trace_level(&mailbox, &from_file);

    let mailbox = server.mailbox();
    let from_command = Writer::new(&mailbox)
        .password(format!(
            "password_command = [{helper:?}, \"--for\", \"test\"]"
        ))
        .write();
    run_at_trace_level(&mailbox, &from_command);
    let notes = std::fs::read(notes).unwrap();
    assert!(!notes.is_empty() && !holds_canary(&notes));
}

#[test]
fn a_wrong_password_is_tried_three_times_at_most() {
    let server = Server::start(Kind::Dovecot, &[]);
    let mailbox = server.mailbox();
    let setup = Writer::new(&mailbox)
        .password(format!("password_command = [\"/bin/echo\", \"{CANARY}\"]"))
        .write();
    let mut daemon = setup.daemon("trace");
    // Dovecot makes each answer wait a little longer; five refusals would fit.
    std::thread::sleep(Duration::from_secs(40));
    daemon.assert_running();
    daemon.terminate();
    let log = std::fs::read_to_string(server.log()).unwrap();
    let refused = log.matches("auth failed").count();
    assert!((1..=3).contains(&refused), "{refused} logins\n{log}");
    let said = std::fs::read(&daemon.log).unwrap();
    assert!(!said.is_empty() && !holds_canary(&said));
}
