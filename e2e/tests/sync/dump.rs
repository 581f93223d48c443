//! Every row of a site's store, read from a backup of the running site
//! (the format: `crates/sluice-store/src/backup/format.rs`).

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use serde_json::json;
use sluice_e2e::Site;

const MAGIC: &[u8] = b"sluice backup 1\n";

/// Rows by table, as bytes.
pub struct Dump(BTreeMap<String, BTreeSet<Vec<u8>>>);

struct Frames<'a>(&'a [u8]);

impl<'a> Frames<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        taken
    }

    fn length(&mut self) -> usize {
        u32::from_le_bytes(self.take(4).try_into().expect("four bytes")) as usize
    }

    fn sized(&mut self) -> &'a [u8] {
        let length = self.length();
        self.take(length)
    }
}

impl Dump {
    pub async fn of(site: &Site) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("backup");
        site.api().post("/store/backups", json!({ "path": path })).await;
        Self::read(&std::fs::read(path).expect("the backup"))
    }

    fn read(bytes: &[u8]) -> Self {
        let stream = bytes.strip_prefix(MAGIC).expect("a backup");
        let mut plain = Vec::new();
        zstd::stream::read::Decoder::new(stream).expect("zstd").read_to_end(&mut plain).expect("a whole stream");
        let mut frames = Frames(&plain);
        let (mut tables, mut table, mut columns) = (BTreeMap::new(), String::new(), 0);
        loop {
            match frames.take(1)[0] {
                b'H' => {
                    frames.take(8);
                }
                b'T' => {
                    table = String::from_utf8(frames.sized().to_vec()).expect("a name");
                    tables.insert(table.clone(), BTreeSet::new());
                    columns = frames.length();
                    (0..columns).for_each(|_| {
                        frames.sized();
                    });
                }
                b'R' => {
                    let before = frames.0;
                    for _ in 0..columns {
                        match frames.take(1)[0] {
                            0 => {}
                            1 => {
                                frames.take(8);
                            }
                            _ => {
                                frames.sized();
                            }
                        }
                    }
                    let row = before[..before.len() - frames.0.len()].to_vec();
                    tables.get_mut(&table).expect("a table comes before its rows").insert(row);
                }
                b'E' => return Self(tables),
                other => panic!("frame {other} in a backup"),
            }
        }
    }

    /// Tables that differ from an earlier dump: rows that came, rows that went.
    pub fn differences(&self, before: &Self) -> Vec<(String, usize, usize)> {
        assert!(self.0.keys().eq(before.0.keys()), "the same tables");
        let rows = self.0.iter().zip(before.0.values());
        let counts = rows
            .map(|((table, now), then)| (table.clone(), now.difference(then).count(), then.difference(now).count()));
        counts.filter(|(_, came, went)| came + went > 0).collect()
    }
}
