use proptest::prelude::*;
use uuid::Uuid;

use super::super::rule_examples::LEAVES;
use super::device_facts::{DeviceFacts, from_json, key};
use super::*;
use crate::captures::{core_fragments, documents, shared_text};

const NOBODY: UpdateId = UpdateId(Uuid::nil());

/// The rules of `IsInstalled` with this content, in the form of a Core fragment.
fn applicability(installed: &str, metadata: &str) -> Applicability {
    let text = format!(
        "<ApplicabilityRules><IsInstalled>{installed}</IsInstalled><Metadata>{metadata}</Metadata></ApplicabilityRules>"
    );
    Applicability::parse(&text).unwrap().unwrap()
}

fn rule(text: &str) -> Rule {
    applicability(text, "").is_installed.unwrap()
}

fn truth(text: &str, facts: &DeviceFacts) -> Truth {
    applicability(text, "").installed(NOBODY, facts)
}

fn sample_facts() -> Option<DeviceFacts> {
    Some(from_json(&shared_text("captures/spec-derived/applicability_facts_sample.json")?))
}

/// Every rule the published schemas name is known, and the examples of them are understood.
#[test]
fn every_rule_element_of_the_schemas_is_recognized() {
    let mut names: Vec<String> = LEAVES.iter().map(|(_, name, _, _)| (*name).to_owned()).collect();
    names.extend(["And", "Or", "Not", "RegKeyLoop"].map(str::to_owned));
    for schema in
        ["BaseApplicabilityRules", "MsiApplicabilityRules", "WindowsDriver", "support/LogicalApplicabilityRules"]
    {
        let Some(text) = shared_text(&format!("protocol/xsd/{schema}.xsd")) else { return };
        let rules: Vec<&str> = text
            .lines()
            .filter(|line| line.contains("substitutionGroup=\"upd:ApplicabilityRuleElement\""))
            .map(|line| line.split("name=\"").nth(1).unwrap().split('"').next().unwrap())
            .collect();
        assert!(rules.len() >= 3, "{schema}");
        for name in rules {
            assert!(names.iter().any(|known| known == name), "{name} of {schema} has no example");
        }
    }
    for (space, name, attributes, children) in LEAVES {
        let prefix = match *space {
            "bar" => "b.",
            "msiar" => "m.",
            "drv" => "d.",
            _ => "",
        };
        let escape = |text: &str| quick_xml::escape::escape(text.to_owned()).into_owned();
        let attributes: String =
            attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", escape(value))).collect();
        let children: String =
            children.iter().map(|(name, text)| format!("<m.{name}>{}</m.{name}>", escape(text))).collect();
        let rule = rule(&format!("<{prefix}{name}{attributes}>{children}</{prefix}{name}>"));
        assert_eq!(rule.unknown(), Vec::<&UnknownRule>::new(), "{name}");
        // Without any facts nothing can be said, except by those that need none.
        let expected = match *name {
            "True" => Truth::True,
            "False" => Truth::False,
            // Known to the test facts: the nil update was installed once.
            "InstalledOnce" => Truth::True,
            _ => Truth::Unknown,
        };
        let rules = Applicability { is_installed: Some(rule), ..Applicability::default() };
        assert_eq!(rules.installed(NOBODY, &DeviceFacts::default()), expected, "{name}");
    }
}

