//! Whatever somebody imports: plain, gzip, tar and cabinets in one another.
#![no_main]

use std::convert::Infallible;
use std::io::{self, Cursor, Read};
use std::sync::Once;

use libfuzzer_sys::fuzz_target;
use sluice_wsus::container::{ContainerError, ContainerLimits, Files, Spool, Stop, open, shown};

/// So small that inputs of a few bytes reach it.
const LIMITS: ContainerLimits = ContainerLimits { plain: 1 << 20, cabinet: 1 << 16 };

#[derive(Default)]
struct Taken {
    bytes: u64,
}

impl Files for Taken {
    type Error = Infallible;

    fn file(&mut self, name: &str, content: &mut dyn Read) -> Result<(), Stop<Infallible>> {
        assert_eq!(shown(name), name);
        // Every other file is passed over from its middle.
        let most = if name.len() % 2 == 0 { u64::MAX } else { 100 };
        self.bytes += io::copy(&mut content.take(most), &mut io::sink()).map_err(|e| ContainerError::of(name, e))?;
        Ok(())
    }

    fn refuse(&mut self, name: &str, error: ContainerError) -> Result<(), Stop<Infallible>> {
        assert_eq!(shown(name), name);
        assert!(matches!(error, ContainerError::Unpack { .. } | ContainerError::Cabinet { .. }), "{error:?}");
        Ok(())
    }
}

fuzz_target!(|bytes: &[u8]| {
    // The fuzzer's hook aborts at once; but panics of the LZX library are caught, and only those.
    static QUIET: Once = Once::new();
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    let mut taken = Taken::default();
    let mut spool = || Ok(Box::new(Cursor::new(Vec::new())) as Box<dyn Spool>);
    let done = open("it", &mut &bytes[..], LIMITS, &mut spool, &mut taken);
    assert!(taken.bytes <= LIMITS.plain);
    if let Err(Stop::Container(error)) = done {
        assert!(!matches!(error, ContainerError::Source { .. } | ContainerError::Spool(_)), "{error:?}");
    }
});
