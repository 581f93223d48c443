//! Every form is read back by a strict reader of its own, and says what was asked for.

mod powershell;
mod readers;

use readers::{read_lgpo, read_pol, read_reg};

use super::policy::{AutomaticUpdates, ClientPolicy, DeliveryMode};
use super::settings::{Data, Setting, certificates, policies};
use super::{ClientPolicyRequest, PolicyFormat, intune};

/// A name with everything that could end a text too early somewhere.
const NASTY: &str = "O'Brien \"Ring\" \\ 100% $env:x `n Büro \u{2019}x\u{2018} 日本 @SETTINGS@ [a];b";

pub(super) fn policy(change: impl FnOnce(&mut ClientPolicyRequest)) -> ClientPolicy {
    let mut request = ClientPolicyRequest::default();
    change(&mut request);
    request.check("https://updates.example.org:8531", b"a certificate, as far as this goes").unwrap()
}

fn nasty() -> ClientPolicy {
    policy(|r| {
        r.target_group = Some(NASTY.into());
        r.server = Some("http://10.0.0.7:8530".into());
        r.alternate_server = Some("http://cache:8530".into());
        r.automatic = AutomaticUpdates::Schedule;
        r.install_day = 3;
        r.install_hour = 22;
        r.delivery = DeliveryMode::Simple;
        r.microsoft = true;
        r.trust_publishers = true;
        r.pin = true;
    })
}

/// What was said, without the remarks.
fn plain(settings: &[Setting]) -> Vec<(String, String, Data)> {
    settings.iter().map(|s| (s.key.clone(), s.name.to_owned(), s.data.clone())).collect()
}

fn everything(policy: &ClientPolicy) -> Vec<(String, String, Data)> {
    plain(&[policies(policy), certificates(policy)].concat())
}

#[test]
fn every_form_reads_back_as_what_was_asked_for() {
    for policy in [policy(|_| ()), nasty()] {
        assert_eq!(read_reg(&policy.file(PolicyFormat::Reg).bytes), everything(&policy));
        assert_eq!(read_pol(&policy.file(PolicyFormat::RegistryPol).bytes), everything(&policy));
        assert_eq!(read_lgpo(&policy.file(PolicyFormat::GroupPolicy)), plain(&policies(&policy)));
        assert_eq!(powershell::settings(&policy.file(PolicyFormat::PowerShell).bytes), plain(&policies(&policy)));
    }
}

#[test]
fn values_as_the_agent_wants_them() {
    let policy = nasty();
    let of = |name: &str| {
        let all = everything(&policy);
        let found: Vec<_> = all.into_iter().filter(|(_, n, _)| n == name).map(|(_, _, data)| data).collect();
        found.first().cloned()
    };
    assert_eq!(of("WUServer"), Some(Data::Text("http://10.0.0.7:8530".into())));
    assert_eq!(of("WUStatusServer"), of("WUServer"));
    assert_eq!(of("UpdateServiceUrlAlternate"), Some(Data::Text("http://cache:8530".into())));
    assert_eq!(of("UseWUServer"), Some(Data::Number(1)));
    assert_eq!(of("TargetGroupEnabled"), Some(Data::Number(1)));
    assert_eq!(of("DoNotConnectToWindowsUpdateInternetLocations"), Some(Data::Number(0)));
    assert_eq!(of("AUOptions"), Some(Data::Number(4)));
    assert_eq!(
        (of("ScheduledInstallDay"), of("ScheduledInstallTime")),
        (Some(Data::Number(3)), Some(Data::Number(22)))
    );
    assert_eq!(of("DODownloadMode"), Some(Data::Number(99)));
    assert_eq!(of("AcceptTrustedPublisherCerts"), Some(Data::Number(1)));
    let Some(Data::Text(groups)) = of("TargetGroup") else { panic!() };
    assert_eq!(groups, NASTY, "a group ends at each semicolon, and only there");
    let plain = everything(&super::tests::policy(|_| ()));
    assert!(!plain.iter().any(|(_, name, _)| name == "TargetGroup" || name == "ScheduledInstallDay"));
    assert!(plain.iter().filter(|(key, ..)| key.contains("WindowsServerUpdateServices")).count() == 0);
}

#[test]
fn every_value_is_explained() {
    for setting in [policies(&nasty()), certificates(&nasty())].concat() {
        assert!(setting.says.len() > 10 && setting.says.ends_with('.'), "{setting:?}");
        assert!(!setting.says.contains(['\n', '\r']), "{setting:?}");
    }
}

#[test]
fn without_tls_there_is_a_warning() {
    for format in [PolicyFormat::Reg, PolicyFormat::PowerShell] {
        assert!(nasty().file(format).text.unwrap().contains("without TLS"), "{format:?}");
        assert!(!policy(|_| ()).file(format).text.unwrap().contains("without TLS"), "{format:?}");
    }
}

#[test]
fn intune_profile() {
    let profile: serde_json::Value = serde_json::from_str(&intune::write(&nasty())).unwrap();
    assert_eq!(profile["@odata.type"], "#microsoft.graph.windows10CustomConfiguration");
    let description = profile["description"].as_str().unwrap();
    assert!(description.contains("TargetGroup") && description.contains("pinning"), "{description}");
    let settings = profile["omaSettings"].as_array().unwrap();
    let value = |name: &str| {
        let found = settings.iter().find(|s| s["omaUri"].as_str().unwrap().ends_with(name));
        &found.unwrap_or_else(|| panic!("{name}"))["value"]
    };
    assert_eq!(value("/Update/UpdateServiceUrl"), "http://10.0.0.7:8530");
    assert_eq!(value("/Update/AllowAutoUpdate"), 3);
    assert_eq!(value("/Update/ScheduledInstallTime"), 22);
    assert_eq!(value("/DeliveryOptimization/DODownloadMode"), 99);
    assert_eq!(value("/EncodedCertificate"), "YSBjZXJ0aWZpY2F0ZSwgYXMgZmFyIGFzIHRoaXMgZ29lcw==");
    for setting in settings {
        let kind = setting["@odata.type"].as_str().unwrap();
        let fits = match &setting["value"] {
            serde_json::Value::Number(_) => kind == "#microsoft.graph.omaSettingInteger",
            serde_json::Value::String(_) => {
                kind == "#microsoft.graph.omaSettingString"
                    || (kind == "#microsoft.graph.omaSettingBase64" && setting["fileName"].is_string())
            }
            _ => false,
        };
        assert!(fits, "{setting}");
        assert!(setting["omaUri"].as_str().unwrap().starts_with("./Device/Vendor/MSFT/"), "{setting}");
    }
}

#[test]
fn as_written() {
    let policy = policy(|r| r.target_group = Some("Ring 1".into()));
    for format in [PolicyFormat::Reg, PolicyFormat::PowerShell, PolicyFormat::GroupPolicy, PolicyFormat::Intune] {
        let text = policy.file(format).text.unwrap().replace("\r\n", "\n");
        insta::assert_snapshot!(format.slug(), text);
    }
}
