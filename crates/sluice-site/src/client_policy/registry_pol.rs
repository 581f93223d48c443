//! `Registry.pol` (\[MS-GPREG\] 2.2.1).

use super::policy::ClientPolicy;
use super::settings::{Data, certificates, policies};
use super::utf16;

/// "PReg" and version 1.
const HEADER: [u8; 8] = *b"PReg\x01\0\0\0";
const REG_SZ: u32 = 1;
const REG_BINARY: u32 = 3;
const REG_DWORD: u32 = 4;

/// The file: after the header `[key;name;type;size;data]` for each value, in UTF-16 with texts that end with NUL.
pub(super) fn write(policy: &ClientPolicy) -> Vec<u8> {
    let mut file = HEADER.to_vec();
    for setting in policies(policy).into_iter().chain(certificates(policy)) {
        let (kind, data) = match setting.data {
            Data::Text(text) => (REG_SZ, utf16(&format!("{text}\0"))),
            Data::Number(number) => (REG_DWORD, number.to_le_bytes().to_vec()),
            Data::Bytes(bytes) => (REG_BINARY, bytes),
        };
        let size = u32::try_from(data.len()).unwrap_or(u32::MAX);
        file.extend(utf16(&format!("[{}\0;{}\0;", setting.key, setting.name)));
        file.extend(kind.to_le_bytes());
        file.extend(utf16(";"));
        file.extend(size.to_le_bytes());
        file.extend(utf16(";"));
        file.extend(data);
        file.extend(utf16("]"));
    }
    file
}
