//! Waiting for something to become true, with a limit.

use std::time::Duration;

/// How long [`eventually`] waits: far above what anything takes on a busy machine with two
/// processors, so that only what never comes fails.
pub const LONG: Duration = Duration::from_secs(300);

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(200);

/// Looks again and again until `look` answers `Ok`, and returns what it answered.
///
/// # Panics
/// When that does not come within [`LONG`]; says `what` was waited for and the last `Err`.
pub async fn eventually<T>(what: &str, look: impl AsyncFnMut() -> Result<T, String>) -> T {
    eventually_within(LONG, what, look).await
}

/// As [`eventually`], with a limit of its own.
///
/// # Panics
/// When it does not come within `limit`.
pub async fn eventually_within<T>(limit: Duration, what: &str, mut look: impl AsyncFnMut() -> Result<T, String>) -> T {
    let mut last = String::from("nothing seen");
    let looking = async {
        loop {
            match look().await {
                Ok(found) => return found,
                Err(seen) => last = seen,
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    match tokio::time::timeout(limit, looking).await {
        Ok(found) => found,
        Err(_) => panic!("not within {} s: {what}\nlast seen: {last}", limit.as_secs()),
    }
}
