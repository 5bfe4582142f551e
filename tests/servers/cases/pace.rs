use std::time::{Duration, Instant};

use crate::harness::account::{FOLDERS, Writer};
use crate::harness::client::Client;
use crate::harness::daemon::wait_until;
use crate::harness::delivery::{Lmtp, drop_into};
use crate::harness::mails::{mails, many};
use crate::harness::server::{Intake, Kind, Mailbox, Server};

/// Deliveries timed.
const DELIVERIES: usize = 40;

/// What is not filed by then stays where it is.
const STAYS: Duration = Duration::from_secs(5);

/// Messages in the backlog, and in one batch of it.
const BACKLOG: usize = 10_000;
const BATCH: usize = 100;

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn lmtp(server: &Server) -> Lmtp {
    match server.intake {
        Intake::Lmtp(port) => Lmtp::connect(port),
        Intake::Maildir(_) => panic!("deliveries are timed by LMTP"),
    }
}

/// From the end of a delivery to the moment an idle client is told.
fn bare_delay(server: &Server) -> Duration {
    let mailbox = server.mailbox();
    let mut lmtp = lmtp(server);
    let mut times = Vec::new();
    for mail in mails(DELIVERIES) {
        let mut client = mailbox.client();
        client.select("INBOX");
        let told = std::thread::spawn(move || {
            assert!(client.idle("INBOX", Duration::from_secs(30)));
            Instant::now()
        });
        std::thread::sleep(Duration::from_millis(700));
        lmtp.deliver(&mailbox.user, &mail.bytes);
        let delivered = Instant::now();
        times.push(told.join().unwrap().saturating_duration_since(delivered));
    }
    median(times)
}

/// From the end of a delivery to the moment the message is in no inbox any more.
fn filing_delay(server: &Server) -> Duration {
    let mailbox = server.mailbox();
    let setup = Writer::new(&mailbox).write();
    setup.once();
    let mut daemon = setup.daemon("error");
    let mut client = mailbox.client();
    let mut lmtp = lmtp(server);
    let mut times = Vec::new();
    for mail in mails(DELIVERIES) {
        // Long enough for it to be idle again.
        std::thread::sleep(Duration::from_millis(700));
        let before = filed(&mut client, &mailbox);
        lmtp.deliver(&mailbox.user, &mail.bytes);
        let delivered = Instant::now();
        // After others, one may be judged otherwise than alone, and stay.
        while delivered.elapsed() < STAYS {
            daemon.assert_running();
            if filed(&mut client, &mailbox) > before {
                times.push(delivered.elapsed());
                break;
            }
            std::thread::sleep(Duration::from_millis(3));
        }
    }
    assert!(
        times.len() >= DELIVERIES * 9 / 10,
        "{} were filed",
        times.len()
    );
    daemon.terminate();
    median(times)
}

/// How many messages are in the folders of the labels.
fn filed(client: &mut Client, mailbox: &Mailbox<'_>) -> usize {
    FOLDERS
        .iter()
        .map(|(_, path)| client.count(&mailbox.folder(path)))
        .sum()
}

/// Beside the delay of the server's own news. Dovecot 2.3 waits half a second before it tells an
/// idle client anything (`NOTIFY_DELAY_MSECS` in its sources), whoever the client is.
#[test]
#[ignore = "measures: benches/filing runs it alone"]
fn from_delivery_to_filed_on_dovecot() {
    let told = bare_delay(Server::dovecot());
    let filed = filing_delay(Server::dovecot());
    println!(
        "Dovecot, {DELIVERIES} deliveries, medians: a bare client told {told:?}, filed {filed:?}"
    );
    assert!(filed <= told + Duration::from_millis(150));
}

#[test]
#[ignore = "measures: benches/filing runs it alone"]
fn from_delivery_to_filed_on_cyrus() {
    let told = bare_delay(&Server::start(Kind::Cyrus, &[]));
    let filed = filing_delay(&Server::start(Kind::Cyrus, &[]));
    println!(
        "Cyrus, {DELIVERIES} deliveries, medians: a bare client told {told:?}, filed {filed:?}"
    );
    assert!(filed <= Duration::from_millis(150));
}

/// A mailbox with the backlog in it.
fn with_backlog(server: &Server) -> Mailbox<'_> {
    let mailbox = server.mailbox();
    mailbox.client().select("INBOX");
    let maildir = server
        .directory
        .join("mail")
        .join(&mailbox.user)
        .join("store");
    for mail in many(BACKLOG) {
        drop_into(&maildir, &mail.bytes);
    }
    assert_eq!(mailbox.client().uids("INBOX").len(), BACKLOG);
    mailbox
}

/// Fetches and moves everything as the daemon does, and nothing else; without TLS.
fn bare_time(mailbox: &Mailbox<'_>) -> Duration {
    let start = Instant::now();
    let mut client = mailbox.client();
    let folders = FOLDERS.map(|(_, path)| mailbox.folder(path));
    for folder in &folders {
        client.create(folder);
    }
    let uids = client.uids("INBOX");
    for batch in uids.chunks(BATCH) {
        assert_eq!(client.fetch("INBOX", batch, "UID RFC822.SIZE"), BATCH);
        assert_eq!(client.fetch("INBOX", batch, "UID BODY.PEEK[]"), BATCH);
        for (n, folder) in folders.iter().enumerate() {
            let part: Vec<u32> = batch.iter().copied().skip(n).step_by(4).collect();
            client.move_to("INBOX", &part, folder);
        }
    }
    start.elapsed()
}

#[test]
#[ignore = "measures: benches/filing runs it alone"]
fn a_backlog() {
    let server = Server::dovecot();
    let bare = bare_time(&with_backlog(server));
    let mailbox = with_backlog(server);
    let setup = Writer::new(&mailbox).write();
    let start = Instant::now();
    let mut daemon = setup.daemon("error");
    let mut client = mailbox.client();
    wait_until("the backlog to be filed", Duration::from_secs(900), || {
        daemon.assert_running();
        // Each look takes the server as long as a few moves: seldom enough not to count.
        std::thread::sleep(Duration::from_millis(300));
        client.count("INBOX") <= BACKLOG / 50
    });
    let took = start.elapsed();
    let memory = daemon.peak_memory();
    let left = client.count("INBOX");
    daemon.terminate();
    let rate = |time: Duration| BACKLOG as f64 / time.as_secs_f64();
    let share = bare.as_secs_f64() / took.as_secs_f64();
    println!(
        "{BACKLOG} messages: a bare client {:.0}/s, anteroom {:.0}/s ({:.0} % of it), {left} left in the inbox, at most {} KiB",
        rate(bare),
        rate(took),
        100.0 * share,
        memory
    );
    assert!(memory <= 64 * 1024, "{memory} KiB");
    assert!(share >= 0.6, "{share:.2}");
}
