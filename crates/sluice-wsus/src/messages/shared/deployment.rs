//! What a client shall do with an update (\[MS-WUSP\] 2.2.2.2.4, `Deployment`).

use jiff::Timestamp;
use jiff::civil::Date;

use super::limits::{MAX_NAME, MAX_SMALL_ARRAY};
use crate::soap::{Reader, SoapError, Value, XmlWriter};

/// What a client shall do with an update.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum DeploymentAction {
    /// Offer it; do not install it by itself. Only for Windows 10 1903 and newer.
    OptionalInstall,
    /// Install it.
    Install,
    /// Uninstall it.
    Uninstall,
    /// Report whether it is needed, and no more.
    PreDeploymentCheck,
    /// Hide it.
    Block,
    /// Evaluate it because others depend on it: categories, detectoids, superseding updates.
    #[default]
    Evaluate,
    /// It is part of a deployed bundle.
    Bundle,
}

impl DeploymentAction {
    const ALL: [Self; 7] = [
        Self::OptionalInstall,
        Self::Install,
        Self::Uninstall,
        Self::PreDeploymentCheck,
        Self::Block,
        Self::Evaluate,
        Self::Bundle,
    ];

    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OptionalInstall => "OptionalInstall",
            Self::Install => "Install",
            Self::Uninstall => "Uninstall",
            Self::PreDeploymentCheck => "PreDeploymentCheck",
            Self::Block => "Block",
            Self::Evaluate => "Evaluate",
            Self::Bundle => "Bundle",
        }
    }
}

impl Value for DeploymentAction {
    const KIND: &'static str = "DeploymentAction";

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == text)
    }
}

/// What a client shall do with an update. Every update that a client gets must have one, or the whole scan fails.
/// `FlagBitmask` and `ClientBehaviors`, which only Microsoft's own service sends, are skipped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deployment {
    /// Number of the deployment on this server; another number space than revision ids.
    pub id: i32,
    /// What to do.
    pub action: DeploymentAction,
    /// Until when it must be installed.
    pub deadline: Option<Timestamp>,
    /// Whether to install it without being asked; false: only offer it. Always true on WSUS.
    pub is_assigned: bool,
    /// Day of the last change: a date without time (C). `None` if the text was absent or no date.
    pub last_change_time: Option<Date>,
    /// A hint in which order to download. The specification names no values; WSUS leaves it out.
    pub download_priority: Option<String>,
    /// The hardware ids of the client that a driver matched. Only for clients of protocol 1.6 and newer.
    pub hardware_ids: Vec<String>,
    /// Whether the update is selected by itself; 0 on WSUS. Only for clients of protocol 1.8 and newer, as the next two.
    pub auto_select: Option<u8>,
    /// Whether it is downloaded by itself; 0 on WSUS.
    pub auto_download: Option<u8>,
    /// Whether it is offered although it is superseded; 0 on WSUS.
    pub supersedence_behavior: Option<u8>,
}

impl Deployment {
    /// Reads the children of the current element.
    ///
    /// # Errors
    /// [`SoapError::Value`] if one is not of its type.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, SoapError> {
        let mut deployment = Self::default();
        reader.children(|reader, element| {
            match element.name() {
                "ID" => reader.set(element, &mut deployment.id)?,
                "Action" => reader.set(element, &mut deployment.action)?,
                "Deadline" => deployment.deadline = reader.value(element)?,
                "IsAssigned" => reader.set(element, &mut deployment.is_assigned)?,
                "LastChangeTime" => deployment.last_change_time = reader.value_if_valid(element)?,
                "DownloadPriority" => deployment.download_priority = Some(reader.string(element)?),
                "HardwareIds" => {
                    reader.strings(element, MAX_SMALL_ARRAY, MAX_NAME, &mut deployment.hardware_ids)?;
                }
                "AutoSelect" => deployment.auto_select = reader.value(element)?,
                "AutoDownload" => deployment.auto_download = reader.value(element)?,
                "SupersedenceBehavior" => deployment.supersedence_behavior = reader.value(element)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(deployment)
    }

    /// Writes an element `Deployment`.
    pub fn write(&self, out: &mut XmlWriter) {
        out.element("Deployment", |out| {
            out.int("ID", self.id);
            out.text("Action", self.action.as_str());
            if let Some(deadline) = self.deadline {
                out.date_time("Deadline", deadline);
            }
            out.bool("IsAssigned", self.is_assigned);
            out.text("LastChangeTime", &self.last_change_time.map(|date| date.to_string()).unwrap_or_default());
            out.optional_text("DownloadPriority", self.download_priority.as_deref());
            out.strings("HardwareIds", &self.hardware_ids);
            let flags = [
                ("AutoSelect", self.auto_select),
                ("AutoDownload", self.auto_download),
                ("SupersedenceBehavior", self.supersedence_behavior),
            ];
            for (name, flag) in flags {
                if let Some(flag) = flag {
                    out.int(name, flag);
                }
            }
        });
    }
}
