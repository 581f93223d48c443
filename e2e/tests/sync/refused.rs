//! What must not be believed: refused with a reason, while the last good state is served on.

use jiff::SignedDuration;
use serde_json::json;
use sluice_e2e::Site;

use crate::archive::{Suite, compressed, now};
use crate::signing::{ED25519, Signer};
use crate::source::{alerts, catalog, define, redefine, settings, site, sync, text, titles};
use crate::upstream::Upstream;

const INDEX: &str = "main/binary-amd64/Packages.xz";

/// An upstream with one suite, a site that has synchronized it, and a stranger's key.
struct Scene {
    upstream: Upstream,
    signer: Signer,
    site: Site,
    source: String,
    suite: Suite,
    number: u32,
}

impl Scene {
    async fn new() -> Self {
        let (upstream, signer, site) = (Upstream::start().await, Signer::new(), site().await);
        signer.make("archive", ED25519);
        signer.make("stranger", ED25519);
        let source = define(&site, "test", &settings(&upstream, "stable", &signer.public(&["archive"]))).await;
        let suite = Suite::new("stable");
        let mut scene = Self { upstream, signer, site, source, suite, number: 0 };
        scene.next();
        scene.mended("the first state").await;
        scene
    }

    /// Publishes the next good state.
    fn next(&mut self) {
        self.upstream.clear("debian/");
        self.number += 1;
        self.suite.later().offer("main/binary-amd64", &[&format!("aa 1.{}", self.number), "bb 1.0"]);
        self.publish();
    }

    fn publish(&self) {
        self.suite.publish(&self.upstream, &self.signer, &["archive"]);
    }

    /// Changes a file of the suite.
    fn change(&self, name: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
        let path = self.suite.file(name);
        self.upstream.put(&path, change(self.upstream.file(&path)));
    }

    fn by_hash(&self) -> String {
        let bytes = self.upstream.file(&self.suite.file(INDEX));
        format!("main/binary-amd64/by-hash/SHA256/{}", crate::archive::sha256(&bytes))
    }

    /// Signs another Release in the place of the good one.
    fn sign(&self, change: impl FnOnce(String) -> String) {
        let release = change(self.suite.write(&self.upstream));
        self.upstream.put(&self.suite.file("InRelease"), self.signer.clearsign(&["archive"], &release));
    }

    /// The source refuses what is there; everything else stays as it was.
    async fn refused(&self, what: &str, reason: &str) {
        let before = catalog(&self.site).await;
        let run = sync(&self.site, &self.source).await;
        assert_eq!(run["outcome"], "failed", "{what}: {run}");
        let error = text(&run["error"]);
        assert!(error.contains(reason), "{what}: {error}");
        let fix = text(&run["fix"]);
        assert!(!fix.is_empty(), "{what}: {run}");
        assert_eq!(catalog(&self.site).await, before, "{what}");
        assert_eq!(run["catalog_version"], before.0, "{what}");
        assert_eq!(alerts(&self.site).await, [format!("{error}. {fix}")], "{what}");
        let path = format!("/sync/runs?source={}&limit=1", self.source);
        let history = self.site.api().get(&path).await;
        assert_eq!(history["items"][0], run, "{what}");
        let source = self.site.api().get(&format!("/sources/{}", self.source)).await;
        assert_eq!(source["last_error"], error, "{what}");
    }

    /// What is there is accepted, and the alert is gone.
    async fn mended(&self, what: &str) {
        let run = sync(&self.site, &self.source).await;
        assert_eq!(run["outcome"], "changed", "{what}: {run}");
        assert_eq!(
            titles(&self.site, "current").await,
            [format!("aa 1.{}", self.number), "bb 1.0".to_owned()],
            "{what}"
        );
        assert_eq!(alerts(&self.site).await, [""; 0], "{what}");
        let source = self.site.api().get(&format!("/sources/{}", self.source)).await;
        assert_eq!(source["last_error"], json!(null), "{what}");
        assert_eq!(source["last_success"], run["ended"], "{what}");
    }
}

