//! The registry values of a policy, all below `HKEY_LOCAL_MACHINE`.

use super::policy::{AutomaticUpdates, ClientPolicy};

const WINDOWS_UPDATE: &str = r"SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate";
const AUTOMATIC: &str = r"SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU";
const DELIVERY: &str = r"SOFTWARE\Policies\Microsoft\Windows\DeliveryOptimization";
const CERTIFICATES: &str = r"SOFTWARE\Policies\Microsoft\SystemCertificates";

/// Content of a registry value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Data {
    Text(String),
    Number(u32),
    Bytes(Vec<u8>),
}

/// A registry value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    pub key: String,
    pub name: &'static str,
    pub data: Data,
    /// What it does, one line.
    pub says: &'static str,
}

/// The policies, values of one key together. Without the certificate.
pub(super) fn policies(policy: &ClientPolicy) -> Vec<Setting> {
    let mut list = List(Vec::new());
    list.text(WINDOWS_UPDATE, "WUServer", policy.server.as_str(), "Scan against this server.");
    list.text(WINDOWS_UPDATE, "WUStatusServer", policy.status_server.as_str(), "Report to this server.");
    if let Some(url) = &policy.alternate_server {
        list.text(
            WINDOWS_UPDATE,
            "UpdateServiceUrlAlternate",
            url.as_str(),
            "Download content from this server if it can.",
        );
    }
    let targeted = !policy.target_groups.is_empty();
    list.number(WINDOWS_UPDATE, "TargetGroupEnabled", targeted.into(), "1: the device names its groups itself.");
    if targeted {
        let groups = policy.target_groups.join(";");
        list.text(
            WINDOWS_UPDATE,
            "TargetGroup",
            &groups,
            "The groups (collections) of the device, separated by semicolons.",
        );
    }
    list.number(
        WINDOWS_UPDATE,
        "DoNotConnectToWindowsUpdateInternetLocations",
        (!policy.microsoft).into(),
        "1: never ask Microsoft's services for updates, also not for apps of the Microsoft Store.",
    );
    for (name, says) in [
        (
            "SetPolicyDrivenUpdateSourceForFeatureUpdates",
            "1: feature updates from this server (Windows 10 21H2 and later).",
        ),
        ("SetPolicyDrivenUpdateSourceForQualityUpdates", "1: quality updates from this server."),
        ("SetPolicyDrivenUpdateSourceForDriverUpdates", "1: drivers from this server."),
        ("SetPolicyDrivenUpdateSourceForOtherUpdates", "1: updates of other Microsoft products from this server."),
    ] {
        list.number(WINDOWS_UPDATE, name, 1, says);
    }
    list.number(
        WINDOWS_UPDATE,
        "SetProxyBehaviorForUpdateDetection",
        0,
        "0: scan through the proxy of the machine only, never of a user.",
    );
    list.number(
        WINDOWS_UPDATE,
        "DoNotEnforceEnterpriseTLSCertPinningForUpdateDetection",
        0,
        "0: if certificates are pinned, insist on them.",
    );
    list.number(
        WINDOWS_UPDATE,
        "AcceptTrustedPublisherCerts",
        policy.trust_publishers.into(),
        "1: accept updates signed by the device's trusted publishers.",
    );
    list.number(AUTOMATIC, "UseWUServer", 1, "1: use the server above.");
    list.number(AUTOMATIC, "UseUpdateClassPolicySource", 1, "1: obey the four sources above.");
    list.number(AUTOMATIC, "NoAutoUpdate", 0, "0: Automatic Updates is on, so that the device scans by itself.");
    list.number(
        AUTOMATIC,
        "AUOptions",
        policy.automatic.option(),
        "2 ask before download, 3 ask before installation, 4 install at the time below, 5 local choice, 7 ask before restart too.",
    );
    if policy.automatic == AutomaticUpdates::Schedule {
        list.number(
            AUTOMATIC,
            "ScheduledInstallDay",
            policy.install.day.into(),
            "0 every day, 1 Sunday to 7 Saturday.",
        );
        list.number(AUTOMATIC, "ScheduledInstallTime", policy.install.hour.into(), "Hour of the day, local time.");
    }
    list.number(AUTOMATIC, "DetectionFrequencyEnabled", 1, "1: scan as often as said below.");
    list.number(
        AUTOMATIC,
        "DetectionFrequency",
        policy.detection_hours.into(),
        "Hours between scans, less up to a fifth at random.",
    );
    list.number(
        DELIVERY,
        "DODownloadMode",
        policy.delivery.option(),
        "Content: 0 from the server only, 1 also from devices nearby, 2 also from the group, 99 without Microsoft's services.",
    );
    list.0
}

/// The authority's certificate as registry values: what a domain's Group Policy writes to make devices trust it.
pub(super) fn certificates(policy: &ClientPolicy) -> Vec<Setting> {
    let thumbprint = policy.certificate.thumbprint();
    let setting = |store: &&'static str| Setting {
        key: format!(r"{CERTIFICATES}\{store}\Certificates\{thumbprint}"),
        name: "Blob",
        data: Data::Bytes(policy.certificate.blob()),
        says: if *store == "Root" {
            "The certificate of the site's authority, trusted for servers."
        } else {
            "The same, pinned: no server of another authority is scanned against."
        },
    };
    policy.stores().iter().map(setting).collect()
}

struct List(Vec<Setting>);

impl List {
    fn text(&mut self, key: &str, name: &'static str, text: &str, says: &'static str) {
        self.0.push(Setting { key: key.to_owned(), name, data: Data::Text(text.to_owned()), says });
    }

    fn number(&mut self, key: &str, name: &'static str, number: u32, says: &'static str) {
        self.0.push(Setting { key: key.to_owned(), name, data: Data::Number(number), says });
    }
}
