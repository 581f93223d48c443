//! The `MiscData` of events: keys and their order as Windows 11 sends them (recorded; meanings in protocols.md §4.2).

use sluice_wsus::messages::reporting::MiscData;

use crate::windows::machine::VirtualMachine;

/// Pairs of one event beside those that all have.
pub(super) type Pairs = Vec<(&'static str, String)>;

/// The pairs of an event: capitals, names, small letters, pairs of letters, policies; each group in order.
pub(super) fn data(machine: &VirtualMachine, own: &[(&'static str, String)]) -> MiscData {
    let (name, date) = machine.firmware();
    let (_, _, firmware) = machine.make();
    let mut letters: Vec<(&str, String)> = vec![
        ("G", machine.agent_version()),
        ("J", machine.sampling().to_string()),
        ("K", firmware.to_owned()),
        ("L", date.to_owned()),
        ("T", name.to_owned()),
        ("c", machine.sku().to_string()),
    ];
    for zero in ["m", "o", "p", "q", "r", "w"] {
        letters.push((zero, "0".to_owned()));
    }
    letters.extend([("n", "1".to_owned()), ("x", "1".to_owned())]);
    // The kind of update is said with every event; it is a single one when the event is about none.
    if !own.iter().any(|(key, _)| *key == "Q") {
        letters.push(("Q", "1".to_owned()));
    }
    let is_letter = |key: &str| key.len() == 1;
    letters.extend(own.iter().filter(|(key, _)| is_letter(key)).cloned());
    letters.sort_by_key(|(key, _)| *key);
    let is_capital = |key: &str| key.bytes().all(|byte| byte.is_ascii_uppercase());
    let pair = |(key, value): &(&str, String)| format!("{key}={value}");
    let capitals = letters.iter().filter(|(key, _)| is_capital(key)).map(pair);
    let small = letters.iter().filter(|(key, _)| !is_capital(key)).map(pair);
    let error = own.iter().find(|(key, _)| *key == "CsiErrorType").map_or("0", |(_, value)| value.as_str());
    let host = own.iter().find(|(key, _)| *key == "csiComponent").map(pair);
    let names = [format!("AppName={}", super::APPLICATION), format!("CsiErrorType={error}")];
    let policies = ["dd=0", "ff=0", "WUfBOn=0", "WUfBDS=0", "DisableDS=1", "PauseQU=0", "PauseFU=0"];
    MiscData::parse(capitals.chain(names).chain(host).chain(small).chain(policies.into_iter().map(str::to_owned)))
}
