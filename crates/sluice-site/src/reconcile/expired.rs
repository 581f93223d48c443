//! Sessions and tokens whose time is over are removed.

use sluice_store::{enrollment, session, site_token};

use crate::error::SiteResult;
use crate::site::Site;

pub(super) async fn remove(site: &Site) -> SiteResult<()> {
    let now = site.now();
    site.store
        .write(move |tx| {
            Box::pin(async move {
                session::prune(tx, now).await?;
                enrollment::prune(tx, now).await?;
                site_token::prune(tx, now).await
            })
        })
        .await?;
    Ok(())
}
