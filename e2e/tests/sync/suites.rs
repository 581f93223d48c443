//! What archives look like: suites, components, architectures, compressions.

use serde_json::{Value, json};
use sluice_e2e::Site;

use crate::archive::{Suite, pipe, stanza_of};
use crate::signing::Signer;
use crate::source::{define, settings, site, sync, text, titles, update};
use crate::upstream::Upstream;

#[tokio::test]
async fn pockets_of_a_release_are_one_product() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let keys = signer.public(&[key]);
    let mut base = Suite::new("bookworm");
    base.set("Suite", "oldstable").offer("main/binary-amd64", &["aa 1.0", "bb 1.0"]).publish(
        &upstream,
        &signer,
        &[key],
    );
    // As Debian's: `updates/main` in the Release, `main` in the paths.
    let mut security = Suite::new("bookworm-security");
    security.set("Suite", "oldstable-security").components = vec!["updates/main".into()];
    security.offer("main/binary-amd64", &["aa 1.0+deb12u1"]).publish(&upstream, &signer, &[key]);
    let mut updates = Suite::new("bookworm-updates");
    updates.set("Suite", "oldstable-updates");
    updates.offer("main/binary-amd64", &["bb 1.0+deb12u1"]).publish(&upstream, &signer, &[key]);

    // Sources spell the security component either way.
    let mut of_security = settings(&upstream, "bookworm-security", &keys);
    of_security["components"] = json!(["updates/main"]);
    for (name, settings) in [
        ("base", settings(&upstream, "bookworm", &keys)),
        ("security", of_security),
        ("updates", settings(&upstream, "bookworm-updates", &keys)),
    ] {
        let source = define(&site, name, &settings).await;
        let run = sync(&site, &source).await;
        assert_eq!((&run["outcome"], &run["warnings"]), (&json!("changed"), &json!([])), "{name}: {run}");
    }
    assert_eq!(titles(&site, "superseded").await, ["aa 1.0", "bb 1.0"]);
    for (title, classification) in
        [("aa 1.0", "rollups"), ("aa 1.0+deb12u1", "security"), ("bb 1.0+deb12u1", "updates")]
    {
        let update = update(&site, title).await;
        let product = text(&update["product"]);
        assert_eq!(update["classification"], classification, "{update}");
        assert!(product.ends_with("Test bookworm main"), "{update}");
    }

    // A point release takes the security update up: it stays a security update, one and the same.
    let before = update(&site, "aa 1.0+deb12u1").await;
    base.later().offer("main/binary-amd64", &["aa 1.0+deb12u1", "bb 1.0+deb12u1"]).publish(&upstream, &signer, &[key]);
    site.api().post("/sync/runs", json!({})).await;
    sluice_e2e::eventually("all run", async || {
        let all = site.api().get("/sync").await;
        if all.to_string().contains("\"running\":{") { Err(all.to_string()) } else { Ok(()) }
    })
    .await;
    assert_eq!(update(&site, "aa 1.0+deb12u1").await, before);
}

#[tokio::test]
async fn components_and_architectures() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let mut suite = Suite::new("stable");
    suite.components = vec!["main".into(), "contrib".into(), "non-free".into()];
    suite.architectures = vec!["all".into(), "amd64".into(), "arm64".into(), "s390x".into()];
    // `all` apart from the others for the whole suite; contrib has none for arm64.
    suite.offer("main/binary-all", &["doc 1.0"]).offer("main/binary-amd64", &["aa 1.0"]);
    suite.offer("main/binary-arm64", &["aa 1.0", "arm-only 1.0"]).offer("main/binary-s390x", &["mainframe 1.0"]);
    suite.offer("contrib/binary-amd64", &["cc 1.0"]).offer("non-free/binary-amd64", &["nn 1.0"]);
    suite.publish(&upstream, &signer, &[key]);
    let mut settings = settings(&upstream, "stable", &signer.public(&[key]));
    settings["components"] = json!(["main", "contrib"]);
    settings["architectures"] = json!(["amd64", "arm64", "riscv64"]);
    let source = define(&site, "test", &settings).await;
    let run = sync(&site, &source).await;
    assert_eq!(run["outcome"], "changed", "{run}");
    let warnings: Vec<String> = run["warnings"].as_array().expect("a list").iter().map(text).collect();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].ends_with("has nothing for architecture riscv64"), "{warnings:?}");
    assert!(warnings[1].contains("\"contrib\" for architecture \"arm64\""), "{warnings:?}");
    assert_eq!(titles(&site, "current").await, ["aa 1.0", "arm-only 1.0", "cc 1.0", "doc 1.0"]);
    assert_eq!(packages_of(&site, "aa 1.0").await, ["aa 1.0 amd64", "aa 1.0 arm64"]);

    // Nothing that is asked for is there: refused, and nothing is lost.
    settings["architectures"] = json!(["riscv64"]);
    crate::source::redefine(&site, &source, "test", &settings).await;
    let run = sync(&site, &source).await;
    assert_eq!(run["outcome"], "changed", "`all` is for everybody: {run}");
    suite.architectures.remove(0);
    suite.indexes.remove("main/binary-all");
    suite.later().publish(&upstream, &signer, &[key]);
    let run = sync(&site, &source).await;
    assert_eq!(run["outcome"], "failed", "{run}");
    assert_eq!(titles(&site, "current").await, ["doc 1.0"]);
    settings["components"] = json!(["nonsense"]);
    crate::source::redefine(&site, &source, "test", &settings).await;
    let run = sync(&site, &source).await;
    assert!(text(&run["error"]).contains("has no component \"nonsense\"; it has: main contrib non-free"), "{run}");
}

