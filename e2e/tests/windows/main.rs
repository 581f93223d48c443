//! Windows devices: an independent SOAP toolkit and simulated agents against the real program.

#[path = "../sync/archive.rs"]
#[expect(dead_code, reason = "shared with the tests of synchronization, which use more of it")]
mod archive;
#[path = "../console/browser.rs"]
#[expect(dead_code, reason = "shared with the tests of the console, which use more of it")]
mod browser;
mod catalog;
mod clock;
#[path = "../devices/command.rs"]
#[expect(dead_code, reason = "shared with the tests of the console, which use more of it")]
mod command;
mod console;
mod crash;
mod hostile;
#[path = "../console/journey.rs"]
#[expect(dead_code, reason = "shared with the tests of the console, which use more of it")]
mod journey;
mod linux;
mod mono;
#[path = "../sync/postgres.rs"]
mod postgres;
mod rig;
mod scenario;
#[path = "../sync/signing.rs"]
#[expect(dead_code, reason = "shared with the tests of synchronization, which use more of it")]
mod signing;
mod site;
#[path = "../sync/source.rs"]
#[expect(dead_code, reason = "shared with the tests of synchronization, which use more of it")]
mod source;
#[path = "../sync/upstream.rs"]
#[expect(dead_code, reason = "shared with the tests of synchronization, which use more of it")]
mod upstream;
mod wire;
mod zeep;
