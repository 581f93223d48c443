//! Files that updates name.

use bytes::Bytes;
use sluice_content::ContentName;

use super::world::{World, document, pieces};
use crate::error::ErrorKind;

/// SHA-1 of `abc`, in hexadecimal and as documents have it.
const NAME: &str = "A9993E364706816ABA3E25717850C26C9CD0D89D.cab";
const DIGEST: &str = "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";

fn with_file(size: u64) -> String {
    let file = format!(
        "<upd:Files><upd:File Digest=\"{DIGEST}\" DigestAlgorithm=\"SHA1\" FileName=\"Update.CAB\" Size=\"{size}\"/></upd:Files>"
    );
    document(10, 1, "A", "ExplicitlyDeployable=\"true\"", &file)
}

#[tokio::test]
async fn files_of_the_catalog_are_asked_for_and_taken() {
    let world = World::new().await;
    world.import("a.xml", with_file(3)).await.unwrap();
    let status = world.site.content_status(&world.admin).await.unwrap();
    assert_eq!((status.files, status.bytes, status.present), (1, 3, 0));
    assert_eq!(status.missing[0].name.to_string(), NAME);
    let name = ContentName::parse(NAME).unwrap();
    let wanted = world.site.wanted_content(&world.admin, vec![[1; 20], name.sha1()]).await.unwrap();
    assert_eq!(wanted, status.missing);

    let put = async |body: &'static [u8], size| {
        world.site.add_content(&world.admin, &name, None, size, pieces(Bytes::from_static(body))).await
    };
    let error = put(b"abd", None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert!(error.message.starts_with("A9993E364706816ABA3E25717850C26C9CD0D89D.cab was not stored: the content has"));
    assert!(put(b"abc", None).await.unwrap().new);
    assert!(!put(b"abc", Some(3)).await.unwrap().new);
    let status = world.site.content_status(&world.admin).await.unwrap();
    assert_eq!((status.present, status.present_bytes, status.missing.len()), (1, 3, 0));
    assert!(world.site.content().find(&name).unwrap().is_some());
    assert_eq!(world.site.wanted_content(&world.admin, vec![name.sha1()]).await.unwrap(), []);
}

/// The catalog names another size: the file is not what it wants, whatever its digest.
#[tokio::test]
async fn what_the_catalog_says_must_be_true() {
    let world = World::new().await;
    world.import("a.xml", with_file(4)).await.unwrap();
    let name = ContentName::parse(NAME).unwrap();
    let added = world.site.add_content(&world.admin, &name, None, None, pieces(Bytes::from_static(b"abc"))).await;
    assert_eq!(added.unwrap_err().kind, ErrorKind::Invalid);
}
