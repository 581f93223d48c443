//! What was chosen of products and classifications, and which of them nobody has looked at.

use jiff::Timestamp;
use sluice_model::{CategoryId, Choice};

use crate::bind::{Args, args};
use crate::connection::{Reader, Tx};
use crate::error::StoreError;
use crate::repository::last_of_each;
use crate::statement::statements;

statements! {
    category_choice(category_id) {
        PUT[2] = "INSERT INTO category_choice (category_id, selected) VALUES {rows} \
            ON CONFLICT (category_id) DO UPDATE SET selected = excluded.selected";
        REMOVE = "DELETE FROM category_choice WHERE category_id = $1";
        LIST(all) = "SELECT category_id, selected FROM category_choice ORDER BY category_id";
    }
    category_news(category_id) {
        ADD_NEWS[2] = "INSERT INTO category_news (category_id, since) VALUES {rows} \
            ON CONFLICT (category_id) DO NOTHING";
        REMOVE_NEWS = "DELETE FROM category_news WHERE category_id = $1";
        LIST_NEWS(all) = "SELECT category_id, since FROM category_news ORDER BY category_id";
    }
}

/// Writes choices down; `None` takes one back, so that the category follows the one above it.
///
/// # Errors
/// When they cannot be written.
pub async fn choose(tx: &mut Tx, choices: &[(CategoryId, Option<Choice>)]) -> Result<(), StoreError> {
    let last = last_of_each(choices, |(category, _)| *category);
    let (mut made, mut taken_back) = (Vec::new(), Vec::new());
    for (category, choice) in last {
        match choice {
            Some(choice) => made.push((*category, *choice == Choice::Selected)),
            None => taken_back.push(*category),
        }
    }
    let bind = |(category, selected): &(CategoryId, bool), args: &mut Args| {
        args.push(*category);
        args.push(*selected);
    };
    tx.bulk(&PUT, &made, bind).await?;
    for category in taken_back {
        tx.execute(&REMOVE, args![category]).await?;
    }
    Ok(())
}

/// All choices.
///
/// # Errors
/// When one cannot be read.
pub async fn choices(reader: &mut Reader) -> Result<Vec<(CategoryId, Choice)>, StoreError> {
    reader
        .all(&LIST, args![], |row| {
            let choice = if row.get("selected")? { Choice::Selected } else { Choice::Deselected };
            Ok((row.get("category_id")?, choice))
        })
        .await
}

/// Flags categories as new; those that are flagged keep their date.
///
/// # Errors
/// When they cannot be written.
pub async fn flag(tx: &mut Tx, categories: &[CategoryId], since: Timestamp) -> Result<(), StoreError> {
    let bind = |category: &CategoryId, args: &mut Args| {
        args.push(*category);
        args.push(since);
    };
    tx.bulk(&ADD_NEWS, categories, bind).await.map(drop)
}

/// Takes the flag away from categories; those without one are passed over.
///
/// # Errors
/// When they cannot be written.
pub async fn unflag(tx: &mut Tx, categories: &[CategoryId]) -> Result<(), StoreError> {
    for category in categories {
        tx.execute(&REMOVE_NEWS, args![*category]).await?;
    }
    Ok(())
}

/// The categories that are flagged as new, and since when.
///
/// # Errors
/// When one cannot be read.
pub async fn news(reader: &mut Reader) -> Result<Vec<(CategoryId, Timestamp)>, StoreError> {
    reader.all(&LIST_NEWS, args![], |row| Ok((row.get("category_id")?, row.get("since")?))).await
}
