//! When something last changed in what clients are told of an update: numbers from one counter, so
//! that a client that knows everything up to a number is told of what has a higher one.

use sluice_model::UpdateId;

use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::repository::counter::{self, Counter};
use crate::repository::last_of_each;
use crate::statement::statements;

statements! {
    update_change(update_id) {
        PUT[2] = "INSERT INTO update_change (update_id, change) VALUES {rows} \
            ON CONFLICT (update_id) DO UPDATE SET change = excluded.change";
        LOAD(all) = "SELECT update_id, change FROM update_change";
    }
}

/// Gives updates a new number, in the same unit of work as what changes; that number, or the last
/// one when there is no update.
///
/// # Errors
/// When it cannot be written.
pub async fn touch(tx: &mut Tx, updates: &[UpdateId]) -> Result<u64, StoreError> {
    if updates.is_empty() {
        return counter::last(tx, Counter::Change).await;
    }
    let change = counter::allocate(tx, Counter::Change, 1).await?;
    let bind = |update: &&UpdateId, args: &mut Args| {
        args.push(**update);
        args.push(change);
    };
    tx.bulk(&PUT, &last_of_each(updates, |update| *update), bind).await?;
    Ok(change)
}

/// The numbers of all updates that ever changed, in no order.
///
/// # Errors
/// When one cannot be read.
pub async fn load(reader: &mut Reader) -> Result<Vec<(UpdateId, u64)>, StoreError> {
    reader.all(&LOAD, args![], |row| Ok((row.get("update_id")?, row.get("change")?))).await
}
