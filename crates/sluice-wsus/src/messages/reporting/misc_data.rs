//! The `MiscData` of an event: strings `key=value` (\[MS-WUSP\] 2.2.2.3.1, and what Windows 11 sends).

use uuid::Uuid;

use crate::messages::shared::UpdateIdentity;

/// The pairs of an event, in their order. Keys are case-sensitive and not always one letter: `g` is not `G`, and
/// `cc` is not `c`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MiscData {
    pairs: Vec<(String, Option<String>)>,
}

impl MiscData {
    /// Splits the strings at their first `=`. A string without one is kept as a key without value.
    pub fn parse(strings: impl IntoIterator<Item = String>) -> Self {
        let split = |mut text: String| match text.find('=') {
            Some(at) => {
                let value = text.split_off(at + 1);
                text.pop();
                (text, Some(value))
            }
            None => (text, None),
        };
        Self { pairs: strings.into_iter().map(split).collect() }
    }

    /// The strings again.
    pub fn strings(&self) -> impl Iterator<Item = String> {
        self.pairs.iter().map(|(key, value)| match value {
            Some(value) => format!("{key}={value}"),
            None => key.clone(),
        })
    }

    /// How many pairs there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The value of the first pair with this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(name, _)| name == key).and_then(|(_, value)| value.as_deref())
    }

    /// The GUIDs in the list under this key; a list that is absent is empty. What is no GUID is left out.
    pub fn guids(&self, key: &str) -> impl Iterator<Item = Uuid> {
        self.get(key).unwrap_or_default().split(';').filter_map(|guid| Uuid::try_parse(guid.trim()).ok())
    }

    /// `U`: updates that are needed. For event 156, as the next four.
    pub fn needed(&self) -> impl Iterator<Item = Uuid> {
        self.guids("U")
    }

    /// `V`: updates that are installed.
    pub fn installed(&self) -> impl Iterator<Item = Uuid> {
        self.guids("V")
    }

    /// `W`: updates that are installed and wait for a restart.
    pub fn restart_pending(&self) -> impl Iterator<Item = Uuid> {
        self.guids("W")
    }

    /// `g`: updates whose download, installation or removal failed.
    pub fn failed(&self) -> impl Iterator<Item = Uuid> {
        self.guids("g")
    }

    /// `h`: updates that are downloaded and not installed.
    pub fn downloaded(&self) -> impl Iterator<Item = Uuid> {
        self.guids("h")
    }

    /// `M`: the bundle of which the update of this event is a part.
    #[must_use]
    pub fn bundle(&self) -> Option<UpdateIdentity> {
        let (update, revision) = self.get("M")?.split_once(';')?;
        Some(UpdateIdentity {
            update_id: Uuid::try_parse(update.trim()).ok()?,
            revision_number: revision.trim().parse().ok()?,
        })
    }

    /// `Q` is 2: the update of this event is a bundle.
    #[must_use]
    pub fn is_bundle(&self) -> bool {
        self.get("Q") == Some("2")
    }

    /// `B`: bytes that were downloaded. Only for events of downloads; other events put times there.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        self.get("B")?.parse().ok()
    }

    /// `F`: the inner error.
    #[must_use]
    pub fn secondary_error(&self) -> Option<i32> {
        self.get("F")?.parse().ok()
    }

    /// `G`: version of the agent.
    #[must_use]
    pub fn agent_version(&self) -> Option<&str> {
        self.get("G")
    }

    /// `AppName`: the program that asked for the scan or the installation.
    #[must_use]
    pub fn app_name(&self) -> Option<&str> {
        self.get("AppName")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(strings: &[&str]) -> MiscData {
        MiscData::parse(strings.iter().map(ToString::to_string))
    }

    #[test]
    fn keys_are_whole_and_case_sensitive() {
        let data = of(&["cc=powershell.exe", "c=48", "g=", "G=7.6", "a=b=c", "bare"]);
        assert_eq!(data.get("c"), Some("48"));
        assert_eq!(data.get("cc"), Some("powershell.exe"));
        assert_eq!(data.get("a"), Some("b=c"));
        assert_eq!(data.get("bare"), None);
        assert_eq!(data.agent_version(), Some("7.6"));
        assert_eq!(data.failed().count(), 0);
        assert_eq!(data.strings().collect::<Vec<_>>(), ["cc=powershell.exe", "c=48", "g=", "G=7.6", "a=b=c", "bare"]);
    }

    #[test]
    fn lists_hold_guids_in_capitals_and_may_be_absent() {
        let data = of(&["U=A2FEF9B0-7951-4C2C-A42B-9E351DD1C1FE;0DAF8592-9E3F-4A8A-9141-D83FAFEBD09F;junk"]);
        assert_eq!(data.needed().count(), 2);
        assert_eq!(data.needed().next().unwrap().to_string(), "a2fef9b0-7951-4c2c-a42b-9e351dd1c1fe");
        assert_eq!(data.installed().count(), 0);
    }

    #[test]
    fn the_bundle_of_a_child_is_named() {
        let data = of(&["M=A2FEF9B0-7951-4C2C-A42B-9E351DD1C1FE;200", "Q=1"]);
        assert_eq!(data.bundle().unwrap().revision_number, 200);
        assert!(!data.is_bundle());
        assert!(of(&["M=nonsense"]).bundle().is_none());
        assert!(of(&["Q=2"]).is_bundle());
    }
}
