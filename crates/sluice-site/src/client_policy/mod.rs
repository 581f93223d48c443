//! What Windows devices are given so that they come to this site: the policies of the Windows Update Agent and the
//! certificate of the site's authority, in the form of the tool that shall bring them to the devices.
//!
//! Registry values: protocols of the agent as documented by Microsoft ("Manage additional Windows Update settings",
//! "Policy CSP - Update"); \[MS-GPREG\] 2.2 for `Registry.pol`. Nothing here is secret.
//!
//! Group Policy has two forms. `gpo` is the text that Microsoft's LGPO tool reads: it can be read and reviewed, and
//! builds local policy and GPO backups. `pol` is `Registry.pol` itself, which also carries the certificate. There is
//! no GPO backup: it names a domain, so it cannot be made here; the script fills a GPO of the domain instead
//! (`-GroupPolicy NAME`).

mod certificate;
mod intune;
mod lgpo;
mod policy;
mod powershell;
mod reg;
mod registry_pol;
mod request;
mod server_url;
mod settings;

pub use policy::{AutomaticUpdates, DeliveryMode};
pub use request::ClientPolicyRequest;

use crate::caller::{Caller, Permission};
use crate::error::SiteResult;
use crate::site::Site;

/// The tool that brings the policy to the devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum PolicyFormat {
    /// A file for the Registry Editor and `reg import`.
    #[default]
    Reg,
    /// A PowerShell script, which can also fill a GPO of the domain.
    PowerShell,
    /// Text for LGPO.exe.
    GroupPolicy,
    /// `Registry.pol`.
    RegistryPol,
    /// A custom configuration profile of Microsoft Intune, as its API (Graph) takes it.
    Intune,
    /// Only the certificate of the site's authority (DER).
    Certificate,
}

impl PolicyFormat {
    /// Its word: `reg`.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Reg => "reg",
            Self::PowerShell => "ps1",
            Self::GroupPolicy => "gpo",
            Self::RegistryPol => "pol",
            Self::Intune => "intune",
            Self::Certificate => "cer",
        }
    }
}

/// A file for Windows devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientPolicyFile {
    /// The name to save it under.
    pub file_name: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// What it says, when it is text. The bytes may be in another encoding.
    pub text: Option<String>,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Site {
    /// What Windows devices are given, in a form.
    ///
    /// # Errors
    /// `Forbidden`; `Invalid` names the part of the request that makes no sense.
    pub fn client_policy(&self, caller: &Caller, request: &ClientPolicyRequest) -> SiteResult<ClientPolicyFile> {
        caller.require(Permission::Read)?;
        let policy = request.check(&self.config.clients_url, &self.config.authority_certificate)?;
        Ok(policy.file(request.format))
    }
}

impl policy::ClientPolicy {
    fn file(&self, format: PolicyFormat) -> ClientPolicyFile {
        let (file_name, media_type, text, bytes) = match format {
            PolicyFormat::Reg => {
                let text = reg::write(self);
                ("sluice-windows.reg", "application/octet-stream", Some(text.clone()), utf16_with_mark(&text))
            }
            PolicyFormat::PowerShell => {
                let text = powershell::write(self);
                // Windows PowerShell takes a script without the mark for one in the code page of the machine.
                (
                    "sluice-windows.ps1",
                    "text/plain; charset=utf-8",
                    Some(text.clone()),
                    format!("\u{feff}{text}").into(),
                )
            }
            PolicyFormat::GroupPolicy => {
                let text = lgpo::write(self);
                let bytes = if text.is_ascii() { text.clone().into_bytes() } else { utf16_with_mark(&text) };
                ("sluice-windows.lgpo.txt", "application/octet-stream", Some(text), bytes)
            }
            PolicyFormat::RegistryPol => ("Registry.pol", "application/octet-stream", None, registry_pol::write(self)),
            PolicyFormat::Intune => {
                let text = intune::write(self);
                ("sluice-windows.intune.json", "application/json", Some(text.clone()), text.into_bytes())
            }
            PolicyFormat::Certificate => {
                ("sluice-authority.cer", "application/pkix-cert", None, self.certificate.der().to_vec())
            }
        };
        ClientPolicyFile { file_name, media_type, text, bytes }
    }
}

/// UTF-16, little endian, with a byte order mark: what Windows calls Unicode.
fn utf16_with_mark(text: &str) -> Vec<u8> {
    std::iter::once('\u{feff}'.to_string()).chain([text.to_owned()]).flat_map(|part| utf16(&part)).collect()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[cfg(test)]
mod tests;
