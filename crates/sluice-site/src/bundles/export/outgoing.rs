//! From the thread that writes to the stream that is sent.

use std::io::{self, Write};

use bytes::Bytes;
use tokio::sync::{OwnedMutexGuard, mpsc};

/// Bytes sent at a time.
const PIECE: usize = 256 << 10;

/// Collects what is written into pieces. Dropped before [`Outgoing::done`], it breaks the stream, so
/// that whoever reads it knows that it is not whole.
pub(super) struct Outgoing {
    sender: mpsc::Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
    whole: bool,
    /// The turn to export; given back before whoever reads learns that it is over.
    turn: Option<OwnedMutexGuard<()>>,
}

impl Outgoing {
    pub(super) fn new(sender: mpsc::Sender<io::Result<Bytes>>, turn: OwnedMutexGuard<()>) -> Self {
        Self { sender, piece: Vec::with_capacity(PIECE), whole: false, turn: Some(turn) }
    }

    /// Everything was written and flushed.
    pub(super) fn done(mut self) {
        self.whole = true;
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        drop(self.turn.take());
        if !self.whole {
            // Nobody listens when the reader went away, which is why it broke off.
            let _gone = self.sender.blocking_send(Err(io::Error::other("the export broke off; see the site's log")));
        }
    }
}

impl Write for Outgoing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.piece.len() + bytes.len() > PIECE {
            self.flush()?;
        }
        self.piece.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        let gone = |_| io::Error::new(io::ErrorKind::BrokenPipe, "nobody takes the bundle any more");
        self.sender.blocking_send(Ok(piece.into())).map_err(gone)
    }
}
