//! Many documents in one stream: one after the other, with or without XML declarations, or as the lines of the
//! `metadata.txt` of a WSUS export (`<id>,<revision, hex>,<length, hex>,<document>`).
//!
//! Documents are cut out of the text without reading it as XML, so that one that is broken does not take the
//! others with it: a document ends with the end tag of its root, and nothing inside it is called `Update` in
//! Microsoft's namespace. Only one document is in memory at a time.

mod encoding;
mod scan;
#[cfg(test)]
mod tests;

use std::io::{self, Read};

use encoding::Encoding;
use scan::{Found, Scanner};

use super::limits::MAX_DOCUMENT;

/// Bytes read at a time.
const PIECE: usize = 256 << 10;

/// A document of a stream, or what stands there instead of one.
#[derive(Debug)]
pub struct Document {
    /// Where it begins: bytes from the start of the stream, as UTF-8.
    pub position: u64,
    /// Its text, or why it cannot be cut out.
    pub text: Result<Vec<u8>, NotADocument>,
}

/// Why something in a stream is no document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotADocument {
    /// The stream ends, or the next document begins, before it does.
    #[error("the document is cut off: its last tag is missing")]
    Unclosed {
        /// What there is of it.
        text: Vec<u8>,
    },
    /// Longer than [`MAX_DOCUMENT`].
    #[error("the document has more than {MAX_DOCUMENT} bytes")]
    TooLarge,
    /// Another element.
    #[error("the outermost element is {name:?}, not Update")]
    OtherRoot {
        /// Its name, shortened.
        name: String,
    },
    /// A document type declaration: update metadata has none.
    #[error("document type declarations are refused")]
    Dtd,
    /// Not XML at all.
    #[error("there is something between the documents that is not XML")]
    Stray,
}

/// Cuts a stream into documents.
pub struct DocumentStream<R> {
    reader: R,
    encoding: Option<Encoding>,
    /// What was read and not yet given out, as UTF-8.
    text: Vec<u8>,
    /// Where `text` begins in the stream.
    base: u64,
    scanner: Scanner,
    raw: Vec<u8>,
    ended: bool,
}

impl<R: Read> DocumentStream<R> {
    /// At the start of a stream.
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            encoding: None,
            text: Vec::new(),
            base: 0,
            scanner: Scanner::default(),
            raw: Vec::new(),
            ended: false,
        }
    }

    /// The next document; `None` at the end of the stream.
    ///
    /// # Errors
    /// When the stream cannot be read to its end.
    pub fn next_document(&mut self) -> io::Result<Option<Document>> {
        loop {
            match self.scanner.scan(&self.text, self.ended) {
                Found::Document { start, end } => {
                    let text = self.text.get(start..end).unwrap_or_default().to_vec();
                    let position = self.base + start as u64;
                    self.forget(end);
                    return Ok(Some(Document { position, text: Ok(text) }));
                }
                Found::Bad { start, end, why } => {
                    let position = self.base + start as u64;
                    self.forget(end);
                    return Ok(Some(Document { position, text: Err(why) }));
                }
                Found::Nothing { before } => {
                    self.forget(before);
                    if self.ended {
                        return Ok(None);
                    }
                    self.fill()?;
                }
            }
        }
    }

    /// Drops text that was given out or passed over.
    fn forget(&mut self, before: usize) {
        self.text.drain(..before.min(self.text.len()));
        self.base += before as u64;
        self.scanner.moved(before);
    }

    fn fill(&mut self) -> io::Result<()> {
        self.raw.resize(PIECE, 0);
        let mut count = read(&mut self.reader, &mut self.raw)?;
        let encoding = match &mut self.encoding {
            Some(encoding) => encoding,
            // The first two bytes tell.
            none => {
                while count < 2 {
                    let more = read(&mut self.reader, self.raw.get_mut(count..).unwrap_or_default())?;
                    count += more;
                    if more == 0 {
                        break;
                    }
                }
                none.insert(Encoding::of(self.raw.get(..count).unwrap_or_default()))
            }
        };
        encoding.append(self.raw.get(..count).unwrap_or_default(), &mut self.text);
        self.ended = count == 0;
        Ok(())
    }
}

/// Reads once, whatever interrupts.
fn read(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
