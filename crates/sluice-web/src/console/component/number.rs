//! Numbers for people.

/// With thousands parted: `12,345`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size in bytes with a decimal prefix (IEC 80000-13): `1.2 MB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let (mut tenths, mut unit) = (bytes / 100, 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1000;
        unit += 1;
    }
    let unit = UNITS[unit];
    if tenths < 100 { format!("{}.{} {unit}", tenths / 10, tenths % 10) } else { format!("{} {unit}", tenths / 10) }
}

/// Share in whole percent, rounded down, so that 100 means all; `None` of nothing.
pub fn percent_of(part: u64, whole: u64) -> Option<u8> {
    let percent = u128::from(part.min(whole)).checked_mul(100)?.checked_div(u128::from(whole))?;
    u8::try_from(percent).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!([0, 999, 1000, 12_345_678].map(grouped), ["0", "999", "1,000", "12,345,678"]);
        let sizes = [0, 999, 1000, 1_234_567, 99_999_999, 999_999_999, 1_500_000_000_000, u64::MAX].map(size);
        assert_eq!(sizes, ["0 B", "999 B", "1.0 kB", "1.2 MB", "99 MB", "999 MB", "1.5 TB", "18446 PB"]);
        assert_eq!(percent_of(1, 3), Some(33));
        assert_eq!(percent_of(u64::MAX, u64::MAX), Some(100));
        assert_eq!(percent_of(0, 0), None);
    }
}
