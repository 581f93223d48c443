//! Records: one thing each, a head and, with most sorts, a payload in the data frames after it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::header::Part;
use crate::limits::{MAX_DOCUMENT, MAX_FILE, MAX_LIST, MAX_NAME, MAX_PACKED_DOCUMENT, MAX_RECORD_HEAD};

/// A record, without its payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it is.
    pub head: Head,
    /// The payload is packed (Zstandard, RFC 8878).
    pub packed: bool,
    /// Bytes of the payload as it is in the bundle.
    pub size: u64,
    /// Bytes of the payload when it is unpacked.
    pub plain_size: u64,
}

/// What a record is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Head {
    /// An update document; the payload is its text.
    Document {
        /// The update.
        update: Uuid,
        /// Its revision.
        revision: u32,
    },
    /// A file; the payload is its bytes, never packed.
    File {
        /// SHA-1 and extension, as in addresses.
        name: String,
        /// SHA-256, hexadecimal.
        sha256: String,
    },
    /// A collection, without its devices: they are others at every site. No payload.
    Collection {
        /// Identity at the site it comes from.
        id: Uuid,
        /// Name.
        name: String,
        /// The collection it is a part of.
        parent: Option<Uuid>,
    },
    /// An update group; the payload is the identities of its updates.
    Group {
        /// Identity.
        id: Uuid,
        /// Name.
        name: String,
    },
    /// A deployment; the payload is the identities of its updates, if it has a list of its own.
    Deployment(DeploymentHead),
    /// All declined updates; the payload is a JSON list of [`crate::DeclinedUpdate`].
    Declined {},
    /// All licence terms that were accepted; the payload is a JSON list of [`crate::AcceptedLicence`].
    Licences {},
    /// All deselected products and classifications; the payload is their identities.
    Selection {},
    /// Settings for Windows devices. No payload. That metadata may travel over plain HTTP is not
    /// among them: each site decides that for itself.
    Settings {
        /// Who decides which groups a device is in.
        targeting: Targeting,
        /// How long a device may go on with one authorization, seconds.
        cookie_life: u64,
    },
}

/// A deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeploymentHead {
    /// Identity.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// The devices.
    pub collection: Uuid,
    /// The update group it follows; `None`: it has a list of its own.
    pub group: Option<Uuid>,
    /// What is asked of devices.
    pub intent: Intent,
    /// How soon devices download.
    pub priority: Priority,
    /// From when on devices are told.
    pub available_at: Timestamp,
    /// By when.
    pub deadline: Option<Timestamp>,
    /// Devices may restart.
    pub restart: bool,
    /// What users see.
    pub notification: Notification,
    /// In force unless cancelled.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// Cancelled for good at this time.
    pub cancelled_at: Option<Timestamp>,
}

/// What a deployment asks of devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intent {
    /// Installed at the deadline.
    Required,
    /// Offered.
    Available,
    /// Removed at the deadline.
    Uninstall,
    /// Not offered.
    Block,
}

/// How soon devices download for a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Priority {
    /// After everything else.
    Low,
    /// As everything else.
    Normal,
    /// Before everything else.
    High,
}

/// What users see of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notification {
    /// Everything.
    ShowAll,
    /// Only that a restart is coming.
    RestartOnly,
    /// Nothing.
    HideAll,
}

/// Who decides which groups a Windows device is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Targeting {
    /// The site.
    Server,
    /// Also the device's policy.
    Client,
}

impl Head {
    /// The part it belongs to.
    #[must_use]
    pub fn part(&self) -> Part {
        match self {
            Self::Document { .. } => Part::Documents,
            Self::File { .. } => Part::Content,
            Self::Collection { .. } => Part::Collections,
            Self::Group { .. } => Part::Groups,
            Self::Deployment(_) => Part::Deployments,
            Self::Declined {} => Part::Declined,
            Self::Licences {} => Part::Licences,
            Self::Selection {} => Part::Selection,
            Self::Settings { .. } => Part::Settings,
        }
    }

    fn names(&self) -> [&str; 2] {
        match self {
            Self::Collection { name, .. } | Self::Group { name, .. } => [name, ""],
            Self::Deployment(deployment) => [&deployment.name, &deployment.created_by],
            _ => ["", ""],
        }
    }
}

impl Record {
    /// `packed | size | plain size | JSON of the head`.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, String> {
        self.check()?;
        let mut bytes = vec![u8::from(self.packed)];
        bytes.extend(self.size.to_be_bytes());
        bytes.extend(self.plain_size.to_be_bytes());
        serde_json::to_writer(&mut bytes, &self.head).map_err(|error| error.to_string())?;
        if bytes.len() > MAX_RECORD_HEAD {
            return Err("its head is too long".to_owned());
        }
        Ok(bytes)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let (numbers, json) = bytes.split_at_checked(17).ok_or("it is too short")?;
        let (flag, numbers) = numbers.split_first().ok_or("it is too short")?;
        let (size, plain_size) = numbers.split_at_checked(8).ok_or("it is too short")?;
        let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        if *flag > 1 {
            return Err("it is packed in an unknown way".to_owned());
        }
        let head = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        let record = Self { head, packed: *flag == 1, size: number(size), plain_size: number(plain_size) };
        record.check()?;
        Ok(record)
    }

    /// Whether it keeps its bounds.
    fn check(&self) -> Result<(), String> {
        let (most, most_packed) = match self.head {
            Head::Document { .. } => (MAX_DOCUMENT, MAX_PACKED_DOCUMENT),
            Head::File { .. } => (MAX_FILE, 0),
            Head::Collection { .. } | Head::Settings { .. } => (0, 0),
            Head::Group { .. } | Head::Deployment(_) | Head::Declined {} | Head::Licences {} | Head::Selection {} => {
                (MAX_LIST, MAX_LIST)
            }
        };
        if self.plain_size > most || self.packed && self.size > most_packed {
            return Err(format!("its payload of {} bytes is longer than it may be", self.plain_size));
        }
        if !self.packed && self.size != self.plain_size {
            return Err("its payload is not packed and has two sizes".to_owned());
        }
        if self.head.names().iter().any(|name| name.chars().count() > MAX_NAME || name.chars().any(char::is_control)) {
            return Err("a name in it is no name".to_owned());
        }
        Ok(())
    }
}
