//! Ports for the servers of a test.

use std::fs::{File, TryLockError};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Mutex;

/// Below the ports that Linux gives to outgoing connections (32768 and up): between the end of a
/// server and its next start no connection can take its port.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// The claims of this process. They end with it.
static CLAIMS: Mutex<Vec<File>> = Mutex::new(Vec::new());

/// A port that nobody listens on, and that no other test is given while this process runs.
///
/// # Panics
/// When all are taken, or without a place for temporary files.
#[must_use]
pub fn free_port() -> u16 {
    let directory = std::env::temp_dir().join("sluice-e2e-ports");
    std::fs::create_dir_all(&directory).expect("a place for temporary files");
    let mut claims = CLAIMS.lock().expect("no claim panics");
    for port in PORTS {
        let claim = File::create(directory.join(port.to_string())).expect("our file");
        match claim.try_lock() {
            Ok(()) => claims.push(claim),
            Err(TryLockError::WouldBlock) => continue,
            Err(TryLockError::Error(error)) => panic!("claiming port {port}: {error}"),
        }
        if TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok() {
            return port;
        }
    }
    panic!("every port of {PORTS:?} is taken")
}
