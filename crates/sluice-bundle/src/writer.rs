//! Writing.

use std::io::Write;

use crate::error::BundleError;
use crate::frame::{self, FrameType, Running};
use crate::header::{CONTEXT, Header, MAGIC, Part, VERSION};
use crate::key::SigningKey;
use crate::limits::MAX_DATA;
use crate::record::{Head, Record};
use crate::trailer::{self, Counts};

/// How hard lists are packed.
const LEVEL: i32 = 3;
/// Lists from this size on are packed.
const PACK_FROM: usize = 256;

/// A bundle that was written whole.
pub struct Finished<W> {
    /// Where it was written to.
    pub out: W,
    /// What is in it.
    pub counts: Counts,
    /// Its last hash, which its end signs.
    pub hash: [u8; 32],
    /// Its bytes.
    pub size: u64,
}

/// Writes a bundle, front to back.
pub struct BundleWriter<W> {
    out: W,
    running: Running,
    parts: Vec<Part>,
    counts: Counts,
    last: Option<Part>,
    /// Bytes of the open record's payload that are to come.
    left: u64,
    data: Vec<u8>,
    written: u64,
}

impl<W: Write> BundleWriter<W> {
    /// Begins a bundle.
    ///
    /// # Errors
    /// When the header makes no sense or cannot be written.
    pub fn new(mut out: W, key: &SigningKey, header: &Header) -> Result<Self, BundleError> {
        let json = header.to_bytes()?;
        let length = u32::try_from(json.len()).unwrap_or(u32::MAX);
        let mut head = Vec::with_capacity(256 + json.len());
        head.extend(MAGIC);
        head.extend(VERSION.to_be_bytes());
        head.extend(key.public().0);
        head.extend(length.to_be_bytes());
        head.extend(&json);
        let signature = key.sign(CONTEXT, &head);
        head.extend(signature);
        out.write_all(&head).map_err(BundleError::Write)?;
        Ok(Self {
            out,
            running: Running::start(&head),
            parts: header.parts.clone(),
            counts: Counts::default(),
            last: None,
            left: 0,
            data: Vec::new(),
            written: head.len() as u64,
        })
    }

    /// Begins a record. Its payload follows in calls of [`Self::data`]. Records come in the order of
    /// [`Part`].
    ///
    /// # Errors
    /// When it breaks a rule of the format, or cannot be written.
    pub fn begin(&mut self, record: &Record) -> Result<(), BundleError> {
        let part = record.head.part();
        if self.left > 0 {
            return Err(BundleError::Misuse("the record before is not complete"));
        }
        if self.last.is_some_and(|last| last > part) || !self.parts.contains(&part) {
            return Err(BundleError::Misuse("a record is not where it belongs"));
        }
        let body = record.to_bytes().map_err(BundleError::Header)?;
        self.written += frame::write(&mut self.out, &mut self.running, FrameType::Record, &body)?;
        self.counts.add(record);
        (self.last, self.left) = (Some(part), record.size);
        Ok(())
    }

    /// Writes a piece of the payload, of any length.
    ///
    /// # Errors
    /// When there is more than was announced, or it cannot be written.
    pub fn data(&mut self, mut bytes: &[u8]) -> Result<(), BundleError> {
        while !bytes.is_empty() {
            let room = MAX_DATA - self.data.len();
            let (now, rest) = bytes.split_at(room.min(bytes.len()));
            self.data.extend_from_slice(now);
            bytes = rest;
            let waiting = self.data.len() as u64;
            if waiting > self.left {
                return Err(BundleError::Misuse("a payload is longer than announced"));
            }
            if waiting == self.left || self.data.len() == MAX_DATA {
                self.written += frame::write(&mut self.out, &mut self.running, FrameType::Data, &self.data)?;
                self.left -= waiting;
                self.data.clear();
            }
        }
        Ok(())
    }

    /// Writes a record with a payload that is packed already.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub fn packed(&mut self, head: Head, body: &[u8], plain_size: u64) -> Result<(), BundleError> {
        self.begin(&Record { head, packed: true, size: body.len() as u64, plain_size })?;
        self.data(body)
    }

    /// Writes a record with a payload, packing it when that is worth it.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub fn record(&mut self, head: Head, payload: &[u8]) -> Result<(), BundleError> {
        let plain_size = payload.len() as u64;
        if payload.len() < PACK_FROM {
            self.begin(&Record { head, packed: false, size: plain_size, plain_size })?;
            return self.data(payload);
        }
        let body = zstd::bulk::compress(payload, LEVEL).map_err(BundleError::Write)?;
        self.packed(head, &body, plain_size)
    }

    /// Writes the end.
    ///
    /// # Errors
    /// When the last record is not complete, or it cannot be written.
    pub fn finish(mut self, key: &SigningKey) -> Result<Finished<W>, BundleError> {
        if self.left > 0 {
            return Err(BundleError::Misuse("the last record is not complete"));
        }
        let json = serde_json::to_vec(&self.counts).map_err(|error| BundleError::Header(error.to_string()))?;
        self.written += frame::write(&mut self.out, &mut self.running, FrameType::Trailer, &json)?;
        let signature = key.sign(trailer::CONTEXT, &self.running.0);
        self.out.write_all(&signature).map_err(BundleError::Write)?;
        let size = self.written + signature.len() as u64;
        Ok(Finished { out: self.out, counts: self.counts, hash: self.running.0, size })
    }
}
