use std::collections::HashMap;

use serde_json::Value;

use super::support::{Workspace, mbox};

/// One mail of the story: its Message-ID, day of March 2024, and the rest.
fn on(id: &str, day: u32, head: &str, body: &str) -> String {
    format!(
        "Message-ID: <{id}@story.example>\nDate: {day:02} Mar 2024 09:00:00 +0000\n{head}\n\n{body}\n"
    )
}

/// An invitation in LinkedIn's frame, with a note.
fn invitation(id: &str, day: u32, name: &str, note: &str) -> String {
    on(
        id,
        day,
        &format!(
            "From: {name} via LinkedIn <invitations@linkedin.com>\nSubject: Mara, please add me to your LinkedIn network"
        ),
        &format!(
            "{note}\n\n{name}\nConsultant\n\nView profile: https://www.linkedin.com/comm/profile/view?id=1\nAccept: https://www.linkedin.com/comm/people/invite-accept\n.....................................\nUnsubscribe: https://www.linkedin.com/e/x"
        ),
    )
}

/// A message in LinkedIn's frame.
fn relayed(id: &str, day: u32, name: &str, headline: &str, text: &str) -> String {
    on(
        id,
        day,
        &format!(
            "From: {name} via LinkedIn <messages-noreply@linkedin.com>\nSubject: {name} sent you a message"
        ),
        &format!("{name}\n{headline}\n\n{text}\n\nReply: https://www.linkedin.com/messaging/x"),
    )
}

fn direct(id: &str, day: u32, from: &str, subject: &str, body: &str) -> String {
    on(
        id,
        day,
        &format!("From: {from}\nTo: mara@story.example\nSubject: {subject}"),
        body,
    )
}

fn long_letter(n: u32) -> String {
    let sentence = "Our agency places your firm on the first page of every search engine within thirty days, with reports every week and a price that you will like. ";
    format!(
        "Dear Mara,\n\nthis is letter {n}.\n\n{}\n\nRay",
        sentence.repeat(9)
    )
}

/// The note of the circular, each time with another's name and greeting.
fn circular(name: &str) -> String {
    format!(
        "Hi Mara, I came across your profile and was impressed by what you have done so far. I always like to meet people who move their field forward, it would be great to have you in my network. Best, {name}"
    )
}

/// Kevin, accepted on the 1st, pitches on the 4th and puts the owner on his newsletter.
fn kevin() -> Vec<String> {
    let news = |id: &str, day| {
        direct(
            id,
            day,
            "Kevin Frost <kevin@frost-growth.example>\nList-Unsubscribe: <mailto:off@frost-growth.example>",
            "Growth letter",
            "This week: how we doubled the leads of a timber firm. Book your seat in our webinar.",
        )
    };
    vec![
        on(
            "kevin-accepted",
            1,
            "From: LinkedIn <invitations@linkedin.com>\nSubject: Kevin Frost accepted your invitation",
            "Kevin Frost accepted your invitation. See Kevin's profile: https://www.linkedin.com/comm/in/kevin",
        ),
        relayed(
            "kevin-pitch",
            4,
            "Kevin Frost",
            "Founder at Frost Growth",
            "We help engineering firms win more customers with outbound campaigns. Do you have 15 minutes this week for a quick demo call?",
        ),
        news("kevin-news-1", 6),
        news("kevin-news-2", 13),
    ]
}

/// A friend the owner answers: her mails answer mails that are not in this mailbox.
fn friend() -> Vec<String> {
    (1..=6)
        .map(|n| {
            direct(
                &format!("friend-{n}"),
                2 * n,
                &format!("Ida Holm <ida@holm.example>\nIn-Reply-To: <own-{n}@elsewhere.example>"),
                "Re: the bridge",
                &format!("Yes, the second drawing of the bridge is better, thank you. I will measure again on day {n}."),
            )
        })
        .collect()
}

/// Receipts and a list: not contact, so nothing to remember.
fn machines() -> Vec<String> {
    (1..=12)
        .map(|n| {
            direct(
                &format!("receipt-{n}"),
                n,
                "Shop <orders@shop.example>",
                &format!("Your order {n} has been shipped"),
                "Track your parcel.",
            )
        })
        .collect()
}

