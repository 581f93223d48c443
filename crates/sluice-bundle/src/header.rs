//! The beginning: what a bundle is, signed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::BundleError;
use crate::limits::{MAX_HEADER, MAX_NAME};

/// What every bundle begins with.
pub(crate) const MAGIC: [u8; 8] = *b"SLUICEB\n";
/// The version of the format.
pub(crate) const VERSION: u16 = 1;
/// What a header's signature is over, before the header's bytes.
pub(crate) const CONTEXT: &[u8] = b"sluice transfer bundle header\0";

/// What a bundle is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The bundle's identity.
    pub bundle: Uuid,
    /// Rises with every bundle of a site, so that an older one cannot be taken for a newer one.
    pub sequence: u64,
    /// Of a delta: the bundle it goes on from.
    pub previous: Option<Uuid>,
    /// The site it comes from.
    pub site: Uuid,
    /// That site's name.
    pub site_name: String,
    /// When it was begun.
    pub created: Timestamp,
    /// After this it is not to be imported.
    pub expires: Timestamp,
    /// The only site that may import it; `None`: any that trusts the signer.
    pub intended: Option<Uuid>,
    /// What is in it. Of what is not named here it says nothing, not that there is none.
    pub parts: Vec<Part>,
    /// Which files are in it.
    pub content: ContentChoice,
}

/// A sort of thing that is in a bundle, in the order they come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Update documents of Windows.
    Documents,
    /// Files that updates are installed from, and licence terms.
    Content,
    /// Collections, without their devices.
    Collections,
    /// Update groups.
    Groups,
    /// Deployments.
    Deployments,
    /// Declined updates.
    Declined,
    /// Accepted licence terms.
    Licences,
    /// Deselected products and classifications.
    Selection,
    /// Settings for Windows devices.
    Settings,
}

impl Part {
    /// All, in the order they come in.
    pub const ALL: [Self; 9] = [
        Self::Documents,
        Self::Content,
        Self::Collections,
        Self::Groups,
        Self::Deployments,
        Self::Declined,
        Self::Licences,
        Self::Selection,
        Self::Settings,
    ];

    /// The spelling everywhere.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Content => "content",
            Self::Collections => "collections",
            Self::Groups => "groups",
            Self::Deployments => "deployments",
            Self::Declined => "declined",
            Self::Licences => "licences",
            Self::Selection => "selection",
            Self::Settings => "settings",
        }
    }

    /// The part of a [`Self::slug`].
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.slug() == slug)
    }
}

/// Which files are in a bundle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContentChoice {
    /// None.
    None,
    /// Those of deployed updates.
    #[default]
    Deployed,
    /// All that the site has.
    All,
}

impl ContentChoice {
    /// All.
    pub const ALL: [Self; 3] = [Self::None, Self::Deployed, Self::All];

    /// The spelling everywhere.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Deployed => "deployed",
            Self::All => "all",
        }
    }

    /// The choice of a [`Self::slug`].
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.slug() == slug)
    }
}

impl Header {
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, BundleError> {
        self.check()?;
        let bytes = serde_json::to_vec(self).map_err(|error| BundleError::Header(error.to_string()))?;
        if bytes.len() > MAX_HEADER {
            return Err(too_large(bytes.len() as u64));
        }
        Ok(bytes)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, BundleError> {
        let header: Self = serde_json::from_slice(bytes).map_err(|error| BundleError::Header(error.to_string()))?;
        header.check()?;
        Ok(header)
    }

    fn check(&self) -> Result<(), BundleError> {
        let wrong = |what: &str| Err(BundleError::Header(what.to_owned()));
        if self.site_name.chars().count() > MAX_NAME || self.site_name.chars().any(char::is_control) {
            return wrong("the site's name is no name");
        }
        if self.sequence == 0 {
            return wrong("its number is 0");
        }
        if self.expires < self.created {
            return wrong("it expires before it was made");
        }
        if self.previous == Some(self.bundle) {
            return wrong("it goes on from itself");
        }
        if !self.parts.is_sorted_by(|one, next| one < next) {
            return wrong("its parts are not in order");
        }
        Ok(())
    }
}

pub(crate) fn too_large(size: u64) -> BundleError {
    BundleError::TooLarge { what: "the header", size, limit: MAX_HEADER as u64 }
}
