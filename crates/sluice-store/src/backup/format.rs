//! The file: a magic line, then one zstd stream of frames. Each frame is a kind byte and its
//! fields; integers are little-endian, texts and blobs have their length (32 bits) in front.
//!
//! | Frame | Fields |
//! |---|---|
//! | `H` | schema version, 64 bits; first |
//! | `T` | table name, number of columns (32 bits), column names |
//! | `R` | the values of a row of the last `T`: `0` null, `1` integer (64 bits), `2` text, `3` blob |
//! | `E` | number of rows, 64 bits; SHA-256 of all frames up to here; last |

use std::io::{self, Read, Write};

use aws_lc_rs::digest::{Context, SHA256};

pub(super) const MAGIC: &[u8] = b"sluice backup 1\n";

/// Longest value that is read back: the document of an update has at most a quarter of it.
const MAX_VALUE: u32 = 256 << 20;
/// Longest name of a table or column, most columns of a table.
const MAX_NAME: u32 = 63;
const MAX_COLUMNS: u32 = 64;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Value {
    /// Bytes of a text or blob.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Null | Self::Int(_) => 0,
            Self::Text(text) => text.len(),
            Self::Blob(bytes) => bytes.len(),
        }
    }
}

/// A frame that is read back.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    Header { schema: i64 },
    Table { name: String, columns: Vec<String> },
    Row(Vec<Value>),
    End { rows: u64 },
}

impl Frame {
    /// Bytes of a row's texts and blobs.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Row(values) => values.iter().map(Value::size).sum(),
            Self::Header { .. } | Self::Table { .. } | Self::End { .. } => 0,
        }
    }
}

pub(super) fn put_header(out: &mut Vec<u8>, schema: i64) {
    out.push(b'H');
    out.extend_from_slice(&schema.to_le_bytes());
}

pub(super) fn put_table<'c>(out: &mut Vec<u8>, name: &str, columns: impl ExactSizeIterator<Item = &'c str>) {
    out.push(b'T');
    put_bytes(out, name.as_bytes());
    out.extend_from_slice(&length(columns.len()).to_le_bytes());
    for column in columns {
        put_bytes(out, column.as_bytes());
    }
}

pub(super) fn put_row(out: &mut Vec<u8>, values: impl Iterator<Item = Value>) {
    out.push(b'R');
    for value in values {
        match value {
            Value::Null => out.push(0),
            Value::Int(number) => {
                out.push(1);
                out.extend_from_slice(&number.to_le_bytes());
            }
            Value::Text(text) => {
                out.push(2);
                put_bytes(out, text.as_bytes());
            }
            Value::Blob(bytes) => {
                out.push(3);
                put_bytes(out, &bytes);
            }
        }
    }
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&length(bytes.len()).to_le_bytes());
    out.extend_from_slice(bytes);
}

/// No database value comes near 4 GiB: SQLite's limit is 1 GB, PostgreSQL's too.
fn length(len: usize) -> u32 {
    u32::try_from(len).expect("values of a database are smaller than 4 GiB")
}

/// Writes frames, digesting and compressing them.
pub(super) struct Encoder<W: Write> {
    digest: Context,
    zstd: zstd::stream::write::Encoder<'static, W>,
}

impl<W: Write> Encoder<W> {
    pub(super) fn new(mut out: W) -> io::Result<Self> {
        out.write_all(MAGIC)?;
        Ok(Self { digest: Context::new(&SHA256), zstd: zstd::stream::write::Encoder::new(out, 3)? })
    }

    /// Writes whole frames.
    pub(super) fn write(&mut self, frames: &[u8]) -> io::Result<()> {
        self.digest.update(frames);
        self.zstd.write_all(frames)
    }

    /// Writes the last frame.
    pub(super) fn finish(mut self, rows: u64) -> io::Result<W> {
        let mut end = vec![b'E'];
        end.extend_from_slice(&rows.to_le_bytes());
        self.digest.update(&end);
        end.extend_from_slice(self.digest.finish().as_ref());
        self.zstd.write_all(&end)?;
        self.zstd.finish()
    }
}

