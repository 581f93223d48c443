//! Searching changes that make rules hold.

use proptest::prelude::*;
use sluice_wsus::update::rules::{Comparison, LoopLogic, RegistryKey, RootKey, ValueCheck, Version};
use uuid::Uuid;

use super::*;
use crate::windows::machine::Profile;

const UPDATE: UpdateId = UpdateId(Uuid::from_u128(7));

fn machine() -> VirtualMachine {
    VirtualMachine::new(Profile::Windows11Pro25H2, 1, 1)
}

/// The rules inside `IsInstalled`, as a Core fragment has them.
fn parsed(rule: &str) -> Applicability {
    let text = format!("<ApplicabilityRules><IsInstalled>{rule}</IsInstalled></ApplicabilityRules>");
    Applicability::parse(&text).expect("well-formed").expect("rules")
}

/// Makes the rule hold and says whether it does.
fn installs(rule: &str) -> Result<(), Unsatisfiable> {
    let applicability = parsed(rule);
    let mut machine = machine();
    let rule = applicability.is_installed.as_ref().expect("a rule");
    let before = machine.clone();
    let result = machine.satisfy(rule, UPDATE, &applicability.metadata);
    match &result {
        Ok(()) => assert_eq!(applicability.installed(UPDATE, &machine), Truth::True),
        Err(_) => assert_eq!(machine, before, "a failed search changes nothing"),
    }
    result
}

const KEY: &str = r#"Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\Test""#;

