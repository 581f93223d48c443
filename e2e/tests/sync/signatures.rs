//! Who may sign.

use serde_json::json;

use crate::archive::Suite;
use crate::signing::{ED25519, RSA, Signer};
use crate::source::{define, settings, site, sync, text, titles};
use crate::upstream::Upstream;

#[tokio::test]
async fn one_trusted_signature_of_several_suffices() {
    let (upstream, site, signer) = (Upstream::start().await, site().await, Signer::new());
    for (name, sort) in [("old", RSA), ("new", ED25519), ("stranger", ED25519)] {
        signer.make(name, sort);
    }
    let mut suite = Suite::new("stable");
    let mut number = 0;
    let mut offered = |suite: &mut Suite| {
        number += 1;
        let title = format!("aa 1.{number}");
        suite.later().offer("main/binary-amd64", &[&title]);
        title
    };
    let both = define(&site, "both", &settings(&upstream, "stable", &signer.public(&["old", "new"]))).await;
    let old = define(&site, "old", &settings(&upstream, "stable", &signer.public(&["old"]))).await;
    for (signers, by_old) in [
        (&["old"][..], true),
        (&["new"], false),
        (&["old", "new"], true),
        (&["stranger", "old"], true),
        (&["old", "stranger"], true),
    ] {
        for detached in [false, true] {
            let title = offered(&mut suite);
            upstream.clear("debian/");
            match detached {
                false => suite.publish(&upstream, &signer, signers),
                true => suite.publish_detached(&upstream, &signer, signers),
            }
            let run = sync(&site, &both).await;
            assert_eq!(run["outcome"], "changed", "{signers:?} {detached}: {run}");
            assert!(titles(&site, "current").await.contains(&title), "{signers:?} {detached}");
            let run = sync(&site, &old).await;
            let expected = if by_old { "changed" } else { "failed" };
            assert_eq!(run["outcome"], expected, "{signers:?} {detached}: {run}");
        }
    }

    // The keyring has both keys, but the source trusts only one of them.
    let mut pinned = settings(&upstream, "stable", &signer.public(&["old", "new"]));
    pinned["fingerprints"] = json!([signer.fingerprint("old")]);
    let pinned = define(&site, "pinned", &pinned).await;
    offered(&mut suite);
    upstream.clear("debian/");
    suite.publish(&upstream, &signer, &["new"]);
    let run = sync(&site, &pinned).await;
    assert!(text(&run["error"]).contains("is not trusted"), "{run}");
    suite.later().publish(&upstream, &signer, &["new", "old"]);
    let run = sync(&site, &pinned).await;
    assert_eq!(run["outcome"], "changed", "{run}");
}

#[tokio::test]
async fn keyrings_are_files_as_well() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let mut suite = Suite::new("stable");
    suite.offer("main/binary-amd64", &["aa 1.0"]).publish(&upstream, &signer, &[key]);
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("archive.asc");
    let mut settings = settings(&upstream, "stable", "");
    settings["keyring"] = json!({ "files": [path] });
    let source = define(&site, "test", &settings).await;

    let run = sync(&site, &source).await;
    assert_eq!(run["outcome"], "failed", "{run}");
    assert!(text(&run["error"]).contains("archive.asc cannot be read"), "{run}");
    std::fs::write(&path, "no keys").expect("a file");
    let run = sync(&site, &source).await;
    assert!(text(&run["error"]).contains("archive.asc"), "{run}");
    std::fs::write(&path, signer.public(&[key])).expect("a file");
    let run = sync(&site, &source).await;
    assert_eq!(run["outcome"], "changed", "{run}");
}
