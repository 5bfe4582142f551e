//! A logged-in session: every call is a command or a few, an answer, and what it says.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::client::{Failed, Guest};
use super::fetched::{Fetched, collect};
use super::line::{Answer, Desk};
use super::quote::Unfit;
use super::reply::{Cursor, number, refusal};
use super::wire::Watch;
use super::{ConnectError, Namespace, Patience, command, login, scan};
use crate::limits;
use crate::mailstore::{
    Abilities, Ability, Access, FlagChange, Folder, Head, Letter, MailError, MailStore,
    MailboxName, Query, Selected, Status, Transfer, Uid, UidSet, UidValidity, Woken,
};

/// Longest good-bye.
const GOOD_BYE: Duration = Duration::from_secs(2);

/// What is asked of messages.
#[derive(Clone, Copy)]
struct Wanted {
    command: fn(&UidSet) -> String,
    /// Most bytes of each; none if bytes are not wanted.
    bytes: Option<usize>,
    /// Messages in one command.
    at_once: usize,
}

const SIZES: Wanted = Wanted {
    command: command::sizes,
    bytes: None,
    at_once: limits::UIDS_IN_A_COMMAND,
};

const HEADS: Wanted = Wanted {
    command: command::heads,
    bytes: Some(limits::HEAD_BYTES),
    at_once: limits::HEADS_AT_ONCE,
};

const LETTERS: Wanted = Wanted {
    command: command::letters,
    bytes: Some(limits::MESSAGE_BYTES),
    at_once: limits::LETTERS_AT_ONCE,
};

/// A logged-in connection to a mail server.
pub struct Session {
    guest: Guest,
    desk: Desk,
    pub(super) watch: Arc<Watch>,
    pub(super) patience: Patience,
    pub(super) abilities: Abilities,
    list: &'static str,
    has_namespace: bool,
    /// The open folder, as it was when it was opened.
    opened: Option<(MailboxName, Selected)>,
    /// How many messages the open folder has, as far as was heard.
    exists: u32,
    /// Set if mail came since the open folder was last looked through.
    pub(super) news: bool,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("abilities", &self.abilities)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Begins a session after the login: what a server can do may depend on who asks.
    pub(super) fn open(
        guest: Guest,
        desk: Desk,
        watch: Arc<Watch>,
        patience: Patience,
    ) -> Result<Session, ConnectError> {
        let mut session = Session {
            guest,
            desk,
            watch,
            patience,
            abilities: Abilities::new(),
            list: command::LIST,
            has_namespace: false,
            opened: None,
            exists: 0,
            news: false,
        };
        let answer = session.ask(command::CAPABILITY, limits::ANSWER_BYTES);
        let answer = answer.map_err(|_| login::gone(&session.desk, &session.watch))?;
        let offered = scan::capabilities(&answer);
        session.abilities = scan::abilities(&offered);
        session.has_namespace = offered.contains("NAMESPACE");
        if offered.contains("SPECIAL-USE") && offered.contains("LIST-EXTENDED") {
            session.list = command::LIST_ROLES;
        }
        Ok(session)
    }

    /// Where the owner's folders are: by NAMESPACE, else inferred from a listing.
    ///
    /// # Errors
    /// As every call.
    pub fn namespace(&mut self) -> Result<Namespace, MailError> {
        if self.has_namespace {
            let answer = self.ask(command::NAMESPACE, limits::ANSWER_BYTES)?;
            if let Some((prefix, Some(delimiter))) = scan::personal(&answer) {
                let delimiter = Some(delimiter);
                return Ok(Namespace { prefix, delimiter });
            }
        }
        self.folders().map(|folders| Namespace::infer(&folders))
    }

    /// Says good-bye; without it the server learns from the closed connection.
    pub fn log_out(mut self) {
        self.patience.command = self.patience.command.min(GOOD_BYE);
        // The answer is BYE, which ends the line, or none: there is nothing to do about it.
        let _ = self.ask(command::LOGOUT, limits::ANSWER_BYTES);
    }

    /// Sends a command and takes its answer of at most so many bytes.
    pub(super) fn ask(&mut self, command: &str, budget: usize) -> Result<Answer, MailError> {
        self.desk.expect(budget);
        self.watch.begin(self.patience.command);
        self.exchange(command)
    }

    /// Idles for at most this long.
    pub(super) fn ask_idle(&mut self, limit: Duration) -> Result<Answer, MailError> {
        self.desk.expect_idle(limit, self.patience.login);
        self.watch.begin(self.patience.command);
        self.exchange("IDLE")
    }

    fn exchange(&mut self, command: &str) -> Result<Answer, MailError> {
        if self.watch.is_stopped() {
            self.desk.give_up("stopped");
            return Err(MailError::Stopped);
        }
        if let Some(fault) = self.desk.fault() {
            return Err(MailError::Lost(fault));
        }
        let done = self.guest.run(command);
        let answer = self.desk.take();
        self.hear(&answer);
        match done {
            Ok(()) => Ok(answer),
            Err(Failed::Refused) => {
                let (code, text) = refusal(&answer.tagged);
                Err(MailError::Refused { code, text })
            }
            Err(Failed::Broken) => Err(self.lost("an answer that makes no sense")),
        }
    }