/// Each rule of the sample on the facts of the sample.
#[test]
fn the_sample_rules_on_the_sample_facts() {
    let Some(core) = shared_text("captures/spec-derived/applicability_rules_core.txt") else { return };
    let facts = sample_facts().unwrap();
    let rules = Applicability::parse(&core).unwrap().unwrap();
    let Some(Rule::And(parts)) = &rules.is_installed else { panic!("{rules:?}") };
    let results: Vec<String> = parts
        .iter()
        .map(|part| {
            let one = Applicability { is_installed: Some(part.clone()), ..rules.clone() };
            let kind = format!("{part:?}").split(['(', ' ']).next().unwrap().to_owned();
            format!("{kind} {:?}", one.installed(NOBODY, &facts))
        })
        .collect();
    assert_eq!(
        results,
        [
            "System True",      // Windows 10.0.26200 workstation
            "Or Unknown",       // SOFTWARE\Acme\Agent was not collected
            "Registry Unknown", // nor SOFTWARE\Acme
            "Registry Unknown",
            "File Unknown",
            "File Unknown",
            "File Unknown",
            "File Unknown",
            "Msi True",      // 10.22.130 in 10.22.123 to 10.22.136
            "Msi True",      // feature Admin
            "Registry True", // no key of SQL Server: no subkey is clustered
            "System True",   // x64
            "System True",   // en covers en-US
            "Licence True",
            "Wmi True",
            "System True",
            "Cbs True",
            "Device Unknown",
        ]
    );
    assert_eq!(rules.state(NOBODY, &facts), ApplicabilityState::Unknown);
}

#[test]
fn rules_of_a_document_are_those_of_its_fragment() {
    let Some(text) = shared_text("captures/spec-derived/applicability_rules_strict.xml") else { return };
    let rules = Applicability::parse(&text).unwrap().unwrap();
    let core = super::super::UpdateDocument::parse(&text).unwrap().fragments().unwrap().core;
    assert_eq!(Applicability::parse(&core).unwrap(), Some(rules.clone()));
    // SOFTWARE\Gone was not collected; once it is known to be absent, the update is installed.
    let mut facts = sample_facts().unwrap();
    assert_eq!(rules.installed(NOBODY, &facts), Truth::Unknown);
    facts.keys.insert(key(r"SOFTWARE\Gone", false), Fact::Absent);
    assert_eq!(rules.state(NOBODY, &facts), ApplicabilityState::Installed);
    facts.keys.insert(key(r"SOFTWARE\Gone", false), Fact::Known(()));
    assert_eq!(rules.state(NOBODY, &facts), ApplicabilityState::Installable);
    facts.language = Some("de-DE".to_owned());
    assert_eq!(rules.state(NOBODY, &facts), ApplicabilityState::NotApplicable);
}

/// Nothing in recorded metadata is unknown.
#[test]
fn all_recorded_rules_are_understood() {
    let mut texts = documents();
    if texts.is_empty() {
        return;
    }
    texts.extend(core_fragments());
    let mut with_rules = 0;
    for (name, text) in texts {
        let Some(rules) = Applicability::parse(&text).unwrap() else { continue };
        with_rules += 1;
        for rule in [&rules.is_installed, &rules.is_installable, &rules.is_superseded].into_iter().flatten() {
            assert_eq!(rule.unknown(), Vec::<&UnknownRule>::new(), "{name}");
        }
    }
    assert!(with_rules > 30, "{with_rules}");
}

