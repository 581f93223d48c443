//! Text for Microsoft's LGPO tool: four lines a value (configuration, key, name, type and content), comments with `;`.

use std::fmt::Write as _;

use super::policy::ClientPolicy;
use super::settings::{Data, policies};

/// The text, with the line ends of Windows. The certificate is not in it: the format is documented for texts and
/// numbers only.
pub(super) fn write(policy: &ClientPolicy) -> String {
    let mut text = String::from(
        "; Points devices at an update server (Sluice). Local policy:  LGPO.exe /t sluice-windows.lgpo.txt\n\
         ; Registry.pol for a GPO:  LGPO.exe /r sluice-windows.lgpo.txt /w Registry.pol\n\
         ; Let devices trust the server's certificate besides: put sluice-authority.cer (format cer) into the GPO under\n\
         ; Computer Configuration > Policies > Windows Settings > Security Settings > Public Key Policies >\n\
         ; Trusted Root Certification Authorities.\n",
    );
    for setting in policies(policy) {
        let data = match setting.data {
            Data::Text(text) => format!("SZ:{text}"),
            Data::Number(number) => format!("DWORD:{number}"),
            // None of the policies is of this kind.
            Data::Bytes(_) => continue,
        };
        let _infallible = write!(text, "\n; {}\nComputer\n{}\n{}\n{data}\n", setting.says, setting.key, setting.name);
    }
    text.replace('\n', "\r\n")
}
