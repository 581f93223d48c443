//! Tells systemd what the agent is doing (`sd_notify(3)`): `Type=notify` and the status line of
//! `systemctl status`.

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// A line to systemd; silent when the agent is no service.
#[derive(Debug, Default)]
pub(crate) struct Notifier(Option<(UnixDatagram, SocketAddr)>);

impl Notifier {
    /// To the socket that `NOTIFY_SOCKET` names: a path, or an abstract name after `@`.
    pub(crate) fn new(socket: Option<&str>) -> Self {
        let open = |name: &str| {
            let address = match name.strip_prefix('@') {
                Some(name) => SocketAddr::from_abstract_name(name)?,
                None => SocketAddr::from_pathname(name)?,
            };
            Ok::<_, std::io::Error>((UnixDatagram::unbound()?, address))
        };
        Self(socket.and_then(|name| match open(name) {
            Ok(line) => Some(line),
            Err(error) => {
                tracing::warn!(%error, name, "cannot tell the service manager about the agent");
                None
            }
        }))
    }

    /// The agent has begun its work.
    pub(crate) fn ready(&self) {
        self.send("READY=1");
    }

    /// The agent is going to end.
    pub(crate) fn stopping(&self) {
        self.send("STOPPING=1");
    }

    /// What the agent is doing.
    pub(crate) fn status(&self, state: &str, detail: &str) {
        let detail = detail.replace('\n', " ");
        self.send(&if detail.is_empty() { format!("STATUS={state}") } else { format!("STATUS={state}: {detail}") });
    }

    fn send(&self, text: &str) {
        if let Some((socket, address)) = &self.0
            && let Err(error) = socket.send_to_addr(text.as_bytes(), address)
        {
            tracing::debug!(%error, "the service manager does not listen");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systemd_hears_of_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("notify");
        let systemd = UnixDatagram::bind(&path).unwrap();
        let notifier = Notifier::new(path.to_str());
        notifier.ready();
        notifier.status("installing", "bash\n5.2");
        let mut buffer = [0; 100];
        let n = systemd.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..n], b"READY=1");
        let n = systemd.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..n], b"STATUS=installing: bash 5.2");
        Notifier::new(None).ready();
    }
}
