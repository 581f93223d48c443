//! Updates for the server of the tests.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sluice_model::id::UpdateId;
use sluice_wsus::messages::shared::{Deployment, DeploymentAction};
use uuid::Uuid;

/// Identity of the update with a number.
pub fn id(number: u32) -> UpdateId {
    UpdateId(Uuid::from_u128(0x1000_0000_0000_4000_8000_0000_0000_0000 + u128::from(number)))
}

/// A file with its content.
#[derive(Clone)]
pub struct File {
    pub name: String,
    pub content: Vec<u8>,
}

impl File {
    pub fn new(name: &str, size: usize) -> Self {
        let content = (0..size).map(|at| u8::try_from((at * 7 + at / 251) % 256).expect("a byte")).collect();
        Self { name: name.to_owned(), content }
    }

    pub fn of(name: &str, content: Vec<u8>) -> Self {
        Self { name: name.to_owned(), content }
    }

    pub fn sha1(&self) -> Vec<u8> {
        digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.content).as_ref().to_vec()
    }

    /// Path on a WSUS: last two digits of the SHA-1, then the SHA-1 in capitals (protocols.md §1.4).
    pub fn path(&self) -> String {
        let hex: String = self.sha1().iter().map(|byte| format!("{byte:02X}")).collect();
        format!("/Content/{}/{hex}.cab", &hex[38..])
    }
}

/// A revision on the server.
#[derive(Clone)]
pub struct Update {
    pub revision_id: i32,
    pub number: u32,
    pub revision: u32,
    kind: &'static str,
    pub prerequisites: Vec<Vec<u32>>,
    bundled: Vec<Vec<u32>>,
    superseded: Vec<u32>,
    rules: Option<String>,
    pub files: Vec<File>,
    reboot: &'static str,
    uninstall: Option<&'static str>,
    pub is_leaf: bool,
    pub deployment: Deployment,
    /// Core, Extended and LocalizedProperties of a real document, instead of what the rest would give.
    fragments: Option<[String; 3]>,
}

impl Update {
    fn new(number: u32, kind: &'static str, action: DeploymentAction) -> Self {
        let revision_id = 1000 + i32::try_from(number).expect("a small number");
        let deployment = Deployment { id: 7000 + revision_id, action, is_assigned: true, ..Deployment::default() };
        Self {
            revision_id,
            number,
            revision: 100,
            kind,
            prerequisites: Vec::new(),
            bundled: Vec::new(),
            superseded: Vec::new(),
            rules: None,
            files: Vec::new(),
            reboot: "NeverReboots",
            uninstall: None,
            is_leaf: true,
            deployment,
            fragments: None,
        }
    }

    /// A category that every machine has and others depend on.
    pub fn category(number: u32) -> Self {
        let rules = "<IsInstalled><True /></IsInstalled>".to_owned();
        Self { rules: Some(rules), is_leaf: false, ..Self::new(number, "Category", DeploymentAction::Evaluate) }
    }

