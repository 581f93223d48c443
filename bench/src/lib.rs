//! Benches; see the binaries.
