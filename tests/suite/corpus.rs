use super::support::{Workspace, root};

/// Every mail of the SpamAssassin public corpus, real ham and real spam of 2002 and 2003.
#[test]
fn every_public_mail_gets_a_verdict() {
    let mbox = root().join("target/corpora/spam-assassin/all.mbox");
    assert!(
        mbox.exists(),
        "{}: not there; run scripts/corpus first",
        mbox.display()
    );
    let here = Workspace::new();
    let records = here
        .run(&[
            "classify",
            "--json",
            "--scope",
            "all",
            mbox.to_str().unwrap(),
        ])
        .ok()
        .json();
    assert_eq!(records.len(), 6046);
    let mut unreadable = 0;
    for (index, record) in records.iter().enumerate() {
        assert_eq!(record["index"], index);
        assert!(record["label"].is_string(), "{record}");
        let defects = record["defects"].as_array().unwrap();
        assert!(!defects.iter().any(|defect| defect == "fault"), "{record}");
        unreadable += usize::from(
            defects
                .iter()
                .any(|defect| defect == "unparsable" || defect == "no-headers"),
        );
    }
    assert!(unreadable <= 1, "{unreadable}");
}