#[test]
fn every_kind_of_rule_that_installing_can_change() {
    for rule in [
        &format!(r#"<b.RegKeyExists {KEY} />"#),
        &format!(r#"<b.RegValueExists {KEY} Value="v" Type="REG_BINARY" />"#),
        &format!(r#"<b.RegDword {KEY} Value="v" Comparison="GreaterThan" Data="7" />"#),
        &format!(r#"<b.RegSz {KEY} Value="v" Comparison="EndsWith" Data="x" />"#),
        &format!(r#"<b.RegExpandSz {KEY} Comparison="Contains" Data="x" />"#),
        &format!(r#"<b.RegSzToVersion {KEY} Value="v" Comparison="GreaterThanOrEqualTo" Data="4.7" />"#),
        &format!(r#"<b.WUv4RegKeySubstring {KEY} Value="v" Data="x" />"#),
        r#"<b.FileExists Path="C:\a\\b.dll" Version="1.2.3.4" Size="5" Language="1031" />"#,
        r#"<b.FileVersion Csidl="37" Path="\ntoskrnl.exe" Comparison="GreaterThan" Version="10.0.99999.1" />"#,
        &format!(r#"<b.FileVersionPrependRegSz {KEY} Value="dir" Path="x.exe" Comparison="EqualTo" Version="1.0" />"#),
        r#"<b.FileModified Path="a" Comparison="LessThan" Modified="2013-11-30T14:50:16Z" />"#,
        r#"<b.FileSize Path="a" Comparison="GreaterThan" Size="8873450114" />"#,
        r#"<b.LicenseDword Value="x" Comparison="EqualTo" Data="4" />"#,
        r#"<b.LicenseValueExists Value="y" />"#,
        r#"<b.WmiQuery WqlQuery="references of {Win32_X}" />"#,
        "<b.InstalledOnce />",
        r#"<b.GenericQuery Namespace="n" Type="t" Parameter="p" Comparison="GreaterThan" Value="3" />"#,
        r#"<m.MsiProductInstalled ProductCode="{A}" VersionMin="2.0" ExcludeVersionMin="true" Language="1031" />"#,
        r#"<m.MsiPatchInstalledForProduct PatchCode="{P}" ProductCode="{A}" VersionMax="3.0" />"#,
        r#"<m.MsiFeatureInstalledForProduct AllFeaturesRequired="true"><m.Feature>F</m.Feature><m.Feature>G</m.Feature><m.Product>{A}</m.Product></m.MsiFeatureInstalledForProduct>"#,
        r#"<CbsPackageInstalledByIdentity PackageIdentity="a~b~amd64~~1.0" />"#,
        r#"<ProductReleaseInstalled Name="Client.OS.RS2.AMD64" Version="10.0.26100.9999" />"#,
        r#"<DeviceAttribute Name="OSVersion" Type="Version" Comparison="GreaterThanOrEqualTo" Value="10.0.26200.9000" />"#,
        &format!(
            r#"<b.RegKeyLoop {KEY} TrueIf="Any"><And><b.RegSz Key="HKEY_LOOP_TARGET" Value="n" Comparison="EqualTo" Data="App" /><b.RegKeyExists Key="HKEY_LOOP_TARGET" Subkey="Sub" /></And></b.RegKeyLoop>"#
        ),
    ] {
        assert_eq!(installs(rule), Ok(()), "{rule}");
    }
}

#[test]
fn what_installing_cannot_change_is_said() {
    for rule in [
        r#"<b.Processor Architecture="12" />"#,
        r#"<b.WindowsVersion MajorVersion="6" />"#,
        r#"<DeviceAttribute Name="OSSkuId" Type="String" Comparison="EqualTo" Value="119" />"#,
        "<NotARule />",
        "<False />",
        "<CbsPackageInstalled />",
    ] {
        assert!(matches!(installs(rule), Err(Unsatisfiable::Condition { wanted: true, .. })), "{rule}");
    }
    let contradiction = format!("<And><b.RegKeyExists {KEY} /><Not><b.RegKeyExists {KEY} /></Not></And>");
    assert_eq!(installs(&contradiction), Err(Unsatisfiable::Contradiction));
}

#[test]
fn conditions_on_one_value_are_met_together() {
    let dword = |comparison: &str, data: u32| {
        format!(r#"<b.RegDword {KEY} Value="v" Comparison="{comparison}" Data="{data}" />"#)
    };
    let between =
        format!("<And>{}{}<Not>{}</Not></And>", dword("GreaterThan", 5), dword("LessThan", 8), dword("EqualTo", 6));
    assert_eq!(installs(&between), Ok(()));
    let strange = format!(
        r#"<And><b.RegSz {KEY} Value="v" Comparison="BeginsWith" Data="A" /><b.RegSz {KEY} Value="v" Comparison="EndsWith" Data="B" /></And>"#
    );
    assert_eq!(installs(&strange), Ok(()));
    // The first of the alternatives cannot be.
    assert_eq!(installs(&format!(r#"<Or><b.Processor Architecture="5" />{}</Or>"#, dword("EqualTo", 1))), Ok(()));
}

#[test]
fn installing_a_release_is_seen_in_the_attributes() {
    let mut machine = machine();
    machine.set_product_release("client.os.rs2.amd64", Version([10, 0, 26100, 9001]));
    let text = machine.device_attributes("http://sim.example:8530");
    assert!(text.contains("OSVersion=10.0.26200.9001;") && text.contains("LCUVer=10.0.26100.9001;"), "{text}");
    assert!(text.contains("UpdateServiceUrl=http://sim.example:8530;WuClientVer=1507."), "{text}");
}

#[test]
fn too_large_a_rule_ends() {
    let many = (0..3000).map(|n| Rule::Registry(value(n, Comparison::EqualTo, n))).collect();
    let mut machine = machine();
    let result = machine.satisfy(&Rule::And(many), UPDATE, &Metadata::default());
    assert_eq!(result, Err(Unsatisfiable::Contradiction));
}

fn value(name: u32, comparison: Comparison, data: u32) -> RegistryTest {
    let key = RegistryKey { root: RootKey::LocalMachine, subkey: "Software\\P".into(), view32: false };
    RegistryTest::Value { key, value: name.to_string(), check: ValueCheck::Dword(comparison, data) }
}

fn leaf(names: u32) -> impl Strategy<Value = Rule> {
    let comparison = prop_oneof![
        Just(Comparison::LessThan),
        Just(Comparison::EqualTo),
        Just(Comparison::GreaterThanOrEqualTo),
        Just(Comparison::GreaterThan)
    ];
    prop_oneof![
        1 => Just(Rule::True),
        1 => Just(Rule::False),
        8 => (0..names, comparison, 1..6_u32).prop_map(|(n, c, d)| Rule::Registry(value(n, c, d))),
        2 => (0..names).prop_map(|n| {
            let key = RegistryKey { root: RootKey::LocalMachine, subkey: format!("Software\\L{n}"), view32: false };
            let target = RegistryKey { root: RootKey::LoopTarget, subkey: String::new(), view32: false };
            let inner = RegistryTest::Value { key: target, value: "v".into(), check: ValueCheck::Dword(Comparison::EqualTo, n) };
            let true_if = [LoopLogic::Any, LoopLogic::All, LoopLogic::None][n as usize % 3];
            Rule::Registry(RegistryTest::KeyLoop { key, true_if, rule: Box::new(Rule::Registry(inner)) })
        }),
    ]
}

fn tree(names: u32) -> impl Strategy<Value = Rule> {
    leaf(names).prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Rule::And),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Rule::Or),
            inner.prop_map(|rule| Rule::Not(Box::new(rule))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever the rule: when the search says it is done, the rule holds, and all can be taken back.
    #[test]
    fn a_rule_that_was_satisfied_holds(rule in tree(3)) {
        let mut machine = machine();
        let before = machine.clone();
        if let Ok(undo) = machine.bring(&rule, true, UPDATE, &Metadata::default()) {
            let applicability = Applicability { is_installed: Some(rule), ..Applicability::default() };
            prop_assert_eq!(applicability.installed(UPDATE, &machine), Truth::True);
            machine.take_back(undo);
        }
        prop_assert!(machine == before);
    }

    /// One of a rule and its opposite can always be had: a machine either is so or not.
    #[test]
    fn a_rule_or_its_opposite_can_be_satisfied(rule in tree(40)) {
        let one = machine().bring(&rule, true, UPDATE, &Metadata::default());
        let other = machine().bring(&rule, false, UPDATE, &Metadata::default());
        prop_assert!(one.is_ok() || other.is_ok());
    }
}
