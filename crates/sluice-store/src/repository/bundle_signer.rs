//! Whose bundles may be imported, and what they brought.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sluice_model::{CategoryId, DeploymentId, Name, UpdateGroupId, UpdateId};
use uuid::Uuid;

use crate::bind::args;
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::pack;
use crate::row::Row;
use crate::statement::statements;

statements! {
    bundle_signer(public_key) {
        INSERT = "INSERT INTO bundle_signer (public_key, name, added_at, added_by) VALUES ($1, $2, $3, $4)";
        REMOVE = "DELETE FROM bundle_signer WHERE public_key = $1";
        LIST(all) = "SELECT public_key, name, added_at, added_by FROM bundle_signer ORDER BY name";
    }
    bundle_brought(signer) {
        BROUGHT = "SELECT signer, body FROM bundle_brought WHERE signer = $1";
        BRING = "INSERT INTO bundle_brought (signer, body) VALUES ($1, $2) \
            ON CONFLICT (signer) DO UPDATE SET body = excluded.body";
        ALL_BROUGHT(all) = "SELECT signer, body FROM bundle_brought";
    }
}

/// A key that is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerRecord {
    /// The key (Ed25519).
    pub key: [u8; 32],
    /// What people call it, unique.
    pub name: Name,
    /// Since when.
    pub added_at: Timestamp,
    /// By whom.
    pub added_by: String,
}

/// What the bundles of a signer brought and may take away again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// Declined updates.
    pub declined: Vec<UpdateId>,
    /// Accepted licence terms.
    pub licences: Vec<Uuid>,
    /// Deselected categories.
    pub deselected: Vec<CategoryId>,
    /// Update groups.
    pub groups: Vec<UpdateGroupId>,
    /// Deployments.
    pub deployments: Vec<DeploymentId>,
}

/// [`Brought`], as it is stored.
#[derive(Serialize, Deserialize)]
struct BroughtRow {
    declined: Vec<Uuid>,
    deselected: Vec<Uuid>,
    groups: Vec<Uuid>,
    deployments: Vec<Uuid>,
    licences: Vec<Uuid>,
}

/// [`BroughtRow`] as it was before bundles carried licence terms.
#[derive(Deserialize)]
#[cfg_attr(test, derive(Serialize))]
struct OlderRow {
    declined: Vec<Uuid>,
    deselected: Vec<Uuid>,
    groups: Vec<Uuid>,
    deployments: Vec<Uuid>,
}

impl From<OlderRow> for BroughtRow {
    fn from(OlderRow { declined, deselected, groups, deployments }: OlderRow) -> Self {
        Self { declined, deselected, groups, deployments, licences: Vec::new() }
    }
}

fn from_row(row: Row<'_>) -> Result<SignerRecord, StoreError> {
    Ok(SignerRecord {
        key: row.get("public_key")?,
        name: row.get("name")?,
        added_at: row.get("added_at")?,
        added_by: row.get("added_by")?,
    })
}

fn brought_row(row: Row<'_>) -> Result<Brought, StoreError> {
    let older = |_| row.unpack::<OlderRow>("body").map(BroughtRow::from);
    let BroughtRow { declined, deselected, groups, deployments, licences } = row.unpack("body").or_else(older)?;
    Ok(Brought {
        declined: declined.into_iter().map(UpdateId).collect(),
        deselected: deselected.into_iter().map(CategoryId).collect(),
        groups: groups.into_iter().map(UpdateGroupId).collect(),
        deployments: deployments.into_iter().map(DeploymentId).collect(),
        licences,
    })
}

/// Adds a key.
///
/// # Errors
/// [`StoreError::Conflict`] when it is there already, or the name is taken.
pub async fn insert(tx: &mut Tx, s: &SignerRecord) -> Result<(), StoreError> {
    let args = args![s.key, s.name.as_str(), s.added_at, &s.added_by];
    let taken = |e: StoreError| e.conflict_as(|| format!("the key or the name {} is trusted already", s.name));
    tx.execute(&INSERT, args).await.map(drop).map_err(taken)
}

/// Removes a key.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn remove(tx: &mut Tx, key: [u8; 32]) -> Result<(), StoreError> {
    let shown: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    tx.execute_on(&REMOVE, args![key], "trusted key", shown).await
}

/// All keys, by name.
///
/// # Errors
/// When one cannot be read.
pub async fn list(reader: &mut Reader) -> Result<Vec<SignerRecord>, StoreError> {
    reader.all(&LIST, args![], from_row).await
}

/// What the bundles of a signer brought.
///
/// # Errors
/// When it cannot be read.
pub async fn brought(reader: &mut Reader, signer: [u8; 32]) -> Result<Brought, StoreError> {
    Ok(reader.optional(&BROUGHT, args![signer], brought_row).await?.unwrap_or_default())
}

/// Remembers what the bundles of a signer brought.
///
/// # Errors
/// When it cannot be written.
pub async fn bring(tx: &mut Tx, signer: [u8; 32], brought: &Brought) -> Result<(), StoreError> {
    let body = pack::pack(&BroughtRow {
        declined: brought.declined.iter().map(|id| id.0).collect(),
        deselected: brought.deselected.iter().map(|id| id.0).collect(),
        groups: brought.groups.iter().map(|id| id.0).collect(),
        deployments: brought.deployments.iter().map(|id| id.0).collect(),
        licences: brought.licences.clone(),
    })?;
    tx.execute(&BRING, args![signer, body]).await.map(drop)
}

/// What the bundles of all signers brought.
///
/// # Errors
/// When one cannot be read.
pub async fn all_brought(reader: &mut Reader) -> Result<Vec<Brought>, StoreError> {
    reader.all(&ALL_BROUGHT, args![], brought_row).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_both_forms_are_told_apart() {
        for declined in [Vec::new(), vec![Uuid::from_u128(1); 100]] {
            let older = OlderRow { declined, deselected: Vec::new(), groups: Vec::new(), deployments: Vec::new() };
            let packed = pack::pack(&older).unwrap();
            assert!(pack::unpack::<BroughtRow>(&packed).is_err());
            let packed = pack::pack(&BroughtRow::from(older)).unwrap();
            assert!(pack::unpack::<OlderRow>(&packed).is_err());
        }
    }
}
