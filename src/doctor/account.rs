//! Checks of an account at its server.

use super::{Finding, Subject, Trouble};
use crate::account::{Account, FolderPath, Mode};
use crate::label::Label;
use crate::mailstore::{
    Ability, Access, Folder, MailError, MailStore, MailboxName, Selectable, Selected,
};

/// A server, and how it names folders.
pub struct Server<'a> {
    /// The connection.
    pub store: &'a mut dyn MailStore,
    /// The whole name of a folder there, or why it can have none.
    pub name: &'a dyn Fn(&FolderPath) -> Result<MailboxName, String>,
}

/// Everything an account needs of its server.
///
/// # Errors
/// If the connection is lost.
pub fn account(account: &Account, server: &mut Server<'_>) -> Result<Vec<Finding>, MailError> {
    let folders = server.store.folders()?;
    let mut findings = vec![abilities(account, server.store)];
    findings.extend(gmail(account, server.store));
    for path in &account.watch {
        findings.push(watched(account, path, server, &folders)?);
    }
    for label in Label::ALL {
        if let Some(path) = account.file_into.folder(label) {
            findings.push(filed_into(account, (label, path), server, &folders));
        }
    }
    let name = &account.name;
    Ok(findings
        .into_iter()
        .map(|finding| finding.of(name))
        .collect())
}

/// What the server can do, against what the mode asks for.
fn abilities(account: &Account, store: &dyn MailStore) -> Finding {
    let can = |ability| store.abilities().contains(&ability);
    let filing = match (can(Ability::Move), can(Ability::UidPlus)) {
        (true, true) => "moves mail in one step and proves it (MOVE, UIDPLUS)",
        (false, true) => "no MOVE: mail is copied, checked, then removed by its UID (UIDPLUS)",
        (_, false) => "no UIDPLUS: a move cannot be proven, so nothing can be filed",
    };
    let idling = match can(Ability::Idle) {
        true => "tells of new mail at once (IDLE)",
        false => "no IDLE: new mail is found by looking",
    };
    let what = format!("{filing}; {idling}");
    match account.mode == Mode::File && !can(Ability::UidPlus) {
        true => {
            let mend = "set mode = \"observe\" or \"tag\" for this account";
            Finding::fail(Subject::Server, Trouble::Settings, what, mend)
        }
        false => Finding::ok(Subject::Server, what),
    }
}

/// On Gmail a folder is a label of a message, which a move can take off.
fn gmail(account: &Account, store: &dyn MailStore) -> Option<Finding> {
    if !store.abilities().contains(&Ability::GmailLabels) {
        return None;
    }
    let what = "Gmail: folders are labels of one message, so mail is judged and not filed";
    let mend = "set mode = \"observe\" for this account";
    Some(match account.mode {
        Mode::File => Finding::fail(Subject::Server, Trouble::Settings, what, mend),
        Mode::Observe | Mode::Tag => Finding::ok(Subject::Server, what),
    })
}

/// A folder whose mail is judged: it must be there, and give the rights the mode needs.
fn watched(
    account: &Account,
    path: &FolderPath,
    server: &mut Server<'_>,
    folders: &[Folder],
) -> Result<Finding, MailError> {
    let fail = |what: String, mend: String| {
        Ok(Finding::fail(
            Subject::Folder,
            Trouble::Settings,
            what,
            mend,
        ))
    };
    let mailbox = match (server.name)(path) {
        Ok(mailbox) => mailbox,
        Err(why) => return fail(why, format!("take \"{path}\" out of watch")),
    };
    let is_there = |folder: &Folder| folder.name == mailbox && folder.selectable == Selectable::Yes;
    if !mailbox.is_inbox() && !folders.iter().any(is_there) {
        let what = format!("{mailbox}: watched, and not there");
        return fail(what, missing(path, folders));
    }
    let access = match account.mode {
        Mode::Observe => Access::ReadOnly,
        Mode::Tag | Mode::File => Access::ReadWrite,
    };
    match server.store.select(&mailbox, access) {
        Ok(selected) => Ok(rights(account, &mailbox, &selected, server.store)),
        Err(error) if error.ends_session() => Err(error),
        Err(refused) => {
            let what = format!("{mailbox}: cannot be opened: {refused}");
            let mend = "ask whoever runs the server for the ACL rights l and r".to_owned();
            fail(what, mend)
        }
    }
}