/// Strangers who write once.
fn strangers() -> Vec<String> {
    (1..=10)
        .map(|n| {
            direct(
                &format!("stranger-{n}"),
                n + 8,
                &format!("Person {n} <p{n}@firm{n}.example>"),
                &format!("Question {n}"),
                &format!("Dear Mara, may I ask how wide the arch number {n} of your article was, and why?"),
            )
        })
        .collect()
}

/// Forty mails of March 2024, in the order of their days.
fn story() -> Vec<String> {
    let mut mails = [kevin(), friend(), machines(), strangers()].concat();
    let names = ["Bea Stone", "Cem Ozan", "Dora Weiss", "Emil Krog"];
    for (day, name) in (5..).zip(names) {
        let id = name.to_lowercase().replace(' ', "-");
        mails.push(invitation(&id, day, name, &circular(name)));
    }
    for n in 1..=3 {
        let id = format!("ray-{n}");
        let subject = format!("First page {n}");
        mails.push(direct(
            &id,
            20,
            "Ray <ray@rank.example>",
            &subject,
            &long_letter(n),
        ));
    }
    mails.push(direct(
        "ray-4",
        25,
        "Ray <ray@rank.example>",
        "Floating this",
        "Did you see my letters?",
    ));
    assert_eq!(mails.len(), 40);
    let day = |mail: &String| mail.split("Date: ").nth(1).unwrap()[..2].to_owned();
    mails.sort_by_key(day);
    mails
}

type Verdicts = HashMap<String, Value>;

fn classify(here: &Workspace, args: &[&str]) -> Verdicts {
    let mut all = vec!["classify", "--json", "story.mbox"];
    all.extend(args);
    let records = here.run(&all).ok().json();
    let id = |record: &Value| {
        record["message_id"]
            .as_str()
            .unwrap()
            .split('@')
            .next()
            .unwrap()
            .to_owned()
    };
    records
        .into_iter()
        .map(|record| (id(&record), record))
        .collect()
}

fn workspace() -> Workspace {
    let here = Workspace::new();
    here.write("story.mbox", mbox(&story()));
    here
}

#[track_caller]
fn says(verdicts: &Verdicts, id: &str, what: &str) {
    let reasons = verdicts[id]["reasons"].as_array().unwrap();
    assert!(
        reasons.iter().any(|reason| reason["what"] == what),
        "{id}: no '{what}' in {reasons:#?}"
    );
}

#[test]
fn what_came_before_is_known_and_said() {
    let verdicts = classify(&workspace(), &[]);
    assert_eq!(verdicts["kevin-accepted"]["verdict"], "out-of-scope");
    says(
        &verdicts,
        "kevin-pitch",
        "the connection was accepted 3 days before",
    );
    says(
        &verdicts,
        "kevin-news-1",
        "the connection was accepted 5 days before",
    );
    says(
        &verdicts,
        "kevin-news-2",
        "1 newsletter since the connection was accepted",
    );
    says(
        &verdicts,
        "ray-2",
        "2nd message without an answer that was seen",
    );
    says(
        &verdicts,
        "ray-3",
        "3rd long mail of the day without an answer",
    );
    says(
        &verdicts,
        "ray-4",
        "4th message without an answer that was seen",
    );
    for id in (1..=6).map(|n| format!("friend-{n}")) {
        let past = &verdicts[&id]["past"];
        assert_eq!(
            (&past["unanswered"], &past["accepted_days"]),
            (&0.into(), &Value::Null)
        );
    }
    for id in (1..=10)
        .map(|n| format!("stranger-{n}"))
        .chain((1..=12).map(|n| format!("receipt-{n}")))
    {
        assert_eq!(verdicts[&id]["past"]["messages"], 0, "{id}");
    }
}

#[test]
fn a_note_that_several_people_sent_is_a_circular() {
    let verdicts = classify(&workspace(), &[]);
    for (id, others) in [
        ("bea-stone", 0),
        ("cem-ozan", 1),
        ("dora-weiss", 2),
        ("emil-krog", 3),
    ] {
        let record = &verdicts[id];
        assert_eq!(record["past"]["copies"], others, "{id}");
        let because = format!("the same note came from {others} other people");
        let is_settled = record["because"] == because;
        assert_eq!(is_settled, others >= 2, "{id}: {}", record["because"]);
        if is_settled {
            assert_eq!(record["verdict"], "generic-invite");
            assert_eq!(record["reasons"][0]["what"], because);
        }
    }
    // The guide's order: what sells is a pitch, however many send it.
    let here = Workspace::new();
    let pitch = "We sell search engine optimisation and backlinks to engineering firms, our packages start at $99 a month. Book a free demo call with our sales team today";
    let names = ["Bea Stone", "Cem Ozan", "Dora Weiss", "Emil Krog"];
    let mails: Vec<String> = names
        .iter()
        .map(|name| invitation(&name.replace(' ', "-"), 5, name, pitch))
        .collect();
    here.write("story.mbox", mbox(&mails));
    let last = &classify(&here, &[])["Emil-Krog"];
    assert_eq!(last["past"]["copies"], 3);
    assert_ne!(last["verdict"], "generic-invite", "{last}");
}

