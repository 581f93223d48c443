use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::SignedDuration;
use sluice_model::DeviceId;
use sluice_store::{DatabaseUrl, StoreConfig};

use super::super::protocol::Protocol;
use super::*;
use crate::host::{Clock, Entropy};

const EPOCH: [u8; 16] = [7; 16];

#[derive(Default)]
struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + self.0.load(Ordering::SeqCst)).unwrap()
    }
}

#[derive(Default)]
struct TestEntropy(AtomicU64);

impl Entropy for TestEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let n = self.0.fetch_add(1, Ordering::SeqCst).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            chunk.copy_from_slice(&n.to_be_bytes()[..chunk.len()]);
        }
    }
}

struct World {
    cookies: Cookies,
    clock: Arc<TestClock>,
    store: Store,
    _directory: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(directory.path().join("sluice.db"));
        let store = Store::open(StoreConfig::new(url, EPOCH)).await.unwrap();
        let clock = Arc::new(TestClock::default());
        let cookies = Cookies::load(&store, &host(&clock), EPOCH).await.unwrap();
        Self { cookies, clock, store, _directory: directory }
    }

    /// The site again, on the same store.
    async fn restarted(&self, epoch: [u8; 16]) -> Cookies {
        Cookies::load(&self.store, &host(&self.clock), epoch).await.unwrap()
    }

    fn pass(&self, time: SignedDuration) {
        self.clock.0.fetch_add(time.as_secs(), Ordering::SeqCst);
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn cookie(&self) -> ClientCookie {
        ClientCookie {
            device: DeviceId::of_windows_client("e1da06a3-5601-43c9-bac3-52d5db701494"),
            epoch: self.cookies.epoch(),
            expires: self.now() + SignedDuration::from_hours(12),
            settings: self.now() - SignedDuration::from_mins(3),
            protocol: Protocol { major: 2, minor: 90 },
            groups: 0x1122_3344_5566_7788,
            software: 5,
            drivers: u64::MAX,
            printers: 0,
        }
    }

    fn authorization(&self) -> Authorization {
        let ClientCookie { device, epoch, expires, .. } = self.cookie();
        Authorization { device, epoch, expires }
    }
}

fn host(clock: &Arc<TestClock>) -> Host {
    Host { clock: Arc::clone(clock) as Arc<dyn Clock>, entropy: Arc::new(TestEntropy::default()) }
}

#[tokio::test]
async fn a_cookie_comes_back_as_it_went() {
    let world = World::new().await;
    let sealed = world.cookies.seal(&world.cookie()).unwrap();
    assert_eq!((sealed.len(), CLIENT + SEAL), (114, 114));
    assert_eq!(world.cookies.open(&sealed, world.now()).unwrap(), world.cookie());
    let sealed = world.cookies.seal_authorization(&world.authorization()).unwrap();
    assert_eq!((sealed.len(), AUTHORIZATION + SEAL), (70, 70));
    assert_eq!(world.cookies.open_authorization(&sealed, world.now()).unwrap(), world.authorization());
}