/// What may be done in an open folder, against what the mode asks for.
fn rights(
    account: &Account,
    mailbox: &MailboxName,
    selected: &Selected,
    store: &dyn MailStore,
) -> Finding {
    let needs_write = account.mode != Mode::Observe;
    let fail =
        |what: String, mend: &str| Finding::fail(Subject::Folder, Trouble::Settings, what, mend);
    if needs_write && selected.access == Access::ReadOnly {
        let what = format!("{mailbox}: read-only");
        return fail(
            what,
            "set mode = \"observe\", or ask for the ACL rights w, t and e",
        );
    }
    let by_copy = !store.abilities().contains(&Ability::Move);
    if account.mode == Mode::File && by_copy && !selected.can_keep("\\Deleted") {
        let what = format!("{mailbox}: nothing may be deleted, and there is no MOVE");
        return fail(
            what,
            "set mode = \"observe\", or ask for the ACL rights t and e",
        );
    }
    if account.mode == Mode::Tag && !selected.can_keep(&Label::Spam.keyword()) {
        let what = format!("{mailbox}: the server keeps no keywords");
        return fail(what, "set mode = \"observe\" for this account");
    }
    let messages = selected.messages;
    Finding::ok(
        Subject::Folder,
        format!("{mailbox}: watched, {messages} messages"),
    )
}

/// A folder of a label: there, or one that can be made.
fn filed_into(
    account: &Account,
    (label, path): (Label, &FolderPath),
    server: &Server<'_>,
    folders: &[Folder],
) -> Finding {
    let mailbox = match (server.name)(path) {
        Ok(mailbox) => mailbox,
        Err(why) => {
            let mend = format!("give {label} another folder in [account.file_into]");
            return Finding::fail(Subject::Folder, Trouble::Settings, why, mend);
        }
    };
    let found = folders.iter().find(|folder| folder.name == mailbox);
    let what = match (found, account.mode) {
        (Some(folder), _) if folder.selectable == Selectable::No => {
            let what = format!("{mailbox}: can hold folders only, no mail");
            let mend = format!("give {label} another folder in [account.file_into]");
            return Finding::fail(Subject::Folder, Trouble::Settings, what, mend);
        }
        (Some(_), _) => format!("{mailbox}: there, for {label}"),
        (None, Mode::File) => format!("{mailbox}: made when the first {label} is filed"),
        (None, Mode::Observe | Mode::Tag) => {
            format!("{mailbox}: not there; make it to teach {label} by moving mail")
        }
    };
    Finding::ok(Subject::Folder, what)
}

