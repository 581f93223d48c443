//! A registration file (`Windows Registry Editor Version 5.00`).

use std::fmt::Write as _;

use super::policy::ClientPolicy;
use super::settings::{Data, Setting, certificates, policies};

/// Bytes on a line of hexadecimal numbers, as the Registry Editor writes.
const BYTES_A_LINE: usize = 25;

/// The text of the file, with the line ends of Windows.
pub(super) fn write(policy: &ClientPolicy) -> String {
    let mut text = String::from("Windows Registry Editor Version 5.00\n\n");
    text.push_str("; Points this device at an update server (Sluice). Import as an administrator:\n");
    text.push_str(";   reg import sluice-windows.reg\n;   net stop wuauserv & net start wuauserv\n");
    if policy.server.is_plain() {
        text.push_str(
            "; WARNING: the server is reached without TLS. Whoever is on the way can change what devices are told.\n",
        );
    }
    let mut key = String::new();
    for setting in policies(policy).into_iter().chain(certificates(policy)) {
        if setting.key != key {
            let _infallible = write!(text, "\n[HKEY_LOCAL_MACHINE\\{}]\n", setting.key);
            key.clone_from(&setting.key);
        }
        value(&mut text, &setting);
    }
    text.replace('\n', "\r\n")
}

fn value(text: &mut String, setting: &Setting) {
    let Setting { name, data, says, .. } = setting;
    let _infallible = match data {
        Data::Text(data) => write!(text, "; {says}\n\"{name}\"=\"{}\"\n", escape(data)),
        Data::Number(data) => write!(text, "; {says}\n\"{name}\"=dword:{data:08x}\n"),
        Data::Bytes(data) => {
            let lines: Vec<_> =
                data.chunks(BYTES_A_LINE).map(|line| line.iter().map(hex).collect::<Vec<_>>().join(",")).collect();
            write!(text, "; {says}\n\"{name}\"=hex:{}\n", lines.join(",\\\n  "))
        }
    };
}

fn hex(byte: &u8) -> String {
    format!("{byte:02x}")
}

fn escape(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"")
}
