use std::collections::BTreeSet;

use super::*;

fn lines() -> impl Iterator<Item = &'static ErrorMeaning> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

#[test]
fn families_are_sorted_and_disjoint() {
    for family in FAMILIES {
        assert!(family.is_sorted_by(|a, b| a.code < b.code), "after {:?}", family.first());
    }
    let codes: BTreeSet<_> = lines().map(|line| line.code).collect();
    assert_eq!(codes.len(), lines().count());
    let symbols: BTreeSet<_> = lines().map(|line| line.symbol).collect();
    assert_eq!(symbols.len(), lines().count());
    assert!(codes.len() > 600, "{}", codes.len());
}

#[test]
fn every_line_is_whole_and_found() {
    for line in lines() {
        assert!(line.code.0 >= WindowsErrorCode::MIN, "{line:?}");
        assert_eq!(WindowsErrorCode(line.code.0).meaning(), Some(line));
        assert_eq!(line.code.meaning(), Some(line));
        assert!(line.symbol.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'), "{line:?}");
        for sentence in [line.meaning, line.next_step] {
            assert!(sentence.ends_with('.') && sentence.len() > 10 && sentence.trim() == sentence, "{line:?}");
        }
    }
}

#[test]
fn codes_of_reports_are_read_as_everybody_writes_them() {
    // -2145123272 is in a recorded report of a real agent.
    let code = WindowsErrorCode::from_hresult(-2_145_123_272).unwrap();
    assert_eq!(code.to_string(), "0x80240438");
    assert_eq!(code.meaning().unwrap().symbol, "WU_E_PT_ENDPOINT_UNREACHABLE");
    assert_eq!(WindowsErrorCode::from_hresult(0), None);
}

#[test]
fn known_codes_of_the_field_are_there() {
    for (code, symbol) in [
        (0x0024_0005, "WU_S_REBOOT_REQUIRED"),
        (0x8007_0422, "ERROR_SERVICE_DISABLED"),
        (0x8007_0643, "ERROR_INSTALL_FAILURE"),
        (0x8007_2EE2, "ERROR_WINHTTP_TIMEOUT"),
        (0x8007_2F8F, "ERROR_WINHTTP_SECURE_FAILURE"),
        (0x8007_3712, "ERROR_SXS_COMPONENT_STORE_CORRUPT"),
        (0x800B_0109, "CERT_E_UNTRUSTEDROOT"),
        (0x800F_081F, "CBS_E_SOURCE_MISSING"),
        (0x800F_0922, "CBS_E_INSTALLERS_FAILED"),
        (0x8019_0194, "BG_E_HTTP_ERROR_404"),
        (0x8024_4007, "WU_E_PT_SOAPCLIENT_SOAPFAULT"),
        (0x8024_4010, "WU_E_PT_EXCEEDED_MAX_SERVER_TRIPS"),
        (0x8024_401C, "WU_E_PT_HTTP_STATUS_REQUEST_TIMEOUT"),
        (0x8024_4022, "WU_E_PT_HTTP_STATUS_SERVICE_UNAVAIL"),
        (0x8024_402C, "WU_E_PT_WINHTTP_NAME_NOT_RESOLVED"),
        (0x8024_6007, "WU_E_DM_NOTDOWNLOADED"),
        (0x8024_6008, "WU_E_DM_FAILTOCONNECTTOBITS"),
        (0xC190_0101, "MOSETUP_E_SETUP_PLATFORM"),
    ] {
        assert_eq!(WindowsErrorCode(code).meaning().map(|line| line.symbol), Some(symbol));
    }
}

#[test]
fn wrapped_http_statuses_name_their_number() {
    for line in lines() {
        if let Some(status) = line.symbol.strip_prefix("BG_E_HTTP_ERROR_") {
            assert_eq!((line.code.0 & 0xFFFF).to_string(), status);
            assert!(line.meaning.contains(&format!("HTTP status {status}")), "{line:?}");
        }
    }
    let unknown = ErrorCode(0x8019_01A5).explain();
    assert_eq!(unknown.meaning, "The download was answered with HTTP status 421.");
}

#[test]
fn unknown_codes_are_explained_honestly() {
    let explained = ErrorCode(0x8024_9999).explain();
    assert_eq!(explained.symbol, "0x80249999");
    assert!(explained.meaning.contains("not in Sluice's catalogue"), "{explained:?}");
    assert_eq!(ErrorCode(0x8007_1234).explain().meaning, "Windows error 4660, which is not in Sluice's catalogue.");
    assert_eq!(ErrorCode(0xDEAD_BEEF).explain().symbol, "0xDEADBEEF");
}
