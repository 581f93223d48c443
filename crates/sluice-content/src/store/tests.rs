use std::io::Cursor;

use tempfile::TempDir;

use super::*;

/// SHA-1 of `abc` (FIPS 180-4, example).
const ABC_SHA1: [u8; 20] = [
    0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e, 0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c, 0x9c, 0xd0, 0xd8,
    0x9d,
];

fn store() -> (TempDir, ContentStore) {
    let directory = tempfile::tempdir().unwrap();
    let store = ContentStore::open(&directory.path().join("content")).unwrap();
    (directory, store)
}

fn add(store: &ContentStore, bytes: &[u8], expected: &Expected) -> Result<Added, ContentError> {
    store.add(&mut Cursor::new(bytes), "update.EXE", expected)
}

/// All files below the directory, by path.
fn files(directory: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    all.sort();
    all
}

fn text(found: Option<ContentFile>) -> Option<String> {
    let file = found?;
    let mut bytes = vec![0; usize::try_from(file.len).unwrap()];
    file.read_exact_at(&mut bytes, 0).unwrap();
    Some(String::from_utf8(bytes).unwrap())
}

#[test]
fn a_file_comes_under_its_digest_once() {
    let (directory, store) = store();
    let expected = Expected { sha1: Some(ABC_SHA1), size: Some(3), sha256: None };
    let first = add(&store, b"abc", &expected).unwrap();
    assert!(first.new);
    assert_eq!(first.name.to_string(), "A9993E364706816ABA3E25717850C26C9CD0D89D.exe");
    assert!(directory.path().join("content/9D").join(first.name.to_string()).is_file());
    let again = add(&store, b"abc", &Expected { sha256: Some(first.sha256), ..expected }).unwrap();
    assert_eq!(again, Added { new: false, ..first.clone() });
    assert_eq!(files(directory.path()).len(), 1);

    let found = store.find(&first.name).unwrap().unwrap();
    assert_eq!((found.len, found.etag.as_str()), (3, "\"A9993E364706816ABA3E25717850C26C9CD0D89D.exe\""));
    assert_eq!(text(Some(found)).as_deref(), Some("abc"));
    assert_eq!(store.remove(&first.name).unwrap(), Removal::Removed);
    assert_eq!(store.remove(&first.name).unwrap(), Removal::Absent);
    assert!(store.find(&first.name).unwrap().is_none());
}

#[test]
fn wrong_content_leaves_nothing() {
    let (directory, store) = store();
    let sha1 = Expected { sha1: Some(ABC_SHA1), ..Expected::default() };
    let error = add(&store, b"abd", &sha1).unwrap_err();
    assert!(error.to_string().starts_with("the content has the SHA-1 "), "{error}");
    assert!(error.is_wrong_content());
    let sha256 = Expected { sha256: Some([1; 32]), ..Expected::default() };
    assert!(matches!(add(&store, b"abc", &sha256), Err(ContentError::Digest { algorithm: "SHA-256", .. })));
    for size in [2, 4] {
        let sized = Expected { size: Some(size), ..Expected::default() };
        assert!(matches!(add(&store, b"abc", &sized), Err(ContentError::Size { .. })));
    }
    assert_eq!(files(directory.path()), Vec::<String>::new());
}

/// Gives some bytes and then fails, as a connection that breaks.
struct Breaks(usize);

impl Read for Breaks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(1).ok_or_else(|| io::Error::other("cut"))?;
        buffer.fill(b'x');
        Ok(buffer.len())
    }
}

#[test]
fn what_breaks_off_leaves_nothing() {
    let (directory, store) = store();
    let error = store.add(&mut Breaks(3), "a.cab", &Expected::default()).unwrap_err();
    assert!(matches!(error, ContentError::Read(_)));
    assert_eq!(files(directory.path()), Vec::<String>::new());
}

/// As an `add` that is killed leaves it: the bytes are there, the name is not.
#[test]
fn what_a_kill_left_is_removed_and_does_not_block() {
    let (directory, store) = store();
    let left = directory.path().join("content/incoming/0");
    fs::write(&left, b"half").unwrap();
    // The number is taken: an error, and what is there is not touched.
    assert!(matches!(add(&store, b"abc", &Expected::default()), Err(ContentError::File { .. })));
    assert!(left.exists());
    let store = ContentStore::open(&directory.path().join("content")).unwrap();
    assert!(!left.exists());
    assert!(add(&store, b"abc", &Expected::default()).unwrap().new);
}

#[test]
fn a_file_of_another_length_is_replaced() {
    let (directory, store) = store();
    let added = add(&store, b"abc", &Expected::default()).unwrap();
    fs::write(directory.path().join("content/9D").join(added.name.to_string()), b"ab").unwrap();
    assert!(add(&store, b"abc", &Expected::default()).unwrap().new);
    assert_eq!(text(store.find(&added.name).unwrap()).as_deref(), Some("abc"));
}

