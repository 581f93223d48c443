//! A bundle with everything in it, and what happens to changed ones.

mod format;
mod refused;

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    AcceptedLicence, BundleError, BundleReader, BundleWriter, ContentChoice, DeclinedUpdate, DeploymentHead, Head,
    Header, Intent, Notification, Part, Priority, PublicKey, Record, SigningKey, Targeting, ids_to_bytes,
};

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32]).unwrap()
}

fn trusted() -> [PublicKey; 2] {
    [key(9).public(), key(1).public()]
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn header() -> Header {
    Header {
        bundle: Uuid::from_u128(0xb),
        sequence: 7,
        previous: Some(Uuid::from_u128(0xa)),
        site: Uuid::from_u128(0x51),
        site_name: "Büro".to_owned(),
        created: at(1_000),
        expires: at(2_000),
        intended: None,
        parts: Part::ALL.to_vec(),
        content: ContentChoice::Deployed,
    }
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes))
}

/// Every sort of record, with payloads of these sizes.
fn records(document: usize, file: usize) -> Vec<(Head, Vec<u8>)> {
    let ids = ids_to_bytes((0..40).map(Uuid::from_u128));
    let file: Vec<u8> = (0..file).map(|n| (n % 251) as u8).collect();
    let declined =
        DeclinedUpdate { update: Uuid::from_u128(3), at: at(5), by: "ada".into(), reason: "breaks printing".into() };
    let accepted = AcceptedLicence { licence: Uuid::from_u128(7), at: at(5), by: "ada".into() };
    let deployment = DeploymentHead {
        id: Uuid::from_u128(6),
        name: "Ring 1".into(),
        collection: Uuid::from_u128(4),
        group: None,
        intent: Intent::Required,
        available_at: at(1),
        deadline: Some(at(2)),
        priority: Priority::High,
        restart: true,
        notification: Notification::RestartOnly,
        enabled: true,
        created_at: at(1),
        created_by: "ada".into(),
        cancelled_at: None,
    };
    vec![
        (Head::Document { update: Uuid::from_u128(1), revision: 2 }, b"<a/>".repeat(document / 4)),
        (Head::Document { update: Uuid::from_u128(2), revision: 2 }, Vec::new()),
        (Head::File { name: "A379D5526FB3A7A0423DA1CD7FC3182A8D448449.exe".into(), sha256: sha256(&file) }, file),
        (Head::Collection { id: Uuid::from_u128(4), name: "Ring 1".into(), parent: None }, Vec::new()),
        (Head::Group { id: Uuid::from_u128(5), name: "Patch Tuesday".into() }, ids.clone()),
        (Head::Deployment(deployment), ids.clone()),
        (Head::Declined {}, serde_json::to_vec(&[declined]).unwrap()),
        (Head::Licences {}, serde_json::to_vec(&[accepted]).unwrap()),
        (Head::Selection {}, ids),
        (Head::Settings { targeting: Targeting::Client, cookie_life: 3600 }, Vec::new()),
    ]
}

fn write(records: &[(Head, Vec<u8>)]) -> Vec<u8> {
    let mut writer = BundleWriter::new(Vec::new(), &key(1), &header()).unwrap();
    for (head, payload) in records {
        if let Head::File { .. } = head {
            let (size, plain_size) = (payload.len() as u64, payload.len() as u64);
            writer.begin(&Record { head: head.clone(), packed: false, size, plain_size }).unwrap();
            payload.chunks(777).for_each(|piece| writer.data(piece).unwrap());
        } else {
            writer.record(head.clone(), payload).unwrap();
        }
    }
    writer.finish(&key(1)).unwrap().out
}

fn read(bytes: &[u8]) -> Result<Vec<(Head, Vec<u8>)>, BundleError> {
    let mut reader = BundleReader::open(bytes, &trusted())?;
    let mut all = Vec::new();
    while let Some(record) = reader.next_record()? {
        let payload = reader.plain(&record, |plain| {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(plain, &mut bytes).map(|_| bytes)
        })?;
        all.push((record.head, payload.unwrap()));
    }
    Ok(all)
}
