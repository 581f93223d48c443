//! How long the arrays and strings of messages may be.

/// Revision ids in one list. The largest real list had 5,000; a database of WSUS has about 250,000 revisions, of which
/// one client never caches more than a part.
pub const MAX_REVISION_IDS: usize = 100_000;

/// Identities of updates in one list (RefreshCache): as many as a client may cache.
pub const MAX_GUIDS: usize = 100_000;

/// Identities, deployments or updates in one list between servers. All of Microsoft's catalog is about 250,000
/// revisions in the largest databases of WSUS.
pub const MAX_IDENTITIES: usize = 1_000_000;

/// Events in one batch. Agents were seen to send 9; a client that was away for months may have hundreds.
pub const MAX_EVENTS: usize = 5_000;

/// Items of every other array: devices (75 seen), ids of a device (20), strings of an event (30), locales, categories.
pub const MAX_SMALL_ARRAY: usize = 1_024;

/// Bytes of a name: of a computer, a group, a model, a hardware id.
pub const MAX_NAME: usize = 1_024;
