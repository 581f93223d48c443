//! `/Content` as Delivery Optimization and BITS ask for it (protocols.md §1.4; peer-wsus-rs.md §7.5).

use axum::http::StatusCode;
use sluice_content::Expected;

use crate::client::{Answer, Ask};
use crate::site::TestSite;

/// A site with a file of two and a half pieces; its path.
async fn with_file() -> (TestSite, Vec<u8>, String) {
    let site = TestSite::open().await;
    let bytes: Vec<u8> = (0..2_600_000_u32).map(|n| (n % 251) as u8).collect();
    let added = site.site.content().add(&mut bytes.as_slice(), "update.CAB", &Expected::default()).unwrap();
    let name = added.name.to_string();
    let path = format!("/Content/{}/{name}", &name[38..40]);
    (site, bytes, path)
}

async fn get(site: &TestSite, path: &str, range: &str) -> Answer {
    Ask::new(&site.clients, "get", path).header("range", range).header("content-length", "0").send().await
}

#[tokio::test]
async fn a_file_comes_whole_and_in_parts() {
    let (site, bytes, path) = with_file().await;
    let whole = Ask::new(&site.clients, "get", &path).header("accept-encoding", "gzip, xpress").send().await;
    assert_eq!((whole.status, &whole.body), (StatusCode::OK, &bytes));
    assert!(whole.headers.get("content-encoding").is_none(), "content is never compressed");
    assert_eq!(whole.headers["content-type"], "application/octet-stream");

    // Closed ranges of 1 MiB, in any order, make up the file.
    let mut found = vec![0; bytes.len()];
    for first in [1_usize << 20, 0, 2 << 20] {
        let last = (first + (1 << 20)).min(bytes.len()) - 1;
        let part = get(&site, &path, &format!("bytes={first}-{last}")).await;
        assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
        assert_eq!(part.headers["content-range"], format!("bytes {first}-{last}/{}", bytes.len()));
        assert_eq!(part.headers["content-length"], (last - first + 1).to_string());
        assert_eq!(part.headers["etag"], whole.headers["etag"]);
        found[first..=last].copy_from_slice(&part.body);
    }
    assert_eq!(found, bytes);
    assert_eq!(get(&site, &path, "bytes=-10").await.body, bytes[bytes.len() - 10..]);
}

#[tokio::test]
async fn heads_and_wrong_questions_are_answered_as_the_standard_says() {
    let (site, bytes, path) = with_file().await;
    let head = Ask::new(&site.clients, "head", &path).send().await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    assert_eq!(head.headers["content-length"], bytes.len().to_string());
    assert_eq!(head.headers["accept-ranges"], "bytes");
    let tag = head.headers["etag"].to_str().unwrap();
    assert!(tag.starts_with('"'), "strong: {tag}");
    assert!(head.headers.contains_key("last-modified"));

    let beyond = get(&site, &path, "bytes=2600000-").await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(beyond.headers["content-range"], "bytes */2600000");
    let same = Ask::new(&site.clients, "get", &path).header("if-none-match", tag).send().await;
    assert_eq!((same.status, same.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let post = Ask::new(&site.clients, "post", &path).send().await;
    assert_eq!((post.status, post.headers["allow"].to_str().unwrap()), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD"));
}

#[tokio::test]
async fn paths_are_taken_in_any_case_and_lead_nowhere_else() {
    let (site, bytes, path) = with_file().await;
    for same in [path.to_lowercase(), path.to_uppercase(), path.replace("/Content/", "//content//")] {
        let answer = Ask::new(&site.clients, "get", &same).send().await;
        assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, bytes.len()), "{same}");
    }
    for wrong in ["/Content/00/../../sluice.db", "/Content/%2e%2e/sluice.db", "/Content/", "/Content/AA/x.cab"] {
        let answer = Ask::new(&site.clients, "get", wrong).send().await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn there_is_no_self_update_tree_and_it_says_why() {
    let site = TestSite::open().await;
    let answer = Ask::new(&site.clients, "get", "/selfupdate/wuident.cab").send().await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(String::from_utf8_lossy(&answer.body).contains("Windows 8.1"));
}
