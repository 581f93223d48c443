//! Client-side targeting: the policy of a device names the groups it is in (protocols.md §2.7).

/// Most groups a policy can name; WSUS has a group per purpose, not per device.
const MAX_GROUPS: usize = 32;

/// Longest name of a group, characters.
const MAX_NAME: usize = 256;

/// The groups in a `targetGroupName`, which are separated by `;`. What no collection can be called
/// is left out.
pub(crate) fn groups(text: &str) -> Vec<Box<str>> {
    let mut groups: Vec<Box<str>> = Vec::new();
    for name in text.split(';').map(str::trim) {
        let usable = !name.is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
        if usable && groups.len() < MAX_GROUPS && !groups.iter().any(|group| **group == *name) {
            groups.push(name.into());
        }
    }
    groups
}

/// How names of groups and of collections are compared: without case, as WSUS does.
pub(crate) fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_groups_are_separated_by_semicolons() {
        let names = |text| groups(text).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names("Pilot; Servers;;Pilot; "), ["Pilot", "Servers"]);
        assert_eq!(names(""), [""; 0]);
        assert_eq!(names("a\u{1b}[31m;b"), ["b"]);
        assert_eq!(names(&"x;".repeat(100)), ["x"]);
        assert_eq!(groups(&(0..100).map(|n| format!("{n};")).collect::<String>()).len(), MAX_GROUPS);
        assert_eq!(key(" Pilot ÄÖ "), key("pilot äö"));
    }
}