/// What to do about a folder that is not there: take the one that is meant, or make it.
fn missing(path: &FolderPath, folders: &[Folder]) -> String {
    let wanted = path.to_string().to_lowercase();
    let alike = |folder: &&Folder| {
        let name = folder.name.as_str().to_lowercase();
        let last = |text: &str| {
            text.rsplit(['/', '.'])
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        last(&name) == last(&wanted) || strsim::damerau_levenshtein(&name, &wanted) <= 2
    };
    match folders.iter().find(alike) {
        Some(folder) => format!(
            "there is \"{}\": is that the one? write it into watch",
            folder.name
        ),
        None => format!("make it in your mail program, or take \"{path}\" out of watch"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;
    use crate::mailstore::simulated;

    fn an_account(mode: Mode, watch: &[&str]) -> Account {
        Account {
            mode,
            watch: watch
                .iter()
                .map(|path| FolderPath::new(path).unwrap())
                .collect(),
            ..Account::example()
        }
    }

    fn check(of: &Account, server: &simulated::Server) -> Vec<Finding> {
        let mut store = server.connect();
        let name = |path: &FolderPath| {
            MailboxName::new(&path.to_string()).map_err(|error| error.to_string())
        };
        let mut server = Server {
            store: &mut store,
            name: &name,
        };
        account(of, &mut server).unwrap()
    }

    fn failures(findings: &[Finding]) -> Vec<&str> {
        let is_fail = |finding: &&Finding| matches!(finding.level, Level::Fail(_));
        let failed = findings.iter().filter(is_fail);
        failed.map(|finding| finding.what.as_str()).collect()
    }

    const ALL: [Ability; 3] = [Ability::Move, Ability::UidPlus, Ability::Idle];

    #[test]
    fn a_good_server_has_no_failure_in_any_mode() {
        let server = simulated::Server::new(&ALL);
        for mode in [Mode::Observe, Mode::Tag, Mode::File] {
            let findings = check(&an_account(mode, &["INBOX"]), &server);
            assert_eq!(failures(&findings), [""; 0]);
            // The server, the inbox and three folders of labels.
            assert_eq!(findings.len(), 5, "{findings:?}");
            assert!(findings.iter().all(|finding| finding.account.is_some()));
        }
    }

    #[test]
    fn filing_needs_proof_and_real_folders() {
        let server = simulated::Server::new(&[Ability::Move]);
        let found = check(&an_account(Mode::File, &["INBOX"]), &server);
        assert!(failures(&found)[0].contains("no UIDPLUS"), "{found:?}");
        assert_eq!(
            failures(&check(&an_account(Mode::Observe, &["INBOX"]), &server)),
            [""; 0]
        );
        let gmail = [ALL.as_slice(), &[Ability::GmailLabels]].concat();
        let server = simulated::Server::new(&gmail);
        let found = check(&an_account(Mode::File, &["INBOX"]), &server);
        assert!(failures(&found)[0].contains("Gmail"), "{found:?}");
        let copying = simulated::Server::new(&[Ability::UidPlus]);
        let found = check(&an_account(Mode::File, &["INBOX"]), &copying);
        assert_eq!(failures(&found), [""; 0]);
        assert!(found[0].what.contains("no MOVE") && found[0].what.contains("no IDLE"));
    }

    #[test]
    fn a_watched_folder_that_is_not_there_is_named_with_the_one_that_is_meant() {
        let server = simulated::Server::new(&ALL);
        server.make(&MailboxName::new("INBOX.Rust").unwrap());
        let found = check(
            &an_account(Mode::Observe, &["INBOX", "Rust", "Other"]),
            &server,
        );
        let failed: Vec<&Finding> = found
            .iter()
            .filter(|finding| matches!(finding.level, Level::Fail(_)))
            .collect();
        assert_eq!(failed.len(), 2, "{found:?}");
        assert!(failed[0].mend.as_ref().unwrap().contains("\"INBOX.Rust\""));
        assert!(failed[1].mend.as_ref().unwrap().contains("make it"));
    }

    #[test]
    fn folders_of_labels_are_there_or_still_to_be_made() {
        let server = simulated::Server::new(&ALL);
        server.make(&MailboxName::new("Anteroom/spam").unwrap());
        let found = check(&an_account(Mode::File, &["INBOX"]), &server);
        let says = |words: &str| found.iter().any(|finding| finding.what.contains(words));
        assert!(
            says("Anteroom/spam: there") && says("made when the first pitch"),
            "{found:?}"
        );
        // Nothing was made by looking.
        assert_eq!(server.connect().folders().unwrap().len(), 2);
    }

    #[test]
    fn a_lost_connection_is_no_finding_about_folders() {
        let server = simulated::Server::new(&ALL);
        server.die_at(2, simulated::Death::Before);
        let mut store = server.connect();
        let name = |_: &FolderPath| Ok(MailboxName::inbox());
        let mut at = Server {
            store: &mut store,
            name: &name,
        };
        let error = account(&an_account(Mode::File, &["INBOX"]), &mut at).unwrap_err();
        assert!(error.ends_session());
    }
}
