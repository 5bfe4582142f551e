use super::support::{Workspace, mail, mbox};

fn stock_invitation() -> String {
    "From: Ann Lee <invitations@linkedin.com>\nSubject: Bob, please add me to your LinkedIn network\n\n\
     I'd like to join your LinkedIn network.\n\nAnn Lee\n\nAccept: https://www.linkedin.com/comm/people/invite-accept\n"
        .to_owned()
}

fn bounce(n: usize) -> String {
    mail(
        "MAILER-DAEMON@x.example",
        &format!("Undelivered {n}"),
        "From here it went nowhere.\n>From quoted\n\nFrom now on: nothing",
    )
}

#[test]
fn every_message_is_in_exactly_one_file_unchanged_and_in_order() {
    let here = Workspace::new();
    let quoted: Vec<String> = (0..3)
        .map(|n| bounce(n).replace("\nFrom", "\n>From"))
        .collect();
    let [first, second, third] = quoted.try_into().unwrap();
    here.write(
        "in.mbox",
        mbox(&[
            first.clone(),
            stock_invitation(),
            second.clone(),
            third.clone(),
        ]),
    );
    let table = here
        .run(&["sort", "in.mbox", "--into", "out"])
        .ok()
        .stdout();
    assert!(table.contains("4 messages in, 4 out: checked"), "{table}");
    let sorted = std::fs::read_to_string(here.path("out/out-of-scope.mbox")).unwrap();
    assert_eq!(sorted, mbox(&[first, second, third]));
    let sorted = std::fs::read_to_string(here.path("out/generic-invite.mbox")).unwrap();
    assert_eq!(sorted, mbox(&[stock_invitation()]));
    assert_eq!(here.entries(), ["in.mbox", "out"]);
}

#[test]
fn single_files_are_quoted_on_their_way_into_an_mbox() {
    let here = Workspace::new();
    here.write("a.eml", bounce(1));
    here.write("b.eml", bounce(2).replace('\n', "\r\n"));
    here.run(&["sort", "a.eml", "b.eml", "--into", "out"]).ok();
    let sorted = std::fs::read_to_string(here.path("out/out-of-scope.mbox")).unwrap();
    assert!(
        sorted.contains("\n>From here") && sorted.contains("\n>>From quoted"),
        "{sorted}"
    );
    assert_eq!(sorted.matches("\nSubject: Undelivered").count(), 2);
    let again = here.run(&["sort", "out", "--into", "again"]).ok().stdout();
    assert!(again.contains("2 messages in, 2 out"), "{again}");
}

#[test]
fn messages_larger_than_what_is_parsed_are_copied_whole() {
    let here = Workspace::new();
    let large = mail(
        "MAILER-DAEMON@x.example",
        "Undelivered",
        &"From line to line, all of it counts\n".repeat(60_000),
    );
    here.write("a.eml", &large);
    here.run(&["sort", "a.eml", "--into", "out"]).ok();
    let sorted = std::fs::read_to_string(here.path("out/out-of-scope.mbox")).unwrap();
    let (_, copied) = sorted.split_once('\n').unwrap();
    assert_eq!(
        copied.replace("\n>From", "\nFrom").trim_end(),
        large.trim_end()
    );
}

#[test]
fn an_empty_directory_will_do() {
    let here = Workspace::new();
    here.write("a.eml", bounce(1));
    std::fs::create_dir(here.path("out")).unwrap();
    here.run(&["sort", "a.eml", "--into", "out"]).ok();
    assert!(here.path("out/out-of-scope.mbox").exists());
}

/// One odd mail must not end the whole run: the check of what was written would, if the message
/// could not be found again in its mailbox.
#[test]
fn messages_that_begin_oddly_are_found_again() {
    let here = Workspace::new();
    here.write("a.eml", bounce(1));
    here.write("b.eml", bounce(2).replacen("From:", "Odd one: x\nFrom:", 1));
    here.write("c.eml", format!(" {}", bounce(3)));
    let long = format!("From {} Mon Jan  1 00:00:00 2024\n", "x".repeat(3_000));
    here.write("d.mbox", format!("{long}{}\n", bounce(4)));
    here.write(
        "e.mbox",
        format!(
            "{}\nFrom a@b.example Mon Jan  1 00:00:00 2024\n",
            mbox(&[bounce(5)])
        ),
    );
    here.write("f.eml", bounce(6));
    let run = [
        "sort", "a.eml", "b.eml", "c.eml", "d.mbox", "e.mbox", "f.eml", "--into", "out",
    ];
    let table = here.run(&run).ok().stdout();
    assert!(table.contains("7 messages in, 7 out: checked"), "{table}");
}

/// A line that is read in pieces is quoted at its start, and nowhere else.
#[test]
fn a_line_longer_than_what_is_held_at_a_time_is_unchanged() {
    let here = Workspace::new();
    let line = format!("{}From me to you", "x".repeat(1 << 20));
    here.write(
        "a.eml",
        mail("MAILER-DAEMON@x.example", "Undelivered", &line),
    );
    here.run(&["sort", "a.eml", "--into", "out"]).ok();
    let sorted = std::fs::read_to_string(here.path("out/out-of-scope.mbox")).unwrap();
    assert!(sorted.contains(&format!("\n{line}\n")));
}
