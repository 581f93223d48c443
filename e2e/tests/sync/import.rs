//! A machine's own `/etc/apt`, taken over.

use serde_json::{Value, json};

use crate::archive::Suite;
use crate::signing::Signer;
use crate::source::{site, sync, text, titles};
use crate::upstream::Upstream;

fn names(list: &Value) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|source| text(&source["name"])).collect()
}

#[tokio::test]
async fn sources_in_both_formats_are_taken_over() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let mut security = Suite::new("bookworm-security");
    security.components = vec!["updates/main".into(), "updates/contrib".into()];
    security.offer("main/binary-amd64", &["aa 1.0"]).offer("contrib/binary-amd64", &["bb 1.0"]);
    security.publish(&upstream, &signer, &[key]);
    Suite::new("stable").offer("main/binary-amd64", &["cc 1.0"]).publish(&upstream, &signer, &[key]);

    let directory = tempfile::tempdir().expect("a temporary directory");
    let keyring = directory.path().join("archive.asc");
    std::fs::write(&keyring, signer.public(&[key])).expect("a file");
    let (keyring, uri) = (keyring.display(), format!("{}/debian", upstream.address()));
    let list = format!(
        "# the main archive\n\
         deb [arch=amd64,arm64 signed-by={keyring} by-hash=no] {uri}/ bookworm-security main\n\
         deb [signed-by={keyring}] {uri} bookworm-security contrib\n\
         deb-src {uri} bookworm-security main\n\
         # deb {uri} commented-out main\n\
         deb cdrom:[Debian 12]/ bookworm main\n\
         deb {uri} flat/\n\
         deb http://[broken main\n"
    );
    let block = signer.public(&[key]).replace("\n\n", "\n.\n").replace('\n', "\n ");
    let deb822 = format!(
        "Types: deb deb-src\nURIs: {uri}\nSuites: stable\nComponents: main\nArchitectures: amd64\n\
         Check-Valid-Until: no\nSigned-By:\n {block}\n\n\
         Enabled: no\nTypes: deb\nURIs: {uri}\nSuites: switched-off\nComponents: main\n"
    );
    let dump = "APT::Architecture \"amd64\";\nAPT::Architectures \"\";\nAPT::Architectures:: \"amd64\";\n\
                Acquire::http::Proxy::proxied.example.org \"http://proxy.example.org:3128\";\n";
    let request = json!({
        "files": [
            { "name": "/etc/apt/sources.list", "text": list },
            { "name": "/etc/apt/sources.list.d/vendor.sources", "text": deb822 },
            { "name": "/etc/apt/sources.list.d/proxied.list",
              "text": format!("deb [signed-by={keyring}] http://proxied.example.org/x stable main\n") },
        ],
        "apt_config_dump": dump,
        "architecture": "amd64",
    });
    let imported = site.api().post("/sources/import", request.clone()).await;
    let created = &imported["created"];
    let problems: Vec<String> = imported["problems"].as_array().expect("a list").iter().map(text).collect();
    assert_eq!(created.as_array().map(Vec::len), Some(3), "{imported:#}");
    assert_eq!(problems.len(), 3, "the CD, the flat repository and the broken line: {problems:#?}");
    assert!(problems.iter().all(|problem| problem.starts_with("/etc/apt/sources.list")), "{problems:#?}");

    let apt = |number: usize| &created[number]["apt"];
    assert_eq!(apt(0)["uri"], uri);
    assert_eq!((&apt(0)["components"], &apt(0)["by_hash"]), (&json!(["main", "contrib"]), &json!(false)));
    assert_eq!(apt(0)["architectures"], json!(["amd64", "arm64"]));
    assert_eq!(apt(1)["check_valid_until"], false);
    assert!(text(&apt(1)["keyring"]["armored"]).contains("BEGIN PGP PUBLIC KEY BLOCK"), "{imported:#}");
    assert_eq!(apt(2)["proxy"], "http://proxy.example.org:3128");
    assert_eq!(apt(0)["proxy"], json!(null));

    // They work.
    for number in [0, 1] {
        let run = sync(&site, &text(&created[number]["id"])).await;
        assert_eq!(run["outcome"], "changed", "{run}");
    }
    assert_eq!(titles(&site, "current").await, ["aa 1.0", "bb 1.0", "cc 1.0"]);

    // The same again changes nothing.
    let again = site.api().post("/sources/import", request).await;
    assert_eq!((&again["created"], names(&again["existing"])), (&json!([]), names(created)), "{again:#}");
    assert_eq!(again["problems"], imported["problems"]);
}
