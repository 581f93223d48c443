//! Licence terms that administrators accepted.

use jiff::Timestamp;
use uuid::Uuid;

use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::repository::last_of_each;
use crate::statement::statements;

statements! {
    licence_acceptance(licence_id) {
        PUT[3] = "INSERT INTO licence_acceptance (licence_id, at, accepted_by) VALUES {rows} \
            ON CONFLICT (licence_id) DO NOTHING";
        REMOVE = "DELETE FROM licence_acceptance WHERE licence_id = $1";
        LIST(all) = "SELECT licence_id, at, accepted_by FROM licence_acceptance ORDER BY licence_id";
    }
}

/// That licence terms were accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenceAcceptance {
    /// The terms (`EulaID`).
    pub licence: Uuid,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// Records that terms were accepted; for those that are already the first record stays.
///
/// # Errors
/// When they cannot be written.
pub async fn put(tx: &mut Tx, acceptances: &[LicenceAcceptance]) -> Result<(), StoreError> {
    let bind = |a: &&LicenceAcceptance, args: &mut Args| {
        args.push(a.licence);
        args.push(a.at);
        args.push(&a.by);
    };
    tx.bulk(&PUT, &last_of_each(acceptances, |a| a.licence), bind).await.map(drop)
}

/// Takes back that terms were accepted; those that are not are passed over.
///
/// # Errors
/// When they cannot be written.
pub async fn remove(tx: &mut Tx, licences: &[Uuid]) -> Result<(), StoreError> {
    for licence in licences {
        tx.execute(&REMOVE, args![*licence]).await?;
    }
    Ok(())
}

/// All accepted terms.
///
/// # Errors
/// When one cannot be read.
pub async fn list(reader: &mut Reader) -> Result<Vec<LicenceAcceptance>, StoreError> {
    let acceptance = |row: crate::row::Row<'_>| {
        Ok(LicenceAcceptance { licence: row.get("licence_id")?, at: row.get("at")?, by: row.get("accepted_by")? })
    };
    reader.all(&LIST, args![], acceptance).await
}