#[tokio::test]
async fn every_way_to_publish_an_index() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let keys = signer.public(&[key]);
    let plain = "/debian/dists/stable/main/binary-amd64/Packages";
    let hashed = "/debian/dists/stable/main/binary-amd64/by-hash/";
    let mut suite = Suite::new("stable");
    let source = define(&site, "test", &settings(&upstream, "stable", &keys)).await;
    let mut number = 0;
    let mut publish = |compressions: &[&'static str], by_hash: bool| {
        upstream.clear("debian/");
        number += 1;
        suite.later().offer("main/binary-amd64", &[&format!("aa 1.{number}")]);
        (suite.compressions, suite.by_hash) = (compressions.to_vec(), by_hash);
        suite.publish(&upstream, &signer, &[key]);
        upstream.asked();
        number
    };
    let ways: [(&[&'static str], bool, &[&str]); 5] = [
        (&["xz", "gz"], true, &[hashed]),
        (&["xz", "gz"], false, &[&format!("{plain}.xz")]),
        (&["gz"], true, &[hashed]),
        (&["gz"], false, &[&format!("{plain}.gz")]),
        (&[], false, &[plain]),
    ];
    for (compressions, by_hash, expected) in ways {
        let number = publish(compressions, by_hash);
        let run = sync(&site, &source).await;
        assert_eq!(run["outcome"], "changed", "{compressions:?}: {run}");
        assert_eq!(titles(&site, "current").await, [format!("aa 1.{number}")]);
        let asked = upstream.paths();
        let fits = asked[1..].iter().zip(expected).all(|(asked, start)| asked.starts_with(start));
        assert!(asked.len() == expected.len() + 1 && fits, "{compressions:?}: {asked:?}");
    }

    // By digest is announced but not there (a mirror that leaves it out): the plain path is.
    let number = publish(&["xz"], true);
    upstream.clear(&hashed[1..]);
    assert_eq!(sync(&site, &source).await["outcome"], "changed");
    let asked = upstream.paths();
    assert!(asked[1].starts_with(hashed) && asked[2] == format!("{plain}.xz"), "{asked:?}");
    assert_eq!(titles(&site, "current").await, [format!("aa 1.{number}")]);

    // A source that does not want it does not ask for it.
    let mut without = settings(&upstream, "stable", &keys);
    without["by_hash"] = json!(false);
    crate::source::redefine(&site, &source, "test", &without).await;
    publish(&["xz"], true);
    assert_eq!(sync(&site, &source).await["outcome"], "changed");
    assert_eq!(upstream.paths()[1..], [format!("{plain}.xz")]);

    // Without InRelease: Release and its detached signature, with conditional requests all the same.
    upstream.clear("debian/");
    suite.later().offer("main/binary-amd64", &["aa 2.0"]).publish_detached(&upstream, &signer, &[key]);
    upstream.asked();
    let run = sync(&site, &source).await;
    assert_eq!(run["outcome"], "changed", "{run}");
    let directory = "/debian/dists/stable";
    let release = ["InRelease", "Release", "Release.gpg"].map(|name| format!("{directory}/{name}"));
    assert_eq!(upstream.paths()[..3], release);
    assert_eq!(sync(&site, &source).await["outcome"], "unchanged");
    let asked: Vec<_> = upstream.asked().into_iter().map(|asked| (asked.target, asked.status)).collect();
    assert_eq!(asked, [(release[0].clone(), 404), (release[1].clone(), 304)]);
}

/// Packages and indices by Debian's own tools: what they write is what is read.
#[tokio::test]
async fn an_archive_made_by_the_distributions_tools() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let directory = tempfile::tempdir().expect("a temporary directory");
    let root = directory.path();
    for (package, version, more) in [
        ("hello", "2:1.0~rc1-1+b2", "Source: greetings (2:1.0~rc1-1)\nHomepage: https://example.org/\n"),
        ("greetings-doc", "2:1.0~rc1-1", "Source: greetings\nMulti-Arch: foreign\n"),
    ] {
        let control = root.join(package).join("DEBIAN");
        std::fs::create_dir_all(&control).expect("a directory");
        let text = format!(
            "Package: {package}\nVersion: {version}\n{more}Architecture: all\nMaintainer: N <n@example.org>\n\
             Description: says hello\n The long description\n .\n has paragraphs.\n"
        );
        std::fs::write(control.join("control"), text).expect("a file");
        let pool = root.join("archive/pool");
        std::fs::create_dir_all(&pool).expect("a directory");
        let arguments = ["-Znone", "--root-owner-group", "--build"].map(str::to_owned);
        let paths = [root.join(package), pool].map(|path| path.display().to_string());
        let arguments: Vec<&str> = arguments.iter().chain(&paths).map(String::as_str).collect();
        pipe("dpkg-deb", &arguments, b"");
    }
    let archive = root.join("archive").display().to_string();
    let ftp = |arguments: &str| {
        let script = format!("cd {archive} && exec apt-ftparchive {arguments}");
        pipe("sh", &["-c", &script], b"")
    };
    let packages = ftp("packages pool");
    let index = root.join("archive/dists/stable/main/binary-amd64");
    std::fs::create_dir_all(&index).expect("a directory");
    std::fs::write(index.join("Packages"), &packages).expect("a file");
    let fields =
        ["Origin=Test", "Label=Test", "Suite=stable", "Codename=stable", "Components=main", "Architectures=amd64"];
    let options: String = fields.iter().map(|field| format!("-o APT::FTPArchive::Release::{field} ")).collect();
    let release = String::from_utf8(ftp(&format!("{options} release dists/stable"))).expect("text");
    upstream.put("debian/dists/stable/main/binary-amd64/Packages", packages);
    upstream.put("debian/dists/stable/InRelease", signer.clearsign(&[key], &release));

    let source = define(&site, "test", &settings(&upstream, "stable", &signer.public(&[key]))).await;
    let run = sync(&site, &source).await;
    assert_eq!((&run["outcome"], &run["quarantined"]), (&json!("changed"), &json!(0)), "{run}");
    assert_eq!(titles(&site, "current").await, ["greetings 2:1.0~rc1-1"]);
    let title = "greetings 2:1.0~rc1-1";
    assert_eq!(packages_of(&site, title).await, ["greetings-doc 2:1.0~rc1-1 all", "hello 2:1.0~rc1-1+b2 all"]);
}

