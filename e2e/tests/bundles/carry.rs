//! From one site to another, as an administrator does it.

use serde_json::json;
use sluice_e2e::SiteOptions;

use crate::place::{Place, document, json, ok, refused, state, text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bundles_are_carried_as_files_parts_and_streams() {
    let place = Place::new(SiteOptions::default()).await;
    let documents = place.disk("catalog.xml");
    let all: String = (0..300).map(|number| document(number, 1)).collect();
    std::fs::write(&documents, all).expect("a temporary file");
    ok(&place.from, &["catalog", "import", text(&documents)]).await;
    let one = "0fa1201d-0000-0000-0000-000000000001";
    let group = place.from.api().post("/groups", json!({ "name": "Group", "updates": [one] })).await;
    let deployment = json!({ "name": "Deployment", "group": group["id"], "intent": "available",
        "collection": "a11de71c-e500-4000-8000-000000000001" });
    place.from.api().post("/deployments", deployment).await;
    place.from.api().post("/updates/decline", json!({ "updates": [one], "reason": "no" })).await;

    // A file; on a machine without a site it is verified with the key alone.
    let file = place.disk("bundle-1");
    let exported = json(&place.from, &["bundle", "export", "--to", text(&file), "--content", "all"]).await;
    assert_eq!((&exported["sequence"], &exported["files"]), (&json!(1), &json!(1)));
    let key = json(&place.from, &["bundle", "key"]).await["public_key"].as_str().expect("a key").to_owned();
    let mut alone = tokio::process::Command::new(sluice_e2e::program());
    alone.args(["bundle", "verify", text(&file), "--key", &key, "--json"]).env("SLUICE_CONFIG", "/nowhere");
    let alone = alone.output().await.expect("the program can be started");
    assert!(alone.status.success(), "{}", String::from_utf8_lossy(&alone.stderr));
    let verified: serde_json::Value = serde_json::from_slice(&alone.stdout).expect("JSON");
    assert_eq!((&verified["documents"], &verified["groups"]), (&json!(300), &json!(1)));
    ok(&place.to, &["bundle", "verify", text(&file)]).await;
    let imported = json(&place.to, &["bundle", "import", text(&file)]).await;
    assert_eq!((&imported["new_updates"], &imported["quarantined"]), (&json!(300), &json!(0)), "{imported:#}");
    assert_eq!(state(&place.to).await, state(&place.from).await);
    let declined = place.to.api().get(&format!("/updates/{one}")).await;
    assert!(declined.to_string().contains("\"no\""), "{declined:#}");
    assert!(refused(&place.to, &["bundle", "import", text(&file)]).await.contains("was imported already"));

    // A delta as a directory of parts.
    let more = place.disk("more.xml");
    let changed: String = (0..900).map(|number| document(1_000 + number, 1)).chain([document(7, 2)]).collect();
    std::fs::write(&more, changed).expect("a temporary file");
    ok(&place.from, &["catalog", "import", text(&more)]).await;
    let parts = place.disk("bundle-2");
    let arguments = ["bundle", "export", "--since", "last", "--parts", "1MB", "--to", text(&parts)];
    json(&place.from, &arguments).await;
    let first = parts.join("00001.part");
    assert!(first.is_file());
    // One that is changed on the way is refused, and nothing happened.
    let good = std::fs::read(&first).expect("a part");
    let mut bad = good.clone();
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    std::fs::write(&first, &bad).expect("a part");
    let before = state(&place.to).await;
    let said = refused(&place.to, &["bundle", "import", text(&parts)]).await;
    assert!(said.contains("damaged, or was changed"), "{said}");
    assert!(refused(&place.to, &["bundle", "verify", text(&parts)]).await.contains("Do not use this copy"));
    assert_eq!(state(&place.to).await, before);
    std::fs::write(&first, &good).expect("a part");
    let imported = json(&place.to, &["bundle", "import", text(&parts)]).await;
    assert_eq!((&imported["new_updates"], &imported["new_revisions"]), (&json!(900), &json!(1)), "{imported:#}");
    assert_eq!(state(&place.to).await, state(&place.from).await);

    // A stream from one to the other.
    place.from.api().post("/updates/undecline", json!({ "updates": [one] })).await;
    let command =
        "\"$0\" bundle export --since last --to - --config \"$1\" | \"$0\" bundle import - --config \"$2\" --json";
    let mut shell = tokio::process::Command::new("bash");
    shell.args(["-o", "pipefail", "-c", command]).arg(sluice_e2e::program());
    shell.arg(place.from.credentials_path()).arg(place.to.credentials_path());
    let output = shell.output().await.expect("a shell");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let imported: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(imported["decisions"], 1, "{imported:#}");
    let listed = json(&place.to, &["bundle", "list"]).await;
    let steps: Vec<_> = listed["imports"].as_array().expect("a list").iter().map(|i| i["step"].clone()).collect();
    assert_eq!(steps, ["done", "done", "done"]);
}