/// A definition update: installed when both files are new enough.
#[test]
fn a_recorded_definition_update() {
    let found = documents();
    let Some((_, text)) = found.iter().find(|(name, _)| name.starts_with("7366a74a")) else { return };
    let rules = Applicability::parse(text).unwrap().unwrap();
    const DEFENDER: &str = r"SOFTWARE\Microsoft\Windows Defender";
    let mut facts = DeviceFacts::default();
    let at = |name: &str| key(&format!("{DEFENDER}{name}"), false);
    let set = |facts: &mut DeviceFacts, place: &str, name: &str, value: Fact<RegistryValue>| {
        facts.values.insert((at(place), name.to_lowercase()), value);
    };
    set(&mut facts, r"\Signature Updates", "SignatureType", Fact::Absent);
    let folder = RegistryValue::Sz(r"C:\Definitions\".to_owned());
    set(&mut facts, r"\Signature Updates", "SignatureLocation", Fact::Known(folder));
    for name in ["DeltaUpdateFailure", "BddUpdateFailure", "DisableDeltaPatch"] {
        set(&mut facts, r"\Miscellaneous Configuration", name, Fact::Absent);
    }
    set(&mut facts, r"\Diagnostics\BlockedVersions\Signatures", "1.459.539.0", Fact::Absent);
    facts.licences.insert("ce163b38-1aec-47af-854d-fc90abd6951c".to_owned(), 0);
    let version = |facts: &mut DeviceFacts, version: &str| {
        let file = FileFacts { version: Some(version.parse().unwrap()), ..FileFacts::default() };
        for name in ["mpasdlta.vdm", "mpavdlta.vdm"] {
            facts.files.insert(format!(r"c:\definitions\{name}"), Fact::Known(file));
        }
    };
    version(&mut facts, "1.459.539.0");
    assert_eq!(rules.state(NOBODY, &facts), ApplicabilityState::Installed);
    version(&mut facts, "1.459.8.0");
    assert_eq!(rules.state(NOBODY, &facts), ApplicabilityState::Installable);
    // One of the versions a smaller update exists for.
    version(&mut facts, "1.459.536.0");
    assert_eq!(rules.state(NOBODY, &facts), ApplicabilityState::NotApplicable);
    facts.files.clear();
    assert_eq!(rules.state(NOBODY, &facts), ApplicabilityState::Unknown);
}

#[test]
fn packages_are_compared_by_identity() {
    let Some(core) = shared_text("captures/windows-servicing/cbs-dotnet-core-reduced.xml") else { return };
    let rules = Applicability::parse(&core).unwrap().unwrap();
    let identity = rules.metadata.package.as_ref().unwrap().to_string();
    assert_eq!(identity, "Package_for_DotNetRollup_481~31bf3856ad364e35~amd64~~10.0.9082.7");
    let mut facts =
        DeviceFacts { processor: Some(Processor { architecture: 9, level: 6, revision: 0 }), ..DeviceFacts::default() };
    assert_eq!(rules.state(NOBODY, &facts), ApplicabilityState::Unknown);
    for (state, expected) in [
        (Fact::Absent, ApplicabilityState::Installable),
        (Fact::Known(PackageState(64)), ApplicabilityState::Installable),
        (Fact::Known(PackageState::INSTALLED), ApplicabilityState::Installed),
        (Fact::Known(PackageState::SUPERSEDED), ApplicabilityState::Installed),
    ] {
        facts.packages.insert(identity.to_lowercase(), state);
        assert_eq!(rules.state(NOBODY, &facts), expected, "{state:?}");
    }
    facts.packages.insert(identity.to_lowercase(), Fact::Absent);
    facts.processor = Some(Processor { architecture: 12, level: 0, revision: 0 });
    assert_eq!(rules.state(NOBODY, &facts), ApplicabilityState::NotApplicable);
}

#[test]
fn releases_and_device_attributes() {
    let Some(core) = shared_text("captures/windows-servicing/osinstaller-core.xml") else { return };
    let rules = Applicability::parse(&core).unwrap().unwrap();
    let mut facts = DeviceFacts::default();
    let release = "client.os.rs2.arm64".to_owned();
    facts.releases.insert(release.clone(), "10.0.22621.5000".parse().unwrap());
    facts.attributes.insert("osskuid".to_owned(), Fact::Known("4".to_owned()));
    facts.attributes.insert("sku".to_owned(), Fact::Absent);
    facts.attributes.insert("osversion".to_owned(), Fact::Known("10.0.22621.5000".to_owned()));
    assert_eq!(rules.state(NOBODY, &facts), ApplicabilityState::Installable);
    facts.attributes.insert("osversion".to_owned(), Fact::Known("10.0.26100.1".to_owned()));
    assert_eq!(rules.state(NOBODY, &facts), ApplicabilityState::NotApplicable);
    facts.releases.insert(release, "10.0.22621.5909".parse().unwrap());
    assert_eq!(rules.state(NOBODY, &facts), ApplicabilityState::Installed);
}

#[test]
fn versions_of_windows() {
    let facts = DeviceFacts {
        os: Some(OsVersion {
            major: 10,
            minor: 0,
            build: 26200,
            service_pack_major: 0,
            service_pack_minor: 0,
            suite_mask: 0x100,
            product_type: 1,
        }),
        ..DeviceFacts::default()
    };
    let holds = |attributes: &str| truth(&format!("<b.WindowsVersion {attributes} />"), &facts) == Truth::True;
    assert!(holds(r#"MajorVersion="10" MinorVersion="0""#));
    assert!(!holds(r#"MajorVersion="10" MinorVersion="1""#));
    // The numbers compare as one: 10.0 is greater than 6.3, though 0 is not greater than 3.
    assert!(holds(r#"Comparison="GreaterThanOrEqualTo" MajorVersion="6" MinorVersion="3" ProductType="1""#));
    assert!(!holds(r#"Comparison="GreaterThanOrEqualTo" MajorVersion="6" MinorVersion="3" ProductType="3""#));
    assert!(holds(r#"Comparison="LessThan" MajorVersion="10" MinorVersion="0" BuildNumber="26201""#));
    assert!(holds(r#"SuiteMask="384""#));
    assert!(!holds(r#"SuiteMask="384" AllSuitesMustBePresent="true""#));
    assert!(holds(""));
}

#[test]
fn registry_values_of_another_type_satisfy_nothing() {
    let facts = sample_facts();
    let Some(facts) = facts else { return };
    let value = |rest: &str| {
        truth(
            &format!(r#"<b.{rest} />"#).replace("AT_BIG", r#"Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\Big""#),
            &facts,
        )
    };
    assert_eq!(value(r#"RegValueExists AT_BIG Value="q" Type="REG_QWORD""#), Truth::True);
    assert_eq!(value(r#"RegValueExists AT_BIG Value="Q" Type="REG_DWORD""#), Truth::False);
    assert_eq!(value(r#"RegDword AT_BIG Value="Q" Comparison="GreaterThan" Data="0""#), Truth::False);
    assert_eq!(value(r#"RegExpandSz AT_BIG Value="Exp" Comparison="EndsWith" Data="\X""#), Truth::True);
    assert_eq!(value(r#"RegSz AT_BIG Value="Exp" Comparison="EndsWith" Data="\x""#), Truth::False);
    assert_eq!(value(r#"RegValueExists AT_BIG Value="None" Type="REG_NONE""#), Truth::True);
    assert_eq!(value(r#"WUv4RegKeySubstring AT_BIG Value="Exp" Data="SystemRoot""#), Truth::True);
    assert_eq!(value(r#"RegValueExists AT_BIG Value="never collected""#), Truth::Unknown);
    assert_eq!(value(r#"RegValueExists Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\Denied" Value="x""#), Truth::Unknown);
    assert_eq!(
        value(r#"RegValueExists Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\Gone" Value="x" RegType32="true""#),
        Truth::False
    );
}

#[test]
fn loops_over_subkeys() {
    let mut facts = DeviceFacts::default();
    facts.subkeys.insert(key("S", false), Fact::Known(vec!["A".to_owned(), "B".to_owned()]));
    let set = |facts: &mut DeviceFacts, subkey: &str, fact| {
        facts.values.insert((key(subkey, false), "v".to_owned()), fact);
    };
    set(&mut facts, r"S\A\Setup", Fact::Known(RegistryValue::Dword(1)));
    set(&mut facts, r"S\B\Setup", Fact::Absent);
    let result = |facts: &DeviceFacts, true_if: &str| {
        truth(
            &format!(
                r#"<b.RegKeyLoop Key="HKEY_LOCAL_MACHINE" Subkey="S" TrueIf="{true_if}"><And><b.RegDword Key="HKEY_LOOP_TARGET" Subkey="Setup" Value="V" Comparison="EqualTo" Data="1" /></And></b.RegKeyLoop>"#
            ),
            facts,
        )
    };
    assert_eq!(["Any", "All", "None"].map(|logic| result(&facts, logic)), [Truth::True, Truth::False, Truth::False]);
    set(&mut facts, r"S\A\Setup", Fact::Unavailable);
    assert_eq!(
        ["Any", "All", "None"].map(|logic| result(&facts, logic)),
        [Truth::Unknown, Truth::False, Truth::Unknown]
    );
    // Outside a loop there is no target.
    assert_eq!(truth(r#"<b.RegKeyExists Key="HKEY_LOOP_TARGET" Subkey="x" />"#, &facts), Truth::Unknown);
}

#[test]
fn files_below_folders() {
    let Some(facts) = sample_facts() else { return };
    let file = |rest: &str| truth(&format!("<b.{rest} />"), &facts);
    assert_eq!(file(r#"FileExists Path="\ntoskrnl.exe" Csidl="37" Size="12345""#), Truth::True);
    assert_eq!(file(r#"FileExists Path="ntoskrnl.exe" Csidl="37" Size="1""#), Truth::False);
    assert_eq!(file(r#"FileExists Path="ntoskrnl.exe" Csidl="37" Language="9""#), Truth::Unknown);
    assert_eq!(
        file(r#"FileVersion Path="ntoskrnl.exe" Csidl="37" Comparison="LessThan" Version="10.0.26100.2""#),
        Truth::True
    );
    assert_eq!(
        file(r#"FileModified Path="ntoskrnl.exe" Csidl="37" Comparison="LessThan" Modified="2026-01-02T03:04:06Z""#),
        Truth::True
    );
    assert_eq!(
        file(r#"FileCreated Path="ntoskrnl.exe" Csidl="37" Comparison="EqualTo" Created="2026-01-01T00:00:00""#),
        Truth::True
    );
    assert_eq!(file(r#"FileSize Path="gone\\x.exe" Csidl="38" Comparison="GreaterThan" Size="0""#), Truth::False);
    assert_eq!(file(r#"FileExists Path="C:\x.txt""#), Truth::Unknown);
    assert_eq!(
        file(
            r#"FileVersionPrependRegSz Path="mpclient.dll" Comparison="EqualTo" Version="4.18.1.1" Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\Microsoft\Windows Defender" Value="InstallLocation""#
        ),
        Truth::True
    );
}

#[test]
fn windows_installer() {
    const CODE: &str = "{E49CA583-2EC0-4510-862A-C2BEFD036330}";
    let Some(mut facts) = sample_facts() else { return };
    let product = |rest: &str| truth(&format!(r#"<m.MsiProductInstalled ProductCode="{CODE}" {rest} />"#), &facts);
    assert_eq!(product(""), Truth::True);
    assert_eq!(product(r#"VersionMin="10.22.130""#), Truth::True);
    assert_eq!(product(r#"VersionMin="10.22.130" ExcludeVersionMin="true""#), Truth::False);
    assert_eq!(product(r#"VersionMax="10.22.130" ExcludeVersionMax="true""#), Truth::False);
    assert_eq!(product(r#"Language="1031""#), Truth::False);
    let metadata = format!(
        r#"<m.MsiPatchMetadata><MsiPatch xmlns="http://www.microsoft.com/msi/patch_applicability.xsd" PatchGUID="{{P}}"><TargetProduct><TargetProductCode Validate="true">{CODE}</TargetProductCode><TargetVersion Validate="true" ComparisonType="Equal" ComparisonFilter="MajorMinor">10.22.7</TargetVersion></TargetProduct></MsiPatch></m.MsiPatchMetadata><m.MsiApplicationMetadata><m.ProductCode Version="10.22.131" UseRecacheReinstall="LowerVersion">{CODE}</m.ProductCode></m.MsiApplicationMetadata>"#
    );
    let by_metadata =
        |facts: &DeviceFacts, name: &str| applicability(&format!("<m.{name} />"), &metadata).installed(NOBODY, facts);
    let patch = |facts: &mut DeviceFacts, state| {
        facts.patches.insert((CODE.to_lowercase(), "{p}".to_owned()), state);
    };
    for (state, expected) in [
        (Fact::Absent, [Truth::False, Truth::False, Truth::True]),
        (Fact::Known(MsiPatchState::Applied), [Truth::True, Truth::False, Truth::False]),
        (Fact::Known(MsiPatchState::Superseded), [Truth::False, Truth::True, Truth::False]),
        (Fact::Unavailable, [Truth::Unknown, Truth::Unknown, Truth::Unknown]),
    ] {
        patch(&mut facts, state);
        let found =
            ["MsiPatchInstalled", "MsiPatchSuperseded", "MsiPatchInstallable"].map(|name| by_metadata(&facts, name));
        assert_eq!(found, expected, "{state:?}");
    }
    let application = |facts: &DeviceFacts| {
        ["MsiApplicationInstalled", "MsiApplicationSuperseded", "MsiApplicationInstallable"]
            .map(|name| by_metadata(facts, name))
    };
    assert_eq!(application(&facts), [Truth::False, Truth::False, Truth::True]);
    for (version, expected) in [
        ("10.22.131", [Truth::True, Truth::False, Truth::False]),
        ("10.22.132", [Truth::False, Truth::True, Truth::False]),
    ] {
        let product = MsiProduct { version: version.parse().unwrap(), language: None };
        facts.products.insert(CODE.to_lowercase(), Fact::Known(product));
        assert_eq!(application(&facts), expected, "{version}");
    }
    facts.products.insert(CODE.to_lowercase(), Fact::Absent);
    assert_eq!(application(&facts), [Truth::False, Truth::False, Truth::True]);
}

#[test]
fn drivers_rank_by_id_score_date_and_version() {
    let metadata = |class: &str| {
        format!(
            r#"<d.WindowsDriverMetaData HardwareID="PCI\VEN_1&amp;DEV_2" DriverVerDate="2024-05-01" DriverVerVersion="2.0.0.0" Class="{class}" Provider="Acme"><d.CompatibleProvider>Old</d.CompatibleProvider><d.FeatureScore OperatingSystem="AMD64.10.0" FeatureScore="10" /></d.WindowsDriverMetaData>"#
        )
    };
    let states = |driver: Option<InstalledDriver>, class: &str| {
        let device = Device {
            hardware_ids: vec![r"pci\ven_1&dev_2&rev_3".to_owned(), r"pci\ven_1&dev_2".to_owned()],
            compatible_ids: vec![r"pci\ven_1".to_owned()],
            driver,
        };
        let hardware = Hardware {
            devices: vec![Device::default(), device],
            computer_ids: vec![],
            feature_score_key: "amd64.10.0".to_owned(),
        };
        let facts = DeviceFacts { hardware: Some(hardware), ..DeviceFacts::default() };
        ["Installed", "Superseded", "Installable"].map(|name| {
            let rules = applicability(&format!("<d.WindowsDriver{name} />"), &metadata(class));
            rules.installed(NOBODY, &facts) == Truth::True
        })
    };
    let (installed, superseded, installable) = ([true, false, false], [false, true, false], [false, false, true]);
    let driver = |id: &str, score, date: &str, version: &str| {
        Some(InstalledDriver {
            matching_id: id.to_owned(),
            provider: "Other".to_owned(),
            date: Some(date.parse().unwrap()),
            version: version.parse().unwrap(),
            feature_score: Some(score),
        })
    };
    let same = driver(r"PCI\VEN_1&DEV_2", 0x10, "2024-05-01", "2.0.0.0");
    assert_eq!(states(None, "Net"), installable);
    assert_eq!(states(same.clone(), "Net"), installed);
    assert_eq!(states(driver(r"pci\ven_1&dev_2&rev_3", 0xFF, "2000-01-01", "1.0"), "Net"), superseded);
    assert_eq!(states(driver(r"pci\ven_1", 0, "2026-01-01", "9.0"), "Net"), installable);
    assert_eq!(states(driver(r"pci\ven_1&dev_2", 0x0F, "2000-01-01", "1.0"), "Net"), superseded);
    assert_eq!(states(driver(r"pci\ven_1&dev_2", 0x10, "2024-05-02", "1.0"), "Net"), superseded);
    assert_eq!(states(driver(r"pci\ven_1&dev_2", 0x10, "2024-05-01", "1.9"), "Net"), installable);
    // A printer driver replaces those of its own or a compatible provider only.
    let older = driver(r"pci\ven_1&dev_2", 0x10, "2024-05-01", "1.9");
    assert_eq!(states(older.clone(), "Printers"), [false; 3]);
    assert_eq!(
        states(older.map(|driver| InstalledDriver { provider: "old".into(), ..driver }), "Printers"),
        installable
    );
}

#[test]
fn what_is_not_understood_is_unknown_and_says_why() {
    let why = |text: &str| match rule(text) {
        Rule::Unknown(unknown) => (unknown.element, unknown.why),
        other => panic!("{other:?}"),
    };
    assert_eq!(why("<b.Future a=\"1\"><x /></b.Future>"), ("b.Future".into(), WhyUnknown::Element));
    assert_eq!(why("<True xmlns=\"urn:x\" />"), ("True".into(), WhyUnknown::Element));
    assert_eq!(why("<b.Processor />"), ("b.Processor".into(), WhyUnknown::Attribute("Architecture")));
    assert_eq!(
        why("<b.RegDword Key=\"HKLM\" Comparison=\"EqualTo\" Data=\"1\" />"),
        ("b.RegDword".into(), WhyUnknown::Attribute("Key"))
    );
    assert_eq!(why("<And />"), ("And".into(), WhyUnknown::Content));
    assert_eq!(why("<True /><True />"), ("IsInstalled".into(), WhyUnknown::Content));
    assert!(matches!(rule("<Not><True /><True /></Not>"), Rule::Not(inner) if matches!(*inner, Rule::Unknown(_))));
    // It does not spoil what is decided without it.
    let facts = DeviceFacts::default();
    assert_eq!(truth("<Or><b.Future /><True /></Or>", &facts), Truth::True);
    assert_eq!(truth("<And><b.Future /><True /></And>", &facts), Truth::Unknown);
    assert_eq!(truth("<Not><b.Future /></Not>", &facts), Truth::Unknown);
}

#[test]
fn nesting_and_number_are_bounded() {
    let error = |installed: &str| {
        let text = format!("<ApplicabilityRules><IsInstalled>{installed}</IsInstalled></ApplicabilityRules>");
        Applicability::parse(&text).unwrap_err().to_string()
    };
    let deep = format!("{}<True />{}", "<Not>".repeat(100), "</Not>".repeat(100));
    assert!(error(&deep).ends_with("more than 64 nested rules"));
    let many = format!("<Or>{}</Or>", "<True />".repeat(1 << 16));
    assert!(error(&many).ends_with("more than 65536 rules"));
    assert_eq!(Applicability::parse("<UpdateIdentity /><Relationships />").unwrap(), None);
}

fn truths() -> impl Strategy<Value = Truth> {
    prop::sample::select(vec![Truth::True, Truth::False, Truth::Unknown])
}

proptest! {
    /// What is unknown never decides: making it known either way agrees with a result that was not unknown.
    #[test]
    fn logic_is_right_for_every_value_of_the_unknown(values in prop::collection::vec(truths(), 0..6), bits in any::<u8>()) {
        let resolved: Vec<bool> = values
            .iter()
            .enumerate()
            .map(|(at, value)| match value {
                Truth::Unknown => bits >> at & 1 == 1,
                known => *known == Truth::True,
            })
            .collect();
        let all = Truth::all(values.iter().copied());
        let any = Truth::any(values.iter().copied());
        prop_assert!(all == Truth::Unknown || all == Truth::from(resolved.iter().all(|value| *value)));
        prop_assert!(any == Truth::Unknown || any == Truth::from(resolved.iter().any(|value| *value)));
        prop_assert_eq!(!any, Truth::all(values.iter().map(|value| !*value)));
        if !values.contains(&Truth::Unknown) {
            prop_assert!(all != Truth::Unknown && any != Truth::Unknown);
        }
    }
}