/// The packages of an update: name, version, architecture.
async fn packages_of(site: &Site, title: &str) -> Vec<String> {
    let id = text(&update(site, title).await["id"]);
    let detail = site.api().get(&format!("/updates/{id}")).await;
    let words = |package: &Value| ["name", "version", "architecture"].map(|field| text(&package[field])).join(" ");
    detail["packages"].as_array().expect("a list").iter().map(words).collect()
}

#[tokio::test]
async fn another_architecture_adds_to_the_update() {
    let (upstream, site, (signer, key)) = (Upstream::start().await, site().await, Signer::with_key());
    let mut suite = Suite::new("stable");
    suite.architectures = vec!["amd64".into(), "arm64".into()];
    let of = |architecture: &str| stanza_of("lib", "src", "1.0", architecture, architecture);
    let shared = stanza_of("src-doc", "src", "1.0", "all", "doc");
    suite.indexes.insert("main/binary-amd64".into(), of("amd64") + &shared);
    suite.indexes.insert("main/binary-arm64".into(), of("arm64") + &shared);
    suite.publish(&upstream, &signer, &[key]);
    let mut settings = settings(&upstream, "stable", &signer.public(&[key]));
    let source = define(&site, "test", &settings).await;
    sync(&site, &source).await;
    let before = update(&site, "src 1.0").await;

    settings["architectures"] = json!(["amd64", "arm64"]);
    crate::source::redefine(&site, &source, "test", &settings).await;
    let run = sync(&site, &source).await;
    assert_eq!((&run["updates_new"], &run["updates_changed"]), (&json!(0), &json!(1)), "{run}");
    assert_eq!(update(&site, "src 1.0").await["id"], before["id"]);
    assert_eq!(packages_of(&site, "src 1.0").await, ["lib 1.0 amd64", "lib 1.0 arm64", "src-doc 1.0 all"]);
    assert_eq!(site.api().post("/store/check", json!(null)).await["problems"], json!([]));
}
