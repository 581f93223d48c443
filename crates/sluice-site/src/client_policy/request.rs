//! What is asked for, and whether it makes sense.

use sluice_model::Name;

use super::PolicyFormat;
use super::certificate::Certificate;
use super::policy::{AutomaticUpdates, ClientPolicy, DeliveryMode, InstallTime};
use super::server_url::ServerUrl;
use crate::error::{SiteError, SiteResult};

/// Most target groups in one policy; a device can be in as many collections as it likes without this.
const MAX_TARGET_GROUPS: usize = 16;

/// A policy for Windows devices, as somebody asks for it. Its default is what most sites want.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientPolicyRequest {
    /// The form.
    pub format: PolicyFormat,
    /// Address devices scan against, `https://host:port`; `None`: the site's own.
    pub server: Option<String>,
    /// Address devices report to; `None`: the same.
    pub status_server: Option<String>,
    /// Address content may also be downloaded from.
    pub alternate_server: Option<String>,
    /// Target groups for client-side targeting, separated by `;`.
    pub target_group: Option<String>,
    /// Hours between scans, 1 to 22. Devices scan up to a fifth earlier, at random.
    pub detection_hours: u8,
    /// What devices do with what is offered.
    pub automatic: AutomaticUpdates,
    /// Day of scheduled installations: 0 every day, 1 Sunday to 7 Saturday.
    pub install_day: u8,
    /// Hour of scheduled installations, 0 to 23, local time of the device.
    pub install_hour: u8,
    /// Devices may ask Microsoft's services on the internet too.
    pub microsoft: bool,
    /// From where else devices may get content.
    pub delivery: DeliveryMode,
    /// Accept updates that the device's trusted publishers signed (third-party updates).
    pub trust_publishers: bool,
    /// Pin the authority: devices refuse servers with certificates of any other.
    pub pin: bool,
}

impl Default for ClientPolicyRequest {
    fn default() -> Self {
        Self {
            format: PolicyFormat::default(),
            server: None,
            status_server: None,
            alternate_server: None,
            target_group: None,
            // What Windows does without a policy.
            detection_hours: 22,
            automatic: AutomaticUpdates::default(),
            install_day: 0,
            install_hour: 3,
            microsoft: false,
            delivery: DeliveryMode::default(),
            trust_publishers: false,
            pin: false,
        }
    }
}

impl ClientPolicyRequest {
    /// The policy, if it makes sense.
    pub(super) fn check(&self, own_url: &str, authority: &[u8]) -> SiteResult<ClientPolicy> {
        let server = url("server", self.server.as_deref().unwrap_or(own_url))?;
        let optional = |field, text: &Option<String>| text.as_deref().map(|text| url(field, text)).transpose();
        Ok(ClientPolicy {
            status_server: optional("status_server", &self.status_server)?.unwrap_or_else(|| server.clone()),
            alternate_server: optional("alternate_server", &self.alternate_server)?,
            target_groups: target_groups(self.target_group.as_deref().unwrap_or_default())?,
            detection_hours: within("detection_hours", self.detection_hours, 1, 22)?,
            install: InstallTime {
                day: within("install_day", self.install_day, 0, 7)?,
                hour: within("install_hour", self.install_hour, 0, 23)?,
            },
            automatic: self.automatic,
            microsoft: self.microsoft,
            delivery: self.delivery,
            trust_publishers: self.trust_publishers,
            certificate: Certificate::new(authority),
            pin: self.pin,
            server,
        })
    }
}

fn url(field: &'static str, text: &str) -> SiteResult<ServerUrl> {
    ServerUrl::parse(text).map_err(|error| {
        let message = format!("the address of a server cannot be used: {error}");
        SiteError::invalid(field, message, "Write it as https://updates.example.org:8531.")
    })
}

fn within(field: &'static str, number: u8, least: u8, most: u8) -> SiteResult<u8> {
    if (least..=most).contains(&number) {
        return Ok(number);
    }
    Err(SiteError::invalid(field, format!("{number} is not between {least} and {most}"), "Give a number between them."))
}

/// Names of groups. The agent separates them by semicolons, so that no name can have one.
fn target_groups(text: &str) -> SiteResult<Vec<String>> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let names = text.split(';').map(|name| Name::new(name).map(|name| name.as_str().to_owned()));
    let names = names.collect::<Result<Vec<_>, _>>().map_err(|error| {
        SiteError::invalid("target_group", error.to_string(), "Write names of collections, separated by semicolons.")
    })?;
    if names.len() > MAX_TARGET_GROUPS {
        let message = format!("there can be at most {MAX_TARGET_GROUPS} target groups");
        return Err(SiteError::invalid("target_group", message, "Put collections into a parent collection instead."));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn check(change: impl FnOnce(&mut ClientPolicyRequest)) -> SiteResult<ClientPolicy> {
        let mut request = ClientPolicyRequest::default();
        change(&mut request);
        request.check("https://site:8531", b"certificate")
    }

    #[test]
    fn defaults_are_the_sites() {
        let policy = check(|_| ()).unwrap();
        assert_eq!(policy.server.as_str(), "https://site:8531");
        assert_eq!(policy.status_server, policy.server);
        assert_eq!(policy.target_groups, Vec::<String>::new());
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        let refused = |change: fn(&mut ClientPolicyRequest)| {
            let error = check(change).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Invalid);
            error.field.unwrap()
        };
        assert_eq!(refused(|r| r.server = Some("site".into())), "server");
        assert_eq!(refused(|r| r.status_server = Some("https://a/b".into())), "status_server");
        assert_eq!(refused(|r| r.alternate_server = Some("https://".into())), "alternate_server");
        assert_eq!(refused(|r| r.detection_hours = 0), "detection_hours");
        assert_eq!(refused(|r| r.detection_hours = 23), "detection_hours");
        assert_eq!(refused(|r| r.install_day = 8), "install_day");
        assert_eq!(refused(|r| r.install_hour = 24), "install_hour");
        assert_eq!(refused(|r| r.target_group = Some("a;;b".into())), "target_group");
        assert_eq!(refused(|r| r.target_group = Some("a\r\nb".into())), "target_group");
        assert_eq!(refused(|r| r.target_group = Some("x;".repeat(20) + "x")), "target_group");
    }

    #[test]
    fn several_groups() {
        let policy = check(|r| r.target_group = Some("Ring 1; Büro".into())).unwrap();
        assert_eq!(policy.target_groups, ["Ring 1", "Büro"]);
        assert!(check(|r| r.target_group = Some("  ".into())).unwrap().target_groups.is_empty());
    }
}
