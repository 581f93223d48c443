//! Real rules on virtual machines.

use std::fs;

use sluice_sim::windows::{Profile, Unsatisfiable, VirtualMachine};
use sluice_wsus::update::UpdateDocument;
use sluice_wsus::update::rules::{Applicability, ApplicabilityState, Truth};

use crate::recorded::captures;

/// Core fragments of real updates, with the name of their file.
fn fragments() -> Vec<(String, String)> {
    let Some(captures) = captures() else { return Vec::new() };
    let mut found = Vec::new();
    for name in ["cbs-dotnet-core-reduced", "cbs-rollupfix-core-reduced", "osinstaller-core"] {
        let path = captures.join(format!("windows-servicing/{name}.xml"));
        found.push((name.to_owned(), fs::read_to_string(path).expect("a fragment")));
    }
    for answer in ["driver-wsus/000005/response.body", "wua-wsus/flow-excerpts/software-updateinfo.xml"] {
        let text = fs::read_to_string(captures.join(answer)).expect("an answer");
        for part in text.split("<Xml>").skip(1) {
            let escaped = part.split("</Xml>").next().expect("an end");
            let unescaped =
                escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
            found.push((answer.to_owned(), unescaped));
        }
    }
    found
}

#[test]
fn virtual_machines_can_tell_all_that_real_rules_ask() {
    let fragments = fragments();
    for profile in Profile::ALL {
        let machine = VirtualMachine::new(profile, 1, 1);
        let (mut installed, mut other) = (0, 0);
        for (name, core) in &fragments {
            let id = UpdateDocument::parse_fragments(core).expect("a fragment").revision.id;
            let Some(rules) = Applicability::parse(core).expect("rules") else { continue };
            if rules.is_installed.is_none() {
                continue;
            }
            match rules.installed(id, &machine) {
                Truth::Unknown => panic!("{profile}, {name}: {:?}", rules.is_installed),
                Truth::True => installed += 1,
                Truth::False => other += 1,
            }
            assert_ne!(rules.state(id, &machine), ApplicabilityState::Unknown, "{profile}, {name}");
        }
        assert!(fragments.is_empty() || (installed > 0 && other > 10), "{profile}: {installed} {other}");
    }
}

#[test]
fn real_updates_that_apply_can_be_installed() {
    let mut count = 0;
    for profile in Profile::ALL {
        for (name, core) in fragments() {
            let id = UpdateDocument::parse_fragments(&core).expect("a fragment").revision.id;
            let Some(rules) = Applicability::parse(&core).expect("rules") else { continue };
            let Some(rule) = &rules.is_installed else { continue };
            let mut machine = VirtualMachine::new(profile, 1, 1);
            let before = rules.state(id, &machine);
            match machine.satisfy(rule, id, &rules.metadata) {
                Ok(()) => {
                    assert_eq!(rules.state(id, &machine), ApplicabilityState::Installed);
                    count += usize::from(before == ApplicabilityState::Installable);
                }
                // Only what the machine itself is cannot be changed: another version, another edition.
                Err(Unsatisfiable::Condition { condition, .. }) => {
                    let fixed = ["System(", "Attribute {", "False"].iter().any(|kind| condition.contains(kind));
                    assert!(fixed, "{profile}, {name}: {condition}");
                }
                Err(other) => panic!("{profile}, {name}: {other}"),
            }
        }
    }
    assert!(count > 10 || captures().is_none(), "{count}");
}