/// Reads frames.
pub(super) struct Decoder<R: Read> {
    digest: Context,
    input: io::BufReader<zstd::stream::read::Decoder<'static, io::BufReader<R>>>,
    /// Columns of the table whose rows come.
    columns: usize,
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl<R: Read> Decoder<R> {
    pub(super) fn new(mut input: R) -> io::Result<Self> {
        let mut magic = [0; MAGIC.len()];
        input.read_exact(&mut magic)?;
        if magic != MAGIC {
            return Err(bad("it does not begin as a backup does"));
        }
        let zstd = zstd::stream::read::Decoder::new(input)?;
        Ok(Self { digest: Context::new(&SHA256), input: io::BufReader::new(zstd), columns: 0 })
    }

    pub(super) fn next(&mut self) -> io::Result<Frame> {
        let mut kind = [0];
        self.input.read_exact(&mut kind)?;
        self.digest.update(&kind);
        match kind {
            [b'H'] => Ok(Frame::Header { schema: i64::from_le_bytes(self.array()?) }),
            [b'T'] => {
                let name = self.text(MAX_NAME)?;
                let count = u32::from_le_bytes(self.array()?);
                if count == 0 || count > MAX_COLUMNS {
                    return Err(bad("a table has an impossible number of columns"));
                }
                let columns = (0..count).map(|_| self.text(MAX_NAME)).collect::<io::Result<Vec<_>>>()?;
                self.columns = columns.len();
                Ok(Frame::Table { name, columns })
            }
            [b'R'] => Ok(Frame::Row((0..self.columns).map(|_| self.value()).collect::<io::Result<_>>()?)),
            [b'E'] => self.end(),
            _ => Err(bad("it holds a frame of an unknown kind")),
        }
    }

    fn end(&mut self) -> io::Result<Frame> {
        let rows = u64::from_le_bytes(self.array()?);
        let expected = self.digest.clone().finish();
        let digest: [u8; 32] = self.array()?;
        if digest != expected.as_ref() {
            return Err(bad("its content does not match its checksum"));
        }
        match self.input.read(&mut [0])? {
            0 => Ok(Frame::End { rows }),
            _ => Err(bad("something follows its end")),
        }
    }

    fn value(&mut self) -> io::Result<Value> {
        match self.array()? {
            [0] => Ok(Value::Null),
            [1] => Ok(Value::Int(i64::from_le_bytes(self.array()?))),
            [2] => Ok(Value::Text(self.text(MAX_VALUE)?)),
            [3] => Ok(Value::Blob(self.bytes(MAX_VALUE)?)),
            _ => Err(bad("it holds a value of an unknown kind")),
        }
    }

    fn text(&mut self, max: u32) -> io::Result<String> {
        String::from_utf8(self.bytes(max)?).map_err(|_| bad("it holds a text that is not UTF-8"))
    }

    fn bytes(&mut self, max: u32) -> io::Result<Vec<u8>> {
        let len = u32::from_le_bytes(self.array()?);
        if len > max {
            return Err(bad("it holds a value that is too long"));
        }
        let mut out = Vec::new();
        // Grows as bytes come, so that a lie about the length allocates nothing.
        Read::take(&mut self.input, u64::from(len)).read_to_end(&mut out)?;
        if out.len() as u64 != u64::from(len) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.digest.update(&out);
        Ok(out)
    }

    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut out = [0; N];
        self.input.read_exact(&mut out)?;
        self.digest.update(&out);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let mut frames = Vec::new();
        put_header(&mut frames, 5);
        put_table(&mut frames, "t", ["a", "b"].into_iter());
        put_row(&mut frames, [Value::Null, Value::Int(-7)].into_iter());
        put_row(&mut frames, [Value::Text("é".into()), Value::Blob(vec![0, 255])].into_iter());
        let mut encoder = Encoder::new(Vec::new()).unwrap();
        encoder.write(&frames).unwrap();
        encoder.finish(2).unwrap()
    }

    fn read(file: &[u8]) -> io::Result<Vec<Frame>> {
        let mut decoder = Decoder::new(file)?;
        let mut out = Vec::new();
        loop {
            out.push(decoder.next()?);
            if let Some(Frame::End { .. }) = out.last() {
                return Ok(out);
            }
        }
    }

    #[test]
    fn frames_come_back() {
        let frames = read(&sample()).unwrap();
        assert_eq!(
            frames,
            [
                Frame::Header { schema: 5 },
                Frame::Table { name: "t".into(), columns: vec!["a".into(), "b".into()] },
                Frame::Row(vec![Value::Null, Value::Int(-7)]),
                Frame::Row(vec![Value::Text("é".into()), Value::Blob(vec![0, 255])]),
                Frame::End { rows: 2 },
            ]
        );
    }

    #[test]
    fn no_cut_or_changed_file_is_accepted() {
        let file = sample();
        for len in 0..file.len() {
            assert!(read(&file[..len]).is_err(), "cut at {len}");
        }
        for place in MAGIC.len() + 5..file.len() {
            let mut changed = file.clone();
            changed[place] ^= 0x40;
            assert!(read(&changed).map_or(true, |f| f == read(&file).unwrap()), "changed at {place}");
        }
    }
}
