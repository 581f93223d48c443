//! The thread that writes a bundle.

use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use sluice_bundle::{
    AcceptedLicence, BundleError, BundleWriter, DeclinedUpdate, DeploymentHead, Finished, Head, Header, Intent,
    MAX_LIST, Notification, Part, Priority, Record, Targeting, ids_to_bytes,
};
use sluice_content::{ContentError, ContentName};
use sluice_model::{Deployment, DeploymentPriority, DeploymentTarget, RestartBehaviour, UserNotification};
use sluice_store::bundle_export::ExportEnd;
use sluice_store::{StoreError, bundle_export, catalog};
use tokio::runtime::Handle;

use super::outgoing::Outgoing;
use super::plan::Plan;
use crate::collections::ALL_DEVICES;
use crate::error::chain;
use crate::site::Site;
use crate::windows::settings::Targeting as SiteTargeting;

/// Documents read at a time.
const DOCUMENTS: u32 = 8;
/// Bytes of a file read at a time.
const PIECE: usize = 256 << 10;

/// Why an export broke off.
#[derive(Debug, thiserror::Error)]
enum ExportError {
    #[error(transparent)]
    Bundle(#[from] BundleError),
    #[error("the catalog cannot be read")]
    Store(#[from] StoreError),
    #[error("the content directory cannot be read")]
    Content(#[from] ContentError),
    #[error("the file {name} cannot be read")]
    File { name: ContentName, source: std::io::Error },
    #[error("{what} has {size} bytes, more than fit into a record")]
    List { what: String, size: usize },
    #[error("the site is stopping")]
    Stopping,
}

/// Writes everything, and notes in the history that it was.
pub(super) fn run(site: &Arc<Site>, runtime: &Handle, header: &Header, mut plan: Plan, out: Outgoing) {
    let mut writer = match BundleWriter::new(out, &site.bundles.identity.key, header) {
        Ok(writer) => writer,
        Err(error) => return tracing::error!(error = chain(&error), "a bundle could not be begun"),
    };
    let bundle = header.bundle;
    let result = Export { site, runtime, writer: &mut writer }.everything(&mut plan);
    let done = result.and_then(|()| Ok(writer.finish(&site.bundles.identity.key)?));
    let Finished { mut out, counts, hash, size } = match done {
        Ok(done) => done,
        Err(error) => {
            tracing::warn!(%bundle, error = chain(&error), "the export of a bundle broke off");
            return;
        }
    };
    if std::io::Write::flush(&mut out).is_err() {
        tracing::warn!(%bundle, "the export of a bundle broke off: nobody takes it any more");
        return;
    }
    let (documents, files) = (counts.documents, counts.files);
    let end = ExportEnd { at: site.now(), bytes: size, documents, files, hash };
    let carried = std::mem::take(&mut plan.carried);
    let write =
        site.store.write(move |tx| Box::pin(async move { bundle_export::end(tx, bundle, &end, carried).await }));
    if let Err(error) = runtime.block_on(write) {
        tracing::error!(%bundle, error = chain(&error), "the end of an export is not in the history");
        return;
    }
    out.done();
}

struct Export<'e> {
    site: &'e Arc<Site>,
    runtime: &'e Handle,
    writer: &'e mut BundleWriter<Outgoing>,
}

impl Export<'_> {
    fn everything(&mut self, plan: &mut Plan) -> Result<(), ExportError> {
        let parts = plan.parts.clone();
        for part in parts {
            match part {
                Part::Documents => self.documents(plan)?,
                Part::Content => self.files(plan)?,
                Part::Collections => self.collections(plan)?,
                Part::Groups => self.groups(plan)?,
                Part::Deployments => self.deployments(plan)?,
                Part::Declined => self.declined(plan)?,
                Part::Licences => self.licences(plan)?,
                Part::Selection => {
                    self.list("the selection", Head::Selection {}, plan.deselected.iter().map(|c| c.0))?
                }
                Part::Settings => self.settings(plan)?,
            }
        }
        Ok(())
    }

    fn go_on(&self) -> Result<(), ExportError> {
        if self.site.stop.is_cancelled() { Err(ExportError::Stopping) } else { Ok(()) }
    }

    fn documents(&mut self, plan: &Plan) -> Result<(), ExportError> {
        let mut after = plan.after;
        loop {
            self.go_on()?;
            let read = async {
                let mut reader = self.site.store.reader().await?;
                catalog::documents(&mut reader, after, plan.up_to, DOCUMENTS).await
            };
            let documents = self.runtime.block_on(read)?;
            let Some(last) = documents.last() else { return Ok(()) };
            after = last.id;
            for document in documents {
                let head = Head::Document { update: document.revision.update.0, revision: document.revision.number };
                self.writer.packed(head, &document.body, document.plain_size)?;
            }
        }
    }

    fn files(&mut self, plan: &mut Plan) -> Result<(), ExportError> {
        for name in std::mem::take(&mut plan.files) {
            self.go_on()?;
            let sha1 = name.sha1();
            if self.file(name)? {
                plan.carried.extend(sha1);
            }
        }
        Ok(())
    }

    /// Writes a file; false when it is gone. It is read twice: its digest comes before its bytes.
    fn file(&mut self, name: ContentName) -> Result<bool, ExportError> {
        let unreadable = |source| ExportError::File { name: name.clone(), source };
        let Some(found) = self.site.content.find(&name)? else { return Ok(false) };
        let mut piece = vec![0; PIECE];
        let (mut sha256, size) = (Context::new(&SHA256), found.len);
        for at in (0..size).step_by(PIECE) {
            let part = part(&mut piece, size - at);
            found.read_exact_at(part, at).map_err(unreadable)?;
            sha256.update(part);
        }
        let head = Head::File { name: name.to_string(), sha256: hex::encode(sha256.finish()) };
        self.writer.begin(&Record { head, packed: false, size, plain_size: size })?;
        for at in (0..size).step_by(PIECE) {
            self.go_on()?;
            let part = part(&mut piece, size - at);
            found.read_exact_at(part, at).map_err(unreadable)?;
            self.writer.data(part)?;
        }
        Ok(true)
    }

    fn collections(&mut self, plan: &Plan) -> Result<(), ExportError> {
        for entry in plan.directory.collections.iter().filter(|entry| entry.record.id != ALL_DEVICES) {
            let record = &entry.record;
            let parent = record.parent.map(|parent| parent.0);
            let head = Head::Collection { id: record.id.0, name: record.name.to_string(), parent };
            self.writer.record(head, &[])?;
        }
        Ok(())
    }

    fn groups(&mut self, plan: &Plan) -> Result<(), ExportError> {
        for group in &plan.directory.groups {
            let head = Head::Group { id: group.record.id.0, name: group.record.name.to_string() };
            let what = format!("the update group {}", group.record.name);
            self.list(&what, head, group.updates.iter().map(|update| update.0))?;
        }
        Ok(())
    }

    fn deployments(&mut self, plan: &Plan) -> Result<(), ExportError> {
        for deployment in &plan.directory.deployments {
            let updates = match &deployment.spec.target {
                DeploymentTarget::Updates(updates) => updates.as_slice(),
                DeploymentTarget::Group(_) => &[],
            };
            let head = Head::Deployment(deployment_head(deployment));
            self.list("a deployment", head, updates.iter().map(|update| update.0))?;
        }
        Ok(())
    }

    fn declined(&mut self, plan: &Plan) -> Result<(), ExportError> {
        let one = |record: &sluice_store::declined::DeclinedRecord| DeclinedUpdate {
            update: record.update.0,
            at: record.at,
            by: record.by.clone(),
            reason: record.reason.clone(),
        };
        let list: Vec<_> = plan.declined.iter().map(one).collect();
        self.json("the list of declined updates", Head::Declined {}, &list)
    }

    fn licences(&mut self, plan: &Plan) -> Result<(), ExportError> {
        let one = |record: &sluice_store::licence::LicenceAcceptance| AcceptedLicence {
            licence: record.licence,
            at: record.at,
            by: record.by.clone(),
        };
        let list: Vec<_> = plan.licences.iter().map(one).collect();
        self.json("the list of accepted licence terms", Head::Licences {}, &list)
    }

    fn json(&mut self, what: &str, head: Head, list: &impl serde::Serialize) -> Result<(), ExportError> {
        let payload = serde_json::to_vec(list).map_err(|error| BundleError::Header(error.to_string()))?;
        self.bounded(what, payload.len())?;
        Ok(self.writer.record(head, &payload)?)
    }

    fn settings(&mut self, plan: &Plan) -> Result<(), ExportError> {
        let targeting = match plan.settings.targeting {
            SiteTargeting::Server => Targeting::Server,
            SiteTargeting::Client => Targeting::Client,
        };
        let cookie_life = plan.settings.cookie_life.as_secs().unsigned_abs();
        Ok(self.writer.record(Head::Settings { targeting, cookie_life }, &[])?)
    }

    fn list(&mut self, what: &str, head: Head, ids: impl Iterator<Item = uuid::Uuid>) -> Result<(), ExportError> {
        let payload = ids_to_bytes(ids);
        self.bounded(what, payload.len())?;
        Ok(self.writer.record(head, &payload)?)
    }

    fn bounded(&self, what: &str, size: usize) -> Result<(), ExportError> {
        if size as u64 > MAX_LIST { Err(ExportError::List { what: what.to_owned(), size }) } else { Ok(()) }
    }
}

/// The beginning of a buffer, as much of it as is left to read.
fn part(buffer: &mut [u8], left: u64) -> &mut [u8] {
    let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
    buffer.split_at_mut(most).0
}

fn deployment_head(deployment: &Deployment) -> DeploymentHead {
    let spec = &deployment.spec;
    DeploymentHead {
        id: deployment.id.0,
        name: spec.name.to_string(),
        collection: spec.collection.0,
        group: match spec.target {
            DeploymentTarget::Group(group) => Some(group.0),
            DeploymentTarget::Updates(_) => None,
        },
        intent: match spec.intent {
            sluice_model::Intent::Required => Intent::Required,
            sluice_model::Intent::Available => Intent::Available,
            sluice_model::Intent::Uninstall => Intent::Uninstall,
            sluice_model::Intent::Block => Intent::Block,
        },
        available_at: spec.available_at,
        deadline: spec.deadline,
        priority: match spec.priority {
            DeploymentPriority::Low => Priority::Low,
            DeploymentPriority::Normal => Priority::Normal,
            DeploymentPriority::High => Priority::High,
        },
        restart: spec.restart == RestartBehaviour::Allowed,
        notification: match spec.notification {
            UserNotification::ShowAll => Notification::ShowAll,
            UserNotification::RestartOnly => Notification::RestartOnly,
            UserNotification::HideAll => Notification::HideAll,
        },
        enabled: deployment.enabled,
        created_at: deployment.created_at,
        created_by: deployment.created_by.clone(),
        cancelled_at: deployment.cancelled_at,
    }
}
