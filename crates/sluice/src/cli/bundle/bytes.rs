//! Sizes on the command line.

/// Smallest part: below it there would be nothing but files.
const LEAST: u64 = 1_000_000;

/// A size of parts in bytes: `700MB`, `4GB`; units are powers of thousand, as they are printed.
pub(super) fn part_size(text: &str) -> Result<u64, String> {
    let wrong = || "write a size of at least 1MB: `700MB`, `4GB`".to_owned();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim().to_ascii_uppercase().trim_end_matches('B') {
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        "T" => 1_000_000_000_000,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(factor).filter(|size| *size >= LEAST).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::part_size;

    #[test]
    fn sizes_are_read() {
        let good = ["1MB", "700M", "4gb", "2 TB"].map(part_size);
        assert_eq!(good, [Ok(1_000_000), Ok(700_000_000), Ok(4_000_000_000), Ok(2_000_000_000_000)]);
        for wrong in ["", "4", "4k", "0GB", "GB", "-1GB", "99999999999999TB", "4GiB"] {
            assert!(part_size(wrong).is_err(), "{wrong}");
        }
    }
}
