//! A PowerShell script: sets the policies, imports the certificate, scans; takes it all away again; or fills a GPO.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::policy::ClientPolicy;
use super::settings::{Data, policies};

/// Characters of base64 on a line.
const LINE: usize = 100;

const SCRIPT: &str = include_str!("script.ps1");

/// The script, with the line ends of Windows.
pub(super) fn write(policy: &ClientPolicy) -> String {
    let mut settings = String::new();
    for setting in policies(policy) {
        let (kind, value) = match setting.data {
            Data::Text(text) => ("String", quote(&text)),
            Data::Number(number) => ("DWord", number.to_string()),
            // None of the policies is of this kind.
            Data::Bytes(_) => continue,
        };
        let (key, name) = (quote(&setting.key), quote(setting.name));
        let _infallible = write!(
            settings,
            "\n    # {}\n    @{{ Key = {key}; Name = {name}; Type = '{kind}'; Value = {value} }}",
            setting.says
        );
    }
    let stores = policy.stores().iter().map(|store| quote(store)).collect::<Vec<_>>().join(", ");
    let warning = if policy.server.is_plain() {
        "\nWrite-Warning 'The server is reached without TLS. Whoever is on the way can change what this device is told.'\n"
    } else {
        ""
    };
    // Each mark stands once in the script, and nothing that is put in can hold one: names are quoted, the rest is ours.
    let mut script = String::with_capacity(SCRIPT.len() + 8192);
    let mut rest = SCRIPT;
    for (mark, text) in [
        ("@SETTINGS@", settings.as_str()),
        ("@THUMBPRINT@", &policy.certificate.thumbprint()),
        ("@CERTIFICATE@", &folded(&policy.certificate.base64())),
        ("@BLOB@", &folded(&STANDARD.encode(policy.certificate.blob()))),
        ("@STORES@", &stores),
        ("@WARNING@", warning),
    ] {
        let (before, after) = rest.split_once(mark).unwrap_or((rest, ""));
        script.push_str(before);
        script.push_str(text);
        rest = after;
    }
    script.push_str(rest);
    script.replace("\r\n", "\n").replace('\n', "\r\n")
}

/// A text in single quotes, in which PowerShell reads nothing but quotes. It takes typographic quotes for quotes too.
fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for letter in text.chars() {
        if matches!(letter, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}') {
            quoted.push(letter);
        }
        quoted.push(letter);
    }
    quoted.push('\'');
    quoted
}

fn folded(base64: &str) -> String {
    let mut text = String::with_capacity(base64.len() + base64.len() / LINE + 1);
    for (index, letter) in base64.chars().enumerate() {
        if index > 0 && index % LINE == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    text
}
