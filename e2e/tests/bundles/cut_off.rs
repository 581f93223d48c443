//! kill -9 of a site while it imports a bundle, on both databases.

use serde_json::{Value, json};
use sluice_e2e::{Site, SiteOptions};

use crate::place::{Place, document, json, ok, state, text};
use crate::postgres;

/// Enough for several batches.
const UPDATES: u32 = 1500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_was_killed_goes_on() {
    killed(SiteOptions::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_was_killed_goes_on_with_postgresql() {
    let database = postgres::Database::new("bundles");
    let mut options = SiteOptions::default();
    options.arguments.push(format!("--database-url={}", database.url()));
    killed(options).await;
}

async fn killed(options: SiteOptions) {
    let mut place = Place::new(options).await;
    let documents = place.disk("catalog.xml");
    let all: String = (0..UPDATES).map(|number| document(number, 1)).collect();
    std::fs::write(&documents, all).expect("a temporary file");
    ok(&place.from, &["catalog", "import", text(&documents)]).await;
    let one = "0fa1201d-0000-0000-0000-000000000001";
    place.from.api().post("/groups", json!({ "name": "Group", "updates": [one] })).await;
    let file = place.disk("bundle");
    ok(&place.from, &["bundle", "export", "--to", text(&file)]).await;

    let mut import = tokio::process::Command::new(sluice_e2e::program());
    import.args(["bundle", "import", text(&file)]).env("SLUICE_CONFIG", place.to.credentials_path());
    let mut import = import.stderr(std::process::Stdio::null()).kill_on_drop(true).spawn().expect("it starts");
    // As soon as a batch is stored.
    while !some_is_stored(&place.to).await {
        tokio::task::yield_now().await;
    }
    place.to.kill().await;
    assert!(!import.wait().await.expect("our child").success(), "the moment was late: everything is imported");

    place.to.start_again().await;
    is_sound(&place.to).await;
    let history = json(&place.to, &["bundle", "list"]).await;
    let import = &history["imports"][0];
    assert_eq!((&import["ended_at"], &import["step"]), (&Value::Null, &json!("documents")));
    assert_eq!(place.to.api().get("/groups").await["total"], 0);
    assert!(leftovers(&place.to).is_empty(), "{:?}", leftovers(&place.to));

    let imported = json(&place.to, &["bundle", "import", text(&file)]).await;
    assert!(imported["unchanged"].as_u64() > Some(0), "{imported:#}");
    let total = imported["unchanged"].as_u64().zip(imported["new_updates"].as_u64()).map(|(a, b)| a + b);
    assert_eq!(total, Some(u64::from(UPDATES)));
    assert_eq!(state(&place.to).await, state(&place.from).await);
    is_sound(&place.to).await;
}

async fn is_sound(site: &Site) {
    let check = site.api().post("/store/check", json!(null)).await;
    // The documents of this test are of no product.
    let problems = check["problems"].as_array().expect("a list").iter().map(|problem| problem.as_str().expect("text"));
    let others: Vec<_> = problems.filter(|problem| !problem.ends_with(": a product does not exist")).collect();
    assert_eq!(others, Vec::<&str>::new());
}

/// Whether the import that runs has stored anything.
async fn some_is_stored(site: &Site) -> bool {
    let status = site.api().get("/sync").await;
    let running = status["items"].as_array().expect("a list").iter().map(|source| &source["running"]);
    running.into_iter().any(|run| run["item"].as_str().is_some_and(|item| item.contains("documents")))
}

/// Files of bundles that a killed import left.
fn leftovers(site: &Site) -> Vec<String> {
    let entries = std::fs::read_dir(site.data_directory()).expect("a directory");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with("bundle-")).collect()
}
