//! The alert that a site has as many Windows devices as it takes, or nearly so. It is raised before the
//! first one is refused, and cleared when there is room again.

use std::sync::atomic::{AtomicU8, Ordering};

use super::admission::MAX_DEVICES;
use crate::error::SiteResult;
use crate::site::Site;

/// The kind of the alert.
const ALERT: &str = "windows-devices-many";

/// What it is about.
const SUBJECT: &str = "devices";

/// What an administrator does about it.
pub(crate) const FIX: &str = "Find out who registers them: `sluice device list --state never-reported` lists those that \
    never said anything, which go by themselves when they have not been heard for 72 hours. Remove devices that are gone.";

/// How full a site is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crowd {
    Room,
    /// Nine tenths are taken.
    Nearly,
    Full,
}

impl Crowd {
    pub(crate) fn of(devices: usize) -> Self {
        match devices {
            n if n >= MAX_DEVICES => Self::Full,
            n if n >= MAX_DEVICES / 10 * 9 => Self::Nearly,
            _ => Self::Room,
        }
    }

    /// As it is said, for so many devices.
    pub(crate) fn text(self, devices: usize) -> String {
        let all = format!("{devices} Windows devices of at most {MAX_DEVICES}");
        match self {
            Self::Room => all,
            Self::Nearly => format!("{all} are registered: soon no more can register"),
            Self::Full => format!("{all} are registered: no more can register"),
        }
    }
}

/// What was last told.
#[derive(Debug, Default)]
pub(crate) struct ToldCrowd(AtomicU8);

impl ToldCrowd {
    /// Whether this is news; nothing was told before the first.
    fn is_news(&self, crowd: Crowd) -> bool {
        self.0.load(Ordering::Relaxed) != 1 + crowd as u8
    }

    fn note(&self, crowd: Crowd) {
        self.0.store(1 + crowd as u8, Ordering::Relaxed);
    }
}

impl Site {
    /// Raises the alert that so many Windows devices are nearly as many as there can be, or clears it.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn tell_windows_crowd(&self, devices: usize) -> SiteResult<()> {
        let crowd = Crowd::of(devices);
        if !self.windows.crowd.is_news(crowd) {
            return Ok(());
        }
        match crowd {
            Crowd::Room => self.clear(ALERT, SUBJECT).await?,
            Crowd::Nearly | Crowd::Full => {
                self.raise(ALERT, SUBJECT, format!("{}. {FIX}", crowd.text(devices))).await?;
            }
        }
        self.windows.crowd.note(crowd);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_before_the_first_is_refused() {
        for (devices, expected) in [
            (0, Crowd::Room),
            (449_999, Crowd::Room),
            (450_000, Crowd::Nearly),
            (499_999, Crowd::Nearly),
            (500_000, Crowd::Full),
            (500_001, Crowd::Full),
        ] {
            assert_eq!(Crowd::of(devices), expected, "{devices}");
        }
        let told = ToldCrowd::default();
        assert!(told.is_news(Crowd::Room), "an alert of before the start is cleared");
        told.note(Crowd::Room);
        assert!(!told.is_news(Crowd::Room) && told.is_news(Crowd::Nearly));
    }
}
