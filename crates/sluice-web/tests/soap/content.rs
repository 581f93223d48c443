//! What Delivery Optimization asked a WSUS for, asked of this site.

use std::collections::BTreeMap;
use std::io::{Read as _, repeat};

use jiff::civil::DateTime;
use sluice_content::Expected;

use crate::shared;
use crate::world::World;

/// Headers by their names in small letters.
type Headers = BTreeMap<String, String>;

/// Of the web server, not of the file.
const OF_SERVER: [&str; 3] = ["server", "x-powered-by", "date"];

/// The first line, and the headers.
fn head(text: &str) -> (&str, Headers) {
    let (first, rest) = text.split_once('\n').unwrap();
    let headers = rest.lines().filter_map(|line| line.split_once(':'));
    (first.trim(), headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ranges_of_windows_11() {
    let world = World::open().await;
    let mut paths = BTreeMap::new();
    for folder in ["first-range-by-offset", "middle-range", "final-range", "whole-file-single-range"] {
        let file = |name: &str| shared::text(&format!("captures/wua-wsus/content/{folder}/{name}.headers"));
        let (Some(request), Some(answer)) = (file("request"), file("response")) else { return };
        let ((line, asked), (status, recorded)) = (head(&request), head(&answer));
        let size: u64 = recorded["content-range"].rsplit('/').next().unwrap().parse().unwrap();
        // The recorded name is the digest of a file that is not here; this one has its size.
        let path = paths.entry(size).or_insert_with(|| {
            let mut bytes = repeat(0).take(size);
            let name =
                world.site.content().add(&mut bytes, "update.exe", &Expected::default()).unwrap().name.to_string();
            format!("/Content/{}/{name}", &name[38..40])
        });
        let there = line.split(' ').nth(1).unwrap();
        assert_eq!((there.len(), &there[..9], &there[52..]), (path.len(), &path[..9], &path[52..]), "{folder}");

        let headers: Vec<_> = asked.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let got = world.send(&world.plain, "GET", path, &headers, "").await;
        assert_eq!(status, format!("HTTP/1.1 {}", got.status), "{folder}");
        assert_eq!(got.text.len().to_string(), recorded["content-length"], "{folder}");
        let mut seen: Headers =
            got.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        // Ours alone: agents may share a proxy, and a browser shall not guess.
        for ours in ["cache-control", "referrer-policy", "x-content-type-options"] {
            assert!(seen.remove(ours).is_some(), "{folder}: {ours}");
        }
        let mut recorded = recorded;
        recorded.retain(|name, _| !OF_SERVER.contains(&name.as_str()));
        for headers in [&mut seen, &mut recorded] {
            // Other values on every site, of one form.
            let tag = headers.insert("etag".into(), "a tag".into()).unwrap();
            assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 2, "strong: {tag}");
            let date = headers.insert("last-modified".into(), "a date".into()).unwrap();
            assert!(DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", &date).is_ok(), "{date}");
        }
        assert_eq!(seen, recorded, "{folder}");
    }
}
