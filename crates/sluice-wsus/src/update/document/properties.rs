//! The `Properties` section (protocols.md §8.1).

use std::borrow::Cow;

use jiff::Timestamp;
use uuid::Uuid;

use super::super::error::UpdateError;
use super::super::limits::MAX_LOCALIZED;
use super::super::time::timestamp;
use super::super::xml::{Cursor, Tag, flag, parse, unescape};

/// What an update is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UpdateType {
    /// Something to install; the schema's default.
    #[default]
    Software,
    /// A device driver.
    Driver,
    /// A company, product family, product or classification.
    Category,
    /// A rule that only detects something.
    Detectoid,
}

/// Whether the publisher still offers it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PublicationState {
    /// Offered.
    #[default]
    Published,
    /// Withdrawn: it must no longer be offered.
    Expired,
}

/// What installing or removing asks of the device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RebootBehaviour {
    /// Never restarts.
    #[default]
    Never,
    /// Always needs a restart.
    Always,
    /// May ask for a restart.
    CanRequest,
}

/// How much installing disturbs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Impact {
    /// An ordinary installation.
    #[default]
    Normal,
    /// Not noticed by the user; may be installed at once.
    Minor,
    /// Must be installed alone.
    RequiresExclusiveHandling,
}

/// `InstallationBehavior` or `UninstallationBehavior`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Behaviour {
    /// Restarts.
    pub reboot: RebootBehaviour,
    /// Disturbance.
    pub impact: Impact,
    /// May ask the user something, so that it cannot run unattended.
    pub can_request_user_input: bool,
    /// Needs the network while it runs.
    pub requires_network: bool,
}

/// The properties of an update.
#[derive(Clone, Debug, Default)]
pub struct Properties<'a> {
    /// What it is.
    pub update_type: UpdateType,
    /// The language to fall back to for title and description.
    pub default_language: Option<Cow<'a, str>>,
    /// When it was published.
    pub created: Option<Timestamp>,
    /// Whether it is still offered.
    pub publication_state: PublicationState,
    /// May be deployed by itself; the members of a bundle may not.
    pub explicitly_deployable: bool,
    /// Selected by itself on Microsoft's web site; agents install such updates automatically.
    pub auto_select: bool,
    /// Upgrades the operating system.
    pub os_upgrade: bool,
    /// Applies to a user, not to the device.
    pub per_user: bool,
    /// A preview.
    pub beta: bool,
    /// One of the server's own infrastructure updates, which every client needs (protocols.md §10, 29).
    pub mandatory: bool,
    /// Microsoft's severity rating: Critical, Important, Moderate, Low.
    pub msrc_severity: Option<Cow<'a, str>>,
    /// The licence terms that must be accepted.
    pub eula_id: Option<Uuid>,
    /// The handler that installs it, a URI.
    pub handler: Option<Cow<'a, str>>,
    /// Least bytes to download, by the publisher.
    pub min_download_size: Option<u64>,
    /// Most bytes to download, by the publisher; sums files no client fetches (protocols.md §10, 28).
    pub max_download_size: Option<u64>,
    /// Version of the protocol between servers that a server must speak to be told of it, such as `1.4`.
    pub compatible_protocol: Option<Cow<'a, str>>,
    /// Who published it.
    pub publisher: Option<Uuid>,
    /// Its name in older services.
    pub legacy_name: Option<Cow<'a, str>>,
    /// Release channel this is a release of, such as `Client.OS.RS2.AMD64`.
    pub product_name: Option<Cow<'a, str>>,
    /// The release of [`Self::product_name`].
    pub release_version: Option<Cow<'a, str>>,
    /// Pages about it.
    pub more_info_urls: Vec<Cow<'a, str>>,
    /// Where to get help.
    pub support_url: Option<Cow<'a, str>>,
    /// Security bulletins, such as `MS17-010`.
    pub security_bulletins: Vec<Cow<'a, str>>,
    /// Knowledge base articles, digits only.
    pub kb_articles: Vec<Cow<'a, str>>,
    /// Languages it is for; empty or `all`: any.
    pub languages: Vec<Cow<'a, str>>,
    /// What installing asks of the device.
    pub installation: Option<Behaviour>,
    /// What removing asks of the device; `None`: it cannot be removed.
    pub uninstallation: Option<Behaviour>,
    /// Servers give the keys of its encrypted files to those who ask for them (\[MS-WSUSSS\] 3.2.4.2).
    pub file_decryption: bool,
}

