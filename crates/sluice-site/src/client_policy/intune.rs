//! A custom configuration profile of Microsoft Intune: the OMA-URI settings of "Policy CSP - Update" and their like, in
//! the form in which Graph takes a `windows10CustomConfiguration`.

use serde::Serialize;

use super::policy::{AutomaticUpdates, ClientPolicy};

const UPDATE: &str = "./Device/Vendor/MSFT/Policy/Config/Update";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Profile<'a> {
    #[serde(rename = "@odata.type")]
    kind: &'a str,
    display_name: &'a str,
    description: String,
    oma_settings: Vec<OmaSetting>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OmaSetting {
    #[serde(rename = "@odata.type")]
    kind: &'static str,
    display_name: String,
    description: &'static str,
    oma_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<&'static str>,
    value: Value,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Value {
    Number(u32),
    Text(String),
}

/// The profile, as JSON for people and Graph.
pub(super) fn write(policy: &ClientPolicy) -> String {
    let profile = Profile {
        kind: "#microsoft.graph.windows10CustomConfiguration",
        display_name: "Updates from Sluice",
        description: description(policy),
        oma_settings: settings(policy),
    };
    // Strings and numbers only: this cannot fail.
    let mut text = serde_json::to_string_pretty(&profile).unwrap_or_default();
    text.push('\n');
    text
}

/// What the profile is, and what Intune has no setting for.
fn description(policy: &ClientPolicy) -> String {
    let mut text = format!("Windows devices scan against {} and report to it.", policy.server);
    let mut missing = Vec::new();
    if policy.status_server != policy.server {
        missing.push("another server for reports (WUStatusServer)");
    }
    if !policy.target_groups.is_empty() {
        missing.push("target groups (TargetGroup): put the devices into collections on the server");
    }
    if !policy.microsoft {
        missing.push("DoNotConnectToWindowsUpdateInternetLocations");
    }
    if policy.pin {
        missing.push("pinning the authority (store WindowsServerUpdateServices)");
    }
    if policy.automatic == AutomaticUpdates::LocalChoice || policy.automatic == AutomaticUpdates::NotifyRestart {
        missing.push("this choice of automatic updates");
    }
    if !missing.is_empty() {
        text.push_str(" Not in it, because there is no setting for it: ");
        text.push_str(&missing.join("; "));
        text.push_str(". The PowerShell script of the same policy sets it.");
    }
    text
}

fn settings(policy: &ClientPolicy) -> Vec<OmaSetting> {
    let mut list = vec![
        number(UPDATE, "AllowUpdateService", 1, "The device may use an update service at all."),
        text(UPDATE, "UpdateServiceUrl", policy.server.as_str(), "Scan against this server and report to it."),
    ];
    if let Some(url) = &policy.alternate_server {
        list.push(text(
            UPDATE,
            "UpdateServiceUrlAlternate",
            url.as_str(),
            "Download content from this server if it can.",
        ));
    }
    let sources = "1: this class of updates from the server.";
    for class in ["Feature", "Quality", "Driver", "Other"] {
        list.push(number(UPDATE, &format!("SetPolicyDrivenUpdateSourceFor{class}Updates"), 1, sources));
    }
    list.push(number(UPDATE, "SetProxyBehaviorForUpdateDetection", 0, "0: the proxy of the machine only."));
    list.push(number(
        UPDATE,
        "AllowNonMicrosoftSignedUpdate",
        policy.trust_publishers.into(),
        "1: accept updates signed by the device's trusted publishers.",
    ));
    list.push(number(UPDATE, "DetectionFrequency", policy.detection_hours.into(), "Hours between scans."));
    let automatic = match policy.automatic {
        AutomaticUpdates::Notify => Some((0, "0: ask before downloading.")),
        AutomaticUpdates::Download => {
            Some((1, "1: install and let the user schedule the restart. Intune has nothing that only downloads."))
        }
        AutomaticUpdates::Schedule => Some((3, "3: install and restart at the scheduled time.")),
        AutomaticUpdates::LocalChoice | AutomaticUpdates::NotifyRestart => None,
    };
    if let Some((option, says)) = automatic {
        list.push(number(UPDATE, "AllowAutoUpdate", option, says));
    }
    if policy.automatic == AutomaticUpdates::Schedule {
        list.push(number(
            UPDATE,
            "ScheduledInstallDay",
            policy.install.day.into(),
            "0 every day, 1 Sunday to 7 Saturday.",
        ));
        list.push(number(UPDATE, "ScheduledInstallTime", policy.install.hour.into(), "Hour of the day, local time."));
    }
    list.push(number(
        "./Device/Vendor/MSFT/Policy/Config/DeliveryOptimization",
        "DODownloadMode",
        policy.delivery.option(),
        "Content: 0 from the server only, 1 also from devices nearby, 2 also from the group, 99 without Microsoft's services.",
    ));
    list.push(OmaSetting {
        kind: "#microsoft.graph.omaSettingBase64",
        display_name: "Certificate of the site's authority".to_owned(),
        description: "Trusted for servers.",
        oma_uri: format!(
            "./Device/Vendor/MSFT/RootCATrustedCertificates/Root/{}/EncodedCertificate",
            policy.certificate.thumbprint()
        ),
        file_name: Some("sluice-authority.cer"),
        value: Value::Text(policy.certificate.base64()),
    });
    list
}

fn number(folder: &str, name: &str, value: u32, description: &'static str) -> OmaSetting {
    setting("#microsoft.graph.omaSettingInteger", folder, name, Value::Number(value), description)
}

fn text(folder: &str, name: &str, value: &str, description: &'static str) -> OmaSetting {
    setting("#microsoft.graph.omaSettingString", folder, name, Value::Text(value.to_owned()), description)
}

fn setting(kind: &'static str, folder: &str, name: &str, value: Value, description: &'static str) -> OmaSetting {
    let oma_uri = format!("{folder}/{name}");
    OmaSetting { kind, display_name: name.to_owned(), description, oma_uri, file_name: None, value }
}
