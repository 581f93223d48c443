//! `GET /updates/{id}`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sluice_model::{BinaryPackage, PackageIndex, UpdateId};
use sluice_site::updates::UpdateDetail;
use utoipa::ToSchema;

use super::categories::Category;
use super::decline::Declined;
use super::licences::UpdateLicence;
use super::list::Update;
use super::windows::WindowsUpdate;
use crate::admin::AdminState;
use crate::api::deployments::list::Deployment;
use crate::auth::Authenticated;
use crate::extract::ApiId;
use crate::problem::WebResult;

/// Everything about an update.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UpdateDetails {
    /// As in lists.
    pub update: Update,
    /// Revision number, from 1; raised when its content changes.
    pub revision: u32,
    /// A sentence or more; may be empty.
    pub description: String,
    /// CVE and advisory identifiers, when the source gives them.
    pub advisories: Vec<String>,
    /// Where to read more.
    pub info_url: Option<String>,
    /// Source package name, of Linux updates.
    pub source_package: Option<String>,
    /// Source package version, of Linux updates.
    pub source_version: Option<String>,
    /// The packages it consists of.
    pub packages: Vec<Package>,
    /// Its products.
    pub products: Vec<Category>,
    /// The package indices that offer it.
    pub offered_in: Vec<Index>,
    /// What it replaces, newest first.
    pub supersedes: Vec<Update>,
    /// What replaces it, newest first.
    pub superseded_by: Vec<Update>,
    /// The deployments it is part of.
    pub deployments: Vec<Deployment>,
    /// Why it is declined; null when it is not.
    pub declined: Option<Declined>,
    /// Its licence terms and, of a bundle, those of its members. Devices do not install it before all
    /// are accepted.
    pub licences: Vec<UpdateLicence>,
    /// Devices that still need it and where its download or installation failed.
    pub failed: u64,
    /// What a Windows update consists of; null for Linux updates.
    pub windows: Option<WindowsUpdate>,
}

/// One installable file.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Package {
    /// Package name.
    pub name: String,
    /// Architecture; `all` fits every device.
    pub architecture: String,
    /// Version.
    pub version: String,
    /// Path below the archive's root.
    pub path: String,
    /// Size, bytes.
    pub size: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// A package index that offers updates.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Index {
    /// Archive root.
    pub uri: String,
    /// Suite.
    pub suite: String,
    /// Component.
    pub component: String,
    /// Architecture.
    pub architecture: String,
}

impl From<&BinaryPackage> for Package {
    fn from(package: &BinaryPackage) -> Self {
        Self {
            name: package.name.clone(),
            architecture: package.architecture.clone(),
            version: package.version.clone(),
            path: package.path.clone(),
            size: package.size,
            sha256: package.sha256.to_string(),
        }
    }
}

impl From<&PackageIndex> for Index {
    fn from(index: &PackageIndex) -> Self {
        Self {
            uri: index.key.uri.clone(),
            suite: index.key.suite.clone(),
            component: index.key.component.clone(),
            architecture: index.key.architecture.clone(),
        }
    }
}

impl From<UpdateDetail> for UpdateDetails {
    fn from(detail: UpdateDetail) -> Self {
        let update = &detail.update;
        let package = update.content.package();
        Self {
            revision: update.number,
            description: update.description.clone(),
            advisories: update.advisories.clone(),
            info_url: update.info_url.clone(),
            source_package: package.map(|package| package.name.clone()),
            source_version: package.map(|package| package.version.clone()),
            packages: update.content.binaries().iter().map(Into::into).collect(),
            update: detail.row.into(),
            products: detail.products.into_iter().map(Into::into).collect(),
            offered_in: detail.offered_in.iter().map(|index| index.as_ref().into()).collect(),
            supersedes: detail.supersedes.into_iter().map(Into::into).collect(),
            superseded_by: detail.superseded_by.into_iter().map(Into::into).collect(),
            deployments: detail.deployments.into_iter().map(Into::into).collect(),
            declined: detail.declined.map(Into::into),
            licences: detail
                .licences
                .into_iter()
                .map(|(id, accepted)| UpdateLicence { id, accepted: accepted.map(Into::into) })
                .collect(),
            failed: detail.failed,
            windows: detail.windows.map(Into::into),
        }
    }
}

/// An update with its packages, what it replaces, and where it is deployed.
#[utoipa::path(get, path = "/updates/{id}", tag = "updates", params(("id" = Uuid, Path, description = "The update")), responses((status = 200, body = UpdateDetails)))]
pub(in crate::api) async fn detail(
    Authenticated(caller): Authenticated,
    State(state): State<AdminState>,
    ApiId(id): ApiId,
) -> WebResult<Json<UpdateDetails>> {
    Ok(Json(state.site.update(&caller, UpdateId(id)).await?.into()))
}