    /// Gives the connection up.
    pub(super) fn lost(&self, why: &str) -> MailError {
        self.desk.give_up(why);
        match self.watch.is_stopped() {
            true => MailError::Stopped,
            false => MailError::Lost(self.desk.fault().unwrap_or_default()),
        }
    }

    /// Notes what an answer says besides: whether mail came.
    fn hear(&mut self, answer: &Answer) {
        for reply in answer.replies() {
            let mut cursor = Cursor::new(reply);
            let (count, what) = (number(cursor.word()), cursor.word());
            match count {
                Some(count) if what.eq_ignore_ascii_case(b"EXISTS") => {
                    self.news |= count > self.exists;
                    self.exists = count;
                }
                Some(_) if what.eq_ignore_ascii_case(b"EXPUNGE") => {
                    self.exists = self.exists.saturating_sub(1);
                }
                _ => {}
            }
        }
    }

    fn find(&mut self, search: &str) -> Result<Vec<Uid>, MailError> {
        let answer = self.ask(search, limits::SEARCH_BYTES)?;
        Ok(scan::found(&answer))
    }

    /// Searches a set, in as many commands as it takes.
    fn find_of(&mut self, set: &UidSet, of: fn(UidSet) -> Query) -> Result<Vec<Uid>, MailError> {
        let mut found = Vec::new();
        for part in set.chunks(limits::UIDS_IN_A_COMMAND) {
            found.extend(self.find(&command::search(&of(part)))?);
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Fetches, and once more what came in part.
    fn fetch(
        &mut self,
        uids: &UidSet,
        wanted: Wanted,
    ) -> Result<BTreeMap<Uid, Fetched>, MailError> {
        let is_whole = |fetched: &Fetched| {
            fetched.size.is_some() && (fetched.bytes.is_some() || wanted.bytes.is_none())
        };
        let mut all = BTreeMap::new();
        self.fetch_into(&mut all, uids, wanted)?;
        let torn = all.iter().filter(|(_, fetched)| !is_whole(fetched));
        let torn: UidSet = torn.map(|(uid, _)| *uid).collect();
        self.fetch_into(&mut all, &torn, wanted)?;
        all.retain(|_, fetched| is_whole(fetched));
        for fetched in all.values_mut() {
            if let (Some(got), Some(most)) = (&mut fetched.bytes, wanted.bytes) {
                got.truncate(most);
            }
        }
        Ok(all)
    }

    fn fetch_into(
        &mut self,
        all: &mut BTreeMap<Uid, Fetched>,
        uids: &UidSet,
        wanted: Wanted,
    ) -> Result<(), MailError> {
        let each = wanted.bytes.unwrap_or(0) + limits::ANSWER_SLACK;
        for part in uids.chunks(wanted.at_once) {
            let budget = limits::ANSWER_SLACK + part.len() * each;
            let answer = self.ask(&(wanted.command)(&part), budget)?;
            collect(&answer, &part, all);
        }
        Ok(())
    }

    /// Moves or copies, and reads the proof.
    fn carry(
        &mut self,
        uids: &UidSet,
        command: impl Fn(&UidSet) -> Result<String, Unfit>,
    ) -> Result<Transfer, MailError> {
        let mut proven = Transfer {
            uid_validity: UidValidity(0),
            pairs: Vec::new(),
        };
        for part in uids.chunks(limits::UIDS_IN_A_COMMAND) {
            let answer = self.ask(&command(&part).map_err(unfit)?, limits::ANSWER_BYTES)?;
            let proofs = scan::proofs(&answer, &part)
                .map_err(|_| self.lost("a COPYUID that makes no sense"))?;
            for proof in proofs {
                if proven.uid_validity != proof.uid_validity && !proven.pairs.is_empty() {
                    return Err(self.lost("a folder that changed while it was filled"));
                }
                proven.uid_validity = proof.uid_validity;
                proven.pairs.extend(proof.pairs);
            }
        }
        Ok(proven)
    }

    fn need(&self, ability: Ability, name: &str) -> Result<(), MailError> {
        match self.abilities.contains(&ability) {
            true => Ok(()),
            false => Err(refused(&format!("the server does not offer {name}"))),
        }
    }
}

fn refused(text: &str) -> MailError {
    MailError::Refused {
        code: None,
        text: text.to_owned(),
    }
}

fn unfit(why: Unfit) -> MailError {
    refused(&format!("not sent: an argument {why}"))
}

impl MailStore for Session {
    fn abilities(&self) -> &Abilities {
        &self.abilities
    }

    fn folders(&mut self) -> Result<Vec<Folder>, MailError> {
        let answer = self.ask(self.list, limits::ANSWER_BYTES)?;
        Ok(scan::folders(&answer))
    }

    fn create(&mut self, mailbox: &MailboxName) -> Result<(), MailError> {
        let create = command::create(mailbox).map_err(unfit)?;
        self.ask(&create, limits::ANSWER_BYTES)?;
        let subscribe = command::subscribe(mailbox).map_err(unfit)?;
        match self.ask(&subscribe, limits::ANSWER_BYTES) {
            // The folder is there, and only some mail programs hide it.
            Err(MailError::Refused { text, .. }) => {
                tracing::warn!(reason = %text, "the server does not subscribe to a new folder");
                Ok(())
            }
            other => other.map(|_| ()),
        }
    }

    fn status(&mut self, mailbox: &MailboxName) -> Result<Status, MailError> {
        let command = command::status(mailbox).map_err(unfit)?;
        let answer = self.ask(&command, limits::ANSWER_BYTES)?;
        scan::status(&answer).ok_or_else(|| refused("the server's STATUS lacks what was asked for"))
    }

    fn select(&mut self, mailbox: &MailboxName, access: Access) -> Result<Selected, MailError> {
        let command = command::select(mailbox, access).map_err(unfit)?;
        self.opened = None;
        let answer = self.ask(&command, limits::ANSWER_BYTES)?;
        let selected = scan::selected(&answer, access).map_err(refused)?;
        self.exists = selected.messages;
        self.news = false;
        self.opened = Some((mailbox.clone(), selected.clone()));
        Ok(selected)
    }

    fn opened(&self) -> Option<(&MailboxName, &Selected)> {
        let (open, selected) = self.opened.as_ref()?;
        Some((open, selected))
    }

    fn uids(&mut self, query: &Query) -> Result<Vec<Uid>, MailError> {
        self.news = false;
        let mut found = match query {
            // mailutils takes the UIDs of a search for sequence numbers.
            _ if !self.abilities.contains(&Ability::UidPlus) => {
                self.find(command::search_all(query))?
            }
            Query::Present | Query::PresentFrom(_) => self.find(&command::search(query))?,
            Query::PresentOf(set) => self.find_of(set, Query::PresentOf)?,
            Query::DeletedOf(set) => self.find_of(set, Query::DeletedOf)?,
        };
        found.retain(|uid| match query {
            Query::Present => true,
            // `n:*` is never empty: it names the last message at least.
            Query::PresentFrom(first) => uid >= first,
            Query::PresentOf(set) | Query::DeletedOf(set) => set.contains(*uid),
        });
        Ok(found)
    }

    fn sizes(&mut self, uids: &UidSet) -> Result<Vec<(Uid, u32)>, MailError> {
        let all = self.fetch(uids, SIZES)?;
        let sized = |(uid, fetched): (Uid, Fetched)| Some((uid, fetched.size?));
        Ok(all.into_iter().filter_map(sized).collect())
    }

    fn heads(&mut self, uids: &UidSet) -> Result<Vec<Head>, MailError> {
        let all = self.fetch(uids, HEADS)?;
        let head = |(uid, fetched): (Uid, Fetched)| {
            Some(Head {
                uid,
                size: fetched.size?,
                header: fetched.bytes?,
            })
        };
        Ok(all.into_iter().filter_map(head).collect())
    }

    fn letters(&mut self, uids: &UidSet) -> Result<Vec<Letter>, MailError> {
        let all = self.fetch(uids, LETTERS)?;
        let letter = |(uid, fetched): (Uid, Fetched)| {
            Some(Letter {
                uid,
                size: fetched.size?,
                bytes: fetched.bytes?,
            })
        };
        Ok(all.into_iter().filter_map(letter).collect())
    }

    fn transfer(&mut self, uids: &UidSet, into: &MailboxName) -> Result<Transfer, MailError> {
        self.need(Ability::Move, "MOVE")?;
        self.carry(uids, |part| command::transfer(part, into))
    }

    fn copy(&mut self, uids: &UidSet, into: &MailboxName) -> Result<Transfer, MailError> {
        self.carry(uids, |part| command::copy(part, into))
    }

    fn flag(&mut self, uids: &UidSet, change: FlagChange, flag: &str) -> Result<(), MailError> {
        for part in uids.chunks(limits::UIDS_IN_A_COMMAND) {
            let command = command::store(&part, change, flag).map_err(unfit)?;
            self.ask(&command, limits::ANSWER_BYTES)?;
        }
        Ok(())
    }

    fn expunge(&mut self, uids: &UidSet) -> Result<(), MailError> {
        self.need(Ability::UidPlus, "UIDPLUS")?;
        for part in uids.chunks(limits::UIDS_IN_A_COMMAND) {
            self.ask(&command::expunge(&part), limits::ANSWER_BYTES)?;
        }
        Ok(())
    }

    fn wait(&mut self, limit: Duration) -> Result<Woken, MailError> {
        super::idle::wait(self, limit)
    }
}
