//! The audit: who did what, append-only, each entry sealed with the hash of the one before.
//!
//! The chain shows a changed, inserted or removed entry. It cannot show that the newest entries
//! were cut off; who must prove that compares [`AuditChain::head`] with one noted elsewhere.

use aws_lc_rs::digest::{Context, SHA256};
use jiff::Timestamp;
use sluice_model::Sha256;

use crate::bind::{args, clean};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::row::Row;
use crate::statement::statements;

statements! {
    audit(seq) {
        LAST = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1";
        INSERT = "INSERT INTO audit (seq, at, actor, action, object, detail, prev_hash, hash) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        LIST = "SELECT seq, at, actor, action, object, detail, prev_hash, hash FROM audit WHERE seq < $1 \
            ORDER BY seq DESC LIMIT $2";
        CHAIN(all) = "SELECT seq, at, actor, action, object, detail, prev_hash, hash FROM audit ORDER BY seq";
    }
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who: a user's name, a token's, `system`.
    pub actor: String,
    /// What was done: `deployment.create`.
    pub action: String,
    /// To what: its id or name.
    pub object: String,
    /// More, JSON.
    pub detail: String,
}

/// An entry of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Place in the chain, from 1 without gaps.
    pub seq: u64,
    /// What it says.
    pub entry: AuditEntry,
    /// Hash of the entry before; zeros for the first.
    pub prev_hash: Sha256,
    /// Hash of this one.
    pub hash: Sha256,
}

/// What a walk along the chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditChain {
    /// Entries seen.
    pub entries: u64,
    /// Hash of the last; zeros when there is none.
    pub head: Sha256,
    /// What is wrong, in the order found; empty when the chain holds.
    pub breaks: Vec<String>,
}

const NO_HASH: Sha256 = Sha256([0; 32]);

/// SHA-256 over a version tag and the fields in order, numbers as 8 bytes big-endian, texts with
/// their length in front.
fn seal(seq: u64, entry: &AuditEntry, prev: Sha256) -> Sha256 {
    let mut hash = Context::new(&SHA256);
    hash.update(b"sluice audit 1");
    hash.update(&prev.0);
    hash.update(&seq.to_be_bytes());
    hash.update(&entry.at.as_microsecond().to_be_bytes());
    for text in [&entry.actor, &entry.action, &entry.object, &entry.detail] {
        hash.update(&(text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    let mut out = [0; 32];
    out.copy_from_slice(hash.finish().as_ref());
    Sha256(out)
}

fn from_row(row: Row<'_>) -> Result<AuditRecord, StoreError> {
    Ok(AuditRecord {
        seq: row.get("seq")?,
        entry: AuditEntry {
            at: row.get("at")?,
            actor: row.get("actor")?,
            action: row.get("action")?,
            object: row.get("object")?,
            detail: row.get("detail")?,
        },
        prev_hash: row.get("prev_hash")?,
        hash: row.get("hash")?,
    })
}

/// Appends an entry, in the same unit of work as what it records.
///
/// # Errors
/// When it cannot be written.
pub async fn append(tx: &mut Tx, entry: AuditEntry) -> Result<AuditRecord, StoreError> {
    // As it will be read back: microseconds, no NUL.
    let entry = AuditEntry {
        at: Timestamp::from_microsecond(entry.at.as_microsecond()).unwrap_or(entry.at),
        actor: clean(&entry.actor),
        action: clean(&entry.action),
        object: clean(&entry.object),
        detail: clean(&entry.detail),
    };
    let last = tx.optional(&LAST, args![], |row| Ok((row.get::<u64>("seq")?, row.get("hash")?))).await?;
    let (seq, prev_hash) = last.unwrap_or((0, NO_HASH));
    let seq = seq + 1;
    let hash = seal(seq, &entry, prev_hash);
    let e = &entry;
    tx.execute(&INSERT, args![seq, e.at, &e.actor, &e.action, &e.object, &e.detail, prev_hash, hash]).await?;
    Ok(AuditRecord { seq, entry, prev_hash, hash })
}

/// A page of the audit, newest first: the entries before `before`.
///
/// # Errors
/// When one cannot be read.
pub async fn list(reader: &mut Reader, before: Option<u64>, limit: u32) -> Result<Vec<AuditRecord>, StoreError> {
    reader.all(&LIST, args![before.unwrap_or(u64::MAX), limit], from_row).await
}

/// Walks along the whole chain.
///
/// # Errors
/// When the database cannot be read; an entry that cannot is a break of the chain.
pub async fn verify_chain(reader: &mut Reader) -> Result<AuditChain, StoreError> {
    /// Breaks reported; a chain that is broken everywhere needs no longer list.
    const MAX_BREAKS: usize = 100;

    let mut chain = AuditChain { entries: 0, head: NO_HASH, breaks: Vec::new() };
    let mut expected = 1;
    let each = |row: Row<'_>| {
        chain.entries += 1;
        let found = match from_row(row) {
            Err(error) => Some(error.to_string()),
            Ok(record) => {
                let found = if record.seq != expected {
                    Some(format!("entry {} follows entry {}", record.seq, expected.saturating_sub(1)))
                } else if record.prev_hash != chain.head {
                    Some(format!("entry {} does not continue the one before", record.seq))
                } else if record.hash != seal(record.seq, &record.entry, record.prev_hash) {
                    Some(format!("entry {} was changed after it was written", record.seq))
                } else {
                    None
                };
                expected = record.seq;
                chain.head = record.hash;
                found
            }
        };
        expected += 1;
        if let Some(found) = found
            && chain.breaks.len() < MAX_BREAKS
        {
            chain.breaks.push(found);
        }
        Ok(())
    };
    reader.each(&CHAIN, args![], each).await?;
    Ok(chain)
}
