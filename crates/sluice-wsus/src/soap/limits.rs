//! How much XML is accepted.

/// Bounds on one document. The text is in memory when it is read, so bounding its bytes bounds every string in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the text.
    pub bytes: usize,
    /// Elements inside each other, the envelope included.
    pub depth: usize,
    /// Elements altogether.
    pub elements: usize,
    /// Attributes of one element.
    pub attributes: usize,
}

impl Limits {
    /// For what clients send. The largest real requests are a driver pass of 51 KB and lists of 5,000 ids (100 KB);
    /// batches of events may be larger. The deepest real element is the ninth level.
    pub const REQUEST: Self = Self { bytes: 8 << 20, depth: 32, elements: 400_000, attributes: 32 };

    /// For what downstream servers send: the states of 100 computers with 2,000 updates each are 38 MB. What a server
    /// puts into one request is bounded by the batch sizes that it was told.
    pub const SERVER_REQUEST: Self = Self { bytes: 64 << 20, depth: 32, elements: 2_000_000, attributes: 32 };

    /// For what servers answer to our own client: one page of updates was seen with 51 MB, single Core fragments
    /// with 47 MB.
    pub const RESPONSE: Self = Self { bytes: 1 << 30, depth: 32, elements: 4_000_000, attributes: 32 };
}