    /// An update that sets a registry value.
    pub fn software(number: u32) -> Self {
        let key = format!(r#"Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\Updates\{number}""#);
        let installed =
            format!(r#"<IsInstalled><b.RegDword {key} Value="v" Comparison="EqualTo" Data="1" /></IsInstalled>"#);
        Self { rules: Some(installed), ..Self::new(number, "Software", DeploymentAction::PreDeploymentCheck) }
    }

    /// A bundle without rules of its own; every clause lists alternatives.
    pub fn bundle(number: u32, bundled: &[&[u32]]) -> Self {
        let bundled = bundled.iter().map(|clause| clause.to_vec()).collect();
        Self { bundled, ..Self::new(number, "Software", DeploymentAction::Install) }
    }

    /// A driver for a hardware id.
    pub fn driver(number: u32, hardware_id: &str, version: &str) -> Self {
        let rules = format!(
            r#"<Metadata><d.WindowsDriverMetaData HardwareID="{hardware_id}" DriverVerDate="2026-01-01" DriverVerVersion="{version}" Class="Net" Company="C" Provider="C" Manufacturer="C" Model="M" /></Metadata><IsInstalled><d.WindowsDriverInstalled /></IsInstalled><IsInstallable><d.WindowsDriverInstallable /></IsInstallable>"#
        )
        .replace('&', "&amp;");
        Self { rules: Some(rules), ..Self::new(number, "Driver", DeploymentAction::Install) }
    }

    /// An update with the fragments of a document; the number is one of the test.
    pub fn of_document(number: u32, kind: &'static str, fragments: [String; 3], action: DeploymentAction) -> Self {
        Self { fragments: Some(fragments), ..Self::new(number, kind, action) }
    }

    pub fn rules(mut self, rules: &str) -> Self {
        self.rules = Some(rules.to_owned());
        self
    }

    pub fn revision(mut self, number: u32, revision_id: i32) -> Self {
        (self.revision, self.revision_id) = (number, revision_id);
        self
    }

    pub fn needs(mut self, clauses: &[&[u32]]) -> Self {
        self.prerequisites = clauses.iter().map(|clause| clause.to_vec()).collect();
        self
    }

    pub fn action(mut self, action: DeploymentAction) -> Self {
        self.deployment.action = action;
        self
    }

    pub fn install(self) -> Self {
        self.action(DeploymentAction::Install)
    }

    /// As a member of a bundle.
    pub fn member(self) -> Self {
        self.action(DeploymentAction::Bundle)
    }

    pub fn deadline(mut self, at: &str) -> Self {
        self.deployment.deadline = Some(at.parse().expect("a time"));
        self
    }

    pub fn priority(mut self, priority: &str) -> Self {
        self.deployment.download_priority = Some(priority.to_owned());
        self
    }

    pub fn file(mut self, name: &str, size: usize) -> Self {
        self.files.push(File::new(name, size));
        self
    }

    pub fn reboots(mut self, behaviour: &'static str) -> Self {
        self.reboot = behaviour;
        self
    }

    pub fn removable(mut self, behaviour: &'static str) -> Self {
        self.uninstall = Some(behaviour);
        self
    }

    pub fn supersedes(mut self, numbers: &[u32]) -> Self {
        self.superseded = numbers.to_vec();
        self
    }

    pub fn non_leaf(mut self) -> Self {
        self.is_leaf = false;
        self
    }

    pub fn is_driver(&self) -> bool {
        self.kind == "Driver"
    }

    /// The Core fragment (protocols.md §8.2).
    pub fn core(&self) -> String {
        if let Some([core, ..]) = &self.fragments {
            return core.clone();
        }
        let mut xml = format!(
            r#"<UpdateIdentity UpdateID="{}" RevisionNumber="{}" /><Properties UpdateType="{}" />"#,
            id(self.number),
            self.revision,
            self.kind
        );
        let clauses = |clauses: &[Vec<u32>], exact: bool| {
            let mut xml = String::new();
            for clause in clauses {
                xml.push_str("<AtLeastOne>");
                for number in clause {
                    let revision = if exact { r#" RevisionNumber="100""# } else { "" };
                    let _ = write!(xml, r#"<UpdateIdentity UpdateID="{}"{revision} />"#, id(*number));
                }
                xml.push_str("</AtLeastOne>");
            }
            xml
        };
        let mut relations = String::new();
        let superseded: String =
            self.superseded.iter().map(|number| format!(r#"<UpdateIdentity UpdateID="{}" />"#, id(*number))).collect();
        for (name, content) in [
            ("SupersededUpdates", superseded),
            ("Prerequisites", clauses(&self.prerequisites, false)),
            ("BundledUpdates", clauses(&self.bundled, true)),
        ] {
            if !content.is_empty() {
                let _ = write!(relations, "<{name}>{content}</{name}>");
            }
        }
        if !relations.is_empty() {
            let _ = write!(xml, "<Relationships>{relations}</Relationships>");
        }
        if let Some(rules) = &self.rules {
            let _ = write!(xml, "<ApplicabilityRules>{rules}</ApplicabilityRules>");
        }
        xml
    }

    /// The Extended fragment.
    pub fn extended(&self) -> String {
        if let Some([_, extended, _]) = &self.fragments {
            return extended.clone();
        }
        let mut xml = format!(
            r#"<ExtendedProperties DefaultPropertiesLanguage="en"><InstallationBehavior RebootBehavior="{}" />"#,
            self.reboot
        );
        if let Some(uninstall) = self.uninstall {
            let _ = write!(xml, r#"<UninstallationBehavior RebootBehavior="{uninstall}" />"#);
        }
        xml.push_str("</ExtendedProperties>");
        if !self.files.is_empty() {
            xml.push_str("<Files>");
            for file in &self.files {
                let (sha1, sha256) =
                    (BASE64_STANDARD.encode(file.sha1()), BASE64_STANDARD.encode(digest(&SHA256, &file.content)));
                let _ = write!(
                    xml,
                    r#"<File Digest="{sha1}" DigestAlgorithm="SHA1" FileName="{}" Size="{}" Modified="2026-01-01T00:00:00Z"><AdditionalDigest Algorithm="SHA256">{sha256}</AdditionalDigest></File>"#,
                    file.name,
                    file.content.len()
                );
            }
            xml.push_str("</Files>");
        }
        xml
    }

    /// The LocalizedProperties fragment.
    pub fn localized(&self) -> String {
        if let Some([.., localized]) = &self.fragments {
            return localized.clone();
        }
        format!(
            "<LocalizedProperties><Language>en</Language><Title>Update {}</Title></LocalizedProperties>",
            self.number
        )
    }
}
