//! A process that writes is killed at any moment: what it acknowledged is there afterwards.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use sluice_model::{DeviceId, Sha256};
use sluice_store::audit::{self, AuditEntry};
use sluice_store::device_event::{self, DeviceEvent};
use sluice_store::inventory::{self, PackedInventory};
use sluice_store::{DatabaseUrl, Store, StoreConfig, device, meta};

use crate::database::{Database, cases};
use crate::samples::{at, inventory as sample, new_device, uuid};

cases![what_was_acknowledged_survives_a_kill];

const URL: &str = "SLUICE_TEST_KILL_URL";
const ROUND: &str = "SLUICE_TEST_KILL_ROUND";
const ROUNDS: u32 = 10;
/// Tasks writing at once, so that commits hold several jobs.
const WRITERS: u128 = 8;

/// The process that is killed; does nothing when run as a test.
#[test]
#[ignore = "run by the test that kills it"]
fn writer_process() {
    #[expect(clippy::disallowed_methods, reason = "the parent test hands its database over in the environment")]
    let (Ok(url), Ok(round)) = (std::env::var(URL), std::env::var(ROUND)) else { return };
    let round: u128 = round.parse().unwrap();
    let url = match url.strip_prefix("file:") {
        Some(path) => DatabaseUrl::Sqlite(path.into()),
        None => DatabaseUrl::Postgres(url),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(StoreConfig::new(url, [1; 16])).await.unwrap();
        let writers = (0..WRITERS).map(|writer| tokio::spawn(write_for_ever(store.clone(), round * WRITERS + writer)));
        futures_util::future::join_all(writers).await;
    });
}

async fn write_for_ever(store: Store, writer: u128) {
    let id = DeviceId(uuid(writer));
    store.write(move |tx| Box::pin(device::enrol(tx, new_device(writer), at(0)))).await.unwrap();
    for n in 1_u64.. {
        let packed = PackedInventory::new(&sample(usize::try_from(n % 300).unwrap())).unwrap();
        let hash = Sha256([u8::try_from(n % 256).unwrap(); 32]);
        store
            .write(move |tx| {
                Box::pin(async move {
                    let event = DeviceEvent { at: at(0), kind: n.to_string(), detail: "{}".into() };
                    device_event::append(tx, id, &[event]).await?;
                    inventory::save(tx, id, packed, hash, at(0)).await?;
                    meta::set(tx, &format!("last {writer}"), &n.to_le_bytes()).await?;
                    let entry = AuditEntry {
                        at: at(0),
                        actor: "system".into(),
                        action: "report".into(),
                        object: id.to_string(),
                        detail: n.to_string(),
                    };
                    audit::append(tx, entry).await
                })
            })
            .await
            .unwrap();
        let mut out = std::io::stdout().lock();
        out.write_all(format!("ack {writer} {n}\n").as_bytes()).unwrap();
        out.flush().unwrap();
    }
}

async fn what_was_acknowledged_survives_a_kill(db: Database) {
    let url = match db.url() {
        DatabaseUrl::Sqlite(path) => format!("file:{}", path.display()),
        DatabaseUrl::Postgres(url) => url,
    };
    let mut acknowledged = std::collections::HashMap::<u128, u64>::new();
    for round in 0..ROUNDS {
        // Early, during the migrations of the first round, and later.
        let acks_before_kill = (round * 37) % 120;
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::writer_process", "--ignored", "--nocapture"])
            .env(URL, &url)
            .env(ROUND, round.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = 0;
        let mut note = |line: std::io::Result<String>| {
            let line = line.unwrap();
            let Some((_, ack)) = line.split_once("ack ") else { return false };
            let (writer, n) = ack.split_once(' ').unwrap();
            acknowledged.insert(writer.parse().unwrap(), n.parse().unwrap());
            true
        };
        while seen < acks_before_kill {
            let line = lines.next().expect("the writer goes on until it is killed");
            seen += u32::from(note(line));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // Acknowledged between the decision and the kill. The last line may be cut.
        for line in lines.map_while(Result::ok).filter(|l| l.split(' ').count() == 3) {
            note(Ok(line));
        }

        let store = db.open().await;
        let mut reader = store.reader().await.unwrap();
        for (writer, acked) in &acknowledged {
            let last = meta::get(&mut reader, &format!("last {writer}")).await.unwrap().unwrap();
            let last = u64::from_le_bytes(last.try_into().unwrap());
            assert!(last >= *acked, "round {round}: writer {writer} was told {acked}, found {last}");
            let id = DeviceId(uuid(*writer));
            let events = device_event::list(&mut reader, id, None, u32::MAX).await.unwrap();
            let kinds: Vec<u64> = events.iter().rev().map(|e| e.event.kind.parse().unwrap()).collect();
            assert_eq!(kinds, (1..=last).collect::<Vec<_>>());
            let stored = inventory::get(&mut reader, id).await.unwrap().unwrap();
            assert_eq!(stored.inventory, sample(usize::try_from(last % 300).unwrap()));
        }
        drop(reader);
        assert_eq!(store.check().await.unwrap(), [], "round {round}");
        store.close().await;
    }
    assert!(acknowledged.values().sum::<u64>() > 100);
}
