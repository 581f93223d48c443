//! The products and classifications whose updates are not offered. All others are: what a source
//! brings is selected until somebody says otherwise.

use sluice_model::CategoryId;

use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::statement::statements;

statements! {
    deselected(category_id) {
        ADD[1] = "INSERT INTO deselected (category_id) VALUES {rows} ON CONFLICT (category_id) DO NOTHING";
        REMOVE = "DELETE FROM deselected WHERE category_id = $1";
        LIST(all) = "SELECT category_id FROM deselected ORDER BY category_id";
    }
}

/// Deselects categories; those that are stay so.
///
/// # Errors
/// When they cannot be written.
pub async fn add(tx: &mut Tx, categories: &[CategoryId]) -> Result<(), StoreError> {
    let bind = |category: &CategoryId, args: &mut Args| args.push(*category);
    tx.bulk(&ADD, categories, bind).await.map(drop)
}

/// Selects categories again; those that are selected are passed over.
///
/// # Errors
/// When they cannot be written.
pub async fn remove(tx: &mut Tx, categories: &[CategoryId]) -> Result<(), StoreError> {
    for category in categories {
        tx.execute(&REMOVE, args![*category]).await?;
    }
    Ok(())
}

/// All deselected categories.
///
/// # Errors
/// When one cannot be read.
pub async fn list(reader: &mut Reader) -> Result<Vec<CategoryId>, StoreError> {
    reader.all(&LIST, args![], |row| row.get("category_id")).await
}
