//! Reading.

use std::io::{self, Read};

use crate::error::BundleError;
use crate::frame::{FrameType, Running, Source};
use crate::header::{CONTEXT, Header, MAGIC, Part, VERSION, too_large};
use crate::key::{PublicKey, SIGNATURE};
use crate::limits::{MAX_DATA, MAX_HEADER};
use crate::record::{Head, Record};
use crate::trailer::{self, Counts};

/// Reads a bundle, front to back, a frame in memory at a time.
pub struct BundleReader<R> {
    source: Source<R>,
    signer: PublicKey,
    header: Header,
    running: Running,
    counts: Counts,
    last: Option<Part>,
    /// The open record's payload: bytes that no frame was read of yet, the frame, and what of it was
    /// handed out.
    left: u64,
    frame: Vec<u8>,
    used: usize,
    done: bool,
}

impl<R: Read> BundleReader<R> {
    /// Reads the header. Nothing after the signer's key is looked at unless the key is `trusted` and
    /// the signature is right.
    ///
    /// # Errors
    /// When it is no bundle, of another version, by an unknown signer, or not what was signed.
    pub fn open(reader: R, trusted: &[PublicKey]) -> Result<Self, BundleError> {
        let mut source = Source::new(reader);
        let magic: [u8; 8] = source.array().map_err(|error| match error {
            BundleError::Truncated { .. } => BundleError::NotABundle,
            other => other,
        })?;
        if magic != MAGIC {
            return Err(BundleError::NotABundle);
        }
        let version = u16::from_be_bytes(source.array()?);
        if version != VERSION {
            return Err(BundleError::Version(version));
        }
        let signer = PublicKey(source.array()?);
        if !trusted.contains(&signer) {
            return Err(BundleError::UnknownSigner { fingerprint: signer.fingerprint() });
        }
        let length: [u8; 4] = source.array()?;
        let size = u32::from_be_bytes(length) as usize;
        if size > MAX_HEADER {
            return Err(too_large(size as u64));
        }
        let mut json = vec![0; size];
        source.exact(&mut json)?;
        let mut head = Vec::with_capacity(256 + size);
        head.extend(MAGIC);
        head.extend(version.to_be_bytes());
        head.extend(signer.0);
        head.extend(length);
        head.extend(&json);
        let signature: [u8; SIGNATURE] = source.array()?;
        if !signer.verifies(CONTEXT, &head, &signature) {
            return Err(BundleError::HeaderSignature);
        }
        let header = Header::from_bytes(&json)?;
        head.extend(signature);
        Ok(Self {
            source,
            signer,
            header,
            running: Running::start(&head),
            counts: Counts::default(),
            last: None,
            left: 0,
            frame: Vec::new(),
            used: 0,
            done: false,
        })
    }

    /// What the bundle is.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Who signed it.
    #[must_use]
    pub fn signer(&self) -> PublicKey {
        self.signer
    }

