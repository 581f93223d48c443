//! From the async side to the thread that reads: a pipe that holds little and counts.

use std::io::{self, Read};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use tokio::sync::mpsc;

/// Pieces that wait in the pipe.
const PIECES: usize = 8;

/// An upload from which nothing came for this long has broken off.
const IDLE: Duration = Duration::from_secs(300);

/// The end of the pipe that a thread reads from.
pub(crate) struct Feed {
    receiver: mpsc::Receiver<io::Result<Bytes>>,
    piece: Bytes,
}

/// The other end.
pub(crate) struct Feeder {
    sender: mpsc::Sender<io::Result<Bytes>>,
}

/// A pipe.
pub(crate) fn pipe() -> (Feeder, Feed) {
    let (sender, receiver) = mpsc::channel(PIECES);
    (Feeder { sender }, Feed { receiver, piece: Bytes::new() })
}

impl Feeder {
    /// Hands everything on, and tells how many bytes each time. Ends early when nobody reads any more.
    pub(crate) async fn run(self, mut body: impl Stream<Item = io::Result<Bytes>> + Unpin, arrived: impl Fn(u64)) {
        loop {
            let piece = match tokio::time::timeout(IDLE, body.next()).await {
                Ok(None) => return,
                Ok(Some(piece)) => piece,
                Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "nothing came for five minutes")),
            };
            if let Ok(bytes) = &piece {
                arrived(bytes.len() as u64);
            }
            let broken = piece.is_err();
            if self.sender.send(piece).await.is_err() || broken {
                return;
            }
        }
    }
}

impl Read for Feed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.receiver.blocking_recv() {
                Some(piece) => self.piece = piece?,
                None => return Ok(0),
            }
        }
        let count = buffer.len().min(self.piece.len());
        let now = self.piece.split_to(count);
        for (to, from) in buffer.iter_mut().zip(now.iter()) {
            *to = *from;
        }
        Ok(count)
    }
}
