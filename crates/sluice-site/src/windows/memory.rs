//! How much memory answers under way may take: a page of updates can have tens of megabytes, and a
//! fleet may ask for it at once.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::fault::{ClientFault, ClientResult};
use super::newcomers::address;
use crate::site::Site;

/// Answers under way, KiB. Each is put together from its metadata once, so in the worst case twice
/// this much is in memory.
const ALL: u32 = 128 << 10;

/// Those to one address, so that nobody holds everything by reading slowly. An answer that is larger
/// is the only one its address gets.
const PER_ADDRESS: u32 = ALL / 4;

/// The largest answer there is room for, bytes.
pub(super) const MOST_BYTES: u64 = (ALL as u64) << 10;

/// Answers of no more than this do not count, bytes: pages of ordinary updates.
const FREE: u64 = 256 << 10;

/// How long an answer waits for others to be sent, before its client is asked to come back.
const PATIENCE: Duration = Duration::from_secs(30);

/// An update in an answer without its metadata, bytes: about 400.
pub(super) const MENTION_BYTES: u64 = 512;

/// A number in an answer, bytes: `<int>` of eight digits.
pub(super) const NUMBER_BYTES: u64 = 19;

/// Where a file is, in an answer, bytes: about 200.
pub(super) const LOCATION_BYTES: u64 = 256;

/// Whether an answer of so many bytes may have to wait for others.
pub(super) fn is_counted(size: u64) -> bool {
    size > FREE
}

/// Whom an answer goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Its address.
    pub peer: IpAddr,
    /// It unpacks Xpress. For others metadata is expanded.
    pub unpacks: bool,
}

/// The memory for answers.
pub(crate) struct AnswerMemory {
    all: Arc<Semaphore>,
    /// Of the addresses that have or wait for a share.
    addresses: Mutex<HashMap<IpAddr, Weak<Semaphore>>>,
}

/// A part of it, given back when the answer has been sent.
#[derive(Debug)]
pub struct AnswerShare {
    size: u64,
    /// Of the address, and of all.
    permits: Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)>,
}

impl AnswerShare {
    /// What it was taken for, bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether others may have to wait for it.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        self.permits.is_some()
    }
}

impl Default for AnswerMemory {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(ALL as usize)), addresses: Mutex::default() }
    }
}

impl AnswerMemory {
    /// Waits for room for an answer of this many bytes to a peer. One that is larger than all there is
    /// waits until it is alone.
    pub(super) async fn take(&self, peer: IpAddr, size: u64) -> ClientResult<AnswerShare> {
        self.take_within(PATIENCE, peer, size).await
    }

    async fn take_within(&self, patience: Duration, peer: IpAddr, size: u64) -> ClientResult<AnswerShare> {
        if !is_counted(size) {
            return Ok(AnswerShare { size, permits: None });
        }
        let share = u32::try_from(size.div_ceil(1 << 10)).unwrap_or(ALL).min(ALL);
        let (of_address, all) = (self.of_address(peer), Arc::clone(&self.all));
        let taking = async {
            // First the own part: who waits for that keeps nobody else waiting.
            let own = of_address.acquire_many_owned(share.min(PER_ADDRESS)).await?;
            Ok::<_, tokio::sync::AcquireError>((own, all.acquire_many_owned(share).await?))
        };
        match tokio::time::timeout(patience, taking).await {
            Ok(Ok(permits)) => Ok(AnswerShare { size, permits: Some(permits) }),
            Ok(Err(_)) | Err(_) => Err(ClientFault::ServerBusy),
        }
    }

    /// The part of an address. The lock is held for that only.
    fn of_address(&self, peer: IpAddr) -> Arc<Semaphore> {
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        addresses.retain(|_, part| part.strong_count() > 0);
        let part = addresses.entry(address(peer)).or_default();
        part.upgrade().unwrap_or_else(|| {
            let new = Arc::new(Semaphore::new(PER_ADDRESS as usize));
            *part = Arc::downgrade(&new);
            new
        })
    }
}

impl Site {
    /// Waits for room for an answer that was put together without a share.
    ///
    /// # Errors
    /// `ServerBusy`.
    pub async fn windows_answer_share(&self, peer: IpAddr, size: u64) -> ClientResult<AnswerShare> {
        self.windows.memory.take(peer, size).await
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn peer(last: u8) -> IpAddr {
        Ipv4Addr::new(192, 0, 2, last).into()
    }

    #[tokio::test]
    async fn answers_wait_for_room() {
        let memory = AnswerMemory::default();
        let whole = memory.take(peer(1), u64::MAX).await.unwrap();
        let small = memory.take(peer(2), FREE).await.unwrap();
        assert!(whole.is_counted() && !small.is_counted());
        let late = memory.take_within(Duration::ZERO, peer(2), FREE + 1).await;
        assert_eq!(late.err(), Some(ClientFault::ServerBusy));
        drop((whole, small));
        assert!(memory.take_within(Duration::ZERO, peer(2), FREE + 1).await.is_ok());
        assert_eq!(memory.all.available_permits(), ALL as usize);
    }

    #[tokio::test]
    async fn no_address_holds_everything() {
        let memory = AnswerMemory::default();
        let mib = |peer, count: u64| memory.take_within(Duration::ZERO, peer, count << 20);
        let held = [mib(peer(1), 20).await.unwrap(), mib(peer(1), 12).await.unwrap()];
        assert_eq!(mib(peer(1), 1).await.err(), Some(ClientFault::ServerBusy));
        let others = [mib(peer(2), 32).await.unwrap(), mib(peer(3), 64).await.unwrap()];
        assert_eq!(mib(peer(4), 1).await.err(), Some(ClientFault::ServerBusy));
        drop(held);
        assert!(mib(peer(1), 32).await.is_ok());
        drop(others);
        assert!(mib(peer(4), 1).await.is_ok());
        assert_eq!(memory.addresses.lock().unwrap().len(), 1, "who has none is forgotten");
    }
}
