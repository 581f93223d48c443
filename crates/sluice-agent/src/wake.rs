//! Waking an agent that waits: from within the process, or from another one through a socket in
//! the state directory, which only the agent's user can enter.

use std::path::Path;
use std::sync::Arc;

use tokio::net::UnixDatagram;
use tokio::sync::Notify;

/// The socket's name in the state directory.
const SOCKET: &str = "wake.sock";

/// Wakes the agent it was got from.
#[derive(Clone, Debug, Default)]
pub struct Waker(Arc<Notify>);

impl Waker {
    /// Ends the agent's present or next wait: it scans and checks in at once.
    pub fn wake(&self) {
        self.0.notify_one();
    }

    pub(crate) async fn woken(&self) {
        self.0.notified().await;
    }
}

/// Where other processes wake this agent.
#[derive(Debug)]
pub(crate) struct WakeSocket(UnixDatagram);

impl WakeSocket {
    /// Binds it; the caller holds the lock of the state directory, so a socket that is there is a
    /// leftover.
    pub(crate) fn bind(state_directory: &Path) -> std::io::Result<Self> {
        let path = state_directory.join(SOCKET);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        UnixDatagram::bind(&path).map(Self)
    }

    /// Waits until somebody wakes the agent; several who did so count once.
    pub(crate) async fn woken(&self) {
        let mut buffer = [0; 16];
        if self.0.recv(&mut buffer).await.is_err() {
            // A broken socket wakes nobody.
            std::future::pending::<()>().await;
        }
        while self.0.try_recv(&mut buffer).is_ok() {}
    }
}

/// Wakes the agent that works with a state directory; whether there is one.
pub(crate) fn wake_other(state_directory: &Path) -> bool {
    let socket = std::os::unix::net::UnixDatagram::unbound();
    socket.is_ok_and(|socket| socket.send_to(b"wake", state_directory.join(SOCKET)).is_ok())
}

/// Whether an agent waits at a state directory's socket.
pub(crate) fn is_running(state_directory: &Path) -> bool {
    let socket = std::os::unix::net::UnixDatagram::unbound();
    socket.is_ok_and(|socket| socket.connect(state_directory.join(SOCKET)).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn another_process_can_wake_it() {
        let directory = tempfile::tempdir().unwrap();
        assert!(!wake_other(directory.path()) && !is_running(directory.path()), "nobody there");
        let socket = WakeSocket::bind(directory.path()).unwrap();
        assert!(is_running(directory.path()));
        assert!(wake_other(directory.path()));
        assert!(wake_other(directory.path()));
        socket.woken().await;
        assert!(socket.0.try_recv(&mut [0; 4]).is_err(), "counted once");
        drop(socket);
        assert!(!wake_other(directory.path()) && !is_running(directory.path()), "a leftover socket is nobody");
        WakeSocket::bind(directory.path()).unwrap();
    }
}