impl<'a> Properties<'a> {
    /// Adds what a `Properties` or `ExtendedProperties` element says.
    pub(super) fn read(&mut self, cursor: &mut Cursor<'a>, tag: &Tag<'a>) -> Result<(), UpdateError> {
        for (name, raw) in tag.attributes() {
            self.attribute(name, raw, tag.start)?;
        }
        while let Some(child) = cursor.child(tag)? {
            if !child.namespace.is_update() {
                cursor.pass(&child)?;
                continue;
            }
            match child.local {
                "MoreInfoUrl" => add(&mut self.more_info_urls, cursor, &child)?,
                "SupportUrl" => self.support_url = Some(cursor.text(&child)?),
                "SecurityBulletinID" => add(&mut self.security_bulletins, cursor, &child)?,
                "KBArticleID" => add(&mut self.kb_articles, cursor, &child)?,
                "Language" => add(&mut self.languages, cursor, &child)?,
                "InstallationBehavior" => {
                    self.installation = Some(behaviour(&child));
                    cursor.pass(&child)?;
                }
                "SecuredFragment" => {
                    let kind = child.raw("FragmentType");
                    self.file_decryption |= kind.is_some_and(|kind| kind.eq_ignore_ascii_case("FileDecryption"));
                    cursor.pass(&child)?;
                }
                "UninstallationBehavior" => {
                    self.uninstallation = Some(behaviour(&child));
                    cursor.pass(&child)?;
                }
                _ => {
                    cursor.pass(&child)?;
                }
            }
        }
        Ok(())
    }

    fn attribute(&mut self, name: &str, raw: &'a str, position: usize) -> Result<(), UpdateError> {
        let text = || Some(unescape(raw));
        let flag = || flag(raw).unwrap_or_default();
        match name {
            "UpdateType" => {
                self.update_type = match &*unescape(raw) {
                    "Software" => UpdateType::Software,
                    "Driver" => UpdateType::Driver,
                    "Category" => UpdateType::Category,
                    "Detectoid" => UpdateType::Detectoid,
                    // What it is decides what is done with it, so guessing does harm.
                    other => return Err(UpdateError::value("Properties/@UpdateType", other, position)),
                };
            }
            "DefaultPropertiesLanguage" => self.default_language = text(),
            "CreationDate" => self.created = timestamp(&unescape(raw)),
            "PublicationState" => {
                self.publication_state = match raw {
                    "Expired" => PublicationState::Expired,
                    _ => PublicationState::Published,
                };
            }
            "ExplicitlyDeployable" => self.explicitly_deployable = flag(),
            "AutoSelectOnWebSites" => self.auto_select = flag(),
            "OSUpgrade" => self.os_upgrade = flag(),
            "PerUser" => self.per_user = flag(),
            "IsBeta" => self.beta = flag(),
            "IsMandatory" => self.mandatory = flag(),
            "MsrcSeverity" => self.msrc_severity = text(),
            "EulaID" => self.eula_id = parse(raw),
            "Handler" => self.handler = text(),
            "MinDownloadSize" => self.min_download_size = parse(raw),
            "MaxDownloadSize" => self.max_download_size = parse(raw),
            "CompatibleProtocolVersion" => self.compatible_protocol = text(),
            "PublisherID" => self.publisher = parse(raw),
            "LegacyName" => self.legacy_name = text(),
            "ProductName" => self.product_name = text(),
            "ReleaseVersion" => self.release_version = text(),
            _ => {}
        }
        Ok(())
    }
}

fn add<'a>(to: &mut Vec<Cow<'a, str>>, cursor: &mut Cursor<'a>, tag: &Tag<'a>) -> Result<(), UpdateError> {
    if to.len() == MAX_LOCALIZED {
        return Err(UpdateError::TooMany {
            what: "properties of the same name",
            limit: MAX_LOCALIZED,
            position: tag.start,
        });
    }
    to.push(cursor.text(tag)?);
    Ok(())
}

fn behaviour(tag: &Tag<'_>) -> Behaviour {
    Behaviour {
        reboot: match tag.raw("RebootBehavior") {
            Some("AlwaysRequiresReboot") => RebootBehaviour::Always,
            Some("CanRequestReboot") => RebootBehaviour::CanRequest,
            _ => RebootBehaviour::Never,
        },
        impact: match tag.raw("Impact") {
            Some("Minor") => Impact::Minor,
            Some("RequiresExclusiveHandling") => Impact::RequiresExclusiveHandling,
            _ => Impact::Normal,
        },
        can_request_user_input: tag.flag("CanRequestUserInput").unwrap_or_default(),
        requires_network: tag.flag("RequiresNetworkConnectivity").unwrap_or_default(),
    }
}