#[tokio::test]
async fn every_flipped_bit_is_refused() {
    let world = World::new().await;
    let sealed = world.cookies.seal(&world.cookie()).unwrap();
    let authorization = world.cookies.seal_authorization(&world.authorization()).unwrap();
    for bit in 0..sealed.len() * 8 {
        let mut forged = sealed.clone();
        forged[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(world.cookies.open(&forged, world.now()), Err(ClientFault::InvalidCookie), "bit {bit}");
    }
    for bit in 0..authorization.len() * 8 {
        let mut forged = authorization.clone();
        forged[bit / 8] ^= 1 << (bit % 8);
        let opened = world.cookies.open_authorization(&forged, world.now());
        assert_eq!(opened, Err(ClientFault::InvalidAuthorizationCookie), "bit {bit}");
    }
    for length in 0..sealed.len() {
        assert_eq!(world.cookies.open(&sealed[..length], world.now()), Err(ClientFault::InvalidCookie));
    }
    let longer = [sealed.as_slice(), &[0]].concat();
    assert_eq!(world.cookies.open(&longer, world.now()), Err(ClientFault::InvalidCookie));
}

/// Anything but `InvalidCookie` would say that bytes were decoded before they were authenticated:
/// what is decoded is next asked for its epoch and its time.
#[tokio::test]
async fn nothing_is_decoded_before_it_is_authenticated() {
    let world = World::new().await;
    let random = TestEntropy(AtomicU64::new(42));
    for length in (0..300).chain([4_096, 1 << 20]) {
        let mut bytes = vec![0; length];
        random.fill(&mut bytes);
        for first in [0, 1, 255] {
            if let Some(byte) = bytes.first_mut() {
                *byte = first;
            }
            assert_eq!(world.cookies.open_old(&bytes), Err(ClientFault::InvalidCookie), "{length} bytes");
        }
    }
    // The plain bytes of a genuine cookie that is over, in a frame that is right but for the seal.
    let over = ClientCookie { expires: Timestamp::UNIX_EPOCH, ..world.cookie() };
    let open = [[0; 13].as_slice(), &over.to_bytes(), &[0; 16]].concat();
    assert_eq!(open.len(), CLIENT + SEAL);
    assert_eq!(world.cookies.open(&open, world.now()), Err(ClientFault::InvalidCookie));
    let sealed = world.cookies.seal(&over).unwrap();
    assert_eq!(world.cookies.open(&sealed, world.now()), Err(ClientFault::CookieExpired), "and sealed it is seen");
}

#[tokio::test]
async fn one_kind_does_not_pass_for_the_other() {
    let world = World::new().await;
    let authorization = world.cookies.seal_authorization(&world.authorization()).unwrap();
    assert_eq!(world.cookies.open(&authorization, world.now()), Err(ClientFault::InvalidCookie));
    let client = world.cookies.seal(&world.cookie()).unwrap();
    assert_eq!(world.cookies.open_authorization(&client, world.now()), Err(ClientFault::InvalidAuthorizationCookie));
    // Not even when it has the right length: the kind is authenticated, too.
    let bytes = world.cookies.seal_bytes(world.cookie().to_bytes(), FOR_AUTHORIZATION).unwrap();
    assert_eq!(bytes.len(), CLIENT + SEAL);
    assert_eq!(world.cookies.open(&bytes, world.now()), Err(ClientFault::InvalidCookie));
}

#[tokio::test]
async fn cookies_end_and_do_not_survive_a_restore() {
    let world = World::new().await;
    let sealed = world.cookies.seal(&world.cookie()).unwrap();
    let authorization = world.cookies.seal_authorization(&world.authorization()).unwrap();
    let restored = world.restarted([8; 16]).await;
    assert_eq!(restored.open(&sealed, world.now()), Err(ClientFault::ServerChanged));
    assert_eq!(restored.open_authorization(&authorization, world.now()), Err(ClientFault::InvalidAuthorizationCookie));
    world.pass(SignedDuration::from_hours(12));
    assert_eq!(world.cookies.open(&sealed, world.now()), Err(ClientFault::CookieExpired));
    assert!(world.cookies.open_old(&sealed).is_ok(), "what it says was delivered still counts");
    assert!(world.cookies.open_authorization(&authorization, world.now()).is_err());
}

#[tokio::test]
async fn keys_change_and_the_one_before_still_opens() {
    let world = World::new().await;
    let first = world.cookies.seal(&world.cookie()).unwrap();
    world.cookies.rotate(&world.store).await.unwrap();
    assert_eq!(world.cookies.seal(&world.cookie()).unwrap()[0], first[0], "not yet time");
    world.pass(SignedDuration::from_hours(30 * 24));
    world.cookies.rotate(&world.store).await.unwrap();
    let second = world.cookies.seal(&world.cookie()).unwrap();
    assert_eq!((first[0], second[0]), (0, 1));
    for cookies in [&world.cookies, &world.restarted(EPOCH).await] {
        assert!(cookies.open_old(&first).is_ok() && cookies.open_old(&second).is_ok());
    }
    world.pass(SignedDuration::from_hours(30 * 24));
    world.cookies.rotate(&world.store).await.unwrap();
    assert_eq!(world.cookies.open_old(&first), Err(ClientFault::InvalidCookie));
    assert!(world.cookies.open_old(&second).is_ok());
}