/// Another byte in the middle, the length as it was.
fn flip(mut bytes: Vec<u8>) -> Vec<u8> {
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    bytes
}

fn replaced(from: &str, to: &str) -> impl FnOnce(Vec<u8>) -> Vec<u8> {
    move |bytes| {
        let text = String::from_utf8(bytes).expect("text");
        assert!(text.contains(from), "{from} is not in {text}");
        text.replacen(from, to, 1).into_bytes()
    }
}

/// Breaks the upstream's next state one way, and back: refused, then accepted.
async fn case(scene: &mut Scene, what: &str, reason: &str, damage: impl FnOnce(&mut Scene)) {
    scene.next();
    let good = scene.upstream.snapshot();
    let suite = scene.suite.clone();
    damage(scene);
    scene.refused(what, reason).await;
    scene.suite = suite;
    scene.upstream.restore(&good);
    scene.mended(what).await;
}

#[tokio::test]
async fn files_that_were_tampered_with() {
    let scene = &mut Scene::new().await;
    case(scene, "a changed field", "is not trusted", |s| s.change("InRelease", replaced("Label: Test", "Label: Best")))
        .await;
    case(scene, "a line before the signed text", "is not trusted", |s| {
        s.change("InRelease", |bytes| [b"Origin: Other\n", &bytes[..]].concat());
    })
    .await;
    case(scene, "a signature that was cut off", "is not trusted", |s| {
        s.change("InRelease", |bytes| bytes[..bytes.len() * 2 / 3].to_vec());
    })
    .await;
    case(scene, "a log-in page", "is not trusted", |s| s.change("InRelease", |_| b"<html>Please log in</html>".into()))
        .await;
    case(scene, "a changed by-hash file", "is not the file that the signed Release names", |s| {
        s.change(&s.by_hash(), flip);
    })
    .await;
    case(scene, "a by-hash file of another index", "is not the file that the signed Release names", |s| {
        s.change(&s.by_hash(), |_| compressed(b"Package: evil\n", "xz"));
    })
    .await;
    case(scene, "a shorter file", "is not the file that the signed Release names", |s| {
        s.change(&s.by_hash(), |bytes| bytes[..bytes.len() - 1].to_vec());
    })
    .await;
    case(scene, "a longer file", "is larger than", |s| s.change(&s.by_hash(), |bytes| [&bytes[..], b"\0"].concat()))
        .await;
    // The same without by-hash.
    scene.suite.by_hash = false;
    case(scene, "a changed Packages", "is not the file that the signed Release names", |s| s.change(INDEX, flip)).await;
    case(scene, "yesterday's Packages", "is not the file that the signed Release names", |s| {
        let text = s.suite.indexes["main/binary-amd64"].replace(&format!("1.{}", s.number), "1.1");
        s.change(INDEX, |_| compressed(text.as_bytes(), "xz"));
    })
    .await;
    let check = scene.site.api().post("/store/check", json!(null)).await;
    assert_eq!(check["problems"], json!([]));
}

#[tokio::test]
async fn releases_nobody_trusted_signed() {
    let scene = &mut Scene::new().await;
    case(scene, "without a signature", "is not trusted", |s| {
        let release = s.suite.write(&s.upstream);
        s.upstream.put(&s.suite.file("InRelease"), release);
    })
    .await;
    case(scene, "Release alone", "is not signed", |s| {
        let release = s.suite.write(&s.upstream);
        s.upstream.remove(&s.suite.file("InRelease"));
        s.upstream.put(&s.suite.file("Release"), release);
    })
    .await;
    case(scene, "a signature of another text", "is not trusted", |s| {
        let release = s.suite.write(&s.upstream);
        s.upstream.remove(&s.suite.file("InRelease"));
        s.upstream.put(&s.suite.file("Release.gpg"), s.signer.detach(&["archive"], "another text"));
        s.upstream.put(&s.suite.file("Release"), release);
    })
    .await;
    let fingerprint = scene.signer.fingerprint("stranger");
    let end = fingerprint[fingerprint.len() - 16..].to_owned();
    case(scene, "an unknown key", &end, |s| s.suite.publish(&s.upstream, &s.signer, &["stranger"])).await;
}