    /// What was read so far; after the last record, what is in the bundle.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The hash of what was read so far; after the last record, that of the bundle.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.running.0
    }

    /// Bytes read so far.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.source.position
    }

    /// The next record. What is left of the payload of the one before is passed over. `None`: the
    /// bundle is at its end, whole, and what its signer wrote.
    ///
    /// # Errors
    /// When it is not what was written.
    pub fn next_record(&mut self) -> Result<Option<Record>, BundleError> {
        while self.left > 0 {
            self.data_frame()?;
        }
        self.used = self.frame.len();
        if self.done {
            return Ok(None);
        }
        let position = self.source.position;
        let damaged = |what: String| BundleError::Damaged { position, what };
        match self.source.frame(&mut self.running, &mut self.frame)? {
            FrameType::Data => Err(damaged("there is data of no record".to_owned())),
            FrameType::Trailer => {
                let counts: Counts = serde_json::from_slice(&self.frame).map_err(|error| damaged(error.to_string()))?;
                let signature: [u8; SIGNATURE] = self.source.array()?;
                if !self.signer.verifies(trailer::CONTEXT, &self.running.0, &signature) {
                    return Err(BundleError::TrailerSignature);
                }
                if counts != self.counts {
                    return Err(damaged("it says that something else was in the bundle".to_owned()));
                }
                self.source.end()?;
                self.frame.clear();
                (self.used, self.done) = (0, true);
                Ok(None)
            }
            FrameType::Record => {
                let record = Record::from_bytes(&self.frame).map_err(damaged)?;
                let part = record.head.part();
                if self.last.is_some_and(|last| last > part) || !self.header.parts.contains(&part) {
                    return Err(damaged(format!("a record of the part {} is not where it belongs", part.slug())));
                }
                self.counts.add(&record);
                self.frame.clear();
                (self.last, self.left, self.used) = (Some(part), record.size, 0);
                Ok(Some(record))
            }
        }
    }

    /// Reads the next frame of the payload.
    fn data_frame(&mut self) -> Result<(), BundleError> {
        let position = self.source.position;
        let kind = self.source.frame(&mut self.running, &mut self.frame)?;
        self.used = 0;
        // Every frame but the last is full, so that there is one way only to write a payload.
        if kind != FrameType::Data || self.frame.len() as u64 != self.left.min(MAX_DATA as u64) {
            self.frame.clear();
            return Err(BundleError::Damaged { position, what: "the data of a record is missing".to_owned() });
        }
        self.left -= self.frame.len() as u64;
        Ok(())
    }

    /// The payload of the open record as it is in the bundle.
    pub fn payload(&mut self) -> Payload<'_, R> {
        Payload { reader: self, failed: None }
    }

    /// Hands the unpacked payload of the open record to `take`, and checks that it has the size it
    /// was announced with, and a file the digest. What `take` leaves is read and checked as well.
    ///
    /// # Errors
    /// When it is not what was announced; what `take` says, as `Err` inside.
    pub fn plain<T>(&mut self, record: &Record, take: impl FnOnce(&mut dyn Read) -> T) -> Result<T, BundleError> {
        let position = self.source.position;
        let damaged = |what: &str| BundleError::Damaged { position, what: what.to_owned() };
        let mut payload = self.payload();
        let sha256 = match &record.head {
            Head::File { sha256, .. } => Some(sha256),
            _ => None,
        };
        let (taken, rest, found, digest);
        if record.packed {
            let unpacked = zstd::Decoder::new(&mut payload).map_err(|_| damaged("a payload cannot be unpacked"))?;
            let mut counted = Counted::new(unpacked, record.plain_size, false);
            taken = take(&mut counted);
            rest = io::copy(&mut counted, &mut io::sink());
            (found, digest) = counted.finish();
        } else {
            let mut counted = Counted::new(&mut payload, record.plain_size, sha256.is_some());
            taken = take(&mut counted);
            rest = io::copy(&mut counted, &mut io::sink());
            (found, digest) = counted.finish();
        }
        let failed = payload.failed.take();
        if let Some(error) = failed {
            return Err(error);
        }
        rest.map_err(|_| damaged("a payload cannot be unpacked"))?;
        if found != record.plain_size {
            return Err(damaged("a payload has another size than was announced"));
        }
        if let Some(sha256) = sha256
            && digest.is_none_or(|found| hex::encode(found) != *sha256)
        {
            return Err(damaged("a file is not the one that was announced"));
        }
        Ok(taken)
    }

    /// The unpacked payload of the open record, whole.
    ///
    /// # Errors
    /// As [`Self::plain`]; when it is of a file, which may be too large for that.
    pub fn plain_bytes(&mut self, record: &Record) -> Result<Vec<u8>, BundleError> {
        if matches!(record.head, Head::File { .. }) {
            return Err(BundleError::Misuse("a file is read as a stream"));
        }
        self.plain(record, |reader| {
            let mut bytes = Vec::new();
            // What fails here fails again when the rest is read.
            let _read = reader.read_to_end(&mut bytes);
            bytes
        })
    }
}

/// The payload of a record as it is in the bundle.
pub struct Payload<'r, R> {
    reader: &'r mut BundleReader<R>,
    failed: Option<BundleError>,
}

impl<R: Read> Read for Payload<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.failed.is_some() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if self.reader.used == self.reader.frame.len() {
            if self.reader.left == 0 {
                return Ok(0);
            }
            if let Err(error) = self.reader.data_frame() {
                let told = io::Error::new(io::ErrorKind::InvalidData, error.to_string());
                self.failed = Some(error);
                return Err(told);
            }
        }
        let rest = self.reader.frame.get(self.reader.used..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.reader.used += count;
        Ok(count)
    }
}

/// Counts and hashes what is read, and reads no more than one byte too many.
struct Counted<R> {
    reader: R,
    limit: u64,
    found: u64,
    digest: Option<aws_lc_rs::digest::Context>,
}

impl<R: Read> Counted<R> {
    fn new(reader: R, limit: u64, hashed: bool) -> Self {
        let digest = hashed.then(|| aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256));
        Self { reader, limit, found: 0, digest }
    }

    fn finish(self) -> (u64, Option<aws_lc_rs::digest::Digest>) {
        (self.found, self.digest.map(aws_lc_rs::digest::Context::finish))
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.found > self.limit {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is longer than announced"));
        }
        let most = usize::try_from(self.limit - self.found).unwrap_or(usize::MAX).saturating_add(1);
        let most = most.min(buffer.len());
        let read = self.reader.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.found += read as u64;
        if let Some(digest) = &mut self.digest {
            digest.update(buffer.get(..read).unwrap_or_default());
        }
        Ok(read)
    }
}