/// Any write that fails (here: into a directory that has gone, as with a full disk) is an error
/// that says what it was about.
#[test]
fn a_file_system_that_fails_is_an_error() {
    let (directory, store) = store();
    fs::remove_dir_all(directory.path().join("content")).unwrap();
    let error = add(&store, b"abc", &Expected::default()).unwrap_err();
    assert!(error.to_string().starts_with("creating "), "{error}");
    assert!(!error.is_disk_full());
    let full =
        ContentError::File { doing: "writing", path: "x".into(), source: io::Error::from(io::ErrorKind::StorageFull) };
    assert!(full.is_disk_full());
}

fn abc() -> ContentName {
    ContentName::of_file(ABC_SHA1, "update.exe")
}

#[test]
fn a_part_is_continued_after_a_kill() {
    let (directory, store) = store();
    let mut part = store.part(&abc(), 3).unwrap();
    part.write(b"a").unwrap();
    let mut seen = String::new();
    part.reader().unwrap().read_to_string(&mut seen).unwrap();
    assert_eq!((seen.as_str(), part.arrived()), ("a", 1));
    drop(part);
    assert!(store.find(&abc()).unwrap().is_none(), "not visible before it is verified");
    // As after a kill: another store on the same directory.
    let store = ContentStore::open(&directory.path().join("content")).unwrap();
    let mut part = store.part(&abc(), 3).unwrap();
    assert_eq!(part.arrived(), 1);
    part.write(b"bc").unwrap();
    assert!(matches!(part.write(b"d"), Err(ContentError::Size { expected: 3, found: 4 })));
    let added = store.finish(part, &Expected::default()).unwrap();
    assert_eq!((added.name, added.size, added.new), (abc(), 3, true));
    assert_eq!(text(store.find(&abc()).unwrap()).as_deref(), Some("abc"));
    assert_eq!(files(&directory.path().join("content/parts")), Vec::<String>::new());
}

#[test]
fn a_part_that_is_wrong_is_thrown_away_and_one_that_is_short_stays() {
    let (directory, store) = store();
    let mut part = store.part(&abc(), 3).unwrap();
    part.write(b"ab").unwrap();
    assert!(matches!(store.finish(part, &Expected::default()), Err(ContentError::Size { expected: 3, found: 2 })));
    let mut part = store.part(&abc(), 3).unwrap();
    assert_eq!(part.arrived(), 2);
    part.write(b"x").unwrap();
    assert!(store.finish(part, &Expected::default()).unwrap_err().is_wrong_content());
    assert_eq!(files(directory.path()), Vec::<String>::new());
    // SHA-1 alone does not suffice where more is known.
    let mut part = store.part(&abc(), 3).unwrap();
    part.write(b"xx").unwrap();
    part.restart().unwrap();
    part.write(b"abc").unwrap();
    let strict = Expected { sha256: Some([1; 32]), ..Expected::default() };
    assert!(matches!(store.finish(part, &strict), Err(ContentError::Digest { algorithm: "SHA-256", .. })));
    assert!(store.find(&abc()).unwrap().is_none());
}

#[test]
fn parts_of_another_size_do_not_count_and_are_pruned() {
    let (directory, store) = store();
    store.part(&abc(), 5).unwrap().write(b"xxxxx").unwrap();
    assert_eq!(store.part(&abc(), 3).unwrap().arrived(), 0);
    // Longer than it may be, as no life of this program leaves it.
    fs::write(directory.path().join(format!("content/parts/{}-3", abc())), b"abcd").unwrap();
    assert_eq!(store.part(&abc(), 3).unwrap().arrived(), 0);
    store.part(&abc(), 3).unwrap().write(b"ab").unwrap();
    assert_eq!(store.prune_parts(|name| *name == abc()).unwrap(), 7);
    assert_eq!(store.prune_parts(|_| false).unwrap(), 0);
    assert_eq!(files(directory.path()), Vec::<String>::new());
}

#[test]
fn nothing_is_removed_under_a_reader() {
    let (_directory, store) = store();
    let name = add(&store, b"abc", &Expected::default()).unwrap().name;
    let (first, second) = (store.find(&name).unwrap(), store.find(&name).unwrap());
    drop(first);
    assert_eq!(store.remove(&name).unwrap(), Removal::InUse);
    assert_eq!(text(second).as_deref(), Some("abc"));
    assert_eq!(store.remove(&name).unwrap(), Removal::Removed);
}

#[test]
fn what_is_here_is_listed_and_verified() {
    let (directory, store) = store();
    let name = add(&store, b"abc", &Expected::default()).unwrap().name;
    fs::create_dir(directory.path().join("content/00")).unwrap();
    // In the wrong folder, and not a file of content.
    fs::write(directory.path().join("content/00").join(name.to_string()), b"abc").unwrap();
    fs::write(directory.path().join("content/9D/readme"), b"abc").unwrap();
    let listed = store.list().unwrap();
    assert_eq!(listed.iter().map(|file| (file.name.clone(), file.size)).collect::<Vec<_>>(), [(name.clone(), 3)]);
    assert_eq!(store.verify(&name, &|| false).unwrap(), Some(3));
    fs::write(directory.path().join("content/9D").join(name.to_string()), b"abd").unwrap();
    assert!(store.verify(&name, &|| false).unwrap_err().is_wrong_content());
    assert_eq!(store.remove(&name).unwrap(), Removal::Removed);
    assert_eq!(store.verify(&name, &|| false).unwrap(), None);
}