#[tokio::test]
async fn dates_that_do_not_fit() {
    let scene = &mut Scene::new().await;
    let minute = SignedDuration::from_mins(1);
    case(scene, "from the future", "in the future", |s| {
        s.suite.date = now() + SignedDuration::from_hours(2);
        s.publish();
    })
    .await;
    case(scene, "older than the last", "older than the one of", |s| {
        s.suite.date -= minute * 3;
        s.publish();
    })
    .await;
    case(scene, "without a date", "has no date", |s| {
        s.sign(|release| release.lines().filter(|l| !l.starts_with("Date:")).map(|l| format!("{l}\n")).collect());
    })
    .await;
    case(scene, "expired", "was valid until", |s| {
        s.suite.valid_until = Some(now() - minute);
        s.publish();
    })
    .await;

    // The source may switch the check off, and everybody sees that.
    scene.next();
    scene.suite.valid_until = Some(now() - minute);
    scene.publish();
    scene.refused("expired", "was valid until").await;
    let mut lax = settings(&scene.upstream, "stable", &scene.signer.public(&["archive"]));
    lax["check_valid_until"] = json!(false);
    redefine(&scene.site, &scene.source, "test", &lax).await;
    scene.mended("with the check switched off").await;
    let source = scene.site.api().get(&format!("/sources/{}", scene.source)).await;
    let warnings: Vec<String> = source["warnings"].as_array().expect("a list").iter().map(text).collect();
    assert!(warnings[0].contains("Valid-Until is off"), "{warnings:?}");
    assert!(warnings[1].contains("accepted although") && warnings[1].contains("was valid until"), "{warnings:?}");
}

#[tokio::test]
async fn signed_but_broken() {
    let scene = &mut Scene::new().await;
    /// The same Release about another index file.
    fn with_index(scene: &mut Scene, index: Vec<u8>) {
        let old = scene.upstream.file(&scene.suite.file(INDEX));
        let line = |bytes: &[u8]| format!("{} {:>10} {INDEX}", crate::archive::sha256(bytes), bytes.len());
        let (from, to) = (line(&old), line(&index));
        scene.sign(|release| {
            assert!(release.contains(&from), "{release}");
            release.replace(&from, &to)
        });
        let directory = format!("main/binary-amd64/by-hash/SHA256/{}", crate::archive::sha256(&index));
        scene.upstream.put(&scene.suite.file(&directory), index);
    }
    case(scene, "a truncated index", "cannot be read to its end", |s| {
        let old = s.upstream.file(&s.suite.file(INDEX));
        with_index(s, old[..old.len() - 20].to_vec());
    })
    .await;
    case(scene, "a bomb", "unpacks to more than", |s| {
        let bomb = compressed(&vec![b'\n'; 200 << 20], "xz");
        assert!(bomb.len() < 64 << 10, "{}", bomb.len());
        with_index(s, bomb);
    })
    .await;
    case(scene, "not compressed at all", "cannot be read to its end", |s| with_index(s, b"Package: a\n".into())).await;
    case(scene, "weak digests only", "SHA256 or SHA512", |s| {
        s.sign(|release| release.replace("SHA256:", "MD5Sum:"));
    })
    .await;
    case(scene, "a way out of the directory", "not a path inside", |s| {
        s.sign(|release| release.replace("main/binary-amd64/Packages.xz", "../../../etc/passwd"));
    })
    .await;
    let check = scene.site.api().post("/store/check", json!(null)).await;
    assert_eq!(check["problems"], json!([]));
}
