//! Clocks that are wrong and certificates that ended.

use serde_json::{Value, json};

use crate::catalog::{Software, software};
use crate::clock;
use crate::place::Chain;

/// Far beyond the life of the certificates that a site makes for itself.
const YEARS: i64 = 24 * 365 * 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_clocks_are_said_and_ended_certificates_refused() {
    let mut chain = Chain::synchronized(&[Software::new(5_001_030)]).await;
    let newer = Software::new(5_001_031);
    chain.publish("second", &software(&newer), &[newer]).await;
    // Hours ahead: cookies and anchors still hold.
    chain.middle.site.stop().await;
    chain.middle.site.options().environment = clock::ahead(chain.folder.path(), 6);
    chain.middle.site.start_again().await;
    let run = chain.middle.sync().await;
    assert_eq!((&run["outcome"], &run["error"]), (&json!("changed"), &Value::Null), "{run:#}");
    let run = chain.bottom.sync().await;
    assert_eq!((&run["outcome"], &run["error"]), (&json!("changed"), &Value::Null), "{run:#}");
    chain.is_equal().await;
    // Years ahead: the certificate of the upstream has ended, as the site sees it.
    chain.middle.site.stop().await;
    chain.middle.site.options().environment = clock::ahead(chain.folder.path(), YEARS);
    chain.middle.site.start_again().await;
    let run = chain.middle.sync().await;
    assert_eq!(run["outcome"], "failed", "{run:#}");
    let (error, fix) = (run["error"].as_str().unwrap_or_default(), run["fix"].as_str().unwrap_or_default());
    assert!(error.contains("certificate is out of date") && fix.contains("clocks"), "{run:#}");
    // The right time again, and all is well.
    chain.middle.site.stop().await;
    chain.middle.site.options().environment.clear();
    chain.middle.site.start_again().await;
    assert_eq!(chain.middle.sync().await["error"], Value::Null);
    chain.is_equal().await;
}