#[test]
fn reading_again_with_the_same_state_changes_nothing() {
    let here = workspace();
    let without = classify(&here, &[]);
    let first = classify(&here, &["--state", "state"]);
    assert_eq!(first, without);
    assert_eq!(classify(&here, &["--state", "state"]), first);
    // A second mailbox knows the first.
    let later = direct(
        "ray-5",
        28,
        "Ray <ray@rank.example>",
        "Again",
        "And my letters?",
    );
    here.write("story.mbox", mbox(std::slice::from_ref(&later)));
    here.write("later.eml", &later);
    let explained = || {
        here.run(&["explain", "later.eml", "--state", "state"])
            .ok()
            .stdout()
    };
    let fifth = "5th message without an answer that was seen";
    assert!(explained().contains(fifth), "{}", explained());
    // To explain a message is not to meet it.
    says(&classify(&here, &["--state", "state"]), "ray-5", fifth);
    assert_eq!(classify(&here, &[])["ray-5"]["past"]["messages"], 0);
    here.write("c.toml", format!("state = {:?}\n", here.path("state")));
    let configured = classify(&here, &["--config", "c.toml"]);
    says(&configured, "ray-5", fifth);
}

#[test]
fn what_is_remembered_holds_no_words() {
    let here = workspace();
    classify(&here, &["--state", "state"]);
    for entry in std::fs::read_dir(here.path("state")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        for word in ["kevin", "frost", "story.example", "impressed", "bridge"] {
            assert!(!text.contains(word), "{word}");
        }
    }
}

#[test]
fn a_state_store_that_cannot_be_used_is_named() {
    let here = workspace();
    here.write("file", "x");
    here.run(&["classify", "story.mbox", "--state", "file/below"])
        .fails(73, &["file/below", "--state"]);
    here.write(
        "bad/state.sqlite",
        "no database at all, but long enough to look at",
    );
    here.run(&["classify", "story.mbox", "--state", "bad"])
        .fails(65, &["state.sqlite", "move it away"]);
}

#[test]
fn the_report_counts_every_message_once() {
    let here = workspace();
    let verdicts = classify(&here, &[]);
    let report = &here.run(&["report", "story.mbox", "--json"]).ok().json()[0];
    assert_eq!(report["schema"], "anteroom.report/1");
    assert_eq!(report["messages"], 40);
    let mut counted: HashMap<String, u64> = HashMap::new();
    for month in report["months"].as_array().unwrap() {
        assert_eq!(month["month"], "2024-03");
        for (verdict, n) in month["verdicts"].as_object().unwrap() {
            *counted.entry(verdict.clone()).or_default() += n.as_u64().unwrap();
        }
    }
    let mut expected: HashMap<String, u64> = HashMap::new();
    for record in verdicts.values() {
        *expected
            .entry(record["verdict"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    assert_eq!(counted, expected);
    let genuine = report["genuine"].as_array().unwrap();
    assert_eq!(genuine.len() as u64, expected["genuine"]);
    let table = here.run(&["report", "story.mbox"]).ok().stdout();
    for words in [
        "2024-03",
        "linkedin",
        "Written to you",
        "Ida Holm",
        "40 messages. Nothing was changed.",
    ] {
        assert!(table.contains(words), "no {words} in\n{table}");
    }
    // What the store remembers of it: the same counts of inbound contact, and no names.
    classify(&here, &["--state", "state"]);
    classify(&here, &["--state", "state"]);
    let kept = &here
        .run(&["report", "--json", "--state", "state"])
        .ok()
        .json()[0];
    assert_eq!(kept["wants"], report["wants"]);
    assert_eq!(kept["messages"], 40 - expected["out-of-scope"]);
    assert_eq!(kept["genuine"], serde_json::json!([]));
}
